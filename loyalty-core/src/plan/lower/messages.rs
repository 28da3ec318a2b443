//! The texts of messages, their values as nodes.

use super::Lower;
use crate::check::model;
use crate::plan::messages::{AtMostPlan, PolicyPlan, ValuePlan};

impl Lower<'_> {
    pub(super) fn messages(&mut self) {
        let checked = self.checked;
        self.plan.messages.declared.clone_from(&checked.messages);
        for saying in &checked.sayings {
            self.event = saying.event;
            let lowered = saying.map(&mut |value| self.value(value));
            self.event = None;
            self.plan.messages.sayings.push(lowered);
        }
        if let Some(policy) = &checked.message_policy {
            let at_most = policy.at_most.iter().filter_map(|most| {
                let owner = format!("messages {}", most.category.name());
                let tally = self.per_tally(&owner, Some(most.per))?;
                Some(AtMostPlan { category: most.category, count: most.count, per: most.per, tally })
            });
            let at_most = at_most.collect();
            let allowed = policy.allowed.iter().map(|(category, when)| (*category, self.expression(when)));
            let allowed = allowed.collect();
            self.plan.messages.policy = Some(PolicyPlan {
                consent: policy.consent.clone(),
                at_most,
                totals: policy.totals.clone(),
                quiet: policy.quiet.clone(),
                window: policy.window,
                allowed,
                arms: self.arms_of_policy(),
            });
        }
        let timezone = checked.member.iter().position(|field| field.name == "timezone");
        self.plan.messages.timezone = timezone.map(|field| field as u16);
        let language = checked.member.iter().position(|field| field.name == "language");
        self.plan.messages.language = language.map(|field| field as u16);
        // What is said depends on what has been said, and is written down only if all of an event is.
        self.plan.reactions.any |= checked.converses;
    }

    /// A value in a text.
    pub(super) fn value(&mut self, value: &model::Expr) -> ValuePlan {
        let written = self.text.get(value.span.start as usize..value.span.end as usize).unwrap_or("");
        ValuePlan { node: self.expression(value), written: written.into() }
    }
}
