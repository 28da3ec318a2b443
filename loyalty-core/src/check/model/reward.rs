//! Checked rewards: what they cost, who may have them, and how points pay for a part of an order.

use rust_decimal::Decimal;

use super::{Expr, Length, Limit, Valid, Versioned, WalletIndex};
use crate::sorting::Arrange as _;
use crate::source::Span;

/// A place in the list of rewards.
pub type RewardIndex = usize;

/// Something that points, or money of a wallet, can be redeemed for.
#[derive(Debug, Clone)]
pub struct Reward {
    pub name: String,
    pub versions: Vec<Versioned<RewardForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct RewardForm {
    pub cost: Cost,
    /// The conjuncts of all `when` clauses, in order.
    pub when: Vec<Expr>,
    pub valid: Vec<Valid>,
    pub limits: Vec<Limit>,
    /// How long its price can be held before it is captured; nothing: not at all.
    pub hold: Option<Length>,
    /// What the order earns may pay for what is taken in it.
    pub same_order: bool,
    /// Some clause reads the order, so that it is taken in one.
    pub in_order: bool,
}

#[derive(Debug, Clone)]
pub enum Cost {
    /// One of these prices, each in one wallet or in several at once.
    Prices(Vec<Vec<Price>>),
    /// By rate: the member says how much.
    Rate(Box<PayRate>),
}

#[derive(Debug, Clone)]
pub struct Price {
    pub wallet: WalletIndex,
    pub amount: Expr,
}

/// `points` of the wallet for every `money`.
#[derive(Debug, Clone)]
pub struct PayRate {
    pub wallet: WalletIndex,
    pub points: Decimal,
    pub money: Decimal,
    /// What is paid is a multiple of it.
    pub steps: Option<Decimal>,
    pub at_least: Option<Decimal>,
    /// The most points.
    pub at_most: Option<Decimal>,
    /// The most money that it comes to.
    pub up_to: Option<Expr>,
    /// The most, or nothing.
    pub whole: bool,
}

impl Reward {
    /// The wallets that may pay for it, in any of its forms.
    pub fn wallets(&self) -> Vec<WalletIndex> {
        let mut wallets = Vec::new();
        for form in &self.versions {
            match &form.value.cost {
                Cost::Prices(prices) => wallets.extend(prices.iter().flatten().map(|price| price.wallet)),
                Cost::Rate(rate) => wallets.push(rate.wallet),
            }
        }
        wallets.arrange();
        wallets.dedup();
        wallets
    }
}

/// What a condition or a text can read of a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewardFigure {
    /// What it costs the member now.
    Cost,
    /// What is missing for it in the wallet that pays; zero once it can be paid.
    Remaining,
    /// Whether the member may have it now.
    Available,
}
