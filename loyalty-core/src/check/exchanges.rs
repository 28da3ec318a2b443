//! Warnings of what is given for something else: parts that are lost, points for nothing, prices that nobody can pay.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Checker;
use super::expression::constant;
use super::model::{Cost, Earn, EffectKind, Expr, Reward, RewardForm, Rule, WalletIndex};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// `convert each TAKES to GIVES`, in written amounts.
#[derive(Clone, Copy)]
struct Conversion {
    from: WalletIndex,
    takes: Decimal,
    to: WalletIndex,
    gives: Decimal,
    gives_span: Span,
    span: Span,
}

impl Checker<'_> {
    pub(super) fn lint_exchanges(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        let effects = || rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        let mut conversions = Vec::new();
        for effect in effects() {
            match &effect.kind {
                EffectKind::Convert { from, takes, to, gives, each } => {
                    found.extend(self.beyond_all(*from, takes, "each time are converted"));
                    let (Some(took), Some(gave), true) = (constant(takes), constant(gives), *each) else { continue };
                    let (gives_span, span) = (gives.span, effect.span);
                    conversions.push(Conversion { from: *from, takes: took, to: *to, gives: gave, gives_span, span });
                }
                EffectKind::Spend { wallet, amount, up_to: false } => {
                    found.extend(self.beyond_all(*wallet, amount, "are spent"));
                }
                _ => {}
            }
        }
        found.extend(conversions.iter().filter_map(|conversion| self.parts_lost(conversion)));
        found.extend(self.rounds(&conversions));
        let mut given: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in rules {
            if let Some(held) = rule.held.as_ref().filter(|held| held.keyword == "reward") {
                given.entry(&held.name).or_default().push(rule);
            }
        }
        for reward in self.rewards.iter().flatten() {
            let given = given.get(reward.name.as_str()).map_or(&[][..], Vec::as_slice);
            found.extend(reward.versions.iter().filter_map(|form| self.gives_its_price(reward, &form.value, given)));
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// More than a wallet ever holds.
    fn beyond_all(&self, wallet: WalletIndex, amount: &Expr, what: &str) -> Option<Diagnostic> {
        let wallet = self.wallets.get(wallet)?;
        let most = wallet.versions.iter().map(|form| form.value.hold_at_most);
        let most = most.reduce(|one, other| Some(one?.max(other?)))??;
        let value = constant(amount).filter(|value| *value > most)?;
        let unit = wallet.holds.as_ref().map_or(wallet.name.as_str(), |currency| currency.as_str());
        let (value, most) = (value.normalize(), most.normalize());
        let text = format!("{value} {unit} {what}, and `{}` holds {most} at most: this never happens", wallet.name);
        let clause = wallet.versions.iter().find_map(|form| form.value.spans.hold_at_most);
        let warning = Diagnostic::new(Code::NeverSpent, amount.span, text)
            .help(format!("ask for {most} at most, or let the wallet hold more"));
        Some(match clause {
            Some(clause) => warning.label(clause, "what it holds at most"),
            None => warning,
        })
    }

    /// What each part gives has more decimals than the wallet counts: together it is rounded down.
    fn parts_lost(&self, conversion: &Conversion) -> Option<Diagnostic> {
        let wallet = self.wallets.get(conversion.to)?;
        let gives = conversion.gives.normalize();
        if gives.scale() <= wallet.decimals {
            return None;
        }
        let unit = wallet.holds.as_ref().map_or(wallet.name.as_str(), |currency| currency.as_str());
        let counts = match wallet.decimals {
            0 => "counts no parts of one".to_owned(),
            1 => "counts one decimal".to_owned(),
            decimals => format!("counts {decimals} decimals"),
        };
        let text = format!("{gives} {unit} are given each time, and `{}` {counts}: the rest is lost", wallet.name);
        // As many times as make an amount that the wallet counts.
        let least = (1..=1_000_u32).map(Decimal::from).find_map(|times| {
            let sum = gives.checked_mul(times)?.normalize();
            (sum.scale() <= wallet.decimals).then_some((times.checked_mul(conversion.takes)?.normalize(), sum))
        });
        let warning = Diagnostic::new(Code::PartsLost, conversion.gives_span, text);
        Some(match least {
            Some((takes, sum)) => {
                warning.help(format!("let the wallet count more `decimals`, or convert each {takes} to {sum} {unit}"))
            }
            None => warning.help("let the wallet count more `decimals`"),
        })
    }

    /// Two conversions that lead back with more than was taken.
    fn rounds(&self, conversions: &[Conversion]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (place, one) in conversions.iter().enumerate() {
            let back = conversions.iter().skip(place + 1).find(|other| {
                let gains = || {
                    let given = one.gives.checked_mul(other.gives)?;
                    Some(given > one.takes.checked_mul(other.takes)?)
                };
                (one.from, one.to) == (other.to, other.from) && gains().unwrap_or(false)
            });
            let Some(back) = back else { continue };
            let name = |wallet: WalletIndex| self.wallets.get(wallet).map_or("", |wallet| &wallet.name);
            let text =
                format!("`{}` and `{}` are converted into each other and become more", name(one.from), name(one.to));
            found.push(
                Diagnostic::new(Code::Pump, back.span, text)
                    .label(one.span, "there and")
                    .help("let the way back give less than the way there took"),
            );
        }
        found
    }

    /// A reward without limits that gives at least its price in the same wallet.
    fn gives_its_price(&self, reward: &Reward, form: &RewardForm, given: &[&Rule]) -> Option<Diagnostic> {
        if !form.limits.is_empty() {
            return None;
        }
        let Cost::Prices(prices) = &form.cost else { return None };
        let forms = given.iter().flat_map(|rule| &rule.versions);
        for effects in forms.map(|form| &form.value).filter(|form| form.caps.is_empty() && form.when.is_empty()) {
            for effect in &effects.effects {
                let EffectKind::Earn { wallet, amount: Earn::Fixed(amount), .. } = &effect.kind else { continue };
                let Some(given) = constant(amount) else { continue };
                let pays = prices.iter().find_map(|together| match together.as_slice() {
                    [price] if price.wallet == *wallet => constant(&price.amount).filter(|price| *price <= given),
                    _ => None,
                });
                let Some(price) = pays else { continue };
                let name = self.wallets.get(*wallet).map_or("", |wallet| &wallet.name);
                let (given, price) = (given.normalize(), price.normalize());
                let text = format!("`{}` gives {given} {name} for {price}, as often as anybody likes", reward.name);
                return Some(
                    Diagnostic::new(Code::Pump, effect.span, text)
                        .help("let it give less than it costs, or say how often: `limit 1 per member`"),
                );
            }
        }
        None
    }
}
