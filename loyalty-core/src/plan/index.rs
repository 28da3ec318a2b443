//! Finding the rules that an event could set off without looking at the others.
//!
//! A rule whose condition asks for one of some texts in one field of the event, or whose earnings all come from lines
//! with one of some texts in one field, is filed under those texts. An event looks its own texts up and judges what it
//! finds there, and the few rules that are filed under nothing. Days of validity file the rest.

use crate::sorting::Arrange as _;

/// The rules on one event type, by what they ask for. A set of them has one bit for each, so that what several texts
/// find is put together without sorting it.
#[derive(Debug, Default)]
pub struct RuleIndex {
    /// All of them, ascending: the order of the bits.
    pub rules: Vec<u32>,
    /// Rules that must always be judged.
    pub always: Vec<u64>,
    pub by_slot: Vec<KeyedRules>,
    pub by_item: Vec<KeyedRules>,
}

/// Some rules of a set: the place of a word among all words, and its bits.
pub type Bits = (u32, u64);

/// The bit of the rule that stands at a place.
pub fn bit(place: usize) -> Bits {
    ((place / 64) as u32, 1 << (place % 64))
}

/// Rules filed under the texts of one field.
#[derive(Debug)]
pub struct KeyedRules {
    /// The list, for fields of list items.
    pub list: u16,
    pub slot: u16,
    /// The rules of all symbols, symbol by symbol.
    entries: Vec<Bits>,
    /// Symbol → its entries; a symbol past the end has none.
    starts: Vec<u32>,
    /// Symbol → the bits of the first word, where it is the only one, as in nearly all programs.
    first: Vec<u64>,
}

impl KeyedRules {
    /// From pairs of a symbol and the place of a rule.
    pub fn new(list: u16, slot: u16, mut pairs: Vec<(u32, usize)>) -> Self {
        pairs.arrange();
        let highest = pairs.last().map_or(0, |(symbol, _)| *symbol as usize);
        let mut starts = vec![0_u32; highest + 2];
        let one_word = pairs.iter().all(|(_, place)| *place < 64);
        let mut first = vec![0_u64; if one_word { highest + 1 } else { 0 }];
        let mut entries: Vec<Bits> = Vec::new();
        let mut last = None;
        for (symbol, place) in pairs {
            let (word, bits) = bit(place);
            if let Some(first) = first.get_mut(symbol as usize) {
                *first |= bits;
            }
            match entries.last_mut() {
                Some((_, known)) if last == Some((symbol, word)) => *known |= bits,
                _ => {
                    entries.push((word, bits));
                    if let Some(start) = starts.get_mut(symbol as usize + 1) {
                        *start += 1;
                    }
                }
            }
            last = Some((symbol, word));
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { list, slot, entries, starts, first }
    }

    /// Those filed under a symbol, where one word stands for all rules.
    #[inline]
    pub fn first(&self, symbol: u32) -> u64 {
        self.first.get(symbol as usize).copied().unwrap_or(0)
    }

    /// The rules filed under a symbol.
    pub fn rules(&self, symbol: u32) -> &[Bits] {
        let at = symbol as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => self.entries.get(*start as usize..*end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}
