//! Badges and coupons that an order has given: they go with it, unless what is kept of it, or another order, gives them. A coupon goes
//! where its rule `returns revoke`, as long as nobody has used it.

use super::kept::kept;
use super::lasting::{each_form, revokes};
use super::order::{Order, come_back_before, read};
use super::rerate::scope;
use crate::amount::Overflow;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::{badges, coupons, rules};
use crate::plan::{EffectKindPlan, Plan, RuleFormPlan, in_force};

/// Takes away the badges that the order has given and what is kept of it does not.
pub(super) fn badges_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    kept: &EventData,
    whole: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let still_holds = |member: &Member, form: &RuleFormPlan| still_holds(plan, member, (order, kept), form);
    // Another rule had no need to give what was there, and would have.
    let by_itself = |member: &Member, badge: u16, level: u16| {
        let mut best = 0;
        if whole {
            return Ok(best);
        }
        let then = scope(plan, member, order, &order.event);
        for rule in plan.rules.iter().filter(|rule| rule.on(order.event.event)) {
            let Some(form) = in_force(&rule.forms, order.day) else { continue };
            let given = awarded(form, badge).unwrap_or_default().min(level);
            if given > best && rules::holds(&then, form)? && (!form.revoke || still_holds(member, form)?) {
                best = given;
            }
        }
        Ok(best)
    };
    let by_another = |member: &Member, badge: u16, level: u16| given_by_another(plan, member, order, (badge, level));
    badges::come_back(plan, member, order, whole, (still_holds, by_itself, by_another), at, decisions)
}

/// The highest level of a badge that a form of a rule gives whoever does not have it, the lowest 1.
fn awarded(form: &RuleFormPlan, badge: u16) -> Option<u16> {
    let levels = form.effects.iter().filter_map(|effect| match effect.kind {
        EffectKindPlan::Award { badge: own, level } if own == badge => Some(level.map_or(1, |level| level + 1)),
        _ => None,
    });
    levels.max()
}

/// Whether what is kept of an order meets a rule's own conditions on it: what the event alone decides is the same whatever the member
/// has by now.
fn still_holds(
    plan: &Plan,
    member: &Member,
    (order, kept): (&Order, &EventData),
    form: &RuleFormPlan,
) -> Result<bool, Overflow> {
    let scope = scope(plan, member, order, kept);
    for condition in form.when.iter().filter(|condition| condition.event_only) {
        if !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes away the coupons of rules that `returns revoke`, in whichever form of the order they were issued, whose conditions what is
/// kept does not meet.
pub(super) fn coupons_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    kept: &EventData,
    whole: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    for (rule, number) in revocable(plan, member, &order.event.id) {
        let form = plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, order.day));
        let stays = match form.filter(|_| !whole) {
            Some(form) => still_holds(plan, member, (order, kept), form)?,
            None => !whole,
        };
        if !stays {
            coupons::revoke(plan, member, number, at, decisions);
        }
    }
    Ok(())
}

/// The same where another order has taken the place of one and does not set off their rules, which `fired` tells.
pub(super) fn coupons_of_edited(
    plan: &Plan,
    member: &mut Member,
    replaced: &str,
    (fired, at): (&[u32], i64),
    decisions: &mut Vec<Decision>,
) {
    for (_, number) in revocable(plan, member, replaced).into_iter().filter(|(rule, _)| !fired.contains(rule)) {
        coupons::revoke(plan, member, number, at, decisions);
    }
}

/// The coupons, with their rules, that rules on an order and on those in whose place it is have issued, and that go with it.
fn revocable(plan: &Plan, member: &Member, order: &str) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    each_form(plan, member, order, |record, decisions| {
        for decision in decisions {
            if let Kind::Coupon(CouponDecision::Issued { number, rule: Some(rule), .. }) = &decision.kind
                && revokes(plan, *rule, plan.calendar.day_at(record.at))
                && plan.rules.get(*rule as usize).is_some_and(|rule| rule.on(record.event))
            {
                found.push((*rule, *number));
            }
        }
    });
    found
}

/// When an order that came after it, or was told after it, first gives a badge at that level, the lowest 1, or at a higher one, as
/// what is left of it stands: it had no need to, for the badge was there. Limits are not asked, since the order that comes back used them up.
fn given_by_another(
    plan: &Plan,
    member: &Member,
    order: &Order,
    (badge, level): (u16, u16),
) -> Result<Option<i64>, EventError> {
    let awards = |form: &RuleFormPlan| awarded(form, badge).is_some_and(|given| given >= level);
    let (own, since) = (order.event.at, member.return_horizon(plan));
    let mut first: Option<i64> = None;
    let held = member.badges.get(usize::from(badge)).map(|held| held.since);
    let mut told = false;
    for record in member.log.iter() {
        let is_it = *record.id == *order.event.id;
        told |= is_it;
        let asked = !is_it && !record.order.is_empty() && record.at >= since && (told || record.at >= own);
        if !asked || (first.is_some_and(|first| first <= record.at) && held != Some(record.at)) {
            continue;
        }
        let day = plan.calendar.day_at(record.at);
        let rules = plan.rules.iter().filter(|rule| rule.on(record.event));
        let mut forms = rules.filter_map(|rule| in_force(&rule.forms, day)).filter(|form| awards(form)).peekable();
        let returned = come_back_before(plan, member, record.id, record.at);
        if forms.peek().is_none() || returned.whole || record.at < member.enrolled_at {
            continue;
        }
        let other = read(plan, &record)?;
        let event = kept(plan, &other, &returned)?;
        for form in forms {
            if rules::holds(&scope(plan, member, &other, &event), form)? {
                // As long as one of that very instant gives it, it is held since then.
                if held == Some(record.at) {
                    return Ok(held);
                }
                first = Some(record.at);
            }
        }
    }
    Ok(first)
}
