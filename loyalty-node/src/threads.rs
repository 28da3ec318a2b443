//! Threads for a history, beside the event loop.

use std::num::NonZeroUsize;
use std::thread;

use loyalty_core::{Job, Threads};

/// So many threads, each for as long as its job takes.
pub struct Spawned(usize);

impl Spawned {
    /// As many as were asked for, or one for each core.
    pub fn of(threads: Option<u32>) -> Self {
        let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self(threads.and_then(|threads| usize::try_from(threads).ok()).unwrap_or_else(cores))
    }
}

impl Threads for Spawned {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        // The job of a thread that the system does not give is dropped, and done by the caller.
        thread::scope(|scope| jobs.into_iter().for_each(|job| drop(thread::Builder::new().spawn_scoped(scope, job))));
    }
}
