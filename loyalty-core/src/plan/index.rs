//! Finding the rules that an event could set off without looking at the others.
//!
//! A rule whose condition asks for one of some texts in one field of the event, or whose earnings all come from lines
//! with one of some texts in one field, is filed under those texts. An event looks its own texts up and judges what it
//! finds there, and the few rules that are filed under nothing. Days of validity file the rest.

use crate::sorting::Arrange as _;

/// The rules on one event type, by what they ask for. What several texts find is put together by the
/// places of the rules.
#[derive(Debug, Default)]
pub struct RuleIndex {
    /// All of them, ascending: the order of the bits.
    pub rules: Vec<u32>,
    /// The places of rules that must always be judged, ascending, and the bits of those in the first word.
    pub always: Vec<u32>,
    pub always_first: u64,
    pub by_slot: Vec<KeyedRules>,
    pub by_item: Vec<KeyedRules>,
}

impl RuleIndex {
    /// Files the rule at a place, which is behind the others, under nothing.
    pub fn always(&mut self, place: usize) {
        self.always.push(place as u32);
        self.always_first |= first_bit(place);
    }
}

/// The bit of the rule at a place, if it is in the first word.
fn first_bit(place: usize) -> u64 {
    if place < 64 { 1 << place } else { 0 }
}

/// Rules filed under the texts of one field.
#[derive(Debug)]
pub struct KeyedRules {
    /// The list, for fields of list items.
    pub list: u16,
    pub slot: u16,
    /// The places of the rules of all symbols, symbol by symbol, ascending.
    places: Vec<u32>,
    /// Symbol → its places; a symbol past the end has none.
    starts: Vec<u32>,
    /// Symbol → the bits of the first word, where it is the only one, as in nearly all programs.
    first: Vec<u64>,
}

impl KeyedRules {
    /// From pairs of a symbol and the place of a rule.
    pub fn new(list: u16, slot: u16, mut pairs: Vec<(u32, usize)>) -> Self {
        pairs.arrange();
        pairs.dedup();
        let highest = pairs.last().map_or(0, |(symbol, _)| *symbol as usize);
        let mut starts = vec![0_u32; highest + 2];
        let one_word = pairs.iter().all(|(_, place)| *place < 64);
        let mut first = vec![0_u64; if one_word { highest + 1 } else { 0 }];
        for (symbol, place) in &pairs {
            if let Some(first) = first.get_mut(*symbol as usize) {
                *first |= first_bit(*place);
            }
            if let Some(start) = starts.get_mut(*symbol as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { list, slot, places: pairs.iter().map(|(_, place)| *place as u32).collect(), starts, first }
    }

    /// Those filed under a symbol, where one word stands for all rules.
    #[inline]
    pub fn first(&self, symbol: u32) -> u64 {
        self.first.get(symbol as usize).copied().unwrap_or(0)
    }

    /// The places of the rules filed under a symbol.
    #[inline]
    pub fn places(&self, symbol: u32) -> &[u32] {
        let at = symbol as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => self.places.get(*start as usize..*end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}
