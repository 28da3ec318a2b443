//! From contributions to lots, once more and with a note of every step: rounding, the wallet's caps, its greatest balance.

use rust_decimal::Decimal;

use super::caps::{self, Cut, Owner, Used};
use super::judged::{Judged, Share};
use crate::amount::{self, Overflow};
use crate::check::model::{RoundMode, RoundScope};
use crate::engine::earning::{rounded_contribution, wallet_expiry};
use crate::plan::{ExpirePlan, VestPlan};

/// What became of all contributions to one wallet.
#[derive(Debug, Clone)]
pub struct Stage {
    pub wallet: u16,
    pub lots: Vec<Lot>,
    pub cut: Option<Cut>,
    pub held: Option<Held>,
}

/// Contributions that vest and expire alike.
#[derive(Debug, Clone)]
pub struct Lot {
    pub vest: VestPlan,
    pub expire: ExpirePlan,
    /// The contributing rules, by their number in [`Judged::shares`].
    pub shares: Vec<usize>,
    pub rounding: Rounding,
}

/// One rounding step.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounding {
    pub mode: RoundMode,
    pub scope: RoundScope,
    pub line: Option<u32>,
    /// What was rounded: the running sum of the wallet, up to and with the lot.
    pub exact: Decimal,
    pub result: Decimal,
    /// The part of the result that earlier lots have.
    pub before: Decimal,
}

/// What the wallet's greatest balance took.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub wallet: u16,
    pub most: Decimal,
    /// Available and pending before the event.
    pub held: Decimal,
    pub room: Decimal,
    pub asked: Decimal,
    pub line: Option<u32>,
}

/// Works out one wallet; nothing if nothing was contributed to it.
pub fn of(judged: &Judged<'_>, wallet: u16) -> Result<Option<Stage>, Overflow> {
    let scope = &judged.tracer.scope;
    let plan = scope.plan.wallets.get(usize::from(wallet));
    let (Some(plan), Some(policy)) = (plan, scope.plan.policy(wallet, scope.day)) else { return Ok(None) };
    let shares =
        || judged.shares.iter().enumerate().filter(|(_, share)| share.wallet == wallet && !share.left.is_zero());
    if shares().next().is_none() {
        return Ok(None);
    }
    let usual = wallet_expiry(scope, policy)?;
    let mut lots: Vec<Lot> = Vec::new();
    for (number, share) in shares() {
        let (vest, expire) = share.own_form(judged);
        let (vest, expire) = (vest.unwrap_or(policy.vest), expire.unwrap_or(usual));
        match lots.iter_mut().find(|lot| lot.vest == vest && lot.expire == expire) {
            Some(lot) => lot.shares.push(number),
            None => {
                let rounding = Rounding {
                    mode: policy.round,
                    scope: policy.scope,
                    line: policy.quotes.round.map(|quote| quote.line),
                    exact: Decimal::ZERO,
                    result: Decimal::ZERO,
                    before: Decimal::ZERO,
                };
                lots.push(Lot { vest, expire, shares: vec![number], rounding });
            }
        }
    }
    let (mut sum, mut given) = (Decimal::ZERO, Decimal::ZERO);
    for lot in &mut lots {
        for (_, amount) in by_rule(&judged.shares, &lot.shares)? {
            sum = amount::add(sum, rounded_contribution(plan, policy, amount)?)?;
        }
        let total = amount::round(sum, plan.denominator, plan.decimals, policy.round)?.max(Decimal::ZERO);
        lot.rounding.exact = amount::divide_exactly(sum, plan.denominator)?;
        (lot.rounding.before, lot.rounding.result) = (given, total);
        given = total;
    }
    let caps = (Owner::Wallet(wallet), policy.caps.as_slice(), policy.cap_mode);
    let cut = caps::cut(scope, caps, (wallet, Decimal::ONE), given, &Used::new())?;
    let (rest, cut) = cut.map_or((given, None), |(rest, cut)| (rest, Some(cut)));
    let mut held = None;
    if let (Some(most), Some(state)) = (policy.hold_at_most, scope.member.wallets.get(usize::from(wallet))) {
        let before = amount::add(state.available, state.pending)?;
        let room = amount::subtract(most, before)?.max(Decimal::ZERO);
        if rest > room {
            let line = policy.quotes.hold_at_most.map(|quote| quote.line);
            held = Some(Held { wallet, most, held: before, room, asked: rest, line });
        }
    }
    Ok(Some(Stage { wallet, lots, cut, held }))
}

/// What each rule contributes by the shares of a lot, in the order of the file.
pub fn by_rule(shares: &[Share], numbers: &[usize]) -> Result<Vec<(u32, Decimal)>, Overflow> {
    let mut parts: Vec<(u32, Decimal)> = Vec::new();
    for share in numbers.iter().filter_map(|number| shares.get(*number)) {
        match parts.iter_mut().find(|(rule, _)| *rule == share.rule) {
            Some((_, amount)) => *amount = amount::add(*amount, share.left)?,
            None => parts.push((share.rule, share.left)),
        }
    }
    Ok(parts)
}
