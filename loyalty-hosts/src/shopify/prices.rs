//! Amounts in the currency that the host has chosen, and what a line came to.

use loyalty_core::{Decimal, Refusal};

use crate::json::{Object, Result, refuse};
use crate::money;
use crate::options::Money;
use crate::shopify::Origin;

/// An amount: of the set `{name}_set` in the chosen currency, or of the plain field, which is in the shop's.
///
/// Sets are texts with all their digits, where the plain field of a refund is a number.
pub fn amount(origin: Origin<'_>, object: &Object<'_>, name: &str) -> Result<Option<Decimal>> {
    let set = object.object(&format!("{name}_set"))?;
    let key = match origin.options.money {
        Money::Shop => "shop_money",
        Money::Presentment => "presentment_money",
    };
    let chosen = set.map_or(Ok(None), |set| set.object(key))?;
    if let Some(chosen) = chosen {
        return Ok(Some(chosen.need("amount", "an amount")?.number()?));
    }
    match origin.options.money {
        Money::Shop => object.number(name),
        Money::Presentment if object.get(name).is_none() => Ok(None),
        // Before there were sets there was one currency only; but a plain field may not stand in for the other one.
        Money::Presentment => Err(refuse(
            Refusal::MissingField,
            &object.path_of(&format!("{name}_set.{key}")),
            "the amount in the buyer's currency",
            "nothing",
        )),
    }
}

/// The currency that [`amount`] reads in, of an order or a checkout.
pub fn currency(origin: Origin<'_>, object: &Object<'_>) -> Result<Option<String>> {
    let shop = object.text("currency")?;
    match origin.options.money {
        Money::Shop => Ok(shop),
        Money::Presentment => Ok(object.text("presentment_currency")?.or(shop)),
    }
}

/// What a line came to, and for how many units: the price less what was allocated to the line, which the shop has split to
/// the cent. `total_discount` says nothing about discounts of the whole order, and dividing them again would lose cents.
pub fn line(origin: Origin<'_>, line: &Object<'_>) -> Result<Line> {
    let quantity = line.need("quantity", "how many units")?.number()?;
    let price = amount(origin, line, "price")?;
    let price = price.ok_or_else(|| refuse(Refusal::MissingField, &line.path_of("price"), "an amount", "nothing"))?;
    let before = money::times(line, price, quantity)?;
    let mut off = Decimal::ZERO;
    for allocation in line.objects("discount_allocations")? {
        let part = amount(origin, &allocation, "amount")?.unwrap_or_default();
        off = money::plus(&allocation, off, part)?;
    }
    Ok(Line { quantity, price, amount: money::less(line, before, off)? })
}

/// A line's figures.
pub struct Line {
    pub quantity: Decimal,
    pub price: Decimal,
    /// After every discount.
    pub amount: Decimal,
}
