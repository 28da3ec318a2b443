//! Expressions as nodes in one array; an operand is the number of another node.
//!
//! A node fits 24 bytes and holds what it needs, so that reading one is one look into the array. Shapes that programs
//! are full of (a field against a constant, a sum over filtered lines) are one node each.

use rust_decimal::Decimal;

use crate::check::model::{
    AggregateFunction, Arithmetic, BadgeFigure, CauseFigure, ChallengeFigure, Comparison, CouponFigure, DatePart,
    Length, QuestionFigure, ReferralFigure, RewardFigure, StandingMoment, TimeUnit, WalletFigure,
};

pub type NodeId = u32;

/// A stretch of one of the plan's side arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub start: u32,
    pub end: u32,
}

impl Range {
    pub fn of<T>(self, array: &[T]) -> &[T] {
        array.get(self.start as usize..self.end as usize).unwrap_or(&[])
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Node {
    Number(Decimal),
    /// A literal text, by symbol.
    Text(u32),
    Bool(bool),
    Date(i32),
    Instant(i64),
    Time(i64),
    Weekday(u8),
    /// A field of the event.
    Slot(u16),
    /// A field of the list item at hand.
    Item(u16),
    At,
    Id,
    Member(u16),
    MemberId,
    Enrolled,
    Measure(u16),
    /// The same without the event at hand.
    MeasureBefore(u16),
    Segment(u16),
    Wallet(u16, WalletFigure),
    Reward(u16, RewardFigure),
    /// The level that a member has on a ladder.
    Level(u16),
    LevelBefore(u16),
    /// A level by its ladder and its place.
    LevelNamed(u16, u16),
    /// What the member's level gives, by the place of the benefit.
    Benefit(u16, u16),
    Standing(u16, StandingMoment),
    /// How many coupons of a kind the member may use.
    Held(u32),
    /// Whether the event at hand uses a coupon.
    Used(u32),
    Badge(u16, BadgeFigure),
    Question(u16, QuestionFigure),
    Cards(u16),
    /// The name of the arm that the member is in.
    Arm(u16),
    Challenge(u16, ChallengeFigure),
    Referral(u16, ReferralFigure),
    Cause(CauseFigure),
    CauseCoupon(CouponFigure),
    Part(DatePart, NodeId),
    Since(TimeUnit, NodeId),
    Apart(TimeUnit, NodeId, NodeId),
    Moved {
        of: NodeId,
        by: Length,
        back: bool,
    },
    Not(NodeId),
    Negate(NodeId),
    And(Range),
    Or(Range),
    Compare(Comparison, NodeId, NodeId),
    /// An event's number against a constant: the most frequent condition of all.
    SlotAgainst(Comparison, u16, Decimal),
    /// An event's text is this symbol.
    SlotIs(u16, u32),
    /// A list item's text is this symbol.
    ItemIs(u16, u32),
    /// An event's text is one of a sorted set of symbols.
    SlotIn {
        slot: u16,
        set: Range,
        negated: bool,
    },
    /// A list item's text is one of a sorted set of symbols.
    ItemIn {
        slot: u16,
        set: Range,
        negated: bool,
    },
    /// The operand equals one of some constants.
    InConstants {
        value: NodeId,
        items: Range,
        negated: bool,
    },
    /// The operand is in a plain list of the event.
    InList {
        value: NodeId,
        list: u16,
        negated: bool,
    },
    InTags {
        value: NodeId,
        negated: bool,
    },
    /// Whether the member agrees to a category of messages, by its place in the plan.
    Consents(u16),
    /// A text is, as inbound texts are compared, one of a list of words of the plan.
    Matches {
        value: NodeId,
        words: u32,
        negated: bool,
    },
    IsMissing {
        value: NodeId,
        negated: bool,
    },
    Otherwise(NodeId, NodeId),
    Arithmetic(Arithmetic, NodeId, NodeId),
    Least(Range),
    Greatest(Range),
    Floor(NodeId),
    Ceil(NodeId),
    Absolute(NodeId),
    Fold {
        function: AggregateFunction,
        list: u16,
        value: Option<NodeId>,
        filter: Option<NodeId>,
    },
    /// The sum of one field over all items of a list, or over those with one text in one field: by far the most
    /// frequent fold. `fold` says the same in general.
    PlainSum {
        list: u16,
        value: u16,
        /// (field, symbol)
        only: Option<(u16, u32)>,
        fold: NodeId,
    },
    /// Operands: arms of (pattern, value) pairs; a pattern is a node of its own.
    Match {
        subject: NodeId,
        arms: Range,
        otherwise: Option<NodeId>,
    },
    /// Patterns of a match: the subject equals the node; lies from (included) to (excluded).
    Equals(NodeId),
    Between(Option<NodeId>, Option<NodeId>),
}

impl Node {
    /// Whether it is that day of the week, Monday 0.
    pub fn is_weekday(&self, day: u8) -> bool {
        matches!(self, Node::Weekday(known) if *known == day)
    }

    /// Calls `see` for each direct operand.
    pub fn operands(&self, operands: &[NodeId], mut see: impl FnMut(NodeId)) {
        match *self {
            Node::Part(_, of)
            | Node::Since(_, of)
            | Node::Moved { of, .. }
            | Node::Not(of)
            | Node::Negate(of)
            | Node::Floor(of)
            | Node::Ceil(of)
            | Node::Absolute(of)
            | Node::Equals(of)
            | Node::InList { value: of, .. }
            | Node::InTags { value: of, .. }
            | Node::Matches { value: of, .. }
            | Node::IsMissing { value: of, .. } => see(of),
            Node::Compare(_, left, right)
            | Node::Apart(_, left, right)
            | Node::Otherwise(left, right)
            | Node::Arithmetic(_, left, right) => {
                see(left);
                see(right);
            }
            Node::And(parts) | Node::Or(parts) | Node::Least(parts) | Node::Greatest(parts) => {
                parts.of(operands).iter().for_each(|part| see(*part));
            }
            Node::InConstants { value, items, .. } => {
                see(value);
                items.of(operands).iter().for_each(|item| see(*item));
            }
            Node::Fold { value, filter, .. } => value.into_iter().chain(filter).for_each(see),
            Node::Match { subject, arms, otherwise } => {
                see(subject);
                arms.of(operands).iter().for_each(|part| see(*part));
                otherwise.into_iter().for_each(see);
            }
            Node::Between(from, to) => from.into_iter().chain(to).for_each(see),
            Node::Number(_)
            | Node::Text(_)
            | Node::Bool(_)
            | Node::Date(_)
            | Node::Instant(_)
            | Node::Time(_)
            | Node::Weekday(_)
            | Node::Slot(_)
            | Node::Item(_)
            | Node::At
            | Node::Id
            | Node::Member(_)
            | Node::MemberId
            | Node::Enrolled
            | Node::Measure(_)
            | Node::MeasureBefore(_)
            | Node::Segment(_)
            | Node::Wallet(..)
            | Node::Reward(..)
            | Node::Level(_)
            | Node::LevelBefore(_)
            | Node::LevelNamed(..)
            | Node::Benefit(..)
            | Node::Standing(..)
            | Node::Held(_)
            | Node::Used(_)
            | Node::Badge(..)
            | Node::Question(..)
            | Node::Cards(_)
            | Node::Arm(_)
            | Node::Challenge(..)
            | Node::Referral(..)
            | Node::Cause(_)
            | Node::CauseCoupon(_)
            | Node::Consents(_)
            | Node::SlotIs(..)
            | Node::SlotAgainst(..)
            | Node::SlotIn { .. }
            | Node::ItemIn { .. }
            | Node::PlainSum { .. }
            | Node::ItemIs(..) => {}
        }
    }
}
