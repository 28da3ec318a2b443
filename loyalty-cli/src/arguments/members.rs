//! What can be said to the commands that go through all members.

use std::path::PathBuf;

use clap::Args;
use loyalty_core::{Decimal, Instant};

use super::Rules;
use super::values::{counter, field, instant};

#[derive(Debug, Args)]
#[command(after_help = "\
Events are JSON Lines, plain or gzipped, one event a line, each with `type`, `id`, `member` and `at`; best sorted by \
`at`. An event that is refused changes nothing; the run goes on and reports it. An event whose member is null is \
refused as `no_member`. A member is enrolled by the first event that is accepted.

Without --store everything is kept in memory, and --out is written anew. With --store a run may be killed at any \
moment: the same command, started again, gives the same balances and every decision exactly once in --out, and a \
rerun of the same file changes nothing: what was accepted is recognised by its id, what was refused by its file and line. \
A store that another program wrote is carried over first, all members or none; where members have something in a \
wallet that the program does not have, only with --drop-balances.

Examples:
  loyalty run club.loyalty --events 2026.jsonl.gz
  loyalty run club.loyalty --events 2026.jsonl.gz --store club.db --out decisions.jsonl
  loyalty run club.loyalty --events today.jsonl --store club.db --now \"$(date -u +%FT%TZ)\"
  loyalty run club.loyalty --events 2026.jsonl.gz --until 2027-01-01T00:00:00+08:00 --json
  loyalty run club.loyalty --events 2026.jsonl.gz --report --value points=0.01
  zcat 2026-*.gz | loyalty run club.loyalty --events -")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// Events, JSON Lines, plain or gzipped; `-` reads the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) events: PathBuf,

    /// Keep members in this SQLite file, made if it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,

    /// Write decisions to this file, one outcome a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Advance every member to this instant after the last event; without it each stands at its own clock
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) until: Option<Instant>,

    /// When members are enrolled: at the `at` of their first event, or at the instant that a field of it holds
    /// (the first of these fields that is there, else its `at`)
    #[arg(long, value_name = "first-event|FIELD", value_delimiter = ',', default_value = "first-event")]
    pub(crate) enroll: Vec<String>,

    /// What time it is: refuses events further ahead of it than the program's `future at most`. Without it the file is
    /// taken as history, whatever its dates
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) now: Option<Instant>,

    /// Judge events again that an earlier run over this store refused at the same line
    #[arg(long, requires = "store")]
    pub(crate) retry_refused: bool,

    /// Carry members over from another program although it has no wallet for what they have: it is gone for good
    #[arg(long, requires = "store")]
    pub(crate) drop_balances: bool,

    /// Exit with 1 if any event was refused
    #[arg(long)]
    pub(crate) deny_refused: bool,

    /// Also tell how the program does: retention, engagement, redemption and the rest, by period, level and arm
    #[arg(long)]
    pub(crate) report: bool,

    /// How long a row of the report is: day, week, month, quarter, half-year or year
    #[arg(long, value_name = "PERIOD", default_value = "month", requires = "report")]
    pub(crate) period: String,

    /// The events by which the report counts a member as active; without it those of members' own doing
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', requires = "report")]
    pub(crate) active: Vec<String>,

    /// What a point of a wallet is worth in money, for the report's liability; may be said again
    #[arg(long = "value", value_name = "WALLET=MONEY", value_parser = counter, requires = "report")]
    pub(crate) values: Vec<(String, Decimal)>,

    /// Write the summary as JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Touches only the members for whom something happens by then: points that vest or run out, levels that are judged, rules \
by the calendar. The others are not even read, so that a night costs what happens in it.

Examples:
  loyalty advance club.loyalty --store club.db --to 2026-12-01T02:00:00+08:00 --out decisions.jsonl
  loyalty advance club.loyalty --store club.db --to \"$(date -u +%FT%TZ)\"")]
pub(crate) struct Advance {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The store of the members
    #[arg(long, value_name = "FILE")]
    pub(crate) store: PathBuf,

    /// The instant to which time passes
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) to: Instant,

    /// Write decisions to this file, one outcome a line
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Without --apply nothing changes: it counts how many members would hear the message now, how many when quiet hours end, and why \
not the others. With --apply the event `broadcast` happens to every member of the store, and what is to be sent is among the \
decisions. Killed and started again with the same --at it goes on where it was; a later run of the same campaign reaches only \
those who have not heard it.

Examples:
  loyalty broadcast club.loyalty --store club.db --message spring --campaign spring-2026 \\
      --at 2026-03-20T10:00:00+08:00
  loyalty broadcast club.loyalty --store club.db --message come_back --campaign back \\
      --segment lapsed --field code=BACK10 --at 2026-03-20T10:00:00+08:00 \\
      --apply --out decisions.jsonl")]
pub(crate) struct Broadcast {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The store of the members
    #[arg(long, value_name = "FILE")]
    pub(crate) store: PathBuf,

    /// The message; it says `broadcast` in the program
    #[arg(long, value_name = "NAME")]
    pub(crate) message: String,

    /// What the campaign is called: nobody hears the same message of it twice
    #[arg(long, value_name = "NAME")]
    pub(crate) campaign: String,

    /// When
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Instant,

    /// Only to the members of this segment
    #[arg(long, value_name = "NAME")]
    pub(crate) segment: Option<String>,

    /// A field that the program has added to the event; may be said again
    #[arg(long = "field", value_name = "NAME=TEXT", value_parser = field)]
    pub(crate) fields: Vec<(String, String)>,

    /// Let it happen, instead of only asking what would come of it
    #[arg(long)]
    pub(crate) apply: bool,

    /// Write decisions to this file, one outcome a line
    #[arg(long, value_name = "FILE", requires = "apply")]
    pub(crate) out: Option<PathBuf>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Compares the program that last wrote the store with another version, member by member, and changes nothing: levels that \
are no more, thresholds that are higher or lower, wallets and attributes that are lost or new. `loyalty run` and \
`loyalty advance` with the new version then carry the members over.

Example:
  loyalty migrate club-2027.loyalty --store club.db")]
pub(crate) struct Migrate {
    #[command(flatten)]
    pub(crate) program: Rules,

    /// The store of the members
    #[arg(long, value_name = "FILE")]
    pub(crate) store: PathBuf,

    /// When the version comes into use; without it at each member's own clock
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Option<Instant>,

    /// Write JSON for machines, every move among it
    #[arg(long)]
    pub(crate) json: bool,
}
