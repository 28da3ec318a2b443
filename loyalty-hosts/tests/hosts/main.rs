//! The translations, from outside: the corpus that every host runs, the samples played through the core, and laws.

#![cfg(test)]
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "the runner reads the files of the corpus; the purity is that of the crate"
)]

mod case;
mod corpus;
mod engine;
mod laws;
mod points;
