//! One typed fact of an outcome, and what all kinds of facts have in common.

use rust_decimal::Decimal;

use super::kind::Kind;
use crate::engine::claims::Claim;
use crate::time::Instant;

/// One typed fact of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When it holds from: the event's instant, or the one at which time brought it about.
    pub(crate) at: i64,
    pub(crate) kind: Kind,
}

impl Decision {
    /// The instant from which it holds.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.at)
    }

    /// The stable name of its kind, such as `earned`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind.name()
    }

    /// The number of points (or money) it moves; nothing for decisions that move none.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        match &self.kind {
            Kind::Earned { amount, .. }
            | Kind::Vested { amount, .. }
            | Kind::Spent { amount, .. }
            | Kind::Expired { amount, .. }
            | Kind::ClawedBack { amount, .. }
            | Kind::Restored { amount, .. }
            | Kind::DebtSettled { amount, .. }
            | Kind::WriteOffSettled { amount, .. }
            | Kind::Reinstated { amount, .. }
            | Kind::Forfeited { amount, .. }
            | Kind::Transferred { amount, .. }
            | Kind::Held { amount, .. }
            | Kind::Released { amount, .. }
            | Kind::Received { amount, .. } => Some(*amount),
            _ => None,
        }
    }

    /// By how much it moves a counter over all members; nothing for every other kind of decision.
    #[must_use]
    pub fn claim(&self) -> Option<Claim<'_>> {
        match &self.kind {
            Kind::Claim { counter, by, limit, .. } => Some(Claim { counter, by: *by, limit: *limit }),
            _ => None,
        }
    }

    pub(crate) fn wallet(&self) -> Option<u16> {
        match &self.kind {
            Kind::Earned { wallet, .. }
            | Kind::Vested { wallet, .. }
            | Kind::Spent { wallet, .. }
            | Kind::Expired { wallet, .. }
            | Kind::ClawedBack { wallet, .. }
            | Kind::Restored { wallet, .. }
            | Kind::DebtSettled { wallet, .. }
            | Kind::WriteOffSettled { wallet, .. }
            | Kind::Reinstated { wallet, .. }
            | Kind::Forfeited { wallet, .. }
            | Kind::Held { wallet, .. }
            | Kind::Released { wallet, .. }
            | Kind::Transferred { wallet, .. }
            | Kind::Received { wallet, .. }
            | Kind::SentBack { wallet, .. }
            | Kind::Joined { wallet, .. } => Some(*wallet),
            _ => None,
        }
    }
}
