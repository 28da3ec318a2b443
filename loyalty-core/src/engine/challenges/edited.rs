//! Goals that an order had met, in a window that is another one than that in which its edited form counts.
//!
//! A goal stays met, unless the challenge says `returns revoke`; so what met it there must not meet one here once more. As much
//! of the new form is used up in its window as the old one leaves unpaid in its own.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::member::Member;
use super::judge;
use super::state::WindowState;
use super::windows::{self, Frame};
use crate::amount::{self, Overflow};
use crate::plan::{ChallengeFormPlan, Plan, ProgressPlan};

/// What the goals that stay met in a window lack.
#[derive(Debug, Clone, Copy)]
pub struct Unpaid {
    challenge: usize,
    lacks: Decimal,
    /// What is counted in the window of the new form, without it.
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

/// What the goals around the instant of an order lack once it has been undone, beyond what they had lacked before, where its
/// form of another instant counts in another window.
pub fn unpaid(
    plan: &Plan,
    member: &Member,
    before: &[(usize, Frame, Decimal)],
    (ordered_at, at): (i64, i64),
) -> Result<Vec<Unpaid>, Overflow> {
    let mut found = Vec::new();
    for (challenge, frame, lacks) in owing(plan, member, ordered_at)? {
        let known = before.iter().find(|(known, ..)| *known == challenge).map(|(.., lacked)| *lacked);
        let lacks = amount::subtract(lacks, known.unwrap_or(lacks))?;
        let Some(new) = form(plan, challenge, at).and_then(|_| windows::frame(plan, member, challenge, at)) else {
            continue;
        };
        if lacks > Decimal::ZERO && new.key != frame.key {
            let counted = windows::total(&Scope::of(plan, member, at), challenge, &new)?;
            found.push(Unpaid { challenge, lacks, counted });
        }
    }
    Ok(found)
}

/// Uses up what the edited order counts, as far as its earlier form has met goals with it elsewhere.
pub fn use_up_again(plan: &Plan, member: &mut Member, at: i64, decided: &Decided) -> Result<(), Overflow> {
    for Unpaid { challenge: number, lacks, counted } in &decided.undone().goals {
        let Some(form) = form(plan, *number, at) else { continue };
        let Some(frame) = windows::frame(plan, member, *number, at) else { continue };
        let scope = Scope::of(plan, member, at);
        let gained = amount::subtract(windows::total(&scope, *number, &frame)?, *counted)?;
        let part = gained.min(*lacks);
        if part <= Decimal::ZERO {
            continue;
        }
        let goals = judge::goals(&scope, *number, form, &frame)?;
        let Some(state) = member.challenges.get_mut(*number) else { continue };
        let mut window = state.window(frame.key).cloned().unwrap_or_else(|| WindowState::begun(goals));
        (window.key, window.from, window.to) = (frame.key, frame.from, frame.to);
        window.used = amount::add(window.used, part)?;
        state.put(window);
    }
    Ok(())
}
