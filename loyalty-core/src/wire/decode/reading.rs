//! What is wanted of an event's objects, by the names that hosts use.

use crate::plan::Plan;
use crate::plan::layout::{EventLayout, ListLayout};
use crate::wire::input::{ENVELOPE, Fields};

/// The numbers of the envelope's fields, which come first among the wanted ones.
pub const TYPE: usize = 0;
pub const ID: usize = 1;
pub const MEMBER: usize = 2;
pub const REVISION: usize = 3;
pub const AT: usize = 4;
pub const CURRENCY: usize = 5;

/// The names that a program reads, laid out for the decoder.
#[derive(Debug)]
pub struct Reading {
    /// Every name once; the envelope's first.
    pub keys: Vec<Box<str>>,
    pub envelope: Fields,
    /// The names of the event types, by their numbers.
    pub kinds: Fields,
    events: Vec<EventReading>,
}

/// The wanted fields of one event type, each with where it goes.
#[derive(Debug)]
pub struct EventReading {
    pub wanted: Fields,
    targets: Vec<(Target, Option<u16>)>,
    lists: Vec<ListReading>,
}

/// The wanted fields of a list's items, in the order of their slots.
#[derive(Debug)]
pub struct ListReading {
    pub wanted: Fields,
}

/// What is done with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// It is part of the envelope, and may be a slot too.
    Envelope(usize),
    Slot(u16),
    List(u16),
}

impl Reading {
    pub fn new(plan: &Plan) -> Self {
        let mut keys = Vec::new();
        let envelope = Fields::new(ENVELOPE, &mut keys);
        let events = plan.events.iter().map(|event| EventReading::new(&event.layout, &mut keys)).collect();
        // They are no keys.
        let kinds = Fields::new(plan.events.iter().map(|event| &*event.layout.name), &mut Vec::new());
        Self { keys, envelope, kinds, events }
    }

    pub fn event(&self, number: u16) -> Option<&EventReading> {
        self.events.get(usize::from(number))
    }
}

impl EventReading {
    fn new(layout: &EventLayout, keys: &mut Vec<Box<str>>) -> Self {
        let slot = |name: &str| layout.slots.iter().position(|slot| *slot.name == *name).map(|slot| slot as u16);
        let mut names: Vec<&str> = ENVELOPE.to_vec();
        let mut targets: Vec<_> =
            ENVELOPE.iter().enumerate().map(|(field, name)| (Target::Envelope(field), slot(name))).collect();
        for (number, own) in layout.slots.iter().enumerate().filter(|(_, own)| !ENVELOPE.contains(&&*own.name)) {
            names.push(&own.name);
            targets.push((Target::Slot(number as u16), Some(number as u16)));
        }
        for (number, list) in layout.lists.iter().enumerate() {
            names.push(&list.name);
            targets.push((Target::List(number as u16), None));
        }
        let wanted = Fields::new(names, keys);
        Self { wanted, targets, lists: layout.lists.iter().map(|list| ListReading::new(list, keys)).collect() }
    }

    /// What is done with a field, and its slot if it has one.
    pub fn target(&self, field: usize) -> Option<(Target, Option<u16>)> {
        self.targets.get(field).copied()
    }

    pub fn list(&self, number: u16) -> Option<&ListReading> {
        self.lists.get(usize::from(number))
    }
}

impl ListReading {
    fn new(layout: &ListLayout, keys: &mut Vec<Box<str>>) -> Self {
        let fields = if layout.plain { &[] } else { layout.fields.as_slice() };
        Self { wanted: Fields::new(fields.iter().map(|field| &*field.name), keys) }
    }
}
