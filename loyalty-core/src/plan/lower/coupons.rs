//! Coupons, whose conditions speak of an order.

use super::Lower;
use super::tallies::count_limits_in_all;
use crate::check::model::{BudgetMode, CouponForm, IssueEnd, Moment, Returns, Trigger, with_order_name};
use crate::plan::coupons::{BudgetPlan, CouponFormPlan, CouponNames, CouponPlan, MintPlan};
use crate::plan::{EffectKindPlan, IssueEndPlan};

impl Lower<'_> {
    pub(super) fn coupons(&mut self) {
        let order = self.checked.events.iter().position(|event| event.standard && event.name == "order");
        for (index, coupon) in self.checked.coupons.iter().enumerate() {
            let moment = Trigger::Declared(Moment::Used(index));
            let gives = coupon.versions.iter().any(|form| form.value.effects);
            let gives = gives.then(|| self.checked.rules.iter().position(|rule| rule.trigger == moment)).flatten();
            let gives = gives.map(|rule| rule as u32);
            let name = with_order_name(&coupon.name);
            let with_order = self.checked.rules.iter().position(|rule| rule.held.is_some() && rule.name == name);
            let with_order = with_order.map(|rule| rule as u32);
            let owner = format!("coupon {}", coupon.name);
            self.event = order;
            let mut forms = self.dated(&coupon.versions, |lower, form| CouponFormPlan {
                when: form.when.iter().map(|condition| lower.condition(condition)).collect(),
                valid: form.valid.clone(),
                valid_for: form.valid_for,
                minted: form
                    .minted
                    .as_ref()
                    .map(|mint| MintPlan { prefix: mint.prefix.as_str().into(), length: mint.length }),
                limits: lower.limits(&owner, &form.limits),
                budget: form.budget.as_ref().map(|budget| BudgetPlan {
                    amount: budget.amount,
                    wallet: budget.wallet.map(|wallet| wallet as u16),
                    partial: budget.mode == BudgetMode::Partial,
                }),
                usage_kept: form.usage_kept,
                revoke: form.returns == Returns::Revoke,
                terms: lower.terms(form),
                offer: form.offer.as_ref().map(|offer| lower.offer(offer)),
                gives: gives.filter(|_| form.effects),
                with_order: with_order.filter(|_| form.effects),
            });
            count_limits_in_all(&mut forms, |form| &mut form.limits);
            self.event = None;
            let line = self.line(coupon.span);
            self.plan.coupons.push(CouponPlan { name: coupon.name.as_str().into(), kind: coupon.kind, forms, line });
        }
        self.plan.coupon_names = CouponNames::of(&self.plan.coupons);
    }

    /// A digest of what a coupon gives, and when.
    fn terms(&self, form: &CouponForm) -> u32 {
        let clauses: Vec<Box<str>> = form.terms.iter().map(|clause| self.source(*clause)).collect();
        crate::wire::digest(clauses.join("\n").as_bytes()) as u32
    }

    pub(super) fn issue(
        &mut self,
        coupon: usize,
        code: Option<&crate::check::model::Expr>,
        end: Option<&IssueEnd>,
    ) -> EffectKindPlan {
        EffectKindPlan::Issue {
            coupon: coupon as u32,
            code: code.map(|code| self.expression(code)),
            end: end.map(|end| match end {
                IssueEnd::Lasts(lasts) => IssueEndPlan::Lasts(*lasts),
                IssueEnd::Until(day) => IssueEndPlan::Until(self.expression(day)),
            }),
        }
    }
}
