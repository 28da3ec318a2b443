//! How a history goes: event by event on the caller's thread, or block by block on those of the host.

use super::playing::{Players, Share, Taken, Wanted, share_of};
use super::threads::{Threads, count, on_each};
use super::unread::{HistoryEvent, Place, Unread, numbered};
use super::{RefusedEvent, Replay, ReplayOptions};
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::engine::view::Totals;
use crate::program::Program;
use crate::time::Instant;
use crate::wire::input::Input;

/// A history that goes on from members who are there already, before its events are given: see [`Program::resume`].
pub struct Resumed<'a> {
    pub(super) program: &'a Program,
    pub(super) replay: Replay,
    pub(super) options: ReplayOptions,
    pub(super) each: Option<&'a mut dyn FnMut(&Outcome)>,
    pub(super) threads: Option<&'a dyn Threads>,
    pub(super) stop: Option<&'a dyn Fn() -> bool>,
}

/// So many events are read before what became of them is told, where several threads play.
const BLOCK: usize = 8192;

/// So many events are played one after the other before it is asked whether to stop.
const STRETCH: u64 = 256;

/// For fewer, no thread is troubled.
const WORTH_A_THREAD: usize = 64;

impl<'a> Resumed<'a> {
    /// Plays on threads of the host's, each some of the members. It comes to the very same: outcomes are told in the order of
    /// the events, by the caller's thread.
    ///
    /// ```
    /// # use std::thread;
    /// # use loyalty_core::{Job, Program, ReplayOptions, Threads};
    /// # struct Two;
    /// # impl Threads for Two {
    /// #     fn count(&self) -> usize { 2 }
    /// #     fn run(&self, jobs: Vec<Job<'_>>) { thread::scope(|scope| jobs.into_iter().for_each(|job| drop(scope.spawn(job)))); }
    /// # }
    /// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// let order = |n: u32| format!(r#"{{"type":"order","id":"o-{n}","member":"m-{}","at":"2026-01-05T10:00:00Z","subtotal":{n}}}"#, n % 50);
    /// let lines: Vec<String> = (0..2000).map(order).collect();
    /// let lines = lines.join("\n");
    /// let alone = program.replay(lines.as_bytes(), ReplayOptions::default());
    /// let together = program.resume([], ReplayOptions::default(), &mut |_| {}).on(&Two).lines(lines.as_bytes());
    /// assert_eq!(alone.summary(), together.summary());
    /// assert!(alone.members().eq(together.members()));
    /// ```
    #[must_use]
    pub fn on(self, threads: &'a dyn Threads) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Asks now and then, by the caller's thread, whether to stop. A history that is stopped comes to what has been played of it,
    /// without the time until [`ReplayOptions::until`].
    ///
    /// ```
    /// # use loyalty_core::{Program, ReplayOptions};
    /// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// let order = |n: u32| format!(r#"{{"type":"order","id":"o-{n}","member":"m-1","at":"2026-01-05T10:00:00Z","subtotal":{n}}}"#);
    /// let lines: Vec<String> = (0..2000).map(order).collect();
    /// let asked = std::cell::Cell::new(0);
    /// let third_time = || asked.replace(asked.get() + 1) == 2;
    /// let mut played = 0;
    /// let mut each = |_: &_| played += 1;
    /// program.resume([], ReplayOptions::default(), &mut each).stop_when(&third_time).lines(lines.join("\n").as_bytes());
    /// assert!(0 < played && played < 2000);
    /// ```
    #[must_use]
    pub fn stop_when(self, stop: &'a dyn Fn() -> bool) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// Plays lines of JSON.
    #[must_use]
    pub fn lines(self, lines: &[u8]) -> Replay {
        self.play_shared(numbered(lines))
    }

    /// Plays objects of the host's own.
    #[must_use]
    pub fn inputs<I: Input + Clone + Send + Sync>(self, events: impl Iterator<Item = I>) -> Replay {
        self.play_shared((1..).zip(events.map(Place)))
    }

    /// Plays texts of JSON and objects of the host's own, one after the other and on the caller's thread, which may be the only
    /// one that can read them; the lines are their numbers.
    #[must_use]
    pub fn events<'e, I: Input + Clone>(self, events: impl Iterator<Item = HistoryEvent<'e, I>>) -> Replay {
        self.play((1..).zip(events))
    }

    pub(super) fn play(mut self, lines: impl Iterator<Item = (u64, impl Unread)>) -> Replay {
        let mut players = Players::new(std::mem::take(&mut self.replay.members));
        let mut stopped = false;
        for (number, line) in lines {
            stopped = self.replay.events.is_multiple_of(STRETCH) && self.stops();
            if stopped {
                break;
            }
            self.one(&mut players, number, &line);
        }
        self.replay.members = players.members;
        self.finish(stopped)
    }

    /// Plays one event.
    pub(super) fn one(&mut self, players: &mut Players, number: u64, line: &impl Unread) {
        let wanted = self.wanted();
        let played = players.play(self.program, number, line);
        self.count(played.map(|outcome| Taken::of(outcome, wanted)));
    }

    /// Lets time pass for one member who is behind.
    pub(super) fn pass(&mut self, member: &mut Member, until: Instant) {
        // Members of another program stay as they are, which is all that time could refuse.
        if let Some(outcome) = (member.clock() < until).then(|| self.program.advance(member, until).ok()).flatten() {
            self.keep(Taken::of(outcome, self.wanted()));
        }
    }

    /// Plays as many events at a time as a block holds: whose each is, is read side by side, and so is what becomes of it.
    pub(super) fn play_shared<L: Unread + Send + Sync>(mut self, mut lines: impl Iterator<Item = (u64, L)>) -> Replay {
        let shares = count(self.threads);
        if shares == 1 {
            return self.play(lines);
        }
        let (program, wanted) = (self.program, self.wanted());
        let mut parts: Vec<Share<L>> = (0..shares).map(|_| Share::new()).collect();
        for (id, member) in std::mem::take(&mut self.replay.members) {
            if let Some(part) = parts.get_mut(share_of(&id, shares)) {
                part.players.members.insert(id, member);
            }
        }
        let stopped = loop {
            if self.stops() {
                break true;
            }
            let mut block: Vec<(usize, u64, L)> =
                lines.by_ref().take(BLOCK).map(|(number, line)| (0, number, line)).collect();
            if block.is_empty() {
                break false;
            }
            let threads = self.threads.filter(|_| block.len() >= WORTH_A_THREAD * shares);
            let each = block.len().div_ceil(shares);
            let mut slices: Vec<_> = block.chunks_mut(each).collect();
            on_each(threads, &mut slices, |slice| {
                for (share, _, line) in slice.iter_mut() {
                    // What says nobody's name is refused, whoever reads it.
                    *share = line.member().map_or(0, |member| share_of(&member, shares));
                }
            });
            let order: Vec<usize> = block.iter().map(|(share, ..)| *share).collect();
            for (share, number, line) in block {
                if let Some(part) = parts.get_mut(share) {
                    part.todo.push((number, line));
                }
            }
            on_each(threads, &mut parts, |part| part.play(program, wanted));
            let mut done: Vec<_> = parts.iter_mut().map(|part| std::mem::take(&mut part.done).into_iter()).collect();
            for played in order.into_iter().filter_map(|share| done.get_mut(share)?.next()) {
                self.count(played);
            }
        };
        self.replay.members = parts.into_iter().flat_map(|part| part.players.members).collect();
        self.finish(stopped)
    }

    fn stops(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }

    /// Lets time pass for every member, unless it was stopped, and sums up.
    pub(super) fn finish(mut self, stopped: bool) -> Replay {
        let (program, wanted) = (self.program, self.wanted());
        if let Some(until) = self.options.until.filter(|_| !stopped) {
            let mut members = std::mem::take(&mut self.replay.members);
            let mut behind: Vec<&mut Member> = members.values_mut().filter(|member| member.clock() < until).collect();
            for block in behind.chunks_mut(BLOCK) {
                if self.stops() {
                    break;
                }
                let shares = count(self.threads);
                let threads = self.threads.filter(|_| block.len() >= WORTH_A_THREAD * shares);
                let each = block.len().div_ceil(shares);
                let mut parts: Vec<(_, Vec<Taken>)> =
                    block.chunks_mut(each).map(|members| (members, Vec::new())).collect();
                on_each(threads, &mut parts, |(members, taken)| {
                    for member in members.iter_mut() {
                        // Members of another program stay as they are, which is all that time could refuse.
                        if let Ok(outcome) = program.advance(member, until) {
                            taken.push(Taken::of(outcome, wanted));
                        }
                    }
                });
                parts.into_iter().flat_map(|(_, taken)| taken).for_each(|taken| self.keep(taken));
            }
            self.replay.members = members;
        }
        self.replay.totals = sum(program, self.replay.members.values());
        self.replay
    }

    fn wanted(&self) -> Wanted {
        Wanted { outcome: self.each.is_some(), json: self.options.outcomes }
    }

    fn count(&mut self, played: Result<Taken, RefusedEvent>) {
        self.replay.events += 1;
        match played {
            Ok(taken) => {
                let count = if taken.replayed { &mut self.replay.replayed } else { &mut self.replay.applied };
                *count += 1;
                self.keep(taken);
            }
            Err(refused) => self.replay.refused.push(refused),
        }
    }

    fn keep(&mut self, taken: Taken) {
        if let (Some(each), Some(outcome)) = (&mut self.each, &taken.outcome) {
            each(outcome);
        }
        self.replay.outcomes.extend(taken.json);
    }
}

/// The sums of each wallet over some members.
fn sum<'m>(program: &Program, members: impl Iterator<Item = &'m Member>) -> Option<Vec<Totals>> {
    let mut sums = program.totals(&program.enroll("nobody", Instant(0)).ok()?);
    for member in members {
        for (sum, more) in sums.iter_mut().zip(program.totals(member)) {
            for (sum, more) in [
                (&mut sum.issued, more.issued),
                (&mut sum.transferred_in, more.transferred_in),
                (&mut sum.available, more.available),
                (&mut sum.pending, more.pending),
                (&mut sum.held, more.held),
                (&mut sum.spent, more.spent),
                (&mut sum.transferred_out, more.transferred_out),
                (&mut sum.expired, more.expired),
                (&mut sum.clawed_back, more.clawed_back),
                (&mut sum.written_off, more.written_off),
                (&mut sum.debt, more.debt),
            ] {
                *sum = crate::amount::add(*sum, more).ok()?;
            }
        }
    }
    Some(sums)
}
