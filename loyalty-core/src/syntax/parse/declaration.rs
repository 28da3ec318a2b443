//! Top-level declarations, their fields, and the steps of tests.

use chrono::NaiveDate;

use super::build::{Build, Children};
use super::clause::returns_policy;
use super::grammar::Rule;
use super::pair::Pair;
use crate::syntax::tree::{
    Dated, Expr, ExprKind, FieldDecl, FieldValue, Item, ItemKind, MeasureBody, TestStep, TypeRef, Window,
};

impl Build {
    pub(super) fn item(&self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let declaration = pair.children().find(|child| child.as_rule() != Rule::doc)?;
        Some(Item { docs: docs(pair), kind: self.item_kind(&declaration)?, span: self.span(&declaration) })
    }

    fn item_kind(&self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        Some(match pair.as_rule() {
            Rule::program => {
                ItemKind::Program { title: self.text_name(&pair.child(Rule::text)?), clauses: self.block_of(pair)? }
            }
            Rule::member => ItemKind::Member { fields: self.fields_of(pair)? },
            Rule::event => ItemKind::Event { name: self.name_of(pair)?, fields: self.fields_of(pair)? },
            Rule::record => ItemKind::Record { name: self.name_of(pair)?, fields: self.fields_of(pair)? },
            Rule::wallet => ItemKind::Wallet { name: self.name_of(pair)?, clauses: self.block_of(pair)? },
            Rule::measure => {
                let later = pair.all(Rule::dated_measure);
                ItemKind::Measure {
                    name: self.name_of(pair)?,
                    body: self.measure_body(pair)?,
                    later: later.map(|dated| self.dated(&dated, self.measure_body(&dated)?)).collect::<Option<_>>()?,
                }
            }
            Rule::segment => {
                let later = pair.all(Rule::dated_segment);
                ItemKind::Segment {
                    name: self.name_of(pair)?,
                    condition: self.expr_of(pair)?,
                    later: later.map(|dated| self.dated(&dated, self.expr_of(&dated)?)).collect::<Option<_>>()?,
                }
            }
            Rule::rule_decl => {
                let mut clauses = self.clauses(pair)?;
                clauses.extend(self.block_of(pair)?);
                let trigger = self.trigger(&pair.child(Rule::trigger)?)?;
                ItemKind::Rule { name: self.name_of(pair)?, trigger, clauses }
            }
            Rule::group => ItemKind::Group {
                name: self.name_of(pair)?,
                rules: self.names_of(&pair.child(Rule::name_list)?),
                clauses: self.block_of(pair)?,
            },
            Rule::test => {
                let steps = pair.all(Rule::test_step);
                ItemKind::Test {
                    title: self.text_name(&pair.child(Rule::text)?),
                    steps: steps.map(|step| self.test_step(&step.children().next()?)).collect::<Option<_>>()?,
                }
            }
            Rule::tiers => self.tiers(pair)?,
            Rule::referral => self.referral(pair)?,
            _ => ItemKind::Engagement(self.engagement(pair)?),
        })
    }

    fn dated<T>(&self, pair: &Pair<'_, Rule>, value: T) -> Option<Dated<T>> {
        Some(Dated { from: self.date_of(pair)?, value, span: self.span(pair) })
    }

    fn measure_body(&self, pair: &Pair<'_, Rule>) -> Option<MeasureBody> {
        let body = pair.child(Rule::measure_body)?;
        let window = match body.child(Rule::window) {
            Some(window) => self.window(&window)?,
            None => Window::AllTime,
        };
        let returns = body.child(Rule::measure_returns).and_then(|returns| returns.child(Rule::returns_policy));
        Some(MeasureBody {
            aggregate: self.aggregate(&body.child(Rule::aggregate)?)?,
            window,
            returns: returns.map(|policy| returns_policy(&policy)),
            span: self.span(&body),
        })
    }

    fn fields_of(&self, pair: &Pair<'_, Rule>) -> Option<Vec<FieldDecl>> {
        let mut fields = Vec::new();
        self.fields(&pair.child(Rule::fields)?, None, &mut fields)?;
        Some(fields)
    }

    /// The fields in braces; an inner `from` block gives its own day to what it holds.
    fn fields(&self, pair: &Pair<'_, Rule>, from: Option<NaiveDate>, fields: &mut Vec<FieldDecl>) -> Option<()> {
        for child in pair.children() {
            match child.as_rule() {
                Rule::field_decl => fields.push(self.field_decl(&child, from)?),
                Rule::dated_fields => {
                    let from = Some(self.date_of(&child)?);
                    self.fields(&child.child(Rule::fields)?, from, fields)?;
                }
                _ => {}
            }
        }
        Some(())
    }

    fn field_decl(&self, pair: &Pair<'_, Rule>, from: Option<NaiveDate>) -> Option<FieldDecl> {
        let ty = pair.child(Rule::type_ref)?;
        let default = match pair.child(Rule::field_default) {
            Some(default) => Some(self.expr_of(&default)?),
            None => None,
        };
        Some(FieldDecl {
            docs: docs(pair),
            name: self.name(&pair.child(Rule::word)?),
            ty: TypeRef { name: self.name(&ty.child(Rule::word)?), list: ty.has(Rule::list_open) },
            optional: pair.has(Rule::optional_),
            shared: pair.has(Rule::shared_),
            default,
            from,
            span: self.span(pair),
        })
    }

    fn test_step(&self, pair: &Pair<'_, Rule>) -> Option<TestStep> {
        let span = self.span(pair);
        Some(match pair.as_rule() {
            Rule::given_member => TestStep::GivenMember(self.values_of(pair)?, span),
            Rule::given => {
                let to = pair.child(Rule::to_wallet).and_then(|to| self.name_of(&to));
                TestStep::Given(self.expr_of(pair)?, to)
            }
            Rule::on_event => TestStep::On { event: self.name_of(pair)?, fields: self.values_of(pair)?, span },
            Rule::advance => TestStep::Advance(self.expr_of(pair)?),
            Rule::expect_refused => {
                let by = pair.child(Rule::refused_by).and_then(|by| self.name_of(&by));
                TestStep::ExpectRefused { code: self.name_of(pair), by, span }
            }
            _ => TestStep::Expect(self.expr_of(pair)?),
        })
    }

    /// The names and values in braces.
    pub(super) fn values_of(&self, pair: &Pair<'_, Rule>) -> Option<Vec<FieldValue>> {
        let values = pair.child(Rule::values)?;
        let fields = values.all(Rule::field_value).map(|field| {
            let value = self.value(&field.child(Rule::value)?)?;
            Some(FieldValue { name: self.name(&field.child(Rule::word)?), value })
        });
        fields.collect()
    }

    pub(super) fn value(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let form = pair.children().next()?;
        let kind = match form.as_rule() {
            Rule::value_record => ExprKind::Record(self.values_of(&form)?),
            Rule::value_list => {
                let values = form.all(Rule::value);
                ExprKind::List(values.map(|value| self.value(&value)).collect::<Option<_>>()?)
            }
            Rule::lone_number => return self.lone_number(&form),
            _ => return self.expr(form),
        };
        Some(Expr { kind, span: self.span(&form) })
    }
}

/// The `///` lines among the children, without their slashes and the space after them.
fn docs(pair: &Pair<'_, Rule>) -> Vec<String> {
    let lines = pair.all(Rule::doc).map(|doc| {
        let line = doc.as_str().strip_prefix("///").unwrap_or_default();
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    });
    lines.collect()
}
