//! When points end, by the forms of expiry.

use chrono::{Datelike, NaiveDate};

use super::calendar::{Micros, day, end, later_day, period, start, through};
use super::ledger::{End, Lot, Member, Vesting};
use super::measure::begins;
use super::program::{Activity, Expire, Length, Period, Wallet};

impl Member<'_> {
    /// The instant from which the lot's points are gone, as far as it is known.
    pub fn ends_at(&self, lot: &Lot) -> Option<Micros> {
        let zone = self.program.zone;
        match &lot.end {
            End::Never | End::AfterVesting(_) => None,
            // Points that have not vested outlive any inactivity.
            End::Idle(..) | End::Open if lot.vesting != Vesting::Done => None,
            End::At(at) => Some(self.moved(*at, lot.counted_from)),
            End::Over(at) => Some(*at),
            End::IdleAtLeast(length, without, until) => {
                let idle = Lot { end: End::Idle(*length, without.clone()), ..lot.clone() };
                self.ends_at(&idle).max(Some(self.until(lot, *until)))
            }
            End::Idle(length, without) => {
                let last = self.last_activity(lot.wallet, *length, without);
                let last = last.max(self.begun(lot, *length, without))?;
                Some(self.kept_until(last, *length))
            }
            End::Open => {
                let (from, length, without) = self.taken_over(lot)?;
                let last = self.last_activity(lot.wallet, length, &without).max(Some(start(zone, from)))?;
                Some(self.kept_until(last, length))
            }
        }
    }

    /// Until when points are there that shall not end before an instant.
    pub(super) fn until(&self, lot: &Lot, until: Micros) -> Micros {
        self.moved(until, lot.counted_from)
    }

    /// Nobody gets what is gone: where there was no activity yet, or its time is over, points that are new start the clock.
    pub(super) fn start_clock(&mut self, lot: &Lot, at: Micros) {
        if matches!(lot.end, End::Idle(..)) && self.kept_at(lot, at).is_none_or(|(.., end)| end <= at) {
            self.waits.push((lot.wallet, lot.end.clone(), at));
        }
    }

    /// The day that brought a form of inactivity, if a later form of the wallet has, and if it was in force for the lot.
    pub(super) fn begun(&self, lot: &Lot, length: Length, without: &Activity) -> Option<Micros> {
        let zone = self.program.zone;
        let wallet = &self.program.wallets[lot.wallet];
        let wanted = Expire::Inactivity { length, without: without.clone() };
        let says = |form: &Wallet| form.expire.iter().any(|(form, _)| *form == wanted);
        if says(wallet) {
            return None;
        }
        let (from, _) = wallet.later.iter().find(|(_, form)| says(form))?;
        (*from <= day(zone, lot.earned_at)).then(|| start(zone, *from))
    }

    /// The first form after the lot was earned under which points run out by inactivity, whatever else holds.
    pub(super) fn taken_over(&self, lot: &Lot) -> Option<(NaiveDate, Length, Activity)> {
        let earned = day(self.program.zone, lot.earned_at);
        let later = self.program.wallets[lot.wallet].later.iter().filter(|(from, _)| *from > earned);
        let mut found = later.filter_map(|(from, form)| match form.expire.last() {
            Some((Expire::Inactivity { length, without }, None)) => Some((*from, *length, without.clone())),
            _ => None,
        });
        found.next()
    }

    pub(super) fn last_activity(&self, wallet: usize, length: Length, without: &Activity) -> Option<Micros> {
        self.activities(wallet, length, without).into_iter().max()
    }

    /// All that counts as activity in a wallet for a form of inactivity.
    pub(super) fn activities(&self, wallet: usize, length: Length, without: &Activity) -> Vec<Micros> {
        let form = End::Idle(length, without.clone());
        let own = |list: &[(usize, End, Micros)]| -> Vec<Micros> {
            list.iter().filter(|(of, end, _)| *of == wallet && *end == form).map(|(_, _, at)| *at).collect()
        };
        let any = |list: &[(usize, Micros)]| -> Vec<Micros> {
            list.iter().filter(|(of, _)| *of == wallet).map(|(_, at)| *at).collect()
        };
        let mut found = match without {
            Activity::Events(kinds) => {
                let events = self.known.iter().filter(|known| !known.ignored && kinds.contains(&known.event.kind));
                events.map(|known| known.event.at).collect()
            }
            Activity::Earning => any(&self.earned),
            Activity::Any => [any(&self.earned), any(&self.spent)].concat(),
        };
        if !matches!(without, Activity::Events(_)) {
            found.extend(any(&self.vested));
        }
        found.extend(own(&self.waits));
        found
    }

    pub(super) fn end_of(&self, form: &Expire, start: Micros, vested: bool) -> End {
        let zone = self.program.zone;
        let today = day(zone, start);
        let reached = |after: &Option<Length>| after.map_or(today, |after| later_day(today, after));
        match form {
            Expire::Never => End::Never,
            Expire::Open => End::Open,
            Expire::Told(..) => panic!("it has become a day"),
            Expire::AfterEarning(length) => End::At(through(zone, start, *length)),
            Expire::AfterVesting(length) if vested => End::At(through(zone, start, *length)),
            Expire::AfterVesting(length) => End::AfterVesting(*length),
            Expire::EndOf { period: of, after } => {
                let next = period(reached(after), *of, self.program.week).end;
                End::At(super::calendar::start(zone, next))
            }
            Expire::OnDayOfNextYear { month, day } => End::At(end(zone, self.in_next_year(*month, *day, today))),
            Expire::OnDayOfNextMonth { day } => End::At(end(zone, self.in_next_month(*day, today))),
            Expire::EndOfMembership { of, after } => {
                let (joined, reached) = (day(zone, self.enrolled), reached(after));
                let mut each = (1..).map(|number| begins(joined, *of, number));
                let next = each.find(|begins| *begins > reached).expect("the day comes again");
                End::At(super::calendar::start(zone, next))
            }
            Expire::OnDay { month, day, after } => {
                let reached = reached(after);
                let in_year = |year| NaiveDate::from_ymd_opt(year, *month, *day).filter(|day| *day >= reached);
                let last = (reached.year()..).find_map(in_year).expect("the day comes again");
                End::At(end(zone, last))
            }
            Expire::Inactivity { length, without } => End::Idle(*length, without.clone()),
            Expire::At(last) => End::At(end(zone, *last)),
        }
    }

    /// That day of the month after that of another day, or the last day of it.
    pub(super) fn in_next_month(&self, of_month: u32, today: NaiveDate) -> NaiveDate {
        let next = period(today, Period::Month, self.program.week).end;
        let days = period(next, Period::Month, self.program.week);
        days.start.iter_days().take_while(|day| *day < days.end && day.day() <= of_month).last().expect("a first day")
    }

    /// The day of that date in the year after that of another day.
    pub(super) fn in_next_year(&self, month: u32, of_month: u32, today: NaiveDate) -> NaiveDate {
        let next = period(today, Period::Year, self.program.week).end;
        let days = period(next, Period::Year, self.program.week);
        let mut found = days.start.iter_days().take_while(|day| *day < days.end);
        found.find(|day| (day.month(), day.day()) == (month, of_month)).expect("a day of every year")
    }
}
