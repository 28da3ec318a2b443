//! What the engine made of an event, asked of it stage by stage: the one place that knows how it does so.

use rust_decimal::Decimal;

use super::caps::{self, Cut};
use super::trace::Tracer;
use crate::amount::{self, Overflow};
use crate::engine::earning::{self, Evaluation};
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::{EventData, List};
use crate::engine::grants::{self, Basis, Grant, RateTerms};
use crate::engine::outcome::Kind;
use crate::engine::rules::{self, Candidates, Firings, Passed, Told, Turns};
use crate::plan::{
    EffectKindPlan, EventPlan, ExpirePlan, PerLine, PolicyPlan, RuleFormPlan, RulesOn, VestPlan, in_force,
};

/// One contribution of one rule to one wallet; amounts are times the wallet's denominator.
#[derive(Debug, Clone)]
pub struct Share {
    pub rule: u32,
    /// The rule that earns; another than `rule` where that one multiplies it.
    pub base_rule: u32,
    /// The effect of the rule that earns.
    pub effect: u16,
    pub wallet: u16,
    /// Points over `per`; none for fixed amounts.
    pub rate: Option<Decimal>,
    /// What multiplies it runs from here …
    pub before: Decimal,
    /// … to here.
    pub after: Decimal,
    /// Before any cap.
    pub amount: Decimal,
    /// After the caps of rules and groups.
    pub left: Decimal,
}

/// What one contribution was worked out with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    pub wallet: u16,
    pub vest: VestPlan,
    pub expire: ExpirePlan,
    pub amount: Decimal,
}

/// An event as the engine judged it, or one rule that no event has set off.
pub struct Judged<'a> {
    pub tracer: Tracer<'a>,
    pub firings: Firings<'a>,
    pub shares: Vec<Share>,
    /// What caps of rules and groups took: rule, wallet, cap.
    pub cuts: Vec<(u32, u16, Cut)>,
    /// The lots that came of it, in the order of their decisions.
    pub lots: Vec<Made>,
    /// The decisions that move no points, in order.
    pub facts: Vec<Kind>,
    /// Rules that came to nothing and let others have their turns.
    pub passed: Passed,
}

impl<'a> Judged<'a> {
    pub fn of_event(tracer: Tracer<'a>, event_plan: &EventPlan, event: &EventData) -> Result<Self, EventError> {
        Self::of(tracer, &rules::candidates(&event_plan.index, event), &event_plan.rules, None)
    }

    /// The event as it was judged when a rule still had the turn that it passed on.
    pub fn before_passing(&self, rule: u32, event_plan: &EventPlan, event: &EventData) -> Result<Self, EventError> {
        let own = self.passed.iter().find(|(passed, _)| *passed == rule).map_or(0, |(_, pass)| *pass);
        let passed = self.passed.iter().filter(|(_, pass)| *pass < own).copied().collect();
        Self::of(self.tracer, &rules::candidates(&event_plan.index, event), &event_plan.rules, Some(passed))
    }

    /// A rule that has been set off, on the state that it met.
    pub fn of_run(tracer: Tracer<'a>, rule: u32) -> Result<Self, EventError> {
        Self::of(tracer, &Candidates::one(&rule), &RulesOn::ANYTHING, None)
    }

    /// `passed`: the rules that have passed their turn on, if that is known.
    fn of(
        tracer: Tracer<'a>,
        candidates: &Candidates<'_>,
        on: &RulesOn,
        passed: Option<Passed>,
    ) -> Result<Self, EventError> {
        let scope = &tracer.scope;
        let mut evaluation = Evaluation::default();
        let passed = match earning::evaluate(scope, candidates, on, &mut evaluation) {
            Ok(all) => passed.unwrap_or(all),
            // A rule that is set off comes to nothing where its price is not there.
            Err(error) if scope.cause.is_some() && error.code() == Refusal::InsufficientBalance => {
                evaluation = Evaluation::default();
                Passed::new()
            }
            Err(error) => return Err(error),
        };
        let mut fired = Evaluation::default();
        let mut firings = Firings::new();
        let mut turns = Turns::after(passed);
        rules::fire_in_turn(scope, candidates, &mut fired, (Told::All, &mut firings), &mut turns)?;
        grants::multiply(scope, &firings, &mut fired.grants)?;
        let mut shares: Vec<Share> =
            fired.grants.iter().filter(|grant| !grant.amount.is_zero()).map(Share::of).collect();
        let cuts = caps::cut_shares(scope, &firings, &mut shares)?;
        let lots = evaluation.lots.iter().map(|lot| Made {
            wallet: lot.wallet,
            vest: lot.vest,
            expire: lot.expire,
            amount: lot.amount,
        });
        let (lots, facts, passed) = (lots.collect(), evaluation.facts, turns.passed);
        Ok(Self { tracer, lots, firings, shares, cuts, facts, passed })
    }

