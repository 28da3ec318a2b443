//! The tests of a program: events as a host would send them, and what must hold after them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _};

use super::Checker;
use super::expression::{Scope, constant};
use super::model::{Expr, ExprKind, Literal, Test, TestStep, Type};
use super::names::{Declared, Owner, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::refusal::Refusal;
use crate::source::Span;
use crate::syntax::tree::{self, FieldValue, Name};

impl<'a> Checker<'a> {
    pub(super) fn tests(&mut self, declared: &Declared<'a>) -> Vec<Test> {
        let mut tests = Vec::with_capacity(declared.tests.len());
        for (title, steps) in &declared.tests {
            let mut checked = Vec::with_capacity(steps.len());
            for step in *steps {
                match step {
                    tree::TestStep::GivenMember(fields, _) => self.given_member(fields, &mut checked),
                    _ => checked.extend(self.step(step)),
                }
            }
            let steps = checked;
            tests.push(Test { title: title.text.clone(), steps, span: title.span });
        }
        tests
    }

    fn step(&mut self, step: &'a tree::TestStep) -> Option<TestStep> {
        let scope = Scope { test: true, ..Scope::member("a test") };
        Some(match step {
            // Said before, for it may be several steps.
            tree::TestStep::GivenMember(..) => return None,
            tree::TestStep::Given(amount, to) => {
                let (value, amount) = self.positive(amount, "an opening balance")?;
                let wallet = self.wallet_meant(&amount.ty, amount.span, to.as_ref(), "to")?;
                // Staff or the till fill it, then.
                self.wallets_filled.insert(wallet);
                TestStep::Given { wallet, amount: value }
            }
            tree::TestStep::On { event, fields, span } => {
                let index = self.event(event)?;
                let fields = self.literals(Owner::Event(index), &event.text, &fields.iter().collect::<Vec<_>>())?;
                match event.text.as_str() {
                    "issue" => self.issued_by_staff(&fields),
                    "adjust" => self.filled_by_staff(&fields),
                    _ => {}
                }
                TestStep::On { event: index, fields, span: *span }
            }
            tree::TestStep::Advance(to) => {
                let moment = self.expression(to, &Scope::constant("a test"))?;
                let to = match moment.kind {
                    ExprKind::Instant(micros) => micros,
                    ExprKind::Date(date) => self.start_of(date, moment.span)?,
                    _ => {
                        self.wrong_type(&moment, "`advance to` needs an instant or a date");
                        return None;
                    }
                };
                TestStep::Advance { to, span: moment.span }
            }
            tree::TestStep::Expect(condition) => TestStep::Expect(self.condition(condition, &scope, "`expect`")?),
            tree::TestStep::ExpectRefused { code, by, span } => {
                let by = match by {
                    Some(name) => Some(self.rule(name).map(|_| name.text.clone())?),
                    None => None,
                };
                let code = match code {
                    Some(code) => Some(self.refusal(code)?),
                    None => None,
                };
                TestStep::ExpectRefused { code, by, span: *span }
            }
        })
    }

    /// The code of a refusal: one that there is not would never be met.
    fn refusal(&mut self, code: &Name) -> Option<String> {
        let mut known = Refusal::ALL.iter().map(|refusal| refusal.as_str());
        if known.clone().any(|known| known == code.text) {
            return Some(code.text.clone());
        }
        let message = format!("no event is refused as `{}`", code.text);
        let diagnostic = Diagnostic::new(Code::UnknownRefusal, code.span, message)
            .help("a rule's own refusal is met by its name, `expect refused by shut`, and any by `expect refused`");
        self.suggest(diagnostic, &code.text, known.by_ref());
        None
    }

    /// A coupon that a test has issued is meant to be issued so.
    fn issued_by_staff(&mut self, fields: &[(String, Literal)]) {
        for (field, value) in fields {
            if let (Literal::Text(name), "coupon") = (value, field.as_str())
                && let Some(Value::Coupon(coupon)) = self.names.values.get(name.as_str()).copied()
            {
                self.coupons_issued.insert(coupon);
            }
        }
    }

    /// A wallet into which a test gives by hand is meant to be filled so.
    fn filled_by_staff(&mut self, fields: &[(String, Literal)]) {
        for (field, value) in fields {
            if let (Literal::Text(name), "wallet") = (value, field.as_str())
                && let Some(wallet) = self.wallets.iter().position(|wallet| wallet.name == *name)
            {
                self.wallets_filled.insert(wallet);
            }
        }
    }

    /// `given member { name "Sara"  status gold }`: attributes, and levels by the names of their ladders.
    fn given_member(&mut self, fields: &'a [FieldValue], steps: &mut Vec<TestStep>) {
        let mut attributes: Vec<&'a FieldValue> = Vec::new();
        for field in fields {
            let own = self.names.fields.contains_key(&(Owner::Member, field.name.text.as_str()));
            match self.names.values.get(field.name.text.as_str()) {
                Some(Value::Ladder(ladder)) if !own => {
                    let ladder = *ladder;
                    match self.level_word(&field.value, &Type::Level(ladder)) {
                        Some(Some(Expr { kind: ExprKind::LevelNamed(ladder, level), .. })) => {
                            steps.push(TestStep::GivenLevel(ladder, level));
                        }
                        Some(_) => {}
                        None => {
                            let message = format!("`{}` needs the name of one of its levels", field.name.text);
                            self.report(Diagnostic::new(Code::WrongType, field.value.span, message));
                        }
                    }
                }
                _ => attributes.push(field),
            }
        }
        if let Some(named) = self.literals(Owner::Member, "member", &attributes) {
            let fields = named.into_iter().filter_map(|(name, value)| {
                self.names.fields.get(&(Owner::Member, name.as_str())).map(|field| (*field, value))
            });
            steps.push(TestStep::GivenMember(fields.collect()));
        }
    }

    /// The fields of a braced value, checked against the declaration.
    fn literals(&mut self, owner: Owner, what: &str, fields: &[&'a FieldValue]) -> Option<Vec<(String, Literal)>> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut found = Some(Vec::new());
        for FieldValue { name, value } in fields {
            if let Some(before) = seen.insert(&name.text, name.span) {
                self.report(
                    Diagnostic::new(Code::Duplicate, name.span, format!("the field `{}` is given twice", name.text))
                        .label(before, "first given here"),
                );
                found = None;
                continue;
            }
            let literal =
                self.expected(owner, what, name).and_then(|(ty, whole)| self.literal(value, &ty, whole, name));
            match (&mut found, literal) {
                (Some(list), Some(literal)) => list.push((name.text.clone(), literal)),
                _ => found = None,
            }
        }
        found
    }

    /// The type of a field, and whether its numbers are whole.
    fn expected(&mut self, owner: Owner, what: &str, name: &Name) -> Option<(Type, bool)> {
        if let Some(field) =
            self.names.fields.get(&(owner, name.text.as_str())).and_then(|field| self.fields_of(owner).get(*field))
        {
            return Some((field.ty.clone(), field.whole));
        }
        let is_event = matches!(owner, Owner::Event(_));
        match name.text.as_str() {
            "at" if is_event => return Some((Type::Instant, false)),
            "id" | "currency" if is_event => return Some((Type::Text, false)),
            _ => {}
        }
        let known: Vec<&str> =
            self.names.fields_of(owner).chain(is_event.then_some(["at", "id"]).into_iter().flatten()).collect();
        let diagnostic =
            Diagnostic::new(Code::UnknownField, name.span, format!("`{what}` has no field `{}`", name.text));
        let meant = match (what, name.text.as_str()) {
            ("order", "amount" | "price" | "value" | "sum") => {
                Some("what the goods cost is the `subtotal`, and with shipping and tax the `total`")
            }
            ("order", "category" | "sku" | "brand" | "product" | "kind" | "quantity") => {
                Some("its lines have it: `lines [{ sku \"A\"  category \"tea\"  quantity 2  amount 5 EUR }]`")
            }
            ("line", "price" | "total" | "value" | "subtotal") => {
                Some("what a line comes to is its `amount`, and what one unit costs its `unit_price`")
            }
            _ => None,
        };
        if let Some(meant) = meant {
            self.report(diagnostic.help(meant));
            return None;
        }
        self.suggest(diagnostic, &name.text, known);
        None
    }

    fn literal(&mut self, value: &'a tree::Expr, ty: &Type, whole: bool, name: &Name) -> Option<Literal> {
        match (ty, &value.kind) {
            (Type::List(of), tree::ExprKind::List(items)) => {
                let items: Vec<Option<Literal>> =
                    items.iter().map(|item| self.literal(item, of, whole, name)).collect();
                return items.into_iter().collect::<Option<_>>().map(Literal::List);
            }
            (Type::List(_), _) => {
                self.report(
                    Diagnostic::new(Code::ListMisuse, value.span, format!("`{}` is a list", name.text))
                        .help(format!("write `{} [ … ]`", name.text)),
                );
                return None;
            }
            (Type::Record(record), tree::ExprKind::Record(fields)) => {
                let what = self.records.get(*record).map(|record| record.name.clone())?;
                let fields: Vec<&'a FieldValue> = fields.iter().collect();
                return self.literals(Owner::Record(*record), &what, &fields).map(Literal::Record);
            }
            (Type::Record(_), _) => {
                self.report(
                    Diagnostic::new(Code::ListMisuse, value.span, format!("`{}` holds records", name.text))
                        .help("write them in braces, `{ sku \"A\" amount 10 MYR }`"),
                );
                return None;
            }
            (Type::Instant, tree::ExprKind::Instant(instant)) => return Some(Literal::Moment(instant.to_rfc3339())),
            // A day alone is enough for an event: then it happens at noon.
            (Type::Instant, tree::ExprKind::Date(date)) if name.text == "at" => {
                let noon = date.and_hms_opt(12, 0, 0)?;
                let second = self.settings.zone.second_of(noon.and_utc().timestamp());
                if let Some(noon) = second.and_then(|second| DateTime::from_timestamp(second, 0)) {
                    return Some(Literal::Moment(noon.to_rfc3339()));
                }
            }
            _ => {}
        }
        let expr = self.expression(value, &Scope::constant("a test's event"))?;
        let expr = self.hold(expr, ty, &format!("`{}`", name.text))?;
        let literal = match &expr.kind {
            ExprKind::Text(text) => Some(Literal::Text(text.to_string())),
            ExprKind::Bool(bool) => Some(Literal::Bool(*bool)),
            ExprKind::Date(date) => Some(Literal::Moment(date.to_string())),
            ExprKind::Time(time) => {
                let (hour, minute, second) = (time.hour(), time.minute(), time.second());
                Some(Literal::Moment(format!("{hour:02}:{minute:02}:{second:02}")))
            }
            _ => constant(&expr).map(Literal::Number),
        };
        match literal {
            Some(Literal::Number(number)) if whole && number.trunc() != number => {
                self.report(Diagnostic::new(Code::WrongType, expr.span, format!("`{}` is a whole number", name.text)));
                None
            }
            None => {
                self.report(Diagnostic::new(Code::NotConstant, expr.span, "an event of a test holds constants only"));
                None
            }
            literal => literal,
        }
    }

    /// The first instant of a local day, in microseconds.
    fn start_of(&mut self, date: NaiveDate, span: Span) -> Option<i64> {
        let midnight = date.and_hms_opt(0, 0, 0);
        // Where the clocks jump over midnight, the day starts later; no zone jumps by more than a day.
        let start = (0..=96)
            .filter_map(|quarter| midnight?.checked_add_signed(TimeDelta::minutes(quarter * 15)))
            .find_map(|local| self.settings.zone.second_of(local.and_utc().timestamp()))
            .map(|second| second.saturating_mul(1_000_000));
        if start.is_none() {
            self.report(Diagnostic::new(Code::OutOfRange, span, "this day has no instant in the program's zone"));
        }
        start
    }
}
