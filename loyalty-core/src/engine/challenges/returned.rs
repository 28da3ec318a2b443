//! What comes back of events that a round has used up already, where the window moves on with time.
//!
//! A round uses up whatever was counted until then. What comes back of it has to be bought again before the next round, as
//! in a window of the calendar; so it is used up of what is counted from now on. Rounds that can be lost are met once more
//! instead: see `again`.
//!
//! An edited order is the same purchase, and its new form counts at an instant of its own, after the round. So all of that form is used up for as long
//! as it lies in the window, and what it has less than the round had is to be bought again. The row that says so stands beside the
//! challenge: see `edited`.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::measures;
use super::super::member::Member;
use super::edited::Edited;
use super::rounds;
use crate::amount::{self, Overflow};
use crate::plan::{ChallengePlan, Plan, ProgressPlan};

/// What is counted of a challenge whose window moves on.
#[derive(Debug, Clone, Copy)]
pub struct UsedUp {
    challenge: usize,
    /// What rounds have used up.
    counted: Decimal,
    /// What is counted at the instant of the order at hand, if it was edited before.
    of_order: Decimal,
}

/// What a round has had of an edited order.
#[derive(Debug, Clone, Copy)]
pub struct Had {
    challenge: usize,
    had: Decimal,
    /// What is to be bought again already, since the form before had less.
    owed: Decimal,
    /// What else is counted at the instant of the new form.
    others: Decimal,
}

fn counted(plan: &Plan, member: &Member, challenge: &ChallengePlan, from: i64, to: i64) -> Result<Decimal, Overflow> {
    let ProgressPlan::Measure(measure) = challenge.progress else { return Ok(Decimal::ZERO) };
    measures::between(&Scope::of(plan, member, from.max(member.enrolled_at)), measure, from, to)
}

fn row(member: &Member, number: usize, order: u64) -> Option<&Edited> {
    member.challenges.get(number)?.edited.iter().find(|edited| edited.order == order)
}

/// What is still counted of what rounds have used up, challenge by challenge. It is asked before and after something of an order comes back.
pub fn used_up(plan: &Plan, member: &Member, order: u64) -> Result<Vec<UsedUp>, Overflow> {
    let mut found = Vec::new();
    for (number, challenge) in plan.challenges.iter().enumerate().filter(|(_, challenge)| challenge.moves()) {
        let window = member.challenges.get(number).and_then(|state| state.window(0));
        let Some(window) = window else { continue };
        let since =
            window.done.first().filter(|_| revokes(plan, member, challenge)).map_or(window.since, |done| done.since);
        if matches!(challenge.progress, ProgressPlan::Measure(_)) && since > i64::MIN {
            let of_order = match row(member, number, order) {
                Some(row) => counted(plan, member, challenge, row.at, row.at.saturating_add(1))?,
                None => Decimal::ZERO,
            };
            let counted = counted(plan, member, challenge, i64::MIN, since)?;
            found.push(UsedUp { challenge: number, counted, of_order });
        }
    }
    Ok(found)
}

fn revokes(plan: &Plan, member: &Member, challenge: &ChallengePlan) -> bool {
    challenge.form(plan.calendar.day_at(member.clock)).is_some_and(|form| form.revoke)
}

/// Has what is counted no longer bought again before the next round. Where the order lives on in another one, tells what rounds have had of
/// it.
pub fn weigh(
    plan: &Plan,
    member: &mut Member,
    before: &[UsedUp],
    (order, at, lives_on): (u64, i64, bool),
) -> Result<Vec<Had>, Overflow> {
    let mut found = Vec::new();
    if before.is_empty() {
        return Ok(found);
    }
    for after in used_up(plan, member, order)? {
        let number = after.challenge;
        let Some(challenge) = plan.challenges.get(number) else { continue };
        let before = before.iter().find(|known| known.challenge == number).copied().unwrap_or(after);
        let gone = amount::subtract(before.counted, after.counted)?.max(Decimal::ZERO);
        let stays = !revokes(plan, member, challenge) && rounds::adds_up(plan, challenge);
        let known = row(member, number, order).filter(|_| stays).cloned();
        let owed = |row: &Edited| {
            Ok::<_, Overflow>(amount::subtract(row.had().unwrap_or_default(), row.counts)?.max(Decimal::ZERO))
        };
        let Some(state) = member.challenges.get_mut(number) else { continue };
        if lives_on && stays {
            let had = known.as_ref().and_then(Edited::had).unwrap_or(gone);
            let owed = known.as_ref().map_or(Ok(Decimal::ZERO), owed)?;
            state.edited.retain(|edited| edited.order != order);
            if had > Decimal::ZERO {
                let others = counted(plan, member, challenge, at, at.saturating_add(1))?;
                found.push(Had { challenge: number, had, owed, others });
            }
            continue;
        }
        let more = match known {
            Some(known) => {
                let less = amount::subtract(before.of_order, after.of_order)?.max(Decimal::ZERO);
                let left = amount::subtract(known.counts, less)?.max(Decimal::ZERO);
                let now = Edited { counts: left, ..known.clone() };
                let more = amount::subtract(owed(&now)?, owed(&known)?)?;
                state.edited.retain(|edited| edited.order != order);
                if left > Decimal::ZERO {
                    state.edited.push(now);
                }
                more
            }
            None => gone,
        };
        if let Some(window) = state.windows.find_mut(|window| window.key == 0) {
            window.used = amount::add(window.used, more)?;
        }
    }
    Ok(found)
}

/// Uses up the new form of an order of which rounds have had something, and has what it counts less bought again.
pub fn use_up_moved(
    plan: &Plan,
    member: &mut Member,
    (order, at): (u64, i64),
    decided: &Decided,
) -> Result<(), Overflow> {
    for Had { challenge: number, had, owed, others } in decided.undone().had.clone() {
        let Some(challenge) = plan.challenges.get(number) else { continue };
        let now = counted(plan, member, challenge, at, at.saturating_add(1))?;
        let counts = amount::subtract(now, others)?.max(Decimal::ZERO);
        let owes = amount::subtract(had, counts)?.max(Decimal::ZERO);
        let Some(state) = member.challenges.get_mut(number) else { continue };
        state.edited.push(Edited { order, at, lacks: vec![(0, had)], key: 0, counts });
        if let Some(window) = state.windows.find_mut(|window| window.key == 0) {
            window.used = amount::subtract(amount::add(window.used, owes)?, owed)?.max(Decimal::ZERO);
        }
    }
    Ok(())
}
