//! The checked program: every name resolved to an index, every expression typed, every policy chosen.
//!
//! Spans stay, so that the plan can say where a rule stands; text that only served resolution is gone. A value of
//! [`Checked`] exists only where the checker found no error.

mod badge;
mod by_line;
mod challenge;
mod coupon;
mod effect;
mod experiment;
mod expression;
mod ladder;
mod leaderboard;
mod limits;
mod measure;
mod messages;
mod questions;
mod referral;
mod reward;
mod rule;
mod test;
mod trigger;
mod wallet;
mod wheel;

use chrono::{NaiveDate, Weekday};

use crate::source::Span;

pub use crate::syntax::calendar::{month_name, weekday_name};
pub use crate::syntax::engagement::{BudgetMode, CouponKind};
pub use crate::syntax::ladder::Fall;
pub use crate::syntax::tree::{AggregateFunction, CapMode, Cycle, Most, OwnPeriod, Period, Returns, TimeUnit, ToEnd};
pub use crate::syntax::trigger::CalendarDay;
pub use crate::syntax::wallet::{Clawback, ExpireStart, Multipliers, RoundMode, RoundScope, SpendOrder};
pub use badge::{Badge, BadgeFigure, BadgeLevel};
pub use challenge::{Adaptive, Challenge, ChallengeFigure, ChallengeForm, GoalHead, Goals, OptIn, Progress, Within};
pub use coupon::{Budget, Coupon, CouponFigure, CouponForm, Mint};
pub use effect::{Earn, Effect, EffectKind, IssueEnd, Lasts, RaiseEnd};
pub use experiment::Experiment;
pub use expression::{Arithmetic, Comparison, DatePart, Expr, ExprKind, Pattern};
pub use ladder::{
    Benefit, Carry, Grace, Keep, Ladder, LadderForm, LadderReturns, Level, LevelForm, Retain, Rise, StandingMoment,
};
pub use leaderboard::{Leaderboard, Rounds};
pub use limits::{Cap, Limit, Per};
pub use measure::{Flow, Measure, MeasureForm, MeasureOf, Meter, Origin, OwnFrom, Segment, Window};
pub use messages::{
    AtMost, Broadcast, Category, Choice, ConsentNeed, Control, Label, Message, MessagePolicy, Parameter, Quiet, Row,
    Saying, SayingIndex, Shown, Text, TextPart, Words,
};
pub use questions::{AnswerChoice, Answers, Question, QuestionFigure, QuestionIndex, QuestionKind, Reply};
pub use referral::{Referral, ReferralFigure};
pub use reward::{Cost, PayRate, Price, Reward, RewardFigure, RewardForm, RewardIndex};
pub use rule::{Group, GroupForm, Held, Rule, RuleForm, Valid};
pub use test::{Literal, Test, TestStep};
pub use trigger::{
    Anniversary, CauseFigure, ClockTrigger, CouponChange, DecisionTrigger, Every, LadderChange, Moment, Trigger,
};
pub use wallet::{Activity, Expire, ExpireRule, PolicySpans, Restore, Vest, Wallet, WalletFigure, WalletPolicy};
pub use wheel::{Slice, Wheel};

/// Indexes into the lists of [`Checked`].
pub type EventIndex = usize;
pub type FieldIndex = usize;
pub type WalletIndex = usize;
pub type MeasureIndex = usize;
pub type SegmentIndex = usize;
pub type RuleIndex = usize;
pub type RecordIndex = usize;
pub type LadderIndex = usize;
pub type CouponIndex = usize;
pub type ChallengeIndex = usize;
pub type ReferralIndex = usize;
/// A level within its ladder, the lowest 0.
pub type LevelIndex = usize;
pub type BadgeIndex = usize;
pub type ExperimentIndex = usize;
pub type WheelIndex = usize;
pub type LeaderboardIndex = usize;

