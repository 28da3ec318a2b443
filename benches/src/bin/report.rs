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

/// The median of many short runs, in nanoseconds a call.
fn time(mut call: impl FnMut()) -> f64 {
    let started = Clock::now();
    let mut calls = 0_u32;
    while started.elapsed().as_millis() < 20 {
        call();
        calls += 1;
    }
    let batch = (calls / 20).max(1);
    let mut runs: Vec<f64> = (0..41)
        .map(|_| {
            let started = Clock::now();
            (0..batch).for_each(|_| call());
            started.elapsed().as_nanos() as f64 / f64::from(batch)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or_default()
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

/// The time of one apply on a member that has seen some orders: each call gets an event of its own and a fresh copy.
fn apply(program: &Program) -> f64 {
    let mut warm = member(program);
    for event in orders(program, 16, 0) {
        drop(program.apply_event(&mut warm, &event));
    }
    let next = orders(program, 200, 5);
    let mut runs = Vec::new();
    for _ in 0..60 {
        let mut copy = warm.clone();
        let started = Clock::now();
        for event in &next {
            black_box(program.apply_event(&mut copy, black_box(event))).ok();
        }
        runs.push(started.elapsed().as_nanos() as f64 / next.len() as f64);
    }
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or_default()
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
    let hand = time(|| {
        black_box(by_hand(black_box(&by)));
    });
    row("ten rules, five lines: by hand on rust_decimal", hand, None);
    let ten = program(&ten_rules());
    let decoded = event(&ten, ORDER);
    let fresh = member(&ten);
    let points = ten.rate(&fresh, &decoded).ok().and_then(|points| points.first().map(|(_, points)| *points));
    if points != Some(by_hand(&by)) {
        eprintln!("by hand {}, by the engine {points:?}: they are not the same job", by_hand(&by));
        std::process::exit(1)
    }
    row(
        "ten rules, five lines: rules judged and added up",
        time(|| {
            black_box(ten.rate(black_box(&fresh), black_box(&decoded))).ok();
        }),
        Some(hand),
    );
    row("ten rules: whole apply, warm member, decoded event", apply(&ten), Some(hand));
    let real = program(&real_program());
    row("real program: whole apply", apply(&real), Some(hand));
    let mut buffer = Event::default();
    row(
        "decoding 660 bytes of JSON",
        time(|| {
            black_box(real.decode_into(black_box(ORDER.as_bytes()), &mut buffer)).ok();
        }),
        None,
    );
    println!();
    let mut base = None;
    for rules in [10, 100, 1_000, 10_000] {
        let many = program(&many_rules(rules));
        let decoded = event(&many, ORDER);
        let fresh = member(&many);
        let nanos = time(|| {
            black_box(many.rate(black_box(&fresh), black_box(&decoded))).ok();
        });
        row(&format!("{rules} rules of which ten match: rules judged"), nanos, base);
        base = base.or(Some(nanos));
    }
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
