//! A program as plain data: what the generators make, what is printed as rules text, and what the model evaluates.

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::calendar::Micros;
use super::number::Exact;
pub use super::tiers::*;
pub use super::wallets::*;

/// Where weeks and years begin.
#[derive(Debug, Clone, Copy)]
pub struct Begins {
    pub week: Weekday,
    /// From 1 to 12.
    pub year: u32,
}

#[derive(Debug, Clone)]
pub struct Program {
    /// Events and fields of the program's own, as text: the model takes events as they come.
    pub declarations: &'static str,
    pub currency: Currency,
    pub zone: Tz,
    pub week: Begins,
    pub history_days: u32,
    pub returns_days: u32,
    pub returns: Returns,
    pub wallets: Vec<Wallet>,
    pub measures: Vec<Measure>,
    pub ladders: Vec<Ladder>,
    pub segments: Vec<Segment>,
    pub rules: Vec<Rule>,
    pub groups: Vec<Group>,
    /// All lengths of time that the program may speak of.
    pub lengths: Vec<Length>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    pub minor: u32,
}

pub const CURRENCIES: [Currency; 3] =
    [Currency { code: "EUR", minor: 2 }, Currency { code: "JPY", minor: 0 }, Currency { code: "KWD", minor: 3 }];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub count: u32,
    pub unit: TimeUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Day,
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

/// Years and months counted from the day of joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    Year,
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    Keep,
    Revoke,
}

#[derive(Debug, Clone)]
pub struct Cap {
    pub amount: Exact,
    /// What each level of a ladder is allowed instead.
    pub by_level: Option<(usize, Vec<Exact>)>,
    /// Nothing: ever.
    pub per: Option<Per>,
}

impl Cap {
    pub fn of(amount: Exact, per: Option<Per>) -> Self {
        Self { amount, by_level: None, per }
    }

    pub fn allows<'s>(&'s self, levels: &[usize]) -> &'s Exact {
        self.by_level.as_ref().map_or(&self.amount, |(ladder, amounts)| &amounts[levels[*ladder]])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Order,
    Period(Period),
    Membership(Membership),
    Rolling(Length),
    FromFirst(Length),
}

#[derive(Debug, Clone)]
pub struct Measure {
    pub name: String,
    /// Nothing where a flow is summed up.
    pub event: String,
    pub flow: Option<(usize, Flow)>,
    pub function: Function,
    /// What is summed, compared or kept.
    pub value: Option<Expr>,
    pub filter: Option<Expr>,
    pub window: Window,
    pub returns: Returns,
    pub later: Vec<(NaiveDate, Measure)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Sum,
    Count,
    CountDistinct,
    Min,
    Max,
    Average,
    First,
    Last,
    Streak(Period),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    AllTime,
    This(Period),
    Previous(Period),
    /// So many whole periods, the present one the last of them or the one before it.
    Periods {
        of: Period,
        count: u32,
        with_present: bool,
    },
    /// The period a year before the present one.
    OfLastYear(Period),
    Rolling(Length),
    Membership {
        of: Membership,
        previous: bool,
    },
    /// Years counted from the entry into the present level.
    LevelYear {
        ladder: usize,
        previous: bool,
    },
    /// Local days, both included.
    Range(NaiveDate, NaiveDate),
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    /// Nothing where a trigger sets it off.
    pub event: String,
    pub trigger: Option<Trigger>,
    pub when: Vec<Expr>,
    pub valid: Vec<Valid>,
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    pub cap_wallet: usize,
    pub cap_reject: bool,
    pub returns: Option<Returns>,
    pub effects: Vec<Effect>,
    pub later: Vec<(NaiveDate, Rule)>,
}

#[derive(Debug, Clone)]
pub enum Valid {
    Dates(NaiveDate, NaiveDate),
    Weekdays(Vec<Weekday>),
    /// Half-open; may cross midnight.
    Hours(NaiveTime, NaiveTime),
    /// From the first instant on, until before the second; each side may be open.
    Instants(Option<Micros>, Option<Micros>),
}

