//! Validity that does not hold and limits that are used up: what stood in the way, and until when.

use chrono::NaiveTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::caps::Owner;
use super::judged::Judged;
use super::silent::{Reason, What};
use super::trace::Shown;
use super::words;
use crate::calendar::Calendar;
use crate::check::model::{Per, Valid, weekday_name};
use crate::engine::claims::{self, Counters};
use crate::engine::eval::Scope;
use crate::engine::rules;
use crate::engine::tally::Entry;
use crate::engine::value::Stored;
use crate::plan::{LimitPlan, RuleFormPlan, RulePlan, in_force};
use crate::time::{day_of, micros_of};

/// The parts of `valid` that do not hold at the event's instant.
pub fn invalid(scope: &Scope<'_>, rule: &RulePlan, form: &RuleFormPlan) -> Vec<Reason> {
    not_valid(scope, &form.valid, rules::is_valid, rule.line)
}

/// Why parts of a `valid` do not hold, and from when all of them do together.
pub fn not_valid(
    scope: &Scope<'_>,
    parts: &[Valid],
    holds: impl Fn(&Scope<'_>, &Valid) -> bool,
    line: u32,
) -> Vec<Reason> {
    let failing: Vec<&Valid> = parts.iter().filter(|part| !holds(scope, part)).collect();
    let until = if failing.is_empty() { None } else { all_hold_from(scope, parts, holds) };
    let reason = |part: &&Valid| {
        let reason = Reason { until, ..valid_now(scope, part, Some(line)) };
        if next(scope, part).is_none() { reason.saying("that is over") } else { reason }
    };
    failing.iter().map(reason).collect()
}

/// A part of `valid`, with what it was held against.
pub fn valid_now(scope: &Scope<'_>, valid: &Valid, line: Option<u32>) -> Reason {
    let said = format!("valid {}", words::valid(scope.plan, valid));
    Reason { line, actual: Some(seen(scope, valid)), ..Reason::new(What::Valid, said) }
}

/// From when on all parts hold; nothing where one is over, or where they never meet.
fn all_hold_from(scope: &Scope<'_>, parts: &[Valid], holds: impl Fn(&Scope<'_>, &Valid) -> bool) -> Option<i64> {
    // Days of the week, hours and dates meet within some steps, if they do.
    const STEPS_MAX: usize = 64;
    let mut at = scope.at;
    for _ in 0..STEPS_MAX {
        let then = Scope { at, day: scope.plan.calendar.day_at(at), ..*scope };
        let mut failing = parts.iter().filter(|part| !holds(&then, part)).peekable();
        if failing.peek().is_none() {
            return Some(at);
        }
        at = failing.try_fold(at, |latest, part| Some(latest.max(next(&then, part)?)))?;
    }
    None
}

/// What stands against a part of `valid`.
fn seen(scope: &Scope<'_>, valid: &Valid) -> Shown {
    match valid {
        Valid::Dates { till, .. } => Shown::Value(Stored::Date(rules::day_till(scope, *till))),
        Valid::Instants { .. } => Shown::Value(Stored::Instant(scope.at)),
        Valid::Weekdays { till, .. } => Shown::Word(weekday_name(Calendar::weekday(rules::day_till(scope, *till)))),
        Valid::Hours { .. } => Shown::Value(Stored::Time(scope.plan.calendar.time_at(scope.at))),
    }
}

/// When a part of `valid` that does not hold begins to; nothing where it is over.
fn next(scope: &Scope<'_>, valid: &Valid) -> Option<i64> {
    let calendar = &scope.plan.calendar;
    let begins = |day: i32, till: NaiveTime| calendar.instant_of(day, micros_of(till));
    match valid {
        Valid::Dates { from, till, .. } => {
            let ahead = from.map(day_of).filter(|from| *from > rules::day_till(scope, *till));
            ahead.map(|day| begins(day, *till))
        }
        Valid::Instants { from, .. } => from.filter(|from| *from > scope.at),
        Valid::Weekdays { days, till } => {
            let on = |day: i32| days.iter().any(|own| own.num_days_from_monday() as u8 == Calendar::weekday(day));
            let today = rules::day_till(scope, *till);
            let ahead = (1..=7).map(|ahead| today.saturating_add(ahead)).find(|day| on(*day));
            ahead.map(|day| begins(day, *till))
        }
        Valid::Hours { from, .. } => {
            let from = micros_of(*from);
            let ahead = calendar.time_at(scope.at) >= from;
            Some(calendar.instant_of(scope.day.saturating_add(i32::from(ahead)), from))
        }
    }
}

