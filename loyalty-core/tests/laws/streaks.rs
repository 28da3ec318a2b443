//! Streaks whose days come back: what is had is held against the days that are kept.

use std::collections::BTreeSet;

use chrono::DateTime;
use loyalty_core::{Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::model::challenges::DAY;
use crate::model::streaks::{Streak, Windows};
use crate::settings;

/// Friday, 2 January 2026, at noon.
const ENROLLED: i64 = 1_767_355_200_000_000;
const MINUTE: i64 = 60_000_000;

fn streak() -> impl Strategy<Value = Streak> {
    let repeat = prop_oneof![1 => Just(None), 3 => Just(Some(None)), 1 => (1_u32..4).prop_map(|most| Some(Some(most)))];
    (vec(1_i64..4, 1..=3), repeat, any::<bool>()).prop_map(|(steps, repeat, revoke)| {
        let mut last = 0;
        let goals = steps.into_iter().map(|step| {
            last += step;
            last
        });
        Streak { goals: goals.collect(), repeat, revoke }
    })
}

/// What happens on a day, `late` of them before the present one.
#[derive(Debug, Clone)]
enum Happens {
    /// Days go by.
    Nothing(i64),
    Order {
        late: i64,
    },
    /// One of the orders that are kept comes back.
    Cancel(prop::sample::Index),
    /// One of them takes place today instead.
    Edit(prop::sample::Index),
}

fn happens() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        4 => Just(Happens::Nothing(1)),
        1 => (2_i64..4).prop_map(Happens::Nothing),
        6 => Just(Happens::Order { late: 0 }),
        2 => (1_i64..12).prop_map(|late| Happens::Order { late }),
        3 => any::<prop::sample::Index>().prop_map(Happens::Cancel),
        1 => any::<prop::sample::Index>().prop_map(Happens::Edit),
    ];
    vec(one, 1..60)
}

/// A member, and what is kept of the orders.
struct Told {
    program: Program,
    member: Member,
    /// The orders that are kept, with their days.
    orders: Vec<(usize, i64)>,
    day: i64,
    number: usize,
}

impl Told {
    fn of(streak: &Streak) -> Self {
        let program = compile(&streak.program());
        let member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        Self { program, member, orders: Vec::new(), day: 0, number: 0 }
    }

    fn apply(&mut self, event: &str) {
        self.program.apply(&mut self.member, event).unwrap_or_else(|error| panic!("{event}: {error}"));
        self.member = self.program.load(&self.program.save(&self.member)).expect("a saved member").member;
    }

