//! Redeeming: by the event that asks for it, and by rules.

use rust_decimal::Decimal;

use super::lack::{self, Lack, LackOf};
use super::pay;
use super::{Asked, Left, QUANTITY_MAX, Taking, balance, counter, form_of, judge, use_limits};
use crate::amount::Overflow;
use crate::engine::decided::Decided;
use crate::engine::earning::Evaluation;
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::moves::{self, Move};
use crate::engine::outcome::{Decision, Kind, RedeemedBy};
use crate::engine::value::Value;
use crate::engine::{doors, ledger};
use crate::plan::reward::{RewardFormPlan, RewardPlan};
use crate::plan::{EventPlan, Plan};

/// The member asks for a reward. One that names none is for the rules alone.
pub fn on_event(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    if doors::named(event_plan, event, "reward") == Value::Missing {
        return Ok(());
    }
    member.account.expect_awake_at(plan, event.at)?;
    let asked = asked(plan, event_plan, event)?;
    let counters = decisions.counters();
    let scope = Scope { counters: counters.as_ref(), ..Scope::of(plan, member, event.at) };
    not_in_an_order(&scope, asked.reward)?;
    match judge(&scope, &asked, &|wallet| Ok(balance(&scope, wallet)))? {
        Ok(taking) => Ok(commit(plan, member, (&taking, RedeemedBy::Event), event.at, decisions)?),
        Err(lacks) => Err(lack::refusal(plan, asked.reward, &lacks, "reward")),
    }
}

/// What an event by itself asks for.
pub fn asked<'e>(plan: &Plan, event_plan: &EventPlan, event: &'e EventData) -> Result<Asked<'e>, EventError> {
    let text = |name: &str| match doors::named(event_plan, event, name) {
        Value::Text(text, _) => Some(text),
        _ => None,
    };
    let number = |name: &str| doors::named(event_plan, event, name).number();
    let asked = Asked {
        reward: named(plan, text("reward").unwrap_or_default(), "reward")?,
        quantity: quantity(number("quantity"), "quantity")?,
        wallet: text("wallet"),
        points: not_negative(number("points"), "points")?,
        money: not_negative(number("amount"), "amount")?,
        money_left: None,
    };
    pay::expect_units(plan, event.day, &asked)?;
    Ok(asked)
}

/// Refuses a reward that is taken in an order.
pub fn not_in_an_order(scope: &Scope<'_>, reward: u16) -> Result<(), EventError> {
    if form_of(scope, reward).is_some_and(|(_, form)| form.in_order) {
        let lacks = [Lack::saying(LackOf::Condition, "it is taken in an order, among its `rewards`")];
        return Err(lack::refusal(scope.plan, reward, &lacks, "reward"));
    }
    Ok(())
}

/// The reward of a name.
pub fn named(plan: &Plan, name: &str, field: &str) -> Result<u16, EventError> {
    let found = plan.rewards.iter().position(|reward| &*reward.name == name);
    found.map(|reward| reward as u16).ok_or_else(|| {
        let names: Vec<String> = plan.rewards.iter().take(8).map(|reward| format!("`{}`", reward.name)).collect();
        EventError::new(Refusal::UnknownReward)
            .in_field(field)
            .expecting(names.join(" or "))
            .but_found(format!("`{name}`"))
    })
}

/// How often a reward is taken: a whole number, once if nothing says it.
pub fn quantity(found: Option<Decimal>, field: &str) -> Result<u32, EventError> {
    let Some(found) = found else { return Ok(1) };
    let whole = Some(found).filter(|found| found.normalize().scale() == 0);
    let count = whole.and_then(|whole| u32::try_from(whole.normalize().mantissa()).ok());
    count.filter(|count| (1..=QUANTITY_MAX).contains(count)).ok_or_else(|| {
        EventError::new(Refusal::WrongType)
            .in_field(field)
            .expecting(format!("a whole number from 1 to {QUANTITY_MAX}"))
            .but_found(crate::amount::text(found))
    })
}

pub fn not_negative(found: Option<Decimal>, field: &str) -> Result<Option<Decimal>, EventError> {
    match found {
        Some(found) if found < Decimal::ZERO => Err(EventError::new(Refusal::NegativeAmount)
            .in_field(field)
            .expecting("zero or more")
            .but_found(crate::amount::text(found))),
        found => Ok(found),
    }
}

