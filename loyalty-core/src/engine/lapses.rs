//! Points that ran out for want of activity, where activity that came in time is told after that: they are there again, or ran out
//! later than they did.

use rust_decimal::Decimal;

use super::flows;
use super::idle;
use super::lots::Expiry;
use super::member::Member;
use super::outcome::{Decision, Kind};
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::{InactivityPlan, Plan};

/// Brings back what has run out since an instant and would not have, had it been known of the activity then; what would have run out
/// later does so.
pub fn bring_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    at: i64,
    counts: impl Fn(&InactivityPlan) -> bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    // What happens now comes before whatever has not run out yet.
    if at >= member.clock {
        return Ok(());
    }
    idle::note(plan, member, wallet, at, &counts);
    let horizon = member.horizon(plan);
    for (form, number) in plan.inactivities(wallet).iter().zip(0..).filter(|(form, _)| counts(form)) {
        let lots = member.wallets.get(usize::from(wallet)).map_or(0, |state| state.lots.len());
        for place in 0..lots {
            let Some(state) = member.wallets.get(usize::from(wallet)) else { return Ok(()) };
            let over = state.lots.get(place).and_then(|lot| match lot.expiry {
                Expiry::Lapsed { form, at: over } if form == number && at < over && over >= horizon => Some(over),
                _ => None,
            });
            let Some(over) = over.filter(|over| idle::end_of(plan, &member.account, form, at, *over) > *over) else {
                continue;
            };
            let next = idle::ran_out(state, number, at, over);
            if next == Some(over) {
                continue;
            }
            put_back(plan, member, (wallet, place, number), over, decisions)?;
            if let Some(next) = next {
                run_out(plan, member, (wallet, place), (Some(number), next), decisions)?;
            }
        }
    }
    Ok(())
}

/// Points of a lot ran out by a form of inactivity at an instant that has passed, or had ended without one before they were there.
pub fn run_out(
    plan: &Plan,
    member: &mut Member,
    (wallet, place): (u16, usize),
    (form, over): (Option<u16>, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let Some(lot) = state.lots.get_mut(place) else { return Ok(()) };
    let (amount, name) = (core::mem::take(&mut lot.amount), lot.entry);
    if amount.is_zero() {
        return Ok(());
    }
    // Of what was forfeited before, nothing would come back.
    if let Some(form) = form.filter(|_| lot.expired.is_zero()) {
        lot.expiry = Expiry::Lapsed { form, at: over };
    }
    lot.expired = amount::add(lot.expired, amount)?;
    state.available = amount::subtract(state.available, amount)?;
    state.expired = amount::add(state.expired, amount)?;
    flows::note(plan, member, wallet, Flow::Expired, amount, over)?;
    let entry = member.next_entry();
    let kind = Kind::Expired { entry, wallet, lot: name, amount, not_vested: false };
    decisions.push(Decision { at: over, kind });
    Ok(())
}

/// What ran out of a lot is there again, from the instant on at which it did.
fn put_back(
    plan: &Plan,
    member: &mut Member,
    (wallet, place, form): (u16, usize, u16),
    over: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let Some(lot) = state.lots.get_mut(place) else { return Ok(()) };
    let (amount, name) = (core::mem::take(&mut lot.expired), lot.entry);
    lot.amount = amount::add(lot.amount, amount)?;
    lot.expiry = Expiry::Inactivity(form);
    if amount.is_zero() {
        return Ok(());
    }
    state.expired = amount::subtract(state.expired, amount)?;
    state.available = amount::add(state.available, amount)?;
    let settled = state.settle(place)?;
    flows::note(plan, member, wallet, Flow::Expired, -amount, over)?;
    let entry = member.next_entry();
    decisions.push(Decision { at: over, kind: Kind::Reinstated { entry, wallet, lot: name, amount, pending: false } });
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at: over, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    Ok(())
}
