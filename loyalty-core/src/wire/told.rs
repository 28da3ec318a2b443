//! Outcomes read back from their JSON, as far as a report goes by them: hosts whose outcomes are objects of their own hand
//! them on as the text that they came as.

use rust_decimal::Decimal;

use crate::engine::error::{EventError, Refusal};
use crate::plan::Plan;
use crate::time::Instant;
use crate::wire::scan::Tree;

/// An outcome as it was told.
pub struct Told {
    pub event: Option<String>,
    pub member: String,
    pub at: i64,
    pub revision: u64,
    pub replayed: bool,
    pub decisions: Vec<ToldDecision>,
}

/// A decision as it was told.
pub struct ToldDecision {
    pub at: i64,
    pub kind: String,
    pub wallet: Option<u16>,
    pub amount: Option<Decimal>,
    /// The ladder or the experiment.
    pub of: Option<String>,
    /// The level or the arm before.
    pub from: Option<String>,
}

/// Reads an outcome from its JSON.
pub fn outcome(plan: &Plan, json: &str) -> Result<Told, EventError> {
    let refused = |found: &str| EventError::new(Refusal::InvalidJson).expecting("an outcome as JSON").but_found(found);
    let outcome = Tree::read(json).map_err(|found| refused(&found))?;
    let text = |tree: &Tree<'_>, field: &str| tree.get(field).and_then(Tree::text).map(str::to_owned);
    let needed = |tree: &Tree<'_>, field: &str| text(tree, field).ok_or_else(|| refused(&format!("no `{field}`")));
    let at = instant("at", &needed(&outcome, "at")?)?;
    let revision = outcome.get("revision").and_then(Tree::number).and_then(|number| u64::try_from(number).ok());
    let Some(Tree::List(decisions)) = outcome.get("decisions") else { return Err(refused("no `decisions`")) };
    let decisions = decisions.iter().enumerate().map(|(number, decision)| {
        let place = |field: &str| format!("decisions[{number}].{field}");
        let wallet = text(decision, "wallet").map(|name| {
            let wallet = plan.wallets.iter().position(|wallet| *wallet.name == *name);
            wallet.map(|wallet| wallet as u16).ok_or_else(|| {
                EventError::new(Refusal::UnknownWallet).in_field(place("wallet")).but_found(format!("`{name}`"))
            })
        });
        let amount = text(decision, "amount").map(|digits| {
            Decimal::from_str_exact(&digits).map_err(|_| {
                EventError::new(Refusal::WrongType)
                    .in_field(place("amount"))
                    .expecting("an amount")
                    .but_found(format!("`{digits}`"))
            })
        });
        Ok(ToldDecision {
            at: text(decision, "at").map_or(Ok(at), |at| instant(&place("at"), &at))?,
            kind: needed(decision, "kind")?,
            wallet: wallet.transpose()?,
            amount: amount.transpose()?,
            of: text(decision, "ladder").or_else(|| text(decision, "experiment")),
            from: text(decision, "from"),
        })
    });
    Ok(Told {
        event: text(&outcome, "event"),
        member: needed(&outcome, "member")?,
        at,
        revision: revision.ok_or_else(|| refused("no `revision`"))?,
        replayed: matches!(outcome.get("replayed"), Some(Tree::Bool(true))),
        decisions: decisions.collect::<Result<_, EventError>>()?,
    })
}

fn instant(field: &str, text: &str) -> Result<i64, EventError> {
    Ok(text.parse::<Instant>().map_err(|error| error.in_field(field))?.0)
}
