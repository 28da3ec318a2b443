//! Rewards: who may have which and for how much, and what it takes to have one.
//!
//! A reward is judged whole before anything is taken: either it is there, with its price, or everything that it lacks
//! is known, not only the first thing. What it gives, its rule gives, which follows the decision that it was redeemed.

mod back;
mod hold;
mod lack;
mod order;
mod pay;
mod redeem;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::claims;
use super::error::EventError;
use super::eval::{NO_ROW, Scope};
use super::rules;
use super::tally::Changes;
use super::value::Value;
use crate::amount::{self, Overflow};
use crate::check::model::{RewardFigure, RoundMode};
use crate::plan::reward::{CostPlan, PricePlan, RewardFormPlan, RewardPlan};

pub use back::{
    Units, asked as asked_back, close as close_coupons, come_back, go_back, is_claim, issued, redeemed as all_redeemed,
    take_given, use_again,
};
pub use hold::{Ended, Hold, capture, hold, lapse, let_all_go, release};
pub use lack::{Lack, LackOf};
pub use order::{Turn, claimed, take, takes_any};
pub use redeem::{commit, on_event, plan_redeem, undone, used_again};

/// How often one event may take a reward.
pub const QUANTITY_MAX: u32 = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub reward: u16,
    pub quantity: u32,
    /// The wallet that is to pay, where there is a choice.
    pub wallet: Option<&'a str>,
    /// By rate: so many points, or points for so much money; neither: as much as may be.
    pub points: Option<Decimal>,
    pub money: Option<Decimal>,
    /// What there is left to be paid by rate, where that is known.
    pub money_left: Option<Decimal>,
}

impl Asked<'_> {
    /// One of a reward.
    pub fn one(reward: u16) -> Self {
        Self { reward, quantity: 1, wallet: None, points: None, money: None, money_left: None }
    }
}

/// A reward that is there, and its price.
#[derive(Debug, Clone, PartialEq)]
pub struct Taking {
    pub reward: u16,
    pub quantity: u32,
    /// What each wallet pays.
    pub parts: SmallVec<[(u16, Decimal); 2]>,
    /// The money that what is paid by rate comes to.
    pub worth: Option<Decimal>,
}

/// What is left of a wallet for a reward, beside what the same event takes otherwise.
pub type Left<'l> = &'l dyn Fn(u16) -> Result<Decimal, Overflow>;

/// What a wallet of the member at hand holds.
pub fn balance(scope: &Scope<'_>, wallet: u16) -> Decimal {
    scope.member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available)
}

/// Judges whether a reward can be had: what is paid for it, or everything that it lacks.
pub fn judge(scope: &Scope<'_>, asked: &Asked<'_>, left: Left<'_>) -> Result<Result<Taking, Vec<Lack>>, EventError> {
    let Some((reward, form)) = form_of(scope, asked.reward) else {
        return Ok(Err(vec![Lack::not_yet()]));
    };
    let mut lacks = lack::guards(scope, reward, form, asked.quantity)?;
    let priced = match &form.cost {
        CostPlan::Prices(prices) => choose(scope, prices, asked, left)?,
        CostPlan::Rate(rate) => pay::judge(scope, rate, asked, left)?.map(|(points, money)| {
            let parts = SmallVec::from_slice(&[(rate.wallet, points)]);
            Taking { reward: asked.reward, quantity: 1, parts, worth: Some(money) }
        }),
    };
    Ok(match priced {
        Ok(taking) if lacks.is_empty() => Ok(taking),
        Ok(_) => Err(lacks),
        Err(more) => {
            lacks.extend(more);
            Err(lacks)
        }
    })
}

/// What stands in the way of one of a reward.
pub fn lacks(scope: &Scope<'_>, reward: u16) -> Vec<Lack> {
    let judged = judge(scope, &Asked::one(reward), &|wallet| Ok(balance(scope, wallet)));
    judged.ok().and_then(Result::err).unwrap_or_default()
}

/// The name of the counter of a reward over all members.
pub fn counter(reward: &RewardPlan) -> Box<str> {
    claims::counter("reward", &reward.name)
}

/// A reward and its form on the scope's day.
fn form_of<'p>(scope: &Scope<'p>, reward: u16) -> Option<(&'p RewardPlan, &'p RewardFormPlan)> {
    let reward = scope.plan.rewards.get(usize::from(reward))?;
    Some((reward, reward.form(scope.day)?))
}

/// The first of the prices that the member can pay; or what each of them lacks. They are not mixed.
fn choose(
    scope: &Scope<'_>,
    prices: &[Vec<PricePlan>],
    asked: &Asked<'_>,
    left: Left<'_>,
) -> Result<Result<Taking, Vec<Lack>>, EventError> {
    let name = |wallet: u16| scope.plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &*wallet.name);
    let mut lacks = Vec::new();
    let mut any = false;
    for price in prices {
        if asked.wallet.is_some_and(|wanted| !price.iter().any(|part| name(part.wallet) == wanted)) {
            continue;
        }
        any = true;
        let mut parts: SmallVec<[(u16, Decimal); 2]> = SmallVec::new();
        let before = lacks.len();
        for part in price {
            let Some(one) = price_of(scope, part)? else {
                lacks.push(Lack::saying(LackOf::Valid, "it has no price here"));
                continue;
            };
            let whole = amount::multiply(one, Decimal::from(asked.quantity))?;
            let available = left(part.wallet)?;
            if whole > available {
                lacks.push(Lack::balance(scope, part.wallet, whole, available)?);
            } else if whole > Decimal::ZERO {
                parts.push((part.wallet, whole));
            }
        }
        if lacks.len() == before {
            return Ok(Ok(Taking { reward: asked.reward, quantity: asked.quantity, parts, worth: None }));
        }
    }
    if !any && let Some(wanted) = asked.wallet {
        lacks.push(Lack::saying(LackOf::Amount, format!("`{wanted}` does not pay for it")));
    }
    Ok(Err(lacks))
}

