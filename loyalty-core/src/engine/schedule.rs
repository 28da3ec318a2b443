//! When something happens next by time alone: the one place that knows every kind of it.
//!
//! The answer is exact: at that instant a decision is made, and at none before. What depends on conditions is tried at
//! the instants at which it may come about, with the state as it is, for until then nothing else happens.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::coupons::{Concerned, Held};
use super::cycles::Cycles;
use super::earning::{self, Evaluation};
use super::error::Refusal;
use super::eval::Scope;
use super::horizon::{Horizon, begins, turns_between};
use super::lots::{Expiry, Vesting};
use super::member::Member;
use super::reactions::Cause;
use super::rules::Candidates;
use super::tally::{self, Entry};
use super::{badges, challenges, horizon, ladders, referrals, rules, segments, wheels};
use crate::amount;
use crate::calendar::{Calendar, clock_micros};
use crate::check::model::{
    AggregateFunction, Anniversary, CalendarDay, ClockTrigger, Every, Fall, Keep, Length, Most, OwnPeriod, Period,
    Rise, TimeUnit, Trigger, Valid, Window,
};
use crate::plan::{EffectKindPlan, LadderPlan, LevelPlan, Node, Plan, RuleFormPlan, RulesOn, in_force};
use crate::sorting::Arrange as _;
use crate::time::{date_of, day_of, micros_of};

/// The instant of the next thing that happens; the largest number for never.
pub fn next_due(plan: &Plan, member: &Member) -> i64 {
    let wallets = member.wallets.iter().zip(&plan.wallets);
    let frozen = member.account.frozen_since();
    let lots = wallets.filter_map(|(state, wallet)| state.next_due(plan, &wallet.inactivities, frozen)).min();
    next_due_beside(plan, member, lots.unwrap_or(i64::MAX))
}

/// The same where it is known when something happens to a lot.
pub fn next_due_beside(plan: &Plan, member: &Member, lots: i64) -> i64 {
    // Even a program without rewards may have taken a hold over from another version of it.
    let mut next = member.holds.iter().map(|hold| hold.until).fold(lots, i64::min);
    if !plan.reactions.any || !member.account.is_open() {
        return next;
    }
    next = next.min(member.coupons.next_due());
    next = next.min(wheels::next_due(member));
    next = next.min(member.contact.next_due());
    for ladder in 0..plan.ladders.len() as u16 {
        next = next.min(ladder_due(plan, member, ladder, next));
    }
    if member.account.current_pause().is_none() {
        for challenge in 0..plan.challenges.len() {
            next = next.min(challenges::due(plan, member, challenge));
        }
    }
    next = next.min(referrals::next_due(plan, member));
    for watched in 0..plan.reactions.segments.len() {
        next = next.min(segment_due(plan, member, watched, next));
    }
    next = badges::next_due(plan, member, next);
    // No rule fires while the account rests, and nobody knows for how long it does.
    let awake = member.account.current_pause().is_none();
    for rule in plan.reactions.clock.iter().filter(|_| awake) {
        next = next.min(rule_due(plan, member, *rule, next));
    }
    next
}

/// The same after an event that may have changed nothing but wallets, in a program in which nothing follows: where points
/// have only come, only they can be due before what was.
pub fn next_due_of_grown(plan: &Plan, member: &Member) -> i64 {
    let frozen = member.account.frozen_since();
    let mut wallets = member.wallets.iter().zip(&plan.wallets);
    let grown = wallets.try_fold(member.next_due, |next, (state, wallet)| {
        Some(next.min(state.added_due(plan, &wallet.inactivities, frozen)?))
    });
    grown.unwrap_or_else(|| next_due(plan, member))
}

/// The first instant of some, before a limit, at which something holds.
fn first(instants: &[i64], limit: i64, holds: impl Fn(i64) -> bool) -> i64 {
    instants.iter().copied().take_while(|at| *at < limit).find(|at| holds(*at)).unwrap_or(i64::MAX)
}

