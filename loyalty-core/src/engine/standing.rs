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
    /// The levels that counted before the present one, each with the instant until which it did, as long as late events may fall
    /// there. Ascending.
    pub past: Vec<(i64, u16)>,
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
            past: Vec::new(),
            carried: Decimal::ZERO,
            carried_on: 0,
        }
    }

    /// The level that counts.
    pub fn effective(&self) -> u16 {
        self.set.first().map_or(self.level, |(level, _)| self.level.max(*level))
    }

    /// The level that counted at an instant, as far back as late events may ask.
    pub fn counted_at(&self, at: i64) -> u16 {
        let place = self.past.partition_point(|(until, _)| *until <= at);
        self.past.get(place).map_or_else(|| self.effective(), |(_, level)| *level)
    }

    /// Notes that another level counts than did, from an instant on: what was higher since then was higher all the same.
    pub fn follows(&mut self, before: &Self, from: i64) {
        let level = self.effective();
        if level == before.effective() {
            return;
        }
        let mut past: Vec<(i64, u16)> = Vec::with_capacity(before.past.len() + 1);
        let mut note = |until: i64, then: u16| match past.last_mut() {
            Some((last, same)) if *same == then => *last = until,
            _ => past.push((until, then)),
        };
        let mut begins = i64::MIN;
        for (until, then) in before.past.iter().copied().chain([(i64::MAX, before.effective())]) {
            if begins < from {
                note(until.min(from), then);
            }
            if until > from && until < i64::MAX {
                note(until, then.max(level));
            }
            begins = until;
        }
        past.pop_if(|(_, then)| *then == level);
        self.past = past;
    }

    /// Notes that a level counted from an instant until another, where none did that is higher.
    pub fn counts(&mut self, from: i64, until: i64, level: u16) {
        let mut past: Vec<(i64, u16)> = Vec::with_capacity(self.past.len() + 2);
        let mut note = |begins: i64, until: i64, then: u16| match past.last_mut() {
            _ if begins >= until => {}
            Some((last, same)) if *same == then => *last = until,
            _ => past.push((until, then)),
        };
        let mut begins = i64::MIN;
        let present = self.effective();
        for (end, then) in self.past.iter().copied().chain([(i64::MAX, present)]) {
            note(begins, end.min(from), then);
            note(begins.max(from), end.min(until), then.max(level));
            note(begins.max(until), end, then);
            begins = end;
        }
        past.pop_if(|(until, _)| *until == i64::MAX);
        past.pop_if(|(_, then)| *then == present);
        self.past = past;
    }

    /// Has a level count that counted before.
    pub fn stand_on(&mut self, level: u16) {
        (self.level, self.set) = (level, Vec::new());
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
    fn what_counted_is_known_between_changes() {
        let on = |level: u16, before: &Standing, from: i64| {
            let mut standing = Standing { level, ..before.clone() };
            standing.follows(before, from);
            standing
        };
        let silver = on(1, &Standing::new(0), 100);
        assert_eq!([99, 100].map(|at| silver.counted_at(at)), [0, 1]);
        let fallen = on(0, &on(2, &silver, 200), 300);
        assert_eq!(fallen.past, [(100, 0), (200, 1), (300, 2)]);
        // Silver since 50, as is told late: gold was gold all the same.
        assert_eq!(on(1, &fallen, 50).past, [(50, 0), (200, 1), (300, 2)]);
        // Gold was kept at 300.
        assert_eq!(on(2, &fallen, 300).past, [(100, 0), (200, 1)]);
        assert_eq!(on(2, &silver, 100).past, [(100, 0)]);
    }

    #[test]
    fn what_is_told_late_counts_between_two_instants() {
        let mut standing = Standing { level: 1, past: vec![(100, 0), (200, 2)], ..Standing::new(0) };
        standing.counts(50, 150, 1);
        assert_eq!(standing.past, [(50, 0), (100, 1), (200, 2)]);
        standing.counts(150, 250, 3);
        assert_eq!(standing.past, [(50, 0), (100, 1), (150, 2), (250, 3)]);
        standing.counts(250, 300, 1);
        assert_eq!([249, 250, 400].map(|at| standing.counted_at(at)), [3, 1, 1]);
    }

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
