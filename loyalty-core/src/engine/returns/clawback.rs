//! What is taken back of the points that an order, or a reward, has given.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::limits::{lower_caps, lower_wallet_caps, make_room};
use super::order::{Order, Returned};
use super::rerate::{granted, no_more_together, rerate, rerated_sum};
use super::{again, written_off};
use crate::amount::{self, Overflow};
use crate::check::model::{Clawback, Flow, Moment, Trigger};
use crate::engine::error::EventError;
use crate::engine::event::EventData;
use crate::engine::flows;
use crate::engine::log::hash;
use crate::engine::lots::{Lot, Use, Vesting, WalletState};
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind};
use crate::engine::tally::Changes;
use crate::plan::{Plan, RulePlan};

/// Takes back what an order has granted in each wallet. What of it stays with the member has been had, and makes room in no cap, unless
/// the order `lives_on` in another one, whose points make up for it.
pub(super) fn claw_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (event_before, before): (&EventData, &Returned),
    (event_after, after): (&EventData, &mut Returned),
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let old = rerate(plan, member, order, event_before, before.whole)?;
    let new = rerate(plan, member, order, event_after, after.whole)?;
    let mut changes = Changes::new();
    // In caps counts no more than the order contributed to the wallet, whatever rates the rest would have now.
    let (mut used_first, mut used_before, mut used) =
        (rerate(plan, member, order, &order.event, false)?, old, new.clone());
    for rerated in [&mut used_first, &mut used_before, &mut used] {
        no_more_together(order, rerated, |_, grant| Some(grant.wallet))?;
    }
    let less_before = less_by_rule(order, &used_first, &used_before)?;
    let less_after = less_by_rule(order, &used_first, &used)?;
    let digest = hash(&order.event.id);
    let had_before = had(plan, member, (digest, order.day))?;
    let mut had_after = had_before.clone();
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let granted = granted(order, number)?;
        if granted.is_zero() {
            continue;
        }
        let Some(policy) = plan.policy(number, order.day) else { continue };
        let sum = rerated_sum(&order.grants, &new, (number, wallet), policy)?;
        let rerated = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?;
        let rerated = rerated.clamp(Decimal::ZERO, granted);
        let clawed = after.clawed.get(usize::from(number)).copied().unwrap_or_default();
        let due = amount::subtract(amount::subtract(granted, rerated)?, clawed)?;
        let again = match due < Decimal::ZERO {
            true => Some(again::own_lots(order, number)).filter(|own| !own.is_empty()),
            false => None,
        };
        if due.is_zero() || (due < Decimal::ZERO && again.is_none()) {
            continue;
        }
        let now = amount::add(clawed, due)?;
        if let Some(clawed) = after.clawed.get_mut(usize::from(number)) {
            *clawed = now;
        }
        if let Some(own) = again {
            lower_wallet_caps(plan, number, due, order.event.at, &mut changes)?;
            again::give_again(plan, member, order, (number, &own), (-due, now), at, decisions)?;
            continue;
        }
        let own = Lots { source: hash(&order.event.id), named: &[] };
        let pending = match policy.clawback {
            Clawback::OnlyPending => vested_since(member, (&order.decisions, order.event.at), |_| true, number, at),
            _ => Vec::new(),
        };
        let of = (own, &*pending, order.event.at, policy.clawback);
        let stays = take_from(plan, member, number, due, of, at, decisions)?;
        let stays = if lives_on { Decimal::ZERO } else { stays };
        lower_wallet_caps(plan, number, amount::subtract(due, stays)?, order.event.at, &mut changes)?;
        if let Some(had) = had_after.get_mut(usize::from(number)) {
            *had = amount::add(*had, amount::multiply(stays, plan.denominator(number))?)?;
        }
    }
    // From the whole of what has come back so far, so that parts in any order leave the same room.
    let (kept_before, kept_after) = (kept_of(&less_before, had_before)?, kept_of(&less_after, had_after)?);
    for (of, less) in &less_after {
        let sum = |of_all: &BTreeMap<(u32, u16), Decimal>| of_all.get(of).copied().unwrap_or_default();
        let less = amount::subtract(*less, sum(&less_before))?;
        let kept = amount::subtract(sum(&kept_after), sum(&kept_before))?;
        let kept = if lives_on { Decimal::ZERO } else { kept };
        lower_caps(plan, *of, amount::subtract(less, kept)?, order.event.at, &mut changes)?;
    }
    Ok(make_room(member, changes)?)
}

