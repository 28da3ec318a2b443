//! Saved state in bytes, told by what is to be expected: most of it follows from what stands before.
//!
//! One function for each part describes it in both directions (see [`crate::wire::squeeze`]). The single events come first.
//! What they granted tells what lots to expect in the wallets, and their days what keys the counters have.

mod counters;
mod events;
mod rest;
mod wallets;

use super::Snapshot;
use super::counters::Uncounting;
use super::pack::SavedRating;
use super::saved::Saved;
use super::tags::Told;
use super::values::{Amount, Moment, SavedValue};
use crate::wire::squeeze::{Amounts, Coder, Decoder, Encoder, Flag, Instants, Malformed, Number, Small, Texts, Words};
use events::Events;
use rest::Rest;

/// The bytes.
pub fn write(snapshot: &mut Snapshot, offset: i64) -> Vec<u8> {
    let mut coder = Encoder::default();
    // Writing passes over what is there, and there is nothing to be malformed.
    let _ = code(&mut coder, snapshot, offset);
    coder.finish()
}

/// How many bits each part takes.
pub fn measure(snapshot: &mut Snapshot, offset: i64) -> Vec<(&'static str, u64)> {
    let mut coder = Encoder::measuring();
    let _ = code(&mut coder, snapshot, offset);
    coder.measured()
}

pub fn read(bytes: &[u8]) -> Result<Snapshot, Malformed> {
    let mut coder = Decoder::new(bytes);
    let mut snapshot = Snapshot::default();
    code(&mut coder, &mut snapshot, 0)?;
    coder.finish()?;
    Ok(snapshot)
}

/// What columns of all parts have in common.
#[derive(Default)]
pub struct Shared {
    words: Words,
    /// Of wallets, rules, events, fields, counters.
    names: Texts,
    tags: Texts,
}

impl Shared {
    pub fn name(&mut self, coder: &mut dyn Coder, name: &mut String) -> Result<(), Malformed> {
        self.names.code(&mut self.words, coder, name)
    }

    pub fn tag(&mut self, coder: &mut dyn Coder, tag: &mut String) -> Result<(), Malformed> {
        self.tags.code(&mut self.words, coder, tag)
    }
}

/// A list with its length in front.
pub fn list<T: Default>(
    coder: &mut dyn Coder,
    lengths: &mut Number,
    items: &mut Vec<T>,
    mut each: impl FnMut(&mut dyn Coder, &mut T) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let length = lengths.code(coder, items.len() as u64)?;
    for at in 0..length as usize {
        coder.things(1)?;
        if coder.reads() {
            items.push(T::default());
        }
        each(coder, items.get_mut(at).ok_or(Malformed)?)?;
    }
    Ok(())
}

fn code(coder: &mut dyn Coder, snapshot: &mut Snapshot, offset: i64) -> Result<(), Malformed> {
    let mut shared = Shared::default();
    coder.part("who and when");
    snapshot.program = coder.plain(64, snapshot.program)?;
    Texts::default().code(&mut shared.words, coder, &mut snapshot.member)?;
    let mut instants = Instants::default();
    snapshot.enrolled_at = Moment(instants.code(coder, snapshot.enrolled_at.0, 0)?);
    shared.name(coder, &mut snapshot.currency)?;
    let mut numbers = Number::default();
    coder.part("names of events");
    events::tables(coder, &mut shared, &mut snapshot.events)?;
    let mut events = Events::new(&snapshot.events)?;
    events.code(coder, &mut shared, &mut snapshot.events.records, snapshot.enrolled_at.0)?;
    coder.part("who and when");
    snapshot.clock = Moment(instants.code(coder, snapshot.clock.0, events.last())?);
    let known = snapshot.events.records.len() as i64;
    snapshot.revision =
        numbers.signed(coder, (snapshot.revision as i64).wrapping_sub(known))?.wrapping_add(known) as u64;
    let last = events.entry as i64;
    snapshot.entry = numbers.signed(coder, (snapshot.entry as i64).wrapping_sub(last))?.wrapping_add(last) as u64;
    coder.part("wallets");
    wallets::code(coder, &mut shared, &events, &mut snapshot.wallets, snapshot.clock.0)?;
    coder.part("counters");
    counters::code(coder, &mut shared, &events, &mut snapshot.counters, offset)?;
    coder.part("marks");
    counters::marks(coder, &mut shared, &events, &mut snapshot.marks)?;
    coder.part("tags and attributes");
    list(coder, &mut numbers, &mut snapshot.tags, |coder, tag| shared.tag(coder, tag))?;
    let (mut tags_told, near) = (Told::default(), snapshot.clock.0);
    list(coder, &mut numbers, &mut snapshot.tags_told, |coder, tag| {
        tag.code(coder, &mut shared, (&mut tags_told, near))
    })?;
    let mut values = Values::default();
    let (mut told, mut near) = (Instants::default(), snapshot.enrolled_at.0);
    list(coder, &mut numbers, &mut snapshot.attributes, |coder, (name, value, at)| {
        shared.name(coder, name)?;
        near = told.code(coder, at.0, near)?;
        *at = Moment(near);
        values.code(coder, &mut shared.words, value, 0)
    })?;
    coder.part("the rest");
    rest(coder, &mut shared, snapshot)?;
    coder.part("what rules went by");
    let (mut rules, mut dated, mut days) = (Number::default(), Flag::default(), Number::default());
    list(coder, &mut numbers, &mut snapshot.events.ratings, |coder, SavedRating { rule, from, rating }| {
        *rule = rules.narrow(coder, u64::from(*rule))?;
        *from = match dated.code(coder, from.is_some())? {
            true => {
                Some(i32::try_from(days.signed(coder, i64::from(from.unwrap_or_default()))?).map_err(|_| Malformed)?)
            }
            false => None,
        };
        *rating = coder.plain(32, u64::from(*rating))? as u32;
        Ok(())
    })?;
    coder.part("what cut several contributions");
    let mut of_wallets = Number::default();
    list(coder, &mut numbers, &mut snapshot.events.caps, |coder, caps| {
        for digest in [&mut caps.of, &mut caps.said] {
            *digest = coder.plain(32, u64::from(*digest))? as u32;
        }
        caps.from = match dated.code(coder, caps.from.is_some())? {
            true => {
                let from = days.signed(coder, i64::from(caps.from.unwrap_or_default()))?;
                Some(i32::try_from(from).map_err(|_| Malformed)?)
            }
            false => None,
        };
        caps.wallet = of_wallets.narrow(coder, u64::from(caps.wallet))?;
        list(coder, &mut of_wallets, &mut caps.rules, |coder, rule| {
            *rule = rules.narrow(coder, u64::from(*rule))?;
            Ok(())
        })
    })?;
    coder.part("what came before its order");
    let (mut arrived, near) = (Instants::default(), snapshot.clock.0);
    list(coder, &mut numbers, &mut snapshot.arrivals, |coder, arrival| {
        arrival.code(coder, &mut shared, (&mut arrived, near))
    })?;
    coder.part("what counters count");
    list(coder, &mut numbers, &mut snapshot.counted_of, |coder, form| {
        form.code(coder, &mut shared, (&mut dated, &mut days))
    })?;
    let (mut orders, mut lengths) = (Uncounting::default(), Number::default());
    list(coder, &mut lengths, &mut snapshot.uncounted, |coder, order| order.code(coder, &mut shared, &mut orders))
}

