//! The kinds of decisions, with what each of them says.

use rust_decimal::Decimal;

use super::reason::{Because, NotDrawn, NotEarned, NotTaken, TierBecause};
use crate::check::model::Category;
use crate::engine::contact::Consent;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::lots::{Use, Vesting};
use crate::engine::messages::said::{Said, Suppressed};
use crate::engine::questions::decision::Told;
use crate::engine::rewards::{Ended, Lack};
use crate::engine::value::Stored;
use crate::engine::wheels::Proof;
use crate::plan::Restoring;

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
        /// How they are given back, as the wallet said then.
        restore: Restoring,
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
    WriteOffSettled {
        entry: u64,
        wallet: u16,
        amount: Decimal,
    },
    /// Points that had run out are there again, or wait again: what would have kept them came in time, and is told late.
    Reinstated {
        entry: u64,
        wallet: u16,
        lot: u64,
        amount: Decimal,
        pending: bool,
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
    /// A reward was redeemed, named by the rule that gives what it gives; `worth`: the money that points paid by rate come to; `by`: what
    /// has redeemed it.
    RewardRedeemed {
        rule: u32,
        quantity: u32,
        worth: Option<Decimal>,
        by: RedeemedBy,
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
        /// When the time of returning is over, and whether a return undoes the referral even then.
        settles_at: i64,
        revoke: bool,
        keys: Vec<u64>,
        parcel: Box<Parcel>,
    },
    /// It counts no more, because what made it count has come back.
    ReferralWithdrawn {
        referral: Box<str>,
        parcel: Box<Parcel>,
    },
    /// The advocate has a share of so much that the member has bought, by the event that the parcel calls its transfer; in the place of
    /// what it was told before.
    Shared {
        referral: Box<str>,
        amount: Decimal,
        replaces: Option<Box<str>>,
        parcel: Box<Parcel>,
    },
    /// So much of that is shared no more, or all that was left: the parcel's transfer is the event that told it.
    ShareTakenBack {
        referral: Box<str>,
        amount: Decimal,
        whole: bool,
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

/// What redeems a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemedBy {
    /// The event asks for it.
    Event,
    /// A rule on the event, or one that follows.
    Rule(u32),
    /// Time alone, whichever rule it sets off.
    Time,
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
            Kind::WriteOffSettled { .. } => "write_off_settled",
            Kind::Reinstated { .. } => "reinstated",
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
            Kind::Shared { .. } => "shared",
            Kind::ShareTakenBack { .. } => "share_taken_back",
            Kind::ReferralRefused { .. } => "referral_refused",
            Kind::ReferralSentBack { .. } => "referral_sent_back",
            Kind::RewardReturned { .. } => "reward_returned",
            Kind::Held { .. } => "held",
            Kind::Released { .. } => "released",
            Kind::FriendsReached { .. } => "friends_reached",
        }
    }
}
