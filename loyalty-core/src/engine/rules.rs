//! Which rules an event sets off: the index finds those that may fire, and conditions, validity and limits decide.

mod candidates;

use chrono::NaiveTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use smallvec::SmallVec;

use super::earning::Evaluation;
use super::eval::{NO_ROW, Scope};
use super::outcome::Kind;
use super::sums::Sums;
use super::tally::{self, Changes};
use super::value::Value;
use super::{claims, grants};
use crate::amount::{self, Overflow};
use crate::check::model::{Most, Valid};
use crate::plan::{EffectKindPlan, GroupFormPlan, LimitPlan, Plan, RuleFormPlan, RulePlan, in_force};
use crate::time::{DAY, day_of, micros_of};
pub use candidates::{Candidates, candidates};

/// A rule whose conditions hold.
#[derive(Debug, Clone, Copy)]
pub struct Firing<'p> {
    pub rule: u32,
    pub plan: &'p RulePlan,
    pub form: &'p RuleFormPlan,
}

pub type Firings<'p> = SmallVec<[Firing<'p>; 16]>;

/// Which of the rules that fire are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    All,
    /// Those that do more than earn plainly, or are capped: what later stages ask for.
    Asked,
    None,
}

/// What the limits of one event leave to its rules, which have their turns in the order of the file.
#[derive(Debug, Default)]
pub struct Turns {
    /// Rules that have had their turn and came to nothing, so that it is another's; each with the pass before which it had it.
    pub passed: Passed,
    /// Rules of limited groups that have fired.
    pub taken: SmallVec<[u32; 4]>,
    /// Whether a rule has not fired for no other reason than the turns of others.
    pub missed: bool,
    /// What the firings count against limits of the member.
    used: Changes,
    /// The groups of the firings, where they have a limit over all members.
    claimed: SmallVec<[u16; 4]>,
}

/// Rules that have passed their turn on, each with the number of the pass in which they had it.
pub type Passed = SmallVec<[(u32, u32); 2]>;

/// Finds the rules that fire, as far as conditions, validity and limits go; what they contribute is put into `evaluation`, and those
/// that somebody asks for into `firings`.
pub fn fire<'p>(
    scope: &Scope<'p>,
    candidates: &Candidates<'_>,
    evaluation: &mut Evaluation,
    firings: (Told, &mut Firings<'p>),
) -> Result<(), Overflow> {
    fire_in_turn(scope, candidates, evaluation, firings, &mut Turns::default())
}

/// The same, where some rules may have passed their turn on.
pub fn fire_in_turn<'p>(
    scope: &Scope<'p>,
    candidates: &Candidates<'_>,
    evaluation: &mut Evaluation,
    (told, firings): (Told, &mut Firings<'p>),
    turns: &mut Turns,
) -> Result<(), Overflow> {
    let mut sums = Sums::default();
    for rule in candidates.iter() {
        let Some(Some(plain)) = scope.plan.plain.get(rule as usize) else {
            let firing = fire_other(scope, rule, evaluation, turns)?;
            if told != Told::None {
                firings.extend(firing);
            }
            continue;
        };
        if plain.from > scope.day || !plain.condition.map_or(Ok(true), |condition| scope.holds(condition))? {
            continue;
        }
        grants::contribute_plainly(scope, rule, plain, &mut sums, &mut evaluation.grants)?;
        if (told == Told::All || (plain.capped && told == Told::Asked))
            && let Some(plan) = scope.plan.rules.get(rule as usize)
            && let Some(form) = in_force(&plan.forms, scope.day)
        {
            firings.push(Firing { rule, plan, form });
        }
    }
    Ok(())
}

