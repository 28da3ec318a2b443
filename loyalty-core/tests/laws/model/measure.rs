//! Measures, recomputed from every known event each time.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::calendar::{Micros, clock_micros, day, earlier_day, is_clock, later_day, period, start};
use super::event::Event;
use super::expr::{Scope, Seen, Value};
use super::number::{Exact, round, whole};
use super::program::{
    Dated, Flow, Function, Length, Measure, Membership, Program, Returns, RoundMode, TimeUnit, Window,
};

/// One event as a measure may see it: as it was sent, and what is kept of it (nothing, if all of it came back).
pub struct Past<'m> {
    pub original: &'m Event,
    pub kept: Option<&'m Event>,
}

/// Where a measure is asked from.
pub struct View<'m> {
    pub at: Micros,
    /// At the end of a period, which calendar windows then mean, and not the one that begins.
    pub closing: bool,
    /// What came later does not count, although it is known by now.
    pub as_of: bool,
    pub enrolled: Micros,
    /// When the present level of each ladder was entered, and the first instant whose events did not lead to it.
    pub entered: Vec<(Micros, Micros)>,
    /// In the order of their arrival.
    pub events: Vec<Past<'m>>,
    pub flows: &'m [(usize, Flow, Exact, Micros)],
}

/// What a measure comes to.
pub fn value(program: &Program, measure: &Measure, view: &View<'_>) -> Option<Value> {
    let seen = Seen::default();
    let mut found: Vec<(Micros, Option<Value>)> = vec![];
    // What happens is counted as the form of its own day says, and looked at through the window of the present one.
    let counts = |form: &Measure, when: Micros| match form.window {
        Window::Range(from, to) => from <= day(program.zone, when) && day(program.zone, when) <= to,
        _ => true,
    };
    let form_of = |when: Micros| measure.on(day(program.zone, when));
    let present = form_of(view.at);
    if let Some((wallet, flow)) = measure.flow {
        let own = view
            .flows
            .iter()
            .filter(|(of, kind, _, when)| (*of, *kind) == (wallet, flow) && counts(form_of(*when), *when));
        found.extend(own.map(|(.., amount, when)| (*when, Some(Value::Number(amount.clone())))));
    }
    for past in &view.events {
        let event = match measure.returns {
            Returns::Keep => Some(past.original),
            Returns::Revoke => past.kept,
        };
        let Some(event) = event.filter(|event| event.kind == measure.event && measure.flow.is_none()) else { continue };
        let scope = Scope { program, event, seen: &seen };
        let form = form_of(event.at);
        if !counts(form, event.at) || form.filter.as_ref().is_some_and(|filter| !scope.holds(filter)) {
            continue;
        }
        found.push((event.at, form.value.as_ref().map_or(Some(Value::Instant(event.at)), |of| scope.eval(of, None))));
    }
    if view.as_of {
        // What ends with an instant is judged before what happens at it; what time does to points is done by then.
        let by_time = measure.flow.is_some_and(|(_, flow)| matches!(flow, Flow::Vested | Flow::Expired));
        found.retain(|(when, _)| *when < view.at || (*when == view.at && (by_time || !view.closing)));
    }
    let rolling = matches!(present.window, Window::Rolling(_));
    let at = if view.closing && !rolling { view.at - 1 } else { view.at };
    if let Function::Streak(of) = measure.function {
        return Some(Value::Number(whole(streak(program, of, &found, at))));
    }
    found.retain(|(when, value)| value.is_some() && inside(program, &present.window, *when, at, view));
    found.sort_by_key(|(when, _)| *when);
    let values: Vec<Value> = found.into_iter().filter_map(|(_, value)| value).collect();
    let sum = || -> Exact {
        values.iter().map(|value| if let Value::Number(number) = value { number.clone() } else { whole(0) }).sum()
    };
    match measure.function {
        Function::Sum => Some(Value::Number(sum())),
        Function::Count => Some(Value::Number(whole(values.len() as i64))),
        Function::CountDistinct => {
            let different: BTreeSet<String> = values.iter().map(|value| format!("{value:?}")).collect();
            Some(Value::Number(whole(different.len() as i64)))
        }
        Function::Min => values.into_iter().reduce(|best, value| if value < best { value } else { best }),
        Function::Max => values.into_iter().reduce(|best, value| if value > best { value } else { best }),
        Function::Average if values.is_empty() => None,
        Function::Average => Some(Value::Number(round(&(sum() / whole(values.len() as i64)), 12, RoundMode::HalfEven))),
        Function::First => values.into_iter().next(),
        Function::Last => values.into_iter().next_back(),
        Function::Streak(_) => panic!("answered above"),
    }
}

