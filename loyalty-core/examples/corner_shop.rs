//! A member's year at a corner shop: orders, a return, the passing of time, and why.
//!
//! `cargo run -p loyalty-core --example corner_shop`

#![expect(clippy::disallowed_macros, reason = "an example is a host, which reads and writes")]

use std::error::Error;

use loyalty_core::{Instant, Program};

const RULES: &str = r#"
program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points { expire 6 months after earning }
measure spend = sum(order.subtotal) over last 12 months
tiers status by spend {
  basic from 0 EUR
  gold  from 100 EUR
  keep  12 months
}
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule welcome on status reaches gold { earn 25 points }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    // Compiled once and shared; what is wrong with a program is told with its line.
    let program = Program::compile(RULES).map_err(|found| found.render("corner_shop.loyalty", false))?;
    let mut member = program.enroll("m-1", instant("2026-01-01T00:00:00+01:00")?)?;

    for event in [
        r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00+01:00","subtotal":"42.86"}"#,
        r#"{"type":"order","id":"o-2","at":"2026-02-02T10:00:00+01:00","subtotal":"80.00"}"#,
        r#"{"type":"refund","id":"r-1","order":"o-1","at":"2026-02-03T10:00:00+01:00"}"#,
    ] {
        println!("{}", program.explain(&member, event)?.to_text(false));
        program.apply(&mut member, event)?;
    }

    // What a host keeps between events: one text for each member.
    let saved = program.save(&member);
    let mut member = program.load(&saved)?.member;

    // Time alone does the rest, at its own instants, whenever the host calls.
    let later = instant("2026-12-31T00:00:00+01:00")?;
    println!("{}", program.explain_advance(&member, later)?.to_text(false));
    program.advance(&mut member, later)?;
    println!("{}", program.view(&member, later).to_json());
    Ok(())
}

fn instant(text: &str) -> Result<Instant, &'static str> {
    Instant::parse(text).ok_or("an instant")
}
