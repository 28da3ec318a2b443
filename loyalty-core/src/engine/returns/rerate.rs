//! The order worked out again on what is kept of it: what it counts for in measures, and what it grants.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::factors::{Factor, factors, still_fires};
use super::kept::{base, share};
use super::lasting::bought_at;
use super::order::Order;
use super::recap::{is_capped, recap};
use crate::amount::{self, Overflow};
use crate::engine::error::EventError;
use crate::engine::eval::{DIVISION_DIGITS, Scope};
use crate::engine::event::EventData;
use crate::engine::grants::{self, Basis, Grant, Grants, RateTerms};
use crate::engine::log;
use crate::engine::measures;
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind};
use crate::engine::{earning, referrals};
use crate::plan::{Plan, PolicyPlan, WalletPlan, in_force};

/// The scope in which an order, or what is kept of it, is judged.
pub fn scope<'a>(plan: &'a Plan, member: &'a Member, order: &'a Order, event: &'a EventData) -> Scope<'a> {
    Scope { event: Some(event), day: order.day, ..Scope::of(plan, member, order.event.at) }
}

/// Takes an order out of the measures that no return lowers, for another one takes its place: both are one purchase.
pub(super) fn count_no_more(plan: &Plan, member: &mut Member, order: &Order) -> Result<(), EventError> {
    let numbers = measures_of(plan, member, order, false);
    let mut deltas = measures::Deltas::new();
    measures::deltas(&scope(plan, member, order, &order.event), &numbers, &mut deltas)?;
    for delta in &deltas {
        measures::take_out(plan, member, delta, order.event.at)?;
    }
    Ok(())
}

/// The measures that hold an order: those that its return lowers, or the others.
fn measures_of(plan: &Plan, member: &Member, order: &Order, lowered: bool) -> Vec<u16> {
    let unseen = |decision: &Decision| matches!(decision.kind, Kind::NotEarned { .. });
    if order.event.at < member.enrolled_at || order.decisions.iter().any(unseen) {
        // It never counted.
        return Vec::new();
    }
    let key = log::hash(&order.event.id);
    let uncounted = member.uncounted.iter().find(|known| known.order == key);
    let counted = |number: &u16| uncounted.is_none_or(|known| !known.measures.contains(number));
    let revoke = |number: &u16| plan.measures.get(usize::from(*number)).map(|measure| measure.revoke);
    let numbers = plan.events.get(usize::from(order.event.event)).map_or(&[][..], |event| &event.measures);
    let numbers = numbers.iter().copied();
    numbers.filter(|number| revoke(number) == Some(lowered) && counted(number)).collect()
}

/// Puts the kept form's contribution to each measure in the place of the former one.
pub(super) fn remeasure(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    before: Option<&EventData>,
    after: Option<&EventData>,
) -> Result<(), EventError> {
    let numbers = measures_of(plan, member, order, true);
    let deltas = |member: &Member, event: Option<&EventData>| {
        let mut deltas = measures::Deltas::new();
        if let Some(event) = event {
            measures::deltas(&scope(plan, member, order, event), &numbers, &mut deltas)?;
        }
        Ok::<_, EventError>(deltas)
    };
    let (old, new) = (deltas(member, before)?, deltas(member, after)?);
    for delta in old.iter().filter(|delta| !new.contains(delta)) {
        measures::take_out(plan, member, delta, order.event.at)?;
    }
    for delta in new.iter().filter(|delta| !old.contains(delta)) {
        let bought_at = bought_at(plan, member, &order.event.id).unwrap_or(order.event.at);
        measures::commit(plan, member, delta, (order.event.at, bought_at))?;
    }
    Ok(())
}

