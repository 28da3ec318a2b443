//! Warnings of what never comes about: reminders of ends that are nearer than the reminder, ends that there are not, levels that
//! nobody is below, and coupons of which only the first can be used.

use super::Checker;
use super::idle::{longest, shortest};
use super::model::{
    ClockTrigger, CouponIndex, DecisionTrigger, Effect, EffectKind, Expire, Keep, LadderForm, LadderIndex, Lasts,
    Length, Most, Rule, TimeUnit, Trigger, WalletIndex,
};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_never(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            found.extend(self.never_comes(rule, rules));
            for effect in rule.versions.iter().flat_map(|form| &form.value.effects) {
                let EffectKind::Raise { ladder, level: 0, .. } = effect.kind else { continue };
                let Some(ladder) = self.ladders.get(ladder) else { continue };
                let name = ladder.levels.first().map_or("", |level| &level.name);
                let text = format!("`{name}` is the lowest level, and nobody is below it: this does nothing");
                found.push(
                    Diagnostic::new(Code::RaisedToLowest, effect.span, text)
                        .label(ladder.span, "the ladder is declared here")
                        .help("`raise` takes no level away; a level that is to end is given for a time: `raise … for 1 month`"),
                );
            }
        }
        for index in 0..self.coupons.len() {
            found.extend(self.used_once(index, rules));
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// Rules that wait for an end that never comes so.
    fn never_comes(&self, rule: &Rule, rules: &[Rule]) -> Option<Diagnostic> {
        let never =
            |text: String, help: &'static str| Some(Diagnostic::new(Code::NeverComes, rule.span, text).help(help));
        match rule.trigger {
            Trigger::Clock(ClockTrigger::BeforeExpiry { wallet, before }) => match self.longest_life(wallet, rules)? {
                None => never(
                    format!("`{}` never expire, and this rule never fires", self.wallets.get(wallet)?.name),
                    "leave the rule out, or say in the wallet when they expire",
                ),
                Some(life) if is_over_before(life, before) => never(
                    format!(
                        "`{}` live for {life}, and so none is there {before} before its end",
                        self.wallets.get(wallet)?.name
                    ),
                    "let the rule come later than the points",
                ),
                Some(_) => None,
            },
            Trigger::Decision(DecisionTrigger::Expired, wallet) => match self.longest_life(wallet, rules)? {
                None if !forfeits(wallet, rules) => never(
                    format!("`{}` never expire, and this rule never fires", self.wallets.get(wallet)?.name),
                    "leave the rule out, or say in the wallet when they expire",
                ),
                _ => None,
            },
            Trigger::Clock(ClockTrigger::BeforeCoupon { coupon: Some(coupon), before }) => {
                let life = self.coupon_life(coupon, rules)?;
                if !is_over_before(life, before) {
                    return None;
                }
                never(
                    format!(
                        "`{}` lasts for {life}, and so is not there {before} before its end",
                        self.coupons.get(coupon)?.name
                    ),
                    "let the rule come later than the coupon",
                )
            }
            Trigger::Clock(ClockTrigger::BeforeEnd { ladder, .. }) if self.has_no_end(ladder, rules) => never(
                format!(
                    "a level of `{}` ends when its conditions do, and nobody knows it before: this rule never fires",
                    self.ladders.get(ladder)?.name
                ),
                "a level that is kept for a time has an end: `keep 12 months`",
            ),
            _ => None,
        }
    }

    /// How long points of a wallet live at most, where that is certain; the inner nothing: for ever, and so it is said.
    #[expect(clippy::option_option, reason = "the outer says whether it is known, the inner whether there is an end")]
    fn longest_life(&self, wallet: WalletIndex, rules: &[Rule]) -> Option<Option<Length>> {
        let mut effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        let otherwise = |effect: &EffectKind| match effect {
            EffectKind::Earn { wallet: of, expire, .. } => *of == wallet && expire.is_some(),
            // They bring the ends that they had.
            EffectKind::Accept { wallet: of } => *of == wallet,
            _ => false,
        };
        if effects.any(|effect| otherwise(&effect.kind)) {
            return None;
        }
        let mut lives = Vec::new();
        for rule in self.wallets.get(wallet)?.versions.iter().map(|form| &form.value.expire) {
            // Nothing said is for ever, too, but staff may well give points an end.
            let [first] = rule.as_slice() else { return None };
            match &first.form {
                Expire::Never if first.when.is_none() => lives.push(None),
                Expire::After { duration, .. } if first.when.is_none() => lives.push(Some(*duration)),
                _ => return None,
            }
        }
        // The longest of several forms, and none where one of them has no end.
        let ends: Vec<Length> = lives.iter().copied().flatten().collect();
        match ends.len() {
            0 if !lives.is_empty() => Some(None),
            count if count == lives.len() => ends.into_iter().max_by_key(|life| longest(*life)).map(Some),
            _ => None,
        }
    }

    fn coupon_life(&self, coupon: CouponIndex, rules: &[Rule]) -> Option<Length> {
        let mut effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        if effects
            .any(|effect| matches!(effect.kind, EffectKind::Issue { coupon: of, end: Some(_), .. } if of == coupon))
        {
            return None;
        }
        let forms = self.coupons.get(coupon)?.versions.iter();
        let lives: Option<Vec<Length>> = forms
            .map(|form| match form.value.valid_for {
                Some(Lasts::For(length)) => Some(length),
                _ => None,
            })
            .collect();
        lives?.into_iter().max_by_key(|life| longest(*life))
    }

    /// Whether no level of a ladder has an end that is known before.
    fn has_no_end(&self, ladder: LadderIndex, rules: &[Rule]) -> bool {
        let Some(found) = self.ladders.get(ladder) else { return false };
        let mut effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        let for_a_time =
            |effect: &EffectKind| matches!(effect, EffectKind::Raise { ladder: of, end: Some(_), .. } if *of == ladder);
        let while_qualified = |form: &LadderForm| {
            // What staff alone gives may have an end.
            form.by.is_some() && form.keep == Keep::WhileQualified && form.grace.is_none()
        };
        found.versions.iter().all(|form| while_qualified(&form.value))
            && !effects.any(|effect| for_a_time(&effect.kind))
    }

    /// A coupon that is issued again and again, and good only once in a life.
    fn used_once(&self, index: CouponIndex, rules: &[Rule]) -> Option<Diagnostic> {
        let coupon = self.coupons.get(index)?;
        let mut limits = coupon.versions.iter().flat_map(|form| &form.value.limits);
        let limit =
            limits.find(|limit| !limit.in_total && limit.per.is_none() && matches!(limit.count, Most::Fixed(1)))?;
        let again = rules.iter().find(|rule| {
            let repeats = matches!(
                rule.trigger,
                Trigger::Clock(
                    ClockTrigger::Every(_) | ClockTrigger::Anniversary { .. } | ClockTrigger::AfterEach { .. }
                )
            );
            let issues = |effect: &Effect| matches!(effect.kind, EffectKind::Issue { coupon: of, .. } if of == index);
            let forms = || rule.versions.iter().map(|form| &form.value);
            let few = forms().any(|form| form.limits.iter().any(|limit| limit.per.is_none()));
            repeats && !few && forms().any(|form| form.effects.iter().any(issues))
        })?;
        let text = format!("`{}` is issued again and again, and a member may use one of them in a life", coupon.name);
        Some(
            Diagnostic::new(Code::IssuedForNothing, limit.span, text)
                .label(again.span, "it is issued here")
                .help("each that is issued is used once anyway: leave the limit out, or say how often, `limit 1 per member per month`"),
        )
    }
}

fn forfeits(wallet: WalletIndex, rules: &[Rule]) -> bool {
    let mut effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
    effects.any(|effect| matches!(effect.kind, EffectKind::Forfeit { wallet: of, .. } if of == wallet))
}

/// Whether what lives so long is not there yet so long before its end.
fn is_over_before(life: Length, before: Length) -> bool {
    let days = |length: Length| match length.unit {
        TimeUnit::Day => Some(u64::from(length.count)),
        TimeUnit::Week => Some(7 * u64::from(length.count)),
        _ => None,
    };
    match (days(life), days(before)) {
        // It lasts through its last day.
        (Some(life), Some(before)) => life < before,
        _ => longest(life) < shortest(before),
    }
}
