//! Using coupons on an order: which apply, what is counted for them, and what is said of the others.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::decision::CouponDecision;
use super::issue::form;
use super::life;
use super::offers::{self, Offer, Unmet};
use super::reason::{NotApplied, Reason};
use super::{Fate, name};
use crate::amount::Overflow;
use crate::engine::claims::{Counters, counter};
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::measures;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::quote;
use crate::engine::quote::cart::{Source, decimal};
use crate::engine::quote::why::WhyNot;
use crate::engine::rules;
use crate::engine::tally::{self, Change, Changes};
use crate::engine::value::Value;
use crate::plan::{EventPlan, Plan};
use crate::sorting::Arrange as _;

/// What an order makes of coupons, before it is written down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    pub used: Vec<Use>,
    pub unmet: Vec<Unmet>,
}

impl Uses {
    /// The coupons that apply.
    pub fn coupons(&self) -> SmallVec<[u32; 4]> {
        self.used.iter().map(|used| used.offer.coupon).collect()
    }
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
    // Where nobody asks for a coupon and none applies by itself, there is nothing to price.
    if codes.is_empty() && scope.plan.coupon_names.automatic.is_empty() {
        return Ok(uses);
    }
    let (offers, unmet) = offers::offers(scope, &codes, replaced(event_plan, event));
    uses.unmet = unmet;
    let mut used = Changes::new();
    // An order without lines cannot be priced here: what its coupons take off is the host's.
    let cart = scope.plan.cart.as_ref().filter(|cart| event.list(cart.lines).present);
    if cart.is_some() {
        let named_twice = |unmet: &Unmet| unmet.reasons == [Reason::NamedTwice];
        let twice: Vec<Unmet> = uses.unmet.iter().filter(|unmet| named_twice(unmet)).cloned().collect();
        uses.unmet.retain(|unmet| unmet.coupon.is_none());
        priced(scope, event_plan, event, &mut uses)?;
        // Of a code that is written more than once a quote tells no coupon.
        let told = |twice: &Unmet| uses.unmet.iter().any(|unmet| unmet.code == twice.code && named_twice(unmet));
        let untold: Vec<Unmet> = twice.into_iter().filter(|twice| !told(twice)).collect();
        uses.unmet.extend(untold);
    }
    // Where the order was priced, all of them were spoken of.
    for offer in offers.into_iter().filter(|_| cart.is_none()) {
        let before = uses.used.iter().filter(|used| used.offer.coupon == offer.coupon).count() as u32;
        let reasons = life::unmet(scope, &offer, (&used, before))?;
        if reasons.is_empty() {
            count(scope.plan, &offer, scope.at, scope.day, &mut used);
            uses.used.push(Use { offer, discount: None, lines: Vec::new() });
        } else if let Some(code) = offer.code {
            uses.unmet.push(Unmet { code, coupon: Some(offer.coupon), reasons });
        }
    }
    uses.unmet.arrange_by_key(|unmet| codes.iter().position(|code| **code == *unmet.code));
    Ok(uses)
}

/// The coupons that say what they give, by the very function that quotes a cart.
fn priced(scope: &Scope<'_>, event_plan: &EventPlan, event: &EventData, uses: &mut Uses) -> Result<(), EventError> {
    let none = Counters::default();
    let request =
        quote::Request { codes: &[], counters: scope.counters.unwrap_or(&none), source: Source::Order, others: false };
    let answer = quote::answer(scope.plan, scope.member, event, "", request)?;
    let minor = scope.plan.cart.as_ref().map_or(2, |cart| cart.minor);
    // What speaks against the others is told as of coupons that give nothing: on the order as the coupons met it.
    let view = &answer.order.view;
    let mut deltas = measures::Deltas::default();
    let met = Scope { event: Some(view), deltas: &[], ..*scope };
    if !answer.not_applied.is_empty() {
        measures::deltas(&met, &event_plan.measures, &mut deltas)?;
    }
    let met = Scope { deltas: &deltas, ..met };
    let earlier = replaced(event_plan, event).map(|order| offers::earlier(scope, order)).unwrap_or_default();
    for applied in answer.applied {
        let as_of = offers::as_of(scope, applied.coupon, applied.held, &earlier);
        let offer = Offer { coupon: applied.coupon, number: applied.held, code: applied.code, as_of };
        let lines = applied.applied.lines.iter().map(|(line, off)| (*line, decimal(*off, minor)));
        let gives = form(scope.plan, offer.coupon, scope.day).is_some_and(|form| form.offer.is_some());
        let (discount, lines) = (gives.then(|| decimal(applied.applied.off(), minor)), lines.collect());
        uses.used.push(Use { offer, discount, lines });
    }
    for refused in answer.not_applied {
        let (Some(code), Some(coupon)) = (refused.code, refused.coupon) else { continue };
        let number = scope.member.coupons.held.iter().find(|held| held.coupon == coupon).map(|held| held.number);
        let as_of = offers::as_of(scope, coupon, number, &earlier);
        let offer = Offer { coupon, number, code: None, as_of };
        let mut reasons: Vec<Reason> = refused.reasons.iter().filter_map(of_quote).collect();
        if reasons.is_empty() {
            reasons = life::unmet(&met, &offer, (&Changes::new(), 0))?;
        }
        uses.unmet.push(Unmet { code, coupon: Some(coupon), reasons });
    }
    Ok(())
}

/// What a quote says of the coupon itself, and of what others do to it.
fn of_quote(why: &WhyNot) -> Option<Reason> {
    Some(match why {
        WhyNot::MistypedCode => Reason::MistypedCode,
        WhyNot::OtherMember => Reason::OtherMember,
        WhyNot::NamedTwice => Reason::NamedTwice,
        WhyNot::NotHeld => Reason::NotHeld,
        WhyNot::Used { .. } => Reason::AlreadyUsed,
        WhyNot::Expired { at } => Reason::Expired { at: *at },
        why => Reason::NotApplied(NotApplied::named(why.name())?),
    })
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
        let held = member.coupons.held.find_mut(|held| Some(held.number) == offer.number);
        if let Some(held) = held {
            held.fate = Fate::Used { at, order: hash(&event.id) };
        }
        let Offer { coupon, number, code, as_of } = offer;
        let named: Box<str> = name(plan, coupon).into();
        let form = form(plan, coupon, plan.calendar.day_at(as_of));
        let terms = form.filter(|form| form.revoke).map(|form| form.terms);
        let redeemed = CouponDecision::Redeemed { coupon: named.clone(), number, code, discount, lines, as_of, terms };
        decisions.push(Decision { at, kind: Kind::Coupon(redeemed) });
        let Some(form) = form else { continue };
        let totals = form.limits.iter().filter(|limit| limit.in_total);
        let totals = totals.map(|limit| ("coupon", Decimal::ONE, Decimal::from(limit.total())));
        let budget = form
            .budget
            .filter(|budget| budget.wallet.is_none())
            .zip(discount)
            .map(|(budget, discount)| ("budget", discount, budget.amount));
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
