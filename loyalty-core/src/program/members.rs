//! Accounts as a whole: merging, erasing, taking out, paying together, and what cannot be delivered.

use super::{Event, Program};
use crate::engine::error::EventError;
#[cfg(doc)]
use crate::engine::error::Refusal;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::members::pool::{self, PoolPayment, PoolReturn};
use crate::engine::members::{erase, merge, transfer};
use crate::engine::outcome::Outcome;
use crate::engine::referrals;
use crate::time::Instant;
use crate::wire::document::Document;
use crate::wire::{decode, export};

impl Program {
    /// Merges the account `from` into the account `into`: balances, counters and everything remembered go over, lots keep
    /// their ends, debts are paid with the other's points. `from` is left empty, and its events are refused with
    /// [`Refusal::MemberClosed`]; those that name it are taken by `into`. The outcomes are that of `into` and that of
    /// `from`.
    ///
    /// An event that both know under one id counts once: what it gave to `from` is taken back first, as by a
    /// cancellation. A host that has kept only `into` may merge again: nothing is taken over twice.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongMember`] for one account twice, [`Refusal::OtherProgram`], [`Refusal::MemberClosed`],
    /// [`Refusal::MemberPaused`], [`Refusal::Conflict`] for an id under which the two know different events,
    /// [`Refusal::Overflow`]; both are then as before.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// let (mut into, mut from) = (program.enroll("m-1", at).unwrap(), program.enroll("m-2", at).unwrap());
    /// program.apply(&mut from, r#"{"type":"order","id":"o-1","member":"m-2","at":"2026-01-02T10:00:00Z",
    ///     "subtotal":"40.00"}"#).unwrap();
    /// let (outcome, _) = program.merge(&mut into, &mut from, Instant::parse("2026-02-01T00:00:00Z").unwrap()).unwrap();
    /// assert_eq!(outcome.decisions()[0].kind(), "merged");
    /// assert_eq!(program.totals(&into)[0].available.to_string(), "40");
    /// assert_eq!(program.totals(&from)[0].issued.to_string(), "0");
    /// ```
    pub fn merge(&self, into: &mut Member, from: &mut Member, at: Instant) -> Result<(Outcome, Outcome), EventError> {
        merge::merge(&self.plan, into, from, at.0)
    }

    /// Erases the person and keeps the sums: what is left has `pseudonym` for its id and holds, of each wallet, the sums,
    /// and of each lot its amount, the day on which it was earned and its end. It takes no more events, only time. Who
    /// comes back is enrolled anew, from zero.
    ///
    /// The pseudonym is the host's: something random, or a keyed hash of the id.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongMember`] for a pseudonym that holds the id, [`Refusal::TextTooLong`] for an empty or too long one,
    /// [`Refusal::MemberClosed`] for a member that was erased under another pseudonym, [`Refusal::OtherProgram`].
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let mut member = program.enroll("m-1", at).unwrap();
    /// # program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":"40.00"}"#).unwrap();
    /// program.erase(&mut member, "gone-7f3a", Instant::parse("2026-02-01T00:00:00Z").unwrap()).unwrap();
    /// assert_eq!(member.id(), "gone-7f3a");
    /// assert_eq!(program.totals(&member)[0].available.to_string(), "40");
    /// assert!(!program.export(&member).contains("o-1"));
    /// ```
    pub fn erase(&self, member: &mut Member, pseudonym: &str, at: Instant) -> Result<Outcome, EventError> {
        erase::erase(&self.plan, member, pseudonym, at.0)
    }

