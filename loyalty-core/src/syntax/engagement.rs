//! What a program does beside earning: challenges, badges, games, coupons, rewards, messages, leaderboards and experiments.
//!
//! They share conditions, windows, limits, effects and expressions with [`tree`](super::tree): a form that a reader
//! has learnt in one declaration is the same node in all.

use chrono::NaiveTime;
use rust_decimal::Decimal;

pub use super::give::{Give, GiveClause, GroupChoice, Stack};
use super::message::{Label, MenuRow, TemplateArgument, Translation};
use super::tree::{Aggregate, Clause, Cycle, Duration, Effect, Expr, Name, Period, Span, ToEnd, Window};

/// A declaration of what a program does beside earning.
#[derive(Debug, Clone, PartialEq)]
pub enum Engagement {
    /// `challenge five_a_month { … }`
    Challenge { name: Name, clauses: Vec<Clause> },
    /// `badge regular "Regular" when …`, with a block or without.
    Badge { name: Name, title: Option<Name>, clauses: Vec<Clause> },
    /// `wheel spin { … }`, `wheel autumn issued { … }`
    Wheel { name: Name, issued: bool, clauses: Vec<Clause> },
    /// `quiz new_blend { … }`, `quiz new_blend marketing { … }`
    Quiz { name: Name, category: Option<Name>, clauses: Vec<Clause> },
    /// `survey after_order { … }`, `survey after_order utility { … }`
    Survey { name: Name, category: Option<Name>, clauses: Vec<Clause> },
    /// `leaderboard month_cups by cups when …`, with a block or without.
    Leaderboard { name: Name, by: Expr, clauses: Vec<Clause> },
    /// `coupon WEEKEND20 { … }`, `coupon BIRTHDAY issued { … }`, `coupon HAPPY_HOUR automatic { … }`
    Coupon { name: Name, kind: CouponKind, clauses: Vec<Clause> },
    /// `reward free_latte { … }`
    Reward { name: Name, clauses: Vec<Clause> },
    /// `message tier_up utility { … }`
    Message { name: Name, category: Name, clauses: Vec<Clause> },
    /// `policy messages { … }`
    Policy { name: Name, clauses: Vec<Clause> },
    /// `experiment mechanics { … }`
    Experiment { name: Name, clauses: Vec<Clause> },
}

impl Engagement {
    /// The word that introduces the declaration.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
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

    /// The declared name; all of them have one.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Challenge { name, .. }
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

/// A clause that only these declarations hold.
#[derive(Debug, Clone, PartialEq)]
pub enum EngagementClause {
    // coupons and rewards
    /// `give …`
    Give(Give),
    /// `up to 50 MYR`
    UpTo(Expr),
    /// `valid 30 days`, `valid to end of month`: from the day it was issued.
    ValidFor(Lasts),
    /// `budget 5_000 MYR`, `budget 5_000 MYR refuse`
    Budget { amount: Expr, mode: Option<BudgetMode> },
    /// `stack with [FREEDELIVERY]`
    Stack(Stack),
    /// How it is given: `at most 3 times`, `basis initial`, …
    Manner(GiveClause),
    /// `priority 5`
    Priority(u32),
    /// `group seasonal best`
    Group { name: Name, choice: Option<GroupChoice> },
    /// `usage kept`: whether a cancelled order keeps the use of its coupons.
    Usage { kept: bool },
    /// `codes "BDAY" length 16`: the codes that the host's secret makes for a coupon that is issued.
    Minted { prefix: Name, length: u32 },
    /// `cost 50 beans`, `cost 100 beans per 1 MYR`, `cost 5 EUR from credit`
    Cost { amount: Expr, per: Option<Expr>, from: Option<Name> },
    /// `steps of 100 beans`: what is paid by rate is a multiple of it.
    CostSteps(Expr),
    /// `at least 500 beans`
    AtLeast(Expr),
    /// `all or nothing`: what is left to pay is paid whole, or not at all.
    AllOrNothing,
    /// `same order counts`: what an order earns may pay for what is taken in it.
    SameOrder,
    /// `hold for 30 minutes`
    HoldFor(Duration),

    // challenges
    /// `carry`, `carry nothing`: whether what is over counts for the next round.
    Carry(bool),
    /// `count order where total >= 5 MYR`, `streak order by week`
    Progress(Aggregate),
    /// `steps [signup, order where total >= 20 EUR, review] in order`
    Steps { steps: Vec<Step>, in_order: bool },
    /// `within each month`
    Within(Within),
    /// `goal 5`, `goal hot 11 { … }`, `goal from 150 to 1_200 … plus 50 when met`
    Goal(Goal),
    /// `reward { … }`
    Reward(Vec<Clause>),
    /// `repeat`, `repeat up to 3`
    Repeat { up_to: Option<u32> },
    /// `tolerance 2 days`: how late an event may arrive and still count.
    Tolerance(Duration),
    /// `opt in`, `opt in once`: only whoever has asked to takes part, anew in each window or for good.
    OptIn { once: bool },
    /// `after first_steps`: what came before that challenge was done does not count.
    After(Name),
    /// `freeze 1 shields`: what is spent to keep a streak over a period without an event.
    Freeze(Expr),
    /// `migrate`: goals that the program changes hold for windows under way, too.
    Migrate,

