//! A member asks to take part in a challenge.

use super::super::error::{EventError, Refusal};
use super::super::event::EventData;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::value::Value;
use super::super::{decided::Decided, doors};
use super::windows;
use crate::check::model::Within;
use crate::plan::{EventPlan, Plan};
use crate::time::{day_of, rfc3339};

/// Takes a member in. Who takes part already goes on as before.
pub fn opt_in(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let open: Vec<String> = plan
        .challenges
        .iter()
        .filter(|challenge| challenge.opt_in.is_some())
        .map(|challenge| format!("`{}`", challenge.name))
        .collect();
    let Value::Text(name, _) = doors::named(event_plan, event, "challenge") else {
        return Err(EventError::new(Refusal::MissingField).in_field("challenge").expecting(open.join(" or ")));
    };
    let number = plan
        .challenge_named(name)
        .filter(|number| plan.challenges.get(*number).is_some_and(|challenge| challenge.opt_in.is_some()));
    let Some(number) = number else {
        let expected =
            if open.is_empty() { "a program with a challenge to opt in to".to_owned() } else { open.join(" or ") };
        return Err(EventError::new(Refusal::UnknownChallenge)
            .in_field("challenge")
            .expecting(expected)
            .but_found(format!("`{name}`"))
            .advising("`opt in` in a challenge makes it one that members ask to take part in"));
    };
    if let Some(end) = end(plan, number).filter(|end| event.at >= *end) {
        let instant = |at: i64| rfc3339(at, plan.calendar.offset_at(at));
        return Err(EventError::new(Refusal::ChallengeClosed)
            .in_field("at")
            .expecting(format!("before {}, when `{name}` ends", instant(end)))
            .but_found(instant(event.at)));
    }
    take_in(plan, member, number, event.at, decisions);
    Ok(())
}

/// When a challenge is over for good.
fn end(plan: &Plan, number: usize) -> Option<i64> {
    match plan.challenges.get(number)?.within {
        Within::Range { to: Some(to), .. } => Some(plan.calendar.start_of(day_of(to).saturating_add(1))),
        _ => None,
    }
}

/// A member takes part from an instant on. Nothing comes of it for who takes part already, and where the challenge is over.
pub fn take_in(plan: &Plan, member: &mut Member, number: usize, at: i64, decisions: &mut Decided) {
    let Some(challenge) = plan.challenges.get(number) else { return };
    let already = windows::frame(plan, member, number, at).is_some();
    let Some(state) = member.challenges.get_mut(number) else { return };
    if already || state.opted_in.contains(&at) || end(plan, number).is_some_and(|end| at >= end) {
        return;
    }
    let place = state.opted_in.partition_point(|asked| *asked < at);
    state.opted_in.insert(place, at);
    let deadline = windows::frame(plan, member, number, at).and_then(|frame| frame.deadline());
    decisions.push(Decision { at, kind: Kind::OptedIn { challenge: challenge.name.clone(), deadline } });
}
