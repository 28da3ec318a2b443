//! Which coupons may be used on an order, and everything that keeps the others from being used.

use rust_decimal::Decimal;

use super::why::WhyNot;
use super::{NotApplied, form, index};
use crate::amount::Overflow;
use crate::check::model::{CouponKind, Valid};
use crate::codes::normalise;
use crate::engine::claims::{Counters, counter};
use crate::engine::coupons::offers::{self, Earlier};
use crate::engine::coupons::reason::Reason;
use crate::engine::coupons::{Fate, Held, mint, points};
use crate::engine::eval::Scope;
use crate::engine::explain::silent;
use crate::engine::explain::trace::Tracer;
use crate::engine::rules;
use crate::engine::tally::Changes;
use crate::plan::offers::minor_units;
use crate::plan::{CouponFormPlan, CouponPlan, LimitPlan};
use crate::time::day_of;

use super::offer::Left;

pub struct Eligible<'s, 'a> {
    pub scope: &'s Scope<'a>,
    pub counters: &'s Counters,
    /// The program's text, which conditions are quoted from.
    pub source: &'s str,
    /// What the order had used that this one replaces.
    pub earlier: &'s [Earlier],
}

/// What a code stands for.
pub enum Named<'a> {
    /// Nothing that the member could use; with the coupon that it is of, if that can be told.
    Unknown(Option<u32>, WhyNot),
    /// A coupon, with the issued one that the member holds.
    Coupon(u32, Option<&'a Held>),
}

