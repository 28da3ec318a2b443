//! What each firing rule contributes to the wallets, before caps and rounding.
//!
//! A contribution is kept times the wallet's denominator, so that rates such as 1 per 3 stay exact until the one
//! rounding. Most are worked out from two numbers that the plan knows already: what the rule is a rate of, and the
//! rate.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::eval::Scope;
use super::returns;
use super::rules::{Firing, Firings};
use super::sums::Sums;
use super::value::Value;
use crate::amount::{self, Overflow};
use crate::check::model::{Multipliers, RoundScope};
use crate::plan::{
    EffectKindPlan, Kept, PerLine, PlainEarning, PlainRule, Plan, PolicyPlan, RatePlan, WalletPlan, in_force,
};

/// One contribution of one rule to one wallet, times the wallet's denominator.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub rule: u32,
    /// The rule that earns, if it is another than the one that contributes.
    pub base_rule: u32,
    /// The effect that earns; for a multiplying rule, that of the rule multiplied.
    pub effect: u16,
    pub wallet: u16,
    pub basis: Basis,
    pub amount: Decimal,
}

/// How a contribution comes about, so that it can be worked out again on what is kept of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    Fixed,
    /// Points over `per`, times the wallet's denominator.
    Rate(Decimal),
    /// The rate times (`after` − `before`): what a multiplying rule adds.
    Factor {
        rate: Decimal,
        before: Decimal,
        after: Decimal,
    },
    /// What it went by the program does not know any more: it shrinks as the order does.
    Share,
    /// On what condition it stays the program does not know any more: it does until all of the order has come back.
    Whole,
}

impl Grant {
    /// A greater multiplier takes the place of this one.
    fn is_beaten(&mut self) {
        if let Basis::Factor { before, after, .. } = &mut self.basis {
            *before = *after;
        }
        self.amount = Decimal::ZERO;
    }
}

impl Basis {
    /// What is left of it where the rule goes by something else now, and whether that is less.
    pub fn without_rating(&self, asks: bool) -> Self {
        match self {
            Self::Rate(_) | Self::Factor { .. } | Self::Share => Self::Share,
            Self::Fixed if asks => Self::Whole,
            Self::Fixed => Self::Fixed,
            Self::Whole => Self::Whole,
        }
    }
}

pub type Grants = SmallVec<[Grant; 12]>;

/// Adds what a firing rule earns by itself.
pub fn contribute(scope: &Scope<'_>, firing: Firing<'_>, grants: &mut Grants) -> Result<(), Overflow> {
    for (number, effect) in firing.form.effects.iter().enumerate() {
        if returns::is_done(scope, effect) {
            continue;
        }
        let mut by_line = false;
        let (wallet, basis, amount) = match &effect.kind {
            EffectKindPlan::EarnFixed { wallet, amount, constant, kept, .. } => {
                let amount = match constant {
                    Some(constant) => *constant,
                    None => {
                        let Some(points) = scope.number(*amount)? else { continue };
                        amount::multiply(points, scope.plan.denominator(*wallet))?
                    }
                };
                (*wallet, if *kept == Kept::Share { Basis::Share } else { Basis::Fixed }, amount)
            }
            EffectKindPlan::EarnRate { wallet, rate, .. } => {
                let Some(value) = rate_value(scope, rate)? else { continue };
                let Some(terms) = RateTerms::of(scope.plan, *wallet, rate, value, scope.day) else { continue };
                let Some(amount) = terms.amount(scope)? else { continue };
                by_line = terms.per_line().is_some();
                (*wallet, Basis::Rate(value), amount)
            }
            _ => continue,
        };
        // Lines that are rounded to nothing may be multiplied to something.
        if by_line || amount::is_positive(amount) {
            let rule = firing.rule;
            grants.push(Grant { rule, base_rule: rule, effect: number as u16, wallet, basis, amount });
        }
    }
    Ok(())
}

