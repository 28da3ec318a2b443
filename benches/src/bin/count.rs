//! One thing done a thousand times, for counting instructions:
//! `valgrind --tool=callgrind target/release/count rate|apply|told|decode|hand`, less the same with `0` behind it, which sets
//! up only. Orders come one a day to forty members who have seen 24 of them; `save` and `load` are those of such a member. `cut`
//! is `apply` where a cap leaves nothing of what is earned, and `many` is `rate` with 10,000 rules. `compile` is a file of 1,000 rules, once.
//!
//! `crowd MEMBERS` applies ten orders to so many members in turn, as a host does that has many at hand: it shows what a member takes of
//! the caches (`--cache-sim=yes --LL=1048576,16,64`).
//!
//! `club ORDERS TIMES` does it so many times for a member who has seen so many orders, under a program in which much
//! follows from an order: what it costs is the difference to `club ORDERS 0`.

use std::hint::black_box;

use benches::{ORDER, by_hand, club_program, days, many_rules, order, real_program, ten_rules, warm};
use loyalty_core::{Event, Instant, Member, Program};

/// Orders that a member has seen before.
const SEEN: usize = 24;
/// Members, and orders for each.
const MEMBERS: usize = 40;
const ORDERS: usize = 25;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let mut number = || arguments.next().and_then(|number| number.parse().ok());
    if what == "club" {
        club(number().unwrap_or(24), number().unwrap_or(200));
        return;
    }
    if what == "crowd" {
        crowd(number().unwrap_or(1_000));
        return;
    }
    if what == "compile" {
        drop(black_box(Program::compile(black_box(&many_rules(1_000)))));
        return;
    }
    let text = match what.as_str() {
        "rate" => ten_rules(),
        "many" => many_rules(10_000),
        "cut" => real_program().replacen("cap 100_000", "cap 1", 1),
        _ => real_program(),
    };
    let (Ok(program), Some(at)) = (Program::compile(&text), Instant::parse("2026-01-01T00:00:00Z")) else { return };
    let Ok(fresh) = program.enroll("m-1", at) else { return };
    let members = number().unwrap_or(MEMBERS);
    let hand = order();
    let mut event = Event::default();
    drop(program.decode_into(ORDER.as_bytes(), &mut event));
    let mut warm = warm(&program, &fresh, SEEN, MEMBERS);
    let next = days(&program, SEEN, SEEN + ORDERS);
    let saved = warm.first().map(|member| program.save_binary(member)).unwrap_or_default();
    for member in warm.iter_mut().take(members) {
        for next in &next {
            match what.as_str() {
                "hand" => {
                    black_box(by_hand(black_box(&hand)));
                }
                "rate" | "many" => drop(black_box(program.rate(&fresh, black_box(&event)))),
                "decode" => drop(black_box(program.decode_into(black_box(ORDER.as_bytes()), &mut event))),
                "told" => drop(black_box(program.apply_event(member, next).map(|outcome| outcome.to_json()))),
                "save" => drop(black_box(program.save_binary(black_box(member)))),
                "load" => drop(black_box(program.load_binary(black_box(&saved)))),
                "apply" | "cut" => drop(black_box(program.apply_event(member, black_box(next)))),
                _ => {}
            }
        }
    }
}

/// Ten orders for each of some members, the members in turn.
fn crowd(members: usize) {
    let (Ok(program), Some(at)) = (Program::compile(&real_program()), Instant::parse("2026-01-01T00:00:00Z")) else {
        return;
    };
    let mut members: Vec<Member> = (0..members).filter_map(|_| program.enroll("m-1", at).ok()).collect();
    for event in &days(&program, 0, 10) {
        members.iter_mut().for_each(|member| drop(black_box(program.apply_event(member, black_box(event)))));
    }
}

/// An order a day; one after those that the member has seen, so many times.
fn club(seen: usize, times: usize) {
    let program = match Program::compile(&club_program()) {
        Ok(program) => program,
        Err(diagnostics) => return eprintln!("{}", diagnostics.render("club.loyalty", false)),
    };
    let Some(at) = Instant::parse("2026-01-01T00:00:00Z") else { return };
    let Ok(fresh) = program.enroll("m-1", at) else { return };
    let mut copies = warm(&program, &fresh, seen, 200);
    let next = days(&program, seen, seen + 1).pop().unwrap_or_default();
    for copy in copies.iter_mut().take(times) {
        drop(black_box(program.apply_event(copy, black_box(&next))));
    }
}
