//! Who brought a member, and whom it has brought, by the names of the declarations.

use super::MigrationReport;
use super::saved::saved;
use super::values::Moment;
use crate::engine::member::Member;
use crate::engine::referrals::{Brought, Friend, Stage, Standing};
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
}

saved! { SavedReferral { referral, brought, friends, earlier, reached } }

#[derive(Default)]
struct SavedBrought {
    by: String,
    at: Moment,
    /// The order by which the member counts, or for which the advocate has refused it.
    counts: Option<u64>,
    refused: Option<u64>,
}

saved! { SavedBrought { by, at, counts, refused } }

#[derive(Default)]
struct SavedFriend {
    event: u64,
    friend: u64,
    at: Moment,
    keys: Vec<u64>,
}

saved! { SavedFriend { event, friend, at, keys } }

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
            counts: if let Stage::Counts(order) = brought.stage { Some(order) } else { None },
            refused: if let Stage::Refused(order) = brought.stage { Some(order) } else { None },
        }),
        friends: standing
            .friends
            .iter()
            .map(|friend| SavedFriend {
                event: friend.event,
                friend: friend.friend,
                at: Moment(friend.at),
                keys: friend.keys.clone(),
            })
            .collect(),
        earlier: *standing.earlier,
        reached: standing.reached.to_vec(),
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
                report.dropped.push(format!("referral `{}` with {friends} friends", one.referral));
                continue;
            };
            let mut friends: Vec<Friend> = one
                .friends
                .into_iter()
                .map(|friend| Friend { event: friend.event, friend: friend.friend, at: friend.at.0, keys: friend.keys })
                .collect();
            friends.arrange_by_key(|friend| (friend.at, friend.event));
            let brought = one.brought.map(|brought| Brought {
                by: brought.by.into(),
                at: brought.at.0,
                stage: match (brought.refused, brought.counts) {
                    (Some(order), _) => Stage::Refused(order),
                    (None, Some(order)) => Stage::Counts(order),
                    (None, None) => Stage::Open,
                },
            });
            let mut reached = one.reached;
            reached.arrange();
            reached.dedup();
            let (brought, earlier) = (Kept::new(brought), Kept::new(one.earlier));
            *place = Standing { brought, friends: friends.into(), earlier, reached: reached.into() };
        }
    }
}
