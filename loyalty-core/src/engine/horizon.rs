//! When time alone may change what an expression comes to.
//!
//! Nothing that an expression reads changes by itself except through windows that move on, lengths that are reached,
//! and forms that come into force. All of those instants are known beforehand, and there are few of them: a window that
//! nothing new enters only loses what is in it. So whoever must be woken when a condition changes asks for the instants
//! and tries them in order.

use chrono::{NaiveDate, NaiveTime};

use super::member::Member;
use super::value::Value;
use super::{eval::NO_ROW, eval::Scope, referrals};
use crate::calendar::{Calendar, clock_micros};
use crate::check::model::{
    Cycle, Length, Most, OwnFrom, OwnPeriod, Per, Period, ReferralFigure, Valid, Window, Within,
};
use crate::plan::node::{Node, NodeId};
use crate::plan::{Dated, GoalsPlan, Grain, Plan, ProgressPlan};
use crate::sorting::Arrange as _;
use crate::time::{day_of, micros_of};

/// Days ahead at which what comes round by itself is tried: all weekdays, twice.
const RECURRING_DAYS: i32 = 15;

/// Instants after the member's clock at which an expression may change, in no order.
pub struct Horizon<'a> {
    pub plan: &'a Plan,
    pub member: &'a Member,
    pub after: i64,
    pub found: Vec<i64>,
}

impl<'a> Horizon<'a> {
    pub fn new(plan: &'a Plan, member: &'a Member, after: i64) -> Self {
        Self { plan, member, after, found: Vec::new() }
    }

    /// What was found, in order and once each.
    pub fn instants(mut self) -> Vec<i64> {
        self.found.arrange();
        self.found.dedup();
        self.found
    }

    fn push(&mut self, at: i64) {
        if at > self.after {
            self.found.push(at);
        }
    }

    fn push_day(&mut self, day: i32) {
        self.push(self.plan.calendar.start_of(day));
    }

    /// The days on which the forms of something come into force.
    pub fn forms<T>(&mut self, forms: &[Dated<T>]) {
        for form in forms.iter().filter(|form| form.from > i32::MIN) {
            self.push_day(form.from);
        }
    }

