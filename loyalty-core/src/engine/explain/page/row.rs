//! A row: words with an amount before them and rows below them.

use crate::engine::explain::{Explanation, words as say};
use crate::plan::Quote;

/// A piece of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Words(String),
    /// Quoted from the program, or a name in it.
    Code(String),
    /// What matters most.
    Strong(String),
    /// What matters least.
    Faint(String),
}

/// Words in a row, with an amount before them and rows below them.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub amount: Option<String>,
    pub words: Words,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub struct Words(pub Vec<Piece>);

impl Words {
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    pub(super) fn code(mut self, code: impl Into<String>) -> Self {
        self.0.push(Piece::Code(code.into()));
        self
    }

    pub(super) fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(words.into()));
        self
    }

    pub(super) fn faint(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Faint(words.into()));
        self
    }

    pub(super) fn line(self, line: Option<u32>) -> Self {
        match line {
            Some(line) => self.faint(format!(" (line {line})")),
            None => self,
        }
    }

    pub(super) fn row(self) -> Row {
        Row { words: self, ..Row::default() }
    }
}

pub(super) fn words() -> Words {
    Words::default()
}

pub(super) fn joined(mut one: Words, other: Words) -> Words {
    one.0.extend(other.0);
    one
}

/// A clause of the program.
pub(super) fn quoted(told: &Explanation, quote: Quote) -> Words {
    words().code(say::quoted(&told.source, quote)).line(Some(quote.line))
}
