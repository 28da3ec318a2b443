//! What is remembered of a challenge beside what its measures count.

use core::ops::{Deref, DerefMut};

use rust_decimal::Decimal;

use super::super::cycles::Cycles;
use super::super::lots::Use;
use super::super::member::Member;
use super::super::undo::{Kept, Rows, undo_all};
use super::windows::{cycle_frame, moving_start};
use super::{Edited, Given, steps, streaks};
use crate::amount;
use crate::check::model::{Cycle, OptIn, Within};
use crate::plan::{Plan, ProgressPlan};
use crate::sorting::Arrange as _;
use crate::time::DAY;

/// What a member has done of one challenge. It reads as what it has come to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChallengeState {
    /// When the member asked to take part, ascending.
    pub opted_in: Rows<i64>,
    /// Windows in which something was done, ascending.
    pub windows: Rows<WindowState>,
    /// Periods without an event over which a streak was kept, ascending.
    pub frozen: Rows<i64>,
    /// What was spent for that, for an event of such a period that is told later. Ascending by period.
    pub shields: Rows<Shield>,
    /// Orders of which something is used up in another window than that of the goals that they have met.
    pub edited: Rows<Edited>,
    pub ever: Kept<Ever>,
}

undo_all!(ChallengeState { opted_in, windows, frozen, shields, edited, ever });

/// What a streak was kept with over a period without an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Shield {
    pub period: i64,
    pub wallet: u16,
    /// The entry of the spending, when it was, and what it took of which lot.
    pub entry: u64,
    pub at: i64,
    pub uses: Vec<Use>,
}

/// What a challenge has come to ever.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ever {
    /// How often the last goal was met, ever.
    pub times: u32,
    /// When it was met for the first time.
    pub first_done: Option<i64>,
    /// The length of a streak when it was last looked at, and the greatest ever.
    pub length: u32,
    pub best: u32,
}

impl Deref for ChallengeState {
    type Target = Ever;

    fn deref(&self) -> &Ever {
        &self.ever
    }
}

impl DerefMut for ChallengeState {
    fn deref_mut(&mut self) -> &mut Ever {
        &mut self.ever
    }
}

/// One window, or one run of a streak.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowState {
    /// The number of the period, the instant at which the window begins, the first period of a run; or 0.
    pub key: i64,
    /// What counts lies from here on, and before there.
    pub from: i64,
    pub to: i64,
    /// The goals that hold for it, the lowest first.
    pub goals: Vec<Decimal>,
    /// What earlier rounds have used up of what is counted.
    pub used: Decimal,
    /// Rounds that are over.
    pub rounds: u32,
    /// Goals that are met in the present round, the lowest first.
    pub met: u16,
    /// What was last told of it.
    pub told: Decimal,
    /// When what is counted in a window that moves on was last added to, as far as it was told.
    pub told_at: i64,
    /// Of a window that moves on: what came before has been used up.
    pub since: i64,
    /// The goals that were met, oldest first, where returns take rewards back or the window moves on.
    pub done: Vec<Done>,
}

/// A goal that was met.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub goal: u16,
    /// The window as it was then, and the round in it: what its reward gave is known by them.
    pub window: i64,
    pub round: u32,
    /// When it was reached; and when it was told, with its reward.
    pub at: i64,
    pub told: i64,
    /// What had been used up before, and from when on it counted.
    pub used: Decimal,
    pub since: i64,
    /// What its reward gave, by wallet.
    pub granted: Vec<(u16, Decimal)>,
    /// What of it its own caps have counted, by wallet and times the wallet's denominator.
    pub counted: Vec<(u16, Decimal)>,
    /// The coupons that it issued, by their numbers.
    pub coupons: Vec<u64>,
    /// Badges, tags and levels.
    pub given: Vec<Given>,
}

