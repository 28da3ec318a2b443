//! Playing a whole history: lines of events in, the members after it out, and what it all came to.

mod parts;
mod playing;
mod resumed;
mod threads;
mod together;
mod unread;

use std::collections::BTreeMap;

pub use parts::{Events, Parts};
pub use resumed::Resumed;
pub use threads::{Job, Threads};
pub use unread::HistoryEvent;
use unread::{Line, Place};

use crate::engine::claims::Counters;
use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::engine::view::Totals;
use crate::program::Program;
use crate::sorting::gathered;
use crate::time::Instant;
use crate::wire::document::Document;
use crate::wire::input::Input;
use crate::wire::packed::PackedEvents;

/// So many refused events are told of each reason.
const FIRST_REFUSED: usize = 3;

/// How a history is played.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplayOptions {
    /// Keep the outcome of every event that was taken.
    pub outcomes: bool,
    /// Let time pass for every member until then, after the last event.
    pub until: Option<Instant>,
}

/// What a history came to.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    members: BTreeMap<String, Member>,
    events: u64,
    applied: u64,
    replayed: u64,
    refused: Vec<RefusedEvent>,
    outcomes: Vec<String>,
    counters: Counters,
    /// The sums over all members; nothing where they cannot be held exactly.
    totals: Option<Vec<Totals>>,
    /// Nothing where nothing has been played.
    program: Option<Program>,
    until: Option<Instant>,
}

/// An event of a history that was refused; it changed nothing and enrolled nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedEvent {
    /// The line on which it stands, from 1.
    pub line: u64,
    /// Its id, where it could be read.
    pub event: Option<String>,
    /// Why.
    pub error: EventError,
}

impl Program {
    /// Plays a history from nothing: one event a line, in their order, each member enrolled at the `at` of the first event
    /// that is taken. Empty lines are passed over.
    ///
    /// It comes to what the command line comes to. Limits, budgets and stock over all members are kept, from zero or from where
    /// [`Resumed::counting`] says that they stand; what a member sends to another one, as a transfer does, arrives at once, before
    /// the event of the next line, and enrols who is not known; what is not taken goes back. The outcomes of what arrives come
    /// behind that of the line, and are counted as no events.
    ///
    /// ```
    /// use loyalty_core::{Program, ReplayOptions};
    ///
    /// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// let events = "{\"type\":\"order\",\"id\":\"o-1\",\"member\":\"m-1\",\"at\":\"2026-01-05T10:00:00Z\",\"subtotal\":12.5}\n\
    ///               {\"type\":\"order\",\"id\":\"o-2\",\"member\":\"m-2\",\"at\":\"2026-01-05T10:00:00Z\"}\n";
    /// let replay = program.replay(events.as_bytes(), ReplayOptions::default());
    /// assert_eq!(replay.members().count(), 1);
    /// assert_eq!(replay.refused()[0].line, 2);
    /// assert!(replay.summary().unwrap().contains(r#""issued":"12""#));
    /// ```
    #[must_use]
    pub fn replay(&self, lines: &[u8], options: ReplayOptions) -> Replay {
        self.afresh(options).lines(lines)
    }

    /// The same from objects of the host's own, such as the rows of a table; the lines are their numbers, from 1.
    #[must_use]
    pub fn replay_inputs<I: Input + Clone>(&self, events: impl Iterator<Item = I>, options: ReplayOptions) -> Replay {
        self.afresh(options).play((1..).zip(events.map(Place)))
    }

    fn afresh(&self, options: ReplayOptions) -> Resumed<'_> {
        Resumed { program: self, replay: Replay::begin(self), options, each: None, threads: None, stop: None }
    }

    /// Goes on from members who are there already: a later part of a history. They come out again with those whom it
    /// enrols, changed or not. `each` is given every outcome as it comes, those of `until` last.
    ///
    /// Whoever is not among them begins anew, also who is only sent something. Events that name an account which was merged into
    /// another one go there, if both are given. [`Resumed::counting`] says where the counters over all members stand.
    ///
    /// ```
    /// use loyalty_core::{Program, ReplayOptions};
    ///
    /// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// let order = |id: &str, at: &str| format!(r#"{{"type":"order","id":"{id}","member":"m-1","at":"{at}","subtotal":5}}"#);
    /// let monday = program.replay(order("o-1", "2026-01-05T10:00:00Z").as_bytes(), ReplayOptions::default());
    /// let mut decisions = 0;
    /// let tuesday = program
    ///     .resume(monday.members().cloned(), ReplayOptions::default(), &mut |outcome| decisions += outcome.decisions().len())
    ///     .lines(order("o-2", "2026-01-06T10:00:00Z").as_bytes());
    /// assert_eq!((decisions, tuesday.members().count()), (1, 1));
    /// assert!(tuesday.summary().unwrap().contains(r#""issued":"10""#));
    /// ```
    pub fn resume<'a>(
        &'a self,
        members: impl IntoIterator<Item = Member>,
        options: ReplayOptions,
        each: &'a mut dyn FnMut(&Outcome),
    ) -> Resumed<'a> {
        let members = by_id(members);
        let replay = Replay { members, ..Replay::begin(self) };
        Resumed { program: self, replay, options, each: Some(each), threads: None, stop: None }
    }
}

