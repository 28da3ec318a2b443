//! What returns have written off and spending that comes back may still make up for, by the name of its wallet.

use super::saved::saved;
use super::values::{Amount, Moment};
use super::{Snapshot, StateError};
use crate::engine::member::Member;
use crate::engine::returns::WrittenOff;
use crate::plan::Plan;
use crate::time::Instant;

#[derive(Default)]
pub struct SavedWrittenOff {
    entry: u64,
    wallet: String,
    at: Moment,
    amount: Amount,
    after: u64,
    /// Of which order it was written off; zero for none.
    order: u64,
    spent: bool,
    /// They had not vested by `at`, the instant of the return.
    missed: bool,
    /// What they had been given for; zero for nothing.
    given_for: u64,
}

saved! { SavedWrittenOff { entry, wallet, at, amount, after, order, spent, missed, given_for } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedWrittenOff> {
    let saved = member.written_off.iter().filter_map(|known| {
        let WrittenOff { entry, wallet, at, amount, after, order, spent, missed, given_for } = *known;
        let (at, amount) = (Moment(at), Amount(amount));
        let wallet = plan.wallets.get(usize::from(wallet))?.name.to_string();
        Some(SavedWrittenOff { entry, wallet, at, amount, after, order, spent, missed, given_for })
    });
    saved.collect()
}

/// Takes over what was written off in wallets that the program still has; the others are told of as wallets.
pub fn restore(plan: &Plan, member: &mut Member, saved: &Snapshot) -> Result<(), StateError> {
    for known in &saved.written_off {
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
        let SavedWrittenOff { after, order, spent, missed, given_for, .. } = *known;
        let (wallet, at) = (wallet as u16, known.at.0);
        member.written_off.push(WrittenOff { entry, wallet, at, amount, after, order, spent, missed, given_for });
    }
    Ok(())
}
