//! The declarations, clauses, triggers and effects that are read and printed and not yet checked.
//!
//! They share conditions, windows, limits, effects and expressions with [`tree`](super::tree): a form that a reader
//! has learnt in one declaration is the same node in all.

use chrono::{NaiveTime, Weekday};
use rust_decimal::Decimal;

use super::tree::{Aggregate, Clause, Duration, Effect, Expr, FieldValue, Name, Period, Span, TimeUnit, Window};

/// A declaration of a later stage.
#[derive(Debug, Clone, PartialEq)]
pub enum Later {
    /// `tiers status by spend { … }`
    Tiers { name: Name, by: Option<Expr>, clauses: Vec<Clause> },
    /// `challenge five_a_month { … }`
    Challenge { name: Name, clauses: Vec<Clause> },
    /// `badge regular "Regular" when …`, with a block or without.
    Badge { name: Name, title: Option<Name>, clauses: Vec<Clause> },
    /// `wheel spin { … }`
    Wheel { name: Name, clauses: Vec<Clause> },
    /// `quiz new_blend { … }`
    Quiz { name: Name, clauses: Vec<Clause> },
    /// `survey after_order { … }`
    Survey { name: Name, clauses: Vec<Clause> },
    /// `leaderboard month_cups by cups when …`, with a block or without.
    Leaderboard { name: Name, by: Expr, clauses: Vec<Clause> },
    /// `coupon WEEKEND20 { … }`; `issued` ones are only had by being issued.
    Coupon { name: Name, issued: bool, clauses: Vec<Clause> },
    /// `reward free_latte { … }`
    Reward { name: Name, clauses: Vec<Clause> },
    /// `message tier_up utility { … }`
    Message { name: Name, category: Name, clauses: Vec<Clause> },
    /// `policy messages { … }`
    Policy { name: Name, clauses: Vec<Clause> },
    /// `experiment mechanics { … }`
    Experiment { name: Name, clauses: Vec<Clause> },
}

impl Later {
    /// The word that introduces the declaration.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Tiers { .. } => "tiers",
            Self::Challenge { .. } => "challenge",
            Self::Badge { .. } => "badge",
            Self::Wheel { .. } => "wheel",
            Self::Quiz { .. } => "quiz",
            Self::Survey { .. } => "survey",
            Self::Leaderboard { .. } => "leaderboard",
            Self::Coupon { .. } => "coupon",
            Self::Reward { .. } => "reward",
            Self::Message { .. } => "message",
            Self::Policy { .. } => "policy",
            Self::Experiment { .. } => "experiment",
        }
    }

    /// The declared name; every declaration so far has one.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Tiers { name, .. }
            | Self::Challenge { name, .. }
            | Self::Badge { name, .. }
            | Self::Wheel { name, .. }
            | Self::Quiz { name, .. }
            | Self::Survey { name, .. }
            | Self::Leaderboard { name, .. }
            | Self::Coupon { name, .. }
            | Self::Reward { name, .. }
            | Self::Message { name, .. }
            | Self::Policy { name, .. }
            | Self::Experiment { name, .. } => Some(name),
        }
    }
}

/// A trigger of a later stage, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct LaterTrigger {
    pub kind: LaterTriggerKind,
    pub span: Span,
}

/// What sets a rule off, beside events.
#[derive(Debug, Clone, PartialEq)]
pub enum LaterTriggerKind {
    /// `on message matching ["points", "نقاط"]`
    Message { matching: Vec<Expr> },
    /// `on segment lapsed entered`, `on segment lapsed left`
    Segment { name: Name, entered: bool },
    /// `on earned beans`: a decision about the thing named.
    Decision { decision: Name, of: Name },
    /// `on status rises`: a change of the thing named.
    Change { subject: Name, change: Name },
    /// `on member.birthday`
    Anniversary(Expr),
    /// `every month on day 1`, `every 2 weeks on monday at 09:00`, `every second wednesday`
    Every { count: Option<u32>, unit: Option<TimeUnit>, day: Option<CalendarDay>, at: Option<NaiveTime> },
    /// `3 days before beans expire`, `7 days before member.birthday`
    Before { duration: Duration, subject: Expr, expires: bool },
    /// `60 days after last order`
    AfterLast { duration: Duration, event: Name },
    /// `1 hour after cart without order`, `3 days after signup`
    After { duration: Duration, event: Name, without: Option<Name> },
}

/// A day within a recurring period.
#[derive(Debug, Clone, PartialEq)]
pub enum CalendarDay {
    /// `day 15`
    Number(u32),
    /// `last day`
    Last,
    /// `monday`
    Weekday(Weekday),
    /// `second wednesday`; the ordinal is `None` for `last`.
    NthWeekday { nth: Option<u32>, weekday: Weekday },
    /// `31 december`
    MonthDay { month: u32, day: u32 },
}

