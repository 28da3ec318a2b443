//! The embedded store: members, undelivered decisions and remembered refusals in one SQLite file.
//!
//! Everything that a batch of events changes is one transaction, so a killed run leaves a state that some prefix of the
//! events leads to. One process at a time holds the file; the operating system frees it when that process dies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use loyalty_core::{Counters, Decimal, Instant, Member, MigrationReport, Program};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};

use crate::failure::Failure;
use crate::refusals::Refusal;

/// Marks the SQLite file as a store: "Loya" in ASCII.
const APPLICATION_ID: i32 = 0x4c6f_7961;
/// The form of the tables.
const FORMAT: i32 = 4;
/// How many members are read at once where all are gone through.
const PAGE_MEMBERS: u32 = 512;

const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- `due`: when something happens next by time alone, in microseconds since 1970; null for never. An index by it finds
    -- whom a nightly job concerns without looking at the others, and counts members without reading their states. The
    -- table keeps its row ids: the states would fill the inner pages of the tree, and make it several times as deep.
    CREATE TABLE members (id TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, due INTEGER, state BLOB NOT NULL);
    CREATE INDEX members_due ON members (due, id);
    -- Where the counters over all members stand: limits in total, budgets, stock. Exact decimals, as texts.
    CREATE TABLE counters (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- Outcomes that no file has received.
    CREATE TABLE outbox (number INTEGER PRIMARY KEY, outcome TEXT NOT NULL);
    -- How much of each file of decisions is surely this store's, and whether a run is writing to it, or has died while it was.
    CREATE TABLE outputs (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, writing INTEGER NOT NULL) WITHOUT ROWID;
    -- Refused events by the place and digest of their line, so that a rerun does not judge them in a later state.
    CREATE TABLE refused (line INTEGER, digest BLOB, reason TEXT NOT NULL, event TEXT, message TEXT NOT NULL,
        PRIMARY KEY (line, digest)) WITHOUT ROWID;
";

/// An open store, held by this process alone.
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
}

/// What a batch of events changes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) members: Vec<Row>,
    /// Outcomes with decisions, as JSON.
    pub(crate) outcomes: Vec<String>,
    pub(crate) refusals: Vec<(LineKey, Refusal)>,
    /// The ids of members that were erased; nothing of theirs stays.
    pub(crate) erased: Vec<String>,
    /// Counters over all members that have moved, with where they stand.
    pub(crate) counters: BTreeMap<String, Decimal>,
}

/// A member as the store keeps it.
#[derive(Debug)]
pub(crate) struct Row {
    id: String,
    revision: u64,
    due: Option<i64>,
    state: Vec<u8>,
}

impl Row {
    pub(crate) fn of(program: &Program, member: &Member) -> Self {
        Self {
            id: member.id().to_owned(),
            revision: member.revision(),
            due: member.next_due().map(Instant::as_micros),
            state: program.save_binary(member),
        }
    }
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.outcomes.is_empty() && self.refusals.is_empty() && self.erased.is_empty()
    }
}

/// A line of a file of events: its number and the digest of its text.
pub(crate) type LineKey = (u64, [u8; 16]);

/// How far a file of decisions has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a> {
    /// The file's absolute name.
    pub(crate) path: &'a str,
    /// Its length after the last whole line of this store.
    pub(crate) bytes: u64,
}

/// What a store knows of a file of decisions that it has written before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// How much of it is surely the store's.
    pub(crate) bytes: u64,
    /// The last run did not come to its end: more may stand there, and is written again.
    pub(crate) unfinished: bool,
}

/// What was done to carry members over from another program.
#[derive(Debug, Default)]
pub(crate) struct CarriedOver {
    /// The version of the other program.
    pub(crate) from_version: String,
    pub(crate) members: u64,
    /// What the program does not have any more, by the thing, such as ``wallet `stars` ``.
    pub(crate) dropped: BTreeMap<String, Note>,
    /// What is new in the program, and begins empty.
    pub(crate) added: BTreeMap<String, Note>,
    /// Wallets that the program does not have any more: how many members have something in them, and how much in all.
    balances: BTreeMap<String, (u64, Decimal)>,
}

