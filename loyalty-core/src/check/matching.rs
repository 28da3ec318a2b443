//! `match`: patterns of the subject's type, arms of one type, every value covered.

use std::sync::Arc;

use super::Checker;
use super::expression::{Scope, is_literal};
use super::intervals::{Bound, Interval, Union};
use super::model::{EventIndex, Expr, ExprKind, Pattern, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::calendar::{WEEKDAYS, weekday};
use crate::syntax::tree;

/// A constant as one key that orders like it; text by its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'e> {
    Number(rust_decimal::Decimal),
    Moment(i64),
    Text(&'e str),
}

/// The key of a literal.
pub(super) fn key(expr: &Expr) -> Option<Key<'_>> {
    Some(match &expr.kind {
        ExprKind::Number(number) => Key::Number(*number),
        ExprKind::Negate(inner) => match inner.kind {
            ExprKind::Number(number) => Key::Number(-number),
            _ => return None,
        },
        ExprKind::Text(text) => Key::Text(text),
        ExprKind::Bool(bool) => Key::Moment(i64::from(*bool)),
        ExprKind::Date(date) => Key::Moment(i64::from(chrono::Datelike::num_days_from_ce(date))),
        ExprKind::Instant(micros) => Key::Moment(*micros),
        ExprKind::Time(time) => Key::Moment(i64::from(chrono::Timelike::num_seconds_from_midnight(time))),
        ExprKind::LevelNamed(_, level) => Key::Moment(*level as i64),
        ExprKind::ArmNamed(_, arm) => Key::Moment(*arm as i64),
        ExprKind::Weekday(day) => Key::Moment(i64::from(day.num_days_from_monday())),
        _ => return None,
    })
}

/// The values that a pattern takes.
fn interval(pattern: &Pattern) -> Option<Interval<Key<'_>>> {
    match pattern {
        Pattern::Equal(expr) => key(expr).map(Interval::point),
        Pattern::Range { from, to } => {
            Some(Interval { from: bound(from.as_ref(), Bound::Least)?, to: bound(to.as_ref(), Bound::Greatest)? })
        }
    }
}

fn bound<'e>(side: Option<&'e Expr>, open: Bound<Key<'e>>) -> Option<Bound<Key<'e>>> {
    side.map_or(Some(open), |value| key(value).map(|key| Bound::At(key, false)))
}

impl<'a> Checker<'a> {
    pub(super) fn matching(
        &mut self,
        subject: &'a tree::Expr,
        arms: &'a [tree::MatchArm],
        otherwise: Option<&'a tree::Expr>,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let subject = self.expression(subject, scope);
        let subject = match subject {
            Some(subject) if !subject.ty.is_single() => {
                self.list_misuse(&subject);
                None
            }
            subject => subject,
        };
        let mut patterns = Vec::new();
        let mut values = Vec::new();
        let mut sound = true;
        for arm in arms {
            let mut of_arm = Vec::new();
            if let Some(subject) = &subject {
                for pattern in &arm.patterns {
                    match self.pattern(pattern, &subject.ty) {
                        Some(pattern) => of_arm.push(pattern),
                        None => sound = false,
                    }
                }
            }
            patterns.push(of_arm);
            values.extend(self.expression(&arm.value, scope));
        }
        let otherwise = otherwise.map(|value| self.expression(value, scope));
        let has_else = otherwise.is_some();
        values.extend(otherwise.flatten());
        let subject = subject?;
        if !sound {
            return None;
        }
        self.coverage(&patterns, arms, &subject, has_else, span, scope.event);
        if values.len() != arms.len() + usize::from(has_else) {
            return None;
        }
        let ty = self.same_type(&mut values, span, "choose between")?;
        if !ty.is_single() {
            self.report(Diagnostic::new(Code::ListMisuse, span, "the arms of a `match` are single values"));
            return None;
        }
        let otherwise = if has_else { values.pop().map(Box::new) } else { None };
        let arms = patterns.into_iter().zip(values).collect();
        let table = Expr { kind: ExprKind::Match { subject: Box::new(subject), arms, otherwise }, ty, span };
        self.lint_level_table(&table);
        Some(table)
    }

