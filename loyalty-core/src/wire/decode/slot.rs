//! One value of an event into the slot of its field, or why not.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::number::{NumberError, exact, number, plain, whole};
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::{EventData, Slot};
use crate::plan::Plan;
use crate::plan::layout::{FRACTION_DIGITS_MAX, FieldKind, INTEGER_DIGITS_MAX, SlotLayout, TEXT_BYTES_MAX};
use crate::plan::symbols::UNKNOWN;
use crate::time::{DAY, FIRST_DAY, Instant, LAST_DAY, SECOND, day_written, time_written};
use crate::wire::input::{Input, Scalar};

/// The whole numbers that a binary float tells from their neighbours lie up to here: 2^53 − 1. What is 2^53 may have been the
/// number after it.
const FLOAT_MAX: Decimal = Decimal::from_parts(u32::MAX, (1 << 21) - 1, 0, false, 0);

/// How an instant is written.
pub const INSTANT: &str = "an instant such as 2026-11-21T10:00:00+08:00";

/// What tables of data hold where they have nothing.
const NOTHING_OF_TABLES: [&str; 3] = ["nan", "NaTType", "NAType"];

pub fn wrong(expected: &str, found: &Scalar<'_>) -> EventError {
    let shown = found.shown();
    let refused = EventError::new(Refusal::WrongType).expecting(expected);
    // A text that says so is one, and is not said to be missing.
    let nothing = matches!(found, Scalar::Float(_) | Scalar::Number(_) | Scalar::Other(_))
        && NOTHING_OF_TABLES
            .iter()
            .any(|word| shown.eq_ignore_ascii_case(word) || shown.ends_with(&format!(".{word}")));
    let refused = match found {
        Scalar::Foreign { help, .. } => refused.advising(&**help),
        _ if nothing => refused.advising("what is missing is left out of the event, or is null"),
        _ => refused,
    };
    refused.but_found(shown)
}

/// A value as a text: texts, and whole numbers by their digits, for ids are sent as either. A fraction is no id, whatever
/// host sends it and in whatever form.
///
/// A float is a text only where it can tell the number from the next: what has gone through a float may otherwise be
/// another id by now.
pub fn text_of<'s>(scalar: &'s Scalar<'_>) -> Option<Cow<'s, str>> {
    match scalar {
        Scalar::Text(text) => Some(Cow::Borrowed(text)),
        Scalar::Number(digits) if all_digits(digits) => Some(Cow::Borrowed(digits)),
        Scalar::Number(digits) => whole_text(number(digits, 0).ok()?),
        Scalar::Whole(number) => Some(Cow::Owned(number.to_string())),
        Scalar::Decimal(number) => whole_text(*number),
        Scalar::Float(digits) => whole_text(number(digits, 0).ok().filter(|number| number.abs() <= FLOAT_MAX)?),
        _ => None,
    }
}

/// Why a value is no text.
pub fn no_text(found: &Scalar<'_>) -> EventError {
    match found {
        Scalar::Float(digits) if is_large_and_whole(digits) => wrong("a text, or a whole number below 2^53", found)
            .advising("send its digits as a text: a number this large may have been rounded before it came here"),
        _ => wrong("a text", found),
    }
}

/// Whether these are the digits of a whole number beyond those that a float counts one by one, also of more than an amount may have.
fn is_large_and_whole(digits: &str) -> bool {
    match number(digits, 0) {
        Ok(number) => number.is_integer() && number.abs() > FLOAT_MAX,
        Err(_) => all_digits(digits) || digits.split_once('e').is_some_and(|(_, exponent)| !exponent.starts_with('-')),
    }
}

/// Whether these are the digits of a whole number as it is written everywhere, however long.
fn all_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').filter(|digits| *digits != "0").unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits of a number, if it is whole.
fn whole_text(number: Decimal) -> Option<Cow<'static, str>> {
    let number = number.normalize();
    (number.scale() == 0).then(|| Cow::Owned(number.to_string()))
}

/// Reads the value of a field. A refusal names the field; what is no JSON says itself where it is.
#[inline]
pub fn read<I: Input>(
    plan: &Plan,
    layout: &SlotLayout,
    value: &mut I,
    event: &mut EventData,
) -> Result<Slot, EventError> {
    if let Some(text) = value.text() {
        return match usual(plan, layout, text, event) {
            Some(slot) => Ok(slot),
            None => other(plan, layout, &Scalar::Text(Cow::Borrowed(text)), event),
        };
    }
    if let Some(digits) = value.digits() {
        return match simple(layout.kind, digits) {
            Some(number) => Ok(Slot::Number(number)),
            None => other(plan, layout, &Scalar::Number(Cow::Borrowed(digits)), event),
        };
    }
    other(plan, layout, &value.scalar()?, event)
}

/// What nearly all values are: a text, or a number as one. Whatever else is said of them is left to the general way. It is taken
/// in where it is called once for every value.
#[inline(always)]
fn usual(plan: &Plan, layout: &SlotLayout, text: &str, event: &mut EventData) -> Option<Slot> {
    match layout.kind {
        FieldKind::Number { .. } => simple(layout.kind, text).map(Slot::Number),
        FieldKind::Text if text.len() <= TEXT_BYTES_MAX => {
            let symbol = if layout.symbolic { plan.symbols.get(text) } else { UNKNOWN };
            Some(event.push_text(text, symbol))
        }
        _ => None,
    }
}

