//! Measures over what moves in a wallet.

use rust_decimal::Decimal;

use super::member::Member;
use super::tally::{self, Change};
use crate::amount::Overflow;
use crate::check::model::{Flow, Window};
use crate::plan::{Plan, in_force};
use crate::time::day_of;

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
        let window = in_force(&measure.forms, day).map(|form| form.window);
        if let Some(Window::Range { from, to }) = window
            && !(from.is_none_or(|from| day_of(from) <= day) && to.is_none_or(|to| day <= day_of(to)))
        {
            continue;
        }
        let grain = plan.tallies.get(tally as usize).map_or(crate::plan::Grain::Ever, |tally| tally.grain);
        let key = tally::key(grain, &plan.calendar, at, day);
        // Sums alone are kept of a flow: a count would keep entries that have come to nothing.
        member.tallies.add(&Change { tally, key, count: 0, sum: amount })?;
    }
    Ok(())
}
