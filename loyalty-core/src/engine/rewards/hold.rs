//! Holds: the price of a reward set aside until it is captured, released, or its time is over.
//!
//! Held points are in no lot, so that what they were earned for does not run out under a purchase that is under way. What
//! is not captured goes back where it came from; what would have run out meanwhile runs out then.

use rust_decimal::Decimal;

use super::redeem::{asked, claims, not_in_an_order, not_negative, redeemed};
use super::{Asked, Taking, balance, judge, lack, pay, use_limits};
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::engine::decided::Decided;
use crate::engine::doors::named;
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::lots::{Lot, Use, Vesting};
use crate::engine::member::Member;
use crate::engine::members::pause;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::value::Value;
use crate::engine::{flows, lapses, ledger, returns};
use crate::plan::reward::CostPlan;
use crate::plan::{EventPlan, Plan};

/// The price of a reward, set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// The id of the event that holds it.
    pub id: Box<str>,
    /// The reward's rule.
    pub rule: u32,
    pub quantity: u32,
    pub worth: Option<Decimal>,
    pub at: i64,
    /// It lapses at this instant.
    pub until: i64,
    /// Per wallet: what was taken of which lot.
    pub parts: Vec<(u16, Vec<Use>)>,
}

/// Why a hold has ended without being captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Released,
    Lapsed,
}

/// The price of a reward is set aside.
pub fn hold(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    member.account.expect_awake_at(plan, event.at)?;
    let asked = asked(plan, event_plan, event)?;
    let counters = decisions.counters();
    let scope = Scope { counters: counters.as_ref(), ..Scope::of(plan, member, event.at) };
    not_in_an_order(&scope, asked.reward)?;
    let reward = plan.rewards.get(usize::from(asked.reward));
    let form = reward.and_then(|reward| reward.form(scope.day));
    let Some((reward, form)) = reward.zip(form) else {
        return Err(lack::refusal(plan, asked.reward, &[lack::Lack::not_yet()], "reward"));
    };
    let Some(length) = form.hold else {
        return Err(EventError::new(Refusal::NotEligible)
            .in_field("reward")
            .expecting("a reward that says for how long it is held")
            .but_found(format!("`{}`", reward.name))
            .advising("write `hold for 30 minutes` in the reward"));
    };
    let taking: Taking = match judge(&scope, &asked, &|wallet| Ok(balance(&scope, wallet)))? {
        Ok(taking) => taking,
        Err(lacks) => return Err(lack::refusal(plan, asked.reward, &lacks, "reward")),
    };
    let changes = use_limits(&scope, form, taking.quantity)?;
    let until = plan.calendar.plus(event.at, length);
    for change in &changes {
        member.tallies.add(change)?;
    }
    let mut parts = Vec::with_capacity(taking.parts.len());
    for (wallet, amount) in &taking.parts {
        let Some((entry, uses)) = ledger::draw(plan, member, *wallet, (*amount, None), event.at)? else { continue };
        if let Some(state) = member.wallets.get_mut(usize::from(*wallet)) {
            state.held = amount::add(state.held, *amount)?;
        }
        let kind = Kind::Held { entry, wallet: *wallet, amount: *amount, rule: reward.rule, until, uses: uses.clone() };
        decisions.push(Decision { at: event.at, kind });
        parts.push((*wallet, uses));
        lapses::bring_back(plan, member, *wallet, event.at, |form| form.spending, decisions)?;
    }
    claims(reward, form, Decimal::from(taking.quantity), event.at, decisions);
    member.holds.push(Hold {
        id: event.id.as_str().into(),
        rule: reward.rule,
        quantity: taking.quantity,
        worth: taking.worth,
        at: event.at,
        until,
        parts,
    });
    Ok(())
}

/// Takes a hold out that an event names.
fn taken_out(event_plan: &EventPlan, member: &mut Member, event: &EventData) -> Result<Hold, EventError> {
    let id = if let Value::Text(id, _) = named(event_plan, event, "hold") { id } else { "" };
    let found = member.holds.iter().position(|hold| *hold.id == *id && event.at < hold.until);
    found.and_then(|found| member.holds.remove(found)).ok_or_else(|| {
        EventError::new(Refusal::UnknownHold)
            .in_field("hold")
            .expecting("the id of a `hold` that is still there")
            .but_found(format!("`{id}`"))
            .advising("it may have lapsed, or been captured or released before; hold the price again")
    })
}

