//! Expressions: what each name means where it stands, and which type each operation has.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::model::{
    Arithmetic, Comparison, DecisionTrigger, EventIndex, Expr, ExprKind, LadderIndex, RecordIndex, Type, WalletIndex,
};
use super::moved::is_length;
use super::names::{Owner, Value};
use super::types::{adopt_either, arithmetic};
use super::{Checker, EXPRESSIONS_MAX, currency};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Binary, Name};

/// What set a rule off, beside an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing that could be read.
    Nothing,
    /// `earned.amount`
    Decision(DecisionTrigger, WalletIndex),
    /// `status.before`
    Ladder(LadderIndex),
    /// `expiring.amount`, `expiring.at`
    Expiring(WalletIndex),
    /// `coupon.code`
    Coupon,
}

/// What can be read at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    /// The event whose fields its own name reaches, `order.subtotal`.
    pub event: Option<EventIndex>,
    /// The event whose fields bare names reach.
    pub bare_event: Option<EventIndex>,
    /// The record whose fields bare names reach, before those of the event.
    pub bare_record: Option<RecordIndex>,
    /// The event that what is earned here may go by, and nothing else can read: the order that uses a coupon.
    pub used_on: Option<EventIndex>,
    /// Whether the member's state can be read: attributes, wallets, measures, segments.
    pub state: bool,
    /// Whether this is a test, which sees what the last event did.
    pub test: bool,
    /// Whether measures are read with the event at hand counted in them, which can be left out again.
    pub counts: bool,
    pub cause: Cause,
    /// The place as messages name it.
    pub place: &'static str,
}

impl Scope {
    /// A place that sees nothing but constants.
    pub(super) const fn constant(place: &'static str) -> Self {
        Self {
            event: None,
            bare_event: None,
            bare_record: None,
            used_on: None,
            state: false,
            test: false,
            counts: false,
            cause: Cause::Nothing,
            place,
        }
    }

    /// A place that sees the member alone.
    pub(super) const fn member(place: &'static str) -> Self {
        Self { state: true, ..Self::constant(place) }
    }

    /// A rule's condition or effect.
    pub(super) const fn rule(event: EventIndex) -> Self {
        Self { event: Some(event), counts: true, ..Self::member("this rule") }
    }

    /// A condition or effect of a rule that no event sets off.
    pub(super) const fn reaction(cause: Cause) -> Self {
        Self { cause, ..Self::member("this rule") }
    }

    /// What is earned where a coupon is used, which may go by the order.
    pub(super) fn earning(&self) -> Self {
        match self.used_on {
            Some(order) => Self { event: Some(order), counts: true, place: "this coupon", ..*self },
            None => *self,
        }
    }

    /// A measure's value or filter.
    pub(super) const fn measure(event: EventIndex) -> Self {
        Self { event: Some(event), bare_event: Some(event), ..Self::constant("a measure") }
    }

    /// Whether the same can be read here as there.
    pub(super) fn reads_as(&self, other: &Self) -> bool {
        (self.event, self.state, self.cause) == (other.event, other.state, other.cause)
    }

    /// The default of a field.
    pub(super) fn default_of(owner: Owner) -> Self {
        let constant = Self::constant("a default");
        match owner {
            Owner::Member => constant,
            Owner::Event(event) => Self { event: Some(event), bare_event: Some(event), ..constant },
            Owner::Record(record) => Self { bare_record: Some(record), ..constant },
        }
    }
}

