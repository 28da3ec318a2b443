//! Days and instants that rules reckon with: those of the event, of the member and of its measures, and so much later or
//! earlier than they are.

use super::program::{compare, date};
use super::{LENGTHS, Rolls};
use crate::model::calendar::is_clock;
use crate::model::number::whole;
use crate::model::program::*;

const COMPARISONS: [Comparison; 6] = [
    Comparison::GreaterOrEqual,
    Comparison::Less,
    Comparison::Equal,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::NotEqual,
];

/// A condition on days and instants; `program`: what else than the event may be read.
pub fn condition(rolls: &mut Rolls, event: &str, program: Option<&Program>) -> Expr {
    let comparison = rolls.pick(&COMPARISONS);
    match rolls.below(7) {
        0 | 1 => compare(comparison, moved(rolls, event, program), day(rolls, event, program)),
        2 => {
            let from = Box::new(instant(rolls, event, program));
            let to = Box::new(instant(rolls, event, program));
            let unit = rolls.pick(&[TimeUnit::Day, TimeUnit::Hour, TimeUnit::Minute, TimeUnit::Week, TimeUnit::Month]);
            compare(comparison, Expr::Apart(unit, from, to), Expr::Number(whole(rolls.pick(&[1, 0, 14, 30]))))
        }
        3 => compare(comparison, instant(rolls, event, program), instant(rolls, event, program)),
        4 => {
            let unit = calendar_unit(rolls);
            let since = Expr::Since(unit, Box::new(moved(rolls, event, program)));
            compare(comparison, since, Expr::Number(whole(rolls.pick(&[0, 1, 14, 30]))))
        }
        5 => {
            let apart = apart(rolls, event, program);
            let apart = if rolls.one_in(3) { Expr::Negate(Box::new(apart)) } else { apart };
            compare(comparison, apart, Expr::Number(whole(rolls.pick(&[0, 1, 12, 30, -14]))))
        }
        _ => part(rolls, event, program, comparison),
    }
}

/// How far two days are from each other.
fn apart(rolls: &mut Rolls, event: &str, program: Option<&Program>) -> Expr {
    let (from, to) = (moved(rolls, event, program), day(rolls, event, program));
    Expr::Apart(calendar_unit(rolls), Box::new(from), Box::new(to))
}

/// Points for every unit of time between days of the event.
pub fn amount(rolls: &mut Rolls, event: &str, points: Expr) -> Expr {
    Expr::Scaled(Box::new(points), Box::new(apart(rolls, event, None)))
}

fn calendar_unit(rolls: &mut Rolls) -> TimeUnit {
    rolls.pick(&[TimeUnit::Day, TimeUnit::Month, TimeUnit::Week, TimeUnit::Year, TimeUnit::Quarter])
}

/// A day, or one so much later or earlier.
pub fn moved(rolls: &mut Rolls, event: &str, program: Option<&Program>) -> Expr {
    let calendar: Vec<Length> = LENGTHS.into_iter().filter(|length| !is_clock(length.unit)).collect();
    let day = Box::new(day(rolls, event, program));
    match rolls.below(3) {
        0 => *day,
        1 => Expr::Later(day, rolls.pick(&calendar)),
        _ => Expr::Earlier(day, rolls.pick(&calendar)),
    }
}

fn day(rolls: &mut Rolls, event: &str, program: Option<&Program>) -> Expr {
    let of_event = || Expr::Part(DatePart::Date, Box::new(Expr::At));
    match rolls.below(7) {
        0 => of_event(),
        1 | 2 => match event {
            "order" => Expr::Told("order", "best_by"),
            "visit" => Expr::Told("visit", "best_by"),
            _ => Expr::Day(date(rolls)),
        },
        3 if event == "order" => Expr::Otherwise(Box::new(Expr::Told("order", "best_by")), Box::new(of_event())),
        4 if program.is_some() => Expr::Told("member", "contract"),
        5 if program.is_some() => Expr::Told("member", "birthday"),
        6 => Expr::Part(DatePart::Date, Box::new(instant(rolls, event, program))),
        _ => Expr::Day(date(rolls)),
    }
}

/// The instant of the event, or the first or last one of others; or one so much later or earlier.
fn instant(rolls: &mut Rolls, _event: &str, program: Option<&Program>) -> Expr {
    let is_instant =
        |measure: &Measure| matches!(measure.function, Function::First | Function::Last) && measure.value.is_none();
    let known: Vec<usize> = program.map_or(vec![], |program| {
        (0..program.measures.len()).filter(|index| is_instant(&program.measures[*index])).collect()
    });
    let at = match rolls.below(3) {
        2 => {
            let noon = date(rolls).and_hms_opt(12, 0, 0).expect("a time");
            Expr::Moment(crate::model::calendar::instant(chrono_tz::Tz::UTC, noon))
        }
        1 if !known.is_empty() => match rolls.below(3) {
            0 => Expr::MeasureBefore(rolls.pick(&known)),
            _ => Expr::Measure(rolls.pick(&known)),
        },
        _ => Expr::At,
    };
    match rolls.below(4) {
        0 | 1 => at,
        2 => Expr::Later(Box::new(at), rolls.pick(&LENGTHS)),
        _ => Expr::Earlier(Box::new(at), rolls.pick(&LENGTHS)),
    }
}

fn part(rolls: &mut Rolls, event: &str, program: Option<&Program>, comparison: Comparison) -> Expr {
    let of_clock = rolls.one_in(3);
    let (part, of, number) = match of_clock {
        true => {
            let (part, number) = rolls.pick(&[(DatePart::Minute, 30), (DatePart::Hour, 10), (DatePart::Hour, 2)]);
            (part, instant(rolls, event, program), number)
        }
        false => {
            let (part, number) =
                rolls.pick(&[(DatePart::Day, 28), (DatePart::Month, 3), (DatePart::Year, 2026), (DatePart::Day, 1)]);
            (part, moved(rolls, event, program), number)
        }
    };
    compare(comparison, Expr::Part(part, Box::new(of)), Expr::Number(whole(number)))
}
