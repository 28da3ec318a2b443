//! Counters, by name, each with what its entries count by, and what measures have counted of orders that may come back.

use super::saved::saved;
use super::squeezed::Shared;
use super::stretches::{Found, Stretches};
use super::values::Amount;
use super::{MigrationReport, SavedCounter, Snapshot, StateError, places};
use crate::amount::Overflow;
use crate::engine::member::Member;
use crate::engine::returns::Uncounted;
use crate::engine::tally::{Change, Entry, Tallies};
use crate::plan::{MeasurePlan, Plan, in_force};
use crate::sorting::Arrange as _;
use crate::wire::squeeze::{Coder, Flag, Malformed, Number};

/// Time key, count, sum.
#[derive(Default)]
pub struct Counted(pub i64, pub i64, pub Amount);

saved! { Counted(key, count, sum) }

/// What a form of a measure counts, as a digest.
#[derive(Default)]
pub struct SavedForm {
    /// The key of its counter.
    counter: String,
    /// The day from which the form held; nothing for the first.
    from: Option<i32>,
    rating: u32,
}

saved! { SavedForm { counter, from, rating } }

impl SavedForm {
    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        (dated, days): (&mut Flag, &mut Number),
    ) -> Result<(), Malformed> {
        shared.name(coder, &mut self.counter)?;
        self.from = match dated.code(coder, self.from.is_some())? {
            true => {
                let day = days.signed(coder, i64::from(self.from.unwrap_or_default()))?;
                Some(i32::try_from(day).map_err(|_| Malformed)?)
            }
            false => None,
        };
        self.rating = coder.plain(32, u64::from(self.rating))? as u32;
        Ok(())
    }
}

/// An order that some measures do not hold, by its place among the remembered events, and those measures by the keys of their
/// counters.
#[derive(Default)]
pub struct SavedUncounted {
    order: u32,
    counters: Vec<String>,
}

saved! { SavedUncounted { order, counters } }

/// What was learnt of such orders.
#[derive(Default)]
pub struct Uncounting {
    places: Number,
    last: u32,
    as_before: Flag,
    lengths: Number,
    before: Vec<String>,
}

impl SavedUncounted {
    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        learnt: &mut Uncounting,
    ) -> Result<(), Malformed> {
        let step = learnt.places.signed(coder, i64::from(self.order) - i64::from(learnt.last))?;
        self.order = u32::try_from(i64::from(learnt.last).wrapping_add(step)).map_err(|_| Malformed)?;
        learnt.last = self.order;
        if learnt.as_before.code(coder, self.counters == learnt.before)? {
            coder.things(learnt.before.len())?;
            self.counters.clone_from(&learnt.before);
            return Ok(());
        }
        super::squeezed::list(coder, &mut learnt.lengths, &mut self.counters, |coder, key| shared.name(coder, key))?;
        learnt.before.clone_from(&self.counters);
        Ok(())
    }
}

/// The entries of each counter that has any, under its number.
fn by_counter(tallies: &Tallies) -> impl Iterator<Item = (u32, &[Entry])> {
    let counters = tallies.entries.chunk_by(|one, other| one.tally == other.tally);
    counters.filter_map(|entries| Some((entries.first()?.tally, entries)))
}

pub fn save(plan: &Plan, tallies: &Tallies) -> Vec<SavedCounter> {
    let counters = by_counter(tallies).map(|(tally, entries)| {
        let key = plan.tallies.get(tally as usize).map_or(String::new(), |tally| tally.key.to_string());
        let entries = entries.iter().map(|entry| Counted(entry.key, entry.count, Amount(entry.sum)));
        SavedCounter { key, by: Stretches::of(plan, tally).to_string(), entries: entries.collect() }
    });
    counters.collect()
}

/// A counter that counts by other stretches than it did.
pub struct Regrouped {
    pub tally: u32,
    then: Stretches<'static>,
}

/// Takes over what the program still counts.
pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    report: &mut MigrationReport,
) -> Result<Vec<Regrouped>, StateError> {
    let places = places(plan.tallies.iter().map(|tally| &*tally.key));
    let mut regrouped = Vec::new();
    let mut entries = Vec::new();
    for counter in &saved.counters {
        let Some(tally) = places.get(counter.key.as_str()) else {
            report.dropped.push(format!("counter `{}`", counter.key));
            continue;
        };
        let tally = *tally as u32;
        let own = counter.entries.iter();
        let own = own.map(|Counted(key, count, sum)| Entry { tally, key: *key, count: *count, sum: sum.0 });
        let now = Stretches::of(plan, tally);
        let then = &counter.by;
        if now.to_string() == *then {
            entries.extend(own);
            continue;
        }
        let unread = || StateError::new(format!("counter `{}` counts by `{then}`", counter.key));
        let before = Stretches::read(then, plan).ok_or_else(unread)?;
        let lost = regroup(own, (&before, &now), member.clock, &mut entries);
        if lost.map_err(|_| StateError::new(format!("counter `{}` is too large", counter.key)))? {
            report.loses(format!(
                "counter `{}` goes by `{now}`, and went by `{then}`: what was counted in a stretch that is \
                 none any more counts where it ended, or not at all if they are shorter now",
                counter.key
            ));
        }
        regrouped.push(Regrouped { tally, then: before });
    }
    member.tallies.entries.extend(entries);
    member.tallies.entries.rework(|entries| {
        entries.arrange_by_key(|entry| (entry.tally, entry.key));
        entries.dedup_by_key(|entry| (entry.tally, entry.key));
    });
    Ok(regrouped)
}

