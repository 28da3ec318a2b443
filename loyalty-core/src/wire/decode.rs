//! From JSON text, or from an object of the host's, straight into an event's slots. What the program does not read is
//! passed over unread.

mod capture;
mod defaults;
mod number;
mod reading;
mod slot;

use std::borrow::Cow;

use rust_decimal::Decimal;

pub use capture::{capture, from_capture};
use defaults::complete;
pub use defaults::{fill, forget_computed, forget_defaults};
pub use number::number;
pub use reading::Reading;
use reading::{AT, CURRENCY, EventReading, ID, ListReading, MEMBER, REVISION, TYPE, Target};
use slot::{INSTANT, no_text, read, slot, text_of, wrong};

use crate::engine::error::{EventError, Refusal};
use crate::engine::event::{EventData, List, Slot};
use crate::engine::quote::unpriced;
use crate::plan::Plan;
pub use crate::plan::layout::{EVENT_FIELDS_MAX, EVENT_LEVELS_MAX, EVENT_VALUES_MAX, LIST_ITEMS_MAX};
use crate::plan::layout::{ID_BYTES_MAX, ListLayout};
use crate::time::Instant;
use crate::wire::document::Document;
use crate::wire::input::{Fields, Input, Refused, Scalar, Shape};
use crate::wire::scan::Json;

/// What every event says of itself, whatever its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHead {
    /// The event's own id, where it can be read.
    pub id: Option<String>,
    /// The member's id; nothing for a guest, and for nobody else.
    pub member: Option<String>,
    /// The event type, where it can be read.
    pub kind: Option<String>,
    /// When it happened, where that can be read.
    pub at: Option<Instant>,
}

impl EventHead {
    /// The head as a document with the keys of an event.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document::object()
            .with("type", self.kind.as_deref())
            .with("id", self.id.as_deref())
            .with("member", self.member.as_deref())
            .with("at", self.at.map(|at| Document::Instant { at, offset: 0 }))
    }
}

static ENVELOPE: Fields = Fields::envelope();

/// Reads only what says which member's state an event needs: the host's first step.
///
/// # Errors
///
/// [`Refusal::InvalidJson`] and [`Refusal::EventTooLarge`]; and [`Refusal::WrongType`] or [`Refusal::TextTooLong`] for a member
/// whose id is none, as the whole event would be refused: nobody takes it for a guest.
pub fn event_head(json: &[u8]) -> Result<EventHead, EventError> {
    event_head_from(&mut Json::new(json)?)
}

/// [`event_head`] for any input. Its wanted fields are those of [`crate::ENVELOPE`].
///
/// # Errors
///
/// What the input cannot read at all, and a member whose id is none.
pub fn event_head_from<I: Input>(input: &mut I) -> Result<EventHead, EventError> {
    let mut head = EventHead { id: None, member: None, kind: None, at: None };
    input
        .fields(&ENVELOPE, |field, value| {
            let scalar = value.scalar()?;
            let text = |scalar: &Scalar<'_>| text_of(scalar).map(Cow::into_owned);
            match field {
                TYPE => head.kind = text(&scalar),
                ID => head.id = text(&scalar),
                MEMBER if scalar != Scalar::Null => head.member = Some(envelope(&scalar, MEMBER)?.into_owned()),
                AT => head.at = instant(&scalar).ok(),
                _ => {}
            }
            Ok(())
        })
        .map_err(|refused| refused.error)?;
    Ok(head)
}

/// The id of an event that is refused, where it can be read.
pub fn id_of<I: Input>(input: &mut I) -> Option<String> {
    let mut id = None;
    let read = input.fields(&ENVELOPE, |field, value| {
        if field == ID {
            id = text_of(&value.scalar()?).map(Cow::into_owned);
        }
        Ok(())
    });
    read.ok().and(id)
}

/// Whose an event is, without a look at the rest of it; nobody's where that cannot be read.
pub fn member_of<I: Input>(input: &mut I) -> Option<String> {
    let member = |value: &mut I| text_of(&value.scalar().ok()?).map(Cow::into_owned);
    input.peek(&ENVELOPE, MEMBER, member).ok().flatten().flatten()
}

