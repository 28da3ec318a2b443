//! Goals that move with the member: the first is the mean of the windows before, and each one grows from the last.

use rust_decimal::Decimal;

use super::super::eval::Scope;
use super::state::{ChallengeState, WindowState};
use super::windows::{self, Frame};
use crate::amount::{self, Overflow};
use crate::check::model::{Adaptive, RoundMode, Within};
use crate::plan::{ChallengeFormPlan, GoalsPlan};

/// The goal of a window that begins.
pub fn goal(scope: &Scope<'_>, number: usize, adaptive: &Adaptive, frame: &Frame) -> Result<Decimal, Overflow> {
    let state = scope.member.challenges.get(number);
    match state.and_then(|state| before(state, frame.key)) {
        Some(window) => after(adaptive, window, frame.key),
        None => first(scope, number, adaptive, frame),
    }
}

/// The last goal before a window, where goals move.
pub fn goal_before(form: &ChallengeFormPlan, state: &ChallengeState, key: i64) -> Option<Decimal> {
    match form.goals {
        GoalsPlan::Adaptive(_) => before(state, key)?.goals.first().copied(),
        GoalsPlan::Fixed(_) => None,
    }
}

fn before(state: &ChallengeState, key: i64) -> Option<&WindowState> {
    state.windows.iter().rev().find(|window| window.key < key)
}

/// What the goal of a window leads to in a later one: it grows if it was met, and shrinks with every miss.
pub fn after(adaptive: &Adaptive, window: &WindowState, key: i64) -> Result<Decimal, Overflow> {
    let met = window.completed();
    let mut goal = window.goals.first().copied().unwrap_or(adaptive.least);
    if met {
        goal = amount::add(goal, adaptive.plus)?;
    }
    goal = goal.min(adaptive.most);
    let missed = key.saturating_sub(window.key).saturating_sub(i64::from(met)).max(0);
    // After so many misses the least goal is reached, whatever it was.
    if !adaptive.minus.is_zero() && missed > 0 {
        let room = amount::subtract(goal, adaptive.least)?.max(Decimal::ZERO);
        let steps = amount::divide_floor(room, adaptive.minus)?;
        if Decimal::from(missed) > steps {
            return Ok(adaptive.least);
        }
        goal = amount::subtract(goal, amount::multiply(adaptive.minus, Decimal::from(missed))?)?;
    }
    Ok(goal.max(adaptive.least))
}

/// The mean of the windows before, rounded down to what the challenge counts in, within its bounds.
fn first(scope: &Scope<'_>, number: usize, adaptive: &Adaptive, frame: &Frame) -> Result<Decimal, Overflow> {
    let challenge = scope.plan.challenges.get(number);
    let (Some(count), Some(challenge)) = (adaptive.average, challenge) else { return Ok(adaptive.least) };
    let Within::Each(of) = challenge.within else { return Ok(adaptive.least) };
    let start = |key: i64| windows::cycle_frame(scope.cycles(), of, key).from;
    let before = Frame { from: start(frame.key.saturating_sub(i64::from(count))), to: start(frame.key), ..*frame };
    let sum = windows::total(scope, number, &before)?;
    let mean = amount::round(sum, Decimal::from(count.max(1)), challenge.decimals, RoundMode::Down)?;
    Ok(mean.clamp(adaptive.least, adaptive.most))
}
