//! Streaks the slow way: from the days that are kept, gone through anew at each step. Days are those of UTC.

use std::collections::BTreeSet;

use super::challenges::WORTH;

/// What a generated streak says.
#[derive(Debug, Clone)]
pub struct Streak {
    /// Ascending, in days.
    pub goals: Vec<i64>,
    pub repeat: Option<Option<u32>>,
    pub revoke: bool,
}

/// Days in a row that have been bought on, whatever came back of them, with the rounds that they have had.
#[derive(Debug, Clone, Copy)]
struct Window {
    first: i64,
    last: i64,
    rounds: i64,
}

/// The windows of a streak with one goal that begins again, and whose rounds stay.
#[derive(Debug, Default)]
pub struct Windows(Vec<Window>);

/// How long each run of some days is, with its first and its last day.
fn runs(kept: &BTreeSet<i64>) -> Vec<(i64, i64, i64)> {
    let mut runs: Vec<(i64, i64, i64)> = Vec::new();
    for day in kept {
        match runs.last_mut().filter(|(_, last, _)| last + 1 == *day) {
            Some((_, last, length)) => (*last, *length) = (*day, *length + 1),
            None => runs.push((*day, *day, 1)),
        }
    }
    runs
}

impl Streak {
    /// How often some days make each of the goals, told in order and none of them ever returned.
    pub fn made(&self, kept: &BTreeSet<i64>) -> [i64; 3] {
        let mut made = [0; 3];
        let last = *self.goals.last().expect("a goal");
        for (_, _, length) in runs(kept) {
            let rounds = match self.repeat {
                Some(None) => length / last,
                Some(Some(most)) => (length / last).min(i64::from(most)),
                None => (length / last).min(1),
            };
            let most = self.repeat.map_or(Some(1), |most| most).map(i64::from);
            let rest = if most == Some(rounds) { 0 } else { length - rounds * last };
            for (goal, made) in self.goals.iter().zip(&mut made) {
                let of_run = rounds + i64::from(rest >= *goal);
                // What does not begin again is met once for good.
                *made = if self.repeat.is_none() { of_run.max(*made) } else { *made + of_run };
            }
        }
        made
    }

    /// How often each goal has been met, by the points that a member has.
    pub fn met(points: i64) -> [i64; 3] {
        [points % WORTH[1], points / WORTH[1] % WORTH[1], points / WORTH[2]]
    }

    /// The program in the language.
    pub fn program(&self) -> String {
        let mut text = "program \"Shop\" { currency EUR  timezone \"UTC\" }\nwallet pts {}\n".to_owned();
        text += "challenge it {\n  streak order by day\n";
        for (goal, worth) in self.goals.iter().zip(WORTH) {
            text += &format!("  goal {goal} {{ earn {worth} pts }}\n");
        }
        match self.repeat {
            None => {}
            Some(None) => text += "  repeat\n",
            Some(Some(most)) => text += &format!("  repeat up to {most}\n"),
        }
        text + if self.revoke { "  returns revoke\n}\n" } else { "  returns keep\n}\n" }
    }
}

impl Windows {
    /// An order of a day has been told, and those days are kept: as many rounds are had as what is kept of its window makes.
    pub fn told(&mut self, kept: &BTreeSet<i64>, day: i64, goal: i64) {
        let runs = runs(kept);
        let (first, last, _) = *runs.iter().find(|(first, last, _)| (*first..=*last).contains(&day)).expect("a run");
        let mut window = Window { first, last, rounds: 0 };
        loop {
            let near = |other: &Window| other.first <= window.last + 1 && other.last + 1 >= window.first;
            let Some(place) = self.0.iter().position(near) else { break };
            let other = self.0.remove(place);
            window = Window {
                first: window.first.min(other.first),
                last: window.last.max(other.last),
                rounds: window.rounds + other.rounds,
            };
        }
        let inside = runs.iter().filter(|(first, last, _)| *first >= window.first && *last <= window.last);
        window.rounds = window.rounds.max(inside.map(|(_, _, length)| length / goal).sum());
        self.0.push(window);
    }

    pub fn rounds(&self) -> i64 {
        self.0.iter().map(|window| window.rounds).sum()
    }
}
