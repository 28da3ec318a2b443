//! Rounds that an edited order has been a part of, where what is over is lost.
//!
//! Such a round uses up all that was counted when it was done. What an edit adds to an order that is used up is used up with it: bought
//! at once it would have been a part of the same round. It is remembered beside the challenge how much of the order the round had, so
//! that what was added is free as soon as the order counts it no more: an edit up and down again leaves nothing behind, nor does one down
//! and up.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::log::hash;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::returns;
use super::edited::Edited;
use super::windows;
use crate::amount::{self, Overflow};
use crate::plan::{ChallengePlan, Plan, ProgressPlan};

/// A window in which a round is done that an order is a part of.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    challenge: usize,
    key: i64,
    /// The first round that was done since the order came.
    round: u32,
    /// How much of the order that round has had, as far as it is known.
    had: Option<Decimal>,
    /// What is counted in the window.
    total: Decimal,
    /// How much of the present round is had by others.
    current: Decimal,
}

/// The rounds that an order is a part of. It is asked before the order is undone.
pub fn done_with(plan: &Plan, member: &Member, (order, at): (&str, i64)) -> Result<Vec<Done>, Overflow> {
    let mut found = Vec::new();
    for (number, challenge) in plan.challenges.iter().enumerate() {
        let counts = matches!(challenge.progress, ProgressPlan::Measure(_)) && !challenge.moves();
        let form = challenge.form(plan.calendar.day_at(at)).filter(|_| counts);
        if form.is_none_or(|form| form.carry || form.repeat.is_none()) {
            continue;
        }
        let Some(frame) = windows::frame(plan, member, number, at) else { continue };
        let Some(state) = member.challenges.get(number) else { continue };
        let Some(window) = state.window(frame.key).filter(|window| window.rounds > 0) else { continue };
        let Some(round) = first_round_since(plan, member, order, (&challenge.name, frame.key, window.rounds)) else {
            continue;
        };
        let total = windows::total(&Scope::of(plan, member, at), number, &frame)?;
        let current = window.current(total)?;
        let digest = hash(order);
        let row = state.edited.iter().find(|edited| (edited.order, edited.key) == (digest, frame.key));
        let had = row.and_then(Edited::had);
        found.push(Done { challenge: number, key: frame.key, round, had, total, current });
    }
    Ok(found)
}

/// Says how much of the order those rounds have had, once it is undone.
pub fn without(plan: &Plan, member: &Member, at: i64, rounds: &mut [Done]) -> Result<(), Overflow> {
    for done in rounds {
        let frame = windows::frame(plan, member, done.challenge, at).filter(|frame| frame.key == done.key);
        let Some(frame) = frame else { continue };
        let others = windows::total(&Scope::of(plan, member, at), done.challenge, &frame)?;
        done.had = done.had.or(Some(amount::subtract(done.total, others)?.max(Decimal::ZERO)));
        done.total = others;
    }
    Ok(())
}

/// The first of so many rounds of a window that an event has done since the first form of an order came, or that form itself. A round that
/// was taken back is done no more.
fn first_round_since(plan: &Plan, member: &Member, order: &str, (name, key, rounds): (&str, i64, u32)) -> Option<u32> {
    let mut first = None;
    returns::each_form(plan, member, order, |record, _| first = Some(hash(record.id)));
    let place = first.and_then(|first| member.log.place_of(first))?;
    let horizon = member.horizon(plan);
    let records = member.log.iter().skip(place).filter(|record| record.at >= horizon);
    let does = |decision: &Decision| match &decision.kind {
        Kind::ChallengeCompleted { challenge, window, round, .. } => {
            Some(*round).filter(|round| (&**challenge, *window) == (name, key) && *round < rounds)
        }
        _ => None,
    };
    records.into_iter().find_map(|record| record.decisions().unwrap_or_default().iter().find_map(does))
}

/// Whether an order is still a part of some of the rounds of a window, of which there are so many.
fn is_part(
    plan: &Plan,
    member: &Member,
    (number, key, rounds): (usize, i64, u32),
    order: u64,
    decided: &Decided,
) -> bool {
    // The one at hand is in no log yet.
    if decided.edited() == Some(order) {
        let of_it = |done: &Done| (done.challenge, done.key) == (number, key) && done.round < rounds;
        return decided.undone().rounds.iter().any(of_it);
    }
    let id = member.log.place_of(order).and_then(|place| member.log.at(place)).map(|record| record.id.to_owned());
    let challenge = plan.challenges.get(number);
    id.zip(challenge)
        .is_some_and(|(id, challenge)| first_round_since(plan, member, &id, (&challenge.name, key, rounds)).is_some())
}