/// The contributions of an order, worked out on what is kept of it.
pub fn rerate(
    plan: &Plan,
    member: &Member,
    order: &Order,
    event: &EventData,
    whole: bool,
) -> Result<Vec<Decimal>, EventError> {
    let scope = scope(plan, member, order, event);
    let (left, all) = (base(plan, event)?, base(plan, &order.event)?);
    if whole {
        return Ok(vec![Decimal::ZERO; order.grants.len()]);
    }
    let factors = factors(&scope, order)?;
    let grants = order.grants.iter().enumerate().zip(factors);
    let again = grants.map(|((place, grant), factor)| {
        let capped = is_capped(plan, order.day, grant) || is_cut_together(order, place);
        rerate_one(&scope, order, (grant, factor, capped), left, all)
    });
    let mut again = again.collect::<Result<Vec<Decimal>, EventError>>()?;
    // Of a rule that rounds line by line, together with what multiplies it, no more is kept than there was.
    no_more_together(order, &mut again, |_, grant| {
        let whole = is_by_line(plan, order, grant) && !is_capped(plan, order.day, grant);
        whole.then_some((grant.base_rule, grant.effect, grant.wallet))
    })?;
    recap(plan, order, &mut again)?;
    // What the caps were nobody knows: what they left is all there is.
    for places in &order.together {
        let under = |place: usize, _: &Grant| places.iter().any(|own| usize::from(*own) == place).then_some(());
        no_more_together(order, &mut again, under)?;
    }
    Ok(again)
}

fn rerate_one(
    scope: &Scope<'_>,
    order: &Order,
    (grant, factor, capped): (&Grant, Option<Factor>, bool),
    left: Decimal,
    all: Decimal,
) -> Result<Decimal, EventError> {
    let plan = scope.plan;
    if referrals::refused(plan, scope.member, grant.rule, &order.event.id) {
        return Ok(Decimal::ZERO);
    }
    let by_measure = grants::is_shared(plan, grant.base_rule, grant.effect, order.day);
    match grant.basis {
        Basis::Share if !by_measure => return share(grant.amount, left, all, grant.amount.scale()).map_err(Into::into),
        Basis::Whole => return Ok(grant.amount),
        Basis::Fixed | Basis::Rate(_) | Basis::Factor { .. } | Basis::Share => {}
    }
    // What multiplies a rule is gone with it.
    for rule in [grant.rule, grant.base_rule] {
        if !still_fires(scope, order, rule)? {
            return Ok(Decimal::ZERO);
        }
    }
    let base_form = plan.rules.get(grant.base_rule as usize).and_then(|rule| in_force(&rule.forms, order.day));
    let revoke = base_form.is_some_and(|form| form.revoke);
    let value = match grant.basis {
        Basis::Rate(value) | Basis::Factor { rate: value, .. } => value,
        // An event without a quantity of its own is kept as a whole, or not at all.
        Basis::Share if all.is_zero() => return Ok(grant.amount),
        Basis::Share => return share(grant.amount, left, all, DIVISION_DIGITS).map_err(Into::into),
        Basis::Fixed | Basis::Whole => {
            if revoke && let Some(again) = grants::fixed_anew(scope, grant.base_rule, grant.effect)? {
                return Ok(if capped { again } else { again.min(grant.amount) });
            }
            // What a cap has cut off may be there once more.
            let whole = if capped { grants::fixed(plan, grant.base_rule, grant.effect, order.day) } else { None };
            return Ok(whole.map_or(grant.amount, |whole| whole.max(grant.amount)));
        }
    };
    let rate = grants::rate_plan(plan, grant.base_rule, grant.effect, order.day);
    let anew = rate.filter(|rate| revoke && rate.by_event).map(|rate| grants::rate_value(scope, rate)).transpose()?;
    let value = anew.map_or(value, Option::unwrap_or_default);
    let terms = rate.and_then(|rate| RateTerms::of(plan, grant.wallet, rate, value, order.day));
    let again = match (terms, &grant.basis) {
        (Some(terms), Basis::Factor { before, after, .. }) => {
            let (before, after) = factor.unwrap_or((*before, *after));
            terms.amount_between(scope, before, after)?
        }
        (Some(terms), _) => terms.amount(scope)?,
        // The rule is no longer in the program: its contribution shrinks as the order does.
        (None, _) => Some(share(grant.amount, left, all, grant.amount.scale())?),
    };
    let again = again.unwrap_or_default();
    let moved = matches!(&grant.basis, Basis::Factor { before, after, .. } if factor != Some((*before, *after)));
    if capped || moved || is_by_line(plan, order, grant) {
        return Ok(again);
    }
    // What is kept is no more than this.
    Ok(if grant.amount.is_sign_negative() { again.max(grant.amount) } else { again.min(grant.amount) })
}

