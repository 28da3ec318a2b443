//! Who stands where, over any number of members.

use js_sys::Error;
use loyalty_core::host;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program, instant};

/// The standings of a leaderboard in the making.
#[wasm_bindgen]
pub struct Leaderboard(loyalty_core::Leaderboard);

#[wasm_bindgen]
impl Program {
    /// The standings of a leaderboard, to which members are added.
    pub fn leaderboard(&self, name: &str, at: &str, closed: bool, top: Option<u32>) -> Result<Leaderboard, Error> {
        self.board(name, at, closed, top, None)
    }

    /// The same with the place and the neighbours of a member.
    #[wasm_bindgen(js_name = leaderboardAround)]
    pub fn leaderboard_around(
        &self,
        name: &str,
        at: &str,
        closed: bool,
        top: Option<u32>,
        around: &Member,
        neighbours: u32,
    ) -> Result<Leaderboard, Error> {
        self.board(name, at, closed, top, Some((&around.0, neighbours)))
    }

    fn board(
        &self,
        name: &str,
        at: &str,
        closed: bool,
        top: Option<u32>,
        around: Option<(&loyalty_core::Member, u32)>,
    ) -> Result<Leaderboard, Error> {
        let at = instant(at, "at")?;
        let board = host::leaderboard(&self.program, name, at, closed, top, around);
        board.map(Leaderboard).map_err(|refused| error::event(&refused))
    }
}

#[wasm_bindgen]
impl Leaderboard {
    /// Adds a member; tells whether it stands on it.
    pub fn add(&mut self, member: &Member) -> Result<bool, Error> {
        self.0.add(&member.0).map_err(|refused| error::event(&refused))
    }

    /// Adds another part.
    pub fn merge(&mut self, other: &Leaderboard) -> Result<(), Error> {
        self.0.merge(&other.0).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    pub fn copy(&self) -> Leaderboard {
        Self(self.0.clone())
    }

    /// Who stands where, as JSON.
    pub fn finish(&self) -> Result<String, Error> {
        self.0.finish().map(|standings| standings.to_json()).map_err(|refused| error::event(&refused))
    }
}
