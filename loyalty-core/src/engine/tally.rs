//! Counters of a member: for measures, limits and caps alike, one sorted list of (counter, time key) entries.

mod ends;
#[cfg(test)]
mod tests;
mod totals;

use rust_decimal::Decimal;

use ends::Ends;
use totals::{LONG, Totals};

use super::horizon::turn_around;
use super::undo::{Rows, undo_all};
use crate::amount::{self, Overflow};
use crate::calendar::Calendar;
use crate::check::model::{Length, Per, Window};
use crate::plan::{Grain, TallyPlan};
use crate::time::{DAY, day_of};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    pub tally: u32,
    pub key: i64,
    pub count: i64,
    pub sum: Decimal,
}

/// Invariant: ascending by (tally, key), no entry with a count and a sum of zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tallies {
    /// Where members are loaded they are put in as they were; later they change through the methods alone, which keep the totals.
    pub entries: Rows<Entry>,
    ends: Ends,
    totals: Totals,
}

undo_all!(Tallies { entries, ends, totals });

/// A change of an entry, before it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub tally: u32,
    pub key: i64,
    pub count: i64,
    pub sum: Decimal,
}

/// What an entry will say, and its place among the others, or that where it will be.
pub type After = (Entry, usize);

pub type Changes = smallvec::SmallVec<[Change; 12]>;

/// Adds to the change of an entry.
pub fn change(changes: &mut Changes, tally: u32, key: i64, count: i64, sum: Decimal) -> Result<(), Overflow> {
    match changes.iter_mut().find(|change| change.tally == tally && change.key == key) {
        Some(change) => {
            change.count += count;
            change.sum = amount::add(change.sum, sum)?;
        }
        None => changes.push(Change { tally, key, count, sum }),
    }
    Ok(())
}

/// Adds one to the count of an entry.
pub fn count_once(changes: &mut Changes, tally: u32, key: i64) {
    match changes.iter_mut().find(|change| change.tally == tally && change.key == key) {
        Some(change) => change.count += 1,
        None => changes.push(Change { tally, key, count: 1, sum: Decimal::ZERO }),
    }
}

/// A total over several entries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Total {
    pub count: i64,
    pub sum: Decimal,
}

/// Where the stretches of a limit or cap are looked at from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub at: i64,
    /// Its local day.
    pub day: i32,
    /// When the member joined: its own years are counted from that local day.
    pub joined_at: i64,
}

impl Tallies {
    /// The place behind the last entry of a counter.
    #[inline]
    fn behind(&self, tally: u32) -> usize {
        self.ends.of(&self.entries, tally)
    }

    /// The place of the first entry of a counter.
    #[inline]
    fn first_of(&self, tally: u32) -> usize {
        tally.checked_sub(1).map_or(0, |before| self.behind(before))
    }

    /// The place of an entry, or that where it would be: nearly always that of the newest of its counter, or behind it.
    fn place(&self, tally: u32, key: i64) -> usize {
        let end = self.behind(tally);
        match self.entries.get(..end).and_then(<[Entry]>::last) {
            Some(last) if last.tally == tally && last.key == key => end - 1,
            Some(last) if last.tally == tally && last.key > key => {
                let start = self.first_of(tally);
                let entries = self.entries.get(start..end).unwrap_or(&[]);
                start + entries.partition_point(|entry| entry.key < key)
            }
            _ => end,
        }
    }

    /// Whether an entry that is not there would stand at that place.
    fn fits(&self, place: usize, wanted: &Entry) -> bool {
        let rank = |entry: &Entry| (entry.tally, entry.key);
        let around = self.entries.split_at_checked(place);
        around.is_some_and(|(before, behind)| {
            before.last().is_none_or(|entry| rank(entry) < rank(wanted))
                && behind.first().is_none_or(|entry| rank(entry) > rank(wanted))
        })
    }

    /// What an entry would come to, without changing it; and its place, or that where it would be.
    pub fn after(&self, change: &Change) -> Result<After, Overflow> {
        let Change { tally, key, count, sum } = *change;
        let place = self.place(tally, key);
        let before = self.entries.get(place).filter(|entry| entry.tally == tally && entry.key == key);
        let Some(before) = before else { return Ok((Entry { tally, key, count, sum }, place)) };
        let count = before.count.checked_add(count).ok_or(Overflow)?;
        // What only counts adds up to nothing.
        let sum = if sum.is_zero() { before.sum } else { amount::add(before.sum, sum)? };
        Ok((Entry { tally, key, count, sum }, place))
    }

