//! Ladders: which level a member qualifies for, and how the level in force rises, stays and falls.
//!
//! A level is judged after every event, and by time alone at the instants that `schedule` finds. A review at the end of
//! a period looks back at the period that ends: see [`Scope::closing`].

mod ends;
mod named;
mod past;

use rust_decimal::Decimal;

use ends::{counted_from, grace_end, kept_until};
pub use ends::{end_of, raise_end};
pub use named::{level_named, named};
use past::{Deserved, Past, Then, deserved, earned_before_grace, judged_again, judged_from};

use super::cycles::Cycles;
use super::eval::{NO_ROW, Scope};
use super::member::Member;
use super::outcome::{Decision, Kind, TierBecause};
use super::standing::Standing;
use super::value::Value;
use super::{horizon, measures};
use crate::amount::{self, Overflow};
use crate::calendar::{Calendar, clock_micros};
use crate::check::model::{Carry, Cycle, Fall, Keep, LadderReturns, OwnFrom, Rise, ToEnd, Window};
use crate::plan::{LadderFormPlan, LadderPlan, Plan, in_force};

/// What has happened when a level is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Event,
    /// An event of an earlier instant, when the member had been brought further.
    Late(i64),
    /// Something was returned.
    Return,
    Time,
}

/// The form of a ladder in force on a day.
pub fn form(plan: &Plan, ladder: u16, day: i32) -> Option<&LadderFormPlan> {
    in_force(&plan.ladders.get(usize::from(ladder))?.forms, day)
}

/// What the thresholds are compared with: the meter less what earlier levels have used up.
pub fn meter(scope: &Scope<'_>, ladder: u16, form: &LadderFormPlan) -> Result<Option<Decimal>, Overflow> {
    let Some(by) = form.by else { return Ok(None) };
    let Value::Number(value) = scope.eval(by, NO_ROW)? else { return Ok(None) };
    let standing = scope.member.standings.get(usize::from(ladder));
    match standing.filter(|standing| !standing.carried.is_zero() && still_counts(scope, form, standing.carried_on)) {
        Some(standing) => amount::subtract(value, standing.carried).map(|rest| Some(rest.max(Decimal::ZERO))),
        None => Ok(Some(value)),
    }
}

/// Whether what was used up on a day lies in the window that the meter looks at.
fn still_counts(scope: &Scope<'_>, form: &LadderFormPlan, day: i32) -> bool {
    let measure = form.meter.and_then(|measure| scope.plan.measures.get(usize::from(measure)));
    let Some(window) = measure.and_then(|measure| in_force(&measure.forms, scope.day)).map(|form| form.window) else {
        return true;
    };
    let calendar = &scope.plan.calendar;
    let (_, today) = measures::looking_from(scope, window);
    match window {
        Window::This(period) => calendar.period_of(period, day) == calendar.period_of(period, today),
        Window::Periods { period, back, count } => {
            let first = calendar.period_of(period, today) - i64::from(back);
            (first..first + i64::from(count)).contains(&calendar.period_of(period, day))
        }
        Window::Rolling(length) => day > Calendar::day_minus(today, length),
        Window::Own { of: OwnFrom::Level(_), .. } => false,
        Window::Own { of: OwnFrom::Membership, each, previous } => {
            let first = calendar.day_at(scope.member.enrolled_at);
            let (then, now) = (horizon::turns_between(first, day, each), horizon::turns_between(first, today, each));
            then + u32::from(previous) == now
        }
        Window::AllTime | Window::Range { .. } => true,
    }
}

