//! Rewards, laid out: prices, conditions and the rule that gives what they give.

use rust_decimal::Decimal;

use super::{Dated, NodeId, RuleFormPlan, in_force};
use crate::check::model::Length;

#[derive(Debug)]
pub struct RewardPlan {
    pub name: Box<str>,
    /// The rule that gives what it gives; decisions name the reward by it.
    pub rule: u32,
    pub forms: Vec<Dated<RewardFormPlan>>,
}

#[derive(Debug, Clone)]
pub struct RewardFormPlan {
    /// Conditions, validity and limits; it has no effects of its own.
    pub guard: RuleFormPlan,
    /// What each condition says in the program, for refusals.
    pub said: Vec<Box<str>>,
    pub cost: CostPlan,
    /// How long its price can be held.
    pub hold: Option<Length>,
    /// What the order earns may pay for what is taken in it.
    pub same_order: bool,
    pub in_order: bool,
}

#[derive(Debug, Clone)]
pub enum CostPlan {
    /// Of these prices one is paid, each in one wallet or in several at once.
    Prices(Vec<Vec<PricePlan>>),
    Rate(PayPlan),
}

#[derive(Debug, Clone, Copy)]
pub struct PricePlan {
    pub wallet: u16,
    pub amount: NodeId,
}

/// `points` for every `money`.
#[derive(Debug, Clone)]
pub struct PayPlan {
    pub wallet: u16,
    pub points: Decimal,
    pub money: Decimal,
    /// Digits after the point of that money.
    pub minor: u32,
    pub steps: Option<Decimal>,
    pub at_least: Option<Decimal>,
    pub at_most: Option<Decimal>,
    pub up_to: Option<NodeId>,
    pub whole: bool,
}

impl RewardPlan {
    /// The form in force on a day.
    pub fn form(&self, day: i32) -> Option<&RewardFormPlan> {
        in_force(&self.forms, day)
    }
}

impl RewardFormPlan {
    /// Every expression that decides about it.
    pub fn nodes(&self, mut found: impl FnMut(NodeId)) {
        self.guard.when.iter().for_each(|condition| found(condition.node));
        match &self.cost {
            CostPlan::Prices(prices) => prices.iter().flatten().for_each(|price| found(price.amount)),
            CostPlan::Rate(rate) => rate.up_to.into_iter().for_each(found),
        }
    }
}
