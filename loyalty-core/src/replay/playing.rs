//! Some of the members of a history, and what becomes of the events that are theirs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::RefusedEvent;
use super::together::{bear, merged};
use super::unread::Unread;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::program::{Event, Program};

/// What is kept of an outcome besides its being counted.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// The outcome as it is.
    pub outcome: bool,
    /// Its JSON.
    pub json: bool,
}

/// An event that was taken, or time that went by.
pub struct Taken {
    pub replayed: bool,
    pub outcome: Option<Outcome>,
    pub json: Option<String>,
}

impl Taken {
    pub fn of(outcome: Outcome, wanted: Wanted) -> Self {
        let json = wanted.json.then(|| outcome.to_json());
        Self { replayed: outcome.replayed(), outcome: wanted.outcome.then_some(outcome), json }
    }
}

/// Members, and the buffers in which their events are read.
pub struct Players {
    pub members: BTreeMap<String, Member>,
    /// Where events go that name an account which was merged.
    merged: Arc<BTreeMap<String, String>>,
    /// They bear on each other, and are played among each other.
    pub together: bool,
    pub event: Event,
}

impl Players {
    /// All members of a history.
    pub fn of(program: &Program, members: BTreeMap<String, Member>) -> Self {
        let (merged, together) = (merged(&members), bear(program, &members));
        Self { members, merged, together, event: Event::default() }
    }

    /// Plays the event of a line. Who is not known is enrolled with the first event that is taken.
    pub fn play(&mut self, program: &Program, line: u64, unread: &impl Unread) -> Result<Outcome, RefusedEvent> {
        self.judge(program, unread).map_err(|error| {
            let event = unread.id();
            RefusedEvent { line, event, error }
        })
    }

    fn judge(&mut self, program: &Program, unread: &impl Unread) -> Result<Outcome, EventError> {
        let Self { members, merged, event, .. } = self;
        unread.read(program, event)?;
        let id = owner(event)?;
        let id = merged.get(id).map_or(id, String::as_str);
        if let Some(member) = members.get_mut(id) {
            return program.apply_event(member, event);
        }
        let mut member = program.enroll(id, event.at())?;
        let outcome = program.apply_event(&mut member, event)?;
        members.insert(id.to_owned(), member);
        Ok(outcome)
    }
}

/// Whose an event is.
pub fn owner(event: &Event) -> Result<&str, EventError> {
    event.member().ok_or_else(|| {
        EventError::new(Refusal::MissingField)
            .in_field("member")
            .expecting("the id of a member")
            .advising("a history is of members: leave out what guests do")
    })
}

/// The members of one thread, and its part of the events at hand.
pub struct Share<L> {
    pub players: Players,
    pub todo: Vec<(u64, L)>,
    pub done: Vec<Result<Taken, RefusedEvent>>,
}

impl<L: Unread> Share<L> {
    pub fn new(merged: &Arc<BTreeMap<String, String>>) -> Self {
        let (members, merged) = (BTreeMap::new(), Arc::clone(merged));
        let players = Players { members, merged, together: false, event: Event::default() };
        Self { players, todo: Vec::new(), done: Vec::new() }
    }

    pub fn play(&mut self, program: &Program, wanted: Wanted) {
        for (line, unread) in self.todo.drain(..) {
            let played = self.players.play(program, line, &unread);
            self.done.push(played.map(|outcome| Taken::of(outcome, wanted)));
        }
    }
}

/// Which of `shares` a member belongs to. Any division comes to the same; this one is even.
pub fn share_of(member: &str, shares: usize) -> usize {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = member
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    usize::try_from(hash % shares.max(1) as u64).unwrap_or_default()
}
