//! The checked program: every name resolved to an index, every expression typed, every policy chosen.
//!
//! Spans stay, so that the plan can say where a rule stands; text that only served resolution is gone. A value of
//! [`Checked`] exists only where the checker found no error.

mod challenge;
mod messages;
mod questions;
mod reward;

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, Weekday};
use rust_decimal::Decimal;

use crate::source::Span;
pub use messages::{
    AtMost, Broadcast, Category, Choice, ConsentNeed, Control, Label, Message, MessagePolicy, Parameter, Quiet, Row,
    Saying, SayingIndex, Shown, Text, TextPart,
};

pub use crate::syntax::engagement::{BudgetMode, CouponKind};
pub use crate::syntax::ladder::Fall;
pub use crate::syntax::tree::{
    AggregateFunction, CapMode, Clawback, ExpireStart, Multipliers, Period, Returns, RoundMode, RoundScope, SpendOrder,
    TimeUnit,
};
pub use crate::syntax::trigger::CalendarDay;
pub use challenge::{Adaptive, Challenge, ChallengeFigure, ChallengeForm, GoalHead, Goals, OptIn, Progress, Within};
pub use questions::{AnswerChoice, Answers, Question, QuestionFigure, QuestionIndex, QuestionKind, Reply};
pub use reward::{Cost, PayRate, Price, Reward, RewardFigure, RewardForm, RewardIndex};

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
    /// In the order of the file; after those that the program writes as rules, the blocks that other declarations hold.
    pub coupon_policy: super::offer::CouponPolicy,
    /// In the order of the file.
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
    pub languages: Vec<String>,
    /// How long single events are remembered.
    pub history: Length,
    /// How long an order may be returned.
    pub returns_within: Length,
    /// How far ahead of the latest instant that the host has told an event may be dated.
    pub future: Length,
}

/// A length of calendar or clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub count: u32,
    pub unit: TimeUnit,
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

#[derive(Debug, Clone)]
pub struct Wallet {
    pub name: String,
    /// Money wallets: the currency that they hold.
    pub holds: Option<Currency>,
    /// The kind of tender by which an order is paid from it.
    pub tender: Option<String>,
    /// Digits after the point of a balance.
    pub decimals: u32,
    /// The policies over time, oldest first; the first has no start.
    pub versions: Vec<Versioned<WalletPolicy>>,
    pub span: Span,
}

/// A form with the local day from which it holds; the first of a list holds from the beginning.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    pub from: Option<NaiveDate>,
    pub value: T,
}

#[derive(Debug, Clone)]
pub struct WalletPolicy {
    pub round: RoundMode,
    pub scope: RoundScope,
    pub multipliers: Multipliers,
    pub vest: Vest,
    /// Tried in order when a lot is earned: the first whose condition holds (or has none) is the lot's. None holding: never.
    pub expire: Vec<ExpireRule>,
    pub spend: SpendOrder,
    pub clawback: Clawback,
    pub restore: Restore,
    pub restore_full_only: bool,
    /// Counts pending points.
    pub hold_at_most: Option<Decimal>,
    pub caps: Vec<Cap>,
    pub cap_mode: CapMode,
    pub spans: PolicySpans,
}