/// How much less than at first each rule contributes to each wallet.
fn less_by_rule(order: &Order, first: &[Decimal], now: &[Decimal]) -> Result<BTreeMap<(u32, u16), Decimal>, Overflow> {
    let mut less: BTreeMap<(u32, u16), Decimal> = BTreeMap::new();
    for ((grant, first), now) in order.grants.iter().zip(first).zip(now) {
        let of_rule = less.entry((grant.rule, grant.wallet)).or_default();
        *of_rule = amount::add(*of_rule, amount::subtract(*first, *now)?)?;
    }
    Ok(less)
}

/// What returns of an order have not found and stays with the member, by wallet and times its denominator.
fn had(plan: &Plan, member: &Member, (order, day): (u64, i32)) -> Result<Vec<Decimal>, Overflow> {
    let mut had = vec![Decimal::ZERO; plan.wallets.len()];
    for (number, had) in had.iter_mut().enumerate() {
        let number = number as u16;
        let leaves = plan.policy(number, day).is_some_and(|policy| policy.clawback == Clawback::OnlyPending);
        let own = member.written_off.iter().filter(|known| (known.order, known.wallet) == (order, number));
        let own = own.filter(|known| known.spent || leaves).map(|known| known.amount);
        *had = amount::multiply(amount::sum(own)?, plan.denominator(number))?;
    }
    Ok(had)
}

/// How much of what each rule contributes less counts in its caps all the same: the first in the file are taken to have given what was
/// had.
fn kept_of(
    less: &BTreeMap<(u32, u16), Decimal>,
    mut had: Vec<Decimal>,
) -> Result<BTreeMap<(u32, u16), Decimal>, Overflow> {
    let mut kept = BTreeMap::new();
    for (of, less) in less {
        let Some(had) = had.get_mut(usize::from(of.1)) else { continue };
        let own = amount::at_least_zero((*less).min(*had));
        *had = amount::subtract(*had, own)?;
        kept.insert(*of, own);
    }
    Ok(kept)
}

/// Makes room in a wallet's caps for what was earned in it at an instant and is taken back now.
fn make_room_in_wallet(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    given_at: i64,
) -> Result<(), Overflow> {
    let mut changes = Changes::new();
    lower_wallet_caps(plan, wallet, amount, given_at, &mut changes)?;
    make_room(member, changes)
}

/// Takes back what a reward gave: its pending points, what is left of its own, others, debt, as the wallet says.
pub fn take_reward_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (source, given_at): (u64, i64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(policy) = plan.policy(wallet, plan.calendar.day_at(given_at)) else { return Ok(()) };
    let of = (Lots { source, named: &[] }, &[][..], given_at, policy.clawback);
    // What stays is made up for when the same goal is met again.
    make_room_in_wallet(plan, member, wallet, amount, given_at)?;
    take_from(plan, member, wallet, amount, of, at, decisions)?;
    Ok(())
}

/// Takes back what a declaration gave by some decisions: points that it alone has earned. They are of no event, so that its
/// lots are known by their entries. Tells how much of it has been had, for it stays with the member.
pub fn take_given_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (rule, decided, given_at): (u32, &[Decision], i64),
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<Decimal, Overflow> {
    let policy = plan.policy(wallet, plan.calendar.day_at(given_at));
    let Some(policy) = policy else { return Ok(Decimal::ZERO) };
    let named = lots_given(decided, rule, wallet);
    let pending = match policy.clawback {
        Clawback::OnlyPending => vested_since(member, (decided, given_at), |entry| named.contains(&entry), wallet, at),
        _ => Vec::new(),
    };
    let of = (Lots { source: NO_SOURCE, named: &named }, &*pending, given_at, policy.clawback);
    let stays = take_from(plan, member, wallet, amount, of, at, decisions)?;
    let stays = if lives_on { Decimal::ZERO } else { stays };
    make_room_in_wallet(plan, member, wallet, amount::subtract(amount, stays)?, given_at)?;
    Ok(stays)
}

