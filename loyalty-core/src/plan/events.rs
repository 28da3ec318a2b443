//! Events: what their fields are kept in, what the engine itself does with them, and the rules on them.

use super::sums::SumsPlan;
use super::{EventLayout, RuleIndex, RulesOn};

#[derive(Debug)]
pub struct EventPlan {
    pub layout: EventLayout,
    pub kind: EventKind,
    /// Measures over this event, in order.
    pub measures: Vec<u16>,
    pub index: RuleIndex,
    /// What the rules on it can do.
    pub rules: RulesOn,
    /// Sums over its lines that several of the rules go by.
    pub sums: Option<SumsPlan>,
    /// It is an order that may take rewards, or be paid with money of wallets.
    pub takes_rewards: bool,
    /// Experiments whose arms the rules on it read, or whatever is judged after every event.
    pub arms: Vec<u16>,
    /// Some wallet's points vest on this event.
    pub vests: bool,
    /// Or points may, which another version of the program has granted.
    pub may_vest: bool,
    /// The prelude declares it: what it names is an order, or an event of the program's own.
    pub standard: bool,
    /// What it earns may wait for a standard event that names it.
    pub awaits: bool,
    /// The slot of `order`, for refunds, cancellations and vesting.
    pub order_slot: Option<u16>,
    /// The list of codes that an order names, in a program with coupons.
    pub codes: Option<u16>,
    /// The slot of the order that an order replaces.
    pub replaces: Option<u16>,
}

/// What the engine itself does with an event, besides the rules on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    Plain,
    Refund,
    Cancel,
    Adjust,
    Profile,
    AssignLevel,
    /// Points of another member come in.
    Received,
    /// Points that were sent to another member come back.
    SentBack,
    /// A friend whom the member has brought counts.
    Referral,
    /// What made a friend count has come back.
    ReferralWithdrawn,
    /// The advocate does not take the friend.
    ReferralRefused,
    /// A part of what a household spends.
    Pooled,
    /// The member asks for a reward, of a program that has some.
    Redeem,
    /// The price of a reward is set aside.
    Hold,
    /// What was set aside is spent.
    Capture,
    /// What was set aside is let go.
    Release,
    /// A wheel is turned.
    Draw,
    /// The member has won a place on a leaderboard.
    Placed,
    /// A quiz or a survey is answered.
    Answer,
    Pause,
    Resume,
    /// Staff give a coupon.
    Issue,
    /// Staff take back a level, coupons or a badge.
    Revoke,
    /// The member has written, in a program that says something.
    Message,
    /// What has become of a message.
    MessageStatus,
    /// The host tells what the member agrees to.
    Consent,
    /// The member has another number, or another id at a messenger.
    IdentityChanged,
    /// A message is said to many.
    Broadcast,
    /// The member takes part in a challenge.
    OptIn,
}

impl EventKind {
    /// Whether what it gave and took can be undone by a return, so that it is kept as it came.
    pub fn returnable(self) -> bool {
        matches!(
            self,
            EventKind::Plain
                | EventKind::Message
                | EventKind::Broadcast
                | EventKind::IdentityChanged
                | EventKind::Pooled
                | EventKind::Redeem
                | EventKind::Capture
                | EventKind::Referral
        )
    }
}