/// Single values.
#[derive(Default)]
struct Values {
    kind: Small,
    numbers: Amounts,
    texts: Texts,
    set: Flag,
    dates: Number,
    instants: Instants,
    times: Number,
}

impl Values {
    /// A value; `near` is an instant that it may be near.
    fn code(
        &mut self,
        coder: &mut dyn Coder,
        words: &mut Words,
        value: &mut SavedValue,
        near: i64,
    ) -> Result<(), Malformed> {
        let kind = match value {
            SavedValue::Number(_) => 0,
            SavedValue::Text(_) => 1,
            SavedValue::Bool(_) => 2,
            SavedValue::Date(_) => 3,
            SavedValue::Instant(_) => 4,
            SavedValue::Time(_) => 5,
            SavedValue::Missing => 6,
            SavedValue::Money(_) => 7,
        };
        *value = match (self.kind.code(coder, kind)?, core::mem::replace(value, SavedValue::Missing)) {
            (0, given) => {
                let given = if let SavedValue::Number(given) = given { given } else { Amount::default() };
                SavedValue::Number(Amount(self.numbers.code(coder, given.0)?))
            }
            (1, given) => {
                let mut text = if let SavedValue::Text(given) = given { given } else { String::new() };
                self.texts.code(words, coder, &mut text)?;
                SavedValue::Text(text)
            }
            (2, given) => SavedValue::Bool(self.set.code(coder, matches!(given, SavedValue::Bool(true)))?),
            (3, given) => {
                let day = if let SavedValue::Date(day) = given { day } else { 0 };
                let day = self.dates.signed(coder, i64::from(day))?;
                SavedValue::Date(i32::try_from(day).map_err(|_| Malformed)?)
            }
            (4, given) => {
                let at = if let SavedValue::Instant(at) = given { at.0 } else { 0 };
                SavedValue::Instant(Moment(self.instants.code(coder, at, near)?))
            }
            (5, given) => {
                let micros = if let SavedValue::Time(micros) = given { micros } else { 0 };
                SavedValue::Time(self.times.signed(coder, micros)?)
            }
            (6, _) => SavedValue::Missing,
            (7, given) => {
                let given = if let SavedValue::Money(given) = given { given } else { Amount::default() };
                SavedValue::Money(Amount(self.numbers.code(coder, given.0)?))
            }
            _ => return Err(Malformed),
        };
        Ok(())
    }
}

/// What few members have.
fn rest(coder: &mut dyn Coder, shared: &mut Shared, snapshot: &mut Snapshot) -> Result<(), Malformed> {
    let near = snapshot.clock.0;
    let parts: &mut [&mut dyn Saved] = &mut [
        &mut snapshot.returned,
        &mut snapshot.tiers,
        &mut snapshot.segments,
        &mut snapshot.account,
        &mut snapshot.coupons,
        &mut snapshot.badges,
        &mut snapshot.experiments,
        &mut snapshot.challenges,
        &mut snapshot.contact,
        &mut snapshot.referrals,
        &mut snapshot.holds,
        &mut snapshot.reward_units,
        &mut snapshot.questions,
        &mut snapshot.cards,
        &mut snapshot.written_off,
        &mut snapshot.idle,
    ];
    let mut rest = Rest::new(coder, shared, near);
    for part in parts {
        part.code(&mut rest).map_err(|_| Malformed)?;
    }
    Ok(())
}
