//! `loyalty test`: the tests that stand in programs.

use loyalty_core::{Program, TestFailure, TestResult};
use serde_json::{Value, json};

use crate::arguments::Test;
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::terminal;

/// Runs the tests of every file.
pub(crate) fn test(arguments: &Test) -> Result<Verdict, Failure> {
    let (mut passed, mut failed) = (0_usize, 0_usize);
    let mut reports = Vec::new();
    for path in &arguments.files {
        let program = program::compiled(path)?;
        let name = program::name(path);
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
    if arguments.json {
        terminal::print(&format!("{}\n", json!({ "tests": reports, "passed": passed, "failed": failed })))?;
    } else {
        terminal::print(&format!("{passed} passed, {failed} failed\n"))?;
    }
    Ok(Verdict::of(failed == 0))
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
