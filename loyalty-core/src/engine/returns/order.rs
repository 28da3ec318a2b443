//! An order as it was captured, and what has come back of it so far.

use rust_decimal::Decimal;

use super::own;
use crate::amount::{self, Overflow};
use crate::engine::coupons::redeem;
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::granted::{self, Together};
use crate::engine::grants::Grants;
use crate::engine::log::{Record, hash};
use crate::engine::member::Member;
use crate::engine::outcome::Decision;
use crate::plan::Plan;
use crate::wire::codec::Reader;
use crate::wire::decode;

/// What has come back of one order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Returned {
    /// Digest of the order's id.
    pub order: u64,
    pub ordered_at: i64,
    /// Units of each line.
    pub units: Vec<Decimal>,
    /// Money of each line, beyond whole units.
    pub amounts: Vec<Decimal>,
    /// Money of the order as a whole.
    pub amount: Decimal,
    pub whole: bool,
    /// Per wallet: taken back, and given back of what was spent.
    pub clawed: Vec<Decimal>,
    pub restored: Vec<Decimal>,
    /// Units of redeemed rewards, by the reward's rule.
    pub rewards: Vec<(u32, Decimal)>,
}

/// An order that the program of its day counted otherwise than the present one would.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncounted {
    /// Digest of the order's id.
    pub order: u64,
    pub at: i64,
    /// The measures that do not hold it; ascending.
    pub measures: Vec<u16>,
}

/// An order as it was captured, with what the rules made of it.
pub struct Order {
    pub event: EventData,
    pub(super) fired: Vec<u32>,
    pub grants: Grants,
    pub together: Together,
    /// Those that it has brought about itself.
    pub decisions: Vec<Decision>,
    /// Units of rewards that chains have redeemed with it, by the rewards' rules: they are not the order's.
    pub others: Vec<(u32, Decimal)>,
    pub day: i32,
}

impl Order {
    /// So many units of a reward of its own, with those of others: what the reward gave was given for all of them.
    pub(super) fn with_others(&self, rule: u32, own: Decimal) -> Result<Decimal, Overflow> {
        let others = self.others.iter().filter(|(of, _)| *of == rule).map(|(_, units)| *units);
        amount::add(own, amount::sum(others)?)
    }
}

/// What was kept of an event for its return.
pub struct Captured {
    pub event: EventData,
    pub fired: Vec<u32>,
    pub grants: Grants,
    pub together: Together,
}

/// What is kept of a remembered event, if anything is.
pub fn captured(plan: &Plan, record: &Record<'_>) -> Option<Captured> {
    let record = Some(record).filter(|record| !record.order.is_empty())?;
    let Order { event, fired, grants, together, .. } = read(plan, record).ok()?;
    Some(Captured { event, fired, grants, together })
}

/// An order of which something can still come back, and what has come back so far.
pub(super) fn open(plan: &Plan, member: &Member, id: &str) -> Result<(Order, Returned), EventError> {
    let record = member.remembered(plan, id).ok_or_else(|| {
        unknown_order(&format!("`{id}`")).advising("`history` in the program says how long orders are remembered")
    })?;
    let returnable = plan.events.get(usize::from(record.event)).is_some_and(|event| event.kind.returnable());
    if !returnable {
        return Err(unknown_order(&format!("`{id}`, which is no order")));
    }
    if record.order.is_empty() || record.at < member.return_horizon(plan) {
        return Err(EventError::new(Refusal::ReturnWindowClosed)
            .in_field("order")
            .but_found(format!("`{id}`"))
            .advising("`returns within` in the program says how long orders can be returned"));
    }
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        let error = EventError::new(Refusal::AlreadyReturned).in_field("order").but_found(format!("`{id}`"));
        return Err(match successor(plan, member, id) {
            Some(next) => error.advising(format!("`{next}` has taken its place: name that one")),
            None => error,
        });
    }
    Ok((order, before))
}

/// The id of the last order in a chain of edits that begins with one.
pub fn successor(plan: &Plan, member: &Member, id: &str) -> Option<String> {
    let returns = member.return_horizon(plan);
    let mut last: Option<String> = None;
    // They came one after the other.
    for record in member.log.iter().filter(|record| record.at >= returns && !record.order.is_empty()) {
        let edits = plan.events.get(usize::from(record.event)).filter(|event| event.replaces.is_some());
        let Some(event_plan) = edits else { continue };
        let Ok(order) = read(plan, &record) else { continue };
        if redeem::replaced(event_plan, &order.event) == Some(last.as_deref().unwrap_or(id)) {
            last = Some(record.id.to_owned());
        }
    }
    last
}

pub(super) fn unknown_order(found: &str) -> EventError {
    EventError::new(Refusal::UnknownOrder)
        .in_field("order")
        .expecting("the id of an order of this member")
        .but_found(found)
}

/// Reads a captured order back.
pub(super) fn read(plan: &Plan, record: &Record<'_>) -> Result<Order, EventError> {
    let lost = || EventError::new(Refusal::OtherProgram).in_field("order");
    let mut reader = Reader(record.order);
    let granted::Granted { capture, fired, grants, together } = granted::read(&mut reader).map_err(|_| lost())?;
    let layout = &plan.events.get(usize::from(record.event)).ok_or_else(lost)?.layout;
    let mut event = decode::from_capture(plan, layout, capture).map_err(|_| lost())?;
    event.event = record.event;
    event.id = record.id.to_owned();
    event.at = record.at;
    event.day = plan.calendar.day_at(record.at);
    let (decisions, others) = own::own(plan, record.decisions().map_err(|_| lost())?, record.at);
    Ok(Order { event, fired, grants, together, decisions, others, day: plan.calendar.day_at(record.at) })
}

/// What has come back of an order so far.
pub(super) fn come_back_before(plan: &Plan, member: &Member, id: &str, ordered_at: i64) -> Returned {
    let key = hash(id);
    let before = member.returned.iter().find(|returned| returned.order == key).cloned();
    before.unwrap_or_else(|| Returned {
        order: key,
        ordered_at,
        clawed: vec![Decimal::ZERO; plan.wallets.len()],
        restored: vec![Decimal::ZERO; plan.wallets.len()],
        ..Returned::default()
    })
}
