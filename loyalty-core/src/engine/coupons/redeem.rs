//! Using coupons on an order: which apply, what is counted for them, and what is said of the others.

use rust_decimal::Decimal;

use super::decision::CouponDecision;
use super::issue::form;
use super::life;
use super::offers::{self, Offer, Unmet};
use super::{Fate, name};
use crate::amount::Overflow;
use crate::engine::claims::counter;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::rules;
use crate::engine::tally::{self, Change, Changes};
use crate::engine::value::Value;
use crate::plan::{EventPlan, Plan};

/// What an order makes of coupons, before it is written down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    pub used: Vec<Use>,
    pub unmet: Vec<Unmet>,
}

/// A coupon that applies.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    pub offer: Offer,
    /// What it takes off in all; nothing where what it gives is the host's.
    pub discount: Option<Decimal>,
    /// What it takes off each line, by the line's place.
    pub lines: Vec<(u32, Decimal)>,
}

/// Which coupons apply to an order, and why the named ones that do not.
pub fn decide(scope: &Scope<'_>, event_plan: &EventPlan, event: &EventData) -> Result<Uses, EventError> {
    let mut uses = Uses::default();
    if event_plan.codes.is_none() {
        return Ok(uses);
    }
    offers::check(event_plan, event)?;
    let codes = offers::named(event_plan, event);
    let (offers, unmet) = offers::offers(scope, &codes, replaced(event_plan, event));
    uses.unmet = unmet;
    let mut used = Changes::new();
    for offer in offers {
        let reasons = life::unmet(scope, &offer, &used)?;
        if reasons.is_empty() {
            count(scope.plan, &offer, scope.at, scope.day, &mut used);
            uses.used.push(Use { offer, discount: None, lines: Vec::new() });
        } else if let Some(code) = offer.code {
            uses.unmet.push(Unmet { code, coupon: Some(offer.coupon), reasons });
        }
    }
    uses.unmet.sort_by_key(|unmet| codes.iter().position(|code| **code == *unmet.code));
    Ok(uses)
}

/// The order that an order replaces.
pub fn replaced<'e>(event_plan: &EventPlan, event: &'e EventData) -> Option<&'e str> {
    match event.slot(event_plan.replaces?) {
        Value::Text(order, _) => Some(order),
        _ => None,
    }
}

/// Counts one use against the limits of a coupon.
pub fn count(plan: &Plan, offer: &Offer, at: i64, day: i32, changes: &mut Changes) {
    let Some(form) = form(plan, offer.coupon, plan.calendar.day_at(offer.as_of)) else { return };
    for number in form.limits.iter().filter_map(|limit| limit.tally) {
        tally::count_once(changes, number, rules::limit_key(plan, number, at, day));
    }
}

/// Writes down what an order makes of coupons. Works on a state that is thrown away if anything is wrong.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    uses: Uses,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let at = event.at;
    for Use { offer, discount, lines } in uses.used {
        let mut changes = Changes::new();
        count(plan, &offer, at, event.day, &mut changes);
        changes.iter().try_for_each(|change: &Change| member.tallies.add(change))?;
        let held = member.coupons.held.iter_mut().find(|held| Some(held.number) == offer.number);
        if let Some(held) = held {
            held.fate = Fate::Used { at, order: hash(&event.id) };
        }
        let Offer { coupon, number, code, as_of } = offer;
        let named: Box<str> = name(plan, coupon).into();
        let redeemed = CouponDecision::Redeemed { coupon: named.clone(), number, code, discount, lines, as_of };
        decisions.push(Decision { at, kind: Kind::Coupon(redeemed) });
        let Some(form) = form(plan, coupon, plan.calendar.day_at(as_of)) else { continue };
        let totals = form.limits.iter().filter(|limit| limit.in_total);
        let totals = totals.map(|limit| ("coupon", Decimal::ONE, Decimal::from(limit.count)));
        let budget = form.budget.zip(discount).map(|(budget, discount)| ("budget", discount, budget.amount));
        for (keyword, by, limit) in totals.chain(budget).filter(|(_, by, _)| *by > Decimal::ZERO) {
            let kind = Kind::Claim { counter: counter(keyword, &named), by, limit, rule: None };
            decisions.push(Decision { at, kind });
        }
    }
    for Unmet { code, coupon, reasons } in uses.unmet {
        let coupon = coupon.map(|coupon| name(plan, coupon).into());
        let refused = CouponDecision::Refused { code, coupon, reasons };
        decisions.push(Decision { at, kind: Kind::Coupon(refused) });
    }
    Ok(())
}
