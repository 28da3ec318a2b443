//! The events of a history as hosts give them: lines of JSON, objects of their own, packed ones.

use std::borrow::Cow;

use crate::engine::error::EventError;
use crate::program::{Event, Program};
use crate::wire::decode::{id_of, member_of};
use crate::wire::input::{Input, Shape};
use crate::wire::packed::{Packed, PackedEvent};
use crate::wire::scan::Json;

/// One event of a history as a host has it.
#[derive(Debug, Clone)]
pub enum HistoryEvent<'a, I> {
    /// A text of JSON.
    Json(Cow<'a, [u8]>),
    /// An object of the host's own.
    Object(I),
}

impl<I: Input + Clone> Unread for HistoryEvent<'_, I> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        match self {
            HistoryEvent::Json(json) => program.decode_into(json, event),
            HistoryEvent::Object(input) => program.decode_from(&mut object(input)?, event),
        }
    }

    fn id(&self) -> Option<String> {
        match self {
            HistoryEvent::Json(json) => id_of(&mut Json::new(json).ok()?),
            HistoryEvent::Object(input) => id_of(&mut object(input).ok()?),
        }
    }

    fn member(&self) -> Option<String> {
        match self {
            HistoryEvent::Json(json) => member_of(&mut Json::new(json).ok()?),
            HistoryEvent::Object(input) => member_of(&mut object(input).ok()?),
        }
    }
}

/// A place to read an event from, if there is one.
fn object<I: Input + Clone>(input: &I) -> Result<I, EventError> {
    let mut place = input.clone();
    if place.shape()? == Shape::Object {
        return Ok(place);
    }
    let found = place.scalar()?.shown();
    Err(EventError::unreadable(&found))
}

/// The lines that are not empty, with their numbers.
pub fn numbered(lines: &[u8]) -> impl Iterator<Item = (u64, Line<'_>)> {
    let lines = (1..).zip(lines.split(|byte| *byte == b'\n'));
    let lines = lines.map(|(number, line)| (number, line.trim_ascii())).filter(|(_, line)| !line.is_empty());
    lines.map(|(number, line)| (number, Line::Json(line)))
}

/// An event of a history, not yet read.
pub trait Unread {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError>;

    /// Its id, if that can be read.
    fn id(&self) -> Option<String>;

    /// Whose it is, if that can be read; as [`Unread::read`] will find it, where that finds an event.
    fn member(&self) -> Option<String>;
}

/// An event in an input of the host's.
pub struct Place<I>(pub I);

impl<I: Input + Clone> Unread for Place<I> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        program.decode_from(&mut self.0.clone(), event)
    }

    fn id(&self) -> Option<String> {
        id_of(&mut self.0.clone())
    }

    fn member(&self) -> Option<String> {
        member_of(&mut self.0.clone())
    }
}

pub enum Line<'a> {
    Json(&'a [u8]),
    Object(Packed<'a>),
    Unreadable(EventError),
}

impl Unread for Line<'_> {
    fn read(&self, program: &Program, event: &mut Event) -> Result<(), EventError> {
        match self {
            Line::Json(json) => program.decode_into(json, event),
            Line::Object(packed) => program.decode_from(&mut packed.clone(), event),
            Line::Unreadable(error) => Err(error.clone()),
        }
    }

    fn id(&self) -> Option<String> {
        match self {
            Line::Json(json) => id_of(&mut Json::new(json).ok()?),
            Line::Object(packed) => id_of(&mut packed.clone()),
            Line::Unreadable(_) => None,
        }
    }

    fn member(&self) -> Option<String> {
        match self {
            Line::Json(json) => member_of(&mut Json::new(json).ok()?),
            Line::Object(packed) => member_of(&mut packed.clone()),
            Line::Unreadable(_) => None,
        }
    }
}

impl<'a> From<Result<PackedEvent<'a>, EventError>> for Line<'a> {
    fn from(packed: Result<PackedEvent<'a>, EventError>) -> Self {
        match packed {
            Ok(PackedEvent::Json(text)) => Line::Json(text.as_bytes()),
            Ok(PackedEvent::Object(packed)) => Line::Object(packed),
            Ok(PackedEvent::Other(found)) => Line::Unreadable(EventError::unreadable(found)),
            Err(error) => Line::Unreadable(error),
        }
    }
}
