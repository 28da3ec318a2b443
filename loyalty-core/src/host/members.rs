//! What several members do together, for hosts that cannot lend more than one of them at a time: copies go in, and what
//! comes out replaces them.

use super::digits;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::members::pool::{PoolPayment, PoolReturn};
use crate::engine::outcome::Outcome;
use crate::migrate::Migration;
use crate::program::Program;
use crate::time::Instant;
use crate::wire::document::Document;

/// The members after something that they did together, in the order in which they were given, and what came of it.
#[derive(Debug)]
pub struct Together {
    /// The members; they replace those that were given.
    pub members: Vec<Member>,
    /// An outcome for each of them.
    pub outcomes: Vec<Outcome>,
}

impl Together {
    /// The outcomes as one JSON list.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.outcomes.iter().map(Outcome::to_document).collect::<Document>().to_string()
    }
}

/// The second of two accounts goes up in the first.
///
/// # Errors
///
/// As [`Program::merge`], and [`Refusal::WrongMember`] for more or fewer than two.
pub fn merge(program: &Program, mut members: Vec<Member>, at: Instant) -> Result<Together, EventError> {
    let [into, from] = members.as_mut_slice() else {
        return Err(EventError::new(Refusal::WrongMember)
            .expecting("two members")
            .but_found(members.len().to_string()));
    };
    let (kept, absorbed) = program.merge(into, from, at)?;
    Ok(Together { members, outcomes: vec![kept, absorbed] })
}

/// Members pay together. `points` are digits.
///
/// # Errors
///
/// As [`Program::pool_spend`], and [`Refusal::WrongType`] for what are no digits.
pub fn pool_spend(
    program: &Program,
    mut members: Vec<Member>,
    (id, wallet, points): (&str, &str, &str),
    at: Instant,
) -> Result<Together, EventError> {
    let payment = PoolPayment { id: id.to_owned(), wallet: wallet.to_owned(), points: digits("points", points)?, at };
    let outcomes = program.pool_spend(&mut members.iter_mut().collect::<Vec<_>>(), &payment)?;
    Ok(Together { members, outcomes })
}

/// Members get back of what they paid together; without `points`, all that is left of it.
///
/// # Errors
///
/// As [`Program::pool_give_back`], and [`Refusal::WrongType`] for what are no digits.
pub fn pool_give_back(
    program: &Program,
    mut members: Vec<Member>,
    (id, payment, points): (&str, &str, Option<&str>),
    at: Instant,
) -> Result<Together, EventError> {
    let points = points.map(|points| digits("points", points)).transpose()?;
    let back = PoolReturn { id: id.to_owned(), payment: payment.to_owned(), points, at };
    let outcomes = program.pool_give_back(&mut members.iter_mut().collect::<Vec<_>>(), &back)?;
    Ok(Together { members, outcomes })
}

/// What a migration says, without the member:
/// `{"report":{"dropped":[…],"added":[…]},"moves":[{"ladder":…,"from":…,"to":…,"because":…}],"outcome":{…}}`.
#[must_use]
pub fn migrated(migration: &Migration) -> Document {
    let moves = migration.moves().iter().map(crate::migrate::TierMove::to_document);
    Document::object()
        .with("report", migration.report().to_document())
        .with("moves", moves.collect::<Document>())
        .with("outcome", migration.outcome().to_document())
}
