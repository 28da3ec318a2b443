//! One member's past, played in memory from a file of events.

use std::path::Path;

use loyalty_core::{Instant, Member, Program, event_head};

use crate::events::Events;
use crate::failure::Failure;

/// Plays the events of member `id` in `path`, and stops before the event `until`, if one is named; what happened after
/// `by` is passed over.
///
/// Returns the member, if any of his events was accepted, and the event that it stopped at.
pub(crate) fn play(
    program: &Program,
    path: &Path,
    id: &str,
    (until, by): (Option<&str>, Option<Instant>),
) -> Result<(Option<Member>, Option<Vec<u8>>), Failure> {
    let mut events = Events::open(path)?;
    let mut member: Option<Member> = None;
    while let Some(line) = events.next_line()? {
        let Some(event) = line.event else { continue };
        let Ok(head) = event_head(event) else {
            continue;
        };
        let later = by.is_some_and(|by| head.at.is_some_and(|at| at > by));
        if head.member.as_deref() != Some(id) || later {
            continue;
        }
        if until.is_some() && until == head.id.as_deref() {
            let member = match member {
                None => head.at.and_then(|at| program.enroll(id, at).ok()),
                member => member,
            };
            return Ok((member, Some(event.to_vec())));
        }
        // A refused event changes nothing, and enrols nobody.
        match &mut member {
            Some(member) => drop(program.apply(member, event)),
            None => {
                let enrolled = head.at.and_then(|at| program.enroll(id, at).ok());
                member = enrolled.and_then(|mut member| program.apply(&mut member, event).is_ok().then_some(member));
            }
        }
    }
    Ok((member, None))
}
