//! What aggregates other than sums remember: single values with their instants.
//!
//! Values older than any window and return can reach are drawn together into one, so that the list stays bounded.

use super::undo::{Nothing, Rows, undo_all};
use super::value::Stored;

/// One value of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub measure: u16,
    /// The event's instant, by which marks are ordered; those of one instant stay in the order of their coming.
    pub at: i64,
    pub value: Stored,
}

/// Invariant: ascending by (measure, at).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    pub marks: Rows<Mark>,
}

undo_all!(Marks { marks });

impl Nothing for Marks {
    const NOTHING: &'static Self = &Self { marks: Rows::new() };
}

impl Marks {
    /// All marks of a measure, by time.
    pub fn of(&self, measure: u16) -> &[Mark] {
        let start = self.marks.partition_point(|mark| mark.measure < measure);
        let end = self.marks.partition_point(|mark| mark.measure <= measure);
        self.marks.get(start..end).unwrap_or(&[])
    }

    pub fn insert(&mut self, mark: Mark) {
        let at = self.marks.partition_point(|known| (known.measure, known.at) <= (mark.measure, mark.at));
        self.marks.insert(at, mark);
    }

    /// Takes out the last mark of a measure that tells a value.
    pub fn remove_told(&mut self, measure: u16, value: &Stored) {
        if let Some(at) = self.marks.iter().rposition(|known| known.measure == measure && known.value == *value) {
            self.marks.remove(at);
        }
    }

    /// Takes out one mark that equals the given one.
    pub fn remove(&mut self, mark: &Mark) {
        if let Some(at) = self.marks.iter().position(|known| known == mark) {
            self.marks.remove(at);
        }
    }
}
