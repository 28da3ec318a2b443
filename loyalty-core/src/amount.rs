//! Exact decimals: every operation gives the exact result or says that it cannot.
//!
//! `rust_decimal` silently drops digits that do not fit its 96 bits; here that is an [`Overflow`]. Rounding happens in
//! one place, [`round`], and is named.
//!
//! Nearly all amounts have few digits. They are worked with as whole numbers of 64 bits ([`Small`]), which takes a
//! tenth of the time; whatever does not fit goes to `rust_decimal`, and the result is the same.

#[cfg(test)]
pub mod fuse;
mod quotient;
mod small;
mod text;

use core::cmp::Ordering;

use rust_decimal::Decimal;

use small::{Small, of_plain, plain};

pub use quotient::{apportion, divide, divide_exactly, divide_floor, round};
pub use small::{few, of_few};
pub use text::{text, write, write_digits};

/// The result has more digits than can be held exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

#[inline]
pub fn add(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    // Nearly all have as many decimals as what they are added to.
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
        && let Some(sum) = one.checked_add(other)
        && let Some(sum) = of_plain(sum, scale)
    {
        return Ok(sum);
    }
    add_small(left, right)
}

/// The same of other amounts; out of line, so that the usual ones are short.
#[inline(never)]
fn add_small(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(sum) = one.plus(other).and_then(Small::decimal)
    {
        return Ok(sum);
    }
    add_large(left, right)
}

#[cold]
fn add_large(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    let exact = |left: Decimal, right: Decimal| {
        let sum = left.checked_add(right)?;
        let whole = sum.scale() >= left.scale().max(right.scale()) || left.is_zero() || right.is_zero();
        whole.then_some(sum)
    };
    // Zeros at the end take no room: an amount that was saved and loaded has none, and adds up to the same.
    exact(left, right).or_else(|| exact(left.normalize(), right.normalize())).ok_or(Overflow)
}

/// The sum of several amounts.
#[inline]
pub fn sum(values: impl Iterator<Item = Decimal> + Clone) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    match sum_small(values.clone()).and_then(Small::decimal) {
        Some(sum) => Ok(sum),
        None => sum_large(values),
    }
}

/// A sum to which amounts of one scale are added one by one, as long as it has few digits.
#[derive(Clone, Copy)]
pub struct Growing(Small);

impl Growing {
    /// Nothing so far, of so many digits after the point.
    #[inline]
    pub fn with_scale(scale: u8) -> Self {
        Self(Small { digits: 0, scale: u32::from(scale) })
    }

    /// Adds an amount. One of another scale, or with too many digits, is given up with all that follow.
    #[inline]
    pub fn add(&mut self, value: Decimal) {
        let sum = Small::of(value).filter(|value| value.scale == self.0.scale);
        match sum.and_then(|value| self.0.digits.checked_add(value.digits)) {
            Some(digits) => self.0.digits = digits,
            None => self.0.scale = u32::MAX,
        }
    }

    /// What they come to; nothing where it was given up.
    #[inline]
    pub fn decimal(self) -> Option<Decimal> {
        self.0.decimal()
    }
}

#[inline]
fn sum_small(mut values: impl Iterator<Item = Decimal>) -> Option<Small> {
    let Some(first) = values.next() else { return Some(Small { digits: 0, scale: 0 }) };
    values.try_fold(Small::of(first)?, |sum, value| {
        let parts = value.unpack();
        // Most are above zero, and have as many decimals as those before.
        if parts.hi | parts.mid >> 31 == 0 && parts.scale == sum.scale && !parts.negative {
            let digits = (u64::from(parts.mid) << 32 | u64::from(parts.lo)) as i64;
            return Some(Small { digits: sum.digits.checked_add(digits)?, ..sum });
        }
        sum.plus(Small::of(value)?)
    })
}

#[cold]
fn sum_large(mut values: impl Iterator<Item = Decimal>) -> Result<Decimal, Overflow> {
    values.try_fold(Decimal::ZERO, add)
}

/// Whether an amount is above zero.
#[inline]
pub fn is_positive(value: Decimal) -> bool {
    value.is_sign_positive() && !value.is_zero()
}

