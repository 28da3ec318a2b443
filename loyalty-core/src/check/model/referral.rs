//! Referrals: members who bring others.

use super::Length;
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
