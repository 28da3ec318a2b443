//! The one rounding, and shares by the largest remainder that respect the room of each part.

use smallvec::SmallVec;

use super::Minor;
use crate::sorting::Arrange as _;

/// A share of an amount: 15 % is 15 over 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub numerator: i64,
    /// Above zero.
    pub denominator: i64,
}

impl Ratio {
    /// That share of an amount that is not below zero, rounded half up to the minor unit.
    pub fn of(self, amount: Minor) -> Minor {
        // Both factors have 63 bits, so the product fits, and a share of at most 1 fits the amount's own type.
        let product = i128::from(amount.max(0)) * i128::from(self.numerator);
        let divisor = i128::from(self.denominator.max(1));
        let (whole, rest) = (product / divisor, product % divisor);
        let rounded = if rest >= divisor - rest { whole + 1 } else { whole };
        Minor::try_from(rounded).unwrap_or(Minor::MAX)
    }
}

/// A part that a total is shared over: `count` equal pieces, each of that weight and with room for so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub weight: i64,
    pub room: Minor,
    pub count: u32,
}

/// What the pieces of a part get: each of them `each`, and the first `more` of them one minor unit more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub each: Minor,
    pub more: u32,
}

impl Share {
    pub fn sum(self, count: u32) -> Minor {
        self.each * Minor::from(count) + Minor::from(self.more)
    }
}

pub type Shares = SmallVec<[Share; 8]>;

/// Shares a total over parts by weight, in whole minor units, by the largest remainder, ties to the earlier part. No piece
/// gets more than its room; what does not fit it is shared over the others. The total is at most the room of all parts
/// that have a weight; a part without weight gets nothing.
pub fn share(total: Minor, parts: &[Part]) -> Shares {
    let mut shares: Shares = smallvec::smallvec![Share::default(); parts.len()];
    let mut weight: i128 = parts.iter().filter(|part| part.room > 0).map(Part::weight_of_all).sum();
    let mut left = i128::from(total);
    if weight <= 0 || left <= 0 {
        return shares;
    }
    let over = |part: &Part, left: i128, weight: i128| {
        // A piece whose share of what is left is more than its room.
        left * i128::from(part.weight) > i128::from(part.room) * weight
    };
    let mut full: SmallVec<[u32; 8]> = SmallVec::new();
    if parts.iter().any(|part| part.room > 0 && over(part, left, weight)) {
        // Those with the least room for their weight first: what is left by weight only grows as they are filled.
        let mut order: SmallVec<[u32; 8]> =
            (0_u32..).zip(parts).filter(|(_, part)| part.room > 0 && part.weight > 0).map(|(at, _)| at).collect();
        let part = |at: u32| parts.get(at as usize).copied().unwrap_or(Part { weight: 0, room: 0, count: 0 });
        order.arrange_by(|one, two| {
            let (one_part, two_part) = (part(*one), part(*two));
            let left = i128::from(one_part.room) * i128::from(two_part.weight);
            left.cmp(&(i128::from(two_part.room) * i128::from(one_part.weight))).then(one.cmp(two))
        });
        for at in order {
            let part = part(at);
            if !over(&part, left, weight) {
                break;
            }
            if let Some(share) = shares.get_mut(at as usize) {
                share.each = part.room;
            }
            left -= i128::from(part.room) * i128::from(part.count);
            weight -= part.weight_of_all();
            full.push(at);
        }
        full.arrange();
    }
    if weight <= 0 {
        return shares;
    }
    let mut rest = left;
    let mut remainders: SmallVec<[(i128, u32); 8]> = SmallVec::new();
    for ((at, part), share) in (0_u32..).zip(parts).zip(&mut shares) {
        if part.room <= 0 || part.weight <= 0 || full.binary_search(&at).is_ok() {
            continue;
        }
        let product = left * i128::from(part.weight);
        let each = product / weight;
        share.each = Minor::try_from(each).unwrap_or(Minor::MAX);
        rest -= each * i128::from(part.count);
        if product % weight > 0 {
            remainders.push((product % weight, at));
        }
    }
    if rest > 0 {
        remainders.arrange_by(|one, two| two.0.cmp(&one.0).then(one.1.cmp(&two.1)));
        for (_, at) in remainders {
            let count = parts.get(at as usize).map_or(0, |part| part.count);
            let more = u32::try_from(rest.min(i128::from(count))).unwrap_or(0);
            if let Some(share) = shares.get_mut(at as usize) {
                share.more = more;
            }
            rest -= i128::from(more);
            if rest <= 0 {
                break;
            }
        }
    }
    shares
}

impl Part {
    fn weight_of_all(&self) -> i128 {
        i128::from(self.weight.max(0)) * i128::from(self.count)
    }
}