impl<'a> Eligible<'_, 'a> {
    fn plan(&self, coupon: u32) -> Option<&'a CouponPlan> {
        self.scope.plan.coupons.get(coupon as usize)
    }

    /// The coupon that a code stands for: an issued one by its own code, else any by its name.
    pub fn named(&self, code: &str) -> Named<'a> {
        let held = &self.scope.member.coupons.held;
        // Of several with the same code the one that may be used, and of these the one that ends first.
        let usable = |held: &&Held| (held.fate != Fate::Open || held.until <= self.scope.at, held.until, held.number);
        let code = normalise(code);
        let is_own = |held: &&Held| held.code.as_deref().is_some_and(|own| normalise(own) == code);
        let own = held.iter().filter(is_own).min_by_key(usable);
        if let Some(own) = own {
            return Named::Coupon(own.coupon, Some(own));
        }
        let Some(coupon) = self.scope.plan.coupon_names.codes.get(&*code).copied() else {
            let (coupon, reason) = mint::strange(self.scope.plan, &code);
            return Named::Unknown(
                coupon,
                match reason {
                    Reason::MistypedCode => WhyNot::MistypedCode,
                    Reason::OtherMember => WhyNot::OtherMember,
                    _ => WhyNot::UnknownCode,
                },
            );
        };
        let own = held.iter().filter(|held| held.coupon == coupon).min_by_key(usable);
        Named::Coupon(coupon, own)
    }

    /// What is left of a coupon's budget, if it may be used; `before` of it are used on the same order already.
    pub fn left(&self, coupon: u32, held: Option<&Held>, before: u32) -> Result<Option<Left>, Overflow> {
        let (Some(plan), Some(form)) = (self.plan(coupon), form(self.scope.plan, coupon, self.scope.day)) else {
            return Ok(None);
        };
        let issued = plan.kind == CouponKind::Issued;
        let at = offers::as_of(self.scope, coupon, held.map(|held| held.number), self.earlier);
        let moment = Scope { at, day: self.scope.plan.calendar.day_at(at), ..*self.scope };
        let then = Eligible { scope: &moment, ..*self };
        let hand = !issued || held.is_some_and(|held| why_not_held(held, at).is_none());
        if !hand || !form.valid.iter().all(|valid| then.is_valid(valid, issued)) {
            return Ok(None);
        }
        if !self.conditions(form)? {
            return Ok(None);
        }
        if !form.limits.iter().all(|limit| self.limit_left(plan, limit, before)) {
            return Ok(None);
        }
        Ok(self.budget(coupon, plan, form, before)?.ok())
    }

    /// Conditions that are judged after the item discounts are not judged here.
    fn conditions(&self, form: &CouponFormPlan) -> Result<bool, Overflow> {
        if form.offer.as_ref().is_some_and(|offer| offer.judged_after_items) {
            return Ok(true);
        }
        for condition in &form.when {
            if !self.scope.holds(condition.node)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The end of an issued coupon is its own; the days of the program only say from when.
    fn is_valid(&self, valid: &Valid, issued: bool) -> bool {
        match valid {
            Valid::Dates { from, till, .. } if issued => {
                from.is_none_or(|from| day_of(from) <= rules::day_till(self.scope, *till))
            }
            Valid::Instants { from, .. } if issued => from.is_none_or(|from| from <= self.scope.at),
            valid => rules::is_valid(self.scope, valid),
        }
    }

    fn limit_left(&self, plan: &CouponPlan, limit: &LimitPlan, before: u32) -> bool {
        if limit.in_total {
            let left = self.counters.left(&counter("coupon", &plan.name), limit.total().into());
            return left > Decimal::from(before);
        }
        rules::left(self.scope, limit, &Changes::new()) > i64::from(before)
    }

    /// What is left of the budget; the error says that nothing is.
    fn budget(
        &self,
        coupon: u32,
        plan: &CouponPlan,
        form: &CouponFormPlan,
        before: u32,
    ) -> Result<Result<Left, WhyNot>, Overflow> {
        let Some(budget) = &form.budget else { return Ok(Ok(Left::default())) };
        let used_up = WhyNot::Budget { of: budget.amount, line: plan.line };
        if before > 0 {
            // What the first leaves of it is known only when all is chosen.
            return Ok(Err(used_up));
        }
        if budget.wallet.is_some() {
            let is_used_up = points::is_used_up(self.scope, coupon, form, self.counters)?;
            return Ok(if is_used_up { Err(used_up) } else { Ok(Left::default()) });
        }
        let minor = self.scope.plan.cart.as_ref().map_or(2, |cart| cart.minor);
        let left = self.counters.left(&counter("budget", &plan.name), budget.amount);
        Ok(match minor_units(left, minor) {
            Some(left) if left > 0 => Ok(Left { budget: Some((left, budget.partial)) }),
            _ => Err(used_up),
        })
    }

    /// Calls for each coupon that nobody has to name and that may be used.
    pub fn automatic(&self, mut found: impl FnMut(u32, Left) -> Result<(), Overflow>) -> Result<(), Overflow> {
        let (Some(cart), Some(event)) = (&self.scope.plan.cart, self.scope.event) else { return Ok(()) };
        for coupon in index::candidates(&self.scope.plan.coupon_index, cart, event) {
            if let Some(left) = self.left(coupon, None, 0)? {
                found(coupon, left)?;
            }
        }
        Ok(())
    }

    /// Everything that keeps a coupon from being used; of one that may be used, that it lowers nothing.
    pub fn reasons(&self, coupon: u32, held: Option<&Held>, before: u32) -> Result<Vec<WhyNot>, Overflow> {
        let (Some(plan), Some(form)) = (self.plan(coupon), form(self.scope.plan, coupon, self.scope.day)) else {
            return Ok(vec![WhyNot::NotInForce]);
        };
        let mut reasons = Vec::new();
        let issued = plan.kind == CouponKind::Issued;
        if issued {
            match held {
                Some(held) => reasons.extend(why_not_held(held, self.scope.at)),
                None => reasons.push(WhyNot::NotHeld),
            }
        }
        let holds = |scope: &Scope<'_>, valid: &Valid| Eligible { scope, ..*self }.is_valid(valid, issued);
        reasons.extend(WhyNot::invalid(self.scope, &form.valid, holds, plan.line));
        if !form.offer.as_ref().is_some_and(|offer| offer.judged_after_items) {
            reasons.extend(self.failing(self.scope, form)?);
        }
        for limit in form.limits.iter().filter(|limit| !self.limit_left(plan, limit, before)) {
            reasons.push(WhyNot::Limit {
                count: rules::allowed(self.scope, limit),
                in_total: limit.in_total,
                per: limit.per,
                line: limit.line,
            });
        }
        reasons.extend(self.budget(coupon, plan, form, before)?.err());
        if reasons.is_empty() {
            reasons.push(WhyNot::NothingToLower);
        }
        Ok(reasons)
    }

    /// The conditions that do not hold.
    pub fn failing(&self, scope: &Scope<'_>, form: &CouponFormPlan) -> Result<Vec<WhyNot>, Overflow> {
        let tracer = Tracer::new(*scope, self.source);
        let mut failing = Vec::new();
        for condition in &form.when {
            if !scope.holds(condition.node)? {
                let reason = silent::failing(&tracer, condition.node)?;
                failing.push(WhyNot::Condition(Box::new(reason), condition.event_only));
            }
        }
        Ok(failing)
    }

    /// What there is to say of a coupon that nobody has named and that does not apply by itself: nothing of those that
    /// others hold.
    pub fn unnamed(&self, coupon: u32) -> Result<Option<NotApplied>, Overflow> {
        let Some(plan) = self.plan(coupon) else { return Ok(None) };
        let held = &self.scope.member.coupons;
        let own = held.open().filter(|held| held.coupon == coupon).min_by_key(|held| held.until);
        if plan.kind == CouponKind::Issued && own.is_none() {
            return Ok(None);
        }
        let mut reasons = match self.left(coupon, own, 0)? {
            Some(_) => Vec::new(),
            None => self.reasons(coupon, own, 0)?,
        };
        if reasons.is_empty() && plan.kind != CouponKind::Automatic {
            reasons.push(WhyNot::NotNamed);
        }
        let reasons_known = !reasons.is_empty();
        let code = own.and_then(|own| own.code.clone());
        Ok(reasons_known.then_some(NotApplied { code, coupon: Some(coupon), reasons }))
    }
}

/// Why an issued coupon may not be used.
fn why_not_held(held: &Held, at: i64) -> Option<WhyNot> {
    match held.fate {
        Fate::Used { at, .. } => Some(WhyNot::Used { at }),
        _ if held.until <= at => Some(WhyNot::Expired { at: held.until }),
        // A late order uses what could be used then.
        Fate::Ended | Fate::Open => None,
    }
}
