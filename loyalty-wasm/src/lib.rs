//! The loyalty rules language for browsers and other hosts of WebAssembly: JSON text in, JSON text out.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-py` and `loyalty-node`
//! have the same files and offer the same.

mod error;
mod program;
