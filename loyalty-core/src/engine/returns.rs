//! Returns: what an order gave is taken back by what it gave it for.
//!
//! The order is remembered as it was captured. A return says what of it is kept; the contributions are worked out again
//! on the kept part, with the rates, factors and caps of then, and the difference is clawed back. Since every figure is
//! worked out from the whole of what has come back so far, parts returned in any order add up to the same.

mod again;
mod asked;
mod clawback;
mod factors;
mod gifts;
mod given;
mod goods;
mod kept;
mod lasting;
mod less;
mod levels;
mod limits;
mod order;
mod owed;
mod own;
mod recap;
mod rerate;
mod restore;
mod vested;
mod written_off;

use rust_decimal::Decimal;

use super::coupons::decision::{CouponDecision, OwedPart};
use super::coupons::redeem::replaced;
use super::error::EventError;
use super::event::EventData;
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::rewards::Units;
use super::value::Value;
use super::{challenges, referrals, rewards};
use crate::amount::{self, Overflow};
use crate::plan::{EventKind, EventPlan, Plan};
use asked::{PointsAsked, come_back, points_asked, tells_goods, units_asked};
use clawback::claw_back;
use kept::{base, charged, kept};
use limits::{give_coupons_back, give_limits_back};
use order::{come_back_before, open, read, unknown_order};
use owed::{AllOwed, owed, tells_due};
use rerate::{count_no_more, remeasure};
use restore::{give_back_spent, paid_by_itself};

pub use clawback::{given_by, given_that_waits, gives_with_an_order, take_given_back, take_reward_back};
pub use gifts::{Gift, What, gifts, gifts_by, gifts_of_goal, issued_before, leaves, not_once_more, stand_for};
pub use lasting::{
    Followed, bought_at, each_form, followed, follows_itself, is_lasting, lasting, misses, spent, unseen,
    without_conversions,
};
pub use less::{follow_on_form_before, less, undoes};
pub use levels::levels_before;
pub use limits::{lower_caps, make_room, sent_back, use_again};
pub use order::{Captured, Order, Returned, Uncounted, captured, successor};
pub use own::{begins, own, price};
pub use rerate::{granted, rerate, rerated_sum, scope};
pub use restore::{Lent, give_back_used, put_back, take_again};
pub use vested::{carry, carry_given, followed_before, is_done, vested_at_once};
pub use written_off::{
    WrittenOff, drawn_again, forgotten_before, is_missing, make_up, net, net_given, net_given_again, net_reward,
    of_order_were_given_for, reward_belongs, rewards_go_on, strike, vested_after_all, was_had, were_given_for,
};

/// What undoing an order has found that the one in its place goes on with.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// How many points were taken back that had vested, by wallet.
    pub vested: Vec<Decimal>,
    /// How many points of it, or of a form before, had waited and vested, by wallet: the most of any form.
    pub had_waited: Vec<Decimal>,
    /// The goals that stay met without it.
    pub goals: Vec<challenges::Unpaid>,
    /// The rounds of challenges that it was a part of.
    pub rounds: Vec<challenges::RoundsDone>,
    /// What rounds have had of it where the window moves on with time.
    pub had: Vec<challenges::Had>,
    /// What was put back of points that are never given back.
    pub lent: Vec<Lent>,
}

/// What a refund or cancellation says, before anything is taken.
pub struct Judged {
    pub order: Order,
    /// The reward, by its rule, of which so many come back out of so many, if the host says so.
    pub units: Option<(u32, Decimal, Decimal)>,
    /// The points that the host wants given back, if it says so itself.
    pub points: Option<PointsAsked>,
    pub before: Returned,
    /// Invariant: `clawed` and `restored` are still those of `before`.
    pub after: Returned,
    pub kept_before: EventData,
    pub kept_after: EventData,
    /// Another order takes its place.
    pub lives_on: bool,
}

