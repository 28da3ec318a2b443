//! Why an event was refused: for the host, one at a time, with the field and how to mend it.

use core::fmt;
use core::str::FromStr;

use rust_decimal::Decimal;

use crate::amount;
use crate::plan::layout::{EVENT_FIELDS_MAX, EVENT_LEVELS_MAX, EVENT_VALUES_MAX};
pub use crate::refusal::Refusal;
use crate::time::Instant;

/// A refused event: what is wrong, where, and how to mend it. The member's state is as it was before.
///
/// ```
/// use loyalty_core::{Instant, Program};
///
/// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// let event = r#"{"type":"order","id":"o-1","member":"m-1","at":"2026-01-02T10:00:00Z"}"#;
/// let error = program.apply(&mut member, event).unwrap_err();
/// assert_eq!((error.code().as_str(), error.field()), ("missing_field", Some("subtotal")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError(Box<Told>);

/// What a refusal says. It lies behind a pointer, for every value that is read may be refused and hardly any is: what all
/// those calls return has to be small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    code: Refusal,
    field: Option<String>,
    expected: Option<String>,
    found: Option<String>,
    help: Option<String>,
    refused: Option<RefusedBy>,
}

/// The rule that refused an event, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RefusedBy {
    rule: Box<str>,
    text: Option<Box<str>>,
}

impl EventError {
    #[cold]
    pub(crate) fn new(code: Refusal) -> Self {
        Self(Box::new(Told { code, field: None, expected: None, found: None, help: None, refused: None }))
    }

    /// The rule that refuses, and what it says.
    pub(crate) fn by_rule(mut self, rule: &str, text: Option<Box<str>>) -> Self {
        self.0.refused = Some(RefusedBy { rule: rule.into(), text });
        self
    }

    /// What was found, whole: what made a rule refuse.
    pub(crate) fn because(mut self, found: String) -> Self {
        self.0.found = Some(found);
        self
    }

    /// For an [`crate::Input`] of a host whose object cannot be read at all: what it found instead of one.
    #[must_use]
    pub fn unreadable(found: &str) -> Self {
        Self::new(Refusal::InvalidJson).expecting("one JSON object").but_found(found)
    }

    /// An event with more fields of its own than are taken.
    #[cold]
    pub(crate) fn too_many_fields() -> Self {
        Self::beyond(Refusal::TooManyFields, EVENT_FIELDS_MAX, "fields", "")
    }

    /// An event with values that are nested more deeply than is taken.
    #[cold]
    pub(crate) fn too_deep() -> Self {
        Self::beyond(Refusal::TooDeep, EVENT_LEVELS_MAX as usize, "levels", " of nested values")
    }

    /// An event that is no text, and would be too long as one.
    #[cold]
    pub(crate) fn too_many_values() -> Self {
        Self::beyond(Refusal::EventTooLarge, EVENT_VALUES_MAX, "values", "")
    }

    fn beyond(code: Refusal, most: usize, what: &str, kind: &str) -> Self {
        Self::new(code).expecting(format!("at most {most} {what}{kind}")).but_found(format!("more than {most} {what}"))
    }

    /// Whether nothing of the object can be read: no field is at fault.
    pub(crate) fn is_of_the_whole(&self) -> bool {
        use Refusal::{EventTooLarge, InvalidJson, TooDeep, TooManyFields};
        matches!(self.code(), InvalidJson | EventTooLarge | TooManyFields | TooDeep)
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    pub(crate) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// What came instead, cut to a length that fits a message.
    pub(crate) fn but_found(mut self, found: impl AsRef<str>) -> Self {
        let found = found.as_ref();
        let cut: String = found.chars().take(60).collect();
        self.0.found = Some(if cut.len() < found.len() { format!("{cut}…") } else { cut });
        self
    }

    pub(crate) fn advising(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Puts a place before the field: `lines[2].` before `amount`.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let field = self.0.field.take().unwrap_or_default();
        self.0.field = Some(if field.is_empty() { place.to_owned() } else { format!("{place}.{field}") });
        self
    }
}

/// Refuses an amount that has more digits after the point than what it is an amount of.
pub fn not_finer(found: Decimal, decimals: u32, field: &str) -> Result<(), EventError> {
    if found.normalize().scale() <= decimals {
        return Ok(());
    }
    let expected = format!("at most {decimals} decimals");
    Err(EventError::new(Refusal::WrongType).in_field(field).expecting(expected).but_found(amount::text(found)))
}

/// What the host reads of an error.
impl EventError {
    /// The stable reason.
    #[must_use]
    pub fn code(&self) -> Refusal {
        self.0.code
    }

    /// The field that is wrong, as a path such as `lines[2].amount`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The rule of the program that refused the event; see `refuse` in `docs/language.md`.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.0.refused.as_ref().map(|refused| &*refused.rule)
    }

    /// What that rule says to the member, in the member's language; nothing where a value that it tells is missing.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.refused.as_ref()?.text.as_deref()
    }

    /// What was expected.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.0.expected.as_deref()
    }

    /// What came.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.0.found.as_deref()
    }

    /// The error as JSON: `{"error": code, "field": …, "expected": …, "found": …, "help": …}`, of a rule that refuses with
    /// `rule` and `text`.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The same as a document.
    #[must_use]
    pub fn to_document(&self) -> crate::wire::document::Document {
        crate::wire::json::error(self)
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
}

impl From<crate::amount::Overflow> for EventError {
    fn from(_: crate::amount::Overflow) -> Self {
        Self::new(Refusal::Overflow)
            .expecting("amounts that fit 28 digits and balances within 64 bits")
            .advising("look for an amount of a wrong unit in the event or for a rate that is far too high")
    }
}

/// [`Instant::parse`] for what a host was given as text: what is no instant is refused as it would be in an event.
impl EventError {
    /// Says what a text lacks that would be an instant with it.
    pub(crate) fn without_offset(self, text: &str) -> Self {
        match Instant::parse(&format!("{text}Z")) {
            Some(_) => {
                self.advising("say how far its clock is from UTC: `+08:00` behind the time, or `Z` for UTC itself")
            }
            None => self,
        }
    }
}

impl FromStr for Instant {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        Self::parse(text).ok_or_else(|| {
            let refused = EventError::new(Refusal::BadInstant)
                .expecting("an instant such as 2026-11-21T10:00:00+08:00, from 1970 to 2199")
                .but_found(format!("`{text}`"));
            refused.without_offset(text)
        })
    }
}

impl EventError {
    /// What it says besides its code, as one sentence for people.
    #[must_use]
    pub fn details(&self) -> String {
        let parts = [
            self.field().map(|field| format!("`{field}`")),
            self.expected().map(|expected| format!("expected {expected}")),
            self.found().map(|found| format!("found {found}")),
        ];
        let what = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        [Some(what), self.help().map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.code)?;
        if let Some(rule) = self.rule() {
            write!(formatter, ": rule `{rule}`")?;
        }
        if let Some(text) = self.text() {
            write!(formatter, ": {text}")?;
        }
        if let Some(field) = &self.0.field {
            write!(formatter, ": `{field}`")?;
        }
        if let Some(expected) = &self.0.expected {
            write!(formatter, ": expected {expected}")?;
        }
        if let Some(found) = &self.0.found {
            write!(formatter, ", found {found}")?;
        }
        if let Some(help) = &self.0.help {
            write!(formatter, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for EventError {}