/// Whether a contribution, by its place, was cut together with others by caps that the program does not have any more.
pub(super) fn is_cut_together(order: &Order, place: usize) -> bool {
    order.together.iter().flatten().any(|own| usize::from(*own) == place)
}

/// Whether a contribution is rounded line by line. A line that is left may then give a rule more than it had, and a multiplier of it
/// as much less, or the other way round.
fn is_by_line(plan: &Plan, order: &Order, grant: &Grant) -> bool {
    let rate = grants::rate_plan(plan, grant.base_rule, grant.effect, order.day);
    let policy = plan.policy(grant.wallet, order.day);
    rate.is_some_and(|rate| rate.per_line.is_some()) && policy.is_some_and(PolicyPlan::rounds_by_line)
}

/// Lowers contributions that were worked out again where those of one key together come to more than they did; the last give way.
pub(super) fn no_more_together<Key: Ord>(
    order: &Order,
    again: &mut [Decimal],
    key: impl Fn(usize, &Grant) -> Option<Key>,
) -> Result<(), Overflow> {
    let mut more: BTreeMap<Key, Decimal> = BTreeMap::new();
    for (place, (grant, again)) in order.grants.iter().zip(&*again).enumerate() {
        if let Some(key) = key(place, grant) {
            let sum = more.entry(key).or_default();
            *sum = amount::add(*sum, amount::subtract(*again, grant.amount)?)?;
        }
    }
    for (place, (grant, again)) in order.grants.iter().zip(again).enumerate().rev() {
        let Some(more) = key(place, grant).and_then(|key| more.get_mut(&key)) else { continue };
        let taken = amount::at_least_zero(*again).min(amount::at_least_zero(*more));
        *again = amount::subtract(*again, taken)?;
        *more = amount::subtract(*more, taken)?;
    }
    Ok(())
}

/// What re-rated contributions to a wallet add up to, times its denominator and before the one rounding.
pub fn rerated_sum(
    grants: &Grants,
    rerated: &[Decimal],
    (number, wallet): (u16, &WalletPlan),
    policy: &PolicyPlan,
) -> Result<Decimal, Overflow> {
    let mut by_rule: Vec<(u32, Decimal)> = Vec::new();
    for (grant, amount) in grants.iter().zip(rerated).filter(|(grant, _)| grant.wallet == number) {
        match by_rule.iter_mut().find(|(rule, _)| *rule == grant.rule) {
            Some((_, sum)) => *sum = amount::add(*sum, *amount)?,
            None => by_rule.push((grant.rule, *amount)),
        }
    }
    let mut sum = Decimal::ZERO;
    for (_, amount) in by_rule {
        sum = amount::add(sum, earning::rounded_contribution(wallet, policy, amount)?)?;
    }
    Ok(sum)
}

/// What an order has granted in a wallet.
pub fn granted(order: &Order, wallet: u16) -> Result<Decimal, Overflow> {
    let mut sum = Decimal::ZERO;
    for decision in &order.decisions {
        if let Kind::Earned { wallet: to, amount, because, .. } = &decision.kind
            && *to == wallet
            && is_granted(order, wallet, because)
        {
            sum = amount::add(sum, *amount)?;
        }
    }
    Ok(sum)
}

/// Whether it was the order itself that granted something. What other rules have made of it since stays: it is no part of that.
pub(super) fn is_granted(order: &Order, wallet: u16, because: &[Because]) -> bool {
    because.iter().any(|part| {
        let Because::Rule { rule, .. } = part else { return false };
        order.grants.iter().any(|grant| (grant.rule, grant.wallet) == (*rule, wallet))
    })
}
