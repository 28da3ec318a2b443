//! `loyalty migrate`: who moves under another version of the program, before it is used.

use std::collections::BTreeMap;

use loyalty_core::{Diagnostics, Program};
use serde_json::{Value, json};

use crate::arguments::Migrate;
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::store::{self, Store};
use crate::table::{grouped, table};
use crate::terminal;

/// How many members are named for each kind of move.
const NAMED_MAX: usize = 3;

/// A kind of move: ladder, level before, level after, and why.
type Kind = (String, String, String, &'static str);

/// Prints who would move, and what would be lost.
pub(crate) fn migrate(arguments: &Migrate) -> Result<Verdict, Failure> {
    let new = program::load(&arguments.program)?;
    let store = Store::open(&arguments.store)?;
    let text = store.program_text()?.ok_or_else(|| Failure::no("the store has no members yet"))?;
    let old = Program::compile(&text).map_err(|found: Diagnostics| {
        Failure::trouble(format!("the program that wrote the store does not compile any more:\n{found}"))
    })?;
    let mut members = 0_u64;
    let mut moves: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    let mut lost: BTreeMap<String, u64> = BTreeMap::new();
    store.each_page(|page| {
        for (id, state) in page {
            let member = store::load(&old, store.path(), &id, &state)?.member;
            let at = arguments.at.unwrap_or(member.clock());
            let migration = new
                .migrate(&old, &member, at)
                .map_err(|error| Failure::no(format!("member `{id}` cannot be carried over: {error}")))?;
            members = members.saturating_add(1);
            for step in migration.moves() {
                let level = |level: Option<&str>| level.unwrap_or("-").to_owned();
                let kind = (step.ladder().to_owned(), level(step.from()), level(step.to()), step.because());
                moves.entry(kind).or_default().push(id.clone());
            }
            for thing in migration.report().dropped().iter().filter(|thing| !thing.starts_with("level ")) {
                let count = lost.entry(thing.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    })?;
    let text =
        if arguments.json { format!("{}\n", machine(members, &moves, &lost)) } else { page(members, &moves, &lost) };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}

fn page(members: u64, moves: &BTreeMap<Kind, Vec<String>>, lost: &BTreeMap<String, u64>) -> String {
    let moving: std::collections::BTreeSet<&String> = moves.values().flatten().collect();
    let (all, some) = (grouped(&members.to_string()), grouped(&moving.len().to_string()));
    let mut page = format!("{some} of {all} members would move\n");
    if !moves.is_empty() {
        let rows = moves.iter().map(|((ladder, from, to, because), ids)| {
            let named = ids.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
            let more = if ids.len() > NAMED_MAX { ", …" } else { "" };
            let count = grouped(&ids.len().to_string());
            vec![ladder.clone(), from.clone(), to.clone(), because.replace('_', " "), count, format!("{named}{more}")]
        });
        page.push_str(&format!("\n{}", table(&["ladder", "from", "to", "because", "members", "such as"], rows, 3)));
    }
    for (thing, count) in lost {
        page.push_str(&format!("\nlost: {thing} ({} members)", grouped(&count.to_string())));
    }
    if !lost.is_empty() {
        page.push('\n');
    }
    page
}

fn machine(members: u64, moves: &BTreeMap<Kind, Vec<String>>, lost: &BTreeMap<String, u64>) -> Value {
    let moves: Vec<Value> = moves
        .iter()
        .map(|((ladder, from, to, because), ids)| {
            json!({ "ladder": ladder, "from": from, "to": to, "because": because, "members": ids })
        })
        .collect();
    json!({ "members": members, "moves": moves, "lost": lost })
}
