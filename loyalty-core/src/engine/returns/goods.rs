//! Which lines of an order are goods, and what the order came to with those that are none: gift cards, fees, shipping.

use rust_decimal::Decimal;

use super::kept::{Line, base, field, lines, share};
use crate::amount::{self, Overflow};
use crate::engine::event::EventData;
use crate::engine::value::Value;
use crate::plan::Plan;
use crate::plan::layout::{EventLayout, LinesLayout};

/// Whether a line is goods. Where the program does not read what kind lines are, all of them are.
pub(super) fn is_goods(event: &EventData, places: LinesLayout, row: usize) -> bool {
    places.kind.is_none_or(|slot| match event.item(row, slot) {
        Value::Missing => true,
        Value::Text(kind, _) => kind == "goods",
        _ => false,
    })
}

/// Whether some goods of an order cost anything, so that what belongs to the goods is not divided among other lines.
pub(super) fn has_goods(event: &EventData, layout: &EventLayout) -> bool {
    let known = lines(event, layout);
    let costs = |line: &Line, places| !line.amount.is_zero() && is_goods(event, places, line.row);
    known.is_some_and(|(places, _, lines)| lines.iter().any(|line| costs(line, places)))
}

/// What lines weigh where money of the goods is divided among them: their amounts, and nothing if they are no goods. In an
/// order without goods that cost anything, all lines weigh.
pub(super) fn weights(event: &EventData, places: LinesLayout, lines: &[Line], has_goods: bool) -> Vec<Decimal> {
    let weighs = |line: &Line| !has_goods || is_goods(event, places, line.row);
    lines.iter().map(|line| if weighs(line) { line.amount } else { Decimal::ZERO }).collect()
}

/// What the lines that are no goods come to.
pub(super) fn others(event: &EventData, layout: &EventLayout) -> Result<Decimal, Overflow> {
    let Some((places, _, lines)) = lines(event, layout) else { return Ok(Decimal::ZERO) };
    amount::sum(lines.iter().filter(|line| !is_goods(event, places, line.row)).map(|line| line.amount))
}

/// Whether the `total` of an order holds the lines that are no goods: one that the host told may, one that is worked out from
/// the subtotal does not. It is told by what it is nearer to, with and without tax.
pub(super) fn total_holds_others(plan: &Plan, order: &EventData, layout: &EventLayout) -> Result<bool, Overflow> {
    let others = others(order, layout)?;
    let Some(total) = field(plan, order, "total").filter(|_| !others.is_zero()) else { return Ok(false) };
    let goods = base(plan, order)?;
    let told = |name: &str| field(plan, order, name).unwrap_or_default();
    let rest = amount::subtract(amount::subtract(total, told("shipping"))?, goods)?;
    let from = |what: Decimal| -> Result<Decimal, Overflow> {
        let taxed = amount::subtract(rest, amount::add(what, told("tax"))?)?.abs();
        Ok(amount::subtract(rest, what)?.abs().min(taxed))
    };
    Ok(from(others)? < from(Decimal::ZERO)?)
}

/// What is kept of a `total` that the host told: shipping stays, other lines go as they are, and all the rest goes with the
/// goods. Whether tax is on top of the prices or in them makes no difference.
pub(super) fn keep_total(
    total: Decimal,
    shipping: Decimal,
    (others, others_left): (Decimal, Decimal),
    (goods, goods_left): (Decimal, Decimal),
    scale: u32,
) -> Result<Decimal, Overflow> {
    let rest = amount::subtract(total, amount::add(shipping, others)?)?.max(Decimal::ZERO);
    let gone = share(rest, amount::subtract(goods, goods_left)?, goods, scale)?;
    let gone = amount::add(gone, amount::subtract(others, others_left)?)?;
    Ok(amount::subtract(total, gone)?.max(Decimal::ZERO))
}

/// What an order came to, or what is kept of it: goods, other lines, shipping and tax. It is what its tenders have paid.
pub(super) fn charged_in_all(plan: &Plan, order: &EventData, event: &EventData) -> Result<Decimal, Overflow> {
    let Some(layout) = plan.events.get(usize::from(event.event)).map(|event| &event.layout) else {
        return base(plan, event);
    };
    // A subtotal that is told of gift cards alone is theirs.
    let counted = !has_goods(order, layout) && !base(plan, order)?.is_zero();
    let on_top = if counted { Decimal::ZERO } else { others(event, layout)? };
    match field(plan, event, "total") {
        Some(total) if total_holds_others(plan, order, layout)? => Ok(total),
        Some(total) => amount::add(total, on_top),
        None => amount::add(base(plan, event)?, on_top),
    }
}
