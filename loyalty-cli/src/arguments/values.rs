//! How values are read that are no plain texts.

use loyalty_core::{Decimal, Instant};

/// Reads a name and an amount.
pub(super) fn counter(text: &str) -> Result<(String, Decimal), String> {
    let (name, amount) = text.split_once('=').ok_or("write it as `coupon SPRING=999`")?;
    let amount = amount.trim().parse().map_err(|_| format!("`{amount}` is no amount"))?;
    Ok((name.trim().to_owned(), amount))
}

/// Reads a name and a text.
pub(super) fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as `code=BACK10`")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Reads an instant as the language writes it in data.
pub(super) fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .ok_or_else(|| "expected an instant with its offset, such as `2026-12-31T23:59:00+08:00`".to_owned())
}
