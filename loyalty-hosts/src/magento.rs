//! Magento and Adobe Commerce: orders, credit memos and customers, as the REST API gives them.
//!
//! Amounts are JSON numbers there, printed from binary floats: `0.30000000000000004` is 0.3. The database behind them has
//! four decimals, and so has what is read here; that is the one rounding in this crate.

use loyalty_core::{Decimal, EventError, Refusal, host};

use crate::build::{self, Build};
use crate::json::{self, Moment, Object, Result};
use crate::money;
use crate::options::{Earn, Money, Options};
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

/// Decimals of the shop's database.
const DECIMALS: u32 = 4;

/// What comes of a resource: `order`, `credit_memo` or `customer`.
///
/// # Errors
///
/// A resource that is not known, and a body that is no such thing, with the path of what is wrong with it.
pub fn events(resource: &str, body: &[u8], options: &Options) -> core::result::Result<Translation, EventError> {
    let source = options.source("magento")?;
    let body = json::body(body)?;
    match resource {
        "order" => order(&source, options, &body),
        "credit_memo" => credit_memo(&source, &body),
        "customer" => customer(&source, &body),
        _ => Err(host::refusal(
            Refusal::UnknownEvent.as_str(),
            Some("topic"),
            "`order`, `credit_memo` or `customer`",
            &format!("`{resource}`"),
            None,
        )),
    }
}

/// An amount, in the currency that the host has chosen.
fn amount(options: &Options, object: &Object<'_>, name: &str) -> Result<Option<Decimal>> {
    let base = format!("base_{name}");
    match options.money {
        Money::Shop if object.get(&base).is_some() => rounded(object, &base),
        Money::Shop | Money::Presentment => rounded(object, name),
    }
}

fn rounded(object: &Object<'_>, name: &str) -> Result<Option<Decimal>> {
    // Read as text: a binary float's digits may be more than an amount has.
    object.get(name).map(|value| value.float(DECIMALS)).transpose()
}

fn order(source: &str, options: &Options, order: &Object<'_>) -> Result<Translation> {
    let number = order.need_id("entity_id")?;
    let state = order.text("state")?;
    let due = rounded(order, "base_total_due")?.or(rounded(order, "total_due")?);
    let invoiced = rounded(order, "base_total_paid")?.or(rounded(order, "total_paid")?);
    let paid = matches!(state.as_deref(), Some("processing" | "complete" | "closed"))
        || due.is_some_and(|due| due.is_zero()) && invoiced.is_some_and(|paid| !paid.is_zero());
    let cancelled = state.as_deref() == Some("canceled");
    let reason = match options.earn {
        Earn::Paid if cancelled && !paid => Some(Reason::Voided),
        Earn::Paid if !paid => Some(Reason::Unpaid),
        Earn::Paid | Earn::Placed => None,
    };
    if let Some(reason) = reason {
        return Ok(Translation::parked_only(Parked::new(reason, "state")));
    }
    let id = build::id(source, "order", &[&number]);
    let guest = order.bool("customer_is_guest")? == Some(true);
    let own = order.id("customer_id")?.filter(|id| !guest && id != "0");
    let address = order.object("billing_address")?;
    let phone = address.as_ref().map_or(Ok(None), |address| address.text("telephone"))?;
    let keys = Keys::own(source, own).email(order.text("customer_email")?).phone(phone);
    let keys = keys.and("order", Some(id.clone()));
    let mut translation = Translation::default();
    translation.push(bought(options, order, &id, &keys)?);
    if cancelled {
        let at = updated(order)?;
        // The shop does not say when. A later snapshot makes another event of it, which finds nothing left.
        let event = Build::event("cancel", build::id(source, "cancel", &[&number, &at.at.to_string()]), at);
        translation.push(HostEvent::new(event.put("order", id)).with_keys(&keys));
    }
    Ok(if keys.known() { translation } else { translation.for_nobody("customer_id") })
}

