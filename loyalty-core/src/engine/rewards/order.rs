//! Rewards that are taken in an order, and money of wallets that pays for it.
//!
//! An order's `subtotal` is what its goods come to after every discount, and what its rewards pay by rate is one; so the
//! clauses of a reward see the order as it was before: with that money on top. Money of a wallet that is a tender pays
//! for the order instead, as a card does, and leaves the subtotal alone.

use rust_decimal::Decimal;

use super::redeem::{named, not_negative, quantity};
use super::{Asked, balance, form_of, judge, lack, pay, redeem};
use crate::amount;
use crate::engine::decided::Decided;
use crate::engine::error::{EventError, Refusal, not_finer};
use crate::engine::eval::Scope;
use crate::engine::event::{EventData, Slot};
use crate::engine::member::Member;
use crate::engine::outcome::{NotEarned, RedeemedBy};
use crate::engine::value::Value;
use crate::engine::{doors, ledger, members};
use crate::plan::layout::ListLayout;
use crate::plan::reward::CostPlan;
use crate::plan::{EventPlan, Plan};

/// When what an order takes is taken: before its rules, or, where what it earns counts, after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Before,
    After,
}

/// A list of the order and its number.
fn list<'p>(event_plan: &'p EventPlan, name: &str) -> Option<(u16, &'p ListLayout)> {
    let number = event_plan.layout.lists.iter().position(|list| &*list.name == name)?;
    Some((number as u16, event_plan.layout.lists.get(number)?))
}

/// A field of an item of a list.
fn item<'e>(event: &'e EventData, layout: &ListLayout, row: usize, name: &str) -> Value<'e> {
    let slot = layout.fields.iter().position(|field| &*field.name == name);
    slot.map_or(Value::Missing, |slot| event.item(row, slot as u16))
}

/// Whether an order takes rewards or pays with money of wallets.
pub fn takes_any(plan: &Plan, event_plan: &EventPlan, event: &EventData) -> bool {
    let rewards = list(event_plan, "rewards").filter(|_| event_plan.takes_rewards);
    let claimed = rewards.is_some_and(|(number, _)| event.list(number).count > 0);
    claimed || tenders(plan, event_plan, event).next().is_some()
}

/// What an order takes in that turn. Refuses all of it where something lacks.
pub fn take(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    turn: Turn,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    if !event_plan.takes_rewards || !takes_any(plan, event_plan, event) {
        return Ok(());
    }
    if let Some(reason) = doors::rests(plan, event_plan, member, event) {
        member.account.expect_awake("member")?;
        if reason == NotEarned::Paused {
            // Told when the account is awake again, it is what it would have been in time.
            let awake =
                "an order of a time at which the account was not paused, for it takes rewards or pays from a wallet";
            return Err(members::rested(plan, event.at, awake));
        }
    }
    if turn == Turn::Before {
        let paid: Vec<_> = tenders(plan, event_plan, event).collect();
        for (number, wallet, money) in paid {
            pay_with(plan, member, (number, wallet, money), event.at, decisions)?;
        }
    }
    let Some((number, layout)) = list(event_plan, "rewards") else { return Ok(()) };
    let rows = event.list(number);
    let mut claimed: Vec<(usize, Asked<'_>)> = Vec::new();
    for (place, row) in event.rows_of(rows).enumerate() {
        let asked = asked(plan, event, layout, row).map_err(|error| error.within(&format!("rewards[{place}]")))?;
        claimed.push((place, asked));
    }
    let before = before_payment(plan, event_plan, event, &claimed)?;
    for (place, asked) in claimed {
        let counters = decisions.counters();
        let scope = Scope { event: Some(&before), counters: counters.as_ref(), ..Scope::of(plan, member, event.at) };
        let after = form_of(&scope, asked.reward).is_some_and(|(_, form)| form.same_order);
        if after != (turn == Turn::After) {
            continue;
        }
        match judge(&scope, &asked, &|wallet| Ok(balance(&scope, wallet)))? {
            Ok(taking) => redeem::commit(plan, member, (&taking, RedeemedBy::Event), event.at, decisions)?,
            Err(lacks) => return Err(lack::refusal(plan, asked.reward, &lacks, &format!("rewards[{place}]"))),
        }
    }
    Ok(())
}

/// What a row asks for.
fn item_asked<'e>(plan: &Plan, event: &'e EventData, layout: &ListLayout, row: usize) -> Result<Asked<'e>, EventError> {
    let text = |name: &str| match item(event, layout, row, name) {
        Value::Text(text, _) => Some(text),
        _ => None,
    };
    let number = |name: &str| item(event, layout, row, name).number();
    let reward = named(plan, text("reward").unwrap_or_default(), "reward")?;
    let asked = Asked {
        reward,
        quantity: quantity(number("quantity"), "quantity")?,
        wallet: text("wallet"),
        points: not_negative(number("points"), "points")?,
        money: not_negative(number("amount"), "amount")?,
        money_left: None,
    };
    pay::expect_units(plan, event.day, &asked)?;
    Ok(asked)
}

