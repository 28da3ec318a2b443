//! Where a member stands on a ladder, judged anew each time from the whole list of what happened.

use super::calendar::{Micros, day, is_clock, through};
use super::event::Event;
use super::expr::{Scope, Seen, Value};
use super::judged_then::LedTo;
use super::keeps::counts_by_day;
use super::ledger::Member;
use super::measure::{self, View};
use super::number::{Exact, zero};
use super::program::*;
use super::reactions::Happened;

#[derive(Debug, Clone)]
pub struct Standing {
    /// What the rules of the ladder have led to.
    pub level: usize,
    pub since: Micros,
    /// From when the time is counted for which the level is kept.
    pub(super) base: Micros,
    /// The levels from which it rose, and from when they were kept.
    pub(super) below: Vec<(usize, Micros)>,
    pub until: Option<Micros>,
    pub grace: Option<Micros>,
    /// Levels given beside the rules, with their ends.
    pub given: Vec<(usize, Micros)>,
    /// What of the meter has been used up, and when.
    pub(super) used: Exact,
    used_at: Micros,
    /// From when on each level counted, and whether it was a rise, in the order in which it became known.
    told: Vec<(Micros, usize, bool)>,
    /// From when until when a level counted at least, as became known later.
    counted: Vec<(Micros, Micros, usize)>,
    /// As of when it is judged.
    as_of: Micros,
}

/// What has happened when levels are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Event,
    /// An event that happened before the member's clock.
    Late(Micros),
    Return,
    Time,
}

impl Standing {
    pub fn new(at: Micros) -> Standing {
        let (base, used_at) = (at, at);
        Standing {
            level: 0,
            since: at,
            base,
            below: vec![],
            until: None,
            grace: None,
            given: vec![],
            used: zero(),
            used_at,
            told: vec![],
            counted: vec![],
            as_of: at,
        }
    }

    /// Leaves for another level.
    fn leave_for(&mut self, level: usize, keep: Keep) {
        let timed = keep != Keep::WhileQualified;
        if timed && self.level > 0 && level > self.level && self.grace.is_none() {
            self.below.push((self.level, self.base));
        }
        self.below.retain(|(below, _)| *below < level);
    }

    /// The highest given level, and the latest end of one so high.
    fn highest_given(&self) -> Option<(usize, Micros)> {
        self.given.iter().copied().max()
    }

    pub fn counts(&self) -> usize {
        self.level.max(self.highest_given().map_or(0, |(level, _)| level))
    }

    /// The level that counted at an instant: a rise that becomes known later takes nothing from what was higher.
    pub fn counted_at(&self, at: Micros) -> usize {
        let told = self.told.iter().filter(|(from, ..)| *from <= at);
        let told = told.fold(0, |level, (_, other, rise)| if *rise { level.max(*other) } else { *other });
        let counted = self.counted.iter().filter(|(from, until, _)| (*from..*until).contains(&at));
        counted.map(|(.., level)| *level).max().unwrap_or(0).max(told)
    }

    /// To the lowest level no event leads, nor does one at the end of a period.
    fn counts_from(&self) -> Micros {
        if self.level > 0 && self.base >= self.since { self.since + 1 } else { self.since }
    }

    /// The end of the level that counts, if one is known.
    pub fn ends_at(&self) -> Option<Micros> {
        match self.highest_given() {
            Some((level, end)) if level > self.level => (end != Micros::MAX).then_some(end),
            _ => self.grace.or(self.until),
        }
    }
}

