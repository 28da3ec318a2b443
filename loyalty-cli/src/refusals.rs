//! Refused events, and those that could not earn: why, how many, and where the first ones are.

use std::collections::BTreeMap;

use loyalty_core::EventError;
use serde_json::{Value, json};

use crate::events::LINE_BYTES_MAX;
use crate::table::grouped;

/// How many places are told for a reason.
const PLACES_MAX: usize = 3;

/// An event that changed nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// A code such as `missing_field`.
    pub(crate) reason: String,
    /// The event's id, where it could be read.
    pub(crate) event: Option<String>,
    /// One sentence with the details.
    pub(crate) message: String,
}

impl Refusal {
    /// What the engine says about an event.
    pub(crate) fn new(event: Option<&str>, error: &EventError) -> Self {
        Self { reason: error.code().as_str().to_owned(), event: event.map(str::to_owned), message: error.details() }
    }

    /// An event that was taken and could not earn.
    pub(crate) fn unearned(event: &str, reason: String) -> Self {
        let message = match reason.as_str() {
            "before_enrolment" => "its member joined later, by an earlier line; sort the file by `at`, or see --enroll",
            "paused" => "its member's account rests",
            "withdrawn" => "the referral that it belongs to was withdrawn",
            _ => "the event could not earn",
        };
        Self { reason, event: Some(event.to_owned()), message: message.to_owned() }
    }

    /// An event without a member.
    pub(crate) fn no_member(event: &str) -> Self {
        Self {
            reason: "no_member".to_owned(),
            event: Some(event.to_owned()),
            message: "the event belongs to no member".to_owned(),
        }
    }

    /// The refusal as JSON.
    pub(crate) fn json(&self) -> Value {
        json!({ "reason": self.reason, "event": self.event, "message": self.message })
    }

    /// A line beyond [`LINE_BYTES_MAX`].
    pub(crate) fn too_long() -> Self {
        Self {
            reason: "event_too_large".to_owned(),
            event: None,
            message: format!("the line is longer than {} bytes", grouped(&LINE_BYTES_MAX.to_string())),
        }
    }
}

/// All refusals of a run, by reason.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    count: u64,
    reasons: BTreeMap<String, Reason>,
}

#[derive(Debug, Default)]
struct Reason {
    count: u64,
    first: Vec<(u64, Refusal)>,
}

impl Refusals {
    /// Counts a refusal at `line`.
    pub(crate) fn add(&mut self, line: u64, refusal: Refusal) {
        self.count = self.count.saturating_add(1);
        let reason = self.reasons.entry(refusal.reason.clone()).or_default();
        reason.count = reason.count.saturating_add(1);
        if reason.first.len() < PLACES_MAX {
            reason.first.push((line, refusal));
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The reasons, each with the first of its places in lines of `file`; `what` says what happened.
    pub(crate) fn page(&self, what: impl Fn(&str) -> String, file: &str) -> String {
        let mut page = String::new();
        for (name, reason) in &self.reasons {
            page.push_str(&format!("{}: {}\n", what(name), grouped(&reason.count.to_string())));
            for (line, Refusal { event, message, .. }) in &reason.first {
                let event = event.as_ref().map_or_else(String::new, |event| format!("  `{event}`"));
                page.push_str(&format!("  {file}:{line}{event}  {message}\n"));
            }
            if reason.count > PLACES_MAX as u64 {
                page.push_str("  …\n");
            }
        }
        page
    }

    pub(crate) fn json(&self, file: &str) -> Value {
        let reasons = self.reasons.iter().map(|(name, reason)| {
            let first: Vec<Value> = reason
                .first
                .iter()
                .map(|(line, refusal)| {
                    json!({ "place": format!("{file}:{line}"), "event": refusal.event, "message": refusal.message })
                })
                .collect();
            json!({ "reason": name, "count": reason.count, "first": first })
        });
        reasons.collect()
    }
}
