//! The space between two tokens of a line.

use crate::syntax::lexer::{Token, TokenKind};

/// Words that take their parenthesis without a space.
const FUNCTIONS: &[&str] =
    &["sum", "count", "distinct", "min", "max", "average", "first", "last", "streak", "floor", "ceil", "abs", "round"];

/// Words that are never called.
const NOT_CALLED: &[&str] = &[
    "and", "or", "not", "in", "is", "of", "where", "when", "per", "match", "else", "by", "to", "earn", "spend", "tag",
    "untag", "transfer", "expect", "given", "cap", "full", "since", "convert", "signal", "budget", "cost", "goal",
    "from",
];

/// What stands between `before` and `token`.
pub(super) fn between(text: &str, before: &Token<'_>, token: &Token<'_>) -> &'static str {
    let tight = before.end() == token.start;
    let sign = |token: &Token<'_>, signs: &[&str]| token.kind == TokenKind::Sign && signs.contains(&token.text);
    if sign(before, &["(", "[", "."]) || sign(token, &[")", "]", ",", ".", "?"]) {
        return "";
    }
    if sign(before, &["{"]) && sign(token, &["}"]) {
        return "";
    }
    if sign(token, &["("]) && before.kind == TokenKind::Word {
        let called = FUNCTIONS.contains(&before.text) || (tight && !NOT_CALLED.contains(&before.text));
        return if called { "" } else { " " };
    }
    if sign(before, &["-"]) && is_unary(text, before, token) {
        return "";
    }
    " "
}

/// Whether a minus belongs to the number after it: it follows a sign, or the author wrote it so.
fn is_unary(text: &str, minus: &Token<'_>, operand: &Token<'_>) -> bool {
    let before = text.get(..minus.start).unwrap_or("");
    let previous = before.trim_end().chars().next_back();
    let after_sign = previous.is_none_or(|sign| "([{,=<>+-*/?!".contains(sign));
    let written = minus.end() == operand.start && before.ends_with([' ', '\t', '\n']);
    after_sign || written
}
