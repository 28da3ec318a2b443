//! `run --store`: what is kept, what a rerun changes, and what is no store.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, SHOP, lines, order, refund, wholesaler};

const RUN: [&str; 9] =
    ["run", "shop.loyalty", "--events", "events.jsonl", "--store", "shop.db", "--out", "out.jsonl", "--json"];

#[test]
fn a_store_and_the_memory_come_to_the_same() {
    let folder = Folder::new();
    folder.write_gz("events.gz", wholesaler(1));
    let kept = folder.json(&[
        "run",
        "shop.loyalty",
        "--events",
        "events.gz",
        "--store",
        "shop.db",
        "--out",
        "kept.jsonl",
        "--json",
    ]);
    let memory = folder.json(&["run", "shop.loyalty", "--events", "events.gz", "--out", "memory.jsonl", "--json"]);
    for part in ["events", "applied", "replayed", "refused", "refusals", "members", "wallets", "conserved"] {
        assert_eq!(kept[part], memory[part], "{part}");
    }
    assert!(kept["members"].as_u64().is_some_and(|members| members > 200), "{kept}");
    assert_eq!(folder.read("kept.jsonl"), folder.read("memory.jsonl"));
}

#[test]
fn a_rerun_changes_nothing() {
    let folder = Folder::new();
    // The refund comes before its order: judged again in the later state, it would be accepted.
    let early = refund("r0", "ann", 5, "o0", "10.00");
    folder.write("events.jsonl", format!("{}{}", lines(&[early, order("o0", "ann", 4, "10.00")]), wholesaler(1)));
    let first = folder.json(&RUN);
    let (members, out) = (folder.members("shop.db"), folder.read("out.jsonl"));
    assert!(out.lines().count() > 500);
    for _ in 0..2 {
        let again = folder.json(&RUN);
        assert_eq!(again["applied"], 0, "{again}");
        assert_eq!(again["replayed"], first["applied"]);
        for part in ["events", "refused", "refusals", "members", "wallets"] {
            assert_eq!(again[part], first[part], "{part}");
        }
        assert!(folder.members("shop.db") == members, "every member has the same bytes");
        assert_eq!(folder.read("out.jsonl"), out);
    }
}

#[test]
fn what_was_refused_is_judged_again_when_asked_for() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[refund("r0", "ann", 6, "o0", "10.00"), order("o0", "ann", 5, "10.00")]));
    assert_eq!(folder.json(&RUN)["refused"], 1);
    assert_eq!(folder.json(&RUN)["wallets"]["points"]["available"], "10");
    let again = folder.json(&[&RUN[..], &["--retry-refused"]].concat());
    assert_eq!(again["wallets"]["points"]["available"], "0", "{again}");
    // The same event in another file is a new attempt, and in the same one told as what it is.
    let refused = ["run", "shop.loyalty", "--store", "files.db", "--events"];
    let early = lines(&[refund("r0", "ann", 6, "o0", "10.00")]);
    for (file, text) in [("first.jsonl", &early), ("then.jsonl", &lines(&[order("o0", "ann", 5, "10.00")]))] {
        folder.write(file, text);
        folder.loyalty(&[&refused[..], &[file]].concat());
    }
    let again = folder.loyalty(&[&refused[..], &["./first.jsonl"]].concat());
    assert!(again.out.contains("1 as in an earlier run over this file: --retry-refused"), "{}", again.out);
    folder.write("last.jsonl", &early);
    assert_eq!(folder.json(&[&refused[..], &["last.jsonl", "--json"]].concat())["applied"], 1);
    // So is it at another place of a file.
    folder.write("events.jsonl", lines(&[order("o1", "ann", 7, "5.00"), refund("r1", "ann", 8, "o2", "5.00")]));
    assert_eq!(folder.json(&RUN)["refused"], 1);
    folder.write(
        "more.jsonl",
        lines(&[order("o2", "ann", 7, "5.00"), order("o3", "ann", 8, "1.00"), refund("r1", "ann", 8, "o2", "5.00")]),
    );
    let more = folder.json(&["run", "shop.loyalty", "--events", "more.jsonl", "--store", "shop.db", "--json"]);
    assert_eq!(more["applied"], 3, "{more}");
}

