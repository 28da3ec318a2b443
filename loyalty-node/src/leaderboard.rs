//! Who stands where, over any number of members.

use loyalty_core::host;
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::{Program, instant};

/// The standings of a leaderboard in the making.
#[napi]
pub struct Leaderboard(Held<loyalty_core::Leaderboard>);

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
        self.board(&name, &at, closed, top, Some((around.get()?, neighbours)))
    }

    fn board(
        &self,
        name: &str,
        at: &str,
        closed: bool,
        top: Option<u32>,
        around: Option<(&loyalty_core::Member, u32)>,
    ) -> Result<Leaderboard> {
        let at = instant(at, "at")?;
        let board = host::leaderboard(self.core()?, name, at, closed, top, around);
        board.map(|board| Leaderboard(Held::of(board))).map_err(|refused| error::event(&refused))
    }
}

#[napi]
impl Leaderboard {
    /// Adds a member; tells whether it stands on it.
    #[napi(catch_unwind)]
    pub fn add(&mut self, member: &Member) -> Result<bool> {
        self.0.get_mut()?.add(member.get()?).map_err(|refused| error::event(&refused))
    }

    /// Adds another part.
    #[napi(catch_unwind)]
    pub fn merge(&mut self, other: &Leaderboard) -> Result<()> {
        self.0.get_mut()?.merge(other.0.get()?).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    #[napi(catch_unwind)]
    pub fn copy(&self) -> Result<Leaderboard> {
        Ok(Self(Held::of(self.0.get()?.clone())))
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }

    /// Who stands where, as JSON.
    #[napi(catch_unwind)]
    pub fn finish(&self) -> Result<String> {
        self.0.get()?.finish().map(|standings| standings.to_json()).map_err(|refused| error::event(&refused))
    }
}
