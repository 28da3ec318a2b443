//! Judging challenges: after every event, and where time changes something, goals are met and progress is told.
//!
//! A goal that is met stays met in its window, whatever comes back later, unless the challenge says `returns revoke`.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::super::decided::Decided;
use super::super::eval::{NO_ROW, Scope};
use super::super::ladders::Occasion;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::state::{ChallengeState, Done, WindowState};
use super::windows::{self, Frame};
use super::{adaptive, figures, late, revoke, streaks};
use crate::amount::{self, Overflow};
use crate::plan::{ChallengeFormPlan, ChallengePlan, GoalsPlan, Plan, ProgressPlan};

/// The most goals that one event may meet in one challenge: far more is a slip in an amount.
pub const MET_MAX: usize = 1_000;

/// Judges every challenge at the member's present.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    at: i64,
    occasion: Occasion,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    // While the account rests nothing is met, and nothing is had for it; but orders come back.
    let rests = decisions.rests_at(member, at);
    if rests && occasion != Occasion::Return {
        return Ok(());
    }
    for (number, challenge) in plan.challenges.iter().enumerate() {
        let Some(form) = challenge.form(plan.calendar.day_at(at)) else { continue };
        if rests {
            if form.revoke {
                revoke::revoke(plan, member, number, form, at, decisions)?;
            }
            continue;
        }
        if matches!(challenge.progress, ProgressPlan::Streak(..)) {
            streaks::settle(plan, member, number, at, occasion, decisions)?;
        }
        if occasion == Occasion::Return && form.revoke {
            revoke::revoke(plan, member, number, form, at, decisions)?;
        }
        if let (Occasion::Late(event_at), true) = (occasion, challenge.moves()) {
            late::settle(plan, member, number, form, (event_at, at), decisions)?;
        }
        for frame in frames(plan, member, number, form, at, occasion) {
            judge(plan, member, number, form, &frame, at, occasion, decisions)?;
        }
    }
    Ok(())
}

/// The windows that may have changed: the present one, and that of a late event.
fn frames(
    plan: &Plan,
    member: &Member,
    number: usize,
    form: &ChallengeFormPlan,
    at: i64,
    occasion: Occasion,
) -> SmallVec<[Frame; 2]> {
    let mut frames = SmallVec::new();
    let in_time = |frame: &Frame| form.tolerance.is_none_or(|length| at <= plan.calendar.plus(frame.to, length));
    if let Some(ProgressPlan::Streak(..)) = plan.challenges.get(number).map(|challenge| &challenge.progress) {
        let repeats = form.repeat.is_some();
        if let Occasion::Late(event_at) = occasion
            && let Some(frame) = streaks::past_frame(plan, member, number, (event_at, at), repeats)
        {
            frames.extend(in_time(&frame).then_some(frame));
        }
        let run = streaks::run_now(plan, member, number, at);
        frames.extend(run.and_then(|run| streaks::frame(plan, member, number, &run, repeats, at)));
        return frames;
    }
    let present = windows::frame(plan, member, number, at);
    if let Occasion::Late(event_at) = occasion
        && let Some(frame) = windows::frame(plan, member, number, event_at)
        && !frame.moves
        && Some(frame.key) != present.map(|present| present.key)
    {
        frames.extend(in_time(&frame).then_some(frame));
    }
    frames.extend(present);
    frames
}

