//! Members among each other. What happens to one of them moves counters over all, and may hold an event ready for another one;
//! and what names an account that was merged is the business of the one that it went into.
//!
//! Whoever keeps the members, in memory or in a store, is a [`Roster`]; in which order all of this goes is said here, once for
//! the histories of hosts and for the command line.

use crate::engine::claims::Counters;
use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::program::{Event, Program};
use crate::time::Instant;

/// All members, and the counters over them.
pub trait Roster {
    /// What can go wrong with keeping them.
    type Trouble;

    /// The member of that id, if anybody knows it.
    ///
    /// # Errors
    ///
    /// Where it cannot be fetched.
    fn member(&mut self, id: &str) -> Result<Option<&mut Member>, Self::Trouble>;

    /// Takes in a member whom nobody knew.
    fn join(&mut self, member: Member);

    /// Where the counters over all members stand.
    fn counters(&self) -> Counters;

    /// Something has happened to the member of that id: its state is another one, and the claims of the outcome are to be
    /// committed to the counters.
    ///
    /// # Errors
    ///
    /// Where it cannot be kept.
    fn note(&mut self, id: &str, outcome: &Outcome) -> Result<(), Self::Trouble>;

    /// An event that a decision holds ready cannot be read, so that what it brings stays on its way.
    ///
    /// # Errors
    ///
    /// Where nothing is to go on after that.
    fn damaged(&mut self, event: &str, error: EventError) -> Result<(), Self::Trouble>;
}

/// The outcome, or why an event was refused; or else what went wrong with keeping.
pub type Happened<T> = Result<Result<Outcome, EventError>, T>;

/// An event happens to the member `id`; see [`follow`] for one whose account may have been merged. Who is not known is enrolled at
/// `joins`, if the event is taken. Then every event that the outcome holds ready is delivered before anything else happens, to whom joins by
/// it as by any first event; what that member refuses goes back, and what nobody takes stays on its way. Nothing is noted and
/// nobody told of an event that was known.
///
/// # Errors
///
/// What the roster has trouble with.
pub fn happens<R: Roster>(
    program: &Program,
    roster: &mut R,
    id: &str,
    event: &Event,
    (now, joins): (Option<Instant>, Instant),
) -> Happened<R::Trouble> {
    let happened = judge(program, roster, id, event, (now, joins))?;
    if let Ok(outcome) = &happened {
        deliver(program, roster, outcome, now)?;
    }
    Ok(happened)
}

/// Time passes for the member `id` until an instant; nothing for whom nobody knows.
///
/// # Errors
///
/// What the roster has trouble with.
pub fn passes<R: Roster>(
    program: &Program,
    roster: &mut R,
    id: &str,
    until: Instant,
) -> Result<Option<Result<Outcome, EventError>>, R::Trouble> {
    let counters = roster.counters();
    let Some(member) = roster.member(id)? else { return Ok(None) };
    let passed = program.advance_with(member, until, counters);
    if let Ok(outcome) = &passed {
        roster.note(id, outcome)?;
        deliver(program, roster, outcome, None)?;
    }
    Ok(Some(passed))
}

/// The id of the account that an id leads to: its own, or that of the one which it was merged into, as far as that is known.
///
/// # Errors
///
/// What the roster has trouble with.
pub fn follow<R: Roster>(roster: &mut R, id: &str) -> Result<String, R::Trouble> {
    way(id, |id| Ok(roster.member(id)?.map(|member| member.merged_into().map(str::to_owned))))
}

/// The same, where `into` tells of a member that is known into which account its own was merged, if it was.
///
/// # Errors
///
/// What `into` has trouble with.
pub fn way<T>(id: &str, mut into: impl FnMut(&str) -> Result<Option<Option<String>>, T>) -> Result<String, T> {
    let mut way = vec![id.to_owned()];
    while let Some(next) = way.last().map(|last| into(last)).transpose()?.flatten().flatten() {
        // No merge leads in a circle; damaged states might.
        if way.contains(&next) || into(&next)?.is_none() {
            break;
        }
        way.push(next);
    }
    Ok(way.pop().unwrap_or_default())
}

fn judge<R: Roster>(
    program: &Program,
    roster: &mut R,
    id: &str,
    event: &Event,
    (now, joins): (Option<Instant>, Instant),
) -> Happened<R::Trouble> {
    let counters = roster.counters();
    let judged = match roster.member(id)? {
        Some(member) => program.apply_event_with(member, event, now, counters),
        None => program.enroll(id, joins).and_then(|mut member| {
            let outcome = program.apply_event_with(&mut member, event, now, counters)?;
            roster.join(member);
            Ok(outcome)
        }),
    };
    if let Ok(outcome) = judged.as_ref()
        && !outcome.replayed()
    {
        roster.note(id, outcome)?;
    }
    Ok(judged)
}

/// Delivers what an outcome holds ready, and what comes of that. It ends: no rule on an event between members transfers, and a
/// friend counts once.
fn deliver<R: Roster>(
    program: &Program,
    roster: &mut R,
    outcome: &Outcome,
    now: Option<Instant>,
) -> Result<(), R::Trouble> {
    // The last one is the next.
    let mut waiting = outgoing(outcome);
    while let Some(json) = waiting.pop() {
        let event = match program.decode(json.as_bytes()) {
            Ok(event) => event,
            Err(error) => {
                roster.damaged(&json, error)?;
                continue;
            }
        };
        let to = follow(roster, event.member().unwrap_or_default())?;
        match judge(program, roster, &to, &event, (now, event.at()))? {
            Ok(outcome) => waiting.extend(outgoing(&outcome)),
            Err(_) => waiting.extend(program.send_back_event(&event).ok().map(|back| back.to_string())),
        }
    }
    Ok(())
}

fn outgoing(outcome: &Outcome) -> Vec<String> {
    if outcome.replayed() {
        return Vec::new();
    }
    let mut events = outcome.outgoing();
    events.reverse();
    events
}
