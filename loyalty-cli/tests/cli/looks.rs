//! `show` and `explain`: one member, one event.

use serde_json::Value;

use crate::support::{Folder, lines, order, refund};

fn shop() -> Folder {
    let folder = Folder::new();
    let events = [
        order("o1", "ann", 5, "1234.00"),
        order("o2", "bob", 6, "7.00"),
        refund("r0", "ann", 7, "nowhere", "1.00"),
        order("o3", "ann", 8, "6.00"),
        order("shared", "ann", 9, "1.00"),
        order("shared", "bob", 9, "1.00"),
        order("guest", "x", 9, "1.00").replace("\"x\"", "null"),
    ];
    folder.write_gz("events.gz", lines(&events));
    folder
}

#[test]
fn show_gives_the_same_from_a_store_and_from_events() {
    let folder = shop();
    folder.json(&["run", "shop.loyalty", "--events", "events.gz", "--store", "shop.db", "--json"]);
    let kept = folder.json(&["show", "shop.loyalty", "--member", "ann", "--store", "shop.db", "--json"]);
    let played = folder.json(&["show", "shop.loyalty", "--member", "ann", "--events", "events.gz", "--json"]);
    assert_eq!(kept, played);
    assert_eq!(kept["wallets"]["points"]["available"], "1241");
    let page = folder.loyalty(&["show", "shop.loyalty", "--member", "ann", "--store", "shop.db"]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("member ann at "), "{}", page.out);
    assert!(page.out.contains("available  1,241"), "{}", page.out);
}

#[test]
fn show_looks_at_another_instant() {
    let folder = shop();
    let at = "2026-06-30T12:00:00+01:00";
    let view = folder.json(&["show", "shop.loyalty", "--member", "ann", "--events", "events.gz", "--at", at, "--json"]);
    assert!(view["at"].as_str().is_some_and(|at| at.starts_with("2026-06-30T1")), "{view}");
}

#[test]
fn show_of_the_past_plays_what_had_happened_by_then() {
    let folder = shop();
    let show = ["show", "shop.loyalty", "--member", "ann", "--at", "2026-01-06T00:00:00Z", "--json"];
    let then = folder.json(&[&show[..], &["--events", "events.gz"]].concat());
    assert_eq!(then["wallets"]["points"]["available"], "1234");
    folder.json(&["run", "shop.loyalty", "--events", "events.gz", "--store", "shop.db", "--json"]);
    let answer = folder.loyalty(&[&show[..], &["--store", "shop.db"]].concat());
    assert_eq!(answer.code, 2, "a store knows members as they are");
    assert!(answer.errors.contains("`ann` is known as of 2026-01-09T"), "{}", answer.errors);
}

#[test]
fn decisions_go_to_a_file_whose_folder_is_there() {
    let folder = shop();
    let run = |out: &str| folder.loyalty(&["run", "shop.loyalty", "--events", "events.gz", "--out", out]);
    let nowhere = run("nowhere/decisions.jsonl");
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.errors.contains("its folder has to be there"), "{}", nowhere.errors);
    let dash = run("-");
    assert_eq!((dash.code, folder.path("-").exists()), (2, false), "{}", dash.errors);
}

#[test]
fn show_of_nobody_ends_with_1() {
    let folder = shop();
    let answer = folder.loyalty(&["show", "shop.loyalty", "--member", "zoe", "--events", "events.gz"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains("no member `zoe` in `events.gz`"), "{}", answer.errors);
    let none = folder.loyalty(&["show", "shop.loyalty", "--member", "ann", "--store", "none.db"]);
    assert_eq!(none.code, 2);
    assert!(none.errors.contains("there is no store `none.db`"), "{}", none.errors);
    assert!(!folder.path("none.db").exists(), "looking makes no store");
}

#[test]
fn explain_judges_the_event_over_what_was_before() {
    let folder = shop();
    let explain = |more: &[&str]| {
        folder.loyalty(&[&["explain", "shop.loyalty", "--events", "events.gz", "--event"][..], more].concat())
    };
    let text = explain(&["o3"]);
    assert_eq!(text.code, 0, "{}", text.errors);
    assert!(text.out.contains('6'), "{}", text.out);
    let html = explain(&["o3", "--html", "why.html"]);
    assert_eq!(html.code, 0, "{}", html.errors);
    assert_eq!(html.out, text.out);
    let page = folder.read("why.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<div class=\"loyalty-why\""), "{page}");
    assert_eq!(explain(&["o3", "--html", "nowhere/why.html"]).code, 2);
    let json = explain(&["o3", "--json"]);
    assert!(serde_json::from_str::<Value>(&json.out).is_ok(), "{}", json.out);

    let refused = explain(&["r0"]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("unknown_order"), "{}", refused.errors);
    let nowhere = explain(&["o9"]);
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.errors.contains("no event `o9` in `events.gz`"), "{}", nowhere.errors);
    let guest = explain(&["guest"]);
    assert_eq!(guest.code, 1);
    assert!(guest.errors.contains("belongs to no member"), "{}", guest.errors);
    let several = explain(&["shared"]);
    assert_eq!(several.code, 2);
    assert!(several.errors.contains("`ann`, `bob`"), "{}", several.errors);
    assert_eq!(explain(&["shared", "--member", "bob"]).code, 0);
}