/// What was held is spent, and the reward is redeemed.
pub fn capture(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    member.account.expect_awake_at(plan, event.at)?;
    let mut hold = taken_out(event_plan, member, event)?;
    let rest = match part_asked(plan, event_plan, member, event, &hold)? {
        Some((points, money)) => {
            hold.worth = Some(money);
            beyond(&mut hold.parts, points)?
        }
        None => Vec::new(),
    };
    redeemed(hold.rule, hold.quantity, hold.worth, event.at, decisions);
    // What goes back is there for a return first.
    let_go_parts(plan, member, (&hold, rest), event.at, Ended::Released, decisions)?;
    for (wallet, uses) in hold.parts {
        let Some(policy) = plan.policy(wallet, event.day) else { continue };
        let amount = amount::sum(uses.iter().map(|used| used.amount))?;
        let entry = member.next_entry();
        if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
            state.held = amount::subtract(state.held, amount)?;
            state.spent = amount::add(state.spent, amount)?;
        }
        flows::note(plan, member, wallet, Flow::Spent, amount, event.at)?;
        returns::drawn_again(member, wallet, (drawn(plan, member, &hold.id, wallet), entry), amount)?;
        let kind = Kind::Spent { entry, wallet, amount, rule: Some(hold.rule), uses, restore: policy.restore };
        decisions.push(Decision { at: event.at, kind });
    }
    Ok(())
}

/// The points and the money of a part of what was set aside, if the event asks for one.
fn part_asked(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    hold: &Hold,
) -> Result<Option<(Decimal, Decimal)>, EventError> {
    let number = |name: &str| not_negative(named(event_plan, event, name).number(), name);
    let (points, money) = (number("points")?, number("amount")?);
    if points.is_none() && money.is_none() {
        return Ok(None);
    }
    let field = if points.is_some() { "points" } else { "amount" };
    let scope = Scope::of(plan, member, hold.at);
    let reward = plan.rewards.iter().position(|reward| reward.rule == hold.rule);
    let form = reward.and_then(|reward| plan.rewards.get(reward)?.form(scope.day));
    let (Some(reward), Some(CostPlan::Rate(rate))) = (reward, form.map(|form| &form.cost)) else {
        return Err(EventError::new(Refusal::NotEligible)
            .in_field(field)
            .expecting("no part: of a fixed price all or nothing is taken")
            .but_found("a part of what was held")
            .advising(
                "leave it out, or release the hold; a price by rate, as in `cost 100 points per 1 EUR`, has parts",
            ));
    };
    let asked = Asked { points, money, ..Asked::one(reward as u16) };
    pay::expect_units(plan, scope.day, &asked)?;
    let held = amount::sum(hold.parts.iter().flat_map(|(_, uses)| uses).map(|used| used.amount))?;
    match pay::judge(&scope, rate, &asked, &|_| Ok(held))? {
        Ok(part) => Ok(Some(part)),
        Err(lacks) => Err(lack::refusal(plan, reward as u16, &lacks, field)),
    }
}

/// Leaves so many points of what was taken, the first that were taken, and tells what lies beyond them.
fn beyond(parts: &mut [(u16, Vec<Use>)], mut points: Decimal) -> Result<Vec<(u16, Vec<Use>)>, Overflow> {
    let mut rest = Vec::new();
    for (wallet, uses) in parts {
        let mut own = Vec::new();
        for used in uses.iter_mut() {
            let kept = amount::least(used.amount, points);
            points = amount::subtract(points, kept)?;
            let over = amount::subtract(used.amount, kept)?;
            if over > Decimal::ZERO {
                own.push(Use { amount: over, ..used.clone() });
            }
            used.amount = kept;
        }
        uses.retain(|used| used.amount > Decimal::ZERO);
        if !own.is_empty() {
            rest.push((*wallet, own));
        }
    }
    Ok(rest)
}

/// What was held is let go.
pub fn release(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let hold = taken_out(event_plan, member, event)?;
    Ok(let_go(plan, member, hold, event.at, Ended::Released, decisions)?)
}

/// Holds whose time is over by an instant lapse.
pub fn lapse(plan: &Plan, member: &mut Member, due: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    for hold in member.holds.take(|hold| hold.until <= due) {
        let until = hold.until;
        let_go(plan, member, hold, until, Ended::Lapsed, decisions)?;
    }
    Ok(())
}

