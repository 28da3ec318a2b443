//! How many bytes of state a member leaves behind: `zcat events.jsonl.gz | size program.loyalty`.
//!
//! Plays a history and prints how large the members' states are in their two saved forms, and what takes the room in the
//! binary one.

#![expect(clippy::exit, reason = "a program that cannot read its input has nothing to print")]

use std::collections::BTreeMap;
use std::io::BufRead as _;

use loyalty_core::{Event, Instant, Member, Program};

fn stop(error: &dyn core::fmt::Display) -> ! {
    eprintln!("{error}");
    std::process::exit(1)
}

fn main() {
    let Some(path) = std::env::args().nth(1) else { stop(&"usage: size program.loyalty < events.jsonl") };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| stop(&error));
    let program = Program::compile(&text).unwrap_or_else(|found| stop(&found.render(&path, false)));
    let Some(start) = Instant::parse("1970-01-01T00:00:00Z") else { return };
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    let mut event = Event::default();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap_or_else(|error| stop(&error));
        if program.decode_into(line.as_bytes(), &mut event).is_err() {
            continue;
        }
        let Some(id) = event.member().map(str::to_owned) else { continue };
        let member = members
            .entry(id.clone())
            .or_insert_with(|| program.enroll(&id, start).unwrap_or_else(|error| stop(&error)));
        // What is refused leaves nothing behind.
        drop(program.apply_event(member, &event));
    }
    for (form, bytes) in [
        ("binary", members.values().map(|member| program.save_binary(member).len()).collect::<Vec<_>>()),
        ("JSON", members.values().map(|member| program.save(member).len()).collect()),
    ] {
        let mut bytes = bytes;
        bytes.sort_unstable();
        let at = |percent: usize| bytes.get(bytes.len() * percent / 100).copied().unwrap_or_default();
        println!("{} members, {form}: median {} bytes, 90 of 100 at most {}", bytes.len(), at(50), at(90));
    }
    let mut parts: Vec<(&str, u64)> = Vec::new();
    for (name, bits) in members.values().flat_map(|member| program.measure_binary(member)) {
        match parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += bits,
            None => parts.push((name, bits)),
        }
    }
    println!("binary, bytes a member on average:");
    parts.sort_by_key(|(_, bits)| core::cmp::Reverse(*bits));
    for (name, bits) in parts {
        println!("{:>8}  {name}", bits.div_ceil(8 * members.len().max(1) as u64));
    }
}
