//! Which rules an event sets off, and what each of them contributes before caps and rounding.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::eval::{NO_ROW, Scope};
use super::event::EventData;
use super::tally;
use super::value::Value;
use crate::amount::{self, Overflow};
use crate::check::model::{Multipliers, RoundMode, RoundScope, Valid};
use crate::plan::{EffectKindPlan, EventPlan, Grain, LimitPlan, Plan, PolicyPlan, RatePlan, RuleFormPlan, in_force};
use crate::time::{DAY, day_of, micros_of};

/// One contribution of one rule to one wallet. Amounts are multiplied by the wallet's denominator.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub rule: u32,
    /// The effect that earns; for a multiplying rule, that of the rule multiplied.
    pub effect: u16,
    /// The rule that earns, if it is another than the one that contributes.
    pub base_rule: u32,
    pub wallet: u16,
    pub basis: Basis,
    pub amount: Decimal,
}

/// How a contribution comes about, so that it can be worked out again on what is kept of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    Fixed,
    /// The rate times (`after` − `before`).
    Rate {
        rate: Decimal,
        before: Decimal,
        after: Decimal,
    },
}

pub type Grants = SmallVec<[Grant; 12]>;

/// A change of a counter, before it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub tally: u32,
    pub key: i64,
    pub count: i64,
    pub sum: Decimal,
}

pub type Changes = SmallVec<[Change; 12]>;

/// Adds to the change of a counter's entry.
pub fn change(changes: &mut Changes, tally: u32, key: i64, count: i64, sum: Decimal) -> Result<(), Overflow> {
    match changes.iter_mut().find(|change| change.tally == tally && change.key == key) {
        Some(change) => {
            change.count += count;
            change.sum = amount::add(change.sum, sum)?;
        }
        None => changes.push(Change { tally, key, count, sum }),
    }
    Ok(())
}

/// A rule whose conditions hold.
#[derive(Clone, Copy)]
pub struct Firing<'p> {
    pub rule: u32,
    pub form: &'p RuleFormPlan,
}

pub type Firings<'p> = SmallVec<[Firing<'p>; 16]>;

/// The rules that may fire, found through the index, in the order of the file.
pub fn candidates(event_plan: &EventPlan, event: &EventData) -> SmallVec<[u32; 32]> {
    let index = &event_plan.index;
    let mut found: SmallVec<[u32; 32]> = SmallVec::from_slice(&index.always);
    for keyed in &index.by_slot {
        if let Value::Text(_, symbol) = event.slot(keyed.slot) {
            found.extend(keyed.rules(symbol).iter().map(|(_, rule)| *rule));
        }
    }
    for keyed in &index.by_item {
        for row in event.rows_of(event.list(keyed.list)) {
            if let Value::Text(_, symbol) = event.item(row, keyed.slot) {
                found.extend(keyed.rules(symbol).iter().map(|(_, rule)| *rule));
            }
        }
    }
    if !index.by_slot.is_empty() || !index.by_item.is_empty() {
        found.sort_unstable();
        found.dedup();
    }
    found
}

/// The rules that fire, as far as conditions, validity and limits go.
pub fn firings<'p>(scope: &Scope<'p>, event_plan: &EventPlan, event: &EventData) -> Result<Firings<'p>, Overflow> {
    let mut firings = Firings::new();
    let mut used = Changes::new();
    for rule in candidates(event_plan, event) {
        let Some(plan) = scope.plan.rules.get(rule as usize) else { continue };
        let Some(form) = in_force(&plan.forms, scope.day) else { continue };
        if !form.valid.iter().all(|valid| is_valid(scope, valid)) {
            continue;
        }
        let mut holds = true;
        for condition in &form.when {
            if !scope.holds(condition.node)? {
                holds = false;
                break;
            }
        }
        if !holds || !form.limits.iter().all(|limit| left(scope, limit, &used) > 0) {
            continue;
        }
        let groups = plan.groups.iter().filter_map(|group| scope.plan.groups.get(usize::from(*group)));
        let group_limits = groups.filter_map(|group| in_force(&group.forms, scope.day)).flat_map(|form| &form.limits);
        if !group_limits.clone().all(|limit| left(scope, limit, &used) > 0) {
            continue;
        }
        let firing = Firing { rule, form };
        // A rule that comes to nothing takes no turn of the others in its group.
        if group_limits.clone().next().is_some() && !comes_to_something(scope, firing)? {
            continue;
        }
        if !form.limits.is_empty() || !plan.groups.is_empty() {
            use_limits(scope.plan, rule, form, scope.at, scope.day, &mut used)?;
        }
        firings.push(firing);
    }
    Ok(firings)
}

