//! What needs a count over all members: a claim says by how much a counter moves and how far it may.
//!
//! The core sees one member at a time, so that the host keeps the counters: it commits the claims of an outcome together
//! with the member's state, or neither. A host that tells where the counters stand, when it applies an event, has no rule
//! fire and no coupon apply beyond them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::outcome::Kind;
use crate::amount;
pub use crate::plan::counters::counter;
use crate::sorting::gathered;

/// A counter over all members moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The counter's name: the keyword and the name of what it counts for.
    pub counter: &'a str,
    /// How far it moves; below zero, where something is given back.
    pub by: Decimal,
    /// How far it may stand after that. What is given back is never refused.
    pub limit: Decimal,
}

/// Where the counters over all members stand, by their names, as the decisions `claim` call them: `rule early`,
/// `coupon SPRING`, `budget SPRING`. One that is not named stands at zero.
///
/// ```
/// use loyalty_core::Counters;
///
/// let counters: Counters = [("coupon SPRING".to_owned(), "999".parse().unwrap())].into_iter().collect();
/// assert_eq!(counters.get("coupon SPRING").to_string(), "999");
/// assert_eq!(counters.get("coupon AUTUMN").to_string(), "0");
/// ```
///
/// It is cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    known: Arc<BTreeMap<String, Decimal>>,
}

impl Counters {
    /// Where a counter stands.
    #[must_use]
    pub fn get(&self, counter: &str) -> Decimal {
        self.known.get(counter).copied().unwrap_or_default()
    }

    /// Says where a counter stands.
    pub fn set(&mut self, counter: impl Into<String>, value: Decimal) {
        Arc::make_mut(&mut self.known).insert(counter.into(), value);
    }

    /// Moves a counter as a claim says, and tells where it stands then.
    pub fn commit(&mut self, claim: &Claim<'_>) -> Decimal {
        let value = amount::add(self.get(claim.counter), claim.by).unwrap_or(claim.limit);
        self.set(claim.counter, value);
        value
    }

    /// Where each counter stands that has been named, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Decimal)> {
        self.known.iter().map(|(counter, value)| (counter.as_str(), *value))
    }

    /// How much further a counter may move.
    pub(crate) fn left(&self, counter: &str, limit: Decimal) -> Decimal {
        amount::subtract(limit, self.get(counter)).unwrap_or_default().max(Decimal::ZERO)
    }
}

impl FromIterator<(String, Decimal)> for Counters {
    fn from_iter<I: IntoIterator<Item = (String, Decimal)>>(counters: I) -> Self {
        Self { known: Arc::new(gathered(counters)) }
    }
}

/// The claim that gives another one back.
pub fn given_back(claim: &Kind) -> Option<Kind> {
    match claim {
        Kind::Claim { counter, by, limit, rule } if *by > Decimal::ZERO => {
            Some(Kind::Claim { counter: counter.clone(), by: -by, limit: *limit, rule: *rule })
        }
        _ => None,
    }
}
