//! The syntax tree: what a program says, with the place where it says it.
//!
//! One [`Clause`] type serves every declaration, because a clause means the same wherever it stands; the checker
//! says which clauses a declaration may hold. Names are unresolved and quantities carry their unit as text.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Weekday};

pub use super::expr::{Binary, Expr, ExprKind, MatchArm, Pattern};
use super::ladder::LadderClause;
pub use super::measure::{Aggregate, AggregateFunction, MeasureBody, Window};
use super::referral::ReferralClause;
pub use super::stretch::{Cycle, DateRange, Duration, OwnPeriod, Period, TimeUnit, ToEnd};
pub use super::trigger::{Trigger, TriggerKind};
use super::wallet::{Clawback, Expire, Multipliers, Restore, RoundMode, RoundScope, SpendOrder, Vest};
pub use crate::source::Span;

/// A word of the program with its place: an identifier, or the text of a quoted name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// A whole program text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    pub items: Vec<Item>,
}

/// One top-level declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The `///` lines before the declaration, without their slashes.
    pub docs: Vec<String>,
    pub kind: ItemKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `program "Bean Club" { … }`
    Program { title: Name, clauses: Vec<Clause> },
    /// `member { … }`
    Member { fields: Vec<FieldDecl> },
    /// `event workshop { … }`; naming a standard event adds fields to it.
    Event { name: Name, fields: Vec<FieldDecl> },
    /// `record line { … }`; naming a standard record adds fields to it.
    Record { name: Name, fields: Vec<FieldDecl> },
    /// `wallet beans { … }`
    Wallet { name: Name, clauses: Vec<Clause> },
    /// `measure spend = sum(order.subtotal) over last 12 months`
    Measure { name: Name, body: MeasureBody, later: Vec<Dated<MeasureBody>> },
    /// `segment lapsed = …`
    Segment { name: Name, condition: Expr, later: Vec<Dated<Expr>> },
    /// `rule base on order when … { … }`; clauses of head and body stand in one list, in their order.
    Rule { name: Name, trigger: Trigger, clauses: Vec<Clause> },
    /// `group bonuses [weekend, big_basket] { cap … limit … }`
    Group { name: Name, rules: Vec<Name>, clauses: Vec<Clause> },
    /// `tiers status by spend { … }`
    Tiers { name: Name, by: Option<Expr>, clauses: Vec<Clause> },
    /// `referral friends by signup.referrer { … }`
    Referral { name: Name, by: Expr, clauses: Vec<Clause> },
    /// `test "…" { … }`
    Test { title: Name, steps: Vec<TestStep> },
    /// What a program does beside earning.
    Engagement(crate::syntax::engagement::Engagement),
}

/// Something that replaces the earlier form from a local day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated<T> {
    pub from: NaiveDate,
    pub value: T,
    pub span: Span,
}

/// `name type`, in a `member`, `event` or `record`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDecl {
    pub docs: Vec<String>,
    pub name: Name,
    pub ty: TypeRef,
    /// `?` after the type.
    pub optional: bool,
    /// The word `shared` after the type: the amount belongs to the lines together and shrinks as they are returned.
    pub shared: bool,
    /// `= expression`: the value where the host sends none.
    pub default: Option<Expr>,
    /// The local day of the enclosing `from` block, if any.
    pub from: Option<NaiveDate>,
    pub span: Span,
}

/// `text`, `money`, `[line]` …
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRef {
    pub name: Name,
    pub list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    Keep,
    Revoke,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    pub kind: ClauseKind,
    pub span: Span,
}

