//! The rules that may fire, found through the index: a set of bits that is put together from what the texts of an event find.

use smallvec::SmallVec;

use crate::engine::event::{EventData, Slot};
use crate::plan::RuleIndex;
use crate::plan::index::KeyedRules;

/// Rules that may fire, in the order of the file.
pub enum Candidates<'p> {
    /// Of those on an event, as nearly all programs have so few on each that one word holds them.
    Few(Named<'p>),
    Many(SmallVec<[u32; FEW]>),
}

impl<'p> Candidates<'p> {
    /// One rule alone.
    pub fn one(rule: &'p u32) -> Self {
        Self::Few(Named { rules: core::slice::from_ref(rule), bits: 1 })
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (few, many) = match self {
            Self::Few(named) => (*named, &[][..]),
            Self::Many(rules) => (Named { rules: &[], bits: 0 }, rules.as_slice()),
        };
        few.chain(many.iter().copied())
    }
}

/// The rules that may fire, found through the index.
pub fn candidates<'p>(index: &'p RuleIndex, event: &EventData) -> Candidates<'p> {
    if index.rules.len() <= 64 {
        let mut bits = index.always_first;
        found_by_texts(index, event, |keyed, symbol| bits |= keyed.first(symbol));
        return Candidates::Few(Named { rules: &index.rules, bits });
    }
    let mut found = SmallVec::new();
    if few(index, event, &mut found).is_none() {
        found.clear();
        many(index, event, &mut found);
    }
    Candidates::Many(found)
}

/// Of many rules an event finds few: so many are put in order side by side.
const FEW: usize = 32;

/// Nothing: there are more of them.
fn few(index: &RuleIndex, event: &EventData, found: &mut SmallVec<[u32; FEW]>) -> Option<()> {
    let mut fits = index.always.len() <= FEW;
    if fits {
        found.extend_from_slice(&index.always);
    }
    found_by_texts(index, event, |keyed, symbol| {
        let places = keyed.places(symbol);
        fits &= found.len() + places.len() <= FEW;
        if fits {
            places.iter().for_each(|place| found.push(*place));
        }
    });
    if !fits {
        return None;
    }
    ascending(found);
    found.dedup();
    for place in found {
        *place = *index.rules.get(*place as usize)?;
    }
    Some(())
}

/// Puts a few numbers in order where they stand.
fn ascending(numbers: &mut [u32]) {
    for sorted in 1..numbers.len() {
        for pair in (0..sorted).rev() {
            match numbers.get_mut(pair..pair + 2) {
                Some([one, two]) if *one > *two => core::mem::swap(one, two),
                _ => break,
            }
        }
    }
}

/// However many rules there are and an event finds, a bit for each holds them.
fn many(index: &RuleIndex, event: &EventData, found: &mut SmallVec<[u32; FEW]>) {
    let mut set = vec![0; index.rules.len().div_ceil(64)];
    let mut add = |place: &u32| {
        if let Some(word) = set.get_mut(*place as usize / 64) {
            *word |= 1_u64 << (place % 64);
        }
    };
    index.always.iter().for_each(&mut add);
    found_by_texts(index, event, |keyed, symbol| keyed.places(symbol).iter().for_each(&mut add));
    for (bits, rules) in set.iter().zip(index.rules.chunks(64)).filter(|(bits, _)| **bits != 0) {
        found.extend(Named { rules, bits: *bits });
    }
}

/// Looks up the texts of an event, each where rules are filed under it.
#[inline]
fn found_by_texts(index: &RuleIndex, event: &EventData, mut look_up: impl FnMut(&KeyedRules, u32)) {
    for keyed in &index.by_slot {
        if let Some(Slot::Text { symbol, .. }) = event.slots.get(usize::from(keyed.slot)) {
            look_up(keyed, *symbol);
        }
    }
    for keyed in &index.by_item {
        for row in event.rows_of(event.list(keyed.list)) {
            if let Some(Slot::Text { symbol, .. }) = event.rows.get(row + usize::from(keyed.slot)) {
                look_up(keyed, *symbol);
            }
        }
    }
}

/// The rules whose bits are set, of those that a word stands for.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    rules: &'a [u32],
    bits: u64,
}

impl Iterator for Named<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.bits == 0 {
            return None;
        }
        let rule = self.rules.get(self.bits.trailing_zeros() as usize);
        self.bits &= self.bits - 1;
        rule.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::index::KeyedRules;

    fn event(symbols: &[u32]) -> EventData {
        let slots = symbols.iter().map(|symbol| Slot::Text { symbol: *symbol, start: 0, len: 0 }).collect();
        EventData { slots, ..EventData::default() }
    }

    /// A rule that several texts find is found once, and all stand in the order of the file: whether a word holds all rules,
    /// an event finds few of many, or many of them.
    #[test]
    fn rules_are_found_once_and_in_order() {
        let symbols = [5, 1, 3];
        for (rules, each) in [(60_u32, 7_usize), (640, 1), (640, 7), (640, 40), (10_000, 200)] {
            let mut index = RuleIndex { rules: (0..rules).map(|place| place * 3).collect(), ..RuleIndex::default() };
            let always = [2, rules - 1];
            always.iter().for_each(|place| index.always(*place as usize));
            let mut expected = std::collections::BTreeSet::from(always);
            for (slot, symbol) in (0_u16..).zip(symbols) {
                // Neighbours overlap.
                let places: Vec<u32> =
                    (0..each as u32).map(|number| (u32::from(slot) * each as u32 / 2 + number * 5) % rules).collect();
                let pairs = places.iter().map(|place| (symbol, *place as usize)).chain([(9, 0)]).collect();
                index.by_slot.push(KeyedRules::new(0, slot, pairs));
                expected.extend(places);
            }
            let found = candidates(&index, &event(&symbols));
            assert_eq!(
                found.iter().collect::<Vec<_>>(),
                expected.iter().map(|place| place * 3).collect::<Vec<_>>(),
                "{rules} rules, {each} for each"
            );
        }
    }
}
