//! What every host must say: for each case of the corpus all words of the engine, written to `target/tmp/corpus.jsonl`, so that
//! the runners of the other hosts compare theirs byte for byte.
//!
//! A line for each case of `good/`: the outcomes; before each event its explanation, as data and as a text; the state after
//! every step; the view at the end, and all that is held about the member; and what the programs say of themselves. A line
//! for each case of `members/` and `quotes/`: the outcomes, and the states at the end. A line for each program of `bad/`: its diagnostics,
//! drawn and as data in the units of each kind of host.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use loyalty_core::{Counters, EventError, Member, Program, Units, host};
use serde_json::{Value, json};

use crate::case::{self, Case, Step};
use crate::play::{Way, play};
use crate::{programs, root};

#[test]
fn the_words_of_every_case_are_there_for_the_hosts() {
    let mut lines = String::new();
    let (mut good, mut bad) = (0, 0);
    for case in case::all(&root()) {
        let case = case.unwrap();
        let programs = programs(&case).unwrap();
        writeln!(lines, "{}", said(&case, &programs)).unwrap();
        good += 1;
    }
    for folder in ["members", "quotes", "leaderboards"] {
        for case in case::all(&root().join("..").join(folder)) {
            let case = case.unwrap();
            let played = play(&case, &programs(&case).unwrap(), Way::Plain);
            let name = format!("{folder}/{}", case.name);
            writeln!(lines, "{}", json!({ "case": name, "outcomes": played.outcomes, "states": played.state }))
                .unwrap();
            good += 1;
        }
    }
    let folder = root().join("../bad");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "loyalty")) {
        writeln!(lines, "{}", diagnosed(path)).unwrap();
        bad += 1;
    }
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus.jsonl"), lines).unwrap();
    count(&format!("Rust: {good} good and {bad} bad cases"));
}

/// Tells the script that runs all hosts how many cases this one has run.
fn count(line: &str) {
    if let Some(path) = std::env::var_os("LOYALTY_CASES") {
        let told = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{told}{line}\n")).unwrap();
    }
}

fn said(case: &Case, programs: &[Program]) -> Value {
    let mut current = programs.first().unwrap();
    let mut next = programs.iter().skip(1);
    let mut member = current.enroll(&case.member, case.enrolled_at).unwrap();
    let (mut now, mut counters) = (None, None);
    let (mut outcomes, mut explanations, mut states) = (Vec::new(), Vec::new(), Vec::new());
    for (_, step) in &case.steps {
        match step {
            Step::Event(json) => {
                let explained = match &counters {
                    Some(counters) => current
                        .decode(json.as_bytes())
                        .and_then(|event| current.explain_event_with(&member, &event, counters)),
                    None => current.explain(&member, json),
                };
                explanations.push(match explained {
                    Ok(explanation) => json!([explanation.to_json(), explanation.to_text(false)]),
                    Err(error) => json!([error.to_json(), error.to_string()]),
                });
                let given = match (&counters, now) {
                    (Some(counters), now) => current.decode(json.as_bytes()).and_then(|event| {
                        current.apply_event_with(&mut member, &event, now, Counters::clone(counters))
                    }),
                    (None, Some(now)) => current.apply_at(&mut member, json, now),
                    (None, None) => current.apply(&mut member, json),
                };
                outcomes.push(given.map_or_else(|error| error.to_json(), |outcome| outcome.to_json()));
            }
            Step::Advance(to) => {
                let given: Result<_, EventError> = match &counters {
                    Some(counters) => current.advance_with(&mut member, *to, counters.clone()),
                    None => current.advance(&mut member, *to),
                };
                outcomes.push(given.map_or_else(|error| error.to_json(), |outcome| outcome.to_json()));
            }
            Step::Now(instant) => now = Some(*instant),
            Step::Counters(told) => counters = Some(told.clone()),
            Step::NextProgram => {
                let saved = current.save(&member);
                current = next.next().unwrap();
                let loaded = current.load(&saved).unwrap();
                member = loaded.member;
                states.push(host::migration(&loaded.report));
            }
            Step::Expect(..) | Step::Refused(_) | Step::Replayed => continue,
            _ => panic!("{}: cases of several members stand in `members/`", case.name),
        }
        states.push(current.save(&member));
    }
    json!({
        "case": case.name,
        "outcomes": outcomes,
        "explanations": explanations,
        "states": states,
        "bytes": hex(&current.save_binary(&member)),
        "view": view(current, &member),
        "export": current.export(&member),
        "programs": programs.iter().map(about).collect::<Vec<_>>(),
    })
}

fn view(program: &Program, member: &Member) -> String {
    program.view(member, member.clock()).to_json()
}

fn about(program: &Program) -> Value {
    json!([
        program.title(),
        program.version(),
        program.warnings().to_document(Units::Utf16).to_string(),
        host::policies(program),
        host::tests(&program.run_tests()),
        loyalty_core::format(program.text()).unwrap(),
    ])
}

fn diagnosed(path: &Path) -> Value {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let compiled = Program::compile(&text);
    let diagnostics = compiled.as_ref().map_or_else(|errors| errors, Program::warnings);
    let document = |units| diagnostics.to_document(units).to_string();
    json!({
        "program": name,
        "drawn": diagnostics.render(name, false),
        "bytes": document(Units::Bytes),
        "code_points": document(Units::CodePoints),
        "utf16": document(Units::Utf16),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
