//! `check`, `fmt` and `test`: what an author of rules uses.

use serde_json::Value;

use crate::support::{Folder, SHOP};

/// Uses a wallet that is not there.
const WRONG: &str = "program \"Wrong\" {\n  currency GBP\n}\n\nrule base on order {\n  earn 10 pionts\n}\n";

const TESTED: &str = r#"
test "ten pounds give ten points" {
  on     order { id "o1"  at 2026-01-05T10:00+00:00  total 10 GBP  subtotal 10 GBP }
  expect points.balance == 10 points
}
"#;

const FAILING: &str = r#"
test "ten pounds give eleven points" {
  on     order { id "o1"  at 2026-01-05T10:00+00:00  total 10 GBP  subtotal 10 GBP }
  expect points.balance == 11 points
}
"#;

#[test]
fn version_and_help_are_no_errors() {
    let folder = Folder::new();
    let version = folder.loyalty(&["--version"]);
    assert_eq!((version.code, version.out.trim()), (0, concat!("loyalty ", env!("CARGO_PKG_VERSION"))));
    for command in ["check", "fmt", "test", "run", "show", "explain"] {
        let help = folder.loyalty(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.out.contains("Usage: loyalty"), "{}", help.out);
    }
    assert!(folder.loyalty(&["--help"]).out.contains("Exit codes:"));
}

#[test]
fn wrong_arguments_end_with_2() {
    let folder = Folder::new();
    folder.write("none.jsonl", "");
    for arguments in [
        &["check"][..],
        &["bake", "shop.loyalty"],
        &["run", "shop.loyalty"],
        &["show", "shop.loyalty", "--member", "m"],
        &["run", "shop.loyalty", "--events", "e", "--until", "tomorrow"],
        &["run", "shop.loyalty", "--events", "e", "--retry-refused"],
        &["run", "shop.loyalty", "--events", "none.jsonl", "--report", "--period", "fortnight"],
        &["run", "shop.loyalty", "--events", "none.jsonl", "--report", "--active", "nosuch"],
        &["run", "shop.loyalty", "--events", "none.jsonl", "--report", "--value", "nosuch=1"],
    ] {
        let answer = folder.loyalty(arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.errors);
    }
}

#[test]
fn check_tells_good_from_bad() {
    let folder = Folder::new();
    folder.write("wrong.loyalty", WRONG);
    let good = folder.loyalty(&["check", "shop.loyalty"]);
    assert_eq!(good.code, 0, "{}", good.errors);
    assert!(good.out.contains("shop.loyalty: ok, \"Corner Shop\" version 1"), "{}", good.out);

    let bad = folder.loyalty(&["check", "wrong.loyalty"]);
    assert_eq!(bad.code, 1);
    assert!(bad.out.contains("wrong.loyalty:6:"), "{}", bad.out);
    assert!(bad.out.contains("`pionts`"), "{}", bad.out);
    assert!(!bad.out.contains('\x1b'), "a pipe gets no colour");

    let both = folder.loyalty(&["check", "wrong.loyalty", "shop.loyalty"]);
    assert_eq!(both.code, 1);
    assert!(both.out.contains("shop.loyalty: ok"), "a wrong file does not hide the next: {}", both.out);
}

