//! Expressions as nodes in one array; an operand is the number of another node.
//!
//! A node fits 24 bytes and holds what it needs, so that reading one is one look into the array. Shapes that programs
//! are full of (a field against a constant, a sum over filtered lines) are one node each.

use rust_decimal::Decimal;

use crate::check::model::{AggregateFunction, Arithmetic, Comparison, DatePart, TimeUnit, WalletFigure};

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
    Measure(u16),
    Segment(u16),
    Wallet(u16, WalletFigure),
    Part(DatePart, NodeId),
    Since(TimeUnit, NodeId),
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
    /// The operand's text is one of a sorted set of symbols.
    InSymbols {
        value: NodeId,
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
