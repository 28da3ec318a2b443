//! Referrals become plans.

use super::Lower;
use crate::plan::ReferralPlan;

impl Lower<'_> {
    pub(super) fn referrals(&mut self) {
        let referrals = self.checked.referrals.iter().map(|referral| ReferralPlan {
            name: referral.name.as_str().into(),
            within: referral.within,
            settle: referral.settle,
            revoke: referral.revoke,
            reach: referral.reach.clone(),
            shares: referral.shares,
        });
        self.plan.referrals = referrals.collect();
    }
}
