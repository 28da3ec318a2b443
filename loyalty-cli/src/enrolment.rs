//! When members are enrolled whom the events name for the first time.

use loyalty_core::{Event, Instant};
use serde_json::Value;

use crate::refusals::Refusal;

/// The word for "at the `at` of the first event".
const FIRST_EVENT: &str = "first-event";

/// Where the instant of enrolment is taken from.
#[derive(Debug)]
pub(crate) struct Enrolment<'a> {
    fields: &'a [String],
}

impl<'a> Enrolment<'a> {
    /// From the first of `fields` that the event has, else from its `at`.
    pub(crate) fn new(fields: &'a [String]) -> Self {
        Self { fields }
    }

    /// The instant at which the member of `event`, written as `json`, is enrolled.
    pub(crate) fn instant(&self, json: &[u8], event: &Event) -> Result<Instant, Refusal> {
        let mut fields = self.fields.iter().take_while(|field| *field != FIRST_EVENT).peekable();
        if fields.peek().is_none() {
            return Ok(event.at());
        }
        let there: Value = serde_json::from_slice(json).unwrap_or_default();
        let found = fields.find_map(|field| Some((field, there.get(field).filter(|value| !value.is_null())?)));
        let Some((field, value)) = found else { return Ok(event.at()) };
        value.as_str().and_then(Instant::parse).ok_or_else(|| Refusal {
            reason: "invalid_enrolment".to_owned(),
            event: Some(event.id().to_owned()),
            message: format!("`{field}`, expected an instant with its offset, found {value}"),
        })
    }
}
