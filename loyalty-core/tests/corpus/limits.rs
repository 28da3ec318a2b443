//! What is too large for a case file: events at the limits and just beyond them.

use loyalty_core::{EventError, Instant, Outcome, Program};

/// The refusals that are raised here and in no case.
pub const REFUSALS: [&str; 6] =
    ["event_too_large", "too_many_items", "too_many_fields", "too_deep", "not_alike", "other_program"];

const PROGRAM: &str = r#"program "Shop" {
  currency EUR
}

wallet pts {}

rule base on order when order.branch is present {
  earn 1 pts per 1 EUR of sum(order.lines.amount)
}
"#;

fn apply(event: &str) -> Result<Outcome, EventError> {
    let program = Program::compile(PROGRAM).unwrap();
    let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let before = program.save(&member);
    let given = program.apply(&mut member, event);
    assert_eq!(given.is_err(), before == program.save(&member), "a refused event leaves the state as it was");
    given
}

fn order(branch: &str, lines: usize) -> String {
    let lines = vec![r#"{"amount":"0.01"}"#; lines].join(",");
    format!(
        r#"{{"type":"order","id":"o-1","member":"m-1","at":"2026-01-02T10:00:00Z","branch":"{branch}","lines":[{lines}]}}"#
    )
}

fn code(given: Result<Outcome, EventError>) -> &'static str {
    given.unwrap_err().code().as_str()
}

#[test]
fn ten_thousand_lines_and_one_more() {
    let outcome = apply(&order("b", 10_000)).unwrap();
    assert_eq!(outcome.decisions()[0].amount().unwrap().to_string(), "100");
    let error = apply(&order("b", 10_001)).unwrap_err();
    assert_eq!((error.code().as_str(), error.field()), ("too_many_items", Some("lines")));
}

#[test]
fn a_thousand_fields_and_one_more() {
    let with = |fields: usize| {
        // Six are there already.
        let more: String = (6..fields).map(|number| format!(r#","more_{number}":1"#)).collect();
        order("b", 1).replacen(r#","branch""#, &format!(r#"{more},"branch""#), 1)
    };
    apply(&with(1_000)).unwrap();
    assert_eq!(code(apply(&with(1_001))), "too_many_fields");
}

#[test]
fn a_hundred_and_twenty_seven_levels_and_one_more() {
    let with = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        order("b", 1).replacen(r#","branch""#, &format!(r#","more":{open}{close},"branch""#), 1)
    };
    apply(&with(127)).unwrap();
    assert_eq!(code(apply(&with(128))), "too_deep");
    // Below the event, wherever that is: the list and its line are two of them.
    let in_line = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        order("b", 1).replacen(r#"{"amount""#, &format!(r#"{{"more":{open}{close},"amount""#), 1)
    };
    apply(&in_line(125)).unwrap();
    assert_eq!(code(apply(&in_line(126))), "too_deep");
    // After a line that was refused, levels are counted from where they were.
    let after_refused = in_line(125).replacen(r#""amount":"0.01"}"#, r#""amount":{}},{"more":[]}"#, 1);
    assert_eq!(code(apply(&after_refused)), "wrong_type");
}

#[test]
fn four_mebibytes_and_one_more() {
    let largest = 4 << 20;
    let pad = |size: usize| {
        let event = order("b", 1);
        format!("{}{}", " ".repeat(size - event.len()), event)
    };
    apply(&pad(largest)).unwrap();
    assert_eq!(code(apply(&pad(largest + 1))), "event_too_large");
}

#[test]
fn a_text_of_4096_bytes_and_one_more() {
    apply(&order(&"b".repeat(4_096), 1)).unwrap();
    assert_eq!(code(apply(&order(&"b".repeat(4_097), 1))), "text_too_long");
    // Bytes, not characters: the limit is that of memory.
    assert_eq!(code(apply(&order(&"é".repeat(2_049), 1))), "text_too_long");
}

#[test]
fn the_state_of_another_program_is_not_touched() {
    let program = Program::compile(PROGRAM).unwrap();
    let other = Program::compile(&PROGRAM.replace("wallet pts {}", "wallet pts {}\n\nwallet more {}")).unwrap();
    let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let before = program.save(&member);
    assert_eq!(code(other.apply(&mut member, order("b", 1))), "other_program");
    assert_eq!(program.save(&member), before);
}

/// Segments that read each other in a chain of so many, and a rule that reads the last.
fn chain_of_segments(length: usize) -> String {
    let first = "measure orders = count(order)\nsegment s0 = orders > 3".to_owned();
    let segments = (1..length).map(|segment| format!("segment s{segment} = not (not s{})", segment - 1));
    let segments: Vec<String> = std::iter::once(first).chain(segments).collect();
    let rule = format!("rule last on order when s{} {{ earn 1 pts }}", length - 1);
    [PROGRAM, &segments.join("\n"), &rule].join("\n")
}

#[test]
fn a_chain_of_segments_goes_no_deeper_than_any_stack() {
    Program::compile(&chain_of_segments(40)).unwrap();
    for length in [200, 1_000] {
        let told = Program::compile(&chain_of_segments(length)).unwrap_err();
        let codes: Vec<&str> = told.iter().map(|diagnostic| diagnostic.code().as_str()).collect();
        assert_eq!(codes, ["L0102"], "told once, where the chain first goes too deep");
    }
}