/// Works out what a rule's `redeem` comes to. Set off by time or by a decision, it comes to nothing where the reward
/// lacks something; on an event it says what.
pub fn plan_redeem(
    scope: &Scope<'_>,
    evaluation: &Evaluation,
    rule: u32,
    reward: u16,
    each: bool,
) -> Result<Option<Move>, EventError> {
    let before = evaluation.moves.iter().map(|known| match known {
        Move::Redeem { taking: Ok(taking), .. } if taking.reward == reward => taking.quantity,
        _ => 0,
    });
    // What the same event has redeemed already counts against the limits.
    let before = before.fold(0, u32::saturating_add);
    let left = |wallet: u16| moves::available(scope, evaluation, wallet);
    let order = scope.event.filter(|event| is_order(scope.plan, event));
    let scope = Scope { event: order, ..*scope };
    if each {
        let taking = as_many(&scope, reward, before, &left)?;
        return Ok(taking.map(|taking| Move::Redeem { rule, reward, taking: Ok(taking) }));
    }
    let quantity = before.saturating_add(1);
    let mut lacks = match form_of(&scope, reward) {
        Some((reward, form)) if quantity > 1 => lack::guards(&scope, reward, form, quantity)?,
        _ => Vec::new(),
    };
    let taking = match judge(&scope, &Asked::one(reward), &left)? {
        Ok(taking) if lacks.is_empty() => Ok(taking),
        Ok(_) => Err(lacks),
        Err(more) => {
            lacks = more;
            Err(lacks)
        }
    };
    let told = taking.is_ok() || scope.cause.is_none();
    Ok(told.then_some(Move::Redeem { rule, reward, taking }))
}

/// The most of a reward that can be paid beside those of it that the event has taken already, and that its limits leave.
fn as_many(scope: &Scope<'_>, number: u16, before: u32, left: Left<'_>) -> Result<Option<Taking>, EventError> {
    let Some((reward, form)) = form_of(scope, number) else { return Ok(None) };
    let can = |quantity: u32| {
        let lacks = lack::guards(scope, reward, form, before.saturating_add(quantity))?;
        let judged = judge(scope, &Asked { quantity, ..Asked::one(number) }, left)?;
        Ok::<_, EventError>(judged.ok().filter(|_| lacks.is_empty()))
    };
    // Where some cannot be had, no more can be: half of what is open is ruled out each time.
    let (mut best, mut most) = (None, QUANTITY_MAX);
    let mut least = 1;
    while least <= most {
        let quantity = least.midpoint(most);
        match can(quantity)? {
            Some(taking) => (best, least) = (Some(taking), quantity + 1),
            None => most = quantity - 1,
        }
    }
    Ok(best)
}

/// Whether an event is an order, which the clauses of rewards read.
fn is_order(plan: &Plan, event: &EventData) -> bool {
    plan.events.get(usize::from(event.event)).is_some_and(|event| &*event.layout.name == "order")
}

/// Takes the price and says that the reward is redeemed, and by what; what it gives follows.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    (taking, by): (&Taking, RedeemedBy),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(reward) = plan.rewards.get(usize::from(taking.reward)) else { return Ok(()) };
    let form = reward.form(plan.calendar.day_at(at));
    if let Some(form) = form {
        let changes = use_limits(&Scope::of(plan, member, at), form, taking.quantity)?;
        for change in &changes {
            member.tallies.add(change)?;
        }
    }
    let kind = Kind::RewardRedeemed { rule: reward.rule, quantity: taking.quantity, worth: taking.worth, by };
    decisions.push(Decision { at, kind });
    for (wallet, amount) in &taking.parts {
        ledger::take(plan, member, *wallet, *amount, Some(reward.rule), at, decisions)?;
    }
    if let Some(form) = form {
        claims(reward, form, Decimal::from(taking.quantity), at, decisions);
    }
    Ok(())
}

/// Says that a reward is redeemed that was held.
pub fn redeemed(rule: u32, quantity: u32, worth: Option<Decimal>, at: i64, decisions: &mut Vec<Decision>) {
    decisions.push(Decision { at, kind: Kind::RewardRedeemed { rule, quantity, worth, by: RedeemedBy::Event } });
}

/// Counts units of a reward over all members; below zero, gives them back.
pub fn claims(reward: &RewardPlan, form: &RewardFormPlan, by: Decimal, at: i64, decisions: &mut Vec<Decision>) {
    for limit in form.guard.limits.iter().filter(|limit| limit.in_total) {
        let (counter, limit) = (counter(reward), Decimal::from(limit.total()));
        decisions.push(Decision { at, kind: Kind::Claim { counter, by, limit, rule: None } });
    }
}

/// Units of a reward that were taken `then` and whose limits and claims were given back use them up again.
pub fn used_again(
    plan: &Plan,
    member: &mut Member,
    units: (u32, Decimal),
    at: (i64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    recount(plan, member, units, at, false, decisions)
}

/// Gives the limits and claims of units of a reward back that were taken `then`.
pub fn undone(
    plan: &Plan,
    member: &mut Member,
    units: (u32, Decimal),
    at: (i64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    recount(plan, member, units, at, true, decisions)
}

fn recount(
    plan: &Plan,
    member: &mut Member,
    (rule, units): (u32, Decimal),
    (then, now): (i64, i64),
    back: bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(reward) = plan.rewards.iter().find(|reward| reward.rule == rule) else { return Ok(()) };
    let Some(form) = reward.form(plan.calendar.day_at(then)) else { return Ok(()) };
    let count = u32::try_from(units.normalize().mantissa()).unwrap_or_default();
    for mut change in use_limits(&Scope::of(plan, member, then), form, count)? {
        if back {
            let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.count);
            change.count = -change.count.min(known.unwrap_or(0));
        }
        member.tallies.add(&change)?;
    }
    claims(reward, form, if back { -units } else { units }, now, decisions);
    Ok(())
}
