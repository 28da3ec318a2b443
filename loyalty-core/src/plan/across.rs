//! What of a program concerns several members at once, so that they are not played apart.

use super::counters::counter;
use super::{EffectKindPlan, LimitPlan, Plan};

impl Plan {
    /// The first declaration by which what happens to one member bears on another, by its keyword and name: a limit in total, a
    /// budget or stock over all members, a transfer, a referral. Nothing: members may be played apart, in any order.
    pub fn across(&self) -> Option<Box<str>> {
        let rules = self.rules.iter().filter(|rule| {
            rule.forms.iter().map(|form| &form.value).any(|form| {
                let sends = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Transfer { .. });
                in_total(&form.limits) || form.effects.iter().any(|effect| sends(&effect.kind))
            })
        });
        let groups = self.groups.iter().filter(|group| group.forms.iter().any(|form| in_total(&form.value.limits)));
        let coupons = self.coupons.iter().filter(|coupon| {
            coupon.forms.iter().any(|form| in_total(&form.value.limits) || form.value.budget.is_some())
        });
        let rewards =
            self.rewards.iter().filter(|reward| reward.forms.iter().any(|form| in_total(&form.value.guard.limits)));
        let wheels = self
            .wheels
            .iter()
            .filter(|wheel| in_total(&wheel.limits) || wheel.slices.iter().any(|slice| slice.stock.is_some()));
        let questions = self.questions.declared.iter().filter(|question| in_total(&question.limits));
        let messages = self.messages.policy.iter().flat_map(|policy| &policy.totals);
        let mut named = (groups.map(|group| counter("group", &group.name)))
            .chain(coupons.map(|coupon| counter("coupon", &coupon.name)))
            .chain(rewards.map(|reward| counter("reward", &reward.name)))
            .chain(wheels.map(|wheel| wheel.counter.clone()))
            .chain(questions.map(|question| question.counter.clone()))
            .chain(messages.map(|(category, ..)| counter("messages", category.name())))
            .chain(self.referrals.iter().map(|referral| counter("referral", &referral.name)))
            .chain(rules.map(|rule| counter("rule", &rule.name)));
        named.next()
    }
}

fn in_total(limits: &[LimitPlan]) -> bool {
    limits.iter().any(|limit| limit.in_total)
}
