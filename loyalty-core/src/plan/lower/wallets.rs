//! Wallets become plans: their policies over time, and what their contributions are multiplied by.

use rust_decimal::Decimal;

use super::Lower;
use super::tallies::count_caps_in_all;
use crate::calendar::micros_at_least;
use crate::check::model::{self, Cycle};
use crate::plan::{
    Dated, ExpirePlan, InactivityPlan, PolicyPlan, PolicyQuotes, RestorePlan, Restoring, Unit, VestPlan, WalletPlan,
};
use crate::source::Span;
use crate::time::day_of;

impl Lower<'_> {
    pub(super) fn wallets(&mut self) {
        for (index, wallet) in self.checked.wallets.iter().enumerate() {
            self.plan.wallets.push(WalletPlan {
                name: wallet.name.as_str().into(),
                tender: wallet.tender.as_deref().map(Into::into),
                unit: wallet.holds.map_or(Unit::Wallet(index as u16), Unit::Money),
                decimals: wallet.decimals,
                denominator: self.denominator(index),
                own_forms: self.own_forms(index),
                policies: Vec::new(),
                inactivities: Vec::new(),
                flows: Vec::new(),
            });
            let owner = format!("wallet {}", wallet.name);
            let mut policies = Vec::new();
            for version in &wallet.versions {
                let from = version.from.map(day_of);
                let policy = &version.value;
                let expire = policy
                    .expire
                    .iter()
                    .map(|rule| {
                        let form = match self.expire(index, &rule.form, from) {
                            ExpirePlan::Never if rule.when.is_none() => ExpirePlan::Open,
                            form => form,
                        };
                        if let (ExpirePlan::Inactivity(form), None, Some(from)) = (form, &rule.when, from) {
                            let wallet = self.plan.wallets.get_mut(index);
                            let form = wallet.and_then(|wallet| wallet.inactivities.get_mut(usize::from(form)));
                            if let Some(form) = form {
                                form.takes_over.push(from);
                            }
                        }
                        (form, rule.when.as_ref().map(|when| self.expression(when)))
                    })
                    .collect();
                let value = PolicyPlan {
                    round: policy.round,
                    scope: policy.scope,
                    multipliers: policy.multipliers,
                    vest: vest(&policy.vest),
                    expire,
                    spend: policy.spend,
                    clawback: policy.clawback,
                    restore: Restoring {
                        how: match policy.restore {
                            model::Restore::Original { at_least } => RestorePlan::Original { at_least },
                            model::Restore::Fresh => RestorePlan::Fresh,
                            model::Restore::Never => RestorePlan::Never,
                        },
                        full_only: policy.restore_full_only,
                    },
                    hold_at_most: policy.hold_at_most,
                    caps: self.caps(&owner, Some(index), Decimal::ONE, &policy.caps),
                    cap_mode: policy.cap_mode,
                    quotes: self.quotes(&policy.spans),
                };
                policies.push(Dated { from: from.unwrap_or(i32::MIN), value });
            }
            count_caps_in_all(&mut policies, |policy| &mut policy.caps);
            if let Some(plan) = self.plan.wallets.get_mut(index) {
                plan.policies = policies;
            }
        }
    }

    fn quotes(&self, spans: &model::PolicySpans) -> PolicyQuotes {
        let quote = |span: Option<Span>| span.map(|span| self.quote(span));
        PolicyQuotes {
            round: quote(spans.round),
            multipliers: quote(spans.multipliers),
            vest: quote(spans.vest),
            expire: spans.expire.iter().map(|span| self.quote(*span)).collect(),
            clawback: quote(spans.clawback),
            restore: quote(spans.restore),
            hold_at_most: quote(spans.hold_at_most),
        }
    }

    fn own_forms(&self, wallet: usize) -> bool {
        let forms = self.checked.rules.iter().flat_map(|rule| &rule.versions);
        forms.flat_map(|form| &form.value.effects).any(|effect| match &effect.kind {
            model::EffectKind::Earn { wallet: to, vest, expire, .. } => {
                *to == wallet && (vest.is_some() || expire.is_some())
            }
            _ => false,
        })
    }

    /// What contributions of a wallet are multiplied by, so that none of its rates leaves a fraction that never ends.
    fn denominator(&self, wallet: usize) -> Decimal {
        let mut common = 1_i128;
        for rule in &self.checked.rules {
            for effect in rule.versions.iter().flat_map(|version| &version.value.effects) {
                if let model::EffectKind::Earn {
                    wallet: to, amount: model::Earn::Rate { per, full: false, .. }, ..
                } = &effect.kind
                    && *to == wallet
                {
                    let mut odd = per.normalize().mantissa();
                    for factor in [2, 5] {
                        while odd != 0 && odd % factor == 0 {
                            odd /= factor;
                        }
                    }
                    let next = common / greatest_common_divisor(common, odd.max(1)) * odd.max(1);
                    // Beyond this, sums would run out of digits: such a rate is then cut at the last digit held.
                    if next < 1_000_000_000 {
                        common = next;
                    }
                }
            }
        }
        Decimal::from(common)
    }

    pub(super) fn expire(&mut self, wallet: usize, form: &model::Expire, from: Option<i32>) -> ExpirePlan {
        match form {
            model::Expire::Never => ExpirePlan::Never,
            model::Expire::After { duration, start } => ExpirePlan::After { length: *duration, start: *start },
            model::Expire::OnDayOfNextMonth { day } => ExpirePlan::OnDayOfNextMonth { day: *day },
            model::Expire::EndOf { of: Cycle::Calendar(period), after } => {
                ExpirePlan::EndOf { period: *period, after: *after }
            }
            model::Expire::OnDay { month, day, after, next_year } => {
                ExpirePlan::OnDay { month: *month, day: *day, after: *after, next_year: *next_year }
            }
            model::Expire::EndOf { of: Cycle::Membership(each), after } => {
                ExpirePlan::EndOfMembership { each: *each, after: *after }
            }
            model::Expire::At(date) => ExpirePlan::At(day_of(*date)),
            model::Expire::Told(day) => ExpirePlan::Told(self.expression(day)),
            model::Expire::Inactivity { duration, without } => {
                let (events, earning, spending, name) = match without {
                    model::Activity::Earning => (Vec::new(), true, false, "earning".to_owned()),
                    model::Activity::Any => (Vec::new(), true, true, "activity".to_owned()),
                    model::Activity::Events(events) => {
                        let names = events.iter().filter_map(|event| self.checked.events.get(*event));
                        let names: Vec<&str> = names.map(|event| event.name.as_str()).collect();
                        (events.iter().map(|event| *event as u16).collect(), false, false, names.join(", "))
                    }
                };
                let key = format!("{} {:?} without {name}", duration.count, duration.unit);
                let Some(plan) = self.plan.wallets.get_mut(wallet) else { return ExpirePlan::Never };
                let known = plan.inactivities.iter().position(|known| *known.key == *key);
                let index = known.unwrap_or_else(|| {
                    plan.inactivities.push(InactivityPlan {
                        length: *duration,
                        at_least: micros_at_least(*duration),
                        events,
                        earning,
                        spending,
                        since: from,
                        takes_over: Vec::new(),
                        key: key.into(),
                    });
                    plan.inactivities.len() - 1
                });
                ExpirePlan::Inactivity(index as u16)
            }
        }
    }
}

pub(super) fn vest(vest: &model::Vest) -> VestPlan {
    match vest {
        model::Vest::AtOnce => VestPlan::AtOnce,
        model::Vest::After(length) => VestPlan::After(*length),
        model::Vest::At(date) => VestPlan::At(day_of(*date)),
        model::Vest::EndOf { of, after } => VestPlan::EndOf { of: *of, after: *after },
        model::Vest::OnDay { month, day, after, next_year } => {
            VestPlan::OnDay { month: *month, day: *day, after: *after, next_year: *next_year }
        }
        model::Vest::OnDayOfNextMonth { day } => VestPlan::OnDayOfNextMonth { day: *day },
        model::Vest::On { event, within } => VestPlan::On { event: *event as u16, within: *within },
    }
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    if right == 0 { left.max(1) } else { greatest_common_divisor(right, left % right) }
}
