//! Measures of success, from outcomes as they come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use crate::error;
use crate::member::Argument;
use crate::outcome::Outcome;
use crate::record::Record;

/// Retention, engagement, redemption and the rest in the making: outcomes are added one by one, those of one member in
/// their order.
#[pyclass(frozen, module = "loyalty")]
pub struct Report(Mutex<loyalty_core::Report>);

impl Report {
    pub fn new(report: loyalty_core::Report) -> Self {
        Self(Mutex::new(report))
    }

    fn lock(&self) -> MutexGuard<'_, loyalty_core::Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Report {
    /// Add an outcome, with the member as it is after it; tell whether it counted. A replay and what was added before do
    /// not. Raise EventError for the outcome of another member, or a member of another revision.
    fn add(&self, py: Python<'_>, outcome: &Bound<'_, Outcome>, member: Argument<'_>) -> PyResult<bool> {
        let outcome = outcome.as_super().get().document().to_string();
        let member = member.get();
        let added = py.detach(|| {
            let member = member.lock().clone();
            self.lock().add_json(&outcome, &member)
        });
        added.map_err(|refused| error::event(py, &refused))
    }

    /// Tell of a member without an outcome, so that it counts among the members; tell whether it was not known.
    fn know(&self, py: Python<'_>, member: Argument<'_>) -> PyResult<bool> {
        let member = member.get();
        let known = py.detach(|| {
            let member = member.lock().clone();
            self.lock().know(&member)
        });
        known.map_err(|refused| error::event(py, &refused))
    }

    /// Take in the report of other members; raise EventError for one of another question, or with a member in both.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get().lock().clone();
        self.lock().merge(&other).map_err(|refused| error::event(py, &refused))
    }

    /// The report: `groups` with `rows` by period; `docs/report.md` says what every figure is.
    fn finish(&self, py: Python<'_>) -> PyResult<Record> {
        let report = py.detach(|| self.lock().finish());
        report.map(Record::of).map_err(|refused| error::event(py, &refused))
    }

    fn __repr__(&self) -> String {
        format!("Report(members={})", self.lock().members())
    }
}
