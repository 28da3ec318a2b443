//! All that the engine remembers of one account.

use super::badges::Held;
use super::challenges::ChallengeState;
use super::contact::Contact;
use super::coupons::Coupons;
use super::experiments::Assigned;
use super::log::Log;
use super::lots::WalletState;
use super::marks::Marks;
use super::members::{Account, pause};
use super::referrals::Referrals;
use super::returns::Returned;
use super::rewards::Hold;
use super::standing::Standing;
use super::tally::Tallies;
use super::value::Stored;
use crate::plan::Plan;
use crate::time::{DAY, Instant};

/// The state of one member: opaque to the host, which keeps it between events (see [`crate::Program::save`]).
///
/// Only the program that enrolled or loaded a member can use it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub(crate) id: String,
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
    pub(crate) attributes: Vec<Stored>,
    /// Sorted.
    pub(crate) tags: Vec<Box<str>>,
    pub(crate) wallets: Vec<WalletState>,
    pub(crate) tallies: Tallies,
    pub(crate) marks: Marks,
    pub(crate) log: Log,
    /// What has come back of orders, while they may still be returned.
    pub(crate) returned: Vec<Returned>,
    /// One for each ladder.
    pub(crate) standings: Vec<Standing>,
    /// One for each challenge.
    pub(crate) challenges: Vec<ChallengeState>,
    /// How the member may be reached.
    pub(crate) contact: Contact,
    /// Whether the member is in each segment that rules watch.
    pub(crate) inside: Vec<bool>,
    /// The coupons that were issued to the member.
    pub(crate) coupons: Coupons,
    /// Who brought the member, and whom it has brought.
    pub(crate) referrals: Referrals,
    /// Prices of rewards that are set aside, in the order in which they were.
    pub(crate) holds: Vec<Hold>,
    /// The arm of each experiment, once it was read.
    pub(crate) arms: Vec<Option<Assigned>>,
    /// Quizzes and surveys that the member was asked, in the order in which they were.
    pub(crate) asked: Vec<super::questions::Asked>,
    /// Cards of wheels that are not drawn yet, in the order in which they were issued.
    pub(crate) cards: Vec<super::wheels::Card>,
    /// One for each badge.
    pub(crate) badges: Vec<Held>,
    /// Whether the account is open, and what became of it.
    pub(crate) account: Account,
}

impl Member {
    pub(crate) fn new(plan: &Plan, id: &str, at: i64) -> Self {
        let mut member = Self::blank(plan, id, at);
        member.inside = super::segments::inside(plan, &member);
        member.next_due = member.find_next_due(plan);
        member
    }

    /// A member of whom nothing has been worked out yet.
    pub(crate) fn blank(plan: &Plan, id: &str, at: i64) -> Self {
        Self {
            id: id.to_owned(),
            fingerprint: plan.fingerprint,
            enrolled_at: at,
            clock: at,
            revision: 0,
            entry: 0,
            next_due: i64::MAX,
            attributes: vec![Stored::Missing; plan.member.len()],
            tags: Vec::new(),
            wallets: plan
                .wallets
                .iter()
                .map(|wallet| WalletState { activity: vec![None; wallet.inactivities.len()], ..WalletState::default() })
                .collect(),
            tallies: Tallies::default(),
            marks: Marks::default(),
            log: Log::default(),
            returned: Vec::new(),
            standings: vec![Standing::new(at); plan.ladders.len()],
            contact: Contact::default(),
            challenges: vec![ChallengeState::default(); plan.challenges.len()],
            inside: vec![false; plan.reactions.segments.len()],
            coupons: Coupons::default(),
            referrals: Referrals::new(plan),
            holds: Vec::new(),
            arms: vec![None; plan.experiments.len()],
            asked: Vec::new(),
            cards: Vec::new(),
            badges: vec![Held::default(); plan.badges.len()],
            account: Account::default(),
        }
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
        (self.next_due != i64::MAX).then_some(Instant(self.next_due))
    }

    /// The account that this one was merged into, if it was; its events go there.
    #[must_use]
    pub fn merged_into(&self) -> Option<&str> {
        self.account.merged_into()
    }

    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags.binary_search_by(|known| (**known).cmp(tag)).is_ok()
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
        self.clock.saturating_sub(i64::from(crate::calendar::days_at_most(plan.settings.returns_within)) * DAY)
    }

    /// Forgets what can no longer matter at the member's clock. What is left is a function of the history and the
    /// clock alone, however often this is called.
    pub(crate) fn forget(&mut self, plan: &Plan) {
        let today = plan.calendar.day_at(self.clock);
        self.tallies.forget(&plan.tallies, &plan.calendar, today);
        super::challenges::forget_events(plan, self);
        super::measures::forget(plan, self, self.clock, today);
        super::challenges::forget(plan, self);
        let (horizon, returns) = (self.horizon(plan), self.return_horizon(plan));
        self.log.forget(horizon, returns);
        self.referrals.forget(horizon);
        self.returned.retain(|returned| returned.ordered_at >= returns);
        self.coupons.forget(horizon);
        self.contact.forget(horizon);
        super::questions::forget(self);
        pause::forget(&mut self.account, horizon);
        for (number, wallet) in self.wallets.iter_mut().enumerate() {
            wallet.draw_together(plan.inactivities(number as u16), horizon);
            wallet.sweep(|earned_at| earned_at >= returns);
        }
    }
}
