//! The items of an order that count, and what each came to.

use loyalty_core::{Decimal, EventError};

use super::{DECIMALS, amount, rounded};
use crate::json::{Object, Result};
use crate::money;
use crate::options::Options;

/// What an item came to.
pub struct Figures {
    pub quantity: Decimal,
    /// After its discounts.
    pub amount: Decimal,
}

/// What was ordered.
pub fn ordered(options: &Options, item: &Object<'_>) -> Result<Figures> {
    let quantity = item.need("qty_ordered", "how many units")?.float(DECIMALS)?;
    let before = match amount(options, item, "row_total")? {
        Some(total) => total,
        None => money::times(item, item.need("price", "an amount")?.float(DECIMALS)?, quantity)?,
    };
    let off = amount(options, item, "discount_amount")?.unwrap_or_default().abs();
    Ok(Figures { quantity, amount: money::less(item, before, off)? })
}

/// What was ordered and not canceled since. The rest was invoiced, and the shop has split its discount then; what it does not
/// tell of that is a share.
pub fn kept(options: &Options, item: &Object<'_>) -> Result<Figures> {
    let all = ordered(options, item)?;
    let canceled = canceled(item)?;
    if canceled.is_zero() {
        return Ok(all);
    }
    let quantity = all.quantity.saturating_sub(canceled).max(Decimal::ZERO);
    if quantity.is_zero() {
        return Ok(Figures { quantity, amount: Decimal::ZERO });
    }
    let invoiced = rounded(item, "qty_invoiced")?.unwrap_or_default();
    let amount = match amount(options, item, "row_invoiced")? {
        Some(before) if invoiced == quantity => {
            let off = amount(options, item, "discount_invoiced")?.unwrap_or_default().abs();
            money::less(item, before, off)?
        }
        _ => money::share(item, all.amount, (quantity, all.quantity), DECIMALS)?,
    };
    Ok(Figures { quantity, amount })
}

/// The units that were canceled before they were invoiced.
pub fn canceled(item: &Object<'_>) -> Result<Decimal> {
    Ok(rounded(item, "qty_canceled")?.unwrap_or_default().max(Decimal::ZERO))
}

/// The items that count. A configurable product comes as parent and child, and a bundle as parent and parts: of the two the
/// one with the money counts. A bundle with dynamic prices tells it at both, and discounts at the parts alone, which can come
/// back one by one: there the parts count. Of anything else the parent does.
pub fn counted<'o, 'a>(options: &Options, items: &'o [Object<'a>]) -> Result<Vec<&'o Object<'a>>> {
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
            Some(parent) => !worth(item)?.is_zero() && (worth(parent)?.is_zero() || is_bundle(parent)?),
            None => !(parts_have_it && (worth(item)?.is_zero() || is_bundle(item)?)),
        };
        if counts {
            counted.push(item);
        }
    }
    Ok(counted)
}

fn is_bundle(item: &Object<'_>) -> Result<bool> {
    Ok(item.text("product_type")?.as_deref() == Some("bundle"))
}
