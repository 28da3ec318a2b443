//! Redeemed rewards that come back: the price by units, limits and claims.

use rust_decimal::Decimal;

use super::redeem;
use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::{Fate, Held, name};
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind};
use crate::engine::returns;
use crate::engine::tally::Changes;
use crate::plan::Plan;

/// What an event has redeemed: by the reward's rule, how many of it.
pub fn redeemed(decisions: &[Decision]) -> Vec<(u32, Decimal)> {
    let mut found: Vec<(u32, Decimal)> = Vec::new();
    for decision in decisions {
        if let Kind::RewardRedeemed { rule, quantity, .. } = decision.kind {
            match found.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, sum)) => *sum += Decimal::from(quantity),
                None => found.push((rule, Decimal::from(quantity))),
            }
        }
    }
    found
}

/// The reward that a refund speaks of, and how many of it come back; `before` have come back already.
pub fn asked(
    plan: &Plan,
    decisions: &[Decision],
    before: &[(u32, Decimal)],
    (name, units): (Option<&str>, Decimal),
) -> Result<(u32, Decimal), EventError> {
    let redeemed = redeemed(decisions);
    let named = |rule: u32| plan.rewards.iter().find(|reward| reward.rule == rule).map_or("", |reward| &*reward.name);
    let found = match name {
        Some(name) => redeemed.iter().find(|(rule, _)| named(*rule) == name),
        None => redeemed.first().filter(|_| redeemed.len() == 1),
    };
    let Some((rule, all)) = found.copied() else {
        let names: Vec<String> = redeemed.iter().map(|(rule, _)| format!("`{}`", named(*rule))).collect();
        let expected =
            if names.is_empty() { "an event that has redeemed a reward".to_owned() } else { names.join(" or ") };
        return Err(EventError::new(Refusal::UnknownReward).in_field("reward").expecting(expected));
    };
    let back = before.iter().find(|(known, _)| *known == rule).map_or(Decimal::ZERO, |(_, units)| *units);
    let left = amount::subtract(all, back)?;
    if units <= Decimal::ZERO || units.normalize().scale() > 0 || units > left {
        return Err(EventError::new(Refusal::TooManyUnits)
            .in_field("quantity")
            .expecting(format!("a whole number up to {}, which are left", amount::text(left)))
            .but_found(amount::text(units)));
    }
    Ok((rule, all))
}

/// Units of a reward that come back, after others and out of all.
#[derive(Debug, Clone, Copy)]
pub struct Units {
    pub rule: u32,
    pub before: Decimal,
    pub units: Decimal,
    pub all: Decimal,
}

/// Says that units of a reward have come back and takes what they gave; gives their limits and claims back, unless something of
/// it stays. In an order that lives on in another one the reward is given once in any case.
pub fn come_back(
    plan: &Plan,
    member: &mut Member,
    (order, redeemed): (&str, &[Decision]),
    back: Units,
    (then, now, lives_on): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Units { rule, units, .. } = back;
    if units <= Decimal::ZERO {
        return Ok(());
    }
    decisions.push(Decision { at: now, kind: Kind::RewardReturned { rule, quantity: units } });
    let first = decisions.len();
    let given = [redeemed, &*returns::issued_before(plan, member, order)].concat();
    take_given(plan, member, &given, back, (then, now, lives_on), decisions)?;
    let taken = decisions.get(first..).unwrap_or_default();
    if lives_on || !returns::is_missing(plan, member, taken, then) && !returns::leaves(plan, member, order, rule) {
        redeem::undone(plan, member, (rule, units), (then, now), decisions)?;
    }
    Ok(())
}

/// The same of units that a goal has redeemed and that go with it, by the decisions since it did; something of them may stay, so that their
/// limits do.
pub fn go_back(
    plan: &Plan,
    member: &mut Member,
    redeemed: &[Decision],
    back: Units,
    (then, now, stays): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Units { rule, units, .. } = back;
    decisions.push(Decision { at: now, kind: Kind::RewardReturned { rule, quantity: units } });
    let first = decisions.len();
    take_given(plan, member, redeemed, back, (then, now, false), decisions)?;
    let taken = decisions.get(first..).unwrap_or_default();
    if !stays && !returns::is_missing(plan, member, taken, then) {
        redeem::undone(plan, member, (rule, units), (then, now), decisions)?;
    }
    Ok(())
}

/// Units that an order had taken and the one in its place has not: of what they gave, nothing more comes back, and where something of it
/// stays, so do their limits.
pub fn use_again(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    (order, decided): (&EventData, &[Decision]),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let taken_now = redeemed(&returns::own(plan, decisions.to_vec(), event.at).0);
    let returned = |decision: &Decision| match decision.kind {
        Kind::RewardReturned { rule, quantity } => Some((rule, quantity)),
        _ => None,
    };
    for (rule, units) in decisions.iter().filter_map(returned).collect::<Vec<_>>() {
        let again = taken_now.iter().find(|(known, _)| *known == rule).map_or(Decimal::ZERO, |(_, units)| *units);
        let lost = amount::subtract(units, again)?;
        if lost <= Decimal::ZERO {
            continue;
        }
        let given = [decided, &*returns::issued_before(plan, member, &order.id)].concat();
        let issued = issued(&given, rule);
        let each = Decimal::from(issued.len()).checked_div(units).unwrap_or_default();
        close(member, &issued, amount::multiply(each, lost)?, event.at);
        let missing = returns::misses(plan, member, decided, rule, (hash(&event.id), order.day));
        if missing || returns::leaves(plan, member, &order.id, rule) {
            redeem::used_again(plan, member, (rule, lost), (order.at, event.at), decisions)?;
        }
    }
    Ok(())
}

