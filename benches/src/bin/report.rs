//! One run, one table: every figure the README and the docs quote comes from here.
//!
//! `cargo run --release -p benches --bin report`

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::exit,
    reason = "times are printed for people; no amount is near"
)]

use std::hint::black_box;
use std::time::Instant as Clock;

use benches::{ORDER, by_hand, many_rules, order, order_at, real_program, ten_rules};
use loyalty_core::{Event, Instant, Member, Program};

/// Nanoseconds that this thread has spent on a core, where the system tells: what takes long is measured by it, so that
/// other work on the machine does not count. Elsewhere the time on the clock.
fn on_core(started: Clock) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split_whitespace().next().and_then(|nanos| nanos.parse().ok()));
    nanos.unwrap_or_else(|| started.elapsed().as_nanos() as f64)
}

/// The median of some long runs, in nanoseconds a call.
fn time_on_core(mut call: impl FnMut()) -> f64 {
    let started = Clock::now();
    let mut runs: Vec<f64> = (0..7)
        .map(|_| {
            let before = on_core(started);
            call();
            on_core(started) - before
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or_default()
}

/// Rounds in which everything that is compared is run once.
const ROUNDS: usize = 120;

/// Something that is run, and tells how many nanoseconds a call took.
type Timed<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Runs things in turns, and tells of each how long it took in its quickest round. What a machine does beside it, and that a
/// process runs slower at first, then falls on all of them alike: ratios hold, whichever is run first.
fn in_turns(mut things: Vec<Timed<'_>>) -> Vec<f64> {
    let mut quickest = vec![f64::INFINITY; things.len()];
    for _ in 0..ROUNDS {
        for (thing, quickest) in things.iter_mut().zip(&mut quickest) {
            *quickest = quickest.min(thing());
        }
    }
    quickest
}

/// A batch of calls that takes about a millisecond.
fn batch<'a>(mut call: impl FnMut() + 'a) -> Timed<'a> {
    let started = Clock::now();
    let mut calls = 0_u32;
    while started.elapsed().as_millis() < 20 {
        call();
        calls += 1;
    }
    let calls = (calls / 20).max(1);
    Box::new(move || {
        let started = Clock::now();
        (0..calls).for_each(|_| call());
        started.elapsed().as_nanos() as f64 / f64::from(calls)
    })
}

fn program(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|diagnostics| {
        eprintln!("{}", diagnostics.render("bench.loyalty", false));
        std::process::exit(1)
    })
}

fn member(program: &Program) -> Member {
    let at = Instant::parse("2026-01-01T00:00:00Z");
    at.and_then(|at| program.enroll("m-1", at).ok()).unwrap_or_else(|| std::process::exit(1))
}

fn event(program: &Program, json: &str) -> Event {
    program.decode(json.as_bytes()).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(1)
    })
}

/// Orders, four a day, each with an id of its own.
fn orders(program: &Program, count: usize, first_day: i64) -> Vec<Event> {
    let hours = |number: i64| (first_day + number / 4) * 24 + number % 4;
    let json = |number: i64| order_at(&format!("o-{first_day}-{number}"), hours(number));
    (0..count as i64).map(|number| event(program, &json(number))).collect()
}

/// Orders applied to a member that has seen some: each gets an event of its own, each round a fresh copy.
fn apply<'a>(program: &'a Program) -> Timed<'a> {
    let mut warm = member(program);
    for event in orders(program, 16, 0) {
        drop(program.apply_event(&mut warm, &event));
    }
    let next = orders(program, 200, 5);
    Box::new(move || {
        let mut copy = warm.clone();
        let started = Clock::now();
        for event in &next {
            black_box(program.apply_event(&mut copy, black_box(event))).ok();
        }
        started.elapsed().as_nanos() as f64 / next.len() as f64
    })
}

/// Each over the first.
fn rows(names: &[impl AsRef<str>], times: &[f64]) {
    for (number, (name, nanos)) in names.iter().zip(times).enumerate() {
        row(name.as_ref(), *nanos, times.first().copied().filter(|_| number > 0));
    }
}

fn row(name: &str, nanos: f64, base: Option<f64>) {
    let ratio = base.map_or(String::new(), |base| format!("{:>8.2}x", nanos / base));
    if nanos >= 1e6 {
        println!("{name:<58} {:>10.2} ms {ratio}", nanos / 1e6);
    } else {
        println!("{name:<58} {nanos:>10.1} ns {ratio}");
    }
}

fn main() {
    let by = order();
    let ten = program(&ten_rules());
    let real = program(&real_program());
    let decoded = event(&ten, ORDER);
    let fresh = member(&ten);
    let points = ten.rate(&fresh, &decoded).ok().and_then(|points| points.first().map(|(_, points)| *points));
    if points != Some(by_hand(&by)) {
        eprintln!("by hand {}, by the engine {points:?}: they are not the same job", by_hand(&by));
        std::process::exit(1)
    }
    let mut buffer = Event::default();
    let names = [
        "ten rules, five lines: by hand on rust_decimal",
        "ten rules, five lines: rules judged and added up",
        "ten rules: whole apply, warm member, decoded event",
        "real program: whole apply",
        "decoding 660 bytes of JSON",
    ];
    let times = in_turns(vec![
        batch(|| {
            black_box(by_hand(black_box(&by)));
        }),
        batch(|| {
            black_box(ten.rate(black_box(&fresh), black_box(&decoded))).ok();
        }),
        apply(&ten),
        apply(&real),
        batch(|| {
            black_box(real.decode_into(black_box(ORDER.as_bytes()), &mut buffer)).ok();
        }),
    ]);
    rows(&names, &times);
    println!();
    let counts = [10, 100, 1_000, 10_000];
    let names = counts.map(|rules| format!("{rules} rules of which ten match: rules judged"));
    let many = counts.map(|rules| {
        let many = program(&many_rules(rules));
        let (fresh, decoded) = (member(&many), event(&many, ORDER));
        (many, fresh, decoded)
    });
    let judged = many.iter().map(|(many, fresh, decoded)| {
        batch(move || {
            black_box(many.rate(black_box(fresh), black_box(decoded))).ok();
        })
    });
    rows(&names, &in_turns(judged.collect()));
    let text = many_rules(10_000);
    row(
        "10 000 rules: parsed, checked and planned",
        time_on_core(|| {
            black_box(Program::compile(black_box(&text))).ok();
        }),
        None,
    );
    println!();
    let mut warm = member(&real);
    for event in orders(&real, 24, 0) {
        drop(real.apply_event(&mut warm, &event));
    }
    println!(
        "bytes of a member with 24 orders: {} binary, {} JSON",
        real.save_binary(&warm).len(),
        real.save(&warm).len()
    );
    million(&real);
}

/// A million orders over a hundred thousand members, decoding aside.
fn million(program: &Program) {
    let events = orders(program, 10, 0);
    let mut members: Vec<Member> = (0..100_000).map(|_| member(program)).collect();
    let clock = Clock::now();
    let started = on_core(clock);
    for event in &events {
        for member in &mut members {
            black_box(program.apply_event(member, event)).ok();
        }
    }
    println!("a million events over 100 000 members: {:.2} s", (on_core(clock) - started) / 1e9);
}
