//! When a wallet was without activity for so long that points run out: what is told late falls into such a time, or shortens it.
//!
//! Between such times there was always activity soon enough. So a member needs no list of what it did in order to tell when
//! points would have run out that were earned at an instant of the past.

use rust_decimal::Decimal;

use super::lots::{Expiry, Lot, Vesting, WalletState, taken_over};
use super::member::Member;
use super::members::{Account, pause};
use crate::plan::{InactivityPlan, Plan};

/// A time without activity, by a form of inactivity of the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    pub form: u16,
    /// Points ran out at this instant; before the first activity, the earliest of all.
    pub from: i64,
    /// The activity that ended it, at this instant or after it.
    pub to: i64,
}

/// Notes activity at an instant. What is told in time is the last, and ends whatever time has passed without any.
pub fn active(
    plan: &Plan,
    account: &Account,
    state: &mut WalletState,
    (number, form): (u16, &InactivityPlan),
    at: i64,
) {
    let moved = pause::moved(plan, account, at, at);
    let Some(last) = state.activity.get_mut(usize::from(number)) else { return };
    let before = *last;
    if before.is_some_and(|before| moved < before) {
        return active_before(plan, account, state, (number, form), at);
    }
    *last = Some(moved);
    let from = match before {
        None => i64::MIN,
        // Most activity comes long before points run out.
        Some(before) if at.saturating_sub(before) < form.at_least || account.frozen() => return,
        Some(before) => plan.calendar.end_after(before, form.length),
    };
    if from <= at {
        state.idle.push(Idle { form: number, from, to: at });
    }
}

/// Activity that others have followed on: a time without any begins later by it, or ends sooner, or becomes two.
fn active_before(
    plan: &Plan,
    account: &Account,
    state: &mut WalletState,
    (number, form): (u16, &InactivityPlan),
    at: i64,
) {
    let Some(place) = state.idle.iter().position(|idle| idle.form == number && idle.to > at) else { return };
    let Some(idle) = state.idle.get_mut(place) else { return };
    let (from, to) = (idle.from, idle.to);
    if at < from {
        let end = end_of(plan, account, form, at, from);
        if end > to {
            state.idle.remove(place);
        } else {
            idle.from = from.max(end);
        }
        return;
    }
    let end = end_of(plan, account, form, at, to);
    idle.to = at;
    if end <= to {
        state.idle.insert(place + 1, Idle { form: number, from: end, to });
    }
}

/// When points run out after activity at an instant, as it stands at a later one.
pub fn end_of(plan: &Plan, account: &Account, form: &InactivityPlan, at: i64, until: i64) -> i64 {
    plan.calendar.end_after(pause::moved_until(plan, account, at, until), form.length)
}

/// Where there was no activity yet, or its time is over, points that are new start the clock: nobody gets what is gone.
pub fn start(plan: &Plan, account: &Account, state: &mut WalletState, (wallet, expiry): (u16, Expiry), at: i64) {
    let Expiry::Inactivity(number) = expiry else { return };
    let Some(form) = plan.inactivities(wallet).get(usize::from(number)) else { return };
    let since = form.since.map(|day| plan.calendar.start_of(day)).filter(|since| *since <= at);
    if is_over(plan, account, state, (number, form), (since, at)) {
        active(plan, account, state, (number, form), at);
    }
}

/// The same of points of a lot that have just vested, also where a form has taken it over meanwhile.
pub fn start_vested(
    plan: &Plan,
    account: &Account,
    state: &mut WalletState,
    (wallet, expiry, earned_at): (u16, Expiry, i64),
    at: i64,
) {
    let Expiry::Open = expiry else { return start(plan, account, state, (wallet, expiry), at) };
    let inactivities = plan.inactivities(wallet);
    let Some((day, number)) = taken_over(plan, inactivities, earned_at) else { return };
    let (Some(form), since) = (inactivities.get(usize::from(number)), plan.calendar.start_of(day)) else { return };
    if since <= at && is_over(plan, account, state, (number, form), (Some(since), at)) {
        active(plan, account, state, (number, form), at);
    }
}

/// How points of a lot end that come back and shall not end before an instant, if it is by inactivity. Those that end later all
/// the same stay with the others.
pub fn at_least(
    plan: &Plan,
    member: &Member,
    wallet: u16,
    (expiry, earned_at): (Expiry, i64),
    (least, at): (i64, i64),
) -> Option<Expiry> {
    let inactivities = plan.inactivities(wallet);
    let (form, kept) = match expiry {
        Expiry::Inactivity(form) | Expiry::Lapsed { form, .. } => (form, i64::MIN),
        Expiry::AtLeast { form, until } => (form, until),
        Expiry::Open => (taken_over(plan, inactivities, earned_at)?.1, i64::MIN),
        _ => return None,
    };
    let state = member.wallets.get(usize::from(wallet))?;
    let lot = Lot {
        entry: 0,
        source: 0,
        amount: Decimal::ZERO,
        earned_at,
        vesting: Vesting::Done,
        expiry,
        expired: Decimal::ZERO,
    };
    let end = state.expires_at(plan, inactivities, &lot)?;
    // What keeps the others by now may have come after these ran out.
    if at >= member.clock && end >= least {
        return None;
    }
    Some(Expiry::AtLeast { form, until: least.max(kept) })
}