/// How two decimals stand to each other.
#[inline]
pub fn compare(left: Decimal, right: Decimal) -> Ordering {
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
    {
        return one.cmp(&other);
    }
    compare_small(left, right)
}

#[inline(never)]
fn compare_small(left: Decimal, right: Decimal) -> Ordering {
    match Small::aligned(left, right) {
        Some((left, right, _)) => left.cmp(&right),
        None => left.cmp(&right),
    }
}

/// The smaller of two decimals; of two alike the left one.
#[inline]
pub fn least(left: Decimal, right: Decimal) -> Decimal {
    if compare(left, right).is_gt() { right } else { left }
}

/// A decimal, or zero if it is below.
#[inline]
pub fn at_least_zero(value: Decimal) -> Decimal {
    if value.is_sign_negative() { Decimal::ZERO } else { value }
}

/// Whether a decimal is 1, written so; a comparison would have to align the scales first.
#[inline]
pub fn is_one(value: Decimal) -> bool {
    let parts = value.unpack();
    parts.lo == 1 && parts.mid | parts.hi | parts.scale == 0 && !parts.negative
}

/// Whether the digits of an amount fit 64 bits.
#[inline]
pub fn has_few_digits(value: Decimal) -> bool {
    Small::of(value).is_some()
}

/// Whether an amount is above the largest whole number of 64 bits.
#[inline]
pub fn exceeds_64_bits(value: Decimal) -> bool {
    // What has few digits is not, wherever the point stands.
    !has_few_digits(value) && value > Decimal::from(i64::MAX)
}

#[inline]
pub fn subtract(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    #[cfg(test)]
    fuse::burn()?;
    if let (Some((one, scale)), Some((other, same))) = (plain(left), plain(right))
        && scale == same
        && let Some(difference) = one.checked_sub(other)
        && let Some(difference) = of_plain(difference, scale)
    {
        return Ok(difference);
    }
    subtract_small(left, right)
}

#[inline(never)]
fn subtract_small(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(difference) = one.plus(other.negated()).and_then(Small::decimal)
    {
        return Ok(difference);
    }
    add_large(left, -right)
}

#[inline]
pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    if is_one(right) {
        return Ok(left);
    }
    if let (Some(one), Some(other)) = (Small::of(left), Small::of(right))
        && let Some(digits) = one.digits.checked_mul(other.digits)
        && let Some(product) = (Small { digits, scale: one.scale + other.scale }).decimal()
    {
        return Ok(product);
    }
    multiply_large(left, right)
}

