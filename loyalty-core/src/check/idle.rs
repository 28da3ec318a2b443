//! Warnings of amounts that come to nothing: what no event can earn, and what nobody can ever spend.

use rust_decimal::Decimal;

use super::Checker;
use super::lints::within;
use super::matching::{Key, key};
use super::model::{
    CapMode, Cost, Cycle, Earn, Effect, EffectKind, Expire, ExpireStart, Expr, Length, Most, RoundMode, RoundScope,
    Rule, RuleForm, Vest, WalletPolicy,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::TimeUnit;

impl Checker<'_> {
    pub(super) fn lint_idle(&mut self, rules: &[Rule]) {
        let forms = rules.iter().flat_map(|rule| &rule.versions);
        let mut found: Vec<Diagnostic> = forms
            .flat_map(|form| form.value.effects.iter().filter_map(|effect| never_earned(&form.value, effect)))
            .collect();
        let policies = self.wallets.iter().flat_map(|wallet| &wallet.versions);
        found.extend(policies.filter_map(|policy| never_spent(&policy.value)));
        found.extend(
            rules
                .iter()
                .flat_map(|rule| &rule.versions)
                .flat_map(|form| &form.value.effects)
                .filter_map(|effect| self.earned_in_vain(effect)),
        );
        found.extend(self.too_dear());
        found.extend(self.rounded_away(rules));
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// Fixed earnings that the rounding leaves nothing of, where nothing else is rounded together with them.
    fn rounded_away(&self, rules: &[Rule]) -> Vec<Diagnostic> {
        let forms = || rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        let earns = |effect: &Effect, of: usize| matches!(effect.kind, EffectKind::Earn { wallet, .. } if wallet == of);
        let lost = forms().filter_map(|effect| {
            let EffectKind::Earn { wallet: index, amount: Earn::Fixed(points), .. } = &effect.kind else { return None };
            let (points, wallet) = (number(points)?, self.wallets.get(*index)?);
            let least = Decimal::new(1, wallet.decimals);
            let rounds_to_nothing = |mode: RoundMode| match mode {
                RoundMode::Down => true,
                RoundMode::HalfUp => points + points < least,
                RoundMode::HalfEven => points + points <= least,
                RoundMode::Up => false,
            };
            let together = forms().filter(|other| earns(other, *index)).nth(1).is_some();
            let nothing = wallet.versions.iter().all(|policy| {
                let alone = policy.value.scope != RoundScope::PerOrder || !together;
                alone && rounds_to_nothing(policy.value.round)
            });
            (points > Decimal::ZERO && points < least && nothing).then(|| {
                let text = format!(
                    "this earns nothing, for {} is rounded to nothing in `{}`",
                    points.normalize(),
                    wallet.name
                );
                Diagnostic::new(Code::NeverEarned, effect.span, text)
                    .help("earn more, or give the wallet `decimals`, or let it `round up`")
            })
        });
        lost.collect()
    }

    /// What a rule earns for a time of its own, or later than its wallet does.
    fn earned_in_vain(&self, effect: &Effect) -> Option<Diagnostic> {
        let EffectKind::Earn { wallet, vest, expire, .. } = &effect.kind else { return None };
        if vest.is_none() && expire.is_none() {
            return None;
        }
        let policies = &self.wallets.get(*wallet)?.versions;
        let in_vain = policies.iter().all(|policy| {
            let vest = vest.as_ref().unwrap_or(&policy.value.vest);
            let own = expire.as_ref();
            let expire = own
                .or_else(|| policy.value.expire.first().filter(|first| first.when.is_none()).map(|first| &first.form));
            expire.is_some_and(|expire| is_over_before(vest, expire))
        });
        let text = "these points run out before they vest, and nobody can ever spend them";
        in_vain.then(|| {
            let warning = Diagnostic::new(Code::NeverSpent, effect.span, text);
            let clause = policies.iter().find_map(|policy| policy.value.spans.vest).filter(|_| vest.is_none());
            let warning = match clause {
                Some(span) => warning.label(span, "they vest only here"),
                None => warning,
            };
            warning.help("let them run out later, such as `expire 14 days after vesting`, or vest before")
        })
    }

    /// Rewards that cost more than their wallet may ever hold.
    fn too_dear(&self) -> Vec<Diagnostic> {
        let most = |wallet: usize| {
            let versions = &self.wallets.get(wallet)?.versions;
            let most: Option<Vec<Decimal>> = versions.iter().map(|policy| policy.value.hold_at_most).collect();
            most?.into_iter().max()
        };
        let forms = self.rewards.iter().flatten().flat_map(|reward| &reward.versions);
        let prices = forms.filter_map(|form| match &form.value.cost {
            Cost::Prices(prices) => Some(prices.iter().flatten()),
            Cost::Rate(_) => None,
        });
        let dear = prices.flatten().filter_map(|price| {
            let (cost, most) = (number(&price.amount)?, most(price.wallet)?);
            (cost > most).then(|| {
                let text = format!("this costs {cost}, and the wallet holds at most {most}");
                Diagnostic::new(Code::NeverSpent, price.amount.span, text)
                    .help("lower the price, or let the wallet hold more")
            })
        });
        dear.collect()
    }
}

/// An earning of nothing, or of more than its rule's cap lets through whole.
fn never_earned(form: &RuleForm, effect: &Effect) -> Option<Diagnostic> {
    let EffectKind::Earn { wallet, amount, .. } = &effect.kind else { return None };
    let points = match amount {
        Earn::Fixed(points) | Earn::Rate { points, .. } => number(points)?,
    };
    if points <= Decimal::ZERO {
        let text = format!("this earns nothing, for {points} is not above zero");
        return Some(
            Diagnostic::new(Code::NeverEarned, effect.span, text)
                .help("to take points away write `spend` or `forfeit`"),
        );
    }
    let whole =
        matches!(amount, Earn::Fixed(_)) && form.cap_mode == CapMode::Reject && form.cap_wallet == Some(*wallet);
    let mut fixed = form.caps.iter().filter_map(|cap| match &cap.amount {
        Most::Fixed(most) => Some((most, cap.span)),
        Most::Told(_) => None,
    });
    let (most, span) = fixed.find(|(most, _)| whole && **most < points)?;
    Some(
        Diagnostic::new(
            Code::NeverEarned,
            effect.span,
            format!("this never fits under the cap of {most} and is never earned"),
        )
        .label(span, "more than this is rejected as a whole")
        .help("let the cap `truncate`, or make it larger"),
    )
}

/// Points that run out before they vest.
fn never_spent(policy: &WalletPolicy) -> Option<Diagnostic> {
    let (first, place) = (policy.expire.first()?, *policy.spans.expire.first()?);
    // Later ones count only where this one does not hold.
    let sure = first.when.is_none();
    let before = is_over_before(&policy.vest, &first.form);
    let vest = policy.spans.vest?;
    (sure && before).then(|| {
        Diagnostic::new(Code::NeverSpent, place, "points run out before they vest, and nobody can ever spend them")
            .label(vest, "they vest only here")
            .help("let them run out later, such as `expire 12 months after vesting`")
    })
}

/// Whether points run out before they vest.
fn is_over_before(vest: &Vest, expire: &Expire) -> bool {
    match (vest, expire) {
        (Vest::After(vest), Expire::After { duration, start: ExpireStart::Earning }) => {
            longest(*duration) < shortest(*vest)
        }
        (Vest::EndOf { of: vest, after: None }, Expire::EndOf { of, after: None }) => match (vest, of) {
            (Cycle::Calendar(vest), Cycle::Calendar(period)) => within(Some(*period), Some(*vest)),
            (Cycle::Membership(vest), Cycle::Membership(each)) => each <= vest,
            _ => false,
        },
        _ => false,
    }
}

fn number(expr: &Expr) -> Option<Decimal> {
    match key(expr)? {
        Key::Number(number) => Some(number),
        _ => None,
    }
}

/// In seconds, whatever the calendar; what is counted in days and more lasts through its last day.
pub(super) fn longest(length: Length) -> i64 {
    let day = 86_400;
    let (unit, rest) = match length.unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Minute => (60, 0),
        TimeUnit::Hour => (3_600, 0),
        TimeUnit::Day => (day, 2 * day),
        TimeUnit::Week => (7 * day, 2 * day),
        TimeUnit::Month => (31 * day, 2 * day),
        TimeUnit::Quarter => (92 * day, 2 * day),
        TimeUnit::Year => (366 * day, 2 * day),
    };
    i64::from(length.count) * unit + rest
}

/// The same, at the least.
pub(super) fn shortest(length: Length) -> i64 {
    let day = 86_400;
    let unit = match length.unit {
        TimeUnit::Second => 1,
        TimeUnit::Minute => 60,
        TimeUnit::Hour => 3_600,
        TimeUnit::Day => day,
        TimeUnit::Week => 7 * day,
        TimeUnit::Month => 28 * day,
        TimeUnit::Quarter => 89 * day,
        TimeUnit::Year => 365 * day,
    };
    // An hour may be skipped in it.
    i64::from(length.count) * unit - 2 * 3_600
}