/// Puts entries of a counter where they lie by other stretches. Tells whether some do not lie in one of them.
fn regroup(
    entries: impl Iterator<Item = Entry>,
    (then, now): (&Stretches<'_>, &Stretches<'_>),
    clock: i64,
    regrouped: &mut Vec<Entry>,
) -> Result<bool, Overflow> {
    let mut moved = Tallies::default();
    let mut lost = false;
    for Entry { tally, key, count, sum } in entries {
        let found = then.find(key, now, clock);
        lost |= !matches!(found, Found::Within(_));
        if let Found::Within(key) | Found::Across(key) = found {
            moved.add(&Change { tally, key, count, sum })?;
        }
    }
    regrouped.extend(moved.entries.iter().copied());
    Ok(lost)
}

/// Whether what comes back leaves a measure: only then it matters what it has counted. Single values are taken out by
/// themselves alone.
fn gives_back(plan: &Plan, measure: &MeasurePlan) -> bool {
    let event = measure.event.and_then(|event| plan.events.get(usize::from(event)));
    measure.revoke && measure.tally.is_some() && event.is_some_and(|event| event.kind.returnable())
}

fn key_of<'p>(plan: &'p Plan, measure: &MeasurePlan) -> &'p str {
    let tally = measure.tally.and_then(|tally| plan.tallies.get(tally as usize));
    tally.map_or("", |tally| &tally.key)
}

/// What measures have counted of orders that may come back; of none where there are none.
pub fn save_forms(plan: &Plan, member: &Member) -> Vec<SavedForm> {
    if member.log.iter().all(|record| record.order.is_empty()) {
        return Vec::new();
    }
    let mut saved: Vec<SavedForm> = Vec::new();
    for measure in plan.measures.iter().filter(|measure| gives_back(plan, measure)) {
        let key = key_of(plan, measure);
        if saved.iter().any(|known| known.counter == key) {
            continue;
        }
        for form in &measure.forms {
            let from = (form.from != i32::MIN).then_some(form.from);
            saved.push(SavedForm { counter: key.to_owned(), from, rating: form.value.rating });
        }
    }
    saved
}

pub fn save_uncounted(plan: &Plan, member: &Member) -> Vec<SavedUncounted> {
    let saved = member.uncounted.iter().filter_map(|known| {
        let measures = known.measures.iter().filter_map(|measure| plan.measures.get(usize::from(*measure)));
        let mut counters: Vec<String> = measures.map(|measure| key_of(plan, measure).to_owned()).collect();
        counters.dedup();
        Some(SavedUncounted { order: member.log.place_of(known.order)? as u32, counters })
    });
    saved.collect()
}

/// Finds for each order that may come back the measures that count it now and did not when it came, or counted something
/// else of it: nothing of it leaves them.
pub fn restore_uncounted(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    regrouped: &[Regrouped],
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    for known in &saved.uncounted {
        if member.log.hash_at(known.order as usize).is_none() {
            return Err(StateError::new("an order that is not remembered and that measures do not hold"));
        }
    }
    if saved.program == plan.text && saved.uncounted.is_empty() {
        return Ok(());
    }
    let mut found = Vec::new();
    for (place, record) in member.log.iter().enumerate().filter(|(_, record)| !record.order.is_empty()) {
        let day = plan.calendar.day_at(record.at);
        let known = saved.uncounted.iter().find(|known| known.order as usize == place);
        let mut measures = Vec::new();
        for (number, measure) in plan.measures.iter().enumerate() {
            if measure.event != Some(record.event) || !gives_back(plan, measure) {
                continue;
            }
            let key = key_of(plan, measure);
            let before = known.is_some_and(|known| known.counters.iter().any(|own| own == key));
            let forms = saved.counted_of.iter().filter(|form| form.counter == key);
            let forms = forms.filter(|form| form.from.is_none_or(|from| from <= day));
            let then = forms.max_by_key(|form| form.from).map(|form| form.rating);
            let now = in_force(&measure.forms, day).map(|form| form.rating);
            let other = regrouped.iter().find(|other| Some(other.tally) == measure.tally);
            let kept = other.is_none_or(|other| {
                other.then.keeps(&Stretches::of(plan, other.tally), (record.at, day), member.clock)
            });
            if before || then != now || !kept {
                measures.push(number as u16);
            }
            if then.is_some() && then != now && !before {
                report.loses(format!(
                    "what counter `{key}` counted of an order of before: it does not leave with the order"
                ));
            }
        }
        if !measures.is_empty() {
            found.push(Uncounted { order: crate::engine::log::hash(record.id), at: record.at, measures });
        }
    }
    if !found.is_empty() {
        member.uncounted.extend(found);
    }
    Ok(())
}
