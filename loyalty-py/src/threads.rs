//! Threads for a history, on which no Python runs.

use std::num::NonZeroUsize;
use std::thread;

use loyalty_core::{Job, Threads};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// So many threads, each for as long as its job takes.
pub struct Spawned(NonZeroUsize);

impl Spawned {
    /// As many as were asked for, or one for each core.
    pub fn of(threads: Option<i64>) -> PyResult<Self> {
        let Some(asked) = threads else {
            return Ok(Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)));
        };
        let count = usize::try_from(asked).ok().and_then(NonZeroUsize::new);
        let wrong =
            || PyValueError::new_err(format!("`threads` is a number from 1, or None for one a core, and not {asked}"));
        count.map(Self).ok_or_else(wrong)
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
