//! The loyalty rules language for Python.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-node` and
//! `loyalty-wasm` offer the same, in files of the same names. Tables of Arrow are this one's alone.

mod accounts;
mod arguments;
mod arrow;
mod broadcast;
mod columns;
mod convert;
mod error;
mod hosts;
mod html;
mod input;
mod leaderboard;
mod member;
mod outcome;
mod program;
mod record;
mod replay;
mod report;
mod table;
mod tables;
mod threads;

/// The loyalty rules language: a program text in, exact and explained decisions out.
#[pyo3::pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::accounts::Migration;
    #[pymodule_export]
    use crate::broadcast::BroadcastEstimate;
    #[pymodule_export]
    use crate::error::{Diagnostic, EventError, RulesError, StateError};
    #[pymodule_export]
    use crate::hosts::{magento, shopify, whatsapp, woocommerce};
    #[pymodule_export]
    use crate::leaderboard::Leaderboard;
    #[pymodule_export]
    use crate::member::Member;
    #[pymodule_export]
    use crate::outcome::{Decision, Explanation, Outcome, Quote, View};
    #[pymodule_export]
    use crate::program::{Program, event_head, format};
    #[pymodule_export]
    use crate::record::Record;
    #[pymodule_export]
    use crate::replay::Replay;
    #[pymodule_export]
    use crate::report::Report;
    #[pymodule_export]
    use crate::table::Table;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::error::attributes(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
