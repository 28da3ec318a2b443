//! What hosts are given: outcomes, views, explanations, errors and diagnostics as documents of named values.
//!
//! A document is written as JSON, keys in the order in which they were put, on every platform and in every build. (The
//! parser's own value type sorts its keys or keeps their order depending on a feature that any other crate of a build
//! may switch on; bytes that must be the same everywhere cannot rest on that.) It knows amounts and instants from
//! texts, so that a binding hands them on as its own kind of decimals and dates without a list of their names.

use core::fmt;
use std::borrow::Cow;

use rust_decimal::Decimal;

use super::sink::{Moment, Object, Sink, Tell};
use super::writer::Writer;
use crate::time::{Instant, SECOND, rfc3339};

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

    /// The object that is told.
    pub(crate) fn told(entries: impl FnOnce(&mut Object<'_>)) -> Self {
        let mut builder = Builder { open: Vec::new(), whole: Document::Null };
        Object::tell(&mut builder, entries);
        builder.whole
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
        self.tell(&mut Writer::new(&mut json));
        formatter.write_str(&json)
    }
}

impl From<Moment> for Document {
    fn from(Moment { at, offset }: Moment) -> Self {
        Document::Instant { at, offset }
    }
}

impl Tell for Document {
    fn tell(&self, sink: &mut dyn Sink) {
        match self {
            Document::Null => sink.null(),
            Document::Bool(value) => sink.bool(*value),
            Document::Number(number) => sink.number(*number),
            Document::Text(text) => sink.text(text),
            Document::Amount(amount) => sink.amount(*amount),
            Document::Instant { at, offset } => sink.instant(Moment { at: *at, offset: *offset }),
            Document::List(values) => {
                sink.begin_list();
                values.iter().for_each(|value| value.tell(sink));
                sink.end_list();
            }
            Document::Object(entries) => {
                sink.begin_object();
                for (key, value) in entries {
                    match key {
                        Cow::Borrowed(key) => sink.key(key),
                        Cow::Owned(name) => sink.name(name),
                    }
                    value.tell(sink);
                }
                sink.end_object();
            }
        }
    }
}

/// Makes a document of what it is told.
struct Builder {
    /// The lists and objects that have not ended, from the outermost.
    open: Vec<Open>,
    whole: Document,
}

enum Open {
    List(Vec<Document>),
    /// The last entry waits for its value.
    Object(Vec<(Key, Document)>),
}

impl Builder {
    fn value(&mut self, value: Document) {
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object(entries)) => {
                if let Some((_, waiting)) = entries.last_mut() {
                    *waiting = value;
                }
            }
            None => self.whole = value,
        }
    }

    fn entry(&mut self, key: Key) {
        if let Some(Open::Object(entries)) = self.open.last_mut() {
            entries.push((key, Document::Null));
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::List(items)) => self.value(Document::List(items)),
            Some(Open::Object(entries)) => self.value(Document::Object(entries)),
            None => {}
        }
    }
}

impl Sink for Builder {
    fn null(&mut self) {
        self.value(Document::Null);
    }

    fn bool(&mut self, value: bool) {
        self.value(Document::Bool(value));
    }

    fn number(&mut self, number: i128) {
        self.value(Document::Number(number));
    }

    fn amount(&mut self, amount: Decimal) {
        self.value(Document::Amount(amount));
    }

    fn text(&mut self, text: &str) {
        self.value(Document::Text(text.to_owned()));
    }

    fn instant(&mut self, moment: Moment) {
        self.value(moment.into());
    }

    fn begin_list(&mut self) {
        self.open.push(Open::List(Vec::new()));
    }

    fn end_list(&mut self) {
        self.end();
    }

    fn begin_object(&mut self) {
        self.open.push(Open::Object(Vec::new()));
    }

    fn end_object(&mut self) {
        self.end();
    }

    fn key(&mut self, key: &'static str) {
        self.entry(Cow::Borrowed(key));
    }

    fn name(&mut self, name: &str) {
        self.entry(Cow::Owned(name.to_owned()));
    }
}
