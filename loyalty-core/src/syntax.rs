//! From text to tree.

pub mod calendar;
pub mod engagement;
pub mod expr;
pub mod format;
pub mod give;
pub mod ladder;
pub(crate) mod lexer;
pub mod measure;
pub mod message;
pub(crate) mod nearest;
pub mod parse;
pub mod referral;
pub mod stretch;
pub mod tree;
pub mod trigger;
pub mod wallet;

pub use format::format;
pub use parse::parse;
