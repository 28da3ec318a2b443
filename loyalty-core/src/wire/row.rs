//! Decisions as rows of a table: what a column holds of them, and the rest as JSON.
//!
//! Nothing is lost: what has no column, or does not fit into its own, is in the details under the name that it has in an
//! outcome.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::engine::lots::Vesting;
use crate::engine::outcome::{Because, Decision, Kind, Outcome};
use crate::plan::Plan;
use crate::time::Instant;
use crate::wire::document::{Document, Key};
use crate::wire::json::{author, decision_document, wallet_name};

/// Digits behind the point of an amount in a column. No wallet has more, and with 28 digits in all every amount of a wallet
/// fits into the 38 of a column.
pub const AMOUNT_SCALE: u32 = 6;
/// Digits behind the point of a part of what was earned, which is not rounded.
pub const PART_SCALE: u32 = 12;

/// A decision as a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row<'a> {
    /// The number of its entry in the ledger.
    pub entry: Option<u64>,
    /// The wallet that it changes.
    pub wallet: Option<Cow<'a, str>>,
    /// What it moves, in units of [`AMOUNT_SCALE`].
    pub amount: Option<i128>,
    /// The entry of the lot that it is about.
    pub lot: Option<u64>,
    /// Whether what was earned may not be spent yet.
    pub pending: Option<bool>,
    /// When it may be.
    pub vests_at: Option<Instant>,
    /// When it runs out.
    pub expires_at: Option<Instant>,
    /// The parts of what was earned.
    pub because: Option<Vec<Part<'a>>>,
    /// All else that it says, as JSON.
    pub details: Option<String>,
}

/// A part of what was earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// `step`, or the keyword of a declaration, such as `rule`.
    pub by: &'static str,
    /// The step or the name of the declaration.
    pub name: &'a str,
    /// The amount in units of [`PART_SCALE`].
    pub amount: i128,
}

/// A decision of an outcome as a row.
#[must_use]
pub fn row<'a>(outcome: &'a Outcome, decision: &'a Decision) -> Row<'a> {
    of_ledger(&outcome.plan, decision).unwrap_or_else(|| {
        let document = decision_document(&outcome.plan, decision, outcome.at);
        of_document(document)
    })
}

/// An amount as a whole number of units; nothing if that would not be exact, or have more digits than a column holds.
#[must_use]
pub fn units(amount: Decimal, scale: u32) -> Option<i128> {
    let own = if amount.scale() > scale { amount.normalize() } else { amount };
    let factor = 10_i128.checked_pow(scale.checked_sub(own.scale())?)?;
    let units = own.mantissa().checked_mul(factor)?;
    (units.unsigned_abs() < 10_u128.pow(38)).then_some(units)
}

/// The most common kinds, which columns hold whole, without a document in between.
fn of_ledger<'a>(plan: &'a Plan, decision: &'a Decision) -> Option<Row<'a>> {
    let row = |entry: &u64, wallet: &u16, amount: &Decimal| {
        let amount = Some(units(*amount, AMOUNT_SCALE)?);
        Some(Row { entry: Some(*entry), wallet: Some(wallet_name(plan, *wallet).into()), amount, ..Row::default() })
    };
    match &decision.kind {
        Kind::Earned { entry, wallet, amount, vesting, expires_at, because } => {
            let vests_at = match vesting {
                Vesting::Done => None,
                Vesting::At(at) => Some(Instant(*at)),
                Vesting::On { .. } => return None,
            };
            Some(Row {
                pending: Some(*vesting != Vesting::Done),
                vests_at,
                expires_at: expires_at.map(Instant),
                because: Some(because.iter().map(|because| part(plan, because)).collect::<Option<_>>()?),
                ..row(entry, wallet, amount)?
            })
        }
        Kind::Vested { entry, wallet, lot, amount, expires_at } => {
            Some(Row { lot: Some(*lot), expires_at: expires_at.map(Instant), ..row(entry, wallet, amount)? })
        }
        Kind::Restored { entry, wallet, amount, expires_at } => {
            Some(Row { expires_at: expires_at.map(Instant), ..row(entry, wallet, amount)? })
        }
        Kind::DebtSettled { entry, wallet, amount } | Kind::WriteOffSettled { entry, wallet, amount } => {
            row(entry, wallet, amount)
        }
        _ => None,
    }
}

fn part<'a>(plan: &'a Plan, because: &Because) -> Option<Part<'a>> {
    let (by, name) = match because {
        Because::Rule { rule, .. } => author(plan, *rule),
        Because::Rounding { .. } => ("step", "rounding"),
        Because::Cap { .. } => ("step", "cap"),
        Because::HoldAtMost { .. } => ("step", "hold_at_most"),
        Because::Adjustment { .. } => ("step", "adjustment"),
    };
    Some(Part { by, name, amount: units(because.amount(), PART_SCALE)? })
}

/// Any kind, by what its document says.
fn of_document<'a>(document: Document) -> Row<'a> {
    let mut row = Row::default();
    let Document::Object(mut entries) = document else { return row };
    entries.retain(|(key, value)| !taken(&mut row, key, value));
    row.details = (!entries.is_empty()).then(|| Document::Object(entries).to_string());
    row
}

/// Whether a column holds it, and then it does.
fn taken(row: &mut Row<'_>, key: &Key, value: &Document) -> bool {
    match (&**key, value) {
        ("kind" | "at", _) | ("entry" | "wallet" | "amount" | "lot" | "vests_at" | "expires_at", Document::Null) => {
            true
        }
        ("entry", Document::Number(number)) => into(&mut row.entry, u64::try_from(*number).ok()),
        ("lot", Document::Number(number)) => into(&mut row.lot, u64::try_from(*number).ok()),
        ("wallet", Document::Text(name)) => into(&mut row.wallet, Some(name.clone().into())),
        ("amount", Document::Amount(amount)) => into(&mut row.amount, units(*amount, AMOUNT_SCALE)),
        ("pending", Document::Bool(pending)) => into(&mut row.pending, Some(*pending)),
        ("vests_at", Document::Instant { at, .. }) => into(&mut row.vests_at, Some(*at)),
        ("expires_at", Document::Instant { at, .. }) => into(&mut row.expires_at, Some(*at)),
        _ => false,
    }
}

fn into<T>(column: &mut Option<T>, value: Option<T>) -> bool {
    *column = value;
    column.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_exact_or_none() {
        let amount = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(units(amount("-12.5"), 6), Some(-12_500_000));
        assert_eq!(units(amount("1.50000000"), 6), Some(1_500_000));
        assert_eq!(units(amount("0.0000001"), 6), None);
        assert_eq!(units(Decimal::MAX, 6), Some(79_228_162_514_264_337_593_543_950_335_000_000));
        // The limit of a column, not that of the number behind it.
        assert_eq!(units(Decimal::MAX, 9), Some(79_228_162_514_264_337_593_543_950_335_000_000_000));
        assert_eq!(units(Decimal::MAX, 10), None);
    }
}
