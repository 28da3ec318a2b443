//! What an event or the passing of time brought about: typed facts, whole or none.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::claims::Claim;
use super::contact::Consent;
use super::coupons::decision::CouponDecision;
use super::lots::{Expiry, Use, Vesting};
use super::messages::said::{self, Said, Suppressed};
use super::questions::decision::Told;
use super::rewards::{Ended, Lack};
use super::value::Stored;
use super::wheels::Proof;
use crate::amount;
use crate::check::model::{Category, Length, TimeUnit};
use crate::plan::Plan;
use crate::time::Instant;
use crate::wire::codec::{Malformed, Reader, Writer};
use crate::wire::document::Document;

/// The answer to `apply` and `advance`.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub(crate) plan: Arc<Plan>,
    pub(crate) event: Option<String>,
    pub(crate) member: String,
    pub(crate) at: i64,
    pub(crate) revision: u64,
    pub(crate) replayed: bool,
    /// The member's arm in each experiment that has been noted, by their places.
    pub(crate) arms: Vec<(u16, u16)>,
    pub(crate) decisions: Vec<Decision>,
}

impl Outcome {
    /// The id of the event; nothing for `advance`.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The member's id.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The event's own instant, or the one advanced to.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.at)
    }

    /// The revision of the member's state after it.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the event was known: these are the decisions recorded then, and nothing has changed.
    #[must_use]
    pub fn replayed(&self) -> bool {
        self.replayed
    }

    /// The member's arm in each experiment that has been noted, by their names, so that what was decided can be compared.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// let text = "program \"Shop\" {}\nexperiment mechanics { points 100% }\nrule seen on visit when mechanics == points { tag \"seen\" }";
    /// let program = Program::compile(text).unwrap().with_secret(b"32 random bytes from a safe place").unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// let outcome = program.apply(&mut member, r#"{"type":"visit","id":"v-1","at":"2026-01-02T10:00:00Z"}"#).unwrap();
    /// assert_eq!(outcome.arms().collect::<Vec<_>>(), [("mechanics", "points")]);
    /// assert!(outcome.to_json().contains(r#""arms":{"mechanics":"points"}"#));
    /// ```
    pub fn arms(&self) -> impl Iterator<Item = (&str, &str)> {
        self.arms.iter().filter_map(|(experiment, arm)| {
            let experiment = self.plan.experiments.get(usize::from(*experiment))?;
            Some((&*experiment.name, &*experiment.arms.get(usize::from(*arm))?.name))
        })
    }

    /// What was decided, in order.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The events that the decisions hold ready for other members, as JSON, in order: the host applies each to the
    /// member that it names, as often as it likes. See `transfer` in the language.
    #[must_use]
    pub fn outgoing(&self) -> Vec<String> {
        let carried = |decision: &Decision| crate::wire::json::carried(&self.plan, decision);
        self.decisions.iter().filter_map(carried).map(|event| event.to_string()).collect()
    }

    /// The outcome as JSON: snake_case keys, amounts as decimal strings, instants RFC 3339 in the program's zone.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn to_document(&self) -> Document {
        crate::wire::json::outcome(self)
    }
}

/// One typed fact of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When it holds from: the event's instant, or the one at which time brought it about.
    pub(crate) at: i64,
    pub(crate) kind: Kind,
}

impl Decision {
    /// The instant from which it holds.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.at)
    }

    /// The stable name of its kind, such as `earned`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind.name()
    }

    /// The number of points (or money) it moves; nothing for decisions that move none.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        match &self.kind {
            Kind::Earned { amount, .. }
            | Kind::Vested { amount, .. }
            | Kind::Spent { amount, .. }
            | Kind::Expired { amount, .. }
            | Kind::ClawedBack { amount, .. }
            | Kind::Restored { amount, .. }
            | Kind::DebtSettled { amount, .. }
            | Kind::Forfeited { amount, .. }
            | Kind::Transferred { amount, .. }
            | Kind::Held { amount, .. }
            | Kind::Released { amount, .. }
            | Kind::Received { amount, .. } => Some(*amount),
            _ => None,
        }
    }

    /// By how much it moves a counter over all members; nothing for every other kind of decision.
    #[must_use]
    pub fn claim(&self) -> Option<Claim<'_>> {
        match &self.kind {
            Kind::Claim { counter, by, limit, .. } => Some(Claim { counter, by: *by, limit: *limit }),
            _ => None,
        }
    }

    pub(crate) fn wallet(&self) -> Option<u16> {
        match &self.kind {
            Kind::Earned { wallet, .. }
            | Kind::Vested { wallet, .. }
            | Kind::Spent { wallet, .. }
            | Kind::Expired { wallet, .. }
            | Kind::ClawedBack { wallet, .. }
            | Kind::Restored { wallet, .. }
            | Kind::DebtSettled { wallet, .. }
            | Kind::Forfeited { wallet, .. }
            | Kind::Held { wallet, .. }
            | Kind::Released { wallet, .. }
            | Kind::Transferred { wallet, .. }
            | Kind::Received { wallet, .. }
            | Kind::SentBack { wallet, .. }
            | Kind::Joined { wallet, .. } => Some(*wallet),
            _ => None,
        }
    }
}

