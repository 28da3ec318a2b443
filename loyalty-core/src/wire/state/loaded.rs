//! What comes of loading saved state: the member and what was lost on the way, or why it cannot be read.

use rust_decimal::Decimal;

use crate::engine::member::Member;
use crate::wire::document::Document;

/// Why saved state cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError {
    message: String,
}

impl StateError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl core::fmt::Display for StateError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for StateError {}

/// What a program could not take over from state that another program, or another version of it, has saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationReport {
    pub(super) dropped: Vec<String>,
    pub(super) added: Vec<String>,
    pub(super) lost_balances: Vec<(String, Decimal)>,
}

impl MigrationReport {
    /// Whether everything was taken over and nothing is new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.added.is_empty()
    }

    /// Notes what the program no longer has, once.
    pub(super) fn loses(&mut self, thing: String) {
        if !self.dropped.contains(&thing) {
            self.dropped.push(thing);
        }
    }

    /// What the program no longer has, such as ``wallet `stars` with 120``.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// Wallets that the program no longer has and in which something is, available, pending or held, with how much. A host that
    /// writes members back asks before it lets that go: it is how another shop's program shows, or a misspelt wallet.
    ///
    /// ```
    /// use loyalty_core::{Instant, Program};
    ///
    /// let stars = Program::compile("program \"A\" {} wallet stars {} rule base on order { earn 5 stars }")?;
    /// let points = Program::compile("program \"B\" {} wallet points {}")?;
    /// let mut member = stars.enroll("m-1", Instant::from_micros(0).ok_or("an instant")?)?;
    /// stars.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z"}"#)?;
    ///
    /// let loaded = points.load(&stars.save(&member))?;
    /// assert_eq!(loaded.report.lost_balances(), [("stars".to_owned(), 5.into())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lost_balances(&self) -> &[(String, Decimal)] {
        &self.lost_balances
    }

    /// What the program has and the state did not; it begins empty.
    #[must_use]
    pub fn added(&self) -> &[String] {
        &self.added
    }

    /// The report as a document: `dropped` and `added`.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document::object().with("dropped", self.dropped.clone()).with("added", self.added.clone())
    }
}

/// Loaded state.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The member, ready for this program.
    pub member: Member,
    /// What was lost and what is new on the way.
    pub report: MigrationReport,
}
