//! What time alone brings about: points vest, run out, or are cancelled because what they waited for did not come;
//! levels are judged; rules by the calendar fire.
//!
//! At one instant the order is fixed: points vest, points run out, coupons run out, what follows from that, levels and segments are
//! judged, then the rules by the calendar fire in the order of the file, each with what follows from it.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::coupons;
use super::decided::Decided;
use super::error::EventError;
use super::flows;
use super::ladders::Occasion;
use super::lots::{Expiry, Vesting, taken_over};
use super::member::{Member, return_horizon_at};
use super::members::pause;
use super::messages;
use super::outcome::{Decision, Kind};
use super::{reactions, rewards, schedule, wheels};
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::Plan;
use crate::time::is_beyond_all;

/// Brings a member to an instant. Everything due happens at its own instant, in order, so that it does not matter in
/// how many steps time passes.
pub fn advance(plan: &Plan, member: &mut Member, to: i64, decisions: &mut Decided) -> Result<(), EventError> {
    if member.next_due > to {
        member.clock = member.clock.max(to);
        return Ok(());
    }
    // What time brings about is the same in however many steps it passes, and whatever passes it on.
    let event = decisions.because_of(None);
    while member.next_due <= to {
        let due = member.next_due;
        let before = decisions.len();
        let mut lots = LotsDue::of(plan, member, due);
        vest_due(plan, member, &lots, decisions)?;
        let vested = decisions.len();
        rewards::lapse(plan, member, due, decisions)?;
        // That some points vest puts off when others run out where those run out by inactivity; what was held comes back into lots.
        if decisions.len() > vested || plan.wallets.iter().any(|wallet| !wallet.inactivities.is_empty()) {
            lots = LotsDue::of(plan, member, due);
        }
        let lots = expire_due(plan, member, lots, due, decisions)?;
        coupons::expire_due(plan, member, due, decisions);
        wheels::expire_due(plan, member, due, decisions);
        // A late event's points may have come and gone at instants that have passed; what follows, follows at present,
        // and the calendar does not come round again.
        let ahead = due > member.clock;
        member.clock = member.clock.max(due);
        reactions::follow(plan, member, member.clock, Occasion::Time, before, decisions)?;
        if ahead {
            reactions::by_the_clock(plan, member, due, decisions)?;
        }
        messages::policy::release(plan, member, due, decisions)?;
        member.revision += (decisions.len() - before) as u64;
        member.next_due = match plan.reactions.any {
            true => member.find_next_due(plan),
            // Nothing has come of it that could touch a lot.
            false => schedule::next_due_beside(plan, member, lots),
        };
        // What was due has happened, so that the next instant lies ahead, or points have been given whose day has passed;
        // a state that says otherwise must not hang us.
        if member.next_due <= due && decisions.len() == before {
            return Err(Overflow.into());
        }
    }
    decisions.because_of(event);
    member.clock = member.clock.max(to);
    Ok(())
}

/// What is due of the lots of a member.
struct LotsDue {
    /// Those to which something happens at an instant, by wallet and place.
    now: SmallVec<[(usize, usize); 4]>,
    /// When something happens next to one of the others.
    next: i64,
}

impl LotsDue {
    fn of(plan: &Plan, member: &mut Member, due: i64) -> Self {
        let frozen = member.account.frozen_since();
        let (mut now, mut next) = (SmallVec::new(), i64::MAX);
        for (number, (state, wallet)) in member.wallets.iter_mut().zip(&plan.wallets).enumerate() {
            let found = |place| now.push((number, place));
            next = next.min(state.due_by(plan, &wallet.inactivities, frozen, (due, found)));
        }
        Self { now, next }
    }
}

fn vest_due(plan: &Plan, member: &mut Member, lots: &LotsDue, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    // That one of them vests says nothing of the others.
    for &(wallet, place) in &lots.now {
        let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(place));
        if let Some(Vesting::At(at)) = lot.map(|lot| lot.vesting) {
            vest(plan, member, wallet, place, at, decisions)?;
        }
    }
    Ok(())
}

