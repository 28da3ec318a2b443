//! What can be said to the commands that ask and change nothing.

use std::path::PathBuf;

use clap::Args;
use loyalty_core::{Decimal, Instant};

use super::values::{counter, instant};
use super::{Rules, Source};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty show club.loyalty --store club.db --member m-17
  loyalty show club.loyalty --events 2026.jsonl.gz --member m-17 --at 2026-06-30T12:00:00Z")]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The member's id
    #[arg(long, value_name = "ID")]
    pub(crate) member: String,

    #[command(flatten)]
    pub(crate) source: Source,

    /// The instant to look at; without it the member's own clock
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Option<Instant>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Only members for whom the leaderboard's `when` holds stand on it. All members pass by once; what is kept grows with --top \
and not with them. The closed standings are those of the last round that is over; as JSON each row that wins holds the \
event for its member, which needs the host's secret (--secret-file).

Examples:
  loyalty leaderboard club.loyalty month_cups --store club.db
  loyalty leaderboard club.loyalty month_cups --store club.db --member m-17 --neighbours 3
  loyalty leaderboard club.loyalty month_cups --store club.db --closed --json \\
      --at 2026-12-01T09:00:00+08:00")]
pub(crate) struct Leaderboard {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The leaderboard's name
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) source: Source,

    /// The instant to look at; without it the latest one that any member has come to
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Option<Instant>,

    /// How many places
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,

    /// Also where this member stands
    #[arg(long, value_name = "ID")]
    pub(crate) member: Option<String>,

    /// How many members before and behind it
    #[arg(long, value_name = "N", default_value_t = 2, requires = "member")]
    pub(crate) neighbours: usize,

    /// The last round that is over, with what its places win
    #[arg(long)]
    pub(crate) closed: bool,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The cart is JSON like an order that has not happened yet: `at`, `currency`, `lines` with `unit_price` and `quantity`, \
`shipping`, and whatever else the program's conditions read. Without a member somebody asks who joins with the cart.

Examples:
  loyalty quote club.loyalty --cart cart.json --codes WEEKEND20,FREEDELIVERY
  loyalty quote club.loyalty --cart cart.json --member m-17 --store club.db
  loyalty quote club.loyalty --cart cart.json --counter 'coupon WEEKEND20=999' --json")]
pub(crate) struct Quote {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The file of the cart
    #[arg(long, value_name = "FILE")]
    pub(crate) cart: PathBuf,

    /// The member's id
    #[arg(long, value_name = "ID")]
    pub(crate) member: Option<String>,

    /// The store that holds the member
    #[arg(long, value_name = "FILE", requires = "member", conflicts_with = "events")]
    pub(crate) store: Option<PathBuf>,

    /// Play the member's events of this file in memory; `-` reads the standard input
    #[arg(long, value_name = "FILE", requires = "member")]
    pub(crate) events: Option<PathBuf>,

    /// Codes, beside those that the cart names
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) codes: Vec<String>,

    /// Where a counter over all members stands, instead of where the store or the events have it; may be said again
    #[arg(long = "counter", value_name = "NAME=AMOUNT", value_parser = counter)]
    pub(crate) counters: Vec<(String, Decimal)>,

    /// The language of the reasons: en or ar
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) language: String,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Plays the member's events up to that one, and says which rules fired with which numbers, and what was missing for \
those that did not.

Examples:
  loyalty explain club.loyalty --events 2026.jsonl.gz --event o-4711
  loyalty explain club.loyalty --events 2026.jsonl.gz --event o-4711 --html why.html
  zcat 2026-*.gz | loyalty explain club.loyalty --events - --event o-4711 --member m-17")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The event's id
    #[arg(long, value_name = "ID")]
    pub(crate) event: String,

    /// The file of events that holds it; `-` reads the standard input, and needs --member
    #[arg(long, value_name = "FILE")]
    pub(crate) events: PathBuf,

    /// The event's member; without it the file is first searched for the event
    #[arg(long, value_name = "ID")]
    pub(crate) member: Option<String>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,

    /// Also write the explanation as a page for browsers
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
