//! Whom a broadcast would reach.

use loyalty_core::host::Given;
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::{Program, counted};

/// Whom a broadcast would reach, and why not the others.
#[napi]
pub struct BroadcastEstimate(Held<loyalty_core::BroadcastEstimate>);

#[napi]
impl Program {
    /// The estimate of a broadcast, to which members are added.
    #[napi(catch_unwind)]
    pub fn broadcast_estimate(&self, broadcast: String, counters: Vec<String>) -> Result<BroadcastEstimate> {
        self.estimate(Given::Json(broadcast.as_bytes()), counters)
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn broadcast_estimate_packed(&self, broadcast: String, counters: Vec<String>) -> Result<BroadcastEstimate> {
        self.estimate(Given::Packed(&broadcast), counters)
    }

    fn estimate(&self, broadcast: Given<'_>, counters: Vec<String>) -> Result<BroadcastEstimate> {
        let counters = counted(Some(counters))?.unwrap_or_default();
        let estimate = broadcast.broadcast(self.core()?, counters);
        estimate.map(|estimate| BroadcastEstimate(Held::of(estimate))).map_err(|refused| error::event(&refused))
    }
}

#[napi]
impl BroadcastEstimate {
    /// Asks what it would come to for a member.
    #[napi(catch_unwind)]
    pub fn add(&mut self, member: &Member) -> Result<()> {
        self.0.get_mut()?.add(member.get()?);
        Ok(())
    }

    /// Adds another part.
    #[napi(catch_unwind)]
    pub fn merge(&mut self, other: &BroadcastEstimate) -> Result<()> {
        self.0.get_mut()?.merge(other.0.get()?).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    #[napi(catch_unwind)]
    pub fn copy(&self) -> Result<BroadcastEstimate> {
        Ok(Self(Held::of(self.0.get()?.clone())))
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }

    /// All counts, as JSON.
    #[napi(catch_unwind)]
    pub fn counts(&self) -> Result<String> {
        Ok(self.0.get()?.to_json())
    }
}
