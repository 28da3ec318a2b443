//! Whole histories, played on threads of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use loyalty_core::{ReplayOptions, host};
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Error, Result, Task};
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::{Program, instant, own};
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
    options: ReplayOptions,
    threads: Spawned,
}

impl Task for Playing {
    type Output = loyalty_core::Replay;
    type JsValue = Replay;

    fn compute(&mut self) -> Result<Self::Output> {
        // Nobody catches a panic on this thread; the core has none, and if it had, it is an error like any other.
        let play = || match &self.events {
            Events::Lines(lines) => self.program.resume([], self.options, &mut |_| {}).on(&self.threads).lines(lines),
            Events::Packed(packed) => host::replay(&self.program, packed, self.options, Some(&self.threads)),
        };
        catch_unwind(AssertUnwindSafe(play)).map_err(|_| Error::from_reason("the engine failed"))
    }

    fn resolve(&mut self, _: Env, replay: Self::Output) -> Result<Replay> {
        Ok(Replay(Held::of(replay)))
    }
}

#[napi]
impl Program {
    /// Plays lines of events from nothing.
    #[napi(catch_unwind)]
    pub fn replay(
        &self,
        lines: &[u8],
        outcomes: bool,
        until: Option<String>,
        threads: Option<u32>,
    ) -> Result<AsyncTask<Playing>> {
        self.play(Events::Lines(own(lines)), outcomes, until, threads)
    }

    /// The same for a packed history.
    #[napi(catch_unwind)]
    pub fn replay_packed(
        &self,
        events: String,
        outcomes: bool,
        until: Option<String>,
        threads: Option<u32>,
    ) -> Result<AsyncTask<Playing>> {
        self.play(Events::Packed(events), outcomes, until, threads)
    }

    fn play(
        &self,
        events: Events,
        outcomes: bool,
        until: Option<String>,
        threads: Option<u32>,
    ) -> Result<AsyncTask<Playing>> {
        let until = until.map(|until| instant(&until)).transpose()?;
        let options = ReplayOptions { outcomes, until };
        let threads = Spawned::of(threads);
        Ok(AsyncTask::new(Playing { program: self.core()?.clone(), events, options, threads }))
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