/// Whether nothing keeps points that are there from an instant on: there was no activity yet, or its time was over. `since`: what
/// counts as activity for them alone, the day of the clause.
fn is_over(
    plan: &Plan,
    account: &Account,
    state: &WalletState,
    (number, form): (u16, &InactivityPlan),
    (since, at): (Option<i64>, i64),
) -> bool {
    let last = state.activity.get(usize::from(number)).copied().flatten();
    if last.is_none_or(|last| last <= at) {
        // While ends are frozen, what had not come when the pause began does not come.
        let now = account.frozen_since().map_or(at, |frozen| frozen.min(at));
        return last.max(since).is_none_or(|last| plan.calendar.end_after(last, form.length) <= now);
    }
    let was = state.idle.iter().any(|idle| idle.form == number && idle.from <= at && at < idle.to);
    was && since.is_none_or(|since| plan.calendar.end_after(since, form.length) <= at)
}

/// Until when the day keeps points that brought the form, if it was in force when they were earned.
fn kept_by_clause(plan: &Plan, form: &InactivityPlan, earned_at: i64) -> i64 {
    let since = form.since.map(|day| plan.calendar.start_of(day)).filter(|since| *since <= earned_at);
    since.map_or(i64::MIN, |since| plan.calendar.end_after(since, form.length))
}

/// When points of a form that were there at an instant ran out next, but not before another: nothing, if they are there until the
/// last activity.
pub fn ran_out(state: &WalletState, number: u16, at: i64, not_before: i64) -> Option<i64> {
    let idle = state.idle.iter().filter(|idle| idle.form == number && idle.to > at);
    let mut over = idle.map(|idle| (idle.from.max(not_before), idle.to));
    over.find(|(over, to)| at < *over && over <= to).map(|(over, _)| over)
}

/// By which form, and when, a lot ran out that was earned or has vested at an instant of the past.
pub fn lapse_of(
    plan: &Plan,
    inactivities: &[InactivityPlan],
    state: &WalletState,
    lot: &Lot,
    at: i64,
) -> Option<(u16, i64)> {
    let (number, kept) = match lot.expiry {
        _ if lot.pending() => return None,
        Expiry::Inactivity(number) => {
            (number, kept_by_clause(plan, inactivities.get(usize::from(number))?, lot.earned_at))
        }
        Expiry::AtLeast { form, until } => (form, until),
        Expiry::Open => {
            let (day, number) = taken_over(plan, inactivities, lot.earned_at)?;
            let form = inactivities.get(usize::from(number))?;
            (number, plan.calendar.end_after(plan.calendar.start_of(day), form.length))
        }
        _ => return None,
    };
    ran_out(state, number, at, kept).map(|over| (number, over))
}

/// Forgets the times into which no event can fall any more.
pub fn forget(state: &mut WalletState, horizon: i64) {
    state.idle.retain(|idle| idle.to >= horizon);
}

/// What is left of the times without activity of two accounts that have become one.
pub fn join(plan: &Plan, inactivities: &[InactivityPlan], own: &WalletState, other: &WalletState) -> Vec<Idle> {
    let mut joined = Vec::new();
    for (form, number) in inactivities.iter().zip(0..) {
        let all = |state: &WalletState| {
            let last = state.activity.get(usize::from(number)).copied().flatten();
            let from = last.map_or(i64::MIN, |last| plan.calendar.end_after(last, form.length));
            let known = state.idle.iter().filter(|idle| idle.form == number).copied();
            known.chain([Idle { form: number, from, to: i64::MAX }]).collect::<Vec<_>>()
        };
        let others = all(other);
        for idle in all(own) {
            let both = others.iter().map(|of| Idle { from: idle.from.max(of.from), to: idle.to.min(of.to), ..idle });
            joined.extend(both.filter(|both| both.from <= both.to && both.to != i64::MAX));
        }
    }
    joined
}

/// The same of a member's account.
pub fn note(plan: &Plan, member: &mut Member, wallet: u16, at: i64, counts: impl Fn(&InactivityPlan) -> bool) {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return };
    for (form, number) in plan.inactivities(wallet).iter().zip(0..).filter(|(form, _)| counts(form)) {
        active(plan, &member.account, state, (number, form), at);
    }
}
