//! Warnings of what members never see: rules of the calendar that read a period which is only beginning, and consents that
//! nothing asks for.

use chrono::NaiveTime;

use super::Checker;
use super::lints::within;
use super::model::{
    Anniversary, CalendarDay, Category, ClockTrigger, Earn, Effect, EffectKind, Every, Expr, ExprKind, OwnFrom,
    OwnPeriod, Period, Rule, RuleForm, Settings, Trigger, Window,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::nearest::nearest;

impl Checker<'_> {
    /// At its midnight nothing is in the period that begins with it, so that a measure of it is always empty there; and of the
    /// last day of a period nothing is in it when that day begins.
    pub(super) fn lint_beginnings(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            let Some((begins, ends)) = turn(&rule.trigger, &self.settings) else { continue };
            let tells = |effect: &Effect| matches!(effect.kind, EffectKind::Say(_) | EffectKind::Signal { .. });
            for form in &rule.versions {
                // Who is told on the last day what is lacking still has that day.
                let only_tells = form.value.effects.iter().all(tells);
                for expr in read(&form.value) {
                    expr.walk(&mut |part| {
                        let ExprKind::Measure(measure) = &part.kind else { return };
                        let Some(of) = self.only_this(*measure) else { return };
                        let (period, of_period) = (of.word(), begins.word());
                        if lies_in(of, begins) {
                            let text = format!(
                                "at the beginning of a {of_period} nothing is in `this {period}` yet, so that this is always empty"
                            );
                            found.push(
                                Diagnostic::new(Code::PeriodBegins, part.span, text)
                                    .help(format!("let the measure look at the {period} that is over: `last {period}`")),
                            );
                        } else if !only_tells && ends.is_some_and(|ends| lies_in(of, Turned::Calendar(ends))) {
                            let text = format!(
                                "this is judged when the last day of the {period} begins, and nothing of that day is in `this {period}` yet"
                            );
                            found.push(Diagnostic::new(Code::PeriodBegins, part.span, text).help(format!(
                                "let the rule come when the {period} is over, `every {period}`, and the measure look at it: `last {period}`"
                            )));
                        }
                    });
                }
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The period of a measure of events that never looks further than into the present one.
    fn only_this(&self, measure: usize) -> Option<Turned> {
        let measure = self.measures.get(measure)?.as_ref().filter(|measure| measure.of.event().is_some())?;
        let mut periods = measure.versions.iter().map(|form| match form.value.window {
            Window::This(period) => Some(Turned::Calendar(period)),
            Window::Own { of: OwnFrom::Membership, each, previous: false } => Some(Turned::Membership(each)),
            _ => None,
        });
        let first = periods.next()??;
        periods.all(|period| period == Some(first)).then_some(first)
    }

    /// What members agree to, and neither messages nor conditions ask for.
    pub(super) fn lint_consents(&mut self) {
        let noted = core::mem::take(&mut self.consents_noted);
        for (name, span) in noted {
            if Category::named(&name).is_some() || self.consents_read.contains(&name) {
                continue;
            }
            let known: Vec<&str> =
                self.consents_read.iter().map(String::as_str).chain(Category::ALL.map(Category::name)).collect();
            let near = nearest(&name, &known);
            self.report(
                Diagnostic::new(Code::ConsentUnread, span, format!("nothing asks whether the member agrees to `{name}`"))
                    .help(format!(
                        "messages ask for `utility` and `marketing`, and conditions by `member.consents {name}`; if hosts alone \
                         go by it, let a test expect that"
                    ))
                    .candidates(near),
            );
        }
    }
}

/// A period of the calendar, or of each member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turned {
    Calendar(Period),
    Membership(OwnPeriod),
}

impl Turned {
    fn word(self) -> String {
        match self {
            Self::Calendar(period) => period.word().to_owned(),
            Self::Membership(each) => format!("membership {each}"),
        }
    }
}

/// Whether each period of the first kind begins, or ends, wherever one of the second does.
fn lies_in(inner: Turned, outer: Turned) -> bool {
    match (inner, outer) {
        (Turned::Calendar(inner), Turned::Calendar(outer)) => within(Some(inner), Some(outer)),
        (Turned::Membership(inner), Turned::Membership(outer)) => inner <= outer,
        // Every turn is at a midnight.
        (Turned::Calendar(inner), Turned::Membership(_)) => inner == Period::Day,
        (Turned::Membership(_), Turned::Calendar(_)) => false,
    }
}

/// The longest period that begins whenever a rule of the calendar fires, and the longest of which the last day does.
fn turn(trigger: &Trigger, settings: &Settings) -> Option<(Turned, Option<Period>)> {
    match trigger {
        Trigger::Clock(ClockTrigger::Every(every)) if every.at == NaiveTime::MIN => {
            Some((Turned::Calendar(begun(every, settings)), ending(every, settings)))
        }
        Trigger::Clock(ClockTrigger::Anniversary { of: Anniversary::Joining, each, before: None }) => {
            Some((Turned::Membership(*each), None))
        }
        _ => None,
    }
}

fn begun(every: &Every, settings: &Settings) -> Period {
    let first = match every.day {
        None => every.from.is_none().then(|| counted(every)),
        Some(CalendarDay::Weekday(day)) => {
            (every.period == Period::Week && day == settings.week_start).then_some(Period::Week)
        }
        Some(CalendarDay::Number(1)) if every.period == Period::Month => {
            Some(if every.from.is_none() { counted(every) } else { Period::Month })
        }
        Some(CalendarDay::MonthDay { month, day: 1 }) => Some(beginning_with(month, settings)),
        Some(_) => None,
    };
    // A midnight begins a day, if nothing else.
    first.unwrap_or(Period::Day)
}

/// `every 3 months` is every quarter.
fn counted(every: &Every) -> Period {
    let months = match every.period {
        Period::Month => every.count,
        Period::Quarter => every.count.saturating_mul(3),
        Period::HalfYear => every.count.saturating_mul(6),
        _ => return every.period,
    };
    match months {
        months if months.is_multiple_of(12) => Period::Year,
        months if months.is_multiple_of(6) => Period::HalfYear,
        months if months.is_multiple_of(3) => Period::Quarter,
        _ => Period::Month,
    }
}

/// The longest period that begins with a month.
fn beginning_with(month: u32, settings: &Settings) -> Period {
    match (month + 12).saturating_sub(settings.year_start) {
        months if months.is_multiple_of(12) => Period::Year,
        months if months.is_multiple_of(6) => Period::HalfYear,
        months if months.is_multiple_of(3) => Period::Quarter,
        _ => Period::Month,
    }
}

fn ending(every: &Every, settings: &Settings) -> Option<Period> {
    match every.day? {
        CalendarDay::Last => (every.period == Period::Month).then_some(Period::Month),
        CalendarDay::Weekday(day) => {
            (every.period == Period::Week && day.succ() == settings.week_start).then_some(Period::Week)
        }
        CalendarDay::MonthDay { month, day } => {
            let last = matches!((month, day), (2, 28 | 29) | (4 | 6 | 9 | 11, 30) | (_, 31));
            last.then(|| beginning_with(month + 1, settings))
        }
        _ => None,
    }
}

/// What a rule reads in its conditions and its amounts.
pub(super) fn read(form: &RuleForm) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = form.when.iter().collect();
    for effect in &form.effects {
        match &effect.kind {
            EffectKind::Earn { amount: Earn::Fixed(amount), .. }
            | EffectKind::Spend { amount, .. }
            | EffectKind::Forfeit { amount, .. } => found.push(amount),
            EffectKind::Earn { amount: Earn::Rate { points, of, .. }, .. } => found.extend([points, of]),
            EffectKind::Convert { takes, gives, .. } => found.extend([takes, gives]),
            _ => {}
        }
    }
    found
}
