//! Whom a broadcast would reach.

use js_sys::Error;
use loyalty_core::host::Given;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program, counted};

/// Whom a broadcast would reach, and why not the others.
#[wasm_bindgen]
pub struct BroadcastEstimate(loyalty_core::BroadcastEstimate);

#[wasm_bindgen]
impl Program {
    /// The estimate of a broadcast, to which members are added.
    #[wasm_bindgen(js_name = broadcastEstimate)]
    pub fn broadcast_estimate(&self, broadcast: &str, counters: Vec<String>) -> Result<BroadcastEstimate, Error> {
        self.estimate(Given::Json(broadcast.as_bytes()), counters)
    }

    /// The same for a packed object.
    #[wasm_bindgen(js_name = broadcastEstimatePacked)]
    pub fn broadcast_estimate_packed(
        &self,
        broadcast: &str,
        counters: Vec<String>,
    ) -> Result<BroadcastEstimate, Error> {
        self.estimate(Given::Packed(broadcast), counters)
    }

    fn estimate(&self, broadcast: Given<'_>, counters: Vec<String>) -> Result<BroadcastEstimate, Error> {
        let counters = counted(Some(counters))?.unwrap_or_default();
        let estimate = broadcast.broadcast(&self.program, counters);
        estimate.map(BroadcastEstimate).map_err(|refused| error::event(&refused))
    }
}

#[wasm_bindgen]
impl BroadcastEstimate {
    /// Asks what it would come to for a member.
    pub fn add(&mut self, member: &Member) {
        self.0.add(&member.0);
    }

    /// Adds another part.
    pub fn merge(&mut self, other: &BroadcastEstimate) -> Result<(), Error> {
        self.0.merge(&other.0).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    pub fn copy(&self) -> BroadcastEstimate {
        Self(self.0.clone())
    }

    /// All counts, as JSON.
    pub fn counts(&self) -> String {
        self.0.to_json()
    }
}
