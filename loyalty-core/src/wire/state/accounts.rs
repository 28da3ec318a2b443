//! Whether an account is open, and what it has been through.

use super::StateError;
use super::saved::saved;
use super::values::Moment;
use crate::engine::members::pause::Pause;
use crate::engine::members::{Account, Fate};
use crate::time::Instant;

#[derive(Default)]
pub struct SavedAccount {
    merged_into: Option<String>,
    erased: bool,
    /// From, to, whether ends were frozen.
    pauses: Vec<(Moment, Option<Moment>, bool)>,
    absorbed: Vec<String>,
}

saved! { SavedAccount { merged_into, erased, pauses, absorbed } }

pub fn save(account: &Account) -> SavedAccount {
    let merged_into = match &account.fate {
        Fate::Merged { into } => Some(into.to_string()),
        Fate::Open | Fate::Erased => None,
    };
    let pauses = account.pauses.iter().map(|pause| (Moment(pause.from), pause.to.map(Moment), pause.freeze));
    SavedAccount {
        merged_into,
        erased: account.fate == Fate::Erased,
        pauses: pauses.collect(),
        absorbed: account.absorbed.iter().map(ToString::to_string).collect(),
    }
}

pub fn restore(saved: &SavedAccount) -> Result<Account, StateError> {
    for (from, to, _) in &saved.pauses {
        for moment in core::iter::once(from).chain(to) {
            Instant::from_micros(moment.0)
                .ok_or_else(|| StateError::new("a pause with an instant outside of 1970 to 2199"))?;
        }
    }
    let fate = match &saved.merged_into {
        _ if saved.erased => Fate::Erased,
        Some(into) => Fate::Merged { into: into.as_str().into() },
        None => Fate::Open,
    };
    let pauses = saved.pauses.iter();
    let pauses = pauses.map(|(from, to, freeze)| Pause { from: from.0, to: to.map(|to| to.0), freeze: *freeze });
    let absorbed = saved.absorbed.iter().map(|id| id.as_str().into());
    Ok(Account { fate, pauses: pauses.collect(), absorbed: absorbed.collect() })
}
