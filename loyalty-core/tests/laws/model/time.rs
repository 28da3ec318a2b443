//! Time, the slow way: every midnight and every instant at which anything may be is lived through, one by one, and at
//! each of them everything is asked anew.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use super::calendar::{Micros, day, earlier, end, instant, is_clock, later, later_day, period, start};
use super::ledger::Member;
use super::measure::begins;
use super::number::{Exact, zero};
use super::program::*;
use super::standing::Occasion;

impl Member<'_> {
    /// Brings the member to `to`.
    pub fn advance(&mut self, to: Micros) {
        self.by_time = true;
        let resting = std::mem::replace(&mut self.resting, self.pauses.iter().any(|pause| pause.to.is_none()));
        if to >= self.clock {
            self.follow(Occasion::Time, self.happened.len());
        }
        loop {
            // What belongs to instants that are behind; what follows, follows at the present.
            if let Some(due) = self.next_due().filter(|due| *due <= self.clock) {
                let next = self.happened.len();
                self.pass_lots(due);
                self.follow(Occasion::Time, next);
                continue;
            }
            let Some(at) = self.next_instant().filter(|at| *at <= to) else { break };
            self.clock = at;
            let next = self.happened.len();
            self.pass_lots(at);
            self.follow(Occasion::Time, next);
            if self.resting {
                continue;
            }
            for rule in 0..self.program.rules.len() {
                let Some(trigger) = &self.program.rules[rule].trigger else { continue };
                if let Some(amount) = self.occurs(trigger, at) {
                    let next = self.happened.len();
                    self.react(rule, amount, at);
                    self.follow(Occasion::Time, next);
                }
            }
        }
        self.clock = self.clock.max(to);
        self.by_time = false;
        self.resting = resting;
    }

    /// The next instant after the clock at which anything at all may happen.
    fn next_instant(&self) -> Option<Micros> {
        let (zone, clock) = (self.program.zone, self.clock);
        let today = day(zone, clock);
        let mut candidates = vec![end(zone, today)];
        candidates.extend(self.wakes.range(clock + 1..).next());
        candidates.extend(self.next_due());
        for standing in &self.standings {
            candidates.extend(standing.until);
            candidates.extend(standing.grace);
            candidates.extend(standing.given.iter().map(|(_, end)| *end).filter(|end| *end != Micros::MAX));
        }
        for trigger in self.program.rules.iter().filter_map(|rule| rule.trigger.as_ref()) {
            match trigger {
                Trigger::Every(Every { at: Some(time), .. }) => {
                    candidates.extend((0..2).map(|days| instant(zone, (today + Days::new(days)).and_time(*time))));
                }
                Trigger::Yearly { before: Some(before), .. } if is_clock(before.unit) => {
                    let ahead = (0..40).map(|days| start(zone, today + Days::new(days)));
                    candidates.extend(ahead.map(|midnight| earlier(zone, midnight, *before)));
                }
                Trigger::Yearly { before: Some(before), .. } => {
                    let days = (0..2).map(|days| later_day(today + Days::new(days), *before));
                    candidates.extend(days.map(|day| earlier(zone, start(zone, day), *before)));
                }
                Trigger::BeforeExpiry { wallet, before } => {
                    let ends = self.expiries(*wallet).map(|(end, _)| earlier(zone, end, *before));
                    candidates.extend(ends.collect::<Vec<_>>());
                }
                Trigger::BeforeEnd { ladder, before } => {
                    candidates.extend(self.standings[*ladder].ends_at().map(|end| earlier(zone, end, *before)));
                }
                _ => {}
            }
        }
        candidates.into_iter().filter(|at| *at > clock).min()
    }

    /// Spendable lots that run out, with what is in them.
    fn expiries(&self, wallet: usize) -> impl Iterator<Item = (Micros, Exact)> {
        let spendable = move |lot: &&super::ledger::Lot| {
            lot.wallet == wallet && lot.vesting == super::ledger::Vesting::Done && lot.amount > zero()
        };
        self.lots.iter().filter(spendable).filter_map(|lot| Some((self.runs_out_at(lot)?, lot.amount.clone())))
    }

    /// Whether a trigger by the calendar comes about at an instant, and for how many points.
    fn occurs(&self, trigger: &Trigger, at: Micros) -> Option<Exact> {
        let zone = self.program.zone;
        let today = day(zone, at);
        let so_late = |length: Length| move |from: &Micros| later(zone, *from, length) == at;
        let happens = match trigger {
            Trigger::Moved(..) | Trigger::Ladder(..) | Trigger::Segment { .. } => false,
            Trigger::Every(every) => {
                let time = every.at.unwrap_or(NaiveTime::MIN);
                let days = [today.pred_opt().expect("a day"), today, today.succ_opt().expect("a day")];
                days.into_iter().any(|day| self.is_day_of(every, day) && instant(zone, day.and_time(time)) == at)
            }
            Trigger::Yearly { birthday, before } => {
                let (first, from) = if *birthday { (self.birthday()?, 0) } else { (day(zone, self.enrolled), 1) };
                let year = |years| later_day(first, Length { count: years, unit: TimeUnit::Year });
                let instant = |day| match before {
                    None => start(zone, day),
                    Some(before) => earlier(zone, start(zone, day), *before),
                };
                (from..200).any(|years| instant(year(years)) == at)
            }
            Trigger::Membership(of) => {
                let joined = day(zone, self.enrolled);
                let mut each = (1..).map(|number| begins(joined, *of, number)).take_while(|first| *first <= today);
                each.any(|first| start(zone, first) == at)
            }
            Trigger::BeforeExpiry { wallet, before } => {
                let due: Vec<Exact> = self
                    .expiries(*wallet)
                    .filter(|(end, _)| earlier(zone, *end, *before) == at)
                    .map(|(_, amount)| amount)
                    .collect();
                return (!due.is_empty()).then(|| due.iter().sum());
            }
            Trigger::BeforeEnd { ladder, before } => {
                self.standings[*ladder].ends_at().is_some_and(|end| earlier(zone, end, *before) == at)
            }
            Trigger::AfterLast { length, event } => {
                self.instants_of(event).max().as_ref().is_some_and(so_late(*length))
            }
            Trigger::After { length, event, without } => self.instants_of(event).filter(so_late(*length)).any(|from| {
                !without.is_some_and(|without| self.instants_of(without).any(|other| from <= other && other <= at))
            }),
        };
        happens.then(zero)
    }

    /// When events of a kind happened that were not undone.
    fn instants_of(&self, kind: &str) -> impl Iterator<Item = Micros> {
        let counts = move |known: &&std::rc::Rc<super::ledger::Known>| {
            known.event.kind == kind && !known.ignored && !known.kept.whole
        };
        self.known.iter().filter(counts).map(|known| known.event.at)
    }

    fn is_day_of(&self, every: &Every, day: NaiveDate) -> bool {
        if let Some(first) = every.from {
            let unit = match every.period {
                Period::Day => TimeUnit::Day,
                Period::Week => TimeUnit::Week,
                Period::Month => TimeUnit::Month,
                Period::Quarter => TimeUnit::Quarter,
                Period::Year | Period::HalfYear => TimeUnit::Year,
            };
            let times = |times| later_day(first, Length { count: every.count * times, unit });
            return (0..).map(times).take_while(|known| *known <= day).any(|known| known == day);
        }
        let within = period(day, every.period, self.program.week);
        let (first, last) = (within.start, within.end.pred_opt().expect("a day"));
        if number(every.period, first, self.program.week.year) % i64::from(every.count) != 0 {
            return false;
        }
        let matching = |wanted: Weekday| move |day: &NaiveDate| day.weekday() == wanted;
        let mut days = first.iter_days().take_while(|day| *day <= last);
        let found = match every.day {
            None => Some(first),
            Some(CalendarDay::Last) => Some(last),
            Some(CalendarDay::Number(number)) => days.take(number as usize).last(),
            Some(CalendarDay::Weekday(weekday)) => days.find(matching(weekday)),
            Some(CalendarDay::Nth(None, weekday)) => days.filter(matching(weekday)).last(),
            Some(CalendarDay::Nth(Some(nth), weekday)) => days.filter(matching(weekday)).take(nth as usize).last(),
            Some(CalendarDay::MonthDay(month, number)) => {
                days.filter(|day| day.month() == month && day.day() <= number).last()
            }
        };
        found == Some(day)
    }
}

/// Periods are counted from the year 0, weeks and days from 1970.
fn number(of: Period, first: NaiveDate, year: u32) -> i64 {
    let days = first.signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day")).num_days();
    let month = i64::from(first.year()) * 12 + i64::from(first.month0());
    match of {
        Period::Day => days,
        // The week that the third of 1970 or one of the six days before begins is the first.
        Period::Week => (days + 3).div_euclid(7),
        Period::Month => month,
        Period::Quarter => (month - i64::from(year) + 1) / 3,
        Period::HalfYear => (month - i64::from(year) + 1) / 6,
        Period::Year => (month - i64::from(year) + 1) / 12,
    }
}
