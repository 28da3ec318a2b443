//! Whom a broadcast would reach.

use std::sync::{Mutex, MutexGuard, PoisonError};

use loyalty_core::Document;
use pyo3::prelude::*;

use crate::error;
use crate::member::Argument;
use crate::record::Record;

/// Whom a broadcast would reach, and why not the others: members are added one by one, and do not change.
#[pyclass(frozen, module = "loyalty")]
pub struct BroadcastEstimate(Mutex<loyalty_core::BroadcastEstimate>);

impl BroadcastEstimate {
    pub fn new(estimate: loyalty_core::BroadcastEstimate) -> Self {
        Self(Mutex::new(estimate))
    }

    fn lock(&self) -> MutexGuard<'_, loyalty_core::BroadcastEstimate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts<'a>(&self, counts: impl IntoIterator<Item = (&'a &'a str, &'a u64)>) -> Record {
        let counts = counts.into_iter().map(|(name, members)| ((*name).to_owned().into(), Document::from(*members)));
        Record::of(Document::Object(counts.collect()))
    }
}

#[pymethods]
impl BroadcastEstimate {
    /// Ask what the broadcast would come to for a member, who stays as it is.
    fn add(&self, py: Python<'_>, member: Argument<'_>) {
        let member = member.get();
        py.detach(|| {
            let member = member.lock().clone();
            self.lock().add(&member);
        });
    }

    /// Add what another part of the members came to; raise EventError for the estimate of another broadcast.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get().lock().clone();
        self.lock().merge(&other).map_err(|refused| error::event(py, &refused))
    }

    /// How many members were asked for.
    #[getter]
    fn members(&self) -> u64 {
        self.lock().members()
    }

    /// How many would hear it at once, within the limits over all members.
    #[getter]
    fn now(&self) -> u64 {
        self.lock().now()
    }

    /// How many would hear it when quiet hours end.
    #[getter]
    fn later(&self) -> u64 {
        self.lock().later()
    }

    /// How many would not hear it, by the reasons of `message_suppressed`.
    #[getter]
    fn suppressed(&self) -> Record {
        let suppressed = self.lock().suppressed();
        self.counts(&suppressed)
    }

    /// For how many the event would be refused, by code.
    #[getter]
    fn refused(&self) -> Record {
        let refused = self.lock().refused().clone();
        self.counts(&refused)
    }

    /// All of it as it stands.
    fn record(&self) -> Record {
        Record::of(self.lock().to_document())
    }

    /// The same as JSON.
    fn to_json(&self) -> String {
        self.lock().to_json()
    }

    fn __repr__(&self) -> String {
        let estimate = self.lock();
        format!("BroadcastEstimate(members={}, now={}, later={})", estimate.members(), estimate.now(), estimate.later())
    }
}
