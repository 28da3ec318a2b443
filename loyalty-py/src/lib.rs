//! The loyalty rules language for Python: JSON text in, JSON text out.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-node` and
//! `loyalty-wasm` have the same files and offer the same.

mod error;
mod program;

/// The loyalty rules language: a program text in, exact and explained decisions out.
#[pyo3::pymodule]
mod loyalty {
    #[pymodule_export]
    use crate::error::{EventError, RulesError, StateError};
    #[pymodule_export]
    use crate::program::{Member, Program};
}
