//! What the core itself takes for the job that `benches/javascript/apply.mjs` and `benches/python/apply.py` give to a host: JSON
//! text in, JSON text out.
//!
//! A line of JSON for each program: nanoseconds for each event, and the program and the orders for the host to use.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "times are printed for people; no amount is near"
)]

use std::hint::black_box;
use std::time::Instant as Clock;

use benches::{order_at, real_program, ten_rules};
use loyalty_core::{Document, Event, Instant, Program, ReplayOptions};

/// Orders that a member has seen before, and those that are measured.
const SEEN: usize = 16;
const NEXT: usize = 200;

/// Orders with ids of their own, four a day.
fn orders(first: usize, count: usize) -> Vec<String> {
    let order = |number: usize| order_at(&format!("o-{number}"), (number / 4 * 24 + number % 4) as i64);
    (first..first + count).map(order).collect()
}

/// The quickest tenth of sixty rounds, a call: what is slower had to wait for others.
fn time(calls: usize, mut round: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..60)
        .map(|_| {
            let started = Clock::now();
            round();
            started.elapsed().as_nanos() as f64 / calls as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 10).copied().unwrap_or_default()
}

fn main() {
    let joined = Instant::parse("2026-01-01T00:00:00Z");
    for (name, text) in [("ten", ten_rules()), ("real", real_program())] {
        let (Ok(program), Some(joined)) = (Program::compile(&text), joined) else { return };
        let Ok(mut warm) = program.enroll("m-1", joined) else { return };
        for order in orders(0, SEEN) {
            drop(program.apply(&mut warm, order));
        }
        let next = orders(SEEN, NEXT);
        let mut event = Event::default();
        let decode = time(NEXT, || {
            for order in &next {
                black_box(program.decode_into(black_box(order.as_bytes()), &mut event)).ok();
            }
        });
        // A copy for each round, taken before the clock starts.
        let mut copies = vec![warm.clone(); 60].into_iter();
        let apply = time(NEXT, || {
            let Some(mut member) = copies.next() else { return };
            for order in &next {
                let outcome = program
                    .decode_into(black_box(order.as_bytes()), &mut event)
                    .and_then(|()| program.apply_event(&mut member, &event));
                black_box(outcome.map(|outcome| outcome.to_json())).ok();
            }
        });
        let mut member = warm.clone();
        let outcomes: Vec<_> = next.iter().filter_map(|order| program.apply(&mut member, order).ok()).collect();
        let write = time(NEXT, || {
            for outcome in &outcomes {
                black_box(black_box(outcome).to_json());
            }
        });
        let members: Vec<String> = (0..50)
            .flat_map(|member| next.iter().map(move |order| order.replace("\"m-1\"", &format!("\"m-{member}\""))))
            .collect();
        let lines = members.join("\n");
        let mut refused = 0;
        let mut history = |outcomes: bool| {
            let options = ReplayOptions { outcomes, ..ReplayOptions::default() };
            let times = (0..7).map(|_| {
                let started = Clock::now();
                let replay = program.replay(black_box(lines.as_bytes()), options);
                refused = replay.refused().len();
                started.elapsed().as_nanos() as f64 / members.len() as f64
            });
            times.fold(f64::INFINITY, f64::min)
        };
        let (bulk, kept) = (history(false), history(true));
        let text = |text: String| Document::Text(text);
        let list = |texts: Vec<String>| Document::List(texts.into_iter().map(text).collect());
        let nanos = |nanos: f64| Document::Text(format!("{nanos:.0}"));
        let told = [
            ("program", text(name.to_owned())),
            ("text", text(program.text().to_owned())),
            ("seen", list(orders(0, SEEN))),
            ("next", list(next)),
            ("decode", nanos(decode)),
            ("apply", nanos(apply)),
            ("write", nanos(write)),
            ("bulk", nanos(bulk)),
            ("told", nanos(kept)),
            ("refused", Document::Number(refused as i128)),
        ];
        println!("{}", Document::Object(told.map(|(key, value)| (key.into(), value)).to_vec()));
    }
}
