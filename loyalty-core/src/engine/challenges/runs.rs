//! What is left of a run of a streak that has lost a period, where returns take rewards back: one run, several or none. Each
//! has of the goals that were met those that it makes by itself, and the others are taken back, the last first. None is met by
//! it: a return grants nothing.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::super::decided::Decided;
use super::super::member::Member;
use super::state::{Done, WindowState};
use super::{revoke, streaks};
use crate::amount::{self, Overflow};
use crate::plan::{ChallengeFormPlan, Plan};
use crate::sorting::Arrange as _;

/// Rounds that are over, and the goals that are met in the one after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    rounds: u32,
    met: u16,
}

/// The goals of a run, and how often it may begin again.
struct Goals<'a> {
    goals: &'a [Decimal],
    most: Option<u32>,
}

impl Goals<'_> {
    fn last(&self) -> u16 {
        (self.goals.len() as u16).saturating_sub(1)
    }

    /// What so many periods in a row make.
    fn made(&self, length: u32) -> Result<Share, Overflow> {
        let length = Decimal::from(length);
        let met = |rest: Decimal, goals: &[Decimal]| {
            goals.iter().take_while(|goal| **goal > Decimal::ZERO && **goal <= rest).count() as u16
        };
        let before = self.goals.get(..usize::from(self.last())).unwrap_or(&[]);
        // A goal that nobody can say is met by nothing, and so are those after it.
        let (Some(last), true) = (self.goals.last(), self.goals.iter().all(|goal| *goal > Decimal::ZERO)) else {
            return Ok(Share { rounds: 0, met: met(length, before) });
        };
        let rounds = amount::divide_floor(length, *last)?.to_u32().unwrap_or(u32::MAX);
        if let Some(most) = self.most.filter(|most| rounds >= *most) {
            return Ok(Share { rounds: most, met: 0 });
        }
        let rest = amount::subtract(length, amount::multiply(Decimal::from(rounds), *last)?)?;
        Ok(Share { rounds, met: met(rest, before) })
    }

    /// How often each goal is met by some runs, by its place.
    fn counts(&self, shares: &[Share]) -> Vec<u32> {
        let count = |goal: u16| {
            let met = |share: &Share| share.rounds.saturating_add(u32::from(share.met > goal));
            shares.iter().map(met).fold(0, u32::saturating_add)
        };
        (0..=self.last()).map(count).collect()
    }

    /// What each run has of goals that are met so often, given what it makes: whole rounds first, then what goes into the one
    /// after. What is more than they make, for it can be taken back no more, is the last one's, which may still grow.
    fn shared_out(&self, made: &[Share], counts: &[u32]) -> Vec<Share> {
        let whole = counts.last().copied().unwrap_or(0);
        let mut left = whole;
        let mut shares: Vec<Share> = Vec::with_capacity(made.len());
        for made in made {
            let rounds = made.rounds.min(left);
            left -= rounds;
            shares.push(Share { rounds, met: 0 });
        }
        if let Some(share) = shares.last_mut() {
            share.rounds = share.rounds.saturating_add(left);
        }
        let room = |(place, made): (usize, &Share)| {
            let begun = shares.get(place).is_some_and(|share| share.rounds >= made.rounds);
            (core::cmp::Reverse(if begun { made.met } else { self.last() }), place)
        };
        let mut rooms: Vec<_> = made.iter().enumerate().map(room).collect();
        rooms.arrange();
        for (turn, (_, place)) in rooms.into_iter().enumerate() {
            let over = counts.iter().filter(|count| count.saturating_sub(whole) as usize > turn).count() as u16;
            if let Some(share) = shares.get_mut(place) {
                share.met = over;
            }
        }
        shares
    }

    /// The state of a window with that share.
    fn window(&self, known: &WindowState, (key, to): (i64, i64), share: Share) -> Result<WindowState, Overflow> {
        let mut window = WindowState { key, to, rounds: share.rounds, met: share.met, ..known.clone() };
        window.done.clear();
        if self.most.is_some_and(|most| share.rounds >= most) {
            // The last round that there may be is met and stays so.
            (window.rounds, window.met) = (share.rounds.saturating_sub(1), self.last().saturating_add(1));
        }
        let last = self.goals.last().copied().unwrap_or_default();
        window.used = amount::multiply(Decimal::from(window.rounds), last)?;
        Ok(window)
    }

    /// Gives each window what is known of the goals that it has, the latest to the last.
    fn hand_out(&self, windows: &mut [WindowState], mut done: Vec<Done>) {
        for window in windows.iter_mut().rev() {
            for (goal, count) in
                self.counts(&[Share { rounds: window.rounds, met: window.met }]).into_iter().enumerate()
            {
                for _ in 0..count {
                    let Some(place) = done.iter().rposition(|done| usize::from(done.goal) == goal) else { break };
                    window.done.push(done.remove(place));
                }
            }
            window.done.arrange_by_key(|done| (done.at, done.goal));
        }
        if let Some(last) = windows.last_mut() {
            last.done.extend(done);
        }
    }
}

