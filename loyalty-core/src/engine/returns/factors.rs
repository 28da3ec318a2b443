//! Multipliers once more on what is kept of an order: where one of them is gone, the others count as if it had never been.

use rust_decimal::Decimal;

use super::order::Order;
use crate::amount::{self, Overflow};
use crate::check::model::Multipliers;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::grants::{self, Basis};
use crate::plan::in_force;

/// What a factor runs from, and what it runs to.
pub type Factor = (Decimal, Decimal);

/// What is multiplied: the rule that earns, its effect and the wallet.
type Of = (u32, u16, u16);

/// For each contribution of an order that multiplies another one, between which factors it does so on what is kept; nothing for
/// one that is gone, and for all others.
pub fn factors(scope: &Scope<'_>, order: &Order) -> Result<Vec<Option<Factor>>, EventError> {
    let mut found = vec![None; order.grants.len()];
    let mut reached: Vec<(Of, Decimal)> = Vec::new();
    // The greatest of those that stay, and where it stands.
    let mut best: Vec<(Of, usize, Decimal)> = Vec::new();
    for (number, grant) in order.grants.iter().enumerate() {
        let Basis::Factor { before, after, .. } = grant.basis else { continue };
        if !still_fires(scope, order, grant.rule)? {
            continue;
        }
        let Some(policy) = scope.plan.policy(grant.wallet, order.day) else { continue };
        let of = (grant.base_rule, grant.effect, grant.wallet);
        if policy.multipliers == Multipliers::Best {
            match best.iter_mut().find(|(own, ..)| *own == of) {
                Some((_, place, greatest)) if after > *greatest => (*place, *greatest) = (number, after),
                Some(_) => {}
                None => best.push((of, number, after)),
            }
            put(&mut found, number, (Decimal::ONE, Decimal::ONE));
            continue;
        }
        let known = reached.iter().position(|(own, _)| *own == of);
        let from = known.and_then(|known| reached.get(known)).map(|(_, factor)| *factor);
        // As long as none before it is gone it is what it was.
        let to = if from.unwrap_or(Decimal::ONE) == before {
            after
        } else {
            grants::factor_after(policy.multipliers, from, by(policy.multipliers, (before, after))?)?
        };
        match known.and_then(|known| reached.get_mut(known)) {
            Some((_, factor)) => *factor = to,
            None => reached.push((of, to)),
        }
        put(&mut found, number, (from.unwrap_or(Decimal::ONE), to));
    }
    for (_, number, greatest) in best {
        put(&mut found, number, (Decimal::ONE, greatest));
    }
    Ok(found)
}

fn put(found: &mut [Option<Factor>], number: usize, factor: Factor) {
    if let Some(place) = found.get_mut(number) {
        *place = Some(factor);
    }
}

/// What a contribution's rule multiplies by.
fn by(multipliers: Multipliers, (before, after): Factor) -> Result<Decimal, Overflow> {
    Ok(match multipliers {
        Multipliers::Add => amount::add(amount::subtract(after, before)?, Decimal::ONE)?,
        Multipliers::Compound if before.is_zero() => Decimal::ONE,
        Multipliers::Compound => after.checked_div(before).ok_or(Overflow)?,
        Multipliers::Best => after,
    })
}

/// Whether what an order has set off would be set off by what is kept of it, as far as its rule asks that.
pub fn still_fires(scope: &Scope<'_>, order: &Order, rule: u32) -> Result<bool, EventError> {
    let form = scope.plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, order.day));
    for condition in form.filter(|form| form.revoke).iter().flat_map(|form| &form.when) {
        if condition.event_only && !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}
