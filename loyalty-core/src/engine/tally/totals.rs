//! What all entries of a long counter come to: a window over most of them is that less what lies outside, so that the sum over a
//! year is not added up anew with every event.

use super::{Entry, Total};
use crate::amount;
use crate::engine::undo::{Turn, Undo};

/// A counter with so many entries is a long one.
pub const LONG: usize = 16;
/// Of so many counters it is kept at the most: more are looked through for longer than it takes to add them up.
const KEPT: usize = 4;

/// Kept while no entry is below zero and all have few digits: then whatever is added up of them fits, too, and it makes no difference
/// whether a total is at hand. It is no part of the state.
#[derive(Debug, Clone, Default)]
pub struct Totals(Vec<(u32, Total)>);

impl Totals {
    #[inline]
    pub fn of(&self, tally: u32) -> Option<Total> {
        self.0.iter().find(|(known, _)| *known == tally).map(|(_, total)| *total)
    }

    /// Whether the total of another counter can be kept.
    pub fn has_room(&self) -> bool {
        self.0.len() < KEPT
    }

    /// Keeps what the entries of a counter come to.
    pub fn keep(&mut self, tally: u32, entries: &[Entry]) {
        let total = entries.iter().try_fold(Total::default(), |total, entry| grown(total, None, entry));
        self.0.extend(total.map(|total| (tally, total)));
    }

    /// An entry has become another, or has come.
    #[inline]
    pub fn put(&mut self, before: Option<&Entry>, now: &Entry) {
        if let Some(place) = self.0.iter().position(|(known, _)| *known == now.tally) {
            self.change(place, before, now);
        }
    }

    /// Most counters are short; out of line, so that they are passed over quickly.
    #[inline(never)]
    fn change(&mut self, place: usize, before: Option<&Entry>, now: &Entry) {
        let Some((_, total)) = self.0.get_mut(place) else { return };
        match grown(*total, before, now) {
            Some(grown) => *total = grown,
            None => drop(self.0.remove(place)),
        }
    }

    /// Entries have gone, or may have.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// A total with one entry in the place of another; nothing where it is not to be kept.
fn grown(total: Total, before: Option<&Entry>, now: &Entry) -> Option<Total> {
    let mut count = total.count.checked_add(now.count)?;
    // What only counts adds up to nothing.
    let mut sum = if now.sum.is_zero() { total.sum } else { amount::add(total.sum, now.sum).ok()? };
    if let Some(before) = before {
        count = count.checked_sub(before.count)?;
        sum = if before.sum.is_zero() { sum } else { amount::subtract(sum, before.sum).ok()? };
    }
    let fits = now.count >= 0 && !now.sum.is_sign_negative() && amount::has_few_digits(sum);
    fits.then_some(Total { count, sum })
}

/// What is kept says nothing of what there is.
impl PartialEq for Totals {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Undo for Totals {
    fn turn(&mut self, turn: Turn) {
        if turn == Turn::RollBack {
            self.clear();
        }
    }
}
