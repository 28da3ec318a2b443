//! `loyalty test`: the tests that stand in programs.

use loyalty_core::{Program, TestFailure, TestResult};
use serde_json::{Map, Value, json};

use crate::arguments::Test;
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::terminal;

/// Runs the tests of every file, also after one that has errors.
pub(crate) fn test(arguments: &Test) -> Result<Verdict, Failure> {
    let (mut passed, mut failed) = (0_usize, 0_usize);
    let (mut reports, mut errors) = (Vec::new(), Vec::new());
    let mut gravest = None;
    for path in &arguments.files {
        let name = program::name(path);
        let program = match program::compiled(path) {
            Ok(program) => program,
            Err(failure) => {
                errors.push(untested(&name, &failure));
                Failure::gravest(&mut gravest, failure);
                continue;
            }
        };
        for result in program.run_tests() {
            let count = if result.passed() { &mut passed } else { &mut failed };
            *count = count.saturating_add(1);
            if arguments.json {
                reports.push(report(&name, &result));
            } else {
                terminal::print(&page(&name, &program, &result))?;
            }
        }
    }
    if !arguments.json {
        let untested = match errors.len() {
            0 => String::new(),
            1 => "; of 1 file no test was run".to_owned(),
            files => format!("; of {files} files no test was run"),
        };
        terminal::print(&format!("{passed} passed, {failed} failed{untested}\n"))?;
        return gravest.map_or(Ok(Verdict::of(failed == 0)), Err);
    }
    let told = Map::from_iter([
        ("tests".to_owned(), Value::from(reports)),
        ("passed".to_owned(), passed.into()),
        ("failed".to_owned(), failed.into()),
        ("errors".to_owned(), errors.into()),
    ]);
    match gravest {
        // `main` writes it, with the rest of the answer.
        Some(failure) => Err(failure.beside(told)),
        None => {
            terminal::print(&format!("{}\n", Value::Object(told)))?;
            Ok(Verdict::of(failed == 0))
        }
    }
}

/// What machines read about a file of which no test was run.
fn untested(name: &str, failure: &Failure) -> Value {
    let mut told = failure.json();
    if let Some(told) = told.as_object_mut() {
        told.insert("file".to_owned(), name.into());
    }
    told
}

/// What people read about one test.
fn page(name: &str, program: &Program, result: &TestResult) -> String {
    let (green, red, plain) = if terminal::colour_out() { ("\x1b[32m", "\x1b[1;31m", "\x1b[0m") } else { ("", "", "") };
    if result.passed() {
        return format!("{green}pass{plain}  {}\n", result.title());
    }
    let mut page = format!("{red}FAIL{plain}  {}\n", result.title());
    for failure in result.failures() {
        let source = source(program, failure);
        page.push_str(&format!("      {name}:{}: {source}\n        {}\n", failure.line(), failure.message()));
    }
    page
}

/// The line of the program on which the expectation stands.
fn source<'a>(program: &'a Program, failure: &TestFailure) -> &'a str {
    let line = usize::try_from(failure.line()).unwrap_or(usize::MAX);
    program.text().lines().nth(line.saturating_sub(1)).unwrap_or_default().trim()
}

/// What machines read about one test.
fn report(name: &str, result: &TestResult) -> Value {
    let failures: Vec<Value> = result
        .failures()
        .iter()
        .map(|failure| json!({ "line": failure.line(), "message": failure.message() }))
        .collect();
    json!({
        "file": name,
        "line": result.line(),
        "title": result.title(),
        "passed": result.passed(),
        "failures": failures,
    })
}
