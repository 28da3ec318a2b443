//! The plan: a checked program laid out for evaluation.
//!
//! No name is looked up here any more and no text compared where a number will do: fields are slots, literal texts are
//! symbols, expressions are one flat array of nodes, rules are found through an index. Names stay only to be printed.

pub mod badges;
pub mod challenges;
pub mod coupon_index;
pub mod coupons;
pub mod experiments;
pub mod gone;
pub mod index;
pub mod layout;
pub mod leaderboards;
pub mod lower;
pub mod messages;
pub mod node;
pub mod offers;
pub mod print;
pub mod questions;
pub mod quotes;
pub mod reactions;
pub mod reward;
pub mod symbols;
pub mod wheels;

use crate::calendar::Calendar;
use crate::chance::Secret;
use crate::check::model::AggregateFunction;
use crate::check::model::{
    CapMode, Carry, Clawback, ExpireStart, Fall, Flow, Grace, Held, Keep, LadderReturns, Length, Multipliers, Per,
    Period, RaiseEnd, Rise, RoundMode, RoundScope, Settings, SpendOrder, Trigger, Valid, Window, Words,
};
use rust_decimal::Decimal;

pub use badges::{BadgeLevelPlan, BadgePlan};
pub use challenges::{ChallengeFormPlan, ChallengePlan, GoalsPlan, ProgressPlan};
pub use coupon_index::CouponIndex;
pub use coupons::{CouponFormPlan, CouponNames, CouponPlan};
pub use experiments::ExperimentPlan;
pub use index::RuleIndex;
pub use layout::{EventLayout, FieldKind, SlotLayout};
pub use leaderboards::LeaderboardPlan;
pub use node::{Node, NodeId};
pub use offers::CartPlan;
pub use quotes::{PolicyQuotes, Quote, Quoted, Unit};
pub use reactions::Reactions;
pub use reward::RewardPlan;
pub use symbols::Symbols;
pub use wheels::{SlicePlan, WheelPlan};

#[derive(Debug)]
pub struct Plan {
    pub settings: Settings,
    pub calendar: Calendar,
    pub symbols: Symbols,
    pub nodes: Vec<Node>,
    /// What each node says in the program, for explanations; as many as nodes.
    pub quotes: Vec<Quoted>,
    /// Operands of nodes that have a variable number of them.
    pub operands: Vec<NodeId>,
    /// Sorted symbols of `in [ … ]` conditions.
    pub symbol_sets: Vec<u32>,
    pub events: Vec<EventPlan>,
    pub member: Vec<SlotLayout>,
    pub wallets: Vec<WalletPlan>,
    pub measures: Vec<MeasurePlan>,
    pub segments: Vec<SegmentPlan>,
    pub ladders: Vec<LadderPlan>,
    pub coupons: Vec<CouponPlan>,
    pub coupon_names: CouponNames,
    pub badges: Vec<BadgePlan>,
    pub experiments: Vec<ExperimentPlan>,
    pub wheels: Vec<WheelPlan>,
    pub leaderboards: Vec<LeaderboardPlan>,
    pub questions: questions::Questions,
    /// Rules by the calendar need chance, so that time cannot pass without a secret.
    pub chance_by_time: bool,
    /// Coupons, rewards or what is judged with them need chance, so that no cart is quoted without a secret.
    pub chance_by_quotes: bool,
    pub challenges: Vec<ChallengePlan>,
    pub rewards: Vec<RewardPlan>,
    pub messages: messages::Messages,
    pub referrals: Vec<ReferralPlan>,
    /// Where an order keeps what pricing needs; nothing where no coupon gives anything.
    pub cart: Option<CartPlan>,
    pub coupon_index: CouponIndex,
    pub rules: Vec<RulePlan>,
    pub groups: Vec<GroupPlan>,
    pub reactions: Reactions,
    pub tallies: Vec<TallyPlan>,
    pub tests: Vec<TestPlan>,
    /// With which chance is chosen; the host gives it.
    pub secret: Option<Secret>,
    /// Tells one layout of member state from another.
    pub fingerprint: u64,
    /// Tells one program text from another.
    pub text: u64,
}

