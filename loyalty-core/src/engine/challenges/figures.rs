//! What programs and hosts read of a challenge.

use rust_decimal::Decimal;

use super::super::eval::Scope;
use super::super::member::Member;
use super::super::outcome::Kind;
use super::super::value::Value;
use super::state::WindowState;
use super::windows::{self, Frame};
use super::{judge, streaks};
use crate::amount::{self, Overflow};
use crate::check::model::ChallengeFigure;
use crate::plan::{Plan, ProgressPlan};

/// How far a member is in the present window.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub current: Decimal,
    pub window: WindowState,
    pub deadline: Option<i64>,
}

impl Standing {
    /// The goal that is to be met next; nothing where nobody can say it.
    pub fn goal(&self) -> Option<Decimal> {
        self.window.next_goal().filter(|goal| *goal > Decimal::ZERO)
    }

    pub fn remaining(&self) -> Result<Option<Decimal>, Overflow> {
        let Some(goal) = self.goal() else { return Ok(None) };
        if usize::from(self.window.met) >= self.window.goals.len() {
            return Ok(Some(Decimal::ZERO));
        }
        Ok(Some(amount::subtract(goal, self.current)?.max(Decimal::ZERO)))
    }

    /// Whole percents, rounded down, at most 100.
    pub fn percent(&self) -> Result<Option<Decimal>, Overflow> {
        let Some(goal) = self.goal() else { return Ok(None) };
        percent(self.current, goal).map(Some)
    }
}

fn percent(current: Decimal, goal: Decimal) -> Result<Decimal, Overflow> {
    let hundred = Decimal::ONE_HUNDRED;
    if current >= goal {
        return Ok(hundred);
    }
    amount::divide_floor(amount::multiply(current, hundred)?, goal)
}

/// How far the scope's member is at its instant; nothing while the member does not take part.
pub fn standing(scope: &Scope<'_>, number: usize) -> Result<Option<Standing>, Overflow> {
    let (Some(challenge), Some(state)) = (scope.plan.challenges.get(number), scope.member.challenges.get(number))
    else {
        return Ok(None);
    };
    let Some(form) = challenge.form(scope.day) else { return Ok(None) };
    let frame = if matches!(challenge.progress, ProgressPlan::Streak(..)) {
        let run = streaks::run(scope, number);
        run.and_then(|run| streaks::frame(scope.plan, scope.member, number, &run, form.repeat.is_some(), scope.at))
    } else {
        windows::frame(scope.plan, scope.member, number, scope.at)
    };
    let Some(frame) = frame else { return Ok(None) };
    let total = windows::total(scope, number, &frame)?;
    let window = match state.window(frame.key) {
        Some(window) => window.clone(),
        None => WindowState::begun(judge::goals(scope, number, form, &frame)?),
    };
    let deadline = deadline(scope.plan, scope.member, number, &frame, scope.at);
    Ok(Some(Standing { current: window.current(total)?, window, deadline }))
}

/// When a window ends; of a streak, when it does without another event.
pub fn deadline(plan: &Plan, member: &Member, number: usize, frame: &Frame, at: i64) -> Option<i64> {
    if plan.challenges.get(number).is_some_and(|challenge| challenge.progress.is_streak()) {
        return streaks::ends_at(plan, member, number, at);
    }
    frame.deadline()
}

/// A figure of a challenge at the scope's instant.
pub fn figure<'a>(scope: &Scope<'a>, number: usize, figure: ChallengeFigure) -> Result<Value<'a>, Overflow> {
    let state = scope.member.challenges.get(number);
    match figure {
        ChallengeFigure::Times => {
            return Ok(Value::Number(Decimal::from(state.map_or(0, |state| state.times))));
        }
        ChallengeFigure::Best => {
            let now = streaks::run(scope, number).map_or(0, |run| run.length);
            return Ok(Value::Number(Decimal::from(state.map_or(0, |state| state.best).max(now))));
        }
        _ => {}
    }
    let Some(standing) = standing(scope, number)? else {
        return Ok(match figure {
            ChallengeFigure::Current => Value::Number(Decimal::ZERO),
            ChallengeFigure::Completed | ChallengeFigure::Met(_) => Value::Bool(false),
            _ => Value::Missing,
        });
    };
    let number = |value: Option<Decimal>| value.map_or(Value::Missing, Value::Number);
    Ok(match figure {
        ChallengeFigure::Current => Value::Number(standing.current),
        ChallengeFigure::Goal => number(standing.goal()),
        ChallengeFigure::Remaining => number(standing.remaining()?),
        ChallengeFigure::Percent => number(standing.percent()?),
        ChallengeFigure::Completed => Value::Bool(standing.window.completed()),
        ChallengeFigure::Met(goal) => Value::Bool(standing.window.rounds > 0 || standing.window.met > goal),
        ChallengeFigure::Deadline => standing.deadline.map_or(Value::Missing, Value::Instant),
        ChallengeFigure::Times | ChallengeFigure::Best => Value::Missing,
    })
}

/// How far a window is, as a decision.
pub fn progress(plan: &Plan, number: usize, window: &WindowState, current: Decimal, deadline: Option<i64>) -> Kind {
    let name = plan.challenges.get(number).map(|challenge| challenge.name.clone()).unwrap_or_default();
    let standing = Standing { current, window: window.clone(), deadline };
    Kind::Progress {
        challenge: name,
        current,
        goal: standing.goal(),
        remaining: standing.remaining().ok().flatten(),
        percent: standing.percent().ok().flatten(),
        deadline: standing.deadline,
    }
}
