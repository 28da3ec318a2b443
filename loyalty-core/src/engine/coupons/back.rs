//! Uses are given back when their order is called off, or replaced by another one.

use rust_decimal::Decimal;

use super::decision::CouponDecision;
use super::issue::form;
use super::offers::Offer;
use super::{Fate, points, redeem};
use crate::amount::Overflow;
use crate::check::model::Clawback;
use crate::engine::claims;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind};
use crate::engine::returns::{self, WrittenOff};
use crate::engine::rewards::{self, Units};
use crate::engine::tally::{Change, Changes};
use crate::plan::{CouponPlan, Plan};

/// Gives back what an order had used of coupons, and tells those that stay used: one whose `usage` is `kept`, unless the
/// order lives on in another one, and one whose points are gone.
pub fn give_back(
    plan: &Plan,
    member: &mut Member,
    (order, decided): (&EventData, &[Decision]),
    lives_on: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Box<str>>, Overflow> {
    let mut stay = Vec::new();
    let missing = points_back(plan, member, (order, decided), (at, lives_on), decisions)?;
    for decision in decided {
        let Kind::Coupon(CouponDecision::Redeemed { coupon, number, code, as_of, .. }) = &decision.kind else {
            continue;
        };
        // Nor is one given back whose points are gone, or of which something else stays.
        let gone = || {
            missing.contains(&&**coupon)
                || is_gone(plan, member, (order, hash(&order.id)), coupon, decided)
                || returns::leaves(plan, member, &order.id, given_by(plan, coupon, order.at))
        };
        if !lives_on && (keeps(plan, coupon, *as_of) || gone()) {
            stay.push(coupon.clone());
            continue;
        }
        let (coupon, number, code, as_of) = (coupon.clone(), *number, code.clone(), *as_of);
        let own = Fate::Used { at: order.at, order: hash(&order.id) };
        let held = member.coupons.held.find_mut(|held| Some(held.number) == number && held.fate == own);
        if let Some(held) = held {
            // If its end has come meanwhile, it runs out at once.
            held.fate = Fate::Open;
        }
        if let Some(known) = CouponPlan::named(&plan.coupons, &coupon) {
            let mut changes = Changes::new();
            let offer = Offer { coupon: known, number, code: None, as_of };
            redeem::count(plan, &offer, order.at, order.day, &mut changes);
            for change in changes {
                let known = member.tallies.between(change.tally, change.key, change.key).first();
                let count = change.count.min(known.map_or(0, |entry| entry.count));
                member.tallies.add(&Change { count: -count, ..change })?;
            }
        }
        decisions.push(Decision { at, kind: Kind::Coupon(CouponDecision::GivenBack { coupon, number, code }) });
    }
    Ok(stay)
}

/// The coupons that an order had used and the one in its place has not: they stay used as if the order had been called off,
/// where their `usage` is `kept` or some of their points are gone.
pub fn use_again(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    (order, decided): (&EventData, &[Decision]),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let mut stay: Vec<Box<str>> = Vec::new();
    for decision in decided {
        let Kind::Coupon(CouponDecision::Redeemed { coupon, number, as_of, .. }) = &decision.kind else { continue };
        let again = |decision: &Decision| match &decision.kind {
            Kind::Coupon(CouponDecision::Redeemed { coupon: own, number: of, .. }) => (own, of) == (coupon, number),
            _ => false,
        };
        if decisions.iter().any(again) {
            continue;
        }
        let gave = given_by(plan, coupon, order.at);
        let given = [decided, &*returns::issued_before(plan, member, &order.id)].concat();
        // What it has issued ends, should the use of that be given back.
        rewards::close_coupons(member, &rewards::issued(&given, gave), Decimal::MAX, event.at);
        if !(keeps(plan, coupon, *as_of)
            || is_missing(plan, member, event, coupon, decided)
            || is_gone(plan, member, (order, hash(&event.id)), coupon, decided)
            || returns::leaves(plan, member, &order.id, gave))
        {
            continue;
        }
        stay.push(coupon.clone());
        let told = decisions.iter().rposition(|decision| match &decision.kind {
            Kind::Coupon(CouponDecision::GivenBack { coupon: own, number: of, .. }) => (own, of) == (coupon, number),
            _ => false,
        });
        // It was free for the new form to take, and nobody has been told of it yet.
        told.map(|told| decisions.remove(told));
        if let Some(held) = member.coupons.held.find_mut(|held| Some(held.number) == *number) {
            held.fate = Fate::Used { at: order.at, order: hash(&order.id) };
        }
        if let Some(known) = CouponPlan::named(&plan.coupons, coupon) {
            let mut changes = Changes::new();
            let offer = Offer { coupon: known, number: *number, code: None, as_of: *as_of };
            redeem::count(plan, &offer, order.at, order.day, &mut changes);
            changes.iter().try_for_each(|change: &Change| member.tallies.add(change))?;
        }
    }
    for decision in decided {
        let Kind::Claim { counter, .. } = &decision.kind else { continue };
        let own = counter.strip_prefix("coupon ").or_else(|| counter.strip_prefix("budget "));
        if !own.is_some_and(|own| stay.iter().any(|known| **known == *own)) {
            continue;
        }
        let back = claims::given_back(&decision.kind);
        let told = decisions.iter().rposition(|decision| Some(&decision.kind) == back.as_ref());
        told.map(|told| decisions.remove(told));
    }
    Ok(())
}

/// Whether points that a coupon gave with an order are missing of the one that has taken its place.
fn is_missing(plan: &Plan, member: &Member, event: &EventData, coupon: &str, decided: &[Decision]) -> bool {
    let own = hash(&event.id);
    decided.iter().any(|decision| {
        let Kind::Earned { wallet, because, .. } = &decision.kind else { return false };
        let gave = |part: &Because| {
            matches!(part, Because::Rule { rule: of, .. } if *of == given_by(plan, coupon, decision.at))
        };
        let missing = |known: &WrittenOff| (known.order, known.wallet) == (own, *wallet) && !known.amount.is_zero();
        because.iter().any(gave) && member.written_off.iter().any(missing)
    })
}

/// The rule by which a coupon gave at an instant, also where a version of the program is without the coupon, or without its effects.
fn given_by(plan: &Plan, coupon: &str, at: i64) -> u32 {
    let known = CouponPlan::named(&plan.coupons, coupon).and_then(|coupon| points::gives(plan, coupon, at));
    known.unwrap_or_else(|| points::gave(plan, coupon))
}

/// Whether points that a coupon gave with the order itself are with the member, though they were taken back: they are written
/// off under the name of the order that has them now.
fn is_gone(plan: &Plan, member: &Member, (order, now): (&EventData, u64), coupon: &str, decided: &[Decision]) -> bool {
    let known = CouponPlan::named(&plan.coupons, coupon);
    let Some(rule) = known.and_then(|coupon| form(plan, coupon, order.day)).and_then(|form| form.with_order) else {
        return false;
    };
    decided.iter().any(|decision| {
        let Kind::Earned { wallet, because, .. } = &decision.kind else { return false };
        let gave = because.iter().any(|part| matches!(part, Because::Rule { rule: of, .. } if *of == rule));
        let leaves = plan.policy(*wallet, order.day).is_some_and(|policy| policy.clawback == Clawback::OnlyPending);
        let missing = |known: &WrittenOff| {
            (known.order, known.wallet) == (now, *wallet) && (known.spent || leaves) && !known.amount.is_zero()
        };
        gave && member.written_off.iter().any(missing)
    })
}

/// Takes back what the effects of an order's coupons gave: the order has not happened, whether or not its uses stay. Tells
/// the coupons of whose points some are missing.
fn points_back<'d>(
    plan: &Plan,
    member: &mut Member,
    (order, decided): (&EventData, &'d [Decision]),
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<Vec<&'d str>, Overflow> {
    let mut rules: Vec<(u32, &str)> = Vec::new();
    let mut missing = Vec::new();
    for decision in decided {
        let Kind::Coupon(CouponDecision::Redeemed { coupon, .. }) = &decision.kind else { continue };
        let rule = given_by(plan, coupon, order.at);
        if !rules.iter().any(|(known, _)| *known == rule) {
            rules.push((rule, coupon));
        }
    }
    // What a coupon has converted stays so.
    let mut given = returns::without_conversions(plan, decided);
    let before = returns::issued_before(plan, member, &order.id);
    if !before.is_empty() {
        given.to_mut().extend(before);
    }
    for (rule, coupon) in rules {
        let first = decisions.len();
        let units = Units { rule, before: Decimal::ZERO, units: Decimal::ONE, all: Decimal::ONE };
        rewards::take_given(plan, member, &given, units, (order.at, at, lives_on), decisions)?;
        let taken = decisions.iter().skip(first);
        let gone = |decision: &Decision| matches!(&decision.kind, Kind::ClawedBack { written_off, .. } if !written_off.is_zero());
        if taken.into_iter().any(gone) {
            missing.push(coupon);
        }
    }
    Ok(missing)
}

/// Whether a coupon stays used when its order is called off.
fn keeps(plan: &Plan, coupon: &str, as_of: i64) -> bool {
    let form =
        CouponPlan::named(&plan.coupons, coupon).and_then(|coupon| form(plan, coupon, plan.calendar.day_at(as_of)));
    form.is_some_and(|form| form.usage_kept)
}

/// Whether a counter over all members counts uses that stay; of some coupons it is known that they do.
pub fn keeps_claim(plan: &Plan, counter: &str, as_of: i64, stay: &[Box<str>]) -> bool {
    let coupon = counter.strip_prefix("coupon ").or_else(|| counter.strip_prefix("budget "));
    coupon.is_some_and(|coupon| keeps(plan, coupon, as_of) || stay.iter().any(|known| **known == *coupon))
}
