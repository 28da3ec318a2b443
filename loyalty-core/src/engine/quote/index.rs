//! The automatic coupons that an order could set off: what each of its texts, numbers and its day leaves, laid over each
//! other.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::amount::compare;
use crate::engine::event::{EventData, Slot};
use crate::plan::CartPlan;
use crate::plan::coupon_index::{Bits, Bounds, CouponIndex, Posting, TextKeys, full, has, set};

/// Up to so many coupons are all judged: laying bits over each other costs more.
const FEW: usize = 4;

/// The coupons that may be eligible, in the order of the file.
pub fn candidates(index: &CouponIndex, cart: &CartPlan, event: &EventData) -> SmallVec<[u32; 32]> {
    if index.automatic.len() <= FEW {
        return SmallVec::from_slice(&index.automatic);
    }
    let mut left = full(index.automatic.len());
    for keys in &index.texts {
        lay_texts(&mut left, keys, symbol(event.slots.get(usize::from(keys.slot))).into_iter());
    }
    let lines = event.list(cart.lines);
    for keys in &index.items {
        let mut symbols: SmallVec<[u32; 16]> = SmallVec::new();
        for row in event.rows_of(lines) {
            let own = symbol(event.rows.get(row + usize::from(keys.slot)));
            symbols.extend(own.filter(|own| !symbols.contains(own)));
        }
        lay_texts(&mut left, keys, symbols.into_iter());
    }
    for keys in &index.numbers {
        let value = match event.slots.get(usize::from(keys.slot)) {
            Some(Slot::Number(value)) => Some(*value),
            _ => None,
        };
        let now = value.unwrap_or(Decimal::ZERO);
        lay_bounds(&mut left, &keys.at_least, value.is_none(), |bound, strict| {
            let order = compare(bound, now);
            if strict { order.is_lt() } else { order.is_le() }
        });
        lay_bounds(&mut left, &keys.at_most, value.is_none(), |bound, strict| {
            let order = compare(bound, now);
            if strict { order.is_gt() } else { order.is_ge() }
        });
    }
    lay_bounds(&mut left, &index.from, false, |from, _| from <= event.day);
    lay_bounds(&mut left, &index.to, false, |to, _| to >= event.day);
    let mut found = SmallVec::new();
    for (word, bits) in left.iter().enumerate() {
        let mut bits = *bits;
        while bits != 0 {
            let at = word * 64 + bits.trailing_zeros() as usize;
            found.extend(index.automatic.get(at).copied());
            bits &= bits - 1;
        }
    }
    found
}

/// The number of a text that the program knows.
fn symbol(slot: Option<&Slot>) -> Option<u32> {
    match slot {
        Some(Slot::Text { symbol, .. }) if *symbol != 0 => Some(*symbol),
        _ => None,
    }
}

/// Leaves the coupons that take one of some texts, or ask for none.
fn lay_texts(left: &mut Bits, keys: &TextKeys, symbols: impl Iterator<Item = u32>) {
    let mut few: SmallVec<[u32; 32]> = SmallVec::new();
    let mut many: SmallVec<[&Bits; 8]> = SmallVec::new();
    for posting in symbols.filter_map(|symbol| keys.taking(symbol)) {
        match posting {
            Posting::Many(bits) => many.push(bits),
            Posting::Few(places) => few.extend(places.iter().copied().filter(|at| has(left, *at))),
        }
    }
    // Those of a few texts go by two at a time: one pass over the words for each pair.
    match many.as_slice() {
        [] => left.iter_mut().zip(&keys.any).for_each(|(left, any)| *left &= any),
        [one] => {
            left.iter_mut().zip(&keys.any).zip(*one).for_each(|((left, any), one)| *left &= any | one);
        }
        [one, two] => {
            let words = left.iter_mut().zip(&keys.any).zip(one.iter().zip(*two));
            words.for_each(|((left, any), (one, two))| *left &= any | one | two);
        }
        several => {
            let mut taken = keys.any.clone();
            for bits in several {
                taken.iter_mut().zip(*bits).for_each(|(taken, bits)| *taken |= bits);
            }
            left.iter_mut().zip(&taken).for_each(|(left, taken)| *left &= taken);
        }
    }
    few.into_iter().for_each(|at| set(left, at));
}

/// Leaves the coupons whose bound is satisfied, or that have none.
fn lay_bounds<K: Copy + Ord>(left: &mut Bits, bounds: &Bounds<K>, missing: bool, satisfies: impl Fn(K, bool) -> bool) {
    if bounds.is_empty() {
        return;
    }
    let (bits, more) = bounds.satisfied(satisfies, missing);
    let more: SmallVec<[u32; 64]> = more.iter().map(|(_, _, at)| *at).filter(|at| has(left, *at)).collect();
    left.iter_mut().zip(bits).for_each(|(left, bits)| *left &= bits);
    more.into_iter().for_each(|at| set(left, at));
}