/// Lets every hold go, for an account that ends.
pub fn let_all_go(plan: &Plan, member: &mut Member, at: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    for hold in member.holds.take(|_| true) {
        let_go(plan, member, hold, at, Ended::Released, decisions)?;
    }
    Ok(())
}

/// Puts what was held back where it came from, and gives limits and claims back.
fn let_go(
    plan: &Plan,
    member: &mut Member,
    hold: Hold,
    at: i64,
    because: Ended,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let mut hold = hold;
    let parts = core::mem::take(&mut hold.parts);
    let_go_parts(plan, member, (&hold, parts), at, because, decisions)?;
    super::redeem::undone(plan, member, (hold.rule, Decimal::from(hold.quantity)), (hold.at, at), decisions)
}

/// Puts so much of what was held back where it came from.
fn let_go_parts(
    plan: &Plan,
    member: &mut Member,
    (hold, parts): (&Hold, Vec<(u16, Vec<Use>)>),
    at: i64,
    because: Ended,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let (rule, held_at, until) = (hold.rule, hold.at, hold.until);
    for (wallet, uses) in parts {
        // One that is told late may lapse with its own event, which is not remembered yet.
        let just_held = decisions.iter().find_map(|decision| match decision.kind {
            Kind::Held { entry, wallet: own, rule: of, until: to, .. } => {
                ((own, of, to, decision.at) == (wallet, rule, until, held_at)).then_some(entry)
            }
            _ => None,
        });
        let amount = amount::sum(uses.iter().map(|used| used.amount))?;
        let entry = member.next_entry();
        if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
            state.held = amount::subtract(state.held, amount)?;
        }
        decisions.push(Decision { at, kind: Kind::Released { entry, wallet, amount, rule, because } });
        let drawn = just_held.unwrap_or_else(|| drawn(plan, member, &hold.id, wallet));
        for used in uses {
            put_back(plan, member, wallet, used, (drawn, held_at), at, decisions)?;
        }
    }
    Ok(())
}

/// The entry by which a hold took points out of a wallet. Of one that is forgotten it is not known: what was written off and is still
/// remembered came after it.
fn drawn(plan: &Plan, member: &Member, hold: &str, wallet: u16) -> u64 {
    let decisions = member.remembered(plan, hold).and_then(|record| record.decisions().ok()).unwrap_or_default();
    let entry = decisions.iter().find_map(|decision| match decision.kind {
        Kind::Held { entry, wallet: own, .. } if own == wallet => Some(entry),
        _ => None,
    });
    entry.unwrap_or_default()
}

/// Puts held points back into their lot; those whose day has passed meanwhile run out.
fn put_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    used: Use,
    (drawn, held_at): (u64, i64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let expiry = pause::moved_expiry(plan, &member.account, used.expiry, held_at);
    let now = member.account.frozen_since().map_or(at, |since| since.min(at));
    let inactivities = plan.inactivities(wallet);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let lot = Lot {
        entry: used.entry,
        source: used.source,
        amount: used.amount,
        earned_at: used.earned_at,
        vesting: Vesting::Done,
        expiry,
        expired: Decimal::ZERO,
    };
    let over = state.expires_at(plan, inactivities, &lot).is_some_and(|end| end <= now);
    let place = match state.lots.iter().position(|known| known.entry == used.entry) {
        Some(place) => place,
        None => {
            let place = state.lots.partition_point(|known| known.entry < used.entry);
            state.lots.insert(place, Lot { amount: Decimal::ZERO, ..lot });
            place
        }
    };
    // A return has looked for these before they ran out.
    let struck = if over { returns::strike(member, wallet, drawn, used.amount)? } else { Decimal::ZERO };
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let Some(lot) = state.lots.get_mut(place) else { return Ok(()) };
    if over {
        lot.expired = amount::add(lot.expired, amount::subtract(used.amount, struck)?)?;
        state.expired = amount::add(state.expired, used.amount)?;
        flows::note(plan, member, wallet, Flow::Expired, used.amount, at)?;
        let entry = member.next_entry();
        let kind = Kind::Expired { entry, wallet, lot: used.entry, amount: used.amount, not_vested: false };
        decisions.push(Decision { at, kind });
        return Ok(());
    }
    lot.amount = amount::add(lot.amount, used.amount)?;
    state.available = amount::add(state.available, used.amount)?;
    let settled = state.settle(place)?;
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    let left = amount::subtract(used.amount, settled)?;
    returns::make_up(member, wallet, (place, drawn, left), at, decisions)
}
