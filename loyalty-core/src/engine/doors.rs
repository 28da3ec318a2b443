//! The doors: an event happens, time passes. Whole, or not at all.

use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::claims::Counters;
use super::decided::Decided;
use super::earning::{self, LotPlan};
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::EventData;
use super::ladders::{self, Occasion};
use super::log::hash;
use super::lots::{Vesting, WalletState};
use super::marks::Mark;
use super::measures::{self, Delta};
use super::member::Member;
use super::members::{pause, pool, transfer};
use super::messages::broadcast;
use super::messages::said::Unsaid;
use super::outcome::{Because, Decision, Kind, NotEarned, NotTaken, Outcome};
use super::rewards::Turn;
use super::tally::Entry;
use super::value::{Stored, Value};
use super::{
    challenges, clock, coupons, experiments, granted, grants, leaderboards, ledger, messages, moves, questions,
    reactions, referrals, returns, rewards, rules, wheels,
};
use crate::amount;
use crate::plan::{EventKind, EventPlan, ExpirePlan, Plan, VestPlan};
use crate::time::rfc3339;

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
    } else if plan.reactions.any {
        let mut working = member.clone();
        clock::advance(plan, &mut working, to, decisions)?;
        working.forget(plan);
        *member = working;
    } else {
        let before = Timed::of(member);
        if let Err(error) = clock::advance(plan, member, to, decisions) {
            before.put_back(member);
            return Err(error);
        }
        member.forget(plan);
    }
    Ok(())
}

/// Judges a member by rules that have changed, at an instant that the member has been brought to.
pub fn judge(plan: &Arc<Plan>, member: &mut Member, at: i64) -> Result<Outcome, EventError> {
    same_program(plan, member)?;
    let mut working = member.clone();
    let mut decisions = Decided::default();
    clock::advance(plan, &mut working, at, &mut decisions)?;
    let first = decisions.len();
    reactions::follow(plan, &mut working, at, Occasion::Event, first, &mut decisions)?;
    working.next_due = working.find_next_due(plan);
    working.revision += (decisions.len() - first) as u64;
    *member = working;
    Ok(outcome(plan, member, None, at, decisions.take_list()))
}

pub fn same_program(plan: &Plan, member: &Member) -> Result<(), EventError> {
    if member.fingerprint == plan.fingerprint {
        return Ok(());
    }
    Err(EventError::new(Refusal::OtherProgram)
        .advising("load the saved state with this program: it takes over what it can and reports the rest"))
}

