//! What firing rules do besides earning: spend, tag, set attributes, signal, convert, forfeit, raise levels, issue coupons.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::caps;
use super::earning::{Evaluation, Sending, Spend};
use super::error::{EventError, Refusal};
use super::eval::{NO_ROW, Scope};
use super::members::transfer;
use super::messages::{self, Say};
use super::moves::{self, Move, plan_move};
use super::outcome::Kind;
use super::referrals;
use super::rules::{Firing, Firings};
use super::value::{Stored, Value};
use super::{badges, experiments, returns};
use crate::amount::{self, Overflow};
use crate::check::model::{CapMode, RoundMode};
use crate::plan::{EffectKindPlan, RuleFormPlan};

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
        let says = evaluation.says.len();
        let accepted = evaluation.offer.as_ref().map(|offer| offer.accepted);
        let may_not_fit = form.effects.iter().any(|effect| is_of_points(&effect.kind));
        let counted = may_not_fit.then(|| evaluation.changes.clone());
        for effect in form.effects.iter().filter(|effect| !returns::is_done(scope, effect)) {
            // An edited order has it from the form before.
            if scope.kept.contains(&rule) && returns::is_lasting(&effect.kind) {
                acted.push(rule);
                continue;
            }
            let fact = match &effect.kind {
                kind if is_of_points(kind) => {
                    if !moves_points(scope, firing, &effect.kind, evaluation, acted)? {
                        // What is moved does not fit: the rule gives nothing for it either.
                        evaluation.facts.truncate(facts);
                        evaluation.spends.truncate(spends);
                        evaluation.moves.truncate(moves);
                        evaluation.says.truncate(says);
                        evaluation.changes = counted.unwrap_or_default();
                        count_no_more(scope, firing, evaluation)?;
                        evaluation.grants.retain(|grant| grant.rule != rule);
                        evaluation.cut.retain(|grant| grant.rule != rule);
                        if let (Some(offer), Some(accepted)) = (&mut evaluation.offer, accepted) {
                            offer.accepted = accepted;
                        }
                        acted.retain(|acting| *acting != rule);
                        continue 'firings;
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
                EffectKindPlan::Consent { category, given } => {
                    match messages::policy::consent(scope, category, *given) {
                        Some(fact) => fact,
                        None => continue,
                    }
                }
                EffectKindPlan::Say(saying) => {
                    evaluation.says.push(Say { rule, saying: *saying });
                    acted.push(rule);
                    continue;
                }
                EffectKindPlan::Draw(wheel) => {
                    if scope.plan.secret.is_none() {
                        return Err(experiments::no_secret());
                    }
                    evaluation.moves.push(Move::Draw { rule, wheel: *wheel });
                    acted.push(rule);
                    continue;
                }
                EffectKindPlan::OptIn(challenge) => {
                    evaluation.moves.push(Move::OptIn { challenge: *challenge });
                    acted.push(rule);
                    continue;
                }
                EffectKindPlan::Deal(wheel) => {
                    evaluation.moves.push(Move::Deal { rule, wheel: *wheel });
                    acted.push(rule);
                    continue;
                }
                EffectKindPlan::Award { badge, level } => match badges::award(scope, rule, *badge, *level) {
                    Some(fact) => fact,
                    None => continue,
                },
                kind @ (EffectKindPlan::Convert { .. }
                | EffectKindPlan::Forfeit { .. }
                | EffectKindPlan::Raise { .. }
                | EffectKindPlan::Issue { .. }
                | EffectKindPlan::Redeem { .. }) => {
                    if let Some(found) = plan_move(scope, evaluation, rule, kind)? {
                        evaluation.moves.push(found);
                        acted.push(rule);
                    }
                    continue;
                }
                EffectKindPlan::Bring { referral, by, identities } => {
                    if referrals::bring(scope, (*referral, *by, *identities), &mut evaluation.facts)? {
                        acted.push(rule);
                    }
                    continue;
                }
                EffectKindPlan::Share { referral, of } => match referrals::share(scope, *referral, *of)? {
                    Some(shared) => shared,
                    None => continue,
                },
                EffectKindPlan::Refer { referral, .. } => match referrals::refer(scope, rule, *referral) {
                    Some(referred) => referred,
                    None => continue,
                },
                EffectKindPlan::EarnFixed { .. }
                | EffectKindPlan::EarnRate { .. }
                | EffectKindPlan::Spend { .. }
                | EffectKindPlan::Transfer { .. }
                | EffectKindPlan::Accept { .. }
                | EffectKindPlan::Refuse(_)
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

/// Whether an effect takes points or takes them in, within the caps of its rule.
fn is_of_points(kind: &EffectKindPlan) -> bool {
    matches!(kind, EffectKindPlan::Spend { .. } | EffectKindPlan::Transfer { .. } | EffectKindPlan::Accept { .. })
}

/// Whether the caps of the rule speak of what an effect takes: where points go to another member they speak of those, and not of
/// what the rule asks for it.
pub fn is_within_caps(form: &RuleFormPlan, effect: &EffectKindPlan) -> bool {
    let transfers = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Transfer { .. });
    transfers(effect) || !form.effects.iter().any(|other| transfers(&other.kind))
}

/// What a rule would have earned, its caps and those of its groups count no more.
fn count_no_more(scope: &Scope<'_>, firing: &Firing<'_>, evaluation: &mut Evaluation) -> Result<(), Overflow> {
    let Evaluation { grants, changes, .. } = evaluation;
    for grant in grants.iter().filter(|grant| grant.rule == firing.rule) {
        for (caps, _) in caps::caps_of_both(scope, firing) {
            caps::count(scope, grant.wallet, caps, -grant.amount, changes)?;
        }
    }
    Ok(())
}

/// What a rule spends, transfers or accepts, within its caps and those of its groups; whether it fits.
fn moves_points(
    scope: &Scope<'_>,
    firing: &Firing<'_>,
    effect: &EffectKindPlan,
    evaluation: &mut Evaluation,
    acted: &mut SmallVec<[u32; 4]>,
) -> Result<bool, EventError> {
    let (rule, form) = (firing.rule, firing.form);
    let (wallet, wanted, sending) = match effect {
        EffectKindPlan::Spend { wallet, amount, up_to } => {
            let Some(wanted) = scope.number(*amount)? else { return Ok(true) };
            (*wallet, spend(scope, evaluation, (rule, *wallet), (wanted, rounding(effect)), *up_to, None)?, None)
        }
        EffectKindPlan::Transfer { wallet, amount, to, fresh, at_least } => {
            let Some(wanted) = scope.number(*amount)? else { return Ok(true) };
            let Value::Text(to, _) = scope.eval(*to, NO_ROW)? else { return Ok(true) };
            transfer::expect_receiver(scope, rule, to)?;
            let not_before = at_least.map(|length| scope.plan.calendar.plus(scope.at, length));
            let sending = Sending { to: to.into(), fresh: *fresh, not_before };
            let amount = (wanted, rounding(effect));
            (*wallet, spend(scope, evaluation, (rule, *wallet), amount, false, not_before)?, Some(sending))
        }
        EffectKindPlan::Accept { wallet } => {
            let left = evaluation.offer.as_ref().map(|offer| offer.left(*wallet)).transpose()?.flatten();
            let Some(left) = left else { return Ok(true) };
            (*wallet, left, None)
        }
        _ => return Ok(true),
    };
    let all = if is_within_caps(form, effect) { caps::caps_of_both(scope, firing) } else { SmallVec::new() };
    let denominator = scope.plan.denominator(wallet);
    let decimals = scope.plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals);
    let mut left = amount::multiply(wanted, denominator)?;
    for (caps, mode) in &all {
        let before = left;
        left = caps::cut_all(scope, wallet, (caps, *mode), left, &evaluation.changes)?;
        if left < before && *mode == CapMode::Reject {
            return Ok(false);
        }
    }
    let amount = amount::round(left, denominator, decimals, RoundMode::Down)?;
    for (caps, _) in &all {
        caps::count(scope, wallet, caps, amount::multiply(amount, denominator)?, &mut evaluation.changes)?;
    }
    if amount > Decimal::ZERO {
        match (effect, &mut evaluation.offer) {
            (EffectKindPlan::Accept { .. }, Some(offer)) => offer.accepted = amount::add(offer.accepted, amount)?,
            _ => evaluation.spends.push(Spend { wallet, rule, amount, sending }),
        }
        acted.push(rule);
    }
    Ok(true)
}

/// Where an amount that is taken has more digits than its wallet: nobody pays less than a price, and nobody sends more than is said.
pub fn rounding(effect: &EffectKindPlan) -> RoundMode {
    match effect {
        EffectKindPlan::Spend { up_to: false, .. } => RoundMode::Up,
        _ => RoundMode::Down,
    }
}

/// How much a rule may spend of what was there before the event.
fn spend(
    scope: &Scope<'_>,
    evaluation: &Evaluation,
    (rule, wallet): (u32, u16),
    (wanted, mode): (Decimal, RoundMode),
    up_to: bool,
    not_before: Option<i64>,
) -> Result<Decimal, EventError> {
    let plan = scope.plan.wallets.get(usize::from(wallet));
    let state = scope.member.wallets.get(usize::from(wallet));
    let (Some(plan), Some(state)) = (plan, state) else { return Ok(Decimal::ZERO) };
    let mut available = moves::available(scope, evaluation, wallet)?;
    for lot in state.ending_before(scope.plan, &plan.inactivities, not_before) {
        available = amount::subtract(available, lot.amount)?;
    }
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
