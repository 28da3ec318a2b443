//! Whether some conditions hold wherever others do, as far as both are understood.

use super::facts::{Fact, Facts, Leaves};
use crate::check::Checker;
use crate::check::model::{Expr, ExprKind};

impl Checker<'_> {
    /// Whether all of `these` hold wherever all of `those` do; what is not understood does not.
    pub(in crate::check) fn follow(&self, these: &[Expr], those: &[Expr]) -> bool {
        let mut alternatives = Vec::new();
        let known: Vec<Fact<'_>> =
            those.iter().flat_map(|condition| self.facts(condition, &mut alternatives)).collect();
        // As elsewhere, only one `or` at a time is opened.
        these.iter().all(|condition| {
            self.follows(condition, &[&known])
                || alternatives.iter().any(|(sides, negated)| {
                    sides.iter().all(|side| {
                        let more = self.facts_of(side, *negated, &mut Vec::new());
                        self.follows(condition, &[&known, &more])
                    })
                })
        })
    }

    fn follows(&self, condition: &Expr, known: &[&[Fact<'_>]]) -> bool {
        match &condition.kind {
            ExprKind::And(parts) => parts.iter().all(|part| self.follows(part, known)),
            ExprKind::Or(parts) => parts.iter().any(|part| self.follows(part, known)),
            _ => {
                let mut facts = Facts::new(&[]);
                facts.read(condition, false);
                let [wanted] = facts.found.as_slice() else { return false };
                let known = known.iter().flat_map(|known| known.iter());
                known
                    .filter(|known| known.about == wanted.about)
                    .any(|known| leaves_no_more(&known.leaves, &wanted.leaves))
            }
        }
    }
}

fn leaves_no_more(one: &Leaves<'_>, other: &Leaves<'_>) -> bool {
    match (one, other) {
        (Leaves::Range(one), Leaves::Range(other)) => one.intersect(other) == *one,
        (Leaves::Among(one), Leaves::Among(other)) => one.is_subset(other),
        (Leaves::AllBut(one), Leaves::AllBut(other)) => one.is_superset(other),
        (Leaves::Missing, Leaves::Missing) | (Leaves::Present, Leaves::Present) => true,
        _ => false,
    }
}
