//! Which rules failed at the furthest place that was reached: what a message says was expected.
//!
//! The choice among them is pest's: a rule stands for those within it that failed where it began, unless it was only one.

use crate::sorting::Arrange as _;

/// Rules that failed, and those that were found where they should not have been.
#[derive(Default)]
pub(super) struct Attempts {
    furthest: usize,
    missed: Vec<u16>,
    unwanted: Vec<u16>,
}

/// What was known when a rule began.
pub(super) struct Before {
    start: usize,
    missed: usize,
    unwanted: usize,
}

impl Attempts {
    pub(super) fn before(&self, start: usize) -> Before {
        let (missed, unwanted) = self.known(start);
        Before { start, missed, unwanted }
    }

    /// Whether more is known than what could fail at that place.
    pub(super) fn beyond(&self, at: usize) -> bool {
        at < self.furthest
    }

    /// A rule has failed, or was found where it is `unwanted`.
    pub(super) fn note(&mut self, rule: u16, unwanted: bool, before: &Before) {
        let (missed_now, unwanted_now) = self.known(before.start);
        if missed_now + unwanted_now == before.missed + before.unwanted + 1 {
            return;
        }
        if before.start == self.furthest {
            self.missed.truncate(before.missed);
            self.unwanted.truncate(before.unwanted);
        } else if before.start > self.furthest {
            self.missed.clear();
            self.unwanted.clear();
            self.furthest = before.start;
        } else {
            return;
        }
        let list = if unwanted { &mut self.unwanted } else { &mut self.missed };
        list.push(rule);
    }

    /// The furthest place, and the rules that failed there, each once, in the order of the grammar.
    pub(super) fn told(self) -> (usize, Vec<u16>) {
        let mut missed = self.missed;
        missed.arrange();
        missed.dedup();
        (self.furthest, missed)
    }

    /// How many are known of a place.
    fn known(&self, place: usize) -> (usize, usize) {
        if place == self.furthest { (self.missed.len(), self.unwanted.len()) } else { (0, 0) }
    }
}
