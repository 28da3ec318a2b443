//! `run` in memory: every kind of file, every kind of line.

use crate::support::{Folder, lines, order, refund};

#[test]
fn a_plain_a_gzipped_and_a_piped_file_give_the_same() {
    let folder = Folder::new();
    let events = lines(&[
        order("o1", "ann", 5, "10.00"),
        order("o2", "bob", 6, "2500.00"),
        refund("r1", "ann", 7, "o1", "10.00"),
    ]);
    folder.write("events.jsonl", &events);
    folder.write_gz("events.jsonl.gz", &events);
    // The first bytes decide, not the name.
    folder.write_gz("zipped.jsonl", &events);
    for file in ["events.jsonl", "events.jsonl.gz", "zipped.jsonl"] {
        let summary = folder.json(&["run", "shop.loyalty", "--events", file, "--json"]);
        assert_eq!(summary["events"], 3, "{summary}");
        assert_eq!(summary["members"], 2);
        assert_eq!(summary["refused"], 0, "{summary}");
        assert_eq!(summary["wallets"]["points"]["issued"], "2510");
        assert_eq!(summary["wallets"]["points"]["clawed_back"], "10");
        assert_eq!(summary["wallets"]["points"]["available"], "2500");
        assert_eq!(summary["conserved"], true);
    }
    let page = folder.loyalty_reading(&events, &["run", "shop.loyalty", "--events", "-"]);
    assert_eq!(page.code, 0);
    assert!(page.out.contains("issued       2,510"), "{}", page.out);
    assert!(page.out.contains("points adds up: issued 2,510 = available 2,500 + clawed back 10"), "{}", page.out);
    assert!(!page.errors.contains('\x1b'), "no progress bar in a pipe: {}", page.errors);
}

#[test]
fn two_gzipped_files_one_after_the_other_are_one() {
    let folder = Folder::new();
    folder.write_gz("a.gz", lines(&[order("o1", "ann", 5, "10.00")]));
    folder.write_gz("b.gz", lines(&[order("o2", "ann", 6, "20.00")]));
    let both =
        [std::fs::read(folder.path("a.gz")).expect("a"), std::fs::read(folder.path("b.gz")).expect("b")].concat();
    folder.write("both.gz", both);
    let summary = folder.json(&["run", "shop.loyalty", "--events", "both.gz", "--json"]);
    assert_eq!(summary["wallets"]["points"]["issued"], "30");
}

#[test]
fn a_damaged_file_is_an_error_with_its_line() {
    let folder = Folder::new();
    let events: Vec<String> = (0..2000).map(|n| order(&format!("o{n}"), "ann", 5, "10.00")).collect();
    folder.write_gz("events.gz", lines(&events));
    let mut bytes = std::fs::read(folder.path("events.gz")).expect("there");
    bytes.truncate(bytes.len() / 2);
    folder.write("cut.gz", bytes);
    let answer = folder.loyalty(&["run", "shop.loyalty", "--events", "cut.gz"]);
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("cannot read `cut.gz` at line"), "{}", answer.errors);
}

