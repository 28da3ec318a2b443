//! The plan: a checked program laid out for evaluation.
//!
//! No name is looked up here any more and no text compared where a number will do: fields are slots, literal texts are
//! symbols, expressions are one flat array of nodes, rules are found through an index. Names stay only to be printed.

pub mod across;
pub mod badges;
pub mod challenges;
pub mod counters;
pub mod coupon_index;
pub mod coupons;
pub mod effects;
pub mod events;
pub mod experiments;
pub mod gone;
pub mod index;
pub mod ladders;
pub mod layout;
pub mod leaderboards;
pub mod lower;
pub mod measures;
pub mod messages;
pub mod node;
pub mod offers;
pub mod plain;
pub mod print;
pub mod questions;
pub mod quotes;
pub mod reactions;
pub mod referrals;
pub mod reward;
pub mod rules;
pub mod sums;
pub mod symbols;
pub mod test_steps;
pub mod wallets;
pub mod wheels;

use std::collections::BTreeMap;

use crate::calendar::Calendar;
use crate::chance::Secret;
use crate::check::model::Settings;
use rust_decimal::Decimal;

pub use badges::{BadgeLevelPlan, BadgePlan};
pub use challenges::{ChallengeFormPlan, ChallengePlan, GoalsPlan, ProgressPlan};
pub use coupon_index::CouponIndex;
pub use coupons::{CouponFormPlan, CouponNames, CouponPlan};
pub use effects::{EffectKindPlan, EffectPlan, IssueEndPlan, Kept, PerLine, RatePlan};
pub use events::{EventKind, EventPlan};
pub use experiments::ExperimentPlan;
pub use index::RuleIndex;
pub use ladders::{LadderFormPlan, LadderPlan, LevelPlan};
pub use layout::{EventLayout, FieldKind, SlotLayout};
pub use leaderboards::LeaderboardPlan;
pub use measures::{Grain, MeasureFormPlan, MeasurePlan, SegmentPlan, TallyPlan, period_name};
pub use node::{Node, NodeId};
pub use offers::CartPlan;
pub use plain::{PlainEarning, PlainRule};
pub use quotes::{PolicyQuotes, Quote, Quoted, Unit};
pub use reactions::Reactions;
pub use referrals::ReferralPlan;
pub use reward::RewardPlan;
pub use rules::{Condition, GroupFormPlan, GroupPlan, LimitPlan, RuleFormPlan, RulePlan, RulesOn};
pub use symbols::Symbols;
pub use test_steps::{TestPlan, TestStepPlan};
pub use wallets::{CapPlan, ExpirePlan, InactivityPlan, PolicyPlan, RestorePlan, Restoring, VestPlan, WalletPlan};
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
    /// Of folds that have others within them: those.
    pub folds_within: BTreeMap<NodeId, node::Range>,
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
    /// Those of the rules that are of the plainest kind, by their numbers.
    pub plain: Vec<Option<PlainRule>>,
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
