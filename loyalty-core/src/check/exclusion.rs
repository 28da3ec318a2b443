//! What is held to be other than something, where nothing may be there at all: a comparison with what is missing does
//! not hold, and so neither does that it differs.

use std::collections::BTreeMap;

use super::Checker;
use super::expression::{Scope, is_literal};
use super::model::{Comparison, EventIndex, Expr, ExprKind, Field, RecordIndex, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A field, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Event(EventIndex, usize),
    Item(RecordIndex, usize),
    Member(usize),
}

#[derive(Debug, Default)]
pub struct Exclusions {
    /// The declarations of the file, in its order.
    declarations: Vec<Span>,
    /// Every comparison once, by where it stands, though it may be looked at for several forms.
    found: BTreeMap<u32, (Place, Span, String, String)>,
    asked: Vec<(Place, u32)>,
}

impl Exclusions {
    pub fn declare(&mut self, span: Span) {
        self.declarations.push(span);
    }

    /// The declaration around a place.
    fn around(&self, start: u32) -> usize {
        self.declarations.partition_point(|span| span.start <= start)
    }
}

impl Checker<'_> {
    /// `x != "a"`, `x not in ["a", "b"]`
    pub(super) fn note_exclusion(&mut self, compared: &Expr, scope: &Scope) {
        match &compared.kind {
            ExprKind::Compare(Comparison::NotEqual, left, right) if is_literal(right) => {
                self.note(left, compared.span, scope);
            }
            ExprKind::Compare(Comparison::NotEqual, left, right) if is_literal(left) => {
                self.note(right, compared.span, scope);
            }
            ExprKind::In { value, list, negated: true } if matches!(list.kind, ExprKind::List(_)) => {
                self.note(value, compared.span, scope);
            }
            _ => {}
        }
    }

    /// `not (x == "a")`, `not (x in ["a", "b"])`
    pub(super) fn note_excluded(&mut self, inner: &Expr, scope: &Scope) {
        match &inner.kind {
            ExprKind::Compare(Comparison::Equal, left, right) if is_literal(right) => {
                self.note(left, inner.span, scope)
            }
            ExprKind::In { value, list, negated: false } if matches!(list.kind, ExprKind::List(_)) => {
                self.note(value, inner.span, scope);
            }
            _ => {}
        }
    }

    /// `x is missing`, `x is present`
    pub(super) fn note_asked(&mut self, value: &Expr, scope: &Scope) {
        if let Some((place, _)) = self.field_meant(value, scope) {
            self.exclusions.asked.push((place, value.span.start));
        }
    }

    fn note(&mut self, value: &Expr, span: Span, scope: &Scope) {
        if scope.test || self.in_prelude {
            return;
        }
        let Some((place, field)) = self.field_meant(value, scope) else { return };
        if field.optional && field.default.is_none() {
            let name = match place {
                Place::Event(event, _) if scope.bare_event.is_none() => {
                    format!("{}.{}", self.events.get(event).map_or("", |event| &event.name), field.name)
                }
                Place::Member(_) => format!("member.{}", field.name),
                _ => field.name.clone(),
            };
            let nothing = if field.ty == Type::Text { "\"\"" } else { "…" };
            let help = format!(
                "`({name} ?? {nothing}) != …` takes in what says nothing; `{name} is present and …` says that it is to be left out"
            );
            self.exclusions.found.insert(span.start, (place, value.span, name, help));
        }
    }

    fn field_meant(&self, value: &Expr, scope: &Scope) -> Option<(Place, &Field)> {
        match value.kind {
            ExprKind::Event(field) => {
                let event = scope.event.or(scope.bare_event)?;
                Some((Place::Event(event, field), self.events.get(event)?.fields.get(field)?))
            }
            ExprKind::Item(field) => {
                let record = scope.bare_record?;
                Some((Place::Item(record, field), self.records.get(record)?.fields.get(field)?))
            }
            ExprKind::Member(field) => Some((Place::Member(field), self.member.get(field)?)),
            _ => None,
        }
    }

    /// Whoever asks somewhere in the declaration whether the field is there has thought of it.
    pub(super) fn lint_exclusions(&mut self) {
        let found = core::mem::take(&mut self.exclusions.found);
        for (start, (place, span, name, help)) in found {
            let around = self.exclusions.around(start);
            let asked = self.exclusions.asked.iter();
            if asked.filter(|(asked, _)| *asked == place).any(|(_, at)| self.exclusions.around(*at) == around) {
                continue;
            }
            self.report(
                Diagnostic::new(Code::MissingIsNoOther, span, format!("this leaves out what has no `{name}`, too"))
                    .help(help),
            );
        }
    }
}