/// Every clause of the built declarations. [`ClauseKind::word`] gives the word that introduces it.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    // program
    /// `version 3`
    Version(u32),
    /// `currency MYR`
    Currency(Name),
    /// `timezone "Asia/Kuala_Lumpur"`
    Timezone(Name),
    /// `week monday`
    Week(Weekday),
    /// `year march`, by the number of the month.
    Year(u32),
    /// `languages [en, ar]`
    Languages(Vec<Name>),
    /// `history 400 days`: how long single events are remembered.
    History(Duration),
    /// `returns within 180 days` (program), `returns keep`, `returns revoke` (program, rule).
    Returns { policy: Option<Returns>, within: Option<Duration> },
    /// `future at most 5 minutes`: how far ahead of the member's host an event may be dated.
    Future(Duration),

    // wallet
    /// `holds MYR`: the wallet holds money of that currency instead of points.
    Holds(Name),
    /// `tender`, `tender "gift card"`: the kind of tender by which an order is paid from the wallet.
    Tender(Option<Name>),
    /// `decimals 1`
    Decimals(u32),
    /// `round half up per line`; either part may be missing.
    Round { mode: Option<RoundMode>, scope: Option<RoundScope> },
    /// `multipliers compound`
    Multipliers(Multipliers),
    /// `vest …`
    Vest(Vest),
    /// `expire … [when …]`
    Expire { form: Expire, when: Option<Expr> },
    /// `spend oldest first` as a wallet's policy.
    SpendOrder(SpendOrder),
    /// `clawback may overdraw`
    Clawback(Clawback),
    /// `restore original at least 30 days on full return`
    Restore { form: Restore, full_only: bool },
    /// `hold at most 1_000 beans`
    HoldAtMost(Expr),

    // shared
    /// `when …`
    When(Expr),
    /// `valid …`
    Valid(Vec<ValidPart>),
    /// `limit 1 per member per day, 1_000 in total`
    Limit(Vec<Limit>),
    /// `cap 500 beans per day, 2_000 beans per month reject`
    Cap { caps: Vec<Cap>, mode: Option<CapMode> },
    /// An effect.
    Effect(Effect),
    /// `from 2027-01-01 { … }`
    From { date: NaiveDate, clauses: Vec<Clause> },
    /// A clause of `tiers`.
    Ladder(LadderClause),
    /// A clause of `referral`.
    Referral(ReferralClause),
    /// A clause of an [`Engagement`](crate::syntax::engagement::Engagement).
    Engagement(crate::syntax::engagement::EngagementClause),
}

impl ClauseKind {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Version(_) => "version",
            Self::Currency(_) => "currency",
            Self::Timezone(_) => "timezone",
            Self::Week(_) => "week",
            Self::Year(_) => "year",
            Self::Languages(_) => "languages",
            Self::History(_) => "history",
            Self::Returns { .. } => "returns",
            Self::Future(_) => "future",
            Self::Holds(_) => "holds",
            Self::Tender(_) => "tender",
            Self::Decimals(_) => "decimals",
            Self::Round { .. } => "round",
            Self::Multipliers(_) => "multipliers",
            Self::Vest(_) => "vest",
            Self::Expire { .. } => "expire",
            Self::SpendOrder(_) => "spend",
            Self::Clawback(_) => "clawback",
            Self::Restore { .. } => "restore",
            Self::HoldAtMost(_) => "hold at most",
            Self::When(_) => "when",
            Self::Valid(_) => "valid",
            Self::Limit(_) => "limit",
            Self::Cap { .. } => "cap",
            Self::Effect(effect) => effect.word(),
            Self::From { .. } => "from",
            Self::Ladder(clause) => clause.word(),
            Self::Referral(clause) => clause.word(),
            Self::Engagement(clause) => clause.word(),
        }
    }
}

impl Effect {
    /// The word that introduces the effect.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Earn { .. } => "earn",
            Self::Multiply { .. } => "multiply",
            Self::Spend { .. } => "spend",
            Self::Transfer { .. } => "transfer",
            Self::Accept(_) => "accept",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
            Self::Refuse(_) => "refuse",
            Self::Set { .. } => "set",
            Self::Signal { .. } => "signal",
            Self::Convert { .. } => "convert",
            Self::Forfeit { .. } => "forfeit",
            Self::Raise { .. } => "raise",
            Self::Engagement(effect) => effect.word(),
        }
    }
}

/// One part of `valid`; all parts must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidPart {
    Dates(DateRange),
    /// `2026-11-01T10:00+08:00 .. 2026-11-02T10:00+08:00`, half-open; each side may be missing.
    Instants {
        from: Option<DateTime<FixedOffset>>,
        to: Option<DateTime<FixedOffset>>,
        span: Span,
    },
    /// `on [saturday, sunday]`
    Weekdays(Vec<Weekday>, Span),
    /// `22:00 .. 02:00`, half-open, may cross midnight.
    Hours {
        from: NaiveTime,
        to: NaiveTime,
        span: Span,
    },
}

/// How much a cap lets through, or how often a limit does: the same for every member, or told by what the member is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Most<N, T> {
    Fixed(N),
    Told(T),
}

