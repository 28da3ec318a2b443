//! Levels as they would have been judged at instants that are over: by late events, and after returns.

use std::cell::RefCell;

use super::calendar::{Micros, day, start};
use super::event::Event;
use super::expr::Scope;
use super::keeps::counts_by_day;
use super::ledger::Member;
use super::number::{Exact, zero};
use super::program::*;
use super::standing::Standing;

/// Where a late event leads.
pub(super) struct LedTo {
    pub reached: Option<(usize, Micros, bool)>,
    pub counted: Vec<(Micros, Micros, usize)>,
}

impl Member<'_> {
    /// Where a late event leads for the time in which it happened, when, and whether that was judged by what had ended; and from when
    /// until when which levels count by it.
    pub(super) fn level_then(&self, ladder: usize, standing: &Standing, then: Micros) -> LedTo {
        let form = self.form_at(ladder, self.clock);
        let mut led_to = LedTo { reached: None, counted: vec![] };
        if form.keep == Keep::WhileQualified && form.fall != Fall::Never {
            return led_to;
        }
        // A time of grace hides what the level was entered by.
        if standing.grace.is_some() && standing.since > then {
            return led_to;
        }
        let mut asked: Vec<(Micros, bool)> = match form.rise {
            // What is counted until a later end counts there, too.
            Rise::AtEndOf(_) | Rise::On { .. } => {
                std::iter::successors(self.next_rise(form.rise, then), |at| self.next_rise(form.rise, *at))
                    .map(|at| (at, true))
                    .take_while(|(at, _)| *at <= self.clock)
                    .collect()
            }
            Rise::AtOnce => self.grown_since(ladder, form, then).into_iter().map(|at| (at, false)).collect(),
        };
        // Lost since then: the judgement that took the level away is made once more.
        let lost = standing.since > then && (standing.base == standing.since - 1 || !counts_by_day(form.keep));
        if form.rise == Rise::AtOnce && lost {
            asked.insert(0, (standing.since, true));
        }
        let known = form.carry.is_none() && self.goes_by_measures(ladder, form, &|_| ());
        for (when, at_an_end) in asked {
            let base = if at_an_end && counts_by_day(form.keep) { when - 1 } else { when };
            let end = self.kept_to(form, base, when).unwrap_or(Micros::MAX);
            let level = self.qualifies_for(ladder, when, &self.seen_as_of(when, at_an_end, false, true), at_an_end);
            let anew = level > standing.counted_at(when);
            if anew && known {
                led_to.counted.push((when, end.min(self.clock), level));
            }
            let counts = anew || standing.since <= when || (at_an_end && form.rise == Rise::AtOnce);
            if counts && end > self.clock && led_to.reached.is_none_or(|(known, ..)| level > known) {
                led_to.reached = Some((level, when, at_an_end));
            }
        }
        led_to
    }

    /// An instant, and those after it at which something came that a ladder goes by.
    fn grown_since(&self, ladder: usize, form: &LadderForm, then: Micros) -> Vec<Micros> {
        let flows = RefCell::new(vec![]);
        self.goes_by_measures(ladder, form, &|measure| flows.borrow_mut().extend(measure.flow));
        let flows = flows.into_inner();
        let moved = self.flows.iter().filter(|(wallet, flow, ..)| flows.contains(&(*wallet, *flow)));
        let moved = moved.map(|(.., at)| *at).filter(|at| {
            let at_once = self.flows.iter().filter(|(.., other)| other == at);
            flows.iter().any(|of| {
                let own = at_once.clone().filter(|(wallet, flow, ..)| (*wallet, *flow) == *of);
                own.map(|(.., amount, _)| amount.clone()).sum::<Exact>() != zero()
            })
        });
        let events = self.known.iter().map(|known| known.event.at);
        let mut found: Vec<Micros> = events.chain(moved).chain([then]).collect();
        found.retain(|at| (then..=self.clock).contains(at));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether levels are reached by measures alone that do not count from the entry into a level; and which measures.
    fn goes_by_measures(&self, ladder: usize, form: &LadderForm, see: &dyn Fn(&Measure)) -> bool {
        let own_year = |window: &Window| matches!(window, Window::LevelYear { .. });
        let levels = form.levels.iter().flat_map(|level| level.from.iter().chain(&level.when));
        let mut waiting: Vec<&Expr> = self.program.ladders[ladder].by.iter().chain(levels).collect();
        let mut alone = true;
        while let Some(expr) = waiting.pop() {
            match expr {
                Expr::Measure(number) | Expr::MeasureBefore(number) | Expr::DaysSince(number) => {
                    let measure = &self.program.measures[*number];
                    see(measure);
                    let later = measure.later.iter().map(|(_, later)| later);
                    alone &= !std::iter::once(measure).chain(later).any(|form| own_year(&form.window));
                }
                Expr::Segment(number) => {
                    waiting.extend(self.program.segments[*number].forms.iter().map(|form| &form.1))
                }
                Expr::Not(inner) => waiting.push(inner),
                Expr::And(parts) | Expr::Or(parts) => waiting.extend(parts),
                Expr::Compare(_, left, right) => waiting.extend([&**left, &**right]),
                Expr::Number(_)
                | Expr::Percent(_)
                | Expr::Money(_)
                | Expr::Points(..)
                | Expr::Text(_)
                | Expr::Day(_) => {}
                // Balances, attributes, tags and levels are those of the present; of other shapes the generator makes none.
                _ => alone = false,
            }
        }
        alone
    }

    /// Of the level in force and those below, the highest that is still made without what has come back since: by what there
    /// was when it was entered or kept last, or at any other instant from which it would be kept until now. And what is used
    /// up for it, and from when it is kept.
    pub(super) fn left_of_then(&self, ladder: usize, standing: &Standing) -> (usize, Exact, Micros) {
        let zone = self.program.zone;
        let keep = self.form_at(ladder, self.clock).keep;
        let rise = self.form_at(ladder, self.clock).rise;
        let (mut when, mut closing) = (standing.base, !counts_by_day(keep) && rise != Rise::AtOnce);
        if counts_by_day(keep) && start(zone, day(zone, standing.base + 1)) == standing.base + 1 {
            (when, closing) = (standing.base + 1, true);
        }
        if matches!(keep, Keep::For(_) | Keep::ToAnniversary) {
            // One time after the other, up to the one that lasts.
            let mut over = self.keep_end(keep, standing.base, standing.base);
            while let Some(end) = over.filter(|end| *end <= self.clock) {
                (when, closing) = (end, true);
                over = self.keep_end(keep, standing.base, end);
            }
        }
        // Nothing from before can come back.
        if when < self.horizon() {
            return (standing.level, standing.used.clone(), standing.base);
        }
        let (level, used) = self.left_at(ladder, standing, when, closing);
        let mut best = (level, used, standing.base);
        for (at, closing) in self.judged_at(ladder, when) {
            let base = if closing && counts_by_day(keep) { at - 1 } else { at };
            let form = self.form_at(ladder, self.clock);
            let lasts = self.kept_to(form, base, at).is_some_and(|end| end > self.clock);
            let (level, used) = self.left_at(ladder, standing, at, closing);
            if lasts && level > best.0 {
                best = (level, used, base);
            }
        }
        if best.0 < standing.level
            && let Some((_, base)) = standing.below.iter().find(|(below, _)| *below == best.0)
            && self.was_kept_from(ladder, standing, best.0, *base)
            && self.keep_end(keep, *base, self.clock) < self.keep_end(keep, best.2, self.clock)
        {
            best.2 = *base;
        }
        best
    }

    /// Whether what is left made a level when it was entered, and at its last judgement if it has had one since.
    fn was_kept_from(&self, ladder: usize, standing: &Standing, level: usize, base: Micros) -> bool {
        let (zone, form) = (self.program.zone, self.form_at(ladder, self.clock));
        let at_an_end = counts_by_day(form.keep) && start(zone, day(zone, base + 1)) == base + 1;
        let made = match at_an_end {
            true => (base + 1, true),
            false => (base, !counts_by_day(form.keep) && form.rise != Rise::AtOnce),
        };
        let mut asked = vec![made];
        if self.kept_to(form, base, made.0).is_some_and(|end| end <= self.clock) {
            if !matches!(form.keep, Keep::For(_) | Keep::ToAnniversary) {
                return false;
            }
            let mut last = self.keep_end(form.keep, base, base);
            while let Some(end) =
                last.and_then(|end| self.keep_end(form.keep, base, end)).filter(|end| *end <= self.clock)
            {
                last = Some(end);
            }
            asked.extend(last.map(|end| (end, true)));
        }
        let can_come_back = asked.iter().filter(|(at, _)| *at >= self.horizon());
        can_come_back.clone().all(|(at, closing)| self.left_at(ladder, standing, *at, *closing).0 >= level)
    }

    /// The instants at which levels that can still be lost were judged. What was used up before the present level, and what counts from
    /// its entry, is known from then on alone.
    fn judged_at(&self, ladder: usize, last: Micros) -> Vec<(Micros, bool)> {
        let program = self.program;
        let form = self.form_at(ladder, self.clock);
        let own_year =
            |measure: &Measure| matches!(measure.window, Window::LevelYear { ladder: of, .. } if of == ladder);
        let counts_from_entry =
            |measure: &Measure| own_year(measure) || measure.later.iter().any(|(_, later)| own_year(later));
        let from_entry = form.carry.is_some() || program.measures.iter().any(counts_from_entry);
        let from = if from_entry { last } else { self.horizon().max(self.enrolled) };
        let mut found: Vec<(Micros, bool)> = match form.rise {
            Rise::AtEndOf(_) | Rise::On { .. } => {
                let ends =
                    std::iter::successors(self.next_rise(form.rise, from - 1), |at| self.next_rise(form.rise, *at));
                ends.take_while(|end| *end <= self.clock).map(|end| (end, true)).collect()
            }
            Rise::AtOnce => {
                let events = self.known.iter().map(|known| known.event.at);
                let flows = self.flows.iter().map(|(.., at)| *at);
                events.chain(flows).map(|at| (at, false)).collect()
            }
        };
        found.retain(|(at, _)| (from..=self.clock).contains(at));
        found.sort_unstable();
        found
    }

    /// The highest level, up to the one in force, that is made by what there was at an instant, and what is used up for it.
    fn left_at(&self, ladder: usize, standing: &Standing, when: Micros, closing: bool) -> (usize, Exact) {
        let seen = self.seen(when, closing, false);
        let nothing = Event::new("", "", when);
        let scope = Scope { program: self.program, event: &nothing, seen: &seen };
        let form = self.form_at(ladder, when);
        let whole = self.program.ladders[ladder].by.as_ref().and_then(|by| scope.number(by));
        let from = |level: usize| form.levels[level].from.as_ref().and_then(|from| scope.number(from));
        let met = |level: usize, meter: Option<Exact>| {
            let reached = match (&form.levels[level].from, from(level)) {
                (None, _) => true,
                (Some(_), from) => from.is_some_and(|from| meter.is_some_and(|meter| meter >= from)),
            };
            reached && form.levels[level].when.iter().all(|when| scope.holds(when))
        };
        if form.carry == Some(Carry::Rest) && self.use_counts(ladder, standing, when, closing) {
            let (mut level, mut used) = (standing.level, standing.used.clone());
            while let (true, Some(own)) = (level > 0 && used > zero(), from(level)) {
                let before = (&used - own).max(zero());
                if met(level, whole.as_ref().map(|whole| whole - &before)) {
                    return (level, used);
                }
                level = (1..level).rev().find(|below| from(*below).is_some_and(|from| from <= before)).unwrap_or(0);
                used = before;
            }
        }
        let Some(level) = (1..=standing.level).rev().find(|level| met(*level, whole.clone())) else {
            return (0, zero());
        };
        let used = match form.carry {
            Some(Carry::Rest) => from(level).unwrap_or_else(zero),
            Some(Carry::Nothing) => whole.unwrap_or_else(zero),
            None => zero(),
        };
        (level, used)
    }

    /// What had been earned when the time of grace began, while that would last.
    pub(super) fn before_grace(&self, ladder: usize, standing: &Standing) -> usize {
        let form = self.form_at(ladder, self.clock);
        let zone = self.program.zone;
        let lost = if counts_by_day(form.keep) { standing.base + 1 } else { standing.base };
        if counts_by_day(form.keep) && start(zone, day(zone, lost)) != lost {
            return 0;
        }
        match self.kept_to(form, standing.base, lost) {
            Some(end) if end > self.clock => {
                let seen = self.seen(lost, true, false);
                self.qualifies_for(ladder, lost, &seen, true)
            }
            _ => 0,
        }
    }
}
