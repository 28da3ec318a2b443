//! What the bindings share: all that is handed to a host of another language beside outcomes, each as one JSON text, so that
//! no binding words, shapes or judges anything itself.
//!
//! An error crosses a border as an object whose `name` says which class it becomes, with its `message` as the core prints
//! it and every further property that the class has. What an error does not say is null.

pub mod assist;
pub mod members;

use std::collections::BTreeMap;

use crate::broadcast::BroadcastEstimate;
use crate::diagnostic::Diagnostics;
use crate::engine::claims::Counters;
use crate::engine::doors::same_program;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::engine::quote::why::Language;
use crate::engine::view::View;
use crate::leaderboard::Leaderboard;
use crate::program::{Event, Program};
use crate::quote::Quote;
pub use crate::replay::{Events, Parts};
use crate::replay::{RefusedEvent, Replay, ReplayOptions, Threads};
use crate::report::{Report, ReportOptions};
use crate::source::Units;
use crate::testing::TestResult;
use crate::time::Instant;
use crate::wire::decode::{
    EVENT_FIELDS_MAX, EVENT_LEVELS_MAX, EVENT_VALUES_MAX, LIST_ITEMS_MAX, event_head, event_head_from, number,
};
use crate::wire::document::Document;
use crate::wire::flat;
use crate::wire::input::{ENVELOPE, Fields};
use crate::wire::packed::Packed;
pub use crate::wire::row as rows;
use crate::wire::state::{Loaded, MigrationReport, StateError};
use rust_decimal::Decimal;

/// `RulesError`: what is wrong with a program, in the host's units.
#[must_use]
pub fn rules_error(diagnostics: &Diagnostics, file_name: &str, units: Units) -> String {
    let message = diagnostics.render(file_name, false);
    let error = Document::object().with("name", "RulesError").with("message", message);
    error.with("diagnostics", diagnostics.to_document(units)).to_string()
}

/// All errors and warnings about a text, drawn and as data: `{"drawn":…,"diagnostics":[…]}`.
#[must_use]
pub fn check(text: &str, file_name: &str, units: Units) -> String {
    let compiled = Program::compile(text);
    let diagnostics = compiled.as_ref().map_or_else(|errors| errors, Program::warnings);
    let drawn = diagnostics.render(file_name, false);
    Document::object().with("drawn", drawn).with("diagnostics", diagnostics.to_document(units)).to_string()
}

/// `EventError`: why an event was refused.
#[must_use]
pub fn event_error(error: &EventError) -> String {
    event_error_document(error).to_string()
}

fn event_error_document(error: &EventError) -> Document {
    Document::object()
        .with("name", "EventError")
        .with("message", error.to_string())
        .with("code", error.code().as_str())
        .with("field", error.field())
        .with("expected", error.expected())
        .with("found", error.found())
        .with("help", error.help())
        .with("rule", error.rule())
        .with("text", error.text())
}

/// `StateError`: why saved state was not loaded.
#[must_use]
pub fn state_error(error: &StateError) -> String {
    Document::object().with("name", "StateError").with("message", error.to_string()).to_string()
}

/// A refusal of what cannot even become JSON, for values that only a host of another language has: `code` is a stable name
/// such as `wrong_type`.
#[must_use]
pub fn refusal(code: &str, field: Option<&str>, expected: &str, found: &str, help: Option<&str>) -> EventError {
    let code = Refusal::ALL.iter().copied().find(|known| known.as_str() == code).unwrap_or(Refusal::WrongType);
    let mut error = EventError::new(code).expecting(expected).but_found(found);
    if let Some(field) = field {
        error = error.in_field(field);
    }
    if let Some(help) = help {
        error = error.advising(help);
    }
    error
}

