//! One thing done a thousand times, for counting instructions:
//! `valgrind --tool=callgrind target/release/count rate|apply|told|decode|hand`. `save` and `load` are those of a member
//! with 24 orders.

use std::hint::black_box;

use benches::{ORDER, by_hand, order, real_program, ten_rules};
use loyalty_core::{Event, Instant, Program};

fn main() {
    let what = std::env::args().nth(1).unwrap_or_default();
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