/// The limits of a rule and of its groups that let it fire no more.
pub fn used_up(judged: &Judged<'_>, number: u32, rule: &RulePlan, form: &RuleFormPlan) -> Vec<Reason> {
    let scope = &judged.tracer.scope;
    let groups = rule.groups.iter().filter_map(|group| {
        let form = in_force(&scope.plan.groups.get(usize::from(*group))?.forms, scope.day)?;
        Some((Owner::Group(*group), form.limits.as_slice()))
    });
    let owners = core::iter::once((Owner::Rule(number), form.limits.as_slice())).chain(groups);
    let limits = owners.flat_map(|(owner, limits)| limits.iter().map(move |limit| (owner, limit)));
    let reasons = limits.filter_map(|(owner, limit)| {
        if limit.in_total {
            total_reason(judged, owner, limit, number)
        } else {
            limit_reason(judged, owner, limit, number)
        }
    });
    reasons.collect()
}

/// A limit over all members that is used up: by what the host tells of the counters, and by rules of the event that come before.
fn total_reason(judged: &Judged<'_>, owner: Owner, limit: &LimitPlan, rule: u32) -> Option<Reason> {
    let scope = &judged.tracer.scope;
    let (keyword, name, now) = match owner {
        Owner::Group(group) => {
            ("group", &*scope.plan.groups.get(usize::from(group))?.name, earlier_in(judged, group, rule))
        }
        Owner::Rule(rule) => ("rule", &*scope.plan.rules.get(rule as usize)?.name, 0),
        _ => return None,
    };
    let (counter, none) = (claims::counter(keyword, name), Counters::default());
    let counters = scope.counters.unwrap_or(&none);
    if counters.left(&counter, Decimal::from(limit.total())) > Decimal::from(now) {
        return None;
    }
    let used = counters.get(&counter).trunc().to_i64().unwrap_or(i64::MAX).saturating_add(now);
    let reason =
        Reason::new(What::Limit { owner, used, of: limit.total() }, format!("limit {} in total", limit.total()));
    let reason = if now > 0 { reason.saying("an earlier rule has its turn") } else { reason };
    Some(Reason { line: Some(limit.line), ..reason })
}

fn limit_reason(judged: &Judged<'_>, owner: Owner, limit: &LimitPlan, rule: u32) -> Option<Reason> {
    let scope = &judged.tracer.scope;
    let tally = limit.tally.filter(|_| limit.binds)?;
    let (tallies, grain) = (&scope.member.tallies, scope.plan.grain(tally));
    let seen = scope.seen();
    let (from, to) = tallies.per_keys(tally, limit.per, grain, &scope.plan.calendar, seen);
    let entries = scope.member.tallies.between(tally, from, to);
    let of = rules::allowed(scope, limit);
    let per = (limit.per, i64::from(of));
    let before = tallies.most_counted(tally, per, grain, &scope.plan.calendar, seen).unwrap_or(i64::MAX);
    let now = match owner {
        Owner::Group(group) => earlier_in(judged, group, rule),
        _ => 0,
    };
    let used = before.saturating_add(now);
    if used < i64::from(of) {
        return None;
    }
    let said = format!("limit {of} per member{}", words::per(limit.per));
    let reason = Reason::new(What::Limit { owner, used, of }, said);
    // Of a late event it may be a stretch of later uses that is full, and that will not become free for it.
    let own: i64 = entries.iter().map(|entry| entry.count).sum();
    let until = (own == before).then(|| free_again(scope, (limit, of), entries, used)).flatten();
    let reason = if now > 0 { reason.saying("an earlier rule has its turn") } else { reason };
    Some(Reason { line: Some(limit.line), until, ..reason })
}

/// How many rules of a group have fired on this event before a rule had its turn.
fn earlier_in(judged: &Judged<'_>, group: u16, rule: u32) -> i64 {
    let plan = judged.tracer.scope.plan;
    let of_group = |number: u32| plan.rules.get(number as usize).is_some_and(|rule| rule.groups.contains(&group));
    judged.firings.iter().filter(|firing| firing.rule < rule && of_group(firing.rule)).count() as i64
}

/// When a limit lets its rule fire again, if the rule does not fire before.
fn free_again(scope: &Scope<'_>, (limit, of): (&LimitPlan, u32), entries: &[Entry], used: i64) -> Option<i64> {
    let Some(Per::Rolling(length)) = limit.per else { return super::caps::next(scope, limit.per, limit.tally) };
    let calendar = &scope.plan.calendar;
    let mut left = used;
    for entry in entries {
        left = left.saturating_sub(entry.count);
        if left < i64::from(of) {
            return Some(match crate::calendar::clock_micros(length) {
                Some(micros) => entry.key.saturating_add(micros),
                None => calendar.start_of(Calendar::day_plus(entry.key as i32, length)),
            });
        }
    }
    None
}
