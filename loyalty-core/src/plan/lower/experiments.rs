//! Experiments become plans; and which of them rules read, so that it is known beforehand who needs chance.

use std::collections::BTreeSet;

use super::{Lower, fields};
use crate::check::model::{Cost, Earn, EffectKind, Expr, ExprKind, Goals, IssueEnd, Rule};
use crate::plan::ExperimentPlan;
use crate::plan::experiments::ArmPlan;

impl Lower<'_> {
    pub(super) fn experiments(&mut self) {
        for experiment in &self.checked.experiments {
            let arms = experiment
                .arms
                .iter()
                .map(|arm| ArmPlan { name: arm.as_str().into(), symbol: self.plan.symbols.intern(arm) });
            let arms = arms.collect();
            let forms = self.dated(&experiment.versions, |_, shares| shares.clone());
            self.plan.experiments.push(ExperimentPlan {
                name: experiment.name.as_str().into(),
                salt: experiment.salt.as_str().into(),
                arms,
                forms,
            });
        }
    }

    /// The experiments that a rule's conditions and effects read.
    pub(super) fn arms_of(&self, rule: &Rule) -> Vec<u16> {
        let mut found = BTreeSet::new();
        for form in &rule.versions {
            let effects = form.value.effects.iter().flat_map(|effect| expressions_of(&effect.kind));
            form.value.when.iter().chain(effects).for_each(|expr| self.arms_in(expr, &mut found, 0));
            for effect in &form.value.effects {
                let EffectKind::Say(saying) = &effect.kind else { continue };
                if let Some(saying) = self.checked.sayings.get(*saying) {
                    saying.map(&mut |value| self.arms_in(value, &mut found, 0));
                }
            }
        }
        found.into_iter().collect()
    }

    /// The experiments that coupons read: of an order, and of a cart.
    pub(super) fn arms_of_coupons(&self) -> Vec<u16> {
        let mut found = BTreeSet::new();
        for form in self.checked.coupons.iter().flat_map(|coupon| &coupon.versions).map(|form| &form.value) {
            form.when.iter().for_each(|expr| self.arms_in(expr, &mut found, 0));
            let Some(offer) = &form.offer else { continue };
            let lines = offer.give.lines();
            let filters = lines.iter().flat_map(|lines| lines.filter.iter().chain(&lines.except));
            let amounts = offer.give.amounts().into_iter().chain(&offer.up_to).chain(&offer.floor);
            amounts.chain(filters).for_each(|expr| self.arms_in(expr, &mut found, 0));
        }
        found.into_iter().collect()
    }

    /// The experiments that the policy for messages reads.
    pub(super) fn arms_of_policy(&self) -> Vec<u16> {
        let mut found = BTreeSet::new();
        let policy = self.checked.message_policy.iter();
        policy.flat_map(|policy| &policy.allowed).for_each(|(_, when)| self.arms_in(when, &mut found, 0));
        found.into_iter().collect()
    }

    /// The experiments that are read whatever the event is: by levels, badges, challenges, rewards and watched segments.
    pub(super) fn arms_of_all(&self) -> Vec<u16> {
        let mut found = BTreeSet::new();
        for form in self.checked.ladders.iter().flat_map(|ladder| &ladder.versions) {
            let levels = form.value.levels.iter();
            let levels = levels.flat_map(|level| level.from.iter().chain(&level.when).chain(&level.benefits));
            let retain = form.value.retain.iter().flat_map(|retain| &retain.conditions);
            form.value.by.iter().chain(levels).chain(retain).for_each(|expr| self.arms_in(expr, &mut found, 0));
        }
        let badges = self.checked.badges.iter().flat_map(|badge| &badge.levels);
        badges.filter_map(|level| level.when.as_ref()).for_each(|expr| self.arms_in(expr, &mut found, 0));
        for form in self.checked.challenges.iter().flat_map(|challenge| &challenge.versions) {
            let goals: &[Expr] = if let Goals::Fixed(goals) = &form.value.goal { goals } else { &[] };
            form.value.when.iter().chain(goals).for_each(|expr| self.arms_in(expr, &mut found, 0));
        }
        for form in self.checked.rewards.iter().flat_map(|reward| &reward.versions) {
            form.value.when.iter().for_each(|expr| self.arms_in(expr, &mut found, 0));
            match &form.value.cost {
                Cost::Prices(prices) => {
                    prices.iter().flatten().for_each(|price| self.arms_in(&price.amount, &mut found, 0));
                }
                Cost::Rate(rate) => rate.up_to.iter().for_each(|expr| self.arms_in(expr, &mut found, 0)),
            }
        }
        for watched in &self.plan.reactions.segments {
            let segment = self.checked.segments.get(usize::from(watched.segment));
            let forms = segment.into_iter().flat_map(|segment| &segment.versions);
            forms.for_each(|form| self.arms_in(&form.value, &mut found, 0));
        }
        found.into_iter().collect()
    }

    /// Whether an arm decides on any of these.
    pub(super) fn reads_arms<'e>(&self, expressions: impl Iterator<Item = &'e Expr>) -> bool {
        let mut found = BTreeSet::new();
        expressions.for_each(|expr| self.arms_in(expr, &mut found, 0));
        !found.is_empty()
    }

    fn arms_in(&self, expr: &Expr, found: &mut BTreeSet<u16>, depth: u32) {
        // Segments do not read themselves; the checker has seen to it.
        if self.checked.experiments.is_empty() || depth > 64 {
            return;
        }
        fields::walk(expr, &mut |part| match part.kind {
            ExprKind::Arm(experiment) => {
                found.insert(experiment as u16);
            }
            ExprKind::Segment(segment) => {
                let forms = self.checked.segments.get(segment).into_iter().flat_map(|segment| &segment.versions);
                forms.for_each(|form| self.arms_in(&form.value, found, depth + 1));
            }
            _ => {}
        });
    }
}

/// The expressions that an effect depends on.
pub(super) fn expressions_of(effect: &EffectKind) -> Vec<&Expr> {
    match effect {
        EffectKind::Earn { amount: Earn::Fixed(one), .. }
        | EffectKind::Multiply { by: one, .. }
        | EffectKind::Spend { amount: one, .. }
        | EffectKind::Tag(one)
        | EffectKind::Untag(one)
        | EffectKind::Set { value: one, .. }
        | EffectKind::Signal { to: one, .. }
        | EffectKind::Forfeit { amount: one, .. } => vec![one],
        EffectKind::Earn { amount: Earn::Rate { points: one, of: other, .. }, .. }
        | EffectKind::Transfer { amount: one, to: other, .. }
        | EffectKind::Convert { takes: one, gives: other, .. } => vec![one, other],
        EffectKind::Issue { code, end, .. } => {
            let end = end.as_ref().and_then(|end| if let IssueEnd::Until(day) = end { Some(day) } else { None });
            code.iter().chain(end).collect()
        }
        EffectKind::Refuse(words) => words.values(),
        // The others depend on nothing that is written.
        _ => Vec::new(),
    }
}
