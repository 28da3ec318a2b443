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
    /// How many of those that were met are still reached.
    pub met: usize,
    /// The window once they are met, and no other.
    pub window: WindowState,
}

/// Meets the goals of a window that moves on once more, those that can still be lost; nothing where each of them is reached at
/// the instant at which it was.
pub fn met_again(
    plan: &Plan,
    member: &Member,
    number: usize,
    form: &ChallengeFormPlan,
) -> Result<Option<Again>, Overflow> {
    let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get(number)) else {
        return Ok(None);
    };
    let Some(known) = state.window(0) else { return Ok(None) };
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
    let mut window = known.clone();
    (window.used, window.since, window.rounds, window.met) = (lost.used, lost.since, lost.round, lost.goal);
    let mut met = first;
    for at in instants(plan, member, number, known, lost.at) {
        if met >= known.done.len() {
            break;
        }
        let scope = Scope::of(plan, member, at);
        if member.account.paused_at(at) || !judge::takes_part(&scope, form)? {
            continue;
        }
        let Some(total) = total_at(plan, member, number, at, window.since)? else { continue };
        if window.is_bought_again(total, at)? {
            continue;
        }
        while let (true, Some(goal)) = (met < known.done.len(), judge::reached(&window, total)?) {
            if let Some(done) = window.done.get_mut(met) {
                (done.used, done.since) = (window.used, window.since);
            }
            met += 1;
            judge::meet(&mut window, form, challenge, goal, total, at)?;
            if window.since > at {
                // What was counted until then is used up.
                break;
            }
        }
    }
    if met >= known.done.len() {
        // What has to be bought again since belongs to no goal that could be lost.
        window.used = known.used;
    }
    Ok(Some(Again { met, window }))
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
