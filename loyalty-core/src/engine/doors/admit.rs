//! What is let in at the doors: refusals of what cannot be taken, and what was decided then of an event that is known.

use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::log;
use crate::engine::member::Member;
use crate::engine::outcome::Decision;
use crate::plan::Plan;
use crate::time::rfc3339;

pub fn same_program(plan: &Plan, member: &Member) -> Result<(), EventError> {
    if member.fingerprint == plan.fingerprint {
        return Ok(());
    }
    Err(EventError::new(Refusal::OtherProgram)
        .advising("load the saved state with this program: it takes over what it can and reports the rest"))
}

fn same_member(member: &Member, event: &EventData) -> Result<(), EventError> {
    if let Some(of) = &event.member
        && **of != *member.id
        && !member.account.has_absorbed(of)
    {
        return Err(EventError::new(Refusal::WrongMember)
            .in_field("member")
            .expecting(format!("`{}`, whose state this is", member.id))
            .but_found(format!("`{of}`")));
    }
    Ok(())
}

fn same_revision(member: &Member, event: &EventData) -> Result<(), EventError> {
    if let Some(revision) = event.revision
        && revision != member.revision
    {
        return Err(EventError::new(Refusal::StaleState)
            .in_field("revision")
            .expecting(format!("{}, the state's", member.revision))
            .but_found(revision.to_string())
            .advising("read the member again and decide anew"));
    }
    Ok(())
}

/// Refuses what is asked beforehand of another member, or of a state that has moved on: it would be refused as an event.
pub fn same_state(plan: &Plan, member: &Member, event: &EventData) -> Result<(), EventError> {
    same_program(plan, member)?;
    same_member(member, event)?;
    same_revision(member, event)
}

/// Refuses what cannot be taken, and tells what was decided then of what is known already.
pub(super) fn admit(
    plan: &Plan,
    member: &Member,
    event: &EventData,
    now: Option<i64>,
) -> Result<Option<Vec<Decision>>, EventError> {
    member.account.expect_open("member")?;
    same_member(member, event)?;
    let instant = |at: i64| rfc3339(at, plan.calendar.offset_at(at));
    let horizon = member.horizon(plan);
    if let Some(record) = member.remembered(plan, &event.id) {
        let layout = plan.events.get(usize::from(event.event)).map(|event| event.layout.signature);
        let comparable = record.event == event.event && layout == Some(record.signature);
        let other = record.event != event.event
            || (comparable && record.digest != log::mark(event.digest))
            || record.at != event.at;
        if other {
            return Err(EventError::new(Refusal::Conflict)
                .in_field("id")
                .but_found(format!("`{}` with another payload than before", event.id))
                .advising("send a changed event under an id of its own"));
        }
        return Ok(Some(record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?));
    }
    same_revision(member, event)?;
    let tolerance = plan.settings.future;
    if let Some(now) = now
        && event.at > plan.calendar.plus(now, tolerance)
    {
        return Err(EventError::new(Refusal::FutureEvent)
            .in_field("at")
            .expecting(format!("no later than {}", instant(plan.calendar.plus(now, tolerance))))
            .but_found(instant(event.at)));
    }
    if event.at < horizon {
        return Err(EventError::new(Refusal::TooLate)
            .in_field("at")
            .expecting(format!("no earlier than {}", instant(horizon)))
            .but_found(instant(event.at))
            .advising("`history` in the program says how long single events are remembered"));
    }
    Ok(None)
}