/// A rule of any kind, if it fires.
#[inline(never)]
fn fire_other<'p>(
    scope: &Scope<'p>,
    rule: u32,
    evaluation: &mut Evaluation,
    turns: &mut Turns,
) -> Result<Option<Firing<'p>>, Overflow> {
    let Some(plan) = scope.plan.rules.get(rule as usize) else { return Ok(None) };
    let Some(form) = in_force(&plan.forms, scope.day) else { return Ok(None) };
    if turns.passed.iter().any(|(passed, _)| *passed == rule) || !holds(scope, form)? {
        return Ok(None);
    }
    let limited = !form.limits.is_empty() || !plan.groups.is_empty();
    if limited && !turns.leave_room(scope, plan, form) {
        turns.missed |= !turns.taken.is_empty() && Turns::default().leave_room(scope, plan, form);
        return Ok(None);
    }
    let firing = Firing { rule, plan, form };
    let before = evaluation.grants.len();
    grants::contribute(scope, firing, &mut evaluation.grants)?;
    if limited {
        // A rule that comes to nothing takes no turn of the others in its group.
        let in_turn = takes_turns(scope, plan);
        let contributes = || evaluation.grants.iter().skip(before).any(|grant| !grant.amount.is_zero());
        if in_turn && only_earns(form) && !contributes() {
            evaluation.grants.truncate(before);
            return Ok(None);
        }
        turns.count(scope, firing, in_turn);
    }
    Ok(Some(firing))
}

impl Turns {
    /// None has been had yet, and some rules have passed theirs on.
    pub fn after(passed: Passed) -> Self {
        Self { passed, ..Self::default() }
    }

    /// Whether the limits of a rule and of its groups leave room for it, after the firings so far.
    fn leave_room(&self, scope: &Scope<'_>, rule: &RulePlan, form: &RuleFormPlan) -> bool {
        limits(scope, rule, form).all(|limit| left(scope, limit, &self.used) > 0)
            && self.totals_leave_room(scope, rule, form)
    }

    /// Whether the counters over all members leave room for it. Where the host does not tell them, no more than one event can
    /// ever claim.
    fn totals_leave_room(&self, scope: &Scope<'_>, rule: &RulePlan, form: &RuleFormPlan) -> bool {
        if scope.counters.is_none() && self.claimed.is_empty() {
            return true;
        }
        let mut totals = totals(scope.plan, rule, form, scope.day);
        totals.all(|Total { group, counter, limit }| {
            let left = scope.counters.map_or(limit, |counters| counters.left(&counter, limit));
            let claimed = self.claimed.iter().filter(|claimed| group == Some(**claimed)).count();
            left > Decimal::from(claimed)
        })
    }

    /// Counts a firing.
    fn count(&mut self, scope: &Scope<'_>, firing: Firing<'_>, in_turn: bool) {
        use_limits(scope.plan, firing.plan, firing.form, scope.at, scope.day, &mut self.used);
        if in_turn {
            self.taken.push(firing.rule);
            self.claimed
                .extend(totals(scope.plan, firing.plan, firing.form, scope.day).filter_map(|total| total.group));
        }
    }
}

/// Whether a rule is of a group whose limits let its rules fire in turn.
pub fn takes_turns(scope: &Scope<'_>, rule: &RulePlan) -> bool {
    group_forms(scope.plan, rule, scope.day).any(|group| !group.limits.is_empty())
}

/// Whether a rule is valid at the scope's instant and its conditions hold.
pub fn holds(scope: &Scope<'_>, form: &RuleFormPlan) -> Result<bool, Overflow> {
    for valid in &form.valid {
        if !is_valid(scope, valid) {
            return Ok(false);
        }
    }
    for condition in &form.when {
        if !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn only_earns(form: &RuleFormPlan) -> bool {
    let earns =
        |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::EarnFixed { .. } | EffectKindPlan::EarnRate { .. });
    form.effects.iter().all(|effect| earns(&effect.kind))
}

/// The forms in force of the groups that a rule belongs to.
pub fn group_forms<'p>(plan: &'p Plan, rule: &'p RulePlan, day: i32) -> impl Iterator<Item = &'p GroupFormPlan> {
    let groups = rule.groups.iter().filter_map(|group| plan.groups.get(usize::from(*group)));
    groups.filter_map(move |group| in_force(&group.forms, day))
}

/// The limits of a rule and of its groups.
fn limits<'p>(scope: &Scope<'p>, rule: &'p RulePlan, form: &'p RuleFormPlan) -> impl Iterator<Item = &'p LimitPlan> {
    form.limits.iter().chain(group_forms(scope.plan, rule, scope.day).flat_map(|group| &group.limits))
}

/// Counts one firing against the limits of a rule and its groups.
pub fn use_limits(plan: &Plan, rule: &RulePlan, form: &RuleFormPlan, at: i64, day: i32, changes: &mut Changes) {
    let groups = group_forms(plan, rule, day).flat_map(|group| &group.limits);
    for number in form.limits.iter().chain(groups).filter_map(|limit| limit.tally) {
        tally::count_once(changes, number, limit_key(plan, number, at, day));
    }
}

