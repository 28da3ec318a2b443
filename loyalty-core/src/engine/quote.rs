//! What a cart would get: which coupons are eligible, which of them apply together, and why not the others.
//!
//! | file | what it does |
//! |---|---|
//! | `cart` | the order before any coupon |
//! | `eligible` | which coupons may be used on it, and why not the others |
//! | `index` | the automatic ones that are worth a look |
//! | `offer` | what an eligible one gives of it |
//! | `rewards` | the rewards that it names, and what the others lack |
//! | `why` | reasons as data and in words |
//!
//! An order that has happened is priced by the same function as the cart that was quoted, so that a preview and what is
//! committed cannot differ.

pub mod cart;
pub mod eligible;
pub mod index;
pub mod offer;
pub mod rewards;
pub mod why;

use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::clock;
use super::coupons::Held;
use super::decided::Decided;
use super::doors::same_program;
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::EventData;
use super::experiments;
use super::measures;
use super::member::Member;
use super::pricing::apply::{Applied, apply};
use super::pricing::cart::Cart;
use super::pricing::choice::{Choice, Judge, price};
use super::pricing::give::{Candidate, GroupChoice, Stack, Stop};
use super::pricing::{Line, Minor};
use super::refusals::{self, Refused};
use super::value::Value;
use crate::amount::{self, Overflow};
use crate::engine::claims::Counters;
use crate::plan::{CartPlan, CouponFormPlan, Plan, in_force};
use cart::{Priceable, Source, decimal};
use eligible::{Eligible, Named};
use offer::{Left, Reader};
use rewards::CartRewards;
use why::WhyNot;

/// Codes that one order may name.
pub const CODES_MAX: usize = 100;

/// What is asked of an order.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    pub codes: &'r [&'r str],
    pub counters: &'r Counters,
    pub source: Source,
    /// The reasons of every coupon are asked for, not only those of the codes.
    pub others: bool,
}

/// A coupon that applies.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedCoupon {
    pub coupon: u32,
    /// The code as it was named; nothing for those that nobody has to name.
    pub code: Option<Box<str>>,
    /// The number of the issued coupon that is used.
    pub held: Option<u64>,
    pub applied: Applied,
}

/// A code or a coupon that does not apply, and everything that keeps it from applying.
#[derive(Debug, Clone)]
pub struct NotApplied {
    pub code: Option<Box<str>>,
    /// Nothing for a code that no coupon has.
    pub coupon: Option<u32>,
    pub reasons: Vec<WhyNot>,
}

impl NotApplied {
    /// A code that only looks like one of its coupon: nothing is said of the coupon itself.
    fn is_strange(&self) -> bool {
        self.reasons.iter().all(|why| matches!(why, WhyNot::MistypedCode | WhyNot::OtherMember))
    }
}

/// What an order gets.
#[derive(Debug)]
pub struct Answer {
    pub order: Priceable,
    /// In the order in which they apply.
    pub applied: Vec<AppliedCoupon>,
    pub not_applied: Vec<NotApplied>,
    /// What each line costs in the end.
    pub nets: Vec<Minor>,
    /// What each unit of each line that is lowered costs in the end: (units, net), the lines one after the other. Of a
    /// cart.
    pub units: Vec<SmallVec<[(u32, Minor); 4]>>,
    pub shipping: Minor,
    /// Of a cart; nothing of an order, which has taken its rewards by itself.
    pub rewards: CartRewards,
    /// The rules that would refuse the order. Of a cart.
    pub refused: Vec<Refused>,
    /// No lawful combination takes off more.
    pub complete: bool,
}

/// A coupon that may be used, beside how it came to be considered.
struct Considered<'p> {
    form: &'p CouponFormPlan,
    code: Option<Box<str>>,
    held: Option<u64>,
}

/// Conditions that are judged on what item discounts leave.
struct AfterItems<'s, 'a> {
    scope: &'s Scope<'a>,
    cart: &'a CartPlan,
    order: &'s Priceable,
    forms: &'s [Considered<'a>],
}

impl Judge for AfterItems<'_, '_> {
    fn holds(&self, candidate: usize, nets: &[Minor]) -> bool {
        let Some(considered) = self.forms.get(candidate) else { return false };
        let Ok(view) = self.order.at_nets(self.scope.plan, self.cart, nets) else { return false };
        let scope = Scope { event: Some(&view), ..*self.scope };
        considered.form.when.iter().all(|condition| scope.holds(condition.node).unwrap_or(false))
    }
}

