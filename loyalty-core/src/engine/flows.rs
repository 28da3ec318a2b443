//! Measures over what moves in a wallet.

use rust_decimal::Decimal;

use super::measures;
use super::member::Member;
use super::tally::{self, Change};
use crate::amount::Overflow;
use crate::check::model::{Flow, Window};
use crate::plan::{Plan, in_force};
use crate::time::day_of;

/// Adds to the count of one measure, at the instant where it belongs.
pub fn count(plan: &Plan, member: &mut Member, number: u16, count: i64, at: i64) -> Result<(), Overflow> {
    let Some(measure) = plan.measures.get(usize::from(number)) else { return Ok(()) };
    let Some(tally) = measure.tally else { return Ok(()) };
    let day = plan.calendar.day_at(at);
    if !in_range(plan, number, day) {
        return Ok(());
    }
    let key = tally::key(plan.grain(tally), &plan.calendar, at, day);
    add(plan, member, number, &Change { tally, key, count, sum: Decimal::ZERO }, at)
}

/// Adds to a measure, by its own stretches and by instants where it is remembered by them.
fn add(plan: &Plan, member: &mut Member, number: u16, change: &Change, at: i64) -> Result<(), Overflow> {
    member.tallies.add(change)?;
    measures::moment(plan, number, change, at).map_or(Ok(()), |moment| member.tallies.add(&moment))
}

/// Whether a day lies in the days that a measure looks at.
fn in_range(plan: &Plan, number: u16, day: i32) -> bool {
    let measure = plan.measures.get(usize::from(number));
    let window = measure.and_then(|measure| in_force(&measure.forms, day)).map(|form| form.window);
    match window {
        Some(Window::Range { from, to }) => {
            from.is_none_or(|from| day_of(from) <= day) && to.is_none_or(|to| day <= day_of(to))
        }
        _ => true,
    }
}

/// Adds a movement to the measures that sum it up, at the instant where it belongs; below zero takes out again.
pub fn note(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    flow: Flow,
    amount: Decimal,
    at: i64,
) -> Result<(), Overflow> {
    let flows = plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.flows.as_slice()).unwrap_or(&[]);
    for (_, number) in flows.iter().filter(|(own, _)| *own == flow) {
        let Some(measure) = plan.measures.get(usize::from(*number)) else { continue };
        let Some(tally) = measure.tally else { continue };
        let day = plan.calendar.day_at(at);
        if !in_range(plan, *number, day) {
            continue;
        }
        let grain = plan.tallies.get(tally as usize).map_or(crate::plan::Grain::Ever, |tally| tally.grain);
        let key = tally::key(grain, &plan.calendar, at, day);
        // Sums alone are kept of a flow: a count would keep entries that have come to nothing.
        add(plan, member, *number, &Change { tally, key, count: 0, sum: amount }, at)?;
    }
    Ok(())
}