/// Takes back what a refund or cancellation says. Works on a state that is thrown away if anything is wrong.
pub fn apply(
    plan: &Plan,
    member: &mut Member,
    refund: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let judged = judge(plan, member, refund)?;
    let at = refund.at.max(judged.order.event.at);
    take_away(plan, member, judged, at, decisions)?;
    Ok(())
}

/// Whether an event takes back what counts for the member, or takes the place of an order, however early its own instant is.
pub fn reaches(plan: &Plan, event_plan: &EventPlan, member: &Member, event: &EventData) -> bool {
    let known_since = |id: &str, since: i64| member.remembered(plan, id).is_some_and(|record| record.at >= since);
    if let Some(order) = replaced(event_plan, event) {
        return known_since(order, member.return_horizon(plan));
    }
    let takes_back = matches!(event_plan.kind, EventKind::Refund | EventKind::Cancel);
    takes_back
        && event_plan.order_slot.is_some_and(|slot| match event.slot(slot) {
            Value::Text(id, _) => known_since(id, member.enrolled_at),
            _ => false,
        })
}

/// Finds the order that a refund speaks of, and what of it is kept before and after.
pub fn judge(plan: &Plan, member: &Member, refund: &EventData) -> Result<Judged, EventError> {
    let event_plan = plan.events.get(usize::from(refund.event));
    let named = event_plan.and_then(|event| event.order_slot).map_or(Value::Missing, |slot| refund.slot(slot));
    let Value::Text(id, _) = named else {
        return Err(unknown_order("nothing").advising("a refund names the id of the order that it undoes"));
    };
    let (order, before) = open(plan, member, id)?;
    let points = points_asked(plan, refund)?;
    let units = units_asked(plan, &order, &before, refund)?;
    // What a refund says of points and rewards is all that comes back, unless it tells goods as well.
    let after = match (points.is_some() || units.is_some()) && !tells_goods(plan, refund) {
        true => before.clone(),
        false => come_back(plan, &order, refund, &before)?,
    };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    Ok(Judged { order, units, points, before, after, kept_before, kept_after, lives_on: false })
}

/// Judges what becomes of an order in whose place another one comes.
pub fn judge_replaced(plan: &Plan, member: &Member, id: &str) -> Result<Judged, EventError> {
    let (order, before) = open(plan, member, id).map_err(|error| error.in_field("replaces"))?;
    let after = Returned { whole: true, ..before.clone() };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    Ok(Judged { order, units: None, points: None, before, after, kept_before, kept_after, lives_on: true })
}

/// Undoes an order in whose place another one comes.
pub fn replace(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    id: &str,
    decisions: &mut Vec<Decision>,
) -> Result<Undone, EventError> {
    let judged = judge_replaced(plan, member, id)?;
    let at = event.at.max(judged.order.event.at);
    take_away(plan, member, judged, at, decisions)
}

/// Undoes an order as a cancellation would; whether there was anything left to undo.
pub fn undo(
    plan: &Plan,
    member: &mut Member,
    id: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<bool, EventError> {
    let record = member.remembered(plan, id).filter(|record| record.at >= member.return_horizon(plan));
    let Some(record) = record.filter(|record| !record.order.is_empty()) else { return Ok(false) };
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        return Ok(false);
    }
    let after = Returned { whole: true, ..before.clone() };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    let judged = Judged { order, units: None, points: None, before, after, kept_before, kept_after, lives_on: false };
    take_away(plan, member, judged, at, decisions)?;
    Ok(true)
}

/// Takes back what an order has granted that it would not grant any more, though nothing of it has come back.
pub fn rate_again(
    plan: &Plan,
    member: &mut Member,
    id: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let record = member.remembered(plan, id).filter(|record| record.at >= member.return_horizon(plan));
    let Some(record) = record.filter(|record| !record.order.is_empty()) else { return Ok(()) };
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        return Ok(());
    }
    let (event, mut after) = (kept(plan, &order, &before)?, before.clone());
    claw_back(plan, member, &order, (&event, &before), (&event, &mut after), (at, false), decisions)?;
    match member.returned.find_mut(|returned| returned.order == after.order) {
        Some(returned) => *returned = after,
        None => member.returned.push(after),
    }
    Ok(())
}

