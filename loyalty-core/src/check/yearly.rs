//! A day that comes round each year, compared with a day of this year as if it were one.

use rust_decimal::Decimal;

use super::Checker;
use super::expression::{Scope, constant};
use super::model::{Comparison, DatePart, Expr, ExprKind, TimeUnit, Type};
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
        let ExprKind::Compare(how, left, right) = &compared.kind else { return };
        if let Some(name) = self.few_days_since_birth(left, right).or_else(|| self.few_days_since_birth(right, left)) {
            if !scope.test {
                let text = format!(
                    "the years of a life are in this number, too, and it is small only for who was just born: `member.{name}` is a day long ago"
                );
                self.report(Diagnostic::new(Code::BirthdayOnce, compared.span, text).help(format!(
                    "the month of it is `order.at.month == member.{name}.month`; a gift for some days is a coupon that a rule `on member.{name}` issues: `issue GIFT for 7 days`"
                )));
            }
            return;
        }
        if !matches!(how, Comparison::Equal | Comparison::NotEqual) {
            return;
        }
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

    /// The field, where days or weeks since a birthday are compared with less than a year of them.
    fn few_days_since_birth(&self, length: &Expr, limit: &Expr) -> Option<String> {
        let (unit, one, other) = match &length.kind {
            ExprKind::Since(unit, of) => (unit, &**of, None),
            ExprKind::Apart(unit, one, other) => (unit, &**one, Some(&**other)),
            _ => return None,
        };
        let year = match unit {
            TimeUnit::Day => 366,
            TimeUnit::Week => 53,
            _ => return None,
        };
        let birthday = |side: &Expr| match side.kind {
            ExprKind::Member(field) => self.member.get(field).filter(|field| is_of_birth(&field.name)),
            _ => None,
        };
        let field = birthday(one).or_else(|| other.and_then(birthday))?;
        let few = constant(limit).is_some_and(|limit| limit.abs() < Decimal::from(year));
        few.then(|| field.name.clone())
    }
}