impl LaterTrigger {
    /// The word that tells the trigger from others.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            LaterTriggerKind::Message { .. } => "on message matching",
            LaterTriggerKind::Segment { .. } => "on segment",
            LaterTriggerKind::Decision { .. } | LaterTriggerKind::Change { .. } | LaterTriggerKind::Anniversary(_) => {
                "on"
            }
            LaterTriggerKind::Every { .. } => "every",
            LaterTriggerKind::Before { .. } => "before",
            LaterTriggerKind::AfterLast { .. } | LaterTriggerKind::After { .. } => "after",
        }
    }
}

/// A clause that only declarations of later stages hold.
#[derive(Debug, Clone, PartialEq)]
pub enum LaterClause {
    // coupons and rewards
    /// `give …`
    Give(Give),
    /// `up to 50 MYR`
    UpTo(Expr),
    /// `valid 30 days`: from the day it was issued.
    ValidFor(Duration),
    /// `budget 5_000 MYR`
    Budget(Expr),
    /// `stack with [FREEDELIVERY]`
    Stack(Stack),
    /// `priority 5`
    Priority(u32),
    /// `group seasonal best`
    Group { name: Name, choice: Option<GroupChoice> },
    /// `usage kept`: whether a cancelled order keeps the use of its coupons.
    Usage { kept: bool },
    /// `cost 50 beans`, `cost 100 beans per 1 MYR`
    Cost { amount: Expr, per: Option<Expr> },

    // tiers
    /// `benefit rate = 1.0`
    Benefit { name: Name, value: Expr },
    /// `silver from 500 MYR { rate 1.25 }`
    Level { name: Name, from: Option<Expr>, when: Option<Expr>, benefits: Vec<FieldValue> },
    /// `rise at once`, `rise at period end`
    Rise { at_once: bool },
    /// `keep 12 months`
    Keep(Keep),
    /// `grace 30 days`, `grace none`
    Grace(Option<Duration>),
    /// `fall one level`
    Fall(Fall),
    /// `retain when any 2 of [a, b, c]`
    Retain(Retain),
    /// `seen before`, `seen after`: the level that rules see.
    Seen { after: bool },
    /// `carry`, `carry nothing`: whether what is over counts for the next level or round.
    Carry(bool),

    // challenges
    /// `count order where total >= 5 MYR`, `streak order by week`
    Progress(Aggregate),
    /// `steps [signup, order, review] in order`
    Steps { events: Vec<Name>, in_order: bool },
    /// `within each month`
    Within(Within),
    /// `goal 5`
    Goal(Expr),
    /// `reward { … }`
    Reward(Vec<Clause>),
    /// `repeat`, `repeat up to 3`
    Repeat { up_to: Option<u32> },
    /// `tolerance 2 days`: how late an event may arrive and still count.
    Tolerance(Duration),

    // wheels
    /// `weight 50 { … }`, `weight 1 stock 10 { … }`
    Weight { weight: Decimal, stock: Option<u32>, clauses: Vec<Clause> },
    /// `without stock to nothing`, `without stock renormalise`
    WithoutStock { renormalise: bool },

    // quizzes and surveys
    /// `ask "…"`
    Question(Name),
    /// `choice A "Cocoa"`
    Choice { name: Name, text: Name },
    /// `answer B`
    Answer(Name),
    /// `right { … }`
    Right(Vec<Clause>),
    /// `wrong { … }`
    Wrong(Vec<Clause>),
    /// `scale 1 .. 5`
    Scale { from: u32, to: u32 },
    /// `done { … }`
    Done(Vec<Clause>),

    // messages, policies, leaderboards, experiments
    /// `template "beans_earned" (member.name, earned.amount)`
    Template { name: Name, arguments: Vec<Expr> },
    /// `button "Redeem now" redeem free_latte when …`
    Button { text: Name, effect: Box<Effect>, when: Option<Expr> },
    /// `en "…"`
    Translation { language: Name, text: Name },
    /// `quiet 21:00 .. 09:00`
    Quiet { from: NaiveTime, to: NaiveTime },
    /// `marketing at most 2 per week`
    AtMost { category: Name, count: u32, per: Period },
    /// `ties dense`, `ties competition`
    Ties { dense: bool },
    /// `points 50%`: an arm and its share, held as 50.
    Arm { name: Name, share: Decimal },
}

