//! What rounding, caps and the greatest balance of a wallet leave of points that rules spend, send or convert.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::caps::{self, Cut, Owner, Used};
use super::granted::Step;
use super::judged::Judged;
use super::stage::{Held, Rounding};
use crate::amount::{self, Overflow};
use crate::check::model::{RoundMode, RoundScope};
use crate::engine::effects;
use crate::plan::{EffectKindPlan, NodeId};

/// What the effects of an event have moved so far, each of which leaves less for those after it.
#[derive(Default, Clone)]
pub struct Moved {
    taken: BTreeMap<u16, Decimal>,
    /// What was converted into a wallet.
    given: BTreeMap<u16, Decimal>,
    used: Used,
}

/// What had been moved when each rule that moves points had done so, in the order of the rules.
#[derive(Default)]
pub struct Moves(Vec<(u32, Moved)>);

impl Moves {
    /// What rules before that one have moved.
    pub fn before(&self, rule: u32) -> Moved {
        let last = self.0.iter().rev().find(|(by, _)| *by < rule);
        last.map(|(_, moved)| moved.clone()).unwrap_or_default()
    }

    pub fn after(&mut self, rule: u32, moved: &Moved) {
        self.0.push((rule, moved.clone()));
    }
}

/// Which limits cut what an effect has taken from its wallet, in the order in which they are asked, and notes what it took.
/// Nothing of it for effects that move no points.
pub fn limits(
    judged: &Judged<'_>,
    rule: u32,
    effect: &EffectKindPlan,
    done: Decimal,
    moved: &mut Moved,
) -> Result<Vec<Step>, Overflow> {
    match effect {
        EffectKindPlan::Spend { wallet, amount, .. } | EffectKindPlan::Transfer { wallet, amount, .. } => {
            of_rule(judged, (rule, *wallet), (effect, *amount), done, moved)
        }
        EffectKindPlan::Convert { from, takes, to, gives, each } => {
            of_conversion(judged, (*from, *takes), (*to, *gives), *each, done, moved)
        }
        _ => Ok(Vec::new()),
    }
}

/// What of a wallet the effects before have left.
fn available(judged: &Judged<'_>, wallet: u16, moved: &Moved) -> Result<Decimal, Overflow> {
    let state = judged.tracer.scope.member.wallets.get(usize::from(wallet));
    let before = state.map_or(Decimal::ZERO, |state| state.available);
    amount::subtract(before, moved.taken.get(&wallet).copied().unwrap_or_default())
}

/// The caps of the rule and of its groups.
fn of_rule(
    judged: &Judged<'_>,
    (rule, wallet): (u32, u16),
    (effect, wanted): (&EffectKindPlan, NodeId),
    done: Decimal,
    moved: &mut Moved,
) -> Result<Vec<Step>, Overflow> {
    let scope = &judged.tracer.scope;
    let (exact, available) = (scope.number(wanted)?.unwrap_or_default(), available(judged, wallet, moved)?);
    let decimals = scope.plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals);
    let mode = effects::rounding(effect);
    let result = amount::round(exact.max(Decimal::ZERO), Decimal::ONE, decimals, mode)?;
    let wanted = result.min(available);
    let own = (rule, wallet);
    let capped = judged.fired(rule).is_some_and(|form| effects::is_within_caps(form, effect));
    let mut steps = Vec::new();
    if exact != result && result <= available {
        let (scope, line, before) = (RoundScope::PerRule, None, Decimal::ZERO);
        steps.push(Step::Round(Rounding { mode, scope, line, exact, result, before }));
    }
    if capped {
        if done < wanted {
            let cuts = caps::cuts_of_move(scope, &judged.firings, own, wanted, &moved.used)?;
            steps.extend(cuts.into_iter().map(Step::Cut));
        }
        caps::count_move(scope, &judged.firings, own, done, &mut moved.used)?;
    }
    note(&mut moved.taken, wallet, done)?;
    Ok(steps)
}

/// The caps and the greatest balance of the wallet that is converted into; of what did not even come about once, those that leave
/// no room for that.
fn of_conversion(
    judged: &Judged<'_>,
    (from, takes): (u16, NodeId),
    (to, gives): (u16, NodeId),
    each: bool,
    done: Decimal,
    moved: &mut Moved,
) -> Result<Vec<Step>, Overflow> {
    let scope = &judged.tracer.scope;
    let (Some(takes), Some(gives)) = (scope.number(takes)?, scope.number(gives)?) else { return Ok(Vec::new()) };
    let (Some(policy), Some(wallet)) = (scope.plan.policy(to, scope.day), scope.plan.wallets.get(usize::from(to)))
    else {
        return Ok(Vec::new());
    };
    let decimals = scope.plan.wallets.get(usize::from(from)).map_or(0, |wallet| wallet.decimals);
    let takes = amount::round(takes, Decimal::ONE, decimals, RoundMode::Up)?;
    let available = available(judged, from, moved)?;
    if takes <= Decimal::ZERO || takes > available {
        return Ok(Vec::new());
    }
    let asked = if each && !done.is_zero() { amount::divide_floor(available, takes)? } else { Decimal::ONE };
    let worth = |times| amount::round(amount::multiply(gives, times)?, Decimal::ONE, wallet.decimals, RoundMode::Down);
    let (wanted, given) = (worth(asked)?, worth(amount::divide_floor(done, takes)?)?);
    let mut steps = Vec::new();
    if done < amount::multiply(takes, asked)? {
        // What the event earns there comes first.
        let mut earned = judged.lots.iter().filter(|lot| lot.wallet == to).map(|lot| lot.amount);
        let earned = earned.try_fold(Decimal::ZERO, amount::add)?;
        let mut used = moved.used.clone();
        caps::count(&policy.caps, to, earned, &mut used)?;
        let whole = (Owner::Wallet(to), policy.caps.as_slice(), policy.cap_mode);
        let cut = caps::cut(scope, whole, (to, Decimal::ONE), wanted, &used)?;
        // Only whole parts are made of what there is room for.
        steps.extend(cut.map(|(_, cut)| Step::Cut(Cut { left: given, ..cut })));
        if let (Some(most), Some(state)) = (policy.hold_at_most, scope.member.wallets.get(usize::from(to))) {
            let parts = [state.available, state.pending, earned, moved.given.get(&to).copied().unwrap_or_default()];
            let held = parts.into_iter().try_fold(Decimal::ZERO, amount::add)?;
            let room = amount::at_least_zero(amount::subtract(most, held)?);
            if wanted > room {
                let line = policy.quotes.hold_at_most.map(|quote| quote.line);
                steps.push(Step::Hold(Held { wallet: to, most, held, room, asked: wanted, line }));
            }
        }
    }
    caps::count(&policy.caps, to, given, &mut moved.used)?;
    note(&mut moved.given, to, given)?;
    note(&mut moved.taken, from, done)?;
    Ok(steps)
}

fn note(amounts: &mut BTreeMap<u16, Decimal>, wallet: u16, amount: Decimal) -> Result<(), Overflow> {
    let known = amounts.entry(wallet).or_default();
    *known = amount::add(*known, amount)?;
    Ok(())
}
