//! WooCommerce: webhooks about orders and customers, and refunds as its REST API gives them.
//!
//! Amounts of lines are without tax or with it, as the shop shows its prices (`prices_include_tax`).

use loyalty_core::{Decimal, Document, EventError, Refusal, host};

use crate::build::{self, Build};
use crate::json::{self, Moment, Object, Result, refuse};
use crate::money;
use crate::options::{Earn, Options};
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

/// What comes of a payload: the topic, as the header `X-WC-Webhook-Topic` says it, or `refund` for a refund that was
/// read from `orders/ID/refunds`, and its body.
///
/// Webhooks tell of a refund only its sum. So a refund within an order is parked as
/// [`Incomplete`](Reason::Incomplete), and its lines come with the topic `refund`. A refund may come with its order,
/// `{"refund":{…},"order":{…}}`, which alone says whether prices include tax. By itself it is parked so too, if it pays
/// back money of a line with tax, and no units.
///
/// # Errors
///
/// A topic that is not known, and a body that is no such thing, with the path of what is wrong with it.
pub fn events(topic: &str, body: &[u8], options: &Options) -> core::result::Result<Translation, EventError> {
    let source = options.source("woocommerce")?;
    let body = json::body(body)?;
    match topic {
        "order.created" | "order.updated" | "order.restored" => order(&source, options, &body),
        "order.deleted" => Ok(Translation::parked_only(Parked::new(Reason::Deleted, "id"))),
        "refund" => match body.object("refund")? {
            Some(refund) => refunded(&source, &refund, body.object("order")?.as_ref()),
            None => refunded(&source, &body, None),
        },
        "customer.created" | "customer.updated" => customer(&source, &body),
        "customer.deleted" => Ok(Translation::parked_only(Parked::new(Reason::Privacy, ""))),
        _ => Err(host::refusal(
            Refusal::UnknownEvent.as_str(),
            Some("topic"),
            "a topic about orders or customers, or `refund`",
            &format!("`{topic}`"),
            Some("do not subscribe to it, or do not hand it on"),
        )),
    }
}

/// What says that an order was paid: when, or that all was done.
const PAID: [&str; 4] = ["date_paid_gmt", "date_paid", "date_completed_gmt", "date_completed"];

/// How an order stands, as far as points go.
enum Standing {
    Counts,
    Undone,
    Not(Reason),
}

fn standing(options: &Options, order: &Object<'_>) -> Result<Standing> {
    let status = order.need("status", "the status of the order")?.text()?;
    // Both stay when an order is called off, so that whatever has counted is undone. The status does not tell: cash on delivery
    // is `processing` long before it is paid.
    let paid = PAID.iter().any(|date| order.get(date).is_some());
    Ok(match (status.as_str(), options.earn) {
        ("checkout-draft" | "auto-draft" | "draft", _) => Standing::Not(Reason::Draft),
        ("refunded", _) => Standing::Undone,
        ("cancelled" | "failed" | "trash", Earn::Paid) if !paid => Standing::Not(Reason::Voided),
        ("cancelled" | "failed" | "trash", _) => Standing::Undone,
        (_, Earn::Paid) if !paid => Standing::Not(Reason::Unpaid),
        // Also what is paid and on hold, or of a status of some plug-in's own.
        (_, _) => Standing::Counts,
    })
}

fn order(source: &str, options: &Options, order: &Object<'_>) -> Result<Translation> {
    let number = order.need_id("id")?;
    let undone = match standing(options, order)? {
        Standing::Not(reason) => return Ok(Translation::parked_only(Parked::new(reason, "status"))),
        Standing::Undone => true,
        Standing::Counts => false,
    };
    let id = build::id(source, "order", &[&number]);
    let keys = keys(source, order)?.and("order", Some(id.clone()));
    let mut translation = Translation::default();
    translation.push(bought(order, &id, &keys)?);
    if undone {
        let at = modified(order)?;
        // The shop does not say when. A later snapshot makes another event of it, which finds nothing left.
        let event = Build::event("cancel", build::id(source, "cancel", &[&number, &at.at.to_string()]), at);
        translation.push(HostEvent::new(event.put("order", id)).with_keys(&keys));
    } else {
        for (at, _) in order.objects("refunds")?.iter().enumerate() {
            translation.park(Parked::new(Reason::Incomplete, &format!("refunds[{at}]")));
        }
    }
    Ok(if keys.known() { translation } else { translation.for_nobody("customer_id") })
}

fn created(object: &Object<'_>) -> Result<Moment> {
    object.need("date_created_gmt", "the instant, in UTC")?.utc()
}