/// The kinds of decisions. Those with an `entry` are the ledger: every change of a balance is one of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Earned {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        vesting: Vesting,
        expires_at: Option<i64>,
        because: Vec<Because>,
    },
    Vested {
        entry: u64,
        wallet: u16,
        lot: u64,
        amount: Decimal,
        expires_at: Option<i64>,
    },
    Spent {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        rule: Option<u32>,
        uses: Vec<Use>,
    },
    Expired {
        entry: u64,
        wallet: u16,
        lot: u64,
        amount: Decimal,
        not_vested: bool,
    },
    ClawedBack {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        from_pending: Decimal,
        from_lots: Decimal,
        debt: Decimal,
        written_off: Decimal,
    },
    Restored {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        expires_at: Option<i64>,
    },
    DebtSettled {
        entry: u64,
        wallet: u16,
        amount: Decimal,
    },
    Tagged {
        tag: Box<str>,
    },
    Untagged {
        tag: Box<str>,
    },
    AttributeSet {
        field: u16,
        value: Stored,
    },
    Signal {
        name: Box<str>,
        to: Box<str>,
    },
    /// A counter over all members moves, and may not go beyond its limit; below zero it is given back.
    Claim {
        counter: Box<str>,
        by: Decimal,
        limit: Decimal,
        /// The rule whose firing is counted, if one is.
        rule: Option<u32>,
    },
    NotEarned {
        reason: NotEarned,
    },
    /// Points that a rule takes away for good; they count as expired.
    Forfeited {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        rule: u32,
    },
    /// Ladders and levels are named, for another version of the program may number them otherwise.
    TierChanged {
        ladder: Box<str>,
        from: Box<str>,
        to: Box<str>,
        because: TierBecause,
        until: Option<i64>,
    },
    /// A level was judged and stays, for good or for a time of grace.
    TierKept {
        ladder: Box<str>,
        level: Box<str>,
        grace: bool,
        until: Option<i64>,
    },
    SegmentEntered {
        segment: Box<str>,
    },
    SegmentLeft {
        segment: Box<str>,
    },
    /// The member is in an arm of an experiment from now on, and was in the one `from`, if that is not empty.
    Assigned {
        experiment: Box<str>,
        arm: Box<str>,
        from: Box<str>,
    },
    /// A quiz or a survey is asked, or answered, or not.
    Question(Box<Told>),
    /// A card of a wheel is issued, to be drawn before that instant.
    CardIssued {
        wheel: Box<str>,
        expires_at: i64,
        rule: u32,
    },
    /// A card was not drawn in time.
    CardExpired {
        wheel: Box<str>,
    },
    /// A wheel has stopped at a slice; the first is 0.
    Drawn {
        wheel: Box<str>,
        slice: u16,
        title: Box<str>,
        /// It gives nothing, for nothing is left of it.
        out_of_stock: bool,
        rule: Option<u32>,
        proof: Box<Proof>,
    },
    NotDrawn {
        wheel: Box<str>,
        reason: NotDrawn,
        rule: Option<u32>,
    },
    /// The member has won a place on a leaderboard; its name, the last day, the place and what it was won with.
    Placed {
        leaderboard: Box<str>,
        round: i32,
        rank: u32,
        score: Decimal,
    },
    /// Badges and their levels are named; a level is empty where there is none.
    BadgeAwarded {
        badge: Box<str>,
        level: Box<str>,
        /// The level before.
        from: Box<str>,
        /// Nothing: its own condition holds.
        rule: Option<u32>,
    },
    /// A return has taken a badge away, down to the level `to`.
    BadgeRevoked {
        badge: Box<str>,
        level: Box<str>,
        to: Box<str>,
    },
    /// Points left for another member.
    Transferred {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        rule: u32,
        /// Their expiry begins anew there.
        fresh: bool,
        parcel: Box<Parcel>,
        uses: Vec<Use>,
    },
    /// Points of another member came in, as one lot.
    Received {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        sender: Box<str>,
        expires_at: Option<i64>,
    },
    /// Points of another member were not taken.
    SentBack {
        wallet: u16,
        amount: Decimal,
        reason: NotTaken,
        parcel: Box<Parcel>,
    },
    /// Another account was merged into this one; its ledger entries are numbered on from there.
    Merged {
        from: Box<str>,
        entries: u64,
    },
    /// What a wallet has gained by a merge.
    Joined {
        entry: u64,
        wallet: u16,
        available: Decimal,
        pending: Decimal,
        debt: Decimal,
    },
    /// This account was merged into another one.
    MergedInto {
        into: Box<str>,
    },
    Paused {
        freeze: bool,
    },
    /// The days by which the ends of points have moved.
    Resumed {
        days: i32,
    },
    Erased,
    Coupon(CouponDecision),
    /// A goal of a challenge was met, and there are more. Challenges are named, as ladders are.
    GoalMet {
        challenge: Box<str>,
        goal: Decimal,
        place: u16,
        window: i64,
        round: u32,
    },
    /// The last goal of a challenge was met.
    ChallengeCompleted {
        challenge: Box<str>,
        goal: Decimal,
        place: u16,
        window: i64,
        round: u32,
        /// How often so far.
        times: u32,
    },
    /// A goal that a return has left unmet, with what it gave.
    GoalRevoked {
        challenge: Box<str>,
        goal: Decimal,
        place: u16,
        times: u32,
    },
    /// How far a challenge is.
    Progress {
        challenge: Box<str>,
        current: Decimal,
        goal: Option<Decimal>,
        remaining: Option<Decimal>,
        percent: Option<Decimal>,
        deadline: Option<i64>,
    },
    /// A goal that moves is another one from now on.
    GoalChanged {
        challenge: Box<str>,
        goal: Decimal,
        deadline: Option<i64>,
    },
    /// A period without an event was made good, so that the streak goes on.
    StreakFrozen {
        challenge: Box<str>,
        length: u32,
    },
    StreakBroken {
        challenge: Box<str>,
        length: u32,
        best: u32,
    },
    OptedIn {
        challenge: Box<str>,
        deadline: Option<i64>,
    },
    /// A reward was redeemed, named by the rule that gives what it gives; `worth`: the money that points paid by rate come to.
    RewardRedeemed {
        rule: u32,
        quantity: u32,
        worth: Option<Decimal>,
    },
    /// So many of a reward have come back.
    RewardReturned {
        rule: u32,
        quantity: Decimal,
    },
    /// Points are set aside for a reward.
    Held {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        rule: u32,
        until: i64,
        uses: Vec<Use>,
    },
    /// Points that were set aside are let go.
    Released {
        entry: u64,
        wallet: u16,
        amount: Decimal,
        rule: u32,
        because: Ended,
    },
    /// A rule would have redeemed a reward, and this is what it lacks.
    RewardRefused {
        rule: u32,
        lacks: Vec<Lack>,
    },
    /// What the member says of a category of messages.
    Consent(Box<Consent>),
    /// Nothing is said until an instant, or until the member writes.
    MessagesHeldBack {
        category: Option<Category>,
        until: Option<i64>,
        error: i64,
    },
    /// Something to be said to the member.
    Message(Box<Said>),
    /// Something that is not said, and why.
    MessageSuppressed(Box<Suppressed>),
    /// What the member is known by: digests.
    Identified {
        keys: Vec<u64>,
    },
    /// Who brought the member.
    Brought {
        referral: Box<str>,
        by: Box<str>,
    },
    /// The member counts as a friend, since the event that the parcel calls its transfer.
    Referred {
        referral: Box<str>,
        rule: u32,
        /// The local day on which it was brought.
        joined: i32,
        keys: Vec<u64>,
        parcel: Box<Parcel>,
    },
    /// It counts no more, because what made it count has come back.
    ReferralWithdrawn {
        referral: Box<str>,
        parcel: Box<Parcel>,
    },
    /// The advocate has not taken it.
    ReferralRefused {
        referral: Box<str>,
        by: Box<str>,
    },
    /// So many friends are settled.
    FriendsReached {
        referral: Box<str>,
        friends: u32,
    },
    /// What a host tells the friend of an advocate that does not take it; no decision of a member.
    ReferralSentBack {
        referral: Box<str>,
        parcel: Box<Parcel>,
    },
}

