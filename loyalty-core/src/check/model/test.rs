//! The `test` declarations: steps, and what is expected of them.

use rust_decimal::Decimal;

use super::{EventIndex, Expr, FieldIndex, LadderIndex, LevelIndex, WalletIndex};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Test {
    pub title: String,
    pub steps: Vec<TestStep>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum TestStep {
    /// Attributes of the member before the first event.
    GivenMember(Vec<(FieldIndex, Literal)>),
    /// A level that the member has to begin with, for good.
    GivenLevel(LadderIndex, LevelIndex),
    /// An opening balance.
    Given {
        wallet: WalletIndex,
        amount: Decimal,
    },
    /// An event as the JSON object that a host would send, without `type`, in the order written.
    On {
        event: EventIndex,
        fields: Vec<(String, Literal)>,
        span: Span,
    },
    /// Microseconds since 1970.
    Advance {
        to: i64,
        span: Span,
    },
    Expect(Expr),
    ExpectRefused {
        code: Option<String>,
        /// The rule that refuses.
        by: Option<String>,
        span: Span,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(Decimal),
    Text(String),
    Bool(bool),
    /// RFC 3339 text for instants, ISO 8601 for dates and times.
    Moment(String),
    List(Vec<Literal>),
    Record(Vec<(String, Literal)>),
}
