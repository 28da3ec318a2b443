//! Playing a whole history: lines of events in, the members after it out, and what it all came to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::engine::view::Totals;
use crate::program::{Event, Program};
use crate::time::Instant;
use crate::wire::decode::{event_head, event_head_from};
use crate::wire::document::Document;
use crate::wire::input::Input;
use crate::wire::packed::{Packed, PackedEvent, PackedEvents};

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
    /// The sums over all members; nothing where they cannot be held exactly.
    totals: Option<Vec<Totals>>,
    title: String,
    version: u32,
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
        Replay::of(self, options, numbered(lines))
    }

    /// The same from objects of the host's own, such as the rows of a table; the lines are their numbers, from 1.
    #[must_use]
    pub fn replay_inputs<I: Input + Clone>(&self, events: impl Iterator<Item = I>, options: ReplayOptions) -> Replay {
        Replay::of(self, options, (1..).zip(events.map(Place)))
    }

    /// Goes on from members who are there already: a later part of a history. They come out again with those whom it
    /// enrols, changed or not. `each` is given every outcome as it comes, those of `until` last.
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
        let members = members.into_iter().map(|member| (member.id().to_owned(), member)).collect();
        Resumed { program: self, replay: Replay { members, ..Replay::begin(self) }, options, each }
    }
}

/// A history that goes on from members who are there already, before its events are given: see [`Program::resume`].
pub struct Resumed<'a> {
    program: &'a Program,
    replay: Replay,
    options: ReplayOptions,
    each: &'a mut dyn FnMut(&Outcome),
}

impl Resumed<'_> {
    /// Plays lines of JSON.
    #[must_use]
    pub fn lines(self, lines: &[u8]) -> Replay {
        self.play(numbered(lines))
    }

    /// Plays objects of the host's own.
    #[must_use]
    pub fn inputs<I: Input + Clone>(self, events: impl Iterator<Item = I>) -> Replay {
        self.play((1..).zip(events.map(Place)))
    }

    /// Plays texts of JSON and objects of the host's own, one after the other; the lines are their numbers.
    #[must_use]
    pub fn events<'e, I: Input + Clone>(self, events: impl Iterator<Item = HistoryEvent<'e, I>>) -> Replay {
        self.play((1..).zip(events))
    }

    fn play(mut self, lines: impl Iterator<Item = (u64, impl Unread)>) -> Replay {
        let mut event = Event::default();
        for (number, line) in lines {
            self.replay.play(self.program, number, line, &mut event, self.options.outcomes, self.each);
        }
        self.replay.finish(self.program, self.options, self.each);
        self.replay
    }
}

/// One event of a history as a host has it.
#[derive(Debug, Clone)]
pub enum HistoryEvent<'a, I> {
    /// A text of JSON.
    Json(Cow<'a, [u8]>),
    /// An object of the host's own.
    Object(I),
}

impl<I: Input + Clone> Unread for HistoryEvent<'_, I> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        match self {
            HistoryEvent::Json(json) => program.decode_into(json, event),
            HistoryEvent::Object(input) => program.decode_from(&mut input.clone(), event),
        }
    }

    fn id(&self) -> Option<String> {
        let head = match self {
            HistoryEvent::Json(json) => event_head(json),
            HistoryEvent::Object(input) => event_head_from(&mut input.clone()),
        };
        head.ok().and_then(|head| head.id)
    }
}

/// The lines that are not empty, with their numbers.
fn numbered(lines: &[u8]) -> impl Iterator<Item = (u64, Line<'_>)> {
    let lines = (1..).zip(lines.split(|byte| *byte == b'\n'));
    let lines = lines.map(|(number, line)| (number, line.trim_ascii())).filter(|(_, line)| !line.is_empty());
    lines.map(|(number, line)| (number, Line::Json(line)))
}

/// An event of a history, not yet read.
trait Unread {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError>;

    /// The id of an event that was refused.
    fn id(&self) -> Option<String>;
}

/// An event in an input of the host's.
struct Place<I>(I);

impl<I: Input + Clone> Unread for Place<I> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        program.decode_from(&mut self.0.clone(), event)
    }

    fn id(&self) -> Option<String> {
        event_head_from(&mut self.0.clone()).ok().and_then(|head| head.id)
    }
}

enum Line<'a> {
    Json(&'a [u8]),
    Object(Packed<'a>),
    Unreadable(EventError),
}

impl Unread for Line<'_> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        match self {
            Line::Json(json) => program.decode_into(json, event),
            Line::Object(packed) => program.decode_from(&mut packed.clone(), event),
            Line::Unreadable(error) => Err(error.clone()),
        }
    }

    fn id(&self) -> Option<String> {
        let head = match self {
            Line::Json(json) => event_head(json),
            Line::Object(packed) => event_head_from(&mut packed.clone()),
            Line::Unreadable(error) => Err(error.clone()),
        };
        head.ok().and_then(|head| head.id)
    }
}

