//! What decisions say that a report goes by: what moves, and what group a member leaves.

use rust_decimal::Decimal;

use super::Flow;
use crate::engine::outcome::{Decision, Kind};
use crate::plan::Plan;
use crate::wire::told::ToldDecision;

/// One change, at an instant.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// Into or out of a wallet.
    Moved(usize, Flow),
    /// Another level of a ladder than the one before.
    Level { ladder: usize, before: u16 },
    /// An arm where there was none.
    FirstArm { experiment: usize },
    /// Another arm.
    Arm,
}

/// What a decision changes, and when.
pub fn of(plan: &Plan, decision: &Decision) -> Option<(i64, Change)> {
    let change = match &decision.kind {
        Kind::TierChanged { ladder, from, .. } => level(plan, ladder, from)?,
        Kind::Assigned { experiment, from, .. } => arm(plan, experiment, from)?,
        kind => moved(kind.name(), decision.wallet()?, decision.amount()?)?,
    };
    Some((decision.at, change))
}

/// The same of a decision as it was told.
pub fn told(plan: &Plan, decision: &ToldDecision) -> Option<(i64, Change)> {
    let from = decision.from.as_deref().unwrap_or_default();
    let change = match decision.kind.as_str() {
        "tier_changed" => level(plan, decision.of.as_deref()?, from)?,
        "assigned" => arm(plan, decision.of.as_deref()?, from)?,
        kind => moved(kind, decision.wallet?, decision.amount?)?,
    };
    Some((decision.at, change))
}

fn level(plan: &Plan, ladder: &str, from: &str) -> Option<Change> {
    let ladder = plan.ladders.iter().position(|known| *known.name == *ladder)?;
    let before = plan.ladders.get(ladder)?.levels.iter().position(|level| **level == *from)?;
    Some(Change::Level { ladder, before: before as u16 })
}

fn arm(plan: &Plan, experiment: &str, from: &str) -> Option<Change> {
    let experiment = plan.experiments.iter().position(|known| *known.name == *experiment)?;
    Some(if from.is_empty() { Change::FirstArm { experiment } } else { Change::Arm })
}

fn moved(kind: &str, wallet: u16, amount: Decimal) -> Option<Change> {
    let nothing = Flow::default();
    let flow = match kind {
        "earned" => Flow { issued: amount, change: amount, ..nothing },
        "spent" => Flow { redeemed: amount, change: -amount, ..nothing },
        "restored" => Flow { redeemed: -amount, change: amount, ..nothing },
        "expired" | "forfeited" => Flow { expired: amount, change: -amount, ..nothing },
        _ => return None,
    };
    Some(Change::Moved(usize::from(wallet), flow))
}
