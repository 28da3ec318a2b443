//! Expressions: a missing operand makes the whole missing, and a missing condition does not hold.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};

use super::calendar::{Micros, apart, day, days_apart, earlier, earlier_day, later, later_day, local};
use super::event::{Event, Line, number, text};
use super::number::{Exact, floor_at};
use super::program::{Comparison, DatePart, Dated, Expr, Program, Rule, TimeUnit, Wallet, in_force};

#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    Number(Exact),
    Text(String),
    Instant(Micros),
    Day(NaiveDate),
    Weekday(u32),
    Bool(bool),
}

/// What a rule sees of its member.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub measures: Vec<Option<Value>>,
    /// The same without the event at hand; empty where there is none.
    pub before: Vec<Option<Value>>,
    pub balances: Vec<Exact>,
    pub pendings: Vec<Exact>,
    /// Per ladder: the level that counts, and the rate that it gives.
    pub levels: Vec<usize>,
    pub rates: Vec<Exact>,
    pub attributes: Line,
    pub tags: BTreeSet<&'static str>,
}

#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub program: &'a Program,
    pub event: &'a Event,
    pub seen: &'a Seen,
}

impl Scope<'_> {
    pub fn holds(&self, expr: &Expr) -> bool {
        self.eval(expr, None) == Some(Value::Bool(true))
    }

    pub fn number(&self, expr: &Expr) -> Option<Exact> {
        match self.eval(expr, None) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// The lines for which the filter holds; nothing without lines.
    pub fn lines(&self, filter: Option<&Expr>) -> Option<Vec<&Line>> {
        let holds = |line: &&Line| filter.is_none_or(|filter| self.eval(filter, Some(line)) == Some(Value::Bool(true)));
        Some(self.event.lines()?.iter().filter(holds).collect())
    }

    /// The local day of the event.
    pub fn day(&self) -> NaiveDate {
        day(self.program.zone, self.event.at)
    }

    /// A rule as it is in force on that day.
    pub fn rule(&self, rule: usize) -> &Rule {
        self.program.rules[rule].on(self.day())
    }

    pub fn wallet(&self, wallet: usize) -> &Wallet {
        self.program.wallets[wallet].on(self.day())
    }

    /// How far one instant or day is from another.
    fn apart(&self, unit: TimeUnit, from: &Value, to: &Value) -> Option<Value> {
        let zone = self.program.zone;
        let day_of = |value: &Value| match value {
            Value::Instant(at) => day(zone, *at),
            Value::Day(day) => *day,
            other => panic!("no time: {other:?}"),
        };
        let count = match (from, to) {
            (Value::Instant(from), Value::Instant(to)) => apart(zone, *from, *to, unit),
            (from, to) => days_apart(day_of(from), day_of(to), unit),
        };
        Some(Value::Number(super::number::whole(count)))
    }

    /// The least or the greatest of quantities; missing if any is.
    fn chosen(&self, parts: &[Expr], line: Option<&Line>, wanted: std::cmp::Ordering) -> Option<Value> {
        let mut parts = parts.iter().map(|part| self.eval(part, line));
        let mut chosen = parts.next()??;
        for part in parts {
            let part = part?;
            if part.partial_cmp(&chosen) == Some(wanted) {
                chosen = part;
            }
        }
        Some(chosen)
    }

    pub fn eval(&self, expr: &Expr, line: Option<&Line>) -> Option<Value> {
        let sub = |expr: &Expr| self.eval(expr, line);
        let zone = self.program.zone;
        match expr {
            Expr::Number(number) | Expr::Percent(number) | Expr::Money(number) | Expr::Points(_, number) => {
                Some(Value::Number(number.clone()))
            }
            Expr::Text(text) => Some(Value::Text(text.clone())),
            Expr::Weekday(day) => Some(weekday(*day)),
            Expr::Field(name) => field(&self.event.fields, name),
            Expr::Line(name) => field(line?, name),
            Expr::Day(day) => Some(Value::Day(*day)),
            Expr::Told("member", name) => told(&self.seen.attributes, name),
            Expr::Told(_, name) => told(&self.event.fields, name),
            Expr::Moment(at) => Some(Value::Instant(*at)),
            Expr::At => Some(Value::Instant(self.event.at)),
            Expr::Later(from, length) => match sub(from)? {
                Value::Instant(at) => Some(Value::Instant(later(zone, at, *length))),
                Value::Day(day) => Some(Value::Day(later_day(day, *length))),
                other => panic!("no time: {other:?}"),
            },
            Expr::Earlier(from, length) => match sub(from)? {
                Value::Instant(at) => Some(Value::Instant(earlier(zone, at, *length))),
                Value::Day(day) => Some(Value::Day(earlier_day(day, *length))),
                other => panic!("no time: {other:?}"),
            },
            Expr::Since(unit, from) => self.apart(*unit, &sub(from)?, &Value::Instant(self.event.at)),
            Expr::Apart(unit, from, to) => self.apart(*unit, &sub(from)?, &sub(to)?),
            Expr::Part(part, of) => {
                let time = match sub(of)? {
                    Value::Instant(at) => local(zone, at),
                    Value::Day(day) => day.and_time(NaiveTime::MIN),
                    other => panic!("no time: {other:?}"),
                };
                let number = match part {
                    DatePart::Date => return Some(Value::Day(time.date())),
                    DatePart::Minute => time.minute(),
                    DatePart::Hour => time.hour(),
                    DatePart::Day => time.day(),
                    DatePart::Month => time.month(),
                    DatePart::Year => time.year() as u32,
                };
                Some(Value::Number(super::number::whole(number.into())))
            }
            Expr::Hour => Some(Value::Number(super::number::whole(local(zone, self.event.at).hour().into()))),
            Expr::DayOfWeek => Some(weekday(local(zone, self.event.at).weekday())),
            Expr::Measure(index) => self.seen.measures[*index].clone(),
            Expr::MeasureBefore(index) => self.seen.before[*index].clone(),
            Expr::Balance(wallet) => Some(Value::Number(self.seen.balances[*wallet].clone())),
            Expr::Pending(wallet) => Some(Value::Number(self.seen.pendings[*wallet].clone())),
            Expr::SumLines(name, filter) => {
                let lines = self.lines(filter.as_deref())?;
                Some(Value::Number(lines.into_iter().filter_map(|line| number(line, name)).sum()))
            }
            Expr::SumProducts(one, other, filter) => {
                let lines = self.lines(filter.as_deref())?;
                Some(Value::Number(lines.into_iter().filter_map(|line| product(line, one, other)).sum()))
            }
            Expr::SumTenders(kind) => {
                let tenders = self.event.list("tenders")?.iter();
                let of_kind = tenders.filter(|tender| text(tender, "kind") == Some(kind));
                Some(Value::Number(of_kind.filter_map(|tender| number(tender, "amount")).sum()))
            }
            Expr::CountLines(filter) => {
                Some(Value::Number(super::number::whole(self.lines(filter.as_deref())?.len() as i64)))
            }
            Expr::DaysSince(measure) => match self.seen.measures[*measure] {
                Some(Value::Instant(then)) => {
                    let days = day(zone, self.event.at).signed_duration_since(day(zone, then)).num_days();
                    Some(Value::Number(super::number::whole(days)))
                }
                _ => None,
            },
            Expr::Share(wallet, share) => Some(Value::Number(&self.seen.balances[*wallet] * share)),
            Expr::AtLeast(ladder, level) => Some(Value::Bool(self.seen.levels[*ladder] >= *level)),
            Expr::Benefit(ladder) => Some(Value::Number(self.seen.rates[*ladder].clone())),
            Expr::Attribute(name) => field(&self.seen.attributes, name),
            Expr::Tagged(tag) => Some(Value::Bool(self.seen.tags.contains(tag))),
            Expr::Segment(segment) => sub(in_force(&self.program.segments[*segment].forms, day(zone, self.event.at))),
            Expr::Not(inner) => match sub(inner)? {
                Value::Bool(value) => Some(Value::Bool(!value)),
                _ => None,
            },
            Expr::And(parts) => decide(parts.iter().map(sub), false),
            Expr::Or(parts) => decide(parts.iter().map(sub), true),
            Expr::Compare(comparison, left, right) => {
                let order = sub(left)?.partial_cmp(&sub(right)?)?;
                Some(Value::Bool(match comparison {
                    Comparison::Equal => order.is_eq(),
                    Comparison::NotEqual => order.is_ne(),
                    Comparison::Less => order.is_lt(),
                    Comparison::LessOrEqual => order.is_le(),
                    Comparison::Greater => order.is_gt(),
                    Comparison::GreaterOrEqual => order.is_ge(),
                }))
            }
            Expr::In(value, items) => {
                let value = sub(value)?;
                Some(Value::Bool(items.iter().any(|item| sub(item).as_ref() == Some(&value))))
            }
            Expr::NotIn(value, items) => {
                let value = sub(value)?;
                Some(Value::Bool(items.iter().all(|item| sub(item).as_ref() != Some(&value))))
            }
            Expr::IsPresent(value) => Some(Value::Bool(sub(value).is_some())),
            Expr::Whole(value, by) => match (sub(value)?, sub(by)?) {
                (Value::Number(value), Value::Number(by)) => Some(Value::Number(floor_at(&(value / by), 0))),
                _ => None,
            },
            Expr::Least(parts) => self.chosen(parts, line, std::cmp::Ordering::Less),
            Expr::Greatest(parts) => self.chosen(parts, line, std::cmp::Ordering::Greater),
            Expr::IsMissing(value) => Some(Value::Bool(sub(value).is_none())),
            Expr::Otherwise(value, other) => sub(value).or_else(|| sub(other)),
            Expr::Add(left, right) => match (sub(left)?, sub(right)?) {
                (Value::Number(left), Value::Number(right)) => Some(Value::Number(left + right)),
                _ => None,
            },
            Expr::Negate(inner) => match sub(inner)? {
                Value::Number(inner) => Some(Value::Number(-inner)),
                _ => None,
            },
            Expr::Times(inner, times) => match sub(inner)? {
                Value::Number(inner) => Some(Value::Number(&inner * times)),
                _ => None,
            },
            Expr::Scaled(inner, times) => match (sub(inner)?, sub(times)?) {
                (Value::Number(inner), Value::Number(times)) => Some(Value::Number(inner * times)),
                _ => None,
            },
            Expr::Match(subject, arms, otherwise) => {
                let subject = sub(subject);
                let arm = arms.iter().find(|(text, _)| subject.as_ref() == Some(&Value::Text(text.clone())));
                sub(arm.map_or(otherwise, |(_, value)| value))
            }
            Expr::MatchRange(subject, arms, otherwise) => {
                let subject = sub(subject);
                let fits = |from: &Option<Expr>, to: &Option<Expr>| -> bool {
                    let Some(Value::Number(number)) = &subject else { return false };
                    let bound = |bound: &Expr| match sub(bound) {
                        Some(Value::Number(bound)) => bound,
                        other => panic!("a bound is a constant: {other:?}"),
                    };
                    from.as_ref().is_none_or(|from| bound(from) <= *number)
                        && to.as_ref().is_none_or(|to| *number < bound(to))
                };
                let arm = arms.iter().find(|(from, to, _)| fits(from, to));
                sub(arm.map_or(otherwise, |(.., value)| value))
            }
        }
    }
}

/// A day that is told.
fn told(fields: &Line, name: &str) -> Option<Value> {
    text(fields, name).map(|day| Value::Day(day.parse().expect("a day")))
}

/// A line without one of the fields has no product.
pub fn product(line: &Line, one: &str, other: &str) -> Option<Exact> {
    Some(number(line, one)? * number(line, other)?)
}

fn weekday(day: Weekday) -> Value {
    Value::Weekday(day.num_days_from_monday())
}

fn field(fields: &Line, name: &str) -> Option<Value> {
    number(fields, name).map(Value::Number).or_else(|| text(fields, name).map(|text| Value::Text(text.to_owned())))
}

/// `decisive` if any part is, missing if any other part is missing, else the opposite.
fn decide(mut parts: impl Iterator<Item = Option<Value>> + Clone, decisive: bool) -> Option<Value> {
    if parts.clone().any(|part| part == Some(Value::Bool(decisive))) {
        return Some(Value::Bool(decisive));
    }
    parts.all(|part| part.is_some()).then_some(Value::Bool(!decisive))
}
