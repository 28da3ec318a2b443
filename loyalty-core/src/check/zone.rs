//! Times of day in a program that names no zone: they are those of Greenwich.

use super::Checker;
use super::beginnings::read;
use super::model::{DatePart, Expr, ExprKind, Rule, Valid};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::ClauseKind;

impl Checker<'_> {
    /// Said once, at the first of them. A part without a head is tried out by itself.
    pub(super) fn lint_zone(&mut self, declared: &Declared<'_>, rules: &[Rule]) {
        let Some((_, clauses)) = declared.program else { return };
        if clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Timezone(_))) {
            return;
        }
        let mut places: Vec<Span> = Vec::new();
        for form in rules.iter().flat_map(|rule| &rule.versions) {
            let form = &form.value;
            places.extend(form.valid.iter().any(is_hours).then_some(form.span));
            places.extend(read(form).into_iter().filter_map(time_of_day));
        }
        for form in self.coupons.iter().flat_map(|coupon| &coupon.versions) {
            let form = &form.value;
            places.extend(form.valid.iter().any(is_hours).then_some(form.span));
            places.extend(form.when.iter().filter_map(time_of_day));
        }
        for form in self.rewards.iter().flatten().flat_map(|reward| &reward.versions) {
            places.extend(form.value.when.iter().filter_map(time_of_day));
        }
        for form in self.measures.iter().flatten().flat_map(|measure| &measure.versions) {
            places.extend(form.value.filter.iter().filter_map(time_of_day));
        }
        let Some(first) = places.into_iter().min() else { return };
        self.report(
            Diagnostic::new(Code::NoZone, first, "the program names no zone, and its times of day are those of Greenwich")
                .help("say whose they are, `timezone \"Asia/Riyadh\"` in `program { … }`, or `timezone \"UTC\"` if it is meant so"),
        );
    }
}

fn is_hours(valid: &Valid) -> bool {
    matches!(valid, Valid::Hours { .. })
}

/// Where a condition or an amount asks for the time of day.
fn time_of_day(expr: &Expr) -> Option<Span> {
    let mut found = None;
    expr.walk(&mut |part| {
        if matches!(part.kind, ExprKind::Part(DatePart::Hour | DatePart::Minute | DatePart::Time, _)) {
            found = found.or(Some(part.span));
        }
    });
    found
}