/// What the engine itself does with an event, besides the rules on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    Plain,
    Refund,
    Cancel,
    Adjust,
    Profile,
    AssignLevel,
    /// Points of another member come in.
    Received,
    /// Points that were sent to another member come back.
    SentBack,
    /// A friend whom the member has brought counts.
    Referral,
    /// What made a friend count has come back.
    ReferralWithdrawn,
    /// The advocate does not take the friend.
    ReferralRefused,
    /// A part of what a household spends.
    Pooled,
    /// The member asks for a reward, of a program that has some.
    Redeem,
    /// The price of a reward is set aside.
    Hold,
    /// What was set aside is spent.
    Capture,
    /// What was set aside is let go.
    Release,
    /// A wheel is turned.
    Draw,
    /// The member has won a place on a leaderboard.
    Placed,
    /// A quiz or a survey is answered.
    Answer,
    Pause,
    Resume,
    /// Staff give a coupon.
    Issue,
    /// The member has written, in a program that says something.
    Message,
    /// What has become of a message.
    MessageStatus,
    /// The host tells what the member agrees to.
    Consent,
    /// The member has another number, or another id at a messenger.
    IdentityChanged,
    /// A message is said to many.
    Broadcast,
    /// The member takes part in a challenge.
    OptIn,
}

impl EventKind {
    /// Whether what it gave and took can be undone by a return, so that it is kept as it came.
    pub fn returnable(self) -> bool {
        matches!(
            self,
            EventKind::Plain
                | EventKind::Message
                | EventKind::Broadcast
                | EventKind::IdentityChanged
                | EventKind::Pooled
                | EventKind::Redeem
                | EventKind::Capture
                | EventKind::Referral
        )
    }
}

#[derive(Debug)]
pub struct EventPlan {
    pub layout: EventLayout,
    pub kind: EventKind,
    /// Measures over this event, in order.
    pub measures: Vec<u16>,
    pub index: RuleIndex,
    /// What the rules on it can do.
    pub rules: RulesOn,
    /// It is an order that may take rewards, or be paid with money of wallets.
    pub takes_rewards: bool,
    /// Experiments whose arms the rules on it read, or whatever is judged after every event.
    pub arms: Vec<u16>,
    /// Some wallet's points vest on this event.
    pub vests: bool,
    /// Or points may, which another version of the program has granted.
    pub may_vest: bool,
    /// The slot of `order`, for refunds, cancellations and vesting.
    pub order_slot: Option<u16>,
    /// The list of codes that an order names, in a program with coupons.
    pub codes: Option<u16>,
    /// The slot of the order that an order replaces.
    pub replaces: Option<u16>,
}

/// What any of the rules on an event can do; stages that none of them can need are passed over.
#[derive(Debug, Clone, Copy, Default)]
pub struct RulesOn {
    /// Multiply what others earn.
    pub multiply: bool,
    /// Have a cap, of their own or of a group.
    pub capped: bool,
    /// Have a limit, of their own or of a group.
    pub limited: bool,
    /// Do something besides earning.
    pub act: bool,
    /// Refuse the event.
    pub refuse: bool,
}

impl RulesOn {
    /// Rules of which nothing is known beforehand, but that no event sets them off.
    pub const ANYTHING: Self = Self { multiply: true, capped: true, limited: true, act: true, refuse: false };
}

/// A form with the local day from which it holds.
#[derive(Debug, Clone)]
pub struct Dated<T> {
    pub from: i32,
    pub value: T,
}

/// The form in force on a day.
#[inline]
pub fn in_force<T>(forms: &[Dated<T>], day: i32) -> Option<&T> {
    // Nearly all declarations have one form.
    match forms {
        [form] => (form.from <= day).then_some(&form.value),
        several => several.iter().rev().find(|form| form.from <= day).map(|form| &form.value),
    }
}

impl Plan {
    /// The instant before which nothing is remembered that can be returned, come late or be repeated, seen from `clock`.
    pub fn horizon_at(&self, clock: i64) -> i64 {
        clock.saturating_sub(i64::from(crate::calendar::days_at_most(self.settings.history)) * crate::time::DAY)
    }

    /// What the keys of a counter's entries mean.
    pub fn grain(&self, tally: u32) -> Grain {
        self.tallies.get(tally as usize).map_or(Grain::Ever, |tally| tally.grain)
    }

    /// What the contributions to a wallet are multiplied by.
    pub fn denominator(&self, wallet: u16) -> Decimal {
        self.wallets.get(usize::from(wallet)).map_or(Decimal::ONE, |wallet| wallet.denominator)
    }

    /// The forms of inactivity that lots of a wallet may run out by.
    pub fn inactivities(&self, wallet: u16) -> &[InactivityPlan] {
        self.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[])
    }

    /// The policies of a wallet on a day.
    pub fn policy(&self, wallet: u16, day: i32) -> Option<&PolicyPlan> {
        in_force(&self.wallets.get(usize::from(wallet))?.policies, day)
    }
}

