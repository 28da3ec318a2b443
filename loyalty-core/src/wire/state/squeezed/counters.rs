//! Counters and marks: their keys are mostly those of a counter before them, or the days and instants of the events.

use super::super::SavedCounter;
use super::super::counters::Counted;
use super::super::marks::{Marked, SavedMarks};
use super::super::values::{Amount, Moment, SavedValue};
use super::events::Events;
use super::{Shared, Values, list};
use crate::sorting::Arrange as _;
use crate::time::DAY;
use crate::wire::squeeze::{Amounts, Coder, Flag, Instants, Malformed, Number};

/// Of so many counters the keys are held against those of the next.
const LISTS_MAX: usize = 8;
/// So many of them are looked through for the next key.
const AHEAD_MAX: usize = 64;
/// Offsets of zones are whole quarters of an hour.
const QUARTER: i64 = DAY / 96;

/// What follows in a list that has been read up to a place.
fn ahead(keys: &[i64], from: usize, key: i64) -> Option<usize> {
    keys.iter().skip(from).take(AHEAD_MAX).position(|known| *known == key)
}

/// How many keys are those of a list, in its order.
fn alike(keys: &[i64], entries: &[Counted]) -> usize {
    let (mut from, mut count) = (0, 0);
    for Counted(key, ..) in entries {
        if let Some(gone) = ahead(keys, from, *key) {
            from += gone + 1;
            count += 1;
        }
    }
    count
}

#[derive(Default)]
struct Keys {
    as_known: Flag,
    skipped: Number,
    steps: Number,
}

impl Keys {
    /// A key, told from those of a list or from the one before.
    fn code(
        &mut self,
        coder: &mut dyn Coder,
        keys: &[i64],
        from: &mut usize,
        key: i64,
        before: i64,
    ) -> Result<i64, Malformed> {
        let found = ahead(keys, *from, key);
        if !self.as_known.code(coder, found.is_some())? {
            return Ok(before.wrapping_add(self.steps.signed(coder, key.wrapping_sub(before))?));
        }
        let skipped: usize = self.skipped.narrow(coder, found.unwrap_or_default() as u64)?;
        let at = from.saturating_add(skipped);
        *from = at.saturating_add(1);
        keys.get(at).copied().ok_or(Malformed)
    }
}

pub fn code(
    coder: &mut dyn Coder,
    shared: &mut Shared,
    events: &Events,
    counters: &mut Vec<SavedCounter>,
    offset: i64,
) -> Result<(), Malformed> {
    // The local days of the events, by the offset of one of them; a day that another offset makes another is told by itself.
    let mut numbers = Number::default();
    let offset = numbers.signed(coder, offset / QUARTER)?.wrapping_mul(QUARTER);
    let mut days: Vec<i64> = events.ats.iter().map(|at| at.wrapping_add(offset).div_euclid(DAY)).collect();
    days.arrange();
    days.dedup();
    let mut lists = vec![days];
    let (mut of_list, mut same_length, mut lengths) = (Number::default(), Flag::default(), Number::default());
    let (mut of_days, mut of_counters) = (Keys::default(), Keys::default());
    let (mut same_count, mut counts) = (Flag::default(), Number::default());
    list(coder, &mut numbers, counters, |coder, counter| {
        coder.part("names of counters and marks");
        shared.name(coder, &mut counter.key)?;
        shared.name(coder, &mut counter.by)?;
        coder.part("counters");
        let entries = &mut counter.entries;
        let best = if coder.reads() {
            0
        } else {
            let best = (0..lists.len()).max_by_key(|at| lists.get(*at).map(|keys| alike(keys, entries)));
            best.unwrap_or_default()
        };
        let back = of_list.narrow::<usize>(coder, (lists.len() - 1 - best) as u64)?;
        let best = (lists.len() - 1).checked_sub(back).ok_or(Malformed)?;
        let keys = lists.get(best).ok_or(Malformed)?;
        let model = if best == 0 { &mut of_days } else { &mut of_counters };
        let length = match same_length.code(coder, entries.len() == keys.len())? {
            true => keys.len(),
            false => lengths.narrow(coder, entries.len() as u64)?,
        };
        let (mut from, mut before, mut last) = (0, 0, 0);
        let mut sums = Amounts::default();
        for at in 0..length {
            coder.things(1)?;
            if coder.reads() {
                entries.push(Counted(0, 0, Amount::default()));
            }
            let Counted(key, count, sum) = entries.get_mut(at).ok_or(Malformed)?;
            *key = model.code(coder, keys, &mut from, *key, before)?;
            before = *key;
            *count = if same_count.code(coder, *count == last)? { last } else { counts.signed(coder, *count)? };
            last = *count;
            sum.0 = sums.code(coder, sum.0)?;
        }
        if lists.len() < LISTS_MAX {
            lists.push(entries.iter().map(|Counted(key, ..)| *key).collect());
        }
        Ok(())
    })
}

pub fn marks(
    coder: &mut dyn Coder,
    shared: &mut Shared,
    events: &Events,
    marks: &mut Vec<SavedMarks>,
) -> Result<(), Malformed> {
    let (mut numbers, mut lengths) = (Number::default(), Number::default());
    let (mut of_events, mut instants) = (Keys::default(), Instants::default());
    list(coder, &mut numbers, marks, |coder, of_measure| {
        coder.part("names of counters and marks");
        shared.name(coder, &mut of_measure.measure)?;
        coder.part("marks");
        let (mut from, mut before) = (0, 0);
        let mut values = Values::default();
        let length: usize = lengths.narrow(coder, of_measure.values.len() as u64)?;
        for at in 0..length {
            coder.things(1)?;
            if coder.reads() {
                of_measure.values.push(Marked(Moment(0), SavedValue::Missing));
            }
            let Marked(at, value) = of_measure.values.get_mut(at).ok_or(Malformed)?;
            // Far from all events the key is told as an instant.
            let known = ahead(&events.ats, from, at.0).is_some();
            if of_events.as_known.code(coder, known)? {
                let skipped = ahead(&events.ats, from, at.0).unwrap_or_default();
                let place = from + of_events.skipped.narrow::<u32>(coder, skipped as u64)? as usize;
                from = place + 1;
                *at = Moment(events.at(place).ok_or(Malformed)?);
            } else {
                *at = Moment(instants.code(coder, at.0, before)?);
            }
            before = at.0;
            values.code(coder, &mut shared.words, value, at.0)?;
        }
        Ok(())
    })
}
