//! What rules do, once they fire.

use super::messages::ValuePlan;
use super::{ExpirePlan, NodeId, Quote, VestPlan};
use crate::check::model::{Lasts, Length, RaiseEnd, Words};
use rust_decimal::Decimal;

#[derive(Debug, Clone)]
pub struct EffectPlan {
    pub kind: EffectKindPlan,
    /// It reads the amount of what sets its rule off, or takes as much as there is.
    pub by_amount: bool,
    pub quote: Quote,
}

/// What stays of a fixed amount when a part of its event comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    All,
    /// It goes by the event alone: where the rule says `returns revoke`, what the kept part would have got.
    Anew,
    /// It goes by a measure that sums up the event itself: as large a share as is kept of the event.
    Share,
}

#[derive(Debug, Clone)]
pub enum EffectKindPlan {
    EarnFixed {
        wallet: u16,
        amount: NodeId,
        /// The amount times the wallet's denominator, if it is a constant.
        constant: Option<Decimal>,
        kept: Kept,
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
        /// Of what they earn in several.
        wallet: Option<u16>,
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
    Refuse(Box<Words<ValuePlan>>),
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
    /// Once, or `each`: as often as can be paid.
    Redeem {
        reward: u16,
        each: bool,
    },
    /// `identities` is the number of the event's list.
    Bring {
        referral: u16,
        by: NodeId,
        identities: Option<u16>,
    },
    Share {
        referral: u16,
        of: NodeId,
    },
    Refer {
        referral: u16,
        /// A digest of what makes a friend count, as far as the event says it.
        terms: u32,
    },
}

/// The end that an issue gives to a coupon.
#[derive(Debug, Clone, Copy)]
pub enum IssueEndPlan {
    Lasts(Lasts),
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
            | Self::Share { of: node, .. }
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
            | Self::Redeem { .. }
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
    /// The points go by the event alone, and may be others for a part of it.
    pub by_event: bool,
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
