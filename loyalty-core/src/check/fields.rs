//! Fields of members, events and records: their types, what the program changes in the standard ones, their defaults.

use chrono::NaiveDate;

use super::Checker;
use super::currency;
use super::expression::Scope;
use super::graph;
use super::model::{Expr, ExprKind, Field, FieldIndex, Type};
use super::names::{Declared, FieldList, Owner, TYPES};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::tree::{self, FieldDecl};

/// Defaults that wait until every field has its type.
struct Pending<'a> {
    owner: Owner,
    field: FieldIndex,
    default: &'a tree::Expr,
    standard: bool,
}

impl<'a> Checker<'a> {
    /// Types every field, then every default.
    pub(super) fn fields(&mut self, declared: &Declared<'a>) {
        let mut pending = Vec::new();
        for list in &declared.fields {
            self.in_prelude = list.standard;
            self.field_list(list, &mut pending);
        }
        for default in pending {
            self.in_prelude = default.standard;
            self.default(&default);
        }
        self.in_prelude = false;
        self.default_cycles(declared);
    }

    fn field_list(&mut self, list: &FieldList<'a>, pending: &mut Vec<Pending<'a>>) {
        // Fields that this very declaration has named, to tell a repetition from a change of a standard field.
        let mut named = std::collections::BTreeMap::<&str, Span>::new();
        for decl in list.fields {
            let Some((ty, whole)) = self.field_type(list.owner, decl) else { continue };
            if matches!(ty, Type::List(_))
                && let Some((message, help)) = no_list_of(list.owner)
            {
                self.report(Diagnostic::new(Code::ListMisuse, self.place(decl.name.span), message).help(help));
            }
            if decl.shared && !matches!(ty, Type::Number | Type::Money(_)) {
                let found = self.describe(&ty);
                self.report(
                    Diagnostic::new(
                        Code::WrongType,
                        decl.name.span,
                        format!("only money and numbers can be `shared`, and this is {found}"),
                    )
                    .help("`shared` amounts shrink as lines are returned"),
                );
            }
            if let Some(before) = named.get(decl.name.text.as_str()).copied() {
                self.again(list.owner, decl, &ty, before);
                continue;
            }
            named.insert(&decl.name.text, decl.name.span);
            let field = Field {
                name: decl.name.text.clone(),
                ty,
                whole,
                optional: decl.optional,
                shared: decl.shared,
                default: None,
                from: if decl.optional { None } else { decl.from },
                span: self.place(decl.name.span),
            };
            let Some(index) = self.put_field(list.owner, decl, field) else { continue };
            if let Some(default) = &decl.default {
                pending.push(Pending { owner: list.owner, field: index, default, standard: list.standard });
            }
        }
    }

    /// Puts a field where it belongs: at the end, or in the place of the standard field that it changes.
    fn put_field(&mut self, owner: Owner, decl: &'a FieldDecl, field: Field) -> Option<FieldIndex> {
        if let Some(index) = self.names.fields.get(&(owner, decl.name.text.as_str())).copied() {
            let known = self.fields_of(owner).get(index)?;
            let shared = known.shared;
            if (&known.ty, known.whole) != (&field.ty, field.whole) {
                let name =
                    |field: &Field| if field.whole { "a whole number".to_owned() } else { self.describe(&field.ty) };
                let (was, is) = (name(known), name(&field));
                self.report(
                    Diagnostic::new(
                        Code::FieldTypeChanged,
                        decl.ty.name.span,
                        format!("the standard field `{}` is {was}, and cannot be {is}", decl.name.text),
                    )
                    .help("keep its type, or declare a field of another name"),
                );
                return None;
            }
            if let Some(place) = self.fields_mut(owner)?.get_mut(index) {
                // What shrinks with returned lines does so whoever declares it.
                *place = Field { shared: shared || field.shared, ..field };
            }
            return Some(index);
        }
        let fields = self.fields_mut(owner)?;
        let index = fields.len();
        fields.push(field);
        self.names.fields.insert((owner, decl.name.text.as_str()), index);
        Some(index)
    }

