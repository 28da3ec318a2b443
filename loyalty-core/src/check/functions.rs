//! Functions: what they take and give.

use super::Checker;
use super::expression::Scope;
use super::model::{Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Name};

pub(super) const FUNCTIONS: [&str; 11] =
    ["min", "max", "floor", "ceil", "abs", "sum", "count", "average", "first", "last", "streak"];

/// What other languages call the days from one to another.
const DAYS: [&str; 6] = ["days", "datediff", "date_diff", "days_between", "daysBetween", "diff"];

impl<'a> Checker<'a> {
    /// A call of `min`, `max`, `floor`, `ceil` or `abs`.
    pub(super) fn call(
        &mut self,
        function: &Name,
        arguments: &'a [tree::Expr],
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let name = function.text.as_str();
        let count = match name {
            "min" | "max" => 2..=usize::MAX,
            "floor" | "ceil" | "abs" => 1..=1,
            _ => {
                if !self.aggregate_of_a_formula(function, arguments) {
                    self.unknown_function(function);
                }
                return None;
            }
        };
        let checked: Vec<Option<Expr>> = arguments.iter().map(|argument| self.expression(argument, scope)).collect();
        if !count.contains(&arguments.len()) {
            let wanted = if *count.end() == 1 { "exactly one value" } else { "at least two values" };
            self.report(Diagnostic::new(
                Code::ArgumentCount,
                span,
                format!("`{name}` takes {wanted}, and here are {}", arguments.len()),
            ));
            return None;
        }
        let mut all: Vec<Expr> = checked.into_iter().collect::<Option<_>>()?;
        if let Some(wrong) = all
            .iter()
            .find(|argument| if *count.end() == 1 { !argument.ty.is_numeric() } else { !argument.ty.is_ordered() })
        {
            let wrong = wrong.clone();
            self.wrong_type(&wrong, &format!("`{name}` needs a quantity"));
            return None;
        }
        if *count.end() == 1 {
            let inner = Box::new(all.pop()?);
            let ty = inner.ty.clone();
            let kind = match name {
                "floor" => ExprKind::Floor(inner),
                "ceil" => ExprKind::Ceil(inner),
                _ => ExprKind::Absolute(inner),
            };
            return Some(Expr { kind, ty, span });
        }
        let ty = self.same_type(&mut all, span, "choose between")?;
        Some(Expr { kind: if name == "min" { ExprKind::Least(all) } else { ExprKind::Greatest(all) }, ty, span })
    }

    /// `sum(order.lines.quantity * 5)`: what each line comes to stands in parentheses behind the list. Whether it was that.
    fn aggregate_of_a_formula(&mut self, function: &Name, arguments: &[tree::Expr]) -> bool {
        let name = function.text.as_str();
        let [tree::Expr { kind: tree::ExprKind::Binary { left, .. }, span, .. }] = arguments else { return false };
        if !FUNCTIONS.contains(&name) {
            return false;
        }
        let mut first = &**left;
        while let tree::ExprKind::Binary { left, .. } = &first.kind {
            first = left;
        }
        let (list, field) = match super::path::split(first) {
            Some((root, _, names)) => match names.as_slice() {
                [list, field] => (format!("{root}.{}", list.text), field.text.clone()),
                [field] => (root.to_owned(), field.text.clone()),
                _ => ("order.lines".to_owned(), "quantity".to_owned()),
            },
            None => ("order.lines".to_owned(), "quantity".to_owned()),
        };
        let message = format!("`{name}` goes over a list or an event, and what each of them comes to stands behind it");
        self.report(
            Diagnostic::new(Code::UnknownFunction, *span, message)
                .help(format!("write the formula in parentheses behind a dot: `{name}({list}.({field} * …))`")),
        );
        true
    }

    fn unknown_function(&mut self, function: &Name) {
        let name = function.text.as_str();
        let meant = match name {
            _ if DAYS.contains(&name) => Some(
                "how many days there are from one day to another is `days between x and y`, and to now `days since x`",
            ),
            "date" | "to_date" | "datetime" => Some("a day stands as it is: `2026-11-21`"),
            "exists" | "has" | "isset" | "isnull" => Some("whether it was told is `x is present`, or `x is missing`"),
            "round" => Some(
                "whole units are `floor(x)` and `ceil(x)`; what is earned is rounded by its wallet: `round half up`",
            ),
            "avg" | "mean" => Some("the average is `average(order.lines.amount)`"),
            _ => None,
        };
        if let Some(help) = meant {
            let message = format!("unknown function `{name}`");
            self.report(Diagnostic::new(Code::UnknownFunction, function.span, message).help(help));
        } else {
            self.unknown(Code::UnknownFunction, function.span, "function", name, FUNCTIONS);
        }
    }
}
