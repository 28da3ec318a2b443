//! What coupons give, and where an order keeps what pricing needs.

use rust_decimal::Decimal;

use super::Lower;
use crate::check::model::{Checked, Cost, Expr, ExprKind};
use crate::check::offer::{FixedOff, Give, Lines, Off, Offer, Stack};
use crate::plan::offers::{
    CartPlan, GivePlan, LinesPlan, MoneyPlan, OffPlan, OfferPlan, StackPlan, fraction, minor_units,
};

/// Whether an order is priced: some coupon gives something, or some reward reads it or pays a part of it.
pub fn is_priced(checked: &Checked) -> bool {
    let mut coupons = checked.coupons.iter().flat_map(|coupon| &coupon.versions);
    let mut rewards = checked.rewards.iter().flat_map(|reward| &reward.versions);
    coupons.any(|form| form.value.offer.is_some() || form.value.effects)
        || rewards.any(|form| form.value.in_order || matches!(form.value.cost, Cost::Rate(_)))
}

/// Fields of an order that pricing reads.
pub const ORDER_FIELDS: [&str; 4] = ["shipping", "subtotal", "lines", "coupons"];
/// Fields of its lines that pricing reads.
pub const LINE_FIELDS: [&str; 6] = ["id", "sku", "kind", "quantity", "unit_price", "amount"];