#[test]
fn a_longer_file_continues_a_shorter_one() {
    let folder = Folder::new();
    let all = wholesaler(1);
    let events: Vec<&str> = all.split_inclusive('\n').collect();
    folder.write("events.jsonl", &all);
    folder.json(&[
        "run",
        "shop.loyalty",
        "--events",
        "events.jsonl",
        "--store",
        "whole.db",
        "--out",
        "whole.jsonl",
        "--json",
    ]);
    for part in [200, 500, events.len()] {
        folder.write("events.jsonl", events[..part].concat());
        folder.json(&RUN);
    }
    assert!(folder.members("shop.db") == folder.members("whole.db"));
    assert_eq!(folder.read("out.jsonl"), folder.read("whole.jsonl"));
}

#[test]
fn interleaving_members_otherwise_gives_the_same_members() {
    let folder = Folder::new();
    let all = wholesaler(1);
    folder.write("events.jsonl", &all);
    folder.json(&RUN);
    let member = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["member"].to_string();
    let mut events: Vec<&str> = all.split_inclusive('\n').collect();
    // A stable sort: each member's own order stays.
    events.sort_by_key(|line| member(line));
    folder.write("sorted.jsonl", events.concat());
    folder.json(&["run", "shop.loyalty", "--events", "sorted.jsonl", "--store", "sorted.db", "--json"]);
    assert!(folder.members("shop.db") == folder.members("sorted.db"));
}

#[test]
fn decisions_without_a_file_wait_in_the_store() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o2", "bob", 6, "7.00")]));
    let quiet = folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--store", "shop.db", "--json"]);
    assert_eq!(quiet["undelivered"], 2);
    assert_eq!(folder.json(&RUN)["undelivered"], 0);
    assert_eq!(folder.read("out.jsonl").lines().count(), 2);
    // A file that was moved away has been received: the next one begins with what is new.
    std::fs::remove_file(folder.path("out.jsonl")).expect("it was there");
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o3", "bob", 8, "1.00")]));
    folder.json(&RUN);
    assert_eq!(folder.read("out.jsonl").lines().count(), 1);
}

#[test]
fn a_torn_line_is_cut_and_a_foreign_file_is_left_alone() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00")]));
    folder.json(&RUN);
    let out = folder.read("out.jsonl");
    let torn = format!("{out}{{\"event\":\"o2\",\"mem");
    // A run that died has left the mark of one that writes.
    folder.write("out.jsonl", &torn);
    let store = rusqlite::Connection::open(folder.path("shop.db")).expect("SQLite");
    store.execute("UPDATE outputs SET writing = 1", []).expect("a row");
    drop(store);
    folder.json(&RUN);
    assert_eq!(folder.read("out.jsonl"), out);

    // After one that came to its end, what is more or less is somebody else's.
    for (other, bytes) in [(torn.as_str(), torn.len()), ("{", 1)] {
        folder.write("out.jsonl", other);
        let answer = folder.loyalty(&RUN);
        assert_eq!(answer.code, 2);
        assert!(answer.errors.contains(&format!("`out.jsonl` has {bytes} bytes")), "{}", answer.errors);
        assert_eq!(folder.read("out.jsonl"), other);
    }

    folder.write("letters.txt", "dear all");
    let foreign = folder.loyalty(&[
        "run",
        "shop.loyalty",
        "--events",
        "events.jsonl",
        "--store",
        "shop.db",
        "--out",
        "letters.txt",
    ]);
    assert_eq!(foreign.code, 2);
    assert!(foreign.errors.contains("not from this store"), "{}", foreign.errors);
    assert_eq!(folder.read("letters.txt"), "dear all");
}

