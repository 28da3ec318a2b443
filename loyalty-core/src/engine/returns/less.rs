//! What an edited order has less of than its form before, where rules undo what followed on it.
//!
//! An edit takes back all that the form before had and grants the new one anew. Rules on `clawed_back` and `restored` that leave something
//! behind follow on the difference, once all that the new form gives is there; rules on `earned` and `spent` of that wallet follow on what is
//! more than in the form before, for what was more in an earlier one has been undone.

use rust_decimal::Decimal;

use super::lasting::follows_itself;
use super::vested::gives;
use crate::amount::{self, Overflow};
use crate::check::model::{DecisionTrigger, Trigger};
use crate::engine::decided::Decided;
use crate::engine::outcome::{Decision, Kind};
use crate::plan::{Plan, in_force};

/// Whether a rule on what comes back leaves something behind, so that it undoes what has followed.
pub fn undoes(plan: &Plan, rule: u32, day: i32) -> bool {
    let Some(rule) = plan.rules.get(rule as usize) else { return false };
    let on_return =
        matches!(rule.trigger, Trigger::Decision(DecisionTrigger::Restored | DecisionTrigger::ClawedBack, _));
    let form = in_force(&rule.forms, day).filter(|_| on_return);
    form.is_some_and(|form| form.effects.iter().any(|effect| gives(&effect.kind)))
}

/// What is counted by what comes back, and by what there is once more.
const PAIRS: [(DecisionTrigger, DecisionTrigger); 2] =
    [(DecisionTrigger::ClawedBack, DecisionTrigger::Earned), (DecisionTrigger::Restored, DecisionTrigger::Spent)];

/// How much some decisions tell of a wallet that sets off rules of that kind; what rules that follow did is no part of it.
fn told(plan: &Plan, decisions: &[Decision], wallet: u16, on: DecisionTrigger, day: i32) -> Result<Decimal, Overflow> {
    let amounts = decisions.iter().filter_map(|decision| {
        let (of, amount) = match (&decision.kind, on) {
            (Kind::ClawedBack { wallet, amount, .. }, DecisionTrigger::ClawedBack)
            | (Kind::Restored { wallet, amount, .. }, DecisionTrigger::Restored) => (*wallet, *amount),
            (Kind::Earned { wallet, amount, .. }, DecisionTrigger::Earned)
            | (Kind::Spent { wallet, amount, .. }, DecisionTrigger::Spent)
                if !follows_itself(plan, decision, day) =>
            {
                (*wallet, *amount)
            }
            _ => return None,
        };
        (of == wallet).then_some(amount)
    });
    amount::sum(amounts.collect::<Vec<_>>().into_iter())
}

/// Where what followed is undone, rules follow on what is more than in the form before, of which so much has just come back.
pub fn follow_on_form_before(plan: &Plan, decisions: &mut Decided, (first, day): (usize, i32)) -> Result<(), Overflow> {
    let mut had: Vec<(u32, Decimal)> = Vec::new();
    for wallet in 0..plan.wallets.len() as u16 {
        for (back, again) in PAIRS {
            if !plan.reactions.on(wallet, back).iter().any(|rule| undoes(plan, *rule, day)) {
                continue;
            }
            let amount = told(plan, decisions.get(first..).unwrap_or_default(), wallet, back, day)?;
            had.extend(plan.reactions.on(wallet, again).iter().map(|rule| (*rule, amount)));
        }
    }
    decisions.followed_on(&had);
    Ok(())
}

/// The rules that undo what an edited order has less of, each with how much less. One that does not go by the amount undoes only
/// what is there no more.
pub fn less(plan: &Plan, decisions: &[Decision], day: i32) -> Result<Vec<(u32, Decimal)>, Overflow> {
    let mut found = Vec::new();
    for wallet in 0..plan.wallets.len() as u16 {
        for (back, again) in PAIRS {
            let undo: Vec<u32> =
                plan.reactions.on(wallet, back).iter().copied().filter(|rule| undoes(plan, *rule, day)).collect();
            if undo.is_empty() {
                continue;
            }
            let (had, has) = (told(plan, decisions, wallet, back, day)?, told(plan, decisions, wallet, again, day)?);
            let less = amount::subtract(had, has)?;
            for rule in undo {
                let by_amount = plan.rules.get(rule as usize).is_some_and(|rule| rule.by_amount);
                if less > Decimal::ZERO && (by_amount || has.is_zero()) {
                    found.push((rule, less));
                }
            }
        }
    }
    Ok(found)
}
