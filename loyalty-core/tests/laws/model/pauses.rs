//! When the account rests, and how ends move by the days of a pause in which no points run out.

use super::calendar::{Micros, day, later, start, through};
use super::event::{Event, Field};
use super::ledger::{End, Lot, Member};
use super::program::{Length, TimeUnit};

/// From the first instant until before the second; one that is not over has none.
#[derive(Debug, Clone)]
pub struct Pause {
    pub from: Micros,
    pub to: Option<Micros>,
    pub frozen: bool,
}

impl Pause {
    fn covers(&self, at: Micros) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

impl Member<'_> {
    /// A pause, or the end of one; it does not reach back.
    pub(super) fn pause_or_resume(&mut self, event: &Event) {
        let at = event.at.max(self.clock);
        self.clock = at;
        let open = self.pauses.iter_mut().find(|pause| pause.to.is_none());
        match (event.kind.as_str(), open) {
            ("pause", None) => {
                let frozen = event.fields.get("freeze_expiry") == Some(&Field::Flag(true));
                self.pauses.push(Pause { from: at, to: None, frozen });
            }
            ("resume", Some(pause)) => pause.to = Some(at),
            _ => {}
        }
    }

    /// Whether no rule and no measure sees what happens at an instant.
    pub fn rests_at(&self, at: Micros) -> bool {
        self.pauses.iter().any(|pause| pause.covers(at))
    }

    /// By how many days a frozen pause moves what is counted from an instant on; of one that is not over, by those until now.
    fn days_of(&self, pause: &Pause, counted_from: Micros) -> u32 {
        let zone = self.program.zone;
        let to = day(zone, pause.to.unwrap_or(self.clock));
        let from = day(zone, pause.from).max(day(zone, counted_from));
        u32::try_from(to.signed_duration_since(from).num_days()).unwrap_or(0)
    }

    /// An end of points that are counted from an instant on, where the pauses since have put it.
    pub(super) fn moved(&self, mut end: Micros, counted_from: Micros) -> Micros {
        let zone = self.program.zone;
        // What had ended before a pause began is not put off by it.
        for pause in self.pauses.iter().filter(|pause| pause.frozen) {
            let days = Length { count: self.days_of(pause, counted_from), unit: TimeUnit::Day };
            if end <= pause.from || days.count == 0 {
                continue;
            }
            let at_midnight = start(zone, day(zone, end)) == end;
            let moved = later(zone, end, days);
            end = if at_midnight { start(zone, day(zone, moved)) } else { moved };
        }
        end
    }

    /// Until when an activity keeps points.
    pub(super) fn kept_until(&self, activity: Micros, length: Length) -> Micros {
        let zone = self.program.zone;
        let mut last = activity;
        for pause in self.pauses.iter().filter(|pause| pause.frozen) {
            let days = Length { count: self.days_of(pause, last), unit: TimeUnit::Day };
            if through(zone, last, length) > pause.from && days.count > 0 {
                last = later(zone, last, days);
            }
        }
        through(zone, last, length)
    }

    /// When points run out, unless they do not age now.
    pub(super) fn runs_out_at(&self, lot: &Lot) -> Option<Micros> {
        let end = self.ends_at(lot)?;
        if matches!(lot.end, End::Over(_)) {
            return Some(end);
        }
        // What had ended by then has ended.
        let frozen = self.pauses.iter().find(|pause| pause.to.is_none() && pause.frozen);
        frozen.is_none_or(|pause| end <= pause.from).then_some(end)
    }
}