#[test]
fn a_file_that_is_put_back_keeps_what_it_holds() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00")]));
    folder.json(&RUN);
    let out = folder.read("out.jsonl");
    std::fs::rename(folder.path("out.jsonl"), folder.path("kept.jsonl")).expect("it was there");
    folder.json(&RUN);
    assert_eq!(folder.read("out.jsonl"), "");
    std::fs::rename(folder.path("kept.jsonl"), folder.path("out.jsonl")).expect("it was there");
    let answer = folder.loyalty(&RUN);
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("this store has written 0 to it"), "{}", answer.errors);
    assert_eq!(folder.read("out.jsonl"), out);
}

#[test]
fn decisions_are_not_written_over_what_is_read() {
    let folder = Folder::new();
    let events = lines(&[order("o1", "ann", 5, "10.00")]);
    folder.write("events.jsonl", &events);
    for (out, whose) in [("events.jsonl", "events"), ("./events.jsonl", "events"), ("shop.loyalty", "program")] {
        let answer = folder.loyalty(&["run", "shop.loyalty", "--events", "events.jsonl", "--out", out]);
        assert_eq!(answer.code, 2, "{out}");
        assert!(answer.errors.contains(&format!("`{out}` is the file of the {whose}")), "{}", answer.errors);
    }
    let answer = folder.loyalty(&[&RUN[..4], &["--store", "new.db", "--out", "new.db"]].concat());
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("`new.db` is the file of the store"), "{}", answer.errors);
    assert!(!folder.path("new.db").exists());
    assert_eq!(folder.read("events.jsonl"), events);
    assert_eq!(folder.read("shop.loyalty"), SHOP);
}

#[cfg(unix)]
#[test]
fn decisions_are_not_written_over_what_is_read_under_another_name() {
    let folder = Folder::new();
    let events = lines(&[order("o1", "ann", 5, "10.00")]);
    folder.write("events.jsonl", &events);
    std::fs::hard_link(folder.path("events.jsonl"), folder.path("hard.jsonl")).expect("a second name");
    std::os::unix::fs::symlink("hard.jsonl", folder.path("soft.jsonl")).expect("a link");
    std::fs::hard_link(folder.path("shop.loyalty"), folder.path("shop.txt")).expect("a second name");
    for (out, whose) in [("hard.jsonl", "events"), ("soft.jsonl", "events"), ("shop.txt", "program")] {
        for store in [&[][..], &["--store", "shop.db"]] {
            let run = ["run", "shop.loyalty", "--events", "events.jsonl", "--out", out];
            let answer = folder.loyalty(&[&run[..], store].concat());
            assert_eq!(answer.code, 2, "{out}");
            assert!(answer.errors.contains(&format!("`{out}` is the file of the {whose}")), "{}", answer.errors);
        }
    }
    let mut command = folder.command(&["run", "shop.loyalty", "--events", "-", "--out", "hard.jsonl"]);
    let led = std::fs::File::open(folder.path("events.jsonl")).expect("the events");
    let answer = command.stdin(led).output().expect("loyalty starts");
    assert_eq!(answer.status.code(), Some(2), "what the standard input is led from is read, too");
    assert_eq!(folder.read("events.jsonl"), events);
    assert_eq!(folder.read("shop.loyalty"), SHOP);
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00")]));
    let other = rusqlite::Connection::open(folder.path("other.db")).expect("SQLite");
    other.execute_batch("CREATE TABLE songs (title TEXT)").expect("a table");
    drop(other);
    folder.write("text.db", "a line of text\n");
    folder.write("long.db", "many lines of text\n".repeat(1000));
    for file in ["other.db", "text.db", "long.db"] {
        let before = std::fs::read(folder.path(file)).expect("there");
        for arguments in [
            &["run", "shop.loyalty", "--events", "events.jsonl", "--store", file][..],
            &["show", "shop.loyalty", "--member", "ann", "--store", file],
        ] {
            let answer = folder.loyalty(arguments);
            assert_eq!(answer.code, 2, "{arguments:?}");
            assert!(answer.errors.contains(&format!("`{file}` is not a loyalty store")), "{}", answer.errors);
        }
        assert!(std::fs::read(folder.path(file)).expect("there") == before, "{file} is as it was");
    }
    let nowhere = folder.loyalty(&["run", "shop.loyalty", "--events", "events.jsonl", "--store", "no/folder/shop.db"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.errors.contains("cannot open the store"), "{}", nowhere.errors);
}

#[test]
fn a_store_of_another_format_is_refused() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00")]));
    folder.json(&RUN);
    let store = rusqlite::Connection::open(folder.path("shop.db")).expect("SQLite");
    store.pragma_update(None, "user_version", 99).expect("a pragma");
    drop(store);
    let answer = folder.loyalty(&RUN);
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("has format 99"), "{}", answer.errors);
}