    /// The form of a rule that fired.
    pub fn fired(&self, rule: u32) -> Option<&'a RuleFormPlan> {
        self.firings.iter().find(|firing| firing.rule == rule).map(|firing| firing.form)
    }

    /// What a share comes to on each line of the event, where its wallet rounds line by line: place from 1, amount.
    pub fn by_line(&self, share: &Share) -> Result<Vec<(u32, Decimal)>, Overflow> {
        let scope = self.tracer.scope;
        let Some(policy) = scope.plan.policy(share.wallet, scope.day) else { return Ok(Vec::new()) };
        let rate = grants::rate_plan(scope.plan, share.base_rule, share.effect, scope.day);
        let (Some(rate), Some(value)) = (rate, share.rate) else { return Ok(Vec::new()) };
        let terms = RateTerms::of(scope.plan, share.wallet, rate, value, scope.day);
        let (Some(PerLine { list, .. }), Some(terms)) = (rate.per_line.filter(|_| by_line(policy)), terms) else {
            return Ok(Vec::new());
        };
        let Some(event) = scope.event else { return Ok(Vec::new()) };
        let whole = event.list(list);
        let denominator = scope.plan.denominator(share.wallet);
        let mut alone = event.clone();
        let mut found = Vec::new();
        for (place, row) in (1_u32..).zip(event.rows_of(whole)).take(LINES_MAX) {
            if let Some(kept) = alone.lists.get_mut(usize::from(list)) {
                *kept = List { start: row as u32, count: 1, ..whole };
            }
            let scope = crate::engine::eval::Scope { event: Some(&alone), ..scope };
            let amount = terms.amount_between(&scope, share.before, share.after)?.unwrap_or_default();
            if !amount.is_zero() {
                found.push((place, amount::divide_exactly(amount, denominator)?));
            }
        }
        Ok(found)
    }
}

/// Lines that are shown one by one.
const LINES_MAX: usize = 100;

fn by_line(policy: &PolicyPlan) -> bool {
    use crate::check::model::RoundScope;
    matches!(policy.scope, RoundScope::PerLine | RoundScope::PerUnit)
}

impl Share {
    fn of(grant: &Grant) -> Self {
        let (rate, before, after) = match grant.basis {
            Basis::Fixed | Basis::Share | Basis::Whole => (None, Decimal::ZERO, Decimal::ONE),
            Basis::Rate(rate) => (Some(rate), Decimal::ZERO, Decimal::ONE),
            Basis::Factor { rate, before, after } => (Some(rate), before, after),
        };
        Self {
            rule: grant.rule,
            base_rule: grant.base_rule,
            effect: grant.effect,
            wallet: grant.wallet,
            rate,
            before,
            after,
            amount: grant.amount,
            left: grant.amount,
        }
    }

    /// Whether it is what multiplying adds to another.
    pub fn multiplies(&self) -> bool {
        !self.before.is_zero() || self.after != Decimal::ONE || self.rule != self.base_rule
    }

    /// How its points vest and expire, as far as the effect says so itself.
    pub fn own_form(&self, judged: &Judged<'_>) -> (Option<VestPlan>, Option<ExpirePlan>) {
        let scope = judged.tracer.scope;
        let form = scope.plan.rules.get(self.base_rule as usize).and_then(|rule| in_force(&rule.forms, scope.day));
        match form.and_then(|form| form.effects.get(usize::from(self.effect))).map(|effect| &effect.kind) {
            Some(EffectKindPlan::EarnFixed { vest, expire, .. } | EffectKindPlan::EarnRate { vest, expire, .. }) => {
                // What overflowed here would have refused the event.
                (*vest, expire.and_then(|form| earning::told(&scope, form).ok().flatten()))
            }
            _ => (None, None),
        }
    }
}
