//! The room that an order has taken up, given back: in caps by what is taken back, in limits when all of it has come back.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::given;
use super::lasting::{all_sent_back, keeps, lasting};
use super::order::{Order, read};
use crate::amount::{self, Overflow};
use crate::engine::coupons::back;
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::tally::{self, Change, Changes};
use crate::engine::{claims, rewards, rules};
use crate::plan::{CapPlan, Plan, in_force};

/// Makes room in the caps of a rule and its groups for what it gave or took in a wallet at an instant, times the wallet's
/// denominator.
pub fn lower_caps(
    plan: &Plan,
    (rule, wallet): (u32, u16),
    less: Decimal,
    at: i64,
    changes: &mut Changes,
) -> Result<(), Overflow> {
    let Some(rule) = plan.rules.get(rule as usize) else { return Ok(()) };
    let day = plan.calendar.day_at(at);
    let own = in_force(&rule.forms, day).map(|form| form.caps.as_slice()).unwrap_or(&[]);
    let groups = rules::group_forms(plan, rule, day).flat_map(|form| &form.caps);
    lower(plan, own.iter().chain(groups).filter(|cap| cap.wallet == wallet), less, (at, day), changes)
}

/// The same in the caps of a wallet for what was earned in it, in points.
pub(super) fn lower_wallet_caps(
    plan: &Plan,
    wallet: u16,
    less: Decimal,
    at: i64,
    changes: &mut Changes,
) -> Result<(), Overflow> {
    let day = plan.calendar.day_at(at);
    let Some(policy) = plan.policy(wallet, day) else { return Ok(()) };
    lower(plan, policy.caps.iter(), less, (at, day), changes)
}

fn lower<'p>(
    plan: &Plan,
    caps: impl Iterator<Item = &'p CapPlan>,
    less: Decimal,
    (at, day): (i64, i32),
    changes: &mut Changes,
) -> Result<(), Overflow> {
    for tally in caps.filter_map(|cap| cap.tally).filter(|_| !less.is_zero()) {
        tally::change(changes, tally, rules::limit_key(plan, tally, at, day), 0, -less)?;
    }
    Ok(())
}

/// Writes down what there is room for once more.
pub fn make_room(member: &mut Member, changes: Changes) -> Result<(), Overflow> {
    for change in changes {
        // A counter that a `from` clause has changed meanwhile may hold less than is given back.
        let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.sum);
        let sum = change.sum.max(-known.unwrap_or_default());
        member.tallies.add(&Change { sum, ..change })?;
    }
    Ok(())
}

/// The coupons that the order has used may be used once more. Tells those that may not.
pub(super) fn give_coupons_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    lives_on: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Box<str>>, EventError> {
    Ok(back::give_back(plan, member, (&order.event, &order.decisions), lives_on, at, decisions)?)
}

/// The rules that the order had set off may fire once more, but for those of which something stays. Where another order
/// takes its place, that is judged when it is known which of them fire there. Of the coupons that `stay` used so are claims.
pub(super) fn give_limits_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (lives_on, stay): (bool, &[Box<str>]),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let lasting = if lives_on || order.fired.is_empty() { Vec::new() } else { lasting(plan, member, &order.event.id) };
    let missing_of = hash(&order.event.id);
    let free = |rule: &u32| lives_on || !keeps(plan, member, order, *rule, &lasting, missing_of);
    let fired: Vec<u32> = order.fired.iter().copied().filter(free).collect();
    for decision in &order.decisions {
        // What rules that followed have claimed stays, as what they have given does.
        // Those of rewards come back with their units.
        if let Kind::Claim { counter, rule, .. } = &decision.kind
            && !rewards::is_claim(counter)
            && rule.is_none_or(|rule| fired.contains(&rule))
            && (lives_on || !back::keeps_claim(plan, counter, order.event.at, stay))
            && let Some(kind) = claims::given_back(&decision.kind)
        {
            decisions.push(Decision { at, kind });
        }
    }
    fired.iter().try_for_each(|rule| fire_again(plan, member, order, *rule))
}

/// A rule that an order had set off may fire once more, as far as its limits and those of its groups go.
fn fire_again(plan: &Plan, member: &mut Member, order: &Order, rule: u32) -> Result<(), EventError> {
    let Some(rule) = plan.rules.get(rule as usize) else { return Ok(()) };
    let Some(form) = in_force(&rule.forms, order.day) else { return Ok(()) };
    let mut changes = Changes::new();
    rules::use_limits(plan, rule, form, order.event.at, order.day, &mut changes);
    for change in changes {
        let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.count);
        member.tallies.add(&Change { count: -change.count.min(known.unwrap_or(0)), ..change })?;
    }
    Ok(())
}

/// Points that a rule has sent to another member come back by an event: its caps, and those of its groups, have room for them
/// once more, and so have its limits where all of them are back and the rule has given nothing else.
pub fn sent_back(
    plan: &Plan,
    member: &mut Member,
    transfer: &str,
    (rule, wallet, points): (u32, u16, Decimal),
    back: &str,
    (at, decisions): (i64, &mut Vec<Decision>),
) -> Result<(), EventError> {
    let Some(record) = member.remembered(plan, transfer) else { return Ok(()) };
    let (sent_at, order) = (record.at, Some(&record).filter(|record| !record.order.is_empty()));
    let order = order.map(|record| read(plan, record)).transpose()?;
    let mut room = Changes::new();
    lower_caps(plan, (rule, wallet), amount::multiply(points, plan.denominator(wallet))?, sent_at, &mut room)?;
    let free = |order: &Order| order.fired.contains(&rule) && all_sent_back(plan, member, order, rule, (back, points));
    let free = order.filter(free);
    make_room(member, room)?;
    let Some(order) = free else { return Ok(()) };
    for decision in &order.decisions {
        if let Kind::Claim { rule: Some(by), .. } = &decision.kind
            && *by == rule
            && let Some(kind) = claims::given_back(&decision.kind)
        {
            decisions.push(Decision { at, kind });
        }
    }
    fire_again(plan, member, &order, rule)
}

/// What stays of an order that another one has replaced has still used up its limits, where the rule does not fire there.
pub fn use_again(
    plan: &Plan,
    member: &mut Member,
    (event, replaced): (&EventData, &str),
    fired: &mut SmallVec<[u32; 4]>,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(record) = member.remembered(plan, replaced).filter(|record| !record.order.is_empty()) else {
        return Ok(());
    };
    let order = read(plan, &record)?;
    back::use_again(plan, member, event, (&order.event, &order.decisions), decisions)?;
    rewards::use_again(plan, member, event, (&order.event, &order.decisions), decisions)?;
    let before: Vec<u32> = order.fired.iter().copied().filter(|rule| !fired.contains(rule)).collect();
    if before.is_empty() {
        return Ok(());
    }
    given::coupons_of_edited(plan, member, replaced, (fired, event.at), decisions);
    let (lasting, missing_of) = (lasting(plan, member, replaced), hash(&event.id));
    for number in before {
        if !keeps(plan, member, &order, number, &lasting, missing_of) {
            continue;
        }
        let Some(rule) = plan.rules.get(number as usize) else { continue };
        let Some(form) = in_force(&rule.forms, event.day) else { continue };
        let mut changes = Changes::new();
        rules::use_limits(plan, rule, form, event.at, event.day, &mut changes);
        for change in &changes {
            member.tallies.add(change)?;
        }
        let claims = rules::claims(plan, number, rule, form, event.day);
        decisions.extend(claims.map(|kind| Decision { at: event.at, kind }));
        fired.push(number);
    }
    Ok(())
}
