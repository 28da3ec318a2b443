//! What coupons take off a cart: exact money and the choice among them. It knows lines and numbers, no language.
//!
//! | file | what it does |
//! |---|---|
//! | `give` | what a coupon gives, and which others it may stand beside |
//! | `split` | the one rounding; shares by the largest remainder that respect the room of each part |
//! | `cart` | a basket in the course of being discounted, line by line and unit by unit |
//! | `apply` | one coupon applied to a cart |
//! | `units` | n for m, buy and get, bundles |
//! | `choice` | which coupons apply together |
//!
//! Amounts are whole minor units of the currency. Coupons apply in a fixed order: those on items, those on the order,
//! those on shipping; within these by priority, the greater first, then as they are declared. No line goes below its
//! floor, the order never below zero, and the parts of a discount add up to it.

pub mod apply;
pub mod cart;
pub mod choice;
pub mod give;
pub mod split;
pub mod units;

#[cfg(test)]
mod tests;

/// Whole minor units of a currency: cents, fils, yen.
pub type Minor = i64;

/// Numbers of lines, in ascending order.
pub type Lines = smallvec::SmallVec<[u32; 8]>;

/// What is to be priced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Basket {
    pub lines: Vec<Line>,
    pub shipping: Minor,
    /// What lines below zero and the host's own rounding lower the order by; no discount goes beyond what they leave.
    pub credit: Minor,
}

/// One line of a basket, at its price before any coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Whole units; what is sold by weight is one unit.
    pub units: u32,
    /// Of all units; never below zero.
    pub amount: Minor,
    /// The least that one unit may cost.
    pub floor: Minor,
}

impl Basket {
    /// What the lines cost; nothing if that is more than can be counted.
    pub fn goods(&self) -> Option<Minor> {
        self.lines.iter().try_fold(0, |sum: Minor, line| sum.checked_add(line.amount))
    }
}
