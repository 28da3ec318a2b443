//! Counters over all members: they move in the same commit as the members, and nobody gets beyond them.

use serde_json::Value;

use crate::support::Folder;

const SHOP: &str = r#"program "Corner Shop" { currency GBP  timezone "Europe/London" }
wallet points {}
coupon LAST { limit 1 in total }
rule base on order { earn 1 points per 1 GBP of order.subtotal }
rule early on order limit 2 in total { earn 100 points }
"#;

fn order(id: &str, member: &str, day: u32, coupons: &str) -> String {
    format!(
        "{{\"type\":\"order\",\"id\":\"{id}\",\"member\":\"{member}\",\"at\":\"2026-01-{day:02}T10:00:00Z\",\
         \"subtotal\":\"10.00\",\"coupons\":[{coupons}]}}\n"
    )
}

/// The decisions of a file of outcomes, of these kinds: (kind, reason of a refused coupon or counter of a claim).
fn told(folder: &Folder, file: &str, kinds: &[&str]) -> Vec<(String, String)> {
    let text = folder.read(file);
    let outcomes = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an outcome"));
    let decisions = outcomes.flat_map(|outcome| outcome.get("decisions").and_then(Value::as_array).cloned());
    let told = decisions.flatten().map(|decision| {
        let word = |place: &str| decision.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        (word("/kind"), word("/reasons/0/reason") + &word("/counter"))
    });
    told.filter(|(kind, _)| kinds.contains(&kind.as_str())).collect()
}

#[test]
fn the_last_use_goes_to_one_of_two_carts() {
    let folder = Folder::new();
    folder.write("shop.loyalty", SHOP);
    for member in ["ann", "bob"] {
        folder.write(&format!("{member}.jsonl"), order(&format!("o-{member}"), member, 5, "\"LAST\""));
    }
    // Two processes at once: the store is one's at a time, and the other comes again.
    std::thread::scope(|scope| {
        for member in ["ann", "bob"] {
            let folder = &folder;
            scope.spawn(move || {
                let (events, out) = (format!("{member}.jsonl"), format!("{member}.out"));
                let run = ["run", "shop.loyalty", "--events", &events, "--store", "shop.db", "--out", &out];
                while folder.loyalty(&run).code != 0 {
                    std::thread::yield_now();
                }
            });
        }
    });
    let kinds = ["coupon_redeemed", "coupon_refused"];
    let mut both = [told(&folder, "ann.out", &kinds), told(&folder, "bob.out", &kinds)].concat();
    both.sort();
    assert_eq!(
        both,
        [("coupon_redeemed".to_owned(), String::new()), ("coupon_refused".to_owned(), "limit_reached".to_owned()),]
    );
}

#[test]
fn counters_last_and_are_given_back() {
    let folder = Folder::new();
    folder.write("shop.loyalty", SHOP);
    let run = |events: &str, text: String, store: bool| {
        folder.write(events, text);
        let out = format!("{events}.out");
        let mut run = vec!["run", "shop.loyalty", "--events", events, "--out", &out];
        if store {
            run.extend(["--store", "shop.db"]);
        }
        let answer = folder.loyalty(&run);
        assert_eq!(answer.code, 0, "{}", answer.errors);
        told(&folder, &out, &["coupon_redeemed", "coupon_refused", "coupon_given_back", "claim"])
    };
    let word = |kind: &str, what: &str| (kind.to_owned(), what.to_owned());
    let first = run("1.jsonl", order("o-1", "ann", 5, "\"LAST\""), true);
    assert_eq!(first, [word("coupon_redeemed", ""), word("claim", "coupon LAST"), word("claim", "rule early")]);
    // Another run of another member, after the process has gone.
    let second = run("2.jsonl", order("o-2", "bob", 6, "\"LAST\""), true);
    assert_eq!(second, [word("coupon_refused", "limit_reached"), word("claim", "rule early")]);
    let cancel =
        "{\"type\":\"cancel\",\"id\":\"c-1\",\"member\":\"ann\",\"at\":\"2026-01-07T10:00:00Z\",\"order\":\"o-1\"}\n";
    let third = run("3.jsonl", format!("{cancel}{}", order("o-3", "cat", 8, "\"LAST\"")), true);
    assert_eq!(
        third,
        [
            word("coupon_given_back", ""),
            word("claim", "coupon LAST"),
            word("claim", "rule early"),
            word("coupon_redeemed", ""),
            word("claim", "coupon LAST"),
            word("claim", "rule early"),
        ]
    );
    // The same files once more change nothing, and in memory they come to the same.
    let again = folder.json(&["run", "shop.loyalty", "--events", "3.jsonl", "--store", "shop.db", "--json"]);
    assert_eq!((&again["applied"], &again["replayed"]), (&Value::from(0), &Value::from(2)));
    let all = ["1.jsonl", "2.jsonl", "3.jsonl"].map(|file| folder.read(file)).concat();
    assert_eq!(run("all.jsonl", all, false), [first, second, third].concat());
}