    /// The instants of an expression.
    pub fn expression(&mut self, node: NodeId) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            let Some(node) = self.plan.nodes.get(node as usize) else { continue };
            match *node {
                Node::Measure(measure) | Node::MeasureBefore(measure) => self.measure(measure),
                Node::Held(coupon) => {
                    let member = self.member;
                    member.coupons.open().filter(|held| held.coupon == coupon).for_each(|held| self.push(held.until));
                }
                Node::Cards(wheel) => {
                    let member = self.member;
                    member.cards.iter().filter(|card| card.wheel == wheel).for_each(|card| self.push(card.until));
                }
                Node::Challenge(challenge, _) => self.challenge(challenge, &mut waiting),
                Node::Referral(referral, ReferralFigure::Settled) => {
                    referrals::settling(self.member, usize::from(referral)).for_each(|at| self.push(at));
                }
                Node::Segment(segment) => {
                    if let Some(segment) = self.plan.segments.get(usize::from(segment)) {
                        self.forms(&segment.forms);
                        waiting.extend(segment.forms.iter().map(|form| form.value));
                    }
                }
                Node::Reward(reward, _) => {
                    self.reward(reward, &mut waiting);
                }
                Node::Arm(experiment) => {
                    if let Some(experiment) = self.plan.experiments.get(usize::from(experiment)) {
                        self.forms(&experiment.forms);
                    }
                }
                Node::Compare(_, left, right) => {
                    for (side, other) in [(left, right), (right, left)] {
                        self.length(side, other);
                    }
                    waiting.extend([left, right]);
                }
                _ => node.operands(&self.plan.operands, |operand| waiting.push(operand)),
            }
        }
    }

    /// What changes about a reward, and the expressions that decide about it.
    fn reward(&mut self, number: u16, waiting: &mut Vec<NodeId>) {
        let Some(reward) = self.plan.rewards.get(usize::from(number)) else { return };
        self.forms(&reward.forms);
        for form in reward.forms.iter().map(|form| &form.value) {
            form.nodes(|node| waiting.push(node));
            for valid in &form.guard.valid {
                match valid {
                    Valid::Dates { from, to, till } => self.days(*from, *to, *till),
                    Valid::Instants { from, to } => {
                        self.instant(*from);
                        self.instant(*to);
                    }
                    // They come round by themselves.
                    Valid::Weekdays { .. } | Valid::Hours { .. } => {
                        let today = self.plan.calendar.day_at(self.after);
                        (1..=RECURRING_DAYS).for_each(|ahead| self.push_day(today.saturating_add(ahead)));
                        if let Valid::Hours { from, to } = valid {
                            for (day, time) in (0..RECURRING_DAYS).flat_map(|day| [(day, *from), (day, *to)]) {
                                let at = self.plan.calendar.instant_of(today.saturating_add(day), micros_of(time));
                                self.push(at);
                            }
                        }
                    }
                }
            }
            for limit in &form.guard.limits {
                limit.tally.into_iter().for_each(|tally| self.limit(tally, limit.per));
                if let Most::Told(told) = limit.count {
                    waiting.push(told);
                }
            }
        }
    }

    /// The instants of a reward that a rule would redeem.
    pub fn redeemed(&mut self, number: u16) {
        let mut waiting = Vec::new();
        self.reward(number, &mut waiting);
        waiting.into_iter().for_each(|node| self.expression(node));
    }

    /// `days since x` against a constant: when the constant is reached, and when it is passed.
    fn length(&mut self, side: NodeId, other: NodeId) {
        let (Some(Node::Since(unit, of)), Some(Node::Number(_) | Node::Negate(_) | Node::Arithmetic(..))) =
            (self.plan.nodes.get(side as usize), self.plan.nodes.get(other as usize))
        else {
            return;
        };
        let scope = Scope::of(self.plan, self.member, self.after);
        let (Ok(from), Ok(Value::Number(units))) = (scope.eval(*of, NO_ROW), scope.eval(other, NO_ROW)) else {
            return;
        };
        let (from_day, from_instant) = match from {
            Value::Instant(at) => (self.plan.calendar.day_at(at), at),
            Value::Date(day) => (day, self.plan.calendar.start_of(day)),
            _ => return,
        };
        let Ok(units) = u32::try_from(units.ceil().mantissa()) else { return };
        for count in [units, units.saturating_add(1)] {
            let length = Length { count, unit: *unit };
            match clock_micros(length) {
                Some(micros) => self.push(from_instant.saturating_add(micros)),
                None => self.push_day(Calendar::day_plus(from_day, length)),
            }
        }
    }

    /// The ends of windows, and what leaves one that moves on; with the goals, as long as they are open.
    fn challenge(&mut self, number: u16, waiting: &mut Vec<NodeId>) {
        let Some(challenge) = self.plan.challenges.get(usize::from(number)) else { return };
        self.forms(&challenge.forms);
        for form in &challenge.forms {
            if let GoalsPlan::Fixed(goals) = &form.value.goals {
                waiting.extend(goals);
            }
        }
        if let ProgressPlan::Streak(_, period) = challenge.progress {
            self.periods(period, 2);
        }
        match challenge.within {
            Within::AllTime => {}
            Within::Each(Cycle::Calendar(period)) => self.periods(period, 2),
            Within::Each(Cycle::Membership(each)) => self.own_periods(OwnFrom::Membership, each, 2),
            Within::Range { from, to } => self.days(from, to, NaiveTime::MIN),
            Within::Rolling(length) => {
                for measure in challenge.measures() {
                    let tally = self.plan.measures.get(usize::from(*measure)).and_then(|measure| measure.tally);
                    self.leaving(*measure, tally, |calendar, at| leaves(calendar, length, at));
                }
            }
            Within::Following { .. } | Within::OptedIn(_) => {
                let frame = super::challenges::frame(self.plan, self.member, usize::from(number), self.after);
                frame.into_iter().for_each(|frame| self.push(frame.to));
            }
        }
    }

    fn measure(&mut self, number: u16) {
        let Some(measure) = self.plan.measures.get(usize::from(number)) else { return };
        self.forms(&measure.forms);
        for form in &measure.forms {
            match form.value.window {
                Window::AllTime | Window::Range { .. } => {}
                Window::This(period) => self.periods(period, 1),
                Window::Periods { period, back: 1, count: 1 } => self.periods(period, 2),
                Window::Periods { period, back, count } => self.entering(number, measure.tally, (period, back, count)),
                Window::Rolling(length) => {
                    self.leaving(number, measure.tally, |calendar, at| leaves(calendar, length, at));
                }
                Window::Own { of, each, previous } => self.own_periods(of, each, if previous { 2 } else { 1 }),
            }
            if measure.function == crate::check::model::AggregateFunction::Streak
                && let Some(Grain::Period(period)) =
                    measure.tally.and_then(|tally| self.plan.tallies.get(tally as usize)).map(|tally| tally.grain)
            {
                self.periods(period, 2);
            }
        }
    }

    /// The beginnings of the next periods; after those, a window that nothing new enters is empty.
    fn periods(&mut self, period: Period, count: i64) {
        let calendar = &self.plan.calendar;
        let now = calendar.period_of(period, calendar.day_at(self.after));
        for number in now + 1..=now + count {
            self.push_day(calendar.first_day(period, number));
        }
    }

    fn own_periods(&mut self, of: OwnFrom, each: OwnPeriod, count: u32) {
        let Some(first) = first_day(self.plan, self.member, of) else { return };
        let today = self.plan.calendar.day_at(self.after);
        let now = turns_between(first, today, each);
        for turn in now + 1..=now + count {
            self.push_day(begins(first, turn, each));
        }
    }

    /// When what a rolling window holds leaves it.
    fn leaving(&mut self, measure: u16, tally: Option<u32>, leaves: impl Fn(&Calendar, At) -> i64) {
        let calendar = &self.plan.calendar;
        match tally {
            Some(number) => {
                let grain = self.plan.tallies.get(number as usize).map_or(Grain::Ever, |tally| tally.grain);
                let entries = self.member.tallies.between(number, i64::MIN, i64::MAX);
                let ends: Vec<i64> = entries
                    .iter()
                    .map(|entry| match grain {
                        Grain::Instant => leaves(calendar, At::Instant(entry.key)),
                        _ => leaves(calendar, At::Day(entry.key as i32)),
                    })
                    .collect();
                ends.into_iter().for_each(|end| self.push(end));
            }
            None => {
                let marks = self.member.marks.of(measure);
                let ends: Vec<i64> = marks.iter().map(|mark| leaves(calendar, At::Instant(mark.at))).collect();
                ends.into_iter().for_each(|end| self.push(end));
            }
        }
    }

    /// When what happened in a period enters a window of whole periods, and when it leaves it.
    fn entering(&mut self, measure: u16, tally: Option<u32>, (period, back, count): (Period, u32, u32)) {
        let calendar = &self.plan.calendar;
        let periods: Vec<i64> = match tally {
            Some(number) => {
                let grain = self.plan.grain(number);
                let entries = self.member.tallies.between(number, i64::MIN, i64::MAX).iter();
                let period_of = |key: i64| match grain {
                    Grain::Period(_) => key,
                    Grain::Instant => calendar.period_of(period, calendar.day_at(key)),
                    Grain::Day | Grain::Ever => calendar.period_of(period, key as i32),
                };
                entries.map(|entry| period_of(entry.key)).collect()
            }
            None => {
                let marks = self.member.marks.of(measure).iter();
                marks.map(|mark| calendar.period_of(period, calendar.day_at(mark.at))).collect()
            }
        };
        let (enters, leaves) = (i64::from(back) + 1 - i64::from(count), i64::from(back) + 1);
        for of in periods {
            for number in [of.saturating_add(enters), of.saturating_add(leaves)] {
                self.push_day(calendar.first_day(period, number));
            }
        }
    }

    /// When a used-up limit leaves room again.
    pub fn limit(&mut self, tally: u32, per: Option<Per>) {
        match per {
            None | Some(Per::Order) => {}
            Some(Per::Period(period)) => self.periods(period, 1),
            Some(Per::Membership(each)) => self.own_periods(OwnFrom::Membership, each, 1),
            Some(Per::Rolling(length)) => {
                self.leaving(u16::MAX, Some(tally), |calendar, at| leaves(calendar, length, at));
            }
            Some(Per::FromFirst(length)) => {
                let (member, instants) = (self.member, self.plan.grain(tally) == Grain::Instant);
                for end in member.tallies.ends_from_first(tally, length) {
                    if instants { self.push(end) } else { self.push_day(end as i32) }
                }
            }
        }
    }

    /// The first and the day after the last day of a window.
    /// When days that last till a time of the next one begin and end.
    pub fn days(&mut self, from: Option<NaiveDate>, to: Option<NaiveDate>, till: NaiveTime) {
        for day in [from.map(day_of), to.map(|to| day_of(to).saturating_add(1))].into_iter().flatten() {
            self.push(self.plan.calendar.instant_of(day, micros_of(till)));
        }
    }

    pub fn instant(&mut self, at: Option<i64>) {
        at.into_iter().for_each(|at| self.push(at));
    }
}

