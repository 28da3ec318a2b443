//! Typed expressions: every name in them is an index.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, Weekday};
use rust_decimal::Decimal;

use super::{
    AggregateFunction, BadgeFigure, BadgeIndex, CauseFigure, ChallengeFigure, ChallengeIndex, CouponFigure,
    CouponIndex, ExperimentIndex, FieldIndex, LadderIndex, Length, LevelIndex, MeasureIndex, QuestionFigure,
    QuestionIndex, ReferralFigure, ReferralIndex, RewardFigure, RewardIndex, SegmentIndex, StandingMoment, TimeUnit,
    Type, WalletFigure, WalletIndex, WheelIndex,
};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub span: Span,
}

/// Calls and operators on typed operands. A missing operand makes the whole missing; a missing condition does not hold.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// Number, money, amount; a percent is held as its hundredth (`20%` is 0.20).
    Number(Decimal),
    Text(Arc<str>),
    Bool(bool),
    Date(NaiveDate),
    /// Microseconds since 1970.
    Instant(i64),
    Time(NaiveTime),
    Weekday(Weekday),
    /// A list of literals, only on the right of `in`.
    List(Vec<Expr>),
    /// A field of the event.
    Event(FieldIndex),
    /// The event's own instant, `order.at`.
    At,
    /// The event's own id, `order.id`.
    Id,
    /// A field of the record that a filter or a fold looks at.
    Item(FieldIndex),
    Member(FieldIndex),
    /// `member.tags`, a list of text.
    Tags,
    /// `member.id`
    MemberId,
    /// `member.enrolled`, the instant of joining.
    Enrolled,
    Measure(MeasureIndex),
    /// A measure as it was before the event at hand was counted in it.
    MeasureBefore(MeasureIndex),
    Segment(SegmentIndex),
    Wallet(WalletIndex, WalletFigure),
    /// What a member pays for a reward, lacks for it, or whether it is there.
    Reward(RewardIndex, RewardFigure),
    /// The level that a member has.
    Level(LadderIndex),
    /// The level before the change that set the rule off.
    LevelBefore(LadderIndex),
    /// A level by its name.
    LevelNamed(LadderIndex, LevelIndex),
    /// What the member's level gives.
    Benefit(LadderIndex, usize),
    /// Since when and until when a member has the level.
    Standing(LadderIndex, StandingMoment),
    /// How many coupons of that name the member holds and may use.
    Held(CouponIndex),
    /// Whether the event at hand uses a coupon. No program writes it: it is what a coupon's own rule asks.
    Used(CouponIndex),
    /// The arm of an experiment that a member is in.
    Arm(ExperimentIndex),
    /// An arm by its name.
    ArmNamed(ExperimentIndex, usize),
    /// What is known of a member's badge.
    Badge(BadgeIndex, BadgeFigure),
    /// How many cards of a wheel the member has.
    Cards(WheelIndex),
    /// What is known of a quiz or a survey.
    Question(QuestionIndex, QuestionFigure),
    /// `five_a_month.remaining`
    Challenge(ChallengeIndex, ChallengeFigure),
    Referral(ReferralIndex, ReferralFigure),
    /// `earned.amount`: of the decision that set the rule off.
    Cause(CauseFigure),
    /// `coupon.code`: of the coupon that set the rule off.
    CauseCoupon(CouponFigure),
    /// `.weekday .hour .minute .day .month .year .date .time` of an instant or date, in the program's zone.
    Part(DatePart, Box<Expr>),
    /// Whole units of local calendar time (or of clock time for hours and shorter) from the inner instant or date to the event.
    Since(TimeUnit, Box<Expr>),
    /// The same from one instant or date to another; below zero where the second one is the earlier.
    Apart(TimeUnit, Box<Expr>, Box<Expr>),
    /// An instant or a date so much later, or earlier, by the calendar as everywhere.
    Moved {
        of: Box<Expr>,
        by: Length,
        back: bool,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// In a list of literals, or in a list of the event or member.
    In {
        value: Box<Expr>,
        list: Box<Expr>,
        negated: bool,
    },
    /// `member.consents marketing`
    Consents(Arc<str>),
    /// What a member has written is, as inbound texts are compared, one of these words.
    Matches {
        value: Box<Expr>,
        words: Arc<[Arc<str>]>,
        negated: bool,
    },
    IsMissing {
        value: Box<Expr>,
        negated: bool,
    },
    Otherwise(Box<Expr>, Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// The least or greatest of several.
    Least(Vec<Expr>),
    Greatest(Vec<Expr>),
    Floor(Box<Expr>),
    Ceil(Box<Expr>),
    Absolute(Box<Expr>),
    /// Over a list of the event, of records or, to be counted alone, of texts. A missing list makes it missing; items where `value` is missing are passed over.
    Fold {
        function: AggregateFunction,
        list: FieldIndex,
        value: Option<Box<Expr>>,
        filter: Option<Box<Expr>>,
    },
    /// The first arm that matches.
    Match {
        subject: Box<Expr>,
        arms: Vec<(Vec<Pattern>, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
}

impl ExprKind {
    /// Whether it is something of the member, and not of the event; what stands in it is left aside.
    pub fn is_of_member(&self) -> bool {
        match self {
            Self::Member(_)
            | Self::Tags
            | Self::MemberId
            | Self::Enrolled
            | Self::Measure(_)
            | Self::MeasureBefore(_)
            | Self::Segment(_)
            | Self::Wallet(..)
            | Self::Reward(..)
            | Self::Level(_)
            | Self::LevelBefore(_)
            | Self::Benefit(..)
            | Self::Standing(..)
            | Self::Held(_)
            | Self::Used(_)
            | Self::Arm(_)
            | Self::Badge(..)
            | Self::Cards(_)
            | Self::Question(..)
            | Self::Challenge(..)
            | Self::Referral(..)
            | Self::Consents(_) => true,
            Self::Number(_)
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Date(_)
            | Self::Instant(_)
            | Self::Time(_)
            | Self::Weekday(_)
            | Self::List(_)
            | Self::Event(_)
            | Self::At
            | Self::Id
            | Self::Item(_)
            | Self::LevelNamed(..)
            | Self::ArmNamed(..)
            | Self::Cause(_)
            | Self::CauseCoupon(_)
            | Self::Part(..)
            | Self::Since(..)
            | Self::Apart(..)
            | Self::Moved { .. }
            | Self::Not(_)
            | Self::Negate(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Compare(..)
            | Self::In { .. }
            | Self::Matches { .. }
            | Self::IsMissing { .. }
            | Self::Otherwise(..)
            | Self::Arithmetic(..)
            | Self::Least(_)
            | Self::Greatest(_)
            | Self::Floor(_)
            | Self::Ceil(_)
            | Self::Absolute(_)
            | Self::Fold { .. }
            | Self::Match { .. } => false,
        }
    }
}

#[derive(Debug, Clone)]
pub enum Pattern {
    Equal(Expr),
    /// From included, to excluded.
    Range {
        from: Option<Expr>,
        to: Option<Expr>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatePart {
    Weekday,
    Hour,
    Minute,
    Day,
    Month,
    Year,
    Date,
    Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}
