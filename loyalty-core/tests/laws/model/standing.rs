//! Where a member stands on a ladder, judged anew each time from the whole list of what happened.

use super::calendar::{Micros, clock_micros, day, end, is_clock, later_day, period, start, through};
use super::event::Event;
use super::expr::{Scope, Seen, Value};
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
    base: Micros,
    /// The levels from which it rose, and from when they were kept.
    below: Vec<(usize, Micros)>,
    pub until: Option<Micros>,
    pub grace: Option<Micros>,
    /// Levels given beside the rules, with their ends.
    pub given: Vec<(usize, Micros)>,
    /// What of the meter has been used up, and when.
    used: Exact,
    used_at: Micros,
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
    fn form_at(&self, ladder: usize, at: Micros) -> &LadderForm {
        in_force(&self.program.ladders[ladder].forms, day(self.program.zone, at))
    }

    /// All that conditions on the member may read at an instant; `event`: the levels that it leads to, where asked for.
    pub fn seen(&self, at: Micros, closing: bool, event: bool) -> Seen {
        let wallets = 0..self.program.wallets.len();
        let mut seen = Seen {
            measures: self.measures(at, closing),
            before: vec![],
            balances: wallets.clone().map(|wallet| self.available(wallet)).collect(),
            pendings: wallets.map(|wallet| self.pending(wallet)).collect(),
            levels: self.standings.iter().map(Standing::counts).collect(),
            rates: vec![],
            attributes: self.attributes(),
            tags: self.tags(),
        };
        for ladder in 0..self.standings.len() {
            let form = self.form_at(ladder, at);
            if event && form.seen_after && form.rise == Rise::AtOnce {
                seen.levels[ladder] = seen.levels[ladder].max(self.qualifies_for(ladder, at, &seen, false));
            }
        }
        for ladder in 0..self.standings.len() {
            let level = &self.form_at(ladder, at).levels[seen.levels[ladder]];
            seen.rates.push(level.rate.clone());
        }
        seen
    }

    fn view(&self, at: Micros, closing: bool) -> View<'_> {
        View {
            at,
            closing,
            enrolled: self.enrolled,
            entered: self.standings.iter().map(|standing| (standing.since, standing.counts_from())).collect(),
            events: self.past(),
            flows: &self.flows,
        }
    }

    pub fn measures(&self, at: Micros, closing: bool) -> Vec<Option<Value>> {
        let view = self.view(at, closing);
        self.program.measures.iter().map(|measure| measure::value(self.program, measure, &view)).collect()
    }

    /// The highest level whose threshold and conditions are met.
    fn qualifies_for(&self, ladder: usize, at: Micros, seen: &Seen, closing: bool) -> usize {
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
    fn use_counts(&self, ladder: usize, standing: &Standing, at: Micros, closing: bool) -> bool {
        let Some(Expr::Measure(number)) = &self.program.ladders[ladder].by else { return true };
        let window = &self.program.measures[*number].on(day(self.program.zone, at)).window;
        let look = if closing && !matches!(window, Window::Rolling(_)) { at - 1 } else { at };
        match window {
            Window::AllTime | Window::Range(..) => true,
            Window::LevelYear { .. } => false,
            window => measure::inside(self.program, window, standing.used_at, look, &self.view(at, closing)),
        }
    }

    /// Judges a ladder at the member's clock.
    pub fn judge_ladder(&mut self, ladder: usize, occasion: Occasion) {
        let at = self.clock;
        let before = self.standings[ladder].clone();
        let mut after = before.clone();
        after.given.retain(|(_, end)| *end > at);
        let because = self.judge_standing(ladder, &mut after, occasion);
        self.standings[ladder] = after;
        self.tell_standing(ladder, &before, because);
    }

    /// Tells what has become another.
    fn tell_standing(&mut self, ladder: usize, before: &Standing, because: Option<&'static str>) {
        let (at, after) = (self.clock, &self.standings[ladder]);
        let (from, to) = (before.counts(), after.counts());
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
        if let Occasion::Late(then) = occasion
            && let Some((level, when, at_an_end)) = self.level_then(ladder, standing, then)
            && level > standing.level
            && level >= reached_at_once
        {
            let seen = self.seen(when, at_an_end, false);
            self.use_up(ladder, standing, level, &seen, (when, at_an_end));
            let base = if at_an_end && counts_by_day(form.keep) { when - 1 } else { when };
            standing.leave_for(level, form.keep);
            *standing = Standing { level, since: at, base, grace: None, ..standing.clone() };
            standing.until = self.keep_end(form.keep, base, at);
            return Some("reached");
        }
        let (mut reached, mut period_ends) = (0, false);
        if let Rise::AtEndOf(of) = form.rise {
            let today = day(zone, at);
            let begins = start(zone, today) == at && period(today, of, self.program.week).start == today;
            if begins && occasion == Occasion::Time {
                period_ends = true;
                // Nobody is given what is lost again at once.
                reached = if timed { closing } else { closing.min(now) };
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
                || !matches!(form.keep, Keep::ToEnd { next: false, .. } | Keep::ToEndOfMembershipYear { next: false }));
        let in_grace = standing.grace.is_some();
        let endless = standing.until.is_none() && !in_grace;
        let revoked = occasion == Occasion::Return && form.returns == LadderReturns::Revoke;
        // Only what came back can take away what would be kept for longer.
        let by_return_alone = timed && revoked && !(in_grace || due || endless);
        let (earned, seen) = match form.rise {
            _ if looks_back => (closing.max(reached), &seen_closing),
            // The present period makes a level when it ends.
            Rise::AtEndOf(_) if by_return_alone => (0, &seen),
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
            standing.until = Some(start(zone, period(day(zone, at), of, self.program.week).end));
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
                Some(of) => start(zone, period(day(zone, over - 1), of, self.program.week).end),
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

    /// Where a late event leads for the time in which it happened, when, and whether that was judged by what had ended.
    fn level_then(&self, ladder: usize, standing: &Standing, then: Micros) -> Option<(usize, Micros, bool)> {
        let form = self.form_at(ladder, self.clock);
        if form.keep == Keep::WhileQualified && form.fall != Fall::Never {
            return None;
        }
        // A time of grace hides what the level was entered by.
        if standing.grace.is_some() && standing.since > then {
            return None;
        }
        let (when, at_an_end) = match form.rise {
            Rise::AtEndOf(of) => {
                let end = start(self.program.zone, period(day(self.program.zone, then), of, self.program.week).end);
                if end > self.clock || standing.since > end {
                    return None;
                }
                (end, true)
            }
            // Lost since then: the judgement that took the level away is made once more.
            Rise::AtOnce if standing.since > then && standing.base == standing.since - 1 => (standing.since, true),
            Rise::AtOnce if standing.since > then && !counts_by_day(form.keep) => (standing.since, true),
            Rise::AtOnce => (then, false),
        };
        let base = if at_an_end && counts_by_day(form.keep) { when - 1 } else { when };
        if self.kept_to(form, base, when).is_some_and(|end| end <= self.clock) {
            return None;
        }
        let seen = self.seen(when, at_an_end, false);
        Some((self.qualifies_for(ladder, when, &seen, at_an_end), when, at_an_end))
    }

    /// Of the level in force and those below, the highest that is still made without what has come back since: by what there
    /// was when it was entered or kept last, or at any other instant from which it would be kept until now. And what is used
    /// up for it, and from when it is kept.
    fn left_of_then(&self, ladder: usize, standing: &Standing) -> (usize, Exact, Micros) {
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
        let (program, zone) = (self.program, self.program.zone);
        let form = self.form_at(ladder, self.clock);
        let own_year =
            |measure: &Measure| matches!(measure.window, Window::LevelYear { ladder: of, .. } if of == ladder);
        let counts_from_entry =
            |measure: &Measure| own_year(measure) || measure.later.iter().any(|(_, later)| own_year(later));
        let from_entry = form.carry.is_some() || program.measures.iter().any(counts_from_entry);
        let from = if from_entry { last } else { self.horizon().max(self.enrolled) };
        let mut found: Vec<(Micros, bool)> = match form.rise {
            Rise::AtEndOf(of) => {
                let ends = std::iter::successors(Some(from - 1), |at| {
                    Some(start(zone, period(day(zone, *at), of, program.week).end))
                });
                ends.skip(1).take_while(|end| *end <= self.clock).map(|end| (end, true)).collect()
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
    fn before_grace(&self, ladder: usize, standing: &Standing) -> usize {
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
            || matches!(form.keep, Keep::ToEnd { .. } | Keep::ToEndOfMembershipYear { .. } | Keep::ForToEnd(..))
        {
            standing.base = self.base(form.keep, closing);
        }
        standing.grace = None;
        standing.until = self.keep_end(form.keep, standing.base, self.clock);
        "qualified"
    }

    /// What is judged at the end of a period belongs to its last day.
    fn base(&self, keep: Keep, closing: bool) -> Micros {
        if closing && counts_by_day(keep) { self.clock - 1 } else { self.clock }
    }

    /// The end of a level that was made at an instant: with a period that ends it is made for the next one.
    fn kept_to(&self, form: &LadderForm, base: Micros, made: Micros) -> Option<Micros> {
        let entered = if form.rise == Rise::AtOnce { base } else { made };
        self.keep_end(form.keep, base, entered)
    }

    /// The end of the membership year around an instant, or of the one after it.
    pub(super) fn membership_year_end(&self, at: Micros, next: bool) -> Micros {
        let zone = self.program.zone;
        let (joined, today) = (day(zone, self.enrolled), day(zone, at));
        let begins = |year| later_day(joined, Length { count: year, unit: TimeUnit::Year });
        let this = (1..).find(|year| begins(*year) > today).expect("a year after");
        start(zone, begins(this + u32::from(next)))
    }

    /// The first end after an instant that a level counted from `base` comes to.
    fn keep_end(&self, keep: Keep, base: Micros, at: Micros) -> Option<Micros> {
        let (zone, week) = (self.program.zone, self.program.week);
        let first = day(zone, base);
        let times = |length: Length, count: u32| Length { count: length.count * count, ..length };
        match keep {
            Keep::WhileQualified => None,
            Keep::For(length) if is_clock(length.unit) => {
                (1..).map(|count| base + clock_micros(length) * count).find(|end| *end > at)
            }
            Keep::For(length) => {
                (1..).map(|count| end(zone, later_day(first, times(length, count)))).find(|end| *end > at)
            }
            Keep::ToAnniversary => {
                let year = Length { count: 1, unit: TimeUnit::Year };
                (1..).map(|count| start(zone, later_day(first, times(year, count)))).find(|end| *end > at)
            }
            Keep::ForToEnd(length, of) => {
                let last = start(zone, period(day(zone, through(zone, base, length) - 1), of, week).end);
                Some(if last > at { last } else { start(zone, period(day(zone, at), of, week).end) })
            }
            Keep::ToEndOfMembershipYear { next } => {
                let last = self.membership_year_end(base, next);
                Some(if last > at { last } else { self.membership_year_end(at, false) })
            }
            Keep::ToEnd { next, period: of } => {
                let this = period(first, of, week).end;
                let last = if next { period(this, of, week).end } else { this };
                let last = start(zone, last);
                Some(if last > at { last } else { start(zone, period(day(zone, at), of, week).end) })
            }
        }
    }
}

fn counts_by_day(keep: Keep) -> bool {
    match keep {
        Keep::For(length) => !is_clock(length.unit),
        Keep::ToEnd { .. } | Keep::ToEndOfMembershipYear { .. } | Keep::ForToEnd(..) => true,
        Keep::WhileQualified | Keep::ToAnniversary => false,
    }
}