fn modified(object: &Object<'_>) -> Result<Moment> {
    match object.utc("date_modified_gmt")? {
        Some(at) => Ok(at),
        None => created(object),
    }
}

fn bought(order: &Object<'_>, id: &str, keys: &Keys) -> Result<HostEvent> {
    let with_tax = order.bool("prices_include_tax")? == Some(true);
    let shown = |object: &Object<'_>, amount: &str, tax: &str| -> Result<Option<Decimal>> {
        let Some(net) = object.number(amount)? else { return Ok(None) };
        let tax = if with_tax { object.number(tax)?.unwrap_or_default() } else { Decimal::ZERO };
        money::plus(object, net, tax).map(Some)
    };
    let mut lines = Vec::new();
    let mut goods = Decimal::ZERO;
    for item in order.objects("line_items")? {
        let amount = shown(&item, "total", "total_tax")?;
        let amount =
            amount.ok_or_else(|| refuse(Refusal::MissingField, &item.path_of("total"), "an amount", "nothing"))?;
        let quantity = item.need("quantity", "how many units")?.number()?;
        if quantity.is_zero() {
            continue;
        }
        let line = Build::new()
            .maybe("id", item.id("id")?)
            .maybe("sku", item.text("sku")?)
            .maybe("product", item.id("product_id")?.filter(|id| id != "0"))
            .put("quantity", quantity)
            .put("amount", amount);
        lines.push(line.done());
        goods = money::plus(&item, goods, amount)?;
    }
    // A fee below zero is a discount of the whole order, and no line. The shop does not split it, so that it is told as what
    // is left of the goods; `discount_total` does not know of it, and is without tax.
    let (mut off, mut discount) = (Decimal::ZERO, order.number("discount_total")?);
    for fee in order.objects("fee_lines")? {
        let Some(amount) = shown(&fee, "total", "total_tax")? else { continue };
        if amount >= Decimal::ZERO {
            lines.push(Build::new().maybe("id", fee.id("id")?).put("kind", "fee").put("amount", amount).done());
            continue;
        }
        off = money::plus(&fee, off, amount.abs())?;
        let net = fee.number("total")?.unwrap_or_default().abs();
        discount = Some(money::plus(&fee, discount.unwrap_or_default(), net)?);
    }
    // Without such a fee the core adds up the goods by itself.
    let subtotal = (!off.is_zero()).then(|| goods.saturating_sub(off).max(Decimal::ZERO).normalize());
    let mut codes = Vec::<Document>::new();
    for coupon in order.objects("coupon_lines")? {
        codes.extend(coupon.text("code")?.map(Document::from));
    }
    let event = Build::event("order", id.to_owned(), created(order)?)
        .maybe("currency", order.text("currency")?)
        .maybe("subtotal", subtotal)
        .maybe("total", order.number("total")?)
        .maybe("shipping", shown(order, "shipping_total", "shipping_tax")?)
        .maybe("tax", order.number("total_tax")?)
        .maybe("discount", discount)
        .maybe("payment", order.text("payment_method")?)
        .maybe("channel", order.text("created_via")?)
        .some("coupons", codes)
        .some("lines", lines);
    Ok(HostEvent::new(event).with_keys(keys))
}

/// A refund of the REST API. Quantities and totals of its lines are below zero, its `amount` is above.
fn refunded(source: &str, refund: &Object<'_>, beside: Option<&Object<'_>>) -> Result<Translation> {
    let number = refund.need_id("id")?;
    let of = order_of(refund)?;
    let with_tax = beside.map(|order| with_tax_of(order, &of)).transpose()?;
    let order = build::id(source, "order", &[&of]);
    let keys = Keys::default().and("order", Some(order.clone()));
    let event = Build::event("refund", build::id(source, "refund", &[&number]), created(refund)?).put("order", order);
    let mut lines = Vec::new();
    for item in refund.objects("line_items")? {
        let Some(worth) = worth(&item, with_tax)? else {
            return Ok(Translation::parked_only(Parked::new(Reason::Incomplete, &item.path_of("total_tax"))));
        };
        lines.extend(returned(&item, worth)?);
    }
    if lines.is_empty() {
        let amount = refund.number("amount")?.map(|amount| amount.abs());
        let event = HostEvent::new(event.maybe("amount", amount)).with_keys(&keys);
        return Ok(Translation::parked_only(Parked::new(Reason::MoneyOnly, "line_items").with_event(event)));
    }
    let mut translation = Translation::default();
    translation.push(HostEvent::new(event.put("lines", lines)).with_keys(&keys));
    Ok(translation)
}

