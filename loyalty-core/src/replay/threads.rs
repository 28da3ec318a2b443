//! Work on a history side by side. Members do not look at each other, so that threads may take some of them each; which
//! threads these are is the host's affair.

/// A part of the work on a history, for one of the host's threads.
pub type Job<'a> = Box<dyn FnOnce() + Send + 'a>;

/// The threads on which a host lets a history be played: see [`Resumed::on`](crate::Resumed::on). The core itself starts none.
///
/// ```
/// use std::thread;
///
/// use loyalty_core::{Job, Threads};
///
/// struct Two;
///
/// impl Threads for Two {
///     fn count(&self) -> usize {
///         2
///     }
///
///     fn run(&self, jobs: Vec<Job<'_>>) {
///         thread::scope(|scope| jobs.into_iter().for_each(|job| drop(scope.spawn(job))));
///     }
/// }
/// ```
pub trait Threads {
    /// How many jobs are worth doing at one time: from 1 to 256, and what is beyond that counts as the nearest of these.
    fn count(&self) -> usize;

    /// Does every job, in any order, and comes back when all are done. The jobs that it has dropped instead are done by the
    /// caller.
    fn run(&self, jobs: Vec<Job<'_>>);
}

/// On so many threads a history is divided at the most.
const THREADS_MAX: usize = 256;

/// How many parts are worth making.
pub fn count(threads: Option<&dyn Threads>) -> usize {
    threads.map_or(1, |threads| threads.count().clamp(1, THREADS_MAX))
}

/// Does the work on every part: on the host's threads, and here what they have left, which is all where there are none.
pub fn on_each<P: Send>(threads: Option<&dyn Threads>, parts: &mut [P], work: impl Fn(&mut P) + Sync) {
    let mut parts: Vec<(bool, &mut P)> = parts.iter_mut().map(|part| (false, part)).collect();
    if let Some(threads) = threads {
        let work = &work;
        let job = |(done, part): &'_ mut (bool, &mut P)| {
            work(part);
            *done = true;
        };
        let job = &job;
        threads.run(parts.iter_mut().map(|part| Box::new(move || job(part)) as Job<'_>).collect());
    }
    for (_, part) in parts.iter_mut().filter(|(done, _)| !done) {
        work(part);
    }
}
