//! What returns have written off because it had been spent, for as long as that spending may come back itself.
//!
//! Had the spending come back first, the return would have found the points. So points that are given back make up for
//! what was written off after they were spent: in whichever order things come back, the same is left.

use rust_decimal::Decimal;

use crate::amount::{self, Overflow};
use crate::check::model::{Clawback, Flow};
use crate::engine::event::EventData;
use crate::engine::flows;
use crate::engine::log::hash;
use crate::engine::lots::Lot;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::plan::Plan;

/// Points that a return did not find.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WrittenOff {
    /// The entry of the clawback: what was spent before it has a smaller one.
    pub entry: u64,
    pub wallet: u16,
    /// The member's clock then: nothing that was spent by then can come back longer than what was spent just then.
    pub at: i64,
    pub amount: Decimal,
    /// The last entry of another account that was joined before: what that one had spent was never this one's. Zero, if none.
    pub after: u64,
    /// Digest of the order that they were taken back of, as it stands: one that takes its place is told of it. Zero where
    /// no order can.
    pub order: u64,
    /// They had been spent, so that spending that comes back makes up for them. For others only an edit does: they had
    /// run out, or the wallet leaves them.
    pub spent: bool,
    /// The wallet leaves what has vested, and they had not by the return, which was at `at`: if what they waited for is told yet,
    /// they have, and it leaves them then.
    pub missed: bool,
    /// Digest of what they had been given for and may be given for again: a goal of a challenge, or having been brought. They were
    /// given once, since they were not found. Zero for nothing.
    pub given_for: u64,
}

pub(super) fn note(member: &mut Member, wallet: u16, entry: u64, amount: Decimal, spent: bool) {
    if amount > Decimal::ZERO {
        let at = member.clock;
        let row = WrittenOff { entry, wallet, at, amount, after: 0, order: 0, spent, missed: false, given_for: 0 };
        member.written_off.push(row);
    }
}

/// The same of what has never vested, as far as is known.
pub(super) fn note_missed(member: &mut Member, wallet: u16, entry: u64, amount: Decimal, at: i64) {
    if amount > Decimal::ZERO {
        let row =
            WrittenOff { entry, wallet, at, amount, after: 0, order: 0, spent: false, missed: true, given_for: 0 };
        member.written_off.push(row);
    }
}

/// How much of what returns of an order have left in a wallet had never vested.
pub(super) fn never_vested(member: &Member, wallet: u16, order: u64) -> Result<Decimal, Overflow> {
    let own = member.written_off.iter().filter(|known| known.missed && (known.wallet, known.order) == (wallet, order));
    amount::sum(own.map(|known| known.amount))
}

/// What of an order has been returned as never vested vests after all: it was there at each of the returns, and leaves what had vested
/// by them.
pub fn vested_after_all(plan: &Plan, member: &mut Member, wallet: u16, order: u64) -> Result<(), Overflow> {
    for place in 0..member.written_off.len() {
        let own = |known: &&WrittenOff| known.missed && (known.wallet, known.order) == (wallet, order);
        let Some(known) = member.written_off.get(place).filter(own).copied() else { continue };
        member.written_off.set(place, WrittenOff { missed: false, ..known });
        flows::note(plan, member, wallet, Flow::Vested, -known.amount, known.at)?;
    }
    Ok(())
}

/// Whether clawbacks among some decisions, of what was given at an instant, have left something with the member: it was spent, or
/// the wallet leaves it.
pub fn is_missing(plan: &Plan, member: &Member, decisions: &[Decision], given_at: i64) -> bool {
    let day = plan.calendar.day_at(given_at);
    decisions.iter().any(|decision| {
        let Kind::ClawedBack { entry, wallet, .. } = decision.kind else { return false };
        let leaves = plan.policy(wallet, day).is_some_and(|policy| policy.clawback == Clawback::OnlyPending);
        let mut missing = member.written_off.iter().filter(|known| known.entry == entry && !known.amount.is_zero());
        missing.any(|known| known.spent || leaves)
    })
}

/// Says of which order the clawbacks among some decisions were.
pub(super) fn belongs(member: &mut Member, order: u64, decisions: &[Decision]) {
    for decision in decisions {
        let Kind::ClawedBack { entry, written_off, .. } = decision.kind else { continue };
        if written_off.is_zero() {
            continue;
        }
        member.written_off.change(|known| known.entry == entry, |known| known.order = order);
    }
}

/// Whether a wallet leaves with the member what it would have to take back of that day.
fn leaves(plan: &Plan, wallet: u16, day: i32) -> bool {
    plan.policy(wallet, day).is_some_and(|policy| policy.clawback == Clawback::OnlyPending)
}

