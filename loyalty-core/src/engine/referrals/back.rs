//! The order that made a friend count comes back, or has another form: whether the friend still counts by it.
//!
//! All forms of an order are one purchase. The advocate was told of it by the first, once, and knows nothing of the others:
//! its part and its time of waiting stay as long as the order counts in some form.

use rust_decimal::Decimal;

use super::{Stage, WITHDRAWN, number_of};
use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::coupons::redeem::replaced;
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind, Parcel};
use crate::engine::returns::{self, Order};
use crate::plan::{EffectKindPlan, Plan, in_force};

/// What a friend's state has sent to its advocate, and by which form of the order.
struct Sent {
    referral: Box<str>,
    rule: u32,
    parcel: Parcel,
    at: i64,
}

/// What an order, or one in whose place it is, has sent to the advocates.
fn sent(plan: &Plan, member: &Member, order: &str) -> Vec<Sent> {
    let mut found: Vec<Sent> = Vec::new();
    returns::each_form(plan, member, order, |record, decisions| {
        for decision in decisions {
            if let Kind::Referred { referral, rule, parcel, .. } = &decision.kind
                && !found.iter().any(|known| known.referral == *referral)
            {
                let (referral, parcel) = (referral.clone(), (**parcel).clone());
                found.push(Sent { referral, rule: *rule, parcel, at: record.at });
            }
        }
    });
    found
}

/// What came of an order that has come back, wholly or in part, for the advocate. Where another one takes its place, that is
/// judged when it is known.
pub fn come_back(
    plan: &Plan,
    member: &mut Member,
    (order, kept): (&Order, &EventData),
    (whole, lives_on): (bool, bool),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let own = hash(&order.event.id);
    let tells = |decision: &Decision| matches!(decision.kind, Kind::Referred { .. });
    if lives_on || !is_edited(plan, &order.event) && !order.decisions.iter().any(tells) {
        return Ok(());
    }
    for sent in sent(plan, member, &order.event.id) {
        let Some(number) = number_of(plan, &sent.referral) else {
            // A version of the program without the referral takes back what it gave all the same.
            if whole {
                decisions.push(Decision { at, kind: withdrawn(&sent) });
            }
            continue;
        };
        if stage(member, number) == Some(Stage::Counts(own)) {
            let scope = returns::scope(plan, member, order, kept);
            let still = !whole && still_counts(&scope, sent.rule, order.day)?;
            judge(plan, member, (number, &sent), (own, still), at, decisions);
            part_is_lost(plan, member, (number, sent.rule), (own, order.event.at, &order.decisions))?;
        }
    }
    Ok(())
}

/// What becomes of a friend who counts by an order in whose place another one has come, which nothing sees where the account
/// rests.
pub fn go_on(
    plan: &Plan,
    member: &mut Member,
    (event, replaced): (&EventData, &str),
    rests: bool,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let (before, own) = (hash(replaced), hash(&event.id));
    let counts = |number: &usize| stage(member, *number) == Some(Stage::Counts(before));
    let numbers: Vec<usize> = (0..plan.referrals.len()).filter(counts).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let sent = sent(plan, member, replaced);
    for number in numbers {
        match sent.iter().find(|sent| number_of(plan, &sent.referral) == Some(number)) {
            Some(sent) => {
                let scope = Scope { event: Some(event), ..Scope::of(plan, member, event.at) };
                let still = !rests && still_counts(&scope, sent.rule, event.day)?;
                judge(plan, member, (number, sent), (own, still), event.at.max(sent.at), decisions);
                let form =
                    member.remembered(plan, replaced).map(|record| (record.at, record.decisions().unwrap_or_default()));
                if let Some((ordered_at, decided)) = form {
                    part_is_lost(plan, member, (number, sent.rule), (own, ordered_at, &decided))?;
                }
            }
            // It has been forgotten since: nothing of it can be taken back any more.
            None => put(member, number, Stage::Counts(own)),
        }
    }
    Ok(())
}

fn is_edited(plan: &Plan, order: &EventData) -> bool {
    plan.events.get(usize::from(order.event)).is_some_and(|event| replaced(event, order).is_some())
}

fn put(member: &mut Member, referral: usize, stage: Stage) {
    if let Some(brought) = member.referrals.of.get_mut(referral).and_then(|standing| standing.brought.as_mut()) {
        brought.stage = stage;
    }
}

fn stage(member: &Member, referral: usize) -> Option<Stage> {
    member.referrals.of.get(referral)?.brought.as_ref().map(|brought| brought.stage)
}

/// The friend counts by an order as it is now, if it `still` does or nothing of a return is looked at any more.
fn judge(
    plan: &Plan,
    member: &mut Member,
    (number, sent): (usize, &Sent),
    (order, still): (u64, bool),
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let Some(of) = plan.referrals.get(number) else { return };
    let settled = at >= super::settles_at(plan, of, sent.at);
    let counts = still || settled && !of.revoke;
    put(member, number, if counts { Stage::Counts(order) } else { Stage::Open });
    if !counts {
        decisions.push(Decision { at, kind: withdrawn(sent) });
    }
}

