//! Counters, and the limits and caps that look at them.

use rust_decimal::Decimal;

use super::Lower;
use crate::amount;
use crate::calendar::{clock_micros, days_at_most};
use crate::check::model::{self, Most, Per, Period};
use crate::plan::{CapPlan, Dated, Grain, LimitPlan, TallyPlan, period_name};

impl Lower<'_> {
    pub(super) fn tally(&mut self, key: String, grain: Grain, keep_days: Option<i32>) -> u32 {
        if let Some(number) = self.tally_numbers.get(&key) {
            return *number;
        }
        let number = self.plan.tallies.len() as u32;
        self.plan.tallies.push(TallyPlan { key: key.clone().into(), grain, keep_days, from_first: None });
        self.tally_numbers.insert(key, number);
        number
    }

    pub(super) fn history_days(&self) -> i32 {
        days_at_most(self.checked.settings.history)
    }

    /// The counter of a limit or cap; none where one event is all it looks at.
    pub(super) fn per_tally(&mut self, what: &str, per: Option<Per>) -> Option<u32> {
        let history = self.history_days();
        match per {
            None => Some(self.tally(format!("{what} ever"), Grain::Ever, None)),
            Some(Per::Order) => None,
            Some(Per::Period(period)) => Some(self.tally(
                format!("{what} per {}", period_name(period)),
                Grain::Period(period),
                Some(period_days(period).saturating_add(history)),
            )),
            // Days, of which accounts that are put together count anew in which year or month each lies.
            Some(Per::Membership(each)) => Some(self.tally(
                format!("{what} per membership {each}"),
                Grain::Day,
                Some(period_days(each.as_long_as()).saturating_add(history)),
            )),
            Some(Per::Rolling(length)) => {
                let grain = if clock_micros(length).is_some() { Grain::Instant } else { Grain::Day };
                let key = format!("{what} per {} {:?}", length.count, length.unit);
                Some(self.tally(key, grain, Some(days_at_most(length).saturating_add(history))))
            }
            Some(Per::FromFirst(length)) => {
                let grain = if clock_micros(length).is_some() { Grain::Instant } else { Grain::Day };
                let key = format!("{what} per {} {:?} from first use", length.count, length.unit);
                let number = self.tally(key, grain, Some(history));
                if let Some(tally) = self.plan.tallies.get_mut(number as usize) {
                    tally.from_first = Some(length);
                }
                Some(number)
            }
        }
    }

    pub(super) fn limits(&mut self, owner: &str, limits: &[model::Limit]) -> Vec<LimitPlan> {
        let size = |limit: &model::Limit| match limit.count {
            Most::Fixed(count) => Some(count),
            Most::Told(_) => None,
        };
        tightest(limits, |limit| (limit.in_total, limit.per), size)
            .map(|limit| LimitPlan {
                count: match &limit.count {
                    Most::Fixed(count) => Most::Fixed(*count),
                    Most::Told(told) => Most::Told(self.expression(told)),
                },
                in_total: limit.in_total,
                tally: if limit.in_total { None } else { self.per_tally(&format!("limit {owner}"), limit.per) },
                per: limit.per,
                binds: true,
                line: self.line(limit.span),
            })
            .collect()
    }

    /// Caps with their counters, both times `factor`.
    pub(super) fn caps(
        &mut self,
        owner: &str,
        wallet: Option<usize>,
        factor: Decimal,
        caps: &[model::Cap],
    ) -> Vec<CapPlan> {
        // A counter of another factor counts something else.
        let times = if amount::is_one(factor) { String::new() } else { format!(" times {factor}") };
        let owner = format!("cap {owner}{times}");
        let size = |cap: &model::Cap| match cap.amount {
            Most::Fixed(amount) => Some(amount),
            Most::Told(_) => None,
        };
        tightest(caps, |cap| cap.per, size)
            .map(|cap| CapPlan {
                wallet: wallet.unwrap_or(0) as u16,
                amount: match &cap.amount {
                    Most::Fixed(amount) => Most::Fixed(amount::multiply(*amount, factor).unwrap_or(*amount)),
                    Most::Told(told) => Most::Told(self.expression(told)),
                },
                factor,
                tally: self.per_tally(&owner, cap.per),
                per: cap.per,
                binds: true,
                line: self.line(cap.span),
            })
            .collect()
    }

    /// Caps of rules and groups cut contributions, which are kept times the wallet's denominator.
    pub(super) fn contribution_caps(
        &mut self,
        owner: &str,
        wallet: Option<usize>,
        caps: &[model::Cap],
    ) -> Vec<CapPlan> {
        let plan = wallet.and_then(|wallet| self.plan.wallets.get(wallet));
        let factor = plan.map_or(Decimal::ONE, |wallet| wallet.denominator);
        self.caps(owner, wallet, factor, caps)
    }
}

/// What is used while one form of a declaration holds counts for all its forms, each in its own stretch of time: one that comes
/// later does not begin from zero.
pub(super) fn count_limits_in_all<T>(forms: &mut [Dated<T>], limits: impl Fn(&mut T) -> &mut Vec<LimitPlan>) {
    count_in_all(forms, limits, |one, other| one.tally == other.tally, |limit| LimitPlan { binds: false, ..limit });
}

pub(super) fn count_caps_in_all<T>(forms: &mut [Dated<T>], caps: impl Fn(&mut T) -> &mut Vec<CapPlan>) {
    let same = |one: &CapPlan, other: &CapPlan| (one.tally, one.wallet) == (other.tally, other.wallet);
    count_in_all(forms, caps, same, |cap| CapPlan { binds: false, ..cap });
}

fn count_in_all<T, P: Clone + Counted>(
    forms: &mut [Dated<T>],
    list: impl Fn(&mut T) -> &mut Vec<P>,
    same: impl Fn(&P, &P) -> bool,
    counting: impl Fn(P) -> P,
) {
    if forms.len() < 2 {
        return;
    }
    let lists: Vec<Vec<P>> = forms.iter_mut().map(|form| list(&mut form.value).clone()).collect();
    for form in forms {
        let own = list(&mut form.value);
        for other in lists.iter().flatten().filter(|other| other.counted()) {
            if !own.iter().any(|known| same(known, other)) {
                own.push(counting(other.clone()));
            }
        }
    }
}

/// What may have a counter.
trait Counted {
    fn counted(&self) -> bool;
}

impl Counted for LimitPlan {
    fn counted(&self) -> bool {
        self.tally.is_some()
    }
}

impl Counted for CapPlan {
    fn counted(&self) -> bool {
        self.tally.is_some()
    }
}

/// Of several limits (or caps) on the same stretch of time the tightest: each stretch has one counter, and one use
/// counts once. One that is told for a member stands alone on its stretch.
fn tightest<T, Stretch: PartialEq, Size: Ord>(
    items: &[T],
    stretch: impl Fn(&T) -> Stretch,
    size: impl Fn(&T) -> Size,
) -> impl Iterator<Item = &T> {
    items.iter().enumerate().filter_map(move |(number, item)| {
        let mut same = items.iter().enumerate().filter(|(_, other)| stretch(other) == stretch(item));
        let beaten = same.any(|(place, other)| (size(other), place) < (size(item), number));
        (!beaten).then_some(item)
    })
}

pub(super) fn period_days(period: Period) -> i32 {
    match period {
        Period::Day => 1,
        Period::Week => 7,
        Period::Month => 31,
        Period::Quarter => 92,
        Period::HalfYear => 184,
        Period::Year => 366,
    }
}
