//! How a history goes: event by event on the caller's thread, or block by block on those of the host.

use std::collections::BTreeMap;

use super::playing::{Players, Share, Taken, Wanted, owner, share_of};
use super::threads::{Threads, count, on_each};
use super::together::{Together, bear, merged};
use super::unread::{HistoryEvent, Place, Unread, numbered};
use super::{RefusedEvent, Replay, ReplayOptions};
use crate::engine::claims::Counters;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::engine::view::Totals;
use crate::program::Program;
use crate::roster;
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
    /// The counters over all members stand so before the history: a later part goes on from the [`Replay::counters`] of the one
    /// before, a load into a store from those that are kept there. Otherwise they stand at zero.
    ///
    /// ```
    /// # use loyalty_core::{Counters, Program, ReplayOptions};
    /// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    ///     rule early on order limit 3 in total { earn 100 points }").unwrap();
    /// let order = |n: u32| format!(r#"{{"type":"order","id":"o-{n}","member":"m-{n}","at":"2026-01-05T10:00:00Z","subtotal":5}}"#);
    /// let lines: Vec<String> = (0..5).map(order).collect();
    /// let kept: Counters = [("rule early".to_owned(), 1.into())].into_iter().collect();
    /// let replay = program.resume([], ReplayOptions::default(), &mut |_| {}).counting(kept).lines(lines.join("\n").as_bytes());
    /// assert!(replay.summary().unwrap().contains(r#""issued":"200""#));
    /// assert_eq!(replay.counters().iter().collect::<Vec<_>>(), [("rule early", 3.into())]);
    /// ```
    #[must_use]
    pub fn counting(mut self, counters: Counters) -> Self {
        self.replay.counters = counters;
        self
    }

    /// Plays on threads of the host's, each some of the members. It comes to the very same: outcomes are told in the order of
    /// the events, by the caller's thread. Where members bear on each other, by a limit in total or a transfer, they are played
    /// in the order of the events, on the caller's thread alone.
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
        let mut players = Players::of(self.program, std::mem::take(&mut self.replay.members));
        let mut stopped = false;
        for (number, line) in lines {
            stopped = self.replay.events.is_multiple_of(STRETCH) && self.stops();
            if stopped {
                break;
            }
            self.one(&mut players, number, &line);
        }
        if let Some(until) = self.options.until.filter(|_| players.together && !stopped) {
            stopped = self.pass_all(&mut players, until);
        }
        self.replay.members = players.members;
        self.finish(stopped)
    }

    /// Plays one event.
    pub(super) fn one(&mut self, players: &mut Players, number: u64, line: &impl Unread) {
        if players.together {
            return self.one_among(players, number, line);
        }
        let wanted = self.wanted();
        let played = players.play(self.program, number, line);
        self.count(played.map(|outcome| Taken::of(outcome, wanted)));
    }

    /// Plays one event, with all that it does to other members.
    fn one_among(&mut self, players: &mut Players, line: u64, unread: &impl Unread) {
        let program = self.program;
        self.replay.events += 1;
        let Players { members, event, .. } = players;
        let mut all = self.all(members, line);
        let happened = unread.read(program, event).and_then(|()| {
            let Ok(member) = roster::follow(&mut all, owner(event)?);
            let Ok(happened) = roster::happens(program, &mut all, &member, event, (None, event.at()));
            happened
        });
        match happened {
            Ok(outcome) if outcome.replayed() => {
                all.tell(&outcome);
                self.replay.replayed += 1;
            }
            Ok(_) => self.replay.applied += 1,
            Err(error) => self.replay.refused.push(RefusedEvent { line, event: unread.id(), error }),
        }
    }

    /// Lets time pass for one member who is behind.
    pub(super) fn pass(&mut self, players: &mut Players, id: &str, until: Instant) {
        let Some(member) = players.members.get_mut(id).filter(|member| member.clock() < until) else { return };
        // Members of another program stay as they are, which is all that time could refuse.
        if players.together {
            let Ok(_) = roster::passes(self.program, &mut self.all(&mut players.members, 0), id, until);
        } else if let Ok(outcome) = self.program.advance(member, until) {
            self.keep(Taken::of(outcome, self.wanted()));
        }
    }

    /// Lets time pass for all members one after the other; tells whether it was stopped.
    fn pass_all(&mut self, players: &mut Players, until: Instant) -> bool {
        let ids: Vec<String> = players.members.keys().cloned().collect();
        for ids in ids.chunks(BLOCK) {
            if self.stops() {
                return true;
            }
            ids.iter().for_each(|id| self.pass(players, id, until));
        }
        false
    }

    fn all<'r>(&'r mut self, members: &'r mut BTreeMap<String, Member>, line: u64) -> Together<'r> {
        let each: Option<&mut dyn FnMut(&Outcome)> = match &mut self.each {
            Some(each) => Some(&mut **each),
            None => None,
        };
        Together { members, replay: &mut self.replay, each, json: self.options.outcomes, line }
    }

    /// Plays as many events at a time as a block holds: whose each is, is read side by side, and so is what becomes of it.
    pub(super) fn play_shared<L: Unread + Send + Sync>(mut self, mut lines: impl Iterator<Item = (u64, L)>) -> Replay {
        let shares = count(self.threads);
        if shares == 1 || bear(self.program, &self.replay.members) {
            return self.play(lines);
        }
        let (program, wanted) = (self.program, self.wanted());
        let merged = merged(&self.replay.members);
        let mut parts: Vec<Share<L>> = (0..shares).map(|_| Share::new(&merged)).collect();
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
                    *share = line.member().map_or(0, |member| share_of(merged.get(&member).unwrap_or(&member), shares));
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
        self.sum_up()
    }

    fn sum_up(mut self) -> Replay {
        self.replay.until = self.options.until;
        self.replay.totals = sum(self.program, self.replay.members.values());
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
