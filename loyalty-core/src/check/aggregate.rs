//! `sum(…)`, `count(…)` and their like: over the lines of the event at hand, or over the member's events.

use super::Checker;
use super::expression::Scope;
use super::model::{
    AggregateFunction, ChallengeIndex, EventIndex, Expr, ExprKind, FieldIndex, Flow, Measure, MeasureForm, MeasureOf,
    Origin, Period, RecordIndex, Type, Versioned, WalletIndex, Window,
};
use super::names::{Owner, Value};
use super::path::split;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Aggregate, Name};

/// What an aggregate over events comes to, before its window.
pub(super) struct OverEvents {
    pub of: MeasureOf,
    pub function: AggregateFunction,
    pub by: Option<Period>,
    pub value: Option<Expr>,
    pub filter: Option<Expr>,
    pub ty: Type,
}

/// A list of records of the event, with the names after it.
struct OverLines<'p> {
    list: FieldIndex,
    record: RecordIndex,
    rest: Vec<&'p Name>,
}

impl<'a> Checker<'a> {
    /// An aggregate inside an expression.
    pub(super) fn aggregate(&mut self, aggregate: &'a Aggregate, span: Span, scope: &Scope) -> Option<Expr> {
        let (root, root_span, names) = self.aggregate_path(aggregate)?;
        if let Some(lines) = self.lines_at_hand(root, &names, scope) {
            return self.fold(aggregate, lines, span, scope);
        }
        if let Some(list) = self.texts_at_hand(root, &names, scope) {
            return self.count_of_texts(aggregate, list, span);
        }
        let known = self.names.events.contains_key(root) || self.names.challenge(root).is_some();
        if !known && self.flow_of(root, &names).is_none() {
            self.not_a_list(root, root_span, &names, scope);
            return None;
        }
        if !scope.state {
            self.report(
                Diagnostic::new(
                    Code::OutOfReach,
                    span,
                    format!("an aggregate over events cannot stand in {}", scope.place),
                )
                .help("here only the lists of the event at hand can be gone through, as in `sum(order.lines.amount)`"),
            );
            return None;
        }
        let index = match self.unnamed.get(&span).copied() {
            Some(index) => index,
            None => {
                let over = self.over_events(aggregate)?;
                let index = self.measures.len();
                let form = MeasureForm { value: over.value, filter: over.filter, window: Window::AllTime };
                self.measures.push(Some(Measure {
                    name: format!("{}({})", aggregate.function.word(), dotted(root, &names)),
                    origin: Origin::InPlace,
                    of: over.of,
                    function: over.function,
                    by: over.by,
                    ty: over.ty,
                    versions: vec![Versioned { from: None, value: form }],
                    returns: tree::Returns::Revoke,
                    meter: None,
                    span,
                }));
                self.unnamed.insert(span, index);
                index
            }
        };
        let ty = self.measures.get(index)?.as_ref()?.ty.clone();
        Some(Expr { kind: ExprKind::Measure(index), ty, span })
    }