/// A limit over all members.
struct Total {
    /// The group that has it; nothing where it is the rule's own.
    group: Option<u16>,
    counter: Box<str>,
    limit: Decimal,
}

/// The limits over all members of a rule and of its groups.
fn totals<'p>(
    plan: &'p Plan,
    rule: &'p RulePlan,
    form: &'p RuleFormPlan,
    day: i32,
) -> impl Iterator<Item = Total> + 'p {
    let own = form.limits.iter().map(|limit| (None, "rule", &rule.name, limit));
    let groups = rule.groups.iter().filter_map(|number| Some((*number, plan.groups.get(usize::from(*number))?)));
    let groups = groups.filter_map(move |(number, group)| Some((number, group, in_force(&group.forms, day)?)));
    let groups = groups.flat_map(|(number, group, form)| {
        form.limits.iter().map(move |limit| (Some(number), "group", &group.name, limit))
    });
    own.chain(groups).filter(|(.., limit)| limit.in_total).map(|(group, keyword, name, limit)| Total {
        group,
        counter: claims::counter(keyword, name),
        limit: Decimal::from(limit.total()),
    })
}

/// What a firing counts against limits over all members.
pub fn claims<'p>(
    plan: &'p Plan,
    number: u32,
    rule: &'p RulePlan,
    form: &'p RuleFormPlan,
    day: i32,
) -> impl Iterator<Item = Kind> + 'p {
    let by = Decimal::ONE;
    totals(plan, rule, form, day).map(move |Total { counter, limit, .. }| Kind::Claim {
        counter,
        by,
        limit,
        rule: Some(number),
    })
}

pub fn limit_key(plan: &Plan, tally: u32, at: i64, day: i32) -> i64 {
    tally::key(plan.grain(tally), &plan.calendar, at, day)
}

/// How often a limit lets something happen, to the member at hand: whole times alone.
pub fn allowed(scope: &Scope<'_>, limit: &LimitPlan) -> u32 {
    let node = match limit.count {
        Most::Fixed(count) => return count,
        Most::Told(node) => node,
    };
    let told = scope.eval(node, NO_ROW).ok().and_then(Value::number).unwrap_or_default();
    amount::at_least_zero(told).floor().to_u32().unwrap_or(u32::MAX)
}

/// How often a limit lets its rule fire once more.
pub fn left(scope: &Scope<'_>, limit: &LimitPlan, used: &Changes) -> i64 {
    let Some(number) = limit.tally else { return 1 };
    if !limit.binds {
        return i64::MAX;
    }
    let grain = scope.plan.grain(number);
    let tallies = &scope.member.tallies;
    let allowed = i64::from(allowed(scope, limit));
    let before = tallies.most_counted(number, (limit.per, allowed), grain, &scope.plan.calendar, scope.seen());
    let before = before.unwrap_or(i64::MAX / 2);
    let now: i64 = used.iter().filter(|change| change.tally == number).map(|change| change.count).sum();
    allowed - before - now
}

/// Whether a part of `valid` holds at the scope's instant.
pub fn is_valid(scope: &Scope<'_>, valid: &Valid) -> bool {
    match valid {
        Valid::Dates { from, to, till } => {
            let day = day_till(scope, *till);
            from.is_none_or(|from| day_of(from) <= day) && to.is_none_or(|to| day <= day_of(to))
        }
        Valid::Instants { from, to } => from.is_none_or(|from| from <= scope.at) && to.is_none_or(|to| scope.at < to),
        Valid::Weekdays { days, till } => {
            let day = crate::calendar::Calendar::weekday(day_till(scope, *till));
            days.iter().any(|known| known.num_days_from_monday() as u8 == day)
        }
        Valid::Hours { from, to } => {
            let (from, to) = (micros_of(*from), micros_of(*to));
            let time = scope.plan.calendar.time_at(scope.at);
            debug_assert!(time < DAY);
            if from < to { (from..to).contains(&time) } else { time >= from || time < to }
        }
    }
}

/// The day of the scope's instant, where days last till a time of the next one.
pub fn day_till(scope: &Scope<'_>, till: NaiveTime) -> i32 {
    let before = till > NaiveTime::MIN && scope.plan.calendar.time_at(scope.at) < micros_of(till);
    scope.day.saturating_sub(i32::from(before))
}