impl Member<'_> {
    pub(super) fn form_at(&self, ladder: usize, at: Micros) -> &LadderForm {
        in_force(&self.program.ladders[ladder].forms, day(self.program.zone, at))
    }

    /// All that conditions on the member may read at an instant; `event`: the levels that it leads to, where asked for.
    pub fn seen(&self, at: Micros, closing: bool, event: bool) -> Seen {
        self.seen_as_of(at, closing, event, false)
    }

    /// The same as it was at that instant: what came later does not count.
    pub(super) fn seen_as_of(&self, at: Micros, closing: bool, event: bool, as_of: bool) -> Seen {
        let wallets = 0..self.program.wallets.len();
        let level = |standing: &Standing| if as_of { standing.counted_at(at) } else { standing.counts() };
        let mut seen = Seen {
            measures: self.measures_as_of(at, closing, as_of),
            before: vec![],
            balances: wallets.clone().map(|wallet| self.available(wallet)).collect(),
            pendings: wallets.map(|wallet| self.pending(wallet)).collect(),
            levels: self.standings.iter().map(level).collect(),
            rates: vec![],
            attributes: self.attributes(),
            tags: self.tags(),
        };
        for ladder in 0..self.standings.len() {
            let form = self.form_at(ladder, at);
            if event && form.seen_after && form.rise == Rise::AtOnce {
                let then = self.seen_as_of(at, false, false, true);
                seen.levels[ladder] = seen.levels[ladder].max(self.qualifies_for(ladder, at, &then, false));
            }
        }
        for ladder in 0..self.standings.len() {
            let level = &self.form_at(ladder, at).levels[seen.levels[ladder]];
            seen.rates.push(level.rate.clone());
        }
        seen
    }

    fn view(&self, at: Micros, closing: bool, as_of: bool) -> View<'_> {
        View {
            at,
            closing,
            as_of,
            enrolled: self.enrolled,
            entered: self.standings.iter().map(|standing| (standing.since, standing.counts_from())).collect(),
            events: self.past(),
            flows: &self.flows,
        }
    }

    pub fn measures(&self, at: Micros, closing: bool) -> Vec<Option<Value>> {
        self.measures_as_of(at, closing, false)
    }

    fn measures_as_of(&self, at: Micros, closing: bool, as_of: bool) -> Vec<Option<Value>> {
        let view = self.view(at, closing, as_of);
        self.program.measures.iter().map(|measure| measure::value(self.program, measure, &view)).collect()
    }

    /// The highest level whose threshold and conditions are met.
    pub(super) fn qualifies_for(&self, ladder: usize, at: Micros, seen: &Seen, closing: bool) -> usize {
        let nothing = Event::new("", "", at);
        let scope = Scope { program: self.program, event: &nothing, seen };
        let form = self.form_at(ladder, at);
        let meter = self.meter(ladder, &scope, closing);
        let met = |level: &Level| {
            let reached = level.from.as_ref().is_none_or(|from| {
                let (Some(meter), Some(from)) = (&meter, scope.number(from)) else { return false };
                *meter >= from
            });
            reached && level.when.iter().all(|when| scope.holds(when))
        };
        (1..form.levels.len()).rev().find(|level| met(&form.levels[*level])).unwrap_or(0)
    }

    /// What thresholds are compared with: less what was used up, as long as that lies in the window.
    fn meter(&self, ladder: usize, scope: &Scope<'_>, closing: bool) -> Option<Exact> {
        let by = self.program.ladders[ladder].by.as_ref()?;
        let whole = scope.number(by)?;
        let standing = &self.standings[ladder];
        let counts = self.use_counts(ladder, standing, scope.event.at, closing);
        Some(if counts { (whole - &standing.used).max(zero()) } else { whole })
    }

    /// Whether what was used up lies in the window that the meter looks at.
    pub(super) fn use_counts(&self, ladder: usize, standing: &Standing, at: Micros, closing: bool) -> bool {
        let Some(Expr::Measure(number)) = &self.program.ladders[ladder].by else { return true };
        let window = &self.program.measures[*number].on(day(self.program.zone, at)).window;
        let look = if closing && !matches!(window, Window::Rolling(_)) { at - 1 } else { at };
        match window {
            Window::AllTime | Window::Range(..) => true,
            Window::LevelYear { .. } => false,
            window => measure::inside(self.program, window, standing.used_at, look, &self.view(at, closing, false)),
        }
    }

    /// Judges a ladder at the member's clock.
    pub fn judge_ladder(&mut self, ladder: usize, occasion: Occasion) {
        let at = self.clock;
        let before = self.standings[ladder].clone();
        let mut after = before.clone();
        after.given.retain(|(_, end)| *end > at);
        after.as_of = at;
        let because = self.judge_standing(ladder, &mut after, occasion);
        self.standings[ladder] = after;
        self.tell_standing(ladder, &before, because);
    }

    /// Tells what has become another.
    fn tell_standing(&mut self, ladder: usize, before: &Standing, because: Option<&'static str>) {
        let (at, after) = (self.clock, &mut self.standings[ladder]);
        let (from, to) = (before.counts(), after.counts());
        if from != to {
            after.told.push((after.as_of, to, to > from));
        }
        let until = after.ends_at();
        let given_ended = before.highest_given().is_some_and(|(level, end)| level > before.level && end <= at);
        if from != to {
            let because = match because {
                _ if to < from && given_ended => "set_level_ended",
                Some(because) => because,
                None => "set",
            };
            self.happened.push(Happened::TierChanged { ladder, from, to, because, until, at });
        } else if let Some(because @ ("qualified" | "grace")) = because
            && (before.until, before.grace) != (after.until, after.grace)
        {
            self.happened.push(Happened::TierKept { ladder, level: to, because, until, at });
        }
    }

    /// A level given beside the rules.
    pub fn give_level(&mut self, ladder: usize, level: usize, end: Micros) {
        let before = self.standings[ladder].clone();
        self.standings[ladder].as_of = self.clock;
        if end > self.clock {
            self.standings[ladder].given.push((level, end));
        }
        self.tell_standing(ladder, &before, None);
    }

    /// What becomes of the standing, and why.
    fn judge_standing(&self, ladder: usize, standing: &mut Standing, occasion: Occasion) -> Option<&'static str> {
        let at = self.clock;
        let zone = self.program.zone;
        let form = self.form_at(ladder, at);
        let seen = self.seen(at, false, false);
        let seen_closing = self.seen(at, true, false);
        let now = self.qualifies_for(ladder, at, &seen, false);
        let closing = self.qualifies_for(ladder, at, &seen_closing, true);
        let timed = form.keep != Keep::WhileQualified;

        let reached_at_once = if form.rise == Rise::AtOnce { now } else { 0 };
        let led_to = match occasion {
            Occasion::Late(then) => self.level_then(ladder, standing, then),
            _ => LedTo { reached: None, counted: vec![] },
        };
        standing.counted.extend(led_to.counted);
        if let Some((level, when, at_an_end)) = led_to.reached
            && level > standing.level
            && level >= reached_at_once
        {
            let seen = self.seen_as_of(when, at_an_end, false, true);
            self.use_up(ladder, standing, level, &seen, (when, at_an_end));
            let base = if at_an_end && counts_by_day(form.keep) { when - 1 } else { when };
            standing.leave_for(level, form.keep);
            *standing = Standing { level, since: at, base, grace: None, as_of: when, ..standing.clone() };
            standing.until = self.keep_end(form.keep, base, at);
            return Some("reached");
        }
        let (mut reached, mut period_ends) = (0, false);
        if form.rise != Rise::AtOnce {
            if self.next_rise(form.rise, at - 1) == Some(at) && occasion == Occasion::Time {
                period_ends = true;
                // Nobody is given what is lost again at once.
                reached = if timed || form.fall == Fall::Never { closing } else { closing.min(now) };
                if reached > standing.level {
                    self.use_up(ladder, standing, reached, &seen_closing, (at, true));
                    self.enter(form, standing, reached, true);
                    return Some("reached");
                }
            }
        } else {
            reached = now;
            if now > standing.level {
                self.use_up(ladder, standing, now, &seen, (at, false));
                self.enter(form, standing, now, false);
                return Some("reached");
            }
        }
        if standing.level == 0 {
            return None;
        }

        let due = standing.until.is_some_and(|until| until <= at);
        // What a level was given for to the end of a period is no reason to keep it in the next one.
        let looks_back = due
            && timed
            && (period_ends
                || !matches!(form.keep, Keep::ToEnd { next: false, .. } | Keep::ToEndOfMembership { next: false, .. }));
        let in_grace = standing.grace.is_some();
        let endless = standing.until.is_none() && !in_grace;
        let revoked = occasion == Occasion::Return && form.returns == LadderReturns::Revoke;
        // Only what came back can take away what would be kept for longer.
        let by_return_alone = timed && revoked && !(in_grace || due || endless);
        let (earned, seen) = match form.rise {
            _ if looks_back => (closing.max(reached), &seen_closing),
            // The present period makes a level when it ends.
            rise if by_return_alone && rise != Rise::AtOnce => (0, &seen),
            _ => (now, &seen),
        };
        let falls_due = if timed { due || endless } else { due };
        if earned >= standing.level {
            let kept = in_grace || falls_due || (!timed && standing.until.is_some());
            if timed && (in_grace || due) {
                let level = standing.level;
                self.use_up(ladder, standing, level, seen, (at, looks_back));
            }
            return kept.then(|| self.keep_on(form, standing, looks_back));
        }
        let before_grace = if in_grace { self.before_grace(ladder, standing) } else { 0 };
        if before_grace >= standing.level {
            standing.grace = None;
            standing.until = self.keep_end(form.keep, standing.base, at);
            return Some("qualified");
        }
        if form.fall == Fall::Never {
            return (in_grace || falls_due).then(|| self.keep_on(form, standing, looks_back));
        }
        let returned = occasion == Occasion::Return;
        if let (true, false, true, LadderReturns::KeepToEnd(of)) = (returned, timed, endless, form.returns) {
            standing.until = Some(self.cycle_end(at, of));
            return None;
        }
        let judged = in_grace || due || endless || by_return_alone;
        if !judged {
            return None;
        }
        let (left, used, left_base) =
            if by_return_alone { self.left_of_then(ladder, standing) } else { (0, zero(), at) };
        if by_return_alone && left >= standing.level {
            return None;
        }
        let nothing = Event::new("", "", at);
        let scope = Scope { program: self.program, event: &nothing, seen };
        let retained = form
            .retain
            .as_ref()
            .is_some_and(|(count, all)| all.iter().filter(|condition| scope.holds(condition)).count() >= *count);
        if retained {
            return (in_grace || falls_due).then(|| self.keep_on(form, standing, looks_back));
        }
        if let Some(end) = standing.grace {
            if end > at {
                return None;
            }
        } else if let Some((length, to)) = form.grace
            && !revoked
        {
            let from = if due && !is_clock(length.unit) { at - 1 } else { at };
            let over = through(zone, from, length);
            standing.until = None;
            standing.base = self.base(form.keep, looks_back);
            standing.grace = Some(match to {
                None => over,
                Some(of) => self.cycle_end(over - 1, of),
            });
            return Some("grace");
        }
        let best = earned.max(before_grace).max(left);
        let to = match form.fall {
            Fall::OneLevel => best.max(standing.level - 1),
            _ => best,
        };
        if by_return_alone {
            let base = if earned > left { at } else { left_base };
            standing.leave_for(to, form.keep);
            *standing = Standing { level: to, since: at, base, grace: None, used, ..standing.clone() };
            standing.until = if to == 0 { None } else { self.keep_end(form.keep, base, at) };
            return Some("not_qualified");
        }
        if before_grace > earned && to == before_grace {
            let base = standing.base;
            self.enter(form, standing, to, false);
            standing.base = base;
            standing.until = self.keep_end(form.keep, base, at);
            return Some("not_qualified");
        }
        self.enter(form, standing, to, looks_back || in_grace);
        Some("not_qualified")
    }

    /// What reaching a level leaves of the meter.
    fn use_up(&self, ladder: usize, standing: &mut Standing, level: usize, seen: &Seen, (at, closing): (Micros, bool)) {
        let form = self.form_at(ladder, self.clock);
        let nothing = Event::new("", "", at);
        let scope = Scope { program: self.program, event: &nothing, seen };
        let (Some(carry), Some(from)) = (form.carry, &form.levels[level].from) else { return };
        let whole = self.program.ladders[ladder].by.as_ref().and_then(|by| scope.number(by));
        let (Some(whole), Some(meter), Some(from)) = (whole, self.meter(ladder, &scope, closing), scope.number(from))
        else {
            return;
        };
        standing.used = match carry {
            Carry::Rest => whole - (meter - from),
            Carry::Nothing => whole,
        };
        standing.used_at = if closing { at - 1 } else { at };
    }

    fn enter(&self, form: &LadderForm, standing: &mut Standing, level: usize, closing: bool) {
        standing.leave_for(level, form.keep);
        standing.level = level;
        standing.since = self.clock;
        standing.base = self.base(form.keep, closing);
        standing.grace = None;
        standing.until = if level == 0 { None } else { self.keep_end(form.keep, standing.base, self.clock) };
    }

    fn keep_on(&self, form: &LadderForm, standing: &mut Standing, closing: bool) -> &'static str {
        if standing.grace.is_some()
            || standing.until.is_none()
            || matches!(form.keep, Keep::ToEnd { .. } | Keep::ToEndOfMembership { .. } | Keep::ForToEnd(..))
        {
            standing.base = self.base(form.keep, closing);
        }
        standing.grace = None;
        standing.until = self.keep_end(form.keep, standing.base, self.clock);
        "qualified"
    }
}
