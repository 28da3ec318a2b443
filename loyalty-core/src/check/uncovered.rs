//! Warnings of what members may not have: a `spend` that refuses what has happened already, and gifts for points that never go.

use super::Checker;
use super::model::{Effect, EffectKind, Expr, ExprKind, Rule, RuleForm, WalletFigure, WalletIndex};
use super::refusal::tells_what_has_happened;
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_uncovered(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules.iter().filter(|rule| rule.held.is_none()) {
            let on = rule.trigger.event().and_then(|event| self.events.get(event));
            let happened = on.filter(|event| tells_what_has_happened(event)).map(|event| event.name.as_str());
            for form in &rule.versions {
                found.extend(happened.and_then(|event| self.refuses_what_has_happened(event, &form.value)));
                found.extend(self.given_for_nothing(&form.value));
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The first `spend` on an event that has happened already, for which the rule does not ask whether there is enough.
    fn refuses_what_has_happened(&self, event: &str, form: &RuleForm) -> Option<Diagnostic> {
        let (effect, wallet) = form.effects.iter().find_map(|effect| match &effect.kind {
            EffectKind::Spend { wallet, amount, up_to: false } if !asks(form, *wallet) && !goes_by(amount, *wallet) => {
                Some((effect, *wallet))
            }
            _ => None,
        })?;
        let name = self.wallet_name(wallet);
        let text = format!("a member with less in `{name}` has this `{event}` refused, though it has happened");
        let help = "what is there is taken by `spend up to`; or ask for it, `when … >= …`, and nothing is taken where it is less";
        Some(Diagnostic::new(Code::SpentOfWhatHappened, effect.span, text).help(help))
    }

    /// The first effect that takes nothing where there is less, or less than it says, beside one that gives in any case.
    fn given_for_nothing(&self, form: &RuleForm) -> Option<Diagnostic> {
        let (effect, wallet, does) = form.effects.iter().find_map(|effect| match &effect.kind {
            EffectKind::Convert { from, takes, each: false, .. } if !asks(form, *from) && !goes_by(takes, *from) => {
                Some((effect, *from, "converts nothing"))
            }
            EffectKind::Forfeit { wallet, amount } if !asks(form, *wallet) && !goes_by(amount, *wallet) => {
                Some((effect, *wallet, "forfeits no more than there is"))
            }
            _ => None,
        })?;
        // A `spend` of the same points refuses where they are not there.
        let spent = |effect: &Effect| matches!(effect.kind, EffectKind::Spend { wallet: own, up_to: false, .. } if own == wallet);
        let given = form.effects.iter().find(|effect| gives(effect, wallet))?;
        if form.effects.iter().any(spent) {
            return None;
        }
        let name = self.wallet_name(wallet);
        let text = format!("this {does} where `{name}` holds less");
        let help = format!("ask for it, `when {name}.balance >= …`: then the rule gives nothing either");
        Some(
            Diagnostic::new(Code::GivenForNothing, effect.span, text)
                .label(given.span, "and this is given all the same")
                .help(help),
        )
    }
}

/// Whether something is given that is worth points or goods.
fn gives(effect: &Effect, taken: WalletIndex) -> bool {
    match &effect.kind {
        EffectKind::Earn { wallet, .. } => *wallet != taken,
        EffectKind::Issue { .. } | EffectKind::Award { .. } | EffectKind::Deal(_) | EffectKind::Draw(_) => true,
        EffectKind::Raise { .. } => true,
        _ => false,
    }
}

/// Whether a rule asks how much there is in a wallet; a segment may well ask it.
fn asks(form: &RuleForm, wallet: WalletIndex) -> bool {
    form.when
        .iter()
        .any(|condition| goes_by(condition, wallet) || has(condition, &|part| matches!(part, ExprKind::Segment(_))))
}

/// Whether the balance is among what is reckoned with.
fn goes_by(amount: &Expr, wallet: WalletIndex) -> bool {
    has(amount, &|part| matches!(part, ExprKind::Wallet(of, WalletFigure::Balance) if *of == wallet))
}

fn has(expr: &Expr, asked: &impl Fn(&ExprKind) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= asked(&part.kind));
    found
}
