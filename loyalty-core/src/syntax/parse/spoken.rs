//! What authors write of levels, coupons and counts as they would say it, and how it is said here.

use super::failure::Failure;
use super::slips::CLAUSES;
use crate::syntax::lexer::{Token, TokenKind};

const TENTH: &str = "the tenth order is a condition, `rule tenth on order when count(order) == 10`; every tenth of them is a challenge: \
                     `challenge ten { count order  goal 10  repeat  reward { earn 50 points } }`";
const REACHES: &str = "a level is followed by the name of its ladder: `on status reaches gold`";
const RAISE: &str = "a level is given by its name: `raise status to gold`";

pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before.map_or("", |before| before.text);
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    let ends = matches!(found.text, "{" | "}") || CLAUSES.contains(&found.text);
    if ends && failure.only("`..`") && failure.clause == Some("valid") && before.len() == 10 {
        return Some("one day is a range as well: `valid 2026-11-27 .. 2026-11-27`");
    }
    match failure.keyword? {
        "rule" if failure.open.is_empty() => head(failure, found, (earlier, before)),
        "rule" if failure.in_clauses => effect(failure, found, (earlier, before)),
        "rule" if earlier == "raise" && (before == "status" || failure.only("`to`")) => Some(RAISE),
        "rule" if matches!(earlier, "convert" | "forfeit") && before == "all" => Some(
            "all that there is, is the balance: `forfeit points`; whatever there is of them is `convert each 1 points to 0.01 EUR into cash`",
        ),
        "rule" if before == "valid" && found.kind == TokenKind::Number && is_length(failure) => Some(
            "how long points live: `earn 5 points expire 30 days after earning`; how long a coupon is good that is issued: `issue FIVE for 7 days`",
        ),
        "tiers" if before == "retain" && found.text == "from" => {
            Some("what keeps a level is a condition: `retain when spend >= 80 EUR`")
        }
        "wallet" if failure.clause == Some("limit") => Some(
            "the most that a wallet holds is `hold at most 500 points`, and the most that is earned into it `cap 500 points per month`",
        ),
        "coupon" => coupon(found, before),
        _ => None,
    }
}

/// Between the name of a rule and its braces.
fn head(failure: &Failure<'_>, found: &Token<'_>, (earlier, before): (&str, &str)) -> Option<&'static str> {
    let trigger = failure.clause.is_none();
    Some(match found.text {
        _ if trigger && before == "on" && found.kind == TokenKind::Number => TENTH,
        "every" if trigger && earlier == "on" => TENTH,
        _ if trigger
            && earlier == "on"
            && found.kind == TokenKind::Word
            && !matches!(found.text, "up" | "down")
            && matches!(before, "status" | "tier" | "tiers" | "level" | "reaching" | "reached" | "reaches") =>
        {
            REACHES
        }
        "from" if trigger => "the days on which a rule is in force are `valid 2026-11-01 .. 2026-11-30`",
        "for" if failure.clause == Some("when") => {
            "how long a level has been held is a number: `when status == gold and months since status.since >= 3`"
        }
        "within" if failure.clause == Some("limit") => "the stretch follows `per`: `limit 1 per member per 30 days`",
        _ => return None,
    })
}

/// Between the braces of a rule.
fn effect(failure: &Failure<'_>, found: &Token<'_>, (earlier, before): (&str, &str)) -> Option<&'static str> {
    let begins = failure.starts_line || matches!(before, "{" | "}");
    if failure.clause == Some("earn") && !begins {
        return match found.text {
            "excluding" | "except" | "without" => Some(
                "what is left out is taken off, `order.total - (order.shipping ?? 0 EUR)`; of lines are counted those that are meant: \
                 `sum(order.lines.amount where (category ?? \"\") != \"tobacco\")`",
            ),
            "above" | "over" => Some("what goes beyond an amount is `max(order.subtotal - 50 EUR, 0 EUR)`"),
            "after" => {
                Some("what can be spent only later is pending until it vests: `earn 5 points vest after 14 days`")
            }
            "expires" | "expiring" | "valid" => {
                Some("what runs out says when: `earn 5 points expire 30 days after earning`")
            }
            _ => None,
        };
    }
    Some(match found.text {
        _ if before == "all" && matches!(earlier, "convert" | "forfeit") => {
            "all that there is, is the balance: `forfeit points`; whatever there is of them is `convert each 1 points to 0.01 EUR into cash`"
        }
        _ if before == "coupon" && earlier == "issue" => "a coupon is issued by its name alone: `issue FIVE`",
        _ if earlier == "raise" => RAISE,
        "upgrade" | "promote" if begins => RAISE,
        "pay" | "charge" | "donate" if begins => "points are taken with `spend`: `spend 500 points`",
        _ => return None,
    })
}

fn coupon(found: &Token<'_>, before: &str) -> Option<&'static str> {
    if found.text == "delivery" && before == "free" {
        return Some("what it costs to deliver is the order's `shipping`: `give free shipping`");
    }
    Some(match (before, found.text) {
        ("exclusive", _) | (_, "exclusive") => "a coupon stands alone as long as it does not say `stack with any`",
        ("stackable" | "combinable", _) | (_, "stackable" | "combinable") => {
            "a coupon that stands beside others says `stack with any`"
        }
        _ => return None,
    })
}

fn is_length(failure: &Failure<'_>) -> bool {
    let unit = failure.next.map_or("", |next| next.text);
    matches!(unit, "day" | "days" | "week" | "weeks" | "month" | "months")
}
