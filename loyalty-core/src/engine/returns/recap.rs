//! The caps of rules and groups laid once more on what is kept of an order.
//!
//! What an order was cut by is the cap, and not the room that its first rules had left of it: where a part of them comes
//! back, the others get what they would have got without it.

use rust_decimal::Decimal;

use super::order::Order;
use crate::amount::{self, Overflow};
use crate::check::model::{CapMode, Most};
use crate::engine::grants::Grant;
use crate::engine::rules::group_forms;
use crate::plan::{CapPlan, Plan, in_force};

/// Caps that are declared together, as far as they cut contributions to the wallet at hand.
type Caps<'p> = (Vec<&'p CapPlan>, CapMode);

/// The caps of a rule for its contributions to a wallet, or those of its groups.
fn caps_of(plan: &Plan, day: i32, (rule, wallet): (u32, u16), groups: bool) -> Vec<Caps<'_>> {
    let Some(rule) = plan.rules.get(rule as usize) else { return Vec::new() };
    let own = in_force(&rule.forms, day).filter(|_| !groups).map(|form| (form.caps.as_slice(), form.cap_mode));
    let all = group_forms(plan, rule, day).filter(|_| groups).map(|form| (form.caps.as_slice(), form.cap_mode));
    let all = own.into_iter().chain(all);
    let all = all.map(|(caps, mode)| (caps.iter().filter(|cap| cap.wallet == wallet).collect::<Vec<_>>(), mode));
    all.filter(|(caps, _)| !caps.is_empty()).collect()
}

/// Whether caps of rules or groups have a say in a contribution.
pub fn is_capped(plan: &Plan, day: i32, grant: &Grant) -> bool {
    let of = (grant.rule, grant.wallet);
    [false, true].into_iter().any(|groups| !caps_of(plan, day, of, groups).is_empty())
}

/// Cuts contributions that were worked out again, as those of the order were cut.
pub fn recap(plan: &Plan, order: &Order, again: &mut [Decimal]) -> Result<(), Overflow> {
    let mut of: Vec<(u32, u16)> = Vec::new();
    for grant in order.grants.iter().filter(|grant| is_capped(plan, order.day, grant)) {
        let own = (grant.rule, grant.wallet);
        if let Err(place) = of.binary_search(&own) {
            of.insert(place, own);
        }
    }
    let mut used: Vec<((Option<u32>, u32), Decimal)> = Vec::new();
    for (groups, negative) in [(false, true), (false, false), (true, true), (true, false)] {
        for own in &of {
            let is_own = |grant: &Grant| (grant.rule, grant.wallet) == *own;
            let parts = order.grants.iter().zip(&*again).filter(|(grant, _)| is_own(grant));
            let wanted = amount::sum(parts.map(|(_, again)| *again))?;
            if wanted.is_sign_negative() != negative {
                continue;
            }
            let got = order.grants.iter().filter(|grant| is_own(grant)).map(|grant| grant.amount);
            let got = amount::sum(got.collect::<Vec<_>>().into_iter())?;
            let mut left = wanted;
            for (caps, mode) in caps_of(plan, order.day, *own, groups) {
                let before = left;
                for cap in caps.iter().filter(|_| amount::is_positive(before)) {
                    let taken =
                        used.iter().find(|(known, _)| *known == key(cap)).map_or(Decimal::ZERO, |(_, sum)| *sum);
                    let room = amount::at_least_zero(amount::subtract(room(plan, order, cap, groups)?, taken)?);
                    let cut = match mode {
                        CapMode::Truncate => room,
                        // It rejected nothing then, and another cap left less of it.
                        CapMode::Reject if amount::is_positive(got) => left,
                        CapMode::Reject => Decimal::ZERO,
                    };
                    left = if before > room { left.min(cut) } else { left };
                }
                for cap in caps {
                    match used.iter_mut().find(|(known, _)| *known == key(cap)) {
                        Some((_, sum)) => *sum = amount::add(*sum, left)?,
                        None => used.push((key(cap), left)),
                    }
                }
            }
            if left == wanted {
                continue;
            }
            for (_, again) in order.grants.iter().zip(&mut *again).filter(|(grant, _)| is_own(grant)) {
                *again = (*again).min(left);
                left = amount::subtract(left, *again)?;
            }
        }
    }
    Ok(())
}

/// Tells a cap from others, as where it cut first.
fn key(cap: &CapPlan) -> (Option<u32>, u32) {
    (cap.tally, if cap.tally.is_none() { cap.line } else { 0 })
}

/// How much a cap left for the whole order: itself, if it is the order's own. What others have used of one that lasts longer
/// is not remembered, but what the order got of it is, and that is all there was where it cut. So it is with what a cap
/// allowed to the member then.
fn room(plan: &Plan, order: &Order, cap: &CapPlan, groups: bool) -> Result<Decimal, Overflow> {
    let under = |grant: &&Grant| {
        let caps = caps_of(plan, order.day, (grant.rule, grant.wallet), groups);
        caps.iter().flat_map(|(caps, _)| caps).any(|known| key(known) == key(cap))
    };
    let got = amount::sum(order.grants.iter().filter(under).map(|grant| grant.amount).collect::<Vec<_>>().into_iter())?;
    Ok(match cap.amount {
        Most::Fixed(amount) if cap.tally.is_none() => got.max(amount),
        _ => got,
    })
}
