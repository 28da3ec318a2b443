//! Challenges as they are checked: what is counted, in which time, up to which goals.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ChallengeIndex, Cycle, Expr, Length, MeasureIndex, Period, Returns, Type, Versioned, WalletIndex};
use crate::source::Span;

/// Something to be done within a time.
#[derive(Debug, Clone)]
pub struct Challenge {
    pub name: String,
    pub progress: Progress,
    pub within: Within,
    pub opt_in: Option<OptIn>,
    /// What came before that challenge was done does not count.
    pub after: Option<ChallengeIndex>,
    /// What keeps a streak over a period without an event: so much of a wallet.
    pub freeze: Option<(WalletIndex, Decimal)>,
    /// What is counted: a number, money, points.
    pub ty: Type,
    pub goals: Vec<GoalHead>,
    pub versions: Vec<Versioned<ChallengeForm>>,
    pub span: Span,
}

/// A goal as other declarations name it.
#[derive(Debug, Clone)]
pub struct GoalHead {
    pub name: Option<String>,
}

/// What is counted.
#[derive(Debug, Clone)]
pub enum Progress {
    Measure(MeasureIndex),
    /// Periods in a row.
    Streak(MeasureIndex, Period),
    /// One measure for each step, of the instants at which it was done.
    Steps {
        steps: Vec<MeasureIndex>,
        in_order: bool,
    },
}

/// The time in which a challenge is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    AllTime,
    Each(Cycle),
    Rolling(Length),
    /// Local days, both included.
    Range {
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    },
    /// So long from the last of an event, whose instants the measure remembers.
    Following {
        length: Length,
        of: MeasureIndex,
    },
    /// So long from opting in.
    OptedIn(Length),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptIn {
    /// Anew in each window.
    EachWindow,
    /// For good.
    Once,
}

#[derive(Debug, Clone)]
pub struct ChallengeForm {
    pub goal: Goals,
    /// Again and again within one window; the number is the most.
    pub repeat: Option<Option<u32>>,
    /// What is over counts for the next round.
    pub carry: bool,
    /// How late after the end of its window an event still counts; nothing: as long as it is taken at all.
    pub tolerance: Option<Length>,
    pub returns: Returns,
    /// Changed goals hold for windows under way.
    pub migrate: bool,
    /// All must hold for a goal to be met.
    pub when: Vec<Expr>,
}

#[derive(Debug, Clone)]
pub enum Goals {
    /// The lowest first.
    Fixed(Vec<Expr>),
    /// One that moves with the member.
    Adaptive(Box<Adaptive>),
}

/// A goal that grows when it is met.
#[derive(Debug, Clone)]
pub struct Adaptive {
    pub least: Decimal,
    pub most: Decimal,
    /// So many windows before the first, whose mean is the first goal.
    pub average: Option<u32>,
    pub plus: Decimal,
    pub minus: Decimal,
}

/// What can be read of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeFigure {
    /// What counts so far.
    Current,
    /// What is to be reached next.
    Goal,
    Remaining,
    /// Whole percents of the goal, at most 100.
    Percent,
    /// Whether the last goal is met in the present window.
    Completed,
    /// How often it was met, ever.
    Times,
    /// The longest that a streak has ever been.
    Best,
    /// When the present window ends.
    Deadline,
    /// Whether that goal is met in the present window.
    Met(u16),
}
