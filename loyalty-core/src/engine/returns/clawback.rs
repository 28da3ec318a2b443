//! What is taken back of the points that an order, or a reward, has given.

use rust_decimal::Decimal;

use super::limits::lower_caps;
use super::order::{Order, Returned};
use super::rerate::{granted, rerate, rerated_sum};
use super::written_off;
use crate::amount::{self, Overflow};
use crate::check::model::{Clawback, Flow};
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::lots::{Lot, Use, Vesting};
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::tally::{self, Change, Changes};
use crate::engine::{flows, rules};
use crate::plan::Plan;

/// Takes back what an order has granted in each wallet; tells how much of it was pending no more.
pub(super) fn claw_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (event_before, before): (&EventData, &Returned),
    (event_after, after): (&EventData, &mut Returned),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Decimal>, EventError> {
    let mut vested = vec![Decimal::ZERO; plan.wallets.len()];
    let old = rerate(plan, member, order, event_before, before.whole)?;
    let new = rerate(plan, member, order, event_after, after.whole)?;
    let mut changes = Changes::new();
    for ((grant, old), new) in order.grants.iter().zip(&old).zip(&new) {
        let less = amount::subtract(*old, *new)?;
        lower_caps(plan, order, grant, less, &mut changes)?;
    }
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let granted = granted(order, number)?;
        if granted.is_zero() {
            continue;
        }
        let Some(policy) = plan.policy(number, order.day) else { continue };
        let sum = rerated_sum(&order.grants, &new, (number, wallet), policy)?;
        let rerated = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?;
        let rerated = rerated.clamp(Decimal::ZERO, granted);
        let clawed = after.clawed.get(usize::from(number)).copied().unwrap_or_default();
        let due = amount::subtract(amount::subtract(granted, rerated)?, clawed)?;
        if due <= Decimal::ZERO {
            continue;
        }
        if let Some(clawed) = after.clawed.get_mut(usize::from(number)) {
            *clawed = amount::add(*clawed, due)?;
        }
        for cap in &policy.caps {
            if let Some(tally) = cap.tally {
                let key = rules::limit_key(plan, tally, order.event.at, order.day);
                tally::change(&mut changes, tally, key, 0, -due)?;
            }
        }
        let pending = match policy.clawback {
            Clawback::OnlyPending => vested_since(member, order, number, at),
            _ => Vec::new(),
        };
        let source = (hash(&order.event.id), order.event.at, policy.clawback);
        let had_vested = take_from(plan, member, number, due, (source, &pending), at, decisions)?;
        if let Some(vested) = vested.get_mut(usize::from(number)) {
            *vested = had_vested;
        }
    }
    for change in changes {
        // A counter that a `from` clause has changed meanwhile may hold less than is given back.
        let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.sum);
        let sum = change.sum.max(-known.unwrap_or_default());
        member.tallies.add(&Change { sum, ..change })?;
    }
    Ok(vested)
}

/// Takes back what a reward gave: its pending points, what is left of its own, others, debt, as the wallet says.
pub fn take_reward_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (source, given_at): (u64, i64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(policy) = plan.policy(wallet, plan.calendar.day_at(given_at)) else { return Ok(()) };
    take_back(plan, member, wallet, amount, (source, given_at, policy.clawback), at, decisions)
}

/// The lots of an order that were pending at an instant that is over, and have vested since.
fn vested_since(member: &Member, order: &Order, wallet: u16, at: i64) -> Vec<u64> {
    if at >= member.clock {
        return Vec::new();
    }
    let mut lots = Vec::new();
    let earned = order.decisions.iter().filter_map(|decision| match decision.kind {
        Kind::Earned { entry, wallet: to, vesting, .. } if to == wallet => Some((entry, vesting)),
        _ => None,
    });
    for (entry, vesting) in earned {
        let since = match vesting {
            Vesting::Done => false,
            Vesting::At(vests_at) => vests_at > at,
            // Which event it was is known by what it decided.
            Vesting::On { .. } => {
                let records = member.log.iter().filter(|record| record.at >= order.event.at);
                let mut decided = records.flat_map(|record| record.decisions().unwrap_or_default());
                decided.any(|decision| {
                    let of_it = matches!(decision.kind, Kind::Vested { lot, .. } if lot == entry);
                    of_it && decision.at > at
                })
            }
        };
        if since {
            lots.push(entry);
        }
    }
    lots
}