impl<'a> From<Result<PackedEvent<'a>, EventError>> for Line<'a> {
    fn from(packed: Result<PackedEvent<'a>, EventError>) -> Self {
        match packed {
            Ok(PackedEvent::Json(text)) => Line::Json(text.as_bytes()),
            Ok(PackedEvent::Object(packed)) => Line::Object(packed),
            Ok(PackedEvent::Other(found)) => Line::Unreadable(EventError::unreadable(found)),
            Err(error) => Line::Unreadable(error),
        }
    }
}

impl Replay {
    /// Plays a packed history; the lines are the numbers of the events, from 1.
    pub(crate) fn of_packed(program: &Program, packed: &str, options: ReplayOptions) -> Self {
        let events = (1..).zip(PackedEvents::new(packed).map(Line::from));
        Self::of(program, options, events)
    }

    fn of(program: &Program, options: ReplayOptions, lines: impl Iterator<Item = (u64, impl Unread)>) -> Self {
        program.resume([], options, &mut |_| {}).play(lines)
    }

    fn begin(program: &Program) -> Self {
        Self { title: program.title().to_owned(), version: program.version(), ..Self::default() }
    }

    /// Lets time pass for every member, and sums up.
    fn finish(&mut self, program: &Program, options: ReplayOptions, each: &mut dyn FnMut(&Outcome)) {
        if let Some(until) = options.until {
            for member in self.members.values_mut().filter(|member| member.clock() < until) {
                // Members of another program stay as they are, which is all that time could refuse.
                if let Ok(outcome) = program.advance(member, until) {
                    each(&outcome);
                    if options.outcomes {
                        self.outcomes.push(outcome.to_json());
                    }
                }
            }
        }
        self.totals = sum(program, self.members.values());
    }

    fn play(
        &mut self,
        program: &Program,
        number: u64,
        line: impl Unread,
        event: &mut Event,
        keep: bool,
        each: &mut dyn FnMut(&Outcome),
    ) {
        self.events += 1;
        let judged = line.read(program, event).and_then(|()| {
            let id = event.member().ok_or_else(|| EventError::new(Refusal::MissingField).in_field("member"))?;
            if let Some(member) = self.members.get_mut(id) {
                return program.apply_event(member, event);
            }
            let mut member = program.enroll(id, event.at())?;
            let outcome = program.apply_event(&mut member, event)?;
            self.members.insert(id.to_owned(), member);
            Ok(outcome)
        });
        match judged {
            Ok(outcome) => {
                let count = if outcome.replayed() { &mut self.replayed } else { &mut self.applied };
                *count += 1;
                each(&outcome);
                if keep {
                    self.outcomes.push(outcome.to_json());
                }
            }
            Err(error) => {
                let event = line.id();
                self.refused.push(RefusedEvent { line: number, event, error });
            }
        }
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

    /// What it came to, as JSON: the program, the numbers of events, and the sums of each wallet over all members.
    ///
    /// # Errors
    ///
    /// [`Refusal::Overflow`] where all members together have more than can be summed up exactly.
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
        let program = Document::object().with("title", self.title.as_str()).with("version", self.version);
        let summary = Document::object()
            .with("program", program)
            .with("events", self.events)
            .with("applied", self.applied)
            .with("replayed", self.replayed)
            .with("refused", self.refused.len())
            .with("members", self.members.len())
            .with("wallets", wallets)
            .with("conserved", totals.iter().all(Totals::conserved));
        Ok(summary)
    }
}

/// The sums of each wallet over some members.
fn sum<'m>(program: &Program, members: impl Iterator<Item = &'m Member>) -> Option<Vec<Totals>> {
    let mut sums = program.totals(&program.enroll("nobody", Instant(0)).ok()?);
    for member in members {
        for (sum, more) in sums.iter_mut().zip(program.totals(member)) {
            for (sum, more) in [
                (&mut sum.issued, more.issued),
                (&mut sum.transferred_in, more.transferred_in),
                (&mut sum.available, more.available),
                (&mut sum.pending, more.pending),
                (&mut sum.held, more.held),
                (&mut sum.spent, more.spent),
                (&mut sum.transferred_out, more.transferred_out),
                (&mut sum.expired, more.expired),
                (&mut sum.clawed_back, more.clawed_back),
                (&mut sum.written_off, more.written_off),
                (&mut sum.debt, more.debt),
            ] {
                *sum = crate::amount::add(*sum, more).ok()?;
            }
        }
    }
    Some(sums)
}