/// Where the clauses of a wallet's policy stand; nothing where a default holds.
#[derive(Debug, Clone, Default)]
pub struct PolicySpans {
    pub round: Option<Span>,
    pub multipliers: Option<Span>,
    pub vest: Option<Span>,
    /// One for each expiry, in order.
    pub expire: Vec<Span>,
    pub clawback: Option<Span>,
    pub restore: Option<Span>,
    pub hold_at_most: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Vest {
    AtOnce,
    After(Length),
    On { event: EventIndex, within: Length },
}

#[derive(Debug, Clone)]
pub struct ExpireRule {
    pub form: Expire,
    pub when: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expire {
    Never,
    After { duration: Length, start: ExpireStart },
    EndOf { period: Period, after: Option<Length> },
    OnDay { month: u32, day: u32, after: Option<Length> },
    Inactivity { duration: Length, without: Activity },
    At(NaiveDate),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    Events(Vec<EventIndex>),
    Earning,
    Any,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Restore {
    Original { at_least: Option<Length> },
    Fresh,
    Never,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cap {
    /// In points of the wallet (or its money).
    pub amount: Decimal,
    /// Nothing: over all time.
    pub per: Option<Per>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Order,
    Period(Period),
    Rolling(Length),
}

#[derive(Debug, Clone)]
pub struct Measure {
    pub name: String,
    pub origin: Origin,
    pub of: MeasureOf,
    pub function: AggregateFunction,
    /// Streak: the period it counts.
    pub by: Option<Period>,
    pub ty: Type,
    /// Same event, function, `by` and type in all; window, value and filter may differ.
    pub versions: Vec<Versioned<MeasureForm>>,
    pub returns: Returns,
    /// How it is kept for a challenge whose meter it is.
    pub meter: Option<Meter>,
    pub span: Span,
}

/// How a measure is kept that a challenge goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    /// Every event by its instant, because windows begin at instants of the member's own.
    pub by_instant: bool,
    /// Whole windows before the present one that are kept, too.
    pub windows_before: u32,
}

/// Where a measure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Declared,
    /// Written in place, as in `segment regular = count(order) > 5`: known by its text, and not shown to hosts.
    InPlace,
    /// Remembers what a trigger waits for; known by its name, and not shown to hosts.
    Trigger,
}

/// What a measure goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureOf {
    Event(EventIndex),
    /// What flows into or out of a wallet, `sum(beans.earned)`.
    Flow(WalletIndex, Flow),
    /// The times that a goal of a challenge is met, `count(four_a_month)`.
    Goal(ChallengeIndex, usize),
}

/// A movement of a wallet that measures can sum up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Granted, pending or not; less what returns take back.
    Earned,
    /// Made spendable, when it was.
    Vested,
    Spent,
    Expired,
}

impl MeasureOf {
    /// The event, if it goes over one.
    pub fn event(self) -> Option<EventIndex> {
        if let Self::Event(event) = self { Some(event) } else { None }
    }
}

#[derive(Debug, Clone)]
pub struct MeasureForm {
    /// What is summed, compared or kept, over fields of the event; nothing for `count`, `streak`, and `first`/`last` of the event itself (their value is then its instant).
    pub value: Option<Expr>,
    pub filter: Option<Expr>,
    pub window: Window,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    AllTime,
    This(Period),
    Previous(Period),
    Rolling(Length),
    /// A year counted from a day of the member's own.
    OwnYear {
        of: OwnYear,
        previous: bool,
    },
    /// Local days, both included.
    Range {
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    },
}

/// What a member's own years are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnYear {
    /// The local day of joining.
    Membership,
    /// The instant at which the present level of that ladder was entered; what led to it is not counted again.
    Level(LadderIndex),
}

#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    pub versions: Vec<Versioned<Expr>>,
    pub span: Span,
}