/// Something that was carried over in another form.
#[derive(Debug, Default)]
pub(crate) struct Note {
    /// What it was for the first such member, in full.
    pub(crate) first: String,
    /// For how many members.
    pub(crate) members: u64,
}

impl CarriedOver {
    fn add(&mut self, report: &MigrationReport) {
        self.members = self.members.saturating_add(1);
        for (wallet, inside) in report.lost_balances() {
            let (members, sum) = self.balances.entry(wallet.clone()).or_default();
            *members = members.saturating_add(1);
            *sum = sum.saturating_add(*inside);
        }
        for (notes, texts) in [(&mut self.dropped, report.dropped()), (&mut self.added, report.added())] {
            for text in texts {
                // The thing ends with its name; what follows is this member's own.
                let thing = text.rsplit_once('`').map_or(text.as_str(), |(thing, _)| thing);
                let note = notes.entry(thing.to_owned()).or_default();
                note.members = note.members.saturating_add(1);
                if note.first.is_empty() {
                    note.first.clone_from(text);
                }
            }
        }
    }
}

impl Store {
    /// Opens the store, making it where there is none.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a store that must be there.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            return Err(Failure::trouble(format!("there is no store `{}`", path.display()))
                .help("`loyalty run --store FILE` makes one"));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Failure> {
        let fail = |error: rusqlite::Error| explain(path, &error);
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
        connection.busy_timeout(std::time::Duration::ZERO).map_err(fail)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(fail)?;
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0)).map_err(fail);
        let application = number("PRAGMA application_id")?;
        let format = number("PRAGMA user_version")?;
        let fresh = application == 0 && format == 0 && number("SELECT count(*) FROM sqlite_master")? == 0;
        if !fresh && application != APPLICATION_ID {
            return Err(foreign(path));
        }
        if !fresh && format != FORMAT {
            return Err(Failure::trouble(format!(
                "the store `{}` has format {format}, and this version of loyalty uses {FORMAT}",
                path.display()
            ))
            .help("use the version of loyalty that wrote it, or play the events into a new store"));
        }
        // In WAL mode a commit is one sequential write. FULL syncs it each time: NORMAL could lose the last commits in
        // a power cut, which were already reported done and whose decisions may already stand in the output file.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
        let store = Self { connection, path: path.to_owned() };
        store.transaction(|connection| {
            if fresh {
                connection.execute_batch(SCHEMA)?;
                connection.pragma_update(None, "application_id", APPLICATION_ID)?;
                connection.pragma_update(None, "user_version", FORMAT)?;
            }
            Ok(())
        })?;
        Ok(store)
    }

    /// Makes `program` the store's program. If another one wrote it, all members are carried over, or none: where it has no wallet for
    /// what members have, they are only if that is let go.
    pub(crate) fn adopt(&self, program: &Program, let_go: bool) -> Result<Option<CarriedOver>, Failure> {
        if self.program_text()?.as_deref() == Some(program.text()) {
            return Ok(None);
        }
        let from_version = self.meta("version")?;
        self.run("BEGIN IMMEDIATE")?;
        let carried = self.carry_over(program).and_then(|carried| match carried.balances.first_key_value() {
            Some((wallet, (members, sum))) if !let_go => Err(lost(wallet, *members, *sum, &self.path)),
            _ => Ok(carried),
        });
        self.run(if carried.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        let carried = carried?;
        Ok(from_version.map(|from_version| CarriedOver { from_version, ..carried }))
    }

    fn carry_over(&self, program: &Program) -> Result<CarriedOver, Failure> {
        let mut carried = CarriedOver::default();
        self.each_page(|page| {
            for (id, state) in page {
                let loaded = load(program, &self.path, &id, &state)?;
                carried.add(&loaded.report);
                let mut member = loaded.member;
                // What the new rules make of the member happens now, and is told as any decision is.
                let now = member.clock();
                let outcome = program
                    .advance(&mut member, now)
                    .map_err(|error| Failure::no(format!("member `{id}` cannot be carried over: {error}")))?;
                let insert = "INSERT INTO outbox (outcome) VALUES (?1)";
                if !outcome.decisions().is_empty() {
                    self.connection.execute(insert, [outcome.to_json()]).map_err(|error| self.fail(&error))?;
                }
                self.put_member(&Row::of(program, &member)).map_err(|error| self.fail(&error))?;
            }
            Ok(())
        })?;
        let adopted = self.put_meta("program", program.text()).and_then(|()| {
            self.put_meta("version", &program.version().to_string())?;
            // Another program may judge them otherwise.
            self.connection.execute("DELETE FROM refused", []).map(|_| ())
        });
        adopted.map_err(|error| self.fail(&error))?;
        Ok(carried)
    }

    /// Where the counters over all members stand.
    pub(crate) fn counters(&self) -> Result<Counters, Failure> {
        let rows = || -> rusqlite::Result<Vec<(String, String)>> {
            let mut statement = self.connection.prepare_cached("SELECT name, value FROM counters")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let rows = rows().map_err(|error| self.fail(&error))?;
        let counters = rows.into_iter().map(|(name, value)| match value.parse() {
            Ok(value) => Ok((name, value)),
            Err(_) => {
                Err(Failure::trouble(format!("the store `{}` is damaged: counter `{name}`", self.path.display())))
            }
        });
        counters.collect()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the program that last wrote the store.
    pub(crate) fn program_text(&self) -> Result<Option<String>, Failure> {
        self.meta("program")
    }

    /// A member, if the store has it.
    pub(crate) fn member(&self, program: &Program, id: &str) -> Result<Option<Member>, Failure> {
        let state: Option<Vec<u8>> = self.row("SELECT state FROM members WHERE id = ?1", [id], |row| row.get(0))?;
        state.map(|state| Ok(load(program, &self.path, id, &state)?.member)).transpose()
    }

    /// Hands all members to `visit`, in the order of their ids, some at a time; `visit` may write them back.
    pub(crate) fn each_page(
        &self,
        mut visit: impl FnMut(Vec<(String, Vec<u8>)>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut page = self.page("SELECT id, state FROM members ORDER BY id LIMIT ?1", params![PAGE_MEMBERS])?;
        while let Some((last, _)) = page.last() {
            let last = last.clone();
            visit(page)?;
            page = self.page(
                "SELECT id, state FROM members WHERE id > ?2 ORDER BY id LIMIT ?1",
                params![PAGE_MEMBERS, last],
            )?;
        }
        Ok(())
    }

    /// The ids of some members for whom something happens by an instant, those whose turn comes first before the others.
    pub(crate) fn due_by(&self, instant: Instant) -> Result<Vec<String>, Failure> {
        let rows = || -> rusqlite::Result<_> {
            let sql = "SELECT id FROM members WHERE due <= ?1 ORDER BY due, id LIMIT ?2";
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_map(params![instant.as_micros(), PAGE_MEMBERS], |row| row.get(0))?.collect()
        };
        rows().map_err(|error| self.fail(&error))
    }

    /// How many members there are.
    pub(crate) fn count(&self) -> Result<u64, Failure> {
        let count = self.row("SELECT count(*) FROM members", [], |row| row.get::<_, i64>(0))?;
        Ok(count.map_or(0, |count| u64::try_from(count).unwrap_or(0)))
    }

    fn page(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let rows = || -> rusqlite::Result<_> {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        rows().map_err(|error| self.fail(&error))
    }

    /// The refusal of this very line in an earlier run.
    pub(crate) fn refusal(&self, (line, digest): LineKey) -> Result<Option<Refusal>, Failure> {
        let sql = "SELECT reason, event, message FROM refused WHERE line = ?1 AND digest = ?2";
        self.row(sql, params![integer(line), digest], |row| {
            Ok(Refusal { reason: row.get(0)?, event: row.get(1)?, message: row.get(2)? })
        })
    }

    /// Writes a batch in one transaction, together with the news that everything before it stands in the output file.
    pub(crate) fn write(&self, batch: &Batch, written: Option<Written<'_>>) -> Result<(), Failure> {
        self.transaction(|connection| {
            self.put_written(written)?;
            if !batch.erased.is_empty() {
                // What is deleted is overwritten, so that no page of the file keeps it.
                connection.pragma_update(None, "secure_delete", true)?;
            }
            for id in &batch.erased {
                connection.execute("DELETE FROM members WHERE id = ?1", [id])?;
                connection.execute("DELETE FROM refused WHERE instr(message, ?1) > 0", [id])?;
            }
            for row in &batch.members {
                self.put_member(row)?;
            }
            let mut put = connection.prepare_cached("INSERT OR REPLACE INTO counters VALUES (?1, ?2)")?;
            for (name, value) in &batch.counters {
                put.execute(params![name, value.normalize().to_string()])?;
            }
            let mut insert = connection.prepare_cached("INSERT INTO outbox (outcome) VALUES (?1)")?;
            for outcome in &batch.outcomes {
                insert.execute([outcome])?;
            }
            let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO refused VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for ((line, digest), Refusal { reason, event, message }) in &batch.refusals {
                insert.execute(params![integer(*line), digest, reason, event, message])?;
            }
            Ok(())
        })
    }

    /// Records that the output file has come so far, and that it has received the whole outbox.
    pub(crate) fn mark(&self, written: Written<'_>) -> Result<(), Failure> {
        self.transaction(|_| self.put_written(Some(written)))
    }

    /// The same at the end of a run, which writes no more.
    pub(crate) fn end_output(&self, written: Written<'_>) -> Result<(), Failure> {
        self.transaction(|connection| {
            self.put_written(Some(written))?;
            connection.execute("UPDATE outputs SET writing = 0 WHERE path = ?1", [written.path]).map(|_| ())
        })
    }

    /// Records from where on the output file is written, before anything is.
    pub(crate) fn begin_output(&self, written: Written<'_>) -> Result<(), Failure> {
        self.transaction(|_| self.put_output(written))
    }

    /// What the store knows of an output file; `None` if it never wrote to it.
    pub(crate) fn output(&self, path: &str) -> Result<Option<Left>, Failure> {
        let sql = "SELECT bytes, writing FROM outputs WHERE path = ?1";
        self.row(sql, [path], |row| {
            let bytes = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
            Ok(Left { bytes, unfinished: row.get(1)? })
        })
    }

    /// Hands the outcomes that no file has received to `visit`, in their order.
    pub(crate) fn each_undelivered(&self, mut visit: impl FnMut(&str) -> Result<(), Failure>) -> Result<(), Failure> {
        let fail = |error: rusqlite::Error| self.fail(&error);
        let mut statement = self.connection.prepare("SELECT outcome FROM outbox ORDER BY number").map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let outcome: String = row.get(0).map_err(fail)?;
            visit(&outcome)?;
        }
        Ok(())
    }

    /// How many outcomes no file has received.
    pub(crate) fn undelivered(&self) -> Result<u64, Failure> {
        // They are numbered from 1 and leave together, so that the last number is how many there are.
        let count = self.row("SELECT coalesce(max(number), 0) FROM outbox", [], |row| row.get::<_, i64>(0))?;
        Ok(count.map_or(0, |count| u64::try_from(count).unwrap_or(0)))
    }

    fn put_member(&self, Row { id, revision, due, state }: &Row) -> rusqlite::Result<()> {
        let put = "INSERT INTO members VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE
            SET revision = excluded.revision, due = excluded.due, state = excluded.state";
        let mut statement = self.connection.prepare_cached(put)?;
        statement.execute(params![id, integer(*revision), due, state]).map(|_| ())
    }

    fn put_meta(&self, key: &str, value: &str) -> rusqlite::Result<()> {
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [key, value]).map(|_| ())
    }

    fn put_output(&self, written: Written<'_>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached("INSERT OR REPLACE INTO outputs VALUES (?1, ?2, 1)")?;
        statement.execute(params![written.path, integer(written.bytes)]).map(|_| ())
    }

    /// Invariant: a run with an output file delivers each batch before it writes the next, so all of the outbox is delivered.
    fn put_written(&self, written: Option<Written<'_>>) -> rusqlite::Result<()> {
        let Some(written) = written else {
            return Ok(());
        };
        self.put_output(written)?;
        self.connection.execute("DELETE FROM outbox", []).map(|_| ())
    }

    fn meta(&self, key: &str) -> Result<Option<String>, Failure> {
        self.row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }

    fn row<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Failure> {
        let row =
            self.connection.prepare_cached(sql).and_then(|mut statement| statement.query_row(values, read).optional());
        row.map_err(|error| self.fail(&error))
    }

    fn run(&self, sql: &str) -> Result<(), Failure> {
        self.connection.execute_batch(sql).map_err(|error| self.fail(&error))
    }

    fn transaction(&self, write: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), Failure> {
        self.run("BEGIN IMMEDIATE")?;
        let done = write(&self.connection).map_err(|error| self.fail(&error));
        match done {
            Ok(()) => self.run("COMMIT"),
            Err(failure) => {
                self.run("ROLLBACK")?;
                Err(failure)
            }
        }
    }

    fn fail(&self, error: &rusqlite::Error) -> Failure {
        explain(&self.path, error)
    }
}

/// A member from its stored state.
pub(crate) fn load(program: &Program, path: &Path, id: &str, state: &[u8]) -> Result<loyalty_core::Loaded, Failure> {
    program.load_binary(state).map_err(|error| {
        Failure::trouble(format!("cannot read member `{id}` of the store `{}`: {error}", path.display()))
            .help("use the program and the version of loyalty that wrote it, or play the events into a new store")
    })
}

/// SQLite's integers have a sign; none of ours comes near their end.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn lost(wallet: &str, members: u64, sum: Decimal, path: &Path) -> Failure {
    let (whose, have) =
        if members == 1 { ("1 member".to_owned(), "has") } else { (format!("{members} members"), "have") };
    let (store, sum) = (path.display(), sum.normalize());
    Failure::no(format!("{whose} of `{store}` {have} {sum} in wallet `{wallet}`, which the program does not have"))
        .help(
            "check that it is the program of this store: `loyalty migrate` says what else would change; \
             `loyalty run --drop-balances` carries the members over without them",
        )
}

fn foreign(path: &Path) -> Failure {
    Failure::trouble(format!("`{}` is not a loyalty store", path.display()))
        .help("name another file for --store; a new one is made where there is none")
}

fn explain(path: &Path, error: &rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Failure::trouble(format!("the store `{}` is in use by another process", path.display()))
                .help("wait until the other command is done, or use another store")
        }
        Some(ErrorCode::NotADatabase) => foreign(path),
        Some(ErrorCode::DiskFull) => Failure::trouble(format!("no room for the store `{}`", path.display()))
            .help("make room on the disk and run the same command again; what was reported done is kept"),
        Some(ErrorCode::CannotOpen) => Failure::trouble(format!("cannot open the store `{}`", path.display()))
            .help("check that its folder is there and that you may write to it"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            Failure::trouble(format!("the store `{}` cannot be written", path.display()))
                .help("check who may use the file")
        }
        _ => Failure::trouble(format!("the store `{}` fails: {error}", path.display())),
    }
}
