//! Writing what was worked out into a member's wallets, counters and attributes: every change is a decision.

use rust_decimal::Decimal;

use super::cycles::Cycles;
use super::earning::{Evaluation, LotPlan};
use super::flows;
use super::idle;
use super::lapses;
use super::lots::{self, Lot, Use, Vesting};
use super::member::Member;
use super::members::pause;
use super::outcome::{Decision, Kind};
use super::tags;
use crate::amount::{self, Overflow};
use crate::check::model::Flow;
use crate::plan::Plan;

/// Puts a new lot into a wallet and says so.
pub fn add_lot(
    plan: &Plan,
    member: &mut Member,
    lot: LotPlan,
    (source, at): (u64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let (entry, wallet) = (member.next_entry(), lot.wallet);
    let vesting = lots::vesting(Cycles::of(plan, member), lot.vest, at);
    let expiry = lots::expiry(plan, lot.expire, at, vesting == Vesting::Done);
    let expiry = pause::moved_expiry(plan, &member.account, expiry, at);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    state.issued = amount::add(state.issued, lot.amount)?;
    let wallets = plan.inactivities(wallet);
    idle::start(plan, &member.account, state, (wallet, expiry), at);
    let kept = Lot { entry, source, amount: lot.amount, earned_at: at, vesting, expiry, expired: Decimal::ZERO };
    // What is told late may have run out long since, although there was activity after that.
    let lapsed = if at < member.clock { idle::lapse_of(plan, wallets, state, &kept, at) } else { None };
    let expires_at = lapsed.map(|(_, over)| over).or_else(|| state.expires_at(plan, wallets, &kept));
    let place = state.lots.len();
    state.lots.push(kept);
    let pending = vesting != Vesting::Done;
    if pending {
        state.pending = amount::add(state.pending, lot.amount)?;
    } else {
        state.available = amount::add(state.available, lot.amount)?;
    }
    flows::note(plan, member, wallet, Flow::Earned, lot.amount, at)?;
    if !pending {
        flows::note(plan, member, wallet, Flow::Vested, lot.amount, at)?;
    }
    decisions.push(Decision {
        at,
        kind: Kind::Earned { entry, wallet, amount: lot.amount, vesting, expires_at, because: lot.because },
    });
    if !pending {
        settle_debt(member, wallet, at, decisions)?;
    }
    match lapsed {
        Some((form, over)) => lapses::run_out(plan, member, (wallet, place), (Some(form), over), decisions),
        None => Ok(()),
    }
}

/// Settles the wallet's debt from the lot that came last.
pub fn settle_debt(member: &mut Member, wallet: u16, at: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    if state.debt.is_zero() {
        return Ok(());
    }
    let settled = state.settle(state.lots.len().saturating_sub(1))?;
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    Ok(())
}

/// Writes an evaluation into the member's state; `source` tells the event that lots come from, 0 for none.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    (source, at): (u64, i64),
    evaluation: &mut Evaluation,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    // What goes to other members has gone before: see `members::transfer`.
    for spend in evaluation.spends.iter().filter(|spend| spend.sending.is_none()) {
        take(plan, member, spend.wallet, spend.amount, Some(spend.rule), at, decisions)?;
    }
    for lot in evaluation.lots.drain(..) {
        lapses::bring_back(plan, member, lot.wallet, at, |form| form.earning, decisions)?;
        idle::note(plan, member, lot.wallet, at, |form| form.earning);
        add_lot(plan, member, lot, (source, at), decisions)?;
    }
    Ok(())
}

/// Writes down what else rules tell, as of an instant that what they follow on may have had before the present.
pub fn tell(
    plan: &Plan,
    member: &mut Member,
    evaluation: &mut Evaluation,
    (at, as_of): (i64, i64),
    decisions: &mut Vec<Decision>,
) {
    for mut kind in evaluation.facts.drain(..) {
        let mut told_at = at;
        match &mut kind {
            // Of two that are told in another order than they happened, the later stands.
            Kind::Tagged { .. } | Kind::Untagged { .. } => {
                told_at = as_of;
                if !tags::tell(member, &kind, as_of) {
                    continue;
                }
            }
            Kind::AttributeSet { field, value } => {
                told_at = as_of;
                if !member.tell(usize::from(*field), value, as_of) {
                    continue;
                }
            }
            // Two rules may give the same badge.
            Kind::BadgeAwarded { badge, level, .. } if !super::badges::commit(plan, member, (badge, level), at) => {
                continue;
            }
            Kind::Consent(consent) => {
                if as_of < at {
                    if !member.contact.date(consent, as_of) {
                        continue;
                    }
                    told_at = consent.at;
                }
                member.contact.note((**consent).clone());
            }
            kind => super::referrals::note(plan, member, kind, at),
        }
        decisions.push(Decision { at: told_at, kind });
    }
}

/// Spends available points.
pub fn take(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    rule: Option<u32>,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(restore) = plan.policy(wallet, plan.calendar.day_at(at)).map(|policy| policy.restore) else {
        return Ok(());
    };
    let Some((entry, uses)) = draw(plan, member, wallet, (amount, None), at)? else { return Ok(()) };
    if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
        state.spent = amount::add(state.spent, amount)?;
    }
    flows::note(plan, member, wallet, Flow::Spent, amount, at)?;
    decisions.push(Decision { at, kind: Kind::Spent { entry, wallet, amount, rule, uses, restore } });
    lapses::bring_back(plan, member, wallet, at, |form| form.spending, decisions)
}

/// Takes available points out of their lots, in the wallet's order, those left alone that end before an instant; tells the
/// entry and what came from which lot.
pub fn draw(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    (amount, not_before): (Decimal, Option<i64>),
    at: i64,
) -> Result<Option<(u64, Vec<Use>)>, Overflow> {
    let Some(policy) = plan.policy(wallet, plan.calendar.day_at(at)) else { return Ok(None) };
    let entry = member.next_entry();
    let horizon = plan.horizon_at(member.clock.max(at));
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(None) };
    let inactivities = plan.inactivities(wallet);
    // What is noted as used must not go by when the state was last tidied.
    state.draw_together(inactivities, horizon);
    let mut order = state.spending_order(plan, inactivities, policy.spend);
    let spared: Vec<u64> = state.ending_before(plan, inactivities, not_before).map(|lot| lot.entry).collect();
    order.retain(|lot| state.lots.get(*lot).is_some_and(|lot| !spared.contains(&lot.entry)));
    let uses = state.take(&order, amount)?;
    idle::note(plan, member, wallet, at, |form| form.spending);
    Ok(Some((entry, uses)))
}
