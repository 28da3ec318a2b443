//! What points wait for, and what came when none were waiting: the order may still come late, and an order that has come may
//! still be edited. It is one purchase in all its forms, so that an event may name any of them.

use rust_decimal::Decimal;

use super::clock;
use super::coupons::redeem::replaced;
use super::event::EventData;
use super::flows;
use super::log::hash;
use super::lots::{Lot, Vesting};
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::returns;
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::Plan;
use crate::sorting::Arrange as _;

/// An event for which points may wait, and with which none have vested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub event: u16,
    /// Digest of the order's id.
    pub order: u64,
    pub at: i64,
}

/// Remembers an event for which points may wait: none of its order were waiting.
pub fn note(member: &mut Member, event: &EventData, order: &str) {
    let arrival = Arrival { event: event.event, order: hash(order), at: event.at };
    if !member.arrivals.contains(&arrival) {
        member.arrivals.push(arrival);
    }
}

/// What an order has earned vests by what has come before it, or before an earlier form of it.
pub fn vest(
    plan: &Plan,
    member: &mut Member,
    order: &EventData,
    is_own: impl Fn(&Lot) -> bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let event_plan = plan.events.get(usize::from(order.event));
    let replaced = event_plan.and_then(|event| replaced(event, order));
    if member.arrivals.is_empty() && replaced.is_none() || !waits(member, |lot, _| is_own(lot)) {
        return Ok(());
    }
    for (event, at) in arrived(plan, member, order, replaced) {
        vest_lots(plan, member, event, at.max(order.at), &is_own, decisions)?;
    }
    Ok(())
}

/// What has come of an order so far, or of those in whose place it is: the events, by their instants.
fn arrived(plan: &Plan, member: &Member, order: &EventData, replaced: Option<&str>) -> Vec<(u16, i64)> {
    let (mut forms, mut since) = (vec![hash(&order.id)], order.at);
    let mut waited: Vec<(u64, u16)> = Vec::new();
    if let Some(replaced) = replaced {
        returns::each_form(plan, member, replaced, |record, decisions| {
            forms.push(hash(record.id));
            since = since.min(record.at);
            waited.extend(decisions.iter().filter_map(|decision| match decision.kind {
                Kind::Earned { entry, vesting: Vesting::On { event, .. }, .. } => Some((entry, event)),
                _ => None,
            }));
        });
    }
    let own = |arrival: &&Arrival| forms.contains(&arrival.order);
    let mut arrived: Vec<(i64, u16)> =
        member.arrivals.iter().filter(own).map(|arrival| (arrival.at, arrival.event)).collect();
    // With which points have vested is told by their own decisions.
    let since = since.max(member.horizon(plan));
    let events = member.log.iter().filter(|record| record.at >= since);
    for record in events.filter(|record| waited.iter().any(|(_, event)| *event == record.event)) {
        let decided = record.decisions().unwrap_or_default();
        let vested = |decision: &Decision| match decision.kind {
            Kind::Vested { lot, .. } => waited.contains(&(lot, record.event)),
            _ => false,
        };
        if decided.iter().any(vested) {
            arrived.push((record.at, record.event));
        }
    }
    arrived.arrange();
    arrived.into_iter().map(|(at, event)| (event, at)).collect()
}

/// What waits for an event of an order vests, in whatever form the order is by now: its own points, and those that coupons and
/// rewards gave with it.
pub fn vest_waiting(
    plan: &Plan,
    member: &mut Member,
    (named, event): (&str, u16),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    if !waits(member, |_, on| on == event) {
        return Ok(());
    }
    let lots = Waiting::of(plan, member, named);
    if waits(member, |lot, on| on == event && lots.contain(lot)) {
        return vest_lots(plan, member, event, at, |lot| lots.contain(lot), decisions);
    }
    let Some((last, edited_at)) = last_form(plan, member, named) else { return Ok(()) };
    let lots = Waiting::of(plan, member, &last);
    // An event that names an earlier form may come before the edit.
    vest_lots(plan, member, event, at.max(edited_at), |lot| lots.contain(lot), decisions)
}

/// The lots of an order: its own, and those that coupons and rewards gave with it.
struct Waiting {
    source: u64,
    given: Vec<u64>,
}

impl Waiting {
    fn of(plan: &Plan, member: &Member, order: &str) -> Self {
        let record = member.remembered(plan, order);
        let decided = record.and_then(|record| record.decisions().ok()).unwrap_or_default();
        let given = decided.iter().filter_map(|decision| returns::given_that_waits(plan, decision));
        Self { source: hash(order), given: given.collect() }
    }

    fn contain(&self, lot: &Lot) -> bool {
        lot.source == self.source || self.given.contains(&lot.entry)
    }
}

/// The order in the place of one that was edited, as it stands by now, and its instant.
fn last_form(plan: &Plan, member: &Member, order: &str) -> Option<(String, i64)> {
    let last = returns::successor(plan, member, order)?;
    let at = member.remembered(plan, &last)?.at;
    Some((last, at))
}

/// Whether some lots wait for an event, of which each is asked.
fn waits(member: &Member, asked: impl Fn(&Lot, u16) -> bool) -> bool {
    let mut lots = member.wallets.iter().flat_map(|state| state.lots.iter());
    lots.any(|lot| matches!(lot.vesting, Vesting::On { event, .. } if asked(lot, event)))
}

fn vest_lots(
    plan: &Plan,
    member: &mut Member,
    event: u16,
    at: i64,
    is_own: impl Fn(&Lot) -> bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let horizon = member.horizon(plan);
    for wallet in 0..member.wallets.len() {
        let lots = member.wallets.get(wallet).map_or(0, |state| state.lots.len());
        for number in 0..lots {
            let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(number));
            let lot = lot.filter(|lot| is_own(lot) && (lot.earned_at >= horizon || !lot.missed()));
            let waits = lot.and_then(|lot| match lot.vesting {
                Vesting::On { event: on, deadline } if on == event && at < deadline => Some((deadline, lot.earned_at)),
                _ => None,
            });
            if let Some((deadline, earned_at)) = waits {
                let source = reinstate(plan, member, (wallet, number), deadline, decisions)?;
                if let Some(source) = source {
                    returns::vested_after_all(plan, member, wallet as u16, source)?;
                }
                // By a clock that is behind, what was bought has arrived before it was bought.
                clock::vest(plan, member, wallet, number, at.max(earned_at), decisions)?;
            }
        }
    }
    Ok(())
}

/// What ran out of a lot at its deadline, for want of an event that has come after all, waits for it again. Tells of what it was
/// earned.
fn reinstate(
    plan: &Plan,
    member: &mut Member,
    (wallet, place): (usize, usize),
    deadline: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Option<u64>, Overflow> {
    let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(place)).filter(|lot| lot.missed());
    let Some((amount, lot, source)) = lot.map(|lot| (lot.expired, lot.entry, lot.source)) else { return Ok(None) };
    let entry = member.next_entry();
    let Some(state) = member.wallets.get_mut(wallet) else { return Ok(None) };
    state.expired = amount::subtract(state.expired, amount)?;
    state.pending = amount::add(state.pending, amount)?;
    if let Some(lot) = state.lots.get_mut(place) {
        (lot.amount, lot.expired) = (amount, Decimal::ZERO);
    }
    // They ran out at that instant, and do not.
    flows::note(plan, member, wallet as u16, Flow::Expired, -amount, deadline)?;
    let kind = Kind::Reinstated { entry, wallet: wallet as u16, lot, amount, pending: true };
    decisions.push(Decision { at: deadline, kind });
    Ok(Some(source))
}
