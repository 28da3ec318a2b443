//! Leaderboards and challenges: the command, and the year of the grocery chain.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use loyalty_core::event_head;
use serde_json::Value;

use crate::support::{Folder, lines};

const CAFE: &str = r#"program "Cafe" {
  timezone "Europe/Berlin"
}

wallet beans {}

measure cups = count(visit) this month

leaderboard month_cups by cups when member.consents leaderboard {
  top 1 { earn 500 beans }
}

rule joined on signup {
  consent leaderboard
}
"#;

fn visit(member: &str, day: u32) -> String {
    format!(r#"{{"type":"visit","id":"{member}-{day}","member":"{member}","at":"2026-03-{day:02}T10:00:00+01:00"}}"#)
}

fn cafe() -> Folder {
    let folder = Folder::new();
    folder.write("cafe.loyalty", CAFE);
    folder.write("secret", "a secret for the command line");
    let mut events = Vec::new();
    for (member, visits) in [("ann", 3), ("bob", 5), ("cid", 3), ("dee", 1)] {
        events.push(format!(
            r#"{{"type":"signup","id":"s-{member}","member":"{member}","at":"2026-03-01T09:00:00+01:00"}}"#
        ));
        events.extend((1..=visits).map(|day| visit(member, day)));
    }
    folder.write("events.jsonl", lines(&events));
    folder
}

#[test]
fn a_leaderboard_is_the_same_from_a_store_and_from_events() {
    let folder = cafe();
    folder.json(&["run", "cafe.loyalty", "--events", "events.jsonl", "--store", "cafe.db", "--json"]);
    let ask = |source: [&str; 2], more: &[&str]| {
        let asked = [&["leaderboard", "cafe.loyalty", "month_cups"], source.as_slice(), more].concat();
        folder.loyalty(&asked)
    };
    let (store, events) = (["--store", "cafe.db"], ["--events", "events.jsonl"]);
    let page = ask(store, &["--top", "2", "--member", "dee", "--neighbours", "1"]);
    assert_eq!(page.code, 0, "{}", page.errors);
    assert_eq!(
        page.out,
        "leaderboard month_cups, until 2026-04-01T00:00:00+02:00: 4 members\n \
         place  member  score\n──────────────────────\n 1      bob         5\n 2      ann         3\n\n \
         place  member  score\n──────────────────────\n 2      cid         3\n 4      dee         1\n"
    );
    assert_eq!(ask(events, &["--top", "2", "--member", "dee", "--neighbours", "1"]).out, page.out);
    for (more, code, told) in [
        (&["--member", "eve"][..], 1, "no member `eve`"),
        (&["--top", "0"], 1, "wrong_type: `top`: expected a number from 1 to 100000, found 0"),
        (&["--closed"], 1, "no_secret"),
        (&["--at", "yesterday"], 2, "yesterday"),
    ] {
        let answer = ask(store, more);
        assert_eq!((answer.code, answer.errors.contains(told)), (code, true), "{}", answer.errors);
    }
    let unknown = folder.loyalty(&["leaderboard", "cafe.loyalty", "cups", "--store", "cafe.db"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.errors.contains("unknown_leaderboard"), "{}", unknown.errors);
}

#[test]
fn what_the_closed_standings_hold_ready_is_played_once() {
    let folder = cafe();
    folder.json(&["run", "cafe.loyalty", "--events", "events.jsonl", "--store", "cafe.db", "--json"]);
    let asked = |arguments: &[&str]| -> Value {
        let output = folder.command(arguments).output().expect("loyalty starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the answer is JSON")
    };
    let run = |arguments: &[&str]| -> Value {
        let mut command = folder.command(arguments);
        let output = command.env("LOYALTY_SECRET_FILE", "secret").output().expect("loyalty starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the answer is JSON")
    };
    let closed = ["leaderboard", "cafe.loyalty", "month_cups", "--store", "cafe.db", "--closed", "--json"];
    let closed = [&closed[..], &["--at", "2026-04-01T08:00:00+02:00"]].concat();
    let standings = run(&closed);
    assert_eq!(standings, asked(&[&closed[..], &["--secret-file", "secret"]].concat()));
    let rows = standings["rows"].as_array().expect("rows");
    let won: Vec<String> =
        rows.iter().map(|row| &row["event"]).filter(|event| event.is_object()).map(Value::to_string).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(standings["rows"][0]["member"], "bob");
    folder.write("won.jsonl", lines(&[won[0].clone(), won[0].clone()]));
    let again = ["run", "cafe.loyalty", "--events", "won.jsonl", "--store", "cafe.db", "--json"];
    let summary = run(&again);
    assert_eq!((&summary["applied"], &summary["replayed"]), (&1.into(), &1.into()), "{summary}");
    assert_eq!(summary["wallets"]["beans"]["available"], "500");
    assert_eq!(summary["leaderboards"][0]["leaderboard"], "month_cups");
    assert_eq!(run(&again)["wallets"]["beans"]["available"], "500");
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A grocery chain's year as it is, and with every event twice and one member after the other: the same summary, the same
/// states. A sixth of the households, for a build without optimisation.
#[test]
fn the_grocery_year_comes_to_the_same_in_another_order_and_twice() {
    let folder = Folder::new();
    let file = std::fs::read(repository("examples/grocery/events.jsonl.gz")).expect("the year");
    let mut text = String::new();
    GzDecoder::new(file.as_slice()).read_to_string(&mut text).expect("text");
    let mut by_member: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut year = Vec::new();
    for line in text.lines() {
        let member = event_head(line.as_bytes()).expect("an event").member.expect("a member");
        if member.parse::<u32>().expect("a number") % 6 == 1 {
            by_member.entry(member).or_default().push(line);
            year.push(line);
        }
    }
    let twice = by_member.values().rev().flatten().flat_map(|line| [*line, *line]);
    folder.write("twice.jsonl", twice.collect::<Vec<_>>().join("\n"));
    folder.write("year.jsonl", year.join("\n"));
    let program = std::fs::read_to_string(repository("examples/grocery/challenges.loyalty")).expect("the program");
    folder.write("challenges.loyalty", program);
    let play = |events: &str, store: &str| {
        folder.json(&["run", "challenges.loyalty", "--events", events, "--store", store, "--json"])
    };
    let (plain, again) = (play("year.jsonl", "year.db"), play("twice.jsonl", "twice.db"));
    assert_eq!(again["replayed"], plain["applied"]);
    for part in ["members", "wallets", "challenges", "badges", "leaderboards", "conserved"] {
        assert_eq!(plain[part], again[part], "{part}");
        assert!(!plain[part].is_null());
    }
    assert_eq!(folder.members("year.db"), folder.members("twice.db"));
}

/// What the page of the example shows of the whole year.
#[test]
fn the_grocery_year_comes_to_what_is_shown() {
    let page = std::fs::read_to_string(repository("examples/grocery/README.md")).expect("the page");
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("what is shown");
    let place = |name: &str| repository("examples/grocery").join(name).display().to_string();
    let (program, events) = (place("challenges.loyalty"), place("events.jsonl.gz"));
    let printed = Folder::new().loyalty(&["run", &program, "--events", &events]).out;
    let found = printed.find(" challenge").expect("challenges");
    assert!(printed[found..].starts_with(shown), "examples/grocery/README.md should show\n{}", &printed[found..]);
}