/// The member at the instant of a cart, with all that time has brought about by then.
pub fn at(plan: &Arc<Plan>, member: &Member, at: i64) -> Result<Option<Member>, EventError> {
    same_program(plan, member)?;
    experiments::expect_secret(plan, plan.chance_by_quotes)?;
    if member.next_due > at && !member.has_stale_rows(plan) {
        return Ok(None);
    }
    let mut working = member.clone();
    working.forget_rows(plan);
    clock::advance(plan, &mut working, at, &mut Decided::default())?;
    Ok(Some(working))
}

/// Of a program that prices no order.
pub fn unpriced() -> EventError {
    EventError::new(Refusal::UnknownEvent).in_field("type").but_found("a cart").advising(
        "no coupon of the program gives anything, and no reward of it reads an order or pays a part of one; what its \
         rewards cost and lack is told by the view of a member",
    )
}

/// What an order gets: of a cart, and of an order at the moment in which it is applied. Nothing is changed. The member
/// has been brought to the order's instant.
pub fn answer(
    plan: &Plan,
    member: &Member,
    event: &EventData,
    source: &str,
    request: Request<'_>,
) -> Result<Answer, EventError> {
    let (Some(cart), Some(event_plan)) = (&plan.cart, plan.events.get(usize::from(event.event))) else {
        return Err(unpriced());
    };
    let order = Priceable::of(plan, cart, event, request.source)?;
    let scope = Scope { event: Some(&order.view), ..Scope::of(plan, member, event.at) };
    let mut deltas = measures::Deltas::default();
    measures::deltas(&scope, &event_plan.measures, &mut deltas)?;
    let scope = Scope { deltas: &deltas, ..scope };
    let earlier = super::coupons::redeem::replaced(event_plan, event);
    let earlier = earlier.map(|order| super::coupons::offers::earlier(&scope, order)).unwrap_or_default();
    let eligible = Eligible { scope: &scope, counters: request.counters, source, earlier: &earlier };

    let mut considered: Vec<Considered<'_>> = Vec::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut not_applied: Vec<NotApplied> = Vec::new();
    // Those that take nothing off: they stand beside all others.
    let mut plain: Vec<AppliedCoupon> = Vec::new();
    let reader = Reader { scope: &scope, cart, order: &order };
    let mut consider = |coupon: u32, code: Option<&str>, held: Option<&Held>, left: Left| -> Result<bool, Overflow> {
        let Some(form) = form(plan, coupon, scope.day) else { return Ok(false) };
        let Some(offer) = &form.offer else {
            let (code, held) = (code.map(Into::into), held.map(|held| held.number));
            plain.push(AppliedCoupon { coupon, code, held, applied: Applied::default() });
            return Ok(true);
        };
        let Some(candidate) = reader.candidate(coupon, offer, left)? else { return Ok(false) };
        candidates.push(candidate);
        considered.push(Considered { form, code: code.map(Into::into), held: held.map(|held| held.number) });
        Ok(true)
    };
    let refuse =
        |code: &str, coupon: Option<u32>, reasons: Vec<WhyNot>| NotApplied { code: Some(code.into()), coupon, reasons };
    let codes = codes_of(&order, cart, request.codes);
    let mut named: Vec<(u32, Option<u64>)> = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        if at >= CODES_MAX {
            not_applied.push(refuse(code, None, vec![WhyNot::TooManyCodes]));
            continue;
        }
        if codes.iter().take(at).any(|before| before == code) {
            not_applied.push(refuse(code, None, vec![WhyNot::NamedTwice]));
            continue;
        }
        match eligible.named(code) {
            Named::Unknown(coupon, why) => not_applied.push(refuse(code, coupon, vec![why])),
            Named::Coupon(coupon, held) => {
                let own = (coupon, held.map(|held| held.number));
                // What goes by the order is given once, so that another one would be used for nothing.
                let by_order = form(plan, coupon, scope.day).is_some_and(|form| form.with_order.is_some());
                if named.iter().any(|known| *known == own || by_order && known.0 == coupon) {
                    not_applied.push(refuse(code, Some(coupon), vec![WhyNot::NamedTwice]));
                    continue;
                }
                // Of coupons that stand beside themselves, those before use the limits, too.
                let several = form(plan, coupon, scope.day).is_some_and(stands_beside_itself);
                let before = named.iter().filter(|(known, _)| several && *known == coupon).count() as u32;
                let left = eligible.left(coupon, held, before)?;
                let taken = match left {
                    Some(left) => consider(coupon, Some(code), held, left)?,
                    None => false,
                };
                if taken {
                    named.push(own);
                } else {
                    not_applied.push(refuse(code, Some(coupon), eligible.reasons(coupon, held, before)?));
                }
            }
        }
    }
    if cart.all_codes && !not_applied.is_empty() {
        for AppliedCoupon { code, coupon, .. } in plain.drain(..) {
            not_applied.push(NotApplied { code, coupon: Some(coupon), reasons: vec![WhyNot::OtherCode] });
        }
        for (considered, candidate) in considered.drain(..).zip(candidates.drain(..)) {
            let (code, coupon) = (considered.code, Some(candidate.coupon));
            not_applied.push(NotApplied { code, coupon, reasons: vec![WhyNot::OtherCode] });
        }
    }
    let mut consider = |coupon: u32, left: Left| -> Result<(), Overflow> {
        let Some(form) = form(plan, coupon, scope.day) else { return Ok(()) };
        let Some(offer) = &form.offer else {
            if !plain.iter().any(|known| known.coupon == coupon) {
                plain.push(AppliedCoupon { coupon, code: None, held: None, applied: Applied::default() });
            }
            return Ok(());
        };
        // One that was named, too, applies once.
        if candidates.iter().any(|known| known.coupon == coupon) {
            return Ok(());
        }
        if let Some(candidate) = reader.candidate(coupon, offer, left)? {
            candidates.push(candidate);
            considered.push(Considered { form, code: None, held: None });
        }
        Ok(())
    };
    eligible.automatic(&mut consider)?;

    let choice = if cart.by_priority { Choice::ByPriority } else { Choice::Best };
    let judge = AfterItems { scope: &scope, cart, order: &order, forms: &considered };
    let priced = price(&order.basket, &candidates, choice, &judge).ok_or(Overflow)?;
    for (at, (candidate, considered)) in candidates.iter().zip(&considered).enumerate() {
        let named = considered.code.is_some();
        if !(named || request.others) || priced.chosen.iter().any(|(chosen, _)| *chosen == at) {
            continue;
        }
        let mut reasons = Vec::new();
        if candidate.judged_after_items {
            let nets = priced.cart.after_items.as_ref().unwrap_or(&priced.cart.nets);
            let view = order.at_nets(plan, cart, nets)?;
            reasons.extend(eligible.failing(&Scope { event: Some(&view), ..scope }, considered.form)?);
        }
        if reasons.is_empty() {
            let chosen = priced.chosen.iter().filter_map(|(chosen, _)| candidates.get(*chosen));
            reasons.extend(beaten(&order, candidate, chosen, judge.holds(at, priced.cart.nets.as_slice())));
        }
        let code = considered.code.clone();
        not_applied.push(NotApplied { code, coupon: Some(candidate.coupon), reasons });
    }
    if request.others {
        let known = |coupon: u32| {
            candidates.iter().any(|candidate| candidate.coupon == coupon)
                || plain.iter().any(|known| known.coupon == coupon)
                || not_applied.iter().any(|refused| refused.coupon == Some(coupon) && !refused.is_strange())
        };
        let others: Vec<u32> = (0..plan.coupons.len() as u32).filter(|coupon| !known(*coupon)).collect();
        for coupon in others {
            not_applied.extend(eligible.unnamed(coupon)?);
        }
    }
    let nets = priced.cart.nets.to_vec();
    let lines = (0_u32..).zip(order.basket.lines.iter().zip(&nets)).filter(|_| request.source == Source::Cart);
    let of_lowered = |(number, (line, net)): (u32, (&Line, &Minor))| match line.amount == *net {
        true => SmallVec::new(),
        false => priced.cart.unit_nets(number),
    };
    let units = lines.map(of_lowered).collect();
    let shipping = priced.cart.shipping;
    let complete = priced.complete;
    let applied = priced.chosen.into_iter().filter_map(|(at, applied)| {
        let (candidate, considered) = (candidates.get(at)?, considered.get(at)?);
        let code = considered.code.clone();
        Some(AppliedCoupon { coupon: candidate.coupon, code, held: considered.held, applied })
    });
    let applied = applied.chain(plain).collect();
    let rewards = if request.source == Source::Cart && !plan.rewards.is_empty() {
        let left = order.at_nets(plan, cart, &nets)?;
        // Gift cards and fees are no goods, and no points buy them.
        let goods = order.goods.iter().filter_map(|at| nets.get(*at as usize));
        let goods = decimal((goods.sum::<Minor>() - order.basket.credit).max(0), cart.minor);
        rewards::judge(plan, member, &left, goods, request.counters, request.others)?
    } else {
        CartRewards::default()
    };
    let refused = if request.source == Source::Cart && event_plan.rules.refuse {
        // The order tells what rewards leave of it.
        let left = Priceable::less_paid(plan, cart, order.at_nets(plan, cart, &nets)?, rewards.paid)?;
        let scope = Scope { event: Some(&left), ..Scope::of(plan, member, event.at) };
        let mut deltas = measures::Deltas::default();
        measures::deltas(&scope, &event_plan.measures, &mut deltas)?;
        let scope = Scope { deltas: &deltas, counters: Some(request.counters), ..scope };
        refusals::judge(&scope, event_plan, &left)?
    } else {
        Vec::new()
    };
    Ok(Answer { rewards, refused, applied, not_applied, nets, units, shipping, complete, order })
}

