//! A warning of a reward whose price a rule takes once more.

use super::Checker;
use super::expression::constant;
use super::model::{EffectKind, Rule};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_paid_twice(&mut self, rules: &[Rule]) {
        let redeem = self.names.events.get("redeem").copied();
        let mut found = Vec::new();
        for rule in rules.iter().filter(|rule| redeem.is_some() && rule.trigger.event() == redeem) {
            for form in rule.versions.iter().filter(|form| form.value.when.is_empty()) {
                for effect in &form.value.effects {
                    // What the event itself tells is no price of a reward.
                    let EffectKind::Spend { wallet, ref amount, .. } = effect.kind else { continue };
                    if constant(amount).is_none() {
                        continue;
                    }
                    let Some(reward) = self.rewards.iter().flatten().find(|reward| reward.wallets().contains(&wallet))
                    else {
                        continue;
                    };
                    let text = format!("`{}` takes its price by itself, and this takes it once more", reward.name);
                    found.push(
                        Diagnostic::new(Code::PaidTwice, effect.span, text).label(reward.span, "it has a price").help(
                            "leave the rule out; what is redeemed without a reward is `when redeem.reward is missing`",
                        ),
                    );
                }
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }
}