#[test]
fn another_program_carries_the_members_over() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o2", "bob", 6, "7.00")]));
    folder.json(&RUN);
    folder.write("shop.loyalty", SHOP.replace("version  1", "version  2").replace("earn 1 points", "earn 2 points"));
    folder.write("more.jsonl", lines(&[order("o3", "bob", 8, "1.00")]));
    let run = ["run", "shop.loyalty", "--events", "more.jsonl", "--store", "shop.db", "--json"];
    let summary = folder.json(&run);
    assert_eq!(summary["carried_over"]["members"], 2, "{summary}");
    assert_eq!(summary["carried_over"]["from_version"], "1");
    assert_eq!(summary["wallets"]["points"]["available"], "19");
    assert!(folder.json(&run)["carried_over"].is_null());
}

#[test]
fn a_program_without_the_wallet_takes_nothing_over_unless_told() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o1", "ann", 5, "10.00"), order("o2", "bob", 6, "7.00")]));
    folder.json(&RUN);
    let members = folder.members("shop.db");
    folder.write("other.loyalty", SHOP.replace("points", "stars"));
    let other = ["run", "other.loyalty", "--events", "events.jsonl", "--store", "shop.db", "--json"];
    let night = ["advance", "other.loyalty", "--store", "shop.db", "--to", "2026-02-01T00:00:00Z"];
    for command in [&other[..], &night] {
        let answer = folder.loyalty(command);
        assert_eq!(answer.code, 1);
        let said = format!("{}{}", answer.out, answer.errors);
        assert!(said.contains("2 members of `shop.db` have 17 in wallet `points`"), "{said}");
        assert!(said.contains("--drop-balances"), "{said}");
        assert!(folder.members("shop.db") == members);
    }
    assert_eq!(folder.json(&RUN)["wallets"]["points"]["available"], "17");
    let told = folder.json(&[&other[..], &["--drop-balances"]].concat());
    assert_eq!(told["carried_over"]["members"], 2, "{told}");
    // What members have nothing of may go.
    folder.write("third.loyalty", SHOP.replace("points", "miles"));
    folder.write("none.jsonl", "");
    let third = ["run", "third.loyalty", "--events", "none.jsonl", "--store", "shop.db", "--json"];
    assert_eq!(folder.json(&third)["carried_over"]["members"], 2);
}

#[test]
fn a_second_process_is_refused_while_the_first_holds_the_store() {
    let folder = Folder::new();
    folder.write("events.jsonl", lines(&[order("o2", "bob", 6, "7.00")]));
    let mut first = folder
        .command(&["run", "shop.loyalty", "--events", "-", "--store", "shop.db", "--json"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("loyalty starts");
    let mut stdin = first.stdin.take().expect("a pipe");
    // Two bytes are looked at before the store is opened.
    stdin.write_all(format!("{}\n", order("o1", "ann", 5, "10.00")).as_bytes()).expect("loyalty reads");
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::fs::metadata(folder.path("shop.db-wal")).map_or(0, |about| about.len()) == 0 {
        assert!(Instant::now() < deadline, "the first run opens its store");
        std::thread::sleep(Duration::from_millis(5));
    }
    for arguments in [&RUN[..], &["show", "shop.loyalty", "--member", "ann", "--store", "shop.db"]] {
        let second = folder.loyalty(arguments);
        assert_eq!(second.code, 2);
        assert!(second.errors.contains("in use by another process"), "{}", second.errors);
    }
    drop(stdin);
    let first = first.wait_with_output().expect("loyalty ends");
    assert!(first.status.success());
    assert_eq!(folder.json(&RUN)["members"], 2);
}
