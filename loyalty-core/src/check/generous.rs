//! Warnings of factors and rates that are upside down: percents written as factors, and more given back than was paid.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Checker;
use super::expression::constant;
use super::model::{
    Arithmetic, Cost, Earn, EffectKind, Expr, ExprKind, FieldIndex, Group, Rule, RuleForm, RuleIndex, Type, WalletIndex,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::gathered;

impl Checker<'_> {
    pub(super) fn lint_generous(&mut self, rules: &[Rule], groups: &[Group]) {
        let mut found = Vec::new();
        let grouped: BTreeSet<RuleIndex> = gathered(groups.iter().flat_map(|group| group.rules.iter().copied()));
        // What is only kept until it is turned into something else is no money back.
        let effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        let turned: BTreeSet<WalletIndex> = gathered(effects.filter_map(|effect| match effect.kind {
            EffectKind::Convert { from: wallet, .. } | EffectKind::Forfeit { wallet, .. } => Some(wallet),
            _ => None,
        }));
        for (index, rule) in rules.iter().enumerate() {
            let capped = grouped.contains(&index);
            for form in &rule.versions {
                let form = &form.value;
                for effect in &form.effects {
                    match &effect.kind {
                        EffectKind::Multiply { by, .. } => found.extend(self.hundredfold(by)),
                        EffectKind::Earn { wallet, .. } if !capped && is_free(form) && !turned.contains(wallet) => {
                            let holds = self.wallets.get(*wallet).is_some_and(|wallet| wallet.holds.is_some());
                            let back =
                                self.paid_back(rule, effect_amount(&effect.kind)).filter(|back| *back >= Decimal::ONE);
                            if let Some(back) = back.filter(|_| holds) {
                                let percent = (back * Decimal::ONE_HUNDRED).normalize();
                                let text = format!("this gives back {percent}% of what was paid");
                                let number = back.normalize();
                                found.push(Diagnostic::new(Code::MoreThanPaid, effect.span, text).help(format!(
                                    "a share is written in percent, `{number}% of order.subtotal`; what has a `cap` or a `limit` is not asked"
                                )));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        // By wallet, for rewards may be as many as rules.
        let mut earned_for_one: BTreeMap<WalletIndex, Option<Decimal>> = BTreeMap::new();
        for reward in self.rewards.iter().flatten() {
            for form in &reward.versions {
                let Cost::Rate(rate) = &form.value.cost else { continue };
                let worth = rate.money.checked_div(rate.points).unwrap_or_default();
                let earns = || rules.iter().filter_map(|rule| self.earned_for_one(rule, rate.wallet)).max();
                let earned = *earned_for_one.entry(rate.wallet).or_insert_with(earns);
                let back = earned.and_then(|earned| earned.checked_mul(worth)).filter(|back| *back >= Decimal::ONE);
                if let Some(back) = back {
                    let wallet = self.wallets.get(rate.wallet).map_or("", |wallet| &wallet.name);
                    let percent = (back * Decimal::ONE_HUNDRED).normalize();
                    let text =
                        format!("what an order earns in `{wallet}` pays {percent}% of that order by this reward");
                    found.push(Diagnostic::new(Code::MoreThanPaid, reward.span, text).help(
                        "`cost 100 points per 1 EUR` takes 100 points for one euro: the points stand first, the money that they pay behind `per`",
                    ));
                }
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// `multiply base by 150`, where half as much again is meant.
    fn hundredfold(&self, by: &Expr) -> Option<Diagnostic> {
        if by.ty == Type::Percent {
            return None;
        }
        let factor = constant(by).or_else(|| self.greatest_benefit(by))?;
        if factor < Decimal::ONE_HUNDRED {
            return None;
        }
        let factor = factor.normalize();
        let text = format!("this is {factor} times as much as the rule earns");
        Some(Diagnostic::new(Code::MoreThanPaid, by.span, text).help(format!(
            "a factor in percent is written so: `{factor}%`; half as much again is `by 150%` or `by 1.5`"
        )))
    }

    fn greatest_benefit(&self, by: &Expr) -> Option<Decimal> {
        let ExprKind::Benefit(ladder, benefit) = by.kind else { return None };
        let forms = self.ladders.get(ladder)?.versions.iter().flat_map(|form| &form.value.levels);
        forms.filter_map(|level| level.benefits.get(benefit).and_then(constant)).max()
    }

    /// What a rule on an order gives for each unit of money of it; nothing where it is not certain.
    fn paid_back(&self, rule: &Rule, amount: Option<&Earn>) -> Option<Decimal> {
        let event = rule.trigger.event()?;
        let order = self.events.get(event).filter(|event| event.name == "order")?;
        let Some(Earn::Rate { points, per, of, .. }) = amount else { return None };
        let paid = |field: FieldIndex| {
            order.fields.get(field).is_some_and(|field| matches!(field.name.as_str(), "subtotal" | "total"))
        };
        share(of, &paid)?.checked_mul(constant(points)?)?.checked_div(*per)
    }

    /// What each unit of money of an order earns in a wallet, by a rule without conditions.
    fn earned_for_one(&self, rule: &Rule, wallet: WalletIndex) -> Option<Decimal> {
        let forms = rule.versions.iter().map(|form| &form.value).filter(|form| is_free(form) && form.when.is_empty());
        let effects = forms.flat_map(|form| &form.effects);
        let earned = effects.filter_map(|effect| match &effect.kind {
            EffectKind::Earn { wallet: own, .. } if *own == wallet => self.paid_back(rule, effect_amount(&effect.kind)),
            _ => None,
        });
        earned.max()
    }
}

fn effect_amount(effect: &EffectKind) -> Option<&Earn> {
    match effect {
        EffectKind::Earn { amount, .. } => Some(amount),
        _ => None,
    }
}

/// Neither caps nor limits hold it down, as they do a gift of the whole first order.
fn is_free(form: &RuleForm) -> bool {
    form.caps.is_empty() && form.limits.is_empty()
}

/// How much of what was paid an amount is.
fn share(of: &Expr, paid: &impl Fn(FieldIndex) -> bool) -> Option<Decimal> {
    match &of.kind {
        ExprKind::Event(field) if paid(*field) => Some(Decimal::ONE),
        ExprKind::Arithmetic(Arithmetic::Multiply, left, right) => {
            let (factor, of) = match (constant(left), constant(right)) {
                (Some(factor), None) => (factor, right),
                (None, Some(factor)) => (factor, left),
                _ => return None,
            };
            share(of, paid)?.checked_mul(factor)
        }
        ExprKind::Arithmetic(Arithmetic::Divide, left, right) => share(left, paid)?.checked_div(constant(right)?),
        _ => None,
    }
}
