//! What a rule does once its conditions hold.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    BadgeIndex, ChallengeIndex, CouponIndex, Cycle, Expire, Expr, FieldIndex, LadderIndex, Length, LevelIndex,
    ReferralIndex, RewardIndex, RuleIndex, SayingIndex, ToEnd, Vest, WalletIndex, WheelIndex, Words,
};
use crate::source::Span;

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
    /// `by`: Number or Percent. The named rules earn by rate in one and the same wallet, or in the one that is named, on the
    /// same event.
    Multiply {
        rules: Vec<RuleIndex>,
        wallet: Option<WalletIndex>,
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
    /// The event is refused, with these words.
    Refuse(Words),
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
    /// Once, or `each`: as often as can be paid.
    Redeem {
        reward: RewardIndex,
        each: bool,
    },
    /// The member is told who brought it, and by what it is known again.
    Bring {
        referral: ReferralIndex,
        by: Expr,
        identities: Option<FieldIndex>,
    },
    /// The advocate of the member has a share of so much.
    Share {
        referral: ReferralIndex,
        of: Expr,
    },
    /// The member counts as the friend of whoever brought it.
    Refer {
        referral: ReferralIndex,
    },
}

/// How long what is issued lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    For(Length),
    /// On to the end of the period in which the time would be over.
    ForToEnd {
        length: Length,
        of: Cycle,
    },
    ToEnd(ToEnd),
}

/// The end that an issue gives, in the place of the coupon's own.
#[derive(Debug, Clone)]
pub enum IssueEnd {
    Lasts(Lasts),
    /// Through that local day.
    Until(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaiseEnd {
    For(Length),
    /// On to the end of the period in which the time would be over.
    ForToEnd {
        length: Length,
        of: Cycle,
    },
    /// Through that local day.
    Until(NaiveDate),
    ToEnd(ToEnd),
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
