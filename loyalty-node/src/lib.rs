//! The loyalty rules language for Node: texts and bytes in, JSON text out.
//!
//! A binding converts, calls and converts back; what it says and decides is the core's. `loyalty-py` and `loyalty-wasm`
//! offer the same, in files of the same names. What JavaScript sees of this module is `lib/`, which is shared with `loyalty-wasm`.

mod accounts;
mod broadcast;
mod error;
mod held;
// Public, as `text` is.
pub mod hosts;
mod leaderboard;
mod member;
mod program;
mod replay;
mod report;
mod threads;
// Public, for in a build for tests nothing else tells that JavaScript calls its functions.
pub mod text;
