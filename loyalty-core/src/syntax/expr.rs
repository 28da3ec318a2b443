//! Expressions: what is compared, worked out and looked up, with its place.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use super::tree::{Aggregate, FieldValue, Name, Span, TimeUnit};

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `1_000`, `0.5`
    Number(Decimal),
    /// `20%`, held as 20.
    Percent(Decimal),
    /// `5 MYR`, `100 beans`, `30 days`, `1/3`-free: a number directly before a name.
    Quantity {
        number: Decimal,
        unit: Name,
    },
    Text(String),
    Bool(bool),
    Date(NaiveDate),
    Instant(DateTime<FixedOffset>),
    Time(NaiveTime),
    /// A bare name.
    Name(String),
    /// `order.subtotal`
    Field {
        of: Box<Expr>,
        name: Name,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ sku "A" amount 10 MYR }`, in tests only.
    Record(Vec<FieldValue>),
    /// `sum(order.lines.amount where …)`, `count(order.lines)`, `last(order)`
    Aggregate(Aggregate),
    /// `min(a, b)`, `floor(x)`: any other call.
    Call {
        function: Name,
        arguments: Vec<Expr>,
    },
    /// `days between stay.from and stay.to`
    Apart {
        unit: TimeUnit,
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `days since last(order)`
    Since {
        unit: TimeUnit,
        instant: Box<Expr>,
    },
    /// `20% of order.subtotal`
    PercentOf {
        percent: Box<Expr>,
        of: Box<Expr>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary {
        operator: Binary,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `order.branch is missing`, `is present`
    IsMissing {
        value: Box<Expr>,
        negated: bool,
    },
    /// `match order.payment { card 2, [cash, "gift"] 1, else 0 }`
    Match {
        subject: Box<Expr>,
        arms: Vec<MatchArm>,
        otherwise: Option<Box<Expr>>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct MatchArm {
    pub patterns: Vec<Pattern>,
    pub value: Expr,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// A bare word: the text of that word, a weekday, or a level.
    Word(Name),
    /// A literal.
    Value(Expr),
    /// `10 MYR .. 50 MYR`, from included, to excluded; each side may be missing.
    Range { from: Option<Expr>, to: Option<Expr>, span: Span },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `a ?? b`: b where a is missing.
    Otherwise,
}