/// Takes points back: the order's pending ones, what is left of its own, what has run out of them, others, debt.
pub fn take_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    of: (u64, i64, Clawback),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    take_from(plan, member, wallet, amount, (of, &[]), at, decisions)?;
    Ok(())
}

/// The same, where some lots count as pending that are so no more. Tells how many points were not pending.
fn take_from(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    ((source, ordered_at, clawback), then_pending): ((u64, i64, Clawback), &[u64]),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Decimal, Overflow> {
    let day = plan.calendar.day_at(at);
    let entry = member.next_entry();
    let inactivities =
        plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let order = plan.policy(wallet, day).map(|policy| policy.spend);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(Decimal::ZERO) };
    let own = |pending: bool, lots: &[Lot]| -> Vec<usize> {
        let lots = lots.iter().enumerate().filter(|(_, lot)| lot.source == source && lot.pending() == pending);
        lots.map(|(at, _)| at).collect()
    };
    let sum = |uses: Vec<Use>| uses.iter().try_fold(Decimal::ZERO, |sum, used| amount::add(sum, used.amount));
    let mut left = amount;
    let from_pending = sum(state.take(&own(true, &state.lots), left)?)?;
    left = amount::subtract(left, from_pending)?;
    let vested = left;
    let mut from_lots;
    let (mut written_off, mut debt) = (Decimal::ZERO, Decimal::ZERO);
    let mut spent = Decimal::ZERO;
    if clawback == Clawback::OnlyPending {
        let lots = state.lots.iter().enumerate().filter(|(_, lot)| !lot.pending() && then_pending.contains(&lot.entry));
        let lots: Vec<usize> = lots.map(|(place, _)| place).collect();
        from_lots = sum(state.take(&lots, left)?)?;
        left = amount::subtract(left, from_lots)?;
        written_off = left;
        // Of what was pending then and has been given up since, no event that is told later brings anything back.
        for place in 0..state.lots.len() {
            let missed = |lot: &&Lot| lot.source == source && lot.missed() && lot.waited_at(at);
            if state.lots.get(place).filter(missed).is_some()
                && let Some(lot) = state.lots.get_mut(place)
            {
                let gone = lot.expired.min(left);
                lot.expired = amount::subtract(lot.expired, gone)?;
                left = amount::subtract(left, gone)?;
            }
        }
    } else {
        from_lots = sum(state.take(&own(false, &state.lots), left)?)?;
        left = amount::subtract(left, from_lots)?;
        for place in 0..state.lots.len() {
            let lot = state.lots.get(place).filter(|lot| lot.source == source && !lot.expired.is_zero());
            let Some(lot) = lot.is_some().then(|| state.lots.get_mut(place)).flatten() else { continue };
            let gone = lot.expired.min(left);
            lot.expired = amount::subtract(lot.expired, gone)?;
            left = amount::subtract(left, gone)?;
            written_off = amount::add(written_off, gone)?;
        }
        if let Some(order) = order {
            let others = state.spending_order(plan, inactivities, order);
            let taken = sum(state.take(&others, left)?)?;
            from_lots = amount::add(from_lots, taken)?;
            left = amount::subtract(left, taken)?;
        }
        if clawback == Clawback::MayOverdraw {
            debt = left;
        } else {
            spent = left;
            written_off = amount::add(written_off, left)?;
        }
    }
    state.clawed_back = amount::add(state.clawed_back, amount)?;
    state.written_off = amount::add(state.written_off, written_off)?;
    state.debt = amount::add(state.debt, debt)?;
    written_off::note(member, wallet, entry, spent, true);
    written_off::note(member, wallet, entry, amount::subtract(written_off, spent)?, false);
    // What was earned is less from the order on; what had vested by now is less from now on.
    flows::note(plan, member, wallet, Flow::Earned, -amount, ordered_at)?;
    flows::note(plan, member, wallet, Flow::Vested, -vested, at)?;
    decisions.push(Decision {
        at,
        kind: Kind::ClawedBack { entry, wallet, amount, from_pending, from_lots, debt, written_off },
    });
    Ok(vested)
}
