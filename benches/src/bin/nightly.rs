//! A night over a hundred thousand stored members: what it costs to let time pass for those for whom something is due,
//! against looking at everybody, and against a night in which something is due for everybody.
//!
//! `cargo build --release -p loyalty-cli && cargo run --release -p benches --bin nightly`
//!
//! The nights run over copies of SQLite stores, with the command line that a host would call; each store is written once,
//! by `loyalty run`, from generated events.

#![expect(clippy::float_arithmetic, reason = "ratios of measured times are printed, not paid")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use loyalty_core::Program;

const MEMBERS: usize = 100_000;
/// Of the members, every so many have a birthday in the night that is measured.
const ONE_IN: usize = 100;
const TIMES: usize = 5;
/// When the night is over.
const NIGHT: &str = "2026-05-01T02:00:00Z";

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
    let program = folder.join("night.loyalty");
    fs::write(&program, PROGRAM)?;
    let nothing = folder.join("nothing.jsonl");
    fs::write(&nothing, "")?;
    let (some, everybody) = (store(folder, &program, ONE_IN)?, store(folder, &program, 1)?);
    let copy = folder.join("copy.db");
    let night = |of: &Path, command: &[&str], until: &str| -> Result<Duration, Box<dyn Error>> {
        let mut taken = Vec::new();
        for _ in 0..TIMES {
            fs::copy(of, &copy)?;
            // Else the first commit of the night would pay for writing the whole copy to the disk.
            fs::File::open(&copy)?.sync_all()?;
            taken.push(loyalty(&[command, &["--store", text(&copy), until, NIGHT]].concat())?);
        }
        taken.sort();
        Ok(taken.get(TIMES / 2).copied().unwrap_or_default())
    };
    let advance = ["advance", text(&program)];
    let due = night(&some, &advance, "--to")?;
    let looked = night(&some, &["run", text(&program), "--events", text(&nothing)], "--until")?;
    let all = night(&everybody, &advance, "--to")?;
    println!("{MEMBERS} members, medians of {TIMES} nights");
    println!("one in {ONE_IN} is due: those alone         {:>9.1} ms", milliseconds(due));
    println!("one in {ONE_IN} is due: all are looked at   {:>9.1} ms", milliseconds(looked));
    println!("all are due                        {:>9.1} ms", milliseconds(all));
    println!("the first over the second          {:>9.2} %", 100.0 * milliseconds(due) / milliseconds(looked));
    println!("the first over the third           {:>9.2} %", 100.0 * milliseconds(due) / milliseconds(all));
    let (due, all) = in_memory()?;
    println!("in memory, those who are due       {:>9.1} ms", milliseconds(due));
    println!("in memory, all                     {:>9.1} ms", milliseconds(all));
    println!("the one over the other             {:>9.2} %", 100.0 * milliseconds(due) / milliseconds(all));
    Ok(())
}

/// The engine's part: the same members as bytes in a list, read, brought through the night and written again; only those
/// who are due, and all.
fn in_memory() -> Result<(Duration, Duration), Box<dyn Error>> {
    let program = Program::compile(PROGRAM).map_err(|found| found.render("night", false))?;
    let instant = |text: &str| loyalty_core::Instant::parse(text).ok_or("an instant");
    let (joined, eve, night) = (instant("2026-03-01T07:00:00Z")?, instant("2026-04-30T00:00:00Z")?, instant(NIGHT)?);
    let mut stored = Vec::with_capacity(MEMBERS);
    let history = history(ONE_IN)?;
    let mut events = history.lines();
    for member in 0..MEMBERS {
        let mut member = program.enroll(&format!("m{member}"), joined)?;
        for event in events.by_ref().take(2) {
            program.apply(&mut member, event)?;
        }
        program.advance(&mut member, eve)?;
        stored.push((member.next_due(), program.save_binary(&member)));
    }
    let run = |all: bool| -> Result<Duration, Box<dyn Error>> {
        let began = Instant::now();
        let concerned = stored.iter().filter(|(due, _)| all || due.is_some_and(|due| due <= night));
        for (_, bytes) in concerned {
            let mut member = program.load_binary(bytes)?.member;
            program.advance(&mut member, night)?;
            std::hint::black_box(program.save_binary(&member));
        }
        Ok(began.elapsed())
    };
    let median = |all: bool| -> Result<Duration, Box<dyn Error>> {
        let mut taken = (0..TIMES).map(|_| run(all)).collect::<Result<Vec<_>, _>>()?;
        taken.sort();
        Ok(taken.get(TIMES / 2).copied().unwrap_or_default())
    };
    Ok((median(false)?, median(true)?))
}

/// A store on the eve of the night, of members of whom one in so many has a birthday then.
fn store(folder: &Path, program: &Path, one_in: usize) -> Result<PathBuf, Box<dyn Error>> {
    let (events, store) = (folder.join("events.jsonl"), folder.join(format!("{one_in}.db")));
    fs::write(&events, history(one_in)?)?;
    loyalty(&["run", text(program), "--events", text(&events), "--store", text(&store)])?;
    // Whatever the events themselves bring about has happened before the night that is measured.
    loyalty(&["advance", text(program), "--store", text(&store), "--to", "2026-04-30T00:00:00Z"])?;
    Ok(store)
}

/// A profile and an order of each member.
fn history(one_in: usize) -> Result<String, std::fmt::Error> {
    let mut events = String::new();
    for member in 0..MEMBERS {
        let birthday = if member % one_in == 0 { "1990-05-01" } else { "1990-11-01" };
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

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