/// The same of a rule of the plainest kind that fires.
#[inline]
pub fn contribute_plainly(
    scope: &Scope<'_>,
    rule: u32,
    PlainRule { wallet, earns, .. }: &PlainRule,
    sums: &mut Sums,
    grants: &mut Grants,
) -> Result<(), Overflow> {
    let (basis, amount) = match earns {
        PlainEarning::Fixed(amount) => (Basis::Fixed, *amount),
        PlainEarning::Rate { rate, of, shared, block } => {
            let base = match shared.and_then(|place| sums.of(scope, place)) {
                Some(base) => base,
                None => {
                    let Some(base) = scope.number(*of)? else { return Ok(()) };
                    base
                }
            };
            (Basis::Rate(*rate), times(base, *rate, *block)?)
        }
    };
    if amount::is_positive(amount) {
        grants.push(Grant { rule, base_rule: rule, effect: 0, wallet: *wallet, basis, amount });
    }
    Ok(())
}

/// A rate times what it is a rate of, or times the whole blocks of something in it; below zero it counts as zero.
#[inline]
fn times(base: Decimal, rate: Decimal, block: Option<Decimal>) -> Result<Decimal, Overflow> {
    let base = if base.is_sign_negative() { Decimal::ZERO } else { base };
    match block {
        Some(block) => amount::multiply(amount::divide_floor(base, block)?, rate),
        None => amount::multiply(base, rate),
    }
}

/// Points over `per` times the wallet's denominator.
pub fn rate_value(scope: &Scope<'_>, rate: &RatePlan) -> Result<Option<Decimal>, Overflow> {
    if rate.constant.is_some() {
        return Ok(rate.constant);
    }
    match scope.number(rate.points)? {
        Some(points) => amount::multiply(points, rate.coefficient).map(Some),
        None => Ok(None),
    }
}

/// What a rate is worked out with on the event of a scope.
pub struct RateTerms<'p> {
    plan: &'p RatePlan,
    wallet: &'p WalletPlan,
    policy: &'p PolicyPlan,
    /// Points over `per`, times the wallet's denominator.
    rate: Decimal,
}

impl<'p> RateTerms<'p> {
    pub fn of(plan: &'p Plan, wallet: u16, rate_plan: &'p RatePlan, rate: Decimal, day: i32) -> Option<Self> {
        let wallet = plan.wallets.get(usize::from(wallet))?;
        Some(Self { plan: rate_plan, wallet, policy: in_force(&wallet.policies, day)?, rate })
    }

    /// The contribution, times the denominator; nothing if what it is a rate of is missing.
    #[inline]
    pub fn amount(&self, scope: &Scope<'_>) -> Result<Option<Decimal>, Overflow> {
        if let Some(per_line) = self.per_line() {
            return self.line_by_line(scope, per_line, Decimal::ZERO, Decimal::ONE);
        }
        match scope.number(self.plan.of)? {
            Some(base) => self.raw(base, self.plan.per).map(Some),
            None => Ok(None),
        }
    }

    /// The same with a factor running from `before` to `after`.
    pub fn amount_between(
        &self,
        scope: &Scope<'_>,
        before: Decimal,
        after: Decimal,
    ) -> Result<Option<Decimal>, Overflow> {
        if let Some(per_line) = self.per_line() {
            return self.line_by_line(scope, per_line, before, after);
        }
        let Some(base) = scope.number(self.plan.of)? else { return Ok(None) };
        amount::multiply(self.raw(base, self.plan.per)?, amount::subtract(after, before)?).map(Some)
    }

    fn per_line(&self) -> Option<PerLine> {
        self.plan.per_line.filter(|_| self.policy.rounds_by_line())
    }

    fn raw(&self, base: Decimal, block: Decimal) -> Result<Decimal, Overflow> {
        times(base, self.rate, self.plan.full.then_some(block))
    }

