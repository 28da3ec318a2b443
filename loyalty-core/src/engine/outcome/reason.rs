//! Why something was decided: the parts of what is earned, and the reasons for what is not done.

use rust_decimal::Decimal;

/// Why a wheel was not turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDrawn {
    /// The member's turns are used up, or those of all members.
    Limit,
    /// Nothing is left of any slice.
    OutOfStock,
    /// The member has no card.
    NoCard,
}

/// Why points of another member were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// No rule accepted them.
    NotAccepted,
    /// The wallet holds no more.
    HoldAtMost,
    Paused,
    BeforeEnrolment,
}

/// Why a member has another level, or the same one again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierBecause {
    /// Qualified for.
    Reached,
    /// No longer qualified for.
    Lost,
    /// Qualified for once more.
    Kept,
    /// No longer qualified for, and kept for the time of grace.
    Grace,
    /// Given beside the rules of the ladder.
    SetLevel,
    SetLevelEnded,
}

impl TierBecause {
    pub const ALL: [Self; 6] =
        [Self::Reached, Self::Lost, Self::Kept, Self::Grace, Self::SetLevel, Self::SetLevelEnded];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Lost => "not_qualified",
            Self::Kept => "qualified",
            Self::Grace => "grace",
            Self::SetLevel => "set",
            Self::SetLevelEnded => "set_level_ended",
        }
    }
}

/// One part of an earned amount; the parts add up to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Because {
    /// A rule's own contribution.
    Rule {
        rule: u32,
        amount: Decimal,
    },
    /// What the one rounding added or took.
    Rounding {
        amount: Decimal,
    },
    /// What a wallet's cap or its greatest balance cut off; below zero.
    Cap {
        amount: Decimal,
    },
    HoldAtMost {
        amount: Decimal,
    },
    /// Given by staff.
    Adjustment {
        amount: Decimal,
    },
}

impl Because {
    pub fn amount(&self) -> Decimal {
        let (Because::Rule { amount, .. }
        | Because::Rounding { amount }
        | Because::Cap { amount }
        | Because::HoldAtMost { amount }
        | Because::Adjustment { amount }) = self;
        *amount
    }

    /// The rule, if it is the contribution of one.
    pub fn rule(&self) -> Option<u32> {
        match self {
            Because::Rule { rule, .. } => Some(*rule),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEarned {
    BeforeEnrolment,
    Paused,
    /// What it tells was taken back before it came.
    Withdrawn,
}
