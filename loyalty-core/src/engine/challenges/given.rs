//! What the reward of a challenge has given beside points and coupons: badges, tags and levels, for the case that it is
//! taken back.

use super::super::badges;
use super::super::decided::Decided;
use super::super::ladders;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::tags;
use crate::plan::Plan;

/// One thing that a reward has given and the member did not have before.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Badges and levels by their names; the level from which it rose, empty for none.
    Badge {
        badge: Box<str>,
        level: Box<str>,
        from: Box<str>,
    },
    Tag(Box<str>),
    /// A level beside the rules of its ladder, with its end, and those that it has made pointless.
    Level {
        ladder: u16,
        level: (u16, i64),
        instead_of: Vec<(u16, i64)>,
    },
}

/// What a member has of it before a reward is given.
pub struct Before {
    tags: Vec<Box<str>>,
    set: Vec<Vec<(u16, i64)>>,
}

impl Before {
    pub fn of(member: &Member) -> Self {
        Self {
            tags: tags::of(member).map(Into::into).collect(),
            set: member.standings.iter().map(|standing| standing.set.clone()).collect(),
        }
    }

    /// What is there now and was not.
    pub fn given(&self, member: &Member, decisions: &[Decision]) -> Vec<Given> {
        let mut given: Vec<Given> = Vec::new();
        for decision in decisions {
            match &decision.kind {
                Kind::BadgeAwarded { badge, level, from, .. } => {
                    given.push(Given::Badge { badge: badge.clone(), level: level.clone(), from: from.clone() });
                }
                Kind::Tagged { tag } if self.tags.binary_search(tag).is_err() && tags::has(member, tag) => {
                    let tag = Given::Tag(tag.clone());
                    if !given.contains(&tag) {
                        given.push(tag);
                    }
                }
                _ => {}
            }
        }
        for (ladder, (before, standing)) in self.set.iter().zip(&member.standings).enumerate() {
            let gone: Vec<(u16, i64)> = before.iter().filter(|level| !standing.set.contains(level)).copied().collect();
            for level in standing.set.iter().filter(|level| !before.contains(level)) {
                given.push(Given::Level { ladder: ladder as u16, level: *level, instead_of: gone.clone() });
            }
        }
        given
    }
}

/// Takes it away again, as far as it is still what the reward has given.
pub fn take_back(plan: &Plan, member: &mut Member, given: Given, at: i64, decisions: &mut Decided) {
    match given {
        Given::Badge { badge, level, from } => {
            badges::take_back(plan, member, (&badge, &level, &from), at, decisions);
        }
        Given::Tag(tag) => {
            if tags::take_back(member, &tag) {
                decisions.push(Decision { at, kind: Kind::Untagged { tag } });
            }
        }
        Given::Level { ladder, level, instead_of } => {
            ladders::take_level(plan, member, ladder, level, &instead_of, at, decisions);
        }
    }
}
