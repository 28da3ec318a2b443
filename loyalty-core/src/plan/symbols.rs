//! Literal texts of the program as small numbers.
//!
//! A text of an event is looked up once, when it is decoded; after that, comparing it with a literal is comparing two numbers.

use super::print::Print;

/// Zero is no symbol: a text that no literal of the program equals.
pub const UNKNOWN: u32 = 0;

/// A set of texts, each with its number, from 1, in the order of their coming.
#[derive(Debug, Default)]
pub struct Symbols {
    texts: Vec<Box<str>>,
    prints: Vec<Print>,
    /// Open addressing: symbol numbers, zero for empty; the length is a power of two, at most half full.
    table: Vec<u32>,
}

impl Symbols {
    /// The symbol of a text, made if need be.
    pub fn intern(&mut self, text: &str) -> u32 {
        let known = self.get(text);
        if known != UNKNOWN {
            return known;
        }
        self.texts.push(text.into());
        self.prints.push(Print::of(text.as_bytes()));
        let symbol = self.texts.len() as u32;
        if self.texts.len() * 2 > self.table.len() {
            self.grow();
        } else {
            self.place(text, symbol);
        }
        symbol
    }

    /// The symbol of a text, or [`UNKNOWN`].
    pub fn get(&self, text: &str) -> u32 {
        if self.table.is_empty() {
            return UNKNOWN;
        }
        let mask = self.table.len() - 1;
        let print = Print::of(text.as_bytes());
        let mut at = place(print, text) & mask;
        loop {
            match self.table.get(at) {
                None | Some(&UNKNOWN) => return UNKNOWN,
                Some(&symbol) if self.is(symbol, print, text) => return symbol,
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    fn is(&self, symbol: u32, print: Print, text: &str) -> bool {
        self.prints.get(symbol as usize - 1) == Some(&print) && (print.is_whole() || self.text(symbol) == text)
    }

    /// The text of a symbol; empty for [`UNKNOWN`].
    pub fn text(&self, symbol: u32) -> &str {
        (symbol as usize).checked_sub(1).and_then(|index| self.texts.get(index)).map_or("", |text| text)
    }

    fn grow(&mut self) {
        self.table = vec![UNKNOWN; (self.texts.len() * 4).next_power_of_two().max(16)];
        let texts = core::mem::take(&mut self.texts);
        for (index, text) in texts.iter().enumerate() {
            self.place(text, index as u32 + 1);
        }
        self.texts = texts;
    }

    fn place(&mut self, text: &str, symbol: u32) {
        let mask = self.table.len() - 1;
        let mut at = place(Print::of(text.as_bytes()), text) & mask;
        while let Some(slot) = self.table.get_mut(at) {
            if *slot == UNKNOWN {
                *slot = symbol;
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

/// Where a text is looked for first. Long ones are often alike at both ends.
fn place(print: Print, text: &str) -> usize {
    if print.is_whole() { print.place() } else { crate::wire::digest(text.as_bytes()) as usize }
}
