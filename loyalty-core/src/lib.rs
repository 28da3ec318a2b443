//! An embeddable loyalty rules language: a program text in, exact and explained decisions out.
//!
//! The folder list is the pipeline:
//!
//! | stage | what comes out |
//! |---|---|
//! | `syntax` | a tree of what the text says, with places; several errors per file |
//! | `check` | names resolved, types and units proved, policies chosen |
//! | `plan` | slots, symbols, nodes and an index; no text, no names to look up |
//! | `engine` | member state and decisions: apply, advance, view, explain |
//! | `wire` | JSON and bytes; nothing else knows them |
//!
//! Begin with [`Program`].

#![deny(missing_docs)]

mod achieved;
mod amount;
pub mod assist;
mod broadcast;
mod calendar;
mod chance;
#[doc(hidden)]
pub mod check;
pub mod codes;
#[doc(hidden)]
pub mod diagnostic;
mod engine;
#[doc(hidden)]
pub mod host;
mod leaderboard;
mod locale;
mod migrate;
mod plan;
mod program;
mod quote;
mod refusal;
mod replay;
mod report;
#[doc(hidden)]
pub mod roster;
mod sorting;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod syntax;
mod testing;
mod time;
mod wire;
mod zones;

pub use achieved::Achieved;
pub use broadcast::BroadcastEstimate;
pub use chance::SecretTooShort;
pub use diagnostic::{Code, Diagnostic, Diagnostics, Label, Severity};
pub use engine::claims::{Claim, Counters};
pub use engine::error::{EventError, Refusal};
pub use engine::explain::Explanation;
pub use engine::member::Member;
pub use engine::members::pool::{PoolPayment, PoolReturn, share};
pub use engine::outcome::{Decision, Outcome};
pub use engine::view::{Totals, View};
pub use leaderboard::{Leaderboard, Standing, Standings};
pub use migrate::{Migration, TierMove};
pub use program::{Event, Program, format};
pub use quote::Quote;
pub use replay::{HistoryEvent, Job, RefusedEvent, Replay, ReplayOptions, Resumed, Threads};
pub use report::{Report, ReportOptions};
pub use rust_decimal::Decimal;
pub use source::{Span, Units};
pub use testing::TEST_SECRET;
pub use testing::scenario::Scenario;
pub use testing::{TestFailure, TestResult};
pub use time::Instant;
pub use wire::decode::{EventHead, event_head, event_head_from};
pub use wire::document::{Document, Key};
pub use wire::input::{ENVELOPE, Extent, Fields, Input, Refused, Scalar, Shape};
pub use wire::state::{Loaded, MigrationReport, StateError};

/// The Rust in the pages of the repository, run as doctests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../docs/embedding.md")]
    struct Embedding;

    #[doc = include_str!("../../docs/explain.md")]
    struct Explain;

    #[doc = include_str!("../../docs/games.md")]
    struct Games;

    #[doc = include_str!("../../docs/members.md")]
    struct Members;

    #[doc = include_str!("../../docs/referrals.md")]
    struct Referrals;

    #[doc = include_str!("../../docs/report.md")]
    struct Report;

    #[doc = include_str!("../../README.md")]
    struct Readme;
}
