//! The border: the only place that knows JSON and the binary form.

pub mod carried;
pub mod codec;
pub mod coupons;
pub mod decode;
pub mod document;
pub mod export;
pub mod flat;
pub mod input;
pub mod json;
pub mod messages;
pub mod packed;
pub mod questions;
pub mod quote;
pub mod rewards;
pub mod row;
pub mod scan;
pub mod sink;
pub mod squeeze;
pub mod state;
pub mod told;
pub mod writer;

/// A digest that is the same on every platform and in every release (XXH3, 64 bits).
pub fn digest(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}