/// Ordered levels that members reach, keep and lose.
#[derive(Debug, Clone)]
pub struct Ladder {
    pub name: String,
    /// Lowest first. They are the same in all versions.
    pub levels: Vec<Level>,
    pub benefits: Vec<Benefit>,
    pub versions: Vec<Versioned<LadderForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Level {
    pub name: String,
    pub span: Span,
}

/// A typed attribute that every level has.
#[derive(Debug, Clone)]
pub struct Benefit {
    pub name: String,
    pub ty: Type,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct LadderForm {
    /// What thresholds are compared with; nothing where each level has conditions of its own.
    pub by: Option<Expr>,
    /// One for each level.
    pub levels: Vec<LevelForm>,
    pub rise: Rise,
    pub keep: Keep,
    pub grace: Option<Grace>,
    pub fall: Fall,
    pub retain: Option<Retain>,
    /// Rules on an event see the level that the event itself leads to.
    pub seen_after: bool,
    pub carry: Option<Carry>,
    pub returns: LadderReturns,
}

#[derive(Debug, Clone)]
pub struct LevelForm {
    /// In terms of `by`.
    pub from: Option<Expr>,
    /// All of them must hold, beside the threshold.
    pub when: Vec<Expr>,
    /// One for each benefit of the ladder.
    pub benefits: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    AtOnce,
    AtEndOf(Period),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    WhileQualified,
    For(Length),
    ToEnd { next: bool, period: Period },
    ToAnniversary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    pub length: Length,
    pub to_end_of: Option<Period>,
}

/// So many of these conditions keep a level.
#[derive(Debug, Clone)]
pub struct Retain {
    pub count: u32,
    pub conditions: Vec<Expr>,
}

/// What becomes of the meter of a ladder when a level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// What is over counts on.
    Rest,
    /// It begins from zero.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderReturns {
    Keep,
    Revoke,
    KeepToEnd(Period),
}

/// Members who bring others.
#[derive(Debug, Clone)]
pub struct Referral {
    pub name: String,
    /// How long after joining the friend may qualify.
    pub within: Option<Length>,
    /// Until then a return undoes the referral.
    pub settle: Option<Length>,
    /// Whether a return undoes it even then.
    pub revoke: bool,
    /// The numbers of settled friends that bring something. Ascending.
    pub reach: Vec<u32>,
    pub span: Span,
}

/// What can be read of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralFigure {
    /// Friends who count.
    Count,
    /// Those of them whose time of returning is over.
    Settled,
    /// Who brought the member.
    Advocate,
    /// The day on which it was brought.
    Joined,
    /// Whether the event at hand can be the first that counts.
    Qualifies,
}

/// A mark of honour that a member has or has not.
#[derive(Debug, Clone)]
pub struct Badge {
    pub name: String,
    pub title: Option<String>,
    /// Lowest first; one without a name where the badge has no levels.
    pub levels: Vec<BadgeLevel>,
    /// Whether a return takes it away again.
    pub returns: Returns,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct BadgeLevel {
    /// Empty where the badge has no levels.
    pub name: String,
    pub title: Option<String>,
    /// Nothing: it is given by the effect `award` alone.
    pub when: Option<Expr>,
    pub span: Span,
}

/// What chance gives, one slice each time.
#[derive(Debug, Clone)]
pub struct Wheel {
    pub name: String,
    pub slices: Vec<Slice>,
    /// Slices that are out of stock leave their share to the others, and not to nothing.
    pub renormalise: bool,
    pub limits: Vec<Limit>,
    /// Only whoever was issued a card draws, once for each.
    pub issued: bool,
    /// How long a card may be drawn.
    pub valid_for: Option<Length>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Slice {
    pub title: Option<String>,
    /// In whole numbers, all slices by one unit.
    pub weight: u64,
    /// How often it may come over all members.
    pub stock: Option<u32>,
}

/// Members in the order of what they have.
#[derive(Debug, Clone)]
pub struct Leaderboard {
    pub name: String,
    /// A number, money or points.
    pub by: Expr,
    /// The conjuncts of all `when` clauses. Empty: always.
    pub when: Vec<Expr>,
    /// Whoever follows a tie stands one place below it, however many share it.
    pub dense: bool,
    /// Nothing: it has no end.
    pub rounds: Option<Rounds>,
    /// Through which place each block gives something. Ascending.
    pub places: Vec<u32>,
    pub span: Span,
}

/// When a leaderboard begins anew, or ends: as the window of its measure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounds {
    Each(Period),
    /// Local days, both included.
    Once {
        from: Option<NaiveDate>,
        to: NaiveDate,
    },
}

/// A trial that gives each member one of several arms.
#[derive(Debug, Clone)]
pub struct Experiment {
    pub name: String,
    /// What the choice depends on beside the member; experiments that share it choose alike.
    pub salt: String,
    /// The names of all arms, in the order in which they are first named.
    pub arms: Vec<String>,
    /// Each arm's share in millionths, as many as arms; they add up to a million.
    pub versions: Vec<Versioned<Vec<u32>>>,
    pub span: Span,
}

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
    /// The day of an attribute or of joining comes round, so long before.
    Anniversary {
        of: Anniversary,
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

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub trigger: Trigger,
    pub versions: Vec<Versioned<RuleForm>>,
    /// The declaration whose block of effects this is; nothing for a rule that the program writes as one.
    pub held: Option<Held>,
    pub span: Span,
}

/// A declaration that holds a block of effects, as the program names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The word that introduces it, such as `challenge`.
    pub keyword: &'static str,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct RuleForm {
    /// The conjuncts of all `when` clauses, `and` taken apart, in order. Empty: always.
    pub when: Vec<Expr>,
    /// All must hold.
    pub valid: Vec<Valid>,
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    /// The wallet that the caps speak of.
    pub cap_wallet: Option<WalletIndex>,
    pub cap_mode: CapMode,
    pub returns: Returns,
    pub effects: Vec<Effect>,
    /// Where this form stands.
    pub span: Span,
}