/// `1 per member per day`; `match status { gold 3  else 1 } per member`; `1_000 in total`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub count: Most<u32, Expr>,
    pub scope: LimitScope,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LimitScope {
    /// `per member`, with `per day`, `per 24 hours`, `over last 60 days` or nothing after it.
    PerMember(Option<Per>),
    /// `in total`: a program-wide counter, committed by the host.
    InTotal,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Per {
    /// `per order`: within one event.
    Order(Span),
    /// `per day` … `per year`: calendar periods of the program's zone.
    Period(Period, Span),
    /// `per membership year`, `per membership month`: counted from the day of joining.
    Membership(OwnPeriod, Span),
    /// `per 24 hours`, `per 7 days`, `over last 60 days`: any stretch of that length.
    Rolling(Duration),
    /// `per 7 days from first use`: stretches of that length, each of which begins with a use.
    FromFirst(Duration),
}

/// `500 beans per day`
#[derive(Debug, Clone, PartialEq)]
pub struct Cap {
    pub amount: Expr,
    pub per: Option<Per>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapMode {
    Truncate,
    Reject,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// `earn 100 beans`, `earn 5% of order.subtotal to cashback`, with its own `vest` and `expire` if any.
    Earn { amount: Earn, to: Option<Name>, vest: Option<Vest>, expire: Option<Expire> },
    /// `multiply base by 2`, `multiply [base, coffee] by status.rate`
    Multiply { rules: Vec<Name>, wallet: Option<Name>, by: Expr },
    /// `spend 100 beans`, `spend up to 50% of order.subtotal from gift_card`
    Spend { amount: Expr, up_to: bool, from: Option<Name> },
    /// `transfer 100 beans to gift.friend keep expiry at least 24 hours`,
    /// `transfer gift.points from points to gift.friend fresh expiry`
    Transfer { amount: Expr, from: Option<Name>, to: Expr, fresh: bool, at_least: Option<Duration> },
    /// `accept beans`
    Accept(Name),
    /// `tag "vip"`
    Tag(Expr),
    /// `untag "vip"`
    Untag(Expr),
    /// `set member.branch = order.branch`
    Set { field: Name, value: Expr },
    /// `signal referred to referral.friend`
    Signal { name: Name, to: Expr },
    /// `convert each 50 points to 0.50 GBP into vouchers`
    Convert { each: bool, amount: Expr, from: Option<Name>, to: Expr, into: Option<Name> },
    /// `forfeit 10% of beans.balance`
    Forfeit { amount: Expr, from: Option<Name> },
    /// `raise status to gold for 90 days`
    Raise { ladder: Name, level: Name, end: Option<RaiseEnd> },
    /// `refuse "The shop is closed."`, `refuse { en "…" ar "…" }`
    Refuse(crate::syntax::message::Label),
    /// `redeem free_latte`, `say welcome`, …
    Engagement(crate::syntax::engagement::EngagementEffect),
}

/// How long a level is given.
#[derive(Debug, Clone, PartialEq)]
pub enum RaiseEnd {
    /// `for 90 days`: through the local day reached.
    For(Duration),
    /// `for 3 months to end of month`: on to the end of the period in which the time would be over.
    ForToEnd {
        length: Duration,
        of: Cycle,
    },
    /// `until 2026-12-31`: through that local day.
    Until(NaiveDate),
    ToEnd(ToEnd),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Earn {
    /// A plain amount.
    Amount(Expr),
    /// `1 beans per [full] 10 MYR of …`
    Rate { points: Expr, per: Expr, full: bool, of: Expr },
}

#[derive(Debug, Clone, PartialEq)]
pub enum TestStep {
    /// `given member { name "Sara" }`
    GivenMember(Vec<FieldValue>, Span),
    /// `given 500 beans`, `given 5 EUR to credit`
    Given(Expr, Option<Name>),
    /// `on order { … }`
    On { event: Name, fields: Vec<FieldValue>, span: Span },
    /// `advance to 2027-01-01`, `advance to 2027-01-01T10:00+08:00`
    Advance(Expr),
    /// `expect beans.balance == 325 beans`
    Expect(Expr),
    /// `expect refused`, `expect refused insufficient_balance`, `expect refused by CLOSED`: of the last event.
    ExpectRefused { code: Option<Name>, by: Option<Name>, span: Span },
}

/// `subtotal 90 MYR` inside the braces of a test's event or record.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue {
    pub name: Name,
    pub value: Expr,
}
