//! What authors bring from plain speech, from terms of programs and from other languages, by where they write it.
//!
//! It is asked before the known tries: what stands here is so narrow that nothing else is meant.

use super::failure::Failure;
use super::slips::{CLAUSES, DECLARATIONS};
use crate::syntax::calendar::{MONTHS, month};
use crate::syntax::lexer::{Token, TokenKind};

/// How a condition is told where cases stand in a rule.
const CASES: &str = "a rule has one condition, before its braces: `rule base on order when … { earn 5 points }`; what is \
                     earned by cases is a table: `earn match order.payment { card 5 points, else 3 points }`";

/// What `decimals` takes.
const DECIMALS: &str = "a wallet has 0 to 6 decimals: `decimals 2`";
/// How what a rule does is set off from when it does so.
const BRACES: &str = "what the rule does stands in braces: `rule base on order { earn 5 points }`";
const WHEN: &str =
    "a condition starts with `when`: `rule base on order when order.subtotal >= 50 EUR { earn 5 points }`";
const DAY: &str = "a day is its year, month and day: `2026-11-21`";
const RATE: &str =
    "what is earned for each so much is written with `per`: `earn 1 points per 10 EUR of order.subtotal`";
const DOUBLE: &str = "twice as much is `multiply base by 2`, in a rule that names the one whose points it multiplies";

/// How it is said, if what stands there is such a habit.
pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before.map_or("", |before| before.text);
    moment(failure, found, before)
        .or_else(|| figure(failure, found, before))
        .or_else(|| sign(failure, found, before))
        .or_else(|| braces(failure, found))
        .or_else(|| match failure.keyword? {
            "rule" => rule(failure, found, before).or_else(|| effect(failure, found, before)),
            "event" | "record" | "member" => field(failure, found, before),
            "test" => test(failure, found, before),
            "measure" | "segment" | "wallet" | "group" => declared(failure, found, before),
            _ => None,
        })
}

/// Days, times and instants in the forms of other places.
fn moment(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    const INSTANT: &str = "an instant is one word, and says how far its clock is from Greenwich: \
                           `2026-11-21T10:00+01:00`, or `Z` for none";
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
    // `1 January 2026`, `January 1 2026`
    let month = |word: &str| {
        let small = word.to_lowercase();
        small.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(&*small))
    };
    (failure.only("a day such as `2026-11-21`") || !failure.starts_line && month(before)).then_some(DAY)
}

/// What a declaration is told, in other brackets than its braces.
fn braces(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    if !failure.only("`{`") || !failure.open.is_empty() || !matches!(found.text, "(" | "=" | ":" | "[") {
        return None;
    }
    Some(match failure.keyword? {
        "event" | "record" => "the fields stand in braces: `event stay { nights int }`",
        "member" => "the attributes stand in braces: `member { birthday date? }`",
        "wallet" => "how a wallet works stands in braces: `wallet points { expire 12 months after earning }`",
        "program" => "what holds for all stands in braces: `program \"Shop\" { currency EUR }`",
        "test" => "the steps stand in braces: `test \"a big order\" { … }`",
        _ => return None,
    })
}

/// Fields as other languages declare them.
fn field(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if failure.expects("a field") && matches!(found.kind, TokenKind::Text { .. }) {
        return Some("a name has letters, digits and `_`, and no quotes");
    }
    let mark = matches!(before, "required" | "optional" | "nullable" | "null" | "default");
    (failure.only("a type") && mark).then_some(
        "a field is required; a `?` after its type says that it may be left out, `nights int?`, and `=` what it is then: \
         `nights int = 1`",
    )
}

