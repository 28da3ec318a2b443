//! Paying by rate: points for a part of an order, in steps, at least so many, up to a share of it.

use rust_decimal::Decimal;

use super::lack::{Lack, LackOf};
use super::{Asked, Left, decimals};
use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::error::{EventError, not_finer};
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::explain;
use crate::engine::value::Value;
use crate::plan::Plan;
use crate::plan::reward::{CostPlan, PayPlan};

/// The money that points come to, down to the smallest unit.
pub fn worth(rate: &PayPlan, points: Decimal) -> Result<Decimal, Overflow> {
    amount::round(amount::multiply(points, rate.money)?, rate.points, rate.minor, RoundMode::Down)
}

/// The least points that money costs.
fn points_for(rate: &PayPlan, money: Decimal, decimals: u32) -> Result<Decimal, Overflow> {
    amount::round(amount::multiply(money, rate.points)?, rate.money, decimals, RoundMode::Up)
}

/// Refuses what is asked for by rate in less than the units of its wallet and its money.
pub fn expect_units(plan: &Plan, day: i32, asked: &Asked<'_>) -> Result<(), EventError> {
    let form = plan.rewards.get(usize::from(asked.reward)).and_then(|reward| reward.form(day));
    let Some(CostPlan::Rate(rate)) = form.map(|form| &form.cost) else { return Ok(()) };
    let decimals = plan.wallets.get(usize::from(rate.wallet)).map_or(0, |wallet| wallet.decimals);
    asked.points.map_or(Ok(()), |points| not_finer(points, decimals, "points"))?;
    asked.money.map_or(Ok(()), |money| not_finer(money, rate.minor, "amount"))
}

/// The same where they come in steps.
fn least_for(rate: &PayPlan, money: Decimal, decimals: u32) -> Result<Decimal, Overflow> {
    in_steps(rate, points_for(rate, money, decimals)?, true)
}

fn in_steps(rate: &PayPlan, points: Decimal, up: bool) -> Result<Decimal, Overflow> {
    let Some(step) = rate.steps else { return Ok(points) };
    let whole = amount::multiply(amount::divide_floor(points, step)?, step)?;
    if up && whole < points { amount::add(whole, step) } else { Ok(whole) }
}

/// The least that may be paid.
pub fn least(scope: &Scope<'_>, rate: &PayPlan) -> Result<Decimal, Overflow> {
    let decimals = decimals(scope, rate.wallet);
    let smallest = points_for(rate, Decimal::new(1, rate.minor), decimals)?;
    in_steps(rate, smallest.max(rate.at_least.unwrap_or_default()), true)
}

/// The most money that it may come to; nothing: any.
fn most_money(scope: &Scope<'_>, rate: &PayPlan) -> Result<Option<Decimal>, Overflow> {
    let Some(node) = rate.up_to else { return Ok(None) };
    let Value::Number(most) = scope.eval(node, NO_ROW)? else { return Ok(None) };
    Ok(Some(amount::round(most.max(Decimal::ZERO), Decimal::ONE, rate.minor, RoundMode::Down)?))
}

/// The most of some points that may be paid, and what it comes to; the least may still be more.
fn most(
    rate: &PayPlan,
    decimals: u32,
    points: Decimal,
    money: Option<Decimal>,
) -> Result<(Decimal, Decimal), Overflow> {
    let mut points = points.min(rate.at_most.unwrap_or(points)).max(Decimal::ZERO);
    if let Some(money) = money {
        let by_money = amount::round(amount::multiply(money, rate.points)?, rate.money, decimals, RoundMode::Down)?;
        points = points.min(by_money);
    }
    let points = in_steps(rate, points, false)?;
    let money = worth(rate, points)?;
    // Points that buy no whole unit of money stay.
    Ok((least_for(rate, money, decimals)?, money))
}

