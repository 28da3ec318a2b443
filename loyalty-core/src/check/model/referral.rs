//! Referrals: members who bring others.

use super::{Checked, EffectKind, Length};
use crate::source::Span;

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
    /// How long after joining the advocate has its share, where that ends.
    pub shares: Option<Length>,
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
    /// Whether the member counts, and did when the event at hand happened.
    Counted,
    /// Whether the event at hand lies in the time of the advocate's share.
    Shares,
    /// Whether the event at hand can be the first that counts.
    Qualifies,
}

impl Checked {
    /// Whether some advocate has a share of what its friends buy.
    pub fn shares(&self) -> bool {
        let effects = self.rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        effects.into_iter().any(|effect| matches!(effect.kind, EffectKind::Share { .. }))
    }
}