/// What a counter remembers of when something was.
#[derive(Clone, Copy)]
enum At {
    Day(i32),
    Instant(i64),
}

/// When something leaves a window of that length.
fn leaves(calendar: &Calendar, length: Length, at: At) -> i64 {
    match (clock_micros(length), at) {
        (Some(micros), At::Instant(at)) => at.saturating_add(micros),
        (Some(_), At::Day(day)) => calendar.start_of(day.saturating_add(1)),
        (None, at) => {
            let day = match at {
                At::Day(day) => day,
                At::Instant(at) => calendar.day_at(at),
            };
            // The window holds the days after the one so much earlier; months shorten at their end.
            let mut out = Calendar::day_plus(day, length);
            while Calendar::day_minus(out, length) < day {
                out = out.saturating_add(1);
            }
            calendar.start_of(out)
        }
    }
}

/// When what a counter holds under a key leaves a window of that length.
pub fn leaves_at(plan: &Plan, tally: u32, length: Length, key: i64) -> i64 {
    let at = if plan.grain(tally) == Grain::Instant { At::Instant(key) } else { At::Day(key as i32) };
    leaves(&plan.calendar, length, at)
}

/// The local day from which a member's own years and months are counted.
pub fn first_day(plan: &Plan, member: &Member, of: OwnFrom) -> Option<i32> {
    let since = match of {
        OwnFrom::Membership => member.enrolled_at,
        OwnFrom::Level(ladder) => member.standings.get(ladder)?.since,
    };
    Some(plan.calendar.day_at(since))
}

/// Of the years or months that are counted from one day, the first day of that after so many.
///
/// Each is counted from the first: from a 31st the next begin with the last day of February and with 31 March.
pub fn begins(first: i32, turn: u32, each: OwnPeriod) -> i32 {
    Calendar::day_plus(first, Length { count: turn, unit: each.unit() })
}

/// Of those, that around a day: its first day, and that of the next.
pub fn turn_around(first: i32, day: i32, each: OwnPeriod) -> (i32, i32) {
    let turn = turns_between(first, day, each);
    (begins(first, turn, each), begins(first, turn.saturating_add(1), each))
}

/// Whole years or months from one day to another, none before it.
pub fn turns_between(from: i32, to: i32, each: OwnPeriod) -> u32 {
    use chrono::Datelike as _;
    let (start, end) = (crate::time::date_of(from), crate::time::date_of(to));
    let years = end.year().saturating_sub(start.year());
    let turns = match each {
        OwnPeriod::Year => years,
        OwnPeriod::Month => {
            years.saturating_mul(12).saturating_add(end.month() as i32).saturating_sub(start.month() as i32)
        }
    };
    let mut turns = turns.max(0) as u32;
    while turns > 0 && begins(from, turns, each) > to {
        turns -= 1;
    }
    turns
}
