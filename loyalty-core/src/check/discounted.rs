//! A warning of discounts that are taken off twice: what a standard order tells as its `subtotal` is after every discount.

use super::Checker;
use super::expression::Scope;
use super::model::{Arithmetic, Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// `order.subtotal - order.discount`
    pub(super) fn lint_discounted(&mut self, sum: &Expr, scope: &Scope) {
        let ExprKind::Arithmetic(Arithmetic::Subtract, left, right) = &sum.kind else { return };
        let order = scope.event.or(scope.bare_event).and_then(|event| self.events.get(event));
        let Some(order) = order.filter(|event| event.standard && event.name == "order") else { return };
        let is = |part: &Expr, names: &[&str]| match part.kind {
            ExprKind::Event(field) => order.fields.get(field).is_some_and(|field| names.contains(&field.name.as_str())),
            _ => false,
        };
        let discount = match &right.kind {
            ExprKind::Otherwise(value, _) => value,
            _ => right,
        };
        if !is(left, &["subtotal", "total"]) || !is(discount, &["discount"]) {
            return;
        }
        let diagnostic = Diagnostic::new(Code::DiscountedTwice, sum.span, "this takes the discount off twice")
            .help("`subtotal` and `total` are what is left after every discount; `discount` tells how much that was");
        self.report(diagnostic);
    }
}
