//! Thousands as other countries write them: `1.000 EUR`, which is one euro here.

use rust_decimal::Decimal;

use super::Checker;
use super::model::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Checker<'_> {
    /// Warns of three digits behind the point, the last of them 0, where the unit has fewer: nobody writes one euro so.
    pub(super) fn lint_thousands(&mut self, number: Decimal, ty: &Type, unit: &str, span: Span) {
        let decimals = match ty {
            Type::Money(currency) => u32::from(currency.minor),
            Type::Amount(wallet) => self.wallets.get(*wallet).map_or(0, |wallet| wallet.decimals),
            _ => return,
        };
        let digits = number.mantissa();
        let grouped = number.scale() == 3 && digits % 10 == 0 && (1_000..1_000_000).contains(&digits);
        if decimals >= 3 || !grouped || self.in_prelude {
            return;
        }
        let (thousands, rest) = (digits / 1_000, digits % 1_000);
        self.report(
            Diagnostic::new(
                Code::Thousands,
                span,
                format!("the point stands before decimals: this is {} {unit}", number.normalize()),
            )
            .help(format!(
                "with thousands it is `{thousands}_{rest:03} {unit}`; what is meant as it stands is written `{} {unit}`",
                number.normalize()
            )),
        );
    }
}
