//! What sets a rule off: an event, a decision, a change of standing, a moment of another declaration, or time.

use chrono::{NaiveDate, NaiveTime};

use super::{
    CalendarDay, ChallengeIndex, CouponIndex, EventIndex, FieldIndex, LadderIndex, LeaderboardIndex, Length,
    LevelIndex, MeasureIndex, OwnPeriod, Period, QuestionIndex, ReferralIndex, Reply, RewardIndex, SegmentIndex,
    WalletIndex, WheelIndex,
};

/// What sets a rule off.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    Event(EventIndex),
    Decision(DecisionTrigger, WalletIndex),
    Ladder(LadderIndex, LadderChange),
    Segment {
        segment: SegmentIndex,
        entered: bool,
    },
    Declared(Moment),
    /// What becomes of a coupon, or of any.
    Coupon(CouponChange, Option<CouponIndex>),
    Clock(ClockTrigger),
}

/// Something that a declaration decides, and that sets off rules: the blocks of effects that it holds, and those that the
/// program writes itself. A kind of declaration adds its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// A wheel stops at that slice; the first is 0.
    Slice(WheelIndex, usize),
    /// A quiz or a survey is answered.
    Answered(QuestionIndex, Reply),
    /// A reward is redeemed.
    Redeemed(RewardIndex),
    /// A leaderboard is over, and the member among those places; the highest are 0.
    Placed(LeaderboardIndex, usize),
    /// A goal of a challenge is met; the lowest is 0.
    Goal(ChallengeIndex, usize),
    /// A streak ends.
    Breaks(ChallengeIndex),
    /// So many friends are settled.
    Friends(ReferralIndex, u32),
    /// A coupon is used.
    Used(CouponIndex),
}

impl Trigger {
    /// The event, if it is one.
    pub fn event(&self) -> Option<EventIndex> {
        if let Self::Event(event) = self { Some(*event) } else { None }
    }
}

/// A decision about a wallet that rules may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecisionTrigger {
    Earned,
    /// Made spendable, at once or by vesting.
    Vested,
    Spent,
    Expired,
    Restored,
    ClawedBack,
}

/// What may become of a coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponChange {
    Issued,
    Redeemed,
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderChange {
    Rises,
    Falls,
    Changes,
    /// That level entered or passed on the way up.
    Reaches(LevelIndex),
}

/// A trigger by time alone.
#[derive(Debug, Clone, PartialEq)]
pub enum ClockTrigger {
    Every(Every),
    /// The day of an attribute or of joining comes round every year, or every month, so long before.
    Anniversary {
        of: Anniversary,
        each: OwnPeriod,
        before: Option<Length>,
    },
    /// So long before points of a wallet run out.
    BeforeExpiry {
        wallet: WalletIndex,
        before: Length,
    },
    /// So long before a coupon, or any, runs out.
    BeforeCoupon {
        coupon: Option<CouponIndex>,
        before: Length,
    },
    /// So long before a level of a ladder ends, if nothing keeps it.
    BeforeEnd {
        ladder: LadderIndex,
        before: Length,
    },
    /// So long after the last of an event, whose instants the measure remembers.
    AfterLast {
        length: Length,
        of: MeasureIndex,
    },
    /// So long after each of an event, unless another came meanwhile.
    AfterEach {
        length: Length,
        of: MeasureIndex,
        without: Option<MeasureIndex>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anniversary {
    Attribute(FieldIndex),
    Joining,
}

/// A recurring day and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Every {
    /// In every so many periods.
    pub count: u32,
    pub period: Period,
    /// Nothing: the first day of the period, or the one on which `from` falls.
    pub day: Option<CalendarDay>,
    pub at: NaiveTime,
    /// The first time.
    pub from: Option<NaiveDate>,
}

/// What a rule can read of the decision or the instant that set it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CauseFigure {
    Amount,
    At,
}
