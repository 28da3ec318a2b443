//! Finding the rules that an event could set off without looking at the others.
//!
//! A rule whose condition asks for one of some texts in one field of the event, or whose earnings all come from lines
//! with one of some texts in one field, is filed under those texts. An event looks its own texts up and judges what it
//! finds there, and the few rules that are filed under nothing. Days of validity file the rest.

/// The rules on one event type, by what they ask for.
#[derive(Debug, Default)]
pub struct RuleIndex {
    /// Rules that must always be judged, ascending.
    pub always: Vec<u32>,
    pub by_slot: Vec<KeyedRules>,
    pub by_item: Vec<KeyedRules>,
}

/// Rules filed under the texts of one field.
#[derive(Debug)]
pub struct KeyedRules {
    /// The list, for fields of list items.
    pub list: u16,
    pub slot: u16,
    /// (symbol, rule), ascending.
    pub entries: Vec<(u32, u32)>,
    /// Symbol → its entries; a symbol past the end has none.
    starts: Vec<u32>,
}

impl KeyedRules {
    pub fn new(list: u16, slot: u16, mut entries: Vec<(u32, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let highest = entries.last().map_or(0, |(symbol, _)| *symbol as usize);
        let mut starts = vec![0_u32; highest + 2];
        for (symbol, _) in &entries {
            if let Some(start) = starts.get_mut(*symbol as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { list, slot, entries, starts }
    }

    /// The rules filed under a symbol.
    pub fn rules(&self, symbol: u32) -> &[(u32, u32)] {
        let at = symbol as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => self.entries.get(*start as usize..*end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}
