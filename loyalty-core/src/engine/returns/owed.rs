//! What coupons with `returns revoke` take off no more, once what is kept would not have got it by itself.
//!
//! It follows from what has come back so far and from nothing else: each coupon is laid once more on the lines that are
//! kept, at their prices before any coupon, and had it given less there than its share of what was charged, the rest is
//! owed. So parts that come back in any order lead to the same, and an order that comes back whole is paid back whole.

use rust_decimal::Decimal;

use super::kept::{keep_units, lines, minor, share};
use super::order::{Order, Returned};
use crate::amount::{self, Overflow};
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::issue;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::pricing::Minor;
use crate::engine::pricing::apply::{Applied, apply};
use crate::engine::pricing::cart::Cart;
use crate::engine::pricing::give::Stage;
use crate::engine::quote::cart::{Priceable, Source, decimal};
use crate::engine::quote::offer::{Left, Reader, stage_of};
use crate::plan::offers::{OfferPlan, minor_units};
use crate::plan::{CartPlan, CouponFormPlan, CouponPlan, Plan};

/// What one coupon takes off no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    /// Its place among the decisions of the order.
    pub decision: usize,
    /// By the line's place in the order.
    pub lines: Vec<(usize, Decimal)>,
}

/// What all coupons of an order take off what is kept of it no more.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AllOwed {
    pub coupons: Vec<Owed>,
    /// What is kept costs so much before any coupon.
    pub list_price: Decimal,
}

impl AllOwed {
    /// Of one coupon, by its place among the decisions of the order.
    pub fn of(&self, decision: usize) -> Result<Decimal, Overflow> {
        let own = self.coupons.iter().filter(|owed| owed.decision == decision).flat_map(|owed| &owed.lines);
        amount::sum(own.map(|(_, off)| *off))
    }
}

/// A coupon that an order has used, and what it took off.
struct Used<'a> {
    decision: usize,
    coupon: u32,
    form: &'a CouponFormPlan,
    offer: &'a OfferPlan,
    lines: &'a [(u32, Decimal)],
    /// Whether it is laid on what is kept once more: it said so when it was used, and says the same by now.
    asked: bool,
}

fn used<'a>(plan: &'a Plan, order: &'a Order) -> impl Iterator<Item = Used<'a>> {
    order.decisions.iter().enumerate().filter_map(|(decision, decided)| {
        let Kind::Coupon(CouponDecision::Redeemed { coupon, lines, as_of, terms, .. }) = &decided.kind else {
            return None;
        };
        let coupon = CouponPlan::named(&plan.coupons, coupon)?;
        let form = issue::form(plan, coupon, plan.calendar.day_at(*as_of))?;
        let asked = form.revoke && *terms == Some(form.terms);
        Some(Used { decision, coupon, form, offer: form.offer.as_ref()?, lines, asked })
    })
}

/// Whether an order has used a coupon that may lose what it took off, as it was when it was used: what is to be paid back of it is told,
/// whatever another version says of the coupon. One that has no coupons at all does not know what was charged.
pub fn tells_due(plan: &Plan, order: &Order) -> bool {
    let may_lose =
        |decision: &Decision| matches!(decision.kind, Kind::Coupon(CouponDecision::Redeemed { terms: Some(_), .. }));
    plan.cart.as_ref().is_some_and(|cart| cart.event == order.event.event) && order.decisions.iter().any(may_lose)
}

/// Whether an order has used a coupon that a partial return may call into question.
fn may_owe(plan: &Plan, order: &Order) -> bool {
    used(plan, order).any(|used| used.asked)
}

