//! Stretches of a line: which values earlier patterns or conditions leave over.

use std::collections::BTreeMap;

/// Values from `from` up to `to`; nothing means that the side is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval<T> {
    pub from: Bound<T>,
    pub to: Bound<T>,
}

/// A place between values: before everything, just before a value, just after it, or after everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound<T> {
    Least,
    /// The flag is false just before the value, true just after it.
    At(T, bool),
    Greatest,
}

impl<T: Ord + Copy> Interval<T> {
    pub(super) const ALL: Self = Self { from: Bound::Least, to: Bound::Greatest };

    /// One value alone.
    pub(super) const fn point(value: T) -> Self {
        Self { from: Bound::At(value, false), to: Bound::At(value, true) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// The value, if it is a single one.
    pub(super) fn only(&self) -> Option<T> {
        match (self.from, self.to) {
            (Bound::At(from, false), Bound::At(to, true)) if from == to => Some(from),
            _ => None,
        }
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

/// The values of several intervals together, held as stretches that neither meet nor overlap.
#[derive(Debug, Clone)]
pub(super) struct Union<T> {
    stretches: BTreeMap<Bound<T>, Bound<T>>,
}

impl<T: Ord + Copy> Union<T> {
    pub(super) const fn new() -> Self {
        Self { stretches: BTreeMap::new() }
    }

    /// Whether every value of the interval is held.
    pub(super) fn covers(&self, interval: &Interval<T>) -> bool {
        interval.is_empty()
            || self.stretches.range(..=interval.from).next_back().is_some_and(|(_, to)| *to >= interval.to)
    }

    pub(super) fn add(&mut self, interval: &Interval<T>) {
        if interval.is_empty() {
            return;
        }
        let (mut from, mut to) = (interval.from, interval.to);
        while let Some((start, end)) = self.stretches.range(..=to).next_back().map(|(start, end)| (*start, *end)) {
            if end < from {
                break;
            }
            self.stretches.remove(&start);
            from = from.min(start);
            to = to.max(end);
        }
        self.stretches.insert(from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Interval, Union};

    #[test]
    fn neighbours_cover_together() {
        let below = Interval { from: Bound::Least, to: Bound::At(10, false) };
        let above = Interval { from: Bound::At(10, false), to: Bound::Greatest };
        let mut union = Union::new();
        union.add(&below);
        assert!(union.covers(&Interval::point(9)));
        assert!(!union.covers(&Interval::point(10)));
        union.add(&Interval { from: Bound::At(10, true), to: Bound::Greatest });
        assert!(!union.covers(&Interval::ALL));
        union.add(&Interval::point(10));
        assert!(union.covers(&Interval::ALL));
        assert!(below.intersect(&above).is_empty());
    }
}