    fn line_by_line(
        &self,
        scope: &Scope<'_>,
        PerLine { list, value, filter }: PerLine,
        before: Decimal,
        after: Decimal,
    ) -> Result<Option<Decimal>, Overflow> {
        let Some(event) = scope.event else { return Ok(None) };
        let rows = event.list(list);
        if !rows.present {
            return Ok(None);
        }
        let denominator = self.wallet.denominator;
        let layout = scope.plan.events.get(usize::from(event.event)).and_then(|event| event.layout.lines);
        let quantity = layout.filter(|lines| lines.list == list && self.policy.scope == RoundScope::PerUnit);
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
                (self.raw(base, amount::multiply(self.plan.per, units)?)?, denominator)
            } else {
                (self.raw(base, self.plan.per)?, amount::multiply(denominator, units)?)
            };
            for (factor, sign) in [(after, Decimal::ONE), (before, Decimal::NEGATIVE_ONE)] {
                if factor.is_zero() {
                    continue;
                }
                let (decimals, round) = (self.wallet.decimals, self.policy.round);
                let line = amount::round(amount::multiply(raw, factor)?, divisor, decimals, round)?;
                let line = amount::multiply(amount::multiply(line, units)?, denominator)?;
                sum = amount::add(sum, amount::multiply(line, sign)?)?;
            }
        }
        Ok(Some(sum))
    }
}

/// Adds what multiplying rules make of the contributions so far, each as a contribution of its own.
pub fn multiply(scope: &Scope<'_>, firings: &Firings<'_>, grants: &mut Grants) -> Result<(), Overflow> {
    // What is added, with the place of the contribution that it multiplies.
    let mut added: SmallVec<[(usize, Grant); 4]> = SmallVec::new();
    // The factors that contributions have reached, by their places; the others have been multiplied by nothing yet.
    let mut factors: SmallVec<[(usize, Decimal); 4]> = SmallVec::new();
    let may_go = firings.iter().any(|firing| firing.form.revoke);
    for firing in firings {
        for effect in &firing.form.effects {
            let EffectKindPlan::Multiply { rules, wallet, by } = &effect.kind else { continue };
            let Some(by) = scope.number(*by)? else { continue };
            for (at, grant) in grants.iter().enumerate() {
                let Basis::Rate(value) = &grant.basis else { continue };
                if !rules.contains(&grant.rule) || wallet.is_some_and(|wallet| wallet != grant.wallet) {
                    continue;
                }
                let Some(policy) = scope.plan.policy(grant.wallet, scope.day) else { continue };
                let known = factors.iter().position(|(place, _)| *place == at);
                let reached = known.and_then(|known| factors.get(known)).map(|(_, factor)| *factor);
                let mut after = factor_after(policy.multipliers, reached, by)?;
                let mut before = reached.unwrap_or(Decimal::ONE);
                match known.and_then(|known| factors.get_mut(known)) {
                    Some((_, factor)) => *factor = after,
                    None => factors.push((at, after)),
                }
                if policy.multipliers == Multipliers::Best {
                    // The greatest multiplies alone, as if the others were not there: no part of it is rounded by itself.
                    before = Decimal::ONE;
                    if reached == Some(after) {
                        (before, after) = (by, by);
                    } else {
                        added.iter_mut().filter(|(place, _)| *place == at).for_each(|(_, grant)| grant.is_beaten());
                    }
                }
                let amount = match policy.rounds_by_line() {
                    true => by_line(scope, grant, *value, (before, after))?,
                    false => amount::multiply(grant.amount, amount::subtract(after, before)?)?,
                };
                let basis = Basis::Factor { rate: *value, before, after };
                added.push((at, Grant { rule: firing.rule, basis, amount, ..*grant }));
            }
        }
    }
    // One that is beaten counts if a return takes the better one, and of one that adds nothing line by line others may go on.
    let by_line = |grant: &Grant| scope.plan.policy(grant.wallet, scope.day).is_some_and(PolicyPlan::rounds_by_line);
    added.retain(|(_, grant)| may_go || !grant.amount.is_zero() || by_line(grant));
    // Each goes behind the contributions of its rule; those before them stand in the order of the file.
    let place_of = |grant: &Grant| (grant.rule, grant.effect);
    for (_, added) in added {
        let place = grants.partition_point(|grant| place_of(grant) <= place_of(&added));
        grants.insert(place, added);
    }
    Ok(())
}