/// Says what some points had been given for, at an instant, that clawbacks among some decisions have not found. What had run out
/// is with nobody.
pub fn were_given_for(plan: &Plan, member: &mut Member, what: u64, (decisions, given_at): (&[Decision], i64)) {
    let day = plan.calendar.day_at(given_at);
    for decision in decisions {
        let Kind::ClawedBack { entry, wallet, .. } = decision.kind else { continue };
        let stays = leaves(plan, wallet, day);
        let wanted = |known: &WrittenOff| known.entry == entry && (known.spent || stays);
        member.written_off.change(wanted, |known| known.given_for = what);
    }
}

/// Says what up to so many of the points of an order had been given for that returns have not found, the last first.
pub fn of_order_were_given_for(
    plan: &Plan,
    member: &mut Member,
    what: u64,
    (order, ordered_at): (u64, i64),
    (wallet, most): (u16, Decimal),
) -> Result<(), Overflow> {
    let stays = leaves(plan, wallet, plan.calendar.day_at(ordered_at));
    let mut left = most;
    for place in (0..member.written_off.len()).rev() {
        let wanted = |known: &&WrittenOff| {
            (known.wallet, known.order, known.given_for) == (wallet, order, 0) && (known.spent || stays)
        };
        let Some(known) = member.written_off.get(place).filter(wanted).copied() else { continue };
        let part = known.amount.min(left);
        if part <= Decimal::ZERO {
            continue;
        }
        left = amount::subtract(left, part)?;
        let rest = amount::subtract(known.amount, part)?;
        member.written_off.set(place, WrittenOff { amount: part, given_for: what, ..known });
        if !rest.is_zero() {
            member.written_off.insert(place, WrittenOff { amount: rest, ..known });
        }
    }
    Ok(())
}

/// Whether something that had been given for that was not found when it was taken back.
pub fn was_had(member: &Member, what: u64) -> bool {
    member.written_off.iter().any(|known| known.given_for == what && !known.amount.is_zero())
}

/// Makes up for what had been given for the same before, and was not found when it was taken back, by some of the lots that have just
/// been given for it: up to so much, in each wallet. What was written off `since` then is looked at.
pub fn net_given_again(
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    (what, since): (u64, i64),
    most: impl Fn(u16) -> Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let for_it = |known: &WrittenOff| known.given_for == what && known.at >= since;
    net_rows(member, is_own, for_it, most, at, decisions)
}

/// What was written off before this is forgotten, unless something else asks for it. When a state was last tidied must not show.
pub fn forgotten_before(plan: &Plan, member: &Member) -> i64 {
    member.horizon(plan).min(member.return_horizon(plan))
}

/// Under what stands what was written off of a challenge's rewards when an order was edited.
fn of_rewards(challenge: &str, order: u64) -> u64 {
    hash(&format!("challenge {challenge} of {order}"))
}

/// Says of which challenge the clawbacks among some decisions were that the edit of an order has brought about.
pub fn reward_belongs(member: &mut Member, challenge: &str, order: u64, decisions: &[Decision]) {
    belongs(member, of_rewards(challenge, order), decisions);
}

/// What rewards have lost by edits of an order is told of the form that takes its place, too.
pub fn rewards_go_on(plan: &Plan, member: &mut Member, (from, to): (u64, u64)) {
    if member.written_off.is_empty() {
        return;
    }
    let clock = member.clock;
    for challenge in &plan.challenges {
        let (from, to) = (of_rewards(&challenge.name, from), of_rewards(&challenge.name, to));
        member.written_off.change(|known| known.order == from, |known| (known.order, known.at) = (to, clock));
    }
}

