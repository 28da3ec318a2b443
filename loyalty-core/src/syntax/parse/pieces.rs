//! Where one broken declaration ends and another begins, whose first word nobody knows.
//!
//! The grammar goes on at the next word that starts a declaration. A misspelt one is none, and would be passed over with
//! what is broken before it.

use std::ops::Range;

use super::slips;
use crate::syntax::lexer::{Token, TokenKind, tokens};

/// Cuts a broken stretch of the text before every line that looks like the head of a declaration outside of all brackets:
/// a word, a name or a text, and a brace or `=`.
pub(super) fn of(text: &str, broken: Range<usize>) -> Vec<Range<usize>> {
    let mut starts = vec![broken.start];
    let (mut depth, mut end) = (0_usize, broken.start);
    let inside: Vec<Token<'_>> =
        tokens(text.get(broken.clone()).unwrap_or("")).filter(|token| !token.is_comment()).collect();
    for (at, token) in inside.iter().enumerate() {
        let start = broken.start.saturating_add(token.start);
        let starts_line = text.get(..start).is_some_and(|before| before.ends_with(['\n', '\r']));
        if depth == 0
            && starts_line
            && end > broken.start
            && is_head(text, broken.start, inside.get(at..).unwrap_or(&[]))
        {
            starts.push(start);
        }
        match token.text {
            "(" | "[" | "{" => depth = depth.saturating_add(1),
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        end = start.saturating_add(token.text.len());
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([broken.end]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| start..end).collect()
}

/// `walet points {`, on one line.
fn is_head(text: &str, base: usize, tokens: &[Token<'_>]) -> bool {
    let [word, name, rest @ ..] = tokens else { return false };
    let same_line = |token: &Token<'_>| {
        let between = text.get(base.saturating_add(word.start)..base.saturating_add(token.start));
        between.is_some_and(|between| !between.contains(['\n', '\r']))
    };
    let named = matches!(name.kind, TokenKind::Word | TokenKind::Text { closed: true }) && same_line(name);
    let word = word.kind == TokenKind::Word && !slips::goes_on(word.text);
    word && named && rest.iter().take_while(|token| same_line(token)).any(|token| matches!(token.text, "{" | "="))
}