/// Why a wheel was not turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDrawn {
    /// The member's turns are used up, or those of all members.
    Limit,
    /// Nothing is left of any slice.
    OutOfStock,
    /// The member has no card.
    NoCard,
}

/// What is on its way between two members.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// The id of the event that brings it.
    pub id: Box<str>,
    /// The sender's event that sent it off.
    pub transfer: Box<str>,
    pub from: Box<str>,
    pub to: Box<str>,
}

/// Why points of another member were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// No rule accepted them.
    NotAccepted,
    /// The wallet holds no more.
    HoldAtMost,
    Paused,
    BeforeEnrolment,
}

/// Why a member has another level, or the same one again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierBecause {
    /// Qualified for.
    Reached,
    /// No longer qualified for.
    Lost,
    /// Qualified for once more.
    Kept,
    /// No longer qualified for, and kept for the time of grace.
    Grace,
    /// Given beside the rules of the ladder.
    SetLevel,
    SetLevelEnded,
}

impl TierBecause {
    pub const ALL: [Self; 6] =
        [Self::Reached, Self::Lost, Self::Kept, Self::Grace, Self::SetLevel, Self::SetLevelEnded];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Lost => "not_qualified",
            Self::Kept => "qualified",
            Self::Grace => "grace",
            Self::SetLevel => "set",
            Self::SetLevelEnded => "set_level_ended",
        }
    }
}

/// One part of an earned amount; the parts add up to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Because {
    /// A rule's own contribution.
    Rule {
        rule: u32,
        amount: Decimal,
    },
    /// What the one rounding added or took.
    Rounding {
        amount: Decimal,
    },
    /// What a wallet's cap or its greatest balance cut off; below zero.
    Cap {
        amount: Decimal,
    },
    HoldAtMost {
        amount: Decimal,
    },
    /// Given by staff.
    Adjustment {
        amount: Decimal,
    },
}

impl Because {
    pub fn amount(&self) -> Decimal {
        let (Because::Rule { amount, .. }
        | Because::Rounding { amount }
        | Because::Cap { amount }
        | Because::HoldAtMost { amount }
        | Because::Adjustment { amount }) = self;
        *amount
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEarned {
    BeforeEnrolment,
    Paused,
    /// What it tells was taken back before it came.
    Withdrawn,
}

impl Kind {
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Earned { .. } => "earned",
            Kind::Vested { .. } => "vested",
            Kind::Spent { .. } => "spent",
            Kind::Expired { .. } => "expired",
            Kind::ClawedBack { .. } => "clawed_back",
            Kind::Restored { .. } => "restored",
            Kind::DebtSettled { .. } => "debt_settled",
            Kind::Tagged { .. } => "tagged",
            Kind::Untagged { .. } => "untagged",
            Kind::AttributeSet { .. } => "attribute_set",
            Kind::Signal { .. } => "signal",
            Kind::Claim { .. } => "claim",
            Kind::NotEarned { .. } => "not_earned",
            Kind::Forfeited { .. } => "forfeited",
            Kind::TierChanged { .. } => "tier_changed",
            Kind::TierKept { .. } => "tier_kept",
            Kind::SegmentEntered { .. } => "segment_entered",
            Kind::SegmentLeft { .. } => "segment_left",
            Kind::Assigned { .. } => "assigned",
            Kind::Question(told) => told.name(),
            Kind::CardIssued { .. } => "card_issued",
            Kind::CardExpired { .. } => "card_expired",
            Kind::Drawn { .. } => "drawn",
            Kind::NotDrawn { .. } => "not_drawn",
            Kind::Placed { .. } => "placed",
            Kind::BadgeAwarded { .. } => "badge_awarded",
            Kind::BadgeRevoked { .. } => "badge_revoked",
            Kind::Transferred { .. } => "transferred",
            Kind::Received { .. } => "received",
            Kind::SentBack { .. } => "sent_back",
            Kind::Merged { .. } => "merged",
            Kind::Joined { .. } => "joined",
            Kind::MergedInto { .. } => "merged_into",
            Kind::Paused { .. } => "paused",
            Kind::Resumed { .. } => "resumed",
            Kind::Erased => "erased",
            Kind::Coupon(decision) => decision.name(),
            Kind::GoalMet { .. } => "goal_met",
            Kind::ChallengeCompleted { .. } => "challenge_completed",
            Kind::GoalRevoked { .. } => "goal_revoked",
            Kind::Progress { .. } => "progress",
            Kind::GoalChanged { .. } => "goal_changed",
            Kind::StreakFrozen { .. } => "streak_frozen",
            Kind::StreakBroken { .. } => "streak_broken",
            Kind::OptedIn { .. } => "opted_in",
            Kind::RewardRedeemed { .. } => "reward_redeemed",
            Kind::RewardRefused { .. } => "reward_refused",
            Kind::Message(_) => "message",
            Kind::Consent(_) => "consent",
            Kind::MessagesHeldBack { .. } => "messages_held_back",
            Kind::MessageSuppressed(_) => "message_suppressed",
            Kind::Identified { .. } => "identified",
            Kind::Brought { .. } => "brought",
            Kind::Referred { .. } => "referred",
            Kind::ReferralWithdrawn { .. } => "referral_withdrawn",
            Kind::ReferralRefused { .. } => "referral_refused",
            Kind::ReferralSentBack { .. } => "referral_sent_back",
            Kind::RewardReturned { .. } => "reward_returned",
            Kind::Held { .. } => "held",
            Kind::Released { .. } => "released",
            Kind::FriendsReached { .. } => "friends_reached",
        }
    }
}