impl RuleForm {
    /// A form without any clause.
    pub fn empty(span: Span) -> Self {
        Self {
            when: Vec::new(),
            valid: Vec::new(),
            limits: Vec::new(),
            caps: Vec::new(),
            cap_wallet: None,
            cap_mode: CapMode::Truncate,
            returns: Returns::Keep,
            effects: Vec::new(),
            span,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Valid {
    /// Local days, both included.
    Dates { from: Option<NaiveDate>, to: Option<NaiveDate> },
    /// Microseconds since 1970, half-open.
    Instants { from: Option<i64>, to: Option<i64> },
    /// Local weekdays.
    Weekdays(Vec<Weekday>),
    /// Local times of day, half-open; `to` at or before `from` crosses midnight.
    Hours { from: NaiveTime, to: NaiveTime },
}

/// What a member may use on an order.
#[derive(Debug, Clone)]
pub struct Coupon {
    pub name: String,
    pub kind: CouponKind,
    pub versions: Vec<Versioned<CouponForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct CouponForm {
    /// The conjuncts of all `when` clauses, over an order and the member, in order. Empty: always.
    pub when: Vec<Expr>,
    /// All must hold.
    pub valid: Vec<Valid>,
    /// How long an issued one lasts.
    pub valid_for: Option<Length>,
    /// The codes that the host's secret makes for an issued one.
    pub minted: Option<Mint>,
    pub limits: Vec<Limit>,
    pub budget: Option<Budget>,
    /// A cancelled order keeps the use.
    pub usage_kept: bool,
    /// Nothing: it takes nothing off.
    pub offer: Option<super::offer::Offer>,
    /// It holds effects, which follow when it is used.
    pub effects: bool,
    /// Where this form stands.
    pub span: Span,
}

/// What minted codes look like.
#[derive(Debug, Clone)]
pub struct Mint {
    pub prefix: String,
    /// Characters behind the prefix.
    pub length: u8,
}

/// What all discounts of a coupon together may come to, over all members, or all points that it gives.
#[derive(Debug, Clone)]
pub struct Budget {
    pub amount: Decimal,
    /// The wallet of the points; nothing: money of the program's currency.
    pub wallet: Option<WalletIndex>,
    pub mode: BudgetMode,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Limit {
    pub count: u32,
    /// `in total`: the host commits it; `per` is then empty.
    pub in_total: bool,
    pub per: Option<Per>,
    pub span: Span,
}

/// Rules that share caps and limits.
#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    pub rules: Vec<RuleIndex>,
    pub versions: Vec<Versioned<GroupForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct GroupForm {
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    pub cap_wallet: Option<WalletIndex>,
    pub cap_mode: CapMode,
}

#[derive(Debug, Clone)]
pub struct Effect {
    pub kind: EffectKind,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum EffectKind {
    Earn {
        wallet: WalletIndex,
        amount: Earn,
        vest: Option<Vest>,
        expire: Option<Expire>,
    },
    /// `by`: Number or Percent. The named rules earn by rate in one and the same wallet, on the same event.
    Multiply {
        rules: Vec<RuleIndex>,
        by: Expr,
    },
    Spend {
        wallet: WalletIndex,
        amount: Expr,
        up_to: bool,
    },
    /// Points go to another member, those that have `at_least` so long to live; `fresh`: their expiry begins anew there.
    Transfer {
        wallet: WalletIndex,
        amount: Expr,
        to: Expr,
        fresh: bool,
        at_least: Option<Length>,
    },
    /// Points that another member has sent are taken in, as far as the rule's caps let them. On `received` only.
    Accept {
        wallet: WalletIndex,
    },
    Tag(Expr),
    Untag(Expr),
    Set {
        field: FieldIndex,
        value: Expr,
    },
    Signal {
        name: String,
        to: Expr,
    },
    Say(SayingIndex),
    /// The member agrees to a category of messages, or no longer.
    Consent {
        category: String,
        given: bool,
    },
    /// `gives` for every `takes`, as often as the balance allows, or once.
    Convert {
        from: WalletIndex,
        takes: Expr,
        to: WalletIndex,
        gives: Expr,
        each: bool,
    },
    Forfeit {
        wallet: WalletIndex,
        amount: Expr,
    },
    Raise {
        ladder: LadderIndex,
        level: LevelIndex,
        end: Option<RaiseEnd>,
    },
    /// A wheel is turned.
    Draw(WheelIndex),
    /// The member takes part in a challenge from here on.
    OptIn(ChallengeIndex),
    /// A card of a wheel is issued.
    Deal(WheelIndex),
    /// Without a level: the next one.
    Award {
        badge: BadgeIndex,
        level: Option<usize>,
    },
    /// A coupon for this member alone; without `code` the host's secret makes one.
    Issue {
        coupon: CouponIndex,
        code: Option<Expr>,
        end: Option<IssueEnd>,
    },
    /// Gives a reward for its price.
    Redeem(RewardIndex),
    /// The member is told who brought it, and by what it is known again.
    Bring {
        referral: ReferralIndex,
        by: Expr,
        identities: Option<FieldIndex>,
    },
    /// The member counts as the friend of whoever brought it.
    Refer {
        referral: ReferralIndex,
    },
}

/// The end that an issue gives, in the place of the coupon's own.
#[derive(Debug, Clone)]
pub enum IssueEnd {
    For(Length),
    /// Through that local day.
    Until(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaiseEnd {
    For(Length),
    /// Through that local day.
    Until(NaiveDate),
    ToEnd {
        next: bool,
        period: Period,
    },
}

#[derive(Debug, Clone)]
pub enum Earn {
    /// A fixed amount (reads no amount of the event): never multiplied, kept on partial returns.
    Fixed(Expr),
    /// In proportion to something of the event: `points / per × of`, in whole blocks of `per` if `full`.
    /// `5% of order.subtotal` and other amounts that read the event's numbers are rates too, with points 1 per 1.
    /// `of` reads the event only.
    Rate { points: Expr, per: Decimal, full: bool, of: Expr },
}

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
    /// Over a list of records of the event. A missing list makes it missing; items where `value` is missing are passed over.
    Fold {
        function: AggregateFunction,
        list: FieldIndex,
        record: RecordIndex,
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

#[derive(Debug, Clone)]
pub enum Pattern {
    Equal(Expr),
    /// From included, to excluded.
    Range {
        from: Option<Expr>,
        to: Option<Expr>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletFigure {
    Balance,
    Pending,
    Debt,
    /// What the last event of a test did, tests only.
    Earned,
    Spent,
    Expired,
    ClawedBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingMoment {
    Since,
    Until,
}

/// What a rule can read of the coupon that set it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponFigure {
    Name,
    /// By which it can be used: its own, or its name.
    Code,
    ExpiresAt,
}

/// What can be read of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadgeFigure {
    /// Whether the member has it, at that level or a higher one; the lowest is 0.
    Held(u16),
    /// Since when.
    Since,
}

/// What a rule can read of the decision or the instant that set it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CauseFigure {
    Amount,
    At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