#[test]
fn explain_reads_a_pipe_only_with_a_member() {
    let folder = shop();
    let events = lines(&[order("o1", "ann", 5, "10.00")]);
    let arguments = ["explain", "shop.loyalty", "--events", "-", "--event", "o1"];
    let without = folder.loyalty_reading("", &arguments);
    assert_eq!(without.code, 2);
    assert!(without.errors.contains("add --member"), "{}", without.errors);
    assert_eq!(folder.loyalty_reading(&events, &[&arguments[..], &["--member", "ann"]].concat()).code, 0);
}

const TOGETHER: &str = r#"program "Shop" { currency EUR }
event gift { to text  points number }
wallet points {}
rule early on order limit 1 in total { earn 500 points }
rule send on gift { transfer gift.points from points to gift.to }
rule pay on redeem { spend 100 points }
"#;

const GIFTS: &str = r#"{"type":"order","id":"1","member":"ann","at":"2026-01-05T10:00:00Z","subtotal":"50"}
{"type":"order","id":"2","member":"bob","at":"2026-01-05T11:00:00Z","subtotal":"50"}
{"type":"gift","id":"3","member":"ann","at":"2026-01-06T11:00:00Z","to":"bob","points":100}
{"type":"redeem","id":"4","member":"bob","at":"2026-01-07T11:00:00Z"}
"#;

#[test]
fn what_others_have_used_up_and_sent_is_part_of_the_past() {
    let folder = Folder::new();
    folder.write("shop.loyalty", TOGETHER);
    folder.write("events.jsonl", GIFTS);
    folder.json(&["run", "shop.loyalty", "--events", "events.jsonl", "--store", "shop.db", "--json"]);
    let show = ["show", "shop.loyalty", "--member", "bob", "--json"];
    let kept = folder.json(&[&show[..], &["--store", "shop.db"]].concat());
    let played = folder.json(&[&show[..], &["--events", "events.jsonl"]].concat());
    assert_eq!(kept, played);
    assert_eq!(
        (&kept["wallets"]["points"]["issued"], &kept["wallets"]["points"]["spent"]),
        (&"0".into(), &"100".into())
    );
    let explain = ["explain", "shop.loyalty", "--events", "events.jsonl", "--event"];
    let second = folder.loyalty(&[&explain[..], &["2"]].concat());
    assert!(second.out.contains("limit 1 in total: used 1 of 1"), "{}", second.out);
    let paid = folder.json(&[&explain[..], &["4", "--json"]].concat());
    assert_eq!(paid["decisions"][0]["kind"], "spent", "{paid}");
}

#[test]
fn a_quote_knows_what_is_used_up() {
    let folder = Folder::new();
    folder.write(
        "shop.loyalty",
        "program \"Shop\" { currency EUR }\ncoupon TEN { give 10% off order  limit 1 in total }\n",
    );
    folder.write(
        "events.jsonl",
        r#"{"type":"order","id":"1","member":"ann","at":"2026-01-05T10:00:00Z","subtotal":"50","coupons":["TEN"]}"#,
    );
    folder.write("cart.json", r#"{"at":"2026-01-06T10:00:00Z","lines":[{"id":"a","amount":"50"}]}"#);
    let quote = [
        "quote",
        "shop.loyalty",
        "--cart",
        "cart.json",
        "--codes",
        "TEN",
        "--member",
        "ann",
        "--events",
        "events.jsonl",
        "--json",
    ];
    let quoted = folder.json(&quote);
    assert_eq!((&quoted["discount"], &quoted["not_applied"][0]["coupon"]), (&"0".into(), &"TEN".into()), "{quoted}");
    let free = folder.json(&[&quote[..], &["--counter", "coupon TEN=0"]].concat());
    assert_eq!(free["discount"], "5", "what is said counts: {free}");
}

#[test]
fn explain_speaks_of_the_attempt_that_was_accepted() {
    let folder = Folder::new();
    let attempts = |totals: &[&str]| {
        folder
            .write("events.jsonl", lines(&totals.iter().map(|total| order("o1", "ann", 5, total)).collect::<Vec<_>>()));
        folder.loyalty(&["explain", "shop.loyalty", "--events", "events.jsonl", "--event", "o1"])
    };
    let mended = attempts(&["ten", "7.00", "7.00"]);
    assert_eq!(mended.code, 0, "{}", mended.errors);
    assert!(mended.out.contains("+7 points"), "{}", mended.out);
    let never = attempts(&["ten", "eleven"]);
    assert_eq!(never.code, 1);
    assert!(never.errors.contains("eleven"), "the last attempt is the one to mend: {}", never.errors);
}
