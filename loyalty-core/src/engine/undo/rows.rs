//! A list of which single rows are noted as they are changed, added and removed.

use core::ops::Deref;

use super::{Turn, Undo};

/// A list that reads as a slice. There is no way to all rows at once that could change them: who looks through them to
/// change some asks for those by their places.
#[derive(Debug)]
pub struct Rows<T> {
    rows: Vec<T>,
    /// How to get back to what was, from the last step to the first.
    steps: Vec<Step<T>>,
    /// How many rows have come to the end since the last step: all that there is to note of them.
    grown: u32,
    /// So many rows at the front are as they were when that was last said: see [`Rows::settled`].
    settled: u32,
    /// Whether steps are noted.
    noting: bool,
}

/// What undoes a step.
#[derive(Debug)]
enum Step<T> {
    /// A row has come to that place.
    Added(usize),
    /// There was another in its place.
    Changed(usize, T),
    /// It was at that place.
    Removed(usize, T),
    /// Nothing: what comes after it is told by `added`.
    Mark,
}

/// Room for steps that is kept for the next change; what a rare one needed is given back.
const STEPS_KEPT: usize = 32;

impl<T: Clone> Rows<T> {
    #[inline]
    pub fn push(&mut self, row: T) {
        self.grown += u32::from(self.noting);
        self.rows.push(row);
    }

    /// Puts a row in front of the one at that place.
    pub fn insert(&mut self, place: usize, row: T) {
        if place >= self.rows.len() {
            return self.push(row);
        }
        self.note(Step::Added(place));
        self.touch(place);
        self.rows.insert(place, row);
    }

    /// Takes a row out.
    pub fn remove(&mut self, place: usize) -> Option<T> {
        if self.noting {
            self.note(Step::Removed(place, self.rows.get(place)?.clone()));
        }
        self.touch(place);
        (place < self.rows.len()).then(|| self.rows.remove(place))
    }

    /// Puts a row in the place of another.
    pub fn set(&mut self, place: usize, row: T) {
        if let Some(now) = self.get_mut(place) {
            *now = row;
        }
    }

