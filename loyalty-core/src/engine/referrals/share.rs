//! The advocate's share of what a friend buys.
//!
//! The friend's state tells how much of a purchase is shared. What comes back of that is a refund of what was told; where the order has
//! another form, what is told takes the place of the one before, as the edited order does. So the advocate's state takes its share back,
//! or rates it anew, as it does with purchases of its own.

use rust_decimal::Decimal;

use super::{Stage, Standing, number_of};
use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::coupons::redeem::replaced;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind, Parcel};
use crate::engine::returns::{self, Order};
use crate::plan::layout::ID_BYTES_MAX;
use crate::plan::node::NodeId;
use crate::plan::{EffectKindPlan, Plan, in_force};

/// What is put behind the id of a `referral_share` event, with a number, for that of what takes something of it back.
const BACK: &str = "/back/";

/// Room in an id for that.
const BEHIND: usize = 16;

/// The last that an advocate was told of a purchase.
struct Told {
    referral: Box<str>,
    /// How much of it is left.
    amount: Decimal,
    parcel: Parcel,
    /// How often something of it was taken back.
    times: usize,
}

/// Since when the member counts for its advocate, or the largest number.
fn counts_since(plan: &Plan, member: &Member, standing: &Standing) -> i64 {
    let orders = standing.stages().filter_map(|stage| match stage {
        Stage::Counts { order, .. } => Some(order),
        _ => None,
    });
    // An order that is forgotten was before all that can still come.
    let since = orders.map(|order| {
        let id = member.remembered_by(plan, order).map(|record| record.id.to_owned());
        id.and_then(|id| returns::bought_at(plan, member, &id)).unwrap_or(i64::MIN)
    });
    since.min().unwrap_or(i64::MAX)
}

/// When the event at hand was bought: in its first form.
fn bought(scope: &Scope<'_>) -> i64 {
    let order = scope.event.and_then(|event| replaced(scope.plan.events.get(usize::from(event.event))?, event));
    order.and_then(|order| returns::bought_at(scope.plan, scope.member, order)).unwrap_or(scope.at)
}

/// Whether the member counted when the event at hand was bought.
pub fn counted(scope: &Scope<'_>, standing: &Standing) -> bool {
    counts_since(scope.plan, scope.member, standing) <= bought(scope)
}

/// Whether the event at hand was bought in the time of the advocate's share.
pub fn in_time(scope: &Scope<'_>, referral: usize, standing: &Standing) -> bool {
    let lasts = scope.plan.referrals.get(referral).and_then(|of| of.shares);
    standing.brought.as_ref().is_some_and(|brought| {
        let end = lasts.map_or(i64::MAX, |length| scope.plan.calendar.end_after(brought.at, length));
        (brought.at..end).contains(&bought(scope))
    })
}

/// How much of an event is shared: no part of the smallest coin.
fn worth(scope: &Scope<'_>, of: NodeId) -> Result<Decimal, Overflow> {
    let Some(worth) = scope.number(of)? else { return Ok(Decimal::ZERO) };
    let minor = scope.plan.settings.currency.map_or(0, |currency| u32::from(currency.minor));
    Ok(amount::round(worth, Decimal::ONE, minor, RoundMode::Down)?.max(Decimal::ZERO))
}

/// The member's advocate has a share of the event at hand. What was told of a form before is told anew by [`go_on`].
pub fn share(scope: &Scope<'_>, referral: u16, of: NodeId) -> Result<Option<Kind>, EventError> {
    let (plan, member) = (scope.plan, scope.member);
    let (Some(of_plan), Some(event)) = (plan.referrals.get(usize::from(referral)), scope.event) else {
        return Ok(None);
    };
    let brought = member.referrals.of.get(usize::from(referral)).and_then(|standing| standing.brought.as_ref());
    let Some(by) = brought.map(|brought| brought.by.clone()) else { return Ok(None) };
    let order = plan.events.get(usize::from(event.event)).and_then(|event_plan| replaced(event_plan, event));
    let before = order.map_or(Ok(Vec::new()), |order| told(plan, member, order))?;
    if before.iter().any(|told| told.referral == of_plan.name) {
        return Ok(None);
    }
    let amount = worth(scope, of)?;
    if amount.is_zero() {
        return Ok(None);
    }
    let parcel = Parcel {
        id: id(&member.id, &event.id, &of_plan.name),
        transfer: event.id.as_str().into(),
        from: (*member.id).into(),
        to: by,
    };
    Ok(Some(Kind::Shared { referral: of_plan.name.clone(), amount, replaces: None, parcel: Box::new(parcel) }))
}

/// The id of the event that tells of a share.
fn id(friend: &str, order: &str, referral: &str) -> Box<str> {
    let id = format!("{friend}/{order}/{referral}/share");
    if id.len() + BEHIND <= ID_BYTES_MAX {
        return id.into();
    }
    format!("{:016x}/{:016x}/{:016x}/share", hash(friend), hash(order), hash(referral)).into()
}

/// What the advocates were told of a purchase last, by any form of the order, and have not been told that it is cancelled.
fn told(plan: &Plan, member: &Member, order: &str) -> Result<Vec<Told>, Overflow> {
    let mut forms: Vec<Box<str>> = Vec::new();
    returns::each_form(plan, member, order, |record, _| forms.push(record.id.into()));
    all_told(plan, member, |parcel, _| forms.contains(&parcel.transfer))
}

