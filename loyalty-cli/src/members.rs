//! The members of a run: in memory, or in memory over a store that everything is written back to, batch by batch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use loyalty_core::roster::{self, Roster};
use loyalty_core::{Counters, Decision, Document, Event, EventError, Instant, Member, Outcome, Program, Report};

use crate::decisions::Decisions;
use crate::failure::Failure;
use crate::refusals::Refusal;
use crate::report;
use crate::store::{self, Batch, CarriedOver, LineKey, Row, Store};

/// How many members are kept at hand between batches where there is a store to read them from again.
const AT_HAND_MAX: usize = 4096;
/// How many outcomes are gathered before they are written.
const OUTCOMES_MAX: usize = 512;

/// What the engine did with an event.
pub(crate) enum Judged {
    /// It was taken; with the reason where it could not earn.
    Applied {
        unearned: Option<String>,
    },
    /// The event was known; nothing changed.
    Replayed,
    Refused(EventError),
}

/// All members of a run, with the way their decisions take.
pub(crate) struct Members<'a> {
    program: &'a Program,
    at_hand: BTreeMap<String, Member>,
    /// Members that the store has not seen in their present state.
    changed: BTreeSet<String>,
    batch: Batch,
    /// Where the counters over all members stand; they move with the members, in the same commit.
    counters: Counters,
    /// What time it is, where events are not all of the past.
    now: Option<Instant>,
    store: Option<Store>,
    out: Option<Decisions>,
    carried_over: Option<CarriedOver>,
    /// What is made up of every outcome, and what went wrong with that first.
    report: Option<(Report, Option<EventError>)>,
}

impl<'a> Members<'a> {
    /// Opens the store and the file of decisions, as far as they are asked for.
    pub(crate) fn open(program: &'a Program, store: Option<&Path>, out: Option<&Path>) -> Result<Self, Failure> {
        Self::take_over(program, store, out, false)
    }

    /// The same of a store whose members may lose what is in wallets that the program does not have, if they are `let_go`.
    pub(crate) fn take_over(
        program: &'a Program,
        store: Option<&Path>,
        out: Option<&Path>,
        let_go: bool,
    ) -> Result<Self, Failure> {
        let store = store.map(Store::create).transpose()?;
        let carried_over = store.as_ref().map(|store| store.adopt(program, let_go)).transpose()?.flatten();
        let out = match (&store, out) {
            (_, None) => None,
            (None, Some(path)) => Some(Decisions::create(path)?),
            (Some(store), Some(path)) => Some(Decisions::resume(path, store)?),
        };
        let counters = store.as_ref().map(Store::counters).transpose()?.unwrap_or_default();
        let (at_hand, changed, batch) = Default::default();
        Ok(Self { program, at_hand, changed, batch, counters, now: None, store, out, carried_over, report: None })
    }

    /// How members were carried over from another program, if they were.
    pub(crate) fn carried_over(&self) -> Option<&CarriedOver> {
        self.carried_over.as_ref()
    }

    /// Judges an event of the member `id`, who is enrolled by it, at `enrolled`, if it is accepted and nobody knows him.
    pub(crate) fn judge<E>(
        &mut self,
        id: &str,
        event: &Event,
        enrolled: impl FnOnce() -> Result<Instant, E>,
    ) -> Result<Result<Judged, E>, Failure> {
        let id = &roster::follow(self, id)?;
        let known = self.at_hand.contains_key(id);
        let joins = match (!known).then(enrolled) {
            Some(Err(refusal)) => return Ok(Err(refusal)),
            Some(Ok(at)) => at,
            None => event.at(),
        };
        let (program, now) = (self.program, self.now);
        Ok(Ok(match roster::happens(program, self, id, event, (now, joins))? {
            Err(error) => Judged::Refused(error),
            Ok(outcome) if outcome.replayed() => Judged::Replayed,
            Ok(outcome) => Judged::Applied { unearned: unearned(&outcome) },
        }))
    }

    /// Keeps what has happened to a member for the next commit.
    fn keep(&mut self, id: &str, outcome: &Outcome) {
        if self.store.is_some() && !self.changed.contains(id) {
            self.changed.insert(id.to_owned());
        }
        if !outcome.decisions().is_empty() && (self.store.is_some() || self.out.is_some()) {
            self.batch.outcomes.push(outcome.to_json());
        }
        self.move_counters(outcome);
        self.tell(id, outcome);
    }

    /// From here on events too far ahead of `now` are refused.
    pub(crate) fn now(&mut self, now: Option<Instant>) {
        self.now = now;
    }

    /// From here on a report is made up.
    pub(crate) fn report(&mut self, report: Report) {
        self.report = Some((report, None));
    }

