//! Prints the expressions of a program of the model.

use super::calendar::utc;
use super::number::{print, whole};
use super::print_words::{length, units, weekday};
use super::program::*;

/// Where an expression stands: what a bare name means there, and what an event's field is called.
#[derive(Clone, Copy)]
pub(super) struct Scope<'p> {
    pub(super) event: &'p str,
    /// Inside a measure's `where`, whose bare names are the event's fields.
    pub(super) filter: bool,
    /// The wallet whose points have set a rule off.
    pub(super) moved: Option<usize>,
}

/// A condition on the member alone.
pub(super) const MEMBER: Scope<'_> = Scope { event: "order", filter: false, moved: None };

impl Program {
    pub(super) fn expr(&self, expr: &Expr, scope: Scope<'_>) -> String {
        let sub = |expr: &Expr| self.expr(expr, scope);
        let event = scope.event;
        let list = |parts: &[Expr], word: &str| {
            format!("({})", parts.iter().map(sub).collect::<Vec<_>>().join(&format!(" {word} ")))
        };
        match expr {
            Expr::Number(number) => print(number),
            Expr::Percent(share) => format!("{}%", print(&(share * whole(100)))),
            Expr::Money(amount) => format!("{} {}", print(amount), self.currency.code),
            Expr::Points(wallet, amount) => self.amount(*wallet, amount),
            Expr::Text(text) => format!("\"{text}\""),
            Expr::Weekday(day) => weekday(*day).to_owned(),
            Expr::Field(name) if scope.filter => name.clone(),
            Expr::Field(name) => format!("{event}.{name}"),
            Expr::Line(name) => name.clone(),
            Expr::Day(day) => day.to_string(),
            Expr::Told("member", name) => format!("member.{name}"),
            Expr::Told(_, name) if scope.filter => (*name).to_owned(),
            Expr::Told(owner, name) => format!("{owner}.{name}"),
            Expr::Moment(at) => utc(*at).to_rfc3339(),
            Expr::At if scope.filter => "at".to_owned(),
            Expr::At => format!("{event}.at"),
            Expr::Later(from, time) => format!("({} + {})", sub(from), length(*time)),
            Expr::Earlier(from, time) => format!("({} - {})", sub(from), length(*time)),
            Expr::Since(of, from) => format!("{} since {}", units(*of), sub(from)),
            Expr::Apart(of, from, to) => format!("{} between {} and {}", units(*of), sub(from), sub(to)),
            Expr::Part(part, of) => {
                let part = match part {
                    DatePart::Minute => "minute",
                    DatePart::Hour => "hour",
                    DatePart::Date => "date",
                    DatePart::Day => "day",
                    DatePart::Month => "month",
                    DatePart::Year => "year",
                };
                format!("{}.{part}", sub(of))
            }
            Expr::Hour if scope.filter => "at.hour".to_owned(),
            Expr::Hour => format!("{event}.at.hour"),
            Expr::DayOfWeek if scope.filter => "at.weekday".to_owned(),
            Expr::DayOfWeek => format!("{event}.at.weekday"),
            Expr::Measure(index) => self.measures[*index].name.clone(),
            Expr::MeasureBefore(index) => format!("{}.before", self.measures[*index].name),
            Expr::Balance(wallet) => format!("{}.balance", self.wallets[*wallet].name),
            Expr::Pending(wallet) => format!("{}.pending", self.wallets[*wallet].name),
            Expr::SumLines(field, filter) => {
                let lines = if scope.filter { "lines".to_owned() } else { format!("{event}.lines") };
                format!("sum({lines}.{field}{})", self.line_filter(filter.as_deref(), scope))
            }
            Expr::SumProducts(one, other, filter) => {
                let lines = if scope.filter { "lines".to_owned() } else { format!("{event}.lines") };
                format!("sum({lines}.({one} * {other}){})", self.line_filter(filter.as_deref(), scope))
            }
            Expr::SumTenders(kind) => {
                let tenders = if scope.filter { "tenders".to_owned() } else { format!("{event}.tenders") };
                format!("sum({tenders}.amount where kind == \"{kind}\")")
            }
            Expr::CountLines(filter) => {
                let lines = if scope.filter { "lines".to_owned() } else { format!("{event}.lines") };
                format!("count({lines}{})", self.line_filter(filter.as_deref(), scope))
            }
            Expr::DaysSince(measure) => format!("days since {}", self.measures[*measure].name),
            Expr::Share(wallet, share) => {
                format!("{}% of {}.balance", print(&(share * whole(100))), self.wallets[*wallet].name)
            }
            Expr::AtLeast(ladder, level) => {
                let ladder = &self.ladders[*ladder];
                format!("{} >= {}", ladder.name, ladder.forms[0].1.levels[*level].name)
            }
            Expr::Benefit(ladder) => format!("{}.rate", self.ladders[*ladder].name),
            Expr::Attribute(name) => format!("member.{name}"),
            Expr::Tagged(tag) => format!("\"{tag}\" in member.tags"),
            Expr::Segment(segment) => self.segments[*segment].name.clone(),
            Expr::Not(inner) => format!("not ({})", sub(inner)),
            Expr::And(parts) => list(parts, "and"),
            Expr::Or(parts) => list(parts, "or"),
            Expr::Compare(comparison, left, right) => {
                let operator = match comparison {
                    Comparison::Equal => "==",
                    Comparison::NotEqual => "!=",
                    Comparison::Less => "<",
                    Comparison::LessOrEqual => "<=",
                    Comparison::Greater => ">",
                    Comparison::GreaterOrEqual => ">=",
                };
                format!("{} {operator} {}", sub(left), sub(right))
            }
            Expr::In(value, items) => {
                format!("{} in [{}]", sub(value), items.iter().map(sub).collect::<Vec<_>>().join(", "))
            }
            Expr::NotIn(value, items) => {
                format!("{} not in [{}]", sub(value), items.iter().map(sub).collect::<Vec<_>>().join(", "))
            }
            Expr::IsPresent(value) => format!("{} is present", sub(value)),
            Expr::Whole(value, by) => format!("floor({} / {})", sub(value), sub(by)),
            Expr::Least(parts) => format!("min{}", list(parts, ",")),
            Expr::Greatest(parts) => format!("max{}", list(parts, ",")),
            Expr::IsMissing(value) => format!("{} is missing", sub(value)),
            Expr::Otherwise(value, other) => format!("({} ?? {})", sub(value), sub(other)),
            Expr::Add(left, right) => format!("({} + {})", sub(left), sub(right)),
            Expr::Negate(inner) => format!("-({})", sub(inner)),
            Expr::Times(inner, times) => format!("{} * {}", sub(inner), print(times)),
            Expr::Scaled(inner, times) => format!("{} * {}", sub(inner), sub(times)),
            Expr::Match(subject, arms, otherwise) => {
                let arms: Vec<String> = arms.iter().map(|(text, value)| format!("\"{text}\" {}", sub(value))).collect();
                format!("match {} {{ {}, else {} }}", sub(subject), arms.join(", "), sub(otherwise))
            }
            Expr::MatchRange(subject, arms, otherwise) => {
                let bound = |bound: &Option<Expr>| bound.as_ref().map(sub).unwrap_or_default();
                let range = |(from, to, value): &(Option<Expr>, Option<Expr>, Expr)| {
                    format!("{} .. {} {}", bound(from), bound(to), sub(value))
                };
                let arms: Vec<String> = arms.iter().map(range).collect();
                format!("match {} {{ {}, else {} }}", sub(subject), arms.join(", "), sub(otherwise))
            }
        }
    }

    pub(super) fn line_filter(&self, filter: Option<&Expr>, scope: Scope<'_>) -> String {
        filter.map(|filter| format!(" where {}", self.expr(filter, scope))).unwrap_or_default()
    }
}

/// Whether the expression is money of the program's currency; every other base is a plain number.
pub(super) fn is_money(expr: &Expr) -> bool {
    match expr {
        Expr::Field(name) => matches!(name.as_str(), "subtotal" | "total" | "tax" | "shipping" | "discount"),
        Expr::SumLines(name, _) => name == "amount",
        Expr::SumProducts(..) | Expr::SumTenders(_) => true,
        Expr::Add(left, _) | Expr::Otherwise(left, _) | Expr::Times(left, _) => is_money(left),
        Expr::Money(_) => true,
        _ => false,
    }
}