/// Whether a member qualifies for a level.
fn qualifies(scope: &Scope<'_>, form: &LadderFormPlan, meter: Option<Decimal>, level: usize) -> Result<bool, Overflow> {
    let Some(level) = form.levels.get(level) else { return Ok(false) };
    if let Some(from) = level.from {
        let Value::Number(from) = scope.eval(from, NO_ROW)? else { return Ok(false) };
        if meter.is_none_or(|meter| meter < from) {
            return Ok(false);
        }
    }
    for condition in &level.when {
        if !scope.holds(condition.node)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The highest level that a member qualifies for; the lowest is everybody's.
pub fn earned(scope: &Scope<'_>, ladder: u16) -> Result<u16, Overflow> {
    let Some(form) = form(scope.plan, ladder, scope.day) else { return Ok(0) };
    let meter = meter(scope, ladder, form)?;
    for level in (1..form.levels.len()).rev() {
        if qualifies(scope, form, meter, level)? {
            return Ok(level as u16);
        }
    }
    Ok(0)
}

/// Whether what keeps a level beside qualifying for it holds.
fn retained(scope: &Scope<'_>, form: &LadderFormPlan) -> Result<bool, Overflow> {
    let Some((count, conditions)) = &form.retain else { return Ok(false) };
    let mut held = 0;
    for condition in conditions {
        held += u32::from(scope.holds(condition.node)?);
    }
    Ok(held >= *count)
}

/// The level that an expression reads; on an event of a ladder with `seen after`, the one that the event leads to.
pub fn seen(scope: &Scope<'_>, ladder: u16) -> Result<u16, Overflow> {
    let Some(standing) = scope.member.standings.get(usize::from(ladder)) else { return Ok(0) };
    let level = if scope.as_of { standing.counted_at(scope.at) } else { standing.effective() };
    let after = scope.event.is_some()
        && form(scope.plan, ladder, scope.day).is_some_and(|form| form.seen_after && form.rise == Rise::AtOnce);
    // What later events have made is no level to which this one leads.
    if after { Ok(level.max(earned(&Scope { as_of: true, ..*scope }, ladder)?)) } else { Ok(level) }
}

/// Judges every ladder at the member's present.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    at: i64,
    occasion: Occasion,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    for (number, ladder) in plan.ladders.iter().enumerate() {
        let Some(before) = member.standings.get(number).cloned() else { continue };
        let Some(form) = in_force(&ladder.forms, plan.calendar.day_at(at)) else { continue };
        let mut standing = before.clone();
        standing.end_set_levels(at);
        let scope = Scope::of(plan, member, at);
        let past = match occasion {
            Occasion::Late(event_at) => judged_again(&scope, number as u16, form, &standing, event_at)?,
            _ => Past::default(),
        };
        let judged = judge(&scope, number as u16, form, &standing, (occasion, past.reached))?;
        let because = apply(&scope, number as u16, form, &mut standing, judged, at)?;
        standing.follows(&before, if let Judged::RoseThen { then, .. } = judged { then.at } else { at });
        past.counted.into_iter().for_each(|(from, until, level)| standing.counts(from, until, level));
        say(ladder, &before, &standing, because, at, decisions);
        if let Some(place) = member.standings.get_mut(number) {
            *place = standing;
        }
    }
    Ok(())
}

/// What a judgement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    AsItIs,
    /// Reached a higher level; `closing`: at the end of a period, by what that period was.
    Rises {
        to: u16,
        closing: bool,
    },
    /// A late event says that it was reached before.
    RoseThen {
        to: u16,
        then: Then,
    },
    /// Kept on; `anew`: qualified for once more, after its time.
    Kept {
        closing: bool,
        anew: bool,
    },
    /// No longer qualified for, and kept for the time of grace; `closing`: at the end of its time, and `looks_back`: by
    /// what the period that ends was.
    Grace {
        closing: bool,
        looks_back: bool,
    },
    Falls {
        to: u16,
        closing: bool,
    },
    /// What came back had made the level; `carried` is what the levels that are left have used up of the meter, and from `base`
    /// on the level is kept that is left.
    Revoked {
        to: u16,
        carried: Decimal,
        base: i64,
    },
    /// What the time of grace leads to was earned when it began.
    AsEarnedBeforeGrace {
        to: u16,
    },
    /// Lost by a return, and kept to the end of a period.
    KeptToEnd(Cycle),
}

