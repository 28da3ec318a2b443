//! Help for authors, from outside: exact places, in any script, in texts that are whole and in texts that are being written.

#![cfg(test)]
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "the programs are files, and a place within a character is to fail loudly; the purity is that of the core"
)]

mod complete;
mod everywhere;
mod hover;
mod tokens;

/// The text without its mark, and the place of the mark in bytes.
fn marked(text: &str) -> (String, usize) {
    let at = text.find('‸').expect("a mark");
    (text.replace('‸', ""), at)
}

/// A program around a place, in more than one script.
const SHOP: &str = r#"program "Café نقاط 🎁" { currency EUR  timezone "Europe/Berlin" }
// 🎉 قهوة
member {
  /// What the till shows.
  level text?
}
record line { roast text? }
/// The one balance.
wallet نقاط { expire 12 months after earning }
wallet cash { holds EUR }
measure year = sum(order.subtotal) over last 12 months
measure latest = last(order)
segment regular = year >= 100 EUR
rule base on order { earn 1 نقاط per 1 EUR of order.subtotal }
"#;

/// The shop with something behind it.
fn shop(rest: &str) -> (String, usize) {
    marked(&format!("{SHOP}{rest}"))
}