#[derive(Debug, Clone)]
pub struct Checked {
    pub settings: Settings,
    /// The member's attributes, in the order of their declaration.
    pub member: Vec<Field>,
    pub records: Vec<Record>,
    /// Standard events first, then the program's own.
    pub events: Vec<Event>,
    pub wallets: Vec<Wallet>,
    pub measures: Vec<Measure>,
    pub segments: Vec<Segment>,
    pub ladders: Vec<Ladder>,
    pub coupons: Vec<Coupon>,
    pub badges: Vec<Badge>,
    pub experiments: Vec<Experiment>,
    pub wheels: Vec<Wheel>,
    pub leaderboards: Vec<Leaderboard>,
    pub questions: Vec<Question>,
    pub challenges: Vec<Challenge>,
    pub rewards: Vec<Reward>,
    pub messages: Vec<Message>,
    /// The messages as rules say them, one for each kind of what sets those off.
    pub sayings: Vec<Saying>,
    pub message_policy: Option<MessagePolicy>,
    /// Whether members agree to anything, or are said anything.
    pub converses: bool,
    pub referrals: Vec<Referral>,
    pub coupon_policy: super::offer::CouponPolicy,
    /// In the order of the file; after those that the program writes as rules, the blocks that other declarations hold.
    pub rules: Vec<Rule>,
    pub groups: Vec<Group>,
    pub tests: Vec<Test>,
}

#[derive(Debug, Clone)]
pub struct Settings {
    pub title: String,
    pub version: u32,
    pub currency: Option<Currency>,
    pub zone: crate::zones::Zone,
    pub week_start: Weekday,
    /// The month with which years begin, and half years and quarters with it; from 1 to 12.
    pub year_start: u32,
    pub languages: Vec<String>,
    /// How long single events are remembered.
    pub history: Length,
    /// How long an order may be returned.
    pub returns_within: Length,
    /// What a return does to rules on events that say nothing of it.
    pub returns: Returns,
    /// How far ahead of the latest instant that the host has told an event may be dated.
    pub future: Length,
}

/// A length of calendar or clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub count: u32,
    pub unit: TimeUnit,
}

/// As a program writes it: `12 months`.
impl std::fmt::Display for Length {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(formatter, "{} {}{plural}", self.count, self.unit.word())
    }
}

/// An ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency {
    pub code: [u8; 3],
    /// Digits of the minor unit: JPY 0, EUR 2, KWD 3.
    pub minor: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Number,
    /// A number that is a share of 100, such as `20%`.
    Percent,
    Money(Currency),
    Amount(WalletIndex),
    Text,
    Bool,
    Date,
    Instant,
    Time,
    Weekday,
    /// A level of that ladder.
    Level(LadderIndex),
    /// An arm of that experiment.
    Arm(ExperimentIndex),
    List(Box<Type>),
    Record(RecordIndex),
}

#[derive(Debug, Clone)]
pub struct Record {
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub name: String,
    pub fields: Vec<Field>,
    /// Whether the prelude declares it.
    pub standard: bool,
}

impl Event {
    /// Whether numbers and amounts below zero are refused in it, lines and all.
    pub fn refuses_negative(&self) -> bool {
        self.standard && matches!(self.name.as_str(), "order" | "refund" | "cancel" | "cart")
    }
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    /// `int`: the host's value must be whole.
    pub whole: bool,
    pub optional: bool,
    pub shared: bool,
    /// In terms of the same event's (or record's) other fields.
    pub default: Option<Expr>,
    /// Required only from this local day on.
    pub from: Option<NaiveDate>,
    pub span: Span,
}

/// A form with the local day from which it holds; the first of a list holds from the beginning.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    pub from: Option<NaiveDate>,
    pub value: T,
}

/// The name of the rule that a coupon's effects are, by the coupon's own.
pub fn effects_name(coupon: &str) -> String {
    format!("coupon {coupon} gives")
}

/// The name of the rule by which a coupon gives points with the order that uses it.
pub fn with_order_name(coupon: &str) -> String {
    format!("coupon {coupon} gives with the order")
}
