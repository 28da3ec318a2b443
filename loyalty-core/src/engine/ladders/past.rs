//! What was earned on a ladder at an instant that is over: where a late event leads, and what comes after a time of grace.

use rust_decimal::Decimal;

use super::ends::{by_the_day, counted_from, kept_until, last_multiple};
use super::{earned, form, qualifies, still_counts};
use crate::amount::{self, Overflow};
use crate::calendar::Calendar;
use crate::check::model::{Carry, Fall, Keep, OwnFrom, Rise, Window};
use crate::engine::cycles::Cycles;
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::standing::Standing;
use crate::engine::value::Value;
use crate::plan::{Grain, LadderFormPlan};
use crate::sorting::Arrange as _;

/// An instant at which a level was judged; `closing`: by what the period was that ended with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Then {
    pub at: i64,
    pub closing: bool,
}

/// Where a late event leads.
#[derive(Debug, Default)]
pub struct Past {
    /// The level that it makes reached at an instant that is over, or kept at the judgement that came after it, and that lasts
    /// until now.
    pub reached: Option<(u16, Then)>,
    /// The levels that it makes count where lower ones did: from when, and until when.
    pub counted: Vec<(i64, i64, u16)>,
}

/// Judges the instants from a late event on once more, each by what there was then.
pub fn judged_again(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
    event_at: i64,
) -> Result<Past, Overflow> {
    let mut past = Past::default();
    // What is kept only while it is qualified for is a matter of the present.
    if form.keep == Keep::WhileQualified && form.fall != Fall::Never {
        return Ok(past);
    }
    let changed_since = standing.since > event_at;
    // Where the time of grace has begun, it is not known any more what the level was entered by.
    if changed_since && standing.grace.is_some() {
        return Ok(past);
    }
    let instants: Vec<Then> = match form.rise {
        Rise::AtOnce => {
            // A level that was lost at the end of its time had been reached with or without the event: what the event may
            // have done is to keep it.
            let lost = changed_since && (standing.base == standing.since.saturating_sub(1) || !by_the_day(form.keep));
            let lost = lost.then_some(Then { at: standing.since, closing: true });
            let made = grown_since(scope, form, event_at).into_iter().map(|at| Then { at, closing: false });
            lost.into_iter().chain(made).collect()
        }
        _ => {
            let rises = |at: i64| scope.cycles().next_rise(form.rise, at).filter(|at| *at <= scope.at);
            let found = core::iter::successors(rises(event_at), |at| rises(*at));
            found.map(|at| Then { at, closing: true }).collect()
        }
    };
    for then in instants {
        let level = earned(&judged_from(scope, then), ladder)?;
        let end = lasts_to(scope.cycles(), form, then);
        let anew = standing.counted_at(then.at) < level;
        // What goes by the present alone says nothing of then.
        if anew && form.by_instants {
            past.counted.push((then.at, end.min(scope.at), level));
        }
        let kept = then.closing && form.rise == Rise::AtOnce;
        let reached = anew || kept || standing.since <= then.at;
        if reached && end > scope.at && past.reached.is_none_or(|(known, _)| level > known) {
            past.reached = Some((level, then));
        }
    }
    Ok(past)
}

/// An instant, and those after it at which something has come that a ladder goes by.
fn grown_since(scope: &Scope<'_>, form: &LadderFormPlan, event_at: i64) -> Vec<i64> {
    let (plan, member) = (scope.plan, scope.member);
    let mut found: Vec<i64> = vec![event_at];
    found.extend(member.log.instants());
    for measure in &form.reads {
        let Some(counted) = plan.measures.get(usize::from(*measure)) else { continue };
        let moments = counted.moments.or(counted.tally.filter(|tally| plan.grain(*tally) == Grain::Instant));
        let entries = moments.map_or(&[][..], |tally| member.tallies.between(tally, event_at, scope.at));
        found.extend(entries.iter().map(|entry| entry.key));
    }
    found.retain(|at| (event_at..=scope.at).contains(at));
    found.arrange();
    found.dedup();
    found
}

/// Where a judgement is made once more: by what there was then, of all that is known by now.
pub fn judged_from<'a>(scope: &Scope<'a>, Then { at, closing }: Then) -> Scope<'a> {
    Scope { closing, as_of: true, ..Scope::of(scope.plan, scope.member, at) }
}

/// Whether a level that was made, or kept, at one instant would be kept beyond another.
fn lasts_beyond(cycles: Cycles<'_>, form: &LadderFormPlan, then: Then, at: i64) -> bool {
    lasts_to(cycles, form, then) > at
}

