//! Who stands where, over any number of members.

use loyalty_core::host;
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::program::{Member, Program};

/// The standings of a leaderboard in the making.
#[napi]
pub struct Leaderboard(loyalty_core::Leaderboard);

#[napi]
impl Program {
    /// The standings of a leaderboard, to which members are added.
    #[napi(catch_unwind)]
    pub fn leaderboard(&self, name: String, at: String, closed: bool, top: Option<u32>) -> Result<Leaderboard> {
        self.board(&name, &at, closed, top, None)
    }

    /// The same with the place and the neighbours of a member.
    #[napi(catch_unwind)]
    pub fn leaderboard_around(
        &self,
        name: String,
        at: String,
        closed: bool,
        top: Option<u32>,
        around: &Member,
        neighbours: u32,
    ) -> Result<Leaderboard> {
        self.board(&name, &at, closed, top, Some((&around.0, neighbours)))
    }

    fn board(
        &self,
        name: &str,
        at: &str,
        closed: bool,
        top: Option<u32>,
        around: Option<(&loyalty_core::Member, u32)>,
    ) -> Result<Leaderboard> {
        let at = at.parse().map_err(|refused| error::event(&refused))?;
        let board = host::leaderboard(&self.program, name, at, closed, top, around);
        board.map(Leaderboard).map_err(|refused| error::event(&refused))
    }
}

#[napi]
impl Leaderboard {
    /// Adds a member; tells whether it stands on it.
    #[napi(catch_unwind)]
    pub fn add(&mut self, member: &Member) -> Result<bool> {
        self.0.add(&member.0).map_err(|refused| error::event(&refused))
    }

    /// Adds another part.
    #[napi(catch_unwind)]
    pub fn merge(&mut self, other: &Leaderboard) -> Result<()> {
        self.0.merge(&other.0).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    #[napi(catch_unwind)]
    pub fn copy(&self) -> Leaderboard {
        Self(self.0.clone())
    }

    /// Who stands where, as JSON.
    #[napi(catch_unwind)]
    pub fn finish(&self) -> Result<String> {
        self.0.finish().map(|standings| standings.to_json()).map_err(|refused| error::event(&refused))
    }
}
