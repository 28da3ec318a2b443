//! The laws of the engine as properties, and a second evaluator that it must agree with.
//!
//! `PROPTEST_CASES` raises the number of generated cases; a failure prints the program and the events that show it.
#![cfg(test)]
#![expect(unreachable_pub, reason = "the modules of a test are as public as they need to be to each other")]
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read the examples, and the number of cases from the environment"
)]

mod accounts;
mod agree;
mod badges;
mod broadcasts;
mod carts;
mod challenges;
mod chance;
mod codes;
mod coupon_points;
mod edited;
mod engine;
mod explained;
mod exports;
mod features;
mod generate;
mod goals;
mod held;
mod histories;
mod holds;
mod late;
mod laws;
mod leaderboards;
mod levels;
mod limited;
mod members;
mod model;
mod passing;
mod produced;
mod questions;
mod quotes;
mod referrals;
mod reports;
mod side_by_side;
mod streaks;
mod together;
mod undone;
mod versions;

use proptest::test_runner::{Config, RngSeed};

/// Failures become explicit cases, so no seeds are kept. A plain run tries the same cases everywhere and always; a run
/// that asks for a number of cases tries new ones.
fn settings(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        rng_seed: if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(2026) },
        ..Config::default()
    }
}
