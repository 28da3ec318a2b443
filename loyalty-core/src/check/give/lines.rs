//! What a coupon lowers: the order, some of its lines, or its shipping.

use crate::check::Checker;
use crate::check::expression::Scope;
use crate::check::model::{ExprKind, RecordIndex, Type};
use crate::check::names::Owner;
use crate::check::offer::Lines;
use crate::check::path::split;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::give;

/// What `give` lowers.
pub(super) enum Target {
    Lines(Lines),
    Shipping,
}

impl<'a> Checker<'a> {
    /// The record of the lines of an order.
    pub(super) fn line_record(&self, scope: &Scope) -> Option<RecordIndex> {
        let order = scope.event?;
        let field = *self.names.fields.get(&(Owner::Event(order), "lines"))?;
        match &self.fields_of(Owner::Event(order)).get(field)?.ty {
            Type::List(inner) => match **inner {
                Type::Record(record) => Some(record),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn lines(&mut self, lines: &'a give::Lines, scope: &Scope) -> Option<Lines> {
        match self.target(lines, scope)? {
            Target::Lines(lines) => Some(lines),
            Target::Shipping => {
                self.report(
                    Diagnostic::new(Code::GiveTarget, lines.target.span, "shipping has no lines and no units")
                        .help("name `order` or `order.lines`"),
                );
                None
            }
        }
    }

    pub(super) fn target(&mut self, lines: &'a give::Lines, scope: &Scope) -> Option<Target> {
        let path = split(&lines.target);
        let path = path.map(|(root, _, names)| (root, names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>()));
        let whole = match &path {
            Some(("order", names)) if names.is_empty() => true,
            Some(("order", names)) if *names == ["lines"] => false,
            Some(("shipping", names)) if names.is_empty() => return self.no_filter(lines, Target::Shipping),
            Some(("order", names)) if *names == ["shipping"] => return self.no_filter(lines, Target::Shipping),
            _ => {
                self.report(
                    Diagnostic::new(Code::GiveTarget, lines.target.span, "a coupon cannot lower this")
                        .help("a coupon lowers `order`, `order.lines where …` or `shipping`"),
                );
                return None;
            }
        };
        if whole && lines.filter.is_some() {
            self.report(
                Diagnostic::new(
                    Code::GiveTarget,
                    lines.target.span,
                    "`order` is not a list that `where` could go through",
                )
                .help("write `order.lines where …`"),
            );
            return None;
        }
        let record = self.line_record(scope);
        let inner = Scope { bare_record: record, ..*scope };
        let filter = lines.filter.as_ref().map(|filter| self.condition(filter, &inner, "`where`"));
        let except = lines.except.as_ref().map(|except| self.condition(except, &inner, "`except where`"));
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        let except = match except {
            Some(except) => Some(except?),
            None => None,
        };
        let kind = record.and_then(|record| self.names.fields.get(&(Owner::Record(record), "kind")).copied());
        let mut any_kind = false;
        if let (Some(filter), Some(kind)) = (&filter, kind) {
            filter.walk(&mut |part| any_kind |= matches!(part.kind, ExprKind::Item(field) if field == kind));
        }
        Some(Target::Lines(Lines { whole, filter, except, any_kind }))
    }

    fn no_filter(&mut self, lines: &give::Lines, target: Target) -> Option<Target> {
        if lines.filter.is_none() && lines.except.is_none() {
            return Some(target);
        }
        self.report(
            Diagnostic::new(Code::GiveTarget, lines.target.span, "shipping has no lines that `where` could go through")
                .help("say under which conditions in `when`"),
        );
        None
    }
}
