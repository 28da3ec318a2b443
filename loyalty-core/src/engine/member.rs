//! All that the engine remembers of one account.

use std::sync::{Arc, LazyLock};

use smallvec::SmallVec;

use super::arrivals::Arrival;
use super::badges::Held;
use super::challenges::ChallengeState;
use super::contact::Contact;
use super::coupons::Coupons;
use super::experiments::Assigned;
use super::log::{Length, Log, Record};
use super::lots::WalletState;
use super::marks::Marks;
use super::members::{Account, pause};
use super::referrals::Referrals;
use super::returns::{Returned, Uncounted, WrittenOff};
use super::rewards::Hold;
use super::standing::Standing;
use super::tags::{self, Tag};
use super::tally::Tallies;
use super::undo::{Apart, Kept, Rows, Turn, Undo as _};
use super::value::Stored;
use crate::plan::Plan;
use crate::time::{DAY, Instant, is_beyond_all};

/// The state of one member: opaque to the host, which keeps it between events (see [`crate::Program::save`]).
///
/// Only the program that enrolled or loaded a member can use it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Outcomes share it.
    pub(crate) id: Arc<str>,
    /// The fingerprint of the plan whose layout the state has.
    pub(crate) fingerprint: u64,
    pub(crate) enrolled_at: i64,
    /// The latest instant that the member has been brought to.
    pub(crate) clock: i64,
    pub(crate) revision: u64,
    /// The number of the last ledger entry.
    pub(crate) entry: u64,
    /// When something will happen by time alone; the largest number for never.
    pub(crate) next_due: i64,
    /// What is plain of it, as it was before the change that is under way.
    before: Option<Before>,
    pub(crate) attributes: Apart<Rows<Stored>>,
    /// As of when each of them was told.
    pub(crate) attributes_at: Apart<Rows<i64>>,
    /// Sorted; also those that were taken, as long as a late event may tell of them.
    pub(crate) tags: Apart<Rows<Tag>>,
    /// One for each wallet; that of the many programs with one lies in the member itself.
    pub(crate) wallets: SmallVec<[WalletState; 1]>,
    pub(crate) tallies: Tallies,
    pub(crate) marks: Apart<Marks>,
    pub(crate) log: Log,
    /// What has come back of orders, while they may still be returned.
    pub(crate) returned: Apart<Rows<Returned>>,
    /// What orders of the versions before do not count in.
    pub(crate) uncounted: Apart<Rows<Uncounted>>,
    /// What returns did not find because it had been spent, while that may come back; ascending by entry.
    pub(crate) written_off: Apart<Rows<WrittenOff>>,
    /// What points may have waited for and what came before its order.
    pub(crate) arrivals: Apart<Rows<Arrival>>,
    /// One for each ladder.
    pub(crate) standings: Apart<Rows<Standing>>,
    /// One for each challenge.
    pub(crate) challenges: Vec<ChallengeState>,
    /// How the member may be reached.
    pub(crate) contact: Apart<Contact>,
    /// Whether the member is in each segment that rules watch.
    pub(crate) inside: Apart<Rows<bool>>,
    /// The coupons that were issued to the member.
    pub(crate) coupons: Apart<Coupons>,
    /// Who brought the member, and whom it has brought.
    pub(crate) referrals: Apart<Referrals>,
    /// Prices of rewards that are set aside, in the order in which they were.
    pub(crate) holds: Apart<Rows<Hold>>,
    /// The arm of each experiment, once it was read.
    pub(crate) arms: Apart<Rows<Option<Assigned>>>,
    /// Quizzes and surveys that the member was asked, in the order in which they were.
    pub(crate) asked: Apart<Rows<super::questions::Asked>>,
    /// Cards of wheels that are not drawn yet, in the order in which they were issued.
    pub(crate) cards: Apart<Rows<super::wheels::Card>>,
    /// One for each badge.
    pub(crate) badges: Apart<Rows<Held>>,
    /// Whether the account is open, and what became of it.
    pub(crate) account: Apart<Kept<Account>>,
}

/// The numbers of a member that are kept back as one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Before {
    enrolled_at: i64,
    clock: i64,
    revision: u64,
    entry: u64,
    next_due: i64,
    log: Length,
}