fn all_told(plan: &Plan, member: &Member, is_meant: impl Fn(&Parcel, &str) -> bool) -> Result<Vec<Told>, Overflow> {
    let mut found: Vec<Told> = Vec::new();
    for record in member.records(plan) {
        for decision in record.decisions().unwrap_or_default() {
            match decision.kind {
                Kind::Shared { referral, amount, replaces, parcel } if is_meant(&parcel, &referral) => {
                    found.retain(|told| Some(&told.parcel.id) != replaces.as_ref());
                    found.push(Told { referral, amount, parcel: *parcel, times: 0 });
                }
                Kind::ShareTakenBack { amount, parcel, .. } => {
                    if let Some(told) = found.iter_mut().find(|told| told.parcel.id == parcel.transfer) {
                        told.amount = amount::subtract(told.amount, amount)?;
                        told.times += 1;
                    }
                }
                _ => {}
            }
        }
    }
    found.retain(|told| !told.amount.is_zero());
    Ok(found)
}

/// So much less than the advocate knows of is shared of a purchase; all of it where nothing is left.
fn take_back(told: &Told, left: Decimal, at: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    if left >= told.amount {
        return Ok(());
    }
    let Told { referral, amount, parcel, times } = told;
    let id = format!("{}{BACK}{}", parcel.id, times + 1).into();
    let back = Parcel { id, transfer: parcel.id.clone(), ..parcel.clone() };
    let (amount, whole) = (amount::subtract(*amount, left)?, left.is_zero());
    let kind = Kind::ShareTakenBack { referral: referral.clone(), amount, whole, parcel: Box::new(back) };
    decisions.push(Decision { at, kind });
    Ok(())
}

/// What an event, or what is kept of it, comes to for a referral as far as the event alone says it; nothing where the program does not
/// know that any more.
fn worth_of(scope: &Scope<'_>, referral: &str, day: i32) -> Result<Option<Decimal>, EventError> {
    let Some(number) = number_of(scope.plan, referral) else { return Ok(None) };
    for rule in &scope.plan.rules {
        let Some(form) = in_force(&rule.forms, day) else { continue };
        let shares = form.effects.iter().find_map(|effect| match effect.kind {
            EffectKindPlan::Share { referral, of } if usize::from(referral) == number => Some(of),
            _ => None,
        });
        let Some(of) = shares else { continue };
        for condition in form.when.iter().filter(|condition| condition.event_only) {
            if !scope.holds(condition.node)? {
                return Ok(Some(Decimal::ZERO));
            }
        }
        return Ok(Some(worth(scope, of)?));
    }
    Ok(None)
}

/// Whether the friend came to count by a purchase, as a form of it tells, and does not by the one that is now.
fn counts_no_more(plan: &Plan, member: &Member, referral: &str, (order, now): (&str, &str)) -> bool {
    let mut by_it = false;
    returns::each_form(plan, member, order, |_, decisions| {
        by_it |= decisions
            .iter()
            .any(|decision| matches!(&decision.kind, Kind::Referred { referral: own, .. } if **own == *referral));
    });
    let standing = number_of(plan, referral).and_then(|number| member.referrals.of.get(number));
    by_it && standing.is_some_and(|standing| standing.counts_by(hash(now)).is_none())
}

/// Whether some advocate may know of purchases.
fn is_shared(plan: &Plan, member: &Member) -> bool {
    let shares = |effect: &crate::plan::EffectPlan| matches!(effect.kind, EffectKindPlan::Share { .. });
    !member.referrals.is_empty()
        && plan.rules.iter().flat_map(|rule| &rule.forms).flat_map(|form| &form.value.effects).any(shares)
}

/// A part of a purchase, or all of it, has come back: so much less is shared.
pub fn share_comes_back(
    plan: &Plan,
    member: &Member,
    (order, kept): (&Order, &EventData),
    whole: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let tells = |decision: &Decision| matches!(decision.kind, Kind::Shared { .. });
    // Another version of the program may have told of it.
    if !is_shared(plan, member) && !order.decisions.iter().any(tells) {
        return Ok(());
    }
    let own = &*order.event.id;
    for told in told(plan, member, own)? {
        let scope = returns::scope(plan, member, order, kept);
        let left = match whole || counts_no_more(plan, member, &told.referral, (own, own)) {
            true => Some(Decimal::ZERO),
            false => worth_of(&scope, &told.referral, order.day)?,
        };
        if let Some(left) = left {
            take_back(&told, left, at, decisions)?;
        }
    }
    Ok(())
}

/// An order has come in the place of another of which an advocate knows: it is told what the new form comes to.
pub fn share_goes_on(
    plan: &Plan,
    member: &Member,
    (event, before): (&EventData, &str),
    rests: bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    if !is_shared(plan, member) {
        return Ok(());
    }
    for told in told(plan, member, before)? {
        let scope = Scope { event: Some(event), ..Scope::of(plan, member, event.at) };
        let now = match rests || counts_no_more(plan, member, &told.referral, (before, &event.id)) {
            true => Some(Decimal::ZERO),
            false => worth_of(&scope, &told.referral, event.day)?,
        };
        match now {
            Some(now) if now.is_zero() => take_back(&told, now, event.at, decisions)?,
            Some(amount) if amount != told.amount => {
                let Told { referral, parcel, .. } = told;
                let replaces = Some(parcel.id.clone());
                let id = id(&parcel.from, &event.id, &referral);
                let parcel = Box::new(Parcel { id, transfer: event.id.as_str().into(), ..parcel });
                decisions.push(Decision { at: event.at, kind: Kind::Shared { referral, amount, replaces, parcel } });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The advocate has not taken the friend: it has no share of what the friend has bought.
pub fn share_is_refused(
    plan: &Plan,
    member: &Member,
    referral: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let all = all_told(plan, member, |_, of| of == referral)?;
    all.iter().try_for_each(|told| take_back(told, Decimal::ZERO, at, decisions))
}
