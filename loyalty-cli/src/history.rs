//! One member's past, played in memory from a file of events: with all others, for what is limited in total and what members
//! send each other are part of it.

use std::path::Path;

use loyalty_core::{Counters, Instant, Member, Program};

use crate::failure::Failure;
use crate::run::{Asked, Step, played_while};

/// A member, and what was known when he stood so.
pub(crate) struct Past {
    /// Nobody if no event of his was accepted.
    pub(crate) member: Option<Member>,
    /// Where the counters over all members stood.
    pub(crate) counters: Counters,
    /// The event before which it stopped.
    pub(crate) event: Option<Vec<u8>>,
}

/// Plays the events in `path`, and stops before the event `until` of member `id`, if one is named; what happened after `by`
/// is passed over. Of several attempts at the event it is the one that was accepted, or the last.
pub(crate) fn play(
    program: &Program,
    path: &Path,
    id: &str,
    (until, by): (Option<&str>, Option<Instant>),
) -> Result<Past, Failure> {
    let (mut members, asked) = played_while(program, path, |head| {
        if by.is_some_and(|by| head.at.is_some_and(|at| at > by)) {
            Step::Pass
        } else if until.is_some() && until == head.id.as_deref() && head.member.as_deref() == Some(id) {
            Step::Ask
        } else {
            Step::Play
        }
    })?;
    Ok(match asked {
        Some(Asked { event, member, counters }) => Past { member, counters, event: Some(event) },
        None => Past { member: members.member(id)?, counters: members.counters().clone(), event: None },
    })
}
