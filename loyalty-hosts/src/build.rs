//! Building documents: events, keys and payloads, key after key, with what is missing left out.

use loyalty_core::Document;

use crate::json::Moment;
use crate::translation::ID_BYTES_MAX;

/// An object in the making.
pub struct Build(Vec<(String, Document)>);

impl Build {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// An event in the making.
    pub fn event(kind: &str, id: String, at: Moment) -> Self {
        Self::new().put("type", kind).put("id", id).put("at", at)
    }

    #[must_use]
    pub fn put(mut self, key: &str, value: impl Into<Document>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    /// Puts a value if there is one.
    #[must_use]
    pub fn maybe(self, key: &str, value: Option<impl Into<Document>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Puts a list if it has items.
    #[must_use]
    pub fn some<T: Into<Document>>(self, key: &str, items: Vec<T>) -> Self {
        if items.is_empty() { self } else { self.put(key, items) }
    }

    pub fn done(self) -> Document {
        Document::Object(self.0.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

/// An event's id: where it comes from, what it is, and what the platform calls it. What would be longer than an id may be
/// is told by a digest in its place, which is the same everywhere and always.
pub fn id(source: &str, kind: &str, names: &[&str]) -> String {
    let name = names.join(":");
    let id = format!("{source}:{kind}:{name}");
    if id.len() <= ID_BYTES_MAX {
        return id;
    }
    format!("{source}:{kind}:{:032x}", xxhash_rust::xxh3::xxh3_128(name.as_bytes()))
}
