//! An order as it is before any coupon: what its lines cost, and what its coupons' conditions see.

use rust_decimal::Decimal;

use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::event::{EventData, Slot};
use crate::engine::member::Member;
use crate::engine::pricing::split::{Part, share};
use crate::engine::pricing::{Basket, Line, Lines, Minor};
use crate::engine::value::Value;
use crate::plan::offers::minor_units;
use crate::plan::{CartPlan, Plan};
use crate::wire::decode::fill;

/// Where an order comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A cart: what it says of its sums is said before any coupon.
    Cart,
    /// An order that has happened: its sums are what was charged.
    Order,
}

/// An order laid out for pricing.
#[derive(Debug)]
pub struct Priceable {
    pub basket: Basket,
    /// The lines that are goods and cost something.
    pub goods: Lines,
    /// The order as conditions see it: every amount before any coupon.
    pub view: EventData,
}

impl Priceable {
    pub fn of(plan: &Plan, cart: &CartPlan, event: &EventData, source: Source) -> Result<Self, EventError> {
        let view = event.clone();
        let list = view.list(cart.lines);
        let mut basket = Basket::default();
        let mut goods = Lines::new();
        let mut is_goods = Vec::with_capacity(list.count as usize);
        // What the subtotal is where the cart does not say it.
        let mut filled = Decimal::ZERO;
        for (at, row) in (0_u32..).zip(event.rows_of(list)) {
            let number = |slot: u16| event.item(row, slot).number();
            let quantity = number(cart.quantity).unwrap_or(Decimal::ONE);
            let amount = match number(cart.unit_price) {
                Some(price) => amount::multiply(price, quantity)?,
                None => number(cart.amount).unwrap_or_default(),
            };
            let minor = minor_units(amount, cart.minor).filter(|minor| *minor >= 0).ok_or(Overflow)?;
            let (plain, lowers) = match event.item(row, cart.kind) {
                Value::Missing => (true, false),
                Value::Text(kind, _) => (kind == "goods", kind == "discount"),
                _ => (false, false),
            };
            // What lowers the order is no line that a coupon could lower, and leaves the less to be lowered.
            let own = if lowers { 0 } else { minor };
            if lowers {
                basket.credit = basket.credit.checked_add(minor).ok_or(Overflow)?;
            }
            if plain && own > 0 {
                goods.push(at);
            }
            is_goods.push(plain);
            if plain {
                filled = amount::add(filled, number(cart.amount).unwrap_or_default())?;
            }
            basket.lines.push(Line { units: units(quantity), amount: own, floor: 0 });
        }
        let shipping = view.slot(cart.shipping).number().unwrap_or_default();
        basket.shipping = minor_units(shipping, cart.minor).ok_or(Overflow)?;
        let mut priceable = Self { basket, goods, view };
        if source == Source::Cart && list.present {
            priceable.reconcile(cart, &is_goods, filled)?;
        }
        if source == Source::Order {
            // What was charged is the order's own; conditions see what the coupons met.
            priceable.forget_sums(plan, cart);
        }
        let amounts: Vec<Minor> = priceable.basket.lines.iter().map(|line| line.amount).collect();
        priceable.view_at(plan, cart, &amounts)?;
        priceable.floors(plan, cart)?;
        if priceable.basket.goods().and_then(|goods| goods.checked_add(priceable.basket.shipping)).is_none() {
            return Err(Overflow.into());
        }
        Ok(priceable)
    }

