//! A warning of what a wallet that rounds by the line rounds all at once.

use super::Checker;
use super::model::{Earn, EffectKind, RoundScope, Rule};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// Amounts with a sum over lines in them that cannot be told line by line, such as the lesser of two sums.
    pub(super) fn lint_rounding(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for effect in rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects) {
            let EffectKind::Earn { wallet, amount: Earn::Rate { of, .. }, .. } = &effect.kind else { continue };
            let Some(wallet) = self.wallets.get(*wallet) else { continue };
            let by = wallet.versions.iter().find_map(|policy| match policy.value.scope {
                RoundScope::PerLine => Some("line"),
                RoundScope::PerUnit => Some("unit"),
                _ => None,
            });
            let Some(by) = by.filter(|_| of.sums_lines() && of.by_line().is_none()) else { continue };
            let text = format!("`{}` rounds per {by}, and this is rounded all at once", wallet.name);
            found.push(Diagnostic::new(Code::RoundedAtOnce, of.span, text).help(
                "what is told line by line is a share of one sum, as in `earn 5% of sum(order.lines.amount)`: write an `earn` \
                 for each sum, what the sum leaves out into `where`, and the most that is earned as a `cap`",
            ));
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }
}
