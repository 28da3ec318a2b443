//! Segments that rules watch: who enters them and who leaves.

use super::eval::Scope;
use super::member::Member;
use super::outcome::{Decision, Kind};
use crate::amount::Overflow;
use crate::plan::{Plan, in_force};

/// Whether a member is in a segment at the scope's instant.
pub fn holds(scope: &Scope<'_>, segment: u16) -> Result<bool, Overflow> {
    let forms = scope.plan.segments.get(usize::from(segment)).map(|segment| segment.forms.as_slice());
    match in_force(forms.unwrap_or(&[]), scope.day) {
        Some(condition) => scope.holds(*condition),
        None => Ok(false),
    }
}

/// Whether a new member is in each watched segment.
pub fn inside(plan: &Plan, member: &Member) -> Vec<bool> {
    let scope = Scope::of(plan, member, member.clock);
    plan.reactions.segments.iter().map(|watched| holds(&scope, watched.segment).unwrap_or(false)).collect()
}

/// Says which watched segments a member has entered and left.
pub fn settle(plan: &Plan, member: &mut Member, at: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    for (number, watched) in plan.reactions.segments.iter().enumerate() {
        let now = holds(&Scope::of(plan, member, at), watched.segment)?;
        let Some(before) = member.inside.get_mut(number).filter(|before| **before != now) else { continue };
        *before = now;
        let name = plan.segments.get(usize::from(watched.segment)).map(|segment| segment.name.clone());
        let segment = name.unwrap_or_default();
        let kind = if now { Kind::SegmentEntered { segment } } else { Kind::SegmentLeft { segment } };
        decisions.push(Decision { at, kind });
    }
    Ok(())
}
