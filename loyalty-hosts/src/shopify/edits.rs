//! An order that was edited after it was placed: what came to it, and what went.
//!
//! Shopify tells which lines, and neither prices nor whose order it is. The host reads the order and hands both on. What came is an
//! order of its own, what went comes back as from any order: so the rates and levels of then stay with what stayed.

use std::collections::BTreeMap;

use loyalty_core::{Decimal, Document, Refusal};

use super::orders::{self, line_document};
use super::prices::{currency, line};
use super::{Origin, keys, refunds};
use crate::build::{self, Build};
use crate::json::{Moment, Object, Result, refuse};
use crate::money;
use crate::translation::{HostEvent, Parked, Reason, Translation};

/// The decimals to which a part of a line is told: those of most currencies, or what its price has.
const CENTS: u32 = 2;

pub fn translate(origin: Origin<'_>, body: &Object<'_>) -> Result<Translation> {
    let edit = body.need("order_edit", "what was edited")?.object()?;
    let number = edit.need_id("order_id")?;
    let Some(order) = body.object("order")? else {
        return Ok(Translation::parked_only(Parked::new(Reason::Incomplete, "order")));
    };
    let found = order.need_id("id")?;
    if found != number {
        let expected = format!("the order `{number}`, which was edited");
        return Err(refuse(Refusal::WrongType, &order.path_of("id"), &expected, &format!("`{found}`")));
    }
    if let Some(parked) = orders::never(&order)? {
        return Ok(Translation::parked_only(parked));
    }
    let id = build::id(origin.source, "order", &[&number]);
    let name = edit.need_id("id")?;
    let at = match edit.instant("created_at")? {
        Some(at) => at,
        None => order.need("updated_at", "the instant of the edit")?.instant()?,
    };
    let keys = keys(origin, &order)?.and("order", Some(id.clone()));
    let mut translation = Translation::default();
    let came = came(origin, &edit, &order)?;
    if !came.is_empty() {
        let own = build::id(origin.source, "edit", &[&number, &name]);
        let event = Build::event("order", own, at).maybe("currency", currency(origin, &order)?).put("lines", came);
        translation.push(HostEvent::new(event).with_keys(&keys));
    }
    let went = went(origin, &edit, &order)?;
    if !went.is_empty() {
        translation.push(removed(origin, &[&number, &name], &id, at, went).with_keys(&keys));
    }
    if translation.events().is_empty() {
        return Ok(Translation::parked_only(Parked::new(Reason::NotNeeded, "order_edit.line_items")));
    }
    Ok(if keys.known() { translation } else { translation.for_nobody("order.customer") })
}

/// Units by line, of additions or of removals.
fn units(edit: &Object<'_>, which: &str) -> Result<BTreeMap<String, Decimal>> {
    let mut units = BTreeMap::new();
    let Some(lines) = edit.object("line_items")? else { return Ok(units) };
    for change in lines.objects(which)? {
        let delta = change.need("delta", "how many units")?.number()?;
        if delta <= Decimal::ZERO {
            let expected = "a number of units above zero";
            return Err(refuse(Refusal::NegativeAmount, &change.path_of("delta"), expected, &delta.to_string()));
        }
        let sum = units.entry(change.need_id("id")?).or_insert(Decimal::ZERO);
        *sum = money::plus(&change, *sum, delta)?;
    }
    Ok(units)
}

/// The lines that came, with what they cost in the order as it stands.
fn came(origin: Origin<'_>, edit: &Object<'_>, order: &Object<'_>) -> Result<Vec<Document>> {
    let mut added = units(edit, "additions")?;
    let mut lines = Vec::new();
    for item in order.objects("line_items")? {
        let Some(delta) = added.remove(&item.need_id("id")?) else { continue };
        let mut figures = line(origin, &item)?;
        if delta > figures.quantity {
            let expected = format!("at least {delta} units, for so many were added");
            let path = item.path_of("quantity");
            return Err(refuse(Refusal::TooManyUnits, &path, &expected, &figures.quantity.to_string()));
        }
        if delta < figures.quantity {
            figures.amount =
                money::share(&item, figures.amount, (delta, figures.quantity), CENTS.max(figures.price.scale()))?;
            figures.quantity = delta;
        }
        lines.extend(line_document(&item, &figures)?);
    }
    match added.keys().next() {
        None => Ok(lines),
        Some(id) => {
            let expected = "an order with the lines that were added: read it anew";
            Err(refuse(Refusal::UnknownLine, "order.line_items", expected, &format!("no line `{id}`")))
        }
    }
}

/// What went, as far as no refund of the order tells it.
fn went(origin: Origin<'_>, edit: &Object<'_>, order: &Object<'_>) -> Result<Vec<Document>> {
    let removed = units(edit, "removals")?;
    if removed.is_empty() {
        return Ok(Vec::new());
    }
    let mut back: BTreeMap<String, Decimal> = BTreeMap::new();
    for refund in order.objects("refunds")? {
        for line in refund.objects("refund_line_items")? {
            let sum = back.entry(line.need_id("line_item_id")?).or_insert(Decimal::ZERO);
            *sum = money::plus(&line, *sum, refunds::units_back(origin, &line)?)?;
        }
    }
    let mut lines = Vec::new();
    for item in order.objects("line_items")? {
        let id = item.need_id("id")?;
        let Some(delta) = removed.get(&id) else { continue };
        let quantity = item.need("quantity", "how many units")?.number()?;
        let left = item.need("current_quantity", "how many units are left")?.number()?;
        let gone = quantity.saturating_sub(left).saturating_sub(back.get(&id).copied().unwrap_or_default());
        let gone = gone.min(*delta);
        if gone > Decimal::ZERO {
            lines.push(Build::new().put("id", id).put("quantity", gone).done());
        }
    }
    Ok(lines)
}

fn removed(origin: Origin<'_>, names: &[&str], order: &str, at: Moment, lines: Vec<Document>) -> HostEvent {
    let id = build::id(origin.source, "removal", names);
    HostEvent::new(Build::event("refund", id, at).put("order", order).put("lines", lines))
}