/// Points of one lot become spendable.
pub fn vest(
    plan: &Plan,
    member: &mut Member,
    wallet: usize,
    number: usize,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let entry = member.next_entry();
    super::lapses::bring_back(plan, member, wallet as u16, at, |form| form.earning, decisions)?;
    super::idle::note(plan, member, wallet as u16, at, |form| form.earning);
    let inactivities = plan.inactivities(wallet as u16);
    let Some(state) = member.wallets.get_mut(wallet) else { return Ok(()) };
    let Some(lot) = state.lots.get_mut(number) else { return Ok(()) };
    lot.vesting = Vesting::Done;
    if let Expiry::AfterVesting(length) = lot.expiry {
        let end = plan.calendar.end_after(at, length);
        let end = pause::moved_since(plan, &member.account, end, (at, lot.earned_at));
        lot.expiry = if is_beyond_all(end) { Expiry::Never } else { Expiry::At(end) };
    }
    let (amount, name) = (lot.amount, lot.entry);
    let vested = (wallet as u16, lot.expiry, lot.earned_at);
    super::idle::start_vested(plan, &member.account, state, vested, at);
    state.pending = amount::subtract(state.pending, amount)?;
    state.available = amount::add(state.available, amount)?;
    // Vested at an instant that has passed, it may have run out at another.
    let late = state.lots.get(number).filter(|_| at < member.clock);
    let lapsed = late.and_then(|lot| super::idle::lapse_of(plan, inactivities, state, lot, at));
    let expires_at = state.lots.get(number).and_then(|lot| state.expires_at(plan, inactivities, lot));
    // While ends are frozen, it is told where this one would be if the account woke up now.
    let fixed = state.lots.get(number).filter(|lot| matches!(lot.expiry, Expiry::At(_))).map(|lot| lot.earned_at);
    let expires_at = expires_at.map(|end| match fixed {
        Some(earned_at) => pause::if_awake(plan, &member.account, end, (earned_at, at)),
        None => end,
    });
    let expires_at = lapsed.map(|(_, over)| over).or(expires_at);
    let settled = state.settle(number)?;
    let wallet = wallet as u16;
    flows::note(plan, member, wallet, Flow::Vested, amount, at)?;
    if amount > Decimal::ZERO {
        decisions.push(Decision { at, kind: Kind::Vested { entry, wallet, lot: name, amount, expires_at } });
    }
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    match lapsed {
        Some((form, over)) => super::lapses::run_out(plan, member, (wallet, number), (Some(form), over), decisions),
        None => Ok(()),
    }
}

/// Tells when something happens next to one of the other lots.
fn expire_due(
    plan: &Plan,
    member: &mut Member,
    LotsDue { now, mut next }: LotsDue,
    due: i64,
    decisions: &mut Vec<Decision>,
) -> Result<i64, Overflow> {
    let frozen = member.account.frozen_since();
    let returns = return_horizon_at(plan, member.clock.max(due));
    for (number, place) in now {
        let (Some(wallet), Some(state)) = (plan.wallets.get(number), member.wallets.get_mut(number)) else { continue };
        let Some(lot) = state.lots.get(place) else { continue };
        // What has vested just now runs out later, or at the same instant.
        let lot_due = state.due_of(plan, &wallet.inactivities, lot, frozen);
        if lot_due > due || matches!(lot.vesting, Vesting::At(_)) {
            next = next.min(lot_due);
            continue;
        }
        let Some(lot) = state.lots.get_mut(place) else { continue };
        let not_vested = lot.pending();
        // What was forfeited of an order that cannot come back any more is forgotten: when the state was last tidied must not show.
        if !not_vested && lot.earned_at < returns {
            lot.expired = Decimal::ZERO;
        }
        let lapsed = match lot.expiry {
            // Of what was forfeited before, nothing would come back.
            _ if not_vested || !lot.expired.is_zero() => None,
            Expiry::Inactivity(form) | Expiry::AtLeast { form, .. } => Some(form),
            Expiry::Open => taken_over(plan, &wallet.inactivities, lot.earned_at).map(|(_, form)| form),
            _ => None,
        };
        if let Some(form) = lapsed {
            lot.expiry = Expiry::Lapsed { form, at: due };
        }
        let (amount, name) = (core::mem::take(&mut lot.amount), lot.entry);
        lot.expired = amount::add(lot.expired, amount)?;
        // Otherwise it goes on naming what it has waited for, which may have come in time and be told later.
        if amount.is_zero() {
            lot.vesting = Vesting::Done;
        }
        if not_vested {
            state.pending = amount::subtract(state.pending, amount)?;
        } else {
            state.available = amount::subtract(state.available, amount)?;
        }
        state.expired = amount::add(state.expired, amount)?;
        flows::note(plan, member, number as u16, Flow::Expired, amount, due)?;
        if amount > Decimal::ZERO {
            member.entry += 1;
            let (entry, wallet) = (member.entry, number as u16);
            decisions.push(Decision { at: due, kind: Kind::Expired { entry, wallet, lot: name, amount, not_vested } });
        }
    }
    Ok(next)
}
