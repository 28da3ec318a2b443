//! The doors: an event happens, time passes. Whole, or not at all.

mod admit;
mod before;
mod met;
mod revoke;
pub mod staff;
mod work;

use std::sync::Arc;

use rust_decimal::Decimal;

use super::decided::Decided;
use super::error::{EventError, Refusal};
use super::event::EventData;
use super::ladders::Occasion;
use super::log::hash;
use super::lots::WalletState;
use super::member::Member;
use super::members::transfer;
use super::messages::broadcast;
use super::messages::said::Unsaid;
use super::outcome::{Decision, Kind, NotEarned, NotTaken, Outcome};
use super::{challenges, clock, coupons, earning, experiments, questions, reactions, referrals, returns, rewards};
use crate::amount;
use crate::plan::{EventKind, EventPlan, Plan};
use crate::time::rfc3339;
use admit::admit;
use work::{Work, commit, evaluate, remember, settle, write};

pub use super::event::named;
pub use admit::{same_program, same_state};
pub use before::{before_rules, rests};
pub use met::{stand, stand_then};

/// Time passes.
pub fn advance(plan: &Arc<Plan>, member: &mut Member, to: i64) -> Result<Outcome, EventError> {
    let mut decisions = Decided::default();
    advance_into(plan, member, to, &mut decisions)?;
    Ok(outcome(plan, member, None, to, decisions.take_list()))
}

/// Time passes, and what it brings about is written down.
pub fn advance_into(plan: &Arc<Plan>, member: &mut Member, to: i64, decisions: &mut Decided) -> Result<(), EventError> {
    same_program(plan, member)?;
    experiments::expect_secret(plan, plan.chance_by_time)?;
    if member.next_due > to {
        member.clock = member.clock.max(to);
    } else {
        member.whole(|member| {
            member.forget_rows(plan);
            clock::advance(plan, member, to, decisions)
        })?;
        member.forget(plan);
    }
    Ok(())
}

/// Judges a member by rules that have changed, at an instant that the member has been brought to.
pub fn judge(plan: &Arc<Plan>, member: &mut Member, at: i64) -> Result<Outcome, EventError> {
    same_program(plan, member)?;
    let mut decisions = Decided::default();
    member.whole(|member| {
        clock::advance(plan, member, at, &mut decisions)?;
        let first = decisions.len();
        reactions::follow(plan, member, at, Occasion::Event, first, &mut decisions)?;
        member.next_due = member.find_next_due(plan);
        member.revision += (decisions.len() - first) as u64;
        Ok::<(), EventError>(())
    })?;
    Ok(outcome(plan, member, None, at, decisions.take_list()))
}

pub fn outcome(plan: &Arc<Plan>, member: &Member, event: Option<String>, at: i64, decisions: Vec<Decision>) -> Outcome {
    Outcome {
        plan: Arc::clone(plan),
        event,
        member: Arc::clone(&member.id),
        at,
        revision: member.revision,
        replayed: false,
        arms: experiments::noted(member),
        decisions,
    }
}

/// An event happens. `now` is the host's idea of the present, against which events of the future are told.
pub fn apply(
    plan: &Arc<Plan>,
    member: &mut Member,
    event: &EventData,
    now: Option<i64>,
) -> Result<Outcome, EventError> {
    apply_into(plan, member, event, now, &mut Decided::default())
}

/// An event happens; what is decided passes through `decisions`, which keeps what there is to explain.
pub fn apply_into(
    plan: &Arc<Plan>,
    member: &mut Member,
    event: &EventData,
    now: Option<i64>,
    decisions: &mut Decided,
) -> Result<Outcome, EventError> {
    same_program(plan, member)?;
    let (outcome, moved) = member.whole(|member| happen(plan, member, event, now, decisions))?;
    if moved != Moved::Nothing {
        tidy(plan, member, moved);
    }
    Ok(outcome)
}

/// An event for each of several members: all of them are taken, or none. `event` fills in that of each; what all have
/// come to may still be refused.
pub fn apply_all(
    plan: &Arc<Plan>,
    members: &mut [&mut Member],
    mut event: impl FnMut(usize, &mut EventData) -> Result<(), EventError>,
    accept: impl FnOnce(&[Outcome]) -> Result<(), EventError>,
) -> Result<Vec<Outcome>, EventError> {
    let outcomes = Member::all_whole(members, |members| {
        let mut data = EventData::default();
        let mut outcomes = Vec::with_capacity(members.len());
        for (number, member) in members.iter_mut().enumerate() {
            event(number, &mut data)?;
            same_program(plan, member)?;
            outcomes.push(happen(plan, member, &data, None, &mut Decided::default())?.0);
        }
        accept(&outcomes)?;
        Ok::<_, EventError>(outcomes)
    })?;
    members.iter_mut().for_each(|member| tidy(plan, member, Moved::Anything));
    Ok(outcomes)
}