fn judge(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
    (occasion, reached_then): (Occasion, Option<(u16, Then)>),
) -> Result<Judged, Overflow> {
    let at = scope.at;
    let due = standing.until.is_some_and(|until| until <= at);
    let period_ends =
        occasion == Occasion::Time && scope.cycles().next_rise(form.rise, at.saturating_sub(1)) == Some(at);
    let closing_scope = Scope { closing: true, ..*scope };
    let timed = form.keep != Keep::WhileQualified;
    let now = earned(scope, ladder)?;
    let closing = if due || period_ends { earned(&closing_scope, ladder)? } else { now };
    // What is kept to the end of its own period ends with it, unless that period leads to the next one.
    let looks_back = due && timed && (period_ends || !matches!(form.keep, Keep::ToEnd(ToEnd { next: false, .. })));
    let reached = match form.rise {
        Rise::AtOnce => now,
        // Nobody is given what the next judgement would take away again.
        _ if period_ends && (timed || form.fall == Fall::Never) => closing,
        _ if period_ends => closing.min(now),
        _ => 0,
    };
    if let Some((to, then)) = reached_then
        && to > standing.level
        // Also where it is reached by now: it is kept from then on.
        && to >= reached
    {
        return Ok(Judged::RoseThen { to, then });
    }
    if reached > standing.level {
        return Ok(Judged::Rises { to: reached, closing: period_ends && form.rise != Rise::AtOnce });
    }
    if standing.level == 0 {
        return Ok(Judged::AsItIs);
    }
    let in_grace = standing.grace.is_some();
    // A clause that has come into force gives an end to levels that had none.
    let endless = standing.until.is_none() && !in_grace;
    let revoked = occasion == Occasion::Return && form.returns == LadderReturns::Revoke;
    let by_return_alone = timed && revoked && !(in_grace || due || endless);
    let (earned, judged_scope) = match form.rise {
        // What has been reached by the beginning period is not lost with the ending one.
        _ if looks_back => (closing.max(reached), &closing_scope),
        // A period that is not over has made nothing yet.
        rise if by_return_alone && rise != Rise::AtOnce => (0, scope),
        _ => (now, scope),
    };
    let before_grace = if in_grace { earned_before_grace(scope, ladder, form, standing)? } else { 0 };
    let judged_by_time = due || (timed && endless);
    let kept_on = |kept: bool, anew: bool| match kept {
        true => Judged::Kept { closing: looks_back, anew },
        false => Judged::AsItIs,
    };
    let kept = |kept: bool| kept_on(kept, false);
    if earned >= standing.level {
        // An end without a time to keep: a return had let it stay, and it has been qualified for again before.
        return Ok(kept_on(
            in_grace || judged_by_time || (!timed && standing.until.is_some()),
            timed && (in_grace || due),
        ));
    }
    if before_grace >= standing.level {
        return Ok(Judged::AsEarnedBeforeGrace { to: standing.level });
    }
    if form.fall == Fall::Never {
        return Ok(kept(in_grace || judged_by_time));
    }
    if let LadderReturns::KeepToEnd(period) = form.returns
        && occasion == Occasion::Return
        && !timed
        && endless
    {
        return Ok(Judged::KeptToEnd(period));
    }
    if !(in_grace || due || endless) {
        if !by_return_alone {
            return Ok(Judged::AsItIs);
        }
        // A return takes away what it had made, and not what would be kept without it.
        let Deserved { level: left, carried, base } = deserved(scope, ladder, standing)?;
        if left >= standing.level || retained(scope, form)? {
            return Ok(Judged::AsItIs);
        }
        let least = if form.fall == Fall::OneLevel { standing.level.saturating_sub(1) } else { 0 };
        // A lower level that was made then is kept for the time of then.
        let base = if earned > left { at } else { base };
        return Ok(Judged::Revoked { to: left.max(earned).max(least), carried, base });
    }
    if retained(judged_scope, form)? {
        return Ok(kept(in_grace || judged_by_time));
    }
    match standing.grace {
        Some(end) if end > at => return Ok(Judged::AsItIs),
        None if form.grace.is_some() && !revoked => return Ok(Judged::Grace { closing: due, looks_back }),
        _ => {}
    }
    let to = match form.fall {
        Fall::OneLevel => earned.max(before_grace).max(standing.level.saturating_sub(1)),
        Fall::ToEarnedLevel | Fall::Never => earned.max(before_grace),
    };
    if before_grace > earned && to == before_grace {
        return Ok(Judged::AsEarnedBeforeGrace { to });
    }
    Ok(Judged::Falls { to, closing: looks_back || in_grace })
}

