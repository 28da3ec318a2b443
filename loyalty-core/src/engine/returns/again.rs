//! What a return has taken too much of, once more has come back: what is kept then may be worth more than what was kept before,
//! as where a coupon takes off no more, or a smaller order has a better rate.
//!
//! A clawback takes pending points first, then those that may be spent, and leaves a debt or writes off what it does not find.
//! So it is undone from its end: what was not found first, pending points last.

use rust_decimal::Decimal;

use super::order::Order;
use super::rerate::{is_granted, scope};
use crate::amount::{self, Overflow};
use crate::check::model::{Clawback, Flow};
use crate::engine::error::EventError;
use crate::engine::log::hash;
use crate::engine::lots::{self, Expiry, Lot, Vesting};
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::undo::Rows;
use crate::engine::{earning, flows};
use crate::plan::Plan;

/// Points that an order has granted at once, as it was decided.
pub(super) struct Granted {
    entry: u64,
    amount: Decimal,
    vesting: Vesting,
    expires_at: Option<i64>,
}

/// What an order has granted in a wallet, lot by lot.
pub(super) fn own_lots(order: &Order, wallet: u16) -> Vec<Granted> {
    let own = order.decisions.iter().filter_map(|decision| match &decision.kind {
        Kind::Earned { entry, wallet: to, amount, vesting, expires_at, because } => {
            let own = *to == wallet && is_granted(order, wallet, because);
            own.then_some(Granted { entry: *entry, amount: *amount, vesting: *vesting, expires_at: *expires_at })
        }
        _ => None,
    });
    own.collect()
}

/// Gives back so many of the points that returns have taken of an order, of which `clawed` stay taken.
pub(super) fn give_again(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (wallet, own): (u16, &[Granted]),
    (amount, clawed): (Decimal, Decimal),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(policy) = plan.policy(wallet, order.day) else { return Ok(()) };
    let expire = earning::wallet_expiry(&scope(plan, member, order, &order.event), policy)?;
    let lot = |granted: &Granted, vested: bool| Lot {
        entry: granted.entry,
        source: hash(&order.event.id),
        amount: Decimal::ZERO,
        earned_at: order.event.at,
        vesting: if vested { Vesting::Done } else { granted.vesting },
        expiry: match granted.expires_at {
            Some(at) => Expiry::At(at),
            None => lots::expiry(plan, expire, order.event.at, vested),
        },
        expired: Decimal::ZERO,
    };
    let entry = member.next_entry();
    let from_pending = put_pending(member, wallet, own, (amount, clawed), at, lot)?;
    let mut left = amount::subtract(amount, from_pending)?;
    let written_off = strike(member, wallet, (hash(&order.event.id), policy.clawback), left, at)?;
    left = amount::subtract(left, written_off)?;
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let debt = state.debt.min(left);
    state.debt = amount::subtract(state.debt, debt)?;
    left = amount::subtract(left, debt)?;
    let last = own.iter().rev().find(|granted| !waits(&state.lots, granted, at)).or(own.last());
    if let Some(granted) = last.filter(|_| !left.is_zero()) {
        put(&mut state.lots, granted, left, || lot(granted, true))?;
        state.available = amount::add(state.available, left)?;
    }
    state.clawed_back = amount::subtract(state.clawed_back, amount)?;
    flows::note(plan, member, wallet, Flow::Earned, amount, order.event.at)?;
    flows::note(plan, member, wallet, Flow::Vested, amount::subtract(amount, from_pending)?, at)?;
    let kind = Kind::ClawedBack {
        entry,
        wallet,
        amount: -amount,
        from_pending: -from_pending,
        from_lots: -left,
        debt: -debt,
        written_off: -written_off,
    };
    decisions.push(Decision { at, kind });
    Ok(())
}

/// Whether points are pending still, or would be if any were left.
fn waits(lots: &[Lot], granted: &Granted, at: i64) -> bool {
    match lots.iter().find(|lot| lot.entry == granted.entry) {
        Some(lot) => lot.pending(),
        None => match granted.vesting {
            Vesting::Done => false,
            Vesting::At(vests_at) => vests_at > at,
            Vesting::On { deadline, .. } => deadline > at,
        },
    }
}

/// Puts pending points back, as far as fewer of them would have been taken in the first place.
fn put_pending(
    member: &mut Member,
    wallet: u16,
    own: &[Granted],
    (amount, clawed): (Decimal, Decimal),
    at: i64,
    lot: impl Fn(&Granted, bool) -> Lot,
) -> Result<Decimal, Overflow> {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(Decimal::ZERO) };
    let mut rooms = Vec::new();
    for granted in own.iter().filter(|granted| waits(&state.lots, granted, at)) {
        let there = state.lots.iter().find(|lot| lot.entry == granted.entry).map_or(Decimal::ZERO, |lot| lot.amount);
        rooms.push((granted, amount::at_least_zero(amount::subtract(granted.amount, there)?)));
    }
    let taken = amount::sum(rooms.iter().map(|(_, room)| *room))?;
    let back = amount::subtract(taken, taken.min(clawed))?.min(amount);
    let mut left = back;
    for (granted, room) in rooms.into_iter().rev() {
        let part = room.min(left);
        if !part.is_zero() {
            put(&mut state.lots, granted, part, || lot(granted, false))?;
            left = amount::subtract(left, part)?;
        }
    }
    state.pending = amount::add(state.pending, back)?;
    Ok(back)
}

/// Puts points into the lot that they were granted in, which may be gone.
fn put(lots: &mut Rows<Lot>, granted: &Granted, amount: Decimal, anew: impl FnOnce() -> Lot) -> Result<(), Overflow> {
    let place = match lots.iter().position(|lot| lot.entry == granted.entry) {
        Some(place) => place,
        None => {
            let place = lots.partition_point(|lot| lot.entry < granted.entry);
            lots.insert(place, anew());
            place
        }
    };
    if let Some(lot) = lots.get_mut(place) {
        lot.amount = amount::add(lot.amount, amount)?;
    }
    Ok(())
}

/// Strikes out up to so much of what returns of an order have written off, the latest first; tells how much. What had run out by
/// then has run out with nobody taking it.
fn strike(
    member: &mut Member,
    wallet: u16,
    (order, clawback): (u64, Clawback),
    most: Decimal,
    at: i64,
) -> Result<Decimal, Overflow> {
    let mut left = most;
    for place in (0..member.written_off.len()).rev() {
        let known = member.written_off.get_mut(place).filter(|known| (known.order, known.wallet) == (order, wallet));
        let Some(known) = known else { continue };
        let part = known.amount.min(left);
        known.amount = amount::subtract(known.amount, part)?;
        left = amount::subtract(left, part)?;
        if known.spent || clawback == Clawback::OnlyPending {
            continue;
        }
        let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { continue };
        let gone = |lot: &Lot| lot.source == order && matches!(lot.expiry, Expiry::At(end) if end <= at);
        if let Some(lot) = state.lots.find_mut(gone) {
            lot.expired = amount::add(lot.expired, part)?;
        }
    }
    member.written_off.retain(|known| !known.amount.is_zero());
    let struck = amount::subtract(most, left)?;
    if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
        state.written_off = amount::subtract(state.written_off, struck)?;
    }
    Ok(struck)
}