/// The general way; out of line, so that the usual one is short.
#[inline(never)]
fn other(plan: &Plan, layout: &SlotLayout, scalar: &Scalar<'_>, event: &mut EventData) -> Result<Slot, EventError> {
    let read = slot(plan, layout, scalar, event);
    read.map_err(|error| if layout.name.is_empty() { error } else { error.within(&layout.name) })
}

/// A number without a sign that may be as long as any field of its kind.
#[inline]
fn simple(kind: FieldKind, digits: &str) -> Option<Decimal> {
    let FieldKind::Number { whole: false, scale } = kind else { return None };
    plain(digits, scale).filter(|number| !number.is_sign_negative())
}

/// The value that a field is given. `null` is missing.
pub fn slot(plan: &Plan, layout: &SlotLayout, scalar: &Scalar<'_>, event: &mut EventData) -> Result<Slot, EventError> {
    if let Scalar::Number(digits) = scalar
        && let Some(number) = simple(layout.kind, digits)
    {
        return Ok(Slot::Number(number));
    }
    if matches!(scalar, Scalar::Null) {
        return Ok(Slot::Missing);
    }
    Ok(match layout.kind {
        FieldKind::Number { whole, scale } => Slot::Number(decimal(layout, whole, scale, scalar)?),
        FieldKind::Text => {
            let text = text_of(scalar).ok_or_else(|| no_text(scalar))?;
            if text.len() > TEXT_BYTES_MAX {
                return Err(EventError::new(Refusal::TextTooLong)
                    .expecting(format!("at most {TEXT_BYTES_MAX} bytes"))
                    .but_found(format!("{} bytes", text.len())));
            }
            let symbol = if layout.symbolic { plan.symbols.get(&text) } else { UNKNOWN };
            event.push_text(&text, symbol)
        }
        FieldKind::Bool => match scalar {
            Scalar::Bool(value) => Slot::Bool(*value),
            _ => return Err(wrong("true or false", scalar)),
        },
        FieldKind::Date => {
            let date = match scalar {
                Scalar::Date(day) => Some(*day),
                Scalar::Text(text) => day_written(text),
                _ => None,
            };
            let date = date.ok_or_else(|| wrong("a date such as 2026-11-21", scalar))?;
            if !(FIRST_DAY..=LAST_DAY).contains(&date) {
                return Err(wrong("a date from 0001-01-01 to 9999-12-31", scalar));
            }
            Slot::Date(date)
        }
        FieldKind::Instant => {
            let instant = match scalar {
                Scalar::Instant(micros) => Instant::from_micros(*micros),
                Scalar::Text(text) => Instant::parse(text),
                _ => None,
            };
            let refused = || {
                let refused = wrong(INSTANT, scalar);
                if let Scalar::Text(text) = scalar { refused.without_offset(text) } else { refused }
            };
            Slot::Instant(instant.ok_or_else(refused)?.0)
        }
        FieldKind::Time => {
            let time = match scalar {
                // No text says a part of a second either.
                Scalar::Time(micros) => {
                    Some(*micros).filter(|micros| (0..DAY).contains(micros) && micros % SECOND == 0)
                }
                Scalar::Text(text) => time_written(text),
                _ => None,
            };
            Slot::Time(time.ok_or_else(|| wrong("a time of day such as 09:30", scalar))?)
        }
    })
}

fn decimal(layout: &SlotLayout, is_whole: bool, scale: u8, scalar: &Scalar<'_>) -> Result<Decimal, EventError> {
    let expected = if is_whole { "a whole number" } else { "a number, or its digits as a text" };
    let read = match scalar {
        Scalar::Text(digits) | Scalar::Number(digits) | Scalar::Float(digits) => number(digits, scale),
        Scalar::Whole(value) => whole(*value, scale),
        Scalar::Decimal(value) => exact(*value, scale),
        _ => Err(NumberError::NotANumber),
    };
    // Digits are shown bare, whether they came as a text or as a number.
    let digits = || match scalar {
        Scalar::Number(_) | Scalar::Decimal(_) => Cow::Owned(scalar.shown()),
        _ => text_of(scalar).unwrap_or_else(|| Cow::Owned(scalar.shown())),
    };
    let number = read.map_err(|error| match error {
        NumberError::NotANumber => wrong(expected, scalar),
        NumberError::TooLong => too_long(&digits()),
    })?;
    if is_whole && number.scale() > 0 {
        return Err(wrong(expected, scalar));
    }
    if matches!(scalar, Scalar::Float(_)) && number.abs() > FLOAT_MAX {
        return Err(wrong("a float below 2^53, or the digits as a text", scalar));
    }
    if layout.not_negative && number.is_sign_negative() && !number.is_zero() {
        return Err(EventError::new(Refusal::NegativeAmount).expecting("zero or more").but_found(digits()));
    }
    Ok(number)
}

/// A number of more digits than are held exactly. One with many behind the point was mostly worked out by floats: 0.1 + 0.2 is
/// 0.30000000000000004 there.
fn too_long(digits: &str) -> EventError {
    let error = EventError::new(Refusal::NumberTooLong)
        .expecting(format!("at most {INTEGER_DIGITS_MAX} digits before the point and {FRACTION_DIGITS_MAX} after it"))
        .but_found(digits);
    match digits.contains('.') {
        true => error.advising(
            "round it before it is sent: what floats work out has digits that nobody meant, as 0.1 + 0.2 is 0.30000000000000004",
        ),
        false => error,
    }
}
