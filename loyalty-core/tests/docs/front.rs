//! What `README.md` shows as printed is what is printed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use loyalty_core::{Decimal, Instant, Member, Program};

use crate::page::{blocks, read, repository};

#[test]
fn the_explanation_is_that_of_the_snippet() {
    let blocks = blocks("README.md");
    let snippet = &blocks.iter().find(|block| block.tag == "rust").expect("the snippet").text;
    let raw: Vec<&str> = snippet.split("r#\"").skip(1).filter_map(|rest| rest.split("\"#").next()).collect();
    let [rules, order] = raw.as_slice() else { panic!("rules and an order, found {raw:?}") };
    let program = Program::compile(rules).expect("a program");
    let member =
        program.enroll("m-1", Instant::parse("2026-01-01T00:00:00+01:00").expect("an instant")).expect("a member");
    let printed = program.explain(&member, order).expect("an explanation").to_text(false);
    assert!(blocks.iter().any(|block| block.text == printed), "README.md should show\n{printed}");
}

/// A number as the command line prints it.
fn grouped(number: Decimal) -> String {
    let text = number.normalize().to_string();
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let digits: Vec<char> = whole.chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    groups.join(",") + &fraction
}

/// The wholesaler's year alone: the grocery's is too long for a build without optimisation.
#[test]
fn the_demo_comes_to_what_is_shown() {
    let text = read("examples/wholesaler/wholesaler.loyalty");
    let program = Program::compile(&text).expect("a program");
    let events = File::open(repository("examples/wholesaler/events.jsonl.gz")).expect("the events");
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    let mut refused = 0;
    for line in BufReader::new(GzDecoder::new(events)).lines() {
        let line = line.expect("a line");
        let event = program.decode(line.as_bytes()).expect("an event");
        let id = event.member().expect("a member").to_owned();
        let member = members.remove(&id).unwrap_or_else(|| program.enroll(&id, event.at()).expect("a member"));
        let mut after = member.clone();
        let taken = program.apply_event(&mut after, &event);
        refused += u32::from(taken.is_err());
        // A member that nothing was ever taken of is not kept.
        if taken.is_ok() || member.revision() > 0 {
            members.insert(id, after);
        }
    }
    let mut sums: BTreeMap<String, [Decimal; 4]> = BTreeMap::new();
    for totals in members.values().flat_map(|member| program.totals(member)) {
        let sum = sums.entry(totals.wallet).or_default();
        for (sum, part) in sum.iter_mut().zip([totals.issued, totals.pending, totals.available, totals.clawed_back]) {
            *sum += part;
        }
    }
    let mut lines = vec![format!(" members  {}", members.len()), format!(" refused   {refused}")];
    lines.extend(sums.iter().map(|(wallet, [issued, pending, available, clawed_back])| {
        let (issued, pending) = (grouped(*issued), grouped(*pending));
        let (available, clawed_back) = (grouped(*available), grouped(*clawed_back));
        format!(
            "{wallet} adds up: issued {issued} = pending {pending} + available {available} + clawed back {clawed_back}"
        )
    }));
    let page = read("README.md");
    // What the challenges come to is held to the page of the example, and shown here too.
    let example = read("examples/grocery/README.md");
    let shown = example.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("a summary");
    assert!(page.contains(shown), "README.md should show\n{shown}");
    for line in lines {
        assert!(page.contains(&line), "README.md should show `{line}`, as ./demo does");
    }
}