/// Whether the lines of the refund's order were told with tax.
fn with_tax_of(order: &Object<'_>, of: &str) -> Result<bool> {
    let found = order.need_id("id")?;
    if found != of {
        let expected = format!("the order `{of}`, of which the refund is");
        return Err(refuse(Refusal::WrongType, &order.path_of("id"), &expected, &format!("`{found}`")));
    }
    Ok(order.bool("prices_include_tax")? == Some(true))
}

/// What a returned line pays back, in prices as the order's line has them; nothing if that cannot be told. Where units come
/// back it is but told along, and is without tax however the refund comes, so that it is one event.
fn worth(item: &Object<'_>, with_tax: Option<bool>) -> Result<Option<Decimal>> {
    let net = item.number("total")?.unwrap_or_default().abs();
    let tax = item.number("total_tax")?.unwrap_or_default().abs();
    if tax.is_zero() || !item.number("quantity")?.unwrap_or_default().is_zero() {
        return Ok(Some(net));
    }
    match with_tax {
        None => Ok(None),
        Some(true) => money::plus(item, net, tax).map(Some),
        Some(false) => Ok(Some(net)),
    }
}

/// A returned line names the line of the order among its meta data; without units it gives back a part of its money.
fn returned(item: &Object<'_>, amount: Decimal) -> Result<Option<Document>> {
    let mut line = None;
    for meta in item.objects("meta_data")? {
        if meta.text("key")?.as_deref() == Some("_refunded_item_id") {
            line = Some(meta.need_id("value")?);
        }
    }
    let quantity = item.number("quantity")?.unwrap_or_default().abs();
    if quantity.is_zero() && amount.is_zero() {
        return Ok(None);
    }
    let sku = item.text("sku")?;
    if line.is_none() && sku.is_none() {
        let expected = "the line of the order: `_refunded_item_id` in `meta_data`, or a `sku`";
        return Err(refuse(Refusal::MissingField, &item.path_of("meta_data"), expected, "neither"));
    }
    let back = Build::new().maybe("id", line).maybe("sku", sku);
    let back = back.maybe("quantity", (!quantity.is_zero()).then_some(quantity));
    Ok(Some(back.put("amount", amount).done()))
}

/// The order of a refund: its `parent_id`, or the end of the link upwards, since the body itself does not say.
fn order_of(refund: &Object<'_>) -> Result<String> {
    if let Some(id) = refund.id("parent_id")?.filter(|id| id != "0") {
        return Ok(id);
    }
    let expected = "the order: `parent_id`, or a link `up` to `…/orders/ID`";
    let missing = || refuse(Refusal::MissingField, "_links.up[0].href", expected, "neither");
    let links = refund.object("_links")?.ok_or_else(missing)?;
    let up = links.objects("up")?.into_iter().next().ok_or_else(missing)?;
    let href = up.need("href", "a link")?.text()?;
    let id = href.rsplit('/').next().unwrap_or("").to_owned();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse(Refusal::WrongType, "_links.up[0].href", expected, &href));
    }
    Ok(id)
}

fn customer(source: &str, customer: &Object<'_>) -> Result<Translation> {
    let number = customer.need_id("id")?;
    let at = modified(customer)?;
    let billing = customer.object("billing")?;
    let of_billing = |key: &str| billing.as_ref().map_or(Ok(None), |billing| billing.text(key));
    let phone = of_billing("phone")?;
    let event = Build::event("profile", build::id(source, "profile", &[&number, &at.at.to_string()]), at)
        .maybe("email", customer.text("email")?)
        .maybe("phone", phone.clone())
        .maybe("first_name", customer.text("first_name")?)
        .maybe("last_name", customer.text("last_name")?)
        .maybe("country", of_billing("country")?)
        .maybe("city", of_billing("city")?);
    let keys = Keys::own(source, Some(number.clone())).email(customer.text("email")?).phone(phone);
    let mut translation = Translation::default();
    translation.push(HostEvent::new(event).with_keys(&keys).latest_of(format!("{source}:profile:{number}"), at));
    Ok(translation)
}

fn keys(source: &str, order: &Object<'_>) -> Result<Keys> {
    let billing = order.object("billing")?;
    let of_billing = |key: &str| billing.as_ref().map_or(Ok(None), |billing| billing.text(key));
    let id = order.id("customer_id")?.filter(|id| id != "0");
    Ok(Keys::own(source, id).email(of_billing("email")?).phone(of_billing("phone")?))
}
