//! Challenges the slow way: whatever is asked, all orders of the window are gone through anew. Amounts are whole cents,
//! days are those of UTC.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _};

use super::calendar::Micros;

pub const DAY: Micros = 86_400_000_000;

/// What a generated challenge says.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Orders are counted; else their cents summed up.
    pub counts: bool,
    pub window: Window,
    /// Ascending; in orders or in cents.
    pub goals: Vec<i64>,
    pub repeat: Option<Option<u32>>,
    pub carry: bool,
    pub revoke: bool,
    pub tolerance: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    AllTime,
    Week,
    Month,
    /// So many local days, up to the present one.
    Rolling(i64),
}

/// What happens to a member, in the order of arrival.
#[derive(Debug, Clone)]
pub enum Step {
    Order {
        id: usize,
        at: Micros,
        cents: i64,
    },
    /// So much of an order comes back.
    Refund {
        order: usize,
        at: Micros,
        cents: i64,
    },
    Advance {
        to: Micros,
    },
}

impl Step {
    pub fn at(&self) -> Micros {
        match self {
            Self::Order { at, .. } | Self::Refund { at, .. } | Self::Advance { to: at } => *at,
        }
    }
}

/// What the points of each goal are worth: they tell by themselves how often each was met.
pub const WORTH: [i64; 3] = [1, 1_000, 1_000_000];

#[derive(Default)]
struct State {
    used: i64,
    rounds: u32,
    met: usize,
    /// Goals met: which, in which round, and what had been used up before.
    done: Vec<(usize, u32, i64)>,
}

/// What a member has after all of the steps.
#[derive(Debug, PartialEq, Eq)]
pub struct Standing {
    pub times: i64,
    pub points: i64,
    pub current: i64,
    pub completed: bool,
}

impl Window {
    pub fn key(self, at: Micros) -> i64 {
        let day = at.div_euclid(DAY);
        match self {
            Self::AllTime | Self::Rolling(_) => 0,
            // 1970-01-01 was a Thursday, and weeks begin on Monday.
            Self::Week => (day + 3).div_euclid(7),
            Self::Month => {
                let date = DateTime::from_timestamp_micros(at).expect("an instant").date_naive();
                i64::from(date.year()) * 12 + i64::from(date.month0())
            }
        }
    }

    /// The first instant after the window with that number.
    fn end(self, key: i64) -> Micros {
        match self {
            Self::AllTime | Self::Rolling(_) => Micros::MAX,
            Self::Week => ((key + 1) * 7 - 3) * DAY,
            Self::Month => {
                let (year, month) = ((key + 1).div_euclid(12), (key + 1).rem_euclid(12));
                let date = chrono::NaiveDate::from_ymd_opt(year as i32, month as u32 + 1, 1).expect("a day");
                date.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp_micros()
            }
        }
    }
}

