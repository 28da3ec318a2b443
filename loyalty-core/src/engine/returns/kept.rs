//! What is kept of an order, as if nothing else had been bought.

use rust_decimal::Decimal;

use super::goods::{charged_in_all, has_goods, is_goods, keep_total, others, total_holds_others, weights};
use super::order::{Order, Returned};
use super::owed::{AllOwed, owed};
use crate::amount::{self, Overflow};
use crate::check::model::RoundMode;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::error::EventError;
use crate::engine::event::{EventData, List, Slot};
use crate::engine::outcome::Kind;
use crate::plan::Plan;
use crate::plan::layout::{EventLayout, FieldKind, LinesLayout, WHOLE};
use crate::wire::decode;

pub(super) fn field(plan: &Plan, event: &EventData, name: &str) -> Option<Decimal> {
    let layout = &plan.events.get(usize::from(event.event))?.layout;
    let slot = layout.slots.iter().position(|slot| &*slot.name == name)?;
    event.slot(slot as u16).number()
}

/// One line of an order: its row and what is left of it.
pub(super) struct Line {
    pub(super) row: usize,
    pub(super) quantity: Decimal,
    pub(super) amount: Decimal,
}

pub(super) fn lines(event: &EventData, layout: &EventLayout) -> Option<(LinesLayout, List, Vec<Line>)> {
    let places = layout.lines?;
    let list = event.list(places.list);
    if !list.present || list.count == 0 {
        return None;
    }
    let number = |row: usize, slot: u16| event.item(row, slot).number().unwrap_or(Decimal::ZERO);
    let lines = event.rows_of(list).map(|row| Line {
        row,
        quantity: number(row, places.quantity),
        amount: number(row, places.amount),
    });
    Some((places, list, lines.collect()))
}

/// Digits to which money of the program is split.
pub(super) fn minor(plan: &Plan, value: Decimal) -> u32 {
    value.scale().max(plan.settings.currency.map_or(0, |currency| u32::from(currency.minor)))
}

/// `value × part / whole`, cut off at so many decimals.
pub(super) fn share(value: Decimal, part: Decimal, whole: Decimal, scale: u32) -> Result<Decimal, Overflow> {
    if whole <= Decimal::ZERO {
        return Ok(Decimal::ZERO);
    }
    amount::round(amount::multiply(value, part)?, whole, scale, RoundMode::Down)
}

/// The field that an event is measured by as a whole: its subtotal, else its total or its amount. One that has none of them
/// and no lines is measured by its money that is shared, if that is one field.
pub(super) fn main_field(layout: &EventLayout, event: &EventData) -> Option<usize> {
    let told = |slot: &usize| matches!(event.slots.get(*slot), Some(Slot::Number(_)));
    let place = |name: &str| layout.slots.iter().position(|slot| &*slot.name == name);
    let named = WHOLE.into_iter().filter_map(place).find(told);
    named.or_else(|| {
        let lines = layout.lines.is_some_and(|lines| event.list(lines.list).present);
        let mut shared = shared_money(layout);
        shared.next().filter(|slot| !lines && shared.next().is_none() && told(slot))
    })
}

/// The shared amounts of money of an event.
pub(super) fn shared_money(layout: &EventLayout) -> impl Iterator<Item = usize> {
    layout.slots.iter().enumerate().filter(|(_, slot)| slot.shared && slot.money).map(|(slot, _)| slot)
}

/// What an event is measured by as a whole: its main field, else the sum of its lines that are goods.
pub(super) fn base(plan: &Plan, event: &EventData) -> Result<Decimal, Overflow> {
    let layout = plan.events.get(usize::from(event.event)).map(|event| &event.layout);
    let main = layout.and_then(|layout| main_field(layout, event)).and_then(|slot| event.slot(slot as u16).number());
    if let Some(value) = main {
        return Ok(value);
    }
    let mut sum = Decimal::ZERO;
    if let Some((places, _, lines)) = layout.and_then(|layout| lines(event, layout)) {
        for line in lines.iter().filter(|line| is_goods(event, places, line.row)) {
            sum = amount::add(sum, line.amount)?;
        }
    }
    Ok(sum)
}

/// The order as if only what is kept of it had been bought.
pub(super) fn kept(plan: &Plan, order: &Order, returned: &Returned) -> Result<EventData, EventError> {
    charged(plan, order, returned, &owed(plan, order, returned)?)
}

