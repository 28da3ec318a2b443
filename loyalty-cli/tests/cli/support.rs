//! A folder of one test, the commands run in it, and the events they are run on.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

/// A shop whose points are at once there and stay, so that balances can be worked out in the head.
pub(crate) const SHOP: &str = r#"program "Corner Shop" {
  version  1
  currency GBP
  timezone "Europe/London"
  history  800 days
  returns  within 800 days
}

wallet points {
}

rule base on order {
  earn 1 points per 1 GBP of order.total
}
"#;

/// A folder with a program, for one test.
pub(crate) struct Folder {
    folder: TempDir,
}

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Folder {
    /// A folder that holds the [`SHOP`] as `shop.loyalty`.
    pub(crate) fn new() -> Self {
        let folder = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        folder.write("shop.loyalty", SHOP);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("the test's file can be written");
    }

    pub(crate) fn write_gz(&self, name: &str, text: impl AsRef<[u8]>) {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(text.as_ref()).expect("gzip in memory");
        self.write(name, gz.finish().expect("gzip in memory"));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// A command in this folder, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loyalty"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn loyalty(&self, arguments: &[&str]) -> Answer {
        answer(self.command(arguments).output().expect("loyalty starts"))
    }

    /// Runs a command that reads `input` from the standard input.
    pub(crate) fn loyalty_reading(&self, input: &str, arguments: &[&str]) -> Answer {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("loyalty starts");
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        stdin.write_all(input.as_bytes()).expect("loyalty reads its input");
        drop(stdin);
        answer(child.wait_with_output().expect("loyalty ends"))
    }

    /// Runs a command that must end with 0 and write JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let answer = self.loyalty(arguments);
        assert_eq!(answer.code, 0, "{}{}", answer.out, answer.errors);
        serde_json::from_str(&answer.out).expect("the answer is JSON")
    }

    /// All rows of the members of a store.
    pub(crate) fn members(&self, store: &str) -> Vec<(String, i64, Vec<u8>)> {
        let connection = rusqlite::Connection::open(self.path(store)).expect("the store is an SQLite file");
        let mut statement = connection.prepare("SELECT id, revision, state FROM members ORDER BY id").expect("members");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("every row can be read")
    }
}

fn answer(output: Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// An order of a member on a day of January 2026.
pub(crate) fn order(id: &str, member: &str, day: u32, total: &str) -> String {
    format!(
        r#"{{"type":"order","id":"{id}","member":"{member}","at":"2026-01-{day:02}T10:00:00+00:00","currency":"GBP","total":"{total}","lines":[{{"id":"1","quantity":1,"amount":"{total}"}}]}}"#
    )
}

/// A return of all of an order.
pub(crate) fn refund(id: &str, member: &str, day: u32, order: &str, total: &str) -> String {
    format!(
        r#"{{"type":"refund","id":"{id}","member":"{member}","at":"2026-01-{day:02}T10:00:00+00:00","currency":"GBP","order":"{order}","total":"{total}"}}"#
    )
}

/// The events, one a line.
pub(crate) fn lines(events: &[String]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// A year of orders and returns of a wholesaler, `copies` times, each copy with ids of its own, in the order of time.
pub(crate) fn wholesaler(copies: usize) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/wholesaler/events.jsonl.gz");
    let mut text = String::new();
    let file = fs::File::open(file).expect("the example's events are there");
    GzDecoder::new(file).read_to_string(&mut text).expect("the example's events are gzipped text");
    let mut events = String::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect("the example's events are JSON");
        for copy in 0..copies {
            let mut event = event.clone();
            for name in ["id", "order", "member"] {
                if let Some(Value::String(id)) = event.get_mut(name) {
                    id.push_str(&format!("-{copy}"));
                }
            }
            events.push_str(&format!("{event}\n"));
        }
    }
    events
}
