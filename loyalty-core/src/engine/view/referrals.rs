//! Who brought a member, and whom it has brought.

use crate::engine::member::Member;
use crate::engine::referrals::Stage;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// By declaration; nothing for a program that has none.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    if plan.referrals.is_empty() {
        return None;
    }
    let mut all = Document::object();
    for (referral, standing) in plan.referrals.iter().zip(&member.referrals.of) {
        let (friends, settled) = standing.friends_at(member.clock);
        let mut document = Document::object();
        if let Some(brought) = &*standing.brought {
            let stage = match brought.stage {
                Stage::Open => "open",
                Stage::Counts { .. } => "counts",
                Stage::Refused(_) => "refused",
            };
            let by = Document::object().with("advocate", &*brought.by).with("joined_at", instant(plan, brought.at));
            document.put("brought", by.with("stage", stage));
        }
        all.put(&referral.name, document.with("friends", friends).with("settled", settled));
    }
    Some(all)
}
