//! A warning of effects that turn or take points which the same effects earn: what there was before is all they see.

use super::Checker;
use super::model::{Effect, EffectKind, Rule};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_not_there(&mut self, rules: &[Rule]) {
        let forms = rules.iter().flat_map(|rule| &rule.versions);
        let found: Vec<Diagnostic> = forms.filter_map(|form| self.not_there(&form.value.effects)).collect();
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The first effect that takes of a wallet what stands before it as earned or accepted.
    fn not_there(&self, effects: &[Effect]) -> Option<Diagnostic> {
        effects.iter().enumerate().find_map(|(place, effect)| {
            let (wallet, does) = match &effect.kind {
                EffectKind::Convert { from, .. } => (*from, "converts"),
                EffectKind::Forfeit { wallet, .. } => (*wallet, "forfeits"),
                _ => return None,
            };
            let comes = |effect: &&Effect| match &effect.kind {
                EffectKind::Earn { wallet: own, .. } | EffectKind::Accept { wallet: own } => *own == wallet,
                _ => false,
            };
            let before = effects.iter().take(place).find(comes)?;
            let name = self.wallets.get(wallet).map_or("", |wallet| wallet.name.as_str());
            let text = format!("this {does} what `{name}` held before, without what comes into it here");
            let help = match before.kind {
                EffectKind::Accept { .. } => {
                    "what was there is the member's own; a rule on another event turns it later".to_owned()
                }
                _ => format!("let another rule do it, `rule full on earned {name} {{ … }}`, which follows at once"),
            };
            Some(
                Diagnostic::new(Code::NotThereYet, effect.span, text).label(before.span, "it comes in here").help(help),
            )
        })
    }
}
