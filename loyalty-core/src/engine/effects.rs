//! What firing rules do besides earning: spend, tag, set attributes, signal, convert, forfeit, raise levels.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::caps;
use super::earning::{Evaluation, Spend};
use super::error::{EventError, Refusal};
use super::eval::{NO_ROW, Scope};
use super::moves::plan_move;
use super::outcome::Kind;
use super::rules::Firings;
use super::value::{Stored, Value};
use crate::amount;
use crate::check::model::{CapMode, RoundMode};
use crate::plan::EffectKindPlan;

/// Adds the spending and the facts of the firing rules, and the rules that these come from to `acted`.
pub fn collect(
    scope: &Scope<'_>,
    firings: &Firings<'_>,
    evaluation: &mut Evaluation,
    acted: &mut SmallVec<[u32; 4]>,
) -> Result<(), EventError> {
    'firings: for firing in firings {
        let (rule, form) = (firing.rule, firing.form);
        let (facts, spends, moves) = (evaluation.facts.len(), evaluation.spends.len(), evaluation.moves.len());
        for effect in &form.effects {
            let fact = match &effect.kind {
                EffectKindPlan::Spend { wallet, amount, up_to } => {
                    let Some(wanted) = scope.number(*amount)? else { continue };
                    let spend = spend(scope, evaluation, (rule, *wallet), wanted, *up_to)?;
                    let denominator = scope.plan.denominator(*wallet);
                    let scaled = amount::multiply(spend, denominator)?;
                    let left = caps::cut_all(scope, *wallet, (&form.caps, form.cap_mode), scaled, &evaluation.changes)?;
                    let decimals = scope.plan.wallets.get(usize::from(*wallet)).map_or(0, |wallet| wallet.decimals);
                    let amount = amount::round(left, denominator, decimals, RoundMode::Down)?;
                    if amount < spend && form.cap_mode == CapMode::Reject {
                        // The price does not fit: the rule gives nothing for it either.
                        evaluation.facts.truncate(facts);
                        evaluation.spends.truncate(spends);
                        evaluation.moves.truncate(moves);
                        evaluation.grants.retain(|grant| grant.rule != rule);
                        acted.retain(|acting| *acting != rule);
                        continue 'firings;
                    }
                    let counted = amount::multiply(amount, denominator)?;
                    caps::count(scope, *wallet, &form.caps, counted, &mut evaluation.changes)?;
                    if amount > Decimal::ZERO {
                        evaluation.spends.push(Spend { wallet: *wallet, rule, amount });
                        acted.push(rule);
                    }
                    continue;
                }
                EffectKindPlan::Tag(text) => match scope.eval(*text, NO_ROW)? {
                    Value::Text(tag, _) => Kind::Tagged { tag: tag.into() },
                    _ => continue,
                },
                EffectKindPlan::Untag(text) => match scope.eval(*text, NO_ROW)? {
                    Value::Text(tag, _) => Kind::Untagged { tag: tag.into() },
                    _ => continue,
                },
                EffectKindPlan::Set { field, value } => {
                    Kind::AttributeSet { field: *field, value: Stored::of(scope.eval(*value, NO_ROW)?) }
                }
                EffectKindPlan::Signal { name, to } => match scope.eval(*to, NO_ROW)? {
                    Value::Text(to, _) => Kind::Signal { name: name.clone(), to: to.into() },
                    _ => continue,
                },
                kind @ (EffectKindPlan::Convert { .. }
                | EffectKindPlan::Forfeit { .. }
                | EffectKindPlan::Raise { .. }) => {
                    if let Some(found) = plan_move(scope, evaluation, rule, kind)? {
                        evaluation.moves.push(found);
                        acted.push(rule);
                    }
                    continue;
                }
                EffectKindPlan::EarnFixed { .. }
                | EffectKindPlan::EarnRate { .. }
                | EffectKindPlan::Multiply { .. } => {
                    continue;
                }
            };
            evaluation.facts.push(fact);
            acted.push(rule);
        }
    }
    Ok(())
}

/// How much a rule may spend of what was there before the event.
fn spend(
    scope: &Scope<'_>,
    evaluation: &Evaluation,
    (rule, wallet): (u32, u16),
    wanted: Decimal,
    up_to: bool,
) -> Result<Decimal, EventError> {
    let plan = scope.plan.wallets.get(usize::from(wallet));
    let state = scope.member.wallets.get(usize::from(wallet));
    let (Some(plan), Some(state)) = (plan, state) else { return Ok(Decimal::ZERO) };
    let mut available = state.available;
    for spend in evaluation.spends.iter().filter(|spend| spend.wallet == wallet) {
        available = amount::subtract(available, spend.amount)?;
    }
    // A price with more digits than the wallet has is rounded up: nobody pays less than it.
    let mode = if up_to { RoundMode::Down } else { RoundMode::Up };
    let wanted = amount::round(wanted.max(Decimal::ZERO), Decimal::ONE, plan.decimals, mode)?;
    if wanted <= available {
        return Ok(wanted);
    }
    if up_to {
        return Ok(available.max(Decimal::ZERO));
    }
    let short = amount::subtract(wanted, available)?;
    let rule = scope.plan.rules.get(rule as usize).map_or("", |rule| &*rule.name);
    Err(EventError::new(Refusal::InsufficientBalance)
        .in_field(&*plan.name)
        .expecting(format!("at least {} for rule `{rule}`", amount::text(wanted)))
        .but_found(amount::text(available))
        .advising(format!("{} short", amount::text(short))))
}