    /// Puts an entry in the place of the one with its key. It is looked for at `near` first, where it was.
    pub fn put(&mut self, entry: Entry, near: usize) {
        let nothing = entry.count == 0 && entry.sum.is_zero();
        match self.entries.get(near) {
            Some(known) if known.tally == entry.tally && known.key == entry.key && !nothing => {
                self.totals.put(Some(known), &entry);
                self.entries.set(near, entry);
            }
            _ => self.put_anew(entry, near, nothing),
        }
    }

    /// The same of one that comes or goes, or is not where it was.
    #[inline(never)]
    fn put_anew(&mut self, entry: Entry, near: usize, nothing: bool) {
        let same = |known: &Entry| known.tally == entry.tally && known.key == entry.key;
        let place = match self.entries.get(near) {
            Some(known) if same(known) => near,
            _ if self.fits(near, &entry) => near,
            _ => self.place(entry.tally, entry.key),
        };
        let before = self.entries.get(place).filter(|known| same(known));
        if before.is_some() || !nothing {
            self.totals.put(before, &entry);
        }
        match before.is_some() {
            true if nothing => drop(self.entries.remove(place)),
            true => self.entries.set(place, entry),
            false if nothing => {}
            false => {
                self.note(entry.tally);
                self.entries.insert(place, entry);
                self.ends.grown(entry.tally);
                self.keep_total(entry.tally, place);
            }
        }
    }

    /// Begins to keep the total of a counter that has grown long with the entry at that place.
    fn keep_total(&mut self, tally: u32, place: usize) {
        let long =
            place.checked_sub(LONG).and_then(|first| self.entries.get(first)).filter(|first| first.tally == tally);
        if long.is_some() && self.totals.has_room() && self.totals.of(tally).is_none() {
            let entries = self.entries.get(self.first_of(tally)..self.behind(tally)).unwrap_or(&[]);
            self.totals.keep(tally, entries);
        }
    }

    /// Takes out entries of a counter.
    pub fn take_out(&mut self, mut gone: impl FnMut(&Entry) -> bool) {
        self.totals.clear();
        self.entries.retain(|entry| !gone(entry));
    }

    /// Notes where the entries of a counter end, and those before them.
    fn note(&mut self, tally: u32) {
        for tally in [tally.saturating_sub(1), tally] {
            self.ends.note(tally, self.behind(tally));
        }
    }

    pub fn add(&mut self, change: &Change) -> Result<(), Overflow> {
        let (entry, place) = self.after(change)?;
        self.put(entry, place);
        Ok(())
    }

    /// The entries of a counter with keys from `from` to `to`, both included.
    pub fn between(&self, tally: u32, from: i64, to: i64) -> &[Entry] {
        let end = self.behind(tally);
        // Most windows hold the newest entry alone, or none.
        match self.entries.get(..end).unwrap_or(&[]) {
            [.., last] if last.tally != tally || last.key < from => return &[],
            [.., before, last] if last.key <= to && (before.tally != tally || before.key < from) => {
                return core::slice::from_ref(last);
            }
            _ => {}
        }
        let entries = self.entries.get(self.first_of(tally)..end).unwrap_or(&[]);
        let from = match entries.first() {
            Some(first) if first.key >= from => 0,
            _ => entries.partition_point(|entry| entry.key < from),
        };
        let to = match entries.last() {
            Some(last) if last.key > to => entries.partition_point(|entry| entry.key <= to),
            _ => entries.len(),
        };
        entries.get(from..to).unwrap_or(&[])
    }

    /// What the counts of some entries come to.
    pub fn count(&self, tally: u32, from: i64, to: i64) -> Result<i64, Overflow> {
        let count = |entries: &[Entry]| entries.iter().try_fold(0_i64, |sum, entry| sum.checked_add(entry.count));
        let inside = self.between(tally, from, to);
        if let Some((total, [before, after])) = self.outside(tally, from, inside.len()) {
            return Ok(total.count - count(before).ok_or(Overflow)? - count(after).ok_or(Overflow)?);
        }
        count(inside).ok_or(Overflow)
    }