/// An event as a host hands it over.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// JSON text.
    Json(&'a [u8]),
    /// A packed object; the numbers of its fields are those of [`reads`].
    Packed(&'a str),
}

impl<'a> Given<'a> {
    /// A packed object that comes as its bytes.
    ///
    /// # Errors
    ///
    /// [`Refusal::InvalidJson`] for bytes that are no text, which no host of our own hands over.
    pub fn packed(bytes: &'a [u8]) -> Result<Self, EventError> {
        core::str::from_utf8(bytes).map(Given::Packed).map_err(|_| EventError::unreadable("bytes that are no UTF-8"))
    }

    /// Reads it into `event`, whose buffers are used again.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`].
    pub fn read(self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        match self {
            Given::Json(json) => program.decode_into(json, event),
            Given::Packed(text) => program.decode_from(&mut Packed::new(text)?, event),
        }
    }

    /// Reads it as a cart.
    ///
    /// # Errors
    ///
    /// As [`Program::decode_cart`].
    pub fn cart(self, program: &Program) -> Result<Event, EventError> {
        match self {
            Given::Json(json) => program.decode_cart(json),
            Given::Packed(text) => program.decode_cart_from(&mut Packed::new(text)?),
        }
    }

    /// Reads it as a broadcast, whose reach is to be estimated.
    ///
    /// # Errors
    ///
    /// As [`Program::broadcast_estimate`].
    pub fn broadcast(self, program: &Program, counters: Counters) -> Result<BroadcastEstimate, EventError> {
        match self {
            Given::Json(json) => program.broadcast_estimate(json, counters),
            Given::Packed(text) => program.broadcast_estimate_from(&mut Packed::new(text)?, counters),
        }
    }

    /// Reads only the envelope: the JSON of the head.
    ///
    /// # Errors
    ///
    /// As [`event_head`].
    pub fn head(self) -> Result<String, EventError> {
        let head = match self {
            Given::Json(json) => event_head(json),
            Given::Packed(text) => event_head_from(&mut Packed::new(text)?),
        };
        head.map(|head| head.to_document().to_string())
    }
}

/// What a cart would get. With `others`, every coupon of the program that does not apply says why; without, those whose
/// codes are named. `language` is the one that it will be told in.
///
/// # Errors
///
/// As [`Program::quote`], and [`Refusal::WrongType`] for a language that reasons are not told in.
pub fn quote(
    program: &Program,
    member: &Member,
    cart: &Event,
    codes: &[&str],
    counters: &Counters,
    others: bool,
    language: &str,
) -> Result<Quote, EventError> {
    if Language::named(language).is_none() {
        return Err(EventError::new(Refusal::WrongType)
            .in_field("language")
            .expecting("`en` or `ar`, with a region such as `ar-SA` or without")
            .but_found(format!("`{language}`")));
    }
    program.quoted(member, cart, codes, counters, others)
}

/// An outcome for JavaScript: in a form of which objects are made faster than of JSON, or in JSON where that has no place for
/// something. No text in that form begins as JSON does.
#[must_use]
pub fn outcome(outcome: &Outcome) -> String {
    flat::write(|object| crate::wire::json::outcome(outcome, object)).unwrap_or_else(|| outcome.to_json())
}

/// What a member has at an instant, or at its own clock.
///
/// # Errors
///
/// [`Refusal::OtherProgram`] for a member of another program, whose points would be shown under the names of this one's.
pub fn view(program: &Program, member: &Member, at: Option<Instant>) -> Result<View, EventError> {
    same_program(program.plan(), member)?;
    Ok(program.view(member, at.unwrap_or_else(|| member.clock())))
}

/// All that is held about a member.
///
/// # Errors
///
/// As [`view`].
pub fn export(program: &Program, member: &Member) -> Result<Document, EventError> {
    same_program(program.plan(), member)?;
    Ok(program.export_document(member))
}

/// Whether two members of a program are in the same state: what is too old to matter and still lies there does not count, as it
/// is not saved either.
#[must_use]
pub fn same_state(program: &Program, one: &Member, other: &Member) -> bool {
    let tidy = |member: &Member| {
        let mut member = member.clone();
        member.forget(program.plan());
        member
    };
    let same_program = [one, other].iter().all(|member| same_program(program.plan(), member).is_ok());
    same_program && tidy(one) == tidy(other)
}

/// An instant that an outcome or a view tells, such as an end: it may lie beyond those of events.
#[must_use]
pub fn told_instant(micros: i64) -> Option<Instant> {
    Instant::reckoned(micros)
}

/// Counters over all members from their names and the digits of where they stand.
///
/// # Errors
///
/// [`Refusal::WrongType`] for what are no digits.
pub fn counters<N: Into<String>, D: AsRef<str>>(
    known: impl IntoIterator<Item = (N, D)>,
) -> Result<Counters, EventError> {
    let counter = |(name, stands): (N, D)| {
        let name = name.into();
        let stands = digits(&format!("counters.{name}"), stands.as_ref())?;
        Ok((name, stands))
    };
    known.into_iter().map(counter).collect()
}

/// Where counters over all members stand, by their names.
#[must_use]
pub fn counters_document(counters: &Counters) -> Document {
    counters.iter().fold(Document::object(), |all, (name, stands)| all.with(name.to_owned(), stands))
}

/// An exact number from its digits, read as those of amounts in events are.
fn digits(field: &str, text: &str) -> Result<Decimal, EventError> {
    number(text, 0).map_err(|_| {
        EventError::new(Refusal::WrongType)
            .in_field(field)
            .expecting("a number such as 100 or 12.50")
            .but_found(format!("`{text}`"))
    })
}

/// Begins the standings of a leaderboard; see [`Program::leaderboard`] and [`Program::closed_leaderboard`].
///
/// # Errors
///
/// As those, [`Leaderboard::top`] and [`Leaderboard::around`].
pub fn leaderboard(
    program: &Program,
    name: &str,
    at: Instant,
    closed: bool,
    top: Option<u32>,
    around: Option<(&Member, u32)>,
) -> Result<Leaderboard, EventError> {
    let board = if closed { program.closed_leaderboard(name, at)? } else { program.leaderboard(name, at)? };
    let board = match top {
        Some(top) => board.top(top as usize)?,
        None => board,
    };
    match around {
        Some((member, neighbours)) => board.around(member, neighbours as usize),
        None => Ok(board),
    }
}

/// Begins a report; the values of points are digits.
///
/// # Errors
///
/// As [`Program::report`], and [`Refusal::WrongType`] for what are no digits.
pub fn report<N: Into<String>, D: AsRef<str>>(
    program: &Program,
    period: Option<String>,
    active: Vec<String>,
    values: impl IntoIterator<Item = (N, D)>,
) -> Result<Report, EventError> {
    let value = |(name, value): (N, D)| {
        let name = name.into();
        let value = digits(&format!("values.{name}"), value.as_ref())?;
        Ok((name, value))
    };
    let values = values.into_iter().map(value).collect::<Result<_, EventError>>()?;
    program.report(&ReportOptions { period, active, values })
}

/// What [`reads`] says where there is no program: the envelope.
#[must_use]
pub fn envelope() -> String {
    let envelope = ENVELOPE.into_iter().collect::<Document>();
    reads_of(envelope, Document::object())
}

/// The fields that a program reads, each list in the order of their numbers, by event, and how large an event may be:
/// `{"envelope":["type",…],"limits":{"list_items_max":10000,…},"events":{"order":{"fields":["type",…,"lines"],"lists":{"lines":
/// ["amount"],"codes":[]}}}}`. Lists of plain values have no fields.
#[must_use]
pub fn reads(program: &Program) -> String {
    let mut events = Document::object();
    for (number, event) in program.plan().events.iter().enumerate() {
        let Some(reading) = program.reading().event(number as u16) else { continue };
        let mut lists = Document::object();
        for (number, list) in event.layout.lists.iter().enumerate() {
            lists.put(&list.name, reading.list(number as u16).map(|reading| names(&reading.wanted)));
        }
        events.put(&event.layout.name, Document::object().with("fields", names(&reading.wanted)).with("lists", lists));
    }
    reads_of(ENVELOPE.into_iter().collect(), events)
}

fn reads_of(envelope: Document, events: Document) -> String {
    let limits = Document::object()
        .with("list_items_max", LIST_ITEMS_MAX)
        .with("fields_max", EVENT_FIELDS_MAX)
        .with("levels_max", EVENT_LEVELS_MAX)
        .with("values_max", EVENT_VALUES_MAX);
    Document::object().with("envelope", envelope).with("limits", limits).with("events", events).to_string()
}

fn names(fields: &Fields) -> Document {
    (0..fields.len()).map(|number| fields.name(number)).collect()
}

/// The results of a program's tests: `[{"title":…,"line":…,"passed":…,"failures":[{"line":…,"message":…}]}]`.
#[must_use]
pub fn tests(results: &[TestResult]) -> String {
    results.iter().map(TestResult::to_document).collect::<Document>().to_string()
}

/// The policies in force: `[{"declaration":…,"policy":…}]`.
#[must_use]
pub fn policies(program: &Program) -> String {
    let policies = program.policies().into_iter();
    let policies = policies
        .map(|(declaration, policy)| Document::object().with("declaration", declaration).with("policy", policy));
    policies.collect::<Document>().to_string()
}

/// What loading could not take over, and what is new: `{"dropped":[…],"added":[…]}`.
#[must_use]
pub fn migration(report: &MigrationReport) -> String {
    let texts = |texts: &[String]| texts.iter().map(String::as_str).collect::<Document>();
    Document::object().with("dropped", texts(report.dropped())).with("added", texts(report.added())).to_string()
}

/// An instant that an argument of that name says.
///
/// # Errors
///
/// One that is none is refused, and `field` is the argument's name.
pub fn instant(text: &str, argument: &str) -> Result<Instant, EventError> {
    text.parse().map_err(|refused: EventError| refused.in_field(argument))
}

/// The refused events of a history: `[{"line":…,"event":…,"error":{…}}]`.
#[must_use]
pub fn refused(refused: &[RefusedEvent]) -> String {
    let refused = refused.iter().map(|refused| {
        Document::object()
            .with("line", refused.line)
            .with("event", refused.event.as_deref())
            .with("error", event_error_document(&refused.error))
    });
    refused.collect::<Document>().to_string()
}

/// Plays a history that a host has packed, on the host's threads, as [`Program::resume`] plays lines.
#[must_use]
pub fn replay(
    program: &Program,
    packed: &str,
    (members, counters): (Vec<Member>, Counters),
    options: ReplayOptions,
    threads: &dyn Threads,
    stop: &dyn Fn() -> bool,
) -> Replay {
    Replay::of_packed(program, packed, (members, counters), options, threads, stop)
}

/// What a saved state is loaded as, in either form: JSON begins with a brace, and bytes with the number of their form.
///
/// # Errors
///
/// As those of [`Program::load`] and [`Program::load_binary`].
pub fn loaded_of(program: &Program, state: &[u8]) -> Result<Loaded, StateError> {
    let json = core::str::from_utf8(state).ok().filter(|text| text.trim_start().starts_with('{'));
    json.map_or_else(|| program.load_binary(state), |json| program.load(json))
}

/// The members of saved states, each in either form and with its number, for a history to go on from.
///
/// # Errors
///
/// As [`loaded_of`], with the number of the state; and for a second state of the same member: whichever was taken, what
/// the other one has would be lost.
pub fn members_of<S: AsRef<[u8]>>(
    program: &Program,
    states: impl IntoIterator<Item = (usize, S)>,
) -> Result<Vec<Member>, StateError> {
    let mut members: BTreeMap<String, (usize, Member)> = BTreeMap::new();
    for (number, state) in states {
        let refused = |error: &dyn core::fmt::Display| StateError::new(format!("state {number}: {error}"));
        let member = loaded_of(program, state.as_ref()).map_err(|error| refused(&error))?.member;
        let id = member.id().to_owned();
        if let Some((first, _)) = members.get(&id) {
            return Err(refused(&format!("of member `{id}`, as state {first} is; a history goes on from one of them")));
        }
        members.insert(id, (number, member));
    }
    Ok(members.into_values().map(|(_, member)| member).collect())
}
