//! What points may have waited for and what came before its order, by the name of the event.

use super::saved::saved;
use super::squeezed::Shared;
use super::values::Moment;
use super::{Snapshot, StateError};
use crate::engine::arrivals::Arrival;
use crate::engine::member::Member;
use crate::plan::Plan;
use crate::time::Instant;
use crate::wire::squeeze::{Coder, Instants, Malformed};

#[derive(Default)]
pub struct SavedArrival {
    event: String,
    /// Digest of the order's id.
    order: u64,
    at: Moment,
}

saved! { SavedArrival { event, order, at } }

impl SavedArrival {
    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        (instants, near): (&mut Instants, i64),
    ) -> Result<(), Malformed> {
        shared.name(coder, &mut self.event)?;
        self.order = coder.plain(64, self.order)?;
        self.at = Moment(instants.code(coder, self.at.0, near)?);
        Ok(())
    }
}

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedArrival> {
    let saved = member.arrivals.iter().filter_map(|arrival| {
        let event = plan.events.get(usize::from(arrival.event))?.layout.name.to_string();
        Some(SavedArrival { event, order: arrival.order, at: Moment(arrival.at) })
    });
    saved.collect()
}

/// Takes over what the program still knows; nothing can wait for the others.
pub fn restore(plan: &Plan, member: &mut Member, saved: &Snapshot) -> Result<(), StateError> {
    for arrival in &saved.arrivals {
        let at = Instant::from_micros(arrival.at.0);
        let at = at.ok_or_else(|| StateError::new("what points wait for, at an instant outside of 1970 to 2199"))?;
        let Some(event) = plan.events.iter().position(|event| *event.layout.name == *arrival.event) else { continue };
        member.arrivals.push(Arrival { event: event as u16, order: arrival.order, at: at.as_micros() });
    }
    Ok(())
}