    /// An aggregate over the member's events, as measures hold it.
    pub(super) fn over_events(&mut self, aggregate: &'a Aggregate) -> Option<OverEvents> {
        let (root, root_span, names) = self.aggregate_path(aggregate)?;
        if let Some((wallet, flow)) = self.flow_of(root, &names) {
            return self.over_flow(aggregate, wallet, flow);
        }
        if let Some(challenge) = self.names.challenge(root) {
            return self.over_goals(aggregate, challenge, &names);
        }
        let Some(event) = self.names.events.get(root).copied() else {
            let known: Vec<&str> = self.names.events.keys().copied().collect();
            let diagnostic = Diagnostic::new(Code::UnknownEvent, root_span, format!("unknown event `{root}`"));
            match super::meant::event(root) {
                None if matches!(self.names.values.get(root), Some(super::names::Value::Wallet(_))) => {
                    let help = format!(
                        "what flows into a wallet is `sum({root}.earned)`, and out of it `{root}.spent` and `{root}.expired`"
                    );
                    self.report(diagnostic.help(help));
                }
                Some(help) => self.report(diagnostic.help(help)),
                None => self.suggest(diagnostic, root, known),
            }
            return None;
        };
        let function = aggregate.function;
        if (function == AggregateFunction::Streak) != aggregate.by.is_some() {
            self.report(
                Diagnostic::new(Code::WrongType, aggregate.function_span, "`by` and `streak` belong together")
                    .help("write `streak(order) by week`"),
            );
            return None;
        }
        let scope = Scope::measure(event);
        let of = aggregate.of.span;
        if let Some(lines) = self.lines_at_hand(root, &names, &scope) {
            let function = match function {
                AggregateFunction::Sum | AggregateFunction::Count => AggregateFunction::Sum,
                AggregateFunction::Min | AggregateFunction::Max => function,
                _ => {
                    self.report(
                        Diagnostic::new(
                            Code::ListMisuse,
                            of,
                            format!("`{}` cannot go through the lines of many events", function.word()),
                        )
                        .help("`sum`, `count`, `min` and `max` can"),
                    );
                    return None;
                }
            };
            let parts = [&aggregate.worked_out, &aggregate.filter].into_iter().flatten();
            let span = parts.fold(aggregate.function_span.to(of), |span, part| span.to(part.span));
            let value = self.fold(aggregate, lines, span, &scope)?;
            let ty = value.ty.clone();
            let of = MeasureOf::Event(event);
            return Some(OverEvents { of, function, by: None, value: Some(value), filter: None, ty });
        }
        if let Some(list) = self.texts_at_hand(root, &names, &scope) {
            let value = self.count_of_texts(aggregate, list, aggregate.function_span.to(of))?;
            let of = MeasureOf::Event(event);
            let (function, ty) = (AggregateFunction::Sum, Type::Number);
            return Some(OverEvents { of, function, by: None, value: Some(value), filter: None, ty });
        }
        let value = match &aggregate.worked_out {
            Some(worked_out) if names.is_empty() => Some(self.expression(worked_out, &scope)),
            Some(worked_out) => return self.worked_out_of_one(worked_out.span),
            None if names.is_empty() => None,
            None => Some(self.path(root, root_span, &names, of, &Scope { bare_event: None, ..scope })),
        };
        let filter = aggregate.filter.as_deref().map(|filter| self.condition(filter, &scope, "`where`"));
        let (value, mut filter) = (transposed(value)?, transposed(filter)?);
        let ty = self.aggregate_type(aggregate, value.as_ref(), of)?;
        let value = match value {
            // Counting a field counts the events that have it.
            Some(value) if function == AggregateFunction::Count => {
                let span = value.span;
                let present =
                    Expr { kind: ExprKind::IsMissing { value: Box::new(value), negated: true }, ty: Type::Bool, span };
                filter = Some(match filter {
                    Some(filter) => {
                        Expr { span: span.to(filter.span), ty: Type::Bool, kind: ExprKind::And(vec![present, filter]) }
                    }
                    None => present,
                });
                None
            }
            value => value,
        };
        Some(OverEvents { of: MeasureOf::Event(event), function, by: aggregate.by, value, filter, ty })
    }

    /// The movement of a wallet that a path names, `beans.earned`.
    fn flow_of(&self, root: &str, names: &[&Name]) -> Option<(WalletIndex, Flow)> {
        let (Some(Value::Wallet(wallet)), [name]) = (self.names.values.get(root), names) else { return None };
        let flow = match name.text.as_str() {
            "earned" => Flow::Earned,
            "vested" => Flow::Vested,
            "spent" => Flow::Spent,
            "expired" => Flow::Expired,
            _ => return None,
        };
        Some((*wallet, flow))
    }

