//! What an event or the passing of time brought about: typed facts, whole or none.

mod codec;
mod decision;
mod kind;
mod reason;
mod renumber;

use std::sync::Arc;

use crate::plan::Plan;
use crate::time::Instant;
use crate::wire::document::Document;
pub use codec::{part_number, part_of, read, write};
pub use decision::Decision;
pub use kind::{Kind, Parcel, RedeemedBy};
pub use reason::{Because, NotDrawn, NotEarned, NotTaken, TierBecause};

/// The answer to `apply` and `advance`.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub(crate) plan: Arc<Plan>,
    pub(crate) event: Option<String>,
    pub(crate) member: Arc<str>,
    pub(crate) at: i64,
    pub(crate) revision: u64,
    pub(crate) replayed: bool,
    /// The member's arm in each experiment that has been noted, by their places.
    pub(crate) arms: Vec<(u16, u16)>,
    pub(crate) decisions: Vec<Decision>,
}

impl Outcome {
    /// The id of the event; nothing for `advance`.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The member's id.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The event's own instant, or the one advanced to.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.at)
    }

    /// The revision of the member's state after it.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the event was known: these are the decisions recorded then, and nothing has changed.
    #[must_use]
    pub fn replayed(&self) -> bool {
        self.replayed
    }

    /// The member's arm in each experiment that has been noted, by their names, so that what was decided can be compared.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// let text = "program \"Shop\" {}\nexperiment mechanics { points 100% }\nrule seen on visit when mechanics == points { tag \"seen\" }";
    /// let program = Program::compile(text).unwrap().with_secret(b"32 random bytes from a safe place").unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// let outcome = program.apply(&mut member, r#"{"type":"visit","id":"v-1","at":"2026-01-02T10:00:00Z"}"#).unwrap();
    /// assert_eq!(outcome.arms().collect::<Vec<_>>(), [("mechanics", "points")]);
    /// assert!(outcome.to_json().contains(r#""arms":{"mechanics":"points"}"#));
    /// ```
    pub fn arms(&self) -> impl Iterator<Item = (&str, &str)> {
        self.arms.iter().filter_map(|(experiment, arm)| {
            let experiment = self.plan.experiments.get(usize::from(*experiment))?;
            Some((&*experiment.name, &*experiment.arms.get(usize::from(*arm))?.name))
        })
    }

    /// What was decided, in order.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The events that the decisions hold ready for other members, as JSON, in order: the host applies each to the
    /// member that it names, as often as it likes. See `transfer` in the language.
    #[must_use]
    pub fn outgoing(&self) -> Vec<String> {
        let carried = |decision: &Decision| crate::wire::carried::carried(&self.plan, decision);
        self.decisions.iter().filter_map(carried).map(|event| event.to_string()).collect()
    }

    /// The outcome as JSON: snake_case keys, amounts as decimal strings, instants RFC 3339 in the program's zone.
    #[must_use]
    pub fn to_json(&self) -> String {
        crate::wire::json::outcome_text(self)
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn to_document(&self) -> Document {
        crate::wire::json::outcome_document(self)
    }
}
