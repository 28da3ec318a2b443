//! Warnings of texts with letters that nobody sees, which are equal to nothing that a till sends.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Checker<'_> {
    /// Looks at a text that a program compares or gives on; messages are others.
    pub(super) fn lint_text(&mut self, text: &str, span: Span) {
        if self.in_prelude {
            return;
        }
        let (what, help) = if let Some(mark) = text.chars().find(|letter| is_mark(*letter)) {
            (
                format!(
                    "this text holds a mark that nobody sees (U+{:04X}), and is no other text without it",
                    mark as u32
                ),
                "such marks come with what is copied from a messenger or a document: type the text anew",
            )
        } else if text.contains(['\u{a0}', '\u{202f}']) {
            (
                "this text holds a space that is none of the keyboard's, and is no other text with one".to_owned(),
                "it comes with what is copied from a document: type the space anew",
            )
        } else if !text.trim().is_empty() && text.trim() != text {
            ("this text begins or ends with a space, and is no other text without it".to_owned(), "leave the space out")
        } else {
            return;
        };
        self.report(Diagnostic::new(Code::UnseenLetter, span, what).help(help));
    }
}

/// Marks of direction, and what has no width. Persian words need the joiners, U+200C and U+200D.
const fn is_mark(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}'
    )
}