#[test]
fn refused_lines_are_passed_over_and_reported_with_their_places() {
    let folder = Folder::new();
    let mut events = Vec::new();
    let mut push = |line: &[u8]| {
        events.extend_from_slice(line);
        events.push(b'\n');
    };
    push(b"\xef\xbb\xbf{\"type\":\"order\",\"id\":\"g1\",\"member\":null,\"at\":\"2026-01-05T10:00:00+00:00\",\"total\":\"1.00\"}\r");
    push(b"");
    push(b"   \t");
    push(order("o1", "ann", 5, "10.00").as_bytes());
    push(b"{not json");
    push(b"{\"type\":\"order\",\"id\":\"o2\",\"member\":\"\xff\xfe\",\"at\":\"2026-01-05T10:00:00+00:00\"}");
    push(refund("r1", "ann", 6, "nowhere", "10.00").as_bytes());
    push(refund("r2", "bob", 6, "nowhere", "10.00").as_bytes());
    push(&vec![b'x'; 5 << 20]);
    push(b"{\"type\":\"order\",\"id\":\"o3\",\"member\":\"cid\",\"total\":\"1.00\"}");
    // The last line has no end.
    events.extend_from_slice(order("o4", "ann", 7, "5.00").as_bytes());
    folder.write("events.jsonl", &events);

    let summary = folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--json"]);
    assert_eq!(summary["events"], 9, "{summary}");
    assert_eq!(summary["applied"], 2);
    assert_eq!(summary["refused"], 7);
    assert_eq!(summary["members"], 1, "a refused event enrols nobody");
    assert_eq!(summary["wallets"]["points"]["issued"], "15");
    let refusals = summary["refusals"].as_array().expect("a list");
    let places = |reason: &str| -> Vec<&str> {
        let found = refusals.iter().find(|refusal| refusal["reason"] == reason);
        let first = found.and_then(|refusal| refusal["first"].as_array());
        first.map(|first| first.iter().filter_map(|one| one["place"].as_str()).collect()).unwrap_or_default()
    };
    assert_eq!(places("no_member"), ["events.jsonl:1"]);
    assert_eq!(places("unknown_order"), ["events.jsonl:7", "events.jsonl:8"]);
    assert_eq!(places("event_too_large"), ["events.jsonl:9"]);
    assert_eq!(places("missing_field"), ["events.jsonl:10"]);

    let page = folder.loyalty(&["run", "shop.loyalty", "--events", "events.jsonl"]);
    assert_eq!(page.code, 0, "refused events do not fail a run");
    assert!(page.out.contains("events.jsonl:7"), "{}", page.out);
    let denied = folder.loyalty(&["run", "shop.loyalty", "--events", "events.jsonl", "--deny-refused"]);
    assert_eq!(denied.code, 1);
}

#[test]
fn an_event_whose_member_is_no_id_is_refused_for_that() {
    let folder = Folder::new();
    folder
        .write("events.jsonl", r#"{"type":"order","id":"o1","member":1.5,"at":"2026-01-05T10:00:00Z","total":"1.00"}"#);
    let summary = folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--json"]);
    let refusal = &summary["refusals"][0];
    assert_eq!((&refusal["reason"], &refusal["first"][0]["event"]), (&"wrong_type".into(), &"o1".into()), "{summary}");
}

#[test]
fn duplicates_change_nothing_and_a_conflict_is_refused() {
    let folder = Folder::new();
    let first = order("o1", "ann", 5, "10.00");
    folder.write("events.jsonl", lines(&[first.clone(), first, order("o1", "ann", 5, "99.00")]));
    let summary = folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--out", "out.jsonl", "--json"]);
    assert_eq!((&summary["applied"], &summary["replayed"]), (&1.into(), &1.into()), "{summary}");
    assert_eq!(summary["refusals"][0]["reason"], "conflict");
    assert_eq!(summary["wallets"]["points"]["issued"], "10");
    assert_eq!(folder.read("out.jsonl").lines().count(), 1);
}

#[test]
fn decisions_are_json_lines_in_the_order_of_the_events() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o2", "bob", 6, "7.00")]));
    folder.write("out.jsonl", "what stood here before\n");
    folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--out", "out.jsonl", "--json"]);
    let out = folder.read("out.jsonl");
    let ids: Vec<String> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["event"].as_str().unwrap_or("").to_owned()
        })
        .collect();
    assert_eq!(ids, ["o1", "o2"]);
}

#[test]
fn members_can_be_enrolled_at_an_instant_of_the_event() {
    let folder = Folder::new();
    let joined = |at: &str| order("o1", "ann", 5, "10.00").replacen('{', &format!("{{\"joined\":{at},"), 1);
    let run = |event: String| {
        folder.write("events.jsonl", lines(&[event]));
        folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--enroll", "since,joined", "--json"])
    };
    assert_eq!(run(joined("\"2025-01-01T00:00:00+00:00\""))["wallets"]["points"]["issued"], "10");
    assert_eq!(run(joined("null"))["wallets"]["points"]["issued"], "10");
    assert_eq!(run(joined("\"last year\""))["refusals"][0]["reason"], "invalid_enrolment");
    // What a member does before the enrolment earns nothing.
    let late = run(joined("\"2026-02-01T00:00:00+00:00\""));
    assert_eq!((&late["members"], &late["wallets"]["points"]["issued"]), (&1.into(), &"0".into()), "{late}");
}