impl LaterClause {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Give(_) => "give",
            Self::UpTo(_) => "up to",
            Self::ValidFor(_) => "valid",
            Self::Budget(_) => "budget",
            Self::Stack(_) => "stack",
            Self::Priority(_) => "priority",
            Self::Group { .. } => "group",
            Self::Usage { .. } => "usage",
            Self::Cost { .. } => "cost",
            Self::Benefit { .. } => "benefit",
            Self::Level { .. } => "level",
            Self::Rise { .. } => "rise",
            Self::Keep(_) => "keep",
            Self::Grace(_) => "grace",
            Self::Fall(_) => "fall",
            Self::Retain(_) => "retain",
            Self::Seen { .. } => "seen",
            Self::Carry(_) => "carry",
            Self::Progress(_) => "count",
            Self::Steps { .. } => "steps",
            Self::Within(_) => "within",
            Self::Goal(_) => "goal",
            Self::Reward(_) => "reward",
            Self::Repeat { .. } => "repeat",
            Self::Tolerance(_) => "tolerance",
            Self::Weight { .. } => "weight",
            Self::WithoutStock { .. } => "without stock",
            Self::Question(_) => "ask",
            Self::Choice { .. } => "choice",
            Self::Answer(_) => "answer",
            Self::Right(_) => "right",
            Self::Wrong(_) => "wrong",
            Self::Scale { .. } => "scale",
            Self::Done(_) => "done",
            Self::Template { .. } => "template",
            Self::Button { .. } => "button",
            Self::Translation { .. } => "translation",
            Self::Quiet { .. } => "quiet",
            Self::AtMost { .. } => "at most",
            Self::Ties { .. } => "ties",
            Self::Arm { .. } => "arm",
        }
    }
}

/// What a coupon or a reward gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Give {
    /// `20% off order.lines where …`, `5 MYR off order`
    Off { amount: Expr, target: Expr, filter: Option<Expr> },
    /// `free shipping`
    FreeShipping,
    /// `cheapest 1 free of 2 from order.lines where …`, `most expensive 1 50% off from order.lines`
    Units {
        /// The most expensive ones instead of the cheapest.
        most_expensive: bool,
        count: u32,
        /// How much of their price; `None` is all of it.
        percent: Option<Decimal>,
        /// The size of the group that they are taken from.
        of: Option<u32>,
        target: Expr,
        filter: Option<Expr>,
    },
    /// `{ issue LATTE }`
    Effects(Vec<Clause>),
}

/// What a coupon may stand beside.
#[derive(Debug, Clone, PartialEq)]
pub enum Stack {
    /// `stack with none`
    None,
    /// `stack with any`
    Any,
    /// `stack with [FREEDELIVERY]`
    With(Vec<Name>),
}

/// Which coupons of a group apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupChoice {
    /// `best`
    Best,
    /// `first by priority`
    FirstByPriority,
    /// `all`
    All,
}

/// How long a level is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// `keep while qualified`
    WhileQualified,
    /// `keep 12 months`
    For(Duration),
    /// `keep to end of next year`, `keep to end of month`
    ToEnd { next: bool, period: Period },
}

/// Where a member falls who no longer qualifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// `fall to earned level`
    ToEarnedLevel,
    /// `fall one level`
    OneLevel,
    /// `fall never`
    Never,
}

/// What keeps a level beside qualifying for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Retain {
    /// `retain when any 2 of [a, b, c]`
    AnyOf { count: u32, conditions: Vec<Expr> },
    /// `retain when …`
    When(Expr),
}

/// The time in which a challenge is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Within {
    /// `within each month`, `within each calendar quarter`
    Each { period: Period, span: Span },
    /// `within 30 days of signup`
    Following { duration: Duration, event: Name },
    /// `within 2026-11-01 .. 2026-12-31`, `within this month`
    Window(Window),
}

/// An effect of a later stage.
#[derive(Debug, Clone, PartialEq)]
pub enum LaterEffect {
    /// `award regular`
    Award(Name),
    /// `issue FREEPASTRY`
    Issue(Name),
    /// `redeem free_latte`
    Redeem(Name),
    /// `draw spin`
    Draw(Name),
    /// `ask new_blend`
    Ask(Name),
    /// `say welcome`
    Say(Name),
    /// `consent marketing`
    Consent(Name),
    /// `withdraw marketing`
    Withdraw(Name),
    /// `convert 100 beans to 1 MYR`
    Convert { amount: Expr, to: Expr },
}

impl LaterEffect {
    /// The word that introduces the effect.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Award(_) => "award",
            Self::Issue(_) => "issue",
            Self::Redeem(_) => "redeem",
            Self::Draw(_) => "draw",
            Self::Ask(_) => "ask",
            Self::Say(_) => "say",
            Self::Consent(_) => "consent",
            Self::Withdraw(_) => "withdraw",
            Self::Convert { .. } => "convert",
        }
    }
}
