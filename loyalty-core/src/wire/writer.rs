//! The writer of JSON.

use core::fmt::Write as _;

use rust_decimal::Decimal;

use super::scan::is_plain;
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
        if self.follows {
            self.out.push_str(",\"");
        } else {
            self.out.push('"');
        }
        self.out.push_str(key);
        self.out.push_str("\":");
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
    // Nearly every text is plain.
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        write_escaped(out, text);
    }
    out.push('"');
}

#[cold]
fn write_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Short where JSON has a short form, as the writers of Python and JavaScript do: what a host parses and writes
            // again stays the same bytes.
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                // A text takes all that is written to it.
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            plain => out.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_escapes_is_escaped_at_every_place() {
        for length in 0..20 {
            let plain = "ü~ \u{7f}aé\u{80}z".repeat(4);
            let plain: String = plain.chars().take(length).collect();
            let written = |text: &str| {
                let mut json = String::new();
                write_text(&mut json, text);
                json
            };
            assert_eq!(written(&plain), format!("\"{plain}\""));
            for (escaped, form) in
                [('"', "\\\""), ('\\', "\\\\"), ('\u{1f}', "\\u001f"), ('\0', "\\u0000"), ('\n', "\\n")]
            {
                for (at, _) in plain.char_indices() {
                    let (before, behind) = plain.split_at(at);
                    assert_eq!(written(&format!("{before}{escaped}{behind}")), format!("\"{before}{form}{behind}\""));
                }
            }
        }
    }
}