impl Kind {
    /// Numbers the ledger entries that it names on from `entries`.
    pub fn renumber(&mut self, entries: u64) -> Result<(), Malformed> {
        let on = |entry: &mut u64| {
            *entry = entry.checked_add(entries).ok_or(Malformed)?;
            Ok(())
        };
        match self {
            Kind::Vested { entry, lot, .. } | Kind::Expired { entry, lot, .. } => {
                on(lot)?;
                on(entry)
            }
            Kind::Spent { entry, uses, .. }
            | Kind::Transferred { entry, uses, .. }
            | Kind::Held { entry, uses, .. } => {
                uses.iter_mut().try_for_each(|used| on(&mut used.entry))?;
                on(entry)
            }
            Kind::Earned { entry, .. }
            | Kind::ClawedBack { entry, .. }
            | Kind::Restored { entry, .. }
            | Kind::DebtSettled { entry, .. }
            | Kind::Received { entry, .. }
            | Kind::Forfeited { entry, .. }
            | Kind::Released { entry, .. }
            | Kind::Joined { entry, .. } => on(entry),
            Kind::Coupon(decision) => decision.number_mut().map_or(Ok(()), on),
            Kind::Tagged { .. }
            | Kind::Untagged { .. }
            | Kind::AttributeSet { .. }
            | Kind::Signal { .. }
            | Kind::Claim { .. }
            | Kind::NotEarned { .. }
            | Kind::SentBack { .. }
            | Kind::Merged { .. }
            | Kind::TierChanged { .. }
            | Kind::TierKept { .. }
            | Kind::SegmentEntered { .. }
            | Kind::SegmentLeft { .. }
            | Kind::Assigned { .. }
            | Kind::Question(_)
            | Kind::CardIssued { .. }
            | Kind::CardExpired { .. }
            | Kind::Drawn { .. }
            | Kind::NotDrawn { .. }
            | Kind::Placed { .. }
            | Kind::BadgeAwarded { .. }
            | Kind::BadgeRevoked { .. }
            | Kind::MergedInto { .. }
            | Kind::Paused { .. }
            | Kind::Resumed { .. }
            | Kind::GoalMet { .. }
            | Kind::ChallengeCompleted { .. }
            | Kind::GoalRevoked { .. }
            | Kind::Progress { .. }
            | Kind::GoalChanged { .. }
            | Kind::StreakFrozen { .. }
            | Kind::StreakBroken { .. }
            | Kind::OptedIn { .. }
            | Kind::RewardRedeemed { .. }
            | Kind::RewardRefused { .. }
            | Kind::Message(_)
            | Kind::Consent(_)
            | Kind::MessagesHeldBack { .. }
            | Kind::MessageSuppressed(_)
            | Kind::Identified { .. }
            | Kind::Brought { .. }
            | Kind::Referred { .. }
            | Kind::ReferralWithdrawn { .. }
            | Kind::ReferralRefused { .. }
            | Kind::ReferralSentBack { .. }
            | Kind::RewardReturned { .. }
            | Kind::FriendsReached { .. }
            | Kind::Erased => Ok(()),
        }
    }
}