/// Takes back what a run no longer makes, and has its parts go on by themselves.
pub fn revoke(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    (form, key): (&ChallengeFormPlan, i64),
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(state) = member.challenges.get(number) else { return Ok(()) };
    let Some(known) = state.window(key).cloned() else { return Ok(()) };
    let ends = streaks::last_of(plan, number, &known);
    // What an edited order has made longer is part of it, and other runs with windows of their own are not.
    let others = || state.windows.iter().filter(|other| other.key != key && other.to != i64::MAX);
    let before =
        others().filter(|other| other.key < key).map(|other| streaks::last_of(plan, number, other).max(other.key));
    let from = before.max().map_or(i64::MIN, |last| last.saturating_add(1)).min(key);
    let after = others().map(|other| other.key).filter(|other| *other > key).min();
    let to = after.map_or(i64::MAX, |first| first.saturating_sub(1)).max(ends);
    let mut runs = streaks::runs(plan, member, number, (from, to));
    runs.retain(|run| run.first <= ends && run.last >= key);
    if runs.iter().any(|run| run.first <= key && run.last >= ends) {
        return Ok(());
    }
    let goals = Goals { goals: &known.goals, most: form.repeat.flatten() };
    let mut made = Vec::with_capacity(runs.len());
    for run in &runs {
        made.push(goals.made(run.length)?);
    }
    // Runs that a late event has joined may have met a goal each.
    let mut done = known.done.clone();
    let mut counts = goals.counts(&[Share { rounds: known.rounds, met: known.met }]);
    for (goal, count) in counts.iter_mut().enumerate() {
        let met = done.iter().filter(|done| usize::from(done.goal) == goal).count() as u32;
        *count = met.max(*count);
    }
    // What was met before any event that can still come back stays met, whether it has been forgotten by now or not.
    let horizon = member.horizon(plan);
    let most = goals.counts(&made);
    let lost = |done: &Done, counts: &[u32]| {
        let goal = usize::from(done.goal);
        done.at >= horizon && counts.get(goal) > most.get(goal)
    };
    while let Some(place) = done.iter().rposition(|done| lost(done, &counts)) {
        let gone = done.remove(place);
        if let Some(count) = counts.get_mut(usize::from(gone.goal)) {
            *count -= 1;
        }
        revoke::undo(plan, member, number, &known.goals, gone, at, decisions)?;
    }
    let mut windows = Vec::with_capacity(runs.len().max(1));
    if runs.is_empty() && counts.iter().any(|count| *count > 0) {
        let share = goals.shared_out(&[Share { rounds: 0, met: 0 }], &counts);
        windows.extend(share.first().map(|share| goals.window(&known, (key, known.to), *share)).transpose()?);
    }
    for (run, share) in runs.iter().zip(goals.shared_out(&made, &counts)) {
        let to = streaks::end_of(plan, number, run.last).unwrap_or(known.to);
        windows.push(goals.window(&known, (run.first, to), share)?);
    }
    goals.hand_out(&mut windows, done);
    let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
    state.windows.retain(|window| window.key != key);
    windows.into_iter().for_each(|window| state.put(window));
    Ok(())
}
