//! Badges: who has which, at which level; given by rules or by conditions of their own, and taken away by returns.

use super::decided::Decided;
use super::error::EventError;
use super::eval::Scope;
use super::horizon::Horizon;
use super::ladders::Occasion;
use super::log::hash;
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::returns::Order;
use super::undo::Rows;
use crate::amount::Overflow;
use crate::plan::{BadgePlan, Plan, RuleFormPlan, in_force};

/// What a member has of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// The level, the lowest 1; 0: not held.
    pub level: u16,
    /// Since when it has been held at that level.
    pub since: i64,
}

/// The name of a level, the lowest 1; nothing for none, and for a badge without levels.
pub fn level_name(badge: &BadgePlan, level: u16) -> Box<str> {
    let level = level.checked_sub(1).and_then(|place| badge.levels.get(usize::from(place)));
    level.map(|level| level.name.clone()).unwrap_or_default()
}

/// The fact that a rule gives a badge, if the member does not have it.
pub fn award(scope: &Scope<'_>, rule: u32, badge: u16, level: Option<u16>) -> Option<Kind> {
    let plan = scope.plan.badges.get(usize::from(badge))?;
    let held = scope.member.badges.get(usize::from(badge)).copied().unwrap_or_default().level;
    let wanted = level.map_or(held + 1, |level| level + 1);
    (wanted > held && usize::from(wanted) <= plan.levels.len()).then(|| awarded(plan, held, wanted, Some(rule)))
}

fn awarded(badge: &BadgePlan, from: u16, to: u16, rule: Option<u32>) -> Kind {
    Kind::BadgeAwarded { badge: badge.name.clone(), level: level_name(badge, to), from: level_name(badge, from), rule }
}

/// The badge and the level that a decision names, the lowest 1.
fn named(plan: &Plan, badge: &str, level: &str) -> Option<(usize, u16)> {
    let number = plan.badges.iter().position(|known| *known.name == *badge)?;
    let place = plan.badges.get(number)?.levels.iter().position(|known| *known.name == *level)?;
    Some((number, place as u16 + 1))
}

/// Writes a badge that a rule gives; whether the member did not have it yet.
pub fn commit(plan: &Plan, member: &mut Member, (badge, level): (&str, &str), at: i64) -> bool {
    let Some((number, level)) = named(plan, badge, level) else { return false };
    match member.badges.get_mut(number) {
        Some(held) if held.level < level => {
            *held = Held { level, since: at };
            true
        }
        _ => false,
    }
}

/// The highest level whose own condition holds, the lowest 1; 0: none does.
fn earned(scope: &Scope<'_>, badge: &BadgePlan) -> Result<u16, Overflow> {
    for (place, level) in badge.levels.iter().enumerate().rev() {
        if let Some(when) = level.when
            && scope.holds(when)?
        {
            return Ok(place as u16 + 1);
        }
    }
    Ok(0)
}

/// The level of a badge, the lowest 1, that its own conditions give now; 0: none does.
pub fn earned_now(scope: &Scope<'_>, badge: usize) -> Result<u16, Overflow> {
    scope.plan.badges.get(badge).map_or(Ok(0), |badge| earned(scope, badge))
}

/// A badge falls to a level, the lowest 1; 0: it is gone.
pub fn fall(plan: &Plan, member: &mut Member, (number, to): (usize, u16), at: i64, decisions: &mut Vec<Decision>) {
    if let (Some(badge), Some(held)) = (plan.badges.get(number), member.badges.get_mut(number)) {
        let from = core::mem::replace(held, Held { level: to, since: at }).level;
        decisions.push(Decision { at, kind: revoked(badge, from, to) });
    }
}

/// Gives the badges whose own conditions have come to hold, and takes away those that a return has lost.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    at: i64,
    occasion: Occasion,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    for (number, badge) in plan.badges.iter().enumerate().filter(|(_, badge)| badge.watched()) {
        let earned = earned(&Scope::of(plan, member, at), badge)?;
        let Some(held) = member.badges.get(number).copied() else { continue };
        let before = held.level;
        // Only a level with a condition of its own can be lost by it.
        let own = badge.levels.get(usize::from(before).wrapping_sub(1)).is_some_and(|level| level.when.is_some());
        let comes_back = badge.revoke && occasion == Occasion::Return && own && earned < before;
        let level = match comes_back && decisions.badges_before(number) >= before {
            true => deserved(plan, member, badge, held)?,
            false => earned.max(before),
        };
        if level == before {
            continue;
        }
        if let Some(held) = member.badges.get_mut(number) {
            *held = Held { level, since: at };
        }
        let kind = if level < before { revoked(badge, before, level) } else { awarded(badge, before, level, None) };
        decisions.push(Decision { at, kind });
    }
    Ok(())
}

