//! What of an event's decisions it has brought about itself, so that it goes when the event comes back.
//!
//! What an event comes to also tells what time alone had done before it, and what goals, levels and other chains have redeemed with it.
//! None of that is the price of anything on the event: it stays, and how often the host lets time pass makes no difference.

use rust_decimal::Decimal;

use super::clawback::given_by;
use crate::check::model::{CouponChange, DecisionTrigger, Moment, Trigger};
use crate::engine::outcome::{Decision, Kind, RedeemedBy};
use crate::plan::Plan;

/// The decisions that are an event's own, and units of rewards that chains have redeemed with it, by the rewards' rules.
pub fn own(plan: &Plan, decisions: Vec<Decision>, at: i64) -> (Vec<Decision>, Vec<(u32, Decimal)>) {
    let decisions: Vec<Decision> = decisions.into_iter().filter(|decision| decision.at >= at).collect();
    let redeemed = redeemed_by_others(plan, &decisions);
    let frozen = |decision: &Decision| matches!(decision.kind, Kind::StreakFrozen { .. });
    if redeemed.is_empty() && !decisions.iter().any(frozen) {
        return (decisions, Vec::new());
    }
    let (mut gone, mut others) = (vec![false; decisions.len()], Vec::new());
    for (place, decision) in decisions.iter().enumerate() {
        match &decision.kind {
            // A period is kept by time alone, with what was spent just before.
            Kind::StreakFrozen { .. } => {
                let mut before = decisions.iter().take(place);
                let spent = before.rposition(|decision| matches!(decision.kind, Kind::Spent { rule: None, .. }));
                mark(&mut gone, spent);
            }
            Kind::RewardRedeemed { rule, quantity, .. } if redeemed.contains(&place) => {
                mark(&mut gone, Some(place));
                if place >= begins(&decisions, *rule) {
                    others.push((*rule, Decimal::from(*quantity)));
                }
                for place in price(&decisions, place) {
                    mark(&mut gone, Some(place));
                }
            }
            // What time had redeemed before the event gave what it gives before the event, too.
            Kind::Earned { because, .. } => {
                let of = redeemed.iter().filter_map(|place| match decisions.get(*place)?.kind {
                    Kind::RewardRedeemed { rule, by: RedeemedBy::Time, .. } => Some(rule),
                    _ => None,
                });
                let early = |rule: u32| given_by(because, rule) && place < begins(&decisions, rule);
                mark(&mut gone, of.into_iter().any(early).then_some(place));
            }
            _ => {}
        }
    }
    let left = decisions.into_iter().zip(gone).filter(|(_, gone)| !gone);
    (left.map(|(decision, _)| decision).collect(), others)
}

fn mark(gone: &mut [bool], place: Option<usize>) {
    if let Some(gone) = place.and_then(|place| gone.get_mut(place)) {
        *gone = true;
    }
}

/// The places of what some decisions tell to be redeemed by no rule on their event, by none of its coupons and in none of its lists.
fn redeemed_by_others(plan: &Plan, decisions: &[Decision]) -> Vec<usize> {
    let mut own: Vec<u32> = Vec::new();
    let mut others = Vec::new();
    for (place, decision) in decisions.iter().enumerate() {
        let Kind::RewardRedeemed { rule, by, .. } = decision.kind else { continue };
        if is_own(plan, by, &own) {
            own.push(rule);
        } else {
            others.push(place);
        }
    }
    others
}

/// Whether what a rule redeems is the event's own; a reward that redeems another one is as that one is.
pub fn is_own(plan: &Plan, by: RedeemedBy, own: &[u32]) -> bool {
    let by = match by {
        RedeemedBy::Event => return true,
        RedeemedBy::Time => return false,
        RedeemedBy::Rule(by) => by,
    };
    let Some(rule) = plan.rules.get(by as usize) else { return true };
    match rule.trigger {
        Trigger::Declared(Moment::Redeemed(_)) => own.contains(&by),
        Trigger::Declared(Moment::Used(_)) => true,
        // These redeem anew for another form of the order.
        Trigger::Decision(DecisionTrigger::Earned | DecisionTrigger::Spent, _) => true,
        Trigger::Coupon(change, _) => change == CouponChange::Redeemed,
        _ => rule.trigger.event().is_some(),
    }
}

/// Where the event's own decisions on a reward begin: time has redeemed what it has before, with all that followed.
pub fn begins(decisions: &[Decision], reward: u32) -> usize {
    let by_event = |decision: &Decision| match decision.kind {
        Kind::RewardRedeemed { rule, by, .. } => rule == reward && by != RedeemedBy::Time,
        _ => false,
    };
    decisions.iter().position(by_event).unwrap_or(decisions.len())
}

/// The places of what a reward has cost that some decisions tell to be redeemed there, and of what it claims.
pub fn price(decisions: &[Decision], redeemed: usize) -> Vec<usize> {
    let Some(Kind::RewardRedeemed { rule, .. }) = decisions.get(redeemed).map(|decision| &decision.kind) else {
        return Vec::new();
    };
    let after = decisions.iter().enumerate().skip(redeemed.saturating_add(1));
    let of_it = after.take_while(|(_, decision)| match &decision.kind {
        Kind::Spent { rule: by, .. } => *by == Some(*rule),
        Kind::Claim { counter, .. } => crate::engine::rewards::is_claim(counter),
        // What is spent keeps other points from running out.
        Kind::Reinstated { .. } | Kind::Expired { .. } => true,
        _ => false,
    });
    let paid = of_it.filter(|(_, decision)| matches!(decision.kind, Kind::Spent { .. } | Kind::Claim { .. }));
    paid.map(|(place, _)| place).collect()
}
