//! The parser that pest makes of `grammar.pest`.

/// Reads program texts; its `Rule`s are the grammar's.
#[derive(pest_derive::Parser)]
#[grammar = "syntax/grammar.pest"]
pub(super) struct Grammar;
