//! Any bytes as an event of a real program: taken or refused, never a panic, and a refusal changes nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loyalty_core::{Instant, Member, Program};

static READY: LazyLock<(Program, Member)> = LazyLock::new(|| {
    let program = Program::compile(include_str!("../../examples/wholesaler/wholesaler.loyalty")).expect("it compiles");
    let start = Instant::parse("2010-01-01T00:00:00Z").expect("an instant");
    let member = program.enroll("15100", start).expect("a member");
    (program, member)
});

fuzz_target!(|bytes: &[u8]| {
    let (program, member) = &*READY;
    let mut member = member.clone();
    let _ = loyalty_core::event_head(bytes);
    if program.apply(&mut member, bytes).is_err() {
        assert_eq!(member, READY.1);
    } else {
        assert!(program.apply(&mut member, bytes).is_ok_and(|outcome| outcome.replayed()));
    }
    assert!(program.totals(&member).iter().all(|wallet| wallet.conserved()));
});
