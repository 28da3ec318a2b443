//! Fields that the host did not send: worked out from others where the program says how, else refused.

use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::event::{EventData, Slot};
use crate::engine::member::Member;
use crate::engine::value::Value;
use crate::plan::layout::{EventLayout, FieldKind, SlotLayout};
use crate::plan::{Node, Plan};

/// Fills in defaults and refuses what is still missing.
pub fn complete(plan: &Plan, layout: &EventLayout, event: &mut EventData) -> Result<(), EventError> {
    let day = event.day;
    for (number, list) in layout.lists.iter().enumerate() {
        let place = event.list(number as u16);
        if !place.present {
            if list.required_from.is_some_and(|from| from <= day) {
                return Err(EventError::new(Refusal::MissingField).in_field(&*list.name).expecting("a list"));
            }
            continue;
        }
        let missing = |row: usize, at: usize| event.rows.get(row + at).is_some_and(Slot::is_missing);
        let mut asked = list.fields.iter().enumerate().filter(|(_, field)| field.is_asked_for());
        if !asked.any(|(at, _)| event.rows_of(place).any(|row| missing(row, at))) {
            continue;
        }
        for (item, row) in event.rows_of(place).enumerate() {
            for (at, field) in list.fields.iter().enumerate() {
                if !event.rows.get(row + at).is_some_and(Slot::is_missing) {
                    continue;
                }
                if let Some(default) = field.default {
                    let slot = default_of(plan, event, default, row)?;
                    if let Some(place) = event.rows.get_mut(row + at) {
                        *place = slot;
                    }
                }
                let still = event.rows.get(row + at).is_some_and(Slot::is_missing);
                if still && field.required_from.is_some_and(|from| from <= day) {
                    return Err(missing_field(field).within(&format!("{}[{item}]", list.name)));
                }
            }
        }
    }
    if !event.slots.iter().any(Slot::is_missing) {
        return Ok(());
    }
    fill(plan, layout, event)?;
    for (field, slot) in layout.slots.iter().zip(&event.slots) {
        if slot.is_missing() && field.required_from.is_some_and(|from| from <= day) {
            return Err(missing_field(field));
        }
    }
    Ok(())
}

/// Gives the event's missing fields their defaults.
pub fn fill(plan: &Plan, layout: &EventLayout, event: &mut EventData) -> Result<(), EventError> {
    if !layout.has_defaults {
        return Ok(());
    }
    // A default may read a field that has one itself; every round but the last fills at least one.
    for _ in 0..layout.slots.len() {
        let mut filled = false;
        for (at, field) in layout.slots.iter().enumerate() {
            if let (Some(default), Some(Slot::Missing)) = (field.default, event.slots.get(at)) {
                let slot = default_of(plan, event, default, NO_ROW)?;
                filled |= slot != Slot::Missing;
                if let Some(place) = event.slots.get_mut(at) {
                    *place = slot;
                }
            }
        }
        if !filled {
            break;
        }
    }
    Ok(())
}

/// Forgets the values of shared fields that are no other than their defaults; [`fill`] works them out again.
pub fn forget_defaults(plan: &Plan, layout: &EventLayout, event: &mut EventData) -> Result<(), EventError> {
    let mut forgotten = Vec::new();
    for (at, field) in layout.slots.iter().enumerate().filter(|(_, field)| field.shared) {
        if let (Some(default), Some(slot)) = (field.default, event.slots.get(at).copied())
            && default_of(plan, event, default, NO_ROW)? == slot
        {
            forgotten.push(at);
        }
    }
    for at in forgotten {
        if let Some(place) = event.slots.get_mut(at) {
            *place = Slot::Missing;
        }
    }
    Ok(())
}

/// Forgets those alone that are worked out from other fields.
pub fn forget_computed(plan: &Plan, layout: &EventLayout, event: &mut EventData) -> Result<(), EventError> {
    let before = event.slots.clone();
    forget_defaults(plan, layout, event)?;
    for ((slot, known), field) in event.slots.iter_mut().zip(&before).zip(&layout.slots) {
        let constant = field.default.and_then(|default| plan.nodes.get(default as usize));
        if matches!(constant, Some(Node::Number(_))) {
            *slot = *known;
        }
    }
    Ok(())
}

fn missing_field(field: &SlotLayout) -> EventError {
    let kind = match field.kind {
        FieldKind::Number { .. } => "a number",
        FieldKind::Text => "a text",
        FieldKind::Bool => "true or false",
        FieldKind::Date => "a date",
        FieldKind::Instant => "an instant",
        FieldKind::Time => "a time of day",
    };
    let error = EventError::new(Refusal::MissingField).in_field(&*field.name).expecting(kind);
    if field.default.is_some() {
        error.advising("or the fields that its default is worked out from")
    } else {
        error.advising("the program reads it; declare it with `?` if it may be missing")
    }
}

fn default_of(plan: &Plan, event: &mut EventData, default: u32, row: usize) -> Result<Slot, EventError> {
    if let Some(Node::Number(number)) = plan.nodes.get(default as usize) {
        return Ok(Slot::Number(*number));
    }
    let scope = Scope { event: Some(event), day: event.day, ..Scope::of(plan, Member::nobody(), event.at) };
    let text = match scope.eval(default, row)? {
        Value::Missing | Value::Weekday(_) | Value::Level(..) => return Ok(Slot::Missing),
        Value::Number(number) => return Ok(Slot::Number(number)),
        Value::Bool(value) => return Ok(Slot::Bool(value)),
        Value::Date(day) => return Ok(Slot::Date(day)),
        Value::Instant(micros) => return Ok(Slot::Instant(micros)),
        Value::Time(micros) => return Ok(Slot::Time(micros)),
        Value::Text(text, _) => text.to_owned(),
    };
    let symbol = plan.symbols.get(&text);
    Ok(event.push_text(&text, symbol))
}
