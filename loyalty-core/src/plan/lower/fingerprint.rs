//! What tells programs apart whose members' states differ in form.

use crate::plan::Plan;

/// Changes with everything that the form of a member's state depends on, with what its amounts and days mean, and from one
/// shop's program to another's.
pub(super) fn of(plan: &Plan) -> u64 {
    let mut text = String::new();
    let settings = &plan.settings;
    let currency = settings.currency.map(|currency| currency.as_str().to_owned());
    text.push_str(&format!("program {:?} {currency:?} {:?}\n", settings.title, settings.zone));
    for slot in &plan.member {
        text.push_str(&format!("member {} {:?} {}\n", slot.name, slot.kind, slot.money));
    }
    for wallet in &plan.wallets {
        text.push_str(&format!(
            "wallet {} {:?} {} {}\n",
            wallet.name, wallet.unit, wallet.decimals, wallet.denominator
        ));
        wallet.inactivities.iter().for_each(|form| text.push_str(&form.key));
    }
    for measure in &plan.measures {
        text.push_str(&format!("measure {} {:?} {:?}\n", measure.name, measure.event, measure.function));
    }
    for ladder in &plan.ladders {
        text.push_str(&format!("ladder {} {:?}\n", ladder.name, ladder.levels));
    }
    for coupon in &plan.coupons {
        text.push_str(&format!("coupon {}\n", coupon.name));
    }
    for experiment in &plan.experiments {
        let arms: Vec<&str> = experiment.arms.iter().map(|arm| &*arm.name).collect();
        text.push_str(&format!("experiment {} {arms:?}\n", experiment.name));
    }
    for badge in &plan.badges {
        let levels: Vec<&str> = badge.levels.iter().map(|level| &*level.name).collect();
        text.push_str(&format!("badge {} {levels:?}\n", badge.name));
    }
    for question in &plan.questions.declared {
        text.push_str(&format!("question {} {:?}\n", question.name, question.answers));
    }
    for challenge in &plan.challenges {
        text.push_str(&format!("challenge {} {:?}\n", challenge.name, challenge.goals));
    }
    for referral in &plan.referrals {
        text.push_str(&format!("referral {}\n", referral.name));
    }
    for watched in &plan.reactions.segments {
        text.push_str(&format!("segment {}\n", watched.segment));
    }
    for tally in &plan.tallies {
        text.push_str(&format!("tally {} {:?}\n", tally.key, tally.grain));
    }
    for rule in &plan.rules {
        text.push_str(&format!("rule {}\n", rule.name));
    }
    for event in &plan.events {
        text.push_str(&format!("event {} {}\n", event.layout.name, event.layout.signature));
    }
    crate::wire::digest(text.as_bytes())
}