impl Answer {
    /// What is to be paid: goods and shipping with the coupons that apply, less what rewards pay of it.
    pub fn total(&self, digits: u8) -> Decimal {
        let goods: Minor = self.nets.iter().sum();
        let left = decimal(goods - self.order.basket.credit.min(goods) + self.shipping, digits);
        amount::subtract(left, self.rewards.paid).unwrap_or(left)
    }
}

/// The automatic coupons that may be used on a cart.
pub fn eligible_coupons(
    plan: &Plan,
    member: &Member,
    event: &EventData,
    counters: &Counters,
) -> Result<SmallVec<[u32; 16]>, EventError> {
    let mut found = SmallVec::new();
    let (Some(cart), Some(event_plan)) = (&plan.cart, plan.events.get(usize::from(event.event))) else {
        return Ok(found);
    };
    let order = Priceable::of(plan, cart, event, Source::Cart)?;
    let scope = Scope { event: Some(&order.view), ..Scope::of(plan, member, event.at) };
    let mut deltas = measures::Deltas::default();
    measures::deltas(&scope, &event_plan.measures, &mut deltas)?;
    let scope = Scope { deltas: &deltas, ..scope };
    Eligible { scope: &scope, counters, source: "", earlier: &[] }.automatic(|coupon, _| {
        found.push(coupon);
        Ok(())
    })?;
    Ok(found)
}

