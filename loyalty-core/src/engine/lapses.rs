//! Points that ran out for want of activity, where activity that came in time is told after that: they are there again.

use rust_decimal::Decimal;

use super::flows;
use super::lots::Expiry;
use super::member::Member;
use super::members::pause;
use super::outcome::{Decision, Kind};
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::{InactivityPlan, Plan};

/// Brings back what has run out since an instant and would not have, had it been known of the activity then.
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
    let horizon = member.horizon(plan);
    for (form, number) in plan.inactivities(wallet).iter().zip(0..).filter(|(form, _)| counts(form)) {
        let lots = member.wallets.get(usize::from(wallet)).map_or(0, |state| state.lots.len());
        for place in 0..lots {
            let lot = member.wallets.get(usize::from(wallet)).and_then(|state| state.lots.get(place));
            let over = lot.and_then(|lot| match lot.expiry {
                Expiry::Lapsed { form, at: over } if form == number && at < over && over >= horizon => Some(over),
                _ => None,
            });
            if let Some(over) = over.filter(|over| is_kept(plan, member, (wallet, number, form), at, *over)) {
                put_back(plan, member, (wallet, place, number), over, decisions)?;
            }
        }
    }
    Ok(())
}

/// Whether points that ran out at an instant are there to this day, given activity before it.
fn is_kept(
    plan: &Plan,
    member: &Member,
    (wallet, number, form): (u16, u16, &InactivityPlan),
    at: i64,
    over: i64,
) -> bool {
    let active = pause::moved_until(plan, &member.account, at, over);
    let mut end = plan.calendar.end_after(active, form.length);
    if end <= over {
        return false;
    }
    let state = member.wallets.get(usize::from(wallet));
    let last = state.and_then(|state| state.activity.get(usize::from(number)).copied().flatten());
    let Some(last) = last.filter(|last| *last >= end) else { return true };
    // The last activity came after that end, too: one has to lie between.
    let earns = |record: &super::log::Record<'_>| {
        let decisions = record.decisions().unwrap_or_default();
        decisions.iter().any(|decision| match decision.kind {
            Kind::Earned { wallet: own, .. } => form.earning && own == wallet,
            Kind::Spent { wallet: own, .. } => form.spending && own == wallet,
            _ => false,
        })
    };
    loop {
        let later = member.log.iter().filter(|record| record.at > at && record.at < last);
        let between = later.filter(|record| form.events.contains(&record.event) || earns(record));
        let between = between.map(|record| pause::moved(plan, &member.account, record.at, record.at));
        let next = between.filter(|active| *active < end).map(|active| plan.calendar.end_after(active, form.length));
        match next.max().filter(|next| *next > end) {
            Some(next) if next > last => return true,
            Some(next) => end = next,
            None => return false,
        }
    }
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
