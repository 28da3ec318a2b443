//! Goals that an order had met, in a window that is another one than that in which its edited form counts.
//!
//! A goal stays met, unless the challenge says `returns revoke`; so what met it there must not meet one here once more. As much
//! of the new form is used up in its window as the old one leaves unpaid in its own. That is remembered beside the challenge for as
//! long as the order may be edited or come back: of what it counts no more, nothing stays used up.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::member::Member;
use super::state::WindowState;
use super::windows::{self, Frame};
use super::{judge, rounds};
use crate::amount::{self, Overflow};
use crate::plan::{ChallengeFormPlan, ChallengePlan, Plan, ProgressPlan};

/// An order whose earlier forms have met goals that stay, in windows in which it counts no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// Digest of its id, and when it was.
    pub order: u64,
    pub at: i64,
    /// What those goals lack, by the number of their window; by that of its own, what a round has had of it.
    pub lacks: Lacks,
    /// The window in which the order counts now, and how much it counts there.
    pub key: i64,
    pub counts: Decimal,
}

pub type Lacks = Vec<(i64, Decimal)>;

impl Edited {
    /// What of it is used up in its window: what goals elsewhere lack, and what an edit has added to what a round here has had of it.
    pub fn uses(&self) -> Result<Decimal, Overflow> {
        let elsewhere = self.lacks.iter().filter(|(key, _)| *key != self.key).map(|(_, lacks)| *lacks);
        let elsewhere = self.counts.min(amount::sum(elsewhere)?);
        let Some(had) = self.had() else { return Ok(elsewhere) };
        let added = amount::subtract(amount::subtract(self.counts, elsewhere)?, had)?;
        amount::add(elsewhere, added.max(Decimal::ZERO))
    }

    /// What a round of its own window has had of it, or of a form before it.
    pub fn had(&self) -> Option<Decimal> {
        self.lacks.iter().find(|(key, _)| *key == self.key).map(|(_, had)| *had)
    }
}

/// What the goals lack that stay met without an order, and what is counted in the window of its new form, without it.
#[derive(Debug, Clone)]
pub struct Unpaid {
    challenge: usize,
    lacks: Lacks,
    counted: Decimal,
}

fn form(plan: &Plan, number: usize, at: i64) -> Option<&ChallengeFormPlan> {
    let challenge = plan.challenges.get(number)?;
    let counts = matches!(challenge.progress, ProgressPlan::Measure(_)) && !challenge.moves();
    // Goals that go with what comes back are met anew.
    challenge.form(plan.calendar.day_at(at)).filter(|form| counts && !form.revoke)
}

/// How much the met goals in the windows around an instant lack, challenge by challenge.
pub fn owing(plan: &Plan, member: &Member, at: i64) -> Result<Vec<(usize, Frame, Decimal)>, Overflow> {
    let mut found = Vec::new();
    for number in 0..plan.challenges.len() {
        let Some(frame) = form(plan, number, at).and_then(|_| windows::frame(plan, member, number, at)) else {
            continue;
        };
        let window = member.challenges.get(number).and_then(|state| state.window(frame.key));
        let Some(window) = window.filter(|window| window.met > 0 || !window.used.is_zero()) else { continue };
        let met = window.met.checked_sub(1).and_then(|met| window.goals.get(usize::from(met)));
        let used = amount::add(window.used, met.copied().unwrap_or_default())?;
        let total = windows::total(&Scope::of(plan, member, at), number, &frame)?;
        found.push((number, frame, amount::subtract(used, total)?.max(Decimal::ZERO)));
    }
    Ok(found)
}

/// What is counted in the windows in which something of an order is used up. It is asked before something of it comes back.
pub fn counted_with(plan: &Plan, member: &Member, order: u64) -> Result<Vec<(usize, Decimal)>, Overflow> {
    let mut found = Vec::new();
    for (number, state) in member.challenges.iter().enumerate() {
        if plan.challenges.get(number).is_none_or(ChallengePlan::moves) {
            continue;
        }
        if let Some(edited) = state.edited.iter().find(|edited| edited.order == order) {
            found.push((number, counted_around(plan, member, number, edited)?));
        }
    }
    Ok(found)
}

fn counted_around(plan: &Plan, member: &Member, number: usize, edited: &Edited) -> Result<Decimal, Overflow> {
    let frame = windows::frame(plan, member, number, edited.at).filter(|frame| frame.key == edited.key);
    frame.map_or(Ok(Decimal::ZERO), |frame| windows::total(&Scope::of(plan, member, edited.at), number, &frame))
}