pub fn outcome(
    plan: &Arc<Plan>,
    member: &Member,
    event: Option<&EventData>,
    at: i64,
    decisions: Vec<Decision>,
) -> Outcome {
    Outcome {
        plan: Arc::clone(plan),
        event: event.map(|event| event.id.clone()),
        member: member.id.clone(),
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
    decisions.because_of(Some(event.id.as_str().into()));
    if let Some(replay) = admit(plan, member, event, now)? {
        return Ok(replay);
    }
    let Some(event_plan) = plan.events.get(usize::from(event.event)) else {
        return Err(EventError::new(Refusal::OtherProgram));
    };
    let settled = questions::settled(plan, event_plan, event);
    let event = settled.as_ref().unwrap_or(event);
    experiments::expect_secret(plan, plan.chance_by_time || !event_plan.arms.is_empty())?;
    if event.at < member.enrolled_at {
        if rewards::takes_any(plan, event_plan, event) {
            return Err(EventError::new(Refusal::NotEligible)
                .in_field("at")
                .expecting("an order since the member joined, for it takes rewards or pays from a wallet")
                .but_found(rfc3339(event.at, plan.calendar.offset_at(event.at))));
        }
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
        remember(event_plan, member, event, decisions, &[], &[]);
    } else if event_plan.kind == EventKind::Plain
        && !plan.reactions.any
        && !event_plan.vests
        && member.account.pauses.is_empty()
        && event.at >= member.clock
        && coupons::redeem::replaced(event_plan, event).is_none()
    {
        present(plan, event_plan, member, event, decisions)?;
    } else {
        let mut working = member.clone();
        slow(plan, event_plan, &mut working, event, decisions)?;
        *member = working;
    }
    member.revision += 1;
    Ok(outcome(plan, member, Some(event), event.at, decisions.take_list()))
}

/// An event of the present that nothing but the rules has to do with: what they come to is worked out first and then
/// written down. If points vest or run out before it, that alone is kept back for the case that it is refused.
fn present(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let due = member.next_due <= event.at;
    let before = due.then(|| Timed::of(member));
    let mut work = Work::default();
    let mut judge = || {
        if due {
            clock::advance(plan, member, event.at, decisions)?;
        }
        evaluate(plan, event_plan, member, event, decisions.counters().as_ref(), &mut work)
    };
    if let Err(error) = judge() {
        if let Some(before) = before {
            before.put_back(member);
        }
        return Err(error);
    }
    write(plan, event_plan, member, event, &mut work, 0, decisions)?;
    if due {
        tidy(plan, member);
    }
    Ok(())
}

/// What the passing of time changes of a member without reactions.
struct Timed {
    wallets: Vec<WalletState>,
    clock: i64,
    revision: u64,
    entry: u64,
    next_due: i64,
}

impl Timed {
    fn of(member: &Member) -> Self {
        let Member { clock, revision, entry, next_due, .. } = *member;
        Self { wallets: member.wallets.clone(), clock, revision, entry, next_due }
    }

    fn put_back(self, member: &mut Member) {
        let Self { wallets, clock, revision, entry, next_due } = self;
        (member.wallets, member.clock, member.revision) = (wallets, clock, revision);
        (member.entry, member.next_due) = (entry, next_due);
    }
}

/// Drops what no longer matters.
fn tidy(plan: &Plan, member: &mut Member) {
    for wallet in &mut member.wallets {
        wallet.sweep(|_| true);
    }
    member.next_due = member.find_next_due(plan);
    if member.revision.is_multiple_of(16) {
        member.forget(plan);
    }
}

/// Refuses what cannot be taken, and answers what is known already.
fn admit(
    plan: &Arc<Plan>,
    member: &Member,
    event: &EventData,
    now: Option<i64>,
) -> Result<Option<Outcome>, EventError> {
    member.account.expect_open("member")?;
    if let Some(of) = &event.member
        && *of != member.id
        && !member.account.has_absorbed(of)
    {
        return Err(EventError::new(Refusal::WrongMember)
            .in_field("member")
            .expecting(format!("`{}`, whose state this is", member.id))
            .but_found(format!("`{of}`")));
    }
    let instant = |at: i64| rfc3339(at, plan.calendar.offset_at(at));
    let horizon = member.horizon(plan);
    if let Some(record) = member.log.find(&event.id).filter(|record| record.at >= horizon) {
        let layout = plan.events.get(usize::from(event.event)).map(|event| event.layout.signature);
        let comparable = record.event == event.event && layout == Some(record.signature);
        let other =
            record.event != event.event || (comparable && record.digest != event.digest) || record.at != event.at;
        if other {
            return Err(EventError::new(Refusal::Conflict)
                .in_field("id")
                .but_found(format!("`{}` with another payload than before", event.id))
                .advising("send a changed event under an id of its own"));
        }
        let decisions = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
        let replay = Outcome { replayed: true, ..outcome(plan, member, Some(event), event.at, decisions) };
        return Ok(Some(replay));
    }
    if let Some(revision) = event.revision
        && revision != member.revision
    {
        return Err(EventError::new(Refusal::StaleState)
            .in_field("revision")
            .expecting(format!("{}, the state's", member.revision))
            .but_found(revision.to_string())
            .advising("read the member again and decide anew"));
    }
    let tolerance = plan.settings.future;
    if let Some(now) = now
        && event.at > plan.calendar.plus(now, tolerance)
    {
        return Err(EventError::new(Refusal::FutureEvent)
            .in_field("at")
            .expecting(format!("no later than {}", instant(plan.calendar.plus(now, tolerance))))
            .but_found(instant(event.at)));
    }
    if event.at < horizon {
        return Err(EventError::new(Refusal::TooLate)
            .in_field("at")
            .expecting(format!("no earlier than {}", instant(horizon)))
            .but_found(instant(event.at))
            .advising("`history` in the program says how long single events are remembered"));
    }
    Ok(None)
}

fn evaluate(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    counters: Option<&Counters>,
    work: &mut Work,
) -> Result<(), EventError> {
    let Work { deltas, evaluation, entries, uses } = work;
    let scope = Scope { event: Some(event), counters, ..Scope::of(plan, member, event.at) };
    measures::deltas(&scope, &event_plan.measures, deltas)?;
    if event_plan.kind == EventKind::Received {
        evaluation.offer = Some(transfer::offer(&scope, event_plan, event)?);
    }
    let candidates = rules::candidates(event_plan, event);
    let scope = Scope { deltas, ..scope };
    *uses = coupons::redeem::decide(&scope, event_plan, event)?;
    earning::evaluate(&scope, &candidates, &event_plan.rules, evaluation)?;
    // Whatever could overflow does so before anything is written.
    let counted = deltas.iter().filter_map(|delta| match delta {
        Delta::Counted { change, .. } => Some(change),
        Delta::Marked { .. } => None,
    });
    for change in counted.chain(&evaluation.changes) {
        entries.push(member.tallies.after(change)?);
    }
    Ok(())
}

/// What an event comes to, before it is written down. It is worked out in place: it is large, and moving it costs more
/// than most rules do.
#[derive(Default)]
struct Work {
    deltas: measures::Deltas,
    evaluation: earning::Evaluation,
    /// What the counters will say.
    entries: SmallVec<[Entry; 12]>,
    /// What the event makes of coupons.
    uses: coupons::redeem::Uses,
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
    evaluate(plan, event_plan, member, event, None, &mut work)?;
    let mut earnings: Vec<(&str, Decimal)> = Vec::new();
    for lot in &work.evaluation.lots {
        let name = plan.wallets.get(usize::from(lot.wallet)).map_or("", |wallet| &*wallet.name);
        match earnings.last_mut().filter(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = amount::add(*sum, lot.amount)?,
            None => earnings.push((name, lot.amount)),
        }
    }
    Ok(earnings)
}

fn write(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    work: &mut Work,
    // The decisions before this one have been followed already.
    first: usize,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    commit(plan, event_plan, member, event, work, decisions)?;
    settle(plan, event_plan, member, event, first, decisions)?;
    remember(event_plan, member, event, decisions, &work.evaluation.fired, &work.evaluation.grants);
    Ok(())
}

/// Writes what the rules on an event have come to.
fn commit(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    Work { deltas, evaluation, entries, uses }: &mut Work,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    experiments::note(plan, member, &event_plan.arms, event.at, decisions);
    entries.drain(..).for_each(|entry| member.tallies.put(entry));
    for delta in deltas.drain(..) {
        if let Delta::Marked { measure, value } = delta {
            member.marks.insert(Mark { measure, at: event.at, value });
        }
    }
    for wallet in 0..plan.wallets.len() {
        ledger::activity(plan, member, wallet as u16, event.at, |form| form.events.contains(&event.event));
    }
    coupons::redeem::commit(plan, member, event, core::mem::take(uses), decisions)?;
    let spent = !evaluation.spends.is_empty();
    transfer::send_all(plan, member, evaluation, event, decisions)?;
    ledger::commit(plan, member, (hash(&event.id), event.at), evaluation, decisions)?;
    if let Some(offer) = &evaluation.offer {
        transfer::take_in(plan, event_plan, member, event, offer, decisions)?;
    }
    if spent {
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

/// Notes the event itself: its decisions for a replay, its capture for a return.
fn remember(
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &[Decision],
    fired: &[u32],
    grants: &[grants::Grant],
) {
    let signature = event_plan.layout.signature;
    member.log.push(&event.id, event.event, event.at, (event.digest, signature), decisions, |writer| {
        if event_plan.kind.returnable() {
            granted::write(writer, &event.capture, fired, grants);
        }
    });
}

/// Everything that is more than rules on an event of the present, on a state that is thrown away if it fails.
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
        let mut work = Work::default();
        // What the rules on the message meet is the question as it was before.
        let heard = questions::hears(plan, member, event);
        evaluate(plan, event_plan, member, event, decisions.counters().as_ref(), &mut work)?;
        commit(plan, event_plan, member, event, &mut work, decisions)?;
        if let Some(heard) = heard
            && let Some(answer) = questions::take(plan, member, heard, event, decisions)?
            && let Some(answer_plan) = plan.events.get(usize::from(answer.event))
        {
            let mut work = Work::default();
            evaluate(plan, answer_plan, member, &answer, decisions.counters().as_ref(), &mut work)?;
            commit(plan, answer_plan, member, &answer, &mut work, decisions)?;
        }
        settle(plan, event_plan, member, event, first, decisions)?;
        remember(event_plan, member, event, decisions, &work.evaluation.fired, &work.evaluation.grants);
    }
    tidy(plan, member);
    Ok(())
}

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
    match event_plan.kind {
        EventKind::Plain => {
            if let Some(order) = coupons::redeem::replaced(event_plan, event) {
                returns::replace(plan, member, event, order, decisions)?;
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
    if event_plan.vests {
        vest_on(plan, event_plan, member, event, decisions)?;
    }
    Ok(first)
}

/// Why no rule is asked about an event, if none is: the account rested at the time, or what it tells was taken back before.
pub fn rests(plan: &Plan, event_plan: &EventPlan, member: &Member, event: &EventData) -> Option<NotEarned> {
    if member.account.paused_at(event.at) && !matches!(event_plan.kind, EventKind::Pause | EventKind::Resume) {
        return Some(NotEarned::Paused);
    }
    referrals::is_void(plan, event_plan, member, event).then_some(NotEarned::Withdrawn)
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
    settle(plan, event_plan, member, event, first, decisions)?;
    remember(event_plan, member, event, decisions, &[], &[]);
    Ok(())
}

/// What follows from an event, and what by time alone: a late event's points may have vested or run out long since, and
/// others may be earned after their last day.
fn settle(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    first: usize,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let until = member.clock.max(event.at);
    if plan.reactions.any {
        member.clock = until;
        let returns = matches!(event_plan.kind, EventKind::Refund | EventKind::Cancel);
        let occasion = match returns {
            true => Occasion::Return,
            false if event.at < until => Occasion::Late(event.at),
            false => Occasion::Event,
        };
        reactions::follow(plan, member, until, occasion, first, decisions)?;
    }
    member.next_due = member.find_next_due(plan);
    clock::advance(plan, member, until, decisions)
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
    let source = hash(order);
    for wallet in 0..member.wallets.len() {
        let lots = member.wallets.get(wallet).map_or(0, |state| state.lots.len());
        for number in 0..lots {
            let lot = member.wallets.get(wallet).and_then(|state| state.lots.get(number));
            let waiting = lot.is_some_and(|lot| {
                lot.source == source && matches!(lot.vesting, Vesting::On { event: on, .. } if on == event.event)
            });
            if waiting {
                clock::vest(plan, member, wallet, number, event.at, decisions)?;
            }
        }
    }
    Ok(())
}

pub fn named<'e>(event_plan: &EventPlan, event: &'e EventData, name: &str) -> Value<'e> {
    let slot = event_plan.layout.slots.iter().position(|slot| &*slot.name == name);
    slot.map_or(Value::Missing, |slot| event.slot(slot as u16))
}

/// Staff give or take points.
fn adjust(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let wallet = match named(event_plan, event, "wallet") {
        Value::Text(name, _) => plan.wallets.iter().position(|wallet| &*wallet.name == name),
        _ if plan.wallets.len() == 1 => Some(0),
        _ => None,
    };
    let Some(wallet) = wallet else {
        let names: Vec<String> = plan.wallets.iter().map(|wallet| format!("`{}`", wallet.name)).collect();
        return Err(EventError::new(Refusal::UnknownWallet).in_field("wallet").expecting(names.join(" or ")));
    };
    let Some(points) = named(event_plan, event, "points").number() else {
        return Err(EventError::new(Refusal::MissingField).in_field("points"));
    };
    let decimals = plan.wallets.get(wallet).map_or(0, |wallet| wallet.decimals);
    if points.normalize().scale() > decimals {
        return Err(EventError::new(Refusal::WrongType)
            .in_field("points")
            .expecting(format!("at most {decimals} decimals"))
            .but_found(amount::text(points)));
    }
    if points < Decimal::ZERO {
        let available = member.wallets.get(wallet).map_or(Decimal::ZERO, |state| state.available);
        if -points > available {
            return Err(EventError::new(Refusal::InsufficientBalance)
                .in_field("points")
                .expecting(format!("at most {} to take", amount::text(available)))
                .but_found(amount::text(-points)));
        }
        ledger::take(plan, member, wallet as u16, -points, None, event.at, decisions)?;
        return Ok(());
    }
    if points.is_zero() {
        return Ok(());
    }
    let issued = member.wallets.get(wallet).map_or(Decimal::ZERO, |state| state.issued);
    if amount::add(issued, points)? > crate::plan::layout::TOTAL_MAX {
        return Err(amount::Overflow.into());
    }
    let day = plan.calendar.day_at(event.at);
    let expire = match named(event_plan, event, "expires") {
        Value::Date(day) => ExpirePlan::At(day),
        _ => match plan.policy(wallet as u16, day) {
            Some(policy) => {
                let scope = Scope::of(plan, member, event.at);
                earning::wallet_expiry(&scope, policy)?
            }
            None => ExpirePlan::Never,
        },
    };
    let because = vec![Because::Adjustment { amount: points }];
    let lot = LotPlan { wallet: wallet as u16, vest: VestPlan::AtOnce, expire, amount: points, because };
    ledger::activity(plan, member, wallet as u16, event.at, |form| form.earning);
    ledger::add_lot(plan, member, lot, (hash(&event.id), event.at), decisions)?;
    Ok(())
}

/// The host tells the member's attributes.
fn profile(plan: &Plan, event_plan: &EventPlan, member: &mut Member, event: &EventData, decisions: &mut Vec<Decision>) {
    for (number, field) in plan.member.iter().enumerate() {
        let value = named(event_plan, event, &field.name);
        if value == Value::Missing {
            continue;
        }
        let value = Stored::of(value);
        if let Some(attribute) = member.attributes.get_mut(number) {
            *attribute = value.clone();
        }
        decisions.push(Decision { at: event.at, kind: Kind::AttributeSet { field: number as u16, value } });
    }
}

/// Staff give a member a level.
fn assign_level(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let quoted =
        |names: &mut dyn Iterator<Item = &str>| names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    let ladder = match named(event_plan, event, "ladder") {
        Value::Text(name, _) => plan.ladders.iter().position(|ladder| &*ladder.name == name),
        _ if plan.ladders.len() == 1 => Some(0),
        _ => None,
    };
    let Some((number, ladder)) = ladder.and_then(|number| Some((number, plan.ladders.get(number)?))) else {
        let names = quoted(&mut plan.ladders.iter().map(|ladder| &*ladder.name));
        return Err(EventError::new(Refusal::UnknownLevel).in_field("ladder").expecting(names));
    };
    let Value::Text(wanted, _) = named(event_plan, event, "level") else {
        return Err(EventError::new(Refusal::MissingField).in_field("level"));
    };
    let Some(level) = ladder.levels.iter().position(|level| &**level == wanted) else {
        let names = quoted(&mut ladder.levels.iter().map(|level| &**level));
        return Err(EventError::new(Refusal::UnknownLevel)
            .in_field("level")
            .expecting(names)
            .but_found(format!("`{wanted}`")));
    };
    let end = match named(event_plan, event, "until") {
        Value::Date(day) => plan.calendar.start_of(day.saturating_add(1)),
        _ => i64::MAX,
    };
    let at = member.clock.max(event.at);
    ladders::set_level(plan, member, number as u16, level as u16, end, at, decisions);
    Ok(())
}
