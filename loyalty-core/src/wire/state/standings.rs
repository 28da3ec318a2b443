//! Where members stand on ladders, and which watched segments they are in, by name.

use super::values::{Amount, Moment};
use super::{MigrationReport, SavedStanding, Snapshot};
use crate::engine::member::Member;
use crate::engine::standing::Standing;
use crate::engine::undo::Apart;
use crate::engine::{ladders, segments};
use crate::plan::{LadderPlan, Plan};
use crate::sorting::Arrange as _;

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedStanding> {
    let saved = plan.ladders.iter().zip(&member.standings).map(|(ladder, standing)| SavedStanding {
        ladder: ladder.name.to_string(),
        levels: names(ladder, standing.level),
        since: Moment(standing.since),
        base: Moment(standing.base),
        until: standing.until.map(Moment),
        grace: standing.grace.map(Moment),
        set: standing
            .set
            .iter()
            .map(|(level, end)| (names(ladder, *level), (*end != i64::MAX).then_some(Moment(*end))))
            .collect(),
        carried: Amount(standing.carried),
        carried_on: standing.carried_on,
        below: standing.below.iter().map(|(level, base)| (names(ladder, *level), Moment(*base))).collect(),
        past: standing.past.iter().map(|(until, level)| (names(ladder, *level), Moment(*until))).collect(),
    });
    saved.collect()
}

/// A level and those below it.
fn names(ladder: &LadderPlan, level: u16) -> Vec<String> {
    ladder.levels.iter().take(usize::from(level) + 1).map(ToString::to_string).collect()
}

pub fn save_segments(plan: &Plan, member: &Member) -> Vec<(String, bool)> {
    let watched = plan.reactions.segments.iter().zip(&member.inside);
    watched.map(|(watched, inside)| (segment_name(plan, watched.segment).to_owned(), *inside)).collect()
}

fn segment_name(plan: &Plan, segment: u16) -> &str {
    plan.segments.get(usize::from(segment)).map_or("", |segment| &segment.name)
}

/// Takes over what the program still has: of a level that is no more, the next lower one that is left.
pub fn restore(plan: &Plan, member: &mut Member, saved: &Snapshot, report: &mut MigrationReport) {
    for tier in &saved.tiers {
        let number = plan.ladders.iter().position(|ladder| *ladder.name == *tier.ladder);
        let Some((number, ladder)) = number.and_then(|number| Some((number, plan.ladders.get(number)?))) else {
            let level = tier.levels.last().map_or("", String::as_str);
            report.dropped.push(format!("ladder `{}` with the level `{level}`", tier.ladder));
            continue;
        };
        let level = level(ladder, &tier.levels);
        if tier.levels.last().map(String::as_str) != ladder.levels.get(usize::from(level)).map(|level| &**level) {
            let (lost, found) = (tier.levels.last().map_or("", String::as_str), ladder.levels.get(usize::from(level)));
            let found = found.map_or("", |found| &**found);
            report.dropped.push(format!("level `{lost}` of the ladder `{}`, now `{found}`", tier.ladder));
        }
        let below = tier.below.iter().map(|(names, base)| (self::level(ladder, names), base.0));
        let mut below: Vec<(u16, i64)> = below.filter(|(below, _)| (1..level).contains(below)).collect();
        below.arrange_by_key(|(level, _)| *level);
        below.dedup_by_key(|(level, _)| *level);
        let mut standing = Standing {
            level,
            since: tier.since.0,
            base: tier.base.0,
            below,
            until: tier.until.map(|until| until.0),
            grace: tier.grace.map(|grace| grace.0),
            set: Vec::new(),
            past: past(ladder, &tier.past),
            carried: tier.carried.0,
            carried_on: tier.carried_on,
        };
        for (levels, end) in &tier.set {
            standing.set_level(self::level(ladder, levels), end.map_or(i64::MAX, |end| end.0));
        }
        if let Some(place) = member.standings.get_mut(number) {
            *place = standing;
        }
    }
    for ladder in &plan.ladders {
        if !saved.tiers.iter().any(|known| *known.ladder == *ladder.name) {
            report.added.push(format!("ladder `{}`", ladder.name));
        }
    }
    // A segment that is watched from now on has been entered silently by whoever is in it.
    let now = segments::inside(plan, member);
    let known = plan.reactions.segments.iter().zip(now).map(|(watched, now)| {
        let name = segment_name(plan, watched.segment);
        saved.segments.iter().find(|(saved, _)| saved == name).map_or(now, |(_, inside)| *inside)
    });
    member.inside = Apart::new(known.collect());
}

/// Whether the rules of a program that has changed would judge a level otherwise at once.
pub fn judged_anew(plan: &Plan, member: &Member) -> bool {
    (0..plan.ladders.len() as u16).any(|ladder| ladders::would_change(plan, member, ladder, member.clock))
}

/// The levels that counted before, ascending whatever was saved.
fn past(ladder: &LadderPlan, saved: &[(Vec<String>, Moment)]) -> Vec<(i64, u16)> {
    let mut past: Vec<(i64, u16)> = saved.iter().map(|(names, until)| (until.0, level(ladder, names))).collect();
    past.arrange();
    past
}

fn level(ladder: &LadderPlan, names: &[String]) -> u16 {
    let mut places = names.iter().rev().filter_map(|name| ladder.levels.iter().position(|level| **level == **name));
    places.next().unwrap_or(0) as u16
}