fn by_id(members: impl IntoIterator<Item = Member>) -> BTreeMap<String, Member> {
    gathered(members.into_iter().map(|member| (member.id().to_owned(), member)))
}

impl Replay {
    /// Plays a packed history; the lines are the numbers of the events, from 1.
    pub(crate) fn of_packed(
        program: &Program,
        packed: &str,
        (members, counters): (Vec<Member>, Counters),
        options: ReplayOptions,
        threads: &dyn Threads,
        stop: &dyn Fn() -> bool,
    ) -> Self {
        let mut resumed =
            Resumed { threads: Some(threads), stop: Some(stop), ..program.afresh(options) }.counting(counters);
        resumed.replay.members = by_id(members);
        resumed.play_shared((1..).zip(PackedEvents::new(packed).map(Line::from)))
    }

    fn begin(program: &Program) -> Self {
        Self { program: Some(program.clone()), ..Self::default() }
    }

    /// The members after the history, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// One of the members.
    #[must_use]
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.get(id)
    }

    /// The events that were refused, in the order of their lines.
    #[must_use]
    pub fn refused(&self) -> &[RefusedEvent] {
        &self.refused
    }

    /// The outcomes as JSON, in the order of the events; none unless they were asked for.
    #[must_use]
    pub fn outcomes(&self) -> &[String] {
        &self.outcomes
    }

    /// Where the counters over all members stand after it: those that were given, and those that the history has moved.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What it came to, as JSON: the program, the numbers of events, the refused ones by their reasons, each with the first
    /// three; the sums of each wallet over all members; and their challenges, badges and leaderboards, as the command line
    /// tells them. It is worked out when it is asked for.
    ///
    /// # Errors
    ///
    /// [`Refusal::Overflow`](crate::Refusal::Overflow) where all members together have more than can be summed up exactly, and
    /// what [`Leaderboard::add`](crate::Leaderboard::add) refuses.
    pub fn summary(&self) -> Result<String, EventError> {
        self.to_document().map(|document| document.to_string())
    }

    /// The same as a document.
    ///
    /// # Errors
    ///
    /// As [`Replay::summary`].
    pub fn to_document(&self) -> Result<Document, EventError> {
        let totals = self.totals.as_ref().ok_or_else(|| EventError::from(crate::amount::Overflow))?;
        let mut wallets = Document::object();
        for sum in totals {
            let amounts = [
                ("issued", sum.issued),
                ("transferred_in", sum.transferred_in),
                ("pending", sum.pending),
                ("available", sum.available),
                ("held", sum.held),
                ("spent", sum.spent),
                ("transferred_out", sum.transferred_out),
                ("expired", sum.expired),
                ("clawed_back", sum.clawed_back),
                ("written_off", sum.written_off),
                ("debt", sum.debt),
            ];
            let amounts = amounts.into_iter().fold(Document::object(), |all, (name, amount)| all.with(name, amount));
            wallets.put(sum.wallet.clone(), amounts);
        }
        let program = self.program.as_ref();
        let named = Document::object()
            .with("title", program.map_or("", Program::title))
            .with("version", program.map_or(0, Program::version));
        let mut summary = Document::object()
            .with("program", named)
            .with("events", self.events)
            .with("applied", self.applied)
            .with("replayed", self.replayed)
            .with("refused", self.refused.len())
            .with("refusals", self.refusals())
            .with("members", self.members.len())
            .with("wallets", wallets);
        if let Some(Document::Object(achieved)) = program.map(|program| self.achieved(program)).transpose()? {
            achieved.into_iter().for_each(|(name, value)| summary.put(name, value));
        }
        Ok(summary.with("conserved", totals.iter().all(Totals::conserved)))
    }

    fn achieved(&self, program: &Program) -> Result<Document, EventError> {
        let mut achieved = program.achieved();
        self.members().for_each(|member| achieved.count(member));
        if achieved.begin(self.until) {
            self.members().try_for_each(|member| achieved.add(member))?;
        }
        achieved.to_document()
    }

    /// The reasons why events were refused.
    fn refusals(&self) -> Document {
        let mut reasons: BTreeMap<&str, Vec<&RefusedEvent>> = BTreeMap::new();
        for refused in &self.refused {
            reasons.entry(refused.error.code().as_str()).or_default().push(refused);
        }
        let first = |refused: &&RefusedEvent| {
            Document::object()
                .with("line", refused.line)
                .with("event", refused.event.as_deref())
                .with("message", refused.error.details())
        };
        let reason = |(reason, refused): (&str, Vec<&RefusedEvent>)| {
            Document::object()
                .with("reason", reason)
                .with("count", refused.len())
                .with("first", refused.iter().take(FIRST_REFUSED).map(first).collect::<Document>())
        };
        reasons.into_iter().map(reason).collect()
    }
}
