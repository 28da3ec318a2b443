//! What authors who copy the terms of a published program write first, and how it is said; where it cannot be said, what is
//! nearest to it.

use super::failure::Failure;
use crate::syntax::calendar::month;
use crate::syntax::lexer::{Token, TokenKind};

/// What takes something off a price, where effects stand.
const DISCOUNT: &str = "points are given with `earn`: `earn 5 points`; what takes something off a price is a coupon, which an \
                        effect issues: `issue FIVE`, with `coupon FIVE issued { give 5 EUR off order }`";
/// How a rule comes to every so many events.
const EVERY_TENTH: &str = "every tenth one is a round of a challenge: \
                           `challenge tenth { count order  goal 10  repeat  reward { earn 100 points } }`";
const DAYS: &str = "days are listed, each by its whole name: `valid on [monday, tuesday, wednesday, thursday, friday]`";
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// By what a friend counts.
const EACH_EVENT: &str = "a friend counts by one event, `qualify order where subtotal >= 20 EUR`; after so many, by what it has then: `qualify order when orders >= 3`, with `measure orders = count(order)`";

/// How it is said, if what stands there is of such terms.
pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before.map_or("", |before| before.text);
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    let next = failure.next.map_or("", |next| next.text);
    figure(failure, found, before, next).or_else(|| match failure.keyword? {
        "rule" => rule(failure, found, before, earlier),
        "wallet" => wallet(failure, found, before, earlier),
        "tiers" => ladder(failure, found, before),
        "coupon" => coupon(found, before),
        "reward" => reward(failure, found),
        "challenge" => challenge(failure, found, before),
        "referral" => referral(failure, before, earlier),
        "measure" => measure(before, earlier),
        _ => None,
    })
}

/// Signs and times in other forms, and amounts by cases, wherever they stand.
fn figure(failure: &Failure<'_>, found: &Token<'_>, before: &str, next: &str) -> Option<&'static str> {
    let number = found.kind == TokenKind::Number;
    Some(match found.text {
        "×" => "write `*` to multiply",
        "÷" => "write `/` to divide",
        "٬" => "write `_` between thousands: `1_000`",
        "٫" => "write `.` for the decimal point: `1.5`",
        "give" if failure.in_clauses && !matches!(failure.keyword, Some("coupon" | "reward")) => DISCOUNT,
        "per" if failure.expects("`)`") => {
            "a rate stands by itself: `earn 10 points per 1 EUR of order.subtotal`; within an amount it is \
             `10 points * (order.subtotal / 1 EUR)`"
        }
        "order" if failure.only("`member`") && failure.clause == Some("limit") => {
            "a limit counts for one member, in one order too: `limit 1 per member per order`"
        }
        _ if before == "if" && failure.open.last().is_some_and(|open| open.text == "(") => {
            "an amount by cases is a table: `match order.subtotal { 50 EUR .. 2 points, else 1 points }`, \
             `match order.payment { card 2 points, else 1 points }`"
        }
        _ if number && matches!(next, "am" | "pm") => "a time of day is written by 24 hours: `09:00`, `17:00`",
        _ if number && before == "valid" && next == ":" => "a time of day has two digits each: `09:00`",
        _ if failure.only("a weekday") || found.text == ".." && WEEKDAYS.contains(&before) => DAYS,
        day if before == ".." && WEEKDAYS.contains(&day) => DAYS,
        _ => return None,
    })
}

fn rule(failure: &Failure<'_>, found: &Token<'_>, before: &str, earlier: &str) -> Option<&'static str> {
    let number = found.kind == TokenKind::Number;
    if before == "every" && earlier == "on" && number
        || failure.only("a unit of time") && earlier == "every" && month(found.text).is_none()
    {
        return Some(EVERY_TENTH);
    }
    if failure.only("a day such as `2026-11-21`") && found.text == "member" {
        return Some(
            "a rule of the calendar begins on a day that is the same for everybody; the day of joining comes round once a \
             year, `on member.enrolled`",
        );
    }
    if !failure.in_clauses || failure.open.is_empty() {
        return None;
    }
    if found.text == "where" && failure.clause == Some("earn") {
        return Some(
            "of lines is taken a sum, in which they are chosen: `earn 1 points per 1 EUR of sum(order.lines.amount where \
             category == \"tea\")`",
        );
    }
    let begins = matches!(before, "{" | "}");
    let turned = found.kind == TokenKind::Word && failure.next.is_some_and(|next| next.kind == TokenKind::Number);
    (begins && turned && matches!(found.text, "points" | "stars" | "miles" | "coins" | "credits" | "stamps" | "beans"))
        .then_some("a rule gives points with `earn`, and the number stands before its wallet: `earn 10 points`")
}