/// What each badge is held for before something comes back, where that can take it away: see [`deserved`].
pub fn deserved_before(plan: &Plan, member: &Member) -> Result<Vec<u16>, Overflow> {
    let badges = plan.badges.iter().zip(&member.badges);
    let levels = badges.map(|(badge, held)| match badge.revoke && badge.watched() && held.level > 0 {
        true => deserved(plan, member, badge, *held),
        false => Ok(0),
    });
    levels.collect()
}

/// The highest level, up to the one that is held, whose condition holds now or did at an instant at which something happened: time alone
/// takes none away.
fn deserved(plan: &Plan, member: &Member, badge: &BadgePlan, held: Held) -> Result<u16, Overflow> {
    let horizon = member.horizon(plan).max(member.enrolled_at);
    // What can still come back happened after that, and what there was then may be forgotten.
    if held.since < horizon {
        return Ok(0);
    }
    let events = member.log.instants().filter(|then| (horizon..member.clock).contains(then));
    let mut best = 0;
    for then in [member.clock, held.since].into_iter().chain(events) {
        best = earned(&Scope::of(plan, member, then), badge)?.max(best);
        if best >= held.level {
            return Ok(held.level);
        }
    }
    Ok(best)
}

fn revoked(badge: &BadgePlan, from: u16, to: u16) -> Kind {
    Kind::BadgeRevoked { badge: badge.name.clone(), level: level_name(badge, from), to: level_name(badge, to) }
}

/// Takes away a badge that was given at a level, unless the member has risen above it since.
pub fn take_back(
    plan: &Plan,
    member: &mut Member,
    (badge, level, from): (&str, &str, &str),
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let Some((number, level)) = named(plan, badge, level) else { return };
    let Some(badge) = plan.badges.get(number) else { return };
    let from = badge.levels.iter().position(|known| !from.is_empty() && *known.name == *from);
    let from = from.map_or(0, |place| place as u16 + 1);
    if let Some(held) = member.badges.get_mut(number).filter(|held| held.level == level) {
        *held = Held { level: from, since: at };
        decisions.push(Decision { at, kind: revoked(badge, level, from) });
    }
}

/// A badge that a rule on an order has given.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub badge: Box<str>,
    pub level: Box<str>,
    pub from: Box<str>,
    /// The rule that was told to give it. Nothing for one that is the order's since another rule or order gives it no more: which of its own
    /// do is to be asked.
    pub rule: Option<u32>,
}

/// What an order has given: what it has decided, and what it gives in the place of another order, which has come back.
pub fn given(plan: &Plan, member: &Member, order: &Order) -> Vec<Given> {
    let told = |decision: &Decision| match &decision.kind {
        Kind::BadgeAwarded { badge, level, from, rule: Some(rule) } => {
            Some(Given { badge: badge.clone(), level: level.clone(), from: from.clone(), rule: Some(*rule) })
        }
        _ => None,
    };
    let mut found: Vec<Given> = order.decisions.iter().filter_map(told).collect();
    let own = found.len();
    for (badge, held) in plan.badges.iter().zip(&member.badges) {
        let name = level_name(badge, held.level);
        let known = |given: &Given| given.badge == badge.name && given.level == name;
        if held.level == 0 || held.since != order.event.at || found.iter().any(known) {
            continue;
        }
        let horizon = member.horizon(plan);
        let records = member.log.iter().filter(|record| record.at >= horizon);
        let mut decided = records.filter_map(|record| {
            let given = record.decisions().unwrap_or_default().iter().find_map(|decision| told(decision).filter(known));
            given.map(|given| (hash(record.id), record.at, given))
        });
        let first = decided.next().filter(|(by, at, given)| {
            let Some(rule) = given.rule.and_then(|rule| plan.rules.get(rule as usize)) else { return false };
            let form = in_force(&rule.forms, order.day);
            let whole = || member.returned.iter().any(|returned| returned.order == *by && returned.whole);
            // One of the same instant has given it for good, and is not called off.
            let anothers = *at == held.since && form.is_some_and(|form| !form.revoke) && !whole();
            rule.on(order.event.event) && !anothers
        });
        let first = first.map(|(.., given)| given);
        // Another of its rules had no need to give it beside the higher level, which is gone.
        let left = || found.iter().take(own).any(|given| given.badge == badge.name);
        let left = first.is_none() && left();
        let left = left.then(|| Given { badge: badge.name.clone(), level: name.clone(), from: "".into(), rule: None });
        found.extend(first.map(|given| Given { rule: None, ..given }).or(left));
    }
    found
}