/// Meets the goals of one window that are reached, and tells how far it is.
#[expect(clippy::too_many_arguments, reason = "one step of `settle`, which holds all of them")]
fn judge(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    form: &ChallengeFormPlan,
    frame: &Frame,
    at: i64,
    occasion: Occasion,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(looked_at) = look(plan, member, number, form, frame, at)? else { return Ok(()) };
    let Looked { mut window, total, begun, reach, goal_before } = looked_at;
    let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get_mut(number)) else {
        return Ok(());
    };
    if begun
        && let (Some(before), Some(goal)) = (goal_before, window.goals.first())
        && before != *goal
    {
        let kind = Kind::GoalChanged { challenge: challenge.name.clone(), goal: *goal, deadline: frame.deadline() };
        decisions.push(Decision { at, kind });
    }
    let closed = frame.to <= at;
    let done_before = usize::from(window.met) >= window.goals.len();
    // What is met in a window that is over belongs to its last instant.
    let noted_at = if closed { frame.to.saturating_sub(1) } else { at };
    let mut noted: SmallVec<[u16; 2]> = SmallVec::new();
    let mut total = total;
    if frame.moves && window.is_bought_again(total, at)? {
        total = Decimal::ZERO;
    }
    let grants = occasion != Occasion::Return || !streaks::is_of_events_that_stay(plan, number);
    while let (true, Some(goal)) = (grants, reached(&window, total)?) {
        if noted.len() >= MET_MAX {
            return Err(Overflow);
        }
        let (met, round) = (window.met, window.rounds);
        if form.revoke || challenge.moves() {
            window.done.push(Done::of(&window, noted_at, at));
        }
        let last = meet(&mut window, form, challenge, goal, total, at)?;
        noted.push(met);
        decisions.push(tell(state, challenge, &window, (met, round, last), at));
        if last && window.since > at {
            // What this window has counted is used up: the next round begins after this instant.
            break;
        }
    }
    let total = if window.since > at { Decimal::ZERO } else { total };
    let current = window.current(total)?;
    let touched = last_touched(plan, member, number, frame.from.max(window.since), frame.moves);
    // Of a run that is over nothing is told, and what is known to be told is that of the present one.
    let of_the_past = closed && challenge.progress.is_streak();
    if occasion != Occasion::Time && !of_the_past && (window.told != current || window.told_at != touched) {
        (window.told, window.told_at) = (current, touched);
        // Of what is over, and of what was done before, nothing more is to be reached.
        if !(closed || done_before && noted.is_empty()) {
            let deadline = figures::deadline(plan, member, number, frame, at);
            decisions.push(Decision { at, kind: figures::progress(plan, number, &window, current, deadline) });
        }
    }
    if let Some(state) = member.challenges.get_mut(number) {
        if let Some(reach) = reach {
            // Later runs that a late event has joined to this one are part of it now.
            let joined = window.key.saturating_add(1)..=reach;
            state.windows.retain(|other| !joined.contains(&other.key));
        }
        state.put(window);
    }
    for goal in noted {
        note(plan, member, number, goal, noted_at, 1)?;
    }
    Ok(())
}

/// Tells that a goal of a round has been met, and counts it if it is the last one.
pub fn tell(
    state: &mut ChallengeState,
    challenge: &ChallengePlan,
    window: &WindowState,
    (place, round, last): (u16, u32, bool),
    at: i64,
) -> Decision {
    let goal = window.goals.get(usize::from(place)).copied().unwrap_or_default();
    let (challenge, window) = (challenge.name.clone(), window.key);
    if !last {
        return Decision { at, kind: Kind::GoalMet { challenge, goal, place, window, round } };
    }
    state.times = state.times.saturating_add(1);
    state.first_done = state.first_done.or(Some(at));
    let times = state.times;
    Decision { at, kind: Kind::ChallengeCompleted { challenge, goal, place, window, round, times } }
}

/// A window as it is found.
struct Looked {
    window: WindowState,
    total: Decimal,
    /// Nothing was kept of it before.
    begun: bool,
    /// Of a run: the last period of its window.
    reach: Option<i64>,
    /// The goal of the window before, where goals move.
    goal_before: Option<Decimal>,
}

