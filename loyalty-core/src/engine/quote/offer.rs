//! What an eligible coupon gives of the order at hand: lines found, amounts worked out.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::cart::Priceable;
use crate::amount::Overflow;
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::pricing::give::{Candidate, Each, Give, Off, Stack, Stage};
use crate::engine::pricing::split::Ratio;
use crate::engine::pricing::{Lines, Minor};
use crate::plan::offers::{GivePlan, LinesPlan, MoneyPlan, OffPlan, OfferPlan, StackPlan, fraction, minor_units};
use crate::plan::{CartPlan, NodeId};
use crate::sorting::Arrange as _;

/// What is left of a coupon's budget, and whether a part of it is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Left {
    pub budget: Option<(Minor, bool)>,
}

/// Works out what a coupon gives.
pub struct Reader<'s, 'a> {
    pub scope: &'s Scope<'a>,
    pub cart: &'a CartPlan,
    pub order: &'s Priceable,
}

impl Reader<'_, '_> {
    /// Nothing: an amount that it depends on is missing or not above zero.
    pub fn candidate(&self, coupon: u32, offer: &OfferPlan, left: Left) -> Result<Option<Candidate>, Overflow> {
        let Some((give, lines)) = self.give(&offer.give)? else { return Ok(None) };
        let stage = stage_of(&offer.give);
        let mut up_to = match offer.up_to {
            Some(up_to) => match self.money(up_to)? {
                Some(up_to) => Some(up_to),
                None => return Ok(None),
            },
            None => None,
        };
        let mut whole_within = None;
        match left.budget {
            Some((left, true)) => up_to = Some(up_to.unwrap_or(Minor::MAX).min(left)),
            Some((left, false)) => whole_within = Some(left),
            None => {}
        }
        Ok(Some(Candidate {
            coupon,
            give,
            stage,
            lines,
            basis: offer.basis,
            up_to,
            whole_within,
            priority: offer.priority,
            stack: match &offer.stack {
                StackPlan::None => Stack::None,
                StackPlan::Any => Stack::Any,
                StackPlan::With(coupons) => Stack::With(coupons.clone()),
            },
            group: offer.group,
            stop: offer.stop,
            floors: self.floors(offer)?,
            judged_after_items: offer.judged_after_items,
        }))
    }

    /// What one unit of each line may cost at least with a coupon that says so itself.
    fn floors(&self, offer: &OfferPlan) -> Result<SmallVec<[Minor; 4]>, Overflow> {
        let mut floors = SmallVec::new();
        let Some(node) = offer.floor else { return Ok(floors) };
        for row in self.order.view.rows_of(self.order.view.list(self.cart.lines)) {
            let floor = self.scope.eval(node, row)?.number().unwrap_or_default();
            floors.push(minor_units(floor, self.cart.minor).ok_or(Overflow)?.max(0));
        }
        Ok(floors)
    }

    fn give(&self, give: &GivePlan) -> Result<Option<(Give, Lines)>, Overflow> {
        let read = || -> Result<Option<(Give, Lines)>, Overflow> {
            Ok(Some(match give {
                GivePlan::Shipping(off) => {
                    let Some(off) = self.off(*off)? else { return Ok(None) };
                    (Give::Shipping(off), Lines::new())
                }
                GivePlan::Off { off, each, by_quantity, lines } => {
                    let Some(off) = self.off(*off)? else { return Ok(None) };
                    (Give::Off { off, each: *each, by_quantity: *by_quantity }, self.lines(lines)?)
                }
                GivePlan::Graduated { first, further, units, lines } => {
                    let (Some(first), Some(further)) = (self.money(*first)?, self.money(*further)?) else {
                        return Ok(None);
                    };
                    let units = units.unwrap_or(u32::MAX);
                    (Give::Graduated { first, further, units }, self.lines(lines)?)
                }
                GivePlan::Every { off, by_quantity, per, at_most, lines } => {
                    let give = Give::Per { by_quantity: *by_quantity, per: *per, amount: *off, at_most: *at_most };
                    (give, self.lines(lines)?)
                }
                GivePlan::Units { units, off, lines } => {
                    let Some(off) = self.off(*off)? else { return Ok(None) };
                    let units = crate::engine::pricing::give::Units {
                        count: units.count,
                        of: units.of,
                        off,
                        most_expensive: units.most_expensive,
                        partial: units.partial,
                        merchant: units.merchant,
                        at_most: units.at_most,
                        spread: units.spread,
                    };
                    (Give::Units(units), self.lines(lines)?)
                }
                GivePlan::Get { count, off, lines, every, bought, at_most, spread } => {
                    let Some(off) = self.off(*off)? else { return Ok(None) };
                    let bought = self.lines(bought)?;
                    let give =
                        Give::BuyGet { buy: *every, bought, get: *count, off, at_most: *at_most, spread: *spread };
                    (give, self.lines(lines)?)
                }
                GivePlan::Bundle { parts, off, at_most } => {
                    let Some(off) = self.off(*off)? else { return Ok(None) };
                    let mut all = Lines::new();
                    let mut read = Vec::with_capacity(parts.len());
                    for (count, lines) in parts {
                        let lines = self.lines(lines)?;
                        all.extend_from_slice(&lines);
                        read.push((lines, *count));
                    }
                    all.arrange();
                    all.dedup();
                    (Give::Bundle { parts: read, off, at_most: *at_most }, all)
                }
                GivePlan::Steps { by_quantity, steps, lines } => {
                    let mut read = Vec::with_capacity(steps.len());
                    for (from, off) in steps {
                        let Some(off) = self.off(*off)? else { return Ok(None) };
                        read.push((*from, off));
                    }
                    (Give::Tiers { by_quantity: *by_quantity, steps: read }, self.lines(lines)?)
                }
                GivePlan::Gift { count, every, at_most, .. } => {
                    let (per, lines) = match every {
                        Some((per, lines)) => (Some(*per), self.lines(lines)?),
                        None => (None, Lines::new()),
                    };
                    (Give::Gift { per, count: *count, at_most: *at_most }, lines)
                }
            }))
        };
        read()
    }

