//! A night over a hundred thousand stored members: what it costs to let time pass for those for whom something is due,
//! against reading and advancing everybody.
//!
//! `cargo build --release -p loyalty-cli && cargo run --release -p benches --bin nightly`
//!
//! Both nights run over copies of one SQLite store, with the command line that a host would call; the store is written
//! once, by `loyalty run`, from generated events.

#![expect(clippy::float_arithmetic, reason = "ratios of measured times are printed, not paid")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const MEMBERS: usize = 100_000;
/// Of the members, every so many have a birthday in the night that is measured.
const ONE_IN: usize = 100;
const TIMES: usize = 5;

const PROGRAM: &str = r#"program "Night" {
  currency EUR
  timezone "Europe/Berlin"
}

member {
  birthday date?
}

wallet points {
  vest   after 14 days
  expire 24 months after earning
}

measure spend = sum(order.subtotal) over last 12 months

tiers status by spend {
  bronze from 0 EUR
  silver from 500 EUR
  keep   12 months
}

rule base on order {
  earn 1 points per 1 EUR of order.subtotal
}

rule birthday on member.birthday {
  earn 100 points
}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("loyalty-night-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = measure(&folder);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (program, events, store) = (folder.join("night.loyalty"), folder.join("events.jsonl"), folder.join("night.db"));
    fs::write(&program, PROGRAM)?;
    fs::write(&events, history()?)?;
    let nothing = folder.join("nothing.jsonl");
    fs::write(&nothing, "")?;
    loyalty(&["run", text(&program), "--events", text(&events), "--store", text(&store)])?;
    // Whatever the events themselves bring about has happened before the night that is measured.
    loyalty(&["advance", text(&program), "--store", text(&store), "--to", "2026-04-30T00:00:00Z"])?;
    let mut nights = Vec::new();
    for _ in 0..TIMES {
        let (due, all) = (folder.join("due.db"), folder.join("all.db"));
        fs::copy(&store, &due)?;
        fs::copy(&store, &all)?;
        let to = "2026-05-01T02:00:00Z";
        let some = loyalty(&["advance", text(&program), "--store", text(&due), "--to", to])?;
        let whole =
            loyalty(&["run", text(&program), "--events", text(&nothing), "--store", text(&all), "--until", to])?;
        nights.push((some, whole));
    }
    nights.sort();
    let (some, whole) = nights.get(TIMES / 2).copied().ok_or("no night was measured")?;
    println!("{MEMBERS} members, one in {ONE_IN} due, median of {TIMES} nights");
    println!("those who are due   {:>9.1} ms", some.as_secs_f64() * 1e3);
    println!("everybody           {:>9.1} ms", whole.as_secs_f64() * 1e3);
    println!("share               {:>9.2} %", 100.0 * some.as_secs_f64() / whole.as_secs_f64());
    Ok(())
}

/// A profile and an order of each member.
fn history() -> Result<String, std::fmt::Error> {
    let mut events = String::new();
    for member in 0..MEMBERS {
        let birthday = if member % ONE_IN == 0 { "1990-05-01" } else { "1990-11-01" };
        writeln!(
            events,
            r#"{{"type":"profile","id":"p{member}","member":"m{member}","at":"2026-03-01T08:00:00Z","birthday":"{birthday}"}}"#
        )?;
        writeln!(
            events,
            r#"{{"type":"order","id":"o{member}","member":"m{member}","at":"2026-03-02T10:00:00Z","subtotal":"{}.50"}}"#,
            20 + member % 90
        )?;
    }
    Ok(events)
}

/// Runs the command line and takes its time.
fn loyalty(arguments: &[&str]) -> Result<Duration, Box<dyn Error>> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("loyalty");
    if !program.exists() {
        return Err("build the command line first: cargo build --release -p loyalty-cli".into());
    }
    let began = Instant::now();
    let output = Command::new(program).args(arguments).output()?;
    let taken = began.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(taken)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
