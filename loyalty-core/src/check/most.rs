//! How much a cap lets through, and how often a limit does: the same for every member, or by what the member is.
//!
//! What a member is holds still between two events: levels, their benefits, attributes. A figure that moves with what is
//! earned, such as a measure or a balance, would move the cap with the very points that it cuts.

use rust_decimal::Decimal;

use super::Checker;
use super::expression::{Scope, constant};
use super::model::{Arithmetic, Cap, Expr, ExprKind, Limit, Most, Per, Type};
use super::names::Owner;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

/// The most caps, and the most limits, of one declaration: there are fewer stretches of time that anybody tells apart.
const EACH_MAX: usize = 100;

/// Whether it is counted in total, and in which stretch of time.
type Stretch = (bool, Option<Per>);

impl<'a> Checker<'a> {
    /// What a cap allows, with its type and place.
    pub(super) fn most(
        &mut self,
        written: &'a tree::Expr,
        what: &'static str,
    ) -> Option<(Most<Decimal, Box<Expr>>, Type, Span)> {
        let errors = self.errors;
        let expr = self.expression(written, &Scope::member(what))?;
        let (ty, span) = (expr.ty.clone(), expr.span);
        if let Some(value) = constant(&expr) {
            if value <= Decimal::ZERO {
                self.report(Diagnostic::new(Code::OutOfRange, span, format!("{what} is more than nothing")));
                return None;
            }
            return Some((Most::Fixed(value), ty, span));
        }
        self.told(expr, what, errors).map(|told| (Most::Told(Box::new(told)), ty, span))
    }

    /// How often a limit lets something happen.
    pub(super) fn times(&mut self, limit: &'a tree::Limit) -> Option<Most<u32, Box<Expr>>> {
        match &limit.count {
            Most::Fixed(0) => {
                self.report(
                    Diagnostic::new(Code::OutOfRange, limit.span, "a limit of none is a rule that never fires")
                        .help("a limit is 1 or more"),
                );
                None
            }
            Most::Fixed(count) => Some(Most::Fixed(*count)),
            Most::Told(told) => {
                let errors = self.errors;
                let told = self.expression(told, &Scope::member("a limit"))?;
                let told = self.hold(told, &Type::Number, "a limit")?;
                self.told(told, "a limit", errors).map(|told| Most::Told(Box::new(told)))
            }
        }
    }

    /// An expression that tells for every member what a cap or limit allows; `errors`: how many there were before it was read.
    fn told(&mut self, expr: Expr, what: &'static str, errors: usize) -> Option<Expr> {
        if self.errors > errors {
            return None;
        }
        let mut moving = None;
        expr.walk(&mut |part| {
            if moving.is_none() && !holds_still(&part.kind) {
                moving = Some(part.span);
            }
        });
        if let Some(span) = moving {
            self.report(
                Diagnostic::new(Code::OutOfReach, span, format!("{what} reads nothing that moves with what happens"))
                    .at("this may be another figure with the next event")
                    .help(format!(
                        "{what} may go by a level, its benefits and the member's attributes; else write a rule for each \
                         case, with its own `when`, and let a `group` hold them together"
                    )),
            );
            return None;
        }
        if !self.is_told(&expr) {
            self.report(
                Diagnostic::new(
                    Code::MayBeMissing,
                    expr.span,
                    format!("{what} is known for every member, and this may be missing"),
                )
                .help("say what holds then: `else` in a `match`, or `??` behind what may be missing"),
            );
            return None;
        }
        Some(expr)
    }

    /// That no two caps speak of one stretch where a member's own decides which of them is the tighter one.
    pub(super) fn one_cap_each(&mut self, caps: &[Cap]) {
        let told = |cap: &Cap| matches!(cap.amount, Most::Told(_));
        let stretches = caps.iter().map(|cap| ((false, cap.per), told(cap), cap.span));
        self.one_each(stretches, "caps");
    }

    /// The same of limits.
    pub(super) fn one_limit_each(&mut self, limits: &[Limit]) {
        let told = |limit: &Limit| matches!(limit.count, Most::Told(_));
        let stretches = limits.iter().map(|limit| ((limit.in_total, limit.per), told(limit), limit.span));
        self.one_each(stretches, "limits");
    }

    fn one_each(
        &mut self,
        all: impl DoubleEndedIterator<Item = (Stretch, bool, Span)> + ExactSizeIterator,
        what: &str,
    ) {
        let (count, mut all) = (all.len(), all);
        let Some((stretch, told, last)) = all.next_back() else { return };
        if count > EACH_MAX {
            if count == EACH_MAX.saturating_add(1) {
                let message = format!("more than {EACH_MAX} {what} in one declaration");
                self.report(Diagnostic::new(Code::TooMany, last, message).at("the first one too many"));
            }
            return;
        }
        let other = all.find(|(other, other_told, _)| *other == stretch && (told || *other_told));
        if let Some((.., other)) = other {
            self.report(
                Diagnostic::new(Code::DuplicateClause, last, format!("two {what} speak of the same stretch of time"))
                    .label(other, "the other one")
                    .help("say both at once: `min(…, …)`, or one `match`"),
            );
        }
    }

    /// Whether it is known for every member.
    fn is_told(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Level(_) | ExprKind::Benefit(..) => true,
            ExprKind::Negate(one) | ExprKind::Floor(one) | ExprKind::Ceil(one) | ExprKind::Absolute(one) => {
                self.is_told(one)
            }
            ExprKind::Member(field) => {
                self.fields_of(Owner::Member).get(*field).is_some_and(|field| field.default.is_some())
            }
            ExprKind::Otherwise(_, other) => self.is_told(other),
            ExprKind::Least(all) | ExprKind::Greatest(all) => all.iter().all(|one| self.is_told(one)),
            ExprKind::Arithmetic(Arithmetic::Divide, left, by) => {
                self.is_told(left) && constant(by).is_some_and(|by| !by.is_zero())
            }
            ExprKind::Arithmetic(_, left, right) => self.is_told(left) && self.is_told(right),
            // Without `else` the arms take every value that is there.
            ExprKind::Match { subject, arms, otherwise } => {
                let rest = otherwise.as_ref().map_or_else(|| self.is_told(subject), |other| self.is_told(other));
                rest && arms.iter().all(|(_, value)| self.is_told(value))
            }
            _ => false,
        }
    }
}

/// What holds still between two events.
fn holds_still(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Level(_) | ExprKind::Benefit(..) | ExprKind::Member(_) | ExprKind::Tags => true,
        ExprKind::At
        | ExprKind::Id
        | ExprKind::Event(_)
        | ExprKind::Item(_)
        | ExprKind::Fold { .. }
        | ExprKind::Used(_)
        | ExprKind::Cause(_)
        | ExprKind::CauseCoupon(_)
        | ExprKind::Since(..) => false,
        other => !other.is_of_member(),
    }
}
