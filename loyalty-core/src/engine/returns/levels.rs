//! The level that an edited order is judged by: that of before the purchase, where the order itself has made the present one.

use super::lasting::each_form;
use crate::engine::member::Member;
use crate::engine::outcome::{Kind, TierBecause};
use crate::plan::Plan;

/// For each ladder on which an order that is edited, in whatever forms it had, has led to the level that the member is on: the
/// ladder, and the level of before.
pub fn levels_before(plan: &Plan, member: &Member, replaced: Option<&str>) -> Vec<(usize, u16)> {
    let Some(order) = replaced else { return Vec::new() };
    // Ladder, level before, level since.
    let mut found: Vec<(usize, u16, u16)> = Vec::new();
    each_form(plan, member, order, |record, decisions| {
        // What time did before the order is none of its doing.
        for decision in decisions.iter().rev().filter(|decision| decision.at >= record.at) {
            let Kind::TierChanged { ladder, from, to, because: TierBecause::Reached, .. } = &decision.kind else {
                continue;
            };
            let Some(number) = plan.ladders.iter().position(|known| known.name == *ladder) else { continue };
            let levels = plan.ladders.get(number).map_or(&[][..], |ladder| &ladder.levels);
            let place = |name: &str| levels.iter().position(|level| **level == *name).map(|place| place as u16);
            let (Some(from), Some(to)) = (place(from), place(to)) else { continue };
            // The forms come the newest first.
            match found.iter_mut().find(|(known, ..)| *known == number) {
                Some((_, before, _)) => *before = from,
                None => found.push((number, from, to)),
            }
        }
    });
    let stands = |ladder: usize, level: u16| member.standings.get(ladder).is_some_and(|known| known.level == level);
    let made = found.into_iter().filter(|(ladder, before, since)| before < since && stands(*ladder, *since));
    made.map(|(ladder, before, _)| (ladder, before)).collect()
}
