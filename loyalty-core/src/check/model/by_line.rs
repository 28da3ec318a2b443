//! An amount that is worked out of a sum over lines, as the sum of what is worked out of each line.

use super::{AggregateFunction, Arithmetic, Expr, ExprKind};

impl Expr {
    /// The sum over lines that this comes to, with whatever multiplies or divides it taken into each line: 5% of the sum is
    /// the sum of 5% of each. Nothing for what is no such sum.
    pub fn by_line(&self) -> Option<Expr> {
        match &self.kind {
            ExprKind::Fold { function: AggregateFunction::Sum, value: Some(_), .. } => Some(self.clone()),
            ExprKind::Arithmetic(Arithmetic::Multiply, left, right) => match (left.sums_lines(), right.sums_lines()) {
                (false, true) => self.within(right, |value| (Arithmetic::Multiply, left.clone(), value)),
                (true, false) => self.within(left, |value| (Arithmetic::Multiply, value, right.clone())),
                _ => None,
            },
            ExprKind::Arithmetic(Arithmetic::Divide, left, right) if !right.sums_lines() => {
                self.within(left, |value| (Arithmetic::Divide, value, right.clone()))
            }
            _ => None,
        }
    }

    /// Whether something is summed up over lines anywhere in it.
    pub fn sums_lines(&self) -> bool {
        let mut sums = false;
        self.walk(&mut |part| sums |= matches!(part.kind, ExprKind::Fold { function: AggregateFunction::Sum, .. }));
        sums
    }

    /// The sum `inner` with an operation of this one taken into what is summed up.
    fn within(
        &self,
        inner: &Expr,
        take_in: impl FnOnce(Box<Expr>) -> (Arithmetic, Box<Expr>, Box<Expr>),
    ) -> Option<Expr> {
        let sum = inner.by_line()?;
        let ExprKind::Fold { function, list, value: Some(value), filter } = sum.kind else { return None };
        let (operator, left, right) = take_in(value);
        let kind = ExprKind::Arithmetic(operator, left, right);
        let value = Some(Box::new(Expr { kind, ty: self.ty.clone(), span: self.span }));
        let kind = ExprKind::Fold { function, list, value, filter };
        Some(Expr { kind, ty: self.ty.clone(), span: self.span })
    }
}