impl Member {
    pub(crate) fn new(plan: &Plan, id: &str, at: i64) -> Self {
        let mut member = Self::blank(plan, id, at);
        member.inside = Apart::new(super::segments::inside(plan, &member).into());
        member.next_due = member.find_next_due(plan);
        member
    }

    /// A member of whom nothing has been worked out yet.
    pub(crate) fn blank(plan: &Plan, id: &str, at: i64) -> Self {
        Self {
            id: id.into(),
            fingerprint: plan.fingerprint,
            enrolled_at: at,
            clock: at,
            attributes: Apart::new(vec![Stored::Missing; plan.member.len()].into()),
            attributes_at: Apart::new(vec![i64::MIN; plan.member.len()].into()),
            wallets: plan
                .wallets
                .iter()
                .map(|wallet| WalletState {
                    activity: vec![None; wallet.inactivities.len()].into(),
                    ..WalletState::default()
                })
                .collect(),
            standings: Apart::new(vec![Standing::new(at); plan.ladders.len()].into()),
            challenges: vec![ChallengeState::default(); plan.challenges.len()],
            inside: Apart::new(vec![false; plan.reactions.segments.len()].into()),
            referrals: Apart::new(Referrals::new(plan)),
            arms: Apart::new(vec![None; plan.experiments.len()].into()),
            badges: Apart::new(vec![Held::default(); plan.badges.len()].into()),
            ..Self::without_plan()
        }
    }

