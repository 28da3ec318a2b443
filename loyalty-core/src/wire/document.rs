//! What hosts are given: outcomes, views, explanations, errors and diagnostics as documents of named values.
//!
//! A document is written as JSON, keys in the order in which they were put, on every platform and in every build. (The
//! parser's own value type sorts its keys or keeps their order depending on a feature that any other crate of a build
//! may switch on; bytes that must be the same everywhere cannot rest on that.) It knows amounts and instants from
//! texts, so that a binding hands them on as its own kind of decimals and dates without a list of their names.

use core::fmt::{self, Write as _};

use rust_decimal::Decimal;

use crate::time::{Instant, SECOND, rfc3339};

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
    Object(Vec<(String, Document)>),
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
    pub(crate) fn put(&mut self, key: &str, value: impl Into<Document>) {
        if let Document::Object(entries) = self {
            entries.push((key.to_owned(), value.into()));
        }
    }

    /// The same, for building in one go.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<Document>) -> Self {
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

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Document::Null => formatter.write_str("null"),
            Document::Bool(value) => write!(formatter, "{value}"),
            Document::Number(number) => write!(formatter, "{number}"),
            Document::Text(text) => write_text(formatter, text),
            // Digits, points, signs and colons need no escape.
            Document::Amount(_) | Document::Instant { .. } => write!(formatter, "\"{}\"", self.plain()),
            Document::List(values) => {
                formatter.write_char('[')?;
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        formatter.write_char(',')?;
                    }
                    value.fmt(formatter)?;
                }
                formatter.write_char(']')
            }
            Document::Object(entries) => {
                formatter.write_char('{')?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        formatter.write_char(',')?;
                    }
                    write_text(formatter, key)?;
                    formatter.write_char(':')?;
                    value.fmt(formatter)?;
                }
                formatter.write_char('}')
            }
        }
    }
}

fn write_text(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => formatter.write_str("\\\"")?,
            '\\' => formatter.write_str("\\\\")?,
            '\n' => formatter.write_str("\\n")?,
            '\r' => formatter.write_str("\\r")?,
            '\t' => formatter.write_str("\\t")?,
            // Short where JSON has a short form, as the writers of Python and JavaScript do: what a host parses and writes
            // again stays the same bytes.
            '\u{8}' => formatter.write_str("\\b")?,
            '\u{c}' => formatter.write_str("\\f")?,
            control if (control as u32) < 0x20 => write!(formatter, "\\u{:04x}", control as u32)?,
            other => formatter.write_char(other)?,
        }
    }
    formatter.write_char('"')
}
