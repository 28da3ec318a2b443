//! An order as it stands: what it was when it was bought, what came back of it, whether it was called off.
//!
//! The event of the order holds only what never changes after it was placed, so that each snapshot gives the same event
//! again: no `current_…`, no tags, no names of payment gateways, no status.

use loyalty_core::{Decimal, Document, Instant};

use super::prices::{Line, amount, currency, line};
use super::{Origin, keys, refunds};
use crate::build::{self, Build};
use crate::json::{Moment, Object, Result};
use crate::options::Earn;
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

pub fn translate(origin: Origin<'_>, topic: &str, order: &Object<'_>) -> Result<Translation> {
    let number = order.need_id("id")?;
    if let Some(parked) = not_yet(origin, topic, order)? {
        return Ok(Translation::parked_only(parked));
    }
    let id = build::id(origin.source, "order", &[&number]);
    let keys = keys(origin, order)?.and("order", Some(id.clone()));
    let mut translation = Translation::default();
    translation.push(bought(origin, order, &id, &keys)?);
    let mut refunds = order.objects("refunds")?;
    // Told in any order; the core would take them so too, but the events are to be read by people.
    let mut dated = Vec::new();
    for refund in refunds.drain(..) {
        dated.push((refunds::when(&refund)?.at, refund));
    }
    dated.sort_by_key(|(at, _)| *at);
    for (_, refund) in &dated {
        match refunds::event(origin, refund, &id, &keys)? {
            Ok(event) => translation.push(event),
            Err(parked) => translation.park(parked),
        }
    }
    if let Some(at) = order.instant("cancelled_at")?
        && !all_back(origin, order, &dated)?
    {
        translation.push(cancelled(origin, &[&number], &id, at, &keys));
    }
    if order.get("cancelled_at").is_none() && voided(order)? {
        // The shop does not say when. A later snapshot makes another event of it, which finds nothing left.
        let at = updated(order)?;
        translation.push(cancelled(origin, &[&number, &at.at.to_string()], &id, at, &keys));
    }
    Ok(if keys.known() { translation } else { translation.for_nobody("customer") })
}

/// Why nothing is ever to be made of the order, whatever becomes of it.
pub fn never(order: &Object<'_>) -> Result<Option<Parked>> {
    if order.bool("test")? == Some(true) {
        return Ok(Some(Parked::new(Reason::Test, &order.path_of("test"))));
    }
    if order.bool("confirmed")? == Some(false) {
        return Ok(Some(Parked::new(Reason::Unconfirmed, &order.path_of("confirmed"))));
    }
    Ok(None)
}

/// Why nothing is to be made of the order as it stands.
fn not_yet(origin: Origin<'_>, topic: &str, order: &Object<'_>) -> Result<Option<Parked>> {
    if let Some(parked) = never(order)? {
        return Ok(Some(parked));
    }
    let status = order.text("financial_status")?;
    let cancelled = order.get("cancelled_at").is_some();
    let reason = match (origin.options.earn, status.as_deref()) {
        (_, Some("paid" | "partially_refunded" | "refunded")) => None,
        (_, None) if topic == "orders/paid" => None,
        // What was called off, or its payment was, has counted all the same, and is undone.
        (Earn::Placed, _) => None,
        (Earn::Paid, Some("voided")) => Some(Reason::Voided),
        (Earn::Paid, _) if cancelled => Some(Reason::Voided),
        (Earn::Paid, _) => Some(Reason::Unpaid),
    };
    Ok(reason.map(|reason| Parked::new(reason, "financial_status")))
}

/// Whether its payment was called off.
fn voided(order: &Object<'_>) -> Result<bool> {
    Ok(order.text("financial_status")?.as_deref() == Some("voided"))
}

fn placed(order: &Object<'_>) -> Result<Moment> {
    match order.instant("processed_at")? {
        Some(at) => Ok(at),
        None => order.need("created_at", "the instant at which it was placed")?.instant(),
    }
}

fn updated(order: &Object<'_>) -> Result<Moment> {
    match order.instant("updated_at")? {
        Some(at) => Ok(at),
        None => placed(order),
    }
}

/// The order as it was bought.
fn bought(origin: Origin<'_>, order: &Object<'_>, id: &str, keys: &Keys) -> Result<HostEvent> {
    let at = placed(order)?;
    let mut lines = Vec::new();
    for item in order.objects("line_items")? {
        lines.extend(bought_line(origin, &item)?);
    }
    let mut codes = Vec::new();
    for code in order.objects("discount_codes")? {
        codes.extend(code.text("code")?);
    }
    // The core adds up the lines that are goods. Shopify's own sum is used where there are no lines, for it leaves out
    // neither gift cards nor, in some versions, discounts.
    let subtotal = if lines.is_empty() { amount(origin, order, "subtotal_price")? } else { None };
    let event = Build::event("order", id.to_owned(), at)
        .maybe("currency", currency(origin, order)?)
        .maybe("subtotal", subtotal)
        .maybe("total", amount(origin, order, "total_price")?)
        .maybe("shipping", amount(origin, order, "total_shipping_price")?)
        .maybe("tax", amount(origin, order, "total_tax")?)
        .maybe("discount", amount(origin, order, "total_discounts")?)
        .maybe("channel", order.text("source_name")?)
        .maybe("branch", order.id("location_id")?)
        .some("coupons", codes)
        .some("lines", lines);
    Ok(HostEvent::new(event).with_keys(keys))
}

fn bought_line(origin: Origin<'_>, item: &Object<'_>) -> Result<Option<Document>> {
    line_document(item, &line(origin, item)?)
}

/// A line of an order with its figures; nothing for one without units.
pub fn line_document(item: &Object<'_>, figures: &Line) -> Result<Option<Document>> {
    if figures.quantity.is_zero() {
        return Ok(None);
    }
    let gift_card = item.bool("gift_card")? == Some(true);
    let line = Build::new()
        .maybe("id", item.id("id")?)
        .maybe("sku", item.text("sku")?)
        .maybe("product", item.id("product_id")?)
        .maybe("kind", gift_card.then_some("gift_card"))
        .maybe("brand", item.text("vendor")?)
        .put("quantity", figures.quantity)
        .put("unit_price", figures.price)
        .put("amount", figures.amount);
    Ok(Some(line.done()))
}

fn cancelled(origin: Origin<'_>, names: &[&str], id: &str, at: Moment, keys: &Keys) -> HostEvent {
    let event = Build::event("cancel", build::id(origin.source, "cancel", names), at).put("order", id);
    HostEvent::new(event).with_keys(keys)
}

/// Whether the refunds have taken back every unit, so that a cancellation would find nothing.
fn all_back(origin: Origin<'_>, order: &Object<'_>, refunds: &[(Instant, Object<'_>)]) -> Result<bool> {
    let lines = order.objects("line_items")?;
    for item in &lines {
        let id = item.need_id("id")?;
        let mut left = item.need("quantity", "how many units")?.number()?;
        for (_, refund) in refunds {
            for back in refund.objects("refund_line_items")? {
                if back.need_id("line_item_id")? == id {
                    left = left.saturating_sub(refunds::units_back(origin, &back)?);
                }
            }
        }
        if left > Decimal::ZERO {
            return Ok(false);
        }
    }
    Ok(!lines.is_empty())
}
