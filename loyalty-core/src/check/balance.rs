//! Balances where an amount is meant: a bare wallet is what the member has in it, and neither a number of its points nor a rate.

use super::Checker;
use super::model::{Earn, Expr, ExprKind, Type, WalletFigure, WalletIndex};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// The balance of that wallet in an amount, where it is read by the bare name; `points.balance` says that it is meant.
    fn bare_balance<'e>(&self, amount: &'e Expr, wallet: WalletIndex) -> Option<&'e Expr> {
        let bare = |part: &Expr| {
            matches!(part.kind, ExprKind::Wallet(of, WalletFigure::Balance) if of == wallet)
                && self.bare_balances.contains(&part.span)
        };
        let mut found = None;
        // What a `match` asks may well be the balance.
        amount.walk(&mut |part| found = found.or(bare(part).then_some(part)));
        found.filter(|_| amount.is_made_of(bare))
    }

    /// `convert points to cash`: as much is given as there is in the other wallet already. Whether that is so.
    pub(super) fn converts_to_a_balance(&mut self, from: Option<WalletIndex>, gives: &Expr) -> bool {
        let mut found = None;
        gives.walk(&mut |part| {
            if let ExprKind::Wallet(into, WalletFigure::Balance) = part.kind
                && self.bare_balances.contains(&part.span)
            {
                found = found.or(Some((into, part.span)));
            }
        });
        let Some((into, span)) = found else { return false };
        let name = self.wallet_name(into);
        let from = from.filter(|from| *from != into);
        let takes = from.map_or_else(|| "1 points".to_owned(), |from| self.one_of(from, "from"));
        let gives = match self.unit_of(into) {
            Type::Money(currency) => format!("0.01 {} into {name}", currency.as_str()),
            _ => format!("1 {name}"),
        };
        self.report(
            Diagnostic::new(
                Code::BalanceForAmount,
                span,
                format!("this gives as much as there is in `{name}` already"),
            )
            .help(format!(
                "what is given is an amount: `convert each {takes} to {gives}`; if the balance is meant, write `{name}.balance`"
            )),
        );
        true
    }

    /// `earn points per 1 EUR of …`: the balance for every euro.
    pub(super) fn earns_a_balance(&mut self, wallet: WalletIndex, earn: &Earn, of_event: bool) {
        let (amount, rate) = match earn {
            Earn::Fixed(amount) => (amount, false),
            Earn::Rate { points, .. } => (points, true),
        };
        let Some(bare) = self.bare_balance(amount, wallet) else { return };
        let name = self.wallet_name(wallet);
        let one = self.one_of(wallet, "");
        let code = if rate || core::ptr::eq(bare, amount) {
            Code::BalanceForAmount
        } else if of_event {
            Code::BalanceEarned
        } else {
            // A share of what there is, every month: interest.
            return;
        };
        self.report(
            Diagnostic::new(code, bare.span, format!("`{name}` alone is all that the member has of it")).help(format!(
                "an amount has its number, as in `{one}`; if the balance is meant, write `{name}.balance`"
            )),
        );
    }

    pub(super) fn wallet_name(&self, wallet: WalletIndex) -> String {
        self.wallets.get(wallet).map_or_else(String::new, |wallet| wallet.name.clone())
    }

    /// The least that one writes of a wallet: `1 points`, `1 EUR from cash`.
    fn one_of(&self, wallet: WalletIndex, word: &str) -> String {
        let name = self.wallet_name(wallet);
        match self.unit_of(wallet) {
            Type::Money(currency) if word.is_empty() => format!("1 {}", currency.as_str()),
            Type::Money(currency) => format!("1 {} {word} {name}", currency.as_str()),
            _ => format!("1 {name}"),
        }
    }
}