    /// Tells it, and the day of the order in it.
    fn tell(&mut self, happens: &Happens) -> Option<i64> {
        self.number += 1;
        let number = self.number;
        let at = |day: i64| {
            let at = ENROLLED + day * DAY + number as i64 * MINUTE;
            DateTime::from_timestamp_micros(at).expect("an instant").to_rfc3339()
        };
        match happens {
            Happens::Nothing(days) => {
                self.day += days;
                None
            }
            Happens::Order { late } => {
                let day = self.day - late;
                if day < 0 {
                    return None;
                }
                self.apply(&format!(r#"{{"type":"order","id":"o-{number}","at":"{}","subtotal":"5.00"}}"#, at(day)));
                self.orders.push((number, day));
                Some(day)
            }
            Happens::Cancel(_) | Happens::Edit(_) if self.orders.is_empty() => None,
            Happens::Cancel(which) => {
                let (order, _) = self.orders.remove(which.index(self.orders.len()));
                let at = at(self.day);
                self.apply(&format!(r#"{{"type":"cancel","id":"c-{number}","at":"{at}","order":"o-{order}"}}"#));
                None
            }
            Happens::Edit(which) => {
                let (order, _) = self.orders.remove(which.index(self.orders.len()));
                let at = at(self.day);
                self.apply(&format!(
                    r#"{{"type":"order","id":"o-{number}","at":"{at}","subtotal":"5.00","replaces":"o-{order}"}}"#
                ));
                self.orders.push((number, self.day));
                Some(self.day)
            }
        }
    }

    fn kept(&self) -> BTreeSet<i64> {
        self.orders.iter().map(|(_, day)| *day).collect()
    }

    fn met(&self) -> [i64; 3] {
        let view = self.program.view(&self.member, self.member.clock()).to_json();
        let view: Value = serde_json::from_str(&view).expect("a view is JSON");
        let points = view["wallets"]["pts"]["available"].as_str().expect("an amount").parse().expect("a whole number");
        Streak::met(points)
    }
}

proptest! {
    #![proptest_config(settings(64))]

    /// A return grants nothing, whatever it leaves of a run; and with `returns keep` it takes nothing.
    #[test]
    fn a_return_meets_no_goal(streak in streak(), happens in happens()) {
        let mut told = Told::of(&streak);
        let mut before = told.met();
        for (number, one) in happens.iter().enumerate() {
            told.tell(one);
            let met = told.met();
            if matches!(one, Happens::Cancel(_)) {
                let fewer = met.iter().zip(before).all(|(met, before)| *met <= before);
                prop_assert!(fewer, "{before:?} are {met:?} after {number} of\n{}\n{happens:?}", streak.program());
                prop_assert!(streak.revoke || met == before, "{before:?} are {met:?} after {number} of\n{happens:?}");
            }
            before = met;
        }
    }

    /// With `returns revoke` a member has what the kept orders alone would have made, in whatever order all of it was told.
    #[test]
    fn lost_rounds_leave_what_the_kept_days_make(streak in streak(), happens in happens()) {
        let goals = streak.goals.into_iter().take(1).collect();
        let streak = Streak { goals, revoke: true, repeat: streak.repeat.map(|_| None) };
        let mut told = Told::of(&streak);
        for (number, one) in happens.iter().enumerate() {
            told.tell(one);
            let made = streak.made(&told.kept());
            prop_assert_eq!(told.met(), made, "after {} of\n{}\n{:?}", number, streak.program(), happens);
        }
    }

    /// Where runs have several goals, or an end, it is never more than that, and as much as long as nothing has come back.
    #[test]
    fn no_goal_is_met_that_the_kept_days_do_not_make(streak in streak(), happens in happens()) {
        let streak = Streak { revoke: true, ..streak };
        let mut told = Told::of(&streak);
        let mut whole = true;
        for (number, one) in happens.iter().enumerate() {
            // Runs that are joined late have each met the lower goals.
            if matches!(one, Happens::Order { late } if *late > 0) {
                continue;
            }
            whole &= !matches!(one, Happens::Cancel(_) | Happens::Edit(_));
            told.tell(one);
            let (met, made) = (told.met(), streak.made(&told.kept()));
            let lawful = if whole { met == made } else { met.iter().zip(made).all(|(met, made)| *met <= made) };
            prop_assert!(lawful, "{met:?}, not {made:?}, after {number} of\n{}\n{happens:?}", streak.program());
        }
    }

    /// With `returns keep` rounds stay, and the next is had when what is kept of the window makes one more.
    #[test]
    fn kept_rounds_are_bought_again_before_the_next(streak in streak(), happens in happens()) {
        let goals: Vec<i64> = streak.goals.into_iter().take(1).collect();
        let goal = goals[0];
        let streak = Streak { goals, revoke: false, repeat: Some(None) };
        let (mut told, mut windows) = (Told::of(&streak), Windows::default());
        for (number, one) in happens.iter().enumerate() {
            if let Some(day) = told.tell(one) {
                windows.told(&told.kept(), day, goal);
            }
            let met = told.met();
            prop_assert_eq!(met, [windows.rounds(), 0, 0], "after {} of\n{}\n{:?}", number, streak.program(), happens);
            let made = streak.made(&told.kept());
            prop_assert!(met[0] >= made[0]);
        }
    }
}
