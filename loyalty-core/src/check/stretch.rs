//! Warnings of rules on events that look further or less far than they seem to: caps for all time, and the last event where the one
//! at hand is itself the last.

use super::Checker;
use super::beginnings::read;
use super::model::{AggregateFunction, EventIndex, Expr, ExprKind, MeasureForm, Origin, Rule, Trigger, Valid, Window};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// `cap 100 points` of a rule on an event: everybody reads it as of each event, and it is of all of them together.
    pub(super) fn lint_all_time_caps(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules.iter().filter(|rule| rule.held.is_none()) {
            // Whoever joins does so once.
            let once = |event: EventIndex| self.events.get(event).is_none_or(|event| event.name == "signup");
            if rule.trigger.event().is_none_or(once) {
                continue;
            }
            for form in &rule.versions {
                let [cap] = form.value.caps.as_slice() else { continue };
                let few = form.value.limits.iter().any(|limit| !limit.in_total && limit.per.is_none());
                let for_a_while = form.value.valid.iter().any(ends) || form.value.when.iter().any(reads_the_day);
                if cap.per.is_some() || few || for_a_while {
                    continue;
                }
                let help = format!(
                    "of each event it is `per order`, of a stretch `per month`; that it is for all time is said by a group: `group for_life [{}] {{ cap … }}`",
                    rule.name
                );
                let text = "this is all that the rule ever earns for a member, in all its events together";
                found.push(Diagnostic::new(Code::CapOfAllTime, cap.span, text).help(help));
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// `days since last(order)` where an order is judged: it is itself the last, and the answer always 0.
    pub(super) fn lint_last(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            let Trigger::Event(event) = rule.trigger else { continue };
            for expr in rule.versions.iter().flat_map(|form| read(&form.value)) {
                expr.walk(&mut |part| {
                    let ExprKind::Since(unit, of) = &part.kind else { return };
                    let Some(name) = self.last_of(event, of) else { return };
                    let event = self.events.get(event).map_or("", |event| &event.name);
                    let unit = unit.word();
                    let help = match name {
                        Some(name) => format!("the one before it is `{name}.before`: `{unit}s since {name}.before`"),
                        None => format!(
                            "the one before it is told by a measure: `measure latest = last({event})`, and here `{unit}s since latest.before`"
                        ),
                    };
                    let text = format!("this is always 0, for the `{event}` at hand is itself the last");
                    found.push(Diagnostic::new(Code::LastIsThis, part.span, text).help(help));
                });
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// Whether an instant is that of the last such event, whichever it was; with the name of the measure that says so, if it has one.
    fn last_of(&self, event: EventIndex, instant: &Expr) -> Option<Option<&str>> {
        let ExprKind::Measure(measure) = instant.kind else { return None };
        let measure = self.measures.get(measure)?.as_ref()?;
        let counts_all = |form: &MeasureForm| {
            let now = matches!(form.window, Window::AllTime | Window::This(_) | Window::Rolling(_));
            now && form.value.is_none() && form.filter.is_none()
        };
        let last = measure.of.event() == Some(event)
            && measure.function == AggregateFunction::Last
            && measure.versions.iter().all(|form| counts_all(&form.value));
        last.then(|| (measure.origin == Origin::Declared).then_some(measure.name.as_str()))
    }
}

/// Whether a condition goes by the day of the event, as what is earned in the first months does.
fn reads_the_day(condition: &Expr) -> bool {
    let mut found = false;
    condition.walk(&mut |part| found |= matches!(part.kind, ExprKind::At | ExprKind::Since(..) | ExprKind::Enrolled));
    found
}

/// Whether a part of `valid` comes to an end, so that a cap for all time is one of a campaign.
fn ends(valid: &Valid) -> bool {
    matches!(valid, Valid::Dates { to: Some(_), .. } | Valid::Instants { to: Some(_), .. })
}
