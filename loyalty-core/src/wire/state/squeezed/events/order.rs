//! The captured fields of orders, each field a column.

use rust_decimal::Decimal;

use crate::amount;
use crate::engine::event::{EventData, List, Slot};
use crate::engine::value::Value;
use crate::plan::layout::{EventLayout, FieldKind, LIST_ITEMS_MAX, SlotLayout};
use crate::plan::symbols::UNKNOWN;
use crate::wire::squeeze::{Amounts, Coder, Flag, Instants, Malformed, Number, Small, Texts, Words};

/// What was learnt of the orders of a type.
pub struct Orders {
    slots: Vec<Field>,
    lists: Vec<(Number, Vec<Field>)>,
}

/// What was learnt of a field.
struct Field {
    missing: Flag,
    column: Column,
}

enum Column {
    /// A number of the event may be the sum of one in its lines.
    Number {
        sum: Small,
        own: Amounts,
    },
    Text(Box<Texts>),
    Bool(Flag),
    Date(Number),
    Instant(Instants),
    Time(Number),
}

/// So many columns of lines are added up.
const SUMS_MAX: usize = 7;

impl Field {
    fn new(layout: &SlotLayout) -> Self {
        let column = match layout.kind {
            FieldKind::Number { .. } => Column::Number { sum: Small::default(), own: Amounts::default() },
            FieldKind::Text => Column::Text(Box::default()),
            FieldKind::Bool => Column::Bool(Flag::default()),
            FieldKind::Date => Column::Date(Number::default()),
            FieldKind::Instant => Column::Instant(Instants::default()),
            FieldKind::Time => Column::Time(Number::default()),
        };
        Self { missing: Flag::default(), column }
    }

    /// A value, which a reader puts into the event's texts if it is one.
    fn code(
        &mut self,
        coder: &mut dyn Coder,
        words: &mut Words,
        event: &mut EventData,
        slot: Slot,
        sums: &[Decimal],
    ) -> Result<Slot, Malformed> {
        let fits = matches!(
            (&self.column, slot),
            (Column::Number { .. }, Slot::Number(_))
                | (Column::Text(_), Slot::Text { .. })
                | (Column::Bool(_), Slot::Bool(_))
                | (Column::Date(_), Slot::Date(_))
                | (Column::Instant(_), Slot::Instant(_))
                | (Column::Time(_), Slot::Time(_))
        );
        if self.missing.code(coder, !fits)? {
            return Ok(Slot::Missing);
        }
        Ok(match (&mut self.column, slot) {
            (Column::Number { sum, own }, slot) => {
                let number = if let Slot::Number(number) = slot { number } else { Decimal::ZERO };
                let place = if sums.is_empty() {
                    0
                } else {
                    let place = sums.iter().position(|sum| *sum == number).map_or(0, |place| place + 1);
                    sum.code(coder, place)?
                };
                match place.checked_sub(1) {
                    None => Slot::Number(own.code(coder, number)?),
                    Some(place) => Slot::Number(*sums.get(place).ok_or(Malformed)?),
                }
            }
            (Column::Text(texts), slot) => {
                let mut text =
                    if let Value::Text(text, _) = event.value(slot) { text.to_owned() } else { String::new() };
                texts.code(words, coder, &mut text)?;
                if coder.reads() { event.push_text(&text, UNKNOWN) } else { slot }
            }
            (Column::Bool(set), slot) => Slot::Bool(set.code(coder, slot == Slot::Bool(true))?),
            (Column::Date(days), slot) => {
                let day = if let Slot::Date(day) = slot { day } else { 0 };
                let day = days.signed(coder, i64::from(day))?;
                Slot::Date(i32::try_from(day).map_err(|_| Malformed)?)
            }
            (Column::Instant(instants), slot) => {
                let at = if let Slot::Instant(at) = slot { at } else { 0 };
                Slot::Instant(instants.code(coder, at, event.at)?)
            }
            (Column::Time(times), slot) => {
                let time = if let Slot::Time(time) = slot { time } else { 0 };
                Slot::Time(times.signed(coder, time)?)
            }
        })
    }
}

impl Orders {
    pub fn new(layout: EventLayout) -> Self {
        Self {
            slots: layout.slots.iter().map(Field::new).collect(),
            lists: layout
                .lists
                .iter()
                .map(|list| (Number::default(), list.fields.iter().map(Field::new).collect()))
                .collect(),
        }
    }

    /// An order's fields; `at` is its instant.
    pub fn fields(
        &mut self,
        coder: &mut dyn Coder,
        words: &mut Words,
        event: &mut EventData,
        at: i64,
    ) -> Result<(), Malformed> {
        event.at = at;
        coder.things(1 + (self.slots.len() + self.lists.len()) / 2)?;
        let mut sums = Vec::new();
        for (number, (lengths, fields)) in self.lists.iter_mut().enumerate() {
            let given = event.list(number as u16);
            let length = lengths.code(coder, if given.present { u64::from(given.count) + 1 } else { 0 })?;
            let rows = length.saturating_sub(1) as usize;
            if rows > LIST_ITEMS_MAX {
                return Err(Malformed);
            }
            let start = if coder.reads() { event.rows.len() } else { given.start as usize };
            let from = sums.len();
            sums.resize(from + fields.len(), Some(Decimal::ZERO));
            for row in 0..rows {
                coder.things(1 + fields.len() / 2)?;
                for (place, field) in fields.iter_mut().enumerate() {
                    let slot = event.rows.get(start + row * fields_len(&given, coder.reads()) + place).copied();
                    let slot = if coder.reads() { Slot::Missing } else { slot.unwrap_or(Slot::Missing) };
                    let slot = field.code(coder, words, event, slot, &[])?;
                    if coder.reads() {
                        event.rows.push(slot);
                    }
                    if let Some(sum) = sums.get_mut(from + place) {
                        *sum = match (*sum, slot) {
                            (Some(sum), Slot::Number(number)) => amount::add(sum, number).ok(),
                            (sum, Slot::Missing) => sum,
                            _ => None,
                        };
                    }
                }
            }
            if coder.reads() {
                let width = fields.len() as u32;
                event.lists.push(List { present: length > 0, start: start as u32, count: rows as u32, width });
            }
        }
        let sums: Vec<Decimal> = sums.into_iter().flatten().filter(|sum| !sum.is_zero()).take(SUMS_MAX).collect();
        for (place, field) in self.slots.iter_mut().enumerate() {
            let slot = event.slots.get(place).copied().unwrap_or(Slot::Missing);
            let slot = field.code(coder, words, event, slot, &sums)?;
            if coder.reads() {
                event.slots.push(slot);
            }
        }
        Ok(())
    }
}

/// How far apart the rows of a list lie.
fn fields_len(list: &List, reads: bool) -> usize {
    if reads { 0 } else { list.width as usize }
}
