//! From JSON text straight into an event's slots. What the program does not read is passed over unread.

mod capture;
mod defaults;
mod number;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

pub use capture::{capture, from_capture};
use defaults::complete;
pub use defaults::{fill, forget_defaults};
use number::{NumberError, number};

use crate::engine::error::{EventError, Refusal};
use crate::engine::event::{EventData, List, Slot};
use crate::plan::Plan;
use crate::plan::layout::{
    EVENT_BYTES_MAX, EventLayout, FRACTION_DIGITS_MAX, FieldKind, ID_BYTES_MAX, INTEGER_DIGITS_MAX, LIST_ITEMS_MAX,
    ListLayout, SlotLayout, TEXT_BYTES_MAX,
};
use crate::plan::symbols::UNKNOWN;
use crate::time::{Instant, day_of, micros_of};

/// What every event says of itself, whatever its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHead {
    /// The event's own id.
    pub id: Option<String>,
    /// The member's id; nothing for a guest.
    pub member: Option<String>,
    /// The event type.
    pub kind: Option<String>,
    /// When it happened.
    pub at: Option<Instant>,
}

/// The fields of a JSON object, in its order, values unread.
type Fields<'a> = SmallVec<[(Key<'a>, &'a RawValue); 24]>;

/// Reads only what says which member's state an event needs: the host's first step.
///
/// # Errors
///
/// [`Refusal::InvalidJson`] and [`Refusal::EventTooLarge`].
pub fn event_head(json: &[u8]) -> Result<EventHead, EventError> {
    let fields = fields(json, None)?;
    let text = |name: &str| {
        let raw = fields.iter().find(|(key, _)| key.0 == name)?.1;
        plain_text(raw).map(Cow::into_owned)
    };
    Ok(EventHead {
        id: text("id"),
        member: text("member"),
        kind: text("type"),
        at: text("at").and_then(|at| Instant::parse(&at)),
    })
}

/// Reads the top level of an event. With a sink, lists are read on the way: once the type is known, which is what nearly
/// every host writes first, their text is gone through only once.
fn fields<'a>(json: &'a [u8], mut sink: Option<Sink<'_>>) -> Result<Fields<'a>, EventError> {
    if json.len() > EVENT_BYTES_MAX {
        return Err(EventError::new(Refusal::EventTooLarge)
            .expecting(format!("at most {EVENT_BYTES_MAX} bytes"))
            .but_found(format!("{} bytes", json.len())));
    }
    let invalid = |found: String| EventError::new(Refusal::InvalidJson).expecting("one JSON object").but_found(found);
    let text = core::str::from_utf8(json).map_err(|_| invalid("bytes that are no UTF-8 text".to_owned()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = match deserializer.deserialize_map(Object { sink: sink.as_mut() }) {
        Ok(fields) => fields,
        Err(error) => {
            let own = sink.and_then(|sink| sink.failure);
            return Err(own.unwrap_or_else(|| invalid(unread(text, &error))));
        }
    };
    deserializer.end().map_err(|error| invalid(unread(text, &error)))?;
    for (at, (key, _)) in fields.iter().enumerate() {
        if fields.iter().skip(at + 1).any(|(other, _)| other.0 == key.0) {
            return Err(invalid(format!("the key `{}` twice", key.0)));
        }
    }
    Ok(fields)
}

/// What is wrong with a text that is no JSON object, in words that no other library may change.
fn unread(text: &str, error: &serde_json::Error) -> String {
    if !text.trim_start().starts_with('{') {
        return text.trim().to_owned();
    }
    let (line, column) = (error.line(), error.column());
    if error.is_eof() {
        "a text that ends too early".to_owned()
    } else {
        format!("a slip in line {line}, column {column}")
    }
}

/// Where lists go that are met after the event's type.
struct Sink<'a> {
    plan: &'a Plan,
    event: &'a mut EventData,
    layout: Option<&'a EventLayout>,
    failure: Option<EventError>,
}

struct Object<'s, 'a> {
    sink: Option<&'s mut Sink<'a>>,
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            // Nobody has an event with so many fields of its own; duplicate keys are told by comparing all of them.
            if fields.len() >= 1_000 {
                return Err(A::Error::custom("more than 1000 fields"));
            }
            if let Some(sink) = &mut self.sink
                && let Some(layout) = sink.layout
                && let Some(number) = layout.lists.iter().position(|list| *list.name == *key.0)
                && let Some(list) = layout.lists.get(number)
            {
                let known = fields.iter().any(|(other, _): &(Key<'de>, _)| other.0 == key.0);
                if !known {
                    let start = sink.event.rows.len() as u32;
                    let mut place = List { present: true, start, count: 0, width: list.fields.len() as u32 };
                    let rows = Rows {
                        plan: sink.plan,
                        layout: list,
                        event: sink.event,
                        count: &mut place.count,
                        failure: &mut sink.failure,
                    };
                    place.present = map.next_value_seed(MaybeRows(rows))?;
                    if let Some(list) = sink.event.lists.get_mut(number) {
                        *list = place;
                    }
                    fields.push((key, RawValue::NULL));
                    continue;
                }
            }
            let value: &RawValue = map.next_value()?;
            if let Some(sink) = &mut self.sink
                && key.0 == "type"
                && sink.layout.is_none()
                && let Some(kind) = plain_text(value)
            {
                let event = sink.plan.events.iter().find(|event| *event.layout.name == *kind);
                sink.layout = event.map(|event| &event.layout);
                if let Some(layout) = sink.layout {
                    sink.event.lists.resize(layout.lists.len(), List::default());
                }
            }
            fields.push((key, value));
        }
        Ok(fields)
    }
}

/// A list's rows, or null for a list that is not there; anything else is refused in our own words.
struct MaybeRows<'a>(Rows<'a>);

