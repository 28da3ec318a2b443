//! Where the entries of each counter end among those of all, so that most are found without a search.

use super::Entry;
use crate::engine::undo::{Turn, Undo};

/// Counters of which it is noted: few programs have more, and those beyond are searched for.
pub const NOTED: usize = 16;

/// The place behind the last entry of each counter, as it was last noted. Whoever goes by it looks whether it still holds, which
/// takes two entries, and searches where it does not: whatever changes the list need not keep it, and it is no part of the state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ends([u16; NOTED]);

impl Ends {
    /// The place behind the last entry of a counter; where it has none, behind those of the counters before it.
    #[inline]
    pub fn of(&self, entries: &[Entry], tally: u32) -> usize {
        let noted = self.0.get(tally as usize).and_then(|end| entries.split_at_checked(usize::from(*end)));
        match noted {
            Some((before, behind))
                if before.last().is_none_or(|entry| entry.tally <= tally)
                    && behind.first().is_none_or(|entry| entry.tally > tally) =>
            {
                before.len()
            }
            _ => search(entries, tally),
        }
    }

    /// Notes where the entries of a counter end.
    pub fn note(&mut self, tally: u32, end: usize) {
        if let Some(noted) = self.0.get_mut(tally as usize) {
            *noted = end as u16;
        }
    }

    /// An entry of a counter has come: all behind it have moved by one place.
    #[inline]
    pub fn grown(&mut self, tally: u32) {
        for (counter, end) in (0..).zip(&mut self.0) {
            *end = end.wrapping_add(u16::from(counter >= tally));
        }
    }
}

#[inline(never)]
fn search(entries: &[Entry], tally: u32) -> usize {
    entries.partition_point(|entry| entry.tally <= tally)
}

/// What is noted says nothing of what there is.
impl PartialEq for Ends {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Undo for Ends {
    fn turn(&mut self, _: Turn) {}
}