fn ladder_due(plan: &Plan, member: &Member, number: u16, limit: i64) -> i64 {
    let (Some(ladder), Some(standing)) =
        (plan.ladders.get(usize::from(number)), member.standings.get(usize::from(number)))
    else {
        return i64::MAX;
    };
    let clock = member.clock;
    // Whoever has just joined, or has been taken over by another program, may qualify already.
    if ladders::would_change(plan, member, number, clock) {
        return clock;
    }
    // Ends that are fixed, whatever conditions say by then.
    let sets = standing.set.iter().map(|(_, end)| *end).filter(|end| *end != i64::MAX);
    let ends = sets.chain(standing.grace).chain(standing.until).filter(|at| *at > clock).min().unwrap_or(i64::MAX);
    if let Some(changes) = meter_changes(plan, member, number, ladder, limit.min(ends)) {
        return ends.min(changes);
    }
    let mut next = ends;
    let mut horizon = Horizon::new(plan, member, clock);
    horizon.forms(&ladder.forms);
    for form in &ladder.forms {
        let form = &form.value;
        let whens = form.levels.iter().flat_map(|level| &level.when).map(|condition| condition.node);
        let retain = form.retain.iter().flat_map(|(_, conditions)| conditions).map(|condition| condition.node);
        form.by.into_iter().chain(whens).chain(retain).for_each(|node| horizon.expression(node));
    }
    let changes = horizon.instants();
    next = next.min(first(&changes, limit.min(next), |at| ladders::would_change(plan, member, number, at)));
    // The end of the present period, and of every period in which something changes; periods are those of the form in
    // force by then.
    let period_end = |at: i64| {
        let rise = ladders::form(plan, number, plan.calendar.day_at(at))?.rise;
        Cycles::of(plan, member).next_rise(rise, at)
    };
    let mut ends: Vec<i64> = core::iter::once(clock).chain(changes).filter_map(period_end).collect();
    ends.arrange();
    ends.dedup();
    next.min(first(&ends, limit.min(next), |at| ladders::would_change(plan, member, number, at)))
}

/// The usual ladder, by one sum or count over a rolling window, is gone through in one walk: what leaves the window is
/// taken off, the oldest first, until another level is earned. Nothing, if the ladder is of another kind.
fn meter_changes(plan: &Plan, member: &Member, number: u16, ladder: &LadderPlan, limit: i64) -> Option<i64> {
    let ([form], standing) = (ladder.forms.as_slice(), member.standings.get(usize::from(number))?) else { return None };
    let form = &form.value;
    let measure = plan.measures.get(usize::from(form.meter?))?;
    let [measured] = measure.forms.as_slice() else { return None };
    let (Window::Rolling(length), Some(tally)) = (measured.value.window, measure.tally) else { return None };
    let sums = match measure.function {
        AggregateFunction::Sum => true,
        AggregateFunction::Count => false,
        _ => return None,
    };
    if form.rise != Rise::AtOnce || form.retain.is_some() || form.carry.is_some() {
        return None;
    }
    let threshold = |level: &LevelPlan| match plan.nodes.get(level.from? as usize) {
        Some(Node::Number(from)) if level.when.is_empty() => Some(*from),
        _ => None,
    };
    let thresholds: Vec<Decimal> = form.levels.iter().skip(1).map(threshold).collect::<Option<_>>()?;
    let (from, to) = tally::window_keys(
        measured.value.window,
        plan.grain(tally),
        &plan.calendar,
        member.clock,
        plan.calendar.day_at(member.clock),
    );
    let entries = member.tallies.between(tally, from, to);
    let value = |entry: &Entry| if sums { entry.sum } else { Decimal::from(entry.count) };
    let mut left = amount::sum(entries.iter().map(value)).ok()?;
    let timed = form.keep != Keep::WhileQualified;
    let ends = standing.grace.is_some() || standing.until.is_some();
    let falls = !timed && !ends && form.fall != Fall::Never;
    // Qualifying again takes away the end that grace or a return has set.
    let may_requalify = standing.grace.is_some() || (!timed && ends);
    let mut waiting = entries.iter().peekable();
    while let Some(entry) = waiting.next() {
        let at = horizon::leaves_at(plan, tally, length, entry.key);
        if at >= limit {
            break;
        }
        left = amount::subtract(left, value(entry)).ok()?;
        if waiting.peek().is_some_and(|next| horizon::leaves_at(plan, tally, length, next.key) == at) {
            continue;
        }
        let earned = thresholds.iter().take_while(|from| **from <= left).count() as u16;
        let requalifies = may_requalify && earned >= standing.level;
        if earned > standing.level || requalifies || falls && earned < standing.level {
            return Some(at);
        }
    }
    Some(i64::MAX)
}