impl Done {
    /// The next goal of a window, reached at an instant and told at another.
    pub fn of(window: &WindowState, at: i64, told: i64) -> Self {
        Self {
            goal: window.met,
            window: window.key,
            round: window.rounds,
            at,
            told,
            used: window.used,
            since: window.since,
            granted: Vec::new(),
            counted: Vec::new(),
            coupons: Vec::new(),
            given: Vec::new(),
        }
    }
}

impl ChallengeState {
    pub fn window(&self, key: i64) -> Option<&WindowState> {
        self.windows.iter().find(|window| window.key == key)
    }

    pub fn put(&mut self, window: WindowState) {
        match self.windows.binary_search_by_key(&window.key, |known| known.key) {
            Ok(at) => self.windows.set(at, window),
            Err(at) => self.windows.insert(at, window),
        }
    }
}

impl WindowState {
    /// A window in which nothing has been done.
    pub fn begun(goals: Vec<Decimal>) -> Self {
        Self {
            key: 0,
            from: i64::MIN,
            to: i64::MAX,
            goals,
            used: Decimal::ZERO,
            rounds: 0,
            met: 0,
            told: Decimal::ZERO,
            told_at: 0,
            since: i64::MIN,
            done: Vec::new(),
        }
    }

    /// What counts in the present round.
    pub fn current(&self, total: Decimal) -> Result<Decimal, amount::Overflow> {
        Ok(amount::subtract(total, self.used)?.max(Decimal::ZERO))
    }

    /// Whether what counts at an instant, in a window that moves on, was bought in the place of what came back of earlier
    /// rounds: it is used up with that, and leaves the window as that would.
    pub fn is_bought_again(&mut self, total: Decimal, at: i64) -> Result<bool, amount::Overflow> {
        let again = self.since > i64::MIN && amount::is_positive(total) && total <= self.used;
        if again {
            (self.used, self.since) = (amount::subtract(self.used, total)?, at.saturating_add(1));
        }
        Ok(again)
    }

    /// Whether the last goal was met in this window.
    pub fn completed(&self) -> bool {
        self.rounds > 0 || (self.met > 0 && usize::from(self.met) >= self.goals.len())
    }

    /// The goal that is to be met next, or the last one.
    pub fn next_goal(&self) -> Option<Decimal> {
        self.goals.get(usize::from(self.met)).or(self.goals.last()).copied()
    }
}

/// Forgets windows that neither a late event nor a return can reach any more, and what streaks no longer stand on.
pub fn forget(plan: &Plan, member: &mut Member) {
    if plan.challenges.is_empty() {
        return;
    }
    let horizon = member.horizon(plan);
    let settled = plan.calendar.start_of(plan.calendar.day_at(horizon));
    let returns = member.return_horizon(plan);
    for number in 0..plan.challenges.len() {
        let runs = streaks::run_now(plan, member, number, member.clock);
        let chain = steps::chain_now(plan, member, number, member.clock);
        let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get_mut(number)) else {
            continue;
        };
        // The goal of the window before is what the next one grows from.
        let last = state.windows.last().map(|window| window.key);
        let reach = |window: &WindowState| match challenge.progress {
            // A late event of the period after it goes on from a run.
            ProgressPlan::Streak(..) if window.to != i64::MAX => streaks::next_end(plan, number, window),
            _ => window.to,
        };
        state.windows.retain(|window| reach(window) >= horizon || Some(window.key) == last);
        let needed = match challenge.within {
            // What is used up of it lies in the window until it leaves it.
            Within::Rolling(length) => returns.min(moving_start(&plan.calendar, length, horizon)),
            _ => returns,
        };
        state.edited.retain(|edited| edited.at >= needed);
        // What was met before any event that can still come back stays met.
        let old = |done: &Done| done.at < horizon;
        let aged = |window: &WindowState| window.done.iter().any(old);
        state.windows.change(aged, |window| window.done.retain(|done| !old(done)));
        if let Some(longest) = longest_window(challenge.within).filter(|_| challenge.opt_in != Some(OptIn::Once)) {
            let oldest = horizon.saturating_sub(i64::from(longest) * DAY);
            state.opted_in.retain(|at| *at >= oldest);
        }
        if let ProgressPlan::Streak(_, period) = challenge.progress {
            let first = runs.filter(|run| run.length > 0).map(|run| run.first);
            let oldest = plan.calendar.period_of(period, plan.calendar.day_at(horizon));
            state.frozen.retain(|frozen| *frozen >= oldest || first.is_some_and(|first| *frozen >= first));
            state.shields.retain(|shield| shield.period >= oldest);
        }
        // Of old steps those alone matter that were the first.
        if let ProgressPlan::Steps { steps, .. } = &challenge.progress {
            let Some(known) = member.marks.there() else { continue };
            known.marks.retain(|mark| {
                mark.at >= settled
                    || !steps.contains(&mark.measure)
                    || chain.iter().any(|(measure, at)| (*measure, *at) == (mark.measure, mark.at))
            });
        }
    }
}

