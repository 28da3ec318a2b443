//! What can be said to the commands for the account of one member.

use std::path::PathBuf;

use clap::Args;
use loyalty_core::Instant;

use super::values::instant;
use super::{Rules, Source};

#[derive(Debug, Args)]
#[command(after_help = "\
Everything that one account has goes over to the other, which stays: balances, counters, remembered events. Events that \
name the one that went are taken by the one that stays, by `loyalty run` too.

Examples:
  loyalty merge club.loyalty --store club.db --into m-17 --from m-4 --at 2026-12-01T10:00:00+08:00")]
pub(crate) struct Merge {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The store of the members
    #[arg(long, value_name = "FILE")]
    pub(crate) store: PathBuf,

    /// The account that stays
    #[arg(long, value_name = "ID")]
    pub(crate) into: String,

    /// The account that goes
    #[arg(long, value_name = "ID")]
    pub(crate) from: String,

    /// When
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Instant,

    /// Write decisions to this file, one outcome a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
What is left has the pseudonym for its id and holds the sums of the books alone; it takes no more events. The pseudonym \
must not hold the id: take something random. Outcomes that still wait in the store must have been written to a file \
before, with --out. Files of events and of decisions are yours to clean.

Examples:
  loyalty erase club.loyalty --store club.db --member m-17 --as gone-5e1f \\
      --at 2026-12-01T10:00:00+08:00")]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The store of the members
    #[arg(long, value_name = "FILE")]
    pub(crate) store: PathBuf,

    /// The member's id
    #[arg(long, value_name = "ID")]
    pub(crate) member: String,

    /// The id of what is left
    #[arg(long = "as", value_name = "PSEUDONYM")]
    pub(crate) pseudonym: String,

    /// When
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Instant,

    /// Write decisions to this file, one outcome a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty export club.loyalty --store club.db --member m-17 > m-17.json")]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The member's id
    #[arg(long, value_name = "ID")]
    pub(crate) member: String,

    #[command(flatten)]
    pub(crate) source: Source,
}