    // badges
    /// `level silver "Silver explorer" when branches >= 6`
    BadgeLevel { name: Name, title: Option<Name>, when: Option<Expr> },

    // wheels
    /// `weight 50 { … }`, `weight 1 "Grand prize" stock 10 { … }`, `weight 20% { … }`, held as 20
    Weight { weight: Decimal, percent: bool, title: Option<Name>, stock: Option<u32>, clauses: Vec<Clause> },
    /// `without stock to nothing`, `without stock renormalise`
    WithoutStock { renormalise: bool },

    // quizzes and surveys
    /// `ask "…"`, `ask { en "…" ar "…" }`
    Question(Label),
    /// `choice A "Cocoa"`, `choice A { en "Cocoa" ar "كاكاو" }`
    Choice { name: Name, label: Label },
    /// `list "Choose"`: what opens the list of choices, where there are too many for buttons.
    ChoiceList(Label),
    /// `within 2 days`: how long after it was asked it may be answered.
    AnswerWithin(Duration),
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
    /// `otherwise { … }`: what is done about something that is no answer.
    Otherwise(Vec<Clause>),

    // messages, policies, leaderboards, experiments
    /// `template "beans_earned" (member.name, earned.amount)`
    Template { name: Name, arguments: Vec<TemplateArgument> },
    /// `broadcast`, `broadcast to lapsed`: it may be said to everybody, or to a segment, by an event of the host's.
    Broadcast { audience: Option<Name> },
    /// `button "Redeem now" redeem free_latte when …`
    Button { label: Label, effect: Box<Effect>, when: Option<Expr> },
    /// `link "See the menu" "https://example.com/menu"`
    Link { label: Label, url: Label },
    /// `copy "Copy the code" coupon.code`
    CopyCode { label: Label, code: Expr },
    /// `list "Menu" { row "Balance" "What you have" say balance }`
    Menu { label: Label, rows: Vec<MenuRow> },
    /// `header "Bean Club"`
    Header(Label),
    /// `footer "Reply STOP to end"`
    Footer(Label),
    /// `en "…"`
    Translation(Translation),
    /// `quiet 21:00 .. 09:00 dropped for [marketing]`
    Quiet { from: NaiveTime, to: NaiveTime, dropped: bool, categories: Vec<Name> },
    /// `marketing at most 2 per week`
    AtMost { category: Name, count: u32, per: MessagePer },
    /// `marketing when member.country != "US"`
    Allowed { category: Name, when: Expr },
    /// `window 24 hours`: how long after the member's last message anything may be said.
    MessageWindow(Duration),
    /// `consent marketing double`
    DoubleConsent(Name),
    /// `ties dense`, `ties competition`
    Ties { dense: bool },
    /// `top 3 { earn 100 beans }`: what whoever stands so high gets when the time of a leaderboard is over.
    Top { count: u32, clauses: Vec<Clause> },
    /// `salt "spring"`: what an experiment shares with another, so that both choose alike.
    Salt(Name),
    /// `points 50%`: an arm and its share, held as 50.
    Arm { name: Name, share: Decimal },
}

impl EngagementClause {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Give(_) => "give",
            Self::UpTo(_) => "up to",
            Self::ValidFor(_) => "valid",
            Self::Budget { .. } => "budget",
            Self::Stack(_) => "stack",
            Self::Manner(clause) => clause.word(),
            Self::Priority(_) => "priority",
            Self::Group { .. } => "group",
            Self::Usage { .. } => "usage",
            Self::Minted { .. } => "codes",
            Self::Cost { .. } => "cost",
            Self::CostSteps(_) => "steps of",
            Self::AtLeast(_) => "at least",
            Self::AllOrNothing => "all or nothing",
            Self::SameOrder => "same order counts",
            Self::HoldFor(_) => "hold for",
            Self::Carry(_) => "carry",
            Self::Progress(_) => "count",
            Self::Steps { .. } => "steps",
            Self::Within(_) => "within",
            Self::Goal(_) => "goal",
            Self::Reward(_) => "reward",
            Self::Repeat { .. } => "repeat",
            Self::Tolerance(_) => "tolerance",
            Self::BadgeLevel { .. } => "level",
            Self::OptIn { .. } => "opt in",
            Self::After(_) => "after",
            Self::Freeze(_) => "freeze",
            Self::Migrate => "migrate",
            Self::Weight { .. } => "weight",
            Self::WithoutStock { .. } => "without stock",
            Self::Question(_) => "ask",
            Self::Choice { .. } => "choice",
            Self::ChoiceList(_) => "list",
            Self::AnswerWithin(_) => "within",
            Self::Answer(_) => "answer",
            Self::Right(_) => "right",
            Self::Wrong(_) => "wrong",
            Self::Scale { .. } => "scale",
            Self::Done(_) => "done",
            Self::Otherwise(_) => "otherwise",
            Self::Template { .. } => "template",
            Self::Broadcast { .. } => "broadcast",
            Self::Button { .. } => "button",
            Self::Link { .. } => "link",
            Self::CopyCode { .. } => "copy",
            Self::Menu { .. } => "list",
            Self::Header(_) => "header",
            Self::Footer(_) => "footer",
            Self::Translation(_) => "translation",
            Self::Quiet { .. } => "quiet",
            Self::AtMost { .. } => "at most",
            Self::Allowed { .. } => "when",
            Self::MessageWindow(_) => "window",
            Self::DoubleConsent(_) => "consent",
            Self::Ties { .. } => "ties",
            Self::Top { .. } => "top",
            Self::Salt(_) => "salt",
            Self::Arm { .. } => "arm",
        }
    }
}