/// What there is to judge in a window; nothing if the member does not take part in it or has done nothing.
fn look(
    plan: &Plan,
    member: &Member,
    number: usize,
    form: &ChallengeFormPlan,
    frame: &Frame,
    at: i64,
) -> Result<Option<Looked>, Overflow> {
    let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get(number)) else {
        return Ok(None);
    };
    let scope = Scope::of(plan, member, at);
    if !takes_part(&scope, form)? {
        return Ok(None);
    }
    let total = windows::total(&scope, number, frame)?;
    let last = challenge.progress.is_streak().then(|| streaks::reach(plan, member, number, frame));
    let known = known(state, last, frame);
    let before = adaptive::goal_before(form, state, frame.key);
    let begun = known.is_none();
    let goals = goals(&scope, number, form, frame)?;
    let moves_on = before.is_some() && before != goals.first().copied();
    if begun && total.is_zero() && challenge.opt_in.is_none() && !moves_on {
        return Ok(None);
    }
    let mut window = known.unwrap_or_else(|| WindowState::begun(goals.clone()));
    if form.migrate && matches!(form.goals, GoalsPlan::Fixed(_)) {
        window.goals = goals;
    }
    window.goals.truncate(challenge.goals.len());
    let to = match last {
        // A streak that does not begin again has one window for all its runs, which is never over.
        Some(_) if frame.key == 0 => i64::MAX,
        // What came back of the end of a run is part of its window for good.
        Some(_) => {
            let known = (!begun).then_some(window.to);
            known.max(streaks::last_end(plan, member, number, frame, at)).unwrap_or(frame.to)
        }
        None => frame.to,
    };
    (window.key, window.from, window.to) = (frame.key, frame.from, to);
    if let GoalsPlan::Adaptive(_) = form.goals {
        return Ok(Some(Looked { window, total, begun, reach: last, goal_before: before }));
    }
    Ok(Some(Looked { window, total, begun, reach: last, goal_before: None }))
}