/// Forgets what rounds have had of orders that were taken back.
pub fn forget_lost(plan: &Plan, member: &mut Member, (number, key): (usize, i64), decided: &Decided) {
    let Some(state) = member.challenges.get(number) else { return };
    let rounds = state.window(key).map_or(0, |window| window.rounds);
    let had = state.edited.iter().filter(|edited| edited.key == key && edited.had().is_some());
    let orders: Vec<u64> = had.map(|edited| edited.order).collect();
    for order in orders {
        if is_part(plan, member, (number, key, rounds), order, decided) {
            continue;
        }
        let Some(state) = member.challenges.get_mut(number) else { return };
        state.edited.change(|edited| edited.order == order, |edited| edited.lacks.retain(|(of, _)| *of != key));
        state.edited.retain(|edited| !edited.lacks.is_empty());
    }
}

/// Whether amounts of what a challenge counts add up.
pub fn adds_up(plan: &Plan, challenge: &ChallengePlan) -> bool {
    let ProgressPlan::Measure(measure) = challenge.progress else { return false };
    plan.measures.get(usize::from(measure)).is_some_and(|measure| measure.tally.is_some())
}

/// Uses up what the new form of an order has brought to a window in which its rounds are done, beyond what these have had of it.
pub fn use_up_with(
    plan: &Plan,
    member: &mut Member,
    (order, at): (u64, i64),
    decided: &Decided,
) -> Result<(), Overflow> {
    for done in &decided.undone().rounds {
        let Done { challenge: number, key, round, had, total: others, current } = *done;
        let frame = windows::frame(plan, member, number, at).filter(|frame| frame.key == key);
        let Some((frame, challenge)) = frame.zip(plan.challenges.get(number)) else { continue };
        let total = windows::total(&Scope::of(plan, member, at), number, &frame)?;
        let Some(state) = member.challenges.get_mut(number) else { continue };
        if !adds_up(plan, challenge) {
            let used = amount::subtract(total, current)?;
            if let Some(window) = state.windows.find_mut(|window| window.key == key) {
                window.used = window.used.max(used);
            }
            continue;
        }
        let (counts, had) = (amount::subtract(total, others)?.max(Decimal::ZERO), had.unwrap_or_default());
        let known = state.edited.iter().find(|edited| edited.order == order).cloned();
        let before = known.clone().unwrap_or(Edited { order, at, lacks: Vec::new(), key, counts });
        let mut row = before.clone();
        row.lacks.push((key, had));
        let more = amount::subtract(row.uses()?, if known.is_some() { before.uses()? } else { Decimal::ZERO })?;
        state.edited.retain(|edited| edited.order != order);
        state.edited.push(row);
        use_more(member, number, (key, round), more)?;
    }
    Ok(())
}

/// Uses up so much more in a window, or less, as if a round had had it: so it is before each that was done after that one, too.
pub fn use_more(member: &mut Member, number: usize, (key, round): (i64, u32), more: Decimal) -> Result<(), Overflow> {
    let state = member.challenges.get_mut(number).filter(|_| !more.is_zero());
    let Some(window) = state.and_then(|state| state.windows.find_mut(|window| window.key == key)) else {
        return Ok(());
    };
    window.used = amount::add(window.used, more)?.max(Decimal::ZERO);
    for done in window.done.iter_mut().filter(|done| done.round > round) {
        done.used = amount::add(done.used, more)?.max(Decimal::ZERO);
    }
    Ok(())
}

/// The round of which what is used up of an order is a part; every one comes after it where it is not known.
pub fn round_of(plan: &Plan, member: &Member, (number, key): (usize, i64), order: u64) -> u32 {
    let rounds = member.challenges.get(number).and_then(|state| state.window(key)).map_or(0, |window| window.rounds);
    let id = member.log.place_of(order).and_then(|place| member.log.at(place)).map(|record| record.id.to_owned());
    let of = id.zip(plan.challenges.get(number));
    let round = of.and_then(|(id, challenge)| first_round_since(plan, member, &id, (&challenge.name, key, rounds)));
    round.unwrap_or(u32::MAX)
}
