//! What can be said on the command line, with its help.

mod accounts;
mod members;
mod programs;
mod questions;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use accounts::{Erase, Export, Merge};
pub(crate) use members::{Advance, Broadcast, Migrate, Run};
pub(crate) use programs::{Check, Fmt, Test};
pub(crate) use questions::{Explain, Leaderboard, Quote, Show};

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  the work is done and the answer is no: errors in the program, failed tests, an
     unformatted file, a member or event that is not there, amounts that do not add up
  2  the work could not be done: wrong arguments, a file that cannot be read or written,
     a store in use

Examples:
  loyalty check club.loyalty
  loyalty test club.loyalty
  loyalty run club.loyalty --events 2026.jsonl.gz --store club.db --out decisions.jsonl
  loyalty advance club.loyalty --store club.db --to 2027-01-01T00:00:00Z
  loyalty migrate club-2027.loyalty --store club.db
  loyalty show club.loyalty --store club.db --member m-17
  loyalty explain club.loyalty --events 2026.jsonl.gz --event o-4711";

/// Check, test and run loyalty rules, and see why every point was given.
#[derive(Debug, Parser)]
#[command(name = "loyalty", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find the errors of programs
    Check(Check),
    /// Write programs in the one form
    Fmt(Fmt),
    /// Run the tests that stand in programs
    Test(Test),
    /// Play a file of events and sum up what it gave
    Run(Run),
    /// Let time pass for the members of a store for whom something is due: the nightly job
    Advance(Advance),
    /// Say a message to many: first how many it would reach, and why not the others
    Broadcast(Broadcast),
    /// Say who moves under another version of the program, before it is used
    Migrate(Migrate),
    /// Look at one member
    Show(Show),
    /// Say who stands where on a leaderboard
    Leaderboard(Leaderboard),
    /// Say what a cart would get, and why not more
    Quote(Quote),
    /// Say why an event gave what it gave
    Explain(Explain),
    /// Merge one account into another
    Merge(Merge),
    /// Erase a person and keep the sums
    Erase(Erase),
    /// Write all that is held about one member
    Export(Export),
}

impl Command {
    /// Whether machines read the answer, also the one that there is none; `check` tells them of each file.
    pub(crate) fn answers_json(&self) -> bool {
        match self {
            Self::Test(arguments) => arguments.json,
            Self::Run(arguments) => arguments.json,
            Self::Advance(arguments) => arguments.json,
            Self::Broadcast(arguments) => arguments.json,
            Self::Migrate(arguments) => arguments.json,
            Self::Show(arguments) => arguments.json,
            Self::Leaderboard(arguments) => arguments.json,
            Self::Quote(arguments) => arguments.json,
            Self::Explain(arguments) => arguments.json,
            Self::Check(_) | Self::Fmt(_) | Self::Merge(_) | Self::Erase(_) | Self::Export(_) => false,
        }
    }
}

/// The program of a command that uses one, and what it is used with.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The program
    #[arg(value_name = "PROGRAM")]
    pub(crate) file: PathBuf,

    /// The file whose bytes are the host's secret, for a program that leaves something to chance or mints codes
    #[arg(long, value_name = "FILE", env = "LOYALTY_SECRET_FILE", hide_env_values = true)]
    pub(crate) secret_file: Option<PathBuf>,
}

/// Where a member comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Source {
    /// Take members from this store
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,

    /// Play events of this file in memory; `-` reads the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
}
