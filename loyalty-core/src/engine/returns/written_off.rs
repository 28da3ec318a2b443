//! What returns have written off because it had been spent, for as long as that spending may come back itself.
//!
//! Had the spending come back first, the return would have found the points. So points that are given back make up for
//! what was written off after they were spent: in whichever order things come back, the same is left.

use rust_decimal::Decimal;

use crate::amount::{self, Overflow};
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};

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
}

pub(super) fn note(member: &mut Member, wallet: u16, entry: u64, amount: Decimal) {
    if amount > Decimal::ZERO {
        member.written_off.push(WrittenOff { entry, wallet, at: member.clock, amount, after: 0 });
    }
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
    let mut left = most;
    for place in 0..member.written_off.len() {
        let known = member
            .written_off
            .get(place)
            .filter(|known| known.wallet == wallet && known.entry >= drawn && !(1..=known.after).contains(&drawn));
        let Some(part) = known.map(|known| known.amount.min(left)).filter(|part| *part > Decimal::ZERO) else {
            continue;
        };
        left = amount::subtract(left, part)?;
        lower(member, place, part)?;
    }
    member.written_off.retain(|known| !known.amount.is_zero());
    amount::subtract(most, left)
}

/// Held points that a purchase takes are spent from now on, and make up for the same as before.
pub fn drawn_again(member: &mut Member, wallet: u16, (held, spent): (u64, u64), most: Decimal) -> Result<(), Overflow> {
    let struck = strike(member, wallet, held, most)?;
    note(member, wallet, spent, struck);
    Ok(())
}

/// Makes up for what was written off of an order by what the one in its place has just been granted.
pub fn net(
    member: &mut Member,
    event: &EventData,
    first: usize,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let source = hash(&event.id);
    let taken = decisions.iter().skip(first).filter_map(|decision| match decision.kind {
        Kind::ClawedBack { entry, wallet, written_off, .. } if !written_off.is_zero() => {
            Some((entry, wallet, written_off))
        }
        _ => None,
    });
    for (entry, wallet, written_off) in taken.collect::<Vec<_>>() {
        let Some(state) = member.wallets.get(usize::from(wallet)) else { continue };
        let own = state.lots.iter().enumerate().filter(|(_, lot)| lot.source == source && !lot.amount.is_zero());
        let (places, amounts): (Vec<usize>, Vec<Decimal>) = own.map(|(place, lot)| (place, lot.amount)).unzip();
        let made_up = amount::sum(amounts.into_iter())?.min(written_off);
        if let Some(place) = member.written_off.iter().position(|known| known.entry == entry) {
            let known = member.written_off.get(place).map_or(Decimal::ZERO, |known| known.amount);
            lower(member, place, known.min(made_up))?;
        }
        settle(member, wallet, &places, made_up, event.at, decisions)?;
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
