//! What can be said on the command line, with its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use loyalty_core::{Decimal, Instant};

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

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty check club.loyalty                  errors and warnings, with the place and how to mend it
  loyalty check --defaults club.loyalty       also every policy in force, the defaults among them
  loyalty check --deny-warnings *.loyalty     for a build")]
pub(crate) struct Check {
    /// Programs; `-` reads the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Also print every policy in force, as the clause that would say so
    #[arg(long)]
    pub(crate) defaults: bool,

    /// Exit with 1 if there are warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty fmt club.loyalty            rewrite the file in place
  loyalty fmt --check *.loyalty       name what is not formatted, exit with 1
  loyalty fmt - < club.loyalty        from the standard input to the standard output")]
pub(crate) struct Fmt {
    /// Programs; `-` reads the standard input and writes to the standard output
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Change nothing; exit with 1 if a file is not formatted
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Files are taken one after the other, also after one that has errors: of that file no test is run, and the exit code tells.")]
pub(crate) struct Test {
    /// Programs; `-` reads the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
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

/// Reads an instant as the language writes it in data.
fn counter(text: &str) -> Result<(String, Decimal), String> {
    let (name, amount) = text.split_once('=').ok_or("write it as `coupon SPRING=999`")?;
    let amount = amount.trim().parse().map_err(|_| format!("`{amount}` is no amount"))?;
    Ok((name.trim().to_owned(), amount))
}

fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as `code=BACK10`")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .ok_or_else(|| "expected an instant with its offset, such as `2026-12-31T23:59:00+08:00`".to_owned())
}