/// The end of the time for which a level is kept that was made, or kept, at an instant.
fn lasts_to(cycles: Cycles<'_>, form: &LadderFormPlan, then: Then) -> i64 {
    let base = counted_from(form.keep, then.closing, then.at);
    // What is reached as a period ends is kept through the one that begins.
    let entered = if form.rise == Rise::AtOnce { base } else { then.at };
    kept_until(cycles, form.keep, base, entered).unwrap_or(i64::MAX)
}

/// The level that was earned when a time of grace began, for as long as that lasts: nobody is to have less after a grace
/// than without one.
pub fn earned_before_grace(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
) -> Result<u16, Overflow> {
    let calendar = &scope.plan.calendar;
    let lost_at = match by_the_day(form.keep) {
        true => standing.base.saturating_add(1),
        false => standing.base,
    };
    // A level that was not judged by a period that ended has left no such trace.
    let looked_back = !by_the_day(form.keep) || calendar.start_of(calendar.day_at(lost_at)) == lost_at;
    let lost = Then { at: lost_at, closing: true };
    if !looked_back || form.keep == Keep::WhileQualified || !lasts_beyond(scope.cycles(), form, lost, scope.at) {
        return Ok(0);
    }
    earned(&Scope { closing: true, ..Scope::of(scope.plan, scope.member, lost_at) }, ladder)
}

/// When the level in force was reached, or kept on last.
fn last_judged(scope: &Scope<'_>, form: &LadderFormPlan, standing: &Standing) -> Then {
    match last_multiple(&scope.plan.calendar, form.keep, standing.base, scope.at) {
        Some(at) => Then { at, closing: true },
        None => made_at(&scope.plan.calendar, form, standing.base),
    }
}

/// When a level was reached, or kept on, that is kept from an instant on.
fn made_at(calendar: &Calendar, form: &LadderFormPlan, base: i64) -> Then {
    // What is judged at the end of a period belongs to its last instant.
    let next = base.saturating_add(1);
    if by_the_day(form.keep) && calendar.start_of(calendar.day_at(next)) == next {
        return Then { at: next, closing: true };
    }
    Then { at: base, closing: !by_the_day(form.keep) && form.rise != Rise::AtOnce }
}

/// What is left of the level in force once something has come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deserved {
    pub level: u16,
    /// What it and those before it have used up of the meter.
    pub carried: Decimal,
    /// From when the time is counted for which it is kept.
    pub base: i64,
}

/// The level that what has not come back had made, no higher than the present one: when that was reached or kept on; or else at
/// any other instant from which it would be kept until now.
pub fn deserved(scope: &Scope<'_>, ladder: u16, standing: &Standing) -> Result<Deserved, Overflow> {
    let none = Deserved { level: 0, carried: Decimal::ZERO, base: scope.at };
    let Some(form) = form(scope.plan, ladder, scope.day) else { return Ok(none) };
    let then = last_judged(scope, form, standing);
    // What can still come back happened after that, and what there was then may be forgotten.
    if then.at < scope.member.horizon(scope.plan) {
        return Ok(Deserved { level: standing.level, carried: standing.carried, base: standing.base });
    }
    let (level, carried) = deserved_at(scope, ladder, standing, then)?;
    let mut best = Deserved { level, carried, base: standing.base };
    for then in judgements(scope, ladder, form, then.at) {
        if best.level >= standing.level {
            break;
        }
        let base = counted_from(form.keep, then.closing, then.at);
        if !lasts_beyond(scope.cycles(), form, then, scope.at) {
            continue;
        }
        let (level, carried) = deserved_at(scope, ladder, standing, then)?;
        if level > best.level {
            best = Deserved { level, carried, base };
        }
    }
    // A return lengthens no level.
    let end = |base: i64| kept_until(scope.cycles(), form.keep, base, scope.at);
    if best.level < standing.level
        && let Some(base) = kept_from(scope, ladder, form, standing, best.level)?
        && end(base) < end(best.base)
    {
        best.base = base;
    }
    Ok(best)
}

/// From when a level is kept from which the present one rose, where what is left had made it then, and kept it on last.
fn kept_from(
    scope: &Scope<'_>,
    ladder: u16,
    form: &LadderFormPlan,
    standing: &Standing,
    level: u16,
) -> Result<Option<i64>, Overflow> {
    let calendar = &scope.plan.calendar;
    let Some((_, base)) = standing.below.iter().find(|(known, _)| *known == level) else { return Ok(None) };
    let made = made_at(calendar, form, *base);
    let last = match last_multiple(calendar, form.keep, *base, scope.at) {
        _ if lasts_beyond(scope.cycles(), form, made, scope.at) => None,
        Some(at) => Some(Then { at, closing: true }),
        None => return Ok(None),
    };
    // Nothing of what made it before that can have come back.
    let horizon = scope.member.horizon(scope.plan);
    for then in [Some(made), last].into_iter().flatten().filter(|then| then.at >= horizon) {
        if deserved_at(scope, ladder, standing, then)?.0 < level {
            return Ok(None);
        }
    }
    Ok(Some(*base))
}

