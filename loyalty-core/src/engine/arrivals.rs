//! What points wait for and what came before its order: the order may still come late, and then vests what it earns at once.

use rust_decimal::Decimal;

use super::clock;
use super::event::EventData;
use super::flows;
use super::log::hash;
use super::lots::Vesting;
use super::member::Member;
use super::outcome::{Decision, Kind};
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::Plan;
use crate::sorting::Arrange as _;

/// An event of which points may wait, of an order that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub event: u16,
    /// Digest of the order's id.
    pub order: u64,
    pub at: i64,
}

/// Remembers an event that points may have waited for, if its order has not come yet.
pub fn note(member: &mut Member, event: &EventData, order: &str) {
    if member.log.find(order).is_some() {
        return;
    }
    member.arrivals.push(Arrival { event: event.event, order: hash(order), at: event.at });
}

/// What a late order has earned vests by what has come meanwhile.
pub fn vest(
    plan: &Plan,
    member: &mut Member,
    order: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let source = hash(&order.id);
    if !member.arrivals.iter().any(|arrival| arrival.order == source) {
        return Ok(());
    }
    let mut arrivals = member.arrivals.take(|arrival| arrival.order == source);
    arrivals.arrange_by_key(|arrival| (arrival.at, arrival.event));
    for Arrival { event, at, .. } in arrivals.into_iter().filter(|arrival| arrival.at >= order.at) {
        vest_waiting(plan, member, (source, event), at, decisions)?;
    }
    Ok(())
}

/// The lots of an order that wait for an event vest.
pub fn vest_waiting(
    plan: &Plan,
    member: &mut Member,
    (source, event): (u64, u16),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let horizon = member.horizon(plan);
    for wallet in 0..member.wallets.len() {
        let lots = member.wallets.get(wallet).map_or(0, |state| state.lots.len());
        for number in 0..lots {
            let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(number));
            let lot = lot.filter(|lot| lot.earned_at >= horizon || !lot.missed());
            let waits = lot.and_then(|lot| {
                let Vesting::On { event: on, deadline } = lot.vesting else { return None };
                (lot.source == source && on == event && at < deadline).then_some(deadline)
            });
            if let Some(deadline) = waits {
                reinstate(plan, member, (wallet, number), deadline, decisions)?;
                clock::vest(plan, member, wallet, number, at, decisions)?;
            }
        }
    }
    Ok(())
}

/// What ran out of a lot at its deadline, for want of an event that has come after all, waits for it again.
fn reinstate(
    plan: &Plan,
    member: &mut Member,
    (wallet, place): (usize, usize),
    deadline: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(place));
    let Some((amount, lot)) = lot.filter(|lot| lot.missed()).map(|lot| (lot.expired, lot.entry)) else { return Ok(()) };
    let entry = member.next_entry();
    let Some(state) = member.wallets.get_mut(wallet) else { return Ok(()) };
    state.expired = amount::subtract(state.expired, amount)?;
    state.pending = amount::add(state.pending, amount)?;
    if let Some(lot) = state.lots.get_mut(place) {
        (lot.amount, lot.expired) = (amount, Decimal::ZERO);
    }
    // They ran out at that instant, and do not.
    flows::note(plan, member, wallet as u16, Flow::Expired, -amount, deadline)?;
    let kind = Kind::Reinstated { entry, wallet: wallet as u16, lot, amount, pending: true };
    decisions.push(Decision { at: deadline, kind });
    Ok(())
}