/// Decodes an event's JSON into `event`, whose buffers are used again.
pub fn decode(plan: &Plan, reading: &Reading, json: &[u8], event: &mut EventData) -> Result<(), EventError> {
    decode_from(plan, reading, &mut Json::new(json)?, event)
}

/// Decodes an event from any input.
///
/// Of several slips the first of this order is told, so that the order of the keys does not matter: what is no JSON;
/// the envelope; fields in the order of their declaration; lists; then what is missing.
pub fn decode_from<I: Input>(
    plan: &Plan,
    reading: &Reading,
    input: &mut I,
    event: &mut EventData,
) -> Result<(), EventError> {
    decode_as(plan, reading, input, event, None)
}

/// Decodes a cart: an order that has not happened. It needs neither a type nor an id, and a line may say what one unit
/// costs instead of what the line costs.
pub fn decode_cart<I: Input>(
    plan: &Plan,
    reading: &Reading,
    input: &mut I,
    event: &mut EventData,
) -> Result<(), EventError> {
    if plan.cart.is_none() {
        return Err(unpriced());
    }
    decode_as(plan, reading, input, event, Some(Sketch::Cart))
}

/// Decodes an event that is about to happen to many, and has no id of its own yet.
pub fn decode_plan<I: Input>(
    plan: &Plan,
    reading: &Reading,
    input: &mut I,
    event: &mut EventData,
) -> Result<(), EventError> {
    decode_as(plan, reading, input, event, Some(Sketch::Plan))
}

/// What has not happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sketch {
    Cart,
    Plan,
}

fn decode_as<I: Input>(
    plan: &Plan,
    reading: &Reading,
    input: &mut I,
    event: &mut EventData,
    sketch: Option<Sketch>,
) -> Result<(), EventError> {
    let cart = sketch == Some(Sketch::Cart);
    let mut member = event.member.take().unwrap_or_default();
    event.clear();
    let number = match input.peek(&reading.envelope, TYPE, |value| kind(plan, &reading.kinds, value, cart))? {
        Some(Ok(number)) => number,
        None if cart => order(plan).ok_or_else(|| missing("type", "a text"))?,
        unknown => {
            // What is no JSON at all is told before what the program does not know.
            input.fields(&reading.envelope, |_, _| Ok(())).map_err(|refused| refused.error)?;
            return Err(unknown.and_then(Result::err).unwrap_or_else(|| missing("type", "a text")));
        }
    };
    let (Some(planned), Some(reading)) = (plan.events.get(usize::from(number)), reading.event(number)) else {
        return Err(EventError::new(Refusal::UnknownEvent));
    };
    let layout = &planned.layout;
    event.event = number;
    event.slots.resize(layout.slots.len(), Slot::Missing);
    event.lists.resize(layout.lists.len(), List::default());
    let mut dated = false;
    let read = input.fields(&reading.wanted, |field, value| {
        let Some((target, number)) = reading.target(field) else { return Ok(()) };
        match target {
            Target::List(number) => {
                return list(plan, reading, layout.lists.get(usize::from(number)), number, value, event);
            }
            Target::Slot(number) => {
                let Some(layout) = layout.slots.get(usize::from(number)) else { return Ok(()) };
                let read = read(plan, layout, value, event)?;
                if let Some(place) = event.slots.get_mut(usize::from(number)) {
                    *place = read;
                }
                return Ok(());
            }
            // It has been read, and is passed over.
            Target::Envelope(TYPE) if number.is_none() => return Ok(()),
            Target::Envelope(_) => {}
        }
        let scalar = value.scalar()?;
        if matches!(scalar, Scalar::Null) {
            return Ok(());
        }
        match target {
            Target::Envelope(ID) => event.id.push_str(&envelope(&scalar, ID)?),
            Target::Envelope(MEMBER) => {
                member.clear();
                member.push_str(&envelope(&scalar, MEMBER)?);
                event.member = Some(core::mem::take(&mut member));
            }
            Target::Envelope(REVISION) => event.revision = Some(revision(&scalar)?),
            Target::Envelope(AT) => {
                event.at = instant(&scalar)?.0;
                dated = true;
            }
            Target::Envelope(CURRENCY) => currency(plan, &scalar)?,
            Target::Envelope(_) | Target::Slot(_) | Target::List(_) => {}
        }
        let Some(number) = number else { return Ok(()) };
        let Some(layout) = layout.slots.get(usize::from(number)) else { return Ok(()) };
        let read = slot(plan, layout, &scalar, event).map_err(|error| error.within(&layout.name))?;
        if let Some(place) = event.slots.get_mut(usize::from(number)) {
            *place = read;
        }
        Ok(())
    });
    // What the envelope lacks is told before what is wrong further down.
    let first = |field: usize| match &read {
        Ok(()) => true,
        Err(refused) => refused.field > Some(field),
    };
    if event.id.is_empty()
        && let Some(sketch) = sketch
    {
        event.id.push_str(if sketch == Sketch::Cart { "cart" } else { "plan" });
    }
    if event.id.is_empty() && first(ID) {
        return Err(missing("id", "a text"));
    }
    if !dated && first(AT) {
        return Err(missing("at", INSTANT));
    }
    read.map_err(|refused| refused.error)?;
    event.day = plan.calendar.day_at(event.at);
    if cart {
        price_lines(plan, event)?;
    }
    complete(plan, layout, event)?;
    capture(event);
    Ok(())
}

