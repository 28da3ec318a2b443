//! Something with a name, as editors show it.

use crate::source::Span;

/// Something that a program or the language declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) docs: String,
    /// The declaration and, within it, the name; nothing for what the language brings along.
    pub(super) place: Option<(Span, Span)>,
    pub(super) fields: Vec<Symbol>,
    /// Whether it is an instant or a day, which have parts.
    pub(super) moment: bool,
    /// The record that a field lists.
    pub(super) record: Option<String>,
}

impl Symbol {
    pub(super) fn new(kind: &'static str, name: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            detail: detail.into(),
            docs: String::new(),
            place: None,
            fields: Vec::new(),
            moment: false,
            record: None,
        }
    }

    pub(super) fn documented(mut self, docs: impl Into<String>) -> Self {
        self.docs = docs.into();
        self
    }

    pub(super) fn moment(mut self) -> Self {
        self.moment = true;
        self
    }

    /// The word that declares it (`wallet`, `rule` …); or `field`, `level`, `figure`, `part`, `currency`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Its name, or the title of a test or a program.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is in few words, such as its type; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What the `///` lines before it say; may be empty.
    #[must_use]
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// The whole declaration in bytes of the text; nothing for what the language brings along.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.place.map(|(whole, _)| whole)
    }

    /// Its name within the declaration.
    #[must_use]
    pub fn name_span(&self) -> Option<Span> {
        self.place.map(|(_, name)| name)
    }

    /// The fields of a member, event or record; the levels and benefits of `tiers`.
    #[must_use]
    pub fn fields(&self) -> &[Symbol] {
        &self.fields
    }
}
