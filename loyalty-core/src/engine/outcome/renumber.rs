//! Decisions of one account carried over into the ledger of another: their entries are numbered on.

use super::kind::Kind;
use crate::wire::codec::Malformed;

impl Kind {
    /// Numbers the ledger entries that it names on from `entries`.
    pub fn renumber(&mut self, entries: u64) -> Result<(), Malformed> {
        let on = |entry: &mut u64| {
            *entry = entry.checked_add(entries).ok_or(Malformed)?;
            Ok(())
        };
        match self {
            Kind::Vested { entry, lot, .. }
            | Kind::Expired { entry, lot, .. }
            | Kind::Reinstated { entry, lot, .. } => {
                on(lot)?;
                on(entry)
            }
            Kind::Spent { entry, uses, .. }
            | Kind::Transferred { entry, uses, .. }
            | Kind::Held { entry, uses, .. } => {
                uses.iter_mut().try_for_each(|used| on(&mut used.entry))?;
                on(entry)
            }
            Kind::Earned { entry, .. }
            | Kind::ClawedBack { entry, .. }
            | Kind::Restored { entry, .. }
            | Kind::DebtSettled { entry, .. }
            | Kind::WriteOffSettled { entry, .. }
            | Kind::Received { entry, .. }
            | Kind::Forfeited { entry, .. }
            | Kind::Released { entry, .. }
            | Kind::Joined { entry, .. } => on(entry),
            Kind::Coupon(decision) => decision.number_mut().map_or(Ok(()), on),
            Kind::Tagged { .. }
            | Kind::Untagged { .. }
            | Kind::AttributeSet { .. }
            | Kind::Signal { .. }
            | Kind::Claim { .. }
            | Kind::NotEarned { .. }
            | Kind::SentBack { .. }
            | Kind::Merged { .. }
            | Kind::TierChanged { .. }
            | Kind::TierKept { .. }
            | Kind::SegmentEntered { .. }
            | Kind::SegmentLeft { .. }
            | Kind::Assigned { .. }
            | Kind::Question(_)
            | Kind::CardIssued { .. }
            | Kind::CardExpired { .. }
            | Kind::Drawn { .. }
            | Kind::NotDrawn { .. }
            | Kind::Placed { .. }
            | Kind::BadgeAwarded { .. }
            | Kind::BadgeRevoked { .. }
            | Kind::MergedInto { .. }
            | Kind::Paused { .. }
            | Kind::Resumed { .. }
            | Kind::GoalMet { .. }
            | Kind::ChallengeCompleted { .. }
            | Kind::GoalRevoked { .. }
            | Kind::Progress { .. }
            | Kind::GoalChanged { .. }
            | Kind::StreakFrozen { .. }
            | Kind::StreakBroken { .. }
            | Kind::OptedIn { .. }
            | Kind::RewardRedeemed { .. }
            | Kind::RewardRefused { .. }
            | Kind::Message(_)
            | Kind::Consent(_)
            | Kind::MessagesHeldBack { .. }
            | Kind::MessageSuppressed(_)
            | Kind::Identified { .. }
            | Kind::Brought { .. }
            | Kind::Referred { .. }
            | Kind::ReferralWithdrawn { .. }
            | Kind::Shared { .. }
            | Kind::ShareTakenBack { .. }
            | Kind::ReferralRefused { .. }
            | Kind::ReferralSentBack { .. }
            | Kind::RewardReturned { .. }
            | Kind::FriendsReached { .. }
            | Kind::Erased => Ok(()),
        }
    }
}
