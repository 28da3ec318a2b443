//! Amounts as texts.

use rust_decimal::Decimal;

/// The shortest text of a decimal: no trailing zeros, no exponent.
pub fn text(value: Decimal) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// The same, behind a text.
pub fn write(out: &mut String, value: Decimal) {
    let parts = value.unpack();
    if parts.hi != 0 {
        out.push_str(&value.normalize().to_string());
        return;
    }
    let (mut digits, mut scale) = (u64::from(parts.mid) << 32 | u64::from(parts.lo), parts.scale);
    while scale > 0 && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    if parts.negative && digits != 0 {
        out.push('-');
    }
    write_digits(out, digits, scale);
}

/// Writes a whole number behind a text, with a point before so many of its digits.
pub fn write_digits(out: &mut String, digits: u64, scale: u32) {
    if scale > 0 || digits > 9 {
        write_digits(out, digits / 10, scale.saturating_sub(1));
    }
    if scale == 1 {
        out.push('.');
    }
    out.push(char::from(b'0' + (digits % 10) as u8));
}