/// The entries of the lots that a declaration has given in a wallet. Where a part has vested with an edit, it has become a lot
/// of its own.
fn lots_given(decided: &[Decision], rule: u32, wallet: u16) -> Vec<u64> {
    let mut lots = Vec::new();
    for decision in decided {
        match &decision.kind {
            Kind::Earned { entry, wallet: of, because, .. } if *of == wallet && given_by(because, rule) => {
                lots.push(*entry);
            }
            Kind::Vested { entry, lot, .. } if lots.contains(lot) => lots.push(*entry),
            _ => {}
        }
    }
    lots
}

/// Whether a rule is what a coupon or a reward gives: that goes with the order in which it is used or taken.
pub fn gives_with_an_order(rule: &RulePlan) -> bool {
    let with = |moment| matches!(moment, Moment::Redeemed(_) | Moment::Used(_));
    rule.held.is_some() && matches!(rule.trigger, Trigger::Declared(moment) if with(moment))
}

/// The entry of points that a coupon or a reward has given, if a decision is of such and they wait for an event.
pub fn given_that_waits(plan: &Plan, decision: &Decision) -> Option<u64> {
    let Kind::Earned { entry, vesting: Vesting::On { .. }, because, .. } = &decision.kind else { return None };
    let gives = |part: &Because| match part {
        Because::Rule { rule, .. } => plan.rules.get(*rule as usize).is_some_and(gives_with_an_order),
        _ => false,
    };
    because.iter().any(gives).then_some(*entry)
}

/// Whether a declaration alone has earned something.
pub fn given_by(because: &[Because], rule: u32) -> bool {
    let own = |part: &Because| matches!(part, Because::Rule { rule: own, .. } if *own == rule);
    because.iter().any(own) && !because.iter().any(|part| matches!(part, Because::Rule { .. }) && !own(part))
}

/// The lots of some decisions that were pending at an instant that is over, and have vested since.
fn vested_since(
    member: &Member,
    (decided, since): (&[Decision], i64),
    is_own: impl Fn(u64) -> bool,
    wallet: u16,
    at: i64,
) -> Vec<u64> {
    if at >= member.clock {
        return Vec::new();
    }
    let mut lots = Vec::new();
    let earned = decided.iter().filter_map(|decision| match decision.kind {
        Kind::Earned { entry, wallet: to, vesting, .. } if to == wallet && is_own(entry) => Some((entry, vesting)),
        _ => None,
    });
    for (entry, vesting) in earned {
        let since = match vesting {
            Vesting::Done => false,
            Vesting::At(vests_at) => vests_at > at,
            // Which event it was is known by what it decided.
            Vesting::On { .. } => {
                let records = member.log.iter().filter(|record| record.at >= since);
                let mut decided = records.flat_map(|record| record.decisions().unwrap_or_default());
                decided.any(|decision| {
                    let of_it = matches!(decision.kind, Kind::Vested { lot, .. } if lot == entry);
                    of_it && decision.at > at
                })
            }
        };
        if since {
            lots.push(entry);
        }
    }
    lots
}

/// The lots that what is taken back has given: those of a source, and those of some entries.
#[derive(Clone, Copy)]
struct Lots<'a> {
    source: u64,
    named: &'a [u64],
}

impl Lots<'_> {
    fn contain(&self, lot: &Lot) -> bool {
        lot.source == self.source || self.named.contains(&lot.entry)
    }
}

/// No lot has this source.
const NO_SOURCE: u64 = u64::MAX;

/// How many of the points that had run out are forgotten.
struct Struck {
    all: Decimal,
    /// They ran out while they waited for an event.
    never_vested: Decimal,
}

/// Forgets up to so many of the points that have run out of some lots.
fn strike(state: &mut WalletState, of: impl Fn(&Lot) -> bool, most: Decimal) -> Result<Struck, Overflow> {
    let (mut left, mut never_vested) = (most, Decimal::ZERO);
    for place in 0..state.lots.len() {
        let lot = state.lots.get(place).filter(|lot| !lot.expired.is_zero() && of(lot));
        let Some(lot) = lot.is_some().then(|| state.lots.get_mut(place)).flatten() else { continue };
        let gone = lot.expired.min(left);
        if lot.missed() {
            never_vested = amount::add(never_vested, gone)?;
        }
        lot.expired = amount::subtract(lot.expired, gone)?;
        left = amount::subtract(left, gone)?;
    }
    Ok(Struck { all: amount::subtract(most, left)?, never_vested })
}

