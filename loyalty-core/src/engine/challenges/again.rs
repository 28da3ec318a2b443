//! What is left of a window that moves on may reach its goals at other instants than all of it did: goals and rounds are met
//! once more, one instant after the other, as if what came back had never been bought.

use rust_decimal::Decimal;

use super::super::eval::Scope;
use super::super::member::Member;
use super::state::{Done, WindowState};
use super::{judge, windows};
use crate::amount::{self, Overflow};
use crate::plan::{ChallengeFormPlan, Plan};
use crate::sorting::Arrange as _;

/// What has become of the goals of a window that moves on.
pub struct Again {
    /// How many of those that were met before stand as they did.
    pub first: usize,
    /// Those that are met after them, in order.
    pub met: Vec<Done>,
    /// The window once they are met, and no other.
    pub window: WindowState,
}

impl Again {
    /// Has a goal that was met already met when it is now.
    pub fn stand(&self, plan: &Plan, member: &mut Member, number: usize, done: &mut [Done]) -> Result<(), Overflow> {
        for (done, met) in done.iter_mut().skip(self.first).zip(&self.met) {
            if done.at != met.at {
                judge::note(plan, member, number, done.goal, done.at, -1)?;
                judge::note(plan, member, number, done.goal, met.at, 1)?;
            }
            (done.at, done.used, done.since) = (met.at, met.used, met.since);
        }
        Ok(())
    }
}

/// Meets the goals of a window that moves on once more, those that can still be lost; nothing where each of them is reached at
/// the instant at which it was.
pub fn met_again(
    plan: &Plan,
    member: &Member,
    number: usize,
    form: &ChallengeFormPlan,
) -> Result<Option<Again>, Overflow> {
    let Some(known) = member.challenges.get(number).and_then(|state| state.window(0)) else { return Ok(None) };
    // What was met before any event that can still come back stays met, whether it has been forgotten by now or not.
    let horizon = member.horizon(plan);
    let mut first = None;
    for (place, done) in known.done.iter().enumerate().filter(|(_, done)| done.at >= horizon) {
        if is_lost(plan, member, number, known, done)? {
            first = Some((place, done));
            break;
        }
    }
    let Some((first, lost)) = first else { return Ok(None) };
    let most = known.done.len().saturating_sub(first);
    let (met, mut window) = replay(plan, member, number, form, (before(known, lost), lost.at), most)?;
    if met.len() >= most {
        // What has to be bought again since belongs to no goal that could be lost.
        window.used = known.used;
    }
    Ok(Some(Again { first, met, window }))
}

/// Meets the goals of a window that moves on from a late event on, as if it had been told in time; nothing where it counts
/// nothing, or less than what was met without it.
pub fn met_late(
    plan: &Plan,
    member: &Member,
    number: usize,
    (form, known): (&ChallengeFormPlan, &WindowState),
    event_at: i64,
) -> Result<Option<Again>, Overflow> {
    if !counts_at(plan, member, number, event_at) {
        return Ok(None);
    }
    let first = known.done.iter().position(|done| done.at >= event_at).unwrap_or(known.done.len());
    let start = match known.done.get(first) {
        // What has come back meanwhile is to be bought again, whatever comes late.
        Some(_) if !known.used.is_zero() => return Ok(None),
        Some(done) => before(known, done),
        None => known.clone(),
    };
    let (met, window) = replay(plan, member, number, form, (start, event_at), usize::MAX)?;
    let known = known.done.len().saturating_sub(first);
    Ok((met.len() >= known).then_some(Again { first, met, window }))
}

/// The window as it was before a goal was met.
fn before(known: &WindowState, done: &Done) -> WindowState {
    let (used, since, rounds, met) = (done.used, done.since, done.round, done.goal);
    WindowState { used, since, rounds, met, ..known.clone() }
}

/// Meets the goals that follow in a window, from an instant on, and as many as are told.
fn replay(
    plan: &Plan,
    member: &Member,
    number: usize,
    form: &ChallengeFormPlan,
    (mut window, from): (WindowState, i64),
    most: usize,
) -> Result<(Vec<Done>, WindowState), Overflow> {
    let mut found = Vec::new();
    let Some(challenge) = plan.challenges.get(number) else { return Ok((found, window)) };
    for at in instants(plan, member, number, &window, from) {
        if found.len() >= most {
            break;
        }
        let scope = Scope::of(plan, member, at);
        // What counts in a pause was bought before it.
        let rests = member.account.paused_at(at) && !counts_at(plan, member, number, at);
        if rests || !judge::takes_part(&scope, form)? {
            continue;
        }
        let Some(total) = total_at(plan, member, number, at, window.since)? else { continue };
        if window.is_bought_again(total, at)? {
            continue;
        }
        while let (true, Some(goal)) = (found.len() < most, judge::reached(&window, total)?) {
            found.push(Done::of(&window, at, at));
            judge::meet(&mut window, form, challenge, goal, total, at)?;
            if window.since > at {
                // What was counted until then is used up.
                break;
            }
        }
    }
    Ok((found, window))
}

/// Whether something is counted at an instant.
fn counts_at(plan: &Plan, member: &Member, number: usize, at: i64) -> bool {
    plan.challenges.get(number).map_or(&[][..], |challenge| challenge.measures()).iter().any(|measure| {
        match plan.measures.get(usize::from(*measure)).and_then(|measure| measure.tally) {
            Some(tally) => !member.tallies.between(tally, at, at).is_empty(),
            None => member.marks.of(*measure).iter().any(|mark| mark.at == at),
        }
    })
}

/// Whether a goal is no longer reached at the instant at which it was met.
fn is_lost(plan: &Plan, member: &Member, number: usize, window: &WindowState, done: &Done) -> Result<bool, Overflow> {
    let goal = window.goals.get(usize::from(done.goal)).copied();
    let total = total_at(plan, member, number, done.at, done.since)?;
    let (Some(goal), Some(total)) = (goal, total) else { return Ok(false) };
    Ok(amount::subtract(total, done.used)? < goal)
}

/// What counted at an instant, where what came before another had been used up: what has left the window since counted then.
fn total_at(plan: &Plan, member: &Member, number: usize, at: i64, since: i64) -> Result<Option<Decimal>, Overflow> {
    let Some(frame) = windows::frame_since(plan, member, number, at, since) else { return Ok(None) };
    let frame = windows::Frame { to: at.saturating_add(1), ..frame };
    windows::total(&Scope::of(plan, member, at), number, &frame).map(Some)
}

/// The instants from one on at which something may have been met: those at which something was, or was counted, and the ends of
/// pauses.
fn instants(plan: &Plan, member: &Member, number: usize, window: &WindowState, from: i64) -> Vec<i64> {
    let mut found: Vec<i64> = window.done.iter().map(|done| done.at).collect();
    found.extend(member.account.pauses.iter().filter_map(|pause| pause.to));
    for measure in plan.challenges.get(number).map_or(&[][..], |challenge| challenge.measures()) {
        match plan.measures.get(usize::from(*measure)).and_then(|measure| measure.tally) {
            Some(tally) => {
                found.extend(member.tallies.between(tally, from, i64::MAX).iter().map(|entry| entry.key));
            }
            None => found.extend(member.marks.of(*measure).iter().map(|mark| mark.at)),
        }
    }
    found.retain(|at| (from..=member.clock).contains(at));
    found.arrange();
    found.dedup();
    found
}
