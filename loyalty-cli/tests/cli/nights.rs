//! `advance` and `migrate`: what a night does to a store, and what another version of the program would.

use crate::support::{Folder, lines};

const CLUB: &str = r#"program "Club" {
  currency GBP
  timezone "Europe/London"
}

wallet points {
  expire end of year
}

measure spend = sum(order.subtotal) this year

tiers status by spend {
  bronze from 0 GBP
  silver from 100 GBP
  gold   from 250 GBP
  keep   to end of next year
}

rule base on order {
  earn 1 points per 1 GBP of order.subtotal
}

rule birthday on member.birthday {
  earn 50 points
}

member {
  birthday date?
}
"#;

fn order(id: &str, member: &str, day: u32, total: &str) -> String {
    format!(
        r#"{{"type":"order","id":"{id}","member":"{member}","at":"2026-03-{day:02}T10:00:00Z","subtotal":"{total}"}}"#
    )
}

/// A folder with a store of three members: gold, silver, bronze.
fn club() -> Folder {
    let folder = Folder::new();
    folder.write("club.loyalty", CLUB);
    let profile = r#"{"type":"profile","id":"p1","member":"ann","at":"2026-03-01T09:00:00Z","birthday":"1990-05-04"}"#;
    let events = [
        profile.to_owned(),
        order("o1", "ann", 1, "300.00"),
        order("o2", "bob", 2, "120.00"),
        order("o3", "cid", 3, "5.00"),
    ];
    folder.write("events.jsonl", lines(&events));
    let run = ["run", "club.loyalty", "--events", "events.jsonl", "--store", "club.db", "--out", "out.jsonl", "--json"];
    assert_eq!(folder.json(&run).get("refused"), Some(&0.into()));
    folder
}

fn advance(folder: &Folder, to: &str) -> serde_json::Value {
    folder.json(&["advance", "club.loyalty", "--store", "club.db", "--to", to, "--out", "out.jsonl", "--json"])
}

#[test]
fn a_night_touches_those_for_whom_something_happens() {
    let folder = club();
    let before = folder.members("club.db");
    let night = advance(&folder, "2026-05-04T12:00:00Z");
    assert_eq!((&night["members"], &night["due"], &night["decisions"]["earned"]), (&3.into(), &1.into(), &1.into()));
    let after = folder.members("club.db");
    let changed: Vec<&str> =
        before.iter().zip(&after).filter(|(one, other)| one != other).map(|(one, _)| one.0.as_str()).collect();
    assert_eq!(changed, ["ann"]);
    let again = advance(&folder, "2026-05-04T12:00:00Z");
    assert_eq!(again["due"], 0, "the same night twice is one night");
    let year = advance(&folder, "2027-01-01T12:00:00Z");
    assert_eq!((&year["due"], &year["decisions"]["expired"]), (&3.into(), &4.into()));
    let out = folder.read("out.jsonl");
    assert_eq!(out.lines().filter(|line| line.contains(r#""rule":"birthday""#)).count(), 1, "{out}");
}

#[test]
fn nights_and_one_long_night_come_to_the_same() {
    let (nights, night) = (club(), club());
    for month in 4..=12 {
        advance(&nights, &format!("2026-{month:02}-01T02:00:00Z"));
    }
    advance(&nights, "2028-02-01T00:00:00Z");
    advance(&night, "2028-02-01T00:00:00Z");
    assert!(nights.members("club.db") == night.members("club.db"));
}

#[test]
fn who_would_move_is_told_before_anything_changes() {
    let folder = club();
    let before = folder.members("club.db");
    let text =
        CLUB.replace("gold   from 250 GBP", "gold   from 700 GBP").replace("silver from 100 GBP", "silver from 3 GBP");
    folder.write("raised.loyalty", text);
    let answer = folder.json(&["migrate", "raised.loyalty", "--store", "club.db", "--json"]);
    // What gold was given for stays to its end; silver is reached at once by a lower threshold.
    assert_eq!(
        answer["moves"],
        serde_json::json!([
            { "ladder": "status", "from": "bronze", "to": "silver", "because": "reached", "members": ["cid"] },
        ])
    );
    folder.write("removed.loyalty", CLUB.replace("  gold   from 250 GBP\n", ""));
    let answer = folder.json(&["migrate", "removed.loyalty", "--store", "club.db", "--json"]);
    assert_eq!(
        answer["moves"],
        serde_json::json!([
            { "ladder": "status", "from": "gold", "to": "silver", "because": "level_removed", "members": ["ann"] },
        ])
    );
    let page = folder.loyalty(&["migrate", "removed.loyalty", "--store", "club.db"]);
    assert!(page.out.starts_with("1 of 3 members would move\n"), "{}", page.out);
    assert!(folder.members("club.db") == before, "a preview changes nothing");

    // Gone through with, the same happens.
    let run = ["advance", "raised.loyalty", "--store", "club.db", "--to", "2026-03-03T10:00:00Z", "--out", "out.jsonl"];
    assert_eq!(folder.loyalty(&run).code, 0);
    let last = folder.read("out.jsonl").lines().last().map(str::to_owned);
    let moved = r#""kind":"tier_changed","ladder":"status","from":"bronze","to":"silver","because":"reached""#;
    assert!(last.is_some_and(|last| last.contains(moved) && last.contains(r#""member":"cid""#)));
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let answer = folder.loyalty(&["advance", "shop.loyalty", "--store", "no.db", "--to", "2026-05-04T12:00:00Z"]);
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("there is no store `no.db`"), "{}", answer.errors);
    assert!(!folder.path("no.db").exists());
}
