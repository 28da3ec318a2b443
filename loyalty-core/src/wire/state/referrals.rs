//! Who brought a member, and whom it has brought, by the names of the declarations.

use super::MigrationReport;
use super::saved::saved;
use super::values::Moment;
use crate::engine::member::Member;
use crate::engine::referrals::{Brought, Friend, Stage, Standing, forget_terms};
use crate::engine::undo::Kept;
use crate::plan::Plan;
use crate::sorting::Arrange as _;

#[derive(Default)]
pub struct SavedReferrals {
    identities: Vec<u64>,
    of: Vec<SavedReferral>,
    withdrawn: Vec<(u64, Moment)>,
}

saved! { SavedReferrals { identities, of, withdrawn } }

#[derive(Default)]
struct SavedReferral {
    referral: String,
    brought: Option<SavedBrought>,
    friends: Vec<SavedFriend>,
    earlier: u32,
    reached: Vec<u32>,
    /// How far accounts that went up in this one had come.
    absorbed: Vec<SavedStage>,
}

saved! { SavedReferral { referral, brought, friends, earlier, reached } unless empty { absorbed } }

#[derive(Default)]
struct SavedBrought {
    by: String,
    at: Moment,
    stage: SavedStage,
}

saved! { SavedBrought { by, at, stage } }

#[derive(Default)]
enum SavedStage {
    #[default]
    Open,
    /// The order by which the member counts, and what the rules asked of it.
    Counts(u64, Option<u32>),
    /// The order for which the advocate has refused it.
    Refused(u64),
}

saved! { SavedStage: "open" = Open, "counts" = Counts(order, terms), "refused" = Refused(order) }

impl SavedStage {
    fn of(stage: Stage) -> Self {
        match stage {
            Stage::Open => Self::Open,
            Stage::Counts { order, terms } => Self::Counts(order, terms),
            Stage::Refused(order) => Self::Refused(order),
        }
    }

    fn stage(&self) -> Stage {
        match *self {
            Self::Open => Stage::Open,
            Self::Counts(order, terms) => Stage::Counts { order, terms },
            Self::Refused(order) => Stage::Refused(order),
        }
    }
}

#[derive(Default)]
struct SavedFriend {
    event: u64,
    friend: u64,
    at: Moment,
    settles_at: Moment,
    keys: Vec<u64>,
}

saved! { SavedFriend { event, friend, at, settles_at, keys } }

/// Nothing of a member who has none.
pub fn save(plan: &Plan, member: &Member) -> Vec<SavedReferrals> {
    let own = &member.referrals;
    if own.is_empty() {
        return Vec::new();
    }
    let of = plan.referrals.iter().zip(&own.of).filter(|(_, standing)| **standing != Standing::default());
    let of = of.map(|(referral, standing)| SavedReferral {
        referral: referral.name.to_string(),
        brought: standing.brought.as_ref().map(|brought| SavedBrought {
            by: brought.by.to_string(),
            at: Moment(brought.at),
            stage: SavedStage::of(brought.stage),
        }),
        friends: standing
            .friends
            .iter()
            .map(|friend| SavedFriend {
                event: friend.event,
                friend: friend.friend,
                at: Moment(friend.at),
                settles_at: Moment(friend.settles_at),
                keys: friend.keys.clone(),
            })
            .collect(),
        earlier: *standing.earlier,
        reached: standing.reached.to_vec(),
        absorbed: standing.absorbed.iter().map(|stage| SavedStage::of(*stage)).collect(),
    });
    let withdrawn = own.withdrawn.iter().map(|(event, at)| (*event, Moment(*at)));
    vec![SavedReferrals { identities: own.identities.to_vec(), of: of.collect(), withdrawn: withdrawn.collect() }]
}

/// Takes over what the program still has.
pub fn restore(plan: &Plan, member: &mut Member, saved: Vec<SavedReferrals>, report: &mut MigrationReport) {
    for saved in saved {
        let own = &mut member.referrals;
        let mut identities = saved.identities;
        identities.arrange();
        identities.dedup();
        let mut withdrawn: Vec<(u64, i64)> = saved.withdrawn.into_iter().map(|(event, at)| (event, at.0)).collect();
        withdrawn.arrange();
        (own.identities, own.withdrawn) = (identities.into(), withdrawn.into());
        for one in saved.of {
            let number = plan.referrals.iter().position(|known| *known.name == *one.referral);
            let Some(place) = number.and_then(|number| own.of.get_mut(number)) else {
                let friends = one.friends.len();
                let brought = if one.brought.is_some() { ", which has brought the member" } else { "" };
                let friends = if friends > 0 { format!(" with {friends} friends") } else { String::new() };
                report.dropped.push(format!("referral `{}`{friends}{brought}", one.referral));
                continue;
            };
            let mut friends: Vec<Friend> = one
                .friends
                .into_iter()
                .map(|friend| Friend {
                    event: friend.event,
                    friend: friend.friend,
                    at: friend.at.0,
                    settles_at: friend.settles_at.0,
                    keys: friend.keys,
                })
                .collect();
            friends.arrange_by_key(|friend| (friend.at, friend.event));
            let brought = one.brought.map(|brought| Brought {
                by: brought.by.into(),
                at: brought.at.0,
                stage: brought.stage.stage(),
            });
            let mut reached = one.reached;
            reached.arrange();
            reached.dedup();
            let (brought, earlier) = (Kept::new(brought), Kept::new(one.earlier));
            let absorbed: Vec<Stage> = one.absorbed.iter().map(SavedStage::stage).collect();
            let (friends, reached, absorbed) = (friends.into(), reached.into(), absorbed.into());
            *place = Standing { brought, friends, earlier, reached, absorbed };
        }
    }
    for number in forget_terms(plan, member) {
        let name = plan.referrals.get(number).map_or("", |referral| &*referral.name);
        report.loses(format!(
            "what made friends count for referral `{name}`: those who do count until all of their order comes back"
        ));
    }
}