    /// The lines that a filter means; what it excludes is out, whatever else it says.
    pub fn lines(&self, lines: &LinesPlan) -> Result<Lines, Overflow> {
        if lines.filter.is_none() && lines.except.is_none() && !lines.any_kind {
            return Ok(self.order.goods.clone());
        }
        let mut found = Lines::new();
        let rows = self.order.view.rows_of(self.order.view.list(self.cart.lines));
        for ((at, row), line) in (0_u32..).zip(rows).zip(&self.order.basket.lines) {
            let may = line.amount > 0 && (lines.any_kind || self.order.goods.binary_search(&at).is_ok());
            if may && self.holds(lines.filter, row, true)? && !self.holds(lines.except, row, false)? {
                found.push(at);
            }
        }
        Ok(found)
    }

    fn holds(&self, node: Option<NodeId>, row: usize, otherwise: bool) -> Result<bool, Overflow> {
        match node {
            Some(node) => Ok(self.scope.eval(node, row)?.is_true()),
            None => Ok(otherwise),
        }
    }

    fn off(&self, off: OffPlan) -> Result<Option<Off>, Overflow> {
        Ok(match off {
            OffPlan::Share(numerator, denominator) => Some(Off::Percent(Ratio { numerator, denominator })),
            OffPlan::Percent(node) => {
                let share = self.number(node)?.map(|share| share.min(Decimal::ONE));
                let share = share.filter(|share| *share > Decimal::ZERO);
                // Ten digits of a share are a cent of a hundred millions.
                let fraction = share.and_then(|share| fraction(share).or_else(|| fraction(share.round_dp(10))));
                fraction.map(|(numerator, denominator)| Off::Percent(Ratio { numerator, denominator }))
            }
            OffPlan::Amount(amount) => self.money(amount)?.map(Off::Amount),
            OffPlan::Price(MoneyPlan::Fixed(price)) => Some(Off::Price(price)),
            OffPlan::Price(MoneyPlan::Worked(price)) => {
                let price = self.number(price)?.and_then(|price| minor_units(price, self.cart.minor));
                price.map(|price| Off::Price(price.max(0)))
            }
        })
    }

    /// Money above zero.
    fn money(&self, money: MoneyPlan) -> Result<Option<Minor>, Overflow> {
        let money = match money {
            MoneyPlan::Fixed(money) => Some(money),
            MoneyPlan::Worked(node) => self.number(node)?.and_then(|money| minor_units(money, self.cart.minor)),
        };
        Ok(money.filter(|money| *money > 0))
    }

    fn number(&self, node: NodeId) -> Result<Option<Decimal>, Overflow> {
        Ok(self.scope.eval(node, NO_ROW)?.number())
    }
}

fn stage(lines: &LinesPlan) -> Stage {
    if lines.whole { Stage::Order } else { Stage::Items }
}

/// When among others it applies.
pub fn stage_of(give: &GivePlan) -> Stage {
    match give {
        GivePlan::Shipping(_) => Stage::Shipping,
        GivePlan::Off { each, lines, .. } if *each == Each::All => stage(lines),
        GivePlan::Every { lines, .. } | GivePlan::Steps { lines, .. } => stage(lines),
        GivePlan::Off { .. }
        | GivePlan::Graduated { .. }
        | GivePlan::Units { .. }
        | GivePlan::Get { .. }
        | GivePlan::Bundle { .. }
        | GivePlan::Gift { .. } => Stage::Items,
    }
}
