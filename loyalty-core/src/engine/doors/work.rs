//! What an event comes to by its rules: worked out first, then written down, followed up and remembered.

use smallvec::SmallVec;

use crate::amount::Overflow;
use crate::engine::claims::Counters;
use crate::engine::decided::Decided;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::ladders::Occasion;
use crate::engine::log::{self, hash};
use crate::engine::marks::Mark;
use crate::engine::measures::{self, Delta};
use crate::engine::member::Member;
use crate::engine::members::transfer;
use crate::engine::messages::{self, broadcast};
use crate::engine::outcome::Decision;
use crate::engine::rewards::{self, Turn};
use crate::engine::tally::After;
use crate::engine::{
    arrivals, challenges, clock, coupons, earning, experiments, granted, idle, ledger, moves, reactions, referrals,
    returns, rules, schedule,
};
use crate::plan::{EventKind, EventPlan, Plan};

/// What an event comes to, before it is written down. It is worked out in place: it is large, and moving it costs more
/// than most rules do.
#[derive(Default)]
pub(super) struct Work {
    deltas: measures::Deltas,
    pub(super) evaluation: earning::Evaluation,
    /// What the counters will say, each with its place among them.
    entries: SmallVec<[After; 12]>,
    /// What the event makes of coupons.
    uses: coupons::redeem::Uses,
}

pub(super) fn evaluate(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    (counters, kept): (Option<&Counters>, &[u32]),
    work: &mut Work,
) -> Result<(), EventError> {
    let Work { deltas, evaluation, entries, uses } = work;
    let scope = Scope { event: Some(event), counters, kept, ..Scope::of(plan, member, event.at) };
    measures::deltas(&scope, &event_plan.measures, deltas)?;
    if event_plan.kind == EventKind::Received {
        evaluation.offer = Some(transfer::offer(&scope, event_plan, event)?);
    }
    let candidates = rules::candidates(&event_plan.index, event);
    let scope = Scope { deltas, ..scope };
    if event_plan.codes.is_some() {
        *uses = coupons::redeem::decide(&scope, event_plan, event)?;
    }
    let used = uses.coupons();
    let scope = Scope { uses: &used, ..scope };
    earning::evaluate(&scope, &candidates, &event_plan.rules, evaluation)?;
    // Whatever could overflow does so before anything is written.
    for delta in &*deltas {
        if let Delta::Counted { measure, change, after } = delta {
            entries.push(after.ok_or(Overflow)?);
            if let Some(moment) = measures::moment(plan, *measure, change, event.at) {
                entries.push(member.tallies.after(&moment)?);
            }
        }
    }
    for change in &evaluation.changes {
        entries.push(member.tallies.after(change)?);
    }
    Ok(())
}

/// Writes down an event of the present from which nothing follows.
pub(super) fn write(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    work: &mut Work,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    commit(plan, event_plan, member, event, work, decisions)?;
    member.next_due = schedule::next_due_of_grown(plan, member);
    clock::advance(plan, member, member.clock.max(event.at), decisions)?;
    remember(event_plan, member, event, decisions, &mut work.evaluation);
    Ok(())
}