/// Takes away what a returned order's rules have given: when nothing of it is kept, or when the rule asks that its own
/// conditions hold for what is kept and they do not. A level that the member has risen above since is not missed, and one
/// that another rule or another order gives stays.
pub fn come_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    whole: bool,
    (still_holds, given_by_itself, given_by_another): (
        impl Fn(&Member, &RuleFormPlan) -> Result<bool, Overflow>,
        impl Fn(&Member, u16, u16) -> Result<u16, Overflow>,
        impl Fn(&Member, u16, u16) -> Result<Option<i64>, EventError>,
    ),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    for Given { badge, level, from, rule } in given(plan, member, order) {
        let Some((number, level)) = named(plan, &badge, &level) else { continue };
        let Some(badge) = plan.badges.get(number).filter(|badge| badge.revoke) else { continue };
        let form = rule.and_then(|rule| in_force(&plan.rules.get(rule as usize)?.forms, order.day));
        let kept = match form.filter(|form| form.revoke && !whole) {
            Some(form) => still_holds(member, form)?,
            None => rule.is_some() && !whole,
        };
        if kept || member.badges.get(number).is_none_or(|held| held.level != level) {
            continue;
        }
        let left = given_by_itself(member, number as u16, level)?;
        if left == level {
            continue;
        }
        // Another order would have given it, had this one not come before.
        match given_by_another(member, number as u16, level)? {
            Some(since) => {
                if let Some(held) = member.badges.get_mut(number) {
                    held.since = since;
                }
            }
            None => {
                let lower = badge.levels.iter().position(|known| !from.is_empty() && known.name == from);
                let lower = lower.map_or(0, |place| place as u16 + 1).max(left);
                let names = (&*badge.name, &*level_name(badge, level), &*level_name(badge, lower));
                take_back(plan, member, names, at, decisions);
                if let Some(held) = member.badges.get_mut(number).filter(|_| left > 0 && left == lower) {
                    // It has been the order's since it was bought.
                    held.since = order.event.at;
                }
            }
        }
    }
    Ok(())
}

/// The instant before a limit at which time alone will give some badge.
pub fn next_due(plan: &Plan, member: &Member, limit: i64) -> i64 {
    let mut next = limit;
    let clock = member.clock;
    for (number, badge) in plan.badges.iter().enumerate().filter(|(_, badge)| badge.watched()) {
        let held = member.badges.get(number).copied().unwrap_or_default().level;
        if usize::from(held) >= badge.levels.len() {
            continue;
        }
        let gained = |at: i64| earned(&Scope::of(plan, member, at), badge).is_ok_and(|earned| earned > held);
        // Whoever has just joined, or has been taken over by another program, may deserve it already.
        if gained(clock) {
            return clock;
        }
        let mut horizon = Horizon::new(plan, member, clock);
        badge.levels.iter().filter_map(|level| level.when).for_each(|when| horizon.expression(when));
        let instants = horizon.instants();
        next = instants.into_iter().take_while(|at| *at < next).find(|at| gained(*at)).unwrap_or(next);
    }
    next
}

/// Of two accounts that become one the higher level counts, with its own day.
pub fn join(plan: &Plan, own: &mut Rows<Held>, other: &[Held], at: i64, decisions: &mut Vec<Decision>) {
    for (number, (badge, other)) in plan.badges.iter().zip(other).enumerate() {
        let Some(own) = own.get_mut(number) else { continue };
        if other.level > own.level {
            decisions.push(Decision { at, kind: awarded(badge, own.level, other.level, None) });
            *own = *other;
        } else if other.level == own.level {
            own.since = own.since.min(other.since);
        }
    }
}