/// About how many days a window is long in which members take part anew; nothing for one that has no end.
fn longest_window(within: Within) -> Option<i32> {
    match within {
        Within::OptedIn(length) => Some(crate::calendar::days_at_most(length)),
        Within::Each(_) => Some(367),
        _ => None,
    }
}

/// The windows that are years or months of membership lie where they do by another day of joining: each begins in the month or
/// year of the calendar in which it did.
pub fn counted_from(plan: &Plan, own: &mut [ChallengeState], cycles: Cycles<'_>) {
    for (challenge, own) in plan.challenges.iter().zip(own) {
        let Within::Each(of @ Cycle::Membership(_)) = challenge.within else { continue };
        let there = |window: &WindowState| cycle_frame(cycles, of, window.key);
        let elsewhere = |window: &WindowState| window.to != there(window).to;
        own.windows.change(elsewhere, |window| {
            let frame = there(window);
            (window.from, window.to) = (window.from.clamp(frame.from, frame.to), frame.to);
        });
    }
}

/// What another account has done of each challenge joins what this one has: rounds and what they used up add up, as what
/// is counted does; a goal that either has met is met. The other's coupons are numbered on from `entries`.
pub fn join(own: &mut [ChallengeState], other: &[ChallengeState], entries: u64) {
    for (own, other) in own.iter_mut().zip(other) {
        for (own, other) in [(&mut own.opted_in, &other.opted_in), (&mut own.frozen, &other.frozen)] {
            own.rework(|own| {
                own.extend(&**other);
                own.arrange();
                own.dedup();
            });
        }
        for shield in &other.shields {
            let on = |number: u64| number.saturating_add(entries);
            let uses = shield.uses.iter().map(|used| Use { entry: on(used.entry), ..used.clone() }).collect();
            let place = own.shields.partition_point(|known| known.period <= shield.period);
            own.shields.insert(place, Shield { entry: on(shield.entry), uses, ..shield.clone() });
        }
        own.edited.extend(other.edited.iter().cloned());
        own.times = own.times.saturating_add(other.times);
        own.first_done = match (own.first_done, other.first_done) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        own.length = own.length.max(other.length);
        own.best = own.best.max(other.best);
        for window in &other.windows {
            let mut window = window.clone();
            let coupons = window.done.iter_mut().flat_map(|done| &mut done.coupons);
            coupons.for_each(|number| *number = number.saturating_add(entries));
            let Some(known) = own.windows.find_mut(|known| known.key == window.key) else {
                own.put(window);
                continue;
            };
            known.used = amount::add(known.used, window.used).unwrap_or(known.used);
            known.rounds = known.rounds.saturating_add(window.rounds);
            known.met = known.met.max(window.met);
            known.from = known.from.min(window.from);
            known.since = known.since.max(window.since);
            known.done.extend(window.done);
            known.done.arrange_by_key(|done| (done.round, done.goal, done.at));
        }
    }
}
