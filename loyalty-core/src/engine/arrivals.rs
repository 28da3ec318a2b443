//! What points wait for and what came before its order: the order may still come late, and then vests what it earns at once.

use super::clock;
use super::event::EventData;
use super::log::hash;
use super::lots::Vesting;
use super::member::Member;
use super::outcome::Decision;
use crate::amount::Overflow;
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
    for wallet in 0..member.wallets.len() {
        let lots = member.wallets.get(wallet).map_or(0, |state| state.lots.len());
        for number in 0..lots {
            let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(number));
            let waits = lot.is_some_and(|lot| {
                let Vesting::On { event: on, deadline } = lot.vesting else { return false };
                lot.source == source && on == event && at < deadline
            });
            if waits {
                clock::vest(plan, member, wallet, number, at, decisions)?;
            }
        }
    }
    Ok(())
}
