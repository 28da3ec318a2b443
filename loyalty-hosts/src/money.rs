//! Arithmetic on a platform's amounts: exact, and refused with its place where it cannot be.

use loyalty_core::{Decimal, Refusal};

use crate::json::{Object, Result, refuse};

/// A unit price for so many units.
pub fn times(at: &Object<'_>, price: Decimal, quantity: Decimal) -> Result<Decimal> {
    price.checked_mul(quantity).ok_or_else(|| overflow(at)).map(|amount| amount.normalize())
}

/// What is left of an amount; never below zero.
pub fn less(at: &Object<'_>, amount: Decimal, taken: Decimal) -> Result<Decimal> {
    let left = amount.checked_sub(taken).ok_or_else(|| overflow(at))?;
    if left < Decimal::ZERO {
        let (expected, found) = (format!("discounts of at most {amount}"), taken.to_string());
        return Err(refuse(Refusal::NegativeAmount, at.path(), &expected, &found));
    }
    Ok(left.normalize())
}

/// The sum of two amounts.
pub fn plus(at: &Object<'_>, one: Decimal, other: Decimal) -> Result<Decimal> {
    one.checked_add(other).ok_or_else(|| overflow(at)).map(|sum| sum.normalize())
}

/// The part of an amount that falls to some of its units, to so many decimals, ties to the even one.
pub fn share(at: &Object<'_>, amount: Decimal, (units, of): (Decimal, Decimal), decimals: u32) -> Result<Decimal> {
    let product = amount.checked_mul(units).ok_or_else(|| overflow(at))?;
    let part = product.checked_div(of).ok_or_else(|| overflow(at))?;
    Ok(part.round_dp(decimals).normalize())
}

fn overflow(at: &Object<'_>) -> loyalty_core::EventError {
    refuse(Refusal::Overflow, at.path(), "amounts that can be held exactly", "more")
}