/// Looks at a member as it will be at an instant, if nothing else happens until then. It stays as it is.
pub fn look_ahead<T>(
    plan: &Arc<Plan>,
    member: &mut Member,
    to: i64,
    look: impl FnOnce(&Member) -> T,
) -> Result<T, EventError> {
    same_program(plan, member)?;
    experiments::expect_secret(plan, plan.chance_by_time)?;
    member.tried(|member| {
        clock::advance(plan, member, to, &mut Decided::default())?;
        Ok(look(member))
    })
}

/// What has moved with an event besides what it brings itself: all lots are looked through for empty ones where there may be some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    Nothing,
    /// Time has passed, and no lot has lost points by it.
    Time,
    Anything,
}

/// What is behind the door: an event happens to a member that keeps back what is changed of it.
fn happen(
    plan: &Arc<Plan>,
    member: &mut Member,
    event: &EventData,
    now: Option<i64>,
    decisions: &mut Decided,
) -> Result<(Outcome, Moved), EventError> {
    decisions.because_of(Some(event.id.clone()));
    if let Some(known) = admit(plan, member, event, now)? {
        let id = decisions.because_of(None);
        return Ok((Outcome { replayed: true, ..outcome(plan, member, id, event.at, known) }, Moved::Nothing));
    }
    let Some(event_plan) = plan.events.get(usize::from(event.event)) else {
        return Err(EventError::new(Refusal::OtherProgram));
    };
    member.forget_rows(plan);
    let settled = questions::settled(plan, event_plan, event);
    let event = settled.as_ref().unwrap_or(event);
    experiments::expect_secret(plan, plan.chance_by_time || !event_plan.arms.is_empty())?;
    if event.at < member.enrolled_at && rewards::takes_any(plan, event_plan, event) {
        return Err(EventError::new(Refusal::NotEligible)
            .in_field("at")
            .expecting("an order since the member joined, for it takes rewards or pays from a wallet")
            .but_found(rfc3339(event.at, plan.calendar.offset_at(event.at))));
    }
    let moved = if event.at < member.enrolled_at && !returns::reaches(plan, event_plan, member, event) {
        match event_plan.kind {
            EventKind::Received => {
                let reason = NotTaken::BeforeEnrolment;
                transfer::refuse(plan, event_plan, member, event, reason, decisions)?;
            }
            EventKind::Broadcast => {
                broadcast::unsaid(plan, event_plan, event, Unsaid::BeforeEnrolment, decisions)?;
            }
            _ => {
                let kind = Kind::NotEarned { reason: NotEarned::BeforeEnrolment };
                decisions.push(Decision { at: event.at, kind });
            }
        }
        remember(event_plan, member, event, decisions, &mut earning::Evaluation::default());
        Moved::Nothing
    } else if event_plan.kind == EventKind::Plain
        && !plan.reactions.any
        && !event_plan.may_vest
        && member.account.pauses.is_empty()
        && event.at >= member.clock
        && coupons::redeem::replaced(event_plan, event).is_none()
    {
        present(plan, event_plan, member, event, decisions)?
    } else {
        slow(plan, event_plan, member, event, decisions)?;
        Moved::Anything
    };
    member.revision += 1;
    let id = decisions.because_of(None);
    Ok((outcome(plan, member, id, event.at, decisions.take_list()), moved))
}

/// What the rules would earn, per wallet.
pub fn rate<'p>(
    plan: &'p Arc<Plan>,
    member: &Member,
    event: &EventData,
) -> Result<Vec<(&'p str, Decimal)>, EventError> {
    same_program(plan, member)?;
    let Some(event_plan) = plan.events.get(usize::from(event.event)) else { return Ok(Vec::new()) };
    let mut work = Work::default();
    evaluate(plan, event_plan, member, event, (None, &[]), &mut work)?;
    let mut earnings: Vec<(&str, Decimal)> = Vec::with_capacity(work.evaluation.lots.len());
    for lot in &work.evaluation.lots {
        let name = plan.wallets.get(usize::from(lot.wallet)).map_or("", |wallet| &*wallet.name);
        match earnings.last_mut().filter(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = amount::add(*sum, lot.amount)?,
            None => earnings.push((name, lot.amount)),
        }
    }
    Ok(earnings)
}

