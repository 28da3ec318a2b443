//! Warnings of what members never see: rules of the calendar that read a period which is only beginning, and consents that
//! nothing asks for.

use chrono::NaiveTime;

use super::Checker;
use super::lints::within;
use super::model::{
    CalendarDay, Category, ClockTrigger, Earn, EffectKind, Every, Expr, ExprKind, Period, Rule, RuleForm, Settings,
    Trigger, Window,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::nearest::nearest;

impl Checker<'_> {
    /// At its midnight nothing is in the period that begins with it, so that a measure of it is always empty there.
    pub(super) fn lint_beginnings(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            let Trigger::Clock(ClockTrigger::Every(every)) = &rule.trigger else { continue };
            if every.at != NaiveTime::MIN {
                continue;
            }
            let begins = begun(every, &self.settings);
            for expr in rule.versions.iter().flat_map(|form| read(&form.value)) {
                expr.walk(&mut |part| {
                    let ExprKind::Measure(measure) = &part.kind else { return };
                    let Some(period) = self.only_this(*measure).filter(|period| within(Some(*period), Some(begins)))
                    else {
                        return;
                    };
                    let word = period.word();
                    let text = format!(
                        "at the beginning of a {} nothing is in `this {word}` yet, so that this is always empty",
                        begins.word()
                    );
                    found.push(
                        Diagnostic::new(Code::PeriodBegins, part.span, text)
                            .help(format!("let the measure look at the {word} that is over: `last {word}`")),
                    );
                });
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The period of a measure of events that never looks further than into the present one.
    fn only_this(&self, measure: usize) -> Option<Period> {
        let measure = self.measures.get(measure)?.as_ref().filter(|measure| measure.of.event().is_some())?;
        let mut periods = measure.versions.iter().map(|form| match form.value.window {
            Window::This(period) => Some(period),
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

/// The longest period that begins whenever the rule fires.
fn begun(every: &Every, settings: &Settings) -> Period {
    let first = match every.day {
        None => every.from.is_none(),
        Some(CalendarDay::Weekday(day)) => every.period == Period::Week && day == settings.week_start,
        Some(CalendarDay::Number(day)) => every.period == Period::Month && day == 1,
        Some(_) => false,
    };
    // A midnight begins a day, if nothing else.
    if first { every.period } else { Period::Day }
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