impl Rules {
    /// The orders of some steps as they are kept, whole or in part, by their numbers.
    pub fn kept(steps: &[Step]) -> BTreeMap<usize, (Micros, i64)> {
        let mut kept: BTreeMap<usize, (Micros, i64)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Order { id, at, cents } => {
                    kept.insert(*id, (*at, *cents));
                }
                Step::Refund { order, cents, .. } => kept.get_mut(order).expect("an order").1 -= cents,
                Step::Advance { .. } => {}
            }
        }
        kept.retain(|_, (_, cents)| *cents > 0);
        kept
    }

    fn counted<'k>(&self, kept: impl Iterator<Item = &'k (Micros, i64)>) -> i64 {
        kept.map(|(_, cents)| if self.counts { 1 } else { *cents }).sum()
    }

    /// What some steps have left in a window.
    pub fn total(&self, steps: &[Step], key: i64) -> i64 {
        self.counted(Self::kept(steps).values().filter(|(at, _)| self.window.key(*at) == key))
    }

    /// In a window of so many days: each goal is met by the first order that reaches it, and a round begins after the one before.
    pub fn of_what_is_kept(&self, steps: &[Step], clock: Micros) -> Standing {
        let Window::Rolling(days) = self.window else { panic!("a window that moves on") };
        let kept = Self::kept(steps);
        let inside = |begun: Micros, now: Micros| {
            let first = (now.div_euclid(DAY) - days + 1) * DAY;
            self.counted(kept.values().filter(|(at, _)| *at > begun && (first..=now).contains(at)))
        };
        let (mut begun, mut met, mut rounds, mut times, mut points) = (Micros::MIN, 0, 0, 0, 0);
        let mut instants: Vec<Micros> = kept.values().map(|(at, _)| *at).collect();
        instants.sort_unstable();
        for now in instants {
            while met < self.goals.len() && inside(begun, now) >= self.goals[met] {
                points += WORTH[met];
                met += 1;
                if met == self.goals.len() {
                    times += 1;
                    if self.repeat.is_some_and(|most| most.is_none_or(|most| rounds + 1 < most)) {
                        (begun, met, rounds) = (now, 0, rounds + 1);
                    }
                }
            }
        }
        let completed = rounds > 0 || met == self.goals.len();
        Standing { times, points, current: inside(begun, clock), completed }
    }

    /// Goes through the steps from the beginning.
    pub fn stand(&self, enrolled: Micros, steps: &[Step]) -> Standing {
        let mut windows: BTreeMap<i64, State> = BTreeMap::new();
        let (mut clock, mut points, mut times) = (enrolled, 0, 0);
        for (number, step) in steps.iter().enumerate() {
            let past = &steps[..=number];
            let mut judged = Vec::new();
            match step {
                Step::Order { at, .. } => {
                    clock = clock.max(*at);
                    let key = self.window.key(*at);
                    let end = self.window.end(key);
                    if key != self.window.key(clock) && self.tolerance.is_none_or(|days| clock <= end + days * DAY) {
                        judged.push(key);
                    }
                }
                Step::Refund { at, .. } => {
                    clock = clock.max(*at);
                    for (key, window) in windows.iter_mut().filter(|_| self.revoke) {
                        let total = self.total(past, *key);
                        while let Some((goal, round, used)) = window.done.last().copied() {
                            if total - used >= self.goals[goal] {
                                break;
                            }
                            window.done.pop();
                            (window.met, window.rounds, window.used) = (goal, round, used);
                            points -= WORTH[goal];
                            times -= i64::from(goal + 1 == self.goals.len());
                        }
                    }
                }
                Step::Advance { to } => {
                    clock = clock.max(*to);
                    continue;
                }
            }
            judged.push(self.window.key(clock));
            for key in judged {
                let total = self.total(past, key);
                let window = windows.entry(key).or_default();
                while window.met < self.goals.len() && total - window.used >= self.goals[window.met] {
                    window.done.push((window.met, window.rounds, window.used));
                    points += WORTH[window.met];
                    window.met += 1;
                    if window.met < self.goals.len() {
                        continue;
                    }
                    times += 1;
                    if self.repeat.is_some_and(|most| most.is_none_or(|most| window.rounds + 1 < most)) {
                        window.used = if self.carry { window.used + self.goals[window.met - 1] } else { total };
                        window.rounds += 1;
                        window.met = 0;
                    }
                }
            }
        }
        let key = self.window.key(clock);
        let window = windows.remove(&key).unwrap_or_default();
        let current = (self.total(steps, key) - window.used).max(0);
        let completed = window.rounds > 0 || window.met == self.goals.len();
        Standing { times, points, current, completed }
    }

    /// The program in the language.
    pub fn program(&self) -> String {
        let mut text = "program \"Shop\" { currency EUR  timezone \"UTC\" }\nwallet pts {}\n".to_owned();
        // So that refunds have an amount to speak of.
        text += "measure bought = sum(order.subtotal)\nchallenge it {\n";
        text += if self.counts { "  count order\n" } else { "  sum order.subtotal\n" };
        match self.window {
            Window::AllTime => {}
            Window::Rolling(days) => text += &format!("  within over last {days} days\n"),
            Window::Week => text += "  within each week\n",
            Window::Month => text += "  within each month\n",
        }
        for (goal, worth) in self.goals.iter().zip(WORTH) {
            let goal = if self.counts { goal.to_string() } else { format!("{}.{:02} EUR", goal / 100, goal % 100) };
            text += &format!("  goal {goal} {{ earn {worth} pts }}\n");
        }
        match self.repeat {
            None => {}
            Some(None) => text += "  repeat\n",
            Some(Some(most)) => text += &format!("  repeat up to {most}\n"),
        }
        if self.repeat.is_some() && !matches!(self.window, Window::Rolling(_)) {
            text += if self.carry { "  carry\n" } else { "  carry nothing\n" };
        }
        text += if self.revoke { "  returns revoke\n" } else { "  returns keep\n" };
        if let Some(days) = self.tolerance {
            text += &format!("  tolerance {days} days\n");
        }
        text + "}\n"
    }
}