fn comes_to_something(scope: &Scope<'_>, firing: Firing<'_>) -> Result<bool, Overflow> {
    let earns =
        |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::EarnFixed { .. } | EffectKindPlan::EarnRate { .. });
    if !firing.form.effects.iter().all(|effect| earns(&effect.kind)) {
        return Ok(true);
    }
    let mut found = Grants::new();
    grants(scope, &smallvec::smallvec![firing], &mut found)?;
    Ok(!found.is_empty())
}

/// Counts one firing against the limits of a rule and its groups.
pub fn use_limits(
    plan: &Plan,
    rule: u32,
    form: &RuleFormPlan,
    at: i64,
    day: i32,
    changes: &mut Changes,
) -> Result<(), Overflow> {
    let mut count = |limit: &LimitPlan| match limit.tally {
        Some(number) => change(changes, number, limit_key(plan, number, at, day), 1, Decimal::ZERO),
        None => Ok(()),
    };
    form.limits.iter().try_for_each(&mut count)?;
    let groups = plan.rules.get(rule as usize).map(|rule| rule.groups.as_slice()).unwrap_or(&[]);
    for group in groups.iter().filter_map(|group| plan.groups.get(usize::from(*group))) {
        if let Some(form) = in_force(&group.forms, day) {
            form.limits.iter().try_for_each(&mut count)?;
        }
    }
    Ok(())
}

pub fn limit_key(plan: &Plan, tally: u32, at: i64, day: i32) -> i64 {
    let grain = plan.tallies.get(tally as usize).map_or(Grain::Ever, |tally| tally.grain);
    tally::key(grain, &plan.calendar, at, day)
}

/// How often a limit lets its rule fire once more.
pub fn left(scope: &Scope<'_>, limit: &LimitPlan, used: &Changes) -> i64 {
    let Some(number) = limit.tally else { return 1 };
    let grain = scope.plan.tallies.get(number as usize).map_or(Grain::Ever, |tally| tally.grain);
    let (from, to) = tally::per_keys(limit.per, grain, &scope.plan.calendar, scope.at, scope.day);
    let before: i64 = scope.member.tallies.between(number, from, to).iter().map(|entry| entry.count).sum();
    let now: i64 = used.iter().filter(|change| change.tally == number).map(|change| change.count).sum();
    i64::from(limit.count) - before - now
}

/// Whether a part of `valid` holds at the scope's instant.
pub fn is_valid(scope: &Scope<'_>, valid: &Valid) -> bool {
    match valid {
        Valid::Dates { from, to } => {
            from.is_none_or(|from| day_of(from) <= scope.day) && to.is_none_or(|to| scope.day <= day_of(to))
        }
        Valid::Instants { from, to } => from.is_none_or(|from| from <= scope.at) && to.is_none_or(|to| scope.at < to),
        Valid::Weekdays(days) => {
            let day = crate::calendar::Calendar::weekday(scope.day);
            days.iter().any(|known| known.num_days_from_monday() as u8 == day)
        }
        Valid::Hours { from, to } => {
            let (from, to) = (micros_of(*from), micros_of(*to));
            let time = scope.plan.calendar.time_at(scope.at);
            debug_assert!(time < DAY);
            if from < to { (from..to).contains(&time) } else { time >= from || time < to }
        }
    }
}

/// A rate's contribution with its factor running from `before` to `after`, on the event of the scope.
pub struct RateTerms<'p> {
    pub plan: &'p RatePlan,
    /// Points over `per`, times the wallet's denominator.
    pub rate: Decimal,
    pub denominator: Decimal,
    pub decimals: u32,
    pub round: RoundMode,
    pub scope: RoundScope,
}