    /// A sum over what moved in a wallet.
    fn over_flow(&mut self, aggregate: &'a Aggregate, wallet: WalletIndex, flow: Flow) -> Option<OverEvents> {
        let plain = aggregate.filter.is_none() && aggregate.worked_out.is_none();
        if aggregate.function != AggregateFunction::Sum || !plain || aggregate.by.is_some() {
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    aggregate.function_span,
                    "what moves in a wallet can only be summed up",
                )
                .help("write `sum(beans.earned)`, without `where`"),
            );
            return None;
        }
        Some(OverEvents {
            of: MeasureOf::Flow(wallet, flow),
            function: AggregateFunction::Sum,
            by: None,
            value: None,
            filter: None,
            ty: self.unit_of(wallet),
        })
    }

    /// A count of the times that a goal was met.
    fn over_goals(
        &mut self,
        aggregate: &'a Aggregate,
        challenge: ChallengeIndex,
        names: &[&Name],
    ) -> Option<OverEvents> {
        let function = aggregate.function;
        let goal = self.goal_named(challenge, names)?;
        let counts = matches!(function, AggregateFunction::Count | AggregateFunction::Streak);
        let plain = aggregate.filter.is_none() && aggregate.worked_out.is_none();
        if !counts || !plain || (function == AggregateFunction::Streak) != aggregate.by.is_some() {
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    aggregate.function_span,
                    "the times that a challenge was done can only be counted",
                )
                .help("write `count(five_a_month)`, or `streak(five_a_month) by month`, without `where`"),
            );
            return None;
        }
        Some(OverEvents {
            of: MeasureOf::Goal(challenge, goal),
            function,
            by: aggregate.by,
            value: None,
            filter: None,
            ty: Type::Number,
        })
    }

    fn aggregate_path<'p>(&mut self, aggregate: &'p Aggregate) -> Option<(&'p str, Span, Vec<&'p Name>)> {
        let path = split(&aggregate.of);
        if path.is_none() {
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    aggregate.of.span,
                    format!("`{}` needs an event or a field by its name", aggregate.function.word()),
                )
                .help("write it as in `sum(order.subtotal)`"),
            );
        }
        path
    }

    /// The list of records that a path names, if it belongs to the event at hand.
    fn lines_at_hand<'p>(&self, root: &str, names: &[&'p Name], scope: &Scope) -> Option<OverLines<'p>> {
        let bare = scope.bare_event.and_then(|event| self.list_of(event, root));
        if let Some((list, record)) = bare {
            return Some(OverLines { list, record, rest: names.to_vec() });
        }
        let event = scope.event.filter(|event| self.events.get(*event).is_some_and(|event| event.name == root))?;
        let (first, rest) = names.split_first()?;
        let (list, record) = self.list_of(event, &first.text)?;
        Some(OverLines { list, record, rest: rest.to_vec() })
    }

    /// The list of texts, numbers or days that a path names, if it belongs to the event at hand.
    fn texts_at_hand(&self, root: &str, names: &[&Name], scope: &Scope) -> Option<FieldIndex> {
        let list = |event: EventIndex, field: &str| {
            let owner = Owner::Event(event);
            let index = *self.names.fields.get(&(owner, field))?;
            match &self.fields_of(owner).get(index)?.ty {
                Type::List(of) if !matches!(**of, Type::Record(_)) => Some(index),
                _ => None,
            }
        };
        match (scope.bare_event, names) {
            (Some(event), []) => list(event, root),
            (_, [field]) => {
                let event =
                    scope.event.filter(|event| self.events.get(*event).is_some_and(|event| event.name == root))?;
                list(event, &field.text)
            }
            _ => None,
        }
    }

    /// `count(order.coupons)`: how many there are in a list of texts, of which nothing else can be asked.
    fn count_of_texts(&mut self, aggregate: &'a Aggregate, list: FieldIndex, span: Span) -> Option<Expr> {
        let plain = aggregate.filter.is_none() && aggregate.worked_out.is_none() && aggregate.by.is_none();
        if aggregate.function != AggregateFunction::Count || !plain {
            self.report(
                Diagnostic::new(Code::ListMisuse, aggregate.of.span, "a list of single values can only be counted")
                    .help("write `count(order.coupons)`; whether one of them is in it is `\"A\" in order.coupons`"),
            );
            return None;
        }
        let kind = ExprKind::Fold { function: AggregateFunction::Count, list, value: None, filter: None };
        Some(Expr { kind, ty: Type::Number, span })
    }

    fn list_of(&self, event: EventIndex, field: &str) -> Option<(FieldIndex, RecordIndex)> {
        let owner = Owner::Event(event);
        let index = *self.names.fields.get(&(owner, field))?;
        match &self.fields_of(owner).get(index)?.ty {
            Type::List(of) => match **of {
                Type::Record(record) => Some((index, record)),
                _ => None,
            },
            _ => None,
        }
    }

    fn fold(&mut self, aggregate: &'a Aggregate, lines: OverLines<'_>, span: Span, scope: &Scope) -> Option<Expr> {
        let function = aggregate.function;
        if function == AggregateFunction::Streak || aggregate.by.is_some() {
            self.report(Diagnostic::new(
                Code::WrongType,
                aggregate.function_span,
                "a streak counts periods with events, not lines",
            ));
            return None;
        }
        let inner = Scope { bare_record: Some(lines.record), ..*scope };
        let value = match &aggregate.worked_out {
            Some(worked_out) if lines.rest.is_empty() => Some(self.expression(worked_out, &inner)),
            Some(worked_out) => return self.worked_out_of_one(worked_out.span),
            None => lines.rest.split_first().map(|(first, rest)| self.record_field(lines.record, first, rest)),
        };
        let filter = aggregate.filter.as_deref().map(|filter| self.condition(filter, &inner, "`where`"));
        let (value, filter) = (transposed(value)?, transposed(filter)?);
        if value.is_none() && function != AggregateFunction::Count {
            self.report(
                Diagnostic::new(
                    Code::ListMisuse,
                    aggregate.of.span,
                    format!("`{}` needs a field of the list", function.word()),
                )
                .help("name it after a dot, as in `sum(order.lines.amount)`, or work it out, as in `sum(order.lines.(quantity * unit_price))`"),
            );
            return None;
        }
        let ty = self.aggregate_type(aggregate, value.as_ref(), aggregate.of.span)?;
        let kind =
            ExprKind::Fold { function, list: lines.list, value: value.map(Box::new), filter: filter.map(Box::new) };
        Some(Expr { kind, ty, span })
    }

    /// Nothing but a list or an event has items that each come to something.
    fn worked_out_of_one<T>(&mut self, span: Span) -> Option<T> {
        self.report(
            Diagnostic::new(Code::ListMisuse, span, "this is worked out of one field, which has no items")
                .help("write it after the list or the event, as in `sum(order.lines.(quantity * unit_price))`"),
        );
        None
    }

    fn record_field(&mut self, record: RecordIndex, name: &Name, rest: &[&Name]) -> Option<Expr> {
        let owner = Owner::Record(record);
        let Some(field) = self.names.fields.get(&(owner, name.text.as_str())).copied() else {
            let known: Vec<&str> = self.names.fields_of(owner).collect();
            let record = self.records.get(record).map_or(String::new(), |record| record.name.clone());
            let diagnostic = Diagnostic::new(
                Code::UnknownField,
                name.span,
                format!("the record `{record}` has no field `{}`", name.text),
            )
            .help(format!("a program may add fields: `record {record} {{ {} text? }}`", name.text));
            self.suggest(diagnostic, &name.text, known);
            return None;
        };
        let ty = self.fields_of(owner).get(field)?.ty.clone();
        if matches!(ty, Type::Money(currency) if currency == super::currency::NONE) && !self.in_prelude {
            self.no_currency(name.span);
            return None;
        }
        self.parts(Expr { kind: ExprKind::Item(field), ty, span: name.span }, rest)
    }

    /// What the function makes of its values.
    fn aggregate_type(&mut self, aggregate: &Aggregate, value: Option<&Expr>, of: Span) -> Option<Type> {
        let function = aggregate.function;
        let word = function.word();
        let Some(value) = value else {
            return match function {
                AggregateFunction::Count | AggregateFunction::Streak => Some(Type::Number),
                AggregateFunction::First | AggregateFunction::Last => Some(Type::Instant),
                _ => {
                    self.report(
                        Diagnostic::new(Code::WrongType, of, format!("`{word}` needs a field of the event"))
                            .help(format!("name it after a dot, as in `{word}(order.subtotal)`")),
                    );
                    None
                }
            };
        };
        if !value.ty.is_single() {
            self.list_misuse(&value.clone());
            return None;
        }
        let fits = match function {
            AggregateFunction::Count
            | AggregateFunction::CountDistinct
            | AggregateFunction::First
            | AggregateFunction::Last => true,
            AggregateFunction::Sum | AggregateFunction::Average => value.ty.is_quantity(),
            AggregateFunction::Min | AggregateFunction::Max => value.ty.is_ordered(),
            AggregateFunction::Streak => false,
        };
        if !fits {
            self.wrong_type(&value.clone(), &format!("`{word}` does not go over this field"));
            return None;
        }
        Some(match function {
            AggregateFunction::Count | AggregateFunction::CountDistinct => Type::Number,
            _ => value.ty.clone(),
        })
    }

    /// Reports what stands in an aggregate and is neither an event nor a list of records.
    fn not_a_list(&mut self, root: &str, root_span: Span, names: &[&Name], scope: &Scope) {
        let span = names.last().map_or(root_span, |last| root_span.to(last.span));
        // A name that means something else says so by itself; one that means nothing, too.
        if let Some(value) = self.path(root, root_span, names, span, scope) {
            let found = self.describe(&value.ty);
            self.report(
                Diagnostic::new(
                    Code::ListMisuse,
                    span,
                    format!("an aggregate goes over an event or a list of records, and this is {found}"),
                )
                .help("`min(a, b)` and `max(a, b)` choose between single values"),
            );
        }
    }
}

/// The path as it is written.
fn dotted(root: &str, names: &[&Name]) -> String {
    names.iter().fold(root.to_owned(), |mut text, name| {
        text.push('.');
        text.push_str(&name.text);
        text
    })
}

/// Nothing if there is a value and it is wrong; else whether there is one.
#[expect(clippy::option_option, reason = "the outer says whether it is right, the inner whether it is there")]
fn transposed<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
    }
}

impl AggregateFunction {
    /// The word of the language.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::CountDistinct => "count distinct",
            Self::Min => "min",
            Self::Max => "max",
            Self::Average => "average",
            Self::First => "first",
            Self::Last => "last",
            Self::Streak => "streak",
        }
    }
}
