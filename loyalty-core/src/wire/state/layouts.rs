//! In which slots the remembered events of saved state lie, by name: another version of a program may give its events others.

use super::saved::saved;
use crate::engine::event::{EventData, Slot};
use crate::plan::Plan;
use crate::plan::layout::{EventLayout, FieldKind, ListLayout, SlotLayout};
use crate::wire::codec::Malformed;
use crate::wire::decode::capture;

/// An event type with the fields that were captured of it.
#[derive(Default)]
pub struct SavedLayout {
    pub name: String,
    pub signature: u64,
    pub slots: Vec<(String, u8)>,
    pub lists: Vec<SavedList>,
}

saved! { SavedLayout { name, signature, slots, lists } }

/// A list's name, whether its items are plain values, and their fields.
pub type SavedList = (String, bool, Vec<(String, u8)>);

const KINDS: [FieldKind; 6] = [
    FieldKind::Number { whole: false, scale: 0 },
    FieldKind::Text,
    FieldKind::Bool,
    FieldKind::Date,
    FieldKind::Instant,
    FieldKind::Time,
];

fn kind_number(kind: FieldKind) -> u8 {
    let same = |known: &FieldKind| core::mem::discriminant(known) == core::mem::discriminant(&kind);
    KINDS.iter().position(same).unwrap_or(0) as u8
}

/// What is written of the layout of an event.
pub fn saved_layout(plan: &Plan, event: u16) -> SavedLayout {
    let empty = SavedLayout::default();
    let Some(event) = plan.events.get(usize::from(event)) else { return empty };
    let layout = &event.layout;
    let slots =
        |slots: &[SlotLayout]| slots.iter().map(|slot| (slot.name.to_string(), kind_number(slot.kind))).collect();
    if !event.kind.returnable() {
        return SavedLayout { name: layout.name.to_string(), signature: layout.signature, ..empty };
    }
    SavedLayout {
        name: layout.name.to_string(),
        signature: layout.signature,
        slots: slots(&layout.slots),
        lists: layout.lists.iter().map(|list| (list.name.to_string(), list.plain, slots(&list.fields))).collect(),
    }
}

/// The layout that a saved event's fields are in, as far as reading them needs it.
pub fn layout_of(saved: &SavedLayout) -> Result<EventLayout, Malformed> {
    let slot = |name: &str, kind: u8| -> Result<SlotLayout, Malformed> {
        let kind = *KINDS.get(usize::from(kind)).ok_or(Malformed)?;
        Ok(SlotLayout {
            name: name.into(),
            kind,
            required_from: None,
            default: None,
            symbolic: false,
            shared: false,
            money: false,
            not_negative: false,
        })
    };
    let slots =
        |slots: &[(String, u8)]| slots.iter().map(|(name, kind)| slot(name, *kind)).collect::<Result<Vec<_>, _>>();
    let mut lists = Vec::new();
    for (name, plain, fields) in &saved.lists {
        lists.push(ListLayout {
            name: name.as_str().into(),
            required_from: None,
            fields: slots(fields)?,
            places: Vec::new(),
            plain: *plain,
            has_defaults: false,
        });
    }
    Ok(EventLayout {
        name: saved.name.as_str().into(),
        slots: slots(&saved.slots)?,
        lists,
        places: Vec::new(),
        lines: None,
        signature: saved.signature,
        has_defaults: false,
    })
}

/// A captured event in the layout that this program gives it.
pub fn moved(layout: &EventLayout, old_layout: &EventLayout, old: EventData) -> EventData {
    if layout.signature == old_layout.signature {
        return old;
    }
    let mut new = EventData::default();
    new.text.push_str(&old.text);
    let same = |one: &SlotLayout, other: &SlotLayout| {
        one.name == other.name && kind_number(one.kind) == kind_number(other.kind)
    };
    for slot in &layout.slots {
        let at = old_layout.slots.iter().position(|known| same(known, slot));
        new.slots.push(at.and_then(|at| old.slots.get(at)).copied().unwrap_or(Slot::Missing));
    }
    for list in &layout.lists {
        let at = old_layout.lists.iter().position(|known| known.name == list.name);
        let known = at.and_then(|at| Some((at, old_layout.lists.get(at)?)));
        let mut place = at.map(|at| old.list(at as u16)).unwrap_or_default();
        let rows: Vec<usize> = old.rows_of(place).collect();
        place.start = new.rows.len() as u32;
        place.width = list.fields.len() as u32;
        for row in rows {
            for field in &list.fields {
                let from = known.and_then(|(_, known)| known.fields.iter().position(|known| same(known, field)));
                let value = from.and_then(|from| old.rows.get(row + from)).copied();
                new.rows.push(value.unwrap_or(Slot::Missing));
            }
        }
        new.lists.push(place);
    }
    capture(&mut new);
    new
}
