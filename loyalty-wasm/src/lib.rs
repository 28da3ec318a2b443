//! The loyalty rules language for browsers and other hosts of WebAssembly: texts and bytes in, JSON text out.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-py` and `loyalty-node`
//! offer the same, in files of the same names. What JavaScript sees of this module is `loyalty-node/lib`, shared with that host:
//! it hands over values of the right types only, which the generated code does not check.

mod accounts;
mod assist;
mod broadcast;
mod error;
mod leaderboard;
mod program;
mod replay;
mod report;
mod text;
