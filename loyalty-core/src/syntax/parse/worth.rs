//! What is earned, for how long and how often, as authors first write it, and how it is said here.

use super::failure::Failure;
use crate::syntax::lexer::{Token, TokenKind};

/// Words behind a first event that say which stretch it is the first of.
const STRETCHES: [&str; 6] = ["this", "each", "every", "of", "in", "per"];

pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    if failure.keyword != Some("rule") {
        return None;
    }
    let before = failure.before.map_or("", |before| before.text);
    let earlier = failure.earlier.map_or("", |earlier| earlier.text);
    let next = failure.next.map_or("", |next| next.text);
    if failure.open.is_empty() {
        return match (earlier, before) {
            ("on", "first") if STRETCHES.contains(&next) => Some(
                "the first of each month is a limit: `rule welcome on order limit 1 per member per month { earn 5 points }`",
            ),
            ("on", "earn" | "spend" | "expire") if found.kind == TokenKind::Word => Some(
                "what follows on points that come or go is `on earned points`, `on spent points`, `on expired points`",
            ),
            ("on", _) if found.text == "==" => Some(
                "a rule is set off by what happens, as in `on order` or `on status reaches gold`; a condition stands behind it, with `when`",
            ),
            _ => None,
        };
    }
    if failure.clause != Some("earn") {
        return None;
    }
    let number = failure.before.is_some_and(|before| before.kind == TokenKind::Number);
    match (found.text, before) {
        ("for", _) if failure.next.is_some_and(|next| next.kind == TokenKind::Number) => Some(FOR),
        ("capped" | "limited", _) => {
            Some("the most that a rule earns is its `cap`: `rule base on order cap 50 points per order { … }`")
        }
        ("least", "at") | ("most", "at") => Some(
            "the more, or the less, of two is `max(a, b)` or `min(a, b)`, and the most that a rule earns its `cap`",
        ),
        ("of", "best" | "highest" | "greatest" | "maximum") => Some("the greatest of several is `max(a, b)`"),
        ("of", _) if number => {
            Some("a share is written in percent, `5% of order.subtotal`, or multiplied: `0.05 * order.subtotal`")
        }
        (_, "%") if found.kind == TokenKind::Word => {
            Some("a share of something is written with `of`: `5% of order.subtotal`")
        }
        (_, word) if word.ends_with('%') && found.kind == TokenKind::Word => {
            Some("a share of something is written with `of`: `5% of order.subtotal`")
        }
        _ => None,
    }
}

const FOR: &str = "what is earned for each so much is written with `per`: `earn 1 points per 1 EUR of order.subtotal`; how long points live is `expire 30 days after earning`";
