//! Whom a broadcast would reach, and why not the others: asked before anything is said.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::claims::Counters;
use crate::engine::decided::Decided;
use crate::engine::doors;
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::messages::broadcast::{Broadcast, Reach, reach};
use crate::engine::messages::said::Unsaid;
use crate::plan::{EventKind, Plan};
use crate::wire::document::Document;

/// Whom a broadcast would reach; see [`Program::broadcast_estimate`](crate::Program::broadcast_estimate).
///
/// Members are added one by one, in any order, and are not changed. Estimates of parts of the members are put together by
/// [`merge`](Self::merge).
#[derive(Debug, Clone)]
pub struct BroadcastEstimate {
    plan: Arc<Plan>,
    event: EventData,
    counters: Counters,
    members: u64,
    /// Who would hear it if nothing were limited over all members, by the counters that they move: their names, and how far
    /// each may stand.
    reached: BTreeMap<Vec<(Box<str>, Decimal)>, u64>,
    later: u64,
    suppressed: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, u64>,
}

impl BroadcastEstimate {
    pub(crate) fn new(plan: &Arc<Plan>, event: EventData, counters: Counters) -> Result<Self, EventError> {
        let event_plan = plan.events.get(usize::from(event.event));
        let kind = event_plan.map_or("", |event| &*event.layout.name);
        if kind != "broadcast" {
            return Err(EventError::new(Refusal::UnknownEvent)
                .in_field("type")
                .expecting("`broadcast`")
                .but_found(format!("`{kind}`")));
        }
        if let Some(event_plan) = event_plan {
            if event_plan.kind != EventKind::Broadcast {
                return Err(EventError::new(Refusal::UnknownMessage)
                    .in_field("message")
                    .expecting("nothing, for the program says nothing")
                    .advising("declare a `message` that says `broadcast`"));
            }
            Broadcast::of(plan, event_plan, &event)?;
        }
        Ok(Self {
            plan: Arc::clone(plan),
            event: EventData { member: None, revision: None, ..event },
            counters,
            members: 0,
            reached: BTreeMap::new(),
            later: 0,
            suppressed: BTreeMap::new(),
            refused: BTreeMap::new(),
        })
    }

    /// Asks what the broadcast would come to for a member, who stays as it is.
    pub fn add(&mut self, member: &Member) {
        self.members += 1;
        let mut working = member.clone();
        let mut event = self.event.clone();
        // Whatever events the member knows, this would be another one.
        while working.remembered(&self.plan, &event.id).is_some() {
            event.id.push('+');
        }
        let outcome = match doors::apply_into(&self.plan, &mut working, &event, None, &mut Decided::default()) {
            Ok(outcome) => outcome,
            Err(error) => return *self.refused.entry(error.code().as_str()).or_default() += 1,
        };
        match reach(&self.plan, self.broadcast().1, &outcome.decisions) {
            Some(Reach::Now(moved)) => {
                let moved = moved.into_iter().map(|(counter, limit)| (counter.into(), limit)).collect();
                *self.reached.entry(moved).or_default() += 1;
            }
            Some(Reach::Later) => self.later += 1,
            Some(Reach::Not(reason)) => *self.suppressed.entry(reason.name()).or_default() += 1,
            None => {}
        }
    }

    /// Adds what another part of the members came to.
    ///
    /// # Errors
    ///
    /// [`Refusal::Conflict`] for the estimate of another broadcast, or of another program.
    pub fn merge(&mut self, other: &Self) -> Result<(), EventError> {
        let same = |one: &Self| (one.plan.text, one.event.event, one.event.digest, one.event.at);
        if same(self) != same(other) {
            return Err(EventError::new(Refusal::Conflict)
                .in_field("other")
                .expecting("an estimate of the same broadcast by the same program"));
        }
        self.members += other.members;
        self.later += other.later;
        for (moved, members) in &other.reached {
            *self.reached.entry(moved.clone()).or_default() += members;
        }
        for (mine, theirs) in [(&mut self.suppressed, &other.suppressed), (&mut self.refused, &other.refused)] {
            for (reason, members) in theirs {
                *mine.entry(reason).or_default() += members;
            }
        }
        Ok(())
    }

    /// How many members were asked for.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.members
    }

    /// How many would hear it at once, within the limits over all members.
    #[must_use]
    pub fn now(&self) -> u64 {
        let mut counters = self.counters.clone();
        let mut now: u64 = 0;
        for (moved, members) in &self.reached {
            let room = moved.iter().map(|(counter, limit)| counters.left(counter, *limit));
            let said = room.fold(Decimal::from(*members), Decimal::min).floor();
            for (counter, _) in moved {
                let stands = counters.get(counter).checked_add(said).unwrap_or(Decimal::MAX);
                counters.set(&**counter, stands);
            }
            now += u64::try_from(said).unwrap_or(0);
        }
        now
    }

    /// How many would hear it when quiet hours end, if nothing else happens until then.
    #[must_use]
    pub fn later(&self) -> u64 {
        self.later
    }

    /// How many would not hear it, by the reasons of the decision `message_suppressed`.
    #[must_use]
    pub fn suppressed(&self) -> BTreeMap<&'static str, u64> {
        let mut suppressed = self.suppressed.clone();
        let over = self.reached.values().sum::<u64>().saturating_sub(self.now());
        if over > 0 {
            *suppressed.entry(Unsaid::AtMostInTotal { count: 0 }.name()).or_default() += over;
        }
        suppressed
    }

    /// For how many the event would be refused, by code.
    #[must_use]
    pub fn refused(&self) -> &BTreeMap<&'static str, u64> {
        &self.refused
    }

    /// All of it: `{"campaign":…,"message":…,"at":…,"members":10,"now":4,"later":2,"suppressed":{"no_consent":3},
    /// "refused":{"member_closed":1}}`.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let counts = |counts: &BTreeMap<&'static str, u64>| {
            let mut document = Document::object();
            counts.iter().for_each(|(reason, members)| document.put(*reason, *members));
            document
        };
        let (message, campaign) = self.broadcast();
        Document::object()
            .with("campaign", campaign)
            .with("message", message)
            .with("at", crate::wire::json::instant(&self.plan, self.event.at))
            .with("members", self.members)
            .with("now", self.now())
            .with("later", self.later)
            .with("suppressed", counts(&self.suppressed()))
            .with("refused", counts(&self.refused))
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The message's name, and the campaign's.
    fn broadcast(&self) -> (&str, &str) {
        let event_plan = self.plan.events.get(usize::from(self.event.event));
        let broadcast = event_plan.and_then(|event_plan| Broadcast::of(&self.plan, event_plan, &self.event).ok());
        broadcast.map_or(("", ""), |broadcast| (broadcast.message(), broadcast.campaign))
    }
}
