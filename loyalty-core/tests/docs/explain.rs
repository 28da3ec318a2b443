//! `docs/explain.md` shows real explanations, and names every key that an explanation has.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use loyalty_core::{Explanation, Instant, Member, Program, event_head};
use serde_json::Value;

use crate::page::{holds, read, repository};

/// Explains an event of an example's year, after all that its member did before.
fn explained(example: &str, event: &str, member: &str) -> Explanation {
    let text = read(&format!("examples/{example}/{example}.loyalty"));
    let program = Program::compile(&text).expect("a program");
    let events = File::open(repository(&format!("examples/{example}/events.jsonl.gz"))).expect("the events");
    let mut state: Option<Member> = None;
    let (member, event) = (format!("\"member\":\"{member}\""), format!("\"id\":\"{event}\""));
    for line in BufReader::new(GzDecoder::new(events)).lines() {
        let line = line.expect("a line");
        if !line.contains(&member) {
            continue;
        }
        let head = event_head(line.as_bytes()).expect("an event");
        let enroll = || program.enroll(&head.member.clone().expect("a member"), head.at.expect("an instant"));
        let before = state.take().unwrap_or_else(|| enroll().expect("a member"));
        if line.contains(&event) {
            return program.explain(&before, &line).expect("an explanation");
        }
        let mut after = before.clone();
        state = Some(if program.apply(&mut after, &line).is_ok() { after } else { before });
    }
    panic!("{event} is not there");
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            found.insert(key.clone());
            keys(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn the_explanations_are_those_of_the_examples() {
    let order = explained("grocery", "order-34204450117", "699");
    holds("docs/explain.md", "order", &format!("```text\n{}```", order.to_text(false)));
    let returned = explained("wholesaler", "C542060-1", "14680");
    holds("docs/explain.md", "return", &format!("```text\n{}```", returned.to_text(false)));
}

/// What brings about as many keys as one program can.
const SHOP: &str = r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
member { level text? }
wallet points {
  vest after 14 days  clawback may overdraw  hold at most 60 points  restore original  cap 80 points per day
  expire 12 months after earning when member.level == "gold"
  expire 6 months after earning
}
wallet stars { vest on delivered within 3 days  round down per line }
wallet miles { expire after 2 months without order }
rule base on order { earn 1 points per 1 EUR of order.subtotal }
rule twice on order { multiply base by 2 }
rule star on order { earn 0.5 stars per full 3 EUR of sum(order.lines.amount where category == "tea") }
rule mile on order { earn 1 miles }
rule two on order
  cap 5 points per day
{ earn 3 points  earn 1.5 points vest at once }
rule joined on signup { earn 50 points vest at once  tag "new"  set member.level = "basic" }
rule pay on redeem cap 45 points per month { spend redeem.points * 1 points }
rule dear on order when order.subtotal < 5 EUR and (order.subtotal > 500 EUR or not (order.subtotal < 90 EUR)) { earn 1 points }
rule then on order
  valid on [sunday]
  limit 1 per member
{ earn 1 points }
rule once on order
  limit 1 per member
{ earn 0.2 points }
group both [once, then] { limit 1 per member per day }
"#;

#[test]
fn every_key_is_explained() {
    let program = Program::compile(SHOP).unwrap_or_else(|found| panic!("{}", found.render("shop", false)));
    let at = |day: &str| Instant::parse(&format!("{day}T10:00:00+01:00")).expect("an instant");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let mut found = BTreeSet::new();
    for (kind, id, day, fields) in [
        ("signup", "s-1", "2026-01-02", ""),
        ("order", "o-1", "2026-01-04", r#","subtotal":30,"lines":[{"category":"tea","amount":7},{"amount":23}]"#),
        ("order", "o-1", "2026-01-04", r#","subtotal":30,"lines":[{"category":"tea","amount":7},{"amount":23}]"#),
        ("order", "o-2", "2026-01-04", r#","subtotal":30"#),
        ("redeem", "p-1", "2026-01-05", r#","points":50"#),
        ("refund", "r-1", "2026-01-20", r#","order":"p-1""#),
        ("redeem", "p-2", "2026-01-21", r#","points":50"#),
        ("refund", "r-2", "2026-01-22", r#","order":"o-1""#),
        ("order", "o-3", "2026-02-23", r#","subtotal":20"#),
    ] {
        let json = format!(r#"{{"type":"{kind}","id":"{id}","at":"{day}T10:00:00+01:00"{fields}}}"#);
        let told = program.explain(&member, &json).unwrap_or_else(|error| panic!("{id}: {error}"));
        keys(&serde_json::from_str(&told.to_json()).expect("JSON"), &mut found);
        program.apply(&mut member, &json).expect("an outcome");
    }
    let told = program.explain_advance(&member, at("2028-01-01")).expect("an explanation");
    keys(&serde_json::from_str(&told.to_json()).expect("JSON"), &mut found);
    for told in [explained("grocery", "order-34204450117", "699"), explained("wholesaler", "C542060-1", "14680")] {
        keys(&serde_json::from_str(&told.to_json()).expect("JSON"), &mut found);
    }
    // The page names them here or, what outcomes have too, on the page about outcomes.
    let pages = read("docs/explain.md") + &read("docs/embedding.md");
    let lost: Vec<&String> = found.iter().filter(|key| !pages.contains(&format!("`{key}`"))).collect();
    assert!(lost.is_empty(), "the page does not name {lost:?}");
    // And what the page names is met; a key that nothing brings about would be a promise that is not kept.
    for key in [
        "replayed",
        "steps",
        "vest",
        "expire",
        "passed_over",
        "effect",
        "figures",
        "limits",
        "earned_at",
        "earned_by",
        "last_activity",
        "clause",
        "debt_before",
        "points",
        "per",
        "blocks",
        "by_line",
        "factor_after",
        "room",
        "asked",
        "left",
        "exact",
        "before",
        "held",
        "over",
        "items",
        "own_lots",
        "taken_before",
        "restored_before",
        "restore",
        "clawback",
        "shortfall",
        "excess",
        "missing",
        "until",
        "used",
        "note",
        "parts",
        "required",
        "unit",
    ] {
        assert!(found.contains(key), "`{key}` is not met");
    }
}
