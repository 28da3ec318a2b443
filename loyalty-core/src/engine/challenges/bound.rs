//! What a challenge without an end may forget, so that it does not grow for as long as its member stays.
//!
//! A window that begins at an instant of the member's own is counted by the instant of each event. What lies before it
//! never counts; what lies in it and can no longer change becomes one entry, at the window's beginning.

use rust_decimal::Decimal;

use super::super::member::Member;
use super::super::tally::Entry;
use super::windows;
use crate::amount;
use crate::check::model::Within;
use crate::plan::{ChallengePlan, Grain, Plan};
use crate::time::day_of;

/// Draws together what is older than `history`, of challenges that have no end and a beginning of the member's own.
/// Comes before `measures::forget`, which of equal values keeps the oldest, wherever a window begins.
pub fn forget(plan: &Plan, member: &mut Member) {
    let horizon = member.horizon(plan);
    for (number, challenge) in plan.challenges.iter().enumerate() {
        if !begins_of_its_own(challenge) {
            continue;
        }
        // Of days that are over, their last instant is the one whose window a late event may still ask for.
        let asked = match challenge.within {
            Within::Range { to: Some(to), .. } => {
                plan.calendar.start_of(day_of(to).saturating_add(1)).saturating_sub(1).min(member.clock)
            }
            _ => member.clock,
        };
        let start = windows::frame(plan, member, number, asked).map(|frame| frame.from);
        for measure in challenge.measures() {
            if let Some(known) = member.marks.there() {
                known.marks.retain(|mark| {
                    mark.measure != *measure || mark.at >= horizon || start.is_some_and(|start| mark.at >= start)
                });
            }
            let Some(tally) = plan.measures.get(usize::from(*measure)).and_then(|measure| measure.tally) else {
                continue;
            };
            if plan.tallies.get(tally as usize).is_some_and(|tally| tally.grain == Grain::Instant) {
                draw_together(member, tally, start, horizon);
            }
        }
    }
}

/// Whether its window begins with the member and has no end, or one that is fixed.
fn begins_of_its_own(challenge: &ChallengePlan) -> bool {
    (challenge.opt_in.is_some() || challenge.after.is_some())
        && matches!(challenge.within, Within::AllTime | Within::Range { .. })
}

fn draw_together(member: &mut Member, tally: u32, start: Option<i64>, horizon: i64) {
    let old = member.tallies.between(tally, i64::MIN, horizon.saturating_sub(1));
    if old.is_empty() || matches!((old, start), ([only], Some(start)) if only.key == start) {
        return;
    }
    let mut drawn = start.map(|start| Entry { tally, key: start, count: 0, sum: Decimal::ZERO });
    for entry in old {
        let Some(drawn) = drawn.as_mut().filter(|drawn| entry.key >= drawn.key) else { continue };
        let (Some(count), Ok(sum)) = (drawn.count.checked_add(entry.count), amount::add(drawn.sum, entry.sum)) else {
            return;
        };
        (drawn.count, drawn.sum) = (count, sum);
    }
    member.tallies.take_out(|entry| entry.tally == tally && entry.key < horizon);
    if let Some(drawn) = drawn.filter(|drawn| drawn.key < horizon) {
        member.tallies.put(drawn, 0);
    }
}
