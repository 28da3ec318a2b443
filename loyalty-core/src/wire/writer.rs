//! The writer of JSON.

use core::fmt::Write as _;

use rust_decimal::Decimal;

use super::sink::{Moment, Sink};
use crate::time::{SECOND, write_rfc3339};

/// Writes values as JSON behind a text.
pub struct Writer<'o> {
    out: &'o mut String,
    /// Whether what follows stands behind a value of the same list or object.
    follows: bool,
}

impl<'o> Writer<'o> {
    pub fn new(out: &'o mut String) -> Self {
        Self { out, follows: false }
    }

    fn value(&mut self) -> &mut String {
        if self.follows {
            self.out.push(',');
        }
        self.follows = true;
        self.out
    }

    fn begin(&mut self, bracket: char) {
        self.value().push(bracket);
        self.follows = false;
    }

    fn end(&mut self, bracket: char) {
        self.out.push(bracket);
        self.follows = true;
    }
}

impl Sink for Writer<'_> {
    fn null(&mut self) {
        self.value().push_str("null");
    }

    fn bool(&mut self, value: bool) {
        self.value().push_str(if value { "true" } else { "false" });
    }

    fn number(&mut self, number: i128) {
        write_number(self.value(), number);
    }

    // Digits, points, signs and colons need no escape.
    fn amount(&mut self, amount: Decimal) {
        let out = self.value();
        out.push('"');
        crate::amount::write(out, amount);
        out.push('"');
    }

    fn text(&mut self, text: &str) {
        write_text(self.value(), text);
    }

    fn instant(&mut self, moment: Moment) {
        let out = self.value();
        out.push('"');
        write_moment(out, moment);
        out.push('"');
    }

    fn begin_list(&mut self) {
        self.begin('[');
    }

    fn end_list(&mut self) {
        self.end(']');
    }

    fn begin_object(&mut self) {
        self.begin('{');
    }

    fn end_object(&mut self) {
        self.end('}');
    }

    fn key(&mut self, key: &'static str) {
        let out = self.value();
        out.push('"');
        out.push_str(key);
        out.push_str("\":");
        self.follows = false;
    }

    fn name(&mut self, name: &str) {
        let out = self.value();
        write_text(out, name);
        out.push(':');
        self.follows = false;
    }
}

pub fn write_moment(out: &mut String, moment: Moment) {
    write_rfc3339(out, moment.at.as_micros(), i64::from(moment.offset) * SECOND);
}

pub fn write_number(out: &mut String, number: i128) {
    match u64::try_from(number) {
        Ok(digits) => crate::amount::write_digits(out, digits, 0),
        // A text takes all that is written to it.
        Err(_) => drop(write!(out, "{number}")),
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Whatever JSON escapes is one byte, which is never a part of a longer character.
    while let Some(at) = first_escaped(rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut characters = from.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            // Short where JSON has a short form, as the writers of Python and JavaScript do: what a host parses and writes
            // again stays the same bytes.
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(control) => {
                // A text takes all that is written to it.
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Where the first byte is that JSON escapes: a control, a quote or a backslash.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    /// The same byte eight times.
    const fn eight(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    /// Whether one of eight bytes is zero.
    const fn has_zero(word: u64) -> bool {
        word.wrapping_sub(eight(0x01)) & !word & eight(0x80) != 0
    }

    let escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let (words, _) = bytes.as_chunks::<8>();
    // Nearly every text is plain, and eight bytes are looked at together as long as they are.
    let plain = words.iter().take_while(|word| {
        let word = u64::from_ne_bytes(**word);
        let controls = word.wrapping_sub(eight(0x20)) & !word & eight(0x80) != 0;
        !(controls || has_zero(word ^ eight(b'"')) || has_zero(word ^ eight(b'\\')))
    });
    let from = plain.count() * 8;
    bytes.get(from..)?.iter().position(escaped).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_escapes_is_found_at_every_place() {
        for length in 0..20 {
            let plain = "ü~ \u{7f}aé\u{80}z".repeat(4);
            let plain: String = plain.chars().take(length).collect();
            assert_eq!(first_escaped(plain.as_bytes()), None);
            for escaped in ['"', '\\', '\u{1f}', '\0', '\n'] {
                for (at, _) in plain.char_indices() {
                    let mut text = plain.clone();
                    text.insert(at, escaped);
                    assert_eq!(first_escaped(text.as_bytes()), Some(at), "{text:?}");
                }
            }
        }
    }
}