#[cold]
fn multiply_large(left: Decimal, right: Decimal) -> Result<Decimal, Overflow> {
    let exact = |left: Decimal, right: Decimal| {
        let product = left.checked_mul(right)?;
        let whole = product.scale() == left.scale() + right.scale() || left.is_zero() || right.is_zero();
        whole.then_some(product)
    };
    exact(left, right).or_else(|| exact(left.normalize(), right.normalize())).ok_or(Overflow)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    use super::quotient::{divide_floor_large, divide_floor_small, round_large, round_small};
    use super::*;
    use crate::check::model::RoundMode;

    proptest! {
        #[test]
        fn digits_are_those_of_the_shortest_form(value in decimal()) {
            prop_assert_eq!(text(value), value.normalize().to_string());
            prop_assert_eq!(text(-value), if value.is_zero() { "0".to_owned() } else { (-value).normalize().to_string() });
        }
    }

    /// Decimals of all sizes, most of them around what 64 bits hold.
    fn decimal() -> impl Strategy<Value = Decimal> {
        let digits = prop_oneof![
            -1_000_i128..1_000,
            any::<i64>().prop_map(i128::from),
            -(1_i128 << 66)..1 << 66,
            -(1_i128 << 95)..1 << 95
        ];
        (digits, 0_u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
    }

    fn rounding() -> impl Strategy<Value = RoundMode> {
        prop_oneof![Just(RoundMode::Down), Just(RoundMode::Up), Just(RoundMode::HalfUp), Just(RoundMode::HalfEven)]
    }

    proptest! {
        #[test]
        fn few_digits_are_told_and_read_back(value in decimal()) {
            if let Some((digits, scale)) = few(value) {
                prop_assert_eq!(of_few(digits, scale).unpack(), value.normalize().unpack());
            }
            prop_assert_eq!(few(value).is_some(), value.mantissa().unsigned_abs() < 1 << 32);
        }

        #[test]
        fn few_digits_add_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(add(left, right), add_large(left, right));
            prop_assert_eq!(subtract(left, right), add_large(left, -right));
        }

        #[test]
        fn zeros_at_the_end_take_no_room(left in decimal(), right in decimal(), zeros in 0_u32..12) {
            let mut longer = left.normalize();
            longer.rescale((longer.scale() + zeros).min(28));
            let text = |result: Result<Decimal, Overflow>| result.map(text);
            prop_assert_eq!(text(add(longer, right)), text(add(left.normalize(), right)));
            prop_assert_eq!(text(multiply(longer, right)), text(multiply(left.normalize(), right)));
        }

        #[test]
        fn few_digits_sum_up_as_many_do(values in proptest::collection::vec(decimal(), 0..6), scale in 0_u32..4) {
            prop_assert_eq!(sum(values.iter().copied()), sum_large(values.iter().copied()));
            let alike = values.iter().map(|value| Decimal::from_i128_with_scale(value.mantissa() >> 40, scale));
            prop_assert_eq!(sum(alike.clone()), sum_large(alike));
        }

        #[test]
        fn few_digits_are_chosen_as_many_are(left in decimal(), right in decimal()) {
            prop_assert_eq!(least(left, right).unpack(), left.min(right).unpack());
            prop_assert_eq!(at_least_zero(left), left.max(Decimal::ZERO));
            prop_assert_eq!(is_one(left), left.scale() == 0 && left.mantissa() == 1);
            prop_assert_eq!(exceeds_64_bits(left), left > Decimal::from(i64::MAX));
        }

        #[test]
        fn few_digits_multiply_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(multiply(left, right), multiply_large(left, right));
        }

        #[test]
        fn a_quotient_is_rounded_once_or_refused(value in decimal(), divisor in decimal(), digits in 0_u32..=12) {
            let exact = |value: Decimal| BigRational::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()));
            let Ok(quotient) = divide(value, divisor, digits) else { return Ok(()) };
            prop_assert!(quotient.scale() <= digits);
            let unit = BigRational::new(1.into(), BigInt::from(10).pow(digits));
            let off = exact(value) / exact(divisor) - exact(quotient);
            let twice = off * BigInt::from(2);
            prop_assert!(twice <= unit && twice >= -unit.clone());
            let tie = twice == unit || twice == -unit.clone();
            let even = (exact(quotient) / unit).to_integer() % BigInt::from(2) == BigInt::from(0);
            prop_assert!(!tie || even);
        }

        #[test]
        fn sums_products_and_quotients_are_exact_or_refused(left in decimal(), right in decimal()) {
            let exact = |value: Decimal| BigRational::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()));
            if let Ok(sum) = add(left, right) {
                prop_assert_eq!(exact(sum), exact(left) + exact(right));
            }
            if let Ok(difference) = subtract(left, right) {
                prop_assert_eq!(exact(difference), exact(left) - exact(right));
            }
            if let Ok(product) = multiply(left, right) {
                prop_assert_eq!(exact(product), exact(left) * exact(right));
            }
        }

        #[test]
        fn few_digits_compare_as_many_do(left in decimal(), right in decimal()) {
            prop_assert_eq!(compare(left, right), left.cmp(&right));
        }

        #[test]
        fn few_digits_divide_as_many_do(
            value in decimal(),
            divisor in 1_i64..1_000_000,
            scale in 0_u32..4,
            decimals in 0_u32..4,
            mode in rounding(),
        ) {
            let divisor = Decimal::new(divisor, scale);
            if let Some(floor) = divide_floor_small(value, divisor) {
                prop_assert_eq!(Ok(floor), divide_floor_large(value, divisor));
            }
            if let Some(rounded) = round_small(value, divisor, decimals, mode) {
                prop_assert_eq!(Ok(rounded), round_large(value, divisor, decimals, mode));
            }
        }
    }
}