/// Whether the conditions of a challenge hold.
pub fn takes_part(scope: &Scope<'_>, form: &ChallengeFormPlan) -> Result<bool, Overflow> {
    for condition in &form.when {
        if !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is kept of a window. A run, whose last period is told, has what the runs have that a late event has joined in it.
fn known(state: &ChallengeState, last: Option<i64>, frame: &Frame) -> Option<WindowState> {
    let Some(last) = last.filter(|_| frame.key != 0) else { return state.window(frame.key).cloned() };
    let runs = state.windows.iter().filter(|window| (frame.key..=last).contains(&window.key));
    runs.cloned().reduce(|mut one, other| {
        one.used = amount::add(one.used, other.used).unwrap_or(one.used);
        one.rounds = one.rounds.saturating_add(other.rounds);
        one.met = one.met.max(other.met);
        one.to = one.to.max(other.to);
        one.done.extend(other.done);
        one
    })
}

/// Uses up in the window that holds the end of another, or the present, what met goals in that one: the program has it no
/// more, and its rewards were given.
pub fn use_up(plan: &Plan, member: &mut Member, number: usize, gone: &WindowState) -> Result<(), Overflow> {
    let met = gone.met.checked_sub(1).and_then(|met| gone.goals.get(usize::from(met)));
    let used = amount::add(gone.used, met.copied().unwrap_or_default())?;
    let at = member.clock.min(gone.to.saturating_sub(1));
    let form = plan.challenges.get(number).and_then(|challenge| challenge.form(plan.calendar.day_at(at)));
    let Some((form, frame)) = form.zip(windows::frame(plan, member, number, at)) else { return Ok(()) };
    if used.is_zero() {
        return Ok(());
    }
    let goals = goals(&Scope::of(plan, member, at), number, form, &frame)?;
    let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
    let mut window = state.window(frame.key).cloned().unwrap_or_else(|| WindowState::begun(goals));
    (window.key, window.from, window.to) = (frame.key, frame.from, frame.to);
    if frame.moves {
        window.since = window.since.max(at.saturating_add(1));
    } else {
        window.used = amount::add(window.used, used)?;
    }
    state.put(window);
    Ok(())
}

/// Has the next goal of a window met; whether it is the last one, after which the next round may begin.
pub fn meet(
    window: &mut WindowState,
    form: &ChallengeFormPlan,
    challenge: &ChallengePlan,
    goal: Decimal,
    total: Decimal,
    at: i64,
) -> Result<bool, Overflow> {
    window.met = window.met.saturating_add(1);
    let last = usize::from(window.met) >= window.goals.len();
    let again = form.repeat.is_some_and(|most| most.is_none_or(|most| window.rounds.saturating_add(1) < most));
    if last && again {
        // A streak grows by one at a time: what is over is there only where a late event has joined two runs.
        let carries = form.carry || challenge.progress.is_streak();
        window.used = if carries { amount::add(window.used, goal)? } else { total };
        window.rounds = window.rounds.saturating_add(1);
        window.met = 0;
        if challenge.moves() {
            (window.used, window.since) = (Decimal::ZERO, at.saturating_add(1));
        }
    }
    Ok(last)
}

/// The goal that is met next, if it is reached.
pub fn reached(window: &WindowState, total: Decimal) -> Result<Option<Decimal>, Overflow> {
    let current = window.current(total)?;
    let next = window.goals.get(usize::from(window.met)).copied();
    Ok(next.filter(|goal| *goal > Decimal::ZERO && current >= *goal))
}

/// The goals of a window for a member who begins it at the scope's instant.
pub fn goals(
    scope: &Scope<'_>,
    number: usize,
    form: &ChallengeFormPlan,
    frame: &Frame,
) -> Result<Vec<Decimal>, Overflow> {
    match &form.goals {
        GoalsPlan::Fixed(goals) => {
            let mut found = Vec::with_capacity(goals.len());
            for goal in goals {
                // A goal that nobody can say is none.
                found.push(scope.eval(*goal, NO_ROW)?.number().unwrap_or_default());
            }
            Ok(found)
        }
        GoalsPlan::Adaptive(adaptive) => Ok(vec![adaptive::goal(scope, number, adaptive, frame)?]),
    }
}

/// When what a window that moves on counts was last added to.
fn last_touched(plan: &Plan, member: &Member, number: usize, from: i64, moves: bool) -> i64 {
    let Some(ProgressPlan::Measure(measure)) = plan.challenges.get(number).map(|challenge| &challenge.progress) else {
        return 0;
    };
    if !moves {
        return 0;
    }
    let measure_plan = plan.measures.get(usize::from(*measure));
    match measure_plan.and_then(|measure| measure.tally) {
        Some(tally) => member.tallies.between(tally, from, i64::MAX).last().map_or(0, |entry| entry.key),
        None => member.marks.of(*measure).last().filter(|mark| mark.at >= from).map_or(0, |mark| mark.at),
    }
}

/// Counts a goal that was met, or takes it out again.
pub fn note(plan: &Plan, member: &mut Member, number: usize, goal: u16, at: i64, count: i64) -> Result<(), Overflow> {
    let noted = plan.challenges.get(number).map(|challenge| challenge.noted.as_slice()).unwrap_or(&[]);
    for (_, measure) in noted.iter().filter(|(of, _)| *of == goal) {
        super::super::flows::count(plan, member, *measure, count, at)?;
    }
    Ok(())
}

/// Whether rules that have changed would meet a goal at once.
pub fn would_change(plan: &Plan, member: &Member, number: usize, at: i64) -> bool {
    let Some(challenge) = plan.challenges.get(number) else { return false };
    let Some(form) = challenge.form(plan.calendar.day_at(at)) else { return false };
    frames(plan, member, number, form, at, Occasion::Event).iter().any(|frame| {
        let looked = look(plan, member, number, form, frame, at).ok().flatten();
        looked.is_some_and(|Looked { window, total, .. }| reached(&window, total).is_ok_and(|goal| goal.is_some()))
    })
}