#[derive(Debug)]
pub struct WalletPlan {
    pub name: Box<str>,
    /// The kind of tender by which an order is paid from it.
    pub tender: Option<Box<str>>,
    /// What its amounts count.
    pub unit: Unit,
    pub decimals: u32,
    /// Contributions are kept multiplied by this, so that rates such as 1 per 3 stay exact until the one rounding.
    pub denominator: Decimal,
    pub policies: Vec<Dated<PolicyPlan>>,
    /// Some rule says for itself how its points vest or expire.
    pub own_forms: bool,
    /// Expiries by inactivity that lots of this wallet may have.
    pub inactivities: Vec<InactivityPlan>,
    /// Measures that sum up what moves in it.
    pub flows: Vec<(Flow, u16)>,
}

#[derive(Debug, Clone)]
pub struct PolicyPlan {
    pub round: RoundMode,
    pub scope: RoundScope,
    pub multipliers: Multipliers,
    pub vest: VestPlan,
    pub expire: Vec<(ExpirePlan, Option<NodeId>)>,
    pub spend: SpendOrder,
    pub clawback: Clawback,
    pub restore: RestorePlan,
    pub restore_full_only: bool,
    pub hold_at_most: Option<Decimal>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
    pub quotes: PolicyQuotes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VestPlan {
    AtOnce,
    After(Length),
    At(i32),
    EndOf { period: Period, after: Option<Length> },
    OnDay { month: u32, day: u32, after: Option<Length> },
    On { event: u16, within: Length },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpirePlan {
    Never,
    /// The wallet's own `never`, which later clauses may end.
    Open,
    After {
        length: Length,
        start: ExpireStart,
    },
    EndOf {
        period: Period,
        after: Option<Length>,
    },
    OnDay {
        month: u32,
        day: u32,
        after: Option<Length>,
    },
    Inactivity(u16),
    At(i32),
    /// The day that an expression tells; it is worked out when the points are earned.
    Told(NodeId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePlan {
    Original { at_least: Option<Length> },
    Fresh,
    Never,
}

#[derive(Debug, Clone)]
pub struct InactivityPlan {
    pub length: Length,
    /// Events that count as activity, by index; or any earning, or any earning and spending.
    pub events: Vec<u16>,
    pub earning: bool,
    pub spending: bool,
    /// The day of the `from` block that brought the clause; for points that are earned from then on it counts as activity.
    pub since: Option<i32>,
    /// The days of the `from` blocks under which it holds for all points, so that it takes over those that had no end
    /// until then.
    pub takes_over: Vec<i32>,
    /// Identifies the form in saved state.
    pub key: Box<str>,
}

/// A counter of the member's state: how it is keyed by time and how long it is kept.
#[derive(Debug, Clone)]
pub struct TallyPlan {
    /// Identifies the counter in saved state.
    pub key: Box<str>,
    pub grain: Grain,
    /// Days after which an entry may be forgotten; none: never.
    pub keep_days: Option<i32>,
    /// It is read in stretches of that length, each from a first entry on, and forgotten by whole ones.
    pub from_first: Option<Length>,
}

/// What the key of a tally's entries means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// One entry for all time.
    Ever,
    Period(Period),
    Day,
    /// Microseconds.
    Instant,
}

#[derive(Debug, Clone)]
pub struct CapPlan {
    /// The wallet whose contributions it cuts.
    pub wallet: u16,
    /// For caps of rules and groups times the wallet's denominator, as contributions are; so are their counters.
    pub amount: Decimal,
    /// None: per event, needs no counter.
    pub tally: Option<u32>,
    pub per: Option<Per>,
    /// Or it only counts, for another form of the declaration that looks at that stretch.
    pub binds: bool,
    pub line: u32,
}

#[derive(Debug, Clone)]
pub struct LimitPlan {
    pub count: u32,
    pub in_total: bool,
    pub tally: Option<u32>,
    pub per: Option<Per>,
    /// Or it only counts, for another form of the declaration that looks at that stretch.
    pub binds: bool,
    pub line: u32,
}

#[derive(Debug)]
pub struct MeasurePlan {
    pub name: Box<str>,
    /// Written in place or for a trigger, and not shown to hosts.
    pub hidden: bool,
    /// The event that it goes over; nothing for what moves in a wallet.
    pub event: Option<u16>,
    pub function: AggregateFunction,
    pub forms: Vec<Dated<MeasureFormPlan>>,
    pub revoke: bool,
    /// Sums, counts, averages and streaks live in a tally; the rest in marks.
    pub tally: Option<u32>,
    /// It remembers when a step of a challenge was done.
    pub step: bool,
    /// Longest window, in days, that a mark must outlive the clock; none: all time.
    pub keep_days: Option<i32>,
}

#[derive(Debug, Clone)]
pub struct MeasureFormPlan {
    pub value: Option<NodeId>,
    pub filter: Option<NodeId>,
    pub window: Window,
}

#[derive(Debug)]
pub struct SegmentPlan {
    pub name: Box<str>,
    pub forms: Vec<Dated<NodeId>>,
}

/// Members who bring others.
#[derive(Debug)]
pub struct ReferralPlan {
    pub name: Box<str>,
    pub within: Option<Length>,
    pub settle: Option<Length>,
    pub revoke: bool,
    pub reach: Vec<u32>,
}

#[derive(Debug)]
pub struct RulePlan {
    pub name: Box<str>,
    pub trigger: Trigger,
    pub forms: Vec<Dated<RuleFormPlan>>,
    /// Groups that the rule belongs to.
    pub groups: Vec<u16>,
    /// Experiments whose arms it reads.
    pub arms: Vec<u16>,
    /// The declaration whose block of effects this is.
    pub held: Option<Held>,
    /// Source line of the declaration.
    pub line: u32,
}

impl RulePlan {
    /// Whether that event sets it off.
    pub fn on(&self, event: u16) -> bool {
        self.trigger.event() == Some(usize::from(event))
    }
}

#[derive(Debug)]
pub struct LadderPlan {
    pub name: Box<str>,
    /// The lowest first.
    pub levels: Vec<Box<str>>,
    pub benefits: Vec<Box<str>>,
    pub forms: Vec<Dated<LadderFormPlan>>,
}

#[derive(Debug, Clone)]
pub struct LadderFormPlan {
    /// What thresholds are compared with.
    pub by: Option<NodeId>,
    /// The measure alone that `by` is, for carrying.
    pub meter: Option<u16>,
    pub levels: Vec<LevelPlan>,
    pub rise: Rise,
    pub keep: Keep,
    pub grace: Option<Grace>,
    pub fall: Fall,
    pub retain: Option<(u32, Vec<Condition>)>,
    pub seen_after: bool,
    pub carry: Option<Carry>,
    pub returns: LadderReturns,
}

#[derive(Debug, Clone)]
pub struct LevelPlan {
    pub from: Option<NodeId>,
    pub when: Vec<Condition>,
    pub benefits: Vec<NodeId>,
}

#[derive(Debug, Clone)]
pub struct RuleFormPlan {
    pub when: Vec<Condition>,
    pub valid: Vec<Valid>,
    pub limits: Vec<LimitPlan>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
    /// Judge the conditions again on what is kept of a returned order.
    pub revoke: bool,
    pub effects: Vec<EffectPlan>,
    /// What its contributions go by when a part of their order comes back, as a digest: its rates and, where it revokes, its
    /// conditions. Another version of the program may go by something else.
    pub rating: u32,
}

#[derive(Debug, Clone)]
pub struct Condition {
    pub node: NodeId,
    /// Whether it reads nothing but the event, so that it can be judged again later.
    pub event_only: bool,
}

#[derive(Debug, Clone)]
pub struct EffectPlan {
    pub kind: EffectKindPlan,
    pub quote: Quote,
}

#[derive(Debug, Clone)]
pub enum EffectKindPlan {
    EarnFixed {
        wallet: u16,
        amount: NodeId,
        /// The amount times the wallet's denominator, if it is a constant.
        constant: Option<Decimal>,
        vest: Option<VestPlan>,
        expire: Option<ExpirePlan>,
    },
    EarnRate {
        wallet: u16,
        rate: RatePlan,
        vest: Option<VestPlan>,
        expire: Option<ExpirePlan>,
    },
    Multiply {
        rules: Vec<u32>,
        by: NodeId,
    },
    Spend {
        wallet: u16,
        amount: NodeId,
        up_to: bool,
    },
    Transfer {
        wallet: u16,
        amount: NodeId,
        to: NodeId,
        fresh: bool,
        at_least: Option<Length>,
    },
    Accept {
        wallet: u16,
    },
    Tag(NodeId),
    Untag(NodeId),
    Set {
        field: u16,
        value: NodeId,
    },
    Signal {
        name: Box<str>,
        to: NodeId,
    },
    /// A message, as the plan's sayings number it.
    Say(u32),
    Consent {
        category: Box<str>,
        given: bool,
    },
    Convert {
        from: u16,
        takes: NodeId,
        to: u16,
        gives: NodeId,
        each: bool,
    },
    Forfeit {
        wallet: u16,
        amount: NodeId,
    },
    Raise {
        ladder: u16,
        level: u16,
        end: Option<RaiseEnd>,
    },
    /// The event is refused, with these words.
    Refuse(Box<Words<messages::ValuePlan>>),
    /// A wheel is turned.
    Draw(u16),
    /// The member takes part in a challenge.
    OptIn(u16),
    /// A card of a wheel is issued.
    Deal(u16),
    /// Without a level: the next one.
    Award {
        badge: u16,
        level: Option<u16>,
    },
    Issue {
        coupon: u32,
        code: Option<NodeId>,
        end: Option<IssueEndPlan>,
    },
    Redeem(u16),
    /// `identities` is the number of the event's list.
    Bring {
        referral: u16,
        by: NodeId,
        identities: Option<u16>,
    },
    Refer {
        referral: u16,
    },
}

/// The end that an issue gives to a coupon.
#[derive(Debug, Clone, Copy)]
pub enum IssueEndPlan {
    For(Length),
    Until(NodeId),
}

impl EffectKindPlan {
    /// Every expression that what the effect comes to depends on.
    pub fn nodes(&self, mut found: impl FnMut(NodeId)) {
        match self {
            Self::EarnFixed { amount: node, .. }
            | Self::Multiply { by: node, .. }
            | Self::Spend { amount: node, .. }
            | Self::Tag(node)
            | Self::Untag(node)
            | Self::Set { value: node, .. }
            | Self::Signal { to: node, .. }
            | Self::Bring { by: node, .. }
            | Self::Forfeit { amount: node, .. } => found(*node),
            Self::EarnRate { rate, .. } => [rate.points, rate.of].into_iter().for_each(found),
            Self::Convert { takes, gives, .. } => [*takes, *gives].into_iter().for_each(found),
            Self::Transfer { amount, to, .. } => [*amount, *to].into_iter().for_each(found),
            Self::Issue { code, end, .. } => {
                let day = end.and_then(|end| if let IssueEndPlan::Until(day) = end { Some(day) } else { None });
                code.iter().copied().chain(day).for_each(found);
            }
            Self::Raise { .. }
            | Self::Refuse(_)
            | Self::Accept { .. }
            | Self::Redeem(_)
            | Self::Say(_)
            | Self::Consent { .. }
            | Self::Award { .. }
            | Self::Draw(_)
            | Self::Deal(_)
            | Self::OptIn(_)
            | Self::Refer { .. } => {}
        }
    }

    /// The wallet whose caps and greatest balance cut the effect.
    pub fn earns_in(&self) -> Option<u16> {
        match self {
            Self::EarnFixed { wallet, .. } | Self::EarnRate { wallet, .. } => Some(*wallet),
            _ => None,
        }
    }
}

/// `points / per × of`, or `floor(of / per) × points`.
#[derive(Debug, Clone)]
pub struct RatePlan {
    pub points: NodeId,
    pub per: Decimal,
    pub full: bool,
    pub of: NodeId,
    /// The wallet's denominator over `per`; 1 for whole blocks' denominator.
    pub coefficient: Decimal,
    /// `points × coefficient`, if points is a constant.
    pub constant: Option<Decimal>,
    /// `of` is a sum over a list: what it adds up, for rounding line by line.
    pub per_line: Option<PerLine>,
}

/// A sum over the items of a list.
#[derive(Debug, Clone, Copy)]
pub struct PerLine {
    pub list: u16,
    pub value: NodeId,
    pub filter: Option<NodeId>,
}

#[derive(Debug)]
pub struct GroupPlan {
    pub name: Box<str>,
    pub forms: Vec<Dated<GroupFormPlan>>,
}

#[derive(Debug, Clone)]
pub struct GroupFormPlan {
    pub limits: Vec<LimitPlan>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
}

/// A `test` of the program, ready to run.
#[derive(Debug)]
pub struct TestPlan {
    pub title: Box<str>,
    pub line: u32,
    pub steps: Vec<TestStepPlan>,
}

#[derive(Debug)]
pub enum TestStepPlan {
    GivenMember(Vec<(usize, crate::check::model::Literal)>),
    GivenLevel { ladder: u16, level: u16 },
    Given { wallet: u16, amount: Decimal },
    On { event: u16, fields: Vec<(String, crate::check::model::Literal)>, line: u32 },
    Advance { to: i64 },
    Expect { condition: Condition, line: u32 },
    ExpectRefused { code: Option<String>, by: Option<String>, line: u32 },
}
