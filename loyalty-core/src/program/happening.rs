//! What happens to members: they join, events are applied, and time passes.

use rust_decimal::Decimal;

use super::{Event, Program};
use crate::engine::claims::Counters;
use crate::engine::decided::Decided;
use crate::engine::doors;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::time::Instant;

impl Program {
    /// A new member, joining at that instant.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextTooLong`] or [`Refusal::MissingField`] for an id that is too long or empty.
    pub fn enroll(&self, id: &str, at: Instant) -> Result<Member, EventError> {
        if id.is_empty() {
            return Err(EventError::new(Refusal::MissingField).in_field("member").expecting("an id"));
        }
        if id.len() > crate::plan::layout::ID_BYTES_MAX {
            return Err(EventError::new(Refusal::TextTooLong)
                .in_field("member")
                .expecting(format!("at most {} bytes", crate::plan::layout::ID_BYTES_MAX))
                .but_found(format!("{} bytes", id.len())));
        }
        Ok(Member::new(&self.plan, id, at.0))
    }

    /// An event happens to a member: JSON in, decisions out.
    ///
    /// # Errors
    ///
    /// Why the event is refused; the member is then as before.
    pub fn apply(&self, member: &mut Member, event: impl AsRef<[u8]>) -> Result<Outcome, EventError> {
        let event = self.decode(event.as_ref())?;
        doors::apply(&self.plan, member, &event.data, None)
    }

    /// The same, refusing events that are dated further ahead of `now` than the program tolerates.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`], and [`Refusal::FutureEvent`].
    pub fn apply_at(&self, member: &mut Member, event: impl AsRef<[u8]>, now: Instant) -> Result<Outcome, EventError> {
        let event = self.decode(event.as_ref())?;
        doors::apply(&self.plan, member, &event.data, Some(now.0))
    }

    /// The same for a decoded event.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn apply_event(&self, member: &mut Member, event: &Event) -> Result<Outcome, EventError> {
        doors::apply(&self.plan, member, &event.data, None)
    }

    /// The same for a decoded event, refusing those that are dated further ahead of `now` than the program tolerates.
    ///
    /// # Errors
    ///
    /// As [`Program::apply_at`].
    pub fn apply_event_at(&self, member: &mut Member, event: &Event, now: Instant) -> Result<Outcome, EventError> {
        doors::apply(&self.plan, member, &event.data, Some(now.0))
    }

    /// The same, knowing where the counters over all members stand: no rule fires and no coupon applies beyond its limit
    /// `in total`, and no discount exceeds a budget. The claims of the outcome are to be committed together with the
    /// member's state, on counters that are still the same or leave room for them.
    ///
    /// # Errors
    ///
    /// As [`Program::apply_at`].
    ///
    /// ```
    /// # use loyalty_core::{Counters, Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule early on order limit 1 in total { earn 100 points }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let mut member = program.enroll("m-1", at).unwrap();
    /// let event = program.decode(br#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":5}"#).unwrap();
    /// let mut counters = Counters::default();
    /// counters.set("rule early", "1".parse().unwrap());
    /// let outcome = program.apply_event_with(&mut member, &event, None, counters).unwrap();
    /// assert!(outcome.decisions().is_empty());
    /// ```
    pub fn apply_event_with(
        &self,
        member: &mut Member,
        event: &Event,
        now: Option<Instant>,
        counters: Counters,
    ) -> Result<Outcome, EventError> {
        let mut decisions = Decided::counted(counters);
        doors::apply_into(&self.plan, member, &event.data, now.map(|now| now.0), &mut decisions)
    }

    /// Time passes until `to`: points vest and run out, each at its own instant. It does not matter in how many steps.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`] for a member of another program.
    pub fn advance(&self, member: &mut Member, to: Instant) -> Result<Outcome, EventError> {
        doors::advance(&self.plan, member, to.0)
    }

    /// [`Program::advance`], knowing where the counters over all members stand.
    ///
    /// # Errors
    ///
    /// As [`Program::advance`].
    pub fn advance_with(&self, member: &mut Member, to: Instant, counters: Counters) -> Result<Outcome, EventError> {
        let mut decisions = Decided::counted(counters);
        doors::advance_into(&self.plan, member, to.0, &mut decisions)?;
        Ok(doors::outcome(&self.plan, member, None, to.0, decisions.take_list()))
    }

    /// What the rules would earn for an event on a member as it stands, per wallet in the program's order: the judging
    /// of rules alone, for previews and measurements. Nothing is remembered, and neither duplicates nor time are looked at.
    ///
    /// # Errors
    ///
    /// Amounts beyond what can be held exactly, and spending beyond the balance.
    pub fn rate(&self, member: &Member, event: &Event) -> Result<Vec<(&str, Decimal)>, EventError> {
        doors::rate(&self.plan, member, &event.data)
    }
}
