//! One thing done a thousand times, for counting instructions:
//! `valgrind --tool=callgrind target/release/count rate|apply|told|decode|hand`. `save` and `load` are those of a member
//! with 24 orders.
//!
//! `club ORDERS TIMES` does it so many times for a member who has seen so many orders, under a program in which much
//! follows from an order, and tells what is allocated: what it costs is the difference to `club ORDERS 0`.

use std::hint::black_box;

use benches::{ORDER, by_hand, club_program, order, real_program, ten_rules};
use loyalty_core::{Event, Instant, Member, Program};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    if what == "club" {
        let mut number = || arguments.next().and_then(|number| number.parse().ok());
        club(number().unwrap_or(24), number().unwrap_or(200));
        return;
    }
    let text = if what == "rate" { ten_rules() } else { real_program() };
    let (Ok(program), Some(at)) = (Program::compile(&text), Instant::parse("2026-01-01T00:00:00Z")) else { return };
    let Ok(mut member) = program.enroll("m-1", at) else { return };
    let hand = order();
    let mut event = Event::default();
    drop(program.decode_into(ORDER.as_bytes(), &mut event));
    let events: Vec<Event> = (0..1_000)
        .filter_map(|number| program.decode(ORDER.replace("\"o-1\"", &format!("\"o-{number}\"")).as_bytes()).ok())
        .collect();
    if matches!(what.as_str(), "save" | "load" | "keep") {
        events.iter().take(24).for_each(|next| drop(program.apply_event(&mut member, next)));
    }
    let saved = program.save_binary(&member);
    for next in &events {
        match what.as_str() {
            "hand" => {
                black_box(by_hand(black_box(&hand)));
            }
            "rate" => drop(black_box(program.rate(&member, black_box(&event)))),
            "decode" => drop(black_box(program.decode_into(black_box(ORDER.as_bytes()), &mut event))),
            "told" => drop(black_box(program.apply_event(&mut member, next).map(|outcome| outcome.to_json()))),
            "save" => drop(black_box(program.save_binary(black_box(&member)))),
            "load" => drop(black_box(program.load_binary(black_box(&saved)))),
            "apply" => drop(black_box(program.apply_event(&mut member, next))),
            _ => {}
        }
    }
}

/// An order a day; one after those that the member has seen, so many times.
fn club(seen: usize, times: usize) {
    let program = match Program::compile(&club_program()) {
        Ok(program) => program,
        Err(diagnostics) => return eprintln!("{}", diagnostics.render("club.loyalty", false)),
    };
    let Some(at) = Instant::parse("2026-01-01T00:00:00Z") else { return };
    let Ok(mut member) = program.enroll("m-1", at) else { return };
    let of_day = |number: usize| {
        let at = Instant::from_micros((20_500 + number as i64) * 86_400_000_000)
            .map(|at| at.to_string())
            .unwrap_or_default();
        let json = ORDER.replace("\"o-1\"", &format!("\"o-{number}\"")).replace("2026-11-20T10:00:00+08:00", &at);
        program.decode(json.as_bytes()).unwrap_or_default()
    };
    let days = |from: usize, to: usize| -> Vec<Event> { (from..to).map(of_day).collect() };
    // The last three are seen by each copy by itself: what a warm member has room for is no part of a copy.
    let (first, last) = (days(0, seen - 3), days(seen - 3, seen));
    first.iter().for_each(|event| drop(program.apply_event(&mut member, event)));
    let mut copies: Vec<Member> = (0..200).map(|_| member.clone()).collect();
    for copy in &mut copies {
        last.iter().for_each(|event| drop(program.apply_event(copy, event)));
    }
    let next = of_day(seen);
    let mut told = None;
    for copy in copies.iter_mut().take(times) {
        let mut outcome = None;
        let all = allocation_counter::measure(|| outcome = program.apply_event(copy, black_box(&next)).ok());
        let returned = allocation_counter::measure(|| drop(outcome.clone()));
        told = Some((all, returned, outcome));
    }
    if let Some((all, returned, outcome)) = told {
        println!("allocations of an apply {}, of {} bytes", all.count_total, all.bytes_total);
        println!("of a copy of its outcome {}, of {} bytes", returned.count_total, returned.bytes_total);
        println!("{}", outcome.map(|outcome| outcome.to_json()).unwrap_or_default());
    }
}