    /// What the sums of some entries come to.
    pub fn sum(&self, tally: u32, from: i64, to: i64) -> Result<Decimal, Overflow> {
        // Until the first entries leave a long window, it holds all.
        if let Some(total) = self.totals.of(tally)
            && let Some([first, .., last]) = self.entries.get(self.first_of(tally)..self.behind(tally))
            && from <= first.key
            && last.key <= to
        {
            return Ok(total.sum);
        }
        let sum = |entries: &[Entry]| amount::sum(entries.iter().map(|entry| entry.sum));
        let inside = self.between(tally, from, to);
        if let Some((total, [before, after])) = self.outside(tally, from, inside.len()) {
            let outside = amount::add(sum(before)?, sum(after)?)?;
            debug_assert_eq!(amount::subtract(total.sum, outside), sum(inside));
            return amount::subtract(total.sum, outside);
        }
        sum(inside)
    }

    /// Where a window holds so many entries from a key on that adding up the others takes less: the total of the counter, and what
    /// of it lies before and behind the window.
    fn outside(&self, tally: u32, from: i64, inside: usize) -> Option<(Total, [&[Entry]; 2])> {
        if inside < LONG {
            return None;
        }
        let total = self.totals.of(tally)?;
        let entries = self.entries.get(self.first_of(tally)..self.behind(tally))?;
        let begin = entries.partition_point(|entry| entry.key < from);
        let (before, after) = (entries.get(..begin)?, entries.get(begin + inside..)?);
        (before.len() + after.len() < inside).then_some((total, [before, after]))
    }

    pub fn total(&self, tally: u32, from: i64, to: i64) -> Result<Total, Overflow> {
        Ok(Total { count: self.count(tally, from, to)?, sum: self.sum(tally, from, to)? })
    }

    /// The keys that a limit or cap looks at, seen from an instant; both included.
    pub fn per_keys(&self, tally: u32, per: Option<Per>, grain: Grain, calendar: &Calendar, seen: Seen) -> (i64, i64) {
        let Some(Per::FromFirst(length)) = per else { return per_keys(per, grain, calendar, seen) };
        let now = key(grain, calendar, seen.at, seen.day);
        let begun = stretches(self.between(tally, i64::MIN, now), length).last();
        // A use that lies in none begins the next; what comes later counts, too, where this one is late.
        let (from, end) = begun.filter(|(_, end)| now < *end).unwrap_or((now, end_of(now, length)));
        (from, end.saturating_sub(1))
    }

    /// The most that is counted in one of the stretches of a limit that an instant lies in, or that a use then would make more than
    /// is `allowed`.
    pub fn most_counted(
        &self,
        tally: u32,
        (per, allowed): (Option<Per>, i64),
        grain: Grain,
        calendar: &Calendar,
        seen: Seen,
    ) -> Result<i64, Overflow> {
        let add = |sum: i64, entry: &Entry| sum.checked_add(entry.count).ok_or(Overflow);
        let take = |sum: i64, entry: &Entry| sum.checked_sub(entry.count).ok_or(Overflow);
        self.most(tally, (per, allowed), (grain, calendar, seen), (0, add, take))
    }

    /// The same of what is summed up for a cap.
    pub fn most_summed(
        &self,
        tally: u32,
        (per, allowed): (Option<Per>, Decimal),
        grain: Grain,
        calendar: &Calendar,
        seen: Seen,
    ) -> Result<Decimal, Overflow> {
        let add = |sum: Decimal, entry: &Entry| amount::add(sum, entry.sum);
        let take = |sum: Decimal, entry: &Entry| amount::subtract(sum, entry.sum);
        self.most(tally, (per, allowed), (grain, calendar, seen), (Decimal::ZERO, add, take))
    }

    /// A rolling stretch ends with each use. What is late lies in those of later uses, too, and each has to have room for it.
    fn most<T: Copy + PartialOrd>(
        &self,
        tally: u32,
        (per, allowed): (Option<Per>, T),
        (grain, calendar, seen): (Grain, &Calendar, Seen),
        (none, add, take): (T, impl Fn(T, &Entry) -> Result<T, Overflow>, impl Fn(T, &Entry) -> Result<T, Overflow>),
    ) -> Result<T, Overflow> {
        let (from, to) = self.per_keys(tally, per, grain, calendar, seen);
        let now = key(grain, calendar, seen.at, seen.day);
        let length = match per {
            Some(Per::Rolling(length)) => length,
            Some(Per::FromFirst(length)) if from == now => {
                return self.most_from_first(tally, (now, length), allowed, (none, add));
            }
            _ => return self.between(tally, from, to).iter().try_fold(none, add),
        };
        let entries = self.between(tally, from, i64::MAX);
        let (so_far, later) = entries.split_at(entries.partition_point(|entry| entry.key <= to));
        let mut sum = so_far.iter().try_fold(none, &add)?;
        let mut most = sum;
        let mut oldest = entries.iter().peekable();
        for entry in later {
            let (at, day) =
                if grain == Grain::Instant { (entry.key, calendar.day_at(entry.key)) } else { (0, entry.key as i32) };
            let (from, _) = rolling_keys(length, grain, calendar, at, day);
            if from > now {
                break;
            }
            sum = add(sum, entry)?;
            while let Some(gone) = oldest.next_if(|oldest| oldest.key < from) {
                sum = take(sum, gone)?;
            }
            if sum > most {
                most = sum;
            }
        }
        Ok(most)
    }

