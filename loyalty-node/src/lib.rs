//! The loyalty rules language for Node: JSON text in, JSON text out.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-py` and `loyalty-wasm`
//! have the same files and offer the same.

mod error;
mod program;
