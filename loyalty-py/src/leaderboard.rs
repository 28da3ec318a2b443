//! Who stands where, over any number of members.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use crate::error;
use crate::member::Argument;
use crate::record::Record;

/// The standings of a leaderboard in the making: every member is added once, in any order, and does not change. What is
/// kept does not grow with the members.
#[pyclass(frozen, module = "loyalty")]
pub struct Leaderboard(Mutex<loyalty_core::Leaderboard>);

impl Leaderboard {
    pub fn new(board: loyalty_core::Leaderboard) -> Self {
        Self(Mutex::new(board))
    }

    fn lock(&self) -> MutexGuard<'_, loyalty_core::Leaderboard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Leaderboard {
    /// Add a member; tell whether it stands on the leaderboard. Raise EventError for one whose standing cannot be told.
    fn add(&self, py: Python<'_>, member: Argument<'_>) -> PyResult<bool> {
        let member = member.get();
        let added = py.detach(|| {
            let member = member.lock().clone();
            self.lock().add(&member)
        });
        added.map_err(|refused| error::event(py, &refused))
    }

    /// Take in the standings of other members; raise EventError for those of another question.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get().lock().clone();
        self.lock().merge(&other).map_err(|refused| error::event(py, &refused))
    }

    /// Who stands where: `members`, `rows`, `around` if it was asked for, and the `event` of each row that wins.
    fn finish(&self, py: Python<'_>) -> PyResult<Record> {
        let standings = py.detach(|| self.lock().finish());
        standings.map(|standings| Record::of(standings.to_document())).map_err(|refused| error::event(py, &refused))
    }

    fn __repr__(&self) -> String {
        format!("Leaderboard(members={})", self.lock().members())
    }
}
