//! `loyalty check`: what is wrong with programs, and which policies are in force.

use loyalty_core::{Diagnostics, Program};
use serde_json::{Value, json};

use crate::arguments::Check;
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::table::table;
use crate::terminal;

/// Checks every file, also after one that is wrong.
pub(crate) fn check(arguments: &Check) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Yes;
    let mut failed = None;
    let mut reports = Vec::new();
    for path in &arguments.files {
        let text = match program::read(path) {
            Ok(text) => text,
            Err(failure) => {
                let mut told = failure.json();
                if let Some(told) = told.as_object_mut() {
                    told.insert("file".to_owned(), program::name(path).into());
                    told.insert("diagnostics".to_owned(), Value::Array(Vec::new()));
                }
                reports.push(told);
                Failure::gravest(&mut failed, failure);
                continue;
            }
        };
        let name = program::name(path);
        let compiled = Program::compile(&text);
        let diagnostics = compiled.as_ref().map_or_else(|errors| errors, Program::warnings);
        let denied = arguments.deny_warnings && diagnostics.iter().next().is_some();
        verdict = verdict.and(Verdict::of(compiled.is_ok() && !denied));
        let program = compiled.as_ref().ok();
        if arguments.json {
            reports.push(report(&name, program, diagnostics, arguments.defaults));
        } else {
            terminal::print(&page(&name, program, diagnostics, arguments.defaults))?;
        }
    }
    if arguments.json {
        terminal::print(&format!("{}\n", Value::from(reports)))?;
    }
    failed.map_or(Ok(verdict), Err)
}

/// What people read about one file.
fn page(name: &str, program: Option<&Program>, diagnostics: &Diagnostics, defaults: bool) -> String {
    let mut page = diagnostics.render(name, terminal::colour_out());
    let Some(program) = program else { return page };
    page.push_str(&format!("{name}: ok, \"{}\" version {}\n", program.title(), program.version()));
    if defaults {
        let rows = program.policies().into_iter().map(|(declaration, policy)| vec![declaration, policy]);
        page.push_str(&table(&["declaration", "policy"], rows, 2));
    }
    page
}

/// What machines read about one file.
fn report(name: &str, program: Option<&Program>, diagnostics: &Diagnostics, defaults: bool) -> Value {
    let policies: Option<Value> = program.filter(|_| defaults).map(|program| {
        let rows = program.policies().into_iter();
        rows.map(|(declaration, policy)| json!({ "declaration": declaration, "policy": policy })).collect()
    });
    json!({
        "file": name,
        "ok": program.is_some(),
        "diagnostics": serde_json::from_str::<Value>(&diagnostics.to_json()).unwrap_or_default(),
        "policies": policies,
    })
}
