//! What is left of an event's contributions once a part of it has come back.

use std::collections::BTreeSet;

use super::calendar::day;
use super::earn::{Basis, Share, rounded_by_rule};
use super::expr::Scope;
use super::ledger::Member;
use super::number::{Exact, round, zero};
use super::program::*;
use super::rates::{is_by_line, rate};

impl Member<'_> {
    /// The contributions of a known event on what is kept of it.
    pub fn current_shares(&self, known: &super::ledger::Known) -> Vec<Share> {
        let judgement = &known.judgement;
        if known.kept.whole {
            return vec![];
        }
        let scope = Scope { program: self.program, event: &known.kept.form, seen: &judgement.seen };
        let revoked = |rule: usize| {
            let rule = scope.rule(rule);
            self.program.returns_of(rule) == Returns::Revoke && !rule.when.iter().all(|when| scope.holds(when))
        };
        let mut shares = judgement.shares.clone();
        shares.extend(judgement.cut.clone());
        shares.sort_by_key(|share| share.rule);
        for share in &mut shares {
            let capped = self.is_capped(share.rule, share.wallet, known.event.at);
            if let Basis::Rate { base, effect, points, before, after } = &share.basis {
                let gone = revoked(*base);
                let points = self.points_again(&scope, (*base, *effect), points);
                let again = rate(&scope, *base, *effect, &points, before, after).filter(|_| !gone).unwrap_or_else(zero);
                share.amount = if capped || is_by_line(&scope, &share.basis, share.wallet) {
                    again
                } else if share.amount < zero() {
                    again.max(share.amount.clone())
                } else {
                    again.min(share.amount.clone())
                };
            }
            // What a cap had cut off a fixed amount may be there once more.
            if let (true, Basis::Fixed(effect)) = (capped, &share.basis)
                && let Effect::Earn { amount: Earn::Fixed(fixed), .. } = &scope.rule(share.rule).effects[*effect]
            {
                share.amount = scope.number(fixed).unwrap_or_else(zero);
            }
            if revoked(share.rule) {
                share.amount = zero();
            }
        }
        // Line by line a rule may have more and its multiplier less than before; together they have no more.
        let number = |share: &Share| match share.basis {
            Basis::Rate { base, effect, .. } => Some((base, effect, share.wallet)),
            Basis::Fixed(_) => None,
        };
        let before: Vec<Share> = judgement.shares.iter().chain(&judgement.cut).cloned().collect();
        for one in shares.iter().filter_map(number).collect::<BTreeSet<_>>() {
            let of = |share: &&Share| {
                number(share) == Some(one)
                    && is_by_line(&scope, &share.basis, share.wallet)
                    && !self.is_capped(share.rule, share.wallet, known.event.at)
            };
            let sum = |shares: &[Share]| -> Exact { shares.iter().filter(of).map(|share| &share.amount).sum() };
            let mut more = (sum(&shares) - sum(&before)).max(zero());
            for share in shares.iter_mut().rev().filter(|share| of(&&**share)) {
                let taken = more.clone().min(share.amount.clone().max(zero()));
                share.amount -= &taken;
                more -= taken;
            }
        }
        let mut rules: Vec<usize> = shares.iter().map(|share| share.rule).collect();
        rules.dedup();
        self.cut(&mut shares, &rules, (known.event.at, &judgement.seen.levels), Some(&judgement.shares));
        // Whatever the rates are now, there is no more of it in a wallet than there was.
        for wallet in 0..self.program.wallets.len() {
            let sum = |shares: &[Share]| -> Exact {
                shares.iter().filter(|share| share.wallet == wallet).map(|share| &share.amount).sum()
            };
            let mut more = (sum(&shares) - sum(&judgement.shares)).max(zero());
            for share in shares.iter_mut().rev().filter(|share| share.wallet == wallet && share.amount > zero()) {
                let taken = more.clone().min(share.amount.clone());
                share.amount -= &taken;
                more -= taken;
            }
        }
        shares
    }

    /// The points of a rate on what is kept: a table that goes by the event alone is looked into again.
    fn points_again(&self, scope: &Scope<'_>, (rule, effect): (usize, usize), points: &Exact) -> Exact {
        let rule = scope.rule(rule);
        match &rule.effects[effect] {
            Effect::Earn { amount: Earn::Rate { points: table, .. }, .. }
                if self.program.returns_of(rule) == Returns::Revoke
                    && matches!(table, Expr::Match(..) | Expr::MatchRange(..)) =>
            {
                scope.number(table).unwrap_or_else(zero)
            }
            _ => points.clone(),
        }
    }

    /// What the wallet would have got for what is kept; at most what it got.
    pub fn rerated(&self, known: &super::ledger::Known, wallet: usize) -> Exact {
        let shares: Vec<Share> =
            self.current_shares(known).into_iter().filter(|share| share.wallet == wallet).collect();
        let policy = self.program.wallets[wallet].on(day(self.program.zone, known.event.at));
        let sum = round(&rounded_by_rule(policy, &shares), policy.decimals, policy.round).max(zero());
        sum.min(known.granted.get(&wallet).cloned().unwrap_or_else(zero))
    }
}
