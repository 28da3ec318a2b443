//! Several members pay together, each in proportion to what it has, and get back what they gave.
//!
//! A payment is one `pooled` event for each of them, all under one id; giving back is one `refund` event for each. Either
//! all members move or none.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::doors::{self, named};
use super::super::error::{EventError, Refusal};
use super::super::event::EventData;
use super::super::ledger;
use super::super::log::hash;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind, Outcome};
use super::super::value::Value;
use crate::amount::{self, Overflow};
use crate::plan::{EventKind, EventPlan, Plan};
use crate::time::Instant;

/// What the members of a pool pay together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPayment {
    /// The id of the payment: that of the event in the state of each of them.
    pub id: String,
    /// The wallet that pays.
    pub wallet: String,
    /// How much they pay in all, in the wallet's own unit.
    pub points: Decimal,
    /// When.
    pub at: Instant,
}

/// What the members of a pool get back of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolReturn {
    /// The id of the return: that of the event in the state of each of them.
    pub id: String,
    /// The id of the payment.
    pub payment: String,
    /// How much comes back in all; nothing: all that has not come back yet.
    pub points: Option<Decimal>,
    /// When.
    pub at: Instant,
}

/// One member's part of a payment or return, in points.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    Payment(&'a PoolPayment, Decimal),
    Return(&'a PoolReturn, Decimal),
}

/// Makes the event that a host would send for a part.
pub type Event<'d> = dyn Fn(Part<'_>, &mut EventData) -> Result<(), EventError> + 'd;

/// Splits `points` over balances in proportion to them, in units of `decimals` digits after the point: by the largest
/// remainder, ties to the earlier one. The parts add up to `points` and none is larger than its balance. Nothing, if the
/// balances together are less than that, one of them is below zero, or one has more digits than that.
pub fn share(points: Decimal, balances: &[Decimal], decimals: u32) -> Option<Vec<Decimal>> {
    let fits = |value: &Decimal| *value >= Decimal::ZERO && value.normalize().scale() <= decimals;
    let sum = balances.iter().try_fold(Decimal::ZERO, |sum, balance| amount::add(sum, *balance)).ok()?;
    if !fits(&points) || !balances.iter().all(fits) || points > sum {
        return None;
    }
    if points.is_zero() {
        return Some(vec![Decimal::ZERO; balances.len()]);
    }
    // A share with a remainder lies below its balance by at least a part of a unit, and so by a whole one.
    amount::apportion(points, balances, decimals).ok()
}

/// One member's part of a payment.
pub fn pay(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    member.account.expect_awake("member")?;
    let name = if let Value::Text(name, _) = named(event_plan, event, "wallet") { name } else { "" };
    let wallet = wallet_named(plan, name)?;
    let points = named(event_plan, event, "points").number().unwrap_or_default();
    whole(plan, wallet, points)?;
    let available = member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available);
    if points > available {
        return Err(too_little(points, available)?);
    }
    if points > Decimal::ZERO {
        ledger::take(plan, member, wallet, points, None, event.at, decisions)?;
    }
    Ok(())
}

fn wallet_named(plan: &Plan, name: &str) -> Result<u16, EventError> {
    let found = plan.wallets.iter().position(|wallet| &*wallet.name == name);
    found.map(|wallet| wallet as u16).ok_or_else(|| {
        let names: Vec<String> = plan.wallets.iter().map(|wallet| format!("`{}`", wallet.name)).collect();
        EventError::new(Refusal::UnknownWallet)
            .in_field("wallet")
            .expecting(names.join(" or "))
            .but_found(format!("`{name}`"))
    })
}

fn whole(plan: &Plan, wallet: u16, points: Decimal) -> Result<(), EventError> {
    let decimals = decimals(plan, wallet);
    if points >= Decimal::ZERO && points.normalize().scale() <= decimals {
        return Ok(());
    }
    Err(EventError::new(Refusal::WrongType)
        .in_field("points")
        .expecting(format!("a number not below zero with at most {decimals} decimals"))
        .but_found(amount::text(points)))
}

fn decimals(plan: &Plan, wallet: u16) -> u32 {
    plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals)
}

fn too_little(points: Decimal, available: Decimal) -> Result<EventError, Overflow> {
    Ok(EventError::new(Refusal::InsufficientBalance)
        .in_field("points")
        .expecting(format!("at most {}, which are there", amount::text(available)))
        .but_found(amount::text(points))
        .advising(format!("{} short", amount::text(amount::subtract(points, available)?))))
}

/// Refuses a list of members that is no pool of this program.
fn expect_pool(plan: &Plan, members: &[&mut Member]) -> Result<(), EventError> {
    let refusal = || EventError::new(Refusal::WrongMember).in_field("members");
    if members.is_empty() {
        return Err(refusal().expecting("at least one member").but_found("none"));
    }
    for (number, member) in members.iter().enumerate() {
        doors::same_program(plan, member)?;
        member.account.expect_open("members")?;
        if members.iter().skip(number + 1).any(|other| other.id == member.id) {
            return Err(refusal().expecting("each member once").but_found(format!("`{}` twice", member.id)));
        }
    }
    Ok(())
}

