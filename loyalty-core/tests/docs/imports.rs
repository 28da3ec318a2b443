//! Imports point one way: the parts of the crate know each other only along the edges of `docs/architecture.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::page::{holds, repository};

/// Part → the parts that it uses, from the bottom up. A folder and the file of its name are one part.
const EDGES: &[(&str, &[&str])] = &[
    ("sorting", &[]),
    ("source", &[]),
    ("zones", &[]),
    ("codes", &[]),
    ("locale", &[]),
    ("time", &[]),
    ("chance", &[]),
    ("refusal", &[]),
    ("diagnostic", &["source", "sorting"]),
    ("syntax", &["diagnostic", "source", "sorting"]),
    ("check", &["syntax", "diagnostic", "source", "refusal", "zones", "locale", "codes", "sorting"]),
    ("calendar", &["check", "time", "zones"]),
    ("amount", &["check", "sorting"]),
    ("plan", &["check", "calendar", "amount", "time", "source", "codes", "chance", "sorting"]),
    (
        "engine",
        &["plan", "check", "calendar", "amount", "refusal", "locale", "zones", "time", "codes", "chance", "sorting"],
    ),
    ("wire", &["engine", "plan", "check", "calendar", "amount", "time", "diagnostic", "source", "sorting"]),
    ("quote", &["wire", "engine", "plan"]),
    ("broadcast", &["wire", "engine", "plan"]),
    ("assist", &["engine", "check", "syntax", "source", "sorting"]),
    ("testing", &["program", "wire", "engine", "plan", "check", "amount", "time", "sorting"]),
    (
        "program",
        &["testing", "quote", "broadcast", "wire", "engine", "plan", "check", "chance", "syntax", "diagnostic", "time"],
    ),
    ("leaderboard", &["program", "wire", "engine", "plan", "time"]),
    ("achieved", &["leaderboard", "program", "wire", "engine", "time"]),
    ("migrate", &["program", "wire", "engine", "time"]),
    ("report", &["program", "wire", "engine", "plan", "check", "amount", "time"]),
    ("roster", &["program", "engine", "time"]),
    ("replay", &["achieved", "roster", "program", "wire", "engine", "amount", "time", "sorting"]),
    (
        "host",
        &[
            "replay",
            "report",
            "leaderboard",
            "migrate",
            "program",
            "quote",
            "broadcast",
            "testing",
            "assist",
            "wire",
            "engine",
            "diagnostic",
            "source",
            "time",
        ],
    ),
];

/// Edges against the direction, file by file: each is to be argued for, and goes when its reason goes.
const AGAINST: &[(&str, &str, &str)] = &[
    ("diagnostic.rs", "wire::document", "what hosts are given is a document"),
    ("engine/error.rs", "wire::document", "the same"),
    ("engine/outcome.rs", "wire::document", "the same"),
    ("diagnostic.rs", "wire::json", "`Diagnostics::to_json` hands on to the writer"),
    ("engine/error.rs", "wire::json", "`EventError::to_json` hands on to the writer"),
    ("engine/outcome.rs", "wire::json", "`Outcome::to_json` hands on to the writer"),
    ("engine/outcome.rs", "wire::carried", "what a decision carries to another member is told by the writer"),
    ("engine/outcome/codec/parts.rs", "wire::codec", "decisions are kept in bytes, in the member's log"),
    ("engine/outcome/codec/read.rs", "wire::codec", "the same"),
    ("engine/outcome/codec/write.rs", "wire::codec", "the same"),
    ("engine/coupons/decision.rs", "wire::codec", "the same"),
    ("engine/coupons/reason.rs", "wire::codec", "the same"),
    ("engine/outcome/renumber.rs", "wire::codec", "kept bytes with a number too big to go on from are damaged"),
    ("engine/granted.rs", "wire::codec", "what granted is kept in bytes, in the member's log"),
    ("engine/log.rs", "wire::codec", "the log is pages of bytes"),
    ("engine/log/form.rs", "wire::codec", "the same"),
    ("engine/messages/said.rs", "wire::codec", "what is said is kept in bytes, with the other decisions"),
    ("engine/log.rs", "wire::digest", "events are found by the digest of their id"),
    ("engine/questions/decision.rs", "wire::codec", "what is decided is kept in bytes, in the member's log"),
    ("engine/returns/order.rs", "wire::codec", "reads what was kept of an order"),
    ("engine/returns/order.rs", "wire::decode", "an order kept in bytes becomes an event again"),
    (
        "engine/returns/kept.rs",
        "wire::decode",
        "what was worked out from other fields is worked out again from the kept ones",
    ),
    ("engine/rewards/lack.rs", "wire::codec", "what a reward lacks is kept in bytes, in the member's log"),
    ("engine/view.rs", "wire::document", "a view is built as the document that it is shown as"),
    ("engine/view.rs", "wire::json", "the same"),
    ("engine/view.rs", "wire::messages", "the same"),
    ("engine/view/coupons.rs", "wire::document", "the same"),
    ("engine/view/coupons.rs", "wire::json", "the same"),
    ("engine/view/experiments.rs", "wire::document", "the same"),
    ("engine/view/experiments.rs", "wire::json", "the same"),
    ("engine/view/cards.rs", "wire::document", "the same"),
    ("engine/view/cards.rs", "wire::json", "the same"),
    ("engine/view/questions.rs", "wire::document", "the same"),
    ("engine/view/questions.rs", "wire::json", "the same"),
    ("engine/wheels.rs", "wire::document", "an audit is built as the document that it is shown as"),
    ("engine/view/badges.rs", "wire::document", "the same"),
    ("engine/view/badges.rs", "wire::json", "the same"),
    ("engine/challenges/view.rs", "wire::document", "the same"),
    ("engine/challenges/view.rs", "wire::json", "the same"),
    ("engine/view/rewards.rs", "wire::document", "the same"),
    ("engine/view/rewards.rs", "wire::rewards", "the same"),
    ("engine/view/referrals.rs", "wire::document", "the same"),
    ("engine/view/referrals.rs", "wire::json", "the same"),
    ("engine/view/tiers.rs", "wire::document", "the same"),
    ("engine/view/tiers.rs", "wire::json", "the same"),
    ("engine/explain/data.rs", "wire::document", "an explanation is built as the document that it is shown as"),
    ("engine/explain/data.rs", "wire::json", "the same"),
    (
        "engine/explain/page/decided.rs",
        "wire::document",
        "a kind of decision without words of its own is told by its keys",
    ),
    ("engine/explain/page/decided.rs", "wire::json", "the same"),
    ("engine/explain/page/earned.rs", "wire::json", "a rule is named as the outcome names it"),
    ("engine/explain/page/reasons.rs", "wire::json", "the same"),
    ("engine/explain/page/returned.rs", "wire::json", "the same"),
    ("engine/quote/cart.rs", "wire::decode", "the sums of an order are worked out again from other amounts"),
    ("engine/quote/why.rs", "wire::document", "a reason is built as the document that it is shown as"),
    ("engine/quote/why.rs", "wire::json", "the same"),
    ("plan", "wire::digest", "layouts and names are told apart by digests"),
];