/// Under what stands what was written off of a friend's part: it has had that.
fn part(plan: &Plan, referral: usize) -> u64 {
    let name = plan.referrals.get(referral).map_or("", |referral| &*referral.name);
    hash(&format!("referral {name}"))
}

/// What is written down of the parts of a friend who may count again.
pub fn lost(plan: &Plan, member: &Member) -> Vec<u64> {
    if member.written_off.is_empty() {
        return Vec::new();
    }
    let open = |number: &usize| stage(member, *number) == Some(Stage::Open);
    (0..plan.referrals.len()).filter(open).map(|number| part(plan, number)).collect()
}

/// How much a rule has given by some decisions in each wallet, at most.
fn given(plan: &Plan, rule: u32, decisions: &[Decision]) -> Result<Vec<(u16, Decimal)>, Overflow> {
    let mut found: Vec<(u16, Decimal)> = Vec::new();
    for decision in decisions {
        let Kind::Earned { wallet, because, .. } = &decision.kind else { continue };
        for because in because {
            let Because::Rule { rule: own, amount } = because else { continue };
            if *own != rule {
                continue;
            }
            let decimals = plan.wallets.get(usize::from(*wallet)).map_or(0, |wallet| wallet.decimals);
            let amount = amount::round(*amount, Decimal::ONE, decimals, RoundMode::Up)?;
            match found.iter_mut().find(|(known, _)| known == wallet) {
                Some((_, sum)) => *sum = amount::add(*sum, amount)?,
                None => found.push((*wallet, amount)),
            }
        }
    }
    Ok(found)
}

/// Notes what a friend who counts no more has had of its part and was not found when its order came back: should it count again, it
/// has had that already.
fn part_is_lost(
    plan: &Plan,
    member: &mut Member,
    (number, rule): (usize, u32),
    (order, ordered_at, decisions): (u64, i64, &[Decision]),
) -> Result<(), Overflow> {
    if stage(member, number) != Some(Stage::Open) || member.written_off.is_empty() {
        return Ok(());
    }
    for given in given(plan, rule, decisions)? {
        returns::of_order_were_given_for(plan, member, part(plan, number), (order, ordered_at), given)?;
    }
    Ok(())
}

/// A friend who counts once more has had what was not found of its part when it was taken back. Whether somebody counts by the event.
pub fn net_again(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    first: usize,
    decisions: &mut Vec<Decision>,
) -> Result<bool, Overflow> {
    let decided = decisions.get(first..).unwrap_or_default();
    let counts = decided.iter().filter_map(|decision| match &decision.kind {
        Kind::Referred { referral, rule, .. } => Some((number_of(plan, referral)?, *rule)),
        _ => None,
    });
    let counts: Vec<(usize, u32)> = counts.collect();
    for (number, rule) in &counts {
        let given = given(plan, *rule, decisions.get(first..).unwrap_or_default())?;
        let most =
            |wallet: u16| given.iter().find(|(known, _)| *known == wallet).map_or(Decimal::ZERO, |(_, sum)| *sum);
        let what = part(plan, *number);
        returns::net_given_again(member, (hash(&event.id), what), i64::MIN, most, event.at, decisions)?;
        member.written_off.change(|known| known.given_for == what, |known| known.given_for = 0);
    }
    Ok(!counts.is_empty())
}

/// The event for the advocate that takes back the one that a friend has sent.
fn withdrawn(Sent { referral, parcel: sent, .. }: &Sent) -> Kind {
    let parcel = Box::new(Parcel {
        id: format!("{}{WITHDRAWN}", sent.id).into(),
        transfer: sent.id.clone(),
        from: sent.from.clone(),
        to: sent.to.clone(),
    });
    Kind::ReferralWithdrawn { referral: referral.clone(), parcel }
}

/// Whether an order, as the scope holds it, would have made the friend count.
fn still_counts(scope: &Scope<'_>, rule: u32, day: i32) -> Result<bool, EventError> {
    let form = scope.plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, day));
    for condition in form.iter().flat_map(|form| &form.when).filter(|condition| condition.event_only) {
        if !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a rule is the friend's part of a referral that the advocate has refused for that order.
pub fn refused(plan: &Plan, member: &Member, rule: u32, order: &str) -> bool {
    let forms = plan.rules.get(rule as usize).map(|rule| rule.forms.as_slice()).unwrap_or(&[]);
    let effects = forms.iter().flat_map(|form| &form.value.effects);
    let mut referrals = effects.filter_map(|effect| match effect.kind {
        EffectKindPlan::Refer { referral } => Some(usize::from(referral)),
        _ => None,
    });
    let number = referrals.next();
    number.and_then(|number| stage(member, number)) == Some(Stage::Refused(hash(order)))
}
