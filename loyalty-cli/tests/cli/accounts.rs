//! `merge`, `erase`, `export`, and events between the members of a store.

use crate::support::{Folder, lines};

const CLUB: &str = r#"program "Club" {
  currency GBP
  timezone "Europe/London"
}

event gift {
  to     text
  points number
}

wallet points {}

rule base on order {
  earn 1 points per 1 GBP of order.subtotal
}

rule send on gift {
  transfer gift.points from points to gift.to
}

rule receive on received
  cap 100 points per month reject
{
  accept points
}
"#;

const AT: &str = "2026-04-01T10:00:00+01:00";

fn event(kind: &str, id: &str, member: &str, day: u32, fields: &str) -> String {
    format!(r#"{{"type":"{kind}","id":"{id}","member":"{member}","at":"2026-03-{day:02}T10:00:00Z",{fields}}}"#)
}

/// A folder with the club, and its members after these events.
fn club(events: &[String]) -> Folder {
    let folder = Folder::new();
    folder.write("club.loyalty", CLUB);
    play(&folder, "events.jsonl", events);
    folder
}

/// Plays events into the store.
fn play(folder: &Folder, file: &str, events: &[String]) -> serde_json::Value {
    folder.write(file, lines(events));
    folder.json(&["run", "club.loyalty", "--events", file, "--store", "club.db", "--out", "out.jsonl", "--json"])
}

fn orders() -> [String; 2] {
    [
        event("order", "o-1", "ann", 1, r#""subtotal":"300.00""#),
        event("order", "o-2", "bob", 2, r#""subtotal":"50.00""#),
    ]
}

fn available(folder: &Folder, member: &str) -> String {
    let view = folder.json(&["show", "club.loyalty", "--store", "club.db", "--member", member, "--json"]);
    let amount = view.pointer("/wallets/points/available").and_then(|amount| amount.as_str());
    amount.expect("a wallet").to_owned()
}

#[test]
fn a_run_delivers_what_members_send_each_other() {
    let mut events = orders().to_vec();
    events.push(event("gift", "g-1", "ann", 3, r#""to":"bob","points":80"#));
    events.push(event("gift", "g-2", "ann", 4, r#""to":"bob","points":30"#));
    let folder = club(&events);
    // The second one does not fit into bob's month any more and is back.
    assert_eq!((available(&folder, "ann"), available(&folder, "bob")), ("220".to_owned(), "130".to_owned()));
    let written = folder.read("out.jsonl");
    for kind in ["transferred", "received", "sent_back", "restored"] {
        assert!(written.contains(&format!(r#""kind":"{kind}""#)), "{kind}: {written}");
    }
    // A rerun changes nothing.
    play(&folder, "again.jsonl", &events);
    assert_eq!((available(&folder, "ann"), available(&folder, "bob")), ("220".to_owned(), "130".to_owned()));
    assert_eq!(folder.read("out.jsonl"), written);
}

#[test]
fn a_merged_account_answers_to_both_names() {
    let folder = club(&orders());
    let merge = ["merge", "club.loyalty", "--store", "club.db", "--into", "ann", "--from", "bob", "--at", AT];
    let answer = folder.loyalty(&merge);
    assert_eq!(answer.code, 0, "{}", answer.errors);
    assert!(answer.out.contains(r#""kind":"merged","from":"bob""#), "{}", answer.out);
    assert_eq!(available(&folder, "ann"), "350");
    let late = [orders()[1].clone(), event("order", "o-3", "bob", 20, r#""subtotal":"7.00""#)];
    let summary = play(&folder, "late.jsonl", &late);
    assert_eq!(summary.pointer("/events/replayed").or(summary.get("replayed")), Some(&1.into()), "{summary}");
    assert_eq!(available(&folder, "ann"), "357");
    let page = folder.loyalty(&["show", "club.loyalty", "--store", "club.db", "--member", "bob"]);
    assert!(page.out.contains("merged into ann"), "{}", page.out);
    let again =
        folder.loyalty(&["merge", "club.loyalty", "--store", "club.db", "--into", "bob", "--from", "ann", "--at", AT]);
    assert_eq!(again.code, 1);
    assert!(again.errors.contains("member_closed"), "{}", again.errors);
}

#[test]
fn an_export_says_all_and_an_erased_member_is_in_no_page_of_the_store() {
    let folder = club(&[event("order", "o-secret", "ann-secret", 1, r#""subtotal":"300.00""#)]);
    let export = folder.json(&["export", "club.loyalty", "--store", "club.db", "--member", "ann-secret"]);
    assert_eq!(export.pointer("/events/0/id"), Some(&"o-secret".into()));
    let erase = |member: &str, pseudonym: &str| {
        folder.loyalty(&[
            "erase",
            "club.loyalty",
            "--store",
            "club.db",
            "--member",
            member,
            "--as",
            pseudonym,
            "--at",
            AT,
            "--out",
            "out.jsonl",
        ])
    };
    assert_eq!(erase("ann-secret", "was-ann-secret").code, 1, "a pseudonym does not hold the id");
    assert_eq!(erase("nobody", "gone-1").code, 1);
    let answer = erase("ann-secret", "gone-1");
    assert_eq!(answer.code, 0, "{}", answer.errors);
    assert_eq!(available(&folder, "gone-1"), "300");
    let bytes = std::fs::read(folder.path("club.db")).expect("the store");
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("gone-1") && !holds("secret"), "the store still knows who it was");
    // Who comes back begins from zero.
    play(&folder, "back.jsonl", &[event("order", "o-9", "ann-secret", 30, r#""subtotal":"1.00""#)]);
    assert_eq!(available(&folder, "ann-secret"), "1");
}
