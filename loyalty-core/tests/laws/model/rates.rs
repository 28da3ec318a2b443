//! What rules contribute by themselves, and what those that multiply add to it.

use super::earn::{Basis, Share};
use super::event::{Line, number};
use super::expr::{Scope, product};
use super::number::{Exact, round, whole, zero};
use super::program::*;

pub(super) fn own_shares(scope: &Scope<'_>, firing: &[usize]) -> Vec<Share> {
    let mut shares = vec![];
    for rule in firing {
        for (number, effect) in scope.rule(*rule).effects.iter().enumerate() {
            let Effect::Earn { wallet, amount, .. } = effect else { continue };
            let share = match amount {
                Earn::Fixed(amount) => scope.number(amount).map(|amount| (amount, Basis::Fixed(number))),
                Earn::Rate { points, .. } => scope.number(points).and_then(|points| {
                    let (before, after) = (zero(), whole(1));
                    let amount = rate(scope, *rule, number, &points, &before, &after)?;
                    Some((amount, Basis::Rate { base: *rule, effect: number, points, before, after }))
                }),
            };
            if let Some((amount, basis)) = share.filter(|(amount, _)| *amount >= zero()) {
                shares.push(Share { rule: *rule, wallet: *wallet, basis, amount });
            }
        }
    }
    shares
}

/// What multiplying rules add to the rates of the rules that they name.
pub(super) fn multiplied(scope: &Scope<'_>, firing: &[usize], own: &[Share]) -> Vec<Share> {
    let mut shares = vec![];
    for share in own {
        let Basis::Rate { base, effect, points, .. } = &share.basis else { continue };
        let mut factors: Vec<Exact> = vec![];
        let total = |factors: &[Exact]| -> Exact {
            let total = match scope.wallet(share.wallet).multipliers {
                Multipliers::Add => whole(1) + factors.iter().map(|factor| factor - whole(1)).sum::<Exact>(),
                Multipliers::Compound => factors.iter().fold(whole(1), |product, factor| product * factor),
                Multipliers::Best => factors.iter().max().cloned().unwrap_or(whole(1)),
            };
            total.max(zero())
        };
        for rule in firing {
            for effect_of in &scope.rule(*rule).effects {
                let Effect::Multiply { rules, wallet, by } = effect_of else { continue };
                if wallet.is_some_and(|wallet| wallet != share.wallet) {
                    continue;
                }
                let Some(by) = scope.number(by).filter(|_| rules.contains(base)) else { continue };
                let best = scope.wallet(share.wallet).multipliers == Multipliers::Best;
                let before = if best { whole(1) } else { total(&factors) };
                if best && factors.iter().any(|factor| *factor >= by) {
                    continue;
                }
                if best {
                    // What was the greatest until now counts no more.
                    shares.retain(|other: &Share| !multiplies(other, share));
                }
                factors.push(by);
                let after = total(&factors);
                let amount = rate(scope, *base, *effect, points, &before, &after).unwrap_or_else(zero);
                let basis = Basis::Rate { base: *base, effect: *effect, points: points.clone(), before, after };
                shares.push(Share { rule: *rule, wallet: share.wallet, basis, amount });
            }
        }
    }
    shares
}

/// Whether a rate is rounded line by line.
pub(super) fn is_by_line(scope: &Scope<'_>, basis: &Basis, wallet: usize) -> bool {
    let Basis::Rate { base, effect, .. } = basis else { return false };
    let Effect::Earn { amount: Earn::Rate { of, .. }, .. } = &scope.rule(*base).effects[*effect] else { return false };
    let of_line = if let Expr::Times(inner, _) = of { inner } else { of };
    let of_lines = matches!(of_line, Expr::SumLines(..) | Expr::SumProducts(..));
    of_lines && matches!(scope.wallet(wallet).scope, RoundScope::Line | RoundScope::Unit)
}

/// Whether a share is what a multiplying rule makes of another share.
fn multiplies(share: &Share, of: &Share) -> bool {
    match (&share.basis, &of.basis) {
        (Basis::Rate { base, effect, .. }, Basis::Rate { base: own, effect: number, .. }) => {
            share.wallet == of.wallet && (base, effect) == (own, number)
        }
        _ => false,
    }
}

/// A rate on the scope's event, for its factor running from `before` to `after`.
pub(super) fn rate(
    scope: &Scope<'_>,
    rule: usize,
    effect: usize,
    points: &Exact,
    before: &Exact,
    after: &Exact,
) -> Option<Exact> {
    let Effect::Earn { wallet, amount: Earn::Rate { per, full, of, .. }, .. } = &scope.rule(rule).effects[effect]
    else {
        panic!("a rate names the effect that earns by it")
    };
    let policy = scope.wallet(*wallet);
    let raw = |base: Exact| {
        let blocks = base.max(zero()) / per;
        points * if *full { blocks.floor() } else { blocks }
    };
    let lines = matches!(policy.scope, RoundScope::Line | RoundScope::Unit);
    let (of_line, times) = match of {
        Expr::Times(inner, times) => (&**inner, times.clone()),
        of => (of, whole(1)),
    };
    let (Expr::SumLines(_, filter) | Expr::SumProducts(_, _, filter)) = of_line else {
        return scope.number(of).map(|base| raw(base) * (after - before));
    };
    if !lines {
        return scope.number(of).map(|base| raw(base) * (after - before));
    }
    let by_line = |line: &Line| {
        let base = match of_line {
            Expr::SumProducts(one, other, _) => product(line, one, other)?,
            Expr::SumLines(name, _) => number(line, name)?,
            _ => return None,
        };
        let units = match (policy.scope, number(line, "quantity")) {
            (RoundScope::Unit, Some(quantity)) if quantity > zero() => quantity,
            _ => whole(1),
        };
        let raw = raw(base * &times / &units);
        let rounded = |factor: &Exact| round(&(&raw * factor), policy.decimals, policy.round) * &units;
        Some(rounded(after) - rounded(before))
    };
    Some(scope.lines(filter.as_deref())?.into_iter().filter_map(by_line).sum())
}
