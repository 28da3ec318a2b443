//! Rules and their groups become plans, and what follows of them is filed.

use super::Lower;
use super::effects::goes_by_event;
use super::tallies::{count_caps_in_all, count_limits_in_all};
use crate::check::model::{self, Checked};
use crate::plan::{
    BadgePlan, Condition, EffectKindPlan, EffectPlan, GroupFormPlan, GroupPlan, Reactions, RuleFormPlan, RulePlan,
};

impl Lower<'_> {
    pub(super) fn rules(&mut self) {
        let mut groups: Vec<Vec<u16>> = vec![Vec::new(); self.checked.rules.len()];
        for (index, group) in self.checked.groups.iter().enumerate() {
            for rule in &group.rules {
                if let Some(groups) = groups.get_mut(*rule) {
                    groups.push(index as u16);
                }
            }
        }
        for (rule, groups) in self.checked.rules.iter().zip(groups) {
            self.event = rule.trigger.event();
            // The forms of a referral's part that each have a rule of their own, told by a number, share their limits.
            let owner = match &rule.held {
                Some(held) if held.keyword == "referral" => {
                    rule.name.trim_end_matches(|last: char| last.is_ascii_digit()).trim_end()
                }
                _ => rule.name.as_str(),
            };
            let mut forms = self.dated(&rule.versions, |lower, form| RuleFormPlan {
                when: form.when.iter().map(|condition| lower.condition(condition)).collect(),
                valid: form.valid.clone(),
                limits: lower.limits(owner, &form.limits),
                caps: lower.contribution_caps(owner, form.cap_wallet, &form.caps),
                cap_mode: form.cap_mode,
                revoke: form.returns == model::Returns::Revoke,
                rating: lower.rating(form),
                caps_said: lower.caps_said(&form.caps, form.cap_mode),
                effects: form.effects.iter().map(|effect| lower.rule_effect(rule, form, effect)).collect(),
            });
            count_limits_in_all(&mut forms, |form| &mut form.limits);
            count_caps_in_all(&mut forms, |form| &mut form.caps);
            self.event = None;
            let line = self.line(rule.span);
            let arms = self.arms_of(rule);
            self.plan.chance_by_time |= matches!(rule.trigger, model::Trigger::Clock(_))
                && (!arms.is_empty() || needs_secret(self.checked, rule));
            self.plan.rules.push(RulePlan {
                name: rule.name.as_str().into(),
                trigger: rule.trigger.clone(),
                forms,
                groups,
                arms,
                by_amount: goes_by_amount(rule),
                held: rule.held.clone(),
                line,
            });
        }
        let flows = self.plan.wallets.iter().any(|wallet| !wallet.flows.is_empty());
        let challenges = !self.plan.challenges.is_empty();
        self.plan.reactions =
            Reactions::of(&self.plan.rules, self.plan.wallets.len(), self.plan.ladders.len(), flows || challenges);
        // Coupons run out by time alone, and are issued where reactions are followed.
        self.plan.reactions.any |= !self.plan.coupons.is_empty();
        let tenders = self.plan.wallets.iter().any(|wallet| wallet.tender.is_some());
        self.plan.reactions.any |= tenders || !self.plan.rewards.is_empty();
        self.plan.reactions.any |= self.plan.badges.iter().any(BadgePlan::watched) || !self.plan.wheels.is_empty();
        // So many friends are reached by time alone.
        self.plan.reactions.any |= self.plan.referrals.iter().any(|referral| !referral.reach.is_empty());
    }

    /// A digest of what a return asks a rule for again. Numbers of points stand in what was granted.
    fn rating(&self, form: &model::RuleForm) -> u32 {
        let mut text = String::new();
        for effect in &form.effects {
            if let model::EffectKind::Earn { amount: model::Earn::Rate { per, full, of, .. }, .. } = &effect.kind {
                text.push_str(&format!("{} {full} {}", per.normalize(), self.said(of)));
            }
            text.push('\n');
        }
        // Which of the effects it was is told by its place, so that more of them behind it make no difference.
        text.truncate(text.trim_end().len());
        if form.returns == model::Returns::Revoke {
            for effect in &form.effects {
                if let model::EffectKind::Earn {
                    amount: model::Earn::Fixed(points) | model::Earn::Rate { points, .. },
                    ..
                } = &effect.kind
                    && goes_by_event(points)
                {
                    text.push_str(&format!("\nearn {}", self.said(points)));
                }
            }
            for condition in form.when.iter().filter(|condition| !condition.reads_member()) {
                text.push_str(&format!("\nwhen {}", self.said(condition)));
            }
        }
        crate::wire::digest(text.as_bytes()) as u32
    }

    /// A digest of what caps say.
    fn caps_said(&self, caps: &[model::Cap], mode: model::CapMode) -> u32 {
        let mut text = format!("{mode:?}");
        for cap in caps {
            let amount = match &cap.amount {
                model::Most::Fixed(amount) => amount.normalize().to_string().into(),
                model::Most::Told(told) => self.said(told),
            };
            let per = cap.per.map_or_else(String::new, |per| per.to_string());
            text.push_str(&format!("\n{amount} {per}"));
        }
        crate::wire::digest(text.as_bytes()) as u32
    }

    /// An effect as a form of a rule has it.
    fn rule_effect(&mut self, rule: &model::Rule, form: &model::RuleForm, effect: &model::Effect) -> EffectPlan {
        let mut plan = self.effect(effect);
        if let EffectKindPlan::Refer { terms, .. } = &mut plan.kind {
            let event = rule.trigger.event().and_then(|event| self.checked.events.get(event));
            let mut text = event.map_or_else(String::new, |event| event.name.clone());
            for condition in form.when.iter().filter(|condition| !condition.reads_member()) {
                text.push_str(&format!("\nwhen {}", self.said(condition)));
            }
            *terms = crate::wire::digest(text.as_bytes()) as u32;
        }
        plan
    }

    pub(super) fn condition(&mut self, condition: &model::Expr) -> Condition {
        Condition { node: self.expression(condition), event_only: !condition.reads_member() }
    }

    pub(super) fn groups(&mut self) {
        for group in &self.checked.groups {
            let owner = format!("group {}", group.name);
            let mut forms = self.dated(&group.versions, |lower, form| GroupFormPlan {
                limits: lower.limits(&owner, &form.limits),
                caps: lower.contribution_caps(&owner, form.cap_wallet, &form.caps),
                cap_mode: form.cap_mode,
                caps_said: lower.caps_said(&form.caps, form.cap_mode),
            });
            count_limits_in_all(&mut forms, |form| &mut form.limits);
            count_caps_in_all(&mut forms, |form| &mut form.caps);
            self.plan.groups.push(GroupPlan { name: group.name.as_str().into(), forms });
        }
    }
}

/// Whether an effect of a rule goes by the amount of what sets it off.
fn goes_by_amount(rule: &model::Rule) -> bool {
    rule.versions.iter().flat_map(|form| &form.value.effects).any(super::effects::goes_by_amount)
}

/// Whether a rule does what only the host's secret makes possible: it turns a wheel, or issues a coupon with minted codes.
fn needs_secret(checked: &Checked, rule: &model::Rule) -> bool {
    let mut effects = rule.versions.iter().flat_map(|form| &form.value.effects);
    effects.any(|effect| match &effect.kind {
        model::EffectKind::Draw(_) => true,
        model::EffectKind::Issue { coupon, code: None, .. } => (checked.coupons.get(*coupon))
            .is_some_and(|coupon| coupon.versions.iter().any(|form| form.value.minted.is_some())),
        _ => false,
    })
}
