//! Tables of the documentation against the code that they speak of.

use std::collections::BTreeSet;

use loyalty_core::Refusal;
use loyalty_core::syntax::{
    self,
    tree::{FieldDecl, ItemKind},
};

use crate::page::{holds, read};

const PRELUDE: &str = include_str!("../../src/check/prelude.loyalty");

/// One row a field: its name, its type as declared, what it is where the host sends none.
fn row(owner: &str, field: &FieldDecl) -> String {
    let text = |start: u32, end: u32| PRELUDE.get(start as usize..end as usize).unwrap_or("").to_owned();
    let list = if field.ty.list { ("[", "]") } else { ("", "") };
    let optional = if field.optional { "?" } else { "" };
    let shared = if field.shared { " shared" } else { "" };
    let default = field
        .default
        .as_ref()
        .map_or(String::new(), |default| format!("`{}`", text(default.span.start, default.span.end).trim()));
    let name = &field.name.text;
    format!("| `{owner}` | `{name}` | `{}{}{}{optional}{shared}` | {default} |\n", list.0, field.ty.name.text, list.1)
}

#[test]
fn the_standard_events_are_those_of_the_prelude() {
    let (file, diagnostics) = syntax::parse(PRELUDE);
    assert!(diagnostics.is_empty());
    let mut records = "| record | field | type | where the host sends none |\n| --- | --- | --- | --- |\n".to_owned();
    let mut events = records.replace("record", "event");
    for item in &file.items {
        match &item.kind {
            ItemKind::Record { name, fields } => records.extend(fields.iter().map(|field| row(&name.text, field))),
            ItemKind::Event { name, fields } => events.extend(fields.iter().map(|field| row(&name.text, field))),
            _ => panic!("the prelude declares records and events"),
        }
    }
    holds("docs/language.md", "standard records", &records);
    holds("docs/language.md", "standard events", &events);
}

#[test]
fn every_refusal_has_a_row_and_every_row_a_refusal() {
    let page = read("docs/embedding.md");
    let (_, table) = page.split_once("<!-- refusals -->").expect("the table of refusals");
    let (table, _) = table.split_once("<!-- end -->").expect("its end");
    let rows: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let written: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(written.len(), rows.len(), "a code has two rows");
    let known: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.as_str()).collect();
    assert_eq!(written, known);
}
