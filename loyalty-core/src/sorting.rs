//! Sorting, where equals keep their order.
//!
//! The sort of the standard library is made anew for each type that is sorted, 5 kB of code at a time. Here one sort of numbers
//! serves all types, for what browsers load counts; what is sorted is short, so that others do not notice.

use std::cmp::Ordering;

/// What puts a slice in order.
pub(crate) trait Arrange<T> {
    /// By the order of its items.
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }

    /// By a key of each.
    fn arrange_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.arrange_by(|one, two| key(one).cmp(&key(two)));
    }

    /// By comparing two.
    fn arrange_by(&mut self, order: impl FnMut(&T, &T) -> Ordering);
}

impl<T> Arrange<T> for [T] {
    fn arrange_by(&mut self, order: impl FnMut(&T, &T) -> Ordering) {
        let count = self.len();
        if count > 1 {
            sort(&mut Compared { items: self, order }, count);
        }
    }
}

/// A map or a set of all of these, put in one after the other: `collect` would put them in order first, by the sort of the
/// standard library.
pub(crate) fn gathered<T, All: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> All {
    let mut all = All::default();
    all.extend(items);
    all
}

/// Items whose type nobody needs to know to sort them.
trait Items {
    /// Whether the item `one` belongs behind the item `two`.
    fn behind(&mut self, one: usize, two: usize) -> bool;

    fn exchange(&mut self, one: usize, two: usize);
}

struct Compared<'i, T, F> {
    items: &'i mut [T],
    order: F,
}

impl<T, F: FnMut(&T, &T) -> Ordering> Items for Compared<'_, T, F> {
    fn behind(&mut self, one: usize, two: usize) -> bool {
        match (self.items.get(one), self.items.get(two)) {
            (Some(one), Some(two)) => (self.order)(one, two).is_gt(),
            _ => false,
        }
    }

    fn exchange(&mut self, one: usize, two: usize) {
        self.items.swap(one, two);
    }
}

/// So many items are sorted where they stand, without memory of its own.
const FEW: usize = 12;

fn sort(items: &mut dyn Items, count: usize) {
    let Some(first) = (1..count).find(|at| items.behind(at - 1, *at)) else { return };
    if count <= FEW {
        for next in first..count {
            let mut at = next;
            while at > 0 && items.behind(at - 1, at) {
                items.exchange(at - 1, at);
                at -= 1;
            }
        }
    } else {
        let places = merged(items, count);
        bring(items, places);
    }
}

/// The numbers of the items, in order: runs of one, two, four … items are merged in pairs.
fn merged(items: &mut dyn Items, count: usize) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut run = 1;
    while run < count {
        for pair in sorted.chunks(run.saturating_mul(2)) {
            let (left, right) = pair.split_at(run.min(pair.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
                // Of equals the left one comes first, which keeps them in their order.
                let next = if items.behind(**one, **two) { right.next() } else { left.next() };
                merged.extend(next);
            }
            merged.extend(left);
            merged.extend(right);
        }
        std::mem::swap(&mut sorted, &mut merged);
        merged.clear();
        run = run.saturating_mul(2);
    }
    sorted
}

/// Brings item `from[at]` to each place `at`: every cycle by exchanges along it.
fn bring(items: &mut dyn Items, mut from: Vec<usize>) {
    for start in 0..from.len() {
        let mut at = start;
        while let Some(place) = from.get_mut(at) {
            let next = std::mem::replace(place, at);
            if next == start {
                break;
            }
            items.exchange(at, next);
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Arrange as _;

    proptest! {
        #[test]
        fn items_come_in_the_order_of_the_library(items in prop::collection::vec((0u8..20, any::<u16>()), 0..60)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.arrange_by_key(|item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            ours.arrange();
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
