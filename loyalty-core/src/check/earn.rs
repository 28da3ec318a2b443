//! `earn`: a fixed amount, or a rate of something of the event.
//!
//! The difference decides what multipliers and partial returns do: a rate shrinks with what it is a rate of. An
//! amount that reads a quantity of the event is a rate even where it is not written as one.

use rust_decimal::Decimal;

use super::Checker;
use super::expression::Scope;
use super::model::{Arithmetic, Earn, Expr, ExprKind, Type, WalletIndex};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Name};

impl<'a> Checker<'a> {
    pub(super) fn earn(
        &mut self,
        earn: &'a tree::Earn,
        to: Option<&'a Name>,
        scope: &Scope,
        span: Span,
    ) -> Option<(WalletIndex, Earn)> {
        match earn {
            tree::Earn::Amount(amount) => {
                let amount = self.expression(amount, scope)?;
                let wallet = self.wallet_for(&amount.ty.clone(), amount.span, to, "to")?;
                let earn =
                    if reads_quantity(&amount) { self.proportional(amount, wallet)? } else { Earn::Fixed(amount) };
                Some((wallet, earn))
            }
            tree::Earn::Rate { points, per, full, of } => {
                let points = self.expression(points, scope);
                let of = self.expression(of, &Scope { state: false, place: "the base of a rate", ..*scope });
                let per = self.positive(per, super::path::A_RATE_IS_PER);
                let wallet =
                    points.as_ref().and_then(|points| self.wallet_for(&points.ty.clone(), points.span, to, "to"));
                let (points, of, (per, unit), wallet) = (points?, of?, per?, wallet?);
                if !matches!(of.ty, Type::Number | Type::Money(_) | Type::Amount(_)) {
                    self.wrong_type(&of, "a rate is of money, of points or of a number");
                    return None;
                }
                if unit.ty != of.ty {
                    self.mixed(span, "rate by", &unit, &of);
                    return None;
                }
                Some((wallet, Earn::Rate { points, per, full: *full, of }))
            }
        }
    }

    /// The rate that an amount is: 1 point per 1 of it, factors of the member's state taken out as the points.
    fn proportional(&mut self, amount: Expr, wallet: WalletIndex) -> Option<Earn> {
        let one = Expr { kind: ExprKind::Number(Decimal::ONE), ty: self.unit_of(wallet), span: amount.span };
        if !amount.reads_member() {
            return Some(Earn::Rate { points: one, per: Decimal::ONE, full: false, of: amount });
        }
        let span = amount.span;
        let (state, event): (Vec<Expr>, Vec<Expr>) = factors(amount).into_iter().partition(Expr::reads_member);
        if let Some(both) = state.iter().find(|factor| reads_quantity(factor)) {
            self.report(
                Diagnostic::new(Code::OutOfReach, both.span, "one amount reads the event's quantities and the member's state together")
                    .help("a return must undo it without the member: write `earn POINTS per 1 of …`, where the points may \
                           read the member, or say it by measures alone, as in `earn spent - max(spent.before, 100 EUR)`"),
            );
            return None;
        }
        let ty = self.unit_of(wallet);
        let points = product(state, span).map_or(one, |points| Expr { ty, ..points });
        let of = product(event, span)?;
        Some(Earn::Rate { points, per: Decimal::ONE, full: false, of })
    }
}

/// The factors of a product, in order.
fn factors(product: Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    let mut waiting = vec![product];
    while let Some(expr) = waiting.pop() {
        match expr.kind {
            ExprKind::Arithmetic(Arithmetic::Multiply, left, right) => waiting.extend([*right, *left]),
            kind => found.push(Expr { kind, ty: expr.ty, span: expr.span }),
        }
    }
    found
}

/// The product of several factors; its type is that of the factor that has a unit.
fn product(factors: Vec<Expr>, span: Span) -> Option<Expr> {
    factors.into_iter().reduce(|left, right| {
        let ty = super::types::arithmetic(Arithmetic::Multiply, &left.ty, &right.ty).unwrap_or(Type::Number);
        Expr { kind: ExprKind::Arithmetic(Arithmetic::Multiply, Box::new(left), Box::new(right)), ty, span }
    })
}

/// Whether the amount itself, not a condition in it, reads a quantity of the event.
fn reads_quantity(amount: &Expr) -> bool {
    amount.is_made_of(|part| matches!(part.kind, ExprKind::Event(_) | ExprKind::Fold { .. }) && part.ty.is_numeric())
}
