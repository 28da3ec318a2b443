//! `broadcast`: counting first, and then letting it happen, once.

use serde_json::{Value, json};

use crate::support::{Folder, lines};

const CLUB: &str = r#"program "Club" {
  currency EUR
  timezone "Europe/Berlin"
}

event broadcast {
  code text?
}

segment buyers = count(order) >= 1

policy messages {
  consent   marketing
  marketing at most 2 in total per day
}

rule yes on message matching ["yes"] {
  consent marketing
}

message spring marketing {
  broadcast
  en        "Spring is here: {broadcast.code}."
}
"#;

/// A store of five members, four of whom have agreed, three of whom have bought something.
fn club() -> Folder {
    let folder = Folder::new();
    folder.write("club.loyalty", CLUB);
    let names = ["ann", "bob", "cid", "dua", "eve"];
    let event = |kind: &str, id: &str, member: &str, more: &str| {
        format!(r#"{{"type":"{kind}","id":"{id}","member":"{member}","at":"2026-03-01T10:00:00Z",{more}}}"#)
    };
    let agreed = names.iter().take(4).map(|name| event("message", &format!("w-{name}"), name, r#""text":"yes""#));
    let bought = names.iter().skip(2).map(|name| event("order", &format!("o-{name}"), name, r#""subtotal":5"#));
    folder.write("events.jsonl", lines(&agreed.chain(bought).collect::<Vec<_>>()));
    let run = ["run", "club.loyalty", "--events", "events.jsonl", "--store", "club.db", "--out", "out.jsonl", "--json"];
    assert_eq!(folder.json(&run).get("refused"), Some(&0.into()));
    folder
}

fn spring(folder: &Folder, at: &str, more: &[&str]) -> Value {
    let head = ["broadcast", "club.loyalty", "--store", "club.db", "--message", "spring", "--campaign", "spring-2026"];
    folder.json(&[&head[..], &["--field", "code=S10", "--at", at, "--json"], more].concat())
}

const APPLY: &[&str] = &["--apply", "--out", "out.jsonl"];

#[test]
fn it_is_counted_first_and_nothing_changes() {
    let folder = club();
    let before = folder.members("club.db");
    let estimate = spring(&folder, "2026-03-20T10:00:00Z", &[]);
    assert_eq!(estimate["suppressed"], json!({ "at_most_in_total": 2, "no_consent": 1 }), "{estimate}");
    assert_eq!((&estimate["members"], &estimate["now"]), (&5.into(), &2.into()));
    let buyers = spring(&folder, "2026-03-20T10:00:00Z", &["--segment", "buyers"]);
    assert_eq!(buyers["suppressed"], json!({ "no_consent": 1, "outside_segment": 2 }));
    assert_eq!(folder.members("club.db"), before);
}

#[test]
fn it_reaches_each_member_once_however_often_it_is_started() {
    let folder = club();
    let first = spring(&folder, "2026-03-20T10:00:00Z", APPLY);
    let expected = json!({ "now": 2, "not: at most in total": 2, "not: no consent": 1 });
    assert_eq!(first["came_to"], expected, "{first}");
    let again = spring(&folder, "2026-03-20T10:00:00Z", APPLY);
    assert_eq!(again["came_to"], json!({ "known already": 5 }), "the same command again goes on where it was");
    let next = spring(&folder, "2026-03-21T10:00:00Z", APPLY);
    assert_eq!(next["came_to"], json!({ "not: already said": 2, "now": 2, "not: no consent": 1 }));
    let out = folder.read("out.jsonl");
    let said = out.matches(r#""text":"Spring is here: S10.""#).count();
    assert_eq!(said, 4, "{out}");
    assert_eq!(spring(&folder, "2026-03-22T10:00:00Z", &[])["now"], 0);
}

#[test]
fn what_is_wrong_is_told_before_anything_happens() {
    let folder = club();
    let before = folder.members("club.db");
    let command = |message: &str, store: &str, more: &[&str]| {
        let head = ["broadcast", "club.loyalty", "--store", store, "--message", message, "--campaign", "c"];
        folder.loyalty(&[&head[..], &["--at", "2026-03-20T10:00:00Z"], more].concat())
    };
    let unknown = command("autumn", "club.db", APPLY);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.errors.contains("unknown_message: `message`: expected `spring`, found `autumn`"),
        "{}",
        unknown.errors
    );
    assert_eq!(command("spring", "nothing.db", &[]).code, 2);
    assert_eq!(command("spring", "club.db", &["--field", "code"]).code, 2);
    assert_eq!(folder.members("club.db"), before);
    let page = command("spring", "club.db", &["--field", "code=S10"]);
    assert!(page.out.contains("not: no consent"), "{}", page.out);
}