#[test]
fn until_advances_everybody() {
    let folder = Folder::new();
    let expiring =
        crate::support::SHOP.replace("wallet points {\n", "wallet points {\n  expire 30 days after earning\n");
    folder.write("expiring.loyalty", expiring);
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o2", "bob", 6, "7.00")]));
    let run = |until: &str| {
        folder.json(&[
            "run",
            "expiring.loyalty",
            "--events",
            "events.jsonl",
            "--out",
            "out.jsonl",
            "--until",
            until,
            "--json",
        ])
    };
    assert_eq!(run("2026-02-05T12:00:00+00:00")["wallets"]["points"]["expired"], "10");
    assert_eq!(run("2026-03-01T00:00:00+00:00")["wallets"]["points"]["expired"], "17");
    assert_eq!(folder.read("out.jsonl").matches("\"expired\"").count(), 2);
}

#[test]
fn several_wallets_have_a_row_each() {
    let folder = Folder::new();
    let two = format!("{}\nwallet stars {{\n}}\n\nrule star on order {{\n  earn 1 stars\n}}\n", crate::support::SHOP);
    folder.write("two.loyalty", two);
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00")]));
    let page = folder.loyalty(&["run", "two.loyalty", "--events", "events.jsonl"]);
    assert_eq!(page.code, 0, "{}", page.errors);
    for row in ["points", "stars"] {
        assert!(page.out.lines().any(|line| line.trim().starts_with(row)), "{row}: {}", page.out);
    }
    assert!(page.out.contains("stars adds up: issued 1 = available 1"), "{}", page.out);
}

#[test]
fn an_empty_file_is_an_empty_summary() {
    let folder = Folder::new();
    folder.write("events.jsonl", "");
    let summary = folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--json"]);
    assert_eq!((&summary["events"], &summary["members"]), (&0.into(), &0.into()));
    assert_eq!(summary["wallets"]["points"]["issued"], "0");
    assert_eq!(folder.loyalty(&["run", "shop.loyalty", "--events", "events.jsonl"]).code, 0);
    let missing = folder.loyalty(&["run", "shop.loyalty", "--events", "none.jsonl"]);
    assert_eq!(missing.code, 2);
    assert!(missing.errors.contains("cannot read `none.jsonl`"), "{}", missing.errors);
    assert_eq!(folder.loyalty(&["run", "shop.loyalty", "--events", "."]).code, 2);
}

#[test]
fn what_lies_ahead_of_now_is_refused() {
    let folder = Folder::new();
    let far = order("far", "ann", 6, "10.00").replace("2026-", "2062-");
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), far, order("o2", "ann", 7, "10.00")]));
    let run = ["run", "shop.loyalty", "--events", "events.jsonl", "--json"];
    let summary = folder.json(&[&run[..], &["--now", "2026-01-10T00:00:00Z"]].concat());
    assert_eq!(
        (&summary["applied"], &summary["refusals"][0]["reason"]),
        (&2.into(), &"future_event".into()),
        "{summary}"
    );
    let history = folder.json(&run);
    assert_eq!(history["refusals"][0]["reason"], "too_late", "without it the file is history, in its order: {history}");
}

#[test]
fn what_earns_nothing_for_its_place_in_the_file_is_told() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o2", "ann", 6, "10.00"), order("o1", "ann", 5, "70.00")]));
    let run = ["run", "shop.loyalty", "--events", "events.jsonl"];
    let summary = folder.json(&[&run[..], &["--json"]].concat());
    assert_eq!((&summary["applied"], &summary["refused"]), (&2.into(), &0.into()));
    assert_eq!(summary["earned_nothing"][0]["reason"], "before_enrolment");
    assert_eq!(summary["earned_nothing"][0]["first"][0]["place"], "events.jsonl:2");
    let page = folder.loyalty(&run);
    assert!(
        page.out.contains("earned nothing (before_enrolment): 1\n  events.jsonl:2  `o1`  its member joined later"),
        "{}",
        page.out
    );
}

#[test]
fn a_list_of_events_is_told_to_be_no_lines() {
    let folder = Folder::new();
    let event = order("o1", "ann", 5, "10.00");
    let run = ["run", "shop.loyalty", "--events", "events.json"];
    for text in [format!("[\n{event},\n{event}\n]\n"), format!("[{event}]\n")] {
        folder.write("events.json", text);
        let answer = folder.loyalty(&run);
        assert!(answer.out.contains("one on each line: `jq -c '.[]'`"), "{}", answer.out);
    }
    folder.write("events.json", format!("{event}\n]\n"));
    assert!(!folder.loyalty(&run).out.contains("jq"));
}
