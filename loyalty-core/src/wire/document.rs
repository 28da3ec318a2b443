//! What hosts are given: outcomes, views, explanations, errors and diagnostics as documents of named values.
//!
//! A document is written as JSON, keys in the order in which they were put, on every platform and in every build. (The
//! parser's own value type sorts its keys or keeps their order depending on a feature that any other crate of a build
//! may switch on; bytes that must be the same everywhere cannot rest on that.) It knows amounts and instants from
//! texts, so that a binding hands them on as its own kind of decimals and dates without a list of their names.

use core::fmt;
use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::time::{Instant, SECOND, rfc3339, write_rfc3339};

/// What a value of an object is called. Nearly all keys stand in the core's own text.
pub type Key = Cow<'static, str>;

/// One value that a host is given. `Display` writes it as JSON.
///
/// ```
/// use loyalty_core::{Document, Instant, Program};
///
/// let program = Program::compile("program \"Shop\" {}\nwallet points {}\nrule joined on signup { earn 5 points }").unwrap();
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// let outcome = program.apply(&mut member, r#"{"type":"signup","id":"s-1","at":"2026-01-02T00:00:00Z"}"#).unwrap();
/// let document = outcome.to_document();
/// let earned = document.get("decisions").and_then(|decisions| decisions.item(0)).unwrap();
/// assert_eq!(earned.get("kind"), Some(&Document::Text("earned".to_owned())));
/// assert_eq!(earned.get("amount"), Some(&Document::Amount(5.into())));
/// assert_eq!(document.to_string(), outcome.to_json());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number: a count, a place, the number of an entry.
    Number(i128),
    /// An exact amount; a text of its digits in JSON, so that no reader takes it for a binary float.
    Amount(Decimal),
    /// A text.
    Text(String),
    /// An instant, shown with the offset that the program's zone has then; RFC 3339 in JSON.
    Instant {
        /// The instant.
        at: Instant,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// Values in order.
    List(Vec<Document>),
    /// Named values in order.
    Object(Vec<(Key, Document)>),
}

impl Document {
    /// What an object has under a key; nothing for other values.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Document> {
        let Document::Object(entries) = self else { return None };
        entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    /// The item of a list, counted from zero; nothing for other values.
    #[must_use]
    pub fn item(&self, number: usize) -> Option<&Document> {
        let Document::List(items) = self else { return None };
        items.get(number)
    }

    /// The value as people read it: a text without its quotes, all else as in JSON.
    pub(crate) fn plain(&self) -> String {
        match self {
            Document::Text(text) => text.clone(),
            Document::Amount(amount) => crate::amount::text(*amount),
            Document::Instant { at, offset } => rfc3339(at.as_micros(), i64::from(*offset) * SECOND),
            other => other.to_string(),
        }
    }

    pub(crate) fn object() -> Self {
        Document::Object(Vec::new())
    }

    /// Puts a key behind the others.
    pub(crate) fn put(&mut self, key: impl IntoKey, value: impl Into<Document>) {
        if let Document::Object(entries) = self {
            entries.push((key.into_key(), value.into()));
        }
    }

    /// The same, for building in one go.
    #[must_use]
    pub(crate) fn with(mut self, key: impl IntoKey, value: impl Into<Document>) -> Self {
        self.put(key, value);
        self
    }
}

impl From<Decimal> for Document {
    fn from(value: Decimal) -> Self {
        Document::Amount(value)
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Document::Text(text.to_owned())
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Document::Text(text)
    }
}

impl From<bool> for Document {
    fn from(value: bool) -> Self {
        Document::Bool(value)
    }
}

macro_rules! whole_numbers {
    ($($number:ty)*) => {
        $(impl From<$number> for Document {
            fn from(number: $number) -> Self {
                Document::Number(number as i128)
            }
        })*
    };
}

whole_numbers!(u8 u16 u32 u64 i64 usize);

impl<T: Into<Document>> From<Option<T>> for Document {
    fn from(value: Option<T>) -> Self {
        value.map_or(Document::Null, Into::into)
    }
}

impl<T: Into<Document>> From<Vec<T>> for Document {
    fn from(values: Vec<T>) -> Self {
        Document::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Document>> FromIterator<T> for Document {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Document::List(values.into_iter().map(Into::into).collect())
    }
}

/// What becomes a key: a text of the core itself as it stands, a name of the program as a copy.
pub(crate) trait IntoKey {
    fn into_key(self) -> Key;
}

impl IntoKey for &'static str {
    fn into_key(self) -> Key {
        Cow::Borrowed(self)
    }
}

impl IntoKey for String {
    fn into_key(self) -> Key {
        Cow::Owned(self)
    }
}

impl IntoKey for Key {
    fn into_key(self) -> Key {
        self
    }
}

impl IntoKey for &Box<str> {
    fn into_key(self) -> Key {
        Cow::Owned(self.as_ref().to_owned())
    }
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One write instead of one for each value, which a formatter looks up anew each time.
        let mut json = String::with_capacity(256);
        self.write(&mut json);
        formatter.write_str(&json)
    }
}

impl Document {
    /// Writes it as JSON behind a text.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Document::Null => out.push_str("null"),
            Document::Bool(true) => out.push_str("true"),
            Document::Bool(false) => out.push_str("false"),
            Document::Number(number) => write_number(out, *number),
            Document::Text(text) => write_text(out, text),
            // Digits, points, signs and colons need no escape.
            Document::Amount(amount) => {
                out.push('"');
                crate::amount::write(out, *amount);
                out.push('"');
            }
            Document::Instant { at, offset } => {
                out.push('"');
                write_rfc3339(out, at.as_micros(), i64::from(*offset) * SECOND);
                out.push('"');
            }
            Document::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Document::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(out, key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

pub(super) fn write_number(out: &mut String, number: i128) {
    use fmt::Write as _;

    // A text takes all that is written to it.
    let _ = match i64::try_from(number) {
        Ok(small) => write!(out, "{small}"),
        Err(_) => write!(out, "{number}"),
    };
}

fn write_text(out: &mut String, text: &str) {
    use fmt::Write as _;

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
