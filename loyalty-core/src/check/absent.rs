//! Where nothing may be there, and the author seems not to have thought of it. What is missing does not compare, and so neither is
//! it other than something; and a sum of which a part is missing is missing itself.

use std::collections::BTreeMap;

use super::Checker;
use super::expression::{Scope, is_literal};
use super::model::{Arithmetic, Comparison, EventIndex, Expr, ExprKind, Field, RecordIndex, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A field, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Event(EventIndex, usize),
    Item(RecordIndex, usize),
    Member(usize),
}

/// What is surely meant otherwise, unless the declaration asks whether the field is there.
#[derive(Debug)]
struct Found {
    place: Place,
    told: Diagnostic,
}

#[derive(Debug, Default)]
pub struct Absences {
    /// The declarations of the file, in its order.
    declarations: Vec<Span>,
    /// Every comparison and every part of a sum once, by where it stands, though it may be looked at for several forms.
    found: BTreeMap<u32, Found>,
    asked: Vec<(Place, u32)>,
}

impl Absences {
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
            ExprKind::Compare(Comparison::Equal, left, right) if is_nothing(right) => {
                self.note_nothing(left, compared.span, scope);
            }
            ExprKind::Compare(Comparison::Equal, left, right) if is_nothing(left) => {
                self.note_nothing(right, compared.span, scope);
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
            self.absences.asked.push((place, value.span.start));
        }
    }

    /// `x + y`, `x - y`
    pub(super) fn note_sum(&mut self, sum: &Expr, scope: &Scope) {
        let ExprKind::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, left, right) = &sum.kind else { return };
        for (part, other) in [(&**left, &**right), (&**right, &**left)] {
            // A sum over lines beside what only lines or constants say is no less missing than that.
            let told = |part: &Expr| matches!(part.kind, ExprKind::Event(_)) && part.ty.is_numeric();
            let of_lines = match part.kind {
                ExprKind::Fold { list, .. } if other.is_made_of(told) => {
                    let lines = Expr { kind: ExprKind::Event(list), ty: part.ty.clone(), span: part.span };
                    self.may_be_missing(&lines, scope).map(|(place, name, _)| (place, name, part.ty.clone()))
                }
                _ => None,
            };
            let written = match (&part.kind, &of_lines) {
                (ExprKind::Fold { function, .. }, Some(_)) => Some(format!("{}(…)", function.word())),
                _ => None,
            };
            let Some((place, name, ty)) = of_lines.or_else(|| self.may_be_missing(part, scope)) else { continue };
            let help =
                format!("`({} ?? {})` counts it as nothing then", written.as_deref().unwrap_or(&name), nothing(&ty));
            let told =
                Diagnostic::new(Code::MissingInSum, part.span, format!("nothing is left where `{name}` is missing"))
                    .help(help);
            self.absences.found.insert(part.span.start, Found { place, told });
        }
    }

    /// `x == 0`: what nobody tells is not nothing.
    fn note_nothing(&mut self, value: &Expr, span: Span, scope: &Scope) {
        let Some((place, name, ty)) = self.may_be_missing(value, scope) else { return };
        let nothing = nothing(&ty);
        let told = Diagnostic::new(Code::MissingIsNoOther, value.span, format!("where no `{name}` is told this does not hold"))
            .help(format!(
                "`({name} ?? {nothing}) == {nothing}` takes what is not told as nothing; `{name} is present and …` says that it is to be left out"
            ));
        self.absences.found.insert(span.start, Found { place, told });
    }

    /// `x ?? y`: what the author says of what is missing in `x` is said.
    pub(super) fn note_otherwise(&mut self, value: Span) {
        self.absences.found.retain(|start, _| !(value.start..value.end).contains(start));
    }

    fn note(&mut self, value: &Expr, span: Span, scope: &Scope) {
        let Some((place, name, ty)) = self.may_be_missing(value, scope) else { return };
        let nothing = if ty == Type::Text { "\"\"" } else { "…" };
        let told = Diagnostic::new(Code::MissingIsNoOther, value.span, format!("this leaves out what has no `{name}`, too"))
            .help(format!(
                "`({name} ?? {nothing}) != …` takes in what says nothing; `{name} is present and …` says that it is to be left out"
            ));
        self.absences.found.insert(span.start, Found { place, told });
    }

    /// The field that is meant, if it need not be told, with what it is called there.
    fn may_be_missing(&self, value: &Expr, scope: &Scope) -> Option<(Place, String, Type)> {
        if scope.test || self.in_prelude {
            return None;
        }
        let (place, field) = self.field_meant(value, scope)?;
        if !field.optional || field.default.is_some() {
            return None;
        }
        let name = match place {
            Place::Event(event, _) if scope.bare_event.is_none() => {
                format!("{}.{}", self.events.get(event).map_or("", |event| &event.name), field.name)
            }
            Place::Member(_) => format!("member.{}", field.name),
            _ => field.name.clone(),
        };
        Some((place, name, field.ty.clone()))
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
    pub(super) fn lint_absences(&mut self) {
        let found = core::mem::take(&mut self.absences.found);
        for (start, Found { place, told }) in found {
            let around = self.absences.around(start);
            let asked = self.absences.asked.iter();
            if asked.filter(|(asked, _)| *asked == place).any(|(_, at)| self.absences.around(*at) == around) {
                continue;
            }
            self.report(told);
        }
    }
}

/// Nothing of that type, as it is written.
fn nothing(ty: &Type) -> String {
    match ty {
        Type::Money(currency) => format!("0 {}", currency.as_str()),
        _ => "0".to_owned(),
    }
}

fn is_nothing(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Number(number) if number.is_zero())
}