/// Numbers on the other side of what they count.
fn figure(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if found.kind != TokenKind::Number || failure.starts_line {
        return None;
    }
    if failure.only("a whole number") && before == "decimals" {
        return Some(DECIMALS);
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
    if failure.only("a name") && matches!(before, "award" | "issue") {
        return Some("a rule gives points with `earn`: `earn 10 points`");
    }
    if failure.expects("a name") && before == "redeem" {
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
        "=" if CLAUSES.contains(&before) && failure.clause == Some(before) && !failure.pointed => {
            Some("a clause and its value stand side by side, without `=`: `expire never`, `earn 5 points`")
        }
        "=" if failure.clause == Some("earn") && failure.in_clauses => {
            Some("an amount is a number with its wallet: `earn 10 points`")
        }
        "." if failure.expects("a value") && failure.next.is_some_and(|next| next.kind == TokenKind::Number) => {
            Some("a number starts with a digit: `0.5`")
        }
        "-" if failure.only("a whole number") && before == "decimals" => Some(DECIMALS),
        _ => None,
    }
}

fn rule(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let word = found.kind == TokenKind::Word;
    let head = failure.open.is_empty();
    if failure.expects("a trigger such as `on order`") {
        return match found.text {
            "when" => Some("what sets the rule off stands before its condition: `rule base on order when …`"),
            "," | ":" => {
                Some("a rule's name and its clauses stand side by side: `rule base on order when … { earn 5 points }`")
            }
            "if" | "for" | "after" => Some("what sets a rule off follows `on`: `rule base on order { earn 5 points }`"),
            _ if word && before == "on" => Some("a rule has a name: `rule base on order { … }`"),
            _ if word => Some("a name is one word: `my_rule`"),
            _ => None,
        };
    }
    if head
        && failure.in_clauses
        && let Some(help) = head_of(failure, found, before)
    {
        return Some(help);
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

/// Between the name of a rule and its braces.
fn head_of(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    // Right after what sets the rule off.
    let trigger = failure.clause.is_none();
    let compared = matches!(found.text, "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "is") && !failure.pointed;
    Some(match found.text {
        "(" if !trigger => return None,
        ":" | "(" | "do" | "then" | "gives" | "earns" | "gets" => BRACES,
        "-" if failure.pointed => BRACES,
        "=" if trigger && failure.pointed => BRACES,
        "and" | "or" | "," if trigger && failure.next.is_some_and(|next| !CLAUSES.contains(&next.text)) => {
            "a rule is set off by one kind of event; a second kind has a rule of its own: `rule joined on signup { … }`"
        }
        "," if failure.next.is_some_and(|next| CLAUSES.contains(&next.text)) => {
            "clauses of a rule stand side by side, without `,`: `rule base on order when … limit 1 per member { … }`"
        }
        _ if trigger && earlier == "on" && matches!(before, "each" | "every" | "any" | "all") => {
            "a rule is judged on every event of its kind: `rule base on order { earn 5 points }`"
        }
        _ if trigger && earlier == "on" && before == "first" => {
            "the first alone is a limit: `rule welcome on order limit 1 per member { earn 5 points }`"
        }
        _ if trigger && compared => WHEN,
        "if" | "where" | "with" | "while" | "provided" if failure.clause != Some("valid") => WHEN,
        "unless" => {
            "a condition starts with `when`, and its contrary with `when not`: `when not (order.subtotal >= 50 EUR)`"
        }
        "equals" | "equal" | "eq" => "write `==` to compare",
        "over" | "above" | "below" | "under" | "greater" | "less" | "more" | "exceeds" | "least" => {
            "write `>`, `>=`, `<` or `<=` to compare: `order.subtotal >= 50 EUR`"
        }
        _ => return None,
    })
}

/// Between the braces of a rule.
fn effect(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if failure.expects("`by`") || failure.only("a name or `[`") || failure.expects("`[`") && before == "multiply" {
        return Some(DOUBLE);
    }
    // `per order`, `per EUR`, and not `per 10 EUR`
    let amount = failure.earlier.is_some_and(|earlier| earlier.kind == TokenKind::Number);
    if failure.clause == Some("earn") && failure.expects("`of`") && matches!(found.text, "}" | "," | "per") && !amount {
        return Some(
            "say for how much and of what: `earn 1 points per 1 EUR of order.subtotal`; what each event earns stands alone: \
             `earn 5 points`",
        );
    }
    if !failure.in_clauses || failure.open.is_empty() {
        return None;
    }
    let percent = |text: &str| text.starts_with('"') && text.ends_with("%\"");
    if percent(before) {
        return Some("a percent stands without quotes: `10% of order.subtotal`");
    }
    if failure.clause == Some("earn") && !failure.starts_line {
        return match found.text {
            "every" | "each" => Some(RATE),
            _ if before == "x" && failure.earlier.is_some_and(|earlier| earlier.kind == TokenKind::Number) => {
                Some(DOUBLE)
            }
            _ => None,
        };
    }
    let begins = failure.starts_line || matches!(before, "{" | "}");
    let sign = |next: Token<'_>| matches!(next.text, "=" | "+" | "-" | "+=" | "-=");
    match found.text {
        "double" | "triple" | "twice" => Some(DOUBLE),
        _ if found.kind == TokenKind::Number && begins
            || failure.next.is_some_and(sign) && begins && found.kind == TokenKind::Word =>
        {
            Some("a rule gives points with `earn`: `earn 10 points`")
        }
        _ => None,
    }
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
        "segment" if failure.only("`=`") && (opens || found.kind == TokenKind::Word) => {
            "the condition follows `=`: `segment vip = orders > 5`"
        }
        "measure" if failure.only("`=`") => {
            "what is measured follows `=`: `measure spend = sum(order.subtotal) this year`"
        }
        "measure" if failure.only("`(`") && before == "distinct" => {
            "what is counted stands in parentheses: `count distinct(order.branch)`"
        }
        "measure" if failure.expects("an aggregate such as `sum(order.subtotal)`") && found.text == "total" => {
            "the total is `sum(order.subtotal)`"
        }
        "measure" if failure.expects("an aggregate such as `sum(order.subtotal)`") && measured(found) => {
            "a measure counts or sums: `measure orders = count(order) this year`, `measure spend = sum(order.subtotal) this year`"
        }
        "measure" if failure.expects("`)`") && found.text == "," => {
            "several fields are worked out in parentheses: `sum(order.(subtotal + (shipping ?? 0)))`"
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
        "wallet" if failure.in_clauses && found.text == "never" => "write `expire never`",
        "wallet" if failure.in_clauses && matches!(found.text, "pending" | "hold_back" | "available") => {
            "points are pending until they vest: `vest after 14 days`"
        }
        "wallet" if failure.expects("`earning`") && failure.expects("`vesting`") && found.text != "last" => {
            "write `expire 12 months after earning`, or `after vesting`"
        }
        "wallet" if failure.only("a unit of time") && month(found.text).is_none() => {
            "units of time are `hours`, `days`, `weeks`, `months`, `quarters` and `years`, and one is written so, too: `1 year`"
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

/// Whether what stands in the place of an aggregate is a name or a number, and nothing that has an answer of its own.
fn measured(found: &Token<'_>) -> bool {
    const OTHERS: [&str; 9] = ["avg", "mean", "total", "streak", "sum", "count", "min", "max", "average"];
    let word = found.kind == TokenKind::Word && !OTHERS.contains(&&*found.text.to_lowercase());
    word || found.kind == TokenKind::Number
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
