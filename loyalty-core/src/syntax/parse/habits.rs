//! What authors bring from plain speech, from terms of programs and from other languages, by where they write it.
//!
//! It is asked before the known tries: what stands here is so narrow that nothing else is meant.

use super::failure::Failure;
use super::slips::{CLAUSES, DECLARATIONS};
use crate::syntax::calendar::month;
use crate::syntax::lexer::{Token, TokenKind};

/// How a condition is told where cases stand in a rule.
const CASES: &str = "a rule has one condition, before its braces: `rule base on order when … { earn 5 points }`; what is \
                     earned by cases is a table: `earn match order.payment { card 5 points, else 3 points }`";

/// How it is said, if what stands there is such a habit.
pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before.map_or("", |before| before.text);
    moment(failure, found, before)
        .or_else(|| figure(failure, found, before))
        .or_else(|| sign(failure, found, before))
        .or_else(|| match failure.keyword? {
            "rule" => rule(failure, found, before),
            "test" => test(failure, found, before),
            "measure" | "segment" | "wallet" | "group" => declared(failure, found, before),
            _ => None,
        })
}

/// Days, times and instants in the forms of other places.
fn moment(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    const INSTANT: &str = "an instant is one word, and says how far its clock is from Greenwich: \
                           `2026-11-21T10:00+01:00`, or `Z` for none";
    const DAY: &str = "a day is its year, month and day: `2026-11-21`";
    if failure.only("`..`") && matches!(found.text, "to" | "-" | "until") && before.len() <= 8 && before.contains(':') {
        return Some("a range of times is written `22:00 .. 02:00`");
    }
    if found.kind != TokenKind::Number {
        return None;
    }
    let is_day = |text: &str| text.len() == 10 && text.as_bytes().get(4) == Some(&b'-');
    let zoned = |clock: &str| clock.ends_with('Z') || clock.contains(['+', '-']);
    if found.text.split_once('T').is_some_and(|(_, clock)| !zoned(clock)) || is_day(before) && found.text.contains(':')
    {
        return Some(INSTANT);
    }
    // `01.01.2026` is a number, a dot and a number.
    let dotted = failure.within_number(".") && found.text.len() == 4;
    let parts = failure.earlier.and_then(|earlier| earlier.text.split_once('.'));
    if dotted && parts.is_some_and(|(day, month)| day.len() <= 2 && month.len() <= 2) {
        return Some(DAY);
    }
    failure.only("a day such as `2026-11-21`").then_some(DAY)
}

/// Numbers on the other side of what they count.
fn figure(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if found.kind != TokenKind::Number || failure.starts_line {
        return None;
    }
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    if before == "," && failure.clause == Some("cap") && matches!(earlier, "reject" | "truncate") {
        return Some(
            "`reject` speaks of all caps of the declaration, and stands once, behind the last: `cap 30 points per order, \
             40 points per week reject`",
        );
    }
    if before.len() == 3 && before.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Some("the currency stands behind the number: `50 EUR`");
    }
    if failure.only("a name") && DECLARATIONS.contains(&before) {
        return Some("a name starts with a letter: `double`");
    }
    if failure.only("a name") && before == "redeem" {
        return Some("`redeem` names a reward; points are taken by `spend 100 points`");
    }
    None
}

/// Signs of other languages.
fn sign(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let next = failure.expects("the next declaration");
    match found.text {
        "/" | "-" if next && before == "}" => Some("a comment starts with `//`"),
        "}" if failure.only("the next declaration") => Some("there is no open `{` that this one closes"),
        "[" if failure.in_clauses && failure.touches(found) => Some(
            "of a list is taken one value, as in `first(order.lines.category)`; that any is so is \
             `count(order.lines where …) > 0`",
        ),
        ">" | ">=" | "<" | "<=" if failure.expects("a pattern and its value") => {
            Some("a pattern is a value or a range: `0 EUR .. 50 EUR 1 points, 50 EUR .. 2 points`")
        }
        "=" if failure.pointed && failure.only("a value") => {
            Some("a pattern and its value stand side by side: `card 2 points, else 1 points`")
        }
        _ => None,
    }
}

