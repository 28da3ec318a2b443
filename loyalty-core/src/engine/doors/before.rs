//! What happens before the rules are asked: time passes, and an event does what its type does by itself.

use super::revoke::revoke;
use super::staff::{adjust, assign_level, profile};
use crate::engine::decided::Decided;
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::members::{pause, pool, transfer};
use crate::engine::messages::broadcast;
use crate::engine::outcome::{Decision, Kind, NotEarned};
use crate::engine::rewards::Turn;
use crate::engine::value::Value;
use crate::engine::{
    arrivals, badges, challenges, clock, coupons, lapses, leaderboards, messages, questions, referrals, returns,
    rewards, wheels,
};
use crate::plan::{EventKind, EventPlan, InactivityPlan, Plan};

/// What happens before the rules are asked: time passes, and the event does what its type does by itself. Tells how many
/// decisions time alone brought about.
pub fn before_rules(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<usize, EventError> {
    if event.at >= member.clock {
        clock::advance(plan, member, event.at, decisions)?;
    }
    let first = decisions.len();
    if event.at < member.clock && rests(plan, event_plan, member, event).is_none() {
        for wallet in 0..plan.wallets.len() {
            let counts = |form: &InactivityPlan| form.events.contains(&event.event);
            lapses::bring_back(plan, member, wallet as u16, event.at, counts, decisions)?;
        }
    }
    let comes_back = matches!(event_plan.kind, EventKind::Refund | EventKind::Cancel);
    if comes_back || coupons::redeem::replaced(event_plan, event).is_some() {
        decisions.have_badges(badges::deserved_before(plan, member)?);
    }
    match event_plan.kind {
        EventKind::Plain => {
            if let Some(order) = coupons::redeem::replaced(event_plan, event) {
                let followed = returns::followed(plan, member, order);
                decisions.keep(returns::lasting(plan, member, order), followed);
                decisions.gifts = returns::gifts(plan, member, order);
                let undone = returns::replace(plan, member, event, order, decisions)?;
                decisions.have_undone(undone, hash(&event.id));
                returns::rewards_go_on(plan, member, (hash(order), hash(&event.id)));
            }
            rewards::take(plan, event_plan, member, event, Turn::Before, decisions)?;
        }
        EventKind::Refund | EventKind::Cancel => returns::apply(plan, member, event, decisions)?,
        EventKind::Adjust => adjust(plan, event_plan, member, event, decisions)?,
        EventKind::Profile => profile(plan, event_plan, member, event, decisions),
        EventKind::AssignLevel => assign_level(plan, event_plan, member, event, decisions)?,
        EventKind::SentBack => transfer::come_back(plan, event_plan, member, event, decisions)?,
        EventKind::Pooled => pool::pay(plan, event_plan, member, event, decisions)?,
        EventKind::Pause => pause::pause(event_plan, member, event, decisions),
        EventKind::Resume => pause::resume(plan, member, decisions),
        EventKind::Issue => coupons::issue::by_staff(plan, event_plan, member, event, decisions)?,
        EventKind::Revoke => revoke(plan, event_plan, member, event, decisions)?,
        EventKind::OptIn => challenges::opt_in(plan, event_plan, member, event, decisions)?,
        EventKind::Answer => questions::on_event(plan, event_plan, member, event, decisions)?,
        EventKind::Draw => wheels::on_event(plan, event_plan, member, event, decisions)?,
        EventKind::Placed if member.account.paused_at(event.at) => {}
        EventKind::Placed => leaderboards::on_event(plan, event_plan, member, event, decisions)?,
        EventKind::Redeem => rewards::on_event(plan, event_plan, member, event, decisions)?,
        EventKind::Hold => rewards::hold(plan, event_plan, member, event, decisions)?,
        EventKind::Capture => rewards::capture(plan, event_plan, member, event, decisions)?,
        EventKind::Release => rewards::release(plan, event_plan, member, event, decisions)?,
        EventKind::Received => {}
        EventKind::Message => messages::policy::wrote(member, event.at),
        EventKind::MessageStatus => messages::policy::status(event_plan, member, event, decisions),
        EventKind::IdentityChanged => messages::policy::another_identity(event_plan, member, event),
        // Whether it can be said at all is asked before anything is done; it is said after the rules on it.
        EventKind::Broadcast => drop(broadcast::Broadcast::of(plan, event_plan, event)?),
        EventKind::Consent => messages::policy::told(event_plan, member, event, decisions),
        EventKind::Referral if member.account.paused_at(event.at) => {}
        EventKind::Referral => referrals::take_in(plan, event_plan, member, event, decisions)?,
        EventKind::ReferralWithdrawn => referrals::withdraw(plan, event_plan, member, event, decisions)?,
        EventKind::ReferralRefused => referrals::refuse(plan, event_plan, member, event, decisions)?,
    }
    if event_plan.may_vest {
        vest_on(plan, event_plan, member, event, decisions)?;
    }
    Ok(first)
}

/// Why no rule is asked about an event, if none is: the account rested at the time, or what it tells was taken back before.
pub fn rests(plan: &Plan, event_plan: &EventPlan, member: &Member, event: &EventData) -> Option<NotEarned> {
    if event.at < member.enrolled_at {
        return Some(NotEarned::BeforeEnrolment);
    }
    if let Some(order) = coupons::redeem::replaced(event_plan, event) {
        // All forms of an order are one purchase, and it was made when the first of them was.
        return returns::unseen(plan, member, order);
    }
    if member.account.paused_at(event.at) && !matches!(event_plan.kind, EventKind::Pause | EventKind::Resume) {
        return Some(NotEarned::Paused);
    }
    referrals::is_void(plan, event_plan, member, event).then_some(NotEarned::Withdrawn)
}

/// The lots of an order that were waiting for this event vest.
fn vest_on(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(Value::Text(order, _)) = event_plan.order_slot.map(|slot| event.slot(slot)) else { return Ok(()) };
    let first = decisions.len();
    arrivals::vest_waiting(plan, member, (order, event.event), event.at, decisions)?;
    let vested = decisions.iter().skip(first).any(|decision| matches!(decision.kind, Kind::Vested { .. }));
    if event_plan.vests && !vested {
        arrivals::note(member, event, order);
    }
    Ok(())
}