/// The numbers of the coupons that a reward has issued.
pub fn issued(redeemed: &[Decision], rule: u32) -> Vec<u64> {
    let numbers = redeemed.iter().filter_map(|decision| match &decision.kind {
        Kind::Coupon(CouponDecision::Issued { number, rule: Some(by), .. }) if *by == rule => Some(*number),
        _ => None,
    });
    numbers.collect()
}

/// Takes back what the effects of a declaration gave, for the units that come back: points that it alone has earned, and
/// issued coupons that nobody has used.
pub fn take_given(
    plan: &Plan,
    member: &mut Member,
    redeemed: &[Decision],
    back: Units,
    (then, now, lives_on): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Units { rule, before, units, all } = back;
    end_coupons(plan, member, redeemed, back, (now, lives_on), decisions);
    let after = amount::add(before, units)?;
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let earned = redeemed.iter().filter_map(|decision| match &decision.kind {
            Kind::Earned { wallet, amount, because, .. } if *wallet == number && returns::given_by(because, rule) => {
                Some(*amount)
            }
            _ => None,
        });
        let earned = amount::sum(earned.collect::<Vec<_>>().into_iter())?;
        let gone =
            |units: Decimal| amount::round(amount::multiply(earned, units)?, all, wallet.decimals, RoundMode::Down);
        let due = amount::subtract(gone(after)?, gone(before)?)?;
        let mut had = Decimal::ZERO;
        if due > Decimal::ZERO {
            let of = (rule, redeemed, then);
            had = returns::take_given_back(plan, member, number, due, of, (now, lives_on), decisions)?;
        }
        make_room(plan, member, redeemed, number, (back, then, had))?;
    }
    Ok(())
}

/// Digits below which the parts of an amount that does not come out even tell nothing of what a cap has counted.
const COUNTED_DIGITS: u32 = 9;

/// Makes room in the caps of a declaration's effects for what those units have had of them, less so many points that stay.
fn make_room(
    plan: &Plan,
    member: &mut Member,
    redeemed: &[Decision],
    wallet: u16,
    (Units { rule, before, units, all }, then, had): (Units, i64, Decimal),
) -> Result<(), Overflow> {
    let mut counted = Decimal::ZERO;
    for decision in redeemed {
        let Kind::Earned { wallet: of, because, .. } = &decision.kind else { continue };
        if *of != wallet || !returns::given_by(because, rule) {
            continue;
        }
        for part in because.iter().filter(|part| matches!(part, Because::Rule { .. })) {
            counted = amount::add(counted, part.amount())?;
        }
    }
    let counted = amount::multiply(counted, plan.denominator(wallet))?;
    let of =
        |units: Decimal| amount::round(amount::multiply(counted, units)?, all, COUNTED_DIGITS, RoundMode::HalfEven);
    let less = amount::subtract(of(amount::add(before, units)?)?, of(before)?)?;
    let less = amount::subtract(less, less.min(amount::multiply(had, plan.denominator(wallet))?))?;
    let mut changes = Changes::new();
    returns::lower_caps(plan, (rule, wallet), less, then, &mut changes)?;
    returns::make_room(member, changes)
}

/// Issued coupons that nobody has used end with the units that gave them. Those that are used end should their use be given back;
/// but in an order that lives on in another one they may stand for what that one gives.
fn end_coupons(
    plan: &Plan,
    member: &mut Member,
    redeemed: &[Decision],
    Units { rule, units, all, .. }: Units,
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) {
    let issued = issued(redeemed, rule);
    let each = Decimal::from(issued.len()).checked_div(all).unwrap_or_default();
    let mut left = each.checked_mul(units).unwrap_or_default();
    for place in (0..member.coupons.held.len()).rev() {
        if left < Decimal::ONE {
            break;
        }
        let held = member.coupons.held.get(place);
        let taken = held.is_some_and(|held| held.fate == Fate::Open && issued.contains(&held.number));
        if let Some(held) = member.coupons.held.get_mut(place).filter(|_| taken) {
            (held.fate, held.until) = (Fate::Ended, at);
            left -= Decimal::ONE;
            let (number, coupon, code) = (held.number, name(plan, held.coupon).into(), held.code.clone());
            decisions.push(Decision { at, kind: Kind::Coupon(CouponDecision::Expired { number, coupon, code }) });
        }
    }
    if !lives_on {
        close(member, &issued, left, at);
    }
}

/// As many used coupons, the last first, are nobody's any more should their use be given back.
pub fn close(member: &mut Member, issued: &[u64], most: Decimal, at: i64) {
    let mut left = most;
    for place in (0..member.coupons.held.len()).rev() {
        if left < Decimal::ONE {
            break;
        }
        let used = |held: &Held| matches!(held.fate, Fate::Used { .. }) && held.until > at;
        let held = member.coupons.held.get(place).filter(|held| used(held) && issued.contains(&held.number));
        if held.is_some()
            && let Some(held) = member.coupons.held.get_mut(place)
        {
            held.until = at;
            left -= Decimal::ONE;
        }
    }
}

/// Whether a claim is that of a reward, which comes back by units.
pub fn is_claim(counter: &str) -> bool {
    counter.starts_with("reward ")
}