    /// A late use that lies in no stretch begins one, and those after it begin elsewhere, as long as they do not meet the ones before:
    /// none of them may hold more than is allowed. They do not hold this use, so that one that is full has room enough.
    fn most_from_first<T: Copy + PartialOrd>(
        &self,
        tally: u32,
        (now, length): (i64, Length),
        allowed: T,
        (none, add): (T, impl Fn(T, &Entry) -> Result<T, Overflow>),
    ) -> Result<T, Overflow> {
        let end = end_of(now, length);
        let (used, later) = (self.between(tally, now, end.saturating_sub(1)), self.between(tally, end, i64::MAX));
        if later.is_empty() {
            return used.iter().try_fold(none, add);
        }
        let mut before = stretches(self.between(tally, now, i64::MAX), length).map(|(from, _)| from).peekable();
        for (from, end) in stretches(later, length) {
            while before.next_if(|before| *before < from).is_some() {}
            if before.peek() == Some(&from) {
                break;
            }
            let sum = self.between(tally, from, end.saturating_sub(1)).iter().try_fold(none, &add)?;
            if sum > allowed {
                return Ok(sum);
            }
        }
        used.iter().try_fold(none, add)
    }

    /// The ends of the stretches that begin with a first entry each, as keys.
    pub fn ends_from_first(&self, tally: u32, length: Length) -> impl Iterator<Item = i64> {
        stretches(self.between(tally, i64::MIN, i64::MAX), length).map(|(_, end)| end)
    }

    /// Forgets what no window can reach any more on that day.
    pub fn forget(&mut self, plans: &[TallyPlan], calendar: &Calendar, today: i32) {
        let begun = self.still_begun(plans, calendar, today);
        let kept = |entry: &Entry| {
            let Some(plan) = plans.get(entry.tally as usize) else { return false };
            let Some(keep) = plan.keep_days else { return true };
            if plan.from_first.is_some() {
                return begun.iter().any(|(tally, from)| *tally == entry.tally && *from <= entry.key);
            }
            last_day(plan.grain, calendar, entry.key) >= today.saturating_sub(keep)
        };
        // Where the first entry of a counter stays, the later ones do.
        if !self.counters().filter_map(|entries| entries.first()).all(kept) {
            self.take_out(|entry| !kept(entry));
        }
        // What has come of a saved state, or has been drawn together, is noted here by and by.
        let noted = plans.len().min(ends::NOTED) as u32;
        (0..noted).for_each(|tally| self.note(tally));
    }

    /// The entries of each counter that has any.
    fn counters(&self) -> impl Iterator<Item = &[Entry]> {
        let mut rest = &*self.entries;
        core::iter::from_fn(move || {
            let tally = rest.first()?.tally;
            let (entries, others) = rest.split_at(rest.partition_point(|entry| entry.tally == tally));
            rest = others;
            Some(entries)
        })
    }

    /// Of each counter that is read from a first entry on, where the first stretch begins that is still to be remembered. Those
    /// before it go as a whole, so that the others begin where they did.
    fn still_begun(&self, plans: &[TallyPlan], calendar: &Calendar, today: i32) -> Vec<(u32, i64)> {
        let mut found = Vec::new();
        for entries in self.counters() {
            let Some(plan) = entries.first().and_then(|entry| plans.get(entry.tally as usize)) else { continue };
            let (Some(length), Some(keep)) = (plan.from_first, plan.keep_days) else { continue };
            let day = today.saturating_sub(keep);
            let oldest = key(plan.grain, calendar, calendar.start_of(day), day);
            let kept = stretches(entries, length).find(|(_, end)| *end > oldest);
            found.extend(kept.and_then(|(from, _)| Some((entries.first()?.tally, from))));
        }
        found
    }
}