/// The number of the event type that a value names.
fn kind<I: Input>(plan: &Plan, kinds: &Fields, value: &mut I, cart: bool) -> Result<u16, EventError> {
    let scalar = value.scalar()?;
    if matches!(scalar, Scalar::Null) {
        return Err(missing("type", "a text"));
    }
    let name = envelope(&scalar, TYPE)?;
    if cart {
        return order(plan).filter(|_| matches!(&*name, "cart" | "order")).ok_or_else(|| {
            EventError::new(Refusal::UnknownEvent)
                .in_field("type")
                .expecting("`cart`")
                .but_found(format!("`{name}`"))
                .advising("a quote is asked for a cart, or for an order that has not happened yet")
        });
    }
    kinds.find(name.as_bytes()).map(|number| number as u16).ok_or_else(|| {
        EventError::new(Refusal::UnknownEvent)
            .in_field("type")
            .but_found(format!("`{name}`"))
            .advising("declare it in the program with `event`, or do not send it")
    })
}

/// The number of the standard event that a cart is read as.
fn order(plan: &Plan) -> Option<u16> {
    match &plan.cart {
        Some(cart) => Some(cart.event),
        None => plan.events.iter().position(|event| &*event.layout.name == "order").map(|number| number as u16),
    }
}

/// Works out what a line costs from what one unit costs.
fn price_lines(plan: &Plan, event: &mut EventData) -> Result<(), EventError> {
    let Some(cart) = &plan.cart else { return Ok(()) };
    let rows: Vec<usize> = event.rows_of(event.list(cart.lines)).collect();
    for row in rows {
        let number = |slot: u16| event.item(row, slot).number();
        if number(cart.amount).is_some() {
            continue;
        }
        let Some(price) = number(cart.unit_price) else { continue };
        let amount = crate::amount::multiply(price, number(cart.quantity).unwrap_or(Decimal::ONE))?;
        if let Some(slot) = event.rows.get_mut(row + usize::from(cart.amount)) {
            *slot = Slot::Number(amount);
        }
    }
    Ok(())
}

fn missing(field: &str, expected: &str) -> EventError {
    EventError::new(Refusal::MissingField).in_field(field).expecting(expected)
}

/// A text of the envelope, which is never empty and never long.
#[inline]
fn envelope<'s>(scalar: &'s Scalar<'_>, field: usize) -> Result<Cow<'s, str>, EventError> {
    match scalar {
        Scalar::Text(text) if (1..=ID_BYTES_MAX).contains(&text.len()) => Ok(Cow::Borrowed(text)),
        _ => other_envelope(scalar, field),
    }
}

fn other_envelope<'s>(scalar: &'s Scalar<'_>, field: usize) -> Result<Cow<'s, str>, EventError> {
    let name = crate::wire::input::ENVELOPE.get(field).copied().unwrap_or("");
    let text = text_of(scalar).ok_or_else(|| no_text(scalar).in_field(name))?;
    if text.is_empty() {
        return Err(wrong("a text that is not empty", scalar).in_field(name));
    }
    if text.len() > ID_BYTES_MAX {
        return Err(EventError::new(Refusal::TextTooLong)
            .in_field(name)
            .expecting(format!("at most {ID_BYTES_MAX} bytes"))
            .but_found(format!("{} bytes", text.len())));
    }
    Ok(text)
}

