//! Warnings of levels that rise when a period is over, by what is then empty again or by the period before.

use super::Checker;
use super::lints::within;
use super::model::{Cycle, ExprKind, Fall, Keep, Ladder, LadderForm, Measure, OwnFrom, Period, Rise, Window};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_rising(&mut self) {
        let mut found = Vec::new();
        for ladder in &self.ladders {
            for form in &ladder.versions {
                let over = self.over_at(form.value.rise);
                for measure in self.decided_by_measures(&form.value) {
                    let of = measure.versions.iter().map(|form| form.value.window);
                    let risen =
                        |window| over.iter().find_map(|over| risen(ladder, &form.value, measure, *over, window));
                    found.extend(of.filter_map(risen).next());
                }
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The periods that are over, and still the present ones, at the instant at which levels rise: right before midnight.
    fn over_at(&self, rise: Rise) -> Vec<Cycle> {
        match rise {
            Rise::AtOnce => Vec::new(),
            Rise::AtEndOf(cycle) => vec![cycle],
            Rise::On { month, day } => {
                let periods = [Period::Month, Period::Quarter, Period::HalfYear, Period::Year];
                periods
                    .into_iter()
                    .filter(|period| self.begins_on(*period, (month, day)))
                    .map(Cycle::Calendar)
                    .collect()
            }
        }
    }

    fn decided_by_measures(&self, form: &LadderForm) -> Vec<&Measure> {
        let mut found = Vec::new();
        for expr in form.by.iter().chain(form.levels.iter().flat_map(|level| &level.when)) {
            expr.walk(&mut |part| {
                if let ExprKind::Measure(measure) = part.kind {
                    found.extend(self.measures.get(measure).and_then(Option::as_ref));
                }
            });
        }
        found
    }
}

fn risen(ladder: &Ladder, form: &LadderForm, measure: &Measure, cycle: Cycle, window: Window) -> Option<Diagnostic> {
    let name = &measure.name;
    let word = match cycle {
        Cycle::Calendar(period) => period.word().to_owned(),
        Cycle::Membership(each) => format!("membership {each}"),
    };
    let only_begun = match (cycle, window) {
        (Cycle::Calendar(over), Window::This(period)) => within(Some(period), Some(over)),
        (Cycle::Membership(over), Window::Own { of: OwnFrom::Membership, each, previous: false }) => each <= over,
        _ => false,
    };
    let falls = form.fall != Fall::Never && form.grace.is_none() && form.retain.is_none();
    let lost_at_once = form.keep == Keep::WhileQualified && falls;
    if only_begun && lost_at_once {
        let text = format!(
            "a level is reached when a {word} is over, and at that instant `{name}` is empty again, so that nobody ever has it"
        );
        return Some(
            Diagnostic::new(Code::LostAtOnce, ladder.span, text)
                .label(measure.span, "what it goes by")
                .help(format!("say how long a level lasts: `keep to end of {word}` is the {word} that begins then")),
        );
    }
    let earlier = match (cycle, window) {
        (Cycle::Calendar(over), Window::Periods { period, count: 1, back: 1 }) if period == over => {
            Some(format!("this {word}"))
        }
        (Cycle::Calendar(over), Window::Periods { period, count, back }) if period == over && count == back => {
            Some(format!("over last {count} calendar {word}s"))
        }
        (Cycle::Membership(over), Window::Own { of: OwnFrom::Membership, each, previous: true }) if each == over => {
            Some(format!("this {word}"))
        }
        _ => None,
    }?;
    let text = format!(
        "levels rise while the {word} that is over is still the present one, and `{name}` leaves it out: they rise a {word} late"
    );
    Some(
        Diagnostic::new(Code::RiseAmid, ladder.span, text)
            .label(measure.span, "this ends before it")
            .help(format!("let the measure be of `{earlier}`, and say how long a level lasts: `keep to end of {word}` is the {word} that begins then")),
    )
}