    /// The host's own rounding of its sum is laid on the lines, so that they add up to it: a minor unit for each line at
    /// the most.
    fn reconcile(&mut self, cart: &CartPlan, is_goods: &[bool], filled: Decimal) -> Result<(), EventError> {
        let Some(said) = self.view.slot(cart.subtotal).number() else { return Ok(()) };
        let said = minor_units(said, cart.minor).ok_or(Overflow)?;
        let lines = self.basket.lines.iter().zip(is_goods).filter(|(_, goods)| **goods);
        let sum = lines.clone().try_fold(0, |sum: Minor, (line, _)| sum.checked_add(line.amount)).ok_or(Overflow)?;
        let difference = said - sum;
        // What is no other than its default was not said: lines that are cut to a minor unit each come to something else, as do
        // those that say both what a unit costs and what they come to.
        if difference == 0 || self.view.slot(cart.subtotal).number() == Some(filled) {
            return Ok(());
        }
        if difference.unsigned_abs() > lines.count() as u64 {
            let text = |minor: Minor| amount::text(decimal(minor, cart.minor));
            return Err(EventError::new(Refusal::WrongType)
                .in_field("subtotal")
                .expecting(format!("{}, the sum of the lines that are goods, before any coupon", text(sum)))
                .but_found(text(said))
                .advising("leave it out, and it is worked out from `unit_price` and `quantity`"));
        }
        let parts: Vec<Part> = (self.basket.lines.iter().zip(is_goods))
            .map(|(line, goods)| Part { weight: if *goods { line.amount } else { 0 }, room: line.amount, count: 1 })
            .collect();
        let shares = share(difference.abs(), &parts);
        for (line, share) in self.basket.lines.iter_mut().zip(shares) {
            line.amount += share.sum(1) * difference.signum();
        }
        Ok(())
    }

    fn forget_sums(&mut self, plan: &Plan, cart: &CartPlan) {
        let Some(layout) = plan.events.get(usize::from(cart.event)).map(|event| &event.layout) else { return };
        for (field, slot) in layout.slots.iter().zip(&mut self.view.slots) {
            if matches!(&*field.name, "subtotal" | "total") && field.default.is_some() {
                *slot = Slot::Missing;
            }
        }
    }

    /// Lays amounts on the lines that conditions see.
    fn view_at(&mut self, plan: &Plan, cart: &CartPlan, amounts: &[Minor]) -> Result<(), EventError> {
        let list = self.view.list(cart.lines);
        let rows: Vec<usize> = self.view.rows_of(list).collect();
        for (row, amount) in rows.into_iter().zip(amounts) {
            if let Some(slot) = self.view.rows.get_mut(row + usize::from(cart.amount)) {
                *slot = Slot::Number(decimal(*amount, cart.minor));
            }
        }
        match plan.events.get(usize::from(cart.event)) {
            Some(event) => fill(plan, &event.layout, &mut self.view),
            None => Ok(()),
        }
    }

    /// The same order with other amounts, its sums worked out from them.
    pub fn at_nets(&self, plan: &Plan, cart: &CartPlan, nets: &[Minor]) -> Result<EventData, EventError> {
        let mut other = Self { basket: Basket::default(), goods: Lines::new(), view: self.view.clone() };
        other.forget_sums(plan, cart);
        other.view_at(plan, cart, nets)?;
        Ok(other.view)
    }

    /// An order with its sums less what rewards pay of it.
    pub fn less_paid(plan: &Plan, cart: &CartPlan, mut order: EventData, paid: Decimal) -> Result<EventData, Overflow> {
        let Some(layout) = plan.events.get(usize::from(cart.event)).map(|event| &event.layout) else {
            return Ok(order);
        };
        for (field, slot) in layout.slots.iter().zip(&mut order.slots) {
            if let (true, Slot::Number(sum)) = (matches!(&*field.name, "subtotal" | "total"), &*slot) {
                *slot = Slot::Number(amount::at_least_zero(amount::subtract(*sum, paid)?));
            }
        }
        Ok(order)
    }

    fn floors(&mut self, plan: &Plan, cart: &CartPlan) -> Result<(), EventError> {
        let Some(floor) = cart.floor else { return Ok(()) };
        let nobody = Member::nobody();
        let scope = Scope { event: Some(&self.view), day: self.view.day, ..Scope::of(plan, nobody, self.view.at) };
        for (line, row) in self.basket.lines.iter_mut().zip(self.view.rows_of(self.view.list(cart.lines))) {
            if let Some(floor) = scope.eval(floor, row)?.number() {
                line.floor = minor_units(floor, cart.minor).ok_or(Overflow)?.max(0);
            }
        }
        Ok(())
    }
}

/// Whole units; what is sold by weight is one.
fn units(quantity: Decimal) -> u32 {
    let whole = amount::round(quantity, Decimal::ONE, 0, RoundMode::Down).unwrap_or_default();
    if whole != quantity {
        return 1;
    }
    u32::try_from(whole.mantissa()).ok().filter(|units| *units > 0).unwrap_or(1)
}

/// Minor units as an amount of money.
pub fn decimal(minor: Minor, digits: u8) -> Decimal {
    Decimal::new(minor, u32::from(digits))
}