fn segment_due(plan: &Plan, member: &Member, watched: usize, limit: i64) -> i64 {
    let Some(segment) = plan.reactions.segments.get(watched).map(|watched| watched.segment) else { return i64::MAX };
    let Some(segment_plan) = plan.segments.get(usize::from(segment)) else { return i64::MAX };
    let mut horizon = Horizon::new(plan, member, member.clock);
    horizon.forms(&segment_plan.forms);
    segment_plan.forms.iter().for_each(|form| horizon.expression(form.value));
    let inside = member.inside.get(watched).copied().unwrap_or(false);
    first(&horizon.instants(), limit, |at| {
        segments::holds(&Scope::of(plan, member, at), segment).is_ok_and(|holds| holds != inside)
    })
}

/// How many times of a recurring trigger are tried where its validity asks for hours or weekdays.
const TRIES: usize = 1_000;

/// When a rule by the calendar will come to something.
fn rule_due(plan: &Plan, member: &Member, number: u32, limit: i64) -> i64 {
    let Some(rule) = plan.rules.get(number as usize) else { return i64::MAX };
    let Trigger::Clock(clock) = &rule.trigger else { return i64::MAX };
    let mut at = member.clock;
    let mut changes: Option<Vec<i64>> = None;
    let mut tries = 0;
    while let Some(occurs) = occurs_after(plan, member, clock, at).filter(|occurs| *occurs < limit) {
        at = occurs;
        let form = in_force(&rule.forms, plan.calendar.day_at(occurs));
        let scope = Scope::of(plan, member, occurs);
        let of_the_day = |form: &RuleFormPlan| {
            form.valid.iter().filter(|valid| recurs(valid)).all(|valid| rules::is_valid(&scope, valid))
        };
        match form {
            Some(form) if !of_the_day(form) && tries < TRIES => {
                tries += 1;
                continue;
            }
            Some(_) if comes_to_something(plan, member, number, clock, occurs) => return occurs,
            _ => {}
        }
        if !matches!(clock, ClockTrigger::Every(_) | ClockTrigger::Anniversary { .. }) {
            continue;
        }
        // It comes round for ever: the next time that can be another is the first after something changes.
        let changes = changes.get_or_insert_with(|| rule_changes(plan, member, number));
        match changes.iter().copied().find(|change| *change > occurs) {
            // One microsecond earlier, so that a time at the very instant counts.
            Some(change) => at = change.saturating_sub(1),
            None => return i64::MAX,
        }
    }
    i64::MAX
}

/// Whether a part of `valid` comes round by itself, so that its changes cannot be listed.
fn recurs(valid: &Valid) -> bool {
    matches!(valid, Valid::Weekdays { .. } | Valid::Hours { .. })
}

