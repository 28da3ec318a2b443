//! Rounds that an edited order has been a part of, where what is over is lost.
//!
//! Such a round uses up all that was counted when it was done. What an edit makes of an order that is used up is used up with it: bought
//! at once it would have been a part of the same round.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::log::hash;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::returns;
use super::windows;
use crate::amount::{self, Overflow};
use crate::plan::{Plan, ProgressPlan};

/// A window in which a round is done that an order is a part of.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    challenge: usize,
    key: i64,
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
        let window = member.challenges.get(number).and_then(|state| state.window(frame.key));
        let Some(window) = window.filter(|window| window.rounds > 0) else { continue };
        if !is_done_since(plan, member, order, (&challenge.name, frame.key)) {
            continue;
        }
        let total = windows::total(&Scope::of(plan, member, at), number, &frame)?;
        found.push(Done { challenge: number, key: frame.key, current: window.current(total)?.max(Decimal::ZERO) });
    }
    Ok(found)
}

/// Whether an event has done a round of a window since the first form of an order came, or that form itself.
fn is_done_since(plan: &Plan, member: &Member, order: &str, (name, key): (&str, i64)) -> bool {
    let mut first = None;
    returns::each_form(plan, member, order, |record, _| first = Some(hash(record.id)));
    let Some(place) = first.and_then(|first| member.log.place_of(first)) else { return false };
    let horizon = member.horizon(plan);
    let records = member.log.iter().skip(place).filter(|record| record.at >= horizon);
    let does = |decision: &Decision| match &decision.kind {
        Kind::ChallengeCompleted { challenge, window, .. } => (&**challenge, *window) == (name, key),
        _ => false,
    };
    records.into_iter().any(|record| record.decisions().unwrap_or_default().iter().any(does))
}

/// Uses up what the new form of an order has brought to a window in which its rounds are done.
pub fn use_up_with(plan: &Plan, member: &mut Member, at: i64, decided: &Decided) -> Result<(), Overflow> {
    for Done { challenge: number, key, current } in &decided.undone().rounds {
        let frame = windows::frame(plan, member, *number, at).filter(|frame| frame.key == *key);
        let Some(frame) = frame else { continue };
        let total = windows::total(&Scope::of(plan, member, at), *number, &frame)?;
        let used = amount::subtract(total, *current)?;
        let state = member.challenges.get_mut(*number);
        if let Some(window) = state.and_then(|state| state.windows.find_mut(|window| window.key == *key)) {
            window.used = window.used.max(used);
        }
    }
    Ok(())
}
