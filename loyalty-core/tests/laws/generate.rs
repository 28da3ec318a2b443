//! Valid programs and the events to try them on, made from rolls of dice.
//!
//! A strategy yields lists of numbers, one list for each declaration and each step; each choice takes the next number,
//! and zero is the plainest choice. So a failing case shrinks to few and plain declarations and steps.

mod dates;
mod forms;
mod history;
mod marks;
mod program;
mod tiers;
mod wallets;

use std::fmt::{Debug, Formatter};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::event::Step;
use crate::model::number::{Exact, scaled};
use crate::model::program::{Currency, Length, Program, TimeUnit};

/// A program and what happens to one of its members.
#[derive(Clone)]
pub struct Case {
    pub program: Program,
    pub enrolled: i64,
    pub steps: Vec<Step>,
}

pub const MEMBER: &str = "m";

impl Debug for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let time = |at: i64| crate::model::calendar::utc(at).with_timezone(&self.program.zone).to_rfc3339();
        writeln!(f, "\n{}\nenroll {}", self.program, time(self.enrolled))?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Apply(event) => writeln!(f, "{}", event.to_json(MEMBER)),
            Step::Advance(at) => writeln!(f, "advance {}", time(*at)),
        })
    }
}

/// Numbers that decide; a list that has run out says zero.
pub struct Rolls {
    rolls: std::vec::IntoIter<u32>,
}

impl Rolls {
    pub fn new(rolls: Vec<u32>) -> Rolls {
        Rolls { rolls: rolls.into_iter() }
    }

    pub fn below(&mut self, count: usize) -> usize {
        self.rolls.next().map_or(0, |roll| roll as usize % count)
    }

    /// True once in `count` times.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

fn rolls(most: usize) -> impl Strategy<Value = Vec<u32>> {
    vec(0_u32..1000, 0..=most)
}

/// What some of the declarations say from days on.
fn forms() -> impl Strategy<Value = Vec<Vec<u32>>> {
    vec(rolls(24), 0..=3)
}

/// What some of the rules have to do with attributes and tags.
fn marks() -> impl Strategy<Value = Vec<Vec<u32>>> {
    vec(rolls(12), 0..=4)
}

/// A program with a history of up to `steps` steps.
pub fn case(steps: usize) -> impl Strategy<Value = Case> {
    let declarations = (
        rolls(12),
        vec(vec(0_u32..1000, 0..=24), 1..=2),
        vec(rolls(12), 0..=4),
        vec(rolls(24), 1..=5),
        vec(rolls(8), 0..=1),
    );
    (declarations, forms(), marks(), rolls(4), vec(rolls(24), 1..=steps)).prop_map(
        |((settings, wallets, measures, rules, groups), forms, marks, start, steps)| {
            let mut program = program::make(settings, wallets, measures, rules, groups);
            marks::add(&mut program, marks);
            forms::add(&mut program, forms);
            let (enrolled, steps) = history::make(&program, start, steps);
            Case { program, enrolled, steps }
        },
    )
}

/// A program with ladders and with rules that follow decisions and the calendar.
pub fn timed_case(steps: usize) -> impl Strategy<Value = Case> {
    let declarations = (rolls(12), vec(vec(0_u32..1000, 0..=24), 1..=2), vec(rolls(12), 0..=2), vec(rolls(24), 1..=3));
    let timed = (vec(rolls(8), 0..=2), vec(rolls(40), 0..=2), vec(rolls(12), 0..=2), vec(rolls(24), 0..=4), rolls(32));
    (declarations, forms(), marks(), timed, rolls(4), vec(rolls(24), 1..=steps)).prop_map(
        |((settings, wallets, measures, rules), forms, marks, timed, start, steps)| {
            let mut program = program::make(settings, wallets, measures, rules, vec![]);
            tiers::add(&mut program, timed);
            marks::add(&mut program, marks);
            tiers::without_circles(&mut program);
            forms::add(&mut program, forms);
            let (enrolled, steps) = history::make(&program, start, steps);
            Case { program, enrolled, steps }
        },
    )
}

/// A program of either kind.
pub fn any_case(steps: usize) -> impl Strategy<Value = Case> {
    prop_oneof![case(steps), timed_case(steps)]
}

/// Lengths that programs and histories share, so that they meet.
pub const LENGTHS: [Length; 13] = [
    Length { count: 14, unit: TimeUnit::Day },
    Length { count: 1, unit: TimeUnit::Day },
    Length { count: 30, unit: TimeUnit::Day },
    Length { count: 1, unit: TimeUnit::Month },
    Length { count: 3, unit: TimeUnit::Month },
    Length { count: 12, unit: TimeUnit::Month },
    Length { count: 24, unit: TimeUnit::Hour },
    Length { count: 2, unit: TimeUnit::Week },
    Length { count: 1, unit: TimeUnit::Quarter },
    Length { count: 36, unit: TimeUnit::Hour },
    Length { count: 1, unit: TimeUnit::Year },
    Length { count: 90, unit: TimeUnit::Minute },
    Length { count: 3600, unit: TimeUnit::Second },
];

/// Amounts of money that orders and thresholds share.
pub fn money(rolls: &mut Rolls, currency: Currency) -> Exact {
    let number = rolls.pick(&[1_000, 500, 1_999, 333, 10_000, 5_000, 701, 1, 0, 3_334, 12_000]);
    match currency.minor {
        0 => scaled(number, 0),
        2 => scaled(number, 2),
        // A third digit, so that nothing is even.
        _ => scaled(number * 10 + number % 7, 3),
    }
}

pub const CATEGORIES: [&str; 3] = ["coffee", "tea", "cake"];
pub const PAYMENTS: [&str; 3] = ["card", "cash", "points"];
