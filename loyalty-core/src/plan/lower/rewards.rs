//! Rewards: their clauses read the order, where there is one.

use super::Lower;
use super::tallies::count_limits_in_all;
use crate::check::model::{self, CapMode, Cost};
use crate::plan::RuleFormPlan;
use crate::plan::reward::{CostPlan, PayPlan, PricePlan, RewardFormPlan, RewardPlan};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn rewards(&mut self) {
        let order = self.checked.events.iter().position(|event| event.standard && event.name == "order");
        for (number, reward) in self.checked.rewards.iter().enumerate() {
            let moment = model::Trigger::Declared(model::Moment::Redeemed(number));
            let rule = self.checked.rules.iter().position(|rule| rule.trigger == moment && rule.held.is_some());
            let rule = rule.map_or(u32::MAX, |rule| rule as u32);
            let owner = format!("reward {}", reward.name);
            self.event = order;
            let mut forms = self.dated(&reward.versions, |lower, form| RewardFormPlan {
                guard: RuleFormPlan {
                    when: form.when.iter().map(|condition| lower.condition(condition)).collect(),
                    valid: form.valid.clone(),
                    limits: lower.limits(&owner, &form.limits),
                    caps: Vec::new(),
                    cap_mode: CapMode::Truncate,
                    revoke: false,
                    rating: 0,
                    caps_said: 0,
                    effects: Vec::new(),
                },
                said: form.when.iter().map(|condition| lower.said(condition)).collect(),
                cost: lower.cost(&form.cost),
                hold: form.hold,
                same_order: form.same_order,
                in_order: form.in_order,
            });
            count_limits_in_all(&mut forms, |form| &mut form.guard.limits);
            self.event = None;
            self.plan.rewards.push(RewardPlan { name: reward.name.as_str().into(), rule, forms });
        }
    }

    /// What an expression says in the program.
    pub(super) fn said(&self, expr: &model::Expr) -> Box<str> {
        self.source(expr.span)
    }

    /// A part of the file as it stands there, on one line.
    pub(super) fn source(&self, span: Span) -> Box<str> {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        text.split_whitespace().collect::<Vec<_>>().join(" ").into()
    }

    fn cost(&mut self, cost: &Cost) -> CostPlan {
        match cost {
            Cost::Prices(prices) => CostPlan::Prices(
                prices
                    .iter()
                    .map(|parts| {
                        let parts = parts.iter().map(|part| PricePlan {
                            wallet: part.wallet as u16,
                            amount: self.expression(&part.amount),
                        });
                        parts.collect()
                    })
                    .collect(),
            ),
            Cost::Rate(rate) => CostPlan::Rate(PayPlan {
                wallet: rate.wallet as u16,
                points: rate.points,
                money: rate.money,
                minor: self.checked.settings.currency.map_or(2, |currency| u32::from(currency.minor)),
                steps: rate.steps,
                at_least: rate.at_least,
                at_most: rate.at_most,
                up_to: rate.up_to.as_ref().map(|most| self.expression(most)),
                whole: rate.whole,
            }),
        }
    }
}