/// The same at what is charged for it, where coupons take off so much less.
pub(super) fn charged(
    plan: &Plan,
    order: &Order,
    returned: &Returned,
    owed: &AllOwed,
) -> Result<EventData, EventError> {
    let mut event = order.event.clone();
    let Some(layout) = plan.events.get(usize::from(event.event)).map(|event| &event.layout) else { return Ok(event) };
    let whole = base(plan, &order.event)?;
    if let Some((places, list, lines)) = lines(&order.event, layout) {
        // What the host did not tell, or told as its default says, follows from what is kept.
        decode::forget_defaults(plan, layout, &mut event)?;
        keep_lines(plan, layout, (order, places, list, &lines), returned, &mut event)?;
        raise(plan, layout, (places, &lines), owed, &mut event)?;
        drop_lines(places, &lines, returned, &mut event);
        decode::fill(plan, layout, &mut event)?;
    }
    let left = base(plan, &event)?;
    if !returned.amount.is_zero() {
        lower(plan, layout, &order.event, (returned.amount, left), &mut event)?;
    }
    // Lists other than the lines share the fate of the goods, and tenders that of the order as a whole.
    let goods = (base(plan, &event)?, whole);
    let all = (charged_in_all(plan, &order.event, &event)?, charged_in_all(plan, &order.event, &order.event)?);
    for (number, list) in layout.lists.iter().enumerate() {
        if layout.lines.is_some_and(|lines| usize::from(lines.list) == number) {
            continue;
        }
        let (left, whole) = if &*list.name == "tenders" { all } else { goods };
        if left != whole {
            for (slot, _) in list.fields.iter().enumerate().filter(|(_, field)| field.shared) {
                for row in event.rows_of(event.list(number as u16)) {
                    if let Some(Slot::Number(value)) = event.rows.get_mut(row + slot) {
                        let scale = minor(plan, *value);
                        *value = share(*value, left, whole, scale)?;
                    }
                }
            }
        }
    }
    Ok(event)
}

/// The order as if only the kept units had been bought, whatever money has come back beside them.
pub(super) fn keep_units(plan: &Plan, order: &Order, returned: &Returned) -> Result<EventData, EventError> {
    let mut event = order.event.clone();
    let Some(layout) = plan.events.get(usize::from(event.event)).map(|event| &event.layout) else { return Ok(event) };
    let Some((places, list, lines)) = lines(&order.event, layout) else { return Ok(event) };
    let units = Returned { units: returned.units.clone(), ..Returned::default() };
    decode::forget_defaults(plan, layout, &mut event)?;
    keep_lines(plan, layout, (order, places, list, &lines), &units, &mut event)?;
    drop_lines(places, &lines, &units, &mut event);
    decode::fill(plan, layout, &mut event)?;
    Ok(event)
}

/// Adds what coupons take off no more to the lines, and to the sums that the host told; what follows from the lines is
/// filled in after it. Nothing comes to cost more than it did before any coupon.
fn raise(
    plan: &Plan,
    layout: &EventLayout,
    (places, lines): (LinesLayout, &[Line]),
    owed: &AllOwed,
    event: &mut EventData,
) -> Result<(), EventError> {
    if owed.coupons.is_empty() {
        return Ok(());
    }
    let price = plan.cart.as_ref().map(|cart| cart.unit_price);
    // What the lines take in, and what only the sums know of.
    let (mut in_lines, mut beside) = (Decimal::ZERO, Decimal::ZERO);
    for (at, more) in owed.coupons.iter().flat_map(|coupon| &coupon.lines) {
        let Some(line) = lines.get(*at) else { continue };
        let number = |slot: u16| event.item(line.row, slot).number();
        let now = number(places.amount).unwrap_or_default();
        let list = match price.and_then(number) {
            Some(price) => amount::multiply(price, number(places.quantity).unwrap_or_default())?,
            None => now,
        };
        let room = amount::subtract(list, now)?.max(Decimal::ZERO);
        let taken = room.min(*more);
        if let Some(place) = event.rows.get_mut(line.row + usize::from(places.amount)) {
            *place = Slot::Number(amount::add(now, taken)?);
        }
        in_lines = amount::add(in_lines, taken)?;
        beside = amount::add(beside, amount::subtract(*more, taken)?)?;
    }
    let told = |name: &str| {
        let slot = layout.slots.iter().position(|slot| &*slot.name == name);
        slot.filter(|slot| matches!(event.slots.get(*slot), Some(Slot::Number(_))))
    };
    let sums = [told("subtotal"), told("total"), told("amount")];
    let room = match field(plan, event, "subtotal") {
        Some(subtotal) => amount::subtract(owed.list_price, amount::add(subtotal, in_lines)?)?.max(Decimal::ZERO),
        None => Decimal::ZERO,
    };
    let more = amount::add(in_lines, beside.min(room))?;
    for slot in sums.into_iter().flatten() {
        if let Some(Slot::Number(value)) = event.slots.get_mut(slot) {
            *value = amount::add(*value, more)?;
        }
    }
    Ok(())
}

