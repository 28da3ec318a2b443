//! What authors bring from plain speech to coupons, rewards, messages, challenges, tests and the head of the program, and to
//! conditions and effects that no other place has an answer for.

use super::failure::Failure;
use crate::syntax::lexer::{Token, TokenKind};

/// How it is said, if what stands there is such a habit.
pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before.map_or("", |before| before.text);
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    condition(failure, found, before)
        .or_else(|| match failure.keyword? {
            "rule" => effect(failure, found, before, earlier),
            "coupon" => coupon(failure, found, before),
            "reward" => reward(failure, found),
            "message" => message(failure, found),
            "challenge" => challenge(failure, found),
            "tiers" => ladder(failure, found, before),
            "test" => test(failure, found, before),
            "program" => program(failure, found, before),
            _ => None,
        })
        .or_else(|| bracket(failure, found))
}

/// Brackets that are closed and not open, or open and not closed.
fn bracket(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let open = failure.open.last().map(|open| open.text);
    match found.text {
        ")" if failure.in_clauses && open != Some("(") => Some("there is no open `(` that this one closes"),
        "}" if failure.only("`)`") && open == Some("(") => Some("close the `(` before it with `)`"),
        _ => None,
    }
}

/// Conditions in words.
fn condition(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    const LIST: &str = "the values of a list stand in brackets: `order.channel in [\"web\", \"app\"]`";
    const WHOLE: &str =
        "a text is compared as a whole: `order.channel == \"web\"`, `order.channel in [\"web\", \"app\"]`";
    let text = failure.before.is_some_and(|before| matches!(before.kind, TokenKind::Text { .. }));
    let when = failure.clause == Some("when");
    match found.text {
        "," if text && (when && failure.open.is_empty() || failure.only("`)`")) => Some(LIST),
        "like" | "matches" | "startsWith" | "starts" | "ends" if failure.in_clauses => Some(WHOLE),
        "(" if failure.in_clauses && matches!(before, "startsWith" | "endsWith" | "contains" | "includes") => {
            Some(WHOLE)
        }
        _ if failure.only("`in`") && before == "not" => {
            Some("write `!=` for what differs, or `not in [\"web\", \"app\"]`")
        }
        _ if when && failure.in_clauses && matches!(before, "has" | "exists") => {
            Some("whether it was told is `order.channel is present`")
        }
        _ if when && failure.in_clauses && before == "first" && found.kind == TokenKind::Word => {
            Some("the first alone is a limit: `rule welcome on order limit 1 per member { earn 5 points }`")
        }
        _ => None,
    }
}

fn effect(failure: &Failure<'_>, found: &Token<'_>, before: &str, earlier: &str) -> Option<&'static str> {
    if failure.only("`=`") && failure.clause == Some("set") {
        return Some("an attribute has its value by one `=`: `set member.level = \"gold\"`");
    }
    if failure.only("a name") && before == "say" {
        return Some("`say` names a message: `say hello`, with `message hello utility { en \"Hello\" }`");
    }
    if !failure.in_clauses {
        return None;
    }
    let text = matches!(found.kind, TokenKind::Text { .. });
    if failure.open.is_empty() {
        return match found.text {
            "description" | "title" | "name" | "label" | "comment" => {
                Some("what a rule is for stands before it: `/// Ten points for every order.`")
            }
            _ => None,
        };
    }
    Some(match found.text {
        "deduct" | "remove" | "subtract" | "take" | "burn" | "debit" | "use" => {
            "points are taken with `spend`: `spend 500 points`"
        }
        "send" | "notify" | "email" | "sms" | "message" => {
            "a message is sent with `say`: `say hello`, with `message hello utility { en \"Hello\" }`"
        }
        "member" if failure.next.is_some_and(|next| next.text == ".") => {
            "an attribute is changed with `set`: `set member.level = \"gold\"`"
        }
        _ if text && earlier == "and" => {
            "what a rule does stands side by side, without `and`: `earn 5 points  tag \"vip\"`"
        }
        _ if text && failure.clause == Some("tag") => "each tag is given by itself: `tag \"vip\"  tag \"gold\"`",
        _ if found.kind == TokenKind::Number && failure.clause == Some("spend") && earlier == "spend" => {
            "the number stands before its wallet: `spend 500 points`"
        }
        _ => return None,
    })
}

