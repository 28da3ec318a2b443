//! Warnings of conditions on what the event at hand has itself just moved: it is the last, and its own greatest.

use super::Checker;
use super::beginnings::read;
use super::model::{
    AggregateFunction, Comparison, EventIndex, Expr, ExprKind, Measure, Origin, Rule, Segment, Trigger, Window,
};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_last(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            let Trigger::Event(event) = rule.trigger else { continue };
            for expr in rule.versions.iter().flat_map(|form| read(&form.value)) {
                expr.walk(&mut |part| {
                    found.extend(self.last_is_this(event, part));
                    if let ExprKind::Segment(segment) = part.kind {
                        found.extend(self.segments.get(segment).and_then(|of| self.lapsed(event, part, of)));
                    }
                });
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    fn last_is_this(&self, event: EventIndex, part: &Expr) -> Option<Diagnostic> {
        let warning = |text: String, help: String| Some(Diagnostic::new(Code::LastIsThis, part.span, text).help(help));
        let called = self.events.get(event).map_or("", |event| &event.name);
        let of_this = format!("for the `{called}` at hand is itself the last");
        match &part.kind {
            ExprKind::Since(unit, of) => {
                let measure = self.latest(event, of)?;
                let unit = unit.word();
                let help = match measure.origin {
                    Origin::Declared => {
                        let name = &measure.name;
                        format!("the one before it is `{name}.before`: `{unit}s since {name}.before`")
                    }
                    _ => format!(
                        "the one before it is told by a measure: `measure latest = last({called})`, and here `{unit}s since latest.before`"
                    ),
                };
                warning(format!("this is always 0, {of_this}"), help)
            }
            ExprKind::Apart(_, one, other) => {
                let measure = self.latest_and_now(event, one, other)?;
                warning(format!("this is always 0, {of_this}"), before(measure, called))
            }
            ExprKind::Compare(how, one, other) => {
                if let Some(measure) = self.latest_and_now(event, one, other) {
                    return warning(
                        format!("this compares the `{called}` at hand with itself, {of_this}"),
                        before(measure, called),
                    );
                }
                let (measure, how) = match (self.of_same(event, one, other), self.of_same(event, other, one)) {
                    (Some(measure), _) => (measure, *how),
                    (_, Some(measure)) => (measure, turned(*how)),
                    _ => return None,
                };
                let text = match (measure.function, how) {
                    (AggregateFunction::Last, Comparison::Equal | Comparison::NotEqual) => {
                        format!("this compares the `{called}` at hand with itself, {of_this}")
                    }
                    // No less than the greatest is the greatest.
                    (AggregateFunction::Max, Comparison::Greater) => {
                        format!("this never holds, for the `{called}` at hand is itself counted in the greatest")
                    }
                    (AggregateFunction::Min, Comparison::Less) => {
                        format!("this never holds, for the `{called}` at hand is itself counted in the least")
                    }
                    _ => return None,
                };
                warning(text, before(measure, called))
            }
            _ => None,
        }
    }

    /// A segment of those who have long done nothing, where they do it.
    fn lapsed(&self, event: EventIndex, read: &Expr, segment: &Segment) -> Option<Diagnostic> {
        let mut found = None;
        for form in &segment.versions {
            form.value.walk(&mut |part| {
                if let ExprKind::Since(_, of) = &part.kind
                    && self.latest(event, of).is_some()
                {
                    found.get_or_insert(part.span);
                }
            });
        }
        let called = self.events.get(event).map_or("", |event| &event.name);
        let text = format!(
            "`{}` goes by how long ago the last `{called}` was, and the one at hand is itself the last",
            segment.name
        );
        Some(
            Diagnostic::new(Code::LastIsThis, read.span, text)
                .label(found?, "always 0 with this event")
                .help(format!(
                    "ask for what was before it, `measure latest = last({called})` and here `days since latest.before`, or let the rule follow the segment: `on segment {} left`",
                    segment.name
                )),
        )
    }

    /// The measure, if an expression is the instant of the last such event, whichever it was.
    fn latest(&self, event: EventIndex, instant: &Expr) -> Option<&Measure> {
        let measure = self.counts_all(event, instant)?;
        let bare = measure.versions.iter().all(|form| form.value.value.is_none());
        (measure.function == AggregateFunction::Last && bare).then_some(measure)
    }

    /// A measure of all such events up to the one at hand.
    fn counts_all(&self, event: EventIndex, figure: &Expr) -> Option<&Measure> {
        let ExprKind::Measure(measure) = figure.kind else { return None };
        let measure = self.measures.get(measure)?.as_ref().filter(|measure| measure.of.event() == Some(event))?;
        let all = measure.versions.iter().all(|form| {
            matches!(form.value.window, Window::AllTime | Window::This(_) | Window::Rolling(_))
                && form.value.filter.is_none()
        });
        all.then_some(measure)
    }

    /// The last such event, or so long after it, beside the instant of the one at hand, or their days.
    fn latest_and_now<'e>(&'e self, event: EventIndex, one: &'e Expr, other: &'e Expr) -> Option<&'e Measure> {
        let is_now = |side: &Expr| matches!(inner(side).kind, ExprKind::At);
        let latest = |side: &'e Expr| self.latest(event, inner(side));
        match (latest(one), latest(other)) {
            (Some(measure), None) if is_now(other) => Some(measure),
            (None, Some(measure)) if is_now(one) => Some(measure),
            _ => None,
        }
    }

    /// The measure, if it is one of the very field of the event that stands beside it.
    fn of_same(&self, event: EventIndex, field: &Expr, figure: &Expr) -> Option<&Measure> {
        let ExprKind::Event(field) = field.kind else { return None };
        let measure = self.counts_all(event, figure)?;
        let same = measure.versions.iter().all(|form| {
            form.value.value.as_ref().is_some_and(|value| matches!(value.kind, ExprKind::Event(of) if of == field))
        });
        same.then_some(measure)
    }
}

/// What a day or an instant is so much later or earlier than.
fn inner(mut moment: &Expr) -> &Expr {
    while let ExprKind::Moved { of, .. } | ExprKind::Part(_, of) = &moment.kind {
        moment = of;
    }
    moment
}

fn before(measure: &Measure, event: &str) -> String {
    let name = &measure.name;
    match (measure.origin, measure.function) {
        (Origin::Declared, _) => format!("what was before it is `{name}.before`"),
        (_, AggregateFunction::Last) => {
            format!(
                "what was before it is told by a measure: `measure latest = last({event} …)`, and here `latest.before`"
            )
        }
        _ => "what was before it is told by a measure with a name, and here `NAME.before`".to_owned(),
    }
}

const fn turned(how: Comparison) -> Comparison {
    match how {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}