/// Writes a judgement into the standing, and says why the level is another one, if it is.
fn apply(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &mut Standing,
    judged: Judged,
    at: i64,
) -> Result<Option<TierBecause>, Overflow> {
    let cycles = scope.cycles();
    let base = |closing: bool| counted_from(form.keep, closing, at);
    Ok(match judged {
        Judged::AsItIs => None,
        Judged::Rises { to, closing } => {
            use_up(&Scope { closing, ..*scope }, ladder, form, standing, to)?;
            enter(cycles, form, standing, to, base(closing), at);
            Some(TierBecause::Reached)
        }
        Judged::RoseThen { to, then } => {
            use_up(&judged_from(scope, then), ladder, form, standing, to)?;
            enter(cycles, form, standing, to, counted_from(form.keep, then.closing, then.at), at);
            Some(TierBecause::Reached)
        }
        Judged::Kept { closing, anew } => {
            if anew {
                use_up(&Scope { closing, ..*scope }, ladder, form, standing, standing.level)?;
            }
            let begins = standing.grace.take().is_some() || standing.until.is_none();
            if begins || matches!(form.keep, Keep::ToEnd(_) | Keep::ForToEnd { .. }) {
                standing.base = base(closing);
            }
            standing.until = kept_until(cycles, form.keep, standing.base, at);
            Some(TierBecause::Kept)
        }
        Judged::Grace { closing, looks_back } => {
            standing.until = None;
            // From here counts what is earned at the loss, and comes after the grace.
            standing.base = base(looks_back);
            standing.grace = form.grace.map(|grace| {
                let by_the_day = clock_micros(grace.length).is_none();
                grace_end(cycles, grace, if closing && by_the_day { at.saturating_sub(1) } else { at })
            });
            Some(TierBecause::Grace)
        }
        Judged::Falls { to, closing } => {
            enter(cycles, form, standing, to, base(closing), at);
            Some(TierBecause::Lost)
        }
        Judged::Revoked { to, carried, base } => {
            enter(cycles, form, standing, to, base, at);
            standing.carried = carried;
            Some(TierBecause::Lost)
        }
        Judged::AsEarnedBeforeGrace { to } => {
            let (kept, base) = (to == standing.level, standing.base);
            if !kept {
                enter(cycles, form, standing, to, base, at);
            }
            standing.grace = None;
            standing.until = kept_until(cycles, form.keep, base, at);
            Some(if kept { TierBecause::Kept } else { TierBecause::Lost })
        }
        Judged::KeptToEnd(period) => {
            standing.until = Some(cycles.end_of(period, at));
            None
        }
    })
}

/// What reaching a level, or qualifying for it once more, leaves of the meter.
fn use_up(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &mut Standing,
    to: u16,
) -> Result<(), Overflow> {
    let Some(carry) = form.carry else { return Ok(()) };
    let threshold = form.levels.get(usize::from(to)).and_then(|level| level.from);
    let threshold = threshold.map(|from| scope.eval(from, NO_ROW)).transpose()?.and_then(Value::number);
    let whole = form.by.map(|by| scope.eval(by, NO_ROW)).transpose()?.and_then(Value::number);
    let meter = meter(scope, ladder, form)?;
    if let (Some(threshold), Some(whole), Some(meter)) = (threshold, whole, meter) {
        let rest = if carry == Carry::Rest { amount::subtract(meter, threshold)? } else { Decimal::ZERO };
        standing.carried = amount::subtract(whole, rest)?;
        let at = if scope.closing { scope.at.saturating_sub(1) } else { scope.at };
        standing.carried_on = scope.plan.calendar.day_at(at);
    }
    Ok(())
}