/// Forgets lines that were rounded to nothing, and that nothing has multiplied.
pub fn forget_nothing(grants: &mut Grants) {
    grants.retain(|grant| !(grant.amount.is_zero() && matches!(grant.basis, Basis::Rate(_))));
}

/// The factor that a contribution reaches by one multiplier more, of one that others have brought to `reached`. The first reaches its
/// own, whatever becomes of several.
pub fn factor_after(multipliers: Multipliers, reached: Option<Decimal>, by: Decimal) -> Result<Decimal, Overflow> {
    let Some(reached) = reached else { return Ok(amount::at_least_zero(by)) };
    let after = match multipliers {
        Multipliers::Add => amount::subtract(amount::add(reached, by)?, Decimal::ONE)?,
        Multipliers::Compound => amount::multiply(reached, by)?,
        Multipliers::Best => reached.max(by),
    };
    Ok(amount::at_least_zero(after))
}

/// What a factor running from `before` to `after` adds to a contribution whose wallet rounds line by line.
#[inline(never)]
fn by_line(
    scope: &Scope<'_>,
    grant: &Grant,
    value: Decimal,
    (before, after): (Decimal, Decimal),
) -> Result<Decimal, Overflow> {
    let Some(rate) = rate_plan(scope.plan, grant.base_rule, grant.effect, scope.day) else { return Ok(Decimal::ZERO) };
    let terms = RateTerms::of(scope.plan, grant.wallet, rate, value, scope.day);
    let amount = terms.map(|terms| terms.amount_between(scope, before, after)).transpose()?;
    Ok(amount.flatten().unwrap_or(Decimal::ZERO))
}

/// What a rule contributes to a wallet by all its effects.
pub fn contribution(grants: &Grants, rule: u32, wallet: u16) -> Result<Decimal, Overflow> {
    let own = grants.iter().filter(|grant| (grant.rule, grant.wallet) == (rule, wallet));
    amount::sum(own.map(|grant| grant.amount))
}

/// A fixed contribution, times the wallet's denominator, if it is the same on every event.
pub fn fixed(plan: &Plan, rule: u32, effect: u16, day: i32) -> Option<Decimal> {
    match effect_plan(plan, rule, effect, day)? {
        EffectKindPlan::EarnFixed { constant, .. } => *constant,
        _ => None,
    }
}

/// A fixed contribution that goes by the event, times the wallet's denominator: what the scope's event gets.
pub fn fixed_anew(scope: &Scope<'_>, rule: u32, effect: u16) -> Result<Option<Decimal>, Overflow> {
    let kind = effect_plan(scope.plan, rule, effect, scope.day);
    let Some(EffectKindPlan::EarnFixed { wallet, amount, kept: Kept::Anew, .. }) = kind else { return Ok(None) };
    let points = scope.number(*amount)?.map_or(Decimal::ZERO, amount::at_least_zero);
    amount::multiply(points, scope.plan.denominator(*wallet)).map(Some)
}

/// Whether a contribution is as large a share as is kept of its event, because of what it goes by.
pub fn is_shared(plan: &Plan, rule: u32, effect: u16, day: i32) -> bool {
    matches!(effect_plan(plan, rule, effect, day), Some(EffectKindPlan::EarnFixed { kept: Kept::Share, .. }))
}

fn effect_plan(plan: &Plan, rule: u32, effect: u16, day: i32) -> Option<&EffectKindPlan> {
    let form = in_force(&plan.rules.get(rule as usize)?.forms, day)?;
    Some(&form.effects.get(usize::from(effect))?.kind)
}

/// The rate of an effect, as it is in force on a day.
pub fn rate_plan(plan: &Plan, rule: u32, effect: u16, day: i32) -> Option<&RatePlan> {
    match effect_plan(plan, rule, effect, day)? {
        EffectKindPlan::EarnRate { rate, .. } => Some(rate),
        _ => None,
    }
}
