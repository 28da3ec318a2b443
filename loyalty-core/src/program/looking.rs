//! Looking at members and asking why; nothing is changed.

use super::{Event, Program};
use crate::engine::claims::Counters;
use crate::engine::doors;
use crate::engine::error::EventError;
#[cfg(doc)]
use crate::engine::error::Refusal;
use crate::engine::explain::{self, Explanation};
use crate::engine::member::Member;
use crate::engine::view::{self, Totals, View};
use crate::time::Instant;
use crate::wire::document::Document;

impl Program {
    /// What a member has at an instant (or at its own clock, if that is later); changes nothing.
    #[must_use]
    pub fn view(&self, member: &Member, at: Instant) -> View {
        view::view(&self.plan, member, at.0, &self.text)
    }

    /// The sums of each wallet of a member as it stands.
    #[must_use]
    pub fn totals(&self, member: &Member) -> Vec<Totals> {
        let wallets = self.plan.wallets.iter().zip(&member.wallets);
        wallets.map(|(wallet, state)| Totals::of(&wallet.name, state)).collect()
    }

    /// Why an event would earn what it would, and what is missing for the rest; changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn explain(&self, before: &Member, event: impl AsRef<[u8]>) -> Result<Explanation, EventError> {
        let event = self.decode(event.as_ref())?;
        self.explain_event(before, &event)
    }

    /// The same for a decoded event.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn explain_event(&self, before: &Member, event: &Event) -> Result<Explanation, EventError> {
        explain::explain(&self.plan, before, &event.data, &self.text, None)
    }

    /// The same, knowing where the counters over all members stand, as [`Program::apply_event_with`] does.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    ///
    /// ```
    /// # use loyalty_core::{Counters, Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule early on order limit 1 in total { earn 100 points }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let member = program.enroll("m-1", at).unwrap();
    /// let event = program.decode(br#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":5}"#).unwrap();
    /// let mut counters = Counters::default();
    /// counters.set("rule early", "1".parse().unwrap());
    /// let why = program.explain_event_with(&member, &event, &counters).unwrap();
    /// assert!(why.to_text(false).contains("limit 1 in total: used 1 of 1"));
    /// ```
    pub fn explain_event_with(
        &self,
        before: &Member,
        event: &Event,
        counters: &Counters,
    ) -> Result<Explanation, EventError> {
        explain::explain(&self.plan, before, &event.data, &self.text, Some(counters))
    }

    /// Why the passing of time until `to` would bring about what it does; changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Program::advance`].
    ///
    /// ```
    /// use loyalty_core::{Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" { currency EUR }
    ///     wallet points { expire 30 days after earning }
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }"#).unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":5}"#).unwrap();
    /// let why = program.explain_advance(&member, Instant::parse("2026-03-01T00:00:00Z").unwrap()).unwrap();
    /// assert!(why.to_text(false).contains("expire 30 days after earning (line 2)"));
    /// ```
    pub fn explain_advance(&self, before: &Member, to: Instant) -> Result<Explanation, EventError> {
        explain::explain_advance(&self.plan, before, to.0, &self.text, None)
    }

    /// [`Program::explain_advance`], knowing where the counters over all members stand.
    ///
    /// # Errors
    ///
    /// As [`Program::advance`].
    pub fn explain_advance_with(
        &self,
        before: &Member,
        to: Instant,
        counters: &Counters,
    ) -> Result<Explanation, EventError> {
        explain::explain_advance(&self.plan, before, to.0, &self.text, Some(counters))
    }

    /// Why the wheels that an event turned came out so: of each draw the texts that were hashed, the number, the position and
    /// what it lies below, the slices with where each begins and ends, and whether all of it agrees when it is worked out again with
    /// the program's secret. Anybody who has the secret can do the same without this library; see `docs/games.md`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSecret`]; [`Refusal::UnknownOrder`] for an event that the member does not remember.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// let program = Program::compile("program \"Shop\" {}\nwallet pts {}\nwheel spin { weight 1 { earn 5 pts } }").unwrap();
    /// let program = program.with_secret(b"32 random bytes from a safe place").unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"draw","id":"d-1","at":"2026-01-02T10:00:00Z","wheel":"spin"}"#).unwrap();
    /// let audit = program.audit(&member, "d-1").unwrap().to_string();
    /// assert!(audit.contains(r#""hashed":["draw","Shop","spin","m-1","d-1","1"]"#));
    /// assert!(audit.contains(r#""agrees":true"#));
    /// ```
    pub fn audit(&self, member: &Member, event: &str) -> Result<Document, EventError> {
        doors::same_program(&self.plan, member)?;
        crate::engine::wheels::audit(&self.plan, member, event)
    }
}