    /// All that is held about a member, as one JSON document for the person: attributes, tags, wallets with their lots,
    /// counters, values of measures, and every event that is still remembered with what was kept of it and decided.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":"40.00"}"#).unwrap();
    /// assert!(program.export(&member).contains(r#""subtotal":"40""#));
    /// ```
    #[must_use]
    pub fn export(&self, member: &Member) -> String {
        self.export_document(member).to_string()
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn export_document(&self, member: &Member) -> Document {
        export::export(&self.plan, member)
    }

    /// Members of one household pay together, each in proportion to what it has available: one event for each of them,
    /// under the payment's id. Either all of them pay or none; paying again under the same id repeats the outcomes.
    ///
    /// # Errors
    ///
    /// [`Refusal::InsufficientBalance`] with what is short, [`Refusal::UnknownWallet`], [`Refusal::WrongMember`] for no
    /// member or one twice, [`Refusal::Conflict`] for an id that is known otherwise, and what [`Program::apply`] refuses.
    ///
    /// ```
    /// # use loyalty_core::{Instant, PoolPayment, PoolReturn, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let (mut ana, mut ben) = (program.enroll("ana", at).unwrap(), program.enroll("ben", at).unwrap());
    /// # for (member, points) in [(&mut ana, 200), (&mut ben, 100)] {
    /// #     let event = format!(r#"{{"type":"adjust","id":"a-1","at":"2026-01-01T10:00:00Z","points":{points}}}"#);
    /// #     program.apply(member, event).unwrap();
    /// # }
    /// let payment = PoolPayment { id: "p-1".into(), wallet: "points".into(), points: 100.into(), at };
    /// program.pool_spend(&mut [&mut ana, &mut ben], &payment).unwrap();
    /// assert_eq!(program.totals(&ana)[0].available.to_string(), "133");
    /// assert_eq!(program.totals(&ben)[0].available.to_string(), "67");
    ///
    /// let back = PoolReturn { id: "r-1".into(), payment: "p-1".into(), points: None, at };
    /// program.pool_give_back(&mut [&mut ana, &mut ben], &back).unwrap();
    /// assert_eq!(program.totals(&ana)[0].available.to_string(), "200");
    /// ```
    pub fn pool_spend(&self, members: &mut [&mut Member], payment: &PoolPayment) -> Result<Vec<Outcome>, EventError> {
        pool::spend(&self.plan, members, payment, &|part, event| self.pool_event(part, event))
    }

    /// Members of a household get back of what they paid together, each in proportion to what it gave and has not got
    /// back yet, as the wallet's `restore` says. Either all of them or none.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownOrder`] for a payment that one of them had no part in, [`Refusal::RefundExceedsOrder`] for more
    /// than is left of it, [`Refusal::Conflict`], and what [`Program::apply`] refuses of a refund.
    pub fn pool_give_back(&self, members: &mut [&mut Member], back: &PoolReturn) -> Result<Vec<Outcome>, EventError> {
        pool::give_back(&self.plan, members, back, &|part, event| self.pool_event(part, event))
    }

    /// The `sent_back` event for the sender of a `received` event that cannot be delivered, because its member does not
    /// exist, was erased, or is not the host's: all its points go back. And the `referral_refused` event for the friend of a
    /// `referral` event that its advocate does not take, or that has no advocate.
    ///
    /// # Errors
    ///
    /// What is wrong with the event, [`Refusal::UnknownEvent`] for another one.
    pub fn send_back(&self, received: impl AsRef<[u8]>) -> Result<String, EventError> {
        self.send_back_event(&self.decode(received.as_ref())?).map(|event| event.to_string())
    }

    /// The same for an event that has been decoded, as a document.
    ///
    /// # Errors
    ///
    /// As [`Program::send_back`].
    pub fn send_back_event(&self, received: &Event) -> Result<Document, EventError> {
        let decision = match referrals::undelivered(&self.plan, &received.data) {
            Some(decision) => decision,
            None => transfer::undelivered(&self.plan, &received.data)?,
        };
        Ok(crate::wire::carried::carried(&self.plan, &decision).unwrap_or(Document::Null))
    }

    fn pool_event(&self, part: pool::Part<'_>, event: &mut EventData) -> Result<(), EventError> {
        let json = crate::wire::carried::pool_part(part).to_string();
        decode::decode(&self.plan, &self.reading, json.as_bytes(), event)
    }
}
