//! Measures, recomputed from every known event each time.

use std::collections::BTreeSet;

use super::calendar::{Micros, clock_micros, day, earlier_day, is_clock, period};
use super::event::Event;
use super::expr::{Scope, Seen, Value};
use super::number::{Exact, round, whole};
use super::program::{Function, Measure, Program, Returns, RoundMode, Window};

/// One event as a measure may see it: as it was sent, and what is kept of it (nothing, if all of it came back).
pub struct Past<'m> {
    pub original: &'m Event,
    pub kept: Option<&'m Event>,
}

/// What a measure comes to at `at`. `events` are in the order of their arrival.
pub fn value(program: &Program, measure: &Measure, events: &[Past<'_>], at: Micros) -> Option<Value> {
    let seen = Seen::default();
    let mut found: Vec<(Micros, Option<Value>)> = vec![];
    for past in events {
        let event = match measure.returns {
            Returns::Keep => Some(past.original),
            Returns::Revoke => past.kept,
        };
        let Some(event) = event.filter(|event| event.kind == measure.event) else { continue };
        let scope = Scope { program, event, seen: &seen };
        if measure.filter.as_ref().is_some_and(|filter| !scope.holds(filter)) {
            continue;
        }
        found
            .push((event.at, measure.value.as_ref().map_or(Some(Value::Instant(event.at)), |of| scope.eval(of, None))));
    }
    if let Function::Streak(of) = measure.function {
        return Some(Value::Number(whole(streak(program, of, &found, at))));
    }
    found.retain(|(when, value)| value.is_some() && inside(program, &measure.window, *when, at));
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

fn inside(program: &Program, window: &Window, when: Micros, at: Micros) -> bool {
    let (today, that_day) = (day(program.zone, at), day(program.zone, when));
    match *window {
        Window::AllTime => true,
        Window::This(of) => period(today, of, program.week).contains(&that_day),
        Window::Previous(of) => {
            let this = period(today, of, program.week);
            let last_of_previous = this.start.pred_opt().expect("a day before");
            period(last_of_previous, of, program.week).contains(&that_day)
        }
        Window::Rolling(length) if is_clock(length.unit) => at - clock_micros(length) < when && when <= at,
        Window::Rolling(length) => earlier_day(today, length) < that_day && that_day <= today,
        Window::Range(from, to) => from <= that_day && that_day <= to,
    }
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
