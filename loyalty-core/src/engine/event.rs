//! One event, decoded into the slots that the program reads.

use rust_decimal::Decimal;

use super::value::Value;
use crate::plan::EventPlan;

/// A field's value; texts lie in the event's one text buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot {
    Missing,
    Number(Decimal),
    Text { symbol: u32, start: u32, len: u32 },
    Bool(bool),
    Date(i32),
    Instant(i64),
    Time(i64),
}

impl Slot {
    /// Nothing was said.
    pub fn is_missing(&self) -> bool {
        matches!(self, Slot::Missing)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct List {
    pub present: bool,
    /// The first row's first slot.
    pub start: u32,
    /// Rows.
    pub count: u32,
    /// Slots of a row.
    pub width: u32,
}

/// A decoded event, ready to be applied any number of times.
#[derive(Debug, Clone, Default)]
pub struct EventData {
    /// The event type, by its number in the plan.
    pub event: u16,
    pub id: String,
    pub member: Option<String>,
    /// The revision of the state that the host prepared the event on.
    pub revision: Option<u64>,
    pub at: i64,
    /// The local day of `at`.
    pub day: i32,
    pub slots: Vec<Slot>,
    pub lists: Vec<List>,
    pub rows: Vec<Slot>,
    pub text: String,
    /// The fields in a fixed binary form: what is remembered of an order, and what tells one payload from another.
    pub capture: Vec<u8>,
    pub digest: u64,
}

impl EventData {
    /// Empties the event and keeps its buffers.
    pub fn clear(&mut self) {
        self.id.clear();
        self.member = None;
        self.revision = None;
        self.slots.clear();
        self.lists.clear();
        self.rows.clear();
        self.text.clear();
        self.capture.clear();
    }

    pub fn slot(&self, slot: u16) -> Value<'_> {
        self.slots.get(usize::from(slot)).map_or(Value::Missing, |slot| self.value(*slot))
    }

    pub fn item(&self, row: usize, slot: u16) -> Value<'_> {
        self.rows.get(row + usize::from(slot)).map_or(Value::Missing, |slot| self.value(*slot))
    }

    pub fn value(&self, slot: Slot) -> Value<'_> {
        match slot {
            Slot::Missing => Value::Missing,
            Slot::Number(number) => Value::Number(number),
            Slot::Text { symbol, start, len } => {
                Value::Text(self.text.get(start as usize..(start + len) as usize).unwrap_or(""), symbol)
            }
            Slot::Bool(value) => Value::Bool(value),
            Slot::Date(day) => Value::Date(day),
            Slot::Instant(micros) => Value::Instant(micros),
            Slot::Time(micros) => Value::Time(micros),
        }
    }

    pub fn list(&self, list: u16) -> List {
        self.lists.get(usize::from(list)).copied().unwrap_or_default()
    }

    /// The first slots of a list's rows.
    pub fn rows_of(&self, list: List) -> impl Iterator<Item = usize> + use<> {
        (0..list.count as usize).map(move |row| list.start as usize + row * list.width as usize)
    }

    #[inline]
    pub fn push_text(&mut self, text: &str, symbol: u32) -> Slot {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Slot::Text { symbol, start, len: text.len() as u32 }
    }
}

/// A field of an event by its name.
pub fn named<'e>(event_plan: &EventPlan, event: &'e EventData, name: &str) -> Value<'e> {
    let slot = event_plan.layout.slots.iter().position(|slot| &*slot.name == name);
    slot.map_or(Value::Missing, |slot| event.slot(slot as u16))
}