fn wallet(failure: &Failure<'_>, found: &Token<'_>, before: &str, earlier: &str) -> Option<&'static str> {
    const WAIT: &str =
        "points vest with the event that they wait for, and say how long they wait: `vest on delivered within 30 days`";
    let vests = failure.clause == Some("vest");
    let number = found.kind == TokenKind::Number;
    if found.text == "to" && failure.in_clauses {
        return match failure.clause {
            Some("vest") => Some(
                "the end comes first: `vest at end of quarter after 15 days` is the end of the quarter in which the day 15 \
                 days later lies",
            ),
            Some("expire") => Some(
                "the end comes first: `expire end of quarter after 3 months` is the end of the quarter in which the day 3 \
                 months later lies",
            ),
            _ => None,
        };
    }
    Some(match found.text {
        "next" if before == "of" && failure.expects("`membership year`") => match vests {
            true => "the end of the next one is `vest at end of month after 1 month`",
            false => "the end of the next one is `expire end of month after 1 month`",
        },
        "of" if failure.only("a month") && failure.clause.is_some() => {
            "a day of the year is `on 15 march`, also `of next year`; one of the month that comes is `on day 15 of next month`"
        }
        _ if failure.only("`of`") && failure.earlier.is_some_and(|earlier| earlier.text == "day") => {
            "a day of the month that comes is meant: `on day 15 of next month`"
        }
        "start" | "beginning" if before == "at" => {
            "the beginning of the next month is the end of this one: `vest at end of month`"
        }
        "business" | "working" => "days are those of the calendar: `vest after 5 days`",
        "end" if failure.expects("`earning`") && failure.expects("`vesting`") => {
            "the end comes first: `expire end of quarter after 3 months` is the end of the quarter in which the day 3 months \
             later lies"
        }
        "minimum" | "min" if failure.in_clauses => {
            "the least that may be paid at once is the reward's: `reward money { cost 100 points per 1 EUR  at least 500 points }`"
        }
        "member" if before == "on" && failure.only("a whole number") => {
            "points run out on a day of the calendar, `expire on 31 december`; on a member's own day a rule takes them: \
             `rule gone on member.birthday { forfeit points }`"
        }
        _ if failure.only("`next`") && before == "of" && found.text != "this" => {
            "a day of the year after is `on 31 december of next year`; later ones are `on 31 december after 2 years`"
        }
        _ if vests
            && failure.only("`within`")
            && (WEEKDAYS.contains(&before) || before == "day")
            && earlier == "on" =>
        {
            "points vest after a length, at the end of a period or on a day of the year: `vest after 7 days`, `vest at end of \
             week`, `vest on 15 march`"
        }
        _ if vests && failure.only("`within`") => WAIT,
        "after" if vests && failure.in_clauses => WAIT,
        _ if vests && before == "after" && failure.only("a whole number") => WAIT,
        _ if before == "vest" && number => {
            "a length follows `after`: `vest after 15 days`; the end of the quarter in which the day 15 days later lies is `vest \
             at end of quarter after 15 days`"
        }
        _ => return None,
    })
}

fn ladder(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let number = found.kind == TokenKind::Number;
    let begins_level = failure.expected == ["`{`", "`from`", "`when`"];
    let after_number = failure.earlier.is_some_and(|earlier| earlier.kind == TokenKind::Number);
    Some(match found.text {
        _ if before == "any" && number => {
            "`any 2 of […]` stands after `retain when`; elsewhere conditions are joined: `gold when nights >= 15 or stays >= 10 {}`"
        }
        "when" if failure.in_clauses && after_number => {
            "the number before the level's name took it for its unit: end the level before it with braces, `silver when nights >= 5 {}`"
        }
        _ if before == "on" && failure.earlier.is_some_and(|earlier| earlier.text == "rise") => {
            "levels rise on a day of the year, `rise on 1 april`, or at the end of a period: `rise at end of year`"
        }
        "at" if begins_level => "a level says what it takes with `from`: `silver from 500 EUR`",
        _ if begins_level && matches!(before, "reset" | "resets" | "expire" | "expires") => {
            "what is counted begins anew with the window of its measure, `measure spend = sum(order.subtotal) this year`; how long \
             a level is kept is `keep to end of next year`"
        }
        _ => return None,
    })
}

fn coupon(found: &Token<'_>, before: &str) -> Option<&'static str> {
    let number = found.kind == TokenKind::Number;
    match before {
        "cheapest" | "expensive" if number => {
            Some("the units come first: `give cheapest 1 free from order.lines where category == \"tea\"`")
        }
        "off" if number => Some(
            "units come first: `give cheapest 1 free from order.lines where category == \"tea\"`, or `50% off` in the place of `free`",
        ),
        "category" | "sku" | "brand" | "product" if matches!(found.text, "==" | "=") || found.text.starts_with('"') => {
            Some("lines are chosen with `where`: `give 10% off order.lines where category == \"tea\"`")
        }
        _ => None,
    }
}

fn reward(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    (found.text == "=" && failure.clause == Some("cost") && failure.in_clauses)
        .then_some("so many points for so much money are a price by rate: `cost 100 points per 1 EUR`")
}

fn challenge(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if failure.only("a day such as `2026-11-21`") && found.text == "first" {
        return Some(
            "a window begins with an event, and anew with each: `within 30 days of signup`; one that moves on is `within over last 90 days`",
        );
    }
    (before == "streak" && found.kind == TokenKind::Number)
        .then_some("a streak counts the periods that hold an event: `streak order by week  goal 4`")
}

fn referral(failure: &Failure<'_>, before: &str, earlier: &str) -> Option<&'static str> {
    if failure.only("`by`") {
        return Some(
            "say what tells who brought a friend: `referral friends by signup.referrer { qualify order  advocate { earn 500 points } }`",
        );
    }
    (before == "qualify" && failure.only("a name") || before == "first" && earlier == "qualify").then_some(EACH_EVENT)
}

fn measure(before: &str, earlier: &str) -> Option<&'static str> {
    let period = matches!(earlier, "month" | "quarter" | "year");
    (before == "of" && period).then_some(
        "a window of the calendar is this period, the last, or the same of last year: `this quarter`, `last quarter`, `this quarter of \
         last year`",
    )
}
