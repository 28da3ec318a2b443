//! What staff take back: a level that was set, coupons that nobody has used, a badge.
//!
//! It holds from the member's present on, as what staff give does. What the member has by its own doing stays: the level that the
//! ladder's rules have led to, and a badge whose own condition holds.

use rust_decimal::Decimal;

use crate::codes;
use crate::engine::coupons::{self, Held};
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::event::{EventData, named};
use crate::engine::member::Member;
use crate::engine::outcome::Decision;
use crate::engine::value::Value;
use crate::engine::{badges, ladders};
use crate::plan::{CouponPlan, EventPlan, Plan};

/// Names that a message lists at most.
const NAMES_MAX: usize = 5;

/// Takes back all that the event names; nothing where any of it is not there.
pub(super) fn revoke(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let at = member.clock.max(event.at);
    let text = |name: &str| match named(event_plan, event, name) {
        Value::Text(text, _) => Some(text),
        _ => None,
    };
    let (ladder, level) = (text("ladder"), text("level"));
    let wanted =
        Wanted { coupon: text("coupon"), code: text("code"), number: named(event_plan, event, "number").number() };
    let badge = text("badge");
    let of_level = ladder.is_some() || level.is_some();
    if !of_level && !wanted.any() && badge.is_none() {
        return Err(EventError::new(Refusal::MissingField)
            .in_field("level")
            .expecting("what is taken back: a `level`, a `coupon` or a `badge`"));
    }
    if of_level {
        level_back(plan, member, (ladder, level), at, decisions)?;
    }
    if wanted.any() {
        coupons_back(plan, member, &wanted, at, decisions)?;
    }
    if let Some(badge) = badge {
        badge_back(plan, member, badge, at, decisions)?;
    }
    Ok(())
}

/// The levels that were set on a ladder end, or the one of them that is named.
fn level_back(
    plan: &Plan,
    member: &mut Member,
    (ladder, level): (Option<&str>, Option<&str>),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let (number, of) = ladders::named(plan, ladder)?;
    let level = level.map(|level| ladders::level_named(of, level)).transpose()?;
    let set = member.standings.get(usize::from(number)).map(|standing| standing.set.clone()).unwrap_or_default();
    let meant: Vec<(u16, i64)> = set.into_iter().filter(|(set, _)| level.is_none_or(|level| level == *set)).collect();
    if meant.is_empty() {
        return Err(nothing("level")
            .expecting(format!("a level of `{}` that was set, by staff or by a rule", of.name))
            .advising("what the rules of the ladder have led to goes by them: take back what made it"));
    }
    // The highest goes last, so that the member is told once where it stands then.
    for set in meant.into_iter().rev() {
        ladders::take_level(plan, member, number, set, &[], at, decisions);
    }
    Ok(())
}

/// The coupons that are meant.
struct Wanted<'e> {
    coupon: Option<&'e str>,
    code: Option<&'e str>,
    number: Option<Decimal>,
}

impl Wanted<'_> {
    fn any(&self) -> bool {
        self.coupon.is_some() || self.code.is_some() || self.number.is_some()
    }

    fn is(&self, coupon: Option<u32>, held: &Held) -> bool {
        let code = |code: &str| {
            let own = held.code.as_deref().map(codes::normalise);
            own.is_some_and(|own| own == codes::normalise(code))
        };
        coupon.is_none_or(|coupon| held.coupon == coupon)
            && self.code.is_none_or(code)
            && self.number.is_none_or(|number| Decimal::from(held.number) == number)
    }
}

/// The unused coupons that are meant end.
fn coupons_back(
    plan: &Plan,
    member: &mut Member,
    wanted: &Wanted<'_>,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let coupon = wanted.coupon.map(|name| {
        CouponPlan::named(&plan.coupons, name).ok_or_else(|| {
            EventError::new(Refusal::UnknownCoupon)
                .in_field("coupon")
                .expecting("a coupon of the program")
                .but_found(format!("`{name}`"))
        })
    });
    let coupon = coupon.transpose()?;
    let meant = member.coupons.open().filter(|held| wanted.is(coupon, held)).map(|held| held.number);
    let meant: Vec<u64> = meant.collect();
    if meant.is_empty() {
        let field = if wanted.coupon.is_some() {
            "coupon"
        } else if wanted.code.is_some() {
            "code"
        } else {
            "number"
        };
        return Err(nothing(field)
            .expecting("a coupon that was issued to the member and that nobody has used")
            .advising("one that is used comes back with its order"));
    }
    for number in meant {
        coupons::revoke(plan, member, number, at, decisions);
    }
    Ok(())
}

/// A badge goes, but for the level whose own condition holds.
fn badge_back(
    plan: &Plan,
    member: &mut Member,
    name: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(number) = plan.badges.iter().position(|badge| *badge.name == *name) else {
        let names: Vec<String> = plan.badges.iter().take(NAMES_MAX).map(|badge| format!("`{}`", badge.name)).collect();
        return Err(EventError::new(Refusal::UnknownBadge)
            .in_field("badge")
            .expecting(if names.is_empty() { "a badge of the program".to_owned() } else { names.join(" or ") })
            .but_found(format!("`{name}`")));
    };
    let earned = badges::earned_now(&Scope::of(plan, member, at), number)?;
    let held = member.badges.get(number).map_or(0, |held| held.level);
    if held <= earned {
        let error = nothing("badge").expecting("a badge that the member has");
        return Err(match held {
            0 => error,
            _ => error.advising("its own condition holds, so that it would come again at once"),
        });
    }
    badges::fall(plan, member, (number, earned), at, decisions);
    Ok(())
}

fn nothing(field: &str) -> EventError {
    EventError::new(Refusal::NothingToRevoke).in_field(field)
}