    /// A member of no program: for expressions that read nothing but the event.
    pub(crate) fn nobody() -> &'static Self {
        static NOBODY: LazyLock<Member> = LazyLock::new(Member::without_plan);
        &NOBODY
    }

    /// What every member has before anything is known of it.
    fn without_plan() -> Self {
        Self {
            id: Arc::default(),
            fingerprint: 0,
            enrolled_at: 0,
            clock: 0,
            revision: 0,
            entry: 0,
            next_due: i64::MAX,
            before: None,
            attributes: Apart::default(),
            attributes_at: Apart::default(),
            tags: Apart::default(),
            wallets: SmallVec::new(),
            tallies: Tallies::default(),
            marks: Apart::default(),
            log: Log::default(),
            returned: Apart::default(),
            uncounted: Apart::default(),
            written_off: Apart::default(),
            arrivals: Apart::default(),
            standings: Apart::default(),
            challenges: Vec::new(),
            contact: Apart::default(),
            inside: Apart::default(),
            coupons: Apart::default(),
            referrals: Apart::default(),
            holds: Apart::default(),
            arms: Apart::default(),
            asked: Apart::default(),
            cards: Apart::default(),
            badges: Apart::default(),
            account: Apart::default(),
        }
    }

    /// Changes a member, whole or not at all: what fails leaves it as it was.
    pub(crate) fn whole<T, E>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.turn(Turn::Begin);
        let result = change(self);
        self.turn(if result.is_ok() { Turn::Commit } else { Turn::RollBack });
        result
    }

    /// The same for several members: all of them, or none.
    pub(crate) fn all_whole<T, E>(
        members: &mut [&mut Self],
        change: impl FnOnce(&mut [&mut Self]) -> Result<T, E>,
    ) -> Result<T, E> {
        members.iter_mut().for_each(|member| member.turn(Turn::Begin));
        let result = change(members);
        let turn = if result.is_ok() { Turn::Commit } else { Turn::RollBack };
        members.iter_mut().for_each(|member| member.turn(turn));
        result
    }

    /// What a change would come to. The member stays as it is.
    pub(crate) fn tried<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        self.turn(Turn::Begin);
        let result = change(self);
        self.turn(Turn::RollBack);
        result
    }

    /// Begins to keep back what is changed, or decides on what is kept back. Every field is named: one that is new does
    /// not compile before it is.
    pub(crate) fn turn(&mut self, turn: Turn) {
        let Self {
            // Who it is and what reads it is settled when it is made.
            id: _,
            fingerprint: _,
            enrolled_at,
            clock,
            revision,
            entry,
            next_due,
            before,
            attributes,
            attributes_at,
            tags,
            wallets,
            tallies,
            marks,
            log,
            returned,
            uncounted,
            written_off,
            arrivals,
            standings,
            challenges,
            contact,
            inside,
            coupons,
            referrals,
            holds,
            arms,
            asked,
            cards,
            badges,
            account,
        } = self;
        debug_assert_eq!(before.is_none(), turn == Turn::Begin, "replaced while a change is under way");
        if turn == Turn::Begin {
            let (enrolled_at, clock, revision) = (*enrolled_at, *clock, *revision);
            let (entry, next_due, log) = (*entry, *next_due, log.length());
            *before = Some(Before { enrolled_at, clock, revision, entry, next_due, log });
        } else if let Some(known) = before.take()
            && turn == Turn::RollBack
        {
            (*enrolled_at, *clock, *revision) = (known.enrolled_at, known.clock, known.revision);
            (*entry, *next_due) = (known.entry, known.next_due);
            log.cut(known.log);
        }
        attributes.turn(turn);
        attributes_at.turn(turn);
        tags.turn(turn);
        wallets.turn(turn);
        tallies.turn(turn);
        marks.turn(turn);
        returned.turn(turn);
        uncounted.turn(turn);
        written_off.turn(turn);
        arrivals.turn(turn);
        standings.turn(turn);
        challenges.turn(turn);
        contact.turn(turn);
        inside.turn(turn);
        coupons.turn(turn);
        referrals.turn(turn);
        holds.turn(turn);
        arms.turn(turn);
        asked.turn(turn);
        cards.turn(turn);
        badges.turn(turn);
        account.turn(turn);
    }

    /// Notes an attribute as of an instant, unless a newer one is known: what comes late does not undo what came after it.
    pub(crate) fn tell(&mut self, field: usize, value: &Stored, at: i64) -> bool {
        if self.attributes_at.get(field).is_none_or(|told| *told > at) {
            return false;
        }
        self.attributes_at.set(field, at);
        self.attributes.set(field, value.clone());
        true
    }

    /// The member's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Grows by one with every applied event and with everything that time brings about. A host that writes the state
    /// back only where the stored revision is still the one it read can never lose an update.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The latest instant that the member has been brought to, by an event or by `advance`.
    #[must_use]
    pub fn clock(&self) -> Instant {
        Instant(self.clock)
    }

    /// When the member joined; earlier events earn nothing.
    #[must_use]
    pub fn enrolled_at(&self) -> Instant {
        Instant(self.enrolled_at)
    }

    /// The next instant at which something will happen by time alone: points vest or expire, a level is judged, a rule
    /// by the calendar fires. Before it nothing happens; at it something does. Nothing: never.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        (!is_beyond_all(self.next_due)).then_some(Instant(self.next_due))
    }

    /// The account that this one was merged into, if it was; its events go there.
    #[must_use]
    pub fn merged_into(&self) -> Option<&str> {
        self.account.merged_into()
    }

    pub(crate) fn next_entry(&mut self) -> u64 {
        self.entry += 1;
        self.entry
    }

    pub(crate) fn find_next_due(&self, plan: &Plan) -> i64 {
        super::schedule::next_due(plan, self)
    }

    /// The instant before which single events are no longer remembered.
    pub(crate) fn horizon(&self, plan: &Plan) -> i64 {
        plan.horizon_at(self.clock)
    }

    /// The instant before which orders can no longer be returned.
    pub(crate) fn return_horizon(&self, plan: &Plan) -> i64 {
        return_horizon_at(plan, self.clock)
    }

    /// The record of an event, as long as it is remembered. What is too old to be and has not been dropped yet must not show: a
    /// member that was saved and loaded would not have it.
    pub(crate) fn remembered(&self, plan: &Plan, id: &str) -> Option<Record<'_>> {
        self.log.find(id).and_then(|record| self.still(plan, record))
    }

    /// The same of the event with that digest of its id.
    pub(crate) fn remembered_by(&self, plan: &Plan, digest: u64) -> Option<Record<'_>> {
        self.log.place_of(digest).and_then(|place| self.log.at(place)).and_then(|record| self.still(plan, record))
    }

    /// The events that are remembered, in the order of their coming.
    pub(crate) fn records(&self, plan: &Plan) -> impl Iterator<Item = Record<'_>> {
        let horizon = self.horizon(plan);
        self.log.iter().filter(move |record| record.at >= horizon)
    }

    /// A record with what is still remembered of it.
    fn still<'a>(&self, plan: &Plan, mut record: Record<'a>) -> Option<Record<'a>> {
        if record.at < self.horizon(plan) {
            return None;
        }
        if record.at < self.return_horizon(plan) {
            record.order = &[];
        }
        Some(record)
    }

    /// Whether there are rows that can no longer matter at the member's clock: nearly never, and that costs next to nothing.
    pub(crate) fn has_stale_rows(&self, plan: &Plan) -> bool {
        let (horizon, returns) = (self.horizon(plan), self.return_horizon(plan));
        self.arrivals.iter().any(|arrival| arrival.at < horizon)
            || self.returned.iter().any(|returned| returned.ordered_at < returns)
            || self.uncounted.iter().any(|order| order.at < returns)
            || self.referrals.withdrawn.iter().any(|(_, at)| *at < horizon)
            || self.coupons.held.iter().any(|held| held.closed_at().is_some_and(|at| at < horizon))
            || self.contact.campaigns.iter().any(|heard| heard.at < horizon)
            || self.account.pauses.iter().any(|pause| pause.to.is_some_and(|to| to < horizon))
    }

    /// Drops them, so that nothing goes by what a member that was saved and loaded would not have.
    pub(crate) fn forget_rows(&mut self, plan: &Plan) {
        if !self.has_stale_rows(plan) {
            return;
        }
        let (horizon, returns) = (self.horizon(plan), self.return_horizon(plan));
        self.arrivals.retain(|arrival| arrival.at >= horizon);
        self.returned.retain(|returned| returned.ordered_at >= returns);
        self.uncounted.retain(|order| order.at >= returns);
        if let Some(referrals) = self.referrals.there() {
            referrals.forget(horizon);
        }
        if let Some(coupons) = self.coupons.there() {
            coupons.forget(horizon);
        }
        if let Some(contact) = self.contact.there() {
            contact.forget(horizon);
        }
        if let Some(account) = self.account.there() {
            pause::forget(account, horizon);
        }
    }

    /// Forgets what can no longer matter at the member's clock. What is left is a function of the history and the
    /// clock alone, however often this is called.
    pub(crate) fn forget(&mut self, plan: &Plan) {
        debug_assert!(self.before.is_none(), "what is forgotten cannot be put back");
        let today = plan.calendar.day_at(self.clock);
        self.tallies.forget(&plan.tallies, &plan.calendar, today);
        super::challenges::forget_events(plan, self);
        super::measures::forget(plan, self, self.clock, today);
        super::challenges::forget(plan, self);
        let (horizon, returns) = (self.horizon(plan), self.return_horizon(plan));
        self.log.forget(horizon, returns);
        self.forget_rows(plan);
        tags::forget(self, horizon);
        if let Some(standings) = self.standings.there() {
            standings.change(
                |standing| standing.past.first().is_some_and(|(until, _)| *until <= horizon),
                |standing| standing.past.retain(|(until, _)| *until > horizon),
            );
        }
        let (lost, forgotten) = (super::referrals::lost(plan, self), super::returns::forgotten_before(plan, self));
        let matters = |known: &WrittenOff| known.at >= forgotten || lost.contains(&known.given_for);
        self.written_off.retain(|known| !known.amount.is_zero() && matters(known));
        super::questions::forget(self);
        for (number, wallet) in self.wallets.iter_mut().enumerate() {
            super::idle::forget(wallet, horizon);
            wallet.draw_together(plan.inactivities(number as u16), horizon);
            wallet.sweep(|lot| lot.earned_at >= returns || lot.may_come_back().is_some_and(|at| at >= horizon));
        }
    }
}

/// The instant before which orders can no longer be returned at another.
pub(crate) fn return_horizon_at(plan: &Plan, at: i64) -> i64 {
    at.saturating_sub(i64::from(crate::calendar::days_at_most(plan.settings.returns_within)) * DAY)
}
