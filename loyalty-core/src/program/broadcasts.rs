//! Whom a broadcast would reach.

use super::Program;
use crate::broadcast::BroadcastEstimate;
use crate::engine::claims::Counters;
use crate::engine::error::EventError;
#[cfg(doc)]
use crate::engine::error::Refusal;
use crate::engine::event::EventData;
use crate::wire::decode;
use crate::wire::input::Input;

impl Program {
    /// Whom a `broadcast` event would reach if it happened to each of many members: an estimate to which members are added.
    /// The event is the one that will be applied to them; it needs no id and no member. `counters` say where the counters
    /// over all members stand, for limits such as `marketing at most 1_000 in total per day`.
    ///
    /// # Errors
    ///
    /// What is wrong with the event, as [`Program::decode`]; [`Refusal::UnknownEvent`] for another one,
    /// [`Refusal::UnknownMessage`], [`Refusal::UnknownSegment`].
    ///
    /// ```
    /// use loyalty_core::{Counters, Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" {}
    /// policy messages { consent marketing }
    /// rule yes on message matching ["yes"] { consent marketing }
    /// message spring marketing { broadcast  en "Spring is here." }"#).unwrap();
    /// let at = Instant::parse("2026-03-20T09:00:00Z").unwrap();
    /// let (mut ana, ben) = (program.enroll("ana", at).unwrap(), program.enroll("ben", at).unwrap());
    /// program.apply(&mut ana, r#"{"type":"message","id":"w-1","at":"2026-03-20T09:00:00Z","text":"Yes!"}"#).unwrap();
    ///
    /// let broadcast = r#"{"type":"broadcast","at":"2026-03-20T10:00:00Z","message":"spring","campaign":"spring-2026"}"#;
    /// let mut estimate = program.broadcast_estimate(broadcast, Counters::default()).unwrap();
    /// estimate.add(&ana);
    /// estimate.add(&ben);
    /// assert_eq!((estimate.members(), estimate.now(), estimate.suppressed()["no_consent"]), (2, 1, 1));
    /// ```
    pub fn broadcast_estimate(
        &self,
        broadcast: impl AsRef<[u8]>,
        counters: Counters,
    ) -> Result<BroadcastEstimate, EventError> {
        self.broadcast_estimate_from(&mut crate::wire::scan::Json::new(broadcast.as_ref())?, counters)
    }

    /// The same for an event of the host's own form.
    ///
    /// # Errors
    ///
    /// As [`Program::broadcast_estimate`].
    pub fn broadcast_estimate_from(
        &self,
        broadcast: &mut impl Input,
        counters: Counters,
    ) -> Result<BroadcastEstimate, EventError> {
        let mut event = EventData::default();
        decode::decode_plan(&self.plan, &self.reading, broadcast, &mut event)?;
        BroadcastEstimate::new(&self.plan, event, counters)
    }
}