/// What a row of an order asks for; of what is paid by rate it says how much.
fn asked<'e>(plan: &Plan, event: &'e EventData, layout: &ListLayout, row: usize) -> Result<Asked<'e>, EventError> {
    let asked = item_asked(plan, event, layout, row)?;
    let rate = plan.rewards.get(usize::from(asked.reward)).and_then(|reward| reward.form(event.day));
    let by_rate = rate.is_some_and(|form| matches!(form.cost, CostPlan::Rate(_)));
    if by_rate && asked.points.is_none() && asked.money.is_none() {
        return Err(EventError::new(Refusal::MissingField)
            .in_field("amount")
            .expecting("how much the reward has taken off the order, or its `points`")
            .advising("the subtotal of the order is what is left after it"));
    }
    Ok(asked)
}

/// The rewards that a cart names. Of what is paid by rate it need not say how much: then as much as may be.
pub fn claimed<'e>(plan: &Plan, cart: &'e EventData) -> Result<Vec<Asked<'e>>, EventError> {
    let event_plan = plan.events.get(usize::from(cart.event)).filter(|event_plan| event_plan.takes_rewards);
    let Some((number, layout)) = event_plan.and_then(|event_plan| list(event_plan, "rewards")) else {
        return Ok(Vec::new());
    };
    let rows = cart.rows_of(cart.list(number)).enumerate();
    let claimed = rows.map(|(place, row)| {
        item_asked(plan, cart, layout, row).map_err(|error| error.within(&format!("rewards[{place}]")))
    });
    claimed.collect()
}

/// The order as it was before its rewards paid for a part of it.
fn before_payment(
    plan: &Plan,
    event_plan: &EventPlan,
    event: &EventData,
    claimed: &[(usize, Asked<'_>)],
) -> Result<EventData, EventError> {
    let mut paid = Decimal::ZERO;
    for (_, asked) in claimed {
        let form = plan.rewards.get(usize::from(asked.reward)).and_then(|reward| reward.form(event.day));
        if let Some(CostPlan::Rate(rate)) = form.map(|form| &form.cost) {
            let worth = match (asked.money, asked.points) {
                (Some(money), _) => money,
                (None, Some(points)) => pay::worth(rate, points)?,
                (None, None) => Decimal::ZERO,
            };
            paid = amount::add(paid, worth)?;
        }
    }
    let mut before = event.clone();
    for (place, slot) in event_plan.layout.slots.iter().enumerate() {
        if matches!(&*slot.name, "subtotal" | "total")
            && let Some(Slot::Number(value)) = before.slots.get_mut(place)
        {
            *value = amount::add(*value, paid)?;
        }
    }
    Ok(before)
}

/// The order's tenders that are money of wallets: place, wallet, money.
fn tenders<'a>(
    plan: &'a Plan,
    event_plan: &'a EventPlan,
    event: &'a EventData,
) -> impl Iterator<Item = (usize, u16, Decimal)> + 'a {
    let found = list(event_plan, "tenders").filter(|_| event_plan.takes_rewards);
    let rows = found.into_iter().flat_map(move |(number, layout)| {
        event.rows_of(event.list(number)).enumerate().map(move |(place, row)| (place, row, layout))
    });
    rows.filter_map(move |(place, row, layout)| {
        let Value::Text(kind, _) = item(event, layout, row, "kind") else { return None };
        let wallet = plan.wallets.iter().position(|wallet| wallet.tender.as_deref() == Some(kind))?;
        let money = item(event, layout, row, "amount").number().filter(|money| *money > Decimal::ZERO)?;
        Some((place, wallet as u16, money))
    })
}

/// Takes money out of the wallet that has paid.
fn pay_with(
    plan: &Plan,
    member: &mut Member,
    (number, wallet, money): (usize, u16, Decimal),
    at: i64,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let decimals = plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals);
    not_finer(money, decimals, &format!("tenders[{number}].amount"))?;
    let available = member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available);
    if money > available {
        let short = amount::subtract(money, available)?;
        let name = plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &*wallet.name);
        return Err(EventError::new(Refusal::InsufficientBalance)
            .in_field(format!("tenders[{number}].amount"))
            .expecting(format!("at most {}, which `{name}` holds", amount::text(available)))
            .but_found(amount::text(money))
            .advising(format!("{} short", amount::text(short))));
    }
    Ok(ledger::take(plan, member, wallet, money, None, at, decisions)?)
}