    /// A field named a second time: legal only in a `from` block that makes an optional field required.
    fn again(&mut self, owner: Owner, decl: &FieldDecl, ty: &Type, before: Span) {
        let index = self.names.fields.get(&(owner, decl.name.text.as_str())).copied();
        let place = index.and_then(|index| self.fields_mut(owner)?.get_mut(index));
        if let (Some(from), Some(place)) = (decl.from, place)
            && place.optional
            && !decl.optional
            && decl.default.is_none()
            && place.ty == *ty
        {
            place.optional = false;
            place.from = Some(from);
            return;
        }
        let mut diagnostic = Diagnostic::new(
            Code::Duplicate,
            decl.name.span,
            format!("the field `{}` is declared twice", decl.name.text),
        )
        .at("declared again here")
        .label(before, "first declared here");
        if decl.from.is_some() {
            diagnostic = diagnostic.help("a `from` block may only make an optional field of the same type required");
        }
        self.report(diagnostic);
    }

    fn unknown_type(&mut self, name: &str, span: Span) {
        if let Some(ours) = told_elsewhere(name) {
            let message = format!("unknown type `{name}`");
            self.report(Diagnostic::new(Code::UnknownType, span, message).help(format!("that is `{ours}` here")));
            return;
        }
        let known: Vec<&str> = TYPES.into_iter().chain(self.names.records.keys().copied()).collect();
        self.unknown(Code::UnknownType, span, "type", name, known);
    }

    fn field_type(&mut self, owner: Owner, decl: &FieldDecl) -> Option<(Type, bool)> {
        let name = decl.ty.name.text.as_str();
        let span = decl.ty.name.span;
        let single = match name {
            "number" | "int" => Type::Number,
            "percent" => Type::Percent,
            "money" => self.money(span)?,
            "text" => Type::Text,
            "bool" => Type::Bool,
            "date" => Type::Date,
            "instant" => Type::Instant,
            "time" => Type::Time,
            _ => match self.names.records.get(name) {
                Some(record) => Type::Record(*record),
                // The names of types are those of other languages, too: `text roast`, `string roast`.
                None if types_first(&decl.name.text) && told_elsewhere(name).is_none() => {
                    let ours = told_elsewhere(&decl.name.text).unwrap_or(&decl.name.text);
                    self.report(
                        Diagnostic::new(Code::UnknownType, span, format!("unknown type `{name}`"))
                            .help(format!("the name stands before its type: `{name} {ours}`")),
                    );
                    return None;
                }
                None => {
                    self.unknown_type(name, span);
                    return None;
                }
            },
        };
        if let Type::Record(_) = single {
            if !matches!(owner, Owner::Event(_)) {
                self.report(
                    Diagnostic::new(
                        Code::ListMisuse,
                        span,
                        format!("records such as `{name}` stand only in lists of an event"),
                    )
                    .help("write out the record's fields, or declare the list in the event"),
                );
                return None;
            }
            if !decl.ty.list {
                self.report(
                    Diagnostic::new(
                        Code::ListMisuse,
                        span,
                        format!("an event holds lists of `{name}`, not one of them"),
                    )
                    .help(format!("write `[{name}]`")),
                );
                return None;
            }
        }
        let ty = if decl.ty.list { Type::List(Box::new(single)) } else { single };
        Some((ty, name == "int"))
    }

    /// The type of the program's money.
    pub(super) fn money(&mut self, span: Span) -> Option<Type> {
        match self.settings.currency {
            Some(currency) => Some(Type::Money(currency)),
            None if self.in_prelude => Some(Type::Money(currency::NONE)),
            None => {
                self.no_currency(span);
                None
            }
        }
    }

    pub(super) fn no_currency(&mut self, span: Span) {
        if !std::mem::replace(&mut self.no_currency_reported, true) {
            self.report(
                Diagnostic::new(Code::NoCurrency, span, "this is money, and the program names no currency")
                    .help("name it in the head: `program \"…\" { currency MYR }`"),
            );
        }
    }

    pub(super) fn fields_of(&self, owner: Owner) -> &[Field] {
        match owner {
            Owner::Member => &self.member,
            Owner::Event(event) => self.events.get(event).map_or(&[], |event| &event.fields),
            Owner::Record(record) => self.records.get(record).map_or(&[], |record| &record.fields),
        }
    }

