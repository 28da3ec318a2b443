//! What a return takes back of a challenge: the goals that are no longer reached, the last first, with what they gave.

use rust_decimal::Decimal;

use super::super::coupons::{self, decision::CouponDecision};
use super::super::decided::Decided;
use super::super::eval::Scope;
use super::super::log::hash;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::returns;
use super::super::tally::Changes;
use super::state::{Done, WindowState};
use super::windows::{self, Frame};
use super::{Before, again, judge, rewarded, rounds, runs, streaks};
use crate::amount::{self, Overflow};
use crate::check::model::{Moment, Trigger};
use crate::plan::{ChallengeFormPlan, Plan, ProgressPlan, in_force};

/// A goal that was met and whose reward is being given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reward {
    pub challenge: u16,
    pub window: i64,
    pub round: u32,
    pub goal: u16,
}

impl Reward {
    /// What the points come from that another reward has given which this one has redeemed.
    pub fn source_of(&self, plan: &Plan, redeemed: u32) -> u64 {
        let name = plan.rewards.iter().find(|reward| reward.rule == redeemed).map_or("", |reward| &*reward.name);
        let challenge = plan.challenges.get(usize::from(self.challenge)).map_or("", |challenge| &challenge.name);
        hash(&format!("challenge {challenge} {} {} {} redeems {name}", self.window, self.round, self.goal))
    }

    /// What the points of the reward come from, as lots say it.
    pub fn source(&self, plan: &Plan) -> u64 {
        let name = plan.challenges.get(usize::from(self.challenge)).map_or("", |challenge| &challenge.name);
        hash(&format!("challenge {name} {} {} {}", self.window, self.round, self.goal))
    }
}

/// What the caps of a reward's effects have counted of it, by wallet and times the wallet's denominator.
pub fn counted(plan: &Plan, rule: u32, at: i64, changes: &Changes) -> Vec<(u16, Decimal)> {
    let form = plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, plan.calendar.day_at(at)));
    let mut counted: Vec<(u16, Decimal)> = Vec::new();
    for cap in form.map_or(&[][..], |form| &form.caps) {
        let change = changes.iter().find(|change| Some(change.tally) == cap.tally && !change.sum.is_zero());
        if let Some(change) = change.filter(|_| counted.iter().all(|(wallet, _)| *wallet != cap.wallet)) {
            counted.push((cap.wallet, change.sum));
        }
    }
    counted
}

/// Notes what a reward has given, for the case that it is taken back. It has earned no more than the first so many decisions tell: the
/// rest is what it has converted. Coupons that it had issued before stand for those that it would have issued.
pub fn granted(
    member: &mut Member,
    reward: Reward,
    (before, counted): (&Before, Vec<(u16, Decimal)>),
    (decisions, earned): (&[Decision], usize),
    stand_for: Vec<u64>,
) {
    let given = before.given(member, decisions);
    let state = member.challenges.get_mut(usize::from(reward.challenge));
    let window = state.and_then(|state| state.windows.find_mut(|window| window.key == reward.window));
    let done = window.and_then(|window| {
        window.done.iter_mut().rev().find(|done| (done.round, done.goal) == (reward.round, reward.goal))
    });
    let Some(done) = done else { return };
    done.given.extend(given);
    done.counted.extend(counted);
    done.coupons.extend(stand_for);
    for (place, decision) in decisions.iter().enumerate() {
        match &decision.kind {
            Kind::Earned { wallet, amount, .. } if place < earned => done.granted.push((*wallet, *amount)),
            Kind::Coupon(CouponDecision::Issued { number, .. }) => done.coupons.push(*number),
            _ => {}
        }
    }
}

/// Takes back the goals of a challenge that what is left no longer reaches.
pub fn revoke(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    form: &ChallengeFormPlan,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    if plan.challenges.get(number).is_some_and(|challenge| challenge.moves()) {
        if let Some(again) = again::met_again(plan, member, number, form)? {
            let mut done = again.window.done.clone();
            again.stand(plan, member, number, &mut done)?;
            let stay = again.first.saturating_add(again.met.len());
            for gone in done.drain(stay.min(done.len())..).rev() {
                undo(plan, member, number, &again.window.goals, gone, at, decisions)?;
            }
            let state = member.challenges.get_mut(number);
            if let Some(known) = state.and_then(|state| state.windows.find_mut(|known| known.key == again.window.key)) {
                *known = WindowState { done, told: known.told, told_at: known.told_at, ..again.window };
            }
        }
        return Ok(());
    }
    let is_streak = plan.challenges.get(number).is_some_and(|challenge| challenge.progress.is_streak());
    let windows = member.challenges.get(number).map(|state| &*state.windows).unwrap_or(&[]);
    let begun = windows.iter().filter(|window| is_streak || !window.done.is_empty());
    let keys: Vec<(i64, bool)> = begun.map(|window| (window.key, is_streak && window.to != i64::MAX)).collect();
    for (key, is_run) in keys {
        if is_run {
            runs::revoke(plan, member, number, (form, key), at, decisions)?;
            continue;
        }
        while let Some(done) = lost(plan, member, number, key)? {
            take_back(plan, member, number, key, done, at, decisions)?;
        }
    }
    Ok(())
}