fn coupon(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    const OFF: &str = "what a coupon takes off stands behind `give`, with what it is taken off: `give 10% off order`, \
                       `give 5 EUR off order`";
    Some(match found.text {
        _ if matches!(before, "max" | "maximum" | "upto") && found.kind == TokenKind::Number => {
            "the most that is taken off follows `up to`: `give 10% off order  up to 20 EUR`"
        }
        _ if failure.only("`per`") && failure.clause == Some("limit") => {
            "say for whom: `limit 1 per member`, `limit 1_000 in total`"
        }
        "if" | "minimum" | "min" | "where" => "a condition starts with `when`: `when order.subtotal >= 50 EUR`",
        "expires" | "expire" | "until" => {
            "how long it lasts is its `valid`: `valid 2026-11-01 .. 2026-11-30`, `valid 30 days`"
        }
        _ if found.kind == TokenKind::Number && failure.in_clauses && before == "{" => OFF,
        "}" if before == "off" || failure.expects("`at`") && failure.expects("`when`") => OFF,
        _ => return None,
    })
}

fn reward(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let costs = matches!(found.text, "price" | "costs" | "for");
    if costs && (failure.in_clauses || failure.only("`{`")) || found.kind == TokenKind::Number && failure.in_clauses {
        return Some(
            "what a reward costs and gives stands in its braces: `reward mug { cost 500 points  give { tag \"mug\" } }`",
        );
    }
    (failure.in_clauses && matches!(found.text, "stock" | "quantity" | "available"))
        .then_some("how many there are is a limit over all members: `limit 500 in total`")
}

fn message(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let bare = failure.only("a name") && (found.text == "{" || matches!(found.kind, TokenKind::Text { .. }));
    bare.then_some(
        "a message says what it is for, and has a text in each language: `message hello utility { en \"Hello\" }`",
    )
}

fn challenge(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    if failure.clause == Some("reward") && failure.expects("`{`") && found.kind == TokenKind::Number {
        return Some("what it gives stands in braces: `reward { earn 100 points }`");
    }
    if !failure.in_clauses {
        return None;
    }
    match found.text {
        "per" | "each" | "every" | "in" => Some("the stretch follows `within`: `count order  within each month`"),
        _ if found.kind == TokenKind::Number => {
            Some("say what counts, and how many it takes: `count order  within each month  goal 5`")
        }
        "buy" | "order" | "visit" | "complete" => Some("what counts is said with `count`: `count order  goal 5`"),
        _ => None,
    }
}

fn ladder(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    if failure.expects("`by`") && failure.open.is_empty() || failure.only("`{`") && matches!(found.text, ":" | "=") {
        return Some("levels stand in braces: `tiers status by spend { base {}  gold from 500 EUR {} }`");
    }
    if before == "to" && found.kind == TokenKind::Number {
        return Some("a level ends where the next one begins: `silver from 500 EUR {}  gold from 1_000 EUR {}`");
    }
    (found.text == "=" && failure.open.len() > 1).then_some(
        "a benefit and its value stand side by side, without `benefit` and `=`: `gold from 500 EUR { rate 2 }`",
    )
}

fn test(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    let inside = failure.open.len() > 1;
    match found.text {
        "then" | "and" if failure.expects("a step of the test") => Some(
            "steps follow each other, with no word between: `on order { subtotal 5 EUR }  expect points == 5 points`",
        ),
        "{" if before == "given" => {
            Some("write `given 50 points` for a balance, and `given member { level \"gold\" }` for what the member is")
        }
        "=" if inside && failure.expects("a value") => {
            Some("a field and its value stand side by side, without `=`: `on order { subtotal 5 EUR }`")
        }
        _ if failure.only("`{`") && !inside && failure.open.len() == 1 => {
            Some("what an event tells stands in braces: `on order { at 2026-02-01  subtotal 5 EUR }`")
        }
        _ if found.kind == TokenKind::Number && inside && failure.expects("a name") => {
            Some("each value stands behind its field: `on order { subtotal 5 EUR }`")
        }
        _ => None,
    }
}

fn program(failure: &Failure<'_>, found: &Token<'_>, before: &str) -> Option<&'static str> {
    Some(match before {
        "program" => "the title of a program is a text: `program \"Shop\" { currency EUR }`",
        "timezone" => "a zone is a text: `timezone \"Europe/Berlin\"`",
        "languages" => "languages are a list: `languages [en, ar]`",
        "version" => "the version is a whole number, without quotes: `version 2`",
        "," if failure.clause == Some("currency") => "a program has one currency: `currency EUR`",
        _ if failure.in_clauses && matches!(found.text, "name" | "title") => {
            "the title stands before the braces: `program \"Shop\" { currency EUR }`"
        }
        _ => return None,
    })
}