fn bought(options: &Options, order: &Object<'_>, id: &str, keys: &Keys) -> Result<HostEvent> {
    let items = order.objects("items")?;
    let mut lines = Vec::new();
    for item in counted(options, &items)? {
        let quantity = item.need("qty_ordered", "how many units")?.float(DECIMALS)?;
        let before = match amount(options, item, "row_total")? {
            Some(total) => total,
            None => money::times(item, item.need("price", "an amount")?.float(DECIMALS)?, quantity)?,
        };
        let off = amount(options, item, "discount_amount")?.unwrap_or_default().abs();
        if quantity.is_zero() {
            continue;
        }
        let line = Build::new()
            .maybe("id", item.id("item_id")?)
            .maybe("sku", item.text("sku")?)
            .maybe("product", item.id("product_id")?)
            .maybe("kind", (item.text("product_type")?.as_deref() == Some("giftcard")).then_some("gift_card"))
            .put("quantity", quantity)
            .maybe("unit_price", amount(options, item, "price")?)
            .put("amount", money::less(item, before, off)?);
        lines.push(line.done());
    }
    let payment = order.object("payment")?;
    let currency = match options.money {
        Money::Shop => order.text("base_currency_code")?,
        Money::Presentment => order.text("order_currency_code")?,
    };
    let subtotal = if lines.is_empty() { amount(options, order, "subtotal")? } else { None };
    let event = Build::event("order", id.to_owned(), created(order)?)
        .maybe("currency", currency)
        .maybe("subtotal", subtotal)
        .maybe("total", amount(options, order, "grand_total")?)
        .maybe("shipping", amount(options, order, "shipping_amount")?)
        .maybe("tax", amount(options, order, "tax_amount")?)
        // Below zero in an order, above in its items.
        .maybe("discount", amount(options, order, "discount_amount")?.map(|amount| amount.abs()))
        .maybe("payment", payment.map_or(Ok(None), |payment| payment.text("method"))?)
        .maybe("branch", order.id("store_id")?)
        .some("coupons", order.text("coupon_code")?.into_iter().collect::<Vec<_>>())
        .some("lines", lines);
    Ok(HostEvent::new(event).with_keys(keys))
}

/// The items that count. A configurable product comes as parent and child, and a bundle as parent and parts: of the two the
/// one with the money counts, and the parent if both have it.
fn counted<'o, 'a>(options: &Options, items: &'o [Object<'a>]) -> Result<Vec<&'o Object<'a>>> {
    let worth = |item: &Object<'_>| Ok::<_, EventError>(amount(options, item, "row_total")?.unwrap_or_default());
    let mut counted = Vec::new();
    for item in items {
        let own = item.id("item_id")?;
        let parent = item.id("parent_item_id")?;
        let parent = items.iter().find(|other| parent.is_some() && other.id("item_id").ok().flatten() == parent);
        let mut parts_have_it = false;
        for part in items {
            if own.is_some() && part.id("parent_item_id")? == own {
                parts_have_it |= !worth(part)?.is_zero();
            }
        }
        let counts = match parent {
            Some(parent) => worth(parent)?.is_zero() && !worth(item)?.is_zero(),
            None => !(worth(item)?.is_zero() && parts_have_it),
        };
        if counts {
            counted.push(item);
        }
    }
    Ok(counted)
}

/// A refund. It lists parents and children alike; those that the order's event leaves out are worth nothing.
fn credit_memo(source: &str, memo: &Object<'_>) -> Result<Translation> {
    let number = memo.need_id("entity_id")?;
    let order = build::id(source, "order", &[&memo.need_id("order_id")?]);
    let keys = Keys::default().and("order", Some(order.clone()));
    let mut lines = Vec::new();
    for item in memo.objects("items")? {
        let quantity = rounded(&item, "qty")?.unwrap_or_default();
        let worth = rounded(&item, "base_row_total")?.or(rounded(&item, "row_total")?).unwrap_or_default();
        if quantity.is_zero() || worth.is_zero() {
            continue;
        }
        lines.push(Build::new().put("id", item.need_id("order_item_id")?).put("quantity", quantity).done());
    }
    let event =
        Build::event("refund", build::id(source, "credit_memo", &[&number]), created(memo)?).put("order", order);
    let mut translation = Translation::default();
    if lines.is_empty() {
        translation.park(Parked::new(Reason::MoneyOnly, "items"));
    } else {
        translation.push(HostEvent::new(event.put("lines", lines)).with_keys(&keys));
    }
    Ok(translation)
}

fn customer(source: &str, customer: &Object<'_>) -> Result<Translation> {
    let number = customer.need_id("id")?;
    let at = updated(customer)?;
    let event = Build::event("profile", build::id(source, "profile", &[&number, &at.at.to_string()]), at)
        .maybe("email", customer.text("email")?)
        .maybe("first_name", customer.text("firstname")?)
        .maybe("last_name", customer.text("lastname")?)
        .maybe("birthday", customer.text("dob")?);
    let keys = Keys::own(source, Some(number.clone())).email(customer.text("email")?);
    let mut translation = Translation::default();
    translation.push(HostEvent::new(event).with_keys(&keys).latest_of(format!("{source}:profile:{number}"), at));
    Ok(translation)
}

fn created(object: &Object<'_>) -> Result<Moment> {
    object.need("created_at", "the instant, in UTC")?.utc()
}

fn updated(object: &Object<'_>) -> Result<Moment> {
    match object.utc("updated_at")? {
        Some(at) => Ok(at),
        None => created(object),
    }
}
