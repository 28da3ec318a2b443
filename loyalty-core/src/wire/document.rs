//! A JSON document to be written: keys in the order in which they were put, on every platform and in every build.
//!
//! The parser's own value type sorts its keys or keeps their order depending on a feature that any other crate of a
//! build may switch on; bytes that must be the same everywhere cannot rest on that.

use core::fmt::{self, Write as _};

use rust_decimal::Decimal;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    Null,
    Bool(bool),
    /// A whole number.
    Number(i128),
    Text(String),
    List(Vec<Document>),
    Object(Vec<(String, Document)>),
}

impl Document {
    pub fn object() -> Self {
        Document::Object(Vec::new())
    }

    /// Puts a key behind the others.
    pub fn put(&mut self, key: &str, value: impl Into<Document>) {
        if let Document::Object(entries) = self {
            entries.push((key.to_owned(), value.into()));
        }
    }

    /// The same, for building in one go.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Document>) -> Self {
        self.put(key, value);
        self
    }
}

/// Amounts are written as texts, so that no reader takes them for binary floats.
impl From<Decimal> for Document {
    fn from(value: Decimal) -> Self {
        Document::Text(crate::amount::text(value))
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
            control if (control as u32) < 0x20 => write!(formatter, "\\u{:04x}", control as u32)?,
            other => formatter.write_char(other)?,
        }
    }
    formatter.write_char('"')
}
