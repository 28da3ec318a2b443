//! The command line as a script meets it: arguments in, text, files and an exit code out.

#![expect(clippy::expect_used, clippy::string_slice, reason = "a test that fails should fail loudly and be short")]

mod accounts;
mod authors;
mod boards;
mod broadcasts;
mod claims;
mod crash;
mod looks;
mod nights;
mod plays;
mod quotes;
mod replays;
mod reports;
mod stores;
mod support;
