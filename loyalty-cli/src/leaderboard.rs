//! `loyalty leaderboard`: who stands where, over all members of a store or of a file of events.

use loyalty_core::{Document, EventError, Instant, Leaderboard, Member, Program, Standings};
use serde_json::Value;

use crate::arguments::Leaderboard as Arguments;
use crate::failure::{Failure, Verdict};
use crate::members::Members;
use crate::store::{self, Store};
use crate::table::{grouped, table};
use crate::{program, run, terminal};

/// Prints the standings.
pub(crate) fn leaderboard(arguments: &Arguments) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let everybody = match (&arguments.source.store, &arguments.source.events) {
        (Some(path), _) => Everybody::Stored(Store::open(path)?),
        (None, Some(path)) => Everybody::Played(run::played(&program, path)?),
        (None, None) => return Err(Failure::trouble("neither --store nor --events says where the members are")),
    };
    if let Everybody::Stored(store) = &everybody
        && store.program_text()?.is_some_and(|text| text != program.text())
    {
        terminal::note("note: another program wrote this store; members are shown as this one would carry them over\n");
    }
    let at = match arguments.at {
        Some(at) => at,
        None => everybody.latest(&program)?,
    };
    let around = match &arguments.member {
        None => None,
        Some(id) => Some(everybody.find(&program, id)?),
    };
    let mut board = begin(&program, arguments, at, around.as_ref()).map_err(refused)?;
    everybody.each(&program, |member| board.add(member).map(drop).map_err(refused))?;
    let standings = board.finish().map_err(refused)?;
    let text = match arguments.json {
        true => format!("{}\n", standings.to_json()),
        false => whole_page(&standings),
    };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}

fn begin(
    program: &Program,
    arguments: &Arguments,
    at: Instant,
    around: Option<&Member>,
) -> Result<Leaderboard, EventError> {
    let board = match arguments.closed {
        true => program.closed_leaderboard(&arguments.name, at)?,
        false => program.leaderboard(&arguments.name, at)?,
    };
    let board = board.top(arguments.top)?;
    match around {
        Some(member) => board.around(member, arguments.neighbours),
        None => Ok(board),
    }
}

/// Where the members are.
enum Everybody<'a> {
    Stored(Store),
    Played(Members<'a>),
}

impl Everybody<'_> {
    fn each(&self, program: &Program, mut visit: impl FnMut(&Member) -> Result<(), Failure>) -> Result<(), Failure> {
        match self {
            Everybody::Played(members) => members.each(visit),
            Everybody::Stored(store) => store.each_page(|page| {
                page.iter().try_for_each(|(id, state)| visit(&store::load(program, store.path(), id, state)?.member))
            }),
        }
    }

    /// The latest instant that any member has been brought to.
    fn latest(&self, program: &Program) -> Result<Instant, Failure> {
        let mut latest = None;
        self.each(program, |member| {
            latest = latest.max(Some(member.clock()));
            Ok(())
        })?;
        latest.ok_or_else(|| Failure::no("there is no member").help("play events first, with `loyalty run`"))
    }

    fn find(&self, program: &Program, id: &str) -> Result<Member, Failure> {
        let mut found = None;
        match self {
            Everybody::Stored(store) => found = store.member(program, id)?,
            Everybody::Played(members) => members.each(|member| {
                if member.id() == id {
                    found = Some(member.clone());
                }
                Ok(())
            })?,
        }
        found.ok_or_else(|| Failure::no(format!("no member `{id}`")).help("check the id"))
    }
}

/// A refusal of the engine, as the command says it.
pub(crate) fn refused(error: EventError) -> Failure {
    let failure = Failure::no(format!("cannot make up the leaderboard: {error}"));
    match error.code().as_str() {
        "unknown_leaderboard" => failure.help("take the name of a `leaderboard` of the program"),
        _ => failure,
    }
}

/// The standings as people read them.
pub(crate) fn page(standings: &Document) -> String {
    let text = |key: &str| standings.get(key).map(plain).unwrap_or_default();
    let when = match standings.get("ends_at") {
        Some(end) => format!("until {}", plain(end)),
        None => format!("at {}", text("at")),
    };
    let mut page = format!("leaderboard {}, {when}: {} members\n", text("leaderboard"), grouped(&text("members")));
    if let Some(Document::List(rows)) = standings.get("rows")
        && !rows.is_empty()
    {
        page.push_str(&table(&["place", "member", "score"], rows.iter().map(row), 2));
    }
    page
}

fn whole_page(standings: &Standings) -> String {
    let document = standings.to_document();
    let mut page = page(&document);
    match document.get("around") {
        Some(Document::Null) => page.push_str("\nthe member does not stand on it\n"),
        Some(around) => {
            let list = |key: &str| match around.get(key) {
                Some(Document::List(rows)) => rows.iter().map(row).collect(),
                _ => Vec::new(),
            };
            let rows: Vec<Vec<String>> = [list("above"), vec![row(around)], list("below")].concat();
            page.push_str(&format!("\n{}", table(&["place", "member", "score"], rows, 2)));
        }
        None => {}
    }
    let left_out = standings.winners_left_out();
    if left_out > 0 {
        let rows = standings.rows().count() as u64;
        page.push_str(&format!(
            "\n{} more members win something: --top {} tells all of them\n",
            grouped(&left_out.to_string()),
            rows.saturating_add(left_out)
        ));
    }
    page
}

fn row(row: &Document) -> Vec<String> {
    let text = |key: &str| row.get(key).map(plain).unwrap_or_default();
    vec![text("rank"), text("member"), grouped(&text("score"))]
}

fn plain(value: &Document) -> String {
    match value {
        Document::Null => "-".to_owned(),
        other => other.to_string().trim_matches('"').to_owned(),
    }
}

/// A document as a value of the JSON that a summary is.
pub(crate) fn json(document: &Document) -> Value {
    serde_json::from_str(&document.to_string()).unwrap_or_default()
}
