//! Decimals out of text, digit by digit.

use rust_decimal::Decimal;

use crate::plan::layout::{FRACTION_DIGITS_MAX, INTEGER_DIGITS_MAX};

/// Why a text is no number that an event may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    NotANumber,
    TooLong,
}

/// Reads a decimal digit by digit, with at least so many decimals, trailing zeros beyond them dropped.
pub fn number(text: &str, least_scale: u8) -> Result<Decimal, NumberError> {
    match plain(text, least_scale) {
        Some(number) => Ok(number),
        None => any(text, least_scale),
    }
}

/// A whole number with so many decimals.
pub fn whole(value: i64, scale: u8) -> Result<Decimal, NumberError> {
    if value.unsigned_abs() >= 10_u64.pow(INTEGER_DIGITS_MAX) {
        return Err(NumberError::TooLong);
    }
    let mantissa = i128::from(value) * 10_i128.pow(u32::from(scale));
    Decimal::try_from_i128_with_scale(mantissa, u32::from(scale)).map_err(|_| NumberError::TooLong)
}

/// An exact number, with as many decimals as its digits would give.
pub fn exact(value: Decimal, least_scale: u8) -> Result<Decimal, NumberError> {
    let mut value = value.normalize();
    let integer_max = Decimal::from(10_u64.pow(INTEGER_DIGITS_MAX));
    if value.scale() > FRACTION_DIGITS_MAX || value.abs() >= integer_max {
        return Err(NumberError::TooLong);
    }
    value.rescale(value.scale().max(u32::from(least_scale)));
    Ok(value)
}

/// The form in which nearly every number comes, read in one go: at most eighteen digits, of which no more than the
/// least lie behind the point. Nothing for any other.
#[inline]
pub fn plain(text: &str, least_scale: u8) -> Option<Decimal> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // The point is no digit: beside it there may be eighteen.
    if digits.is_empty() || digits.len() + usize::from(least_scale) > 18 {
        return None;
    }
    let (whole, behind) = leading(0, digits);
    let (value, decimals) = match behind {
        [] => (whole, 0),
        [b'.', fraction @ ..] if behind.len() < digits.len() && !fraction.is_empty() => {
            match leading(whole, fraction) {
                (value, []) => (value, fraction.len() as u32),
                _ => return None,
            }
        }
        _ => return None,
    };
    let padding = u32::from(least_scale).checked_sub(decimals)?;
    let value = if padding == 0 { value } else { value * 10_u64.pow(padding) };
    let (low, high) = (value as u32, (value >> 32) as u32);
    Some(Decimal::from_parts(low, high, 0, negative && value != 0, u32::from(least_scale)))
}

/// A number with all digits that follow put behind it, and what comes after them.
#[inline]
fn leading(mut value: u64, mut bytes: &[u8]) -> (u64, &[u8]) {
    while let [digit @ b'0'..=b'9', rest @ ..] = bytes {
        value = value * 10 + u64::from(digit - b'0');
        bytes = rest;
    }
    (value, bytes)
}

/// Any number.
fn any(text: &str, least_scale: u8) -> Result<Decimal, NumberError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (digits, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => {
            let exponent = unsigned.get(at + 1..).unwrap_or("");
            let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
            (unsigned.get(..at).unwrap_or(""), exponent.parse::<i32>().map_err(|_| NumberError::NotANumber)?)
        }
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let dangling = digits.ends_with('.');
    if whole.is_empty() || dangling || !all_digits(whole) || !all_digits(fraction) {
        return Err(NumberError::NotANumber);
    }
    if exponent != 0 {
        return shifted(text.starts_with('-'), whole, fraction, exponent, least_scale);
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > INTEGER_DIGITS_MAX as usize || fraction.len() > FRACTION_DIGITS_MAX as usize {
        return Err(NumberError::TooLong);
    }
    let scale = (fraction.len() as u32).max(u32::from(least_scale));
    let padding = scale - fraction.len() as u32;
    let bytes = whole.bytes().chain(fraction.bytes());
    let mantissa = if whole.len() as u32 + scale <= 18 {
        i128::from(bytes.fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0')) * 10_i64.pow(padding))
    } else {
        bytes.fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0')) * 10_i128.pow(padding)
    };
    let signed = if text.starts_with('-') { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| NumberError::TooLong)
}

/// A number with an exponent, written out and read again.
fn shifted(negative: bool, whole: &str, fraction: &str, exponent: i32, scale: u8) -> Result<Decimal, NumberError> {
    if whole.len() + fraction.len() > 64 {
        return Err(NumberError::TooLong);
    }
    let digits = format!("{whole}{fraction}");
    if digits.bytes().all(|byte| byte == b'0') {
        return any("0", scale);
    }
    let point = whole.len() as i64 + i64::from(exponent);
    if !(-30..=60).contains(&point) {
        return Err(NumberError::TooLong);
    }
    let sign = if negative { "-" } else { "" };
    let text = if point <= 0 {
        format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point as usize >= digits.len() {
        format!("{sign}{digits}{}", "0".repeat(point as usize - digits.len()))
    } else {
        let (before, after) = digits.split_at(point as usize);
        format!("{sign}{before}.{after}")
    };
    any(&text, scale)
}