    fn pattern(&mut self, pattern: &'a tree::Pattern, ty: &Type) -> Option<Pattern> {
        let scope = Scope::constant("a pattern");
        match pattern {
            tree::Pattern::Word(name) => {
                let kind = match ty {
                    Type::Text => ExprKind::Text(Arc::from(name.text.as_str())),
                    Type::Weekday => match weekday(&name.text) {
                        Some(day) => ExprKind::Weekday(day),
                        None => {
                            self.unknown(Code::UnknownName, name.span, "weekday", &name.text, WEEKDAYS);
                            return None;
                        }
                    },
                    Type::Level(ladder) => ExprKind::LevelNamed(*ladder, self.level(*ladder, name)?),
                    Type::Arm(experiment) => self.arm_named(*experiment, name)?.kind,
                    _ => {
                        let wanted = self.describe(ty);
                        self.report(
                            Diagnostic::new(
                                Code::WrongType,
                                name.span,
                                format!("the pattern `{}` is a word, and the value is {wanted}", name.text),
                            )
                            .help("write a constant, or a range such as `10 .. 20`"),
                        );
                        return None;
                    }
                };
                Some(Pattern::Equal(Expr { kind, ty: ty.clone(), span: name.span }))
            }
            tree::Pattern::Value(value) => Some(Pattern::Equal(self.pattern_value(value, ty, &scope)?)),
            tree::Pattern::Range { from, to, span } => {
                if !ty.is_ordered() {
                    let found = self.describe(ty);
                    self.report(
                        Diagnostic::new(
                            Code::WrongType,
                            *span,
                            format!("a range needs an order, and the value is {found}"),
                        )
                        .help("list the values: `[a, b] 2`"),
                    );
                    return None;
                }
                let from = from.as_ref().map(|from| self.pattern_value(from, ty, &scope));
                let to = to.as_ref().map(|to| self.pattern_value(to, ty, &scope));
                let (from, to) =
                    (from.map_or(Some(None), |from| from.map(Some))?, to.map_or(Some(None), |to| to.map(Some))?);
                if let (Some(from), Some(to)) = (&from, &to)
                    && key(from) >= key(to)
                {
                    self.report(
                        Diagnostic::new(Code::EmptyWindow, *span, "this range holds nothing")
                            .help("a range goes from its first value, included, to its second, excluded"),
                    );
                    return None;
                }
                Some(Pattern::Range { from, to })
            }
        }
    }

    fn pattern_value(&mut self, value: &'a tree::Expr, ty: &Type, scope: &Scope) -> Option<Expr> {
        let value = self.expression(value, scope)?;
        let value = self.hold(value, ty, "the pattern")?;
        if is_literal(&value) {
            return Some(value);
        }
        self.report(Diagnostic::new(Code::NotConstant, value.span, "a pattern is one plain constant"));
        None
    }

    /// Warns of patterns that nothing reaches and reports values that no pattern takes.
    fn coverage(
        &mut self,
        patterns: &[Vec<Pattern>],
        arms: &[tree::MatchArm],
        subject: &Expr,
        has_else: bool,
        span: Span,
        event: Option<EventIndex>,
    ) {
        let mut taken = Union::new();
        let mut unreachable = Vec::new();
        for (of_arm, arm) in patterns.iter().zip(arms) {
            for (pattern, written) in of_arm.iter().zip(&arm.patterns) {
                let Some(interval) = interval(pattern) else { continue };
                if taken.covers(&interval) {
                    unreachable.push(pattern_span(written));
                }
                taken.add(&interval);
            }
        }
        let everything = match &subject.ty {
            Type::Bool => [0, 1].into_iter().all(|value| taken.covers(&Interval::point(Key::Moment(value)))),
            Type::Weekday => (0..7).all(|value| taken.covers(&Interval::point(Key::Moment(value)))),
            Type::Level(ladder) => {
                let levels = self.ladders.get(*ladder).map_or(0, |ladder| ladder.levels.len());
                (0..levels as i64).all(|level| taken.covers(&Interval::point(Key::Moment(level))))
            }
            Type::Arm(experiment) => {
                let arms = self.experiments.get(*experiment).map_or(0, |experiment| experiment.arms.len());
                (0..arms as i64).all(|arm| taken.covers(&Interval::point(Key::Moment(arm))))
            }
            _ => taken.covers(&Interval::ALL),
        };
        let holes = Self::holes(patterns, arms, &taken);
        if !everything && !has_else {
            let help = holes.iter().find_map(|hole| self.hole_named(hole));
            self.report(
                Diagnostic::new(Code::NotExhaustive, span, "this `match` does not say what holds for every value")
                    .help(help.unwrap_or_else(|| "end it with `else` and the value for all others".to_owned())),
            );
        } else {
            self.lint_holes(&holes, subject, event);
            if subject.ty == Type::Text {
                self.lint_others(arms);
            }
        }
        for span in unreachable {
            self.report(
                Diagnostic::new(Code::UnreachablePattern, span, "earlier patterns take every value of this one")
                    .help("the first pattern that fits decides"),
            );
        }
    }
}

pub(super) fn pattern_span(pattern: &tree::Pattern) -> Span {
    match pattern {
        tree::Pattern::Word(name) => name.span,
        tree::Pattern::Value(value) => value.span,
        tree::Pattern::Range { span, .. } => *span,
    }
}
