//! Magento and Adobe Commerce: orders, credit memos and customers, as the REST API gives them.
//!
//! Amounts are JSON numbers there, printed from binary floats: `0.30000000000000004` is 0.3. The database behind them has
//! four decimals, and so has what is read here; that is the one rounding in this crate.

mod items;

use std::collections::BTreeSet;

use loyalty_core::{Decimal, EventError, Refusal, host};

use self::items::Figures;
use crate::build::{self, Build};
use crate::json::{self, Moment, Object, Result, refuse};
use crate::options::{Earn, Money, Options};
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

/// Decimals of the shop's database.
const DECIMALS: u32 = 4;

/// What comes of a resource: `order`, `credit_memo` or `customer`.
///
/// A credit memo may come with its order, `{"credit_memo":{…},"order":{…}}`: then what comes back of a bundle with dynamic
/// prices is told by its parts, as it was bought.
///
/// # Errors
///
/// A resource that is not known, and a body that is no such thing, with the path of what is wrong with it.
pub fn events(resource: &str, body: &[u8], options: &Options) -> core::result::Result<Translation, EventError> {
    let source = options.source("magento")?;
    let body = json::body(body)?;
    match resource {
        "order" => order(&source, options, &body),
        "credit_memo" => match body.object("credit_memo")? {
            Some(memo) => credit_memo(&source, options, &memo, body.object("order")?.as_ref()),
            None => credit_memo(&source, options, &body, None),
        },
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

/// A sum of the order's, in the shop's currency if it is told in it: for what is compared and not told on.
fn sum(order: &Object<'_>, name: &str) -> Result<Option<Decimal>> {
    Ok(rounded(order, &format!("base_{name}"))?.or(rounded(order, name)?))
}

/// Whether all that is charged is paid. An order is `processing` as soon as something of it is invoiced or shipped; what was
/// canceled the shop goes on telling as due.
fn paid_in_full(order: &Object<'_>, state: Option<&str>) -> Result<bool> {
    let begun = matches!(state, Some("processing" | "complete" | "closed"));
    // A partial document: the state is all there is.
    let Some(due) = sum(order, "total_due")? else { return Ok(begun) };
    let canceled = sum(order, "total_canceled")?.unwrap_or_default();
    // Nothing is due of an order that costs nothing either, and that is no payment.
    let something = sum(order, "total_paid")?.is_some_and(|paid| !paid.is_zero());
    Ok(due <= canceled && (begun || something))
}

fn order(source: &str, options: &Options, order: &Object<'_>) -> Result<Translation> {
    let number = order.need_id("entity_id")?;
    let state = order.text("state")?;
    let paid = paid_in_full(order, state.as_deref())?;
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
    } else if options.earn == Earn::Placed {
        let name = build::id(source, "canceled", &[&number]);
        translation.extend(canceled(options, order, name, &id)?.map(|event| event.with_keys(&keys)));
    }
    Ok(if keys.known() { translation } else { translation.for_nobody("customer_id") })
}

/// The units that were canceled of an order that had counted with them. The shop cancels once, all that is not invoiced, and
/// does not say when: the order's own instant is the one that no later snapshot changes.
fn canceled(options: &Options, order: &Object<'_>, name: String, id: &str) -> Result<Option<HostEvent>> {
    let items = order.objects("items")?;
    let mut lines = Vec::new();
    for item in items::counted(options, &items)? {
        let units = items::canceled(item)?.min(items::ordered(options, item)?.quantity);
        if !units.is_zero() {
            lines.push(Build::new().put("id", item.need_id("item_id")?).put("quantity", units).done());
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let event = Build::event("refund", name, created(order)?).put("order", id).put("lines", lines);
    Ok(Some(HostEvent::new(event)))
}

/// A sum of the order, without what was canceled of it if it counts without.
fn charged(options: &Options, order: &Object<'_>, name: &str, canceled: &str) -> Result<Option<Decimal>> {
    // Below zero in an order for a discount, above in its items.
    let Some(all) = amount(options, order, name)?.map(|amount| amount.abs()) else { return Ok(None) };
    let off = match options.earn {
        Earn::Paid => amount(options, order, canceled)?.unwrap_or_default().abs(),
        Earn::Placed => Decimal::ZERO,
    };
    Ok(Some(all.saturating_sub(off).max(Decimal::ZERO).normalize()))
}

fn bought(options: &Options, order: &Object<'_>, id: &str, keys: &Keys) -> Result<HostEvent> {
    let items = order.objects("items")?;
    let mut lines = Vec::new();
    for item in items::counted(options, &items)? {
        // What counts once it is paid was never more than was paid; what counts when it is placed is as it was placed.
        let Figures { quantity, amount: charged } = match options.earn {
            Earn::Paid => items::kept(options, item)?,
            Earn::Placed => items::ordered(options, item)?,
        };
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
            .put("amount", charged);
        lines.push(line.done());
    }
    let payment = order.object("payment")?;
    let currency = match options.money {
        Money::Shop => order.text("base_currency_code")?,
        Money::Presentment => order.text("order_currency_code")?,
    };
    let subtotal = if lines.is_empty() { charged(options, order, "subtotal", "subtotal_canceled")? } else { None };
    let event = Build::event("order", id.to_owned(), created(order)?)
        .maybe("currency", currency)
        .maybe("subtotal", subtotal)
        .maybe("total", charged(options, order, "grand_total", "total_canceled")?)
        .maybe("shipping", charged(options, order, "shipping_amount", "shipping_canceled")?)
        .maybe("tax", charged(options, order, "tax_amount", "tax_canceled")?)
        .maybe("discount", charged(options, order, "discount_amount", "discount_canceled")?)
        .maybe("payment", payment.map_or(Ok(None), |payment| payment.text("method"))?)
        .maybe("branch", order.id("store_id")?)
        .some("coupons", order.text("coupon_code")?.into_iter().collect::<Vec<_>>())
        .some("lines", lines);
    Ok(HostEvent::new(event).with_keys(keys))
}

/// A refund. It lists parents and children alike, and does not say which is which. Those that the order's event leaves out
/// are worth nothing, but for the parent of a bundle with dynamic prices, which only the order tells apart: it is told as back
/// with the first of its parts.
fn credit_memo(source: &str, options: &Options, memo: &Object<'_>, beside: Option<&Object<'_>>) -> Result<Translation> {
    let number = memo.need_id("entity_id")?;
    let of = memo.need_id("order_id")?;
    let left_out = beside.map_or_else(|| Ok(BTreeSet::new()), |order| left_out(options, order, &of))?;
    let order = build::id(source, "order", &[&of]);
    let keys = Keys::default().and("order", Some(order.clone()));
    let mut lines = Vec::new();
    for item in memo.objects("items")? {
        let quantity = rounded(&item, "qty")?.unwrap_or_default();
        let worth = sum(&item, "row_total")?.unwrap_or_default();
        if quantity.is_zero() || worth.is_zero() {
            continue;
        }
        let id = item.need_id("order_item_id")?;
        if !left_out.contains(&id) {
            lines.push(Build::new().put("id", id).put("quantity", quantity).done());
        }
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

/// The items of the order that its event leaves out.
fn left_out(options: &Options, order: &Object<'_>, of: &str) -> Result<BTreeSet<String>> {
    let found = order.need_id("entity_id")?;
    if found != of {
        let expected = format!("the order `{of}`, of which the credit memo is");
        return Err(refuse(Refusal::WrongType, &order.path_of("entity_id"), &expected, &format!("`{found}`")));
    }
    let items = order.objects("items")?;
    let mut ids = BTreeSet::new();
    for item in &items {
        ids.extend(item.id("item_id")?);
    }
    for item in items::counted(options, &items)? {
        if let Some(id) = item.id("item_id")? {
            ids.remove(&id);
        }
    }
    Ok(ids)
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