/// When what a rule comes to may change.
fn rule_changes(plan: &Plan, member: &Member, number: u32) -> Vec<i64> {
    let mut horizon = Horizon::new(plan, member, member.clock);
    let Some(rule) = plan.rules.get(number as usize) else { return Vec::new() };
    horizon.forms(&rule.forms);
    let mut wallets: Vec<u16> = Vec::new();
    for form in &rule.forms {
        form.value.when.iter().for_each(|condition| horizon.expression(condition.node));
        for valid in &form.value.valid {
            match valid {
                Valid::Dates { from, to, till } => horizon.days(*from, *to, *till),
                Valid::Instants { from, to } => {
                    horizon.instant(*from);
                    horizon.instant(*to);
                }
                Valid::Weekdays { .. } | Valid::Hours { .. } => {}
            }
        }
        for effect in &form.value.effects {
            effect.kind.nodes(|node| horizon.expression(node));
            if let EffectKindPlan::Redeem { reward, .. } = effect.kind {
                horizon.redeemed(reward);
            }
            wallets.extend(effect.kind.earns_in());
        }
    }
    let groups = || rule.groups.iter().filter_map(|group| plan.groups.get(usize::from(*group)));
    groups().for_each(|group| horizon.forms(&group.forms));
    let group_forms = || groups().flat_map(|group| &group.forms).map(|form| &form.value);
    let limits = rule.forms.iter().flat_map(|form| &form.value.limits);
    for limit in limits.chain(group_forms().flat_map(|form| &form.limits)) {
        limit.tally.into_iter().for_each(|tally| horizon.limit(tally, limit.per));
        if let Most::Told(told) = limit.count {
            horizon.expression(told);
        }
    }
    wallets.arrange();
    wallets.dedup();
    let policies =
        wallets.iter().filter_map(|wallet| plan.wallets.get(usize::from(*wallet))).map(|wallet| &wallet.policies);
    let policies: Vec<_> = policies.collect();
    policies.iter().for_each(|policies| horizon.forms(policies));
    let wallet_caps = policies.iter().flat_map(|policies| policies.iter()).flat_map(|policy| &policy.value.caps);
    let caps = rule.forms.iter().flat_map(|form| &form.value.caps);
    for cap in caps.chain(group_forms().flat_map(|form| &form.caps)).chain(wallet_caps) {
        cap.tally.into_iter().for_each(|tally| horizon.limit(tally, cap.per));
        if let Most::Told(told) = cap.amount {
            horizon.expression(told);
        }
    }
    horizon.instants()
}

/// Whether a rule, set off at an instant, would decide anything.
fn comes_to_something(plan: &Plan, member: &Member, number: u32, trigger: &ClockTrigger, at: i64) -> bool {
    causes(plan, member, trigger, at).iter().any(|cause| {
        let scope = Scope { cause: Some(cause), ..Scope::of(plan, member, at) };
        let mut evaluation = Evaluation::default();
        match earning::evaluate(&scope, &Candidates::one(&number), &RulesOn::ANYTHING, &mut evaluation) {
            Ok(_) => evaluation.comes_to_something(member, at),
            Err(error) => error.code() != Refusal::InsufficientBalance,
        }
    })
}

/// What a rule by the calendar can read of its occasion; of several coupons at one instant, once for each.
pub fn causes(plan: &Plan, member: &Member, trigger: &ClockTrigger, at: i64) -> SmallVec<[Cause; 1]> {
    let (amount, at) = match trigger {
        ClockTrigger::BeforeExpiry { wallet, before } => expiring(plan, member, *wallet as u16, *before, at),
        ClockTrigger::BeforeCoupon { coupon, before } => {
            let ending = ending(member, *coupon);
            let ending = ending.filter(|held| so_long_before(&plan.calendar, held.until, *before) == at);
            let concerned = ending.map(|held| Concerned { coupon: held.coupon, number: Some(held.number) });
            let cause = |coupon| Cause { coupon: Some(coupon), ..Cause::of(Decimal::ZERO, at) };
            return concerned.map(cause).collect();
        }
        _ => (Decimal::ZERO, at),
    };
    SmallVec::from_elem(Cause::of(amount, at), 1)
}

/// The coupons, of a kind or of any, that will run out.
fn ending(member: &Member, coupon: Option<usize>) -> impl Iterator<Item = &Held> {
    let own = move |held: &&Held| coupon.is_none_or(|coupon| held.coupon as usize == coupon);
    member.coupons.open().filter(own).filter(|held| held.until != i64::MAX)
}

