//! What a coupon gives, and which others it may stand beside.

use smallvec::SmallVec;

use super::split::Ratio;
use super::{Lines, Minor};
pub use crate::check::offer::{Basis, Each, GroupChoice, Stop};
use crate::sorting::Arrange as _;

/// A coupon whose conditions hold for the cart at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The number of the coupon; it applies once, or as often as it was issued where its group says `all`.
    pub coupon: u32,
    pub give: Give,
    pub stage: Stage,
    /// The lines that it may lower.
    pub lines: Lines,
    pub basis: Basis,
    /// It takes off no more than this.
    pub up_to: Option<Minor>,
    /// If it would take off more than this, it takes off nothing: a budget that is not to be given in part.
    pub whole_within: Option<Minor>,
    /// The greater applies first.
    pub priority: u32,
    pub stack: Stack,
    pub group: Option<(u32, GroupChoice)>,
    pub stop: Option<Stop>,
    /// The least that one unit of each line may cost with it, in the order of the basket; empty: none of its own.
    pub floors: SmallVec<[Minor; 4]>,
    /// Its conditions are judged again on what the item discounts before it leave.
    pub judged_after_items: bool,
}

/// When a coupon applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Items,
    Order,
    Shipping,
}

/// How a price is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    Percent(Ratio),
    Amount(Minor),
    /// To this price, if it is above it.
    Price(Minor),
}

impl Off {
    /// What it takes off a price; never more than the price.
    pub fn of(self, price: Minor) -> Minor {
        match self {
            Self::Percent(ratio) => ratio.of(price).min(price),
            Self::Amount(amount) => amount.min(price),
            Self::Price(to) => (price - to).max(0),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Give {
    /// A percentage, an amount or a new price of each unit, each line or all of them.
    Off {
        off: Off,
        each: Each,
        /// Shared out by the number of units instead of by what they cost.
        by_quantity: bool,
    },
    /// So much off the first unit and so much off each further one, in the order of the lines.
    Graduated {
        first: Minor,
        further: Minor,
        units: u32,
    },
    /// `count` of each group of `of` units.
    Units(Units),
    /// For each `buy` units of other lines, `get` of its own.
    BuyGet {
        buy: u32,
        bought: Lines,
        get: u32,
        off: Off,
        at_most: Option<u32>,
        spread: bool,
    },
    /// Units of several kinds together.
    Bundle {
        parts: Vec<(Lines, u32)>,
        off: Off,
        at_most: Option<u32>,
    },
    /// The last step that is reached, by what the lines cost or by how many units they are.
    Tiers {
        by_quantity: bool,
        steps: Vec<(i64, Off)>,
    },
    /// So much off for every full `per`.
    Per {
        by_quantity: bool,
        per: i64,
        amount: Minor,
        at_most: Option<u32>,
    },
    /// Units that the host is to add: `count`, or so many for each full `per` units of its lines.
    Gift {
        per: Option<u32>,
        count: u32,
        at_most: Option<u32>,
    },
    Shipping(Off),
}

/// `cheapest 1 free of 3`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    pub count: u32,
    /// The size of a group; nothing: of all units once.
    pub of: Option<u32>,
    pub off: Off,
    pub most_expensive: bool,
    /// A last group that is not full gives what is over the units to be paid.
    pub partial: bool,
    /// Groups that are best for the customer, or for the merchant.
    pub merchant: bool,
    pub at_most: Option<u32>,
    /// The discount is shared over the whole group, so that each unit that comes back gives back its own net.
    pub spread: bool,
}

impl Give {
    /// Whether units that it has counted are not counted by another such coupon.
    pub fn takes_units(&self) -> bool {
        matches!(self, Self::Units(_) | Self::BuyGet { .. } | Self::Bundle { .. } | Self::Gift { per: Some(_), .. })
    }

    /// Whether it looks at single units, so that a cart has to tell them apart.
    pub fn sees_units(&self) -> bool {
        self.takes_units() || matches!(self, Self::Graduated { .. } | Self::Off { each: Each::Unit, .. })
    }
}

/// What a coupon may stand beside; the other has to agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stack {
    None,
    Any,
    /// Sorted numbers of coupons.
    With(Vec<u32>),
}

impl Candidate {
    /// Whether both agree to stand beside each other.
    pub fn beside(&self, other: &Self) -> bool {
        if self.coupon == other.coupon {
            // Issued ones of one coupon are told apart by nothing else than that they are several.
            return matches!(self.group, Some((_, GroupChoice::All)));
        }
        if let (Some((one, choice)), Some((two, _))) = (self.group, other.group)
            && one == two
        {
            return choice == GroupChoice::All;
        }
        self.agrees(other.coupon) && other.agrees(self.coupon)
    }

    /// Every line whose units it may lower or count.
    pub fn touches(&self) -> Lines {
        let mut lines = self.lines.clone();
        match &self.give {
            Give::BuyGet { bought, .. } => lines.extend_from_slice(bought),
            Give::Bundle { parts, .. } => parts.iter().for_each(|(part, _)| lines.extend_from_slice(part)),
            _ => return lines,
        }
        lines.arrange();
        lines.dedup();
        lines
    }

    fn agrees(&self, coupon: u32) -> bool {
        match &self.stack {
            Stack::None => false,
            Stack::Any => true,
            Stack::With(coupons) => coupons.binary_search(&coupon).is_ok(),
        }
    }
}