#[derive(Debug, Clone)]
pub struct Limit {
    pub count: u32,
    /// How often each level of a ladder is allowed it instead.
    pub by_level: Option<(usize, Vec<u32>)>,
    pub per: Option<Per>,
    /// By all members together: here nobody counts, and the host is told.
    pub in_total: bool,
}

impl Limit {
    pub fn allows(&self, levels: &[usize]) -> u32 {
        self.by_level.as_ref().map_or(self.count, |(ladder, counts)| counts[levels[*ladder]])
    }
}

#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    pub rules: Vec<usize>,
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    pub cap_wallet: usize,
    pub cap_reject: bool,
    pub later: Vec<(NaiveDate, Group)>,
}

#[derive(Debug, Clone)]
pub enum Effect {
    Earn {
        wallet: usize,
        amount: Earn,
        vest: Option<Vest>,
        expire: Option<Expire>,
    },
    Multiply {
        rules: Vec<usize>,
        /// What they earn there alone.
        wallet: Option<usize>,
        by: Expr,
    },
    Spend {
        wallet: usize,
        amount: Expr,
        up_to: bool,
    },
    Convert {
        from: usize,
        takes: Exact,
        to: usize,
        gives: Exact,
        each: bool,
    },
    Forfeit {
        wallet: usize,
        amount: Expr,
    },
    Raise {
        ladder: usize,
        level: usize,
        end: Option<RaiseEnd>,
    },
    /// The event does not happen.
    Refuse,
    Tag(&'static str),
    Untag(&'static str),
    /// An attribute of the member has the value.
    Set(&'static str, Expr),
    /// The host sends the member itself an event of that name.
    Signal(&'static str),
}

#[derive(Debug, Clone)]
pub enum Earn {
    /// In units of the wallet; never multiplied, kept while anything of the order is kept.
    Fixed(Expr),
    /// `points` per `per` (money, or a plain number where `of` is one) of `of`.
    Rate { points: Expr, per: Exact, full: bool, of: Expr },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Number(Exact),
    /// `0.25` written `25%`.
    Percent(Exact),
    Money(Exact),
    /// Points (or money) of a wallet.
    Points(usize, Exact),
    Text(String),
    Weekday(Weekday),
    /// A field of the event.
    Field(String),
    /// A field of the line that a filter looks at.
    Line(String),
    Day(NaiveDate),
    /// A day that an event or a member tells: its owner and its field.
    Told(&'static str, &'static str),
    /// An instant that the program names.
    Moment(Micros),
    /// `order.at`
    At,
    /// `x + LENGTH`, of an instant or a day; or `x - LENGTH`.
    Later(Box<Expr>, Length),
    Earlier(Box<Expr>, Length),
    /// `days since x`
    Since(TimeUnit, Box<Expr>),
    /// `days between x and y`
    Apart(TimeUnit, Box<Expr>, Box<Expr>),
    /// `x.month`, of an instant or a day.
    Part(DatePart, Box<Expr>),
    /// `order.at.hour`
    Hour,
    /// `order.at.weekday`
    DayOfWeek,
    Measure(usize),
    /// `MEASURE.before`, without the event at hand.
    MeasureBefore(usize),
    Balance(usize),
    Pending(usize),
    /// `sum(order.lines.FIELD where …)`
    SumLines(String, Option<Box<Expr>>),
    /// `sum(order.lines.(FIELD * FIELD) where …)`
    SumProducts(String, String, Option<Box<Expr>>),
    /// `sum(order.tenders.amount where kind == …)`
    SumTenders(&'static str),
    /// `count(order.lines where …)`
    CountLines(Option<Box<Expr>>),
    /// `days since MEASURE`, an instant.
    DaysSince(usize),
    /// The balance times a share, rounded by whoever uses it.
    Share(usize, Exact),
    /// `LADDER >= LEVEL`
    AtLeast(usize, usize),
    /// `LADDER.rate`
    Benefit(usize),
    /// `member.NAME`
    Attribute(&'static str),
    /// `"TAG" in member.tags`
    Tagged(&'static str),
    Segment(usize),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    NotIn(Box<Expr>, Vec<Expr>),
    IsMissing(Box<Expr>),
    IsPresent(Box<Expr>),
    /// `floor(QUANTITY / QUANTITY)`
    Whole(Box<Expr>, Box<Expr>),
    /// `min(…)`, `max(…)`
    Least(Vec<Expr>),
    Greatest(Vec<Expr>),
    Otherwise(Box<Expr>, Box<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    /// A quantity times a number.
    Times(Box<Expr>, Exact),
    /// A quantity times a number that is worked out.
    Scaled(Box<Expr>, Box<Expr>),
    /// `match SUBJECT { TEXT VALUE … else VALUE }`
    Match(Box<Expr>, Vec<(String, Expr)>, Box<Expr>),
    /// `match SUBJECT { AMOUNT .. AMOUNT VALUE … else VALUE }`, each range with its first and without its last end.
    MatchRange(Box<Expr>, Vec<(Option<Expr>, Option<Expr>, Expr)>, Box<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    Minute,
    Hour,
    Date,
    Day,
    Month,
    Year,
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

impl Rule {
    /// Whether what it does goes by the amount that sets it off, or by as much as there is.
    pub fn goes_by_amount(&self) -> bool {
        let later = self.later.iter().flat_map(|(_, form)| &form.effects);
        self.trigger.is_some() && self.effects.iter().chain(later).any(Effect::goes_by_amount)
    }
}

impl Measure {
    /// Whether its values are money.
    pub fn is_of_money(&self) -> bool {
        let of_money = self.value.as_ref().is_some_and(|value| *value != Expr::Field("count".to_owned()));
        of_money && self.function != Function::CountDistinct
    }
}

impl Effect {
    /// Whether, in a rule that follows, it goes by the amount that sets the rule off, or by as much as there is.
    pub fn goes_by_amount(&self) -> bool {
        match self {
            Effect::Earn { amount: Earn::Rate { of, .. }, .. } => *of == Expr::Field("amount".to_owned()),
            Effect::Convert { each, .. } => *each,
            _ => false,
        }
    }

    /// Whether it gives or takes points for good.
    pub fn moves_points(&self) -> bool {
        matches!(self, Effect::Earn { .. } | Effect::Spend { .. } | Effect::Convert { .. } | Effect::Forfeit { .. })
    }
}

impl Program {
    pub fn returns_of(&self, rule: &Rule) -> Returns {
        rule.returns.unwrap_or(self.returns)
    }
}

impl Rule {
    /// A rule that always fires.
    pub fn plain(name: &str, event: &str, effects: Vec<Effect>) -> Rule {
        Rule {
            name: name.to_owned(),
            event: event.to_owned(),
            trigger: None,
            when: vec![],
            valid: vec![],
            limits: vec![],
            caps: vec![],
            cap_wallet: 0,
            cap_reject: false,
            returns: None,
            effects,
            later: vec![],
        }
    }
}

/// What may hold until a day, with the forms that take its place from days on.
pub trait Dated: Sized {
    fn later(&self) -> &[(NaiveDate, Self)];

    fn on(&self, day: NaiveDate) -> &Self {
        let begun = self.later().iter().filter(|(from, _)| *from <= day);
        begun.map(|(_, form)| form).next_back().unwrap_or(self)
    }
}

macro_rules! dated {
    ($($declaration:ty),*) => {
        $(impl Dated for $declaration {
            fn later(&self) -> &[(NaiveDate, Self)] {
                &self.later
            }
        })*
    };
}

dated!(Wallet, Measure, Rule, Group);
