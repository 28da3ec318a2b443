//! Whether the conditions of a rule can hold together: what each leaves of what it speaks of, and of the days.
//!
//! What is not understood is taken to be possible. So whatever is reported can surely never be, and much that can never
//! be is not reported.

mod days;
mod facts;
mod follows;
mod subject;

use std::collections::{BTreeMap, BTreeSet};

use self::days::Days;
use self::facts::{Fact, Facts, Leaves, branches};
use self::subject::{Subject, all, domain};
use super::Checker;
use super::intervals::{Bound, Interval};
use super::matching::Key;
use super::model::{EventIndex, Expr, Valid};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::gathered;
use crate::source::Span;

/// Whose conditions they are, and what becomes of it where they never hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Rule,
    Coupon,
    Reward,
    Segment,
    /// What is counted of events or lines.
    Where,
}

impl Whose {
    /// What follows of conditions that never hold.
    pub(super) fn never(self) -> &'static str {
        match self {
            Self::Rule => "the rule never fires",
            Self::Coupon => "the coupon never applies",
            Self::Reward => "nobody can ever take the reward",
            Self::Segment => "nobody is ever in the segment",
            Self::Where => "nothing is ever counted",
        }
    }

    fn together(self) -> &'static str {
        match self {
            Self::Rule => "all conditions of a rule must hold together; join alternatives by `or`",
            _ => "all that `and` joins must hold together; join alternatives by `or`",
        }
    }
}

impl Checker<'_> {
    /// What is wrong with conditions together, each of which may well hold alone.
    pub(super) fn contradiction<'e>(
        &'e self,
        whose: Whose,
        event: Option<EventIndex>,
        when: impl IntoIterator<Item = &'e Expr>,
        valid: &[Valid],
    ) -> Option<Diagnostic> {
        let mut possible =
            Possible { checker: self, event, left: BTreeMap::new(), days: Days::of(valid)?.with_nights(valid) };
        let mut alternatives = Vec::new();
        for conjunct in when {
            let facts = self.facts(conjunct, &mut alternatives);
            if let Err(conflict) = possible.narrow(&facts) {
                return Some(conflict.told(whose, conjunct.span));
            }
        }
        // Only one `or` at a time is opened, so that the work grows with the text and not with its combinations.
        for (sides, negated) in alternatives {
            let none = sides.iter().all(|side| {
                let facts = self.facts_of(side, negated, &mut Vec::new());
                possible.clone().narrow(&facts).is_err()
            });
            if none && let (Some(first), Some(last)) = (sides.first(), sides.last()) {
                let place = first.span.to(last.span);
                let text = format!("no side of this condition can hold with the others, and {}", whose.never());
                return Some(Diagnostic::new(Code::NeverFires, place, text).help(whose.together()));
            }
        }
        None
    }

    fn facts<'e>(&'e self, conjunct: &'e Expr, alternatives: &mut Vec<(&'e [Expr], bool)>) -> Vec<Fact<'e>> {
        self.facts_of(conjunct, false, alternatives)
    }

    fn facts_of<'e>(
        &'e self,
        condition: &'e Expr,
        negated: bool,
        alternatives: &mut Vec<(&'e [Expr], bool)>,
    ) -> Vec<Fact<'e>> {
        let mut facts = Facts::new(&self.segments);
        facts.read(condition, negated);
        alternatives.extend(facts.alternatives.drain(..).filter_map(branches));
        facts.found
    }
}

/// Whether the parts of `valid` leave no day.
pub(super) fn no_day(valid: &[Valid]) -> bool {
    Days::of(valid).is_none()
}

/// What may still be, after the conditions so far.
#[derive(Clone)]
struct Possible<'e> {
    checker: &'e Checker<'e>,
    /// The event of the rule.
    event: Option<EventIndex>,
    left: BTreeMap<Subject<'e>, Left<'e>>,
    days: Days,
}

/// What is left of a subject.
#[derive(Clone)]
struct Left<'e> {
    range: Interval<Key<'e>>,
    /// Only these, if any are named.
    among: Option<BTreeSet<Key<'e>>>,
    not: BTreeSet<Key<'e>>,
    /// Whether it is known to be missing, or to be there.
    missing: Option<bool>,
    /// The condition that spoke of it last.
    by: Option<Span>,
}

impl Left<'_> {
    fn is_empty(&self) -> bool {
        let allowed =
            |point: &Key<'_>| !self.not.contains(point) && !self.range.intersect(&Interval::point(*point)).is_empty();
        match &self.among {
            Some(points) => !points.iter().any(allowed),
            None => self.range.is_empty() || self.range.only().is_some_and(|point| self.not.contains(&point)),
        }
    }
}

/// Why conditions cannot hold together.
enum Conflict {
    /// The condition cannot hold alone, and what its subject can be at all.
    Alone(&'static str),
    /// With an earlier one.
    Earlier(Span),
    /// With the days of the rule.
    Days,
}

impl Conflict {
    fn told(self, whose: Whose, place: Span) -> Diagnostic {
        let never = |what: &str| Diagnostic::new(Code::NeverFires, place, format!("{what}, and {}", whose.never()));
        match self {
            Self::Alone(domain) => never("this condition is never true").help(domain),
            Self::Earlier(before) if before == place => never("this condition is never true").help(whose.together()),
            Self::Earlier(before) => never("this condition contradicts an earlier one")
                .label(before, "the earlier one")
                .help(whose.together()),
            Self::Days if whose == Whose::Rule => {
                let text = "no day on which the rule may fire meets this condition, and it never fires";
                Diagnostic::new(Code::NeverFires, place, text)
                    .help("`valid` and all conditions of a rule must hold together")
            }
            Self::Days => never("no day meets this condition").help("`valid` and all conditions must hold together"),
        }
    }
}

impl<'e> Possible<'e> {
    fn narrow(&mut self, facts: &[Fact<'e>]) -> Result<(), Conflict> {
        for fact in facts {
            let bounds = domain(self.checker, self.event, fact.about);
            let whole = || bounds.as_ref().map_or(Interval::ALL, |(range, _)| range.clone());
            let left = self.left.entry(fact.about).or_insert_with(|| Left {
                range: whole(),
                among: all(self.checker, fact.about),
                not: BTreeSet::new(),
                missing: None,
                by: None,
            });
            let missing = matches!(fact.leaves, Leaves::Missing);
            let was_missing = left.missing.replace(missing).unwrap_or(missing);
            match &fact.leaves {
                Leaves::Missing | Leaves::Present => {}
                Leaves::Range(range) => left.range = left.range.intersect(range),
                Leaves::Among(points) => {
                    left.among = Some(match left.among.take() {
                        Some(before) => gathered(before.intersection(points).copied()),
                        None => points.clone(),
                    });
                }
                Leaves::AllBut(points) => left.not.extend(points),
            }
            let before = left.by.replace(fact.place);
            if was_missing != missing || left.is_empty() {
                return Err(match (before, bounds) {
                    (None, Some((_, words))) => Conflict::Alone(words),
                    (before, _) => Conflict::Earlier(before.unwrap_or(fact.place)),
                });
            }
            if let Some(part) = fact.about.moment() {
                self.days.narrow(part, &fact.leaves);
                if self.days.none() {
                    return Err(Conflict::Days);
                }
            }
        }
        Ok(())
    }
}

/// At or above zero.
fn from_zero<'e>() -> Interval<Key<'e>> {
    Interval { from: Bound::At(Key::Number(rust_decimal::Decimal::ZERO), false), to: Bound::Greatest }
}