    fn tell(&mut self, id: &str, outcome: &Outcome) {
        if let (Some((report, trouble)), Some(member)) = (&mut self.report, self.at_hand.get(id))
            && let Err(error) = report.add(outcome, member)
        {
            trouble.get_or_insert(error);
        }
    }

    /// The report over all that has happened, and over the members to whom nothing has.
    pub(crate) fn reported(&self) -> Result<Option<Document>, Failure> {
        let Some((report, trouble)) = &self.report else { return Ok(None) };
        if let Some(error) = trouble {
            return Err(report::refused(error));
        }
        let mut report = report.clone();
        self.each(|member| report.know(member).map(drop).map_err(|error| report::refused(&error)))?;
        report.finish().map(Some).map_err(|error| report::refused(&error))
    }

    /// Moves the counters over all members as an outcome claims.
    fn move_counters(&mut self, outcome: &Outcome) {
        for claim in outcome.decisions().iter().filter_map(Decision::claim) {
            let value = self.counters.commit(&claim);
            self.batch.counters.insert(claim.counter.to_owned(), value);
        }
    }

    /// Merges one account into another, for the next commit.
    pub(crate) fn merge(
        &mut self,
        into: &str,
        from: &str,
        at: Instant,
    ) -> Result<Result<(Outcome, Outcome), EventError>, Failure> {
        let (mut survivor, mut absorbed) = (self.known(into)?, self.known(from)?);
        let merged = self.program.merge(&mut survivor, &mut absorbed, at);
        if let Ok((one, other)) = &merged {
            for (id, member, outcome) in [(into, survivor, one), (from, absorbed, other)] {
                self.at_hand.insert(id.to_owned(), member);
                self.keep(id, outcome);
            }
        }
        Ok(merged)
    }

    /// Erases a member, for the next commit.
    pub(crate) fn erase(
        &mut self,
        id: &str,
        pseudonym: &str,
        at: Instant,
    ) -> Result<Result<Outcome, EventError>, Failure> {
        let mut member = self.known(id)?;
        self.fetch(pseudonym)?;
        if pseudonym != id && self.at_hand.contains_key(pseudonym) {
            return Err(Failure::no(format!("there is a member `{pseudonym}` already")).help("take another pseudonym"));
        }
        let erased = self.program.erase(&mut member, pseudonym, at);
        if let Ok(outcome) = &erased
            && pseudonym != id
        {
            self.at_hand.remove(id);
            self.batch.erased.push(id.to_owned());
            self.at_hand.insert(pseudonym.to_owned(), member);
            self.keep(pseudonym, outcome);
        }
        Ok(erased)
    }

    /// The member as he stands.
    pub(crate) fn member(&mut self, id: &str) -> Result<Option<Member>, Failure> {
        self.fetch(id)?;
        Ok(self.at_hand.get(id).cloned())
    }

    fn known(&mut self, id: &str) -> Result<Member, Failure> {
        let known = self.member(id)?;
        known.ok_or_else(|| Failure::no(format!("no member `{id}` in the store")).help("check the id"))
    }

    /// The refusal of this very line in an earlier run over the store.
    pub(crate) fn refusal(&self, line: LineKey) -> Result<Option<Refusal>, Failure> {
        self.store.as_ref().map_or(Ok(None), |store| store.refusal(line))
    }

    /// Remembers a refusal for later runs over the store.
    pub(crate) fn remember(&mut self, line: LineKey, refusal: &Refusal) {
        if self.store.is_some() {
            self.batch.refusals.push((line, refusal.clone()));
        }
    }

