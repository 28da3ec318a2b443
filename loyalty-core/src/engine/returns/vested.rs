//! Points of an edited order that had vested before the edit.
//!
//! They are taken back and granted anew like all others, but they do not wait once more: as many of the new form vest with
//! the edit, and nothing follows on that. Rules that follow on vesting are set off by what comes to more than had vested in
//! any form. Time made it vest, in no decision of the order: how much it was is read off what each edit took back.

use rust_decimal::Decimal;

use super::lasting::{each_form, follows_itself, is_lasting};
use super::order::read;
use super::rerate::granted;
use crate::amount::{self, Overflow};
use crate::engine::clock;
use crate::engine::decided::Decided;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::lots::{Lot, Vesting};
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::reactions::Cause;
use crate::plan::{EffectKindPlan, EffectPlan, Plan, in_force};

/// Of what an edited order has just been granted, as much vests at once as had vested of the form before.
pub fn carry(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    granted: &[(u16, Decimal)],
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let source = hash(&event.id);
    carry_lots(plan, member, |lot| lot.source == source, granted, event.at, decisions)
}

/// The same of what a coupon or a reward has just given with it, as far as the order's other points have left something.
pub fn carry_given(
    plan: &Plan,
    member: &mut Member,
    given: &[(u64, u16, Decimal)],
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let granted: Vec<(u16, Decimal)> = given.iter().map(|(_, wallet, amount)| (*wallet, *amount)).collect();
    let is_own = |lot: &Lot| given.iter().any(|(entry, ..)| *entry == lot.entry);
    carry_lots(plan, member, is_own, &granted, at, decisions)
}

fn carry_lots(
    plan: &Plan,
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    granted: &[(u16, Decimal)],
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let first = decisions.len();
    for wallet in 0..member.wallets.len() {
        let own = granted.iter().filter(|(of, _)| usize::from(*of) == wallet).map(|(_, amount)| *amount);
        let own = amount::sum(own)?;
        let vested = decisions.vested_before(wallet, own)?;
        if vested.is_zero() {
            continue;
        }
        let more = amount::subtract(own, vested)?;
        let waits = |lot: &Lot| is_own(lot) && lot.pending();
        // What has been written off of the form before is taken out of them already.
        let pending = member.wallets.get(wallet).map(|state| pending(&state.lots, &is_own)).transpose()?;
        let mut left = amount::subtract(pending.unwrap_or_default(), more)?;
        for place in 0..member.wallets.get(wallet).map_or(0, |state| state.lots.len()) {
            if left <= Decimal::ZERO {
                break;
            }
            let Some(state) = member.wallets.get_mut(wallet) else { break };
            let Some(lot) = state.lots.get(place).filter(|lot| waits(lot)).cloned() else { continue };
            let part = lot.amount.min(left);
            left = amount::subtract(left, part)?;
            let mut vests = place;
            if part < lot.amount {
                // It vests as a lot of its own, which the entry by which it does gives its name.
                if let Some(rest) = state.lots.get_mut(place) {
                    rest.amount = amount::subtract(rest.amount, part)?;
                }
                vests = state.lots.len();
                state.lots.push(Lot { amount: part, expired: Decimal::ZERO, ..lot.clone() });
            }
            clock::vest(plan, member, wallet, vests, at, decisions)?;
            if vests != place {
                let named = decisions.iter().rev().find_map(|decision| match decision.kind {
                    Kind::Vested { entry, .. } => Some(entry),
                    _ => None,
                });
                let split = member.wallets.get_mut(wallet).and_then(|state| state.lots.get_mut(vests));
                if let Some((entry, split)) = named.zip(split) {
                    split.entry = entry;
                }
            }
        }
    }
    decisions.carried(first);
    Ok(())
}

fn pending(lots: &[Lot], is_own: impl Fn(&Lot) -> bool) -> Result<Decimal, Overflow> {
    amount::sum(lots.iter().filter(|lot| is_own(lot) && lot.pending()).map(|lot| lot.amount))
}

/// What rules have followed on that follow on the vesting of an order's points.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// The most that had vested of an earlier form.
    had: Decimal,
    /// What has vested of this one before.
    has: Decimal,
    /// These need not wait, so that each is judged by itself where a rule has not followed on what had vested.
    at_once: bool,
}

/// How many points of an order, or of those in whose place it is, had waited and vested, by wallet: the most of any form. `vested`:
/// what the edit has found of the order itself.
pub(super) fn had_waited(plan: &Plan, member: &Member, order: &str, vested: &[Decimal]) -> Vec<Decimal> {
    let (mut taken, mut most) = (vested.to_vec(), vec![Decimal::ZERO; plan.wallets.len()]);
    each_form(plan, member, order, |record, decisions| {
        let own = || decisions.iter().filter(|decision| decision.at >= record.at);
        for (number, (taken, most)) in taken.iter_mut().zip(&mut most).enumerate() {
            let at_once =
                own().filter_map(|decision| at_once(plan, decision, number)).try_fold(Decimal::ZERO, amount::add);
            let waited = at_once.and_then(|at_once| amount::subtract(*taken, at_once));
            *most = (*most).max(waited.unwrap_or_default());
            let mut before = own().filter_map(|decision| match decision.kind {
                Kind::ClawedBack { wallet, amount, from_pending, .. } if usize::from(wallet) == number => {
                    amount::subtract(amount, from_pending).ok()
                }
                _ => None,
            });
            *taken = before.try_fold(Decimal::ZERO, amount::add).unwrap_or_default();
        }
    });
    most
}