fn rule(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let word = found.kind == TokenKind::Word;
    let head = failure.open.is_empty();
    if failure.expects("a trigger such as `on order`") {
        return match found.text {
            "when" => Some("what sets the rule off stands before its condition: `rule base on order when …`"),
            _ if word && before == "on" => Some("a rule has a name: `rule base on order { … }`"),
            _ if word => Some("a name is one word: `my_rule`"),
            _ => None,
        };
    }
    if head && failure.in_clauses && matches!(found.text, ":" | "(") {
        return Some("what the rule does stands in braces: `rule base on order { earn 5 points }`");
    }
    if failure.clause == Some("valid") && (found.text == "and" || before == "on" && failure.expects("a weekday")) {
        return Some("days are listed, each by its name: `valid on [saturday, sunday]`");
    }
    if failure.clause == Some("limit") && failure.only("`per`") {
        return Some("say for whom, and for how long: `limit 1 per member`, `limit 1 per member per day`");
    }
    if let Some(help) = each(failure, found) {
        return Some(help);
    }
    if failure.clause == Some("set") && failure.only("`member`") {
        return Some("an attribute is one of the member: `set member.level = \"gold\"`");
    }
    if before == "if" && failure.clause == Some("earn") || !head && failure.in_clauses && found.text == "if" {
        return Some(CASES);
    }
    let gives = matches!(found.text, "add" | "credit" | "grant");
    (!head && failure.in_clauses && gives).then_some("a rule gives points with `earn`: `earn 5 points`")
}

/// `each day` and `daily`, of limits and caps.
fn each(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let each = matches!(found.text, "each" | "every" | "a" | "an" | "daily" | "weekly" | "monthly" | "yearly");
    match failure.clause.filter(|_| each && failure.in_clauses)? {
        "limit" => Some("the stretch follows `per`: `limit 1 per member per day`"),
        "cap" => Some("the stretch follows `per`: `cap 500 points per day`"),
        _ => None,
    }
}

fn declared(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let opens = matches!(found.text, "{" | "when" | ":");
    Some(match failure.keyword? {
        "segment" if failure.only("`=`") && opens => "the condition follows `=`: `segment vip = orders > 5`",
        "measure" if failure.only("`=`") && opens => {
            "what is measured follows `=`: `measure spend = sum(order.subtotal) this year`"
        }
        "measure" if failure.only("`(`") && before == "distinct" => {
            "what is counted stands in parentheses: `count distinct(order.branch)`"
        }
        "measure" if failure.expects("an aggregate such as `sum(order.subtotal)`") && found.text == "total" => {
            "the total is `sum(order.subtotal)`"
        }
        "measure" if failure.expects("`)`") && matches!(found.text, "when" | "if") => {
            "what counts is chosen with `where`: `sum(order.subtotal where branch == \"Mitte\")`"
        }
        "group" if failure.only("`[`") => {
            "the rules of a group stand in brackets before its braces: `group g [base, extra] { cap 50 points per day }`"
        }
        "wallet" if failure.only("`{`") && found.kind == TokenKind::Word && !CLAUSES.contains(&found.text) => {
            "a name is one word: `my_points`"
        }
        "wallet" if failure.clause == Some("round") && failure.in_clauses && found.text == "to" => {
            "a wallet rounds to what it counts: whole ones, or its `decimals`; points for every full ten are a rate: \
             `earn 10 points per full 10 EUR of order.subtotal`"
        }
        "wallet" if before == "clawback" => {
            "write `clawback within balance`, `clawback may overdraw` or `clawback only pending`"
        }
        "wallet" if before == "restore" => {
            "write `restore original`, `restore original at least 30 days`, `restore fresh` or `restore never`"
        }
        "wallet" if failure.clause == Some("spend") && found.text == "first" => {
            "write `spend soonest expiring first` or `spend oldest first`"
        }
        "wallet" if before == "half" => "write `round half up` or `round half even`",
        "wallet" if before == "on" && failure.expects("a whole number") && month(found.text).is_some() => {
            "the day stands before its month: `expire on 31 december`"
        }
        "wallet" | "group" => return each(failure, found),
        _ => return None,
    })
}

fn test(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if failure.only("a text in quotes") && found.kind == TokenKind::Word {
        return Some("the title of a test is a text: `test \"a big order\" { … }`");
    }
    if failure.only("`to`") && before == "advance" {
        return Some("time passes up to a day or an instant: `advance to 2026-02-01`");
    }
    if !failure.expects("a step of the test") {
        return None;
    }
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    match found.text {
        "assert" | "check" | "should" => Some("what must be so is expected: `expect points == 10 points`"),
        "wait" | "sleep" | "pass" => Some("time passes with `advance to 2026-02-01`"),
        "order" | "refund" | "signup" | "visit" | "review" | "event" | "send" => {
            Some("an event happens with `on`: `on order { subtotal 5 EUR }`")
        }
        _ if found.kind == TokenKind::Number && earlier == "given" => {
            Some("the number stands before its wallet: `given 50 points`")
        }
        _ if found.kind == TokenKind::Number && earlier == "expect" => Some("write `==` to compare"),
        _ => None,
    }
}