    /// Makes everything so far last: after this it may be reported done.
    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        let mut batch = std::mem::take(&mut self.batch);
        if let Some(store) = &self.store {
            for id in std::mem::take(&mut self.changed) {
                batch.members.extend(self.at_hand.get(&id).map(|member| Row::of(self.program, member)));
            }
            if !batch.is_empty() {
                store.write(&batch, self.out.as_ref().map(Decisions::written))?;
            }
            if self.at_hand.len() > AT_HAND_MAX {
                self.at_hand.clear();
            }
        }
        self.out.as_mut().map_or(Ok(()), |out| out.append(&batch.outcomes))
    }

    /// Advances everybody to `until`.
    pub(crate) fn advance(&mut self, until: Instant) -> Result<(), Failure> {
        self.commit()?;
        for id in self.ids()? {
            self.fetch(&id)?;
            if self.at_hand.get(&id).is_none_or(|member| member.clock() >= until) {
                continue;
            }
            self.pass(&id, until)?;
            if self.batch.outcomes.len() >= OUTCOMES_MAX || self.changed.len() >= OUTCOMES_MAX {
                self.commit()?;
            }
        }
        self.commit()
    }

    fn pass(&mut self, id: &str, until: Instant) -> Result<Option<Outcome>, Failure> {
        let passed = roster::passes(self.program, self, id, until)?;
        passed.transpose().map_err(|error| cannot_advance(id, &error))
    }

    fn ids(&self) -> Result<Vec<String>, Failure> {
        let Some(store) = &self.store else { return Ok(self.at_hand.keys().cloned().collect()) };
        let mut ids = Vec::new();
        store.each_page(|page| {
            ids.extend(page.into_iter().map(|(id, _)| id));
            Ok(())
        })?;
        Ok(ids)
    }

    /// Applies an event to everybody, and tells each outcome or refusal.
    pub(crate) fn happens_to_all(
        &mut self,
        event: &Event,
        mut tell: impl FnMut(&Result<Outcome, EventError>),
    ) -> Result<(), Failure> {
        self.commit()?;
        for id in self.ids()? {
            self.fetch(&id)?;
            if !self.at_hand.contains_key(&id) {
                continue;
            }
            tell(&roster::happens(self.program, self, &id, event, (None, event.at()))?);
            if self.batch.outcomes.len() >= OUTCOMES_MAX || self.changed.len() >= OUTCOMES_MAX {
                self.commit()?;
            }
        }
        self.commit()
    }

    /// Where the counters over all members stand.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Advances to `until` those for whom something happens by then, and tells each outcome; the others stay untouched.
    pub(crate) fn advance_due(&mut self, until: Instant, mut tell: impl FnMut(&Outcome)) -> Result<(), Failure> {
        self.commit()?;
        while let Some(store) = &self.store {
            let ids = store.due_by(until)?;
            if ids.is_empty() {
                break;
            }
            for id in ids {
                if let Some(outcome) = self.pass(&id, until)? {
                    tell(&outcome);
                }
            }
            self.commit()?;
        }
        Ok(())
    }

    /// How many members the store has.
    pub(crate) fn count(&self) -> Result<u64, Failure> {
        self.store.as_ref().map_or(Ok(0), Store::count)
    }

    /// Hands every member to `visit`, in the order of their ids.
    pub(crate) fn each(&self, mut visit: impl FnMut(&Member) -> Result<(), Failure>) -> Result<(), Failure> {
        match &self.store {
            None => self.at_hand.values().try_for_each(visit),
            Some(store) => store.each_page(|page| {
                page.iter()
                    .try_for_each(|(id, state)| visit(&store::load(self.program, store.path(), id, state)?.member))
            }),
        }
    }

    /// How many outcomes the store keeps for a later run with a file of decisions.
    pub(crate) fn undelivered(&self) -> Result<u64, Failure> {
        match (&self.store, &self.out) {
            (Some(store), None) => store.undelivered(),
            _ => Ok(0),
        }
    }

    /// Marks everything as delivered, after the last commit.
    pub(crate) fn close(self) -> Result<(), Failure> {
        match (&self.store, &self.out) {
            (Some(store), Some(out)) => store.end_output(out.written()),
            _ => Ok(()),
        }
    }

    /// Has the member at hand, if anybody knows him.
    fn fetch(&mut self, id: &str) -> Result<(), Failure> {
        if let Some(store) = &self.store
            && !self.at_hand.contains_key(id)
            && let Some(member) = store.member(self.program, id)?
        {
            self.at_hand.insert(id.to_owned(), member);
        }
        Ok(())
    }
}

impl Roster for Members<'_> {
    type Trouble = Failure;

    fn member(&mut self, id: &str) -> Result<Option<&mut Member>, Failure> {
        self.fetch(id)?;
        Ok(self.at_hand.get_mut(id))
    }

    fn join(&mut self, member: Member) {
        self.at_hand.insert(member.id().to_owned(), member);
    }

    fn counters(&self) -> Counters {
        self.counters.clone()
    }

    /// Keeps it for the next commit, so that an event between members lasts by the same one as the decision.
    fn note(&mut self, id: &str, outcome: &Outcome) -> Result<(), Failure> {
        self.keep(id, outcome);
        Ok(())
    }

    fn damaged(&mut self, _: &str, error: EventError) -> Result<(), Failure> {
        Err(Failure::trouble(format!("an event between members is damaged: {error}")))
    }
}

/// Why an event that was taken could not earn.
fn unearned(outcome: &Outcome) -> Option<String> {
    let number = outcome.decisions().iter().position(|decision| decision.kind() == "not_earned")?;
    let outcome = outcome.to_document();
    let Some(Document::List(decisions)) = outcome.get("decisions") else { return None };
    match decisions.get(number)?.get("reason") {
        Some(Document::Text(reason)) => Some(reason.clone()),
        _ => None,
    }
}

fn cannot_advance(id: &str, error: &EventError) -> Failure {
    Failure::no(format!("cannot advance member `{id}`: {error}")).help("name an earlier instant")
}
