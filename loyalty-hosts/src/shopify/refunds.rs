//! Refunds: what came back, line by line.
//!
//! What was paid back is not what came back: the sum may include shipping, or be anything that the shop was willing to
//! give. Points go with the lines.

use loyalty_core::{Decimal, Document};

use super::Origin;
use super::prices::{amount, line};
use crate::build::{self, Build};
use crate::json::{Moment, Object, Result};
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

/// A refund that comes by itself. It does not say whose it is: the order does.
pub fn translate(origin: Origin<'_>, refund: &Object<'_>) -> Result<Translation> {
    let order = build::id(origin.source, "order", &[&refund.need_id("order_id")?]);
    let keys = Keys::default().and("order", Some(order.clone()));
    let mut translation = Translation::default();
    match event(origin, refund, &order, &keys)? {
        Ok(event) => translation.push(event),
        Err(parked) => translation.park(parked),
    }
    Ok(translation)
}

/// When a refund was made.
pub fn when(refund: &Object<'_>) -> Result<Moment> {
    match refund.instant("processed_at")? {
        Some(at) => Ok(at),
        None => refund.need("created_at", "the instant of the refund")?.instant(),
    }
}

/// The event of a refund, the same whether it comes by itself or within its order; or why there is none.
pub fn event(
    origin: Origin<'_>,
    refund: &Object<'_>,
    order: &str,
    keys: &Keys,
) -> Result<core::result::Result<HostEvent, Parked>> {
    let number = refund.need_id("id")?;
    let at = when(refund)?;
    let mut lines = Vec::new();
    for back in refund.objects("refund_line_items")? {
        lines.extend(returned(origin, &back)?);
    }
    if lines.is_empty() {
        return Ok(Err(Parked::new(Reason::MoneyOnly, &refund.path_of("refund_line_items"))));
    }
    let event = Build::event("refund", build::id(origin.source, "refund", &[&number]), at);
    Ok(Ok(HostEvent::new(event.put("order", order).put("lines", lines)).with_keys(keys)))
}

/// A line that comes back; nothing for one whose goods stay.
fn returned(origin: Origin<'_>, back: &Object<'_>) -> Result<Option<Document>> {
    let quantity = units_back(origin, back)?;
    if quantity.is_zero() {
        return Ok(None);
    }
    let worth = amount(origin, back, "subtotal")?;
    let line = Build::new().put("id", back.need_id("line_item_id")?).put("quantity", quantity).maybe("amount", worth);
    Ok(Some(line.done()))
}

/// How many units of a line come back: none of one whose goods stay although it is listed, as for shipping that is paid back.
/// Its worth is zero while the line's is not.
pub fn units_back(origin: Origin<'_>, back: &Object<'_>) -> Result<Decimal> {
    let quantity = back.need("quantity", "how many units")?.number()?;
    let worth = amount(origin, back, "subtotal")?;
    let line_worth = back.object("line_item")?.map(|item| line(origin, &item)).transpose()?;
    let free = line_worth.is_some_and(|line| line.amount.is_zero());
    let stays = worth.is_some_and(|worth| worth <= Decimal::ZERO) && !free;
    Ok(if stays { Decimal::ZERO } else { quantity })
}