/// What an order earns in a wallet by a decision that can be spent from the beginning.
fn at_once(plan: &Plan, decision: &Decision, number: usize) -> Option<Decimal> {
    let Kind::Earned { wallet, amount, vesting: Vesting::Done, .. } = decision.kind else { return None };
    let own = usize::from(wallet) == number && !follows_itself(plan, decision, plan.calendar.day_at(decision.at));
    own.then_some(amount)
}

/// What had waited and vested of the forms of an order before points of it are granted that need not wait, and the wallet; nothing,
/// if it is in no other's place or nothing of those had waited.
pub fn vested_at_once(plan: &Plan, decisions: &Decided, (first, place): (usize, usize)) -> Option<(u16, Before)> {
    let decision = decisions.get(place)?;
    let Kind::Earned { wallet, vesting: Vesting::Done, .. } = decision.kind else { return None };
    let number = usize::from(wallet);
    let had = decisions.undone().had_waited.get(number).copied().filter(|had| *had > Decimal::ZERO)?;
    at_once(plan, decision, number)?;
    let mut before = decisions.get(first..place)?.iter().filter_map(|decision| at_once(plan, decision, number));
    let has = before.try_fold(Decimal::ZERO, amount::add).ok()?;
    Some((wallet, Before { had, has, at_once: true }))
}

/// What had vested of an order and of those in whose place it is before points of it vest; nothing, if it is in no
/// other's place or nothing of those had.
pub fn followed_before(plan: &Plan, member: &Member, decision: &Decision) -> Option<Before> {
    let Kind::Vested { wallet, lot, amount, .. } = decision.kind else { return None };
    let lots = &member.wallets.get(usize::from(wallet))?.lots;
    let source = lots.iter().find(|known| known.entry == lot)?.source;
    let order = member.remembered_by(plan, source)?;
    // What of an order that cannot come back any more was granted is not known for sure.
    let order = Some(order).filter(|order| order.at >= member.return_horizon(plan) && !order.order.is_empty())?;
    let granted = granted(&read(plan, &order).ok()?, wallet).ok()?;
    let mut had = Decimal::ZERO;
    each_form(plan, member, order.id, |record, decisions| {
        let own = decisions.iter().filter(|decision| decision.at >= record.at);
        let taken = own.into_iter().find_map(|decision| match decision.kind {
            Kind::ClawedBack { wallet: of, amount, from_pending, .. } if of == wallet => {
                amount::subtract(amount, from_pending).ok()
            }
            _ => None,
        });
        had = had.max(taken.unwrap_or_default());
    });
    let has =
        amount::subtract(amount::subtract(granted, pending(lots, |lot| lot.source == source).ok()?).ok()?, amount)
            .ok()?;
    (had > Decimal::ZERO).then_some(Before { had, has, at_once: false })
}

impl Before {
    /// How much of what vests sets a rule off; `again`, whether it has followed on a part of it.
    pub fn new_to(
        &self,
        plan: &Plan,
        member: &Member,
        (rule, cause): (u32, &Cause),
        (at, again): (i64, &mut bool),
        decisions: &mut Decided,
    ) -> Result<Option<Decimal>, Overflow> {
        let number = rule as usize;
        let form = plan.rules.get(number).and_then(|rule| in_force(&rule.forms, plan.calendar.day_at(at)));
        let Some(form) = form.filter(|form| form.effects.iter().any(|effect| gives(&effect.kind))) else {
            // What only tells may tell it again.
            return Ok(Some(cause.amount));
        };
        let then = Cause { amount: self.had, ..*cause };
        let scope = Scope { cause: Some(&then), ..Scope::of(plan, member, at) };
        for condition in &form.when {
            if !scope.holds(condition.node)? {
                // It has not followed on what had vested, so that all of it is new.
                let all = if self.has <= self.had && !self.at_once {
                    amount::add(self.has, cause.amount)?
                } else {
                    cause.amount
                };
                return Ok(decisions.new_to(plan, rule, all));
            }
        }
        *again = true;
        let old = amount::subtract(self.had, self.has)?.clamp(Decimal::ZERO, cause.amount);
        let new = amount::subtract(cause.amount, old)?;
        decisions.new_to(plan, rule, old);
        let by_amount = plan.rules.get(number).is_some_and(|rule| rule.by_amount);
        Ok(decisions.new_to(plan, rule, new).filter(|new| by_amount && *new > Decimal::ZERO))
    }
}

/// Whether a rule that follows has done an effect for an earlier form of the order, which does not go by the amount: it stays, and is
/// not done for what is more.
pub fn is_done(scope: &Scope<'_>, effect: &EffectPlan) -> bool {
    scope.cause.is_some_and(|cause| cause.again) && !effect.by_amount && gives(&effect.kind)
}

/// Whether an effect leaves something behind that an edit would double.
pub(super) fn gives(effect: &EffectKindPlan) -> bool {
    effect.earns_in().is_some() || is_lasting(effect) || matches!(effect, EffectKindPlan::Spend { .. })
}
