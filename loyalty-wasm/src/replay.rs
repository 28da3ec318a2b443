//! Whole histories.

use js_sys::{Error, Uint8Array};
use loyalty_core::{ReplayOptions, host};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program, instant};

/// What a history came to.
#[wasm_bindgen]
pub struct Replay(loyalty_core::Replay);

#[wasm_bindgen]
impl Program {
    /// Plays lines of events, going on from saved states. There is one thread: a page that must not wait calls this in a worker.
    pub fn replay(
        &self,
        lines: &[u8],
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
    ) -> Result<Replay, Error> {
        let members = self.members(&states)?;
        Ok(Replay(self.program.resume(members, options(outcomes, until)?, &mut |_| {}).lines(lines)))
    }

    /// The same for a packed history.
    #[wasm_bindgen(js_name = replayPacked)]
    pub fn replay_packed(
        &self,
        events: &str,
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
    ) -> Result<Replay, Error> {
        let members = self.members(&states)?;
        Ok(Replay(host::replay(&self.program, events, members, options(outcomes, until)?, None)))
    }
}

impl Program {
    fn members(&self, states: &[Uint8Array]) -> Result<Vec<loyalty_core::Member>, Error> {
        let states = (1..).zip(states.iter().map(Uint8Array::to_vec));
        host::members_of(&self.program, states).map_err(|refused| error::state(&refused))
    }
}

fn options(outcomes: bool, until: Option<String>) -> Result<ReplayOptions, Error> {
    Ok(ReplayOptions { outcomes, until: until.map(|until| instant(&until)).transpose()? })
}

#[wasm_bindgen]
impl Replay {
    /// The summary as JSON.
    pub fn summary(&self) -> Result<String, Error> {
        self.0.summary().map_err(|overflow| error::event(&overflow))
    }

    /// The refused events as JSON.
    pub fn refused(&self) -> String {
        host::refused(self.0.refused())
    }

    /// The outcomes as one JSON list.
    pub fn outcomes(&self) -> String {
        format!("[{}]", self.0.outcomes().join(","))
    }

    /// The ids of the members, in their order.
    pub fn ids(&self) -> Vec<String> {
        self.0.members().map(|member| member.id().to_owned()).collect()
    }

    /// A copy of one of the members.
    pub fn member(&self, id: &str) -> Option<Member> {
        self.0.member(id).cloned().map(Member)
    }
}