impl Lower<'_> {
    /// Where an order keeps what pricing needs; nothing where no coupon gives anything.
    pub(super) fn cart(&mut self) {
        if !is_priced(self.checked) {
            return;
        }
        let Some(event) = self.checked.events.iter().position(|event| event.standard && event.name == "order") else {
            return;
        };
        let Some(layout) = self.layouts.get(event) else { return };
        let slot = |name: &str| layout.slots.iter().position(|slot| &*slot.name == name).map(|at| at as u16);
        let list = |name: &str| layout.lists.iter().position(|list| &*list.name == name).map(|at| at as u16);
        let lines = list("lines");
        let fields = lines.and_then(|lines| layout.lists.get(usize::from(lines)));
        let item = |name: &str| {
            let at = fields?.fields.iter().position(|field| &*field.name == name)?;
            Some(at as u16)
        };
        let found = || {
            Some(CartPlan {
                event: event as u16,
                lines: lines?,
                id: item("id")?,
                sku: item("sku")?,
                kind: item("kind")?,
                quantity: item("quantity")?,
                unit_price: item("unit_price")?,
                amount: item("amount")?,
                shipping: slot("shipping")?,
                subtotal: slot("subtotal")?,
                coupons: list("coupons")?,
                floor: None,
                by_priority: self.checked.coupon_policy.by_priority,
                all_codes: self.checked.coupon_policy.all_codes,
                minor: self.minor(),
            })
        };
        let Some(mut cart) = found() else { return };
        self.event = Some(event);
        cart.floor = self.checked.coupon_policy.floor.as_ref().map(|floor| self.over_lines(floor));
        self.event = None;
        self.plan.cart = Some(cart);
    }

    fn minor(&self) -> u8 {
        self.checked.settings.currency.map_or(2, |currency| currency.minor)
    }

    pub(super) fn offer(&mut self, offer: &Offer) -> OfferPlan {
        let give = match &offer.give {
            Give::Off { off, each, by_quantity, lines } => GivePlan::Off {
                off: self.off(off),
                each: *each,
                by_quantity: *by_quantity,
                lines: self.lines_of(lines),
            },
            Give::Graduated { first, further, units, lines } => GivePlan::Graduated {
                first: self.money(first),
                further: self.money(further),
                units: *units,
                lines: self.lines_of(lines),
            },
            Give::Every { off, by_quantity, per, at_most, lines } => GivePlan::Every {
                off: self.minor_units(*off),
                by_quantity: *by_quantity,
                per: self.counted(*per, *by_quantity),
                at_most: *at_most,
                lines: self.lines_of(lines),
            },
            Give::Shipping(off) => GivePlan::Shipping(self.off(off)),
            Give::Units { units, off, lines } => {
                GivePlan::Units { units: *units, off: self.off(off), lines: self.lines_of(lines) }
            }
            Give::Get { count, off, lines, every, bought, at_most, spread } => GivePlan::Get {
                count: *count,
                off: self.off(off),
                lines: self.lines_of(lines),
                every: *every,
                bought: self.lines_of(bought),
                at_most: *at_most,
                spread: *spread,
            },
            Give::Bundle { parts, off, at_most } => GivePlan::Bundle {
                parts: parts.iter().map(|(count, lines)| (*count, self.lines_of(lines))).collect(),
                off: self.off(off),
                at_most: *at_most,
            },
            Give::Steps { by_quantity, steps, lines } => GivePlan::Steps {
                by_quantity: *by_quantity,
                steps: steps
                    .iter()
                    .map(|(from, off)| {
                        let off = match off {
                            FixedOff::Percent(share) => self.share(*share),
                            FixedOff::Amount(amount) => OffPlan::Amount(MoneyPlan::Fixed(self.minor_units(*amount))),
                            FixedOff::Price(price) => OffPlan::Price(MoneyPlan::Fixed(self.minor_units(*price))),
                        };
                        (self.counted(*from, *by_quantity), off)
                    })
                    .collect(),
                lines: self.lines_of(lines),
            },
            Give::Gift { count, sku, every, at_most } => GivePlan::Gift {
                count: *count,
                sku: sku.as_str().into(),
                every: every.as_ref().map(|(count, lines)| (*count, self.lines_of(lines))),
                at_most: *at_most,
            },
        };
        OfferPlan {
            give,
            up_to: offer.up_to.as_ref().map(|up_to| self.money(up_to)),
            basis: offer.basis,
            judged_after_items: offer.judged_after_items,
            priority: offer.priority,
            stack: match &offer.stack {
                Stack::None => StackPlan::None,
                Stack::Any => StackPlan::Any,
                Stack::With(coupons) => StackPlan::With(coupons.iter().map(|coupon| *coupon as u32).collect()),
            },
            group: offer.group,
            stop: offer.stop,
            floor: offer.floor.as_ref().map(|floor| self.over_lines(floor)),
            event_only: !offer.expressions().any(Expr::reads_member),
            quote: self.quote(offer.span),
        }
    }

    fn lines_of(&mut self, lines: &Lines) -> LinesPlan {
        LinesPlan {
            whole: lines.whole,
            filter: lines.filter.as_ref().map(|filter| self.over_lines(filter)),
            except: lines.except.as_ref().map(|except| self.over_lines(except)),
            any_kind: lines.any_kind,
        }
    }

    /// An expression in which bare names are fields of a line.
    fn over_lines(&mut self, expr: &Expr) -> u32 {
        let order = self.event.and_then(|event| self.layouts.get(event));
        let lines = order.and_then(|layout| layout.lists.iter().position(|list| &*list.name == "lines"));
        let outer = std::mem::replace(&mut self.list, lines.map(|lines| lines as u16));
        let node = self.expression(expr);
        self.list = outer;
        node
    }

    fn off(&mut self, off: &Off) -> OffPlan {
        match off {
            Off::Percent(Expr { kind: ExprKind::Number(share), .. }) => self.share(*share),
            Off::Percent(share) => OffPlan::Percent(self.expression(share)),
            Off::Amount(amount) => OffPlan::Amount(self.money(amount)),
            Off::Price(price) => OffPlan::Price(self.money(price)),
        }
    }

    fn share(&mut self, share: Decimal) -> OffPlan {
        match fraction(share) {
            Some((numerator, denominator)) => OffPlan::Share(numerator, denominator),
            // More digits than a fraction holds; worked out, it is rounded.
            None => {
                let node = self.node(crate::plan::Node::Number(share));
                OffPlan::Percent(node)
            }
        }
    }

    fn money(&mut self, amount: &Expr) -> MoneyPlan {
        match amount.kind {
            ExprKind::Number(number) => MoneyPlan::Fixed(self.minor_units(number)),
            _ => MoneyPlan::Worked(self.expression(amount)),
        }
    }

    fn minor_units(&self, amount: Decimal) -> i64 {
        minor_units(amount, self.minor()).unwrap_or(i64::MAX)
    }

    fn counted(&self, number: Decimal, by_quantity: bool) -> i64 {
        if by_quantity { minor_units(number, 0).unwrap_or(i64::MAX) } else { self.minor_units(number) }
    }
}
