//! Issuing: how long a coupon lasts, and the code that it has.

use super::decision::CouponDecision;
use super::{Fate, Held, mint, name};
use crate::check::model::{CouponKind, Valid};
use crate::engine::cycles::Cycles;
use crate::engine::doors::named;
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::event::EventData;
use crate::engine::experiments;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::value::Value;
use crate::plan::{CouponFormPlan, CouponPlan, EventPlan, IssueEndPlan, NodeId, Plan, in_force};
use crate::time::{day_of, micros_of};

/// An issue, worked out and not made yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    pub coupon: u32,
    pub code: Option<Box<str>>,
    pub until: i64,
}

/// Works out an issue; nothing for a coupon whose time is over.
pub fn plan(
    scope: &Scope<'_>,
    coupon: u32,
    code: Option<NodeId>,
    end: Option<IssueEndPlan>,
) -> Result<Option<Issue>, EventError> {
    let Some(form) = form(scope.plan, coupon, scope.day) else { return Ok(None) };
    let code = match code.map(|code| scope.eval(code, NO_ROW)).transpose()? {
        Some(Value::Text(code, _)) if !code.is_empty() => Some(code.into()),
        _ => None,
    };
    let until = match end {
        Some(IssueEndPlan::Lasts(lasts)) => scope.cycles().lasts(lasts, scope.at),
        Some(IssueEndPlan::Until(day)) => match scope.eval(day, NO_ROW)? {
            Value::Date(day) => scope.plan.calendar.start_of(day.saturating_add(1)),
            _ => own_end(scope.cycles(), form, scope.at),
        },
        None => own_end(scope.cycles(), form, scope.at),
    };
    if until <= scope.at {
        return Ok(None);
    }
    expect_secret(scope.plan, form, code.as_deref())?;
    Ok(Some(Issue { coupon, code, until }))
}

/// Refuses to issue what only the host's secret could make a code for.
fn expect_secret(plan: &Plan, form: &CouponFormPlan, code: Option<&str>) -> Result<(), EventError> {
    experiments::expect_secret(plan, code.is_none() && form.minted.is_some())
}

/// The form of a coupon that is in force on a day.
pub fn form(plan: &Plan, coupon: u32, day: i32) -> Option<&CouponFormPlan> {
    in_force(&plan.coupons.get(coupon as usize)?.forms, day)
}

/// The end that the program gives: so long after the issue, and no longer than the days that it is valid.
fn own_end(cycles: Cycles<'_>, form: &CouponFormPlan, at: i64) -> i64 {
    let lasts = form.valid_for.map_or(i64::MAX, |lasts| cycles.lasts(lasts, at));
    let ends = form.valid.iter().filter_map(|valid| match valid {
        Valid::Dates { to, till, .. } => {
            to.map(|to| cycles.calendar.instant_of(day_of(to).saturating_add(1), micros_of(*till)))
        }
        Valid::Instants { to, .. } => *to,
        Valid::Weekdays { .. } | Valid::Hours { .. } => None,
    });
    ends.fold(lasts, i64::min)
}

/// Puts a coupon into the member's hand and says so.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    issue: Issue,
    rule: Option<u32>,
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let number = member.next_entry();
    let Issue { coupon, code, until } = issue;
    let minted = || {
        let mint = form(plan, coupon, plan.calendar.day_at(at))?.minted.as_ref()?;
        Some(mint::code(plan, mint, plan.secret.as_ref()?, coupon, (&member.id, number, at)))
    };
    let code = code.or_else(minted);
    let held = Held { number, coupon, code: code.clone(), issued_at: at, until, fate: Fate::Open };
    let (coupon, expires_at) = (name(plan, coupon).into(), held.expires_at());
    member.coupons.held.push(held);
    let issued = CouponDecision::Issued { number, coupon, code, expires_at, rule };
    decisions.push(Decision { at, kind: Kind::Coupon(issued) });
}

/// Staff give a member a coupon.
pub fn by_staff(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Value::Text(wanted, _) = named(event_plan, event, "coupon") else {
        return Err(EventError::new(Refusal::MissingField).in_field("coupon"));
    };
    let known = CouponPlan::named(&plan.coupons, wanted);
    let issued = |coupon: &CouponPlan| coupon.kind == CouponKind::Issued;
    let Some(coupon) = known.filter(|coupon| plan.coupons.get(*coupon as usize).is_some_and(issued)) else {
        let names = plan.coupons.iter().filter(|coupon| issued(coupon)).take(NAMES_MAX);
        let names: Vec<String> = names.map(|coupon| format!("`{}`", coupon.name)).collect();
        return Err(EventError::new(Refusal::UnknownCoupon)
            .in_field("coupon")
            .expecting(if names.is_empty() { "a coupon that is issued".to_owned() } else { names.join(" or ") })
            .but_found(format!("`{wanted}`")));
    };
    let code = match named(event_plan, event, "code") {
        Value::Text(code, _) if !code.is_empty() => Some(code.into()),
        _ => None,
    };
    let day = plan.calendar.day_at(event.at);
    let Some(form) = form(plan, coupon, day) else { return Ok(()) };
    let until = match named(event_plan, event, "until") {
        Value::Date(day) => plan.calendar.start_of(day.saturating_add(1)),
        _ => own_end(Cycles::of(plan, member), form, event.at),
    };
    if until > event.at {
        expect_secret(plan, form, code.as_deref())?;
        commit(plan, member, Issue { coupon, code, until }, None, event.at, decisions);
    }
    Ok(())
}

/// Names that a message lists at most.
const NAMES_MAX: usize = 5;
