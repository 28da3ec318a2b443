//! What must be so for a condition to hold, as far as it is understood.

use std::collections::BTreeSet;

use super::subject::{Subject, held, subject};
use crate::check::intervals::{Bound, Interval};
use crate::check::matching::{Key, key};
use crate::check::model::{Comparison, Expr, ExprKind, Segment, SegmentIndex, Type};
use crate::sorting::gathered;
use crate::source::Span;

/// What is left of a subject where a condition holds. Everything but [`Leaves::Missing`] needs it to be there, for
/// what is worked out of a missing value does not hold.
pub(super) enum Leaves<'e> {
    Missing,
    Present,
    Range(Interval<Key<'e>>),
    Among(BTreeSet<Key<'e>>),
    AllBut(BTreeSet<Key<'e>>),
}

pub(super) struct Fact<'e> {
    pub about: Subject<'e>,
    pub leaves: Leaves<'e>,
    /// The condition that says so.
    pub place: Span,
}

/// Reads conditions, and the segments that they name.
pub(super) struct Facts<'e> {
    segments: &'e [Segment],
    /// Those that are read already, so that each is read once however many paths lead to it.
    met: BTreeSet<(SegmentIndex, bool)>,
    pub found: Vec<Fact<'e>>,
    /// Of these one side must hold: conditions with whether they are negated.
    pub alternatives: Vec<(&'e Expr, bool)>,
}

impl<'e> Facts<'e> {
    pub(super) fn new(segments: &'e [Segment]) -> Self {
        Self { segments, met: BTreeSet::new(), found: Vec::new(), alternatives: Vec::new() }
    }

    /// Takes apart what must all be so. A work list in place of recursion: segments lie deep.
    pub(super) fn read(&mut self, condition: &'e Expr, negated: bool) {
        let mut waiting = vec![(condition, negated)];
        while let Some((expr, negated)) = waiting.pop() {
            match &expr.kind {
                ExprKind::Not(inner) => waiting.push((inner, !negated)),
                ExprKind::And(parts) if !negated => waiting.extend(parts.iter().rev().map(|part| (part, false))),
                ExprKind::Or(parts) if negated => waiting.extend(parts.iter().rev().map(|part| (part, true))),
                ExprKind::And(_) | ExprKind::Or(_) => self.alternatives.push((expr, negated)),
                ExprKind::Segment(segment) => {
                    self.holds(expr, negated);
                    // A condition that changes from a day on says nothing certain.
                    if let Some([form]) = self.segments.get(*segment).map(|segment| segment.versions.as_slice())
                        && self.met.insert((*segment, negated))
                    {
                        waiting.push((&form.value, negated));
                    }
                }
                _ => self.simple(expr, negated),
            }
        }
    }

    fn simple(&mut self, expr: &'e Expr, negated: bool) {
        let found = match &expr.kind {
            ExprKind::Compare(comparison, left, right) => compared(*comparison, left, right, negated),
            ExprKind::In { value, list, negated: not_in } => among(value, list, *not_in != negated),
            ExprKind::IsMissing { value, negated: present } => {
                let missing = *present == negated;
                subject(value).map(|about| (about, if missing { Leaves::Missing } else { Leaves::Present }))
            }
            _ if expr.ty == Type::Bool => return self.holds(expr, negated),
            _ => None,
        };
        self.found.extend(found.map(|(about, leaves)| Fact { about, leaves, place: expr.span }));
    }

    /// What is true or false by itself.
    fn holds(&mut self, expr: &'e Expr, negated: bool) {
        let Some(about) = subject(expr) else { return };
        let leaves = Leaves::Range(Interval::point(Key::Moment(i64::from(!negated))));
        self.found.push(Fact { about, leaves, place: expr.span });
    }
}

/// The sides of which one must hold, and whether each is negated.
pub(super) fn branches((expr, negated): (&Expr, bool)) -> Option<(&[Expr], bool)> {
    match &expr.kind {
        ExprKind::And(sides) | ExprKind::Or(sides) => Some((sides, negated)),
        _ => None,
    }
}

fn compared<'e>(
    comparison: Comparison,
    left: &'e Expr,
    right: &'e Expr,
    negated: bool,
) -> Option<(Subject<'e>, Leaves<'e>)> {
    let (about, value, comparison) = match (subject(left), key(right)) {
        (Some(about), Some(value)) => (about, value, comparison),
        _ => (subject(right)?, key(left)?, turned(comparison)),
    };
    let (from, to) = match if negated { opposite(comparison) } else { comparison } {
        Comparison::NotEqual => return Some((about, Leaves::AllBut(gathered([value])))),
        Comparison::Equal => (Bound::At(value, false), Bound::At(value, true)),
        Comparison::Less => (Bound::Least, Bound::At(value, false)),
        Comparison::LessOrEqual => (Bound::Least, Bound::At(value, true)),
        Comparison::Greater => (Bound::At(value, true), Bound::Greatest),
        Comparison::GreaterOrEqual => (Bound::At(value, false), Bound::Greatest),
    };
    Some((about, Leaves::Range(Interval { from, to })))
}

fn among<'e>(value: &'e Expr, list: &'e Expr, negated: bool) -> Option<(Subject<'e>, Leaves<'e>)> {
    let ExprKind::List(items) = &list.kind else {
        let leaves = Leaves::Range(Interval::point(Key::Moment(i64::from(!negated))));
        return Some((held(value, list)?, leaves));
    };
    let points: Vec<Key<'e>> = items.iter().map(key).collect::<Option<_>>()?;
    let points = gathered(points);
    Some((subject(value)?, if negated { Leaves::AllBut(points) } else { Leaves::Among(points) }))
}

/// The comparison with its sides exchanged.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// The comparison that holds where this one does not.
fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}
