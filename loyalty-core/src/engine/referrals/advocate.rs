//! The advocate's side: friends who count, those who count no more, and friends whom nobody takes.

use super::{Friend, IDENTITIES_KEPT, REFUSED, number_of, self_referral, settles_at, text};
use crate::engine::doors::named;
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind, Parcel};
use crate::engine::returns;
use crate::engine::value::Value;
use crate::plan::{EventKind, EventPlan, Plan};
use crate::sorting::Arrange as _;
/// A `referral` event as its fields say it; nothing for one that names no declaration of the program.
struct Told<'e> {
    number: usize,
    friend: &'e str,
    keys: Vec<u64>,
}

fn told<'e>(plan: &Plan, event_plan: &EventPlan, event: &'e EventData) -> Option<Told<'e>> {
    let (Value::Text(program, _), Value::Text(friend, _)) =
        (named(event_plan, event, "program"), named(event_plan, event, "friend"))
    else {
        return None;
    };
    let number = number_of(plan, program)?;
    let list = event_plan.layout.lists.iter().position(|list| &*list.name == "identities");
    let list = list.map(|list| event.list(list as u16)).unwrap_or_default();
    let texts = event.rows_of(list).take(IDENTITIES_KEPT).filter_map(|row| match event.item(row, 0) {
        // The decision of the friend tells digests; a host that tells of a friend itself may send plain texts.
        Value::Text(text, _) => {
            let digest = Some(text).filter(|text| text.len() == 16).and_then(|text| u64::from_str_radix(text, 16).ok());
            Some(digest.unwrap_or_else(|| hash(&format!("identity {text}"))))
        }
        _ => None,
    });
    let mut keys: Vec<u64> = texts.collect();
    keys.arrange();
    keys.dedup();
    Some(Told { number, friend, keys })
}

/// A friend counts for this member, unless it is the same person, or has been taken back already. Of two referrals of one
/// friend the later one holds: the friend's own state has taken back the earlier one.
pub fn take_in(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(Told { number, friend, keys }) = told(plan, event_plan, event) else { return Ok(()) };
    if *friend == *member.id || member.account.has_absorbed(friend) {
        return Err(self_referral("friend").but_found(format!("`{friend}`, who is the advocate")));
    }
    if keys.iter().any(|key| member.referrals.identities.binary_search(key).is_ok()) {
        return Err(self_referral("identities")
            .but_found(format!("one that `{}` is known by itself", member.id))
            .advising("tell the friend by `Program::send_back`: what it was given for the referral is taken back"));
    }
    let (own, friend) = (hash(&event.id), hash(friend));
    let Some(standing) = member.referrals.of.get(number) else { return Ok(()) };
    let same_person = |known: &&Friend| known.friend != friend && known.keys.iter().any(|key| keys.contains(key));
    if standing.friends.iter().any(|known| same_person(&known)) {
        return Err(EventError::new(Refusal::KnownFriend)
            .in_field("identities")
            .expecting("a friend who has not counted before")
            .but_found("one that another friend of this member is known by")
            .advising("tell the friend by `Program::send_back`: what it was given for the referral is taken back"));
    }
    let before = standing.friends.iter().find(|known| known.friend == friend && known.event != own).cloned();
    let late = before.as_ref().is_some_and(|before| (before.at, before.event) > (event.at, own));
    if late || member.referrals.withdrawn.iter().any(|(known, _)| *known == own) {
        return Ok(());
    }
    if let Some(before) = before {
        let id = member.remembered_by(plan, before.event).map(|record| record.id.to_owned());
        if let Some(id) = id {
            returns::undo(plan, member, &id, event.at, decisions)?;
        }
        gone(member, before.event);
    }
    if let Some(standing) = member.referrals.of.get_mut(number) {
        let settles_at = plan.referrals.get(number).map_or(event.at, |of| settles_at(plan, of, event.at));
        standing.befriend(Friend { event: own, friend, at: event.at, settles_at, keys });
    }
    Ok(())
}

/// Whether a `referral` event was taken back before it came, so that nothing follows from it.
pub fn is_void(plan: &Plan, event_plan: &EventPlan, member: &Member, event: &EventData) -> bool {
    if event_plan.kind != EventKind::Referral {
        return false;
    }
    let Some(Told { number, .. }) = told(plan, event_plan, event) else { return false };
    let own = hash(&event.id);
    !member.referrals.of.get(number).is_some_and(|one| one.friends.iter().any(|friend| friend.event == own))
}

/// A friend counts no more.
pub fn gone(member: &mut Member, event: u64) {
    for standing in &mut member.referrals.of {
        standing.friends.retain(|friend| friend.event != event);
    }
}

/// What made a friend count has come back: the advocate's part of it goes.
pub fn withdraw(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let id = text(event_plan, event, "referral");
    match member.remembered(plan, id) {
        Some(record) => {
            let kind = plan.events.get(usize::from(record.event)).map(|event| event.kind);
            if kind != Some(EventKind::Referral) {
                return Err(EventError::new(Refusal::UnknownReferral)
                    .in_field("referral")
                    .expecting("the id of a `referral` event of this member")
                    .but_found(format!("`{id}`, which is another event")));
            }
            returns::undo(plan, member, id, event.at, decisions)?;
            gone(member, hash(id));
        }
        // It comes before what it takes back.
        None => {
            let known = hash(id);
            if !member.referrals.withdrawn.iter().any(|(other, _)| *other == known) {
                let place = member.referrals.withdrawn.partition_point(|other| *other < (known, event.at));
                member.referrals.withdrawn.insert(place, (known, event.at));
            }
        }
    }
    Ok(())
}

/// The `referral_refused` event of a host whose advocate does not take a friend, or does not exist.
pub fn undelivered(plan: &Plan, event: &EventData) -> Option<Decision> {
    let event_plan = plan.events.get(usize::from(event.event)).filter(|event| event.kind == EventKind::Referral)?;
    let Told { number, friend, .. } = told(plan, event_plan, event)?;
    let referral = plan.referrals.get(number)?.name.clone();
    let parcel = Box::new(Parcel {
        id: format!("{}{REFUSED}", event.id).into(),
        transfer: text(event_plan, event, "order").into(),
        from: event.id.as_str().into(),
        to: friend.into(),
    });
    Some(Decision { at: event.at, kind: Kind::ReferralSentBack { referral, parcel } })
}