/// The codes that are asked for, and those that the order names itself.
fn codes_of<'o>(order: &'o Priceable, cart: &CartPlan, asked: &[&'o str]) -> Vec<&'o str> {
    let mut codes = asked.to_vec();
    for row in order.view.rows_of(order.view.list(cart.coupons)) {
        if let Value::Text(code, _) = order.view.item(row, 0)
            && !asked.contains(&code)
        {
            codes.push(code);
        }
    }
    codes
}

/// The form of a coupon that is in force on a day.
fn form(plan: &Plan, coupon: u32, day: i32) -> Option<&CouponFormPlan> {
    in_force(&plan.coupons.get(coupon as usize)?.forms, day)
}

/// Whether several issued ones of a coupon may apply to one order.
fn stands_beside_itself(form: &CouponFormPlan) -> bool {
    form.offer.as_ref().is_none_or(|offer| matches!(offer.group, Some((_, GroupChoice::All))))
}

/// Why an eligible coupon is not among those that apply.
fn beaten<'c>(
    order: &Priceable,
    candidate: &Candidate,
    chosen: impl Iterator<Item = &'c Candidate>,
    holds: bool,
) -> Vec<WhyNot> {
    let mut cart = Cart::of(&order.basket, candidate.give.sees_units());
    if apply(&mut cart, candidate, None).is_nothing() {
        return vec![WhyNot::NothingToLower];
    }
    let chosen: Vec<&Candidate> = chosen.collect();
    let mut against: Vec<u32> = chosen.iter().filter(|one| !one.beside(candidate)).map(|one| one.coupon).collect();
    against.dedup();
    if against.is_empty() {
        let stopping = chosen.iter().find(|one| match one.stop {
            Some(Stop::Order) => true,
            Some(Stop::Lines) => one.touches().iter().any(|line| candidate.lines.binary_search(line).is_ok()),
            None => false,
        });
        if let Some(stopping) = stopping {
            return vec![WhyNot::Stopped(stopping.coupon)];
        }
        return vec![if holds || candidate.stack == Stack::None { WhyNot::AddsNothing } else { WhyNot::NotBetter }];
    }
    vec![WhyNot::NotBeside(against)]
}