/// Members pay together, each in proportion to what it has available at that instant.
pub fn spend(
    plan: &Arc<Plan>,
    members: &mut [&mut Member],
    payment: &PoolPayment,
    event: &Event<'_>,
) -> Result<Vec<Outcome>, EventError> {
    expect_pool(plan, members)?;
    let wallet = wallet_named(plan, &payment.wallet)?;
    whole(plan, wallet, payment.points)?;
    if let Some(replay) = replay(plan, members, (&payment.id, EventKind::Pooled), payment.at, Some(payment.points))? {
        return Ok(replay);
    }
    let mut balances = Vec::with_capacity(members.len());
    for member in members.iter_mut() {
        let available = |then: &Member| then.wallets.get(usize::from(wallet)).map(|state| state.available);
        balances.push(doors::look_ahead(plan, member, payment.at.0, available)?.unwrap_or_default());
    }
    let Some(parts) = share(payment.points, &balances, decimals(plan, wallet)) else {
        let sum = balances.iter().try_fold(Decimal::ZERO, |sum, balance| amount::add(sum, *balance))?;
        return Err(too_little(payment.points, sum)?);
    };
    let part = |number: usize| Part::Payment(payment, parts.get(number).copied().unwrap_or_default());
    doors::apply_all(plan, members, |number, data| event(part(number), data), |_| Ok(()))
}

/// Members get back of a payment, each in proportion to what it gave and has not got back.
pub fn give_back(
    plan: &Arc<Plan>,
    members: &mut [&mut Member],
    back: &PoolReturn,
    event: &Event<'_>,
) -> Result<Vec<Outcome>, EventError> {
    expect_pool(plan, members)?;
    let mut left = Vec::with_capacity(members.len());
    let mut wallet = None;
    for member in members.iter() {
        let (paid_from, paid, returned) = paid(plan, member, &back.payment)?;
        wallet = wallet.or(paid_from);
        left.push(amount::subtract(paid, returned)?);
    }
    if let Some(replay) = replay(plan, members, (&back.id, EventKind::Refund), back.at, back.points)? {
        return Ok(replay);
    }
    let all = left.iter().try_fold(Decimal::ZERO, |sum, left| amount::add(sum, *left))?;
    let points = back.points.unwrap_or(all);
    let wallet = wallet.unwrap_or(0);
    whole(plan, wallet, points)?;
    let exceeds = |most: Decimal| {
        EventError::new(Refusal::RefundExceedsOrder)
            .in_field("points")
            .expecting(format!("at most {}", amount::text(most)))
            .but_found(amount::text(points))
    };
    let parts = share(points, &left, decimals(plan, wallet)).ok_or_else(|| exceeds(all))?;
    let part = |number: usize| Part::Return(back, parts.get(number).copied().unwrap_or_default());
    let accept = |outcomes: &[Outcome]| match moved(outcomes)? == points {
        true => Ok(()),
        false => Err(exceeds(Decimal::ZERO).advising("the wallet says `restore never`: what is spent is spent")),
    };
    doors::apply_all(plan, members, |number, data| event(part(number), data), accept)
}

/// What a member gave for a payment, of which wallet, and what of it has come back.
fn paid(plan: &Plan, member: &Member, payment: &str) -> Result<(Option<u16>, Decimal, Decimal), EventError> {
    let unknown = || {
        EventError::new(Refusal::UnknownOrder)
            .in_field("payment")
            .expecting(format!("a payment that `{}` had a part in", member.id))
            .but_found(format!("`{payment}`"))
    };
    let kind = |event: u16| plan.events.get(usize::from(event)).map(|event| event.kind);
    let record = member.remembered(plan, payment).filter(|record| kind(record.event) == Some(EventKind::Pooled));
    let record = record.ok_or_else(unknown)?;
    let decisions = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
    let spent = decisions.iter().find_map(|decision| match &decision.kind {
        Kind::Spent { wallet, amount, rule: None, .. } => Some((*wallet, *amount)),
        _ => None,
    });
    let Some((wallet, amount)) = spent else { return Ok((None, Decimal::ZERO, Decimal::ZERO)) };
    let key = hash(payment);
    let returned = member.returned.iter().find(|returned| returned.order == key);
    let returned = returned.and_then(|returned| returned.restored.get(usize::from(wallet)).copied());
    Ok((Some(wallet), amount, returned.unwrap_or_default()))
}

/// The sum that outcomes have spent or given back.
fn moved(outcomes: &[Outcome]) -> Result<Decimal, Overflow> {
    let decisions = outcomes.iter().flat_map(|outcome| &outcome.decisions);
    let amounts = decisions.filter_map(|decision| match &decision.kind {
        Kind::Spent { amount, rule: None, .. } | Kind::Restored { amount, .. } => Some(*amount),
        _ => None,
    });
    amounts.into_iter().try_fold(Decimal::ZERO, amount::add)
}

/// The recorded answers, if every member knows the id; a conflict, if only some do or if it was another sum.
fn replay(
    plan: &Arc<Plan>,
    members: &[&mut Member],
    (id, kind): (&str, EventKind),
    at: Instant,
    points: Option<Decimal>,
) -> Result<Option<Vec<Outcome>>, EventError> {
    let records: Vec<_> = members.iter().map(|member| member.remembered(plan, id)).collect();
    if records.iter().all(Option::is_none) {
        return Ok(None);
    }
    let conflict = || {
        EventError::new(Refusal::Conflict)
            .in_field("id")
            .but_found(format!("`{id}` with another payload than before"))
            .advising("name the members of the pool as before, and send something else under an id of its own")
    };
    let mut outcomes = Vec::with_capacity(members.len());
    for (member, record) in members.iter().zip(records) {
        let record = record.ok_or_else(conflict)?;
        let same_kind = plan.events.get(usize::from(record.event)).is_some_and(|event| event.kind == kind);
        if !same_kind || record.at != at.0 {
            return Err(conflict());
        }
        let decisions = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
        let mut outcome = doors::outcome(plan, member, None, at.0, decisions);
        outcome.event = Some(id.to_owned());
        outcome.replayed = true;
        outcomes.push(outcome);
    }
    let sum = moved(&outcomes)?;
    if points.is_some_and(|points| points != sum) {
        return Err(conflict());
    }
    Ok(Some(outcomes))
}