impl RateTerms<'_> {
    /// The contribution, times the denominator; nothing if what it is a rate of is missing.
    pub fn amount(&self, scope: &Scope<'_>, before: Decimal, after: Decimal) -> Result<Option<Decimal>, Overflow> {
        if let (RoundScope::PerLine | RoundScope::PerUnit, Some(per_line)) = (self.scope, self.plan.per_line) {
            return self.line_by_line(scope, per_line, before, after);
        }
        let Value::Number(base) = scope.eval(self.plan.of, NO_ROW)? else { return Ok(None) };
        let raw = self.raw(base, Decimal::ONE)?;
        if before.is_zero() && amount::is_one(after) {
            return Ok(Some(raw));
        }
        Ok(Some(amount::multiply(raw, amount::subtract(after, before)?)?))
    }

    /// Rate times base, or times the whole blocks in it; a base below zero counts as zero. `units` divides the base.
    fn raw(&self, base: Decimal, units: Decimal) -> Result<Decimal, Overflow> {
        let base = if base.is_sign_negative() { Decimal::ZERO } else { base };
        let base =
            if self.plan.full { amount::divide_floor(base, amount::multiply(self.plan.per, units)?)? } else { base };
        amount::multiply(base, self.rate)
    }

    fn line_by_line(
        &self,
        scope: &Scope<'_>,
        (list, value, filter): (u16, u32, Option<u32>),
        before: Decimal,
        after: Decimal,
    ) -> Result<Option<Decimal>, Overflow> {
        let Some(event) = scope.event else { return Ok(None) };
        let rows = event.list(list);
        if !rows.present {
            return Ok(None);
        }
        let layout = scope.plan.events.get(usize::from(event.event)).and_then(|event| event.layout.lines);
        let quantity = layout.filter(|lines| lines.list == list && self.scope == RoundScope::PerUnit);
        let mut sum = Decimal::ZERO;
        for row in event.rows_of(rows) {
            if let Some(filter) = filter
                && !scope.eval(filter, row)?.is_true()
            {
                continue;
            }
            let Value::Number(base) = scope.eval(value, row)? else { continue };
            let units = quantity.and_then(|lines| event.item(row, lines.quantity).number());
            let units = units.filter(|units| *units > Decimal::ZERO).unwrap_or(Decimal::ONE);
            // Whole blocks are counted within one unit; a plain rate is divided at the rounding, in one go.
            let (raw, divisor) = if self.plan.full {
                (self.raw(base, units)?, self.denominator)
            } else {
                (self.raw(base, Decimal::ONE)?, amount::multiply(self.denominator, units)?)
            };
            for (factor, sign) in [(after, Decimal::ONE), (before, Decimal::NEGATIVE_ONE)] {
                if factor.is_zero() {
                    continue;
                }
                let line = amount::round(amount::multiply(raw, factor)?, divisor, self.decimals, self.round)?;
                let line = amount::multiply(amount::multiply(line, units)?, self.denominator)?;
                sum = amount::add(sum, amount::multiply(line, sign)?)?;
            }
        }
        Ok(Some(sum))
    }
}

/// What the firing rules contribute: their own earnings, then what multiplying rules add to them.
pub fn grants(scope: &Scope<'_>, firings: &Firings<'_>, grants: &mut Grants) -> Result<(), Overflow> {
    let mut multiplies = false;
    for firing in firings {
        for (number, effect) in firing.form.effects.iter().enumerate() {
            match &effect.kind {
                EffectKindPlan::EarnFixed { wallet, amount, .. } => {
                    let Value::Number(value) = scope.eval(*amount, NO_ROW)? else { continue };
                    if value > Decimal::ZERO {
                        grants.push(Grant {
                            rule: firing.rule,
                            effect: number as u16,
                            base_rule: firing.rule,
                            wallet: *wallet,
                            basis: Basis::Fixed,
                            amount: amount::multiply(value, denominator(scope.plan, *wallet))?,
                        });
                    }
                }
                EffectKindPlan::EarnRate { wallet, rate, .. } => {
                    let Some(policy) = policy(scope.plan, *wallet, scope.day) else { continue };
                    let Some(value) = rate_value(scope, rate)? else { continue };
                    let terms = terms(scope.plan, *wallet, policy, rate, value);
                    let Some(amount) = terms.amount(scope, Decimal::ZERO, Decimal::ONE)? else { continue };
                    if amount > Decimal::ZERO {
                        let basis = Basis::Rate { rate: value, before: Decimal::ZERO, after: Decimal::ONE };
                        let rule = firing.rule;
                        let effect = number as u16;
                        grants.push(Grant { rule, effect, base_rule: rule, wallet: *wallet, basis, amount });
                    }
                }
                EffectKindPlan::Multiply { .. } => multiplies = true,
                _ => {}
            }
        }
    }
    if multiplies {
        multiply(scope, firings, grants)?;
        grants.sort_by_key(|grant| (grant.rule, grant.effect));
    }
    Ok(())
}

