//! The plainest rules, as most are: what the judging of one needs lies side by side, where a rule of any kind has its forms,
//! conditions and effects each in a list of its own.

use rust_decimal::Decimal;

use super::{Dated, EffectKindPlan, Node, NodeId, Plan, RuleFormPlan, RulePlan};

/// A rule of one form without validity, limits and groups, with at most one condition, that earns once, by a constant.
#[derive(Debug, Clone)]
pub struct PlainRule {
    /// The local day from which it holds.
    pub from: i32,
    pub wallet: u16,
    pub condition: Option<NodeId>,
    /// It has a cap of its own.
    pub capped: bool,
    pub earns: PlainEarning,
}

/// What it contributes, times the wallet's denominator.
#[derive(Debug, Clone)]
pub enum PlainEarning {
    Fixed(Decimal),
    Rate {
        rate: Decimal,
        of: NodeId,
        /// `of` is a sum that rules on the event share: its place among those.
        shared: Option<u8>,
        /// The rate is of the whole blocks of this in it.
        block: Option<Decimal>,
    },
}

impl PlainRule {
    /// The rules of a plan that are so plain.
    pub fn all(plan: &Plan) -> Vec<Option<Self>> {
        plan.rules.iter().map(|rule| Self::of(plan, rule)).collect()
    }

    fn of(plan: &Plan, rule: &RulePlan) -> Option<Self> {
        // Every part is named: one that is new does not compile before it is known whether a rule with it is plain. Arms and
        // what a return asks for are the matter of later stages, which go by the rule's number.
        let RulePlan { forms, groups, name: _, trigger: _, arms: _, by_amount: _, held: _, line: _ } = rule;
        let [Dated { from, value: form }] = &**forms else { return None };
        let RuleFormPlan { when, valid, limits, effects, caps, cap_mode: _, revoke: _, rating: _, caps_said: _ } = form;
        let ([effect], true) = (&**effects, valid.is_empty() && limits.is_empty() && groups.is_empty()) else {
            return None;
        };
        let condition = match &**when {
            [] => None,
            [condition] => Some(condition.node),
            _ => return None,
        };
        let (wallet, earns) = match &effect.kind {
            EffectKindPlan::EarnFixed { wallet, constant: Some(amount), .. } => (*wallet, PlainEarning::Fixed(*amount)),
            EffectKindPlan::EarnRate { wallet, rate, .. } if takes_whole_orders(plan, *wallet) => {
                let block = rate.full.then_some(rate.per);
                (*wallet, PlainEarning::Rate { rate: rate.constant?, of: rate.of, shared: None, block })
            }
            _ => return None,
        };
        Some(Self { from: *from, wallet, condition, capped: !caps.is_empty(), earns })
    }

    /// The sum over a list that it is a rate of, if that is of the items with one text in one field: the list and the field, the
    /// text and what is added up.
    pub fn sum(&self, plan: &Plan) -> Option<((u16, u16), (u32, u16))> {
        let PlainEarning::Rate { of, .. } = &self.earns else { return None };
        match plan.nodes.get(*of as usize)? {
            Node::PlainSum { list, value, only: Some((slot, symbol)), .. } => Some(((*list, *slot), (*symbol, *value))),
            _ => None,
        }
    }
}

/// Whether what a wallet takes in is a rate of orders as a whole, on every day.
fn takes_whole_orders(plan: &Plan, wallet: u16) -> bool {
    let Some(wallet) = plan.wallets.get(usize::from(wallet)) else { return false };
    wallet.policies.first().is_some_and(|first| first.from == i32::MIN)
        && !wallet.policies.iter().any(|policy| policy.value.rounds_by_line())
}
