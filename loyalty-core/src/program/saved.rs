//! Members' states, written and read by name.

use super::Program;
use crate::engine::member::Member;
use crate::wire::state::{self, Loaded, StateError};

impl Program {
    /// The member's state as JSON, by name.
    #[must_use]
    pub fn save(&self, member: &Member) -> String {
        state::save_json(&self.plan, member)
    }

    /// The member's state as bytes, by name.
    #[must_use]
    pub fn save_binary(&self, member: &Member) -> Vec<u8> {
        state::save_binary(&self.plan, member)
    }

    /// How many bits of [`Program::save_binary`] each part of the state takes, by a name for people to read. For who works on
    /// that form.
    #[doc(hidden)]
    #[must_use]
    pub fn measure_binary(&self, member: &Member) -> Vec<(&'static str, u64)> {
        state::measure(&self.plan, member)
    }

    /// Reads what [`Program::save`] of this or another version of the program wrote.
    ///
    /// # Errors
    ///
    /// Text that is no saved member, or one that does not add up.
    pub fn load(&self, json: &str) -> Result<Loaded, StateError> {
        state::load_json(&self.plan, json)
    }

    /// Reads what [`Program::save_binary`] wrote.
    ///
    /// # Errors
    ///
    /// As [`Program::load`].
    pub fn load_binary(&self, bytes: &[u8]) -> Result<Loaded, StateError> {
        state::load_binary(&self.plan, bytes)
    }
}