/// Works out what it means that more of an order has come back than before, and writes it down.
fn take_away(
    plan: &Plan,
    member: &mut Member,
    judged: Judged,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Undone, EventError> {
    let Judged { order, units, points, before, mut after, kept_before, kept_after, lives_on } = judged;
    let first = decisions.len();
    if !lives_on && tells_due(plan, &order) {
        refund_due(plan, &order, (&before, &kept_before), (&after, &kept_after), at, decisions)?;
    }
    let used_up = challenges::used_up(plan, member, after.order)?;
    let edited = challenges::counted_with(plan, member, after.order)?;
    let mut rounds = match lives_on {
        true => challenges::done_with(plan, member, (&order.event.id, order.event.at))?,
        false => Vec::new(),
    };
    let owing = if lives_on { challenges::owing(plan, member, order.event.at)? } else { Vec::new() };
    if !after.whole {
        remeasure(plan, member, &order, Some(&kept_before), Some(&kept_after))?;
    } else {
        remeasure(plan, member, &order, Some(&kept_before), None)?;
    }
    if lives_on {
        count_no_more(plan, member, &order)?;
    }
    let had = challenges::weigh(plan, member, &used_up, (after.order, at, lives_on))?;
    challenges::without(plan, member, order.event.at, &mut rounds)?;
    let lacking = challenges::give_free(plan, member, (after.order, after.whole), edited)?;
    let goals = match lives_on {
        true => challenges::unpaid(plan, member, &owing, lacking, (order.event.at, at))?,
        false => Vec::new(),
    };
    // Points of the order itself that have paid for it go back before they are taken away with the rest of its points.
    let (own, now) = (paid_by_itself(&order), (at, lives_on));
    if own {
        give_back_spent(plan, member, &order, (units, points), &before, (&kept_after, &mut after), now, decisions)?;
    }
    claw_back(plan, member, &order, (&kept_before, &before), (&kept_after, &mut after), now, decisions)?;
    written_off::belongs(member, after.order, decisions.get(first..).unwrap_or_default());
    let stay = match after.whole {
        true => give_coupons_back(plan, member, &order, lives_on, at, decisions)?,
        false => Vec::new(),
    };
    if !own {
        give_back_spent(plan, member, &order, (units, points), &before, (&kept_after, &mut after), now, decisions)?;
    }
    written_off::belongs(member, after.order, decisions.get(first..).unwrap_or_default());
    if !lives_on {
        given::coupons_back(plan, member, &order, &kept_after, after.whole, at, decisions)?;
    }
    if after.whole {
        give_limits_back(plan, member, &order, (lives_on, &stay), at, decisions)?;
    }
    referrals::come_back(plan, member, (&order, &kept_after), (after.whole, lives_on), at, decisions)?;
    if !lives_on {
        referrals::share_comes_back(plan, member, (&order, &kept_after), after.whole, at, decisions)?;
    }
    if after.whole {
        referrals::gone(member, after.order);
        for (rule, all) in rewards::all_redeemed(&order.decisions) {
            let back = after.rewards.iter().find(|(known, _)| *known == rule);
            let left = amount::subtract(all, back.map_or(Decimal::ZERO, |(_, units)| *units))?;
            let units =
                Units { rule, before: amount::subtract(all, left)?, units: left, all: order.with_others(rule, all)? };
            let redeemed = (&*order.event.id, &*order.decisions);
            rewards::come_back(plan, member, redeemed, units, (order.event.at, at, lives_on), decisions)?;
        }
    }
    given::badges_back(plan, member, &order, &kept_after, after.whole, at, decisions)?;
    written_off::belongs(member, after.order, decisions.get(first..).unwrap_or_default());
    if after.whole && !lives_on {
        written_off::forget(member, after.order);
    }
    match member.returned.find_mut(|returned| returned.order == after.order) {
        Some(returned) => *returned = after,
        None => member.returned.push(after),
    }
    let decided = decisions.get(first..).unwrap_or_default();
    let lent = if lives_on { restore::lent(plan, &order, decided)? } else { Vec::new() };
    let vested = vested_of(plan, decided)?;
    let had_waited = if lives_on { vested::had_waited(plan, member, &order.event.id, &vested) } else { Vec::new() };
    Ok(Undone { vested, had_waited, goals, rounds, had, lent })
}

/// How much of what some decisions have taken back was pending no more, by wallet.
fn vested_of(plan: &Plan, decisions: &[Decision]) -> Result<Vec<Decimal>, Overflow> {
    let mut vested = vec![Decimal::ZERO; plan.wallets.len()];
    for decision in decisions {
        if let Kind::ClawedBack { wallet, amount, from_pending, .. } = decision.kind
            && let Some(sum) = vested.get_mut(usize::from(wallet))
        {
            *sum = amount::add(*sum, amount::subtract(amount, from_pending)?)?;
        }
    }
    Ok(vested)
}

/// Tells what is to be paid back of an order whose coupons may lose what they took off: the share of what comes back is not
/// all there is to it.
fn refund_due(
    plan: &Plan,
    order: &Order,
    (before, kept_before): (&Returned, &EventData),
    (after, kept_after): (&Returned, &EventData),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let is = Due::of(plan, order, after, kept_after)?;
    let was = Due::of(plan, order, before, kept_before)?;
    let amount = amount::subtract(was.charged, is.charged)?;
    let returned = amount::subtract(was.by_share, is.by_share)?;
    let mut parts = Vec::new();
    for (at, decision) in order.decisions.iter().enumerate() {
        let Kind::Coupon(CouponDecision::Redeemed { coupon, code, .. }) = &decision.kind else { continue };
        let more = amount::subtract(is.owed_of(at), was.owed_of(at))?;
        if !more.is_zero() {
            parts.push(OwedPart { coupon: coupon.clone(), code: code.clone(), amount: more });
        }
    }
    if returned.is_zero() && amount.is_zero() && parts.is_empty() {
        return Ok(());
    }
    let due = CouponDecision::RefundDue { amount, returned, owed: parts };
    decisions.push(Decision { at, kind: Kind::Coupon(due) });
    Ok(())
}

/// What is to be paid for what is kept of an order: by its share of what was charged, and with what is owed.
struct Due {
    charged: Decimal,
    by_share: Decimal,
    /// What is owed to each coupon, by its place among the decisions: `charged` less `by_share`, to the cent.
    owed: Vec<(usize, Decimal)>,
}

impl Due {
    fn of(plan: &Plan, order: &Order, returned: &Returned, kept: &EventData) -> Result<Self, EventError> {
        if returned.whole {
            return Ok(Self { charged: Decimal::ZERO, by_share: Decimal::ZERO, owed: Vec::new() });
        }
        let by_share = base(plan, &charged(plan, order, returned, &AllOwed::default())?)?;
        let charged = base(plan, kept)?;
        let all = owed(plan, order, returned)?;
        let mut owed = Vec::with_capacity(all.coupons.len());
        let mut over = amount::subtract(by_share, charged)?;
        for coupon in &all.coupons {
            let own = all.of(coupon.decision)?;
            over = amount::add(over, own)?;
            owed.push((coupon.decision, own));
        }
        // Shares are rounded one by one, and nothing comes to cost more than before any coupon: what is not charged is not
        // owed, the last one's first.
        for (_, own) in owed.iter_mut().rev() {
            let less = over.min(*own);
            *own = amount::subtract(*own, less)?;
            over = amount::subtract(over, less)?;
        }
        Ok(Self { charged, by_share, owed })
    }

    fn owed_of(&self, decision: usize) -> Decimal {
        self.owed.iter().find(|(of, _)| *of == decision).map_or(Decimal::ZERO, |(_, owed)| *owed)
    }
}
