//! Rewards beside a cart: those that it names, taken as the order would take them, and what each of the others costs and
//! lacks.
//!
//! Rewards are judged on what the coupons leave, as they are on an order; so which coupons apply does not depend on them.

use rust_decimal::Decimal;

use crate::amount;
use crate::engine::claims::Counters;
use crate::engine::decided::Decided;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::outcome::RedeemedBy;
use crate::engine::rewards::{self, Asked, Lack, Offered, Taking};
use crate::plan::Plan;

/// What a cart's rewards come to.
#[derive(Debug, Default)]
pub struct CartRewards {
    /// Those that the cart names, in its order.
    pub taken: Vec<Taken>,
    /// The money that they pay of the cart.
    pub paid: Decimal,
    /// What each reward of the program costs, beside those that are taken.
    pub offered: Vec<Offered>,
}

/// A reward that a cart names: its price, or everything that it lacks.
#[derive(Debug)]
pub struct Taken {
    pub reward: u16,
    pub quantity: u32,
    pub judged: Result<Taking, Vec<Lack>>,
}

/// Judges the rewards of a cart; `order` is what its coupons have left of it, `goods` what the goods of it cost.
pub fn judge(
    plan: &Plan,
    member: &Member,
    order: &EventData,
    goods: Decimal,
    counters: &Counters,
    others: bool,
) -> Result<CartRewards, EventError> {
    let mut found = CartRewards::default();
    if plan.rewards.is_empty() {
        return Ok(found);
    }
    let claimed = rewards::claimed(plan, order)?;
    // What is taken first is gone for the next.
    let (mut working, mut decided) = (None, Decided::beside(Some(counters)));
    if !claimed.is_empty() {
        member.account.expect_awake("member")?;
    }
    for asked in claimed {
        let (own, counters) = (working.as_ref().unwrap_or(member), decided.counters());
        let scope = Scope { event: Some(order), counters: counters.as_ref(), ..Scope::of(plan, own, order.at) };
        let left = amount::subtract(goods, found.paid)?;
        let asked = Asked { money_left: Some(left), ..asked };
        let judged = rewards::judge(&scope, &asked, &|wallet| Ok(rewards::balance(&scope, wallet)))?;
        if let Ok(taking) = &judged {
            let own = working.get_or_insert_with(|| member.clone());
            rewards::commit(plan, own, (taking, RedeemedBy::Event), order.at, &mut decided)?;
            found.paid = amount::add(found.paid, taking.worth.unwrap_or_default())?;
        }
        found.taken.push(Taken { reward: asked.reward, quantity: asked.quantity, judged });
    }
    if others {
        let (own, counters) = (working.as_ref().unwrap_or(member), decided.counters());
        let scope = Scope { event: Some(order), counters: counters.as_ref(), ..Scope::of(plan, own, order.at) };
        found.offered = rewards::offered(&scope, Some(amount::subtract(goods, found.paid)?));
    }
    Ok(found)
}
