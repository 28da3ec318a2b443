//! An account rests: it earns and spends nothing, and with frozen expiry its points do not age.
//!
//! While ends are frozen nothing runs out. When the account wakes up, each end that had not come moves by the local
//! days since the pause began, or since the points were earned if that was later; a last activity moves alike. Points
//! go on vesting: what was granted before the pause is still owed on its day.

use super::super::event::EventData;
use super::super::lots::{Expiry, Lot};
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::value::Value;
use super::Account;
use crate::check::model::{Length, TimeUnit};
use crate::plan::{EventPlan, Plan};
use crate::time::Instant;

/// One pause of an account, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: i64,
    pub to: Option<i64>,
    pub freeze: bool,
}

/// The account falls asleep at its clock; in a pause, nothing more happens.
pub fn pause(event_plan: &EventPlan, member: &mut Member, event: &EventData, decisions: &mut Vec<Decision>) {
    if member.account.current_pause().is_some() {
        return;
    }
    let freeze = super::super::doors::named(event_plan, event, "freeze_expiry") == Value::Bool(true);
    // A pause does not reach back: what has run out by then has run out.
    member.account.pauses.push(Pause { from: member.clock, to: None, freeze });
    decisions.push(Decision { at: member.clock, kind: Kind::Paused { freeze } });
}

/// The account wakes up at its clock.
pub fn resume(plan: &Plan, member: &mut Member, decisions: &mut Vec<Decision>) {
    let clock = member.clock;
    let Some(pause) = member.account.pauses.last_mut().filter(|pause| pause.to.is_none()) else { return };
    pause.to = Some(clock);
    let pause = *pause;
    let days = if pause.freeze { days_between(plan, pause.from, clock) } else { 0 };
    if days > 0 {
        thaw(plan, member, pause);
    }
    decisions.push(Decision { at: clock, kind: Kind::Resumed { days } });
}

fn days_between(plan: &Plan, from: i64, to: i64) -> i32 {
    plan.calendar.day_at(to).saturating_sub(plan.calendar.day_at(from)).max(0)
}

/// Moves the ends that a frozen pause has kept from coming.
fn thaw(plan: &Plan, member: &mut Member, pause: Pause) {
    for (wallet, state) in plan.wallets.iter().zip(&mut member.wallets) {
        let ends = |lot: &Lot| matches!(lot.expiry, Expiry::At(_) | Expiry::AtLeast { .. });
        state.lots.change(ends, |lot| {
            let earned_at = lot.earned_at;
            if let Expiry::At(end) | Expiry::AtLeast { until: end, .. } = &mut lot.expiry {
                *end = moved_by(plan, pause, *end, earned_at);
            }
        });
        for (number, form) in wallet.inactivities.iter().enumerate() {
            let Some(last) = state.activity.get_mut(number) else { continue };
            // The day on which a clause took effect counts as activity, and is put off with the rest.
            let open = state.lots.iter().any(|lot| lot.expiry == Expiry::Open);
            let days = form.since.iter().chain(form.takes_over.iter().filter(|_| open));
            let since = days.map(|day| plan.calendar.start_of(*day)).filter(|since| *since < pause.from).max();
            *last = (*last).max(since).map(|at| moved_by(plan, pause, at, at));
        }
    }
}

/// Where an instant that was settled at `settled_at` moves to by one pause with frozen expiry that is over.
fn moved_by(plan: &Plan, pause: Pause, at: i64, settled_at: i64) -> i64 {
    let Some(to) = pause.to.filter(|to| pause.freeze && settled_at < *to) else { return at };
    if at <= pause.from && settled_at != at {
        // An end that had come before the pause began; activity is settled when it happens.
        return at;
    }
    if Instant::from_micros(at).is_none() {
        // An end beyond the calendar is as good as none.
        return at;
    }
    let days = days_between(plan, pause.from.max(settled_at), to);
    plan.calendar.plus(at, Length { count: days.unsigned_abs(), unit: TimeUnit::Day })
}

/// Where an instant that was settled at `settled_at` stands after all pauses since.
pub fn moved(plan: &Plan, account: &Account, at: i64, settled_at: i64) -> i64 {
    account.pauses.iter().fold(at, |at, pause| moved_by(plan, *pause, at, settled_at))
}

/// Where activity at an instant stands at a later one, after the pauses that had begun by then.
pub fn moved_until(plan: &Plan, account: &Account, at: i64, until: i64) -> i64 {
    let known = account.pauses.iter().filter(|pause| pause.from < until);
    known.fold(at, |at, pause| moved_by(plan, *pause, at, at))
}

/// Where an end that was settled at `settled_at` and began to count at `since` stands, after the pauses that were not over by then.
pub fn moved_since(plan: &Plan, account: &Account, at: i64, (since, settled_at): (i64, i64)) -> i64 {
    let later = account.pauses.iter().filter(|pause| pause.to.is_some_and(|to| to > since));
    later.fold(at, |at, pause| moved_by(plan, *pause, at, settled_at))
}

/// The same for an expiry.
pub fn moved_expiry(plan: &Plan, account: &Account, expiry: Expiry, settled_at: i64) -> Expiry {
    match expiry {
        Expiry::At(end) => Expiry::At(moved(plan, account, end, settled_at)),
        Expiry::AtLeast { form, until } => Expiry::AtLeast { form, until: moved(plan, account, until, settled_at) },
        other => other,
    }
}

/// Where the end of points that were earned at an instant would be if the account woke up at another one.
pub fn if_awake(plan: &Plan, account: &Account, end: i64, (earned_at, at): (i64, i64)) -> i64 {
    let pause = account.current_pause().filter(|pause| pause.freeze);
    pause.map_or(end, |pause| moved_by(plan, Pause { to: Some(at), ..*pause }, end, earned_at))
}

/// How an end that begins to count at an instant is to be written down, so that it comes when the account has been awake for
/// as long: what of a frozen pause was left by then is added, and what of the present one is over, which waking up will add, is
/// taken off.
pub fn settled(plan: &Plan, account: &Account, end: i64, (earned_at, at): (i64, i64)) -> i64 {
    let end = moved(plan, account, end, at);
    match account.current_pause().filter(|pause| pause.freeze) {
        Some(pause) => {
            let days = days_between(plan, pause.from.max(earned_at), at);
            plan.calendar.minus(end, Length { count: days.unsigned_abs(), unit: TimeUnit::Day })
        }
        None => end,
    }
}

/// Forgets the pauses into which no event can fall any more.
pub fn forget(account: &mut Account, horizon: i64) {
    account.pauses.retain(|pause| pause.to.is_none_or(|to| to >= horizon));
}
