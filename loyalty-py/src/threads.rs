//! Threads for a history, on which no Python runs.

use std::num::NonZeroUsize;
use std::thread;

use loyalty_core::{Job, Threads};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

use crate::arguments::{mistyped, shown};

/// So many threads, each for as long as its job takes.
pub struct Spawned(NonZeroUsize);

impl Spawned {
    /// As many as were asked for, or one for each core.
    pub fn of(threads: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(asked) = threads else {
            return Ok(Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)));
        };
        if asked.cast::<PyInt>().is_err() || asked.cast::<PyBool>().is_ok() {
            return Err(mistyped("threads", "a number from 1, or None for one a core", asked));
        }
        asked.extract().ok().and_then(NonZeroUsize::new).map(Self).ok_or_else(|| {
            let wrong = format!("a number from 1, or None for one a core, and not {}", shown(asked));
            PyValueError::new_err(format!("argument 'threads': {wrong}"))
        })
    }
}

impl Threads for Spawned {
    fn count(&self) -> usize {
        self.0.get()
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        // The job of a thread that the system does not give is dropped, and done by the caller.
        thread::scope(|scope| jobs.into_iter().for_each(|job| drop(thread::Builder::new().spawn_scoped(scope, job))));
    }
}