/// The next time that a trigger comes about, if nothing happens before.
pub fn occurs_after(plan: &Plan, member: &Member, trigger: &ClockTrigger, after: i64) -> Option<i64> {
    let calendar = &plan.calendar;
    match trigger {
        ClockTrigger::Every(every) => next_time(calendar, every, after),
        ClockTrigger::Anniversary { of, each, before } => {
            let (first, from) = match of {
                Anniversary::Attribute(field) => match member.attributes.get(*field)?.value() {
                    super::value::Value::Date(day) => (day, 0),
                    _ => return None,
                },
                Anniversary::Joining => (calendar.day_at(member.enrolled_at), 1),
            };
            next_turn(calendar, first, *each, from, *before, after)
        }
        ClockTrigger::BeforeExpiry { wallet, before } => {
            let ends = expiries(plan, member, *wallet as u16);
            ends.map(|(end, _)| so_long_before(calendar, end, *before)).filter(|at| *at > after).min()
        }
        ClockTrigger::BeforeCoupon { coupon, before } => {
            let ends = ending(member, *coupon).map(|held| so_long_before(calendar, held.until, *before));
            ends.filter(|at| *at > after).min()
        }
        ClockTrigger::BeforeEnd { ladder, before } => {
            let end = member.standings.get(*ladder)?.ends_at()?;
            Some(so_long_before(calendar, end, *before)).filter(|at| *at > after)
        }
        ClockTrigger::AfterLast { length, of } => {
            let last = member.marks.of(*of as u16).last()?;
            Some(calendar.plus(last.at, *length)).filter(|at| *at > after)
        }
        ClockTrigger::AfterEach { length, of, without } => {
            let others = without.map(|without| member.marks.of(without as u16)).unwrap_or(&[]);
            let ends = member.marks.of(*of as u16).iter().map(|mark| (mark.at, calendar.plus(mark.at, *length)));
            let open = |from: i64, end: i64| {
                let next = others.partition_point(|other| other.at < from);
                others.get(next).is_none_or(|other| other.at > end)
            };
            ends.filter(|(from, end)| *end > after && open(*from, *end)).map(|(_, end)| end).min()
        }
    }
}

/// What of a wallet runs out at the instant that a rule before it was set for.
fn expiring(plan: &Plan, member: &Member, wallet: u16, before: Length, at: i64) -> (Decimal, i64) {
    let due = expiries(plan, member, wallet)
        .filter(|(end, _)| so_long_before(&plan.calendar, *end, before) == at)
        .collect::<Vec<_>>();
    let sum = due.iter().try_fold(Decimal::ZERO, |sum, (_, amount)| amount::add(sum, *amount));
    (sum.unwrap_or_default(), due.iter().map(|(end, _)| *end).min().unwrap_or(at))
}

/// The instants at which spendable points run out, with how many.
fn expiries<'a>(plan: &'a Plan, member: &'a Member, wallet: u16) -> impl Iterator<Item = (i64, Decimal)> + 'a {
    let number = usize::from(wallet);
    let state = member.wallets.get(number);
    let forms = plan.wallets.get(number).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let lots = state.into_iter().flat_map(|state| state.lots.iter().map(move |lot| (state, lot)));
    lots.filter(|(_, lot)| lot.vesting == Vesting::Done && !lot.amount.is_zero() && lot.expiry != Expiry::Never)
        .filter_map(move |(state, lot)| Some((state.expires_at(plan, forms, lot)?, lot.amount)))
}

/// A day before midnight means the beginning of that day.
fn so_long_before(calendar: &Calendar, end: i64, before: Length) -> i64 {
    match clock_micros(before) {
        Some(micros) => end.saturating_sub(micros),
        None => calendar.instant_of(Calendar::day_minus(calendar.day_at(end), before), calendar.time_at(end)),
    }
}