/// An event of the present that nothing but the rules has to do with: what they come to is worked out first and then
/// written down. Whatever is due before it happens first.
fn present(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<Moved, EventError> {
    let mut moved = Moved::Nothing;
    if member.next_due <= event.at {
        clock::advance(plan, member, event.at, decisions)?;
        member.wallets.iter_mut().for_each(WalletState::mark);
        let vested = decisions.iter().all(|decision| matches!(decision.kind, Kind::Vested { .. }));
        moved = if vested { Moved::Time } else { Moved::Anything };
    }
    let mut work = Work::default();
    evaluate(plan, event_plan, member, event, (decisions.counters().as_ref(), &[]), &mut work)?;
    write(plan, event_plan, member, event, &mut work, decisions)?;
    Ok(moved)
}

/// Everything that is more than rules on an event of the present.
fn slow(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let first = before_rules(plan, event_plan, member, event, decisions)?;
    if let Some(reason) = rests(plan, event_plan, member, event) {
        asleep(plan, event_plan, member, event, (reason, first), decisions)?;
    } else {
        if event_plan.kind != EventKind::Pause {
            decisions.wake();
        }
        let mut work = Work::default();
        // What the rules on the message meet is the question as it was before.
        let heard = questions::hears(plan, member, event);
        let kept = decisions.kept();
        let replaced = coupons::redeem::replaced(event_plan, event);
        let mut levels = stand_then(plan, member, event.at, replaced);
        evaluate(plan, event_plan, member, event, (decisions.counters().as_ref(), &kept), &mut work)?;
        stand(member, &mut levels);
        commit(plan, event_plan, member, event, &mut work, decisions)?;
        if let Some(replaced) = replaced {
            returns::use_again(plan, member, (event, replaced), &mut work.evaluation.fired, decisions)?;
            referrals::go_on(plan, member, (event, replaced), false, decisions)?;
            referrals::share_goes_on(plan, member, (event, replaced), false, decisions)?;
        }
        if let Some(heard) = heard
            && let Some(answer) = questions::take(plan, member, heard, event, decisions)?
            && let Some(answer_plan) = plan.events.get(usize::from(answer.event))
        {
            let mut work = Work::default();
            evaluate(plan, answer_plan, member, &answer, (decisions.counters().as_ref(), &[]), &mut work)?;
            commit(plan, answer_plan, member, &answer, &mut work, decisions)?;
        }
        settle(plan, event_plan, member, event, first, decisions)?;
        remember(event_plan, member, event, decisions, &mut work.evaluation);
    }
    Ok(())
}

/// An event of a time at which the account rests: no rule and no measure sees it, and it says so.
fn asleep(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    (reason, first): (NotEarned, usize),
    decisions: &mut Decided,
) -> Result<(), EventError> {
    match event_plan.kind {
        EventKind::Plain | EventKind::Referral | EventKind::Placed => {
            let kind = Kind::NotEarned { reason };
            decisions.push(Decision { at: event.at, kind });
        }
        EventKind::Received => {
            transfer::refuse(plan, event_plan, member, event, NotTaken::Paused, decisions)?;
        }
        EventKind::Broadcast => broadcast::unsaid(plan, event_plan, event, Unsaid::Paused, decisions)?,
        _ => {}
    }
    let mut evaluation = earning::Evaluation::default();
    if let Some(replaced) = coupons::redeem::replaced(event_plan, event) {
        returns::net(member, event, replaced, decisions)?;
        challenges::use_up_again(plan, member, (hash(&event.id), event.at), decisions)?;
        returns::use_again(plan, member, (event, replaced), &mut evaluation.fired, decisions)?;
        referrals::go_on(plan, member, (event, replaced), true, decisions)?;
        referrals::share_goes_on(plan, member, (event, replaced), true, decisions)?;
    }
    settle(plan, event_plan, member, event, first, decisions)?;
    remember(event_plan, member, event, decisions, &mut evaluation);
    Ok(())
}

/// Changes of a member after which what it no longer needs is looked for: it takes a look at everything.
const TIDIED_EVERY: u64 = 64;

/// Drops what no longer matters.
fn tidy(plan: &Plan, member: &mut Member, moved: Moved) {
    let wallets = member.wallets.iter_mut().filter(|_| moved == Moved::Anything);
    let swept = wallets.fold(false, |swept, wallet| wallet.sweep(|_| true) | swept);
    // When something is due next has been worked out since the event; but a lot that is gone no longer vests.
    if swept {
        member.next_due = member.find_next_due(plan);
    }
    if member.revision.is_multiple_of(TIDIED_EVERY) {
        member.forget(plan);
    }
}