fn multiply(scope: &Scope<'_>, firings: &Firings<'_>, grants: &mut Grants) -> Result<(), Overflow> {
    let own = grants.len();
    // The factor that each contribution has reached, and whether anything has multiplied it yet.
    let mut factors: SmallVec<[(Decimal, bool); 12]> = SmallVec::from_elem((Decimal::ONE, false), own);
    for firing in firings {
        for effect in &firing.form.effects {
            let EffectKindPlan::Multiply { rules, by } = &effect.kind else { continue };
            let Value::Number(by) = scope.eval(*by, NO_ROW)? else { continue };
            for at in 0..own {
                let (Some(grant), Some(&(before, touched))) = (grants.get(at), factors.get(at)) else { break };
                let Basis::Rate { rate: value, .. } = grant.basis else { continue };
                if !rules.contains(&grant.rule) {
                    continue;
                }
                let Some(policy) = policy(scope.plan, grant.wallet, scope.day) else { continue };
                let after = match policy.multipliers {
                    Multipliers::Add => amount::subtract(amount::add(before, by)?, Decimal::ONE)?,
                    Multipliers::Compound => amount::multiply(before, by)?,
                    Multipliers::Best if touched => before.max(by),
                    Multipliers::Best => by,
                };
                let after = after.max(Decimal::ZERO);
                let Some(rate) = rate_plan(scope.plan, grant.base_rule, grant.effect, scope.day) else { continue };
                let terms = terms(scope.plan, grant.wallet, policy, rate, value);
                let amount = terms.amount(scope, before, after)?.unwrap_or(Decimal::ZERO);
                if let Some(factor) = factors.get_mut(at) {
                    *factor = (after, true);
                }
                if !amount.is_zero() {
                    let basis = Basis::Rate { rate: value, before, after };
                    let (effect, base_rule, wallet) = (grant.effect, grant.base_rule, grant.wallet);
                    grants.push(Grant { rule: firing.rule, effect, base_rule, wallet, basis, amount });
                }
            }
        }
    }
    Ok(())
}

/// Points over `per` times the wallet's denominator.
fn rate_value(scope: &Scope<'_>, rate: &RatePlan) -> Result<Option<Decimal>, Overflow> {
    if let Some(constant) = rate.constant {
        return Ok(Some(constant));
    }
    let Value::Number(points) = scope.eval(rate.points, NO_ROW)? else { return Ok(None) };
    amount::multiply(points, rate.coefficient).map(Some)
}

pub fn terms<'p>(plan: &Plan, wallet: u16, policy: &PolicyPlan, rate: &'p RatePlan, value: Decimal) -> RateTerms<'p> {
    RateTerms {
        plan: rate,
        rate: value,
        denominator: denominator(plan, wallet),
        decimals: plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals),
        round: policy.round,
        scope: policy.scope,
    }
}

pub fn denominator(plan: &Plan, wallet: u16) -> Decimal {
    plan.wallets.get(usize::from(wallet)).map_or(Decimal::ONE, |wallet| wallet.denominator)
}

pub fn policy(plan: &Plan, wallet: u16, day: i32) -> Option<&PolicyPlan> {
    in_force(&plan.wallets.get(usize::from(wallet))?.policies, day)
}

pub fn rate_plan(plan: &Plan, rule: u32, effect: u16, day: i32) -> Option<&RatePlan> {
    let form = in_force(&plan.rules.get(rule as usize)?.forms, day)?;
    match &form.effects.get(usize::from(effect))?.kind {
        EffectKindPlan::EarnRate { rate, .. } => Some(rate),
        _ => None,
    }
}
