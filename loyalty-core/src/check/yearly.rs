//! A day that comes round each year, compared with a day of this year as if it were one.

use super::Checker;
use super::expression::Scope;
use super::model::{Comparison, DatePart, Expr, ExprKind, Type};
use crate::diagnostic::{Code, Diagnostic};

/// What people call the day of birth, in the languages in which programs are likely to be written; without `_`.
const BIRTHDAYS: [&str; 38] = [
    "birthday",
    "birthdate",
    "dateofbirth",
    "dob",
    "bday",
    "born",
    "الميلاد",
    "ميلاد",
    "تاريخالميلاد",
    "يومالميلاد",
    "عيدالميلاد",
    "عيدميلاد",
    "geburtstag",
    "geburtsdatum",
    "verjaardag",
    "geboortedatum",
    "födelsedag",
    "fødselsdag",
    "anniversaire",
    "datedenaissance",
    "naissance",
    "cumpleaños",
    "cumpleanos",
    "fechadenacimiento",
    "nacimiento",
    "aniversário",
    "aniversario",
    "datadenascimento",
    "nascimento",
    "compleanno",
    "datadinascita",
    "tanggallahir",
    "tarikhlahir",
    "harilahir",
    "doğumgünü",
    "dogumgunu",
    "doğumtarihi",
    "dogumtarihi",
];

fn is_of_birth(name: &str) -> bool {
    let plain = name.to_lowercase().replace('_', "");
    BIRTHDAYS.contains(&plain.as_str())
}

impl Checker<'_> {
    /// `order.at.date == member.birthday` holds on the day of birth, and never again.
    pub(super) fn lint_birthday(&mut self, compared: &Expr, scope: &Scope) {
        let ExprKind::Compare(Comparison::Equal | Comparison::NotEqual, left, right) = &compared.kind else { return };
        let field = |side: &Expr| match side.kind {
            ExprKind::Member(field) if side.ty == Type::Date => self.member.get(field),
            _ => None,
        };
        let present =
            |side: &Expr| matches!(&side.kind, ExprKind::Part(DatePart::Date, of) if matches!(of.kind, ExprKind::At));
        let found = match (field(left), field(right)) {
            (Some(field), None) if present(right) => field,
            (None, Some(field)) if present(left) => field,
            _ => return,
        };
        if scope.test || !is_of_birth(&found.name) {
            return;
        }
        let name = found.name.clone();
        let event = scope.event.and_then(|event| self.events.get(event)).map_or("order", |event| &event.name);
        let help = format!(
            "the day of each year is `{event}.at.month == member.{name}.month and {event}.at.day == member.{name}.day`; a gift on it is a rule `on member.{name}`"
        );
        self.report(
            Diagnostic::new(
                Code::BirthdayOnce,
                compared.span,
                format!("`member.{name}` is a day long ago, and no day of an event is the same"),
            )
            .help(help),
        );
    }
}
