//! From codes to coupons: what an order names, what applies without being named, and what nobody has.

use super::reason::Reason;
use super::{Fate, Held, mint};
use crate::check::model::CouponKind;
use crate::codes;
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::outcome::Kind;
use crate::engine::value::Value;
use crate::plan::EventPlan;

use super::decision::CouponDecision;

/// The most codes that one order or cart may name.
pub const CODES_MAX: usize = 100;

/// A coupon that may be used on an order, if its conditions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub coupon: u32,
    /// The number of the issued one that is meant.
    pub number: Option<u64>,
    /// As it was named; nothing for one that nobody has to name.
    pub code: Option<Box<str>>,
    /// The instant at which it has to be valid: that of the order, or of the one that the order replaces.
    pub as_of: i64,
}

/// What a code comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    pub code: Box<str>,
    pub coupon: Option<u32>,
    pub reasons: Vec<Reason>,
}

/// A use by the order that is being replaced, which is no use against this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    coupon: Box<str>,
    number: Option<u64>,
    as_of: i64,
}

/// Refuses an order that names more codes than anybody has.
pub fn check(event_plan: &EventPlan, event: &EventData) -> Result<(), EventError> {
    let Some(list) = event_plan.codes else { return Ok(()) };
    let count = event.list(list).count as usize;
    if count <= CODES_MAX {
        return Ok(());
    }
    Err(EventError::new(Refusal::TooManyItems)
        .in_field("coupons")
        .expecting(format!("at most {CODES_MAX} codes"))
        .but_found(count.to_string()))
}

/// The codes that an event names, as they were written.
pub fn named<'e>(event_plan: &EventPlan, event: &'e EventData) -> Vec<&'e str> {
    let Some(list) = event_plan.codes else { return Vec::new() };
    let rows = event.rows_of(event.list(list));
    let texts = rows.filter_map(|row| if let Value::Text(code, _) = event.item(row, 0) { Some(code) } else { None });
    texts.collect()
}

/// What each code leads to, in their order, and then the coupons that apply by themselves.
pub fn offers(scope: &Scope<'_>, codes: &[&str], replaces: Option<&str>) -> (Vec<Offer>, Vec<Unmet>) {
    let earlier = replaces.map(|order| earlier(scope, order)).unwrap_or_default();
    let (mut offers, mut unmet): (Vec<Offer>, Vec<Unmet>) = (Vec::new(), Vec::new());
    for code in codes {
        match offer(scope, code, &offers, &earlier) {
            Ok(offer) => offers.push(offer),
            Err((coupon, reason)) => unmet.push(Unmet { code: (*code).into(), coupon, reasons: vec![reason] }),
        }
    }
    for coupon in &scope.plan.coupon_names.automatic {
        if !offers.iter().any(|offer| offer.coupon == *coupon) {
            let as_of = as_of(scope, *coupon, None, &earlier);
            offers.push(Offer { coupon: *coupon, number: None, code: None, as_of });
        }
    }
    (offers, unmet)
}

fn offer(scope: &Scope<'_>, code: &str, taken: &[Offer], earlier: &[Earlier]) -> Result<Offer, (Option<u32>, Reason)> {
    let plain = codes::normalise(code);
    let known = scope.plan.coupon_names.codes.get(plain.as_str()).copied();
    let by_name = known.and_then(|coupon| Some((coupon, scope.plan.coupons.get(coupon as usize)?.kind)));
    if let Some((coupon, CouponKind::Public | CouponKind::Automatic)) = by_name {
        if taken.iter().any(|offer| offer.coupon == coupon) {
            return Err((Some(coupon), Reason::NamedTwice));
        }
        let as_of = as_of(scope, coupon, None, earlier);
        return Ok(Offer { coupon, number: None, code: Some(code.into()), as_of });
    }
    let meant = |held: &&Held| match (by_name, &held.code) {
        (Some((coupon, _)), _) => held.coupon == coupon,
        (None, Some(own)) => codes::normalise(own) == plain,
        (None, None) => false,
    };
    let candidates: Vec<&Held> = scope.member.coupons.held.iter().filter(meant).collect();
    let coupon = by_name.map(|(coupon, _)| coupon).or(candidates.first().map(|held| held.coupon));
    let free = |held: &&&Held| !taken.iter().any(|offer| offer.number == Some(held.number));
    let instant = |held: &Held| as_of(scope, held.coupon, Some(held.number), earlier);
    let usable = candidates.iter().filter(free).filter(|held| {
        let at = instant(held);
        !matches!(held.fate, Fate::Used { .. }) && held.issued_at <= at && at < held.until
    });
    if let Some(held) = usable.min_by_key(|held| (held.until, held.number)) {
        let as_of = instant(held);
        // What goes by the order is given once, so that another one would be used for nothing.
        let by_order = super::issue::form(scope.plan, held.coupon, scope.plan.calendar.day_at(as_of));
        if by_order.is_some_and(|form| form.with_order.is_some())
            && taken.iter().any(|offer| offer.coupon == held.coupon)
        {
            return Err((Some(held.coupon), Reason::NamedTwice));
        }
        return Ok(Offer { coupon: held.coupon, number: Some(held.number), code: Some(code.into()), as_of });
    }
    let reason = if candidates.iter().any(|held| !free(&held)) {
        Reason::NamedTwice
    } else if candidates.iter().any(|held| matches!(held.fate, Fate::Used { .. })) {
        Reason::AlreadyUsed
    } else if let Some(held) = candidates.iter().max_by_key(|held| held.until) {
        if held.until <= scope.at {
            Reason::Expired { at: held.until }
        } else {
            Reason::NotYet { from: held.issued_at }
        }
    } else if by_name.is_some() {
        Reason::NotHeld
    } else {
        return Err(mint::strange(scope.plan, &plain));
    };
    Err((coupon, reason))
}

/// The instant at which a coupon has to be valid.
pub fn as_of(scope: &Scope<'_>, coupon: u32, number: Option<u64>, earlier: &[Earlier]) -> i64 {
    let name = super::name(scope.plan, coupon);
    let own = earlier.iter().find(|known| *known.coupon == *name && known.number == number);
    own.map_or(scope.at, |known| known.as_of)
}

/// The coupons that an order had used.
pub fn earlier(scope: &Scope<'_>, order: &str) -> Vec<Earlier> {
    let decisions =
        scope.member.remembered(scope.plan, order).and_then(|record| record.decisions().ok()).unwrap_or_default();
    let used = decisions.into_iter().filter_map(|decision| match decision.kind {
        Kind::Coupon(CouponDecision::Redeemed { coupon, number, as_of, .. }) => Some(Earlier { coupon, number, as_of }),
        _ => None,
    });
    used.collect()
}
