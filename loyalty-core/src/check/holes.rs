//! Tables by ranges: values between two ranges that neither of them takes, for a range ends before its second value.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::Checker;
use super::intervals::{Interval, Union};
use super::matching::{Key, key, pattern_span};
use super::model::{DatePart, EventIndex, Expr, ExprKind, Pattern, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

/// The second value of a range, which no pattern takes.
pub(super) struct Hole<'e> {
    from: Option<&'e Expr>,
    end: &'e Expr,
    range: Span,
    /// Where the next pattern begins.
    next: Option<(&'e Expr, Span)>,
}

impl Checker<'_> {
    /// The second values of ranges that no pattern takes, in the order of the patterns.
    pub(super) fn holes<'e>(
        patterns: &'e [Vec<Pattern>],
        arms: &[tree::MatchArm],
        taken: &Union<Key<'e>>,
    ) -> Vec<Hole<'e>> {
        let written = arms.iter().flat_map(|arm| &arm.patterns).map(pattern_span);
        let all: Vec<(&Pattern, Span)> = patterns.iter().flatten().zip(written).collect();
        let ends = all.iter().filter_map(|(pattern, range)| {
            let Pattern::Range { from, to: Some(end) } = *pattern else { return None };
            let last = key(end)?;
            if taken.covers(&Interval::point(last)) {
                return None;
            }
            let begins = all.iter().filter_map(|(pattern, span)| match pattern {
                Pattern::Equal(value) | Pattern::Range { from: Some(value), .. } => Some((value, *span)),
                Pattern::Range { from: None, .. } => None,
            });
            let next = begins
                .filter(|(value, _)| key(value).is_some_and(|key| key > last))
                .min_by_key(|(value, _)| key(value));
            Some(Hole { from: from.as_ref(), end, range: *range, next })
        });
        ends.collect()
    }

    /// What a table without `else` is told of a hole in it.
    pub(super) fn hole_named(&self, hole: &Hole<'_>) -> Option<String> {
        let (next, _) = hole.next?;
        let (end, next) = (self.constant_word(hole.end)?, self.constant_word(next)?);
        Some(format!(
            "a range ends before its second value, so that nothing is said from {end} up to {next}: let the range go up to {next}; what is outside of all is said by `else`"
        ))
    }

    /// Warns of holes that the author of a table cannot have meant.
    pub(super) fn lint_holes(&mut self, holes: &[Hole<'_>], subject: &Expr, event: Option<EventIndex>) {
        let found: Vec<Diagnostic> = holes.iter().filter_map(|hole| self.hole(hole, subject, event)).collect();
        found.into_iter().for_each(|warning| self.report(warning));
    }

    fn hole(&self, hole: &Hole<'_>, subject: &Expr, event: Option<EventIndex>) -> Option<Diagnostic> {
        let end = self.constant_word(hole.end)?;
        if let Some((next, place)) = hole.next.filter(|(next, _)| is_one_step(subject, hole.end, next)) {
            let next = self.constant_word(next)?;
            let text = format!("{end} is in no range, for a range ends before its second value, and `else` takes it");
            return Some(
                Diagnostic::new(Code::HoleInTable, hole.range, text)
                    .label(place, "the next one begins here")
                    .help(format!("let the range go up to where the next one begins: `.. {next}`")),
            );
        }
        let help = match (&hole.end.kind, &subject.ty) {
            (ExprKind::Date(day), Type::Date) => {
                let after = day.succ_opt().filter(|after| after.day() == 1)?;
                format!("let the range go up to the day after: `.. {after}`")
            }
            _ if hole.next.is_none() && self.is_the_last(subject, hole.end, event) => {
                let from = hole.from.and_then(|from| self.constant_word(from)).unwrap_or(end.clone());
                format!("let the range go on: `{from} ..`")
            }
            _ => return None,
        };
        let text = format!("{end} is not in this range, which ends before its second value, and `else` takes it");
        Some(Diagnostic::new(Code::HoleInTable, hole.range, text).help(help))
    }

    /// Whether there is nothing beyond a value.
    fn is_the_last(&self, subject: &Expr, end: &Expr, event: Option<EventIndex>) -> bool {
        let whole = |number: i64| key(end) == Some(Key::Number(Decimal::from(number)));
        match &subject.kind {
            ExprKind::Part(DatePart::Month, _) => whole(12),
            ExprKind::Part(DatePart::Day, _) => whole(31),
            ExprKind::Part(DatePart::Time, _) => {
                matches!(key(end), Some(Key::Moment(second)) if second >= 86_340)
            }
            ExprKind::Event(field) => {
                let event = event.and_then(|event| self.events.get(event)).filter(|event| event.name == "review");
                let stars = event.and_then(|event| event.fields.get(*field)).is_some_and(|field| field.name == "stars");
                stars && whole(5)
            }
            _ => false,
        }
    }

    /// A constant as a program writes it.
    pub(super) fn constant_word(&self, value: &Expr) -> Option<String> {
        if let ExprKind::LevelNamed(ladder, level) = value.kind {
            return self.ladders.get(ladder)?.levels.get(level).map(|level| level.name.clone());
        }
        Some(match (key(value)?, &value.ty, &value.kind) {
            (Key::Number(number), Type::Percent, _) => format!("{}%", (number * Decimal::ONE_HUNDRED).normalize()),
            (Key::Number(number), Type::Money(currency), _) => {
                format!("{} {}", number.normalize(), core::str::from_utf8(&currency.code).unwrap_or_default())
            }
            (Key::Number(number), Type::Amount(wallet), _) => {
                format!("{} {}", number.normalize(), self.wallets.get(*wallet)?.name)
            }
            (Key::Number(number), ..) => number.normalize().to_string(),
            (_, _, ExprKind::Date(date)) => date.to_string(),
            (_, _, ExprKind::Time(time)) => time.format("%H:%M").to_string(),
            _ => return None,
        })
    }
}

/// Whether a value is the very next one after another: a whole number, the last digit that is written, a day, a minute.
fn is_one_step(subject: &Expr, value: &Expr, next: &Expr) -> bool {
    // A shop may well be shut from 12 to 13.
    if matches!(subject.kind, ExprKind::Part(DatePart::Hour | DatePart::Minute, _)) {
        return false;
    }
    match (key(value), key(next)) {
        (Some(Key::Number(value)), Some(Key::Number(next))) => {
            let digits = value.normalize().scale().max(next.normalize().scale());
            next.checked_sub(value) == Some(Decimal::new(1, digits))
        }
        (Some(Key::Moment(moment)), Some(Key::Moment(after))) => {
            let step = after.saturating_sub(moment);
            match value.kind {
                ExprKind::Time(_) => matches!(step, 1 | 60),
                ExprKind::Date(_) | ExprKind::LevelNamed(..) => step == 1,
                _ => false,
            }
        }
        _ => false,
    }
}
