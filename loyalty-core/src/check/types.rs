//! What types are called, and which may meet.

use super::Checker;
use super::model::{Arithmetic, Expr, ExprKind, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Type {
    /// Whether sums and averages of it make sense.
    pub(super) fn is_quantity(&self) -> bool {
        matches!(self, Self::Number | Self::Money(_) | Self::Amount(_))
    }

    /// Whether a number that may be read as a share, too.
    pub(super) fn is_numeric(&self) -> bool {
        self.is_quantity() || matches!(self, Self::Percent)
    }

    /// Whether `<` has a meaning.
    pub(super) fn is_ordered(&self) -> bool {
        self.is_numeric() || matches!(self, Self::Date | Self::Instant | Self::Time | Self::Level(_))
    }

    /// Whether it is one value.
    pub(super) fn is_single(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Record(_))
    }
}

/// The literal 0 without a unit, which takes any.
pub(super) fn is_bare_zero(expr: &Expr) -> bool {
    expr.ty == Type::Number && matches!(expr.kind, ExprKind::Number(number) if number.is_zero())
}

/// Gives a bare zero the type that its neighbour has.
pub(super) fn adopt(expr: &mut Expr, ty: &Type) {
    if ty.is_numeric() && is_bare_zero(expr) {
        expr.ty = ty.clone();
    }
}

/// Lets a bare zero on either side take the other side's type.
pub(super) fn adopt_either(left: &mut Expr, right: &mut Expr) {
    adopt(left, &right.ty.clone());
    adopt(right, &left.ty);
}

/// The type of an arithmetic operation, if it has one.
pub(super) fn arithmetic(operator: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
    match operator {
        Arithmetic::Add | Arithmetic::Subtract => (left == right && left.is_numeric()).then(|| left.clone()),
        Arithmetic::Multiply => match (left, right) {
            (Type::Number | Type::Percent, other) | (other, Type::Number | Type::Percent) if other.is_numeric() => {
                // A share of a share is a share, a share of a number is a number.
                Some(if *other == Type::Percent && (*left == Type::Number || *right == Type::Number) {
                    Type::Number
                } else {
                    other.clone()
                })
            }
            _ => None,
        },
        Arithmetic::Divide => match (left, right) {
            (left, Type::Number) if left.is_numeric() => Some(left.clone()),
            (left, right) if left == right && left.is_numeric() => Some(Type::Number),
            _ => None,
        },
    }
}

impl Checker<'_> {
    /// The type as the language calls it.
    pub(super) fn describe(&self, ty: &Type) -> String {
        match ty {
            Type::Number => "a number".to_owned(),
            Type::Percent => "a percent".to_owned(),
            Type::Money(currency) => format!("money in `{}`", currency.as_str()),
            Type::Amount(wallet) => {
                format!("an amount of `{}`", self.wallets.get(*wallet).map_or("", |wallet| &wallet.name))
            }
            Type::Text => "a text".to_owned(),
            Type::Bool => "a condition".to_owned(),
            Type::Date => "a date".to_owned(),
            Type::Instant => "an instant".to_owned(),
            Type::Time => "a time of day".to_owned(),
            Type::Weekday => "a weekday".to_owned(),
            Type::Level(ladder) => {
                format!("a level of `{}`", self.ladders.get(*ladder).map_or("", |ladder| &ladder.name))
            }
            Type::Arm(experiment) => {
                let name = self.experiments.get(*experiment).map_or("", |experiment| &experiment.name);
                format!("an arm of `{name}`")
            }
            Type::List(of) => match &**of {
                Type::Record(record) => {
                    format!("a list of `{}`", self.records.get(*record).map_or("", |record| &record.name))
                }
                _ => "a list".to_owned(),
            },
            Type::Record(record) => format!("a `{}`", self.records.get(*record).map_or("", |record| &record.name)),
        }
    }

    /// Reports that two sides cannot meet, naming both and where their units are declared.
    pub(super) fn mixed(&mut self, span: Span, doing: &str, left: &Expr, right: &Expr) {
        let (one, other) = (self.describe(&left.ty), self.describe(&right.ty));
        let code = if left.ty.is_numeric() && right.ty.is_numeric() { Code::MixedUnits } else { Code::WrongType };
        let mut diagnostic = Diagnostic::new(code, span, format!("cannot {doing} {one} and {other}"))
            .label(left.span, format!("this is {one}"))
            .label(right.span, format!("this is {other}"));
        for ty in [&left.ty, &right.ty] {
            diagnostic = self.with_unit(diagnostic, ty);
        }
        let parted = doing == "divide" && left.ty == Type::Number && matches!(right.ty, Type::Amount(_));
        let help = match parted {
            true => Some("a part of one is a decimal, as in `0.5 beans`"),
            false => mixing_help(&left.ty, &right.ty),
        };
        if let Some(help) = self.in_own_units(help, [&left.ty, &right.ty]) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
    }

    /// A help with the money and the points of the program in it, so that it can be copied.
    fn in_own_units(&self, help: Option<&'static str>, types: [&Type; 2]) -> Option<String> {
        let money = types.iter().find_map(|ty| match ty {
            Type::Money(currency) => Some(*currency),
            _ => None,
        });
        let wallet = types.iter().find_map(|ty| match ty {
            Type::Amount(wallet) => self.wallets.get(*wallet),
            _ => None,
        });
        let wallet = wallet.or_else(|| self.wallets.iter().find(|wallet| wallet.holds.is_none()));
        let mut help = help?.to_owned();
        if let Some(currency) = money.or(self.settings.currency) {
            help = help.replace(" MYR", &format!(" {}", currency.as_str()));
        }
        if let Some(wallet) = wallet {
            help = help.replace(" beans", &format!(" {}", wallet.name));
        }
        Some(help)
    }

    /// Adds the place where the unit of a type is declared.
    pub(super) fn with_unit(&self, diagnostic: Diagnostic, ty: &Type) -> Diagnostic {
        match ty {
            Type::Amount(wallet) => match self.wallets.get(*wallet) {
                Some(wallet) => diagnostic.label(wallet.span, format!("`{}` is declared here", wallet.name)),
                None => diagnostic,
            },
            Type::Money(currency) => match self.currency_at.get(currency) {
                Some(at) => diagnostic.label(*at, format!("`{}` is declared here", currency.as_str())),
                None => diagnostic,
            },
            Type::Level(ladder) => match self.ladders.get(*ladder) {
                Some(ladder) => diagnostic.label(ladder.span, format!("`{}` is declared here", ladder.name)),
                None => diagnostic,
            },
            Type::Arm(experiment) => match self.experiments.get(*experiment) {
                Some(found) => diagnostic.label(found.span, format!("`{}` is declared here", found.name)),
                None => diagnostic,
            },
            _ => diagnostic,
        }
    }

    /// Holds an expression to a type; a bare zero takes it.
    pub(super) fn hold(&mut self, mut expr: Expr, wanted: &Type, place: &str) -> Option<Expr> {
        adopt(&mut expr, wanted);
        if expr.ty == *wanted {
            return Some(expr);
        }
        let (found, needed) = (self.describe(&expr.ty), self.describe(wanted));
        let code = if expr.ty.is_numeric() && wanted.is_numeric() { Code::MixedUnits } else { Code::WrongType };
        let mut diagnostic = Diagnostic::new(code, expr.span, format!("{place} needs {needed}, and this is {found}"))
            .at(format!("this is {found}"));
        diagnostic = self.with_unit(diagnostic, wanted);
        diagnostic = self.with_unit(diagnostic, &expr.ty);
        if let Some(help) = self.in_own_units(mixing_help(wanted, &expr.ty), [wanted, &expr.ty]) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        None
    }
}

