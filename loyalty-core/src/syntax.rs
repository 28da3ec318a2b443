//! From text to tree.

pub mod format;
pub mod later;
mod lexer;
pub(crate) mod nearest;
pub mod parse;
pub mod tree;

pub use format::format;
pub use parse::parse;
