//! Whole histories, played on threads of their own.

#![expect(clippy::too_many_arguments, reason = "our own library alone calls them")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use loyalty_core::{Counters, ReplayOptions, StateError, host};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Error, Result, Task};
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::{Program, counted, instant, own};
use crate::threads::Spawned;

/// What a history came to.
#[napi]
pub struct Replay(Held<loyalty_core::Replay>);

/// Lines of JSON, or packed events.
enum Events {
    Lines(Vec<u8>),
    Packed(String),
}

/// A history that waits for a thread of the pool.
pub struct Playing {
    program: loyalty_core::Program,
    events: Events,
    states: Vec<Vec<u8>>,
    counters: Counters,
    options: ReplayOptions,
    threads: Spawned,
    stop: Arc<AtomicBool>,
}

/// A way to tell a history that nobody wants it any more.
#[napi]
pub struct Stop(Arc<AtomicBool>);

#[napi]
impl Stop {
    /// One that has not been told yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Tells it.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.0.store(true, Relaxed);
    }
}

impl Task for Playing {
    type Output = std::result::Result<loyalty_core::Replay, StateError>;
    type JsValue = Replay;

    fn compute(&mut self) -> Result<Self::Output> {
        // Nobody catches a panic on this thread; the core has none, and if it had, it is an error like any other.
        let play = || {
            // Of a history that is stopped, nobody sees what it came to.
            let stop = || self.stop.load(Relaxed);
            let states = (1..).zip(&self.states).take_while(|_| !stop());
            let members = host::members_of(&self.program, states)?;
            let counters = self.counters.clone();
            Ok(match &self.events {
                Events::Lines(lines) => {
                    let mut each = |_: &_| {};
                    let resumed = self.program.resume(members, self.options, &mut each).counting(counters);
                    resumed.on(&self.threads).stop_when(&stop).lines(lines)
                }
                Events::Packed(packed) => {
                    let threads = &self.threads;
                    host::replay(&self.program, packed, (members, counters), self.options, threads, &stop)
                }
            })
        };
        catch_unwind(AssertUnwindSafe(play)).map_err(|_| Error::from_reason("the engine failed"))
    }

    fn resolve(&mut self, _: Env, replay: Self::Output) -> Result<Replay> {
        replay.map(|replay| Replay(Held::of(replay))).map_err(|refused| error::state(&refused))
    }
}

#[napi]
impl Program {
    /// Plays lines of events, going on from saved states.
    #[napi(catch_unwind)]
    pub fn replay(
        &self,
        lines: &[u8],
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
        counters: Option<Vec<String>>,
        threads: Option<u32>,
        stop: &Stop,
    ) -> Result<AsyncTask<Playing>> {
        self.play(Events::Lines(own(lines)), (states, counters), outcomes, until, (threads, stop))
    }

    /// The same for a packed history.
    #[napi(catch_unwind)]
    pub fn replay_packed(
        &self,
        events: String,
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
        counters: Option<Vec<String>>,
        threads: Option<u32>,
        stop: &Stop,
    ) -> Result<AsyncTask<Playing>> {
        self.play(Events::Packed(events), (states, counters), outcomes, until, (threads, stop))
    }

    fn play(
        &self,
        events: Events,
        (states, counters): (Vec<Uint8Array>, Option<Vec<String>>),
        outcomes: bool,
        until: Option<String>,
        (threads, stop): (Option<u32>, &Stop),
    ) -> Result<AsyncTask<Playing>> {
        let until = until.map(|until| instant(&until, "until")).transpose()?;
        let options = ReplayOptions { outcomes, until };
        let threads = Spawned::of(threads);
        // Whoever called may write to its bytes while a thread plays.
        let states = states.iter().map(|state| own(state)).collect();
        let (program, counters) = (self.core()?.clone(), counted(counters)?.unwrap_or_default());
        let stop = Arc::clone(&stop.0);
        Ok(AsyncTask::new(Playing { program, events, states, counters, options, threads, stop }))
    }
}

#[napi]
impl Replay {
    /// The summary as JSON.
    #[napi(catch_unwind)]
    pub fn summary(&self) -> Result<String> {
        self.0.get()?.summary().map_err(|overflow| error::event(&overflow))
    }

    /// The refused events as JSON.
    #[napi(catch_unwind)]
    pub fn refused(&self) -> Result<String> {
        Ok(host::refused(self.0.get()?.refused()))
    }

    /// The outcomes as one JSON list.
    #[napi(catch_unwind)]
    pub fn outcomes(&self) -> Result<String> {
        Ok(format!("[{}]", self.0.get()?.outcomes().join(",")))
    }

    /// Where the counters over all members stand after it, as JSON.
    #[napi(catch_unwind)]
    pub fn counters(&self) -> Result<String> {
        Ok(host::counters_document(self.0.get()?.counters()).to_string())
    }

    /// The ids of the members, in their order.
    #[napi(catch_unwind)]
    pub fn ids(&self) -> Result<Vec<String>> {
        Ok(self.0.get()?.members().map(|member| member.id().to_owned()).collect())
    }

    /// A copy of one of the members.
    #[napi(catch_unwind)]
    pub fn member(&self, env: Env, id: String) -> Result<Option<Member>> {
        self.0.get()?.member(&id).cloned().map(|member| Member::of(env, member)).transpose()
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }
}
