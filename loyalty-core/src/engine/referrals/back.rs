//! The order that made a friend count comes back, or has another form: whether the friend still counts by it.
//!
//! All forms of an order are one purchase. The advocate was told of it by the first, once, and knows nothing of the others:
//! its part and its time of waiting stay as long as the order counts in some form.

use rust_decimal::Decimal;

use super::{Stage, Standing, WITHDRAWN, number_of, rule_that_asks, terms_of};
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
    settles_at: i64,
    revoke: bool,
}

impl Sent {
    /// Whether a return at an instant undoes nothing of it any more, by what the rules said when the friend came to count.
    fn is_settled(&self, at: i64) -> bool {
        at >= self.settles_at && !self.revoke
    }
}

/// What an order, or one in whose place it is, has sent to the advocates.
fn sent(plan: &Plan, member: &Member, order: &str) -> Vec<Sent> {
    let mut found: Vec<Sent> = Vec::new();
    returns::each_form(plan, member, order, |record, decisions| {
        for decision in decisions {
            if let Kind::Referred { referral, rule, settles_at, revoke, parcel, .. } = &decision.kind
                && !found.iter().any(|known| known.referral == *referral)
            {
                let (referral, parcel) = (referral.clone(), (**parcel).clone());
                let (rule, at, settles_at, revoke) = (*rule, record.at, *settles_at, *revoke);
                found.push(Sent { referral, rule, parcel, at, settles_at, revoke });
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
            if whole && !sent.is_settled(at) && !is_withdrawn(member, &sent) {
                decisions.push(Decision { at, kind: withdrawn(&sent) });
            }
            continue;
        };
        let counts = standing(member, number).and_then(|standing| standing.counts_by(own));
        if let Some(counts @ Stage::Counts { terms, .. }) = counts {
            // Where the rules ask something else by now, nobody knows what they asked, and it counts as long as something is kept.
            let rule = terms.and_then(|terms| rule_that_asks(plan, number, (terms, order.day)));
            let scope = returns::scope(plan, member, order, kept);
            let still = !whole && rule.map_or(Ok(true), |rule| still_counts(&scope, rule, order.day))?;
            if !judge(member, (number, &sent), (own, counts, still), at, decisions) {
                part_is_lost(plan, member, (number, sent.rule), (own, order.event.at, &order.decisions))?;
            }
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
    let numbers = member.referrals.of.iter().enumerate();
    let numbers = numbers.filter(|(_, standing)| standing.counts_by(before).is_some());
    let numbers: Vec<usize> = numbers.map(|(number, _)| number).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let sent = sent(plan, member, replaced);
    for number in numbers {
        match sent.iter().find(|sent| number_of(plan, &sent.referral) == Some(number)) {
            Some(sent) => {
                let scope = Scope { event: Some(event), ..Scope::of(plan, member, event.at) };
                let still = !rests && still_counts(&scope, sent.rule, event.day)?;
                // What is ordered anew is judged by the rules of now.
                let terms = terms_of(plan, sent.rule, event.day);
                let counts = Stage::Counts { order: own, terms };
                if judge(member, (number, sent), (before, counts, still), event.at.max(sent.at), decisions) {
                    continue;
                }
                let form =
                    member.remembered(plan, replaced).map(|record| (record.at, record.decisions().unwrap_or_default()));
                if let Some((ordered_at, decided)) = form {
                    part_is_lost(plan, member, (number, sent.rule), (own, ordered_at, &decided))?;
                }
            }
            // It has been forgotten since: nothing of it can be taken back any more.
            None => put(member, number, before, Stage::Counts { order: own, terms: None }),
        }
    }
    Ok(())
}

fn is_edited(plan: &Plan, order: &EventData) -> bool {
    plan.events.get(usize::from(order.event)).is_some_and(|event| replaced(event, order).is_some())
}

fn put(member: &mut Member, referral: usize, order: u64, stage: Stage) {
    if let Some(standing) = member.referrals.of.get_mut(referral) {
        standing.put(order, stage);
    }
}

fn standing(member: &Member, referral: usize) -> Option<&Standing> {
    member.referrals.of.get(referral)
}

/// The friend, who did by an order, counts as it is now, if it `still` does or nothing of a return is looked at any more; whether it
/// does.
fn judge(
    member: &mut Member,
    (number, sent): (usize, &Sent),
    (order, now, still): (u64, Stage, bool),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> bool {
    let counts = still || sent.is_settled(at);
    put(member, number, order, if counts { now } else { Stage::Open });
    if !counts {
        decisions.push(Decision { at, kind: withdrawn(sent) });
    }
    counts
}

/// Whether what was sent to the advocate has been taken back already.
fn is_withdrawn(member: &Member, sent: &Sent) -> bool {
    let withdraws = |decision: &Decision| matches!(&decision.kind, Kind::ReferralWithdrawn { parcel, .. } if parcel.transfer == sent.parcel.id);
    member.log.iter().any(|record| record.decisions().is_ok_and(|decisions| decisions.iter().any(withdraws)))
}

/// Whether somebody was brought and may count.
fn is_open(member: &Member, referral: usize) -> bool {
    let brought = standing(member, referral).and_then(|standing| standing.brought.as_ref());
    brought.is_some_and(|brought| brought.stage == Stage::Open)
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
    let open = |number: &usize| is_open(member, *number);
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
    if member.written_off.is_empty() {
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
        returns::net_given_again(
            member,
            |lot| lot.source == hash(&event.id),
            (what, i64::MIN),
            most,
            event.at,
            decisions,
        )?;
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
        EffectKindPlan::Refer { referral, .. } => Some(usize::from(referral)),
        _ => None,
    });
    let standing = referrals.next().and_then(|number| standing(member, number));
    standing.is_some_and(|standing| standing.stages().any(|stage| stage == Stage::Refused(hash(order))))
}
