//! Members.

use napi::bindgen_prelude::ObjectFinalize;
use napi::{Env, Result};
use napi_derive::napi;

use crate::held::Held;

/// The state of one member.
#[napi(custom_finalize)]
pub struct Member {
    state: Held<loyalty_core::Member>,
    /// What the collector was told that it weighs.
    weight: i64,
}

impl Member {
    /// A member for JavaScript, whose collector is told how much hangs on so small an object.
    pub fn of(env: Env, state: loyalty_core::Member) -> Result<Self> {
        let weight = weight(&state);
        env.adjust_external_memory(weight)?;
        Ok(Self { state: Held::of(state), weight })
    }

    pub fn get(&self) -> Result<&loyalty_core::Member> {
        self.state.get()
    }

    pub fn get_mut(&mut self) -> Result<&mut loyalty_core::Member> {
        self.state.get_mut()
    }
}

impl ObjectFinalize for Member {
    fn finalize(mut self, env: Env) -> Result<()> {
        self.free(env)
    }
}

#[napi]
impl Member {
    /// The member's id.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> Result<&str> {
        Ok(self.get()?.id())
    }

    /// Grows with everything that happens to the member; never beyond what a number holds exactly.
    #[napi(getter, catch_unwind)]
    pub fn revision(&self) -> Result<i64> {
        Ok(i64::try_from(self.get()?.revision()).unwrap_or(i64::MAX))
    }

    /// The next instant at which something will happen by time alone, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn next_due(&self) -> Result<Option<String>> {
        Ok(self.get()?.next_due().map(|due| due.to_string()))
    }

    /// The latest instant that the member has been brought to, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn clock(&self) -> Result<String> {
        Ok(self.get()?.clock().to_string())
    }

    /// When the member joined, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn enrolled_at(&self) -> Result<String> {
        Ok(self.get()?.enrolled_at().to_string())
    }

    /// A member of its own in the same state.
    #[napi(catch_unwind)]
    pub fn copy(&self, env: Env) -> Result<Member> {
        Member::of(env, self.get()?.clone())
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self, env: Env) -> Result<()> {
        self.state.free();
        env.adjust_external_memory(-core::mem::take(&mut self.weight))?;
        Ok(())
    }
}

/// About the bytes that a state takes: what every member has, and for each of what it remembers some hundreds. Beyond a
/// megabyte it says no more, for of a long life most is forgotten.
fn weight(state: &loyalty_core::Member) -> i64 {
    const ALWAYS: u64 = 2_048;
    const EACH: u64 = 512;
    const MOST: u64 = 1 << 20;
    ALWAYS.saturating_add(state.revision().saturating_mul(EACH)).min(MOST) as i64
}
