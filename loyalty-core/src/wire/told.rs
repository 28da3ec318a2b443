//! Outcomes read back from their JSON, as far as a report goes by them: hosts whose outcomes are objects of their own hand
//! them on as the text that they came as.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::engine::error::{EventError, Refusal};
use crate::plan::Plan;
use crate::time::Instant;

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

#[derive(Deserialize)]
struct Outcome {
    event: Option<String>,
    member: String,
    at: String,
    revision: u64,
    #[serde(default)]
    replayed: bool,
    decisions: Vec<Decision>,
}

#[derive(Deserialize)]
struct Decision {
    kind: String,
    at: Option<String>,
    wallet: Option<Value>,
    amount: Option<Value>,
    ladder: Option<Value>,
    experiment: Option<Value>,
    from: Option<Value>,
}

/// Reads an outcome from its JSON.
pub fn outcome(plan: &Plan, json: &str) -> Result<Told, EventError> {
    let outcome: Outcome = serde_json::from_str(json).map_err(|error| {
        EventError::new(Refusal::InvalidJson).expecting("an outcome as JSON").but_found(error.to_string())
    })?;
    let at = instant("at", &outcome.at)?;
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    let decisions = outcome.decisions.into_iter().enumerate().map(|(number, decision)| {
        let place = |field: &str| format!("decisions[{number}].{field}");
        let wallet = text(decision.wallet).map(|name| {
            let wallet = plan.wallets.iter().position(|wallet| *wallet.name == *name);
            wallet.map(|wallet| wallet as u16).ok_or_else(|| {
                EventError::new(Refusal::UnknownWallet).in_field(place("wallet")).but_found(format!("`{name}`"))
            })
        });
        let amount = text(decision.amount).map(|digits| {
            Decimal::from_str_exact(&digits).map_err(|_| {
                EventError::new(Refusal::WrongType)
                    .in_field(place("amount"))
                    .expecting("an amount")
                    .but_found(format!("`{digits}`"))
            })
        });
        Ok(ToldDecision {
            at: decision.at.map_or(Ok(at), |at| instant(&place("at"), &at))?,
            kind: decision.kind,
            wallet: wallet.transpose()?,
            amount: amount.transpose()?,
            of: text(decision.ladder).or_else(|| text(decision.experiment)),
            from: text(decision.from),
        })
    });
    let decisions = decisions.collect::<Result<_, EventError>>()?;
    let Outcome { event, member, revision, replayed, .. } = outcome;
    Ok(Told { event, member, at, revision, replayed, decisions })
}

fn instant(field: &str, text: &str) -> Result<i64, EventError> {
    Ok(text.parse::<Instant>().map_err(|error| error.in_field(field))?.0)
}
