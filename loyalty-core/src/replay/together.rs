//! A history whose members bear on each other: they are played in the order of the events, with the counters over all of them,
//! and what one holds ready for another arrives at once.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::{RefusedEvent, Replay};
use crate::engine::claims::Counters;
use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::program::Program;
use crate::roster::{self, Roster};
use crate::wire::decode::id_of;
use crate::wire::scan::Json;

/// The members of a history, and where their outcomes are told.
pub struct Together<'r> {
    pub members: &'r mut BTreeMap<String, Member>,
    pub replay: &'r mut Replay,
    pub each: Option<&'r mut dyn FnMut(&Outcome)>,
    /// Keep the JSON of every outcome.
    pub json: bool,
    /// The line that is played.
    pub line: u64,
}

impl Together<'_> {
    pub fn tell(&mut self, outcome: &Outcome) {
        if let Some(each) = &mut self.each {
            each(outcome);
        }
        if self.json {
            self.replay.outcomes.push(outcome.to_json());
        }
    }
}

impl Roster for Together<'_> {
    type Trouble = Infallible;

    fn member(&mut self, id: &str) -> Result<Option<&mut Member>, Infallible> {
        Ok(self.members.get_mut(id))
    }

    fn join(&mut self, member: Member) {
        self.members.insert(member.id().to_owned(), member);
    }

    fn counters(&self) -> Counters {
        self.replay.counters.clone()
    }

    fn note(&mut self, _: &str, outcome: &Outcome) -> Result<(), Infallible> {
        for claim in outcome.decisions().iter().filter_map(|decision| decision.claim()) {
            self.replay.counters.commit(&claim);
        }
        self.tell(outcome);
        Ok(())
    }

    fn damaged(&mut self, event: &str, error: EventError) -> Result<(), Infallible> {
        let event = Json::new(event.as_bytes()).ok().and_then(|mut json| id_of(&mut json));
        self.replay.refused.push(RefusedEvent { line: self.line, event, error });
        Ok(())
    }
}

/// Whether members bear on each other: by what the program says, or since points are on their way by what it said before.
pub fn bear(program: &Program, members: &BTreeMap<String, Member>) -> bool {
    let sent = |member: &Member| member.wallets.iter().any(|wallet| !wallet.transferred_out.is_zero());
    program.plan().across().is_some() || members.values().any(sent)
}

/// Where the events go that name an account which was merged into another one, by its id. While a history is played, none is.
pub fn merged(members: &BTreeMap<String, Member>) -> Arc<BTreeMap<String, String>> {
    let into = |id: &str| members.get(id).map(|member| member.merged_into().map(str::to_owned));
    let closed = members.values().filter(|member| member.merged_into().is_some());
    let led = closed.map(|member| {
        let Ok(into) = roster::way(member.id(), |id| Ok::<_, Infallible>(into(id)));
        (member.id().to_owned(), into)
    });
    Arc::new(led.collect())
}
