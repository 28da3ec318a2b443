//! Coupons: who may use them, when, and what all of them together may come to.

use rust_decimal::Decimal;

use super::{BudgetMode, CouponKind, Expr, Lasts, Limit, Returns, Valid, Versioned, WalletIndex};
use crate::source::Span;

/// What a member may use on an order.
#[derive(Debug, Clone)]
pub struct Coupon {
    pub name: String,
    pub kind: CouponKind,
    pub versions: Vec<Versioned<CouponForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct CouponForm {
    /// The conjuncts of all `when` clauses, over an order and the member, in order. Empty: always.
    pub when: Vec<Expr>,
    /// All must hold.
    pub valid: Vec<Valid>,
    /// How long an issued one lasts.
    pub valid_for: Option<Lasts>,
    /// The codes that the host's secret makes for an issued one.
    pub minted: Option<Mint>,
    pub limits: Vec<Limit>,
    pub budget: Option<Budget>,
    /// A cancelled order keeps the use.
    pub usage_kept: bool,
    /// What a partial return does to what it took off.
    pub returns: Returns,
    /// The clauses that it is asked by once more then.
    pub terms: Vec<Span>,
    /// Nothing: it takes nothing off.
    pub offer: Option<crate::check::offer::Offer>,
    /// It holds effects, which follow when it is used.
    pub effects: bool,
    /// Where this form stands.
    pub span: Span,
}

/// What minted codes look like.
#[derive(Debug, Clone)]
pub struct Mint {
    pub prefix: String,
    /// Characters behind the prefix.
    pub length: u8,
}

/// What all discounts of a coupon together may come to, over all members, or all points that it gives.
#[derive(Debug, Clone)]
pub struct Budget {
    pub amount: Decimal,
    /// The wallet of the points; nothing: money of the program's currency.
    pub wallet: Option<WalletIndex>,
    pub mode: BudgetMode,
    pub span: Span,
}

/// What a rule can read of the coupon that set it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponFigure {
    Name,
    /// By which it can be used: its own, or its name.
    Code,
    ExpiresAt,
}