/// Writes what the rules on an event have come to.
pub(super) fn commit(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    Work { deltas, evaluation, entries, uses }: &mut Work,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    experiments::note(plan, member, &event_plan.arms, event.at, decisions);
    // The counters stand in the order of their numbers: from the last on, what comes in moves none that is still to come.
    while let Some((entry, place)) = entries.pop() {
        member.tallies.put(entry, place);
    }
    let replaced = coupons::redeem::replaced(event_plan, event);
    for delta in deltas {
        if let Delta::Marked { measure, value } = delta {
            let of = replaced.filter(|_| measures::is_of_purchase(plan, *measure));
            let at = of.and_then(|order| returns::bought_at(plan, member, order)).unwrap_or(event.at);
            member.marks.insert(Mark { measure: *measure, at, value: core::mem::take(value) });
        }
    }
    for wallet in 0..plan.wallets.len() {
        idle::note(plan, member, wallet as u16, event.at, |form| form.events.contains(&event.event));
    }
    if event_plan.codes.is_some() {
        coupons::redeem::commit(plan, member, event, core::mem::take(uses), decisions)?;
    }
    let spent = !evaluation.spends.is_empty();
    if !event_plan.awaits {
        evaluation.wait_for_none_that_names_orders(plan);
    }
    let granted = match replaced {
        Some(_) => evaluation.lots.iter().map(|lot| (lot.wallet, lot.amount)).collect(),
        None => Vec::new(),
    };
    let first = decisions.len();
    transfer::send_all(plan, member, evaluation, event, decisions)?;
    ledger::commit(plan, member, (hash(&event.id), event.at), evaluation, decisions)?;
    ledger::tell(plan, member, evaluation, (event.at, event.at), decisions);
    if let Some(replaced) = replaced {
        returns::net(member, event, replaced, decisions)?;
        returns::carry(plan, member, event, &granted, decisions)?;
        challenges::use_up_again(plan, member, (hash(&event.id), event.at), decisions)?;
        challenges::use_up_with(plan, member, (hash(&event.id), event.at), decisions)?;
        challenges::use_up_moved(plan, member, (hash(&event.id), event.at), decisions)?;
    }
    let netted = !member.written_off.is_empty() && referrals::net_again(plan, member, event, first, decisions)?;
    if replaced.is_some() || !member.arrivals.is_empty() {
        let own = hash(&event.id);
        arrivals::vest(plan, member, event, |lot| lot.source == own, decisions)?;
    }
    if let Some(offer) = &evaluation.offer {
        transfer::take_in(plan, event_plan, member, event, offer, decisions)?;
    }
    if spent || netted {
        for wallet in &mut member.wallets {
            wallet.sweep(|_| true);
        }
    }
    if plan.reactions.any {
        moves::commit(plan, member, core::mem::take(&mut evaluation.moves), event.at, decisions)?;
    }
    rewards::take(plan, event_plan, member, event, Turn::After, decisions)?;
    let occasion = messages::Occasion { event: Some(event), cause: None, at: event.at };
    messages::commit(plan, member, &evaluation.says, occasion, decisions)?;
    if event_plan.kind == EventKind::Broadcast {
        broadcast::say(plan, event_plan, member, event, decisions)?;
    }
    Ok(())
}

/// What follows from an event, and what by time alone: a late event's points may have vested or run out long since, and
/// others may be earned after their last day.
pub(super) fn settle(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    first: usize,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let until = member.clock.max(event.at);
    returns::take_again(plan, member, false, (event.at, first), decisions)?;
    if plan.reactions.any {
        member.clock = until;
        let returns = matches!(event_plan.kind, EventKind::Refund | EventKind::Cancel);
        let occasion = match returns {
            true => Occasion::Return,
            false if event.at < until => Occasion::Late(event.at),
            false => Occasion::Event,
        };
        let mut next = first;
        let edits = coupons::redeem::replaced(event_plan, event).is_some();
        if edits {
            returns::follow_on_form_before(plan, decisions, (first, plan.calendar.day_at(until)))?;
            // What the form before had made is judged as after a return, with the new form counted already.
            reactions::follow(plan, member, until, Occasion::Return, first, decisions)?;
            next = decisions.len();
        }
        reactions::follow(plan, member, until, occasion, next, decisions)?;
        let next = decisions.len();
        vest_given(plan, member, event, first, decisions)?;
        if decisions.len() > next {
            reactions::follow(plan, member, until, occasion, next, decisions)?;
        }
        if edits {
            reactions::follow_on_less(plan, member, until, first, decisions)?;
        }
    }
    returns::take_again(plan, member, true, (event.at, first), decisions)?;
    member.next_due = member.find_next_due(plan);
    clock::advance(plan, member, until, decisions)
}

/// What coupons and rewards have given with an order vests by what has come before.
fn vest_given(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    first: usize,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let given = decisions.iter().skip(first).filter_map(|decision| returns::given_that_waits(plan, decision));
    let given: Vec<u64> = given.collect();
    if given.is_empty() {
        return Ok(());
    }
    arrivals::vest(plan, member, event, |lot| given.contains(&lot.entry), decisions)
}

/// Notes the event itself: its decisions for a replay, its capture for a return.
pub(super) fn remember(
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &[Decision],
    evaluation: &mut earning::Evaluation,
) {
    let earning::Evaluation { fired, grants, cut, .. } = evaluation;
    grants.extend(cut.drain(..));
    let signature = event_plan.layout.signature;
    member.log.push(&event.id, event.event, event.at, (log::mark(event.digest), signature), decisions, |writer| {
        if event_plan.kind.returnable() {
            granted::write(writer, &event.capture, fired, grants);
        }
    });
}
