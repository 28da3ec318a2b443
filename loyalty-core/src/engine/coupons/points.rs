//! What a coupon gives in points when it is used, within its budget over all members.

use rust_decimal::Decimal;

use super::issue::form;
use super::{Concerned, name};
use crate::amount::{self, Overflow};
use crate::check::model::effects_name;
use crate::engine::claims::{Counters, counter};
use crate::engine::earning::Evaluation;
use crate::engine::eval::Scope;
use crate::engine::grants::{self, Grants, contribution};
use crate::engine::outcome::{Decision, Kind};
use crate::engine::reactions::Cause;
use crate::engine::rules::{self, Candidates, Firings, Told};
use crate::plan::coupons::BudgetPlan;
use crate::plan::{CouponFormPlan, CouponPlan, Plan, RulePlan, gone};

/// What is left of a budget of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    pub rule: u32,
    pub wallet: u16,
    pub left: Decimal,
    /// What is left is given where the coupon would give more; else nothing.
    pub partial: bool,
}

/// The rule of a coupon's effects on the day of an instant.
pub fn gives(plan: &Plan, coupon: u32, at: i64) -> Option<u32> {
    form(plan, coupon, plan.calendar.day_at(at))?.gives
}

/// The rule of a coupon's effects as of an order from which they may have gone since, by its name.
pub fn gave(plan: &Plan, coupon: &str) -> u32 {
    let name = effects_name(coupon);
    let rule = plan.rules.iter().position(|rule| *rule.name == *name);
    rule.map_or_else(|| gone::number(&name), |rule| rule as u32)
}

/// The coupon that gives by a rule with the order, if it is such a rule.
pub fn uses_of(plan: &Plan, rule: &RulePlan) -> Option<u32> {
    let held = rule.held.as_ref().filter(|held| held.keyword == "coupon" && rule.trigger.event().is_some())?;
    CouponPlan::named(&plan.coupons, &held.name)
}

/// The budget of points of a form, with the rule that uses it up.
fn budget(form: &CouponFormPlan) -> Option<(u32, u16, &BudgetPlan)> {
    let budget = form.budget.as_ref()?;
    Some((form.gives?, budget.wallet?, budget))
}

/// The room that a rule has, if it is that of a coupon's effects. `counters` know what this occasion has claimed; where the host does
/// not tell them, that alone is gone.
pub fn room_of(
    plan: &Plan,
    rule: u32,
    cause: &Cause,
    counters: Option<&Counters>,
    at: i64,
    decisions: &[Decision],
) -> Option<Room> {
    let coupon = cause.coupon?.coupon;
    let form = form(plan, coupon, plan.calendar.day_at(at))?;
    let (_, wallet, budget) = budget(form).filter(|(own, ..)| *own == rule)?;
    let counter = counter("budget", name(plan, coupon));
    let left = counters.map_or_else(
        || {
            let claimed = decisions.iter().filter_map(|decision| match &decision.kind {
                Kind::Claim { counter: own, by, .. } if *own == counter => Some(*by),
                _ => None,
            });
            claimed.fold(budget.amount, |left, by| amount::subtract(left, by).unwrap_or_default()).min(budget.amount)
        },
        |counters| counters.left(&counter, budget.amount),
    );
    Some(Room { rule, wallet, left: left.max(Decimal::ZERO), partial: budget.partial })
}

/// Cuts what a coupon's effects contribute to what is left of its budget.
pub fn cut(scope: &Scope<'_>, room: &Room, grants: &mut Grants) -> Result<(), Overflow> {
    let wanted = contribution(grants, room.rule, room.wallet)?;
    let left = amount::multiply(room.left, scope.plan.denominator(room.wallet))?;
    if wanted <= left {
        return Ok(());
    }
    let mut rest = if room.partial { left } else { Decimal::ZERO };
    for grant in grants.iter_mut().filter(|grant| (grant.rule, grant.wallet) == (room.rule, room.wallet)) {
        grant.amount = grant.amount.min(rest);
        rest = amount::subtract(rest, grant.amount)?;
    }
    grants.retain(|grant| !grant.amount.is_zero());
    Ok(())
}

/// Cuts what a coupon gives with the order at hand to what is left of its budget, and claims the rest.
pub fn within_budget(scope: &Scope<'_>, coupon: u32, evaluation: &mut Evaluation) -> Result<(), Overflow> {
    let Some(form) = form(scope.plan, coupon, scope.day) else { return Ok(()) };
    let (Some(rule), Some(budget)) = (form.with_order, form.budget) else { return Ok(()) };
    let Some(wallet) = budget.wallet else { return Ok(()) };
    let counter = counter("budget", name(scope.plan, coupon));
    let left = scope.counters.map_or(budget.amount, |counters| counters.left(&counter, budget.amount));
    let room = Room { rule, wallet, left: left.max(Decimal::ZERO), partial: budget.partial };
    cut(scope, &room, &mut evaluation.grants)?;
    let given = contribution(&evaluation.grants, rule, wallet)?;
    let by = amount::divide_exactly(given, scope.plan.denominator(wallet))?;
    if amount::is_positive(by) {
        evaluation.facts.push(Kind::Claim { counter, by, limit: budget.amount, rule: None });
    }
    Ok(())
}

