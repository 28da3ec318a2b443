//! The badges of a member, by name.

use super::MigrationReport;
use super::saved::saved;
use super::values::Moment;
use crate::engine::badges::Held;
use crate::engine::member::Member;
use crate::plan::Plan;

#[derive(Default)]
pub struct SavedBadge {
    badge: String,
    /// The level and all below it, the lowest first, so that a program that has it no more knows what was lower.
    levels: Vec<String>,
    since: Moment,
}

saved! { SavedBadge { badge, levels, since } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedBadge> {
    let held = plan.badges.iter().zip(&member.badges).filter(|(_, held)| held.level > 0);
    let saved = held.map(|(badge, held)| SavedBadge {
        badge: badge.name.to_string(),
        levels: badge.levels.iter().take(usize::from(held.level)).map(|level| level.name.to_string()).collect(),
        since: Moment(held.since),
    });
    saved.collect()
}

/// Takes over what the program still has: of a level that is no more, the next lower one that is left, or the lowest.
pub fn restore(plan: &Plan, member: &mut Member, saved: &[SavedBadge], report: &mut MigrationReport) {
    for one in saved {
        let Some(number) = plan.badges.iter().position(|badge| *badge.name == *one.badge) else {
            report.dropped.push(format!("badge `{}`", one.badge));
            continue;
        };
        let Some(badge) = plan.badges.get(number) else { continue };
        let mut places =
            one.levels.iter().rev().map(|name| badge.levels.iter().position(|level| *level.name == **name));
        let known = places.next().flatten();
        let level = known.or_else(|| places.flatten().next()).unwrap_or(0);
        let lost = one.levels.last().filter(|name| known.is_none() && !name.is_empty());
        if let Some(lost) = lost {
            let found = badge.levels.get(level).map_or("", |level| &level.name);
            let now = if found.is_empty() { String::new() } else { format!(", now `{found}`") };
            report.dropped.push(format!("level `{lost}` of the badge `{}`{now}", one.badge));
        }
        if let Some(place) = member.badges.get_mut(number) {
            *place = Held { level: level as u16 + 1, since: one.since.0 };
        }
    }
}
