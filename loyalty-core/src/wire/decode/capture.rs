//! An event's fields in a fixed binary form: what is remembered of an order, and what tells one payload from another.

use crate::engine::event::{EventData, List, Slot};
use crate::plan::Plan;
use crate::plan::layout::{EventLayout, FieldKind, LIST_ITEMS_MAX, SlotLayout};
use crate::plan::symbols::UNKNOWN;
use crate::wire::codec::{Malformed, Reader, Writer};

/// Writes the event's fields in their fixed form and takes its digest.
pub fn capture(event: &mut EventData) {
    let EventData { slots, lists, rows, text, capture, digest, .. } = event;
    capture.clear();
    let mut writer = Writer(capture);
    write_slots(&mut writer, text, slots);
    for list in lists {
        writer.number(if list.present { u64::from(list.count) + 1 } else { 0 });
        let start = list.start as usize;
        let rows = rows.get(start..start + (list.count * list.width) as usize).unwrap_or(&[]);
        write_slots(&mut writer, text, rows);
    }
    *digest = crate::wire::digest(capture);
}

fn write_slots(writer: &mut Writer<'_>, texts: &str, slots: &[Slot]) {
    for slot in slots {
        match *slot {
            Slot::Missing => writer.byte(0),
            Slot::Number(number) => {
                writer.byte(1);
                writer.decimal(number);
            }
            Slot::Text { start, len, .. } => {
                writer.byte(2);
                writer.bytes(texts.as_bytes().get(start as usize..(start + len) as usize).unwrap_or(&[]));
            }
            Slot::Bool(value) => writer.byte(3 + u8::from(value)),
            Slot::Date(day) => {
                writer.byte(5);
                writer.signed(i64::from(day));
            }
            Slot::Instant(micros) => {
                writer.byte(6);
                writer.signed(micros);
            }
            Slot::Time(micros) => {
                writer.byte(7);
                writer.signed(micros);
            }
        }
    }
}

fn read_slot(
    reader: &mut Reader<'_>,
    plan: &Plan,
    layout: &SlotLayout,
    event: &mut EventData,
) -> Result<Slot, Malformed> {
    Ok(match reader.byte()? {
        0 => Slot::Missing,
        1 => {
            let mut number = reader.decimal()?;
            if let FieldKind::Number { scale, .. } = layout.kind
                && number.scale() < u32::from(scale)
            {
                number.rescale(u32::from(scale));
            }
            Slot::Number(number)
        }
        2 => {
            let text = reader.text()?;
            let symbol = if layout.symbolic { plan.symbols.get(text) } else { UNKNOWN };
            event.push_text(text, symbol)
        }
        value @ (3 | 4) => Slot::Bool(value == 4),
        5 => Slot::Date(i32::try_from(reader.signed()?).map_err(|_| Malformed)?),
        6 => Slot::Instant(reader.signed()?),
        7 => Slot::Time(reader.signed()?),
        _ => return Err(Malformed),
    })
}

/// Reads captured fields back.
pub fn from_capture(plan: &Plan, layout: &EventLayout, capture: &[u8]) -> Result<EventData, Malformed> {
    let mut event = EventData::default();
    let mut reader = Reader(capture);
    for slot in &layout.slots {
        let value = read_slot(&mut reader, plan, slot, &mut event)?;
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
                let value = read_slot(&mut reader, plan, field, &mut event)?;
                event.rows.push(value);
            }
            place.count += 1;
        }
        event.lists.push(place);
    }
    event.capture = capture.to_vec();
    event.digest = crate::wire::digest(capture);
    Ok(event)
}