/// Of what has come back of an order, nothing stays used up. If all of it has, tells what the goals of its earlier forms lack.
pub fn give_free(
    plan: &Plan,
    member: &mut Member,
    (order, whole): (u64, bool),
    before: Vec<(usize, Decimal)>,
) -> Result<Vec<(usize, Lacks)>, Overflow> {
    let mut lacking = Vec::new();
    for (number, before) in before {
        let known = |edited: &&Edited| edited.order == order;
        let Some(edited) = member.challenges.get(number).and_then(|state| state.edited.iter().find(known)).cloned()
        else {
            continue;
        };
        let gone = amount::subtract(before, counted_around(plan, member, number, &edited)?)?.max(Decimal::ZERO);
        let left = if whole { Decimal::ZERO } else { amount::subtract(edited.counts, gone)?.max(Decimal::ZERO) };
        let left = Edited { counts: left, ..edited.clone() };
        let free = amount::subtract(edited.uses()?, left.uses()?)?;
        if free > Decimal::ZERO {
            let round = rounds::round_of(plan, member, (number, edited.key), order);
            rounds::use_more(member, number, (edited.key, round), -free)?;
        }
        let Some(state) = member.challenges.get_mut(number) else { continue };
        if whole {
            state.edited.retain(|edited| edited.order != order);
            let elsewhere = edited.lacks.into_iter().filter(|(key, _)| *key != edited.key).collect();
            lacking.push((number, elsewhere));
        } else if let Some(known) = state.edited.find_mut(|edited| edited.order == order) {
            *known = left;
        }
    }
    Ok(lacking)
}

/// What goals lack once an order has been undone, beyond what they had lacked before, where its form of another instant counts in
/// another window; with what those of its earlier forms lack.
pub fn unpaid(
    plan: &Plan,
    member: &Member,
    before: &[(usize, Frame, Decimal)],
    mut lacking: Vec<(usize, Lacks)>,
    (ordered_at, at): (i64, i64),
) -> Result<Vec<Unpaid>, Overflow> {
    for (number, frame, lacks) in owing(plan, member, ordered_at)? {
        let known = before.iter().find(|(known, ..)| *known == number).map(|(.., lacked)| *lacked);
        let lacks = amount::subtract(lacks, known.unwrap_or(lacks))?;
        if lacks <= Decimal::ZERO {
            continue;
        }
        match lacking.iter_mut().find(|(known, _)| *known == number) {
            Some((_, all)) => all.push((frame.key, lacks)),
            None => lacking.push((number, vec![(frame.key, lacks)])),
        }
    }
    let mut found = Vec::new();
    for (challenge, mut lacks) in lacking {
        let Some(new) = form(plan, challenge, at).and_then(|_| windows::frame(plan, member, challenge, at)) else {
            continue;
        };
        lacks.retain(|(key, _)| *key != new.key);
        if !lacks.is_empty() {
            let counted = windows::total(&Scope::of(plan, member, at), challenge, &new)?;
            found.push(Unpaid { challenge, lacks, counted });
        }
    }
    Ok(found)
}

/// Uses up what an edited order counts, as far as its earlier forms have met goals with it elsewhere.
pub fn use_up_again(
    plan: &Plan,
    member: &mut Member,
    (order, at): (u64, i64),
    decided: &Decided,
) -> Result<(), Overflow> {
    for Unpaid { challenge: number, lacks, counted } in &decided.undone().goals {
        let Some(form) = form(plan, *number, at) else { continue };
        let Some(frame) = windows::frame(plan, member, *number, at) else { continue };
        let scope = Scope::of(plan, member, at);
        let counts = amount::subtract(windows::total(&scope, *number, &frame)?, *counted)?.max(Decimal::ZERO);
        let edited = Edited { order, at, lacks: lacks.clone(), key: frame.key, counts };
        let used = edited.uses()?;
        let goals = judge::goals(&scope, *number, form, &frame)?;
        let Some(state) = member.challenges.get_mut(*number) else { continue };
        if used > Decimal::ZERO {
            let mut window = state.window(frame.key).cloned().unwrap_or_else(|| WindowState::begun(goals));
            (window.key, window.from, window.to) = (frame.key, frame.from, frame.to);
            window.used = amount::add(window.used, used)?;
            state.put(window);
        }
        state.edited.push(edited);
    }
    Ok(())
}
