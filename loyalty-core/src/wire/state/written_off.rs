//! What returns have written off and spending that comes back may still make up for, by the name of its wallet.
//!
//! The forms of bytes are older than it. There it stands after everything else, and only for the few who have it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::columns::JsonOnly;
use super::values::{Amount, Moment};
use super::{Snapshot, StateError};
use crate::engine::member::Member;
use crate::engine::returns::WrittenOff;
use crate::plan::Plan;
use crate::time::Instant;

#[derive(Serialize, Deserialize)]
pub struct SavedWrittenOff {
    entry: u64,
    wallet: String,
    at: Moment,
    amount: Amount,
    #[serde(default, skip_serializing_if = "After::is_zero")]
    after: After,
}

/// A number that has its place in JSON alone; in bytes it comes after the list, where anything but zero is told.
#[derive(Clone, Copy, Default)]
struct After(u64);

impl After {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Serialize for After {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { self.0.serialize(serializer) } else { serializer.serialize_unit() }
    }
}

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() { u64::deserialize(deserializer).map(Self) } else { Ok(Self::default()) }
    }
}

/// Puts it after bytes that are complete without it.
pub fn append(list: &JsonOnly<SavedWrittenOff>, bytes: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    if list.is_empty() {
        return Ok(bytes);
    }
    let after = list.items.iter().any(|known| known.after.0 != 0);
    if after { append_all(list, bytes) } else { postcard::to_extend(&list.items, bytes) }
}

/// The same where more stands behind it.
pub fn append_all(list: &JsonOnly<SavedWrittenOff>, bytes: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    let after: Vec<u64> = list.items.iter().map(|known| known.after.0).collect();
    postcard::to_extend(&after, postcard::to_extend(&list.items, bytes)?)
}

/// Reads it where bytes are left that are complete without it; with what is left behind it.
pub fn take(rest: &[u8]) -> Option<(JsonOnly<SavedWrittenOff>, &[u8])> {
    if rest.is_empty() {
        return Some((JsonOnly::default(), rest));
    }
    let (mut items, mut rest) = postcard::take_from_bytes::<Vec<SavedWrittenOff>>(rest).ok()?;
    if !rest.is_empty() {
        let after: Vec<u64>;
        (after, rest) = postcard::take_from_bytes(rest).ok()?;
        if after.len() != items.len() {
            return None;
        }
        items.iter_mut().zip(after).for_each(|(known, after)| known.after = After(after));
    }
    Some((JsonOnly { items }, rest))
}

pub fn save(plan: &Plan, member: &Member) -> JsonOnly<SavedWrittenOff> {
    let saved = member.written_off.iter().filter_map(|known| {
        let wallet = plan.wallets.get(usize::from(known.wallet))?.name.to_string();
        let (at, amount, after) = (Moment(known.at), Amount(known.amount), After(known.after));
        Some(SavedWrittenOff { entry: known.entry, wallet, at, amount, after })
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
            || known.after.0 > known.entry
            || known.amount.0 > written_off
            || !known.amount.0.is_sign_positive()
        {
            return Err(damaged());
        }
        let (entry, amount, after) = (known.entry, known.amount.0, known.after.0);
        member.written_off.push(WrittenOff { entry, wallet: wallet as u16, at: known.at.0, amount, after });
    }
    Ok(())
}
