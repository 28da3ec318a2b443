//! Events: read from JSON or from objects of the host's own.

use super::Program;
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::time::Instant;
use crate::wire::decode;
use crate::wire::input::Input;

/// A decoded event, for hosts that apply one event more than once or reuse its buffers.
#[derive(Debug, Clone, Default)]
pub struct Event {
    pub(crate) data: EventData,
}

impl Event {
    /// The event's own id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.data.id
    }

    /// The member's id, if the event names one.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.data.member.as_deref()
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.data.at)
    }
}

impl Program {
    /// Reads an event's JSON: what the program reads of it is checked and kept, the rest passed over.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its field.
    pub fn decode(&self, json: &[u8]) -> Result<Event, EventError> {
        let mut event = Event::default();
        self.decode_into(json, &mut event)?;
        Ok(event)
    }

    /// The same into an event whose buffers are used again.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`]; the event then holds nothing of use.
    pub fn decode_into(&self, json: &[u8], event: &mut Event) -> Result<(), EventError> {
        decode::decode(&self.plan, &self.reading, json, &mut event.data)
    }

    /// The same from an object of the host's own, read where it lies and held to the same rules.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`]; the event then holds nothing of use.
    pub fn decode_from(&self, input: &mut impl Input, event: &mut Event) -> Result<(), EventError> {
        decode::decode_from(&self.plan, &self.reading, input, &mut event.data)
    }

    /// The names of all fields that the program reads of events, each once, those of [`crate::ENVELOPE`] first. A host
    /// whose objects have keys of a form of their own makes them once; see [`crate::Fields::key`].
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.reading.keys.iter().map(|key| &**key)
    }
}
