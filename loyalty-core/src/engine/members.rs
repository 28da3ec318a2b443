//! What happens to an account as a whole, and between accounts.
//!
//! | file | what it does |
//! |---|---|
//! | `transfer` | points go from one member to another, and come back if they are not taken |
//! | `pool` | several members pay together, each in proportion to what it has |
//! | `pause` | an account rests; its points may stop ageing |
//! | `merge` | two accounts become one |
//! | `erase` | the person goes, the sums stay |

pub mod erase;
pub mod merge;
pub mod pause;
pub mod pool;
pub mod transfer;

use super::error::{EventError, Refusal};
use crate::plan::Plan;
use crate::time::rfc3339;
use pause::Pause;

/// Whether an account is open, and what it has been through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    pub fate: Fate,
    /// Invariant: ascending; only the last one may be open. Kept while an event may still fall into it.
    pub pauses: Vec<Pause>,
    /// The ids of the accounts that were merged into this one: their late events are taken here.
    pub absorbed: Vec<Box<str>>,
}

/// What has become of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fate {
    #[default]
    Open,
    Merged {
        into: Box<str>,
    },
    Erased,
}

impl Account {
    /// One to which nothing has happened yet.
    pub const OPEN: Self = Self { fate: Fate::Open, pauses: Vec::new(), absorbed: Vec::new() };

    pub fn is_open(&self) -> bool {
        self.fate == Fate::Open
    }

    pub fn merged_into(&self) -> Option<&str> {
        match &self.fate {
            Fate::Merged { into } => Some(into),
            Fate::Open | Fate::Erased => None,
        }
    }

    /// The pause that the account is in.
    pub fn current_pause(&self) -> Option<&Pause> {
        self.pauses.last().filter(|pause| pause.to.is_none())
    }

    /// Whether no points run out at present.
    pub fn frozen(&self) -> bool {
        self.frozen_since().is_some()
    }

    /// Since when no points run out, if none do at present. What had ended by then is not put off.
    pub fn frozen_since(&self) -> Option<i64> {
        self.current_pause().filter(|pause| pause.freeze).map(|pause| pause.from)
    }

    /// Whether the account was at rest then.
    pub fn paused_at(&self, at: i64) -> bool {
        self.pauses.iter().any(|pause| pause.from <= at && pause.to.is_none_or(|to| at < to))
    }

    pub fn has_absorbed(&self, id: &str) -> bool {
        self.absorbed.iter().any(|known| **known == *id)
    }

    /// Refuses what comes for an account that is no more.
    pub fn expect_open(&self, field: &str) -> Result<(), EventError> {
        let refusal = || EventError::new(Refusal::MemberClosed).in_field(field).expecting("an open account");
        match &self.fate {
            Fate::Open => Ok(()),
            Fate::Merged { into } => Err(refusal()
                .but_found(format!("one that was merged into `{into}`"))
                .advising(format!("apply it to `{into}`"))),
            Fate::Erased => Err(refusal()
                .but_found("one that was erased")
                .advising("who comes back is enrolled anew, and begins from zero")),
        }
    }

    /// Refuses what cannot be done while the account rests.
    pub fn expect_awake(&self, field: &str) -> Result<(), EventError> {
        match self.current_pause() {
            None => Ok(()),
            Some(_) => Err(EventError::new(Refusal::MemberPaused)
                .in_field(field)
                .expecting("an account that is not paused")
                .advising("apply a `resume` event to it first")),
        }
    }

    /// Refuses what a member does while the account rests, and what it did at an instant at which it rested: when that is told makes no
    /// difference.
    pub fn expect_awake_at(&self, plan: &Plan, at: i64) -> Result<(), EventError> {
        self.expect_awake("member")?;
        match self.paused_at(at) {
            true => Err(rested(plan, at, "an instant at which the account was not paused")),
            false => Ok(()),
        }
    }
}

/// Tells that an account rested at an instant.
pub fn rested(plan: &Plan, at: i64, expected: &str) -> EventError {
    EventError::new(Refusal::MemberPaused)
        .in_field("at")
        .expecting(expected)
        .but_found(rfc3339(at, plan.calendar.offset_at(at)))
        .advising("what was refused in a pause stays so when it is over")
}
