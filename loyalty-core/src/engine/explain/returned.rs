//! Why a return takes what it takes: what the order had granted, what is kept of it comes to, and what is left to take.

use rust_decimal::Decimal;

use super::stage::Rounding;
use super::trace::{Shown, Tracer};
use crate::amount::{self, Overflow};
use crate::engine::error::EventError;
use crate::engine::eval::NO_ROW;
use crate::engine::grants;
use crate::engine::log::hash;
use crate::engine::lots::Use;
use crate::engine::member::Member;
use crate::engine::outcome::Kind;
use crate::engine::returns::{self, Judged};
use crate::engine::value::Stored;
use crate::plan::{Plan, Quote, RestorePlan, Unit};

/// What a return does to the wallets.
#[derive(Debug, Clone)]
pub struct Return {
    pub order: String,
    pub ordered_at: i64,
    /// Nothing of the order is kept.
    pub whole: bool,
    pub taken: Vec<Taken>,
    pub restored: Vec<Restored>,
}

/// What it takes from one wallet.
#[derive(Debug, Clone)]
pub struct Taken {
    pub wallet: u16,
    /// What the order granted, all returns left aside.
    pub granted: Decimal,
    /// What the rules of then make of what is kept.
    pub kept: Decimal,
    /// Taken back by earlier returns.
    pub before: Decimal,
    /// Left to take.
    pub due: Decimal,
    /// What the order's own lots still hold that could be spent.
    pub own: Decimal,
    pub parts: Vec<Kept>,
    pub rounding: Rounding,
    /// The clause on what happens where the points are no longer there.
    pub clawback: Option<Quote>,
}

/// What one rule's contribution comes to on what is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub rule: u32,
    pub line: Option<u32>,
    pub granted: Decimal,
    pub kept: Decimal,
    /// What it is a rate of, then and for what is kept.
    pub of: Option<KeptFigure>,
}

/// A number of the order, and of what is kept of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptFigure {
    pub said: String,
    pub unit: Unit,
    pub then: Shown,
    pub kept: Shown,
}

/// What it gives back to one wallet of what was spent with the order.
#[derive(Debug, Clone)]
pub struct Restored {
    pub wallet: u16,
    pub spent: Decimal,
    pub before: Decimal,
    pub policy: RestorePlan,
    pub restore: Option<Quote>,
}

/// Tells a return of that instant, as it was judged on the state that it met.
pub fn of(plan: &Plan, member: &Member, source: &str, judged: Judged) -> Result<Return, EventError> {
    let order = &judged.order;
    let rerated = returns::rerate(plan, member, order, &judged.kept_after, judged.after.whole)?;
    let mut taken = Vec::new();
    let mut restored = Vec::new();
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let (number, place) = (number as u16, number);
        let Some(policy) = plan.policy(number, order.day) else { continue };
        let granted = returns::granted(order, number)?;
        if !granted.is_zero() {
            let sum = returns::rerated_sum(&order.grants, &rerated, (number, wallet), policy)?;
            let result = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?;
            let kept = result.clamp(Decimal::ZERO, granted);
            let before = judged.before.clawed.get(place).copied().unwrap_or_default();
            let due = amount::subtract(amount::subtract(granted, kept)?, before)?;
            let rounding = Rounding {
                mode: policy.round,
                scope: policy.scope,
                line: policy.quotes.round.map(|quote| quote.line),
                exact: amount::divide_exactly(sum, wallet.denominator)?,
                result,
                before: Decimal::ZERO,
            };
            let parts = parts(plan, member, source, &judged, &rerated, number)?;
            let clawback = policy.quotes.clawback;
            let own = own_lots(member, number, &order.event.id)?;
            taken.push(Taken { wallet: number, granted, kept, before, due, own, parts, rounding, clawback });
        }
        let spent = spent(&order.decisions, number)?;
        if !spent.is_zero() {
            let then = order.decisions.iter().find_map(|decision| match &decision.kind {
                Kind::Spent { wallet, restore, .. } if *wallet == number => Some(*restore),
                _ => None,
            });
            let then = then.unwrap_or(policy.restore);
            restored.push(Restored {
                wallet: number,
                spent,
                before: judged.before.restored.get(place).copied().unwrap_or_default(),
                policy: then.how,
                // Of another version there is no text to be quoted.
                restore: policy.quotes.restore.filter(|_| then == policy.restore),
            });
        }
    }
    let (ordered_at, whole) = (order.event.at, judged.after.whole);
    Ok(Return { order: order.event.id.clone(), ordered_at, whole, taken, restored })
}

/// What the lots of an order still hold that could be spent.
fn own_lots(member: &Member, wallet: u16, order: &str) -> Result<Decimal, Overflow> {
    let lots = member.wallets.get(usize::from(wallet)).map(|state| &*state.lots).unwrap_or(&[]);
    let source = hash(order);
    let own = lots.iter().filter(|lot| lot.source == source && !lot.pending());
    own.map(|lot| lot.amount).try_fold(Decimal::ZERO, amount::add)
}

/// What was spent with an order.
fn spent(decisions: &[crate::engine::outcome::Decision], wallet: u16) -> Result<Decimal, Overflow> {
    let uses = decisions.iter().filter_map(|decision| match &decision.kind {
        Kind::Spent { wallet: from, uses, .. } if *from == wallet => Some(uses),
        _ => None,
    });
    uses.flatten().map(|used: &Use| used.amount).try_fold(Decimal::ZERO, amount::add)
}

/// The contributions of the order to a wallet, rule by rule, before caps of the wallet and rounding.
fn parts(
    plan: &Plan,
    member: &Member,
    source: &str,
    judged: &Judged,
    rerated: &[Decimal],
    wallet: u16,
) -> Result<Vec<Kept>, Overflow> {
    let order = &judged.order;
    let denominator = plan.denominator(wallet);
    let (then, kept) =
        (returns::scope(plan, member, order, &order.event), returns::scope(plan, member, order, &judged.kept_after));
    let mut parts: Vec<Kept> = Vec::new();
    for (grant, again) in order.grants.iter().zip(rerated).filter(|(grant, _)| grant.wallet == wallet) {
        let granted = amount::divide_exactly(grant.amount, denominator)?;
        let again = amount::divide_exactly(*again, denominator)?;
        if let Some(part) = parts.iter_mut().find(|part| part.rule == grant.rule) {
            part.granted = amount::add(part.granted, granted)?;
            part.kept = amount::add(part.kept, again)?;
            continue;
        }
        let rate = grants::rate_plan(plan, grant.base_rule, grant.effect, order.day);
        let of = match rate {
            Some(rate) => {
                let tracer = Tracer::new(then, source);
                // Where nothing is kept there is nothing of it.
                let left = if judged.after.whole {
                    Shown::Value(Stored::Number(Decimal::ZERO))
                } else {
                    Shown::of(kept.eval(rate.of, NO_ROW)?)
                };
                let (said, unit, then) = (tracer.said(rate.of), tracer.unit(rate.of), tracer.eval(rate.of)?);
                Some(KeptFigure { said, unit, then: Shown::of(then), kept: left })
            }
            None => None,
        };
        let line = plan.rules.get(grant.rule as usize).map(|rule| rule.line);
        parts.push(Kept { rule: grant.rule, line, granted, kept: again, of });
    }
    Ok(parts)
}