fn revision(scalar: &Scalar<'_>) -> Result<u64, EventError> {
    let revision = match scalar {
        Scalar::Whole(number) => u64::try_from(*number).ok(),
        _ => text_of(scalar).and_then(|text| text.parse().ok()),
    };
    revision.ok_or_else(|| wrong("a whole number", scalar).in_field("revision"))
}

fn instant(scalar: &Scalar<'_>) -> Result<Instant, EventError> {
    let text = match scalar {
        Scalar::Instant(micros) => match Instant::from_micros(*micros) {
            Some(instant) => return Ok(instant),
            None => Cow::Owned(crate::time::rfc3339(*micros, 0)),
        },
        _ if text_of(scalar).is_none_or(|text| text.is_empty()) => return Err(wrong(INSTANT, scalar).in_field("at")),
        _ => envelope(scalar, AT)?,
    };
    text.parse::<Instant>().map_err(|error| error.in_field("at"))
}

fn currency(plan: &Plan, scalar: &Scalar<'_>) -> Result<(), EventError> {
    let Some(currency) = plan.settings.currency else { return Ok(()) };
    let found = envelope(scalar, CURRENCY)?;
    if found.as_bytes() == currency.code {
        return Ok(());
    }
    Err(EventError::new(Refusal::WrongCurrency)
        .in_field("currency")
        .expecting(format!("`{}`, the program's", core::str::from_utf8(&currency.code).unwrap_or("")))
        .but_found(format!("`{found}`")))
}

/// Reads a list into rows of slots.
fn list<I: Input>(
    plan: &Plan,
    reading: &EventReading,
    layout: Option<&ListLayout>,
    number: u16,
    value: &mut I,
    event: &mut EventData,
) -> Result<(), EventError> {
    let (Some(layout), Some(reading)) = (layout, reading.list(number)) else { return Ok(()) };
    match value.shape()? {
        Shape::List => {}
        Shape::Null => return Ok(()),
        Shape::Scalar | Shape::Object => {
            let found = value.scalar()?;
            return Err(wrong("a list", &found).in_field(&*layout.name));
        }
    }
    let width = layout.fields.len();
    let start = event.rows.len();
    let mut count = 0;
    value.items(|item, value| {
        if item >= LIST_ITEMS_MAX {
            let error = EventError::new(Refusal::TooManyItems).in_field(&*layout.name);
            return Err(error.expecting(format!("at most {LIST_ITEMS_MAX} items")));
        }
        event.rows.resize(start + (item + 1) * width, Slot::Missing);
        count = item as u32 + 1;
        let read = row(plan, reading, layout, start + item * width, value, event);
        // A slip in the text says itself where it is.
        let place = |error: EventError| match error.is_of_the_whole() {
            true => error,
            false => error.within(&format!("{}[{item}]", layout.name)),
        };
        read.map_err(place)
    })?;
    if let Some(place) = event.lists.get_mut(usize::from(number)) {
        *place = List { present: true, start: start as u32, count, width: width as u32 };
    }
    Ok(())
}

/// Reads one item into the slots from `start` on.
fn row<I: Input>(
    plan: &Plan,
    reading: &ListReading,
    layout: &ListLayout,
    start: usize,
    value: &mut I,
    event: &mut EventData,
) -> Result<(), EventError> {
    if layout.plain {
        let Some(field) = layout.fields.first() else { return Ok(()) };
        let read = read(plan, field, value, event)?;
        if let Some(place) = event.rows.get_mut(start) {
            *place = read;
        }
        return Ok(());
    }
    if value.shape()? != Shape::Object {
        let found = value.scalar()?;
        return Err(wrong("an object", &found));
    }
    let rows = value.fields(&reading.wanted, |at, value| {
        let Some(field) = layout.fields.get(at) else { return Ok(()) };
        let read = read(plan, field, value, event)?;
        if let Some(place) = event.rows.get_mut(start + at) {
            *place = read;
        }
        Ok(())
    });
    rows.map_err(|Refused { error, .. }| error)
}