/// The part that a re-export of `lib.rs` comes from.
const REEXPORTS: [(&str, &str); 7] = [
    ("Instant", "time"),
    ("Program", "program"),
    ("TestResult", "testing"),
    ("TestFailure", "testing"),
    ("Scenario", "testing"),
    ("EventError", "engine"),
    ("Refusal", "engine"),
];

/// The paths after `crate::` in a line, as far as their second name.
fn paths(line: &str) -> Vec<String> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let cut = |text: &str| text.chars().take_while(|letter| is_name(*letter)).collect::<String>();
    line.split("crate::")
        .skip(1)
        .map(|rest| {
            let first = cut(rest);
            let second = rest.get(first.len()..).and_then(|rest| rest.strip_prefix("::")).map(cut).unwrap_or_default();
            let first =
                REEXPORTS.iter().find(|(name, _)| *name == first).map_or(first.as_str(), |(_, part)| part).to_owned();
            if first == "wire" { format!("{first}::{second}") } else { first }
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn parts_use_only_what_stands_below_them() {
    let root = repository("loyalty-core/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = BTreeSet::new();
    let mut used = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(&root).expect("a file of the crate").to_str().expect("a name").to_owned();
        let part = name.split(['/', '.']).next().unwrap_or_default().to_owned();
        if part == "lib" {
            continue;
        }
        let (_, allowed) =
            EDGES.iter().find(|(known, _)| *known == part).unwrap_or_else(|| panic!("`{part}` is no part"));
        for line in fs::read_to_string(&file).expect("a source").lines() {
            let code = line.split("//").next().unwrap_or_default();
            for path in paths(code) {
                let target = path.split("::").next().unwrap_or_default();
                let against = AGAINST.iter().position(|(from, to, _)| (*from == name || *from == part) && *to == path);
                used.extend(against);
                if target != part && !allowed.contains(&target) && against.is_none() {
                    wrong.insert(format!("{name} uses {path}"));
                }
            }
        }
    }
    let idle = AGAINST.iter().enumerate().filter(|(number, _)| !used.contains(number));
    wrong.extend(idle.map(|(_, (from, to, _))| format!("{from} no longer uses {to}: strike it from the table")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The library's sort is 5 kB of code for each type, and browsers load all of them.
#[test]
fn one_sort_serves_all_types() {
    let root = repository("loyalty-core/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files.iter().filter(|file| !file.components().any(|part| part.as_os_str() == "tests")) {
        let source = fs::read_to_string(file).expect("a source");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let sorts = code.contains(".sort(") || code.contains(".sort_");
        assert!(!sorts, "{}: `sorting::Arrange` puts in order", file.display());
    }
}

/// Without this, `EDGES` could hold circles.
#[test]
fn every_part_stands_above_what_it_uses() {
    for (at, (part, uses)) in EDGES.iter().enumerate() {
        for used in *uses {
            let below = EDGES.iter().take(at).any(|(known, _)| known == used);
            // A program runs its own tests, which apply events to it.
            assert!(below || (*part, *used) == ("testing", "program"), "{part} uses {used}");
        }
    }
}

#[test]
fn the_page_shows_the_edges() {
    let edges = EDGES.iter().map(|(part, uses)| {
        let uses: Vec<String> = uses.iter().map(|used| format!("`{used}`")).collect();
        let uses = if uses.is_empty() { "nothing".to_owned() } else { uses.join(", ") };
        format!("| `{part}` | {uses} |\n")
    });
    let edges: String = edges.collect();
    holds("docs/architecture.md", "imports", &format!("| part | uses |\n| --- | --- |\n{edges}"));
    let against = AGAINST.iter().map(|(from, to, why)| format!("| `{from}` | `{to}` | {why} |\n"));
    let against: String = against.collect();
    holds("docs/architecture.md", "against", &format!("| file | uses | because |\n| --- | --- | --- |\n{against}"));
}