fn enter(cycles: Cycles<'_>, form: &LadderFormPlan, standing: &mut Standing, level: u16, base: i64, at: i64) {
    if level > standing.level && standing.level > 0 && standing.grace.is_none() && form.keep != Keep::WhileQualified {
        standing.below.push((standing.level, standing.base));
    }
    standing.below.retain(|(known, _)| *known < level);
    standing.level = level;
    standing.since = at;
    standing.base = base;
    standing.grace = None;
    // From the lowest level nobody falls.
    standing.until = if level == 0 { None } else { kept_until(cycles, form.keep, base, at) };
}

/// Says what has become another.
fn say(
    ladder: &LadderPlan,
    before: &Standing,
    after: &Standing,
    because: Option<TierBecause>,
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let name = |level: u16| ladder.levels.get(usize::from(level)).cloned().unwrap_or_default();
    let (from, to) = (before.effective(), after.effective());
    let until = after.ends_at();
    if from != to {
        let given = before.set.first().filter(|(level, _)| *level > before.level);
        let because = match because {
            _ if to < from && given.is_some_and(|(_, end)| *end <= at) => TierBecause::SetLevelEnded,
            Some(because) => because,
            None => TierBecause::SetLevel,
        };
        let kind = Kind::TierChanged { ladder: ladder.name.clone(), from: name(from), to: name(to), because, until };
        decisions.push(Decision { at, kind });
    } else if let Some(because @ (TierBecause::Kept | TierBecause::Grace)) = because
        && (before.until, before.grace) != (after.until, after.grace)
    {
        let kind = Kind::TierKept {
            ladder: ladder.name.clone(),
            level: name(to),
            grace: because == TierBecause::Grace,
            until,
        };
        decisions.push(Decision { at, kind });
    }
}

/// Gives a level beside the rules.
pub fn set_level(
    plan: &Plan,
    member: &mut Member,
    ladder: u16,
    level: u16,
    end: i64,
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let number = usize::from(ladder);
    let (Some(ladder), Some(standing)) = (plan.ladders.get(number), member.standings.get_mut(number)) else { return };
    let before = standing.clone();
    standing.set_level(level, end);
    standing.end_set_levels(at);
    standing.follows(&before, at);
    say(ladder, &before, standing, None, at, decisions);
}

/// Takes away a level that was given beside the rules, if it is still there, and puts those back that it had made pointless.
pub fn take_level(
    plan: &Plan,
    member: &mut Member,
    ladder: u16,
    level: (u16, i64),
    instead_of: &[(u16, i64)],
    at: i64,
    decisions: &mut Vec<Decision>,
) {
    let number = usize::from(ladder);
    let (Some(ladder), Some(standing)) = (plan.ladders.get(number), member.standings.get_mut(number)) else { return };
    let before = standing.clone();
    let Some(place) = standing.set.iter().position(|own| *own == level) else { return };
    standing.set.remove(place);
    instead_of.iter().for_each(|(level, end)| standing.set_level(*level, *end));
    standing.end_set_levels(at);
    standing.follows(&before, at);
    say(ladder, &before, standing, Some(TierBecause::SetLevelEnded), at, decisions);
}

/// Whether a ladder would be judged otherwise at a later instant if nothing happened until then.
pub fn would_change(plan: &Plan, member: &Member, ladder: u16, at: i64) -> bool {
    let Some(standing) = member.standings.get(usize::from(ladder)) else { return false };
    let Some(form) = form(plan, ladder, plan.calendar.day_at(at)) else { return false };
    let judged = judge(&Scope::of(plan, member, at), ladder, form, standing, (Occasion::Time, None));
    judged.is_ok_and(|judged| judged != Judged::AsItIs)
}
