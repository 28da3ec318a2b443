//! What returns have written off and spending that comes back may still make up for, by the name of its wallet.
//!
//! The forms of bytes are older than it. There it stands after everything else, and only for the few who have it.

use serde::{Deserialize, Serialize};

use super::columns::JsonOnly;
use super::values::{Amount, Moment};
use super::{Snapshot, StateError};
use crate::engine::member::Member;
use crate::engine::returns::WrittenOff;
use crate::plan::Plan;
use crate::time::Instant;

/// As it stands in JSON. Of which order it was written off, and whether it had been spent, is younger than the rest.
#[derive(Serialize, Deserialize)]
pub struct SavedWrittenOff {
    entry: u64,
    wallet: String,
    at: Moment,
    amount: Amount,
    #[serde(default, skip_serializing_if = "is_zero")]
    after: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    order: u64,
    #[serde(default = "usual", skip_serializing_if = "is_usual")]
    spent: bool,
}

/// What bytes have said of it from the beginning.
type Elder = (u64, String, Moment, Amount);

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn usual() -> bool {
    true
}

fn is_usual(spent: &bool) -> bool {
    *spent
}

/// Puts it after bytes that are complete without it; after that the younger parts, as far as they say anything.
pub fn append(list: &JsonOnly<SavedWrittenOff>, bytes: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    if list.is_empty() {
        return Ok(bytes);
    }
    if list.items.iter().any(|known| known.order != 0 || !known.spent) {
        return append_all(list, bytes);
    }
    let bytes = postcard::to_extend(&elder(list), bytes)?;
    let after: Vec<u64> = list.items.iter().map(|known| known.after).collect();
    if after.iter().all(|after| *after == 0) { Ok(bytes) } else { postcard::to_extend(&after, bytes) }
}

/// The same where more stands behind it: all parts.
pub fn append_all(list: &JsonOnly<SavedWrittenOff>, bytes: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    let after: Vec<u64> = list.items.iter().map(|known| known.after).collect();
    let of: Vec<(u64, bool)> = list.items.iter().map(|known| (known.order, known.spent)).collect();
    postcard::to_extend(&(elder(list), after, of), bytes)
}

fn elder(list: &JsonOnly<SavedWrittenOff>) -> Vec<Elder> {
    let elder = |known: &SavedWrittenOff| (known.entry, known.wallet.clone(), known.at, known.amount);
    list.items.iter().map(elder).collect()
}

/// Reads it where bytes are left that are complete without it; with what is left behind it.
pub fn take(rest: &[u8]) -> Option<(JsonOnly<SavedWrittenOff>, &[u8])> {
    if rest.is_empty() {
        return Some((JsonOnly::default(), rest));
    }
    let (list, mut rest): (Vec<Elder>, &[u8]) = postcard::take_from_bytes(rest).ok()?;
    let (mut after, mut of) = (vec![0; list.len()], vec![(0, usual()); list.len()]);
    if !rest.is_empty() {
        (after, rest) = postcard::take_from_bytes::<Vec<u64>>(rest).ok()?;
    }
    if !rest.is_empty() {
        (of, rest) = postcard::take_from_bytes::<Vec<(u64, bool)>>(rest).ok()?;
    }
    if after.len() != list.len() || of.len() != list.len() {
        return None;
    }
    let saved = list.into_iter().zip(after).zip(of).map(|(((entry, wallet, at, amount), after), (order, spent))| {
        SavedWrittenOff { entry, wallet, at, amount, after, order, spent }
    });
    Some((JsonOnly { items: saved.collect() }, rest))
}

pub fn save(plan: &Plan, member: &Member) -> JsonOnly<SavedWrittenOff> {
    let saved = member.written_off.iter().filter_map(|known| {
        let WrittenOff { entry, wallet, at, amount, after, order, spent } = *known;
        let wallet = plan.wallets.get(usize::from(wallet))?.name.to_string();
        Some(SavedWrittenOff { entry, wallet, at: Moment(at), amount: Amount(amount), after, order, spent })
    });
    JsonOnly { items: saved.collect() }
}

/// Takes over what was written off in wallets that the program still has; the others are told of as wallets.
pub fn restore(plan: &Plan, member: &mut Member, saved: &Snapshot) -> Result<(), StateError> {
    for known in &saved.written_off.items {
        let damaged = || StateError::new("not a saved member: what it says of points written off is damaged");
        Instant::from_micros(known.at.0).ok_or_else(damaged)?;
        let Some(wallet) = plan.wallets.iter().position(|wallet| *wallet.name == *known.wallet) else { continue };
        let written_off = member.wallets.get(wallet).map(|state| state.written_off).unwrap_or_default();
        if known.entry > saved.entry
            || known.after > known.entry
            || known.amount.0 > written_off
            || !known.amount.0.is_sign_positive()
        {
            return Err(damaged());
        }
        let (entry, amount) = (known.entry, known.amount.0);
        let (at, after, order, spent) = (known.at.0, known.after, known.order, known.spent);
        member.written_off.push(WrittenOff { entry, wallet: wallet as u16, at, amount, after, order, spent });
    }
    Ok(())
}
