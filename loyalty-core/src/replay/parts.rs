//! A history that is played part by part, for a host whose only thread has other things to do in between.

use std::ops::Bound::{Excluded, Unbounded};

use super::playing::Players;
use super::resumed::Resumed;
use super::unread::{Line, numbered};
use super::{Replay, ReplayOptions, by_id};
use crate::engine::claims::Counters;
use crate::engine::member::Member;
use crate::program::Program;
use crate::wire::packed::PackedEvents;

/// So many events are played, or members brought to the end, at once.
const PART: u8 = 250;

/// Events as a host has handed them over.
#[derive(Debug, Clone)]
pub enum Events {
    /// Lines of JSON.
    Lines(Vec<u8>),
    /// Packed ones.
    Packed(String),
}

/// A history on its way. It comes to the same as in one go.
pub struct Parts {
    program: Program,
    events: Events,
    options: ReplayOptions,
    players: Players,
    replay: Replay,
    /// So many bytes of the events have been played, and so many lines.
    place: usize,
    number: u64,
    /// The last member for whom time has passed until the end.
    advanced: String,
}

impl Parts {
    /// Goes on from members who are there already, and from where the counters over all members stand.
    #[must_use]
    pub fn new(
        program: Program,
        events: Events,
        (members, counters): (Vec<Member>, Counters),
        options: ReplayOptions,
    ) -> Self {
        let replay = Replay { counters, ..Replay::begin(&program) };
        let players = Players::of(&program, by_id(members));
        Self { program, events, options, players, replay, place: 0, number: 0, advanced: String::new() }
    }

    /// Plays some of it, which takes a millisecond or so; tells whether there may be more.
    pub fn step(&mut self) -> bool {
        let mut resumed = Resumed { replay: std::mem::take(&mut self.replay), ..self.program.afresh(self.options) };
        let more = match &self.events {
            Events::Lines(lines) if self.place < lines.len() => {
                let rest = lines.get(self.place..).unwrap_or_default();
                let mut ends = (1..).zip(rest).filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end);
                let end = ends.nth(usize::from(PART) - 1).unwrap_or(rest.len());
                for (number, line) in numbered(rest.get(..end).unwrap_or_default()) {
                    resumed.one(&mut self.players, self.number + number, &line);
                }
                self.place += end;
                self.number += u64::from(PART);
                true
            }
            Events::Packed(packed) if self.place < packed.len() => {
                let mut events = PackedEvents::from(packed, self.place);
                for event in events.by_ref().take(PART.into()) {
                    self.number += 1;
                    resumed.one(&mut self.players, self.number, &Line::from(event));
                }
                self.place = events.place();
                true
            }
            Events::Lines(_) | Events::Packed(_) => {
                let mut last = None;
                if let Some(until) = self.options.until {
                    let rest = (Excluded(self.advanced.as_str()), Unbounded);
                    let rest = self.players.members.range::<str, _>(rest).take(PART.into());
                    for id in rest.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
                        resumed.pass(&mut self.players, &id, until);
                        last = Some(id);
                    }
                }
                let more = last.is_some();
                self.advanced = last.unwrap_or_default();
                more
            }
        };
        self.replay = resumed.replay;
        more
    }

    /// What it came to, up to where it has been played.
    #[must_use]
    pub fn finish(self) -> Replay {
        // Time has passed for the members part by part.
        let options = ReplayOptions { until: None, ..self.options };
        let replay = Replay { members: self.players.members, ..self.replay };
        let played = Resumed { replay, ..self.program.afresh(options) }.finish(false);
        Replay { until: self.options.until, ..played }
    }
}