pub fn owed(plan: &Plan, order: &Order, returned: &Returned) -> Result<AllOwed, EventError> {
    let mut all = AllOwed::default();
    let layout = plan.events.get(usize::from(order.event.event)).map(|event| &event.layout);
    let cart = plan.cart.as_ref().filter(|cart| cart.event == order.event.event);
    let nothing_back = returned.whole || returned.units.iter().all(Decimal::is_zero);
    let (Some(layout), Some(cart)) = (layout, cart.filter(|_| !nothing_back && may_owe(plan, order))) else {
        return Ok(all);
    };
    let Some((_, _, lines)) = lines(&order.event, layout) else { return Ok(all) };
    let event = keep_units(plan, order, returned)?;
    let kept = Priceable::of(plan, cart, &event, Source::Order)?;
    all.list_price = super::kept::base(plan, &kept.view)?;
    let units = |line: usize| returned.units.get(line).copied().unwrap_or_default();
    let mut places: Vec<usize> = (0..lines.len()).collect();
    places.retain(|line| lines.get(*line).is_some_and(|known| units(*line).is_zero() || units(*line) < known.quantity));
    // Of what each coupon took off, the part that lies on kept units.
    let kept_part = |used: &Used<'_>| -> Result<Vec<(usize, Decimal)>, EventError> {
        let mut parts = Vec::with_capacity(used.lines.len());
        for (line, off) in used.lines {
            let line = *line as usize;
            let Some(known) = lines.get(line).filter(|_| places.contains(&line)) else { continue };
            let gone = share(*off, units(line), known.quantity, minor(plan, *off))?;
            parts.push((line, amount::subtract(*off, gone)?));
        }
        Ok(parts)
    };
    let mut by_items = vec![0; places.len()];
    for used in used(plan, order).filter(|used| stage_of(&used.offer.give) == Stage::Items) {
        for (line, off) in kept_part(&used)? {
            let off = minor_units(off, cart.minor).unwrap_or_default();
            if let Some(sum) = places.iter().position(|place| *place == line).and_then(|at| by_items.get_mut(at)) {
                *sum += off;
            }
        }
    }
    for used in used(plan, order).filter(|used| used.asked) {
        let parts = kept_part(&used)?;
        let taken = amount::sum(parts.iter().map(|(_, off)| *off))?;
        let gives = gives(plan, cart, order, &kept, &used, &by_items)?.map_or(taken, |gives| gives.min(taken));
        let rest = amount::subtract(taken, gives)?;
        if rest.is_zero() {
            continue;
        }
        let weights: Vec<Decimal> = parts.iter().map(|(_, off)| *off).collect();
        let shares = amount::apportion(rest, &weights, minor(plan, rest))?;
        let lines = parts.iter().map(|(line, _)| *line).zip(shares).collect();
        all.coupons.push(Owed { decision: used.decision, lines });
    }
    Ok(all)
}

/// What a coupon would take off the lines of what is kept; nothing if that is not for the order alone to say.
fn gives(
    plan: &Plan,
    cart: &CartPlan,
    order: &Order,
    kept: &Priceable,
    used: &Used<'_>,
    by_items: &[Minor],
) -> Result<Option<Decimal>, EventError> {
    let nobody = Member::blank(plan, "", order.event.at);
    let alone = Scope { day: order.day, ..Scope::of(plan, &nobody, order.event.at) };
    let after_items;
    let mut view = &kept.view;
    if used.offer.judged_after_items {
        let nets: Vec<Minor> =
            kept.basket.lines.iter().zip(by_items).map(|(line, off)| (line.amount - off).max(0)).collect();
        after_items = kept.at_nets(plan, cart, &nets)?;
        view = &after_items;
    }
    let judged = Scope { event: Some(view), ..alone };
    for condition in used.form.when.iter().filter(|condition| condition.event_only) {
        if !judged.holds(condition.node)? {
            return Ok(Some(Decimal::ZERO));
        }
    }
    if !used.offer.event_only {
        return Ok(None);
    }
    let scope = Scope { event: Some(&kept.view), ..alone };
    let reader = Reader { scope: &scope, cart, order: kept };
    let Some(candidate) = reader.candidate(used.coupon, used.offer, Left::default())? else {
        return Ok(Some(Decimal::ZERO));
    };
    let mut applied = Applied::default();
    apply(&mut Cart::of(&kept.basket, candidate.give.sees_units()), &candidate, Some(&mut applied));
    let off: Minor = applied.lines.iter().map(|(_, off)| off).sum();
    Ok(Some(decimal(off, cart.minor)))
}