/// Takes points back, and tells how many stay with the member, who has spent them or whose wallet leaves them: own pending ones, what is left of the own others, what has run out of them, those of others, debt. Some
/// lots count as pending that are so no more.
fn take_from(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (lots, then_pending, given_at, clawback): (Lots<'_>, &[u64], i64, Clawback),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<Decimal, Overflow> {
    let day = plan.calendar.day_at(at);
    let entry = member.next_entry();
    let inactivities =
        plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let order = plan.policy(wallet, day).map(|policy| policy.spend);
    let returned = written_off::never_vested(member, wallet, lots.source)?;
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(Decimal::ZERO) };
    let own = |pending: bool, all: &[Lot]| -> Vec<usize> {
        let own = all.iter().enumerate().filter(|(_, lot)| lots.contain(lot) && lot.pending() == pending);
        own.map(|(at, _)| at).collect()
    };
    let sum = |uses: Vec<Use>| uses.iter().try_fold(Decimal::ZERO, |sum, used| amount::add(sum, used.amount));
    let mut left = amount;
    let from_pending = sum(state.take(&own(true, &state.lots), left)?)?;
    left = amount::subtract(left, from_pending)?;
    let mut vested = left;
    let mut from_lots;
    let mut written_off;
    let mut debt = Decimal::ZERO;
    let mut spent = Decimal::ZERO;
    let mut missed = Decimal::ZERO;
    if clawback == Clawback::OnlyPending {
        let then = state.lots.iter().enumerate().filter(|(_, lot)| !lot.pending() && then_pending.contains(&lot.entry));
        let then: Vec<usize> = then.map(|(place, _)| place).collect();
        from_lots = sum(state.take(&then, left)?)?;
        written_off = amount::subtract(left, from_lots)?;
        // Of what was pending then and has been given up since, no event that is told later brings anything back.
        let struck = strike(state, |lot| lots.contain(lot) && lot.missed() && lot.waited_at(at), written_off)?;
        vested = amount::subtract(vested, struck.never_vested)?;
        // Nor has what was given up before, but what that waited for may be told yet.
        let gone = state.lots.iter().filter(|lot| lots.contain(lot) && lot.missed() && !lot.waited_at(at));
        let gone = amount::subtract(amount::sum(gone.map(|lot| lot.expired))?, returned)?;
        missed = amount::at_least_zero(gone).min(amount::subtract(written_off, struck.never_vested)?);
        vested = amount::subtract(vested, missed)?;
    } else {
        from_lots = sum(state.take(&own(false, &state.lots), left)?)?;
        left = amount::subtract(left, from_lots)?;
        let struck = strike(state, |lot| lots.contain(lot), left)?;
        vested = amount::subtract(vested, struck.never_vested)?;
        written_off = struck.all;
        left = amount::subtract(left, written_off)?;
        if let Some(order) = order {
            let others = state.spending_order(plan, inactivities, order);
            let taken = sum(state.take(&others, left)?)?;
            from_lots = amount::add(from_lots, taken)?;
            left = amount::subtract(left, taken)?;
        }
        if clawback == Clawback::MayOverdraw {
            debt = left;
        } else {
            spent = left;
            written_off = amount::add(written_off, left)?;
        }
    }
    state.clawed_back = amount::add(state.clawed_back, amount)?;
    state.written_off = amount::add(state.written_off, written_off)?;
    state.debt = amount::add(state.debt, debt)?;
    written_off::note(member, wallet, entry, spent, true);
    let rest = amount::subtract(amount::subtract(written_off, spent)?, missed)?;
    written_off::note(member, wallet, entry, rest, false);
    match lots.source {
        // What was given with an order is told by no source of its own.
        NO_SOURCE => written_off::note(member, wallet, entry, missed, false),
        _ => written_off::note_missed(member, wallet, entry, missed, at),
    }
    // What was earned is less from the order on; what had vested by now is less from now on.
    flows::note(plan, member, wallet, Flow::Earned, -amount, given_at)?;
    flows::note(plan, member, wallet, Flow::Vested, -vested, at)?;
    decisions.push(Decision {
        at,
        kind: Kind::ClawedBack { entry, wallet, amount, from_pending, from_lots, debt, written_off },
    });
    Ok(if clawback == Clawback::OnlyPending { written_off } else { spent })
}
