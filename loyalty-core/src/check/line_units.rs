//! Warnings of sums over lines that leave out how many of a thing a line has.

use super::Checker;
use super::model::{AggregateFunction, Earn, EffectKind, EventIndex, Expr, ExprKind, FieldIndex, Rule, Type};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    pub(super) fn lint_line_units(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules {
            let Some(event) = rule.trigger.event() else { continue };
            for form in &rule.versions {
                form.value.when.iter().for_each(|when| self.prices_of_one(event, when, &mut found));
                for effect in &form.value.effects {
                    let EffectKind::Earn { amount, .. } = &effect.kind else { continue };
                    let (Earn::Fixed(of) | Earn::Rate { of, .. }) = amount;
                    self.prices_of_one(event, of, &mut found);
                    self.lines_for_units(event, of, &mut found);
                }
            }
        }
        for measure in self.measures.iter().flatten() {
            let Some(event) = measure.of.event() else { continue };
            let values = measure.versions.iter().filter_map(|form| form.value.value.as_ref());
            values.for_each(|value| self.prices_of_one(event, value, &mut found));
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// `sum(order.lines.unit_price)`: three teas are one.
    fn prices_of_one(&self, event: EventIndex, expr: &Expr, found: &mut Vec<Diagnostic>) {
        expr.walk(&mut |part| {
            let ExprKind::Fold { function: AggregateFunction::Sum, list, value: Some(value), filter } = &part.kind else {
                return;
            };
            let ExprKind::Item(field) = value.kind else { return };
            if self.field_of_line(event, *list, field) != Some("unit_price") || self.asks_how_many(event, *list, filter) {
                return;
            }
            let list = self.list_called(event, *list);
            found.push(
                Diagnostic::new(Code::LineUnits, part.span, "the price of one, whatever the quantity of the line is")
                    .help(format!(
                        "what a line comes to is its `amount`, and before discounts `sum({list}.(quantity * unit_price) …)`"
                    )),
            );
        });
    }

    /// `earn 1 stamps * count(order.lines …)`: three coffees on one line are one stamp.
    fn lines_for_units(&self, event: EventIndex, expr: &Expr, found: &mut Vec<Diagnostic>) {
        let counts = |part: &Expr| matches!(part.kind, ExprKind::Fold { function: AggregateFunction::Count, .. });
        // A table may well go by how many lines there are.
        if !expr.is_made_of(counts) {
            return;
        }
        expr.walk(&mut |part| {
            let ExprKind::Fold { function: AggregateFunction::Count, list, value: None, filter } = &part.kind else {
                return;
            };
            let has_quantity = self.record_of(event, *list).is_some_and(|fields| fields.contains(&"quantity"));
            if !has_quantity || self.asks_how_many(event, *list, filter) {
                return;
            }
            let list = self.list_called(event, *list);
            found.push(
                Diagnostic::new(Code::LineUnits, part.span, "this counts lines, and three of a thing are one line")
                    .help(format!(
                        "units are `sum({list}.quantity …)`; different things are `count distinct({list}.sku …)`"
                    )),
            );
        });
    }

    /// A filter that reads the quantity has thought of it.
    fn asks_how_many(&self, event: EventIndex, list: FieldIndex, filter: &Option<Box<Expr>>) -> bool {
        let mut found = false;
        if let Some(filter) = filter {
            filter.walk(&mut |part| {
                if let ExprKind::Item(field) = part.kind {
                    found |= self.field_of_line(event, list, field) == Some("quantity");
                }
            });
        }
        found
    }

    fn record_of(&self, event: EventIndex, list: FieldIndex) -> Option<Vec<&str>> {
        let Type::List(of) = &self.events.get(event)?.fields.get(list)?.ty else { return None };
        let Type::Record(record) = **of else { return None };
        Some(self.records.get(record)?.fields.iter().map(|field| field.name.as_str()).collect())
    }

    fn field_of_line(&self, event: EventIndex, list: FieldIndex, field: FieldIndex) -> Option<&str> {
        self.record_of(event, list)?.get(field).copied()
    }

    fn list_called(&self, event: EventIndex, list: FieldIndex) -> String {
        let event = self.events.get(event);
        let field = event.and_then(|event| event.fields.get(list)).map_or("", |field| &field.name);
        format!("{}.{field}", event.map_or("", |event| &event.name))
    }
}