/// The stretches of a length that the entries of a counter lie in: each begins with the first entry after the one before it.
fn stretches(entries: &[Entry], length: Length) -> impl Iterator<Item = (i64, i64)> {
    let mut rest = entries;
    core::iter::from_fn(move || {
        let from = rest.first()?.key;
        let end = end_of(from, length);
        rest = rest.get(rest.partition_point(|entry| entry.key < end)..).unwrap_or(&[]);
        Some((from, end))
    })
}

/// The key with which a stretch is over that begins with another.
fn end_of(from: i64, length: Length) -> i64 {
    match crate::calendar::clock_micros(length) {
        Some(micros) => from.saturating_add(micros),
        None => i64::from(Calendar::day_plus(from as i32, length)),
    }
}

/// The last local day (roughly, for instants) that an entry speaks of.
fn last_day(grain: Grain, calendar: &Calendar, key: i64) -> i32 {
    match grain {
        Grain::Ever => i32::MAX,
        Grain::Period(period) => calendar.first_day(period, key.saturating_add(1)).saturating_sub(1),
        Grain::Day => key as i32,
        Grain::Instant => key.div_euclid(DAY) as i32 + 1,
    }
}

/// The key under which something at that instant is counted.
pub fn key(grain: Grain, calendar: &Calendar, at: i64, day: i32) -> i64 {
    match grain {
        Grain::Ever => 0,
        Grain::Period(period) => calendar.period_of(period, day),
        Grain::Day => i64::from(day),
        Grain::Instant => at,
    }
}

/// The keys that a window of a measure spans, seen from an instant; both included.
pub fn window_keys(window: Window, grain: Grain, calendar: &Calendar, at: i64, day: i32) -> (i64, i64) {
    let days = |from: i32, to: i32| match grain {
        Grain::Instant => (calendar.start_of(from), calendar.start_of(to.saturating_add(1)).saturating_sub(1)),
        _ => (i64::from(from), i64::from(to)),
    };
    match (window, grain) {
        (_, Grain::Ever) => (0, 0),
        // Those of a member's own are known to `measures` alone.
        (Window::AllTime | Window::Own { .. }, _) => (i64::MIN, i64::MAX),
        (Window::This(_), Grain::Period(period)) => {
            let number = calendar.period_of(period, day);
            (number, number)
        }
        (Window::Periods { back, count, .. }, Grain::Period(period)) => {
            let first = calendar.period_of(period, day) - i64::from(back);
            (first, first + i64::from(count) - 1)
        }
        (Window::This(period), _) => {
            let number = calendar.period_of(period, day);
            days(calendar.first_day(period, number), calendar.first_day(period, number + 1) - 1)
        }
        (Window::Periods { period, back, count }, _) => {
            let first = calendar.period_of(period, day) - i64::from(back);
            days(calendar.first_day(period, first), calendar.first_day(period, first + i64::from(count)) - 1)
        }
        (Window::Rolling(length), _) => rolling_keys(length, grain, calendar, at, day),
        (Window::Range { from, to }, Grain::Instant | Grain::Day) => {
            days(from.map_or(0, day_of), to.map_or(i32::MAX / 2, day_of))
        }
        (Window::Range { .. }, Grain::Period(_)) => (i64::MIN, i64::MAX),
    }
}

fn rolling_keys(length: Length, grain: Grain, calendar: &Calendar, at: i64, day: i32) -> (i64, i64) {
    match (crate::calendar::clock_micros(length), grain) {
        (Some(micros), _) => (at.saturating_sub(micros).saturating_add(1), at),
        (None, Grain::Instant) => {
            (calendar.start_of(Calendar::day_minus(day, length).saturating_add(1)), calendar.start_of(day + 1) - 1)
        }
        (None, _) => (i64::from(Calendar::day_minus(day, length)) + 1, i64::from(day)),
    }
}

/// The same of stretches that the calendar knows.
fn per_keys(per: Option<Per>, grain: Grain, calendar: &Calendar, Seen { at, day, joined_at }: Seen) -> (i64, i64) {
    match per {
        None | Some(Per::Order) => (0, 0),
        Some(Per::Period(period)) => {
            let number = calendar.period_of(period, day);
            (number, number)
        }
        Some(Per::Membership(each)) => {
            let (from, next) = turn_around(calendar.day_at(joined_at), day, each);
            (i64::from(from), i64::from(next) - 1)
        }
        Some(Per::Rolling(length) | Per::FromFirst(length)) => rolling_keys(length, grain, calendar, at, day),
    }
}