#[test]
fn check_of_what_cannot_be_read_ends_with_2_and_says_why() {
    let folder = Folder::new();
    let answer = folder.loyalty(&["check", "none.loyalty", "shop.loyalty"]);
    assert_eq!(answer.code, 2);
    assert!(answer.errors.contains("cannot read `none.loyalty`"), "{}", answer.errors);
    assert!(answer.out.contains("shop.loyalty: ok"), "{}", answer.out);
    folder.write("latin.loyalty", b"program \"Caf\xe9\" {}\n");
    let answer = folder.loyalty(&["check", "latin.loyalty"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains("not UTF-8 text: see line 1"), "{}", answer.errors);
}

#[test]
fn check_writes_json_and_defaults() {
    let folder = Folder::new();
    folder.write("wrong.loyalty", WRONG);
    let good = folder.json(&["check", "--json", "--defaults", "shop.loyalty"]);
    assert_eq!(good[0]["ok"], true);
    assert!(good[0]["policies"].as_array().is_some_and(|policies| !policies.is_empty()));
    let answer = folder.loyalty(&["check", "--json", "wrong.loyalty"]);
    assert_eq!(answer.code, 1);
    let bad: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(bad[0]["ok"], false);
    assert!(bad[0]["diagnostics"].as_array().is_some_and(|diagnostics| !diagnostics.is_empty()), "{bad}");
    let page = folder.loyalty(&["check", "--defaults", "shop.loyalty"]);
    assert!(page.out.contains("history 800 days"), "{}", page.out);
    assert!(page.out.contains("vest at once"), "a default is told too: {}", page.out);
}

#[test]
fn machines_are_told_why_there_is_no_answer() {
    let folder = Folder::new();
    folder.write("wrong.loyalty", WRONG);
    folder.write("latin.loyalty", b"program \"Caf\xe9\" {}\n");
    folder.write("none.jsonl", "");
    let told = |arguments: &[&str], code: i32| {
        let answer = folder.loyalty(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.errors);
        serde_json::from_str::<Value>(&answer.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    };
    for arguments in
        [&["test", "--json", "wrong.loyalty"][..], &["run", "--json", "wrong.loyalty", "--events", "none.jsonl"]]
    {
        let wrong = told(arguments, 1);
        assert_eq!((&wrong["ok"], &wrong["error"]), (&false.into(), &"`wrong.loyalty` has errors".into()));
        assert_eq!((&wrong["file"], &wrong["diagnostics"][0]["code"]), (&"wrong.loyalty".into(), &"L0207".into()));
    }
    let unread = told(&["check", "--json", "latin.loyalty", "shop.loyalty"], 1);
    assert_eq!((&unread[0]["file"], &unread[0]["ok"]), (&"latin.loyalty".into(), &false.into()));
    assert!(unread[0]["error"].as_str().is_some_and(|error| error.contains("not UTF-8")), "{unread}");
    assert_eq!(unread[1]["ok"], true);
    let absent = told(&["run", "--json", "shop.loyalty", "--events", "absent.jsonl"], 2);
    assert!(absent["error"].as_str().is_some_and(|error| error.contains("cannot read `absent.jsonl`")), "{absent}");
}

#[test]
fn a_failing_expectation_says_which_part_of_it() {
    let folder = Folder::new();
    let test = "\ntest \"two of three\" {\n  on order { subtotal 10 GBP }\n  \
                expect points == 10 points and points.debt == 1 points and points.pending == 2 points\n}\n";
    folder.write("shop.loyalty", format!("{SHOP}{test}"));
    let answer = folder.loyalty(&["test", "shop.loyalty"]);
    assert!(answer.out.contains("(points.debt == 1 points: is 0 points"), "{}", answer.out);
    assert!(answer.out.contains("; points.pending == 2 points: is 0 points"), "{}", answer.out);
}

#[test]
fn time_of_a_test_does_not_go_back() {
    let folder = Folder::new();
    let test = "\ntest \"back\" {\n  on order { at 2026-01-05  subtotal 10 GBP }\n  advance to 2026-01-05\n  advance to 2026-01-06\n}\n";
    folder.write("shop.loyalty", format!("{SHOP}{test}"));
    let answer = folder.loyalty(&["test", "shop.loyalty"]);
    let told = "time does not go back: it is 2026-01-05T12:00:00Z by then, and this says 2026-01-05T00:00:00Z";
    assert_eq!((answer.code, answer.out.matches("time does not go back").count()), (1, 1), "{}", answer.out);
    assert!(answer.out.contains(told), "{}", answer.out);
}

#[test]
fn check_reads_the_standard_input() {
    let folder = Folder::new();
    let answer = folder.loyalty_reading(SHOP, &["check", "-"]);
    assert_eq!(answer.code, 0);
    assert!(answer.out.contains("<stdin>: ok"), "{}", answer.out);
}

#[test]
fn fmt_rewrites_once_and_then_agrees() {
    let folder = Folder::new();
    let sloppy = format!("{}   \n\n\n\n", SHOP.replace("  earn", "      earn"));
    folder.write("shop.loyalty", &sloppy);
    let check = folder.loyalty(&["fmt", "--check", "shop.loyalty"]);
    assert_eq!((check.code, check.out.as_str()), (1, "shop.loyalty\n"));
    assert_eq!(folder.read("shop.loyalty"), sloppy, "--check changes nothing");

    assert_eq!(folder.loyalty(&["fmt", "shop.loyalty"]).code, 0);
    let formatted = folder.read("shop.loyalty");
    assert_ne!(formatted, sloppy);
    assert_eq!(folder.loyalty(&["fmt", "--check", "shop.loyalty"]).code, 0);
    assert_eq!(folder.loyalty(&["fmt", "shop.loyalty"]).code, 0);
    assert_eq!(folder.read("shop.loyalty"), formatted);

    let piped = folder.loyalty_reading(&sloppy, &["fmt", "-"]);
    assert_eq!((piped.code, piped.out), (0, formatted));
}

#[test]
fn fmt_takes_no_name_that_is_there() {
    let folder = Folder::new();
    folder.write("z.loyalty", "wallet   p {}\n");
    folder.write("z.loyalty.formatted", "precious\n");
    assert_eq!(folder.loyalty(&["fmt", "z.loyalty"]).code, 0);
    assert_ne!(folder.read("z.loyalty"), "wallet   p {}\n");
    assert_eq!(folder.read("z.loyalty.formatted"), "precious\n");
    let there = std::fs::read_dir(folder.path(".")).expect("the folder");
    let mut names: Vec<_> = there.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["shop.loyalty", "z.loyalty", "z.loyalty.formatted"], "and leaves nothing behind");
}

#[test]
fn fmt_leaves_a_broken_file_alone() {
    let folder = Folder::new();
    let broken = "program \"Broken\" {\n";
    folder.write("broken.loyalty", broken);
    let answer = folder.loyalty(&["fmt", "broken.loyalty"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains("broken.loyalty:"), "{}", answer.errors);
    assert_eq!(folder.read("broken.loyalty"), broken);
    assert_eq!(folder.loyalty(&["fmt", "none.loyalty"]).code, 2);
}

#[test]
fn test_counts_what_passed_and_shows_what_failed() {
    let folder = Folder::new();
    folder.write("tested.loyalty", format!("{SHOP}{TESTED}"));
    let good = folder.loyalty(&["test", "tested.loyalty"]);
    assert_eq!(good.code, 0, "{}{}", good.out, good.errors);
    assert!(good.out.ends_with("1 passed, 0 failed\n"), "{}", good.out);

    folder.write("failing.loyalty", format!("{SHOP}{TESTED}{FAILING}"));
    let bad = folder.loyalty(&["test", "failing.loyalty"]);
    assert_eq!(bad.code, 1);
    assert!(bad.out.contains("FAIL  ten pounds give eleven points"), "{}", bad.out);
    assert!(bad.out.contains("expect points.balance == 11 points"), "{}", bad.out);
    assert!(bad.out.ends_with("1 passed, 1 failed\n"), "{}", bad.out);

    let json = folder.loyalty(&["test", "--json", "failing.loyalty"]);
    assert_eq!(json.code, 1);
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &1.into()));
    assert_eq!(json["tests"][1]["failures"][0]["line"], 23);
}