/// What is paid, and the money that it comes to; or what stands in the way.
pub fn judge(
    scope: &Scope<'_>,
    rate: &PayPlan,
    asked: &Asked<'_>,
    left: Left<'_>,
) -> Result<Result<(Decimal, Decimal), Vec<Lack>>, EventError> {
    let decimals = decimals(scope, rate.wallet);
    let available = left(rate.wallet)?;
    let cap = match (most_money(scope, rate)?, asked.money_left) {
        (Some(cap), Some(left)) => Some(cap.min(left)),
        (cap, left) => cap.or(left),
    };
    let (least, words) = (least(scope, rate)?, |points: Decimal| explain::sum(scope.plan, points, rate.wallet));
    let mut lacks = Vec::new();
    let wallet = scope.plan.wallets.get(usize::from(rate.wallet)).map_or("", |wallet| &*wallet.name);
    if let Some(wanted) = asked.wallet.filter(|wanted| *wanted != wallet) {
        lacks.push(Lack::saying(LackOf::Amount, format!("`{wanted}` does not pay for it")));
    }
    if asked.quantity > 1 {
        lacks.push(Lack::saying(LackOf::Amount, "of what is paid by rate there is one: say how much is paid"));
    }
    let wanted = match (asked.points, asked.money) {
        (Some(points), money) => {
            let paid = worth(rate, points)?;
            // What is no multiple of a step is refused as it was asked.
            let whole = in_steps(rate, points, false)? == points;
            let own = if whole { least_for(rate, paid, decimals)? } else { points };
            if money.is_some_and(|money| money != paid) {
                let text = format!(
                    "{} are {}, not {}",
                    words(points),
                    money_words(scope, paid),
                    money_words(scope, money.unwrap_or_default())
                );
                lacks.push(Lack::saying(LackOf::Amount, text));
            }
            (own, paid)
        }
        (None, Some(money)) => {
            let points = points_for(rate, money, decimals)?;
            // Whole steps may come to it, with something over.
            let steps = least_for(rate, money, decimals)?;
            (if worth(rate, steps)? == money { steps } else { points }, money)
        }
        (None, None) => {
            let whole = cap.map(|cap| most(rate, decimals, Decimal::MAX, Some(cap))).transpose();
            match (rate.whole, whole) {
                (true, Ok(Some(whole))) => whole,
                _ => {
                    let found = most(rate, decimals, available, cap)?;
                    // Too little for the least: say so as for any other price.
                    if found.0 < least && cap.is_none_or(|cap| worth(rate, least).is_ok_and(|money| money <= cap)) {
                        (least, worth(rate, least)?)
                    } else {
                        found
                    }
                }
            }
        }
    };
    let (points, money) = wanted;
    if points < least {
        let text = format!("at least {}", words(least));
        lacks.push(Lack { required: Some(least), actual: Some(points), ..Lack::saying(LackOf::Amount, text) });
    }
    if in_steps(rate, points, false)? != points {
        let text = format!("in steps of {}", words(rate.steps.unwrap_or_default()));
        lacks.push(Lack { actual: Some(points), ..Lack::saying(LackOf::Amount, text) });
    }
    if let Some(cap) = cap {
        let (most, worth) = most(rate, decimals, Decimal::from(i64::MAX), Some(cap))?;
        if money > cap {
            let text = format!("at most {} for {}", words(most), money_words(scope, worth));
            lacks.push(Lack { required: Some(most), actual: Some(points), ..Lack::saying(LackOf::Amount, text) });
        } else if rate.whole && points != most {
            let text = format!("all of {} or nothing, which costs {}", money_words(scope, worth), words(most));
            lacks.push(Lack { required: Some(most), actual: Some(points), ..Lack::saying(LackOf::Amount, text) });
        }
    }
    if let Some(most) = rate.at_most.filter(|most| points > *most) {
        let text = format!("at most {}", words(most));
        lacks.push(Lack { required: Some(most), actual: Some(points), ..Lack::saying(LackOf::Amount, text) });
    }
    if points > available {
        lacks.push(Lack::balance(scope, rate.wallet, points, available)?);
    }
    Ok(if lacks.is_empty() { Ok((points, money)) } else { Err(lacks) })
}

fn money_words(scope: &Scope<'_>, money: Decimal) -> String {
    scope
        .plan
        .settings
        .currency
        .map_or_else(|| amount::text(money), |currency| explain::money(scope.plan, money, currency))
}
