//! How events are read: as strictly as JSON is defined, and alike from whatever holds them. How members are saved.
#![cfg(test)]

mod alike;
mod documents;
mod far;
mod old;
mod states;
mod strict;
mod tree;
mod wheels;

use std::sync::LazyLock;

use loyalty_core::{Instant, Member, Program};

/// Reads fields of every kind, a list of records and a list of plain values.
const PROGRAM: &str = r#"program "Shop" { currency EUR }
event order { gift bool?  wrapped date?  promised instant?  pickup time?  floors int?  parent text? }
wallet pts {}
rule base on order { earn 1 pts per 1 EUR of order.subtotal }
rule lines on order when order.gift == true { earn 1 pts per 1 of sum(order.lines.quantity where category == "coffee") }
rule days on order when order.wrapped > 2026-01-01 and order.pickup > 09:30 and order.floors > 2 { earn 1 pts }
rule promise on order when order.promised > 2026-01-01T00:00:00Z and order.parent is present { earn 1 pts }
rule noted on order when "RUSH" in order.coupons and order.branch == "Mitte" { earn 1 pts }
"#;

/// Compiled once, for it is asked for a thousand times.
fn program() -> &'static Program {
    static COMPILED: LazyLock<Program> = LazyLock::new(|| {
        Program::compile(PROGRAM).unwrap_or_else(|found| panic!("{}", found.render("shop.loyalty", false)))
    });
    &COMPILED
}

fn member(program: &Program) -> Member {
    program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap()
}
