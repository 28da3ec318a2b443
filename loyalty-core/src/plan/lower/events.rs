//! Events become plans, with what the whole plan knows of each.

use super::{Lower, filing};
use crate::plan::{EffectKindPlan, EventKind, EventPlan, PlainRule, RulesOn, VestPlan, sums};
use crate::sorting::gathered;

impl Lower<'_> {
    pub(super) fn events(&mut self) {
        let layouts = core::mem::take(&mut self.layouts);
        self.plan.plain = PlainRule::all(&self.plan);
        let everywhere = self.arms_of_all();
        let of_coupons = self.arms_of_coupons();
        self.plan.chance_by_quotes = !of_coupons.is_empty() || !everywhere.is_empty();
        for (index, layout) in layouts.into_iter().enumerate() {
            let kind = match (&*layout.name, self.checked.events.get(index).is_some_and(|event| event.standard)) {
                ("refund", true) => EventKind::Refund,
                ("message", true) if self.checked.converses => EventKind::Message,
                ("message_status", true) if self.checked.converses => EventKind::MessageStatus,
                ("identity_changed", true) if self.checked.converses => EventKind::IdentityChanged,
                ("broadcast", true) if self.checked.converses => EventKind::Broadcast,
                ("consent", true) if self.checked.converses => EventKind::Consent,
                ("cancel", true) => EventKind::Cancel,
                ("adjust", true) => EventKind::Adjust,
                ("profile", true) => EventKind::Profile,
                ("assign_level", true) => EventKind::AssignLevel,
                ("received", true) => EventKind::Received,
                ("sent_back", true) => EventKind::SentBack,
                ("referral", true) => EventKind::Referral,
                ("referral_withdrawn", true) => EventKind::ReferralWithdrawn,
                ("referral_refused", true) => EventKind::ReferralRefused,
                ("pooled", true) => EventKind::Pooled,
                ("pause", true) => EventKind::Pause,
                ("resume", true) => EventKind::Resume,
                ("issue", true) => EventKind::Issue,
                ("revoke", true) => EventKind::Revoke,
                ("opt_in", true) => EventKind::OptIn,
                ("answer", true) if !self.checked.questions.is_empty() => EventKind::Answer,
                ("draw", true) if !self.checked.wheels.is_empty() => EventKind::Draw,
                ("placed", true) if !self.checked.leaderboards.is_empty() => EventKind::Placed,
                ("redeem", true) if !self.checked.rewards.is_empty() => EventKind::Redeem,
                ("hold", true) if !self.checked.rewards.is_empty() => EventKind::Hold,
                // A version without rewards may have taken over a hold.
                ("capture", true) => EventKind::Capture,
                ("release", true) => EventKind::Release,
                _ => EventKind::Plain,
            };
            let measures = self.plan.measures.iter().enumerate();
            let measures = measures.filter(|(at, measure)| {
                measure.event == Some(index as u16) && self.same_measure.get(*at) == Some(&(*at as u16))
            });
            let measures = measures.map(|(at, _)| at as u16).collect();
            let standard = self.checked.events.get(index).is_some_and(|event| event.standard);
            let order = standard && &*layout.name == "order";
            let tenders = self.plan.wallets.iter().any(|wallet| wallet.tender.is_some());
            let takes_rewards = order && (tenders || !self.plan.rewards.is_empty());
            let order_slot = layout.slots.iter().position(|slot| &*slot.name == "order").map(|slot| slot as u16);
            let vests = self.vests_on(index);
            let may_vest = vests || kind == EventKind::Plain && !order && order_slot.is_some();
            let with_coupons = order && !self.plan.coupons.is_empty();
            let codes = layout.lists.iter().position(|list| &*list.name == "coupons").filter(|_| with_coupons);
            let share = &*layout.name == "referral_share" && self.checked.shares();
            let replaces = layout.slots.iter().position(|slot| &*slot.name == "replaces").filter(|_| order || share);
            let rules = filing::file(&self.plan, index as u16);
            let on_event = self.rules_on(index);
            let sums = sums::share(&mut self.plan, index as u16, &layout);
            let own = self.plan.rules.iter().filter(|rule| rule.on(index as u16)).flat_map(|rule| &rule.arms);
            let arms: std::collections::BTreeSet<u16> =
                gathered(own.chain(&everywhere).chain(of_coupons.iter().filter(|_| order)).copied());
            let arms = arms.into_iter().collect();
            self.plan.events.push(EventPlan {
                layout,
                kind,
                measures,
                index: rules,
                rules: on_event,
                sums,
                arms,
                takes_rewards,
                vests,
                may_vest,
                standard,
                awaits: order || !standard,
                order_slot,
                codes: codes.map(|list| list as u16),
                replaces: replaces.map(|slot| slot as u16),
            });
        }
    }

    fn rules_on(&self, event: usize) -> RulesOn {
        let mut on_event = RulesOn::default();
        for rule in self.plan.rules.iter().filter(|rule| rule.on(event as u16)) {
            on_event.capped |= !rule.groups.is_empty();
            on_event.limited |= !rule.groups.is_empty();
            for form in rule.forms.iter().map(|form| &form.value) {
                on_event.capped |= !form.caps.is_empty();
                on_event.limited |= !form.limits.is_empty();
                for effect in &form.effects {
                    match effect.kind {
                        EffectKindPlan::EarnFixed { .. } | EffectKindPlan::EarnRate { .. } => {}
                        EffectKindPlan::Multiply { .. } => on_event.multiply = true,
                        EffectKindPlan::Refuse(_) => on_event.refuse = true,
                        _ => on_event.act = true,
                    }
                }
            }
        }
        on_event
    }

    fn vests_on(&self, event: usize) -> bool {
        let on = |vest: &VestPlan| matches!(vest, VestPlan::On { event: on, .. } if usize::from(*on) == event);
        let by_wallet =
            self.plan.wallets.iter().flat_map(|wallet| &wallet.policies).any(|policy| on(&policy.value.vest));
        let effects = self.plan.rules.iter().flat_map(|rule| &rule.forms).flat_map(|form| &form.value.effects);
        by_wallet
            || effects.into_iter().any(|effect| match &effect.kind {
                EffectKindPlan::EarnFixed { vest, .. } | EffectKindPlan::EarnRate { vest, .. } => {
                    vest.as_ref().is_some_and(on)
                }
                _ => false,
            })
    }
}