/// Takes returned units and money out of the lines and out of what the goods among them share.
fn keep_lines(
    plan: &Plan,
    layout: &EventLayout,
    (order, places, list, lines): (&Order, LinesLayout, List, &[Line]),
    returned: &Returned,
    event: &mut EventData,
) -> Result<(), EventError> {
    let mut kept_amounts = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let units = returned.units.get(at).copied().unwrap_or_default();
        let money = returned.amounts.get(at).copied().unwrap_or_default();
        let gone = share(line.amount, units, line.quantity, minor(plan, line.amount))?;
        // Units and money may both come back; together never more than the line.
        let left = amount::subtract(amount::subtract(line.amount, gone)?, money)?.max(Decimal::ZERO);
        kept_amounts.push(left);
        if units.is_zero() && money.is_zero() {
            continue;
        }
        let quantity = amount::subtract(line.quantity, units)?.max(Decimal::ZERO);
        if let Some(fields) = layout.lists.get(usize::from(places.list)).map(|list| &list.fields) {
            for (slot, _) in fields.iter().enumerate().filter(|(_, field)| field.shared) {
                if let Some(Slot::Number(value)) = event.rows.get_mut(line.row + slot) {
                    let scale = value.scale();
                    *value = share(*value, quantity, line.quantity, scale)?;
                }
            }
        }
        let mut put = |slot: u16, value: Decimal| {
            if let Some(place) = event.rows.get_mut(line.row + usize::from(slot)) {
                *place = Slot::Number(value);
            }
        };
        put(places.amount, left);
        put(places.quantity, quantity);
    }
    debug_assert_eq!(list.count as usize, lines.len());
    let subtotal = field(plan, event, "subtotal");
    let apart = has_goods(&order.event, layout);
    let weights = weights(&order.event, places, lines, apart);
    let prices = net_of_coupons(plan, order, (lines, &weights))?;
    let mut total = None;
    for (slot, field) in layout.slots.iter().enumerate().filter(|(_, field)| field.shared) {
        if let Some(Slot::Number(value)) = event.slots.get(slot).copied() {
            let scale = match field.kind {
                FieldKind::Number { scale, .. } => value.scale().max(u32::from(scale)),
                _ => value.scale(),
            };
            if &*field.name == "total" {
                total = Some((slot, value, scale));
                continue;
            }
            let by_price = matches!(&*field.name, "subtotal" | "tax");
            let parts = amount::apportion(value, if by_price { &prices } else { &weights }, scale)?;
            let mut sum = Decimal::ZERO;
            for ((part, line), kept) in parts.iter().zip(lines).zip(&kept_amounts) {
                let gone = share(*part, amount::subtract(line.amount, *kept)?, line.amount, scale)?;
                sum = amount::add(sum, amount::subtract(*part, gone)?)?;
            }
            if let Some(place) = event.slots.get_mut(slot) {
                *place = Slot::Number(sum);
            }
        }
    }
    let Some((slot, value, scale)) = total else { return Ok(()) };
    let (mut goods, mut rest) = ((Decimal::ZERO, Decimal::ZERO), (Decimal::ZERO, Decimal::ZERO));
    for ((line, weight), kept) in lines.iter().zip(&weights).zip(&kept_amounts) {
        let sums = if weight.is_zero() { &mut rest } else { &mut goods };
        *sums = (amount::add(sums.0, line.amount)?, amount::add(sums.1, *kept)?);
    }
    if let Some(told) = subtotal {
        goods = (told, field(plan, event, "subtotal").unwrap_or(told));
    }
    let rest = if total_holds_others(plan, &order.event, layout)? { rest } else { (Decimal::ZERO, Decimal::ZERO) };
    let shipping = field(plan, &order.event, "shipping").unwrap_or_default();
    if let Some(place) = event.slots.get_mut(slot) {
        *place = Slot::Number(keep_total(value, shipping, rest, goods, scale)?);
    }
    Ok(())
}