impl<'a> Checker<'a> {
    /// Resolves and types an expression; nothing if it is wrong, which is then reported.
    pub(super) fn expression(&mut self, expr: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        self.expressions += 1;
        if self.expressions > EXPRESSIONS_MAX {
            if self.expressions == EXPRESSIONS_MAX + 1 {
                let message = format!("the program holds more than {EXPRESSIONS_MAX} expressions");
                self.report(Diagnostic::new(Code::TooMany, expr.span, message).at("the first one too many"));
            }
            self.errors += 1;
            return None;
        }
        let span = expr.span;
        let made = |kind, ty| Some(Expr { kind, ty, span });
        match &expr.kind {
            tree::ExprKind::Number(number) => made(ExprKind::Number(*number), Type::Number),
            tree::ExprKind::Percent(percent) => {
                let hundredth = percent.checked_mul(Decimal::new(1, 2));
                made(ExprKind::Number(hundredth.unwrap_or_default()), Type::Percent)
            }
            tree::ExprKind::Quantity { number, unit } => {
                let ty = self.unit(unit)?;
                self.lint_thousands(*number, &ty, &unit.text, span);
                made(ExprKind::Number(*number), ty)
            }
            tree::ExprKind::Text(text) => {
                self.lint_text(text, span);
                made(ExprKind::Text(Arc::from(text.as_str())), Type::Text)
            }
            tree::ExprKind::Bool(bool) => made(ExprKind::Bool(*bool), Type::Bool),
            tree::ExprKind::Date(date) => made(ExprKind::Date(*date), Type::Date),
            tree::ExprKind::Instant(instant) => made(ExprKind::Instant(instant.timestamp_micros()), Type::Instant),
            tree::ExprKind::Time(time) => made(ExprKind::Time(*time), Type::Time),
            tree::ExprKind::Name(name) => self.path(name, span, &[], span, scope),
            tree::ExprKind::Field { .. } => self.field(expr, scope),
            tree::ExprKind::List(_) => {
                self.report(
                    Diagnostic::new(Code::ListMisuse, span, "a list stands only on the right of `in`")
                        .help("write `x in [a, b]`"),
                );
                None
            }
            tree::ExprKind::Record(_) => {
                self.report(Diagnostic::new(Code::ListMisuse, span, "a record can be written only in a test"));
                None
            }
            tree::ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, span, scope),
            tree::ExprKind::Call { function, arguments } if function.text == "consents" && arguments.len() == 2 => {
                self.consents_used = true;
                self.consents(arguments, span, scope)
            }
            tree::ExprKind::Call { function, arguments } => self.call(function, arguments, span, scope),
            tree::ExprKind::Since { unit, instant } => {
                let inner = self.expression(instant, scope)?;
                if !matches!(inner.ty, Type::Instant | Type::Date) {
                    self.wrong_type(&inner, "`since` needs an instant or a date");
                    return None;
                }
                made(ExprKind::Since(*unit, Box::new(inner)), Type::Number)
            }
            tree::ExprKind::Apart { unit, from, to } => self.between(*unit, [from, to], span, scope),
            tree::ExprKind::PercentOf { percent, of } => {
                let (share, of) = (self.expression(percent, scope), self.expression(of, scope));
                let share = self.hold(share?, &Type::Percent, "the share before `of`");
                let (share, of) = (share?, of?);
                if !of.ty.is_numeric() {
                    self.wrong_type(&of, "a share can be taken only of a quantity");
                    return None;
                }
                let ty = of.ty.clone();
                made(ExprKind::Arithmetic(Arithmetic::Multiply, Box::new(share), Box::new(of)), ty)
            }
            tree::ExprKind::Not(inner) => {
                let inner = self.condition(inner, scope, "`not`")?;
                self.note_excluded(&inner, scope);
                made(ExprKind::Not(Box::new(inner)), Type::Bool)
            }
            tree::ExprKind::Negate(inner) => {
                let inner = self.expression(inner, scope)?;
                if !inner.ty.is_numeric() {
                    self.wrong_type(&inner, "only a quantity can be negative");
                    return None;
                }
                let ty = inner.ty.clone();
                made(ExprKind::Negate(Box::new(inner)), ty)
            }
            tree::ExprKind::Binary { operator, left, right } => {
                let compared = self.binary(*operator, left, right, span, scope)?;
                self.note_exclusion(&compared, scope);
                self.note_sum(&compared, scope);
                self.lint_discounted(&compared, scope);
                if *operator == Binary::Otherwise {
                    self.note_otherwise(left.span);
                }
                self.lint_birthday(&compared, scope);
                Some(compared)
            }
            tree::ExprKind::IsMissing { value, negated } => {
                let value = Box::new(self.expression(value, scope)?);
                self.note_asked(&value, scope);
                made(ExprKind::IsMissing { value, negated: *negated }, Type::Bool)
            }
            tree::ExprKind::Match { subject, arms, otherwise } => {
                self.matching(subject, arms, otherwise.as_deref(), span, scope)
            }
        }
    }

    /// An expression that holds or does not.
    pub(super) fn condition(&mut self, expr: &'a tree::Expr, scope: &Scope, place: &str) -> Option<Expr> {
        let expr = self.expression(expr, scope)?;
        if expr.ty == Type::Bool {
            return Some(expr);
        }
        let found = self.describe(&expr.ty);
        self.report(
            Diagnostic::new(Code::WrongType, expr.span, format!("{place} needs a condition, and this is {found}"))
                .help("compare it with something, as in `x > 0` or `x == \"a\"`"),
        );
        None
    }

    /// A quantity's unit as a type.
    pub(super) fn unit(&mut self, unit: &Name) -> Option<Type> {
        let text = unit.text.as_str();
        if let Some(Value::Wallet(index)) = self.names.values.get(text).copied() {
            let wallet = self.wallets.get(index)?;
            let Some(holds) = wallet.holds else { return Some(Type::Amount(index)) };
            let diagnostic = Diagnostic::new(
                Code::MixedUnits,
                unit.span,
                format!("`{text}` holds money, which is written in `{}`", holds.as_str()),
            )
            .label(wallet.span, format!("`{text}` is declared here"))
            .help(format!("write `{}` in place of `{text}`", holds.as_str()));
            self.report(diagnostic);
            return None;
        }
        // The few in use before all that there are.
        if let Some(currency) = self.currency_at.keys().find(|currency| currency.as_str() == text) {
            return Some(Type::Money(*currency));
        }
        if currency::find(text).is_some() {
            match self.settings.currency {
                None => self.no_currency(unit.span),
                Some(own) => {
                    let mut diagnostic = Diagnostic::new(
                        Code::MixedUnits,
                        unit.span,
                        format!("the program's money is `{}`, not `{text}`", own.as_str()),
                    );
                    diagnostic = self.with_unit(diagnostic, &Type::Money(own));
                    self.report(diagnostic.help("amounts of another currency never meet the program's own"));
                }
            }
            return None;
        }
        if TIME_WORDS.contains(&text) {
            self.report(
                Diagnostic::new(Code::WrongType, unit.span, "a length of time is no value").help(length_help(text)),
            );
            return None;
        }
        let own = self.settings.currency;
        let mut known: Vec<&str> = self
            .names
            .values
            .iter()
            .filter(|(_, value)| matches!(value, Value::Wallet(_)))
            .map(|(name, _)| *name)
            .collect();
        known.extend(own.iter().map(|currency| currency.as_str()));
        // `ر.س`, whose dot ends the unit
        let sign = matches!(text, "ر" | "د" | "ج" | "درهم" | "ريال" | "دينار");
        let diagnostic = Diagnostic::new(Code::UnknownUnit, unit.span, format!("unknown unit `{text}`"));
        if let Some(own) = own.filter(|_| sign) {
            self.report(diagnostic.help(format!("money is named by its code: `5 {}`", own.as_str())));
            return None;
        }
        if let Some(Value::Measure(_) | Value::Challenge(_)) = self.names.values.get(text) {
            // `match days { 1 .. 8 days_in_row }`
            let help = format!(
                "`{text}` is a value, and is read as the unit of the number before it: write `* {text}`, or `({text})` for what an arm of a `match` comes to"
            );
            self.report(diagnostic.help(help));
            return None;
        }
        let diagnostic = diagnostic
            .help("a unit is the program's currency or a wallet; what is counted otherwise, such as litres, is a number without one");
        self.suggest(diagnostic, text, known);
        None
    }

    /// Reports a value that its place cannot take.
    pub(super) fn wrong_type(&mut self, expr: &Expr, message: &str) {
        let found = self.describe(&expr.ty);
        let diagnostic = Diagnostic::new(Code::WrongType, expr.span, format!("{message}, and this is {found}"));
        self.report(self.with_unit(diagnostic, &expr.ty));
    }

    /// The one type of several expressions, bare zeros taking that of the others.
    pub(super) fn same_type(&mut self, all: &mut [Expr], span: Span, doing: &str) -> Option<Type> {
        let leading = all.iter().position(|expr| !super::types::is_bare_zero(expr)).unwrap_or(0);
        let ty = all.get(leading)?.ty.clone();
        for expr in all.iter_mut() {
            super::types::adopt(expr, &ty);
        }
        if let Some(other) = all.iter().find(|expr| expr.ty != ty) {
            let (left, right) = (all.get(leading)?.clone(), other.clone());
            self.mixed(span, doing, &left, &right);
            return None;
        }
        Some(ty)
    }

    fn binary(
        &mut self,
        operator: Binary,
        left: &'a tree::Expr,
        right: &'a tree::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let made = |kind, ty| Some(Expr { kind, ty, span });
        match operator {
            Binary::And | Binary::Or => {
                let word = if operator == Binary::And { "`and`" } else { "`or`" };
                let (left, right) = (self.condition(left, scope, word), self.condition(right, scope, word));
                let mut all = Vec::new();
                for side in [left?, right?] {
                    match (side.kind, operator) {
                        (ExprKind::And(inner), Binary::And) | (ExprKind::Or(inner), Binary::Or) => all.extend(inner),
                        (kind, _) => all.push(Expr { kind, ty: side.ty, span: side.span }),
                    }
                }
                made(if operator == Binary::And { ExprKind::And(all) } else { ExprKind::Or(all) }, Type::Bool)
            }
            Binary::In | Binary::NotIn => self.membership(left, right, operator == Binary::NotIn, span, scope),
            Binary::Otherwise => {
                let (left, right) = (self.expression(left, scope), self.expression(right, scope));
                let (mut left, mut right) = (left?, right?);
                adopt_either(&mut left, &mut right);
                if left.ty != right.ty {
                    self.mixed(span, "choose between", &left, &right);
                    return None;
                }
                let ty = left.ty.clone();
                made(ExprKind::Otherwise(Box::new(left), Box::new(right)), ty)
            }
            Binary::Add | Binary::Subtract if is_length(right) => {
                self.moved(left, right, operator == Binary::Subtract, span, scope)
            }
            _ => {
                let (left, right) = self.sides(left, right, scope);
                let (mut left, mut right) = (left?, right?);
                if let Some(arithmetic_operator) = as_arithmetic(operator) {
                    if matches!(arithmetic_operator, Arithmetic::Add | Arithmetic::Subtract) {
                        adopt_either(&mut left, &mut right);
                    }
                    if operator == Binary::Divide && constant(&right).is_some_and(|divisor| divisor.is_zero()) {
                        self.report(Diagnostic::new(Code::OutOfRange, right.span, "nothing can be divided by zero"));
                        return None;
                    }
                    let Some(ty) = arithmetic(arithmetic_operator, &left.ty, &right.ty) else {
                        self.mixed(span, doing(operator), &left, &right);
                        return None;
                    };
                    return made(ExprKind::Arithmetic(arithmetic_operator, Box::new(left), Box::new(right)), ty);
                }
                adopt_either(&mut left, &mut right);
                let (comparison, ordered) = as_comparison(operator);
                if let Some(list) = [&left, &right].into_iter().find(|side| !side.ty.is_single()) {
                    self.list_misuse(list);
                    return None;
                }
                if left.ty != right.ty {
                    self.mixed(span, "compare", &left, &right);
                    return None;
                }
                if ordered && !left.ty.is_ordered() {
                    self.wrong_type(&left, "only quantities and times have an order");
                    return None;
                }
                made(ExprKind::Compare(comparison, Box::new(left), Box::new(right)), Type::Bool)
            }
        }
    }

    /// Both sides of an operator, where a bare word beside a ladder is one of its levels, and beside an experiment one of its arms.
    fn sides(&mut self, left: &'a tree::Expr, right: &'a tree::Expr, scope: &Scope) -> (Option<Expr>, Option<Expr>) {
        let is_word = |expr: &tree::Expr| matches!(expr.kind, tree::ExprKind::Name(_));
        if is_word(left) && !is_word(right) || is_word(left) && !self.names_ladder(left) {
            let second = self.expression(right, scope);
            let word = second.as_ref().and_then(|second| self.level_word(left, &second.ty.clone()));
            return (word.unwrap_or_else(|| self.expression(left, scope)), second);
        }
        let first = self.expression(left, scope);
        if first.is_none() && is_word(right) && !self.declares(right) {
            // Perhaps a level; of what the other side is, enough has been said.
            return (None, None);
        }
        let word = first.as_ref().and_then(|first| self.level_word(right, &first.ty.clone()));
        (first, word.unwrap_or_else(|| self.expression(right, scope)))
    }

    fn declares(&self, expr: &tree::Expr) -> bool {
        matches!(&expr.kind, tree::ExprKind::Name(name) if self.names.values.contains_key(name.as_str()))
    }

    fn names_ladder(&self, expr: &tree::Expr) -> bool {
        match &expr.kind {
            tree::ExprKind::Name(name) => {
                matches!(self.names.values.get(name.as_str()), Some(Value::Ladder(_) | Value::Experiment(_)))
            }
            _ => false,
        }
    }

    fn membership(
        &mut self,
        value: &'a tree::Expr,
        list: &'a tree::Expr,
        negated: bool,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let value = self.expression(value, scope);
        let list = match &list.kind {
            tree::ExprKind::List(items) => {
                // Weighed here, for a list is no expression of its own.
                let ty = value.as_ref().map(|value| value.ty.clone());
                let checked: Vec<Option<Expr>> = items
                    .iter()
                    .map(|item| {
                        let word = ty.as_ref().and_then(|ty| self.level_word(item, ty));
                        word.unwrap_or_else(|| self.expression(item, scope))
                    })
                    .collect();
                let items: Option<Vec<Expr>> = checked.into_iter().collect();
                let (value, mut items) = (value.clone()?, items?);
                for item in &mut items {
                    super::types::adopt(item, &value.ty);
                    if item.ty != value.ty {
                        self.mixed(span, "compare", &value, item);
                        return None;
                    }
                    if !is_literal(item) {
                        self.report(
                            Diagnostic::new(Code::NotConstant, item.span, "a list after `in` holds constants only")
                                .help("compare with it by `==`"),
                        );
                        return None;
                    }
                }
                Expr { kind: ExprKind::List(items), ty: Type::List(Box::new(value.ty)), span: list.span }
            }
            _ => self.expression(list, scope)?,
        };
        let value = value?;
        if !value.ty.is_single() {
            self.list_misuse(&value);
            return None;
        }
        if matches!(list.kind, ExprKind::Tags) && !scope.test {
            self.tags.asked(&value);
        }
        match &list.ty {
            Type::List(of) if **of == value.ty => {}
            Type::List(of) => {
                let one = Expr { kind: ExprKind::Bool(false), ty: (**of).clone(), span: list.span };
                self.mixed(span, "compare", &value, &one);
                return None;
            }
            _ => {
                let found = self.describe(&list.ty);
                self.report(
                    Diagnostic::new(
                        Code::ListMisuse,
                        list.span,
                        format!("`in` needs a list on its right, and this is {found}"),
                    )
                    .help("write `x in [a, b]`, or `x == a`"),
                );
                return None;
            }
        }
        Some(Expr {
            kind: ExprKind::In { value: Box::new(value), list: Box::new(list), negated },
            ty: Type::Bool,
            span,
        })
    }

    pub(super) fn list_misuse(&mut self, list: &Expr) {
        let found = self.describe(&list.ty);
        self.report(
            Diagnostic::new(Code::ListMisuse, list.span, format!("one value is needed here, and this is {found}"))
                .help("make one value of it by `sum(list.field)` or `count(list)`, or look into it by `x in list`"),
        );
    }
}