    /// A row that is about to change.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        if self.noting && !self.is_fresh(place) {
            let before = self.rows.get(place)?.clone();
            self.note(Step::Changed(place, before));
        }
        self.touch(place);
        self.rows.get_mut(place)
    }

    /// The first row of that kind, which is about to change.
    pub fn find_mut(&mut self, wanted: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.get_mut(self.rows.iter().position(wanted)?)
    }

    /// Changes the rows of that kind.
    pub fn change(&mut self, mut wanted: impl FnMut(&T) -> bool, mut change: impl FnMut(&mut T)) {
        for place in 0..self.rows.len() {
            if self.rows.get(place).is_some_and(&mut wanted) {
                self.get_mut(place).into_iter().for_each(&mut change);
            }
        }
    }

    /// The last row, which is about to change.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.rows.len().checked_sub(1)?)
    }

    /// Keeps the rows of that kind only.
    pub fn retain(&mut self, mut kept: impl FnMut(&T) -> bool) {
        self.touch(0);
        if !self.noting {
            return self.rows.retain(kept);
        }
        self.settle();
        let (steps, mut place) = (&mut self.steps, 0_usize);
        self.rows.retain(|row| {
            let kept = kept(row);
            if kept {
                place += 1;
            } else {
                steps.push(Step::Removed(place, row.clone()));
            }
            kept
        });
    }

    /// Takes out the rows of that kind, in their order.
    pub fn take(&mut self, mut gone: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        self.retain(|row| {
            let gone = gone(row);
            if gone {
                taken.push(row.clone());
            }
            !gone
        });
        taken
    }

    pub fn extend(&mut self, rows: impl IntoIterator<Item = T>) {
        rows.into_iter().for_each(|row| self.push(row));
    }

    /// Works the whole list over, as one step.
    pub fn rework<R>(&mut self, work: impl FnOnce(&mut Vec<T>) -> R) -> R {
        self.touch(0);
        if !self.noting {
            return work(&mut self.rows);
        }
        self.settle();
        let before = self.rows.clone();
        let result = work(&mut self.rows);
        // Undone from the last step to the first: what there is goes, then what there was comes.
        self.steps.extend(before.into_iter().enumerate().rev().map(|(place, row)| Step::Removed(place, row)));
        self.steps.extend((0..self.rows.len()).map(Step::Added));
        result
    }

    /// What is added from here on is told by [`Rows::added`].
    pub fn mark(&mut self) {
        if self.grown > 0 || !self.steps.is_empty() {
            self.note(Step::Mark);
        }
    }

    /// The rows that have come to the end since the mark, or since steps are noted; nothing, if another has changed, come or
    /// gone.
    pub fn added(&self) -> Option<&[T]> {
        let grew = self.noting && matches!(self.steps.last(), None | Some(Step::Mark));
        self.rows.get(self.old()..).filter(|_| grew)
    }

    /// How many rows at the front have been neither changed nor moved since [`Rows::settle_front`]: what was worked out of them
    /// still holds.
    pub fn settled(&self) -> usize {
        self.settled as usize
    }

    /// From here on it is watched whether so many rows at the front stay as they are.
    pub fn settle_front(&mut self, rows: usize) {
        self.settled = rows.min(self.rows.len()) as u32;
    }

    /// The row at that place changes, or one comes or goes there.
    #[inline]
    fn touch(&mut self, place: usize) {
        self.settled = self.settled.min(place as u32);
    }

    /// Notes a step behind those before it.
    fn note(&mut self, step: Step<T>) {
        if self.noting {
            self.settle();
            self.steps.push(step);
        }
    }

    /// Makes steps of the rows that have come to the end, so that another kind of step can follow them.
    fn settle(&mut self) {
        if self.grown > 0 {
            self.steps.extend((self.old()..self.rows.len()).map(Step::Added));
            self.grown = 0;
        }
    }

    /// Whether what was at that place is noted already, or nothing was.
    fn is_fresh(&self, place: usize) -> bool {
        let noted =
            || matches!(self.steps.last(), Some(Step::Changed(noted, _) | Step::Added(noted)) if *noted == place);
        place >= self.old() || noted()
    }
}

impl<T> Rows<T> {
    /// A list without a row.
    pub const fn new() -> Self {
        Self { rows: Vec::new(), steps: Vec::new(), grown: 0, settled: 0, noting: false }
    }

    /// How many rows there were when the last step was noted.
    fn old(&self) -> usize {
        self.rows.len().saturating_sub(self.grown as usize)
    }
}

impl<T> Undo for Rows<T> {
    #[inline]
    fn turn(&mut self, turn: Turn) {
        debug_assert!(self.noting || turn == Turn::Begin, "replaced while a change is under way");
        self.noting = turn == Turn::Begin;
        let grown = core::mem::take(&mut self.grown) as usize;
        if turn == Turn::RollBack {
            self.rows.truncate(self.rows.len().saturating_sub(grown));
            self.settled = 0;
        }
        if self.steps.is_empty() {
            return;
        }
        if turn == Turn::RollBack {
            while let Some(step) = self.steps.pop() {
                match step {
                    Step::Added(place) if place < self.rows.len() => drop(self.rows.remove(place)),
                    Step::Added(_) | Step::Mark => {}
                    Step::Removed(place, row) => self.rows.insert(place.min(self.rows.len()), row),
                    Step::Changed(place, row) => {
                        if let Some(now) = self.rows.get_mut(place) {
                            *now = row;
                        }
                    }
                }
            }
        }
        self.steps.clear();
        if self.steps.capacity() > STEPS_KEPT {
            self.steps = Vec::new();
        }
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Self {
        Self { rows, ..Self::new() }
    }
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self::from(rows.into_iter().collect::<Vec<T>>())
    }
}

impl<T: Clone> Clone for Rows<T> {
    /// A copy is nobody's change.
    fn clone(&self) -> Self {
        Self::from(self.rows.clone())
    }
}

impl<T: PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<'r, T> IntoIterator for &'r Rows<T> {
    type Item = &'r T;
    type IntoIter = core::slice::Iter<'r, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}
