//! What an event allocates, and how much of it belongs to the outcome that it returns; apart from the other figures, for
//! counting allocations takes time itself.
//!
//! `cargo run --release -p benches --bin allocations`

use benches::{club_program, days, real_program, warm};
use loyalty_core::{Event, Instant, Member, Program};

fn main() {
    told("the larger program", &real_program(), 24, 64);
    told("levels, a challenge, coupons and messages", &club_program(), 24, 1);
    told("levels, a challenge, coupons and messages", &club_program(), 200, 1);
}

/// The medians over some orders of a member who has seen some.
fn told(what: &str, text: &str, seen: usize, orders: usize) {
    let (Ok(program), Some(at)) = (Program::compile(text), Instant::parse("2026-01-01T00:00:00Z")) else { return };
    let Ok(fresh) = program.enroll("m-1", at) else { return };
    let Some(mut member) = warm(&program, &fresh, seen, 1).pop() else { return };
    let next = days(&program, seen, seen + orders);
    let mut counts: Vec<_> = next.iter().map(|event| allocated(&program, &mut member, event)).collect();
    counts.sort_unstable();
    let Some(((all, bytes), (returned, of_it))) = counts.get(counts.len() / 2) else { return };
    println!(
        "{what}, {seen} orders seen: {all} allocations of {bytes} bytes, of which the outcome {returned} of {of_it}"
    );
}

/// Allocations and their bytes: of an event, and of a copy of its outcome.
fn allocated(program: &Program, member: &mut Member, event: &Event) -> ((u64, u64), (u64, u64)) {
    let mut outcome = None;
    let all = allocation_counter::measure(|| outcome = program.apply_event(member, event).ok());
    let returned = allocation_counter::measure(|| drop(outcome.clone()));
    ((all.count_total, all.bytes_total), (returned.count_total, returned.bytes_total))
}