/// Makes up for what rewards of a challenge have lost by edits of an order by what another one has just given for it: the same
/// purchase had been rewarded once.
pub fn net_reward(
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    (challenge, order): (&str, u64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    net_lots(member, is_own, of_rewards(challenge, order), at, decisions)
}

/// Makes up for what was written off of an edited order by what a coupon or a reward has just given with its new form: it is
/// the order's own.
pub fn net_given(
    member: &mut Member,
    given: &[u64],
    order: u64,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    net_lots(member, |lot| given.contains(&lot.entry), order, at, decisions)
}

/// No other order can take the place of that one any more.
pub(super) fn forget(member: &mut Member, order: u64) {
    member.written_off.retain(|known| known.spent || known.missed || known.order != order || known.given_for != 0);
}

/// Makes up for what was written off since `drawn`, the entry by which points were taken that have just been put back
/// into a lot.
pub fn make_up(
    member: &mut Member,
    wallet: u16,
    (lot, drawn, most): (usize, u64, Decimal),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let made_up = strike(member, wallet, drawn, most)?;
    settle(member, wallet, &[lot], made_up, at, decisions)
}

/// Strikes out up to so much of what was written off since that entry, and tells how much: the earliest first, for the
/// fewest can make up for it.
pub fn strike(member: &mut Member, wallet: u16, drawn: u64, most: Decimal) -> Result<Decimal, Overflow> {
    amount::sum(struck(member, wallet, drawn, most)?.iter().map(|part| part.amount))
}

/// The same, by the clawbacks that it was struck out of.
fn struck(member: &mut Member, wallet: u16, drawn: u64, most: Decimal) -> Result<Vec<WrittenOff>, Overflow> {
    let (mut left, mut parts) = (most, Vec::new());
    for place in 0..member.written_off.len() {
        let known = member.written_off.get(place).copied();
        let makes_up = |known: &WrittenOff| {
            let in_time = known.entry >= drawn && !(1..=known.after).contains(&drawn);
            known.spent && known.wallet == wallet && in_time
        };
        let Some(known) = known.filter(makes_up) else {
            continue;
        };
        let part = known.amount.min(left);
        if part > Decimal::ZERO {
            left = amount::subtract(left, part)?;
            lower(member, place, part)?;
            parts.push(WrittenOff { amount: part, ..known });
        }
    }
    member.written_off.retain(|known| !known.amount.is_zero());
    Ok(parts)
}

/// Held points that a purchase takes are spent from now on, and make up for the same as before.
pub fn drawn_again(member: &mut Member, wallet: u16, (held, spent): (u64, u64), most: Decimal) -> Result<(), Overflow> {
    for known in struck(member, wallet, held, most)? {
        member.written_off.push(WrittenOff { entry: spent, at: member.clock, ..known });
    }
    Ok(())
}

/// Makes up for what was written off of an order by what the one in its place has just been granted. What is left of it
/// is that one's from now on, for still another may take its place.
pub fn net(
    member: &mut Member,
    event: &EventData,
    replaced: &str,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let (source, order) = (hash(&event.id), hash(replaced));
    net_lots(member, |lot| lot.source == source, order, event.at, decisions)?;
    let clock = member.clock.max(event.at);
    member.written_off.change(|known| known.order == order, |known| (known.order, known.at) = (source, clock));
    Ok(())
}

/// Makes up for what was written off of an order by the points of some lots.
fn net_lots(
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    order: u64,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    net_rows(member, is_own, |known| known.order == order, |_| Decimal::MAX, at, decisions)
}

/// Makes up for some of what was written off by up to so much of the points of some lots.
fn net_rows(
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    is_missing: impl Fn(&WrittenOff) -> bool,
    most: impl Fn(u16) -> Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    if !member.written_off.iter().any(&is_missing) {
        return Ok(());
    }
    for wallet in 0..member.wallets.len() {
        let number = wallet as u16;
        let Some(state) = member.wallets.get(wallet) else { continue };
        let own = state.lots.iter().enumerate().filter(|(_, lot)| is_own(lot) && !lot.amount.is_zero());
        let (places, amounts): (Vec<usize>, Vec<Decimal>) = own.map(|(place, lot)| (place, lot.amount)).unzip();
        let granted = amount::sum(amounts.into_iter())?.min(most(number));
        let mut left = granted;
        for place in 0..member.written_off.len() {
            let known = member.written_off.get(place).filter(|known| known.wallet == number && is_missing(known));
            let Some(part) = known.map(|known| known.amount.min(left)) else { continue };
            left = amount::subtract(left, part)?;
            lower(member, place, part)?;
        }
        settle(member, number, &places, amount::subtract(granted, left)?, at, decisions)?;
    }
    member.written_off.retain(|known| !known.amount.is_zero());
    Ok(())
}

fn lower(member: &mut Member, place: usize, by: Decimal) -> Result<(), Overflow> {
    if let Some(known) = member.written_off.get_mut(place) {
        known.amount = amount::subtract(known.amount, by)?;
    }
    Ok(())
}

fn settle(
    member: &mut Member,
    wallet: u16,
    lots: &[usize],
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    if amount <= Decimal::ZERO {
        return Ok(());
    }
    let entry = member.next_entry();
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    state.take(lots, amount)?;
    state.written_off = amount::subtract(state.written_off, amount)?;
    decisions.push(Decision { at, kind: Kind::WriteOffSettled { entry, wallet, amount } });
    Ok(())
}
