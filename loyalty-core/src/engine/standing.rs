//! Where a member stands on a ladder.

use rust_decimal::Decimal;

/// The state of one member on one ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The level that the rules of the ladder have led to; the lowest is 0.
    pub level: u16,
    /// When it was entered.
    pub since: i64,
    /// The instant from which the time is counted for which it is kept.
    pub base: i64,
    /// The levels from which it rose, each with the instant from which it was kept: where a return takes a higher one, it goes on as
    /// if that had not been. Ascending by level.
    pub below: Vec<(u16, i64)>,
    /// When it is judged next.
    pub until: Option<i64>,
    /// The end of the time for which it stays though it is no longer qualified for.
    pub grace: Option<i64>,
    /// Levels given beside the rules, each with its end: the rules may lead higher meanwhile, and not lower.
    /// Invariant: descending by level, ends ascending, so that none is pointless.
    pub set: Vec<(u16, i64)>,
    /// What of the meter earlier levels have used up, and the local day on which they did.
    pub carried: Decimal,
    pub carried_on: i32,
}

impl Standing {
    pub fn new(at: i64) -> Self {
        Self {
            level: 0,
            since: at,
            base: at,
            below: Vec::new(),
            until: None,
            grace: None,
            set: Vec::new(),
            carried: Decimal::ZERO,
            carried_on: 0,
        }
    }

    /// The level that counts.
    pub fn effective(&self) -> u16 {
        self.set.first().map_or(self.level, |(level, _)| self.level.max(*level))
    }

    /// The end of the level that counts, if one is known.
    pub fn ends_at(&self) -> Option<i64> {
        match self.set.first() {
            Some((level, end)) if *level > self.level => (*end != i64::MAX).then_some(*end),
            _ => self.grace.or(self.until),
        }
    }

    /// Gives a level through an end; the largest number for good.
    pub fn set_level(&mut self, level: u16, end: i64) {
        if !self.is_outdone_by(level, end) {
            return;
        }
        self.set.retain(|(other, until)| *other > level || *until > end);
        let place = self.set.partition_point(|(other, _)| *other > level);
        self.set.insert(place, (level, end));
    }

    /// Whether a given level says more than those that are there: is higher than some that last as long.
    pub fn is_outdone_by(&self, level: u16, end: i64) -> bool {
        !self.set.iter().any(|(other, until)| *other >= level && *until >= end)
    }

    /// Takes away what has come to its end.
    pub fn end_set_levels(&mut self, at: i64) {
        self.set.retain(|(_, end)| *end > at);
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn a_lower_level_that_ends_sooner_is_pointless_and_one_that_ends_later_is_not() {
        let mut standing = Standing::new(0);
        standing.set_level(2, 100);
        standing.set_level(1, 50);
        assert_eq!(standing.set, [(2, 100)]);
        standing.set_level(1, 200);
        assert_eq!(standing.set, [(2, 100), (1, 200)]);
        standing.end_set_levels(100);
        assert_eq!(standing.effective(), 1);
        standing.set_level(3, i64::MAX);
        assert_eq!(standing.set, [(3, i64::MAX)]);
    }
}
