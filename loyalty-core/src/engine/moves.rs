//! What rules do with points that are there already, and with levels: convert, forfeit, raise; and the coupons that they issue.

use rust_decimal::Decimal;

use super::coupons::issue::{self, Issue};
use super::decided::Decided;
use super::earning::{self, Evaluation, LotPlan};
use super::error::EventError;
use super::eval::{NO_ROW, Scope};
use super::lots::Use;
use super::member::Member;
use super::outcome::{Because, Decision, Kind, RedeemedBy};
use super::rewards::{Lack, Taking};
use super::value::Value;
use super::{caps, challenges, flows, idle, ladders, lapses, ledger, rewards, wheels};
use crate::amount::{self, Overflow};
use crate::check::model::{Flow, RoundMode};
use crate::plan::layout::TOTAL_MAX;
use crate::plan::{EffectKindPlan, NodeId, Plan};

/// A move, worked out and not made yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Move {
    Draw {
        rule: u32,
        wheel: u16,
    },
    OptIn {
        challenge: u16,
    },
    Deal {
        rule: u32,
        wheel: u16,
    },
    Convert {
        rule: u32,
        from: u16,
        taken: Decimal,
        to: u16,
        given: Decimal,
    },
    Forfeit {
        rule: u32,
        wallet: u16,
        amount: Decimal,
    },
    Raise {
        ladder: u16,
        level: u16,
        end: i64,
    },
    Issue {
        rule: u32,
        issue: Issue,
    },
    /// A reward with its price, or what it lacks.
    Redeem {
        rule: u32,
        reward: u16,
        taking: Result<Taking, Vec<Lack>>,
    },
}

impl Move {
    /// Whether making it would change anything: a level that others outdo in height and length does not.
    pub fn comes_to_something(&self, member: &Member, at: i64) -> bool {
        match self {
            Move::Draw { .. }
            | Move::Deal { .. }
            | Move::OptIn { .. }
            | Move::Convert { .. }
            | Move::Forfeit { .. }
            | Move::Issue { .. }
            | Move::Redeem { .. } => true,
            Move::Raise { ladder, level, end } => {
                let standing = member.standings.get(usize::from(*ladder));
                *end > at && standing.is_some_and(|standing| standing.is_outdone_by(*level, *end))
            }
        }
    }
}

/// Works out a move on what is there before the event, less what the event's other effects take.
pub fn plan_move(
    scope: &Scope<'_>,
    evaluation: &mut Evaluation,
    rule: u32,
    effect: &EffectKindPlan,
) -> Result<Option<Move>, EventError> {
    Ok(match effect {
        EffectKindPlan::Redeem { reward, each } => {
            return rewards::plan_redeem(scope, evaluation, rule, *reward, *each);
        }
        EffectKindPlan::Convert { from, takes, to, gives, each } => {
            return plan_conversion(scope, evaluation, rule, (*from, *takes), (*to, *gives), *each);
        }
        EffectKindPlan::Forfeit { wallet, amount } => {
            let Value::Number(wanted) = scope.eval(*amount, NO_ROW)? else { return Ok(None) };
            let decimals = scope.plan.wallets.get(usize::from(*wallet)).map_or(0, |wallet| wallet.decimals);
            let wanted = amount::round(wanted.max(Decimal::ZERO), Decimal::ONE, decimals, RoundMode::Down)?;
            let amount = wanted.min(available(scope, evaluation, *wallet)?);
            (amount > Decimal::ZERO).then_some(Move::Forfeit { rule, wallet: *wallet, amount })
        }
        EffectKindPlan::Raise { ladder, level, end } => {
            let end = ladders::raise_end(scope.cycles(), *end, scope.at);
            Some(Move::Raise { ladder: *ladder, level: *level, end })
        }
        EffectKindPlan::Issue { coupon, code, end } => {
            issue::plan(scope, *coupon, *code, *end)?.map(|issue| Move::Issue { rule, issue })
        }
        _ => None,
    })
}

/// Works out a conversion: as many whole parts as there are enough points for, and as the other wallet has room for.
fn plan_conversion(
    scope: &Scope<'_>,
    evaluation: &mut Evaluation,
    rule: u32,
    (from, takes): (u16, NodeId),
    (to, gives): (u16, NodeId),
    each: bool,
) -> Result<Option<Move>, EventError> {
    let takes = scope.eval(takes, NO_ROW)?.number();
    let gives = scope.eval(gives, NO_ROW)?.number();
    let (Some(takes), Some(gives)) = (takes, gives) else { return Ok(None) };
    if takes <= Decimal::ZERO || gives < Decimal::ZERO {
        return Ok(None);
    }
    let decimals = |wallet: u16| scope.plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals);
    // Nothing finer than what the wallet counts is left in it, as with what is spent.
    let takes = amount::round(takes, Decimal::ONE, decimals(from), RoundMode::Up)?;
    let available = available(scope, evaluation, from)?;
    let mut times = amount::divide_floor(available.max(Decimal::ZERO), takes)?;
    if !each {
        times = times.min(Decimal::ONE);
    }
    let given = |times| amount::round(amount::multiply(gives, times)?, Decimal::ONE, decimals(to), RoundMode::Down);
    let wanted = given(times)?;
    let room = earning::fits(scope, evaluation, to, wanted)?;
    if room < wanted {
        times = times.min(amount::divide_floor(room, gives)?);
    }
    if times.is_zero() {
        return Ok(None);
    }
    let (given, taken) = (given(times)?, amount::multiply(takes, times)?);
    if let Some(policy) = scope.plan.policy(to, scope.day) {
        caps::count(scope, to, &policy.caps, given, &mut evaluation.changes)?;
    }
    Ok(Some(Move::Convert { rule, from, taken, to, given }))
}

