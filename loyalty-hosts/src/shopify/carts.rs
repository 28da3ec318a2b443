//! Checkouts and carts: what somebody has not bought yet.

use loyalty_core::{Decimal, Document};

use super::Origin;
use super::keys;
use super::prices::{amount, currency};
use crate::build::{self, Build};
use crate::json::{Object, Result};
use crate::money;
use crate::translation::{HostEvent, Parked, Reason, Translation};

pub fn translate(origin: Origin<'_>, cart: &Object<'_>) -> Result<Translation> {
    if cart.get("completed_at").is_some() {
        return Ok(Translation::parked_only(Parked::new(Reason::Completed, "completed_at")));
    }
    let token = cart.need_id("token")?;
    let at = cart.need("updated_at", "the instant of this state")?.instant()?;
    let mut lines = Vec::new();
    for item in cart.objects("line_items")? {
        lines.push(line(origin, &item)?);
    }
    let mut codes = Vec::new();
    for code in cart.objects("discount_codes")? {
        codes.extend(code.text("code")?);
    }
    let event = Build::event("cart", build::id(origin.source, "cart", &[&token, &at.at.to_string()]), at)
        .maybe("currency", currency(origin, cart)?)
        .maybe("subtotal", amount(origin, cart, "subtotal_price")?)
        .maybe("total", amount(origin, cart, "total_price")?)
        .maybe("url", cart.text("abandoned_checkout_url")?)
        .some("coupons", codes)
        .some("lines", lines);
    let name = format!("{}:cart:{token}", origin.source);
    let keys = keys(origin, cart)?.and("cart", Some(cart.text("cart_token")?.unwrap_or(token)));
    let mut translation = Translation::default();
    translation.push(HostEvent::new(event).with_keys(&keys).latest_of(name, at));
    Ok(if keys.known() { translation } else { translation.for_nobody("customer") })
}

/// A line of a cart (`line_price` is after its discounts) or of a checkout (`line_price` is before what is allocated).
fn line(origin: Origin<'_>, item: &Object<'_>) -> Result<Document> {
    let quantity = item.need("quantity", "how many units")?.number()?;
    let price = amount(origin, item, "price")?;
    let before = match (amount(origin, item, "line_price")?, price) {
        (Some(amount), _) => amount,
        (None, Some(price)) => money::times(item, price, quantity)?,
        (None, None) => item.need("line_price", "an amount")?.number()?,
    };
    let mut off = Decimal::ZERO;
    for allocation in item.objects("discount_allocations")? {
        off = money::plus(&allocation, off, amount(origin, &allocation, "amount")?.unwrap_or_default())?;
    }
    let gift_card = item.bool("gift_card")? == Some(true);
    let line = Build::new()
        .maybe("id", item.id("key")?)
        .maybe("sku", item.text("sku")?)
        .maybe("product", item.id("product_id")?)
        .maybe("kind", gift_card.then_some("gift_card"))
        .maybe("brand", item.text("vendor")?)
        .put("quantity", quantity)
        .maybe("unit_price", price)
        .put("amount", money::less(item, before, off)?);
    Ok(line.done())
}
