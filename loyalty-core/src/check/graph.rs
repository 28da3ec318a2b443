//! Walks: over the parts of an expression, and over who reads whom.

use super::model::{Expr, ExprKind, Pattern};

impl Expr {
    /// Whether any part reads what the member is or has: it may be something else by the time of a return.
    pub fn reads_member(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= part.kind.is_of_member());
        found
    }

    /// Whether a part that its value is worked out from is such a one. What a `match` asks chooses only between its arms.
    pub fn is_made_of(&self, such: impl Fn(&Self) -> bool) -> bool {
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            if such(expr) {
                return true;
            }
            match &expr.kind {
                ExprKind::Match { arms, otherwise, .. } => {
                    waiting.extend(arms.iter().map(|(_, value)| value));
                    waiting.extend(otherwise.iter().map(|value| &**value));
                }
                _ => expr.parts(&mut waiting),
            }
        }
        false
    }

    /// Calls `see` for the expression and every part of it, outer before inner, left before right.
    pub(super) fn walk<'e>(&'e self, see: &mut impl FnMut(&'e Expr)) {
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            see(expr);
            let from = waiting.len();
            expr.parts(&mut waiting);
            if let Some(added) = waiting.get_mut(from..) {
                added.reverse();
            }
        }
    }

    /// How many expressions lie within each other, this one among them.
    pub(super) fn depth(&self) -> usize {
        let (mut deepest, mut waiting) = (0, vec![(self, 1_usize)]);
        let mut parts = Vec::new();
        while let Some((expr, depth)) = waiting.pop() {
            deepest = deepest.max(depth);
            expr.parts(&mut parts);
            waiting.extend(parts.drain(..).map(|part| (part, depth.saturating_add(1))));
        }
        deepest
    }

    /// The direct parts, subjects and conditions included.
    pub(super) fn parts<'e>(&'e self, into: &mut Vec<&'e Expr>) {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Date(_)
            | ExprKind::Instant(_)
            | ExprKind::Time(_)
            | ExprKind::Weekday(_)
            | ExprKind::Event(_)
            | ExprKind::At
            | ExprKind::Id
            | ExprKind::Item(_)
            | ExprKind::Member(_)
            | ExprKind::Tags
            | ExprKind::MemberId
            | ExprKind::Enrolled
            | ExprKind::Measure(_)
            | ExprKind::MeasureBefore(_)
            | ExprKind::Segment(_)
            | ExprKind::Wallet(..)
            | ExprKind::Reward(..)
            | ExprKind::Level(_)
            | ExprKind::LevelBefore(_)
            | ExprKind::LevelNamed(..)
            | ExprKind::Benefit(..)
            | ExprKind::Standing(..)
            | ExprKind::Held(_)
            | ExprKind::Used(_)
            | ExprKind::Badge(..)
            | ExprKind::Question(..)
            | ExprKind::Cards(_)
            | ExprKind::Arm(_)
            | ExprKind::ArmNamed(..)
            | ExprKind::Challenge(..)
            | ExprKind::Referral(..)
            | ExprKind::Consents(_)
            | ExprKind::Cause(_)
            | ExprKind::CauseCoupon(_) => {}
            ExprKind::List(all)
            | ExprKind::And(all)
            | ExprKind::Or(all)
            | ExprKind::Least(all)
            | ExprKind::Greatest(all) => into.extend(all),
            ExprKind::Part(_, one)
            | ExprKind::Since(_, one)
            | ExprKind::Moved { of: one, .. }
            | ExprKind::Not(one)
            | ExprKind::Negate(one)
            | ExprKind::Floor(one)
            | ExprKind::Ceil(one)
            | ExprKind::Absolute(one)
            | ExprKind::Matches { value: one, .. }
            | ExprKind::IsMissing { value: one, .. } => into.push(one),
            ExprKind::Compare(_, left, right)
            | ExprKind::Apart(_, left, right)
            | ExprKind::Otherwise(left, right)
            | ExprKind::Arithmetic(_, left, right) => into.extend([&**left, right]),
            ExprKind::In { value, list, .. } => into.extend([&**value, list]),
            ExprKind::Fold { value, filter, .. } => into.extend(value.iter().chain(filter).map(|part| &**part)),
            ExprKind::Match { subject, arms, otherwise } => {
                into.push(subject);
                for (patterns, value) in arms {
                    for pattern in patterns {
                        match pattern {
                            Pattern::Equal(value) => into.push(value),
                            Pattern::Range { from, to } => into.extend(from.iter().chain(to)),
                        }
                    }
                    into.push(value);
                }
                into.extend(otherwise.iter().map(|value| &**value));
            }
        }
    }
}

/// Nodes that lead back to themselves, in the order in which they lead on; the first such ring that is found.
/// `edges` holds for each node those that it leads to.
pub(super) fn cycle(edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    for start in 0..edges.len() {
        // The way from `start` to here, each node with the number of its edges already taken.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if marks.get(start) == Some(&Mark::New) {
            way.push((start, 0));
        }
        while let Some((node, taken)) = way.last_mut() {
            let (here, next) = (*node, edges.get(*node).and_then(|out| out.get(*taken)).copied());
            *taken += 1;
            if let Some(mark) = marks.get_mut(here) {
                *mark = if next.is_some() { Mark::Open } else { Mark::Done };
            }
            match next.map(|next| (next, marks.get(next).copied())) {
                None => {
                    way.pop();
                }
                Some((next, Some(Mark::New))) => way.push((next, 0)),
                Some((next, Some(Mark::Open))) => {
                    return Some(way.iter().map(|(node, _)| *node).skip_while(|node| *node != next).collect());
                }
                Some(_) => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::cycle;

    #[test]
    fn a_ring_is_found_and_a_diamond_is_none() {
        assert_eq!(cycle(&[vec![1], vec![2], vec![1]]), Some(vec![1, 2]));
        assert_eq!(cycle(&[vec![0]]), Some(vec![0]));
        assert_eq!(cycle(&[vec![1, 2], vec![3], vec![3], vec![]]), None);
    }
}