    fn fields_mut(&mut self, owner: Owner) -> Option<&mut Vec<Field>> {
        match owner {
            Owner::Member => Some(&mut self.member),
            Owner::Event(event) => self.events.get_mut(event).map(|event| &mut event.fields),
            Owner::Record(record) => self.records.get_mut(record).map(|record| &mut record.fields),
        }
    }

    fn default(&mut self, pending: &Pending<'a>) {
        let scope = Scope::default_of(pending.owner);
        let Some(wanted) = self.fields_of(pending.owner).get(pending.field).map(|field| field.ty.clone()) else {
            return;
        };
        let Some(expr) = self.expression(pending.default, &scope) else { return };
        let Some(expr) = self.hold(expr, &wanted, "the default") else { return };
        if let Some(field) = self.fields_mut(pending.owner).and_then(|fields| fields.get_mut(pending.field)) {
            field.default = Some(expr);
        }
    }

    fn default_cycles(&mut self, declared: &Declared<'a>) {
        let mut owners: Vec<Owner> = declared.fields.iter().map(|list| list.owner).collect();
        owners.arrange();
        owners.dedup();
        for owner in owners {
            let fields = self.fields_of(owner);
            let edges: Vec<Vec<usize>> = fields
                .iter()
                .map(|field| field.default.as_ref().map_or(Vec::new(), |default| reads(default, owner)))
                .collect();
            let Some(cycle) = graph::cycle(&edges) else { continue };
            let names: Vec<String> =
                cycle.iter().filter_map(|index| fields.get(*index)).map(|field| format!("`{}`", field.name)).collect();
            let span = cycle.first().and_then(|index| fields.get(*index)).map_or(Span::default(), |field| field.span);
            self.report(
                Diagnostic::new(
                    Code::Cycle,
                    span,
                    format!("the default of {} reads itself", names.join(", which reads ")),
                )
                .help("let one of them have no default"),
            );
        }
    }

    /// Whether the local day `from` of the declaration is after all of those before it.
    pub(super) fn ascending(&mut self, last: Option<(NaiveDate, Span)>, from: NaiveDate, span: Span) -> bool {
        self.far_years(Some(from), None, span);
        let Some((before, place)) = last.filter(|(before, _)| *before >= from) else { return true };
        self.report(
            Diagnostic::new(Code::FromOrder, span, format!("{from} does not come after {before}"))
                .label(place, "this one holds from the later day")
                .help("write the `from` parts in the order of their days"),
        );
        false
    }
}

/// The owner's fields that an expression reads.
fn reads(expr: &Expr, owner: Owner) -> Vec<FieldIndex> {
    let mut found = Vec::new();
    expr.walk(&mut |part| match (&part.kind, owner) {
        (ExprKind::Event(field), Owner::Event(_)) | (ExprKind::Item(field), Owner::Record(_)) => found.push(*field),
        (ExprKind::Fold { list, .. }, Owner::Event(_)) => found.push(*list),
        _ => {}
    });
    found
}

/// Only events hold lists: what stands in the place of one elsewhere.
fn no_list_of(owner: Owner) -> Option<(&'static str, &'static str)> {
    match owner {
        Owner::Event(_) => None,
        Owner::Member => Some((
            "an attribute of the member is one value, and no list",
            "what a member has several of are tags, given by a rule (`tag offer.name`) and read as `\"mango\" in member.tags`, or coupons",
        )),
        Owner::Record(_) => Some((
            "a field of a record is one value, and no list",
            "write a field for each thing that is asked for, such as `organic bool = false`, or put the list into the event",
        )),
    }
}

/// Whether the name of a field is that of a type, here or elsewhere, as where the type is written first.
fn types_first(name: &str) -> bool {
    TYPES.contains(&name) || matches!(name, "string" | "str" | "String" | "integer" | "float" | "decimal" | "boolean")
}

/// The type that has this name in other languages.
fn told_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "string" | "str" | "String" | "varchar" => "text",
        "integer" | "Integer" | "long" => "int",
        "float" | "double" | "decimal" | "Decimal" => "number",
        "boolean" | "Boolean" => "bool",
        "datetime" | "DateTime" | "timestamp" => "instant",
        "amount" | "currency" | "price" => "money",
        _ if currency::find(name).is_some() => "money",
        _ => return None,
    })
}