#[test]
fn tests_of_all_files_are_run_after_one_with_errors() {
    let folder = Folder::new();
    folder.write("wrong.loyalty", WRONG);
    folder.write("tested.loyalty", format!("{SHOP}{TESTED}"));
    let files = |first: &[&'static str]| {
        let mut arguments = first.to_vec();
        arguments.extend(["wrong.loyalty", "absent.loyalty", "tested.loyalty", "wrong.loyalty"]);
        arguments
    };
    let answer = folder.loyalty(&files(&["test"]));
    assert_eq!(answer.code, 2, "{}{}", answer.out, answer.errors);
    assert!(answer.out.ends_with("1 passed, 0 failed; of 3 files no test was run\n"), "{}", answer.out);
    assert_eq!(answer.errors.matches("`wrong.loyalty` has errors").count(), 2, "{}", answer.errors);
    assert_eq!(answer.errors.matches("cannot read `absent.loyalty`").count(), 1, "{}", answer.errors);

    let answer = folder.loyalty(&files(&["test", "--json"]));
    let json: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!((answer.code, &json["ok"], &json["passed"]), (2, &false.into(), &1.into()), "{json}");
    let of: Vec<&Value> = json["errors"].as_array().into_iter().flatten().map(|error| &error["file"]).collect();
    assert_eq!(of, ["wrong.loyalty", "absent.loyalty", "wrong.loyalty"]);
    assert_eq!(json["errors"][0]["diagnostics"][0]["code"], "L0207");
    assert_eq!(json["tests"][0]["file"], "tested.loyalty");
}

#[test]
fn of_several_files_the_gravest_trouble_is_the_exit_code() {
    let folder = Folder::new();
    folder.write("latin.loyalty", b"program \"Caf\xe9\" {}\n");
    for command in ["check", "fmt", "test"] {
        let answer = folder.loyalty(&[command, "absent.loyalty", "latin.loyalty", "shop.loyalty"]);
        assert_eq!(answer.code, 2, "{command}: {}", answer.errors);
        for told in ["cannot read `absent.loyalty`", "`latin.loyalty` is not UTF-8"] {
            assert_eq!(answer.errors.matches(told).count(), 1, "{command}: {}", answer.errors);
        }
    }
}

#[test]
fn test_of_a_wrong_program_ends_with_1() {
    let folder = Folder::new();
    folder.write("wrong.loyalty", WRONG);
    let answer = folder.loyalty(&["test", "wrong.loyalty"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains("`wrong.loyalty` has errors"), "{}", answer.errors);
}