/// What of a wallet other effects of the event have left.
pub fn available(scope: &Scope<'_>, evaluation: &Evaluation, wallet: u16) -> Result<Decimal, Overflow> {
    let state = scope.member.wallets.get(usize::from(wallet));
    let mut left = state.map_or(Decimal::ZERO, |state| state.available);
    for spend in evaluation.spends.iter().filter(|spend| spend.wallet == wallet) {
        left = amount::subtract(left, spend.amount)?;
    }
    for known in &evaluation.moves {
        let taken = match known {
            Move::Convert { from, taken, .. } if *from == wallet => *taken,
            Move::Forfeit { wallet: own, amount, .. } if *own == wallet => *amount,
            Move::Redeem { taking: Ok(taking), .. } => {
                let own = taking.parts.iter().filter(|(own, _)| *own == wallet).map(|(_, amount)| *amount);
                amount::sum(own)?
            }
            _ => continue,
        };
        left = amount::subtract(left, taken)?;
    }
    Ok(left)
}

/// Makes the moves of a rule or an event.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    moves: Vec<Move>,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    for step in moves {
        match step {
            Move::OptIn { challenge } => challenges::take_in(plan, member, usize::from(challenge), at, decisions),
            Move::Deal { rule, wheel } => wheels::deal(plan, member, wheel, rule, at, decisions),
            Move::Draw { rule, wheel } => wheels::draw(plan, member, wheel, Some(rule), at, decisions)?,
            Move::Convert { rule, from, taken, to, given } => {
                ledger::take(plan, member, from, taken, Some(rule), at, decisions)?;
                if given > Decimal::ZERO {
                    give(plan, member, rule, to, given, at, decisions)?;
                }
            }
            Move::Forfeit { rule, wallet, amount } => forfeit(plan, member, rule, wallet, amount, at, decisions)?,
            Move::Redeem { rule, taking: Ok(taking), .. } => {
                let by = if decisions.event().is_some() { RedeemedBy::Rule(rule) } else { RedeemedBy::Time };
                rewards::commit(plan, member, (&taking, by), at, decisions)?;
            }
            Move::Redeem { reward, taking: Err(lacks), .. } => {
                let rule = plan.rewards.get(usize::from(reward)).map_or(u32::MAX, |reward| reward.rule);
                decisions.push(Decision { at, kind: Kind::RewardRefused { rule, lacks } });
            }
            Move::Raise { ladder, level, end } => {
                ladders::set_level(plan, member, ladder, level, end, at, decisions);
            }
            Move::Issue { rule, issue } => issue::commit(plan, member, issue, Some(rule), at, decisions),
        }
    }
    Ok(())
}

fn give(
    plan: &Plan,
    member: &mut Member,
    rule: u32,
    wallet: u16,
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let day = plan.calendar.day_at(at);
    let come_in = member.wallets.get(usize::from(wallet)).map_or(Ok(Decimal::ZERO), |state| state.come_in())?;
    if amount::add(come_in, amount)? > TOTAL_MAX {
        return Err(Overflow.into());
    }
    let Some(policy) = plan.policy(wallet, day) else { return Ok(()) };
    let expire = earning::wallet_expiry(&Scope::of(plan, member, at), policy)?;
    let because = vec![Because::Rule { rule, amount }];
    let lot = LotPlan { wallet, vest: policy.vest.by_no_event(), expire, amount, because };
    lapses::bring_back(plan, member, wallet, at, |form| form.earning, decisions)?;
    idle::note(plan, member, wallet, at, |form| form.earning);
    Ok(ledger::add_lot(plan, member, lot, (0, at), decisions)?)
}

/// Takes points away for good, as if they had run out.
fn forfeit(
    plan: &Plan,
    member: &mut Member,
    rule: u32,
    wallet: u16,
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Some(policy) = plan.policy(wallet, plan.calendar.day_at(at)) else { return Ok(()) };
    let number = usize::from(wallet);
    let inactivities = plan.wallets.get(number).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let entry = member.next_entry();
    let Some(state) = member.wallets.get_mut(number) else { return Ok(()) };
    let order = state.spending_order(plan, inactivities, policy.spend);
    let uses: Vec<Use> = state.take(&order, amount)?;
    state.expired = amount::add(state.expired, amount)?;
    for used in &uses {
        // What is taken back of its order later finds that it has gone.
        if let Some(lot) = state.lots.find_mut(|lot| lot.entry == used.entry) {
            lot.expired = amount::add(lot.expired, used.amount)?;
        }
    }
    flows::note(plan, member, wallet, Flow::Expired, amount, at)?;
    decisions.push(Decision { at, kind: Kind::Forfeited { entry, wallet, amount, rule } });
    Ok(())
}
