//! Whether a coupon may be used now: its days, its conditions, how often and how much of it is left.

use rust_decimal::Decimal;

use super::issue::form;
use super::offers::Offer;
use super::reason::Reason;
use super::{name, points};
use crate::amount::Overflow;
use crate::check::model::Valid;
use crate::engine::claims::counter;
use crate::engine::eval::Scope;
use crate::engine::rules;
use crate::engine::tally::Changes;
use crate::plan::CouponFormPlan;
use crate::time::{day_of, micros_of};

/// Everything that speaks against a coupon; nothing if it may be used. `used` is what other coupons of the same order
/// have used up of its limits, and how many of them are of its kind.
pub fn unmet(scope: &Scope<'_>, offer: &Offer, used: (&Changes, u32)) -> Result<Vec<Reason>, Overflow> {
    let day = scope.plan.calendar.day_at(offer.as_of);
    let Some(form) = form(scope.plan, offer.coupon, day) else { return Ok(vec![Reason::UnknownCode]) };
    let mut reasons = Vec::new();
    let then = Scope { at: offer.as_of, day, ..*scope };
    reasons.extend(form.valid.iter().filter_map(|valid| invalid(&then, valid, offer.number.is_some())));
    for (place, condition) in form.when.iter().enumerate() {
        if !scope.holds(condition.node)? {
            reasons.push(Reason::Condition { number: place as u32 + 1 });
        }
    }
    reasons.extend(used_up(scope, offer.coupon, form, used));
    if let (Some(counters), Some(budget)) = (scope.counters, form.budget)
        && points::is_used_up(scope, offer.coupon, form, counters)?
    {
        reasons.push(Reason::Budget { amount: budget.amount });
    }
    Ok(reasons)
}

/// Why a part of `valid` does not hold. The end of an issued coupon is its own.
fn invalid(scope: &Scope<'_>, valid: &Valid, issued: bool) -> Option<Reason> {
    if rules::is_valid(scope, valid) {
        return None;
    }
    let calendar = &scope.plan.calendar;
    let (from, to) = match valid {
        Valid::Weekdays { .. } => return Some(Reason::Weekday),
        Valid::Hours { .. } => return Some(Reason::Hours),
        Valid::Dates { from, to, till } => {
            let begins = |day: i32| calendar.instant_of(day, micros_of(*till));
            (from.map(|from| begins(day_of(from))), to.map(|to| begins(day_of(to).saturating_add(1))))
        }
        Valid::Instants { from, to } => (*from, *to),
    };
    match (from, to) {
        (Some(from), _) if scope.at < from => Some(Reason::NotYet { from }),
        (_, Some(at)) if !issued => Some(Reason::Expired { at }),
        _ => None,
    }
}

/// The limits and the budget that leave nothing more.
fn used_up<'s>(
    scope: &'s Scope<'_>,
    coupon: u32,
    form: &'s CouponFormPlan,
    (used, before): (&'s Changes, u32),
) -> impl Iterator<Item = Reason> + 's {
    let left_in_total = move |keyword: &str, limit: Decimal| {
        let counters = scope.counters?;
        Some(counters.left(&counter(keyword, name(scope.plan, coupon)), limit))
    };
    let limits = form.limits.iter().filter_map(move |limit| {
        let reached = if limit.in_total {
            left_in_total("coupon", Decimal::from(limit.total())).is_some_and(|left| left <= Decimal::from(before))
        } else {
            rules::left(scope, limit, used) <= 0
        };
        reached.then_some(Reason::Limit { count: rules::allowed(scope, limit), in_total: limit.in_total })
    });
    let budget = form.budget.filter(|budget| budget.wallet.is_none()).and_then(move |budget| {
        let left = left_in_total("budget", budget.amount)?;
        left.is_zero().then_some(Reason::Budget { amount: budget.amount })
    });
    limits.chain(budget)
}