/// How long messages are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum MessagePer {
    /// `per week`
    Period(Period),
    /// `per 7 days`
    Duration(Duration),
    /// `in total`, `in total per day`: over all members.
    InTotal(Option<Period>),
}

/// The time in which a challenge is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Within {
    /// `within each month`, `within each calendar quarter`, `within each membership year`
    Each { of: Cycle, span: Span },
    /// `within 30 days of signup`
    Following { duration: Duration, event: Name },
    /// `within 2026-11-01 .. 2026-12-31`, `within this month`
    Window(Window),
}

/// How a member comes by a coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CouponKind {
    /// Whoever names it may use it: its own name is the code.
    Public,
    /// `issued`: only had by being issued, one by one.
    Issued,
    /// `automatic`: nobody has to name it.
    Automatic,
}

/// What becomes of a discount that the rest of a budget does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetMode {
    /// What is left of the budget is given.
    Partial,
    /// Nothing is given.
    Refuse,
}

/// How long what is issued lasts.
#[derive(Debug, Clone, PartialEq)]
pub enum Lasts {
    /// `30 days`: through the local day reached.
    For(Duration),
    /// `1 month to end of month`: on to the end of the period in which the time would be over.
    ForToEnd { length: Duration, of: Cycle },
    /// `to end of month`
    ToEnd(ToEnd),
}

/// The end that an issue gives to a coupon, in the place of the coupon's own.
#[derive(Debug, Clone, PartialEq)]
pub enum IssueEnd {
    /// `for 7 days`, `to end of month`
    Lasts(Lasts),
    /// `until 2026-12-31`, `until voucher.last_day`: through that local day.
    Until(Expr),
}

/// One step of a challenge: an event, and which of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub event: Name,
    pub filter: Option<Expr>,
}

/// What is to be reached in a challenge, and what is had for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub name: Option<Name>,
    pub value: GoalValue,
    pub effects: Option<Vec<Clause>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum GoalValue {
    /// `5`, `50 EUR`, `match status { … }`
    Plain(Expr),
    /// `from 150 to 1_200 by average of 12 weeks plus 50 when met minus 25 when missed`
    Adaptive {
        least: Expr,
        most: Expr,
        /// Periods before the first window, whose mean is the first goal.
        average: Option<Duration>,
        plus: Expr,
        minus: Option<Expr>,
    },
}

/// An effect that has to do with one of these declarations.
#[derive(Debug, Clone, PartialEq)]
pub enum EngagementEffect {
    /// `award regular`, `award explorer level silver`
    Award { badge: Name, level: Option<Name> },
    /// `issue FREEPASTRY`, `issue VOUCHER code voucher.code until voucher.last_day`
    Issue { coupon: Name, code: Option<Expr>, end: Option<IssueEnd> },
    /// `redeem free_latte`
    Redeem(Name),
    /// `redeem each cheque`: as many as can be paid.
    RedeemEach(Name),
    /// `draw spin`
    Draw(Name),
    /// `ask new_blend`
    Ask(Name),
    /// `opt in five_a_month`
    OptIn(Name),
    /// `say welcome`
    Say(Name),
    /// `consent marketing`
    Consent(Name),
    /// `withdraw marketing`
    Withdraw(Name),
}

impl EngagementEffect {
    /// The word that introduces the effect.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Award { .. } => "award",
            Self::Issue { .. } => "issue",
            Self::Redeem(_) | Self::RedeemEach(_) => "redeem",
            Self::Draw(_) => "draw",
            Self::Ask(_) => "ask",
            Self::OptIn(_) => "opt in",
            Self::Say(_) => "say",
            Self::Consent(_) => "consent",
            Self::Withdraw(_) => "withdraw",
        }
    }
}