/// Of its budget a coupon claims no more than its wallet has got, after that wallet's own rounding and limits.
pub fn claim_what_is_given(scope: &Scope<'_>, coupon: u32, evaluation: &mut Evaluation) -> Result<(), Overflow> {
    let form = form(scope.plan, coupon, scope.day).filter(|form| form.with_order.is_some());
    let wallet = form.and_then(|form| form.budget.as_ref()).and_then(|budget| budget.wallet);
    let Some(wallet) = wallet else { return Ok(()) };
    let Evaluation { lots, facts, .. } = evaluation;
    let mut given = lots.iter().filter(|lot| lot.wallet == wallet).map(|lot| lot.amount);
    let given = given.try_fold(Decimal::ZERO, amount::add)?;
    let own = counter("budget", name(scope.plan, coupon));
    facts.retain_mut(|fact| match fact {
        Kind::Claim { counter, by, .. } if *counter == own => {
            *by = (*by).min(given);
            amount::is_positive(*by)
        }
        _ => true,
    });
    Ok(())
}

/// What a coupon's effects have used of its budget.
pub fn claim(plan: &Plan, cause: &Cause, evaluation: &Evaluation, at: i64) -> Result<Option<Decision>, Overflow> {
    let (Some(room), Some(Concerned { coupon, .. })) = (cause.room, cause.coupon) else { return Ok(None) };
    let Some(limit) = form(plan, coupon, plan.calendar.day_at(at)).and_then(|form| form.budget) else {
        return Ok(None);
    };
    let given = evaluation.lots.iter().filter(|lot| lot.wallet == room.wallet).map(|lot| lot.amount);
    let by = amount::sum(given)?;
    let counter = counter("budget", name(plan, coupon));
    let kind = Kind::Claim { counter, by, limit: limit.amount, rule: None };
    Ok(amount::is_positive(by).then_some(Decision { at, kind }))
}

/// Whether a budget of points leaves nothing to give, of what the coupon would give to the member at hand.
pub fn is_used_up(
    scope: &Scope<'_>,
    coupon: u32,
    form: &CouponFormPlan,
    counters: &Counters,
) -> Result<bool, Overflow> {
    if let (Some(rule), Some(budget)) = (form.with_order, &form.budget)
        && let Some(wallet) = budget.wallet
    {
        let left = counters.left(&counter("budget", name(scope.plan, coupon)), budget.amount);
        if budget.partial || left.is_zero() {
            return Ok(left.is_zero());
        }
        let wanted = with_order(scope, coupon, (rule, wallet))?;
        return Ok(wanted > amount::multiply(left, scope.plan.denominator(wallet))?);
    }
    let Some((rule, wallet, budget)) = budget(form) else { return Ok(false) };
    let left = counters.left(&counter("budget", name(scope.plan, coupon)), budget.amount);
    if budget.partial || left.is_zero() {
        return Ok(left.is_zero());
    }
    let of = Concerned { coupon, number: None };
    let cause = Cause { coupon: Some(of), ..Cause::of(Decimal::ZERO, scope.at) };
    let alone =
        Scope { cause: Some(&cause), counters: Some(counters), ..Scope::of(scope.plan, scope.member, scope.at) };
    let mut evaluation = Evaluation::default();
    rules::fire(&alone, &Candidates::one(&rule), &mut evaluation, (Told::None, &mut Firings::new()))?;
    let wanted = contribution(&evaluation.grants, rule, wallet)?;
    Ok(wanted > amount::multiply(left, scope.plan.denominator(wallet))?)
}

/// What a coupon would give with the order at hand, before caps.
fn with_order(scope: &Scope<'_>, coupon: u32, (rule, wallet): (u32, u16)) -> Result<Decimal, Overflow> {
    let event = scope.event.and_then(|event| Some((scope.plan.events.get(usize::from(event.event))?, event)));
    let Some((event_plan, event)) = event else { return Ok(Decimal::ZERO) };
    let uses = [coupon];
    let scope = Scope { uses: &uses, ..*scope };
    let (mut evaluation, mut firings) = (Evaluation::default(), Firings::new());
    let candidates = rules::candidates(&event_plan.index, event);
    rules::fire(&scope, &candidates, &mut evaluation, (Told::All, &mut firings))?;
    grants::multiply(&scope, &firings, &mut evaluation.grants)?;
    contribution(&evaluation.grants, rule, wallet)
}
