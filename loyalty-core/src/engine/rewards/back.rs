//! Redeemed rewards that come back: the price by units, limits and claims.

use rust_decimal::Decimal;

use super::redeem;
use crate::amount::{self, Overflow};
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::plan::Plan;

/// What an event has redeemed: by the reward's rule, how many of it.
pub fn redeemed(decisions: &[Decision]) -> Vec<(u32, Decimal)> {
    let mut found: Vec<(u32, Decimal)> = Vec::new();
    for decision in decisions {
        if let Kind::RewardRedeemed { rule, quantity, .. } = decision.kind {
            match found.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, sum)) => *sum += Decimal::from(quantity),
                None => found.push((rule, Decimal::from(quantity))),
            }
        }
    }
    found
}

/// The reward that a refund speaks of, and how many of it come back; `before` have come back already.
pub fn asked(
    plan: &Plan,
    decisions: &[Decision],
    before: &[(u32, Decimal)],
    (name, units): (Option<&str>, Decimal),
) -> Result<(u32, Decimal), EventError> {
    let redeemed = redeemed(decisions);
    let named = |rule: u32| plan.rewards.iter().find(|reward| reward.rule == rule).map_or("", |reward| &*reward.name);
    let found = match name {
        Some(name) => redeemed.iter().find(|(rule, _)| named(*rule) == name),
        None => redeemed.first().filter(|_| redeemed.len() == 1),
    };
    let Some((rule, all)) = found.copied() else {
        let names: Vec<String> = redeemed.iter().map(|(rule, _)| format!("`{}`", named(*rule))).collect();
        let expected =
            if names.is_empty() { "an event that has redeemed a reward".to_owned() } else { names.join(" or ") };
        return Err(EventError::new(Refusal::UnknownReward).in_field("reward").expecting(expected));
    };
    let back = before.iter().find(|(known, _)| *known == rule).map_or(Decimal::ZERO, |(_, units)| *units);
    let left = amount::subtract(all, back)?;
    if units <= Decimal::ZERO || units.normalize().scale() > 0 || units > left {
        return Err(EventError::new(Refusal::TooManyUnits)
            .in_field("quantity")
            .expecting(format!("a whole number up to {}, which are left", amount::text(left)))
            .but_found(amount::text(units)));
    }
    Ok((rule, all))
}

/// Says that units of a reward have come back, and gives their limits and claims back.
pub fn come_back(
    plan: &Plan,
    member: &mut Member,
    (rule, units): (u32, Decimal),
    (then, now): (i64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    if units <= Decimal::ZERO {
        return Ok(());
    }
    decisions.push(Decision { at: now, kind: Kind::RewardReturned { rule, quantity: units } });
    redeem::undone(plan, member, (rule, units), (then, now), decisions)
}

/// Whether a claim is that of a reward, which comes back by units.
pub fn is_claim(counter: &str) -> bool {
    counter.starts_with("reward ")
}