/// Whether what was at `when` lies in the window as it is seen from `at`.
pub fn inside(program: &Program, window: &Window, when: Micros, at: Micros, view: &View<'_>) -> bool {
    let (today, that_day) = (day(program.zone, at), day(program.zone, when));
    match *window {
        Window::AllTime => true,
        Window::This(of) => period(today, of, program.week).contains(&that_day),
        Window::Previous(of) => {
            let this = period(today, of, program.week);
            let last_of_previous = this.start.pred_opt().expect("a day before");
            period(last_of_previous, of, program.week).contains(&that_day)
        }
        Window::Periods { of, count, with_present } => {
            let mut this = period(today, of, program.week);
            let end = if with_present { this.end } else { this.start };
            for _ in 0..count - u32::from(with_present) {
                this = period(this.start.pred_opt().expect("a day before"), of, program.week);
            }
            this.start <= that_day && that_day < end
        }
        Window::OfLastYear(of) => {
            let first = period(today, of, program.week).start;
            let before = first.with_year(first.year() - 1).expect("the first of a month");
            period(before, of, program.week).contains(&that_day)
        }
        Window::Rolling(length) if is_clock(length.unit) => at - clock_micros(length) < when && when <= at,
        Window::Rolling(length) => earlier_day(today, length) < that_day && that_day <= today,
        Window::Membership { of, previous } => {
            let own = own_periods(day(program.zone, view.enrolled), today, of, previous);
            own.is_some_and(|(from, to, _)| from <= that_day && that_day < to)
        }
        Window::LevelYear { ladder, previous } => {
            let (entered, since_then) = view.entered[ladder];
            let years = own_periods(day(program.zone, entered), today, Membership::Year, previous);
            years.is_some_and(|(from, to, year)| {
                // What led to the level is not counted again.
                let from = if year == 0 { since_then } else { start(program.zone, from) };
                from <= when && when < start(program.zone, to)
            })
        }
        Window::Range(from, to) => from <= that_day && that_day <= to,
    }
}

/// The year or month around `today` of those counted from `first`, or the one before it: half-open, with its number.
pub(super) fn own_periods(
    first: NaiveDate,
    today: NaiveDate,
    of: Membership,
    previous: bool,
) -> Option<(NaiveDate, NaiveDate, u32)> {
    let mut number = 0;
    while begins(first, of, number + 1) <= today {
        number += 1;
    }
    let number = if previous { number.checked_sub(1)? } else { number };
    Some((begins(first, of, number), begins(first, of, number + 1), number))
}

/// The first day of a year or month counted from `first`; a short month moves none of those after it.
pub(super) fn begins(first: NaiveDate, of: Membership, number: u32) -> NaiveDate {
    let months = if of == Membership::Year { 12 } else { 1 };
    later_day(first, Length { count: months * number, unit: TimeUnit::Month })
}

fn streak(program: &Program, of: super::program::Period, found: &[(Micros, Option<Value>)], at: Micros) -> i64 {
    let period_of = |when: Micros| period(day(program.zone, when), of, program.week);
    let full = |start| found.iter().any(|(when, _)| period_of(*when).start == start);
    let before = |start: chrono::NaiveDate| period(start.pred_opt().expect("a day before"), of, program.week).start;
    let mut start = period_of(at).start;
    if !full(start) {
        start = before(start);
    }
    let mut length = 0;
    while full(start) {
        length += 1;
        start = before(start);
    }
    length
}