/// The compact form in which decisions are remembered. Rules, wallets and fields are numbers of the plan; instants are
/// told from that of the event. What was earned is not written: it is what its parts add up to.
pub fn write(writer: &mut Writer<'_>, decisions: &[Decision], event_at: i64) {
    writer.number(decisions.len() as u64);
    for decision in decisions {
        writer.instant(decision.at, event_at);
        match &decision.kind {
            Kind::Earned { entry, wallet, amount, vesting, expires_at, because } => {
                debug_assert!(amount::sum(because.iter().map(Because::amount)) == Ok(*amount), "law 11");
                writer.byte(EARNED);
                writer.number(*entry);
                writer.number(u64::from(*wallet));
                write_vesting(writer, *vesting, event_at);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
                writer.number(because.len() as u64);
                for part in because {
                    let kind = match part {
                        Because::Rounding { .. } => 0,
                        Because::Cap { .. } => 1,
                        Because::HoldAtMost { .. } => 2,
                        Because::Adjustment { .. } => 3,
                        Because::Rule { rule, .. } => PARTS_WITHOUT_RULE + u64::from(*rule),
                    };
                    writer.number(kind);
                    writer.decimal(part.amount());
                }
            }
            Kind::Vested { entry, wallet, lot, amount, expires_at } => {
                head(writer, 1, *entry, *wallet, *amount);
                writer.number(*lot);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::Spent { entry, wallet, amount, rule, uses } => {
                head(writer, 2, *entry, *wallet, *amount);
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
                write_uses(writer, uses, event_at);
            }
            Kind::Expired { entry, wallet, lot, amount, not_vested } => {
                head(writer, 3, *entry, *wallet, *amount);
                writer.number(*lot);
                writer.byte(u8::from(*not_vested));
            }
            Kind::ClawedBack { entry, wallet, amount, from_pending, from_lots, debt, written_off } => {
                head(writer, 4, *entry, *wallet, *amount);
                for part in [from_pending, from_lots, debt, written_off] {
                    writer.decimal(*part);
                }
            }
            Kind::Restored { entry, wallet, amount, expires_at } => {
                head(writer, 5, *entry, *wallet, *amount);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::DebtSettled { entry, wallet, amount } => head(writer, 6, *entry, *wallet, *amount),
            Kind::Tagged { tag } => {
                writer.byte(7);
                writer.text(tag);
            }
            Kind::Untagged { tag } => {
                writer.byte(8);
                writer.text(tag);
            }
            Kind::AttributeSet { field, value } => {
                writer.byte(9);
                writer.number(u64::from(*field));
                write_stored(writer, value);
            }
            Kind::Signal { name, to } => {
                writer.byte(10);
                writer.text(name);
                writer.text(to);
            }
            Kind::Claim { counter, by, limit, rule } => {
                writer.byte(11);
                writer.text(counter);
                writer.decimal(*by);
                writer.decimal(*limit);
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::NotEarned { reason: NotEarned::BeforeEnrolment } => writer.byte(12),
            Kind::Forfeited { entry, wallet, amount, rule } => {
                head(writer, 13, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
            }
            Kind::TierChanged { ladder, from, to, because, until } => {
                writer.byte(14);
                [ladder, from, to].into_iter().for_each(|name| writer.text(name));
                writer.byte(TierBecause::ALL.iter().position(|known| known == because).unwrap_or(0) as u8);
                writer.option(*until, |writer, at| writer.signed(at));
            }
            Kind::TierKept { ladder, level, grace, until } => {
                writer.byte(15);
                [ladder, level].into_iter().for_each(|name| writer.text(name));
                writer.byte(u8::from(*grace));
                writer.option(*until, |writer, at| writer.signed(at));
            }
            Kind::SegmentEntered { segment } => {
                writer.byte(16);
                writer.text(segment);
            }
            Kind::SegmentLeft { segment } => {
                writer.byte(17);
                writer.text(segment);
            }
            Kind::Transferred { entry, wallet, amount, rule, fresh, parcel, uses } => {
                head(writer, 18, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.byte(u8::from(*fresh));
                write_parcel(writer, parcel);
                write_uses(writer, uses, event_at);
            }
            Kind::Received { entry, wallet, amount, sender, expires_at } => {
                head(writer, 19, *entry, *wallet, *amount);
                writer.text(sender);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::SentBack { wallet, amount, reason, parcel } => {
                writer.byte(20);
                writer.number(u64::from(*wallet));
                writer.decimal(*amount);
                writer.byte(match reason {
                    NotTaken::NotAccepted => 0,
                    NotTaken::HoldAtMost => 1,
                    NotTaken::Paused => 2,
                    NotTaken::BeforeEnrolment => 3,
                });
                write_parcel(writer, parcel);
            }
            Kind::Merged { from, entries } => {
                writer.byte(21);
                writer.text(from);
                writer.number(*entries);
            }
            Kind::Joined { entry, wallet, available, pending, debt } => {
                head(writer, 22, *entry, *wallet, *available);
                writer.decimal(*pending);
                writer.decimal(*debt);
            }
            Kind::MergedInto { into } => {
                writer.byte(23);
                writer.text(into);
            }
            Kind::Paused { freeze } => {
                writer.byte(24);
                writer.byte(u8::from(*freeze));
            }
            Kind::Resumed { days } => {
                writer.byte(25);
                writer.signed(i64::from(*days));
            }
            Kind::Erased => writer.byte(26),
            Kind::Coupon(decision) => {
                writer.byte(COUPON);
                decision.write(writer, event_at);
            }
            Kind::Consent(consent) => {
                writer.byte(CONSENT);
                said::write_consent(writer, consent);
            }
            Kind::MessagesHeldBack { category, until, error } => {
                writer.byte(MESSAGES_HELD_BACK);
                said::write_held_back(writer, *category, *until, *error);
            }
            Kind::Message(said) => {
                writer.byte(MESSAGE);
                said.write(writer);
            }
            Kind::MessageSuppressed(suppressed) => {
                writer.byte(MESSAGE_SUPPRESSED);
                suppressed.write(writer);
            }
            Kind::NotEarned { reason: NotEarned::Paused } => writer.byte(27),
            Kind::CardIssued { wheel, expires_at, rule } => {
                writer.byte(CARD_ISSUED);
                writer.text(wheel);
                writer.instant(*expires_at, event_at);
                writer.number(u64::from(*rule));
            }
            Kind::CardExpired { wheel } => {
                writer.byte(CARD_EXPIRED);
                writer.text(wheel);
            }
            Kind::Question(told) => {
                writer.byte(QUESTION);
                told.write(writer, event_at);
            }
            Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof } => {
                writer.byte(123);
                [wheel, title, &proof.occasion].into_iter().for_each(|text| writer.text(text));
                writer.number(u64::from(*slice));
                writer.byte(u8::from(*out_of_stock));
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
                writer.number(u64::from(proof.turn));
                writer.number(proof.out.len() as u64);
                proof.out.iter().for_each(|place| writer.number(u64::from(*place)));
                [proof.number, proof.position, proof.of].into_iter().for_each(|number| writer.fixed(number));
            }
            Kind::NotDrawn { wheel, reason, rule } => {
                writer.byte(124);
                writer.text(wheel);
                writer.byte(match reason {
                    NotDrawn::Limit => 0,
                    NotDrawn::OutOfStock => 1,
                    NotDrawn::NoCard => 2,
                });
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::Placed { leaderboard, round, rank, score } => {
                writer.byte(130);
                writer.text(leaderboard);
                writer.signed(i64::from(*round));
                writer.number(u64::from(*rank));
                writer.decimal(*score);
            }
            Kind::BadgeAwarded { badge, level, from, rule } => {
                writer.byte(120);
                [badge, level, from].into_iter().for_each(|name| writer.text(name));
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::Assigned { experiment, arm, from } => {
                writer.byte(122);
                [experiment, arm, from].into_iter().for_each(|name| writer.text(name));
            }
            Kind::BadgeRevoked { badge, level, to } => {
                writer.byte(121);
                [badge, level, to].into_iter().for_each(|name| writer.text(name));
            }
            Kind::GoalMet { challenge, goal, place, window, round } => {
                writer.byte(30);
                write_goal(writer, challenge, *goal, *place);
                writer.signed(*window);
                writer.number(u64::from(*round));
            }
            Kind::ChallengeCompleted { challenge, goal, place, window, round, times } => {
                writer.byte(31);
                write_goal(writer, challenge, *goal, *place);
                writer.signed(*window);
                writer.number(u64::from(*round));
                writer.number(u64::from(*times));
            }
            Kind::GoalRevoked { challenge, goal, place, times } => {
                writer.byte(32);
                write_goal(writer, challenge, *goal, *place);
                writer.number(u64::from(*times));
            }
            Kind::Progress { challenge, current, goal, remaining, percent, deadline } => {
                writer.byte(33);
                writer.text(challenge);
                writer.decimal(*current);
                [goal, remaining, percent].into_iter().for_each(|value| writer.option(*value, Writer::decimal));
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::GoalChanged { challenge, goal, deadline } => {
                writer.byte(34);
                writer.text(challenge);
                writer.decimal(*goal);
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::StreakFrozen { challenge, length } => {
                writer.byte(35);
                writer.text(challenge);
                writer.number(u64::from(*length));
            }
            Kind::StreakBroken { challenge, length, best } => {
                writer.byte(36);
                writer.text(challenge);
                writer.number(u64::from(*length));
                writer.number(u64::from(*best));
            }
            Kind::OptedIn { challenge, deadline } => {
                writer.byte(37);
                writer.text(challenge);
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::RewardRedeemed { rule, quantity, worth } => {
                writer.byte(60);
                writer.number(u64::from(*rule));
                writer.number(u64::from(*quantity));
                writer.option(*worth, |writer, worth| writer.decimal(worth));
            }
            Kind::Held { entry, wallet, amount, rule, until, uses } => {
                head(writer, 62, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.instant(*until, event_at);
                write_uses(writer, uses, event_at);
            }
            Kind::Released { entry, wallet, amount, rule, because } => {
                head(writer, 63, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.byte(u8::from(*because == Ended::Lapsed));
            }
            Kind::RewardReturned { rule, quantity } => {
                writer.byte(64);
                writer.number(u64::from(*rule));
                writer.decimal(*quantity);
            }
            Kind::RewardRefused { rule, lacks } => {
                writer.byte(61);
                writer.number(u64::from(*rule));
                writer.number(lacks.len() as u64);
                lacks.iter().for_each(|lack| lack.write(writer));
            }
            Kind::NotEarned { reason: NotEarned::Withdrawn } => writer.byte(70),
            Kind::Identified { keys } => {
                writer.byte(71);
                write_keys(writer, keys);
            }
            Kind::Brought { referral, by } => {
                writer.byte(72);
                [referral, by].into_iter().for_each(|name| writer.text(name));
            }
            Kind::Referred { referral, rule, joined, keys, parcel } => {
                writer.byte(73);
                writer.text(referral);
                writer.number(u64::from(*rule));
                writer.signed(i64::from(*joined));
                write_keys(writer, keys);
                write_parcel(writer, parcel);
            }
            Kind::ReferralWithdrawn { referral, parcel } => {
                writer.byte(74);
                writer.text(referral);
                write_parcel(writer, parcel);
            }
            Kind::ReferralRefused { referral, by } => {
                writer.byte(75);
                [referral, by].into_iter().for_each(|name| writer.text(name));
            }
            Kind::FriendsReached { referral, friends } => {
                writer.byte(77);
                writer.text(referral);
                writer.number(u64::from(*friends));
            }
            Kind::ReferralSentBack { referral, parcel } => {
                writer.byte(76);
                writer.text(referral);
                write_parcel(writer, parcel);
            }
        }
    }
}

/// The kind of decision whose amount is not written.
const EARNED: u8 = 0;
const COUPON: u8 = 40;
const QUESTION: u8 = 45;
const CARD_ISSUED: u8 = 46;
const CARD_EXPIRED: u8 = 47;

/// What is said and not said.
const MESSAGE: u8 = 90;
const MESSAGE_SUPPRESSED: u8 = 91;
const CONSENT: u8 = 92;
const MESSAGES_HELD_BACK: u8 = 93;

/// The kinds of parts that name no rule; the numbers of rules follow them.
const PARTS_WITHOUT_RULE: u64 = 4;

fn write_uses(writer: &mut Writer<'_>, uses: &[Use], event_at: i64) {
    writer.number(uses.len() as u64);
    for used in uses {
        writer.number(used.entry);
        writer.fixed(used.source);
        writer.decimal(used.amount);
        writer.instant(used.earned_at, event_at);
        write_expiry(writer, used.expiry, event_at);
    }
}

fn read_uses(reader: &mut Reader<'_>, event_at: i64) -> Result<Vec<Use>, Malformed> {
    let count = reader.count()?;
    let mut uses = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        uses.push(Use {
            entry: reader.number()?,
            source: reader.fixed()?,
            amount: reader.decimal()?,
            earned_at: reader.instant(event_at)?,
            expiry: read_expiry(reader, event_at)?,
        });
    }
    Ok(uses)
}

fn write_goal(writer: &mut Writer<'_>, challenge: &str, goal: Decimal, place: u16) {
    writer.text(challenge);
    writer.decimal(goal);
    writer.number(u64::from(place));
}

fn write_keys(writer: &mut Writer<'_>, keys: &[u64]) {
    writer.number(keys.len() as u64);
    keys.iter().for_each(|key| writer.fixed(*key));
}

fn read_keys(reader: &mut Reader<'_>) -> Result<Vec<u64>, Malformed> {
    let count = reader.count()?;
    (0..count).map(|_| reader.fixed()).collect()
}

fn write_parcel(writer: &mut Writer<'_>, parcel: &Parcel) {
    for text in [&parcel.id, &parcel.transfer, &parcel.from, &parcel.to] {
        writer.text(text);
    }
}

fn read_parcel(reader: &mut Reader<'_>) -> Result<Box<Parcel>, Malformed> {
    let mut text = || reader.text().map(Into::into);
    Ok(Box::new(Parcel { id: text()?, transfer: text()?, from: text()?, to: text()? }))
}

fn head(writer: &mut Writer<'_>, tag: u8, entry: u64, wallet: u16, amount: Decimal) {
    writer.byte(tag);
    writer.number(entry);
    writer.number(u64::from(wallet));
    writer.decimal(amount);
}

pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Vec<Decision>, Malformed> {
    let count = reader.count()?;
    let mut decisions = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        decisions.push(Decision { at: reader.instant(event_at)?, kind: read_kind(reader, event_at)? });
    }
    Ok(decisions)
}

fn read_kind(reader: &mut Reader<'_>, event_at: i64) -> Result<Kind, Malformed> {
    let tag = reader.byte()?;
    let (mut entry, mut wallet, mut amount) = (0, 0, Decimal::ZERO);
    if matches!(tag, 0..=6 | 13 | 18 | 19 | 22 | 62 | 63) {
        entry = reader.number()?;
        wallet = small(reader)?;
    }
    if matches!(tag, 1..=6 | 13 | 18 | 19 | 22 | 62 | 63) {
        amount = reader.decimal()?;
    }
    let instant = |reader: &mut Reader<'_>| reader.instant(event_at);
    Ok(match tag {
        EARNED => {
            let vesting = read_vesting(reader, event_at)?;
            let expires_at = reader.option(instant)?;
            let count = reader.count()?;
            let mut because = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                let (kind, amount) = (reader.number()?, reader.decimal()?);
                because.push(match kind {
                    0 => Because::Rounding { amount },
                    1 => Because::Cap { amount },
                    2 => Because::HoldAtMost { amount },
                    3 => Because::Adjustment { amount },
                    rule => {
                        let rule = u32::try_from(rule - PARTS_WITHOUT_RULE).map_err(|_| Malformed)?;
                        Because::Rule { rule, amount }
                    }
                });
            }
            let amount = amount::sum(because.iter().map(Because::amount)).map_err(|_| Malformed)?;
            Kind::Earned { entry, wallet, amount, vesting, expires_at, because }
        }
        1 => Kind::Vested { entry, wallet, amount, lot: reader.number()?, expires_at: reader.option(instant)? },
        2 => {
            let rule = reader.option(rule)?;
            Kind::Spent { entry, wallet, amount, rule, uses: read_uses(reader, event_at)? }
        }
        3 => Kind::Expired { entry, wallet, amount, lot: reader.number()?, not_vested: reader.byte()? != 0 },
        4 => Kind::ClawedBack {
            entry,
            wallet,
            amount,
            from_pending: reader.decimal()?,
            from_lots: reader.decimal()?,
            debt: reader.decimal()?,
            written_off: reader.decimal()?,
        },
        5 => Kind::Restored { entry, wallet, amount, expires_at: reader.option(instant)? },
        6 => Kind::DebtSettled { entry, wallet, amount },
        7 => Kind::Tagged { tag: reader.text()?.into() },
        8 => Kind::Untagged { tag: reader.text()?.into() },
        9 => Kind::AttributeSet { field: small(reader)?, value: read_stored(reader)? },
        10 => Kind::Signal { name: reader.text()?.into(), to: reader.text()?.into() },
        11 => Kind::Claim {
            counter: reader.text()?.into(),
            by: reader.decimal()?,
            limit: reader.decimal()?,
            rule: reader.option(rule)?,
        },
        12 => Kind::NotEarned { reason: NotEarned::BeforeEnrolment },
        13 => Kind::Forfeited { entry, wallet, amount, rule: rule(reader)? },
        14 => Kind::TierChanged {
            ladder: reader.text()?.into(),
            from: reader.text()?.into(),
            to: reader.text()?.into(),
            because: *TierBecause::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?,
            until: reader.option(Reader::signed)?,
        },
        15 => Kind::TierKept {
            ladder: reader.text()?.into(),
            level: reader.text()?.into(),
            grace: reader.byte()? != 0,
            until: reader.option(Reader::signed)?,
        },
        16 => Kind::SegmentEntered { segment: reader.text()?.into() },
        17 => Kind::SegmentLeft { segment: reader.text()?.into() },
        18 => Kind::Transferred {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            fresh: reader.byte()? != 0,
            parcel: read_parcel(reader)?,
            uses: read_uses(reader, event_at)?,
        },
        19 => {
            Kind::Received { entry, wallet, amount, sender: reader.text()?.into(), expires_at: reader.option(instant)? }
        }
        20 => Kind::SentBack {
            wallet: small(reader)?,
            amount: reader.decimal()?,
            reason: match reader.byte()? {
                0 => NotTaken::NotAccepted,
                1 => NotTaken::HoldAtMost,
                2 => NotTaken::Paused,
                3 => NotTaken::BeforeEnrolment,
                _ => return Err(Malformed),
            },
            parcel: read_parcel(reader)?,
        },
        21 => Kind::Merged { from: reader.text()?.into(), entries: reader.number()? },
        22 => Kind::Joined { entry, wallet, available: amount, pending: reader.decimal()?, debt: reader.decimal()? },
        23 => Kind::MergedInto { into: reader.text()?.into() },
        24 => Kind::Paused { freeze: reader.byte()? != 0 },
        25 => Kind::Resumed { days: i32::try_from(reader.signed()?).map_err(|_| Malformed)? },
        26 => Kind::Erased,
        CARD_ISSUED => {
            let (wheel, expires_at) = (reader.text()?.into(), reader.instant(event_at)?);
            Kind::CardIssued { wheel, expires_at, rule: rule(reader)? }
        }
        CARD_EXPIRED => Kind::CardExpired { wheel: reader.text()?.into() },
        QUESTION => Kind::Question(Box::new(Told::read(reader, event_at)?)),
        COUPON => Kind::Coupon(CouponDecision::read(reader, event_at)?),
        CONSENT => Kind::Consent(Box::new(said::read_consent(reader)?)),
        MESSAGES_HELD_BACK => {
            let (category, until, error) = said::read_held_back(reader)?;
            Kind::MessagesHeldBack { category, until, error }
        }
        MESSAGE => Kind::Message(Box::new(Said::read(reader)?)),
        MESSAGE_SUPPRESSED => Kind::MessageSuppressed(Box::new(Suppressed::read(reader)?)),
        27 => Kind::NotEarned { reason: NotEarned::Paused },
        123 => {
            let (wheel, title, occasion) = (reader.text()?.into(), reader.text()?.into(), reader.text()?.into());
            let (slice, out_of_stock, rule) = (small(reader)?, reader.byte()? != 0, reader.option(rule)?);
            let turn = u32::try_from(reader.number()?).map_err(|_| Malformed)?;
            let count = reader.count()?;
            let mut out = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                out.push(small(reader)?);
            }
            let (number, position, of) = (reader.fixed()?, reader.fixed()?, reader.fixed()?);
            let proof = Box::new(Proof { occasion, turn, out, number, position, of });
            Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof }
        }
        124 => Kind::NotDrawn {
            wheel: reader.text()?.into(),
            reason: match reader.byte()? {
                0 => NotDrawn::Limit,
                1 => NotDrawn::OutOfStock,
                2 => NotDrawn::NoCard,
                _ => return Err(Malformed),
            },
            rule: reader.option(rule)?,
        },
        130 => Kind::Placed {
            leaderboard: reader.text()?.into(),
            round: i32::try_from(reader.signed()?).map_err(|_| Malformed)?,
            rank: rule(reader)?,
            score: reader.decimal()?,
        },
        120 => Kind::BadgeAwarded {
            badge: reader.text()?.into(),
            level: reader.text()?.into(),
            from: reader.text()?.into(),
            rule: reader.option(rule)?,
        },
        122 => Kind::Assigned {
            experiment: reader.text()?.into(),
            arm: reader.text()?.into(),
            from: reader.text()?.into(),
        },
        121 => {
            Kind::BadgeRevoked { badge: reader.text()?.into(), level: reader.text()?.into(), to: reader.text()?.into() }
        }
        30 => Kind::GoalMet {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            window: reader.signed()?,
            round: rule(reader)?,
        },
        31 => Kind::ChallengeCompleted {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            window: reader.signed()?,
            round: rule(reader)?,
            times: rule(reader)?,
        },
        32 => Kind::GoalRevoked {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            times: rule(reader)?,
        },
        33 => Kind::Progress {
            challenge: reader.text()?.into(),
            current: reader.decimal()?,
            goal: reader.option(Reader::decimal)?,
            remaining: reader.option(Reader::decimal)?,
            percent: reader.option(Reader::decimal)?,
            deadline: reader.option(instant)?,
        },
        34 => Kind::GoalChanged {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            deadline: reader.option(instant)?,
        },
        35 => Kind::StreakFrozen { challenge: reader.text()?.into(), length: rule(reader)? },
        36 => Kind::StreakBroken { challenge: reader.text()?.into(), length: rule(reader)?, best: rule(reader)? },
        37 => Kind::OptedIn { challenge: reader.text()?.into(), deadline: reader.option(instant)? },
        60 => Kind::RewardRedeemed {
            rule: rule(reader)?,
            quantity: rule(reader)?,
            worth: reader.option(Reader::decimal)?,
        },
        62 => Kind::Held {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            until: reader.instant(event_at)?,
            uses: read_uses(reader, event_at)?,
        },
        63 => Kind::Released {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            because: if reader.byte()? == 0 { Ended::Released } else { Ended::Lapsed },
        },
        64 => Kind::RewardReturned { rule: rule(reader)?, quantity: reader.decimal()? },
        61 => {
            let rule = rule(reader)?;
            let count = reader.count()?;
            let mut lacks = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                lacks.push(Lack::read(reader)?);
            }
            Kind::RewardRefused { rule, lacks }
        }
        70 => Kind::NotEarned { reason: NotEarned::Withdrawn },
        71 => Kind::Identified { keys: read_keys(reader)? },
        72 => Kind::Brought { referral: reader.text()?.into(), by: reader.text()?.into() },
        73 => Kind::Referred {
            referral: reader.text()?.into(),
            rule: rule(reader)?,
            joined: i32::try_from(reader.signed()?).map_err(|_| Malformed)?,
            keys: read_keys(reader)?,
            parcel: read_parcel(reader)?,
        },
        74 => Kind::ReferralWithdrawn { referral: reader.text()?.into(), parcel: read_parcel(reader)? },
        75 => Kind::ReferralRefused { referral: reader.text()?.into(), by: reader.text()?.into() },
        77 => Kind::FriendsReached { referral: reader.text()?.into(), friends: rule(reader)? },
        76 => Kind::ReferralSentBack { referral: reader.text()?.into(), parcel: read_parcel(reader)? },
        _ => return Err(Malformed),
    })
}

fn small(reader: &mut Reader<'_>) -> Result<u16, Malformed> {
    u16::try_from(reader.number()?).map_err(|_| Malformed)
}

fn rule(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    u32::try_from(reader.number()?).map_err(|_| Malformed)
}

fn write_vesting(writer: &mut Writer<'_>, vesting: Vesting, event_at: i64) {
    match vesting {
        Vesting::Done => writer.byte(0),
        Vesting::At(at) => {
            writer.byte(1);
            writer.instant(at, event_at);
        }
        Vesting::On { event, deadline } => {
            writer.byte(2);
            writer.number(u64::from(event));
            writer.instant(deadline, event_at);
        }
    }
}

fn read_vesting(reader: &mut Reader<'_>, event_at: i64) -> Result<Vesting, Malformed> {
    Ok(match reader.byte()? {
        0 => Vesting::Done,
        1 => Vesting::At(reader.instant(event_at)?),
        2 => Vesting::On { event: small(reader)?, deadline: reader.instant(event_at)? },
        _ => return Err(Malformed),
    })
}

fn write_expiry(writer: &mut Writer<'_>, expiry: Expiry, event_at: i64) {
    match expiry {
        Expiry::Never => writer.byte(0),
        Expiry::Open => writer.byte(4),
        Expiry::At(at) => {
            writer.byte(1);
            writer.instant(at, event_at);
        }
        Expiry::Inactivity(form) => {
            writer.byte(2);
            writer.number(u64::from(form));
        }
        Expiry::AfterVesting(length) => {
            writer.byte(3);
            writer.number(u64::from(length.count));
            writer.byte(UNITS.iter().position(|unit| *unit == length.unit).unwrap_or(0) as u8);
        }
    }
}

fn read_expiry(reader: &mut Reader<'_>, event_at: i64) -> Result<Expiry, Malformed> {
    Ok(match reader.byte()? {
        0 => Expiry::Never,
        4 => Expiry::Open,
        1 => Expiry::At(reader.instant(event_at)?),
        2 => Expiry::Inactivity(small(reader)?),
        3 => Expiry::AfterVesting(Length {
            count: rule(reader)?,
            unit: *UNITS.get(usize::from(reader.byte()?)).ok_or(Malformed)?,
        }),
        _ => return Err(Malformed),
    })
}

/// The numbers of the units in saved state; never reordered.
const UNITS: [TimeUnit; 8] = [
    TimeUnit::Second,
    TimeUnit::Minute,
    TimeUnit::Hour,
    TimeUnit::Day,
    TimeUnit::Week,
    TimeUnit::Month,
    TimeUnit::Quarter,
    TimeUnit::Year,
];

fn write_stored(writer: &mut Writer<'_>, value: &Stored) {
    match value {
        Stored::Missing => writer.byte(0),
        Stored::Number(number) => {
            writer.byte(1);
            writer.decimal(*number);
        }
        Stored::Text(text) => {
            writer.byte(2);
            writer.text(text);
        }
        Stored::Bool(value) => writer.byte(3 + u8::from(*value)),
        Stored::Date(day) => {
            writer.byte(5);
            writer.signed(i64::from(*day));
        }
        Stored::Instant(micros) => {
            writer.byte(6);
            writer.signed(*micros);
        }
        Stored::Time(micros) => {
            writer.byte(7);
            writer.signed(*micros);
        }
        // Never kept: see `Stored`.
        Stored::Level(..) => writer.byte(0),
    }
}

fn read_stored(reader: &mut Reader<'_>) -> Result<Stored, Malformed> {
    Ok(match reader.byte()? {
        0 => Stored::Missing,
        1 => Stored::Number(reader.decimal()?),
        2 => Stored::Text(reader.text()?.into()),
        value @ (3 | 4) => Stored::Bool(value == 4),
        5 => Stored::Date(i32::try_from(reader.signed()?).map_err(|_| Malformed)?),
        6 => Stored::Instant(reader.signed()?),
        7 => Stored::Time(reader.signed()?),
        _ => return Err(Malformed),
    })
}
