//! The captured fields of remembered orders: every value by the kind that its field has, in as few bytes as it needs.

use super::texts;
use crate::engine::event::{EventData, List, Slot};
use crate::engine::value::Value;
use crate::plan::layout::{EventLayout, FieldKind, LIST_ITEMS_MAX, SlotLayout};
use crate::plan::symbols::UNKNOWN;
use crate::wire::codec::{Malformed, Reader, Writer, packed, packed_instant, unpacked, unpacked_instant};

/// Writes an order's fields; `event.at` must be its instant.
pub fn write(writer: &mut Writer<'_>, texts: &mut texts::Written, layout: &EventLayout, event: &EventData) {
    for (slot, value) in layout.slots.iter().zip(&event.slots) {
        write_slot(writer, texts, slot.kind, event, *value);
    }
    for (number, list) in layout.lists.iter().enumerate() {
        let place = event.list(number as u16);
        writer.number(if place.present { u64::from(place.count) + 1 } else { 0 });
        for row in event.rows_of(place) {
            for (field, value) in list.fields.iter().zip(event.rows.iter().skip(row)) {
                write_slot(writer, texts, field.kind, event, *value);
            }
        }
    }
}

/// Zero stands for what is missing, and is no value of any kind.
fn write_slot(writer: &mut Writer<'_>, texts: &mut texts::Written, kind: FieldKind, event: &EventData, slot: Slot) {
    match (kind, slot) {
        (FieldKind::Number { .. }, Slot::Number(number)) => writer.large(packed(number) + 1),
        (FieldKind::Text, Slot::Text { .. }) => match event.value(slot) {
            Value::Text(text, _) => texts.text(writer, text),
            _ => writer.byte(0),
        },
        (FieldKind::Bool, Slot::Bool(value)) => writer.byte(1 + u8::from(value)),
        (FieldKind::Date, Slot::Date(day)) => writer.large(packed_instant(i64::from(day), 0) + 1),
        (FieldKind::Instant, Slot::Instant(at)) => writer.large(packed_instant(at, event.at) + 1),
        (FieldKind::Time, Slot::Time(time)) => writer.large(packed_instant(time, 0) + 1),
        _ => writer.byte(0),
    }
}

/// Reads an order's fields back; `at` is its instant.
pub fn read<'a>(
    reader: &mut Reader<'a>,
    texts: &mut texts::Read<'a>,
    layout: &EventLayout,
    at: i64,
) -> Result<EventData, Malformed> {
    let mut event = EventData { at, ..EventData::default() };
    for slot in &layout.slots {
        let value = read_slot(reader, texts, slot, &mut event)?;
        event.slots.push(value);
    }
    for list in &layout.lists {
        let count = reader.number()?;
        let mut place =
            List { present: count > 0, start: event.rows.len() as u32, count: 0, width: list.fields.len() as u32 };
        for _ in 1..count {
            if place.count as usize >= LIST_ITEMS_MAX {
                return Err(Malformed);
            }
            for field in &list.fields {
                let value = read_slot(reader, texts, field, &mut event)?;
                event.rows.push(value);
            }
            place.count += 1;
        }
        event.lists.push(place);
    }
    Ok(event)
}

fn read_slot<'a>(
    reader: &mut Reader<'a>,
    texts: &mut texts::Read<'a>,
    layout: &SlotLayout,
    event: &mut EventData,
) -> Result<Slot, Malformed> {
    let number = reader.large()?;
    let Some(value) = number.checked_sub(1) else { return Ok(Slot::Missing) };
    let small = || u64::try_from(number).map_err(|_| Malformed);
    Ok(match layout.kind {
        FieldKind::Number { .. } => Slot::Number(unpacked(value)?),
        FieldKind::Text => match texts.text(reader, small()?)? {
            Some(text) => event.push_text(text, UNKNOWN),
            None => Slot::Missing,
        },
        FieldKind::Bool => Slot::Bool(value == 1),
        FieldKind::Date => Slot::Date(i32::try_from(unpacked_instant(value, 0)?).map_err(|_| Malformed)?),
        FieldKind::Instant => Slot::Instant(unpacked_instant(value, event.at)?),
        FieldKind::Time => Slot::Time(unpacked_instant(value, 0)?),
    })
}