/// The next time that a day comes round each year or month, so long before it; for the `from`th time at the earliest.
fn next_turn(
    calendar: &Calendar,
    first: i32,
    each: OwnPeriod,
    from: u32,
    before: Option<Length>,
    after: i64,
) -> Option<i64> {
    let at = |turn: u32| {
        let start = calendar.start_of(begins(first, turn, each));
        before.map_or(start, |before| so_long_before(calendar, start, before))
    };
    let most = match each {
        OwnPeriod::Year => 400,
        OwnPeriod::Month => 400 * 12,
    };
    let mut turn = turns_between(first, calendar.day_at(after), each).max(from);
    // Whoever is born on 29 February has the 28th in other years: a month ends with its last day.
    while at(turn) <= after {
        turn = turn.checked_add(1).filter(|turn| *turn < most)?;
    }
    Some(at(turn))
}

/// The next of a recurring day and time.
fn next_time(calendar: &Calendar, every: &Every, after: i64) -> Option<i64> {
    let today = calendar.day_at(after);
    let count = i64::from(every.count.max(1));
    if let Some(start) = every.from {
        let start = day_of(start);
        let (unit, units) = match every.period {
            Period::Day => (TimeUnit::Day, 1),
            Period::Week => (TimeUnit::Week, 1),
            Period::Month => (TimeUnit::Month, 1),
            Period::Quarter => (TimeUnit::Quarter, 1),
            Period::HalfYear => (TimeUnit::Quarter, 2),
            Period::Year => (TimeUnit::Year, 1),
        };
        let units = every.count.saturating_mul(units);
        let at = |times: u32| {
            let length = Length { count: units.saturating_mul(times), unit };
            calendar.instant_of(Calendar::day_plus(start, length), micros_of(every.at))
        };
        let longest = crate::calendar::days_at_most(Length { count: units, unit }).max(1);
        let mut times = u32::try_from(today.saturating_sub(start) / longest).unwrap_or(0);
        while at(times) <= after {
            times = times.checked_add(1).filter(|times| *times < 1_000_000)?;
        }
        return Some(at(times));
    }
    let now = calendar.period_of(every.period, today);
    let mut number = now - now.rem_euclid(count);
    // The first two of the counted periods are enough: one may lie behind, and the day of the other lies ahead.
    for _ in 0..3 {
        let at = calendar.instant_of(day_within(calendar, every, number), micros_of(every.at));
        if at > after {
            return Some(at);
        }
        number += count;
    }
    None
}

/// The day of a recurring trigger within a period.
fn day_within(calendar: &Calendar, every: &Every, number: i64) -> i32 {
    use chrono::Datelike as _;
    let first = calendar.first_day(every.period, number);
    let last = calendar.first_day(every.period, number + 1).saturating_sub(1);
    match every.day {
        None => first,
        Some(CalendarDay::Number(day)) => first.saturating_add_unsigned(day.saturating_sub(1)).min(last),
        Some(CalendarDay::Last) => last,
        Some(CalendarDay::Weekday(weekday)) => on_or_after(first, weekday),
        Some(CalendarDay::NthWeekday { nth: None, weekday }) => on_or_after(last.saturating_sub(6), weekday),
        Some(CalendarDay::NthWeekday { nth: Some(nth), weekday }) => {
            // A fifth one that a month does not have is its last.
            let mut day = on_or_after(first, weekday).saturating_add_unsigned(nth.saturating_sub(1).saturating_mul(7));
            while day > last {
                day = day.saturating_sub(7);
            }
            day
        }
        Some(CalendarDay::MonthDay { month, day }) => {
            // A month before the one with which the year begins is one of the next of January.
            let year = date_of(first).year() + i32::from(month < date_of(first).month());
            let found = (1..=day).rev().find_map(|day| chrono::NaiveDate::from_ymd_opt(year, month, day));
            found.map_or(first, day_of)
        }
    }
}

fn on_or_after(day: i32, weekday: chrono::Weekday) -> i32 {
    let wanted = weekday.num_days_from_monday() as i32;
    let ahead = (wanted - i32::from(Calendar::weekday(day))).rem_euclid(7);
    day.saturating_add(ahead)
}