/// What lines cost, as they weigh: less what coupons took off those that were told at their prices before any coupon. Others were
/// told as they were charged.
fn net_of_coupons(
    plan: &Plan,
    order: &Order,
    (lines, weights): (&[Line], &[Decimal]),
) -> Result<Vec<Decimal>, Overflow> {
    let mut prices = weights.to_vec();
    let Some(cart) = plan.cart.as_ref().filter(|cart| cart.event == order.event.event) else { return Ok(prices) };
    for decision in &order.decisions {
        let Kind::Coupon(CouponDecision::Redeemed { lines: off, .. }) = &decision.kind else { continue };
        for (at, off) in off {
            let at = *at as usize;
            let (Some(line), Some(price)) = (lines.get(at), prices.get_mut(at)) else { continue };
            let Some(unit) = order.event.item(line.row, cart.unit_price).number() else { continue };
            if !price.is_zero() && amount::multiply(unit, line.quantity)? == line.amount {
                *price = amount::subtract(*price, *off)?.max(Decimal::ZERO);
            }
        }
    }
    Ok(prices)
}

/// Takes the lines out of which every unit has come back: they count no more than what was never bought. A line whose money
/// alone has come back is still with the member, and stays.
fn drop_lines(places: LinesLayout, lines: &[Line], returned: &Returned, event: &mut EventData) {
    let Some(list) = event.lists.get_mut(usize::from(places.list)) else { return };
    let width = list.width as usize;
    let mut to = list.start as usize;
    list.count = 0;
    for (at, line) in lines.iter().enumerate() {
        let units = returned.units.get(at).copied().unwrap_or_default();
        if !units.is_zero() && units >= line.quantity {
            continue;
        }
        // Rows only move towards the start of their own list, so that no other list is touched.
        if to != line.row {
            event.rows.copy_within(line.row..line.row + width, to);
        }
        to += width;
        list.count += 1;
    }
}

/// Takes money of the goods out of everything that belongs to them.
fn lower(
    plan: &Plan,
    layout: &EventLayout,
    order: &EventData,
    (back, left): (Decimal, Decimal),
    event: &mut EventData,
) -> Result<(), EventError> {
    // Goods may come back after their money has: then nothing is left to lower.
    let back = back.min(left);
    let main = main_field(layout, event);
    // What the host did not tell, or told as its default says, follows from what is kept: shipping stays whole.
    let mut told = event.clone();
    decode::forget_computed(plan, layout, &mut told)?;
    let apart = has_goods(order, layout);
    let others = if apart && total_holds_others(plan, order, layout)? { others(event, layout)? } else { Decimal::ZERO };
    let shipping = field(plan, event, "shipping").unwrap_or_default();
    let sharing = layout.slots.iter().enumerate();
    let sharing = sharing.filter(|(_, field)| field.shared || WHOLE.contains(&&*field.name));
    for (slot, field) in sharing {
        let follows = told.slots.get(slot).is_some_and(Slot::is_missing);
        let Some(place) = event.slots.get_mut(slot) else { continue };
        let Slot::Number(value) = *place else { continue };
        let scale = minor(plan, value);
        *place = match main == Some(slot) {
            true => Slot::Number(amount::subtract(value, back)?),
            false if follows => Slot::Missing,
            false if &*field.name == "total" => {
                let goods = (left, amount::subtract(left, back)?);
                Slot::Number(keep_total(value, shipping, (others, others), goods, scale)?)
            }
            false => Slot::Number(amount::subtract(value, share(value, back, left, scale)?)?),
        };
    }
    if let Some((places, _, lines)) = lines(event, layout) {
        let weights = weights(event, places, &lines, apart);
        let sum = amount::sum(weights.iter().copied())?;
        let scale = minor(plan, sum.max(back));
        let back = if left == sum { back } else { share(sum, back, left, scale)? };
        for (line, part) in lines.iter().zip(amount::apportion(back.min(sum), &weights, scale)?) {
            if let Some(place) = event.rows.get_mut(line.row + usize::from(places.amount)) {
                *place = Slot::Number(amount::subtract(line.amount, part)?.max(Decimal::ZERO));
            }
        }
    }
    decode::fill(plan, layout, event)
}
