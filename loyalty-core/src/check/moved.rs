//! Days and instants so much later or earlier: `last(subscribe) + 30 days`.

use rust_decimal::prelude::ToPrimitive as _;

use super::Checker;
use super::expression::{Scope, TIME_WORDS};
use super::model::{Expr, ExprKind, TimeUnit, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

impl<'a> Checker<'a> {
    pub(super) fn moved(
        &mut self,
        of: &'a tree::Expr,
        by: &'a tree::Expr,
        back: bool,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let of = self.expression(of, scope)?;
        let tree::ExprKind::Quantity { number, unit } = &by.kind else { return None };
        if !matches!(of.ty, Type::Instant | Type::Date) {
            // What a length alone is told, with what to write in its place.
            self.unit(unit);
            return None;
        }
        let count = number.to_u32().filter(|_| number.fract().is_zero());
        let Some((count, time)) = count.zip(time_unit(&unit.text)) else {
            self.report(Diagnostic::new(Code::OutOfRange, by.span, "a length of time is a whole number of its unit"));
            return None;
        };
        let length = self.length(&tree::Duration { count, unit: time, span: by.span })?;
        let by_the_clock = matches!(time, TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second);
        if of.ty == Type::Date && by_the_clock {
            self.report(
                Diagnostic::new(Code::WrongType, by.span, format!("a date has no `{}`", unit.text))
                    .label(of.span, "this is a whole day"),
            );
            return None;
        }
        let ty = of.ty.clone();
        Some(Expr { kind: ExprKind::Moved { of: Box::new(of), by: length, back }, ty, span })
    }

    /// How far one end is from another.
    pub(super) fn between(
        &mut self,
        unit: TimeUnit,
        [from, to]: [&'a tree::Expr; 2],
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let (from, to) = (self.expression(from, scope), self.expression(to, scope));
        let (from, to) = (from?, to?);
        for end in [&from, &to] {
            if !matches!(end.ty, Type::Instant | Type::Date) {
                self.wrong_type(end, "`between` needs an instant or a date");
                return None;
            }
        }
        Some(Expr { kind: ExprKind::Apart(unit, Box::new(from), Box::new(to)), ty: Type::Number, span })
    }
}

/// Whether something is written as a length of time.
pub(super) fn is_length(expr: &tree::Expr) -> bool {
    matches!(&expr.kind, tree::ExprKind::Quantity { unit, .. } if TIME_WORDS.contains(&unit.text.as_str()))
}

fn time_unit(word: &str) -> Option<TimeUnit> {
    Some(match word.trim_end_matches('s') {
        "second" => TimeUnit::Second,
        "minute" => TimeUnit::Minute,
        "hour" => TimeUnit::Hour,
        "day" => TimeUnit::Day,
        "week" => TimeUnit::Week,
        "month" => TimeUnit::Month,
        "quarter" => TimeUnit::Quarter,
        "year" => TimeUnit::Year,
        _ => return None,
    })
}