/// What one of it costs in a wallet; no price has more digits than the wallet, and nobody pays less than it.
fn price_of(scope: &Scope<'_>, part: &PricePlan) -> Result<Option<Decimal>, Overflow> {
    let Value::Number(price) = scope.eval(part.amount, NO_ROW)? else { return Ok(None) };
    let decimals = decimals(scope, part.wallet);
    Ok(Some(amount::round(price.max(Decimal::ZERO), Decimal::ONE, decimals, RoundMode::Up)?))
}

fn decimals(scope: &Scope<'_>, wallet: u16) -> u32 {
    scope.plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals)
}

/// The least that a reward costs in its one wallet.
fn least(scope: &Scope<'_>, form: &RewardFormPlan) -> Result<Option<(u16, Decimal)>, Overflow> {
    match &form.cost {
        CostPlan::Rate(rate) => Ok(Some((rate.wallet, pay::least(scope, rate)?))),
        CostPlan::Prices(prices) => {
            let mut least: Option<(u16, Decimal)> = None;
            for part in prices.iter().flatten() {
                let Some(price) = price_of(scope, part)? else { continue };
                if least.is_none_or(|(_, known)| price < known) {
                    least = Some((part.wallet, price));
                }
            }
            Ok(least)
        }
    }
}

/// What an expression reads of a reward.
pub fn figure<'a>(scope: &Scope<'a>, number: u16, figure: RewardFigure) -> Result<Value<'a>, Overflow> {
    let Some((_, form)) = form_of(scope, number) else {
        return Ok(if figure == RewardFigure::Available { Value::Bool(false) } else { Value::Missing });
    };
    Ok(match figure {
        RewardFigure::Available => {
            let judged = judge(scope, &Asked::one(number), &|wallet| Ok(balance(scope, wallet)));
            // What cannot be worked out cannot be had.
            Value::Bool(judged.is_ok_and(|judged| judged.is_ok()))
        }
        RewardFigure::Cost => least(scope, form)?.map_or(Value::Missing, |(_, price)| Value::Number(price)),
        RewardFigure::Remaining => match least(scope, form)? {
            Some((wallet, price)) => Value::Number(match amount::subtract(price, balance(scope, wallet))? {
                short if short <= Decimal::ZERO => Decimal::ZERO,
                short => amount::add(short, lack::owed(scope, wallet))?,
            }),
            None => Value::Missing,
        },
    })
}

/// What of a reward's limits its units use up.
fn use_limits(scope: &Scope<'_>, form: &RewardFormPlan, quantity: u32) -> Result<Changes, Overflow> {
    let mut changes = Changes::new();
    for tally in form.guard.limits.iter().filter_map(|limit| limit.tally) {
        let key = rules::limit_key(scope.plan, tally, scope.at, scope.day);
        super::tally::change(&mut changes, tally, key, i64::from(quantity), Decimal::ZERO)?;
    }
    Ok(changes)
}

/// What a reward costs a member, whether or not it can be paid.
#[derive(Debug)]
pub enum RewardTerms {
    Prices(Vec<Vec<(u16, Decimal)>>),
    Rate { wallet: u16, points: Decimal, money: Decimal, least: Decimal },
}

/// A reward as it is offered to the member at hand.
#[derive(Debug)]
pub struct Offered {
    pub reward: u16,
    /// Its price, or everything that it lacks; nothing for one that reads an order, where there is none.
    pub judged: Option<Result<Taking, Vec<Lack>>>,
    pub terms: RewardTerms,
}

/// Every reward that is in force, in the order of the file; `money_left` is what there is to be paid by rate.
pub fn offered(scope: &Scope<'_>, money_left: Option<Decimal>) -> Vec<Offered> {
    let one = |(number, reward): (usize, &RewardPlan)| {
        let form = reward.form(scope.day)?;
        let number = number as u16;
        let judged = if form.in_order && scope.event.is_none() {
            None
        } else {
            let asked = Asked { money_left, ..Asked::one(number) };
            Some(judge(scope, &asked, &|wallet| Ok(balance(scope, wallet))).ok()?)
        };
        Some(Offered { reward: number, judged, terms: terms(scope, form) })
    };
    scope.plan.rewards.iter().enumerate().filter_map(one).collect()
}

/// The terms of a reward as they are for the member at hand.
pub fn terms(scope: &Scope<'_>, form: &RewardFormPlan) -> RewardTerms {
    match &form.cost {
        CostPlan::Prices(prices) => {
            let price = |parts: &Vec<PricePlan>| {
                let parts = parts.iter().filter_map(|part| Some((part.wallet, price_of(scope, part).ok()??)));
                parts.collect::<Vec<_>>()
            };
            RewardTerms::Prices(prices.iter().map(price).filter(|price| !price.is_empty()).collect())
        }
        CostPlan::Rate(rate) => RewardTerms::Rate {
            wallet: rate.wallet,
            points: rate.points,
            money: rate.money,
            least: pay::least(scope, rate).unwrap_or(rate.points),
        },
    }
}