/// Units of time, which no amount has.
/// What to write for a length of time among values.
fn length_help(word: &str) -> String {
    let many = if word.ends_with('s') { word.to_owned() } else { format!("{word}s") };
    let ago = format!("how long ago something was is a number: write `{many} since x > 60`");
    format!("{ago}; a day so much later is `x + 60 {many}`, with the day first")
}

pub(super) const TIME_WORDS: [&str; 16] = [
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "quarter", "quarters", "year", "years",
];

/// Whether the expression is one plain constant.
pub(super) fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Date(_)
        | ExprKind::Instant(_)
        | ExprKind::Time(_)
        | ExprKind::Weekday(_)
        | ExprKind::LevelNamed(..)
        | ExprKind::ArmNamed(..) => true,
        ExprKind::Negate(inner) => matches!(inner.kind, ExprKind::Number(_)),
        _ => false,
    }
}

/// The value of an expression that is a number for all events and members.
pub(super) fn constant(expr: &Expr) -> Option<Decimal> {
    match &expr.kind {
        ExprKind::Number(number) => Some(*number),
        ExprKind::Negate(inner) => constant(inner).map(|number| -number),
        ExprKind::Arithmetic(operator, left, right) => {
            let (left, right) = (constant(left)?, constant(right)?);
            match operator {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
                Arithmetic::Divide => left.checked_div(right),
            }
        }
        _ => None,
    }
}

fn as_arithmetic(operator: Binary) -> Option<Arithmetic> {
    Some(match operator {
        Binary::Add => Arithmetic::Add,
        Binary::Subtract => Arithmetic::Subtract,
        Binary::Multiply => Arithmetic::Multiply,
        Binary::Divide => Arithmetic::Divide,
        _ => return None,
    })
}

/// The comparison and whether it needs an order.
fn as_comparison(operator: Binary) -> (Comparison, bool) {
    match operator {
        Binary::NotEqual => (Comparison::NotEqual, false),
        Binary::Less => (Comparison::Less, true),
        Binary::LessOrEqual => (Comparison::LessOrEqual, true),
        Binary::Greater => (Comparison::Greater, true),
        Binary::GreaterOrEqual => (Comparison::GreaterOrEqual, true),
        _ => (Comparison::Equal, false),
    }
}

fn doing(operator: Binary) -> &'static str {
    match operator {
        Binary::Add => "add",
        Binary::Subtract => "subtract",
        Binary::Multiply => "multiply",
        Binary::Divide => "divide",
        _ => "compare",
    }
}
