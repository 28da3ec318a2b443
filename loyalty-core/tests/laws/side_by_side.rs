//! On however many threads a history is played, it comes to the same bytes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flate2::read::GzDecoder;
use loyalty_core::{Job, Member, Outcome, Program, ReplayOptions, Threads};
use proptest::prelude::*;

use crate::settings;

/// So many threads, of which the one with the last job begins; and how many jobs they have had.
struct Backwards(usize, AtomicUsize);

fn backwards(threads: usize) -> Backwards {
    Backwards(threads, AtomicUsize::new(0))
}

impl Threads for Backwards {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        self.1.fetch_add(jobs.len(), Ordering::Relaxed);
        thread::scope(|scope| jobs.into_iter().rev().for_each(|job| drop(scope.spawn(job))));
    }
}

/// A host that drops every other job.
pub struct Idle;

impl Threads for Idle {
    fn count(&self) -> usize {
        5
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        jobs.into_iter().step_by(2).for_each(|job| job());
    }
}

/// All that a history comes to, and what was told meanwhile.
pub type Came = (String, Vec<String>, Vec<String>, Vec<String>, Vec<String>);

pub fn played(program: &Program, before: &[Member], lines: &str, threads: Option<&dyn Threads>) -> Came {
    let until = "2027-06-01T00:00:00Z".parse().expect("an instant");
    let options = ReplayOptions { outcomes: true, until: Some(until) };
    let mut told = Vec::new();
    let mut each = |outcome: &Outcome| told.push(outcome.to_json());
    let resumed = program.resume(before.to_vec(), options, &mut each);
    let resumed = if let Some(threads) = threads { resumed.on(threads) } else { resumed };
    let replay = resumed.lines(lines.as_bytes());
    let members = replay.members().map(|member| program.save(member)).collect();
    let refused = replay.refused().iter().map(|refused| format!("{refused:?}")).collect();
    (replay.summary().expect("sums"), members, refused, replay.outcomes().to_vec(), told)
}

const SHOP: &str = r#"program "Shop" { currency EUR }
wallet points { vest after 14 days  expire 12 months after vesting }
measure bought = sum(order.subtotal) this month
rule base on order when bought < 500 EUR { earn 1 points per 1 EUR of order.subtotal }
rule monthly every month { earn 5 points }"#;

/// Orders, refunds, duplicates, and what is no event, or nobody's.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = (0..40_u32, 0..60_u32, 1..28_u32, 0..10_u32).prop_map(|(member, number, day, kind)| {
        let head = format!(r#""member":"m-{member}","at":"2026-01-{day:02}T10:00:00Z""#);
        match kind {
            0 => format!(r#"{{"type":"refund","id":"r-{number}-{member}","order":"o-{number}-{member}",{head}}}"#),
            1 => format!(r#"{{"type":"order","id":"o-{number}","at":"2026-01-05T10:00:00Z","subtotal":5}}"#),
            2 => format!(r#"{{"type":"order","id":"o-{number}","#),
            3 => String::new(),
            _ => format!(r#"{{"type":"order","id":"o-{number}-{member}",{head},"subtotal":{number}}}"#),
        }
    });
    prop::collection::vec(line, 0..900)
}

proptest! {
    #![proptest_config(settings(12))]

    #[test]
    fn any_threads_come_to_the_same(lines in lines(), later in lines(), threads in 2..7_usize) {
        let program = Program::compile(SHOP).expect("a program");
        let before: Vec<Member> = program.replay(lines.join("\n").as_bytes(), ReplayOptions::default()).members().cloned().collect();
        let later = later.join("\n");
        let alone = played(&program, &before, &later, None);
        prop_assert_eq!(&played(&program, &before, &later, Some(&backwards(threads))), &alone);
        prop_assert_eq!(&played(&program, &before, &later, Some(&Idle)), &alone);
    }
}

/// More events than are read at one time.
#[test]
fn part_of_a_year_on_three_threads() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/grocery");
    let text = std::fs::read_to_string(format!("{root}/grocery.loyalty")).expect("a program");
    let program = Program::compile(&text).expect("it is right");
    let events = GzDecoder::new(File::open(format!("{root}/events.jsonl.gz")).expect("events"));
    let lines: Vec<String> = BufReader::new(events).lines().map(|line| line.expect("a line")).take(9_000).collect();
    let lines = lines.join("\n");
    let threads = backwards(3);
    assert_eq!(played(&program, &[], &lines, Some(&threads)), played(&program, &[], &lines, None));
    // Two blocks, whose lines are told apart and played, and the time that passes for all at last.
    assert_eq!(threads.1.into_inner(), 3 * 5);
}