impl<'de> DeserializeSeed<'de> for MaybeRows<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MaybeRows<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<bool, A::Error> {
        self.0.visit_seq(items).map(|()| true)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<bool, E> {
        self.no_list(&value.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<bool, E> {
        self.no_list("a number")
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<bool, E> {
        self.no_list("a number")
    }

    #[expect(clippy::disallowed_types, reason = "the parser's interface; the value is not looked at")]
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<bool, E> {
        self.no_list("a number")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<bool, E> {
        self.no_list(&format!("\"{value}\""))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<bool, A::Error> {
        self.no_list("an object")
    }
}

impl MaybeRows<'_> {
    fn no_list<E: serde::de::Error>(self, found: &str) -> Result<bool, E> {
        let error = EventError::new(Refusal::WrongType).in_field(&*self.0.layout.name);
        *self.0.failure = Some(error.expecting("a list").but_found(found));
        Err(E::custom("refused"))
    }
}

/// A key of an object, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A JSON text without its quotes and escapes, or the digits of a JSON number; nothing for other values.
fn plain_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' if text.contains('\\') => serde_json::from_str::<String>(text).ok().map(Cow::Owned),
        b'"' => text.get(1..text.len().checked_sub(1)?).map(Cow::Borrowed),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// Decodes an event into `event`, whose buffers are used again.
pub fn decode(plan: &Plan, json: &[u8], event: &mut EventData) -> Result<(), EventError> {
    event.clear();
    let fields = fields(json, Some(Sink { plan, event, layout: None, failure: None }))?;
    let find =
        |name: &str| fields.iter().find(|(key, _)| key.0 == name).map(|(_, raw)| *raw).filter(|raw| !is_null(raw));
    let kind = envelope(find("type"), "type")?;
    let number = plan.events.iter().position(|event| *event.layout.name == *kind).ok_or_else(|| {
        EventError::new(Refusal::UnknownEvent)
            .in_field("type")
            .but_found(format!("`{kind}`"))
            .advising("declare it in the program with `event`, or do not send it")
    })?;
    event.event = number as u16;
    event.id.push_str(&envelope(find("id"), "id")?);
    event.member = find("member").map(|raw| envelope(Some(raw), "member").map(Cow::into_owned)).transpose()?;
    event.revision = match find("revision") {
        Some(raw) => {
            let revision = plain_text(raw).and_then(|text| text.parse().ok());
            Some(revision.ok_or_else(|| wrong("a whole number", raw).in_field("revision"))?)
        }
        None => None,
    };
    let at = envelope(find("at"), "at")?;
    event.at = at.parse::<Instant>().map_err(|error| error.in_field("at"))?.0;
    event.day = plan.calendar.day_at(event.at);
    if let (Some(raw), Some(currency)) = (find("currency"), plan.settings.currency) {
        let found = envelope(Some(raw), "currency")?;
        if found.as_bytes() != currency.code {
            return Err(EventError::new(Refusal::WrongCurrency)
                .in_field("currency")
                .expecting(format!("`{}`, the program's", core::str::from_utf8(&currency.code).unwrap_or("")))
                .but_found(format!("`{found}`")));
        }
    }
    let Some(plan_of) = plan.events.get(number) else { return Err(EventError::new(Refusal::UnknownEvent)) };
    let layout = &plan_of.layout;
    for slot in &layout.slots {
        let value = match find(&slot.name) {
            Some(raw) => scalar(plan, slot, raw, event).map_err(|error| error.within(&slot.name))?,
            None => Slot::Missing,
        };
        event.slots.push(value);
    }
    event.lists.resize(layout.lists.len(), List::default());
    for (number, list) in layout.lists.iter().enumerate() {
        if !event.list(number as u16).present {
            list_of(plan, list, number, find(&list.name), event)?;
        }
    }
    complete(plan, layout, event)?;
    capture(event);
    Ok(())
}

fn envelope<'a>(raw: Option<&'a RawValue>, name: &str) -> Result<Cow<'a, str>, EventError> {
    let raw = raw.ok_or_else(|| EventError::new(Refusal::MissingField).in_field(name).expecting("a text"))?;
    let text = plain_text(raw)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| EventError::new(Refusal::WrongType).in_field(name).expecting("a text").but_found(raw.get()))?;
    if text.len() > ID_BYTES_MAX {
        return Err(EventError::new(Refusal::TextTooLong)
            .in_field(name)
            .expecting(format!("at most {ID_BYTES_MAX} bytes"))
            .but_found(format!("{} bytes", text.len())));
    }
    Ok(text)
}

fn wrong(expected: &str, raw: &RawValue) -> EventError {
    EventError::new(Refusal::WrongType).expecting(expected).but_found(raw.get())
}

fn scalar(plan: &Plan, layout: &SlotLayout, raw: &RawValue, event: &mut EventData) -> Result<Slot, EventError> {
    if is_null(raw) {
        return Ok(Slot::Missing);
    }
    let text = plain_text(raw);
    Ok(match layout.kind {
        FieldKind::Number { whole, scale } => {
            let expected = if whole { "a whole number" } else { "a number, or its digits as a text" };
            let text = text.ok_or_else(|| wrong(expected, raw))?;
            let number = number(&text, scale).map_err(|error| match error {
                NumberError::NotANumber => wrong(expected, raw),
                NumberError::TooLong => EventError::new(Refusal::NumberTooLong)
                    .expecting(format!(
                        "at most {INTEGER_DIGITS_MAX} digits before the point and {FRACTION_DIGITS_MAX} after it"
                    ))
                    .but_found(&*text),
            })?;
            if whole && number.scale() > 0 {
                return Err(wrong(expected, raw));
            }
            if layout.not_negative && number.is_sign_negative() && !number.is_zero() {
                return Err(EventError::new(Refusal::NegativeAmount).expecting("zero or more").but_found(&*text));
            }
            Slot::Number(number)
        }
        FieldKind::Text => {
            let text = text.ok_or_else(|| wrong("a text", raw))?;
            if text.len() > TEXT_BYTES_MAX {
                return Err(EventError::new(Refusal::TextTooLong)
                    .expecting(format!("at most {TEXT_BYTES_MAX} bytes"))
                    .but_found(format!("{} bytes", text.len())));
            }
            let symbol = if layout.symbolic { plan.symbols.get(&text) } else { UNKNOWN };
            event.push_text(&text, symbol)
        }
        FieldKind::Bool => match raw.get() {
            "true" => Slot::Bool(true),
            "false" => Slot::Bool(false),
            _ => return Err(wrong("true or false", raw)),
        },
        FieldKind::Date => {
            let date = text.and_then(|text| chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok());
            Slot::Date(date.map(day_of).ok_or_else(|| wrong("a date such as 2026-11-21", raw))?)
        }
        FieldKind::Instant => {
            let instant = text.and_then(|text| Instant::parse(&text));
            Slot::Instant(instant.ok_or_else(|| wrong("an instant such as 2026-11-21T10:00:00+08:00", raw))?.0)
        }
        FieldKind::Time => {
            let time = text.and_then(|text| {
                let parse = |format| chrono::NaiveTime::parse_from_str(&text, format).ok();
                parse("%H:%M:%S").or_else(|| parse("%H:%M"))
            });
            Slot::Time(time.map(micros_of).ok_or_else(|| wrong("a time of day such as 09:30", raw))?)
        }
    })
}

/// Reads a list that came before the event's type.
fn list_of(
    plan: &Plan,
    layout: &ListLayout,
    number: usize,
    raw: Option<&RawValue>,
    event: &mut EventData,
) -> Result<(), EventError> {
    let mut list = List { present: false, start: event.rows.len() as u32, count: 0, width: layout.fields.len() as u32 };
    if let Some(raw) = raw {
        let mut failure = None;
        let rows = Rows { plan, layout, event, count: &mut list.count, failure: &mut failure };
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        if rows.deserialize(&mut deserializer).is_err() {
            return Err(failure.unwrap_or_else(|| wrong("a list", raw).in_field(&*layout.name)));
        }
        list.present = true;
    }
    if let Some(place) = event.lists.get_mut(number) {
        *place = list;
    }
    Ok(())
}

/// A list's items, read into rows of slots.
struct Rows<'a> {
    plan: &'a Plan,
    layout: &'a ListLayout,
    event: &'a mut EventData,
    count: &'a mut u32,
    /// Our own word on what is wrong, beside the parser's.
    failure: &'a mut Option<EventError>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            let row = Row { plan: self.plan, layout: self.layout, event: self.event, failure: self.failure };
            let read = items.next_element_seed(row);
            let at = *self.count;
            match read {
                Ok(None) => return Ok(()),
                Ok(Some(())) if at as usize >= LIST_ITEMS_MAX => {
                    let error = EventError::new(Refusal::TooManyItems);
                    *self.failure =
                        Some(error.in_field(&*self.layout.name).expecting(format!("at most {LIST_ITEMS_MAX} items")));
                    return Err(A::Error::custom("too many items"));
                }
                Ok(Some(())) => *self.count += 1,
                Err(error) => {
                    let place = format!("{}[{at}]", self.layout.name);
                    let own = self
                        .failure
                        .take()
                        .unwrap_or_else(|| EventError::new(Refusal::WrongType).expecting("an object"));
                    *self.failure = Some(own.within(&place));
                    return Err(error);
                }
            }
        }
    }
}

struct Row<'a> {
    plan: &'a Plan,
    layout: &'a ListLayout,
    event: &'a mut EventData,
    failure: &'a mut Option<EventError>,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.layout.plain {
            return deserializer.deserialize_map(self);
        }
        let raw = <&RawValue>::deserialize(deserializer)?;
        let Some(field) = self.layout.fields.first() else { return Ok(()) };
        match scalar(self.plan, field, raw, self.event) {
            Ok(slot) => self.event.rows.push(slot),
            Err(error) => {
                *self.failure = Some(error);
                return Err(D::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let start = self.event.rows.len();
        self.event.rows.resize(start + self.layout.fields.len(), Slot::Missing);
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let Some(at) = self.layout.fields.iter().position(|field| *field.name == *key.0) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let raw = map.next_value::<&RawValue>()?;
            let Some(field) = self.layout.fields.get(at) else { continue };
            match scalar(self.plan, field, raw, self.event) {
                Ok(slot) => {
                    if let Some(place) = self.event.rows.get_mut(start + at) {
                        *place = slot;
                    }
                }
                Err(error) => {
                    *self.failure = Some(error.within(&field.name));
                    return Err(A::Error::custom("refused"));
                }
            }
        }
        Ok(())
    }
}
