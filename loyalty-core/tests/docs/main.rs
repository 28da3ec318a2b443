//! The documentation says what is so: every program in it compiles or raises the code that it names, the `test`
//! declarations of every program pass, and each table is the one that the code would write.

#![cfg(test)]
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "pages and sources are files; the purity is that of the core"
)]

mod explain;
mod front;
mod imports;
mod page;
mod programs;
mod shapes;
mod tables;
