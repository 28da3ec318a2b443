//! What the compiler says about a program: one shape for every error and warning, as data.
//!
//! Drawing it is the business of [`render`]. The codes are a closed list: each has a section in `docs/errors.md`
//! and a corpus case that raises it, and a test compares the three.

pub mod code;
pub mod render;

pub use code::Code;

use crate::sorting::Arrange as _;
use crate::source::{LineColumn, LineIndex, Span, Units};

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The program cannot be used.
    Error,
    /// The program is legal and surely not what was meant.
    Warning,
}

/// A place that a diagnostic speaks of, with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub(crate) span: Span,
    pub(crate) text: String,
}

impl Label {
    /// The place, in bytes of the program text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// What is said of it; may be empty.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// One error or warning about a program text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) labels: Vec<Label>,
    pub(crate) help: Option<String>,
    pub(crate) candidates: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic at `span`. Message rules: lower case, no full stop, one sentence, user text in backticks.
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            candidates: Vec::new(),
        }
    }

    /// Says something of the first place.
    pub(crate) fn at(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds a further place.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same of a part that begins at that byte of the text.
    pub(crate) fn moved(mut self, by: u32) -> Self {
        for label in &mut self.labels {
            label.span = label.span.moved(by);
        }
        self
    }

    /// Says how to mend it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Holds the nearest valid names as data, nearest first; the renderer words them.
    pub(crate) fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.candidates = candidates;
        self
    }

    /// The stable code, such as `L0201`.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Error or warning; a property of the code.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// One sentence, lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The places it speaks of; the first is the main one.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The main place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::default(), |label| label.span)
    }

    /// How to mend it, if the compiler knows.
    #[must_use]
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The nearest valid names, nearest first.
    #[must_use]
    pub fn nearest(&self) -> &[String] {
        &self.candidates
    }
}

/// All that the compiler says about one program text.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    text: String,
}

impl Diagnostics {
    /// Diagnostics of a text, by place.
    pub(crate) fn new(text: &str, mut list: Vec<Diagnostic>) -> Self {
        list.arrange_by_key(|diagnostic| (diagnostic.span(), diagnostic.code()));
        Self { list, text: text.to_owned() }
    }

    /// The diagnostics in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The line and column, from 1 and in code points, of a byte offset of the program text.
    #[must_use]
    pub fn place(&self, offset: u32) -> LineColumn {
        LineIndex::new(&self.text).place(&self.text, offset)
    }

    /// The diagnostics as JSON, with their places as bytes and as lines and columns (in code points).
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document(Units::Bytes).to_string()
    }

    /// The same as a document, `start` and `end` counted as the host's texts are.
    #[must_use]
    pub fn to_document(&self, units: Units) -> crate::wire::document::Document {
        crate::wire::json::diagnostics(&self.list, &self.text, units)
    }

    /// Drawn as text, with the lines of the program that they speak of.
    #[must_use]
    pub fn render(&self, file_name: &str, colour: bool) -> String {
        render::render(&self.list, &self.text, file_name, colour)
    }
}

/// Drawn without colour, for hosts that know no file name.
impl core::fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.render("program", false))
    }
}

impl std::error::Error for Diagnostics {}