/// The goal that was met last in a window, if it is no longer reached.
fn lost(plan: &Plan, member: &Member, number: usize, key: i64) -> Result<Option<Done>, Overflow> {
    let Some(window) = member.challenges.get(number).and_then(|state| state.window(key)) else { return Ok(None) };
    // What was met before any event that can still come back stays met, whether it has been forgotten by now or not.
    let horizon = member.horizon(plan);
    let Some(done) = window.done.last().filter(|done| done.at >= horizon) else { return Ok(None) };
    let Some(goal) = window.goals.get(usize::from(done.goal)) else { return Ok(None) };
    let total = match plan.challenges.get(number).map(|challenge| &challenge.progress) {
        Some(ProgressPlan::Streak(..)) => {
            // Whichever run reaches the goal, it was met.
            Decimal::from(streaks::longest(plan, member, number))
        }
        _ => {
            let frame = Frame { key, from: window.from, to: window.to, moves: false };
            windows::total(&Scope::of(plan, member, done.at), number, &frame)?
        }
    };
    let left = amount::subtract(total, done.used)?;
    Ok((left < *goal).then(|| done.clone()))
}

fn take_back(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    key: i64,
    done: Done,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
    let Some(window) = state.windows.find_mut(|window| window.key == key) else { return Ok(()) };
    window.done.pop();
    (window.used, window.since) = (done.used, done.since);
    (window.rounds, window.met) = (done.round, done.goal);
    let goals = window.goals.clone();
    rounds::forget_lost(plan, member, (number, key), decisions);
    undo(plan, member, number, &goals, done, at, decisions)
}

/// The rule of a goal's reward.
fn reward_of(plan: &Plan, reward: &Reward) -> Option<usize> {
    let moment = Moment::Goal(usize::from(reward.challenge), usize::from(reward.goal));
    plan.rules.iter().position(|rule| rule.held.is_some() && rule.trigger == Trigger::Declared(moment))
}

/// Takes back what a goal has given, and tells that it is met no more.
pub fn undo(
    plan: &Plan,
    member: &mut Member,
    number: usize,
    goals: &[Decimal],
    done: Done,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(challenge) = plan.challenges.get(number) else { return Ok(()) };
    let Some(state) = member.challenges.get_mut(number) else { return Ok(()) };
    let goal = goals.get(usize::from(done.goal)).copied().unwrap_or_default();
    if usize::from(done.goal).saturating_add(1) >= goals.len() {
        state.times = state.times.saturating_sub(1);
        if state.times == 0 {
            state.first_done = None;
        }
    }
    let kind = Kind::GoalRevoked { challenge: challenge.name.clone(), goal, place: done.goal, times: state.times };
    decisions.push(Decision { at, kind });
    judge::note(plan, member, number, done.goal, done.at, -1)?;
    let reward = Reward { challenge: number as u16, window: done.window, round: done.round, goal: done.goal };
    done.coupons.iter().for_each(|number| coupons::revoke(plan, member, *number, at, decisions));
    for given in done.given.into_iter().rev() {
        super::given::take_back(plan, member, given, at, decisions);
    }
    let rule = reward_of(plan, &reward);
    let first = decisions.len();
    if let Some(rule) = rule {
        rewarded::give_back_spent(plan, member, (rule as u32, &reward), at, decisions)?;
        rewarded::give_back_redeemed(plan, member, (rule as u32, &reward), at, decisions)?;
    }
    let mut room = Changes::new();
    for (wallet, counted) in done.counted {
        let Some(rule) = rule else { continue };
        returns::lower_caps(plan, (rule as u32, wallet), counted, done.told, &mut room)?;
    }
    returns::make_room(member, room)?;
    let own = decisions.len();
    for (wallet, amount) in done.granted {
        returns::take_reward_back(plan, member, wallet, amount, (reward.source(plan), done.told), at, decisions)?;
    }
    returns::were_given_for(plan, member, reward.source(plan), (decisions.get(own..).unwrap_or_default(), done.told));
    if let Some(order) = decisions.edited() {
        returns::reward_belongs(member, &challenge.name, order, decisions.get(first..).unwrap_or_default());
        decisions.goal_undone(reward);
    }
    Ok(())
}