fn mixing_help(one: &Type, other: &Type) -> Option<&'static str> {
    Some(match (one, other) {
        (Type::Percent, Type::Number) | (Type::Number, Type::Percent) => {
            "a share of something is `20% of x`; a percent times a number is a number, and goes with numbers: `1 + 10% * years`"
        }
        (Type::Percent, other) | (other, Type::Percent) if other.is_numeric() => {
            "a percent is a share of something: write `20% of x`"
        }
        (Type::Number, Type::Money(_)) | (Type::Money(_), Type::Number) => {
            "write the currency after the number, as in `5 MYR`"
        }
        (Type::Number, Type::Amount(_)) | (Type::Amount(_), Type::Number) => {
            "write the wallet after the number, as in `5 beans`"
        }
        (Type::Money(_), Type::Amount(_)) | (Type::Amount(_), Type::Money(_)) => {
            "points and money meet only in a rate, `1 beans per 1 MYR of x`"
        }
        (Type::Date, Type::Date) | (Type::Instant, Type::Instant) => {
            "how far they are from each other is a number: `days between x and y`"
        }
        (Type::Date, Type::Instant) | (Type::Instant, Type::Date) => "`.date` of an instant is its local day",
        (Type::Level(_), Type::Level(_)) => {
            "each ladder has levels of its own, and compares with those, as in `status >= gold`"
        }
        (Type::Weekday, Type::Number) | (Type::Number, Type::Weekday) => {
            "a day of the week is written by its name: `order.at.weekday == saturday`"
        }
        (Type::Bool, Type::Number) | (Type::Number, Type::Bool) => "write `true` or `false`",
        (Type::Text, Type::Money(_)) | (Type::Money(_), Type::Text) => {
            "a text stands in double quotes; an amount stands without: `5 MYR`"
        }
        (Type::Text, Type::Weekday) | (Type::Weekday, Type::Text) => {
            "a day of the week stands without quotes: `saturday`"
        }
        (Type::Text, Type::Date | Type::Instant | Type::Time)
        | (Type::Date | Type::Instant | Type::Time, Type::Text) => {
            "a text stands in double quotes; days and times stand without: `2026-11-21`, `2026-11-21T10:00+01:00`"
        }
        (Type::Instant | Type::Date, Type::Number) | (Type::Number, Type::Instant | Type::Date) => {
            "a day is written `2026-11-21`, and a length `14 days`; how long ago it is, is `days since x`"
        }
        (Type::Instant, Type::Weekday)
        | (Type::Weekday, Type::Instant)
        | (Type::Date, Type::Weekday)
        | (Type::Weekday, Type::Date) => "the day of the week is a part of it: `order.at.weekday == saturday`",
        (Type::Text, Type::Bool) | (Type::Bool, Type::Text) => {
            "a text stands in double quotes; `true` and `false` stand without"
        }
        (Type::Text, other) | (other, Type::Text) if other.is_numeric() => {
            "a text stands in double quotes; a number stands without"
        }
        (Type::Text, Type::Level(_)) | (Type::Level(_), Type::Text) => {
            "a level stands without quotes: `status == gold`, and `status >= gold` for it and what is above it"
        }
        (Type::Text, _) | (_, Type::Text) => "a text stands in double quotes",
        _ => return None,
    })
}
