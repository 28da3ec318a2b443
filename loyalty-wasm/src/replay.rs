//! Whole histories.

use js_sys::{Error, Uint8Array};
use loyalty_core::ReplayOptions;
use loyalty_core::host::{self, Events, Parts};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program, counted, instant};

/// What a history came to.
#[wasm_bindgen]
pub struct Replay(loyalty_core::Replay);

/// A history on its way: there is one thread, and others have a turn on it between the parts.
#[wasm_bindgen]
pub struct Playing(Parts);

#[wasm_bindgen]
impl Program {
    /// Begins with lines of events, going on from saved states.
    pub fn replay(
        &self,
        lines: Vec<u8>,
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<Playing, Error> {
        self.play(Events::Lines(lines), (&states, counters), outcomes, until)
    }

    /// The same for a packed history.
    #[wasm_bindgen(js_name = replayPacked)]
    pub fn replay_packed(
        &self,
        events: String,
        states: Vec<Uint8Array>,
        outcomes: bool,
        until: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<Playing, Error> {
        self.play(Events::Packed(events), (&states, counters), outcomes, until)
    }
}

impl Program {
    fn play(
        &self,
        events: Events,
        (states, counters): (&[Uint8Array], Option<Vec<String>>),
        outcomes: bool,
        until: Option<String>,
    ) -> Result<Playing, Error> {
        let counters = counted(counters)?.unwrap_or_default();
        let states = (1..).zip(states.iter().map(Uint8Array::to_vec));
        let members = host::members_of(&self.program, states).map_err(|refused| error::state(&refused))?;
        let until = until.map(|until| instant(&until, "until")).transpose()?;
        let options = ReplayOptions { outcomes, until };
        Ok(Playing(Parts::new(self.program.clone(), events, (members, counters), options)))
    }
}

#[wasm_bindgen]
impl Playing {
    /// Plays a part of it; tells whether there may be more.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// What it came to.
    pub fn finish(self) -> Replay {
        Replay(self.0.finish())
    }
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

    /// Where the counters over all members stand after it, as JSON.
    pub fn counters(&self) -> String {
        host::counters_document(self.0.counters()).to_string()
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