/// When a level may have been reached that can still be lost, the earliest first: at an event or at what its meter has counted, or
/// as a period ended.
fn judgements(scope: &Scope<'_>, ladder: u16, form: &LadderFormPlan, last: i64) -> Vec<Then> {
    let (plan, member, calendar) = (scope.plan, scope.member, &scope.plan.calendar);
    let own = OwnFrom::Level(usize::from(ladder));
    let own_year = |window| matches!(window, Window::Own { of, .. } if of == own);
    let since_entry = plan.measures.iter().flat_map(|measure| &measure.forms).any(|form| own_year(form.value.window));
    // What levels had used up before the present one, and what counts since its entry, is not known of earlier instants.
    let from = if form.carry.is_some() || since_entry { last } else { member.horizon(plan).max(member.enrolled_at) };
    if form.rise != Rise::AtOnce {
        let rises = |at: i64| scope.cycles().next_rise(form.rise, at).filter(|at| *at <= scope.at);
        let found = core::iter::successors(rises(from.saturating_sub(1)), |at| rises(*at));
        return found.map(|at| Then { at, closing: true }).collect();
    }
    let horizon = member.horizon(plan);
    let mut found: Vec<i64> = member.log.instants().filter(|at| *at >= horizon).collect();
    // What time brought stands in no event. Of a calendar window any of its instants tells the whole.
    if let Some(tally) = form.meter.and_then(|meter| plan.measures.get(usize::from(meter))?.tally) {
        let keys = member.tallies.between(tally, i64::MIN, i64::MAX).iter().map(|entry| entry.key);
        match plan.grain(tally) {
            Grain::Instant => found.extend(keys),
            Grain::Day => found.extend(keys.map(|day| calendar.start_of(day as i32 + 1).saturating_sub(1))),
            Grain::Period(_) | Grain::Ever => {}
        }
    }
    found.retain_mut(|at| {
        *at = scope.at.min(*at);
        *at >= from
    });
    found.arrange();
    found.dedup();
    found.into_iter().map(|at| Then { at, closing: false }).collect()
}

/// The level that what is left had made at an instant, no higher than the present one, and what it and those before it have used
/// up of the meter.
fn deserved_at(scope: &Scope<'_>, ladder: u16, standing: &Standing, then: Then) -> Result<(u16, Decimal), Overflow> {
    let scope = Scope { closing: then.closing, ..Scope::of(scope.plan, scope.member, then.at) };
    let Some(form) = form(scope.plan, ladder, scope.day) else { return Ok((0, Decimal::ZERO)) };
    let whole = form.by.map(|by| scope.eval(by, NO_ROW)).transpose()?.and_then(Value::number);
    let threshold = |level: u16| {
        let from = form.levels.get(usize::from(level)).and_then(|level| level.from);
        Ok::<_, Overflow>(from.map(|from| scope.eval(from, NO_ROW)).transpose()?.and_then(Value::number))
    };
    let mut carried = standing.carried;
    if form.carry == Some(Carry::Rest) && !carried.is_zero() && still_counts(&scope, form, standing.carried_on) {
        // Each level has used up its threshold, and lies on what the one before had used up.
        let mut level = standing.level;
        while let (true, Some(own)) = (level > 0, threshold(level)?) {
            let before = amount::subtract(carried, own)?.max(Decimal::ZERO);
            let meter = whole.map(|whole| amount::subtract(whole, before)).transpose()?;
            if qualifies(&scope, form, meter, usize::from(level))? {
                return Ok((level, carried));
            }
            let mut below = level - 1;
            while below > 0 && threshold(below)?.is_none_or(|from| from > before) {
                below -= 1;
            }
            (level, carried) = (below, before);
        }
    }
    for level in (1..=standing.level).rev() {
        if qualifies(&scope, form, whole, usize::from(level))? {
            let carried = match (form.carry, whole) {
                (Some(Carry::Rest), _) => threshold(level)?.unwrap_or_default(),
                (Some(Carry::Nothing), Some(whole)) => whole,
                _ => Decimal::ZERO,
            };
            return Ok((level, carried));
        }
    }
    Ok((0, Decimal::ZERO))
}
