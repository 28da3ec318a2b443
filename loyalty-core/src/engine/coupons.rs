//! Coupons that were issued to a member: each with its own code and end, used or not.
//!
//! | file | what it does |
//! |---|---|
//! | `decision` | what is decided about coupons |
//! | `issue` | a rule issues one |
//! | `mint` | codes that the host's secret makes |
//! | `offers` | the coupons that an order names, and those that apply by themselves |
//! | `life`, `reason` | whether one may be used, and everything that speaks against it |
//! | `points` | what it gives in points, within its budget |
//! | `redeem` | which apply to an order, and what is counted for them |
//! | `back` | uses given back |

pub mod back;
pub mod decision;
pub mod issue;
pub mod life;
pub mod mint;
pub mod offers;
pub mod points;
pub mod reason;
pub mod redeem;

use super::decided::Decided;
use super::eval::Scope;
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::undo::{Nothing, Rows, undo_all};
use super::value::Value;
use crate::check::model::{CouponChange, CouponFigure};
use crate::plan::{CouponPlan, Plan};
use decision::CouponDecision;

/// The coupons of one member, in the order of their issue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coupons {
    pub held: Rows<Held>,
}

undo_all!(Coupons { held });

impl Nothing for Coupons {
    const NOTHING: &'static Self = &Self { held: Rows::new() };
}

/// One coupon that was issued.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The number that decisions know it by, from the sequence of the ledger's entries.
    pub number: u64,
    /// Which coupon of the program.
    pub coupon: u32,
    pub code: Option<Box<str>>,
    pub issued_at: i64,
    /// The instant from which it may not be used any more; the largest number for never.
    pub until: i64,
    pub fate: Fate,
}

/// What became of an issued coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It may be used.
    Open,
    /// Used on an order, known by the digest of its id.
    Used { at: i64, order: u64 },
    /// It ran out at its end, unused.
    Ended,
}

impl Held {
    /// The instant at which nothing more could be done with it; nothing while it may be used.
    pub fn closed_at(&self) -> Option<i64> {
        match self.fate {
            Fate::Open => None,
            Fate::Used { at, .. } => Some(at),
            Fate::Ended => Some(self.until),
        }
    }

    /// Its end, if it has one.
    pub fn expires_at(&self) -> Option<i64> {
        (self.until != i64::MAX).then_some(self.until)
    }
}

impl Coupons {
    /// Those that may be used.
    pub fn open(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| held.fate == Fate::Open)
    }

    /// How many of a coupon may be used at an instant.
    pub fn usable(&self, coupon: u32, at: i64) -> usize {
        self.open().filter(|held| held.coupon == coupon && held.issued_at <= at && at < held.until).count()
    }

    /// When the next one runs out; the largest number for never.
    pub fn next_due(&self) -> i64 {
        self.open().map(|held| held.until).min().unwrap_or(i64::MAX)
    }

    /// Forgets those with which nothing more can be done and of which nobody will ask.
    pub fn forget(&mut self, horizon: i64) {
        self.held.retain(|held| held.closed_at().is_none_or(|at| at >= horizon));
    }

    /// Takes over the coupons of another account, their numbers counted on from `entries`.
    pub fn absorb(&mut self, other: &Self, entries: u64) {
        let taken = other.held.iter().map(|held| Held { number: held.number.saturating_add(entries), ..held.clone() });
        self.held.extend(taken);
    }
}

/// Coupons whose end has come run out.
pub fn expire_due(plan: &Plan, member: &mut Member, due: i64, decisions: &mut Decided) {
    let ends = |held: &Held| held.fate == Fate::Open && held.until <= due;
    let Some(coupons) = member.coupons.there() else { return };
    while let Some(held) = coupons.held.find_mut(ends) {
        held.fate = Fate::Ended;
        let (number, coupon, code) = (held.number, name(plan, held.coupon).into(), held.code.clone());
        let kind = Kind::Coupon(CouponDecision::Expired { number, coupon, code });
        decisions.push(Decision { at: held.until, kind });
    }
}

/// A coupon that set a rule off: which one, and the number of an issued one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerned {
    pub coupon: u32,
    pub number: Option<u64>,
}

impl Concerned {
    /// The coupon that a decision speaks of, if the program has it, and what became of it.
    pub fn of(plan: &Plan, decision: &CouponDecision) -> Option<(CouponChange, Self)> {
        let (change, coupon, number) = match decision {
            CouponDecision::Issued { coupon, number, .. } => (CouponChange::Issued, coupon, Some(*number)),
            CouponDecision::Expired { coupon, number, .. } => (CouponChange::Expired, coupon, Some(*number)),
            CouponDecision::Redeemed { coupon, number, .. } => (CouponChange::Redeemed, coupon, *number),
            CouponDecision::Refused { .. }
            | CouponDecision::GivenBack { .. }
            | CouponDecision::RefundDue { .. }
            | CouponDecision::Revoked { .. } => return None,
        };
        Some((change, Self { coupon: CouponPlan::named(&plan.coupons, coupon)?, number }))
    }
}

/// What a rule can read of the coupon that set it off.
pub fn figure<'a>(scope: &Scope<'a>, of: Concerned, figure: CouponFigure) -> Value<'a> {
    let name = name(scope.plan, of.coupon);
    let text = |text: &'a str| Value::Text(text, scope.plan.symbols.get(text));
    let held = of.number.and_then(|number| scope.member.coupons.held.iter().find(|held| held.number == number));
    match figure {
        CouponFigure::Name => text(name),
        CouponFigure::Code => text(held.and_then(|held| held.code.as_deref()).unwrap_or(name)),
        CouponFigure::ExpiresAt => held.and_then(Held::expires_at).map_or(Value::Missing, Value::Instant),
    }
}

/// Takes back an issued coupon that nobody has used. One that is used ends should its use be given back.
pub fn revoke(plan: &Plan, member: &mut Member, number: u64, at: i64, decisions: &mut Vec<Decision>) {
    let there = |held: &Held| held.fate != Fate::Ended && held.number == number;
    let Some(held) = member.coupons.held.find_mut(there) else { return };
    if held.fate != Fate::Open {
        held.until = held.until.min(at);
        return;
    }
    (held.fate, held.until) = (Fate::Ended, held.until.min(at));
    let (coupon, code) = (name(plan, held.coupon).into(), held.code.clone());
    decisions.push(Decision { at, kind: Kind::Coupon(CouponDecision::Revoked { number, coupon, code }) });
}

/// A coupon's name.
pub fn name(plan: &Plan, coupon: u32) -> &str {
    plan.coupons.get(coupon as usize).map_or("", |coupon| &coupon.name)
}
