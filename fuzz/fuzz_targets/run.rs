//! A program and what happens, divided by blank lines: whatever compiles runs, its points add up after every event, and it
//! does not matter in how many steps time passes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loyalty_core::{Instant, Program};

fuzz_target!(|text: &str| {
    let (program, steps) = text.split_once("\n\n{").unwrap_or((text, ""));
    let Ok(program) = Program::compile(program) else { return };
    let _ = program.run_tests();
    let Some(start) = Instant::parse("2026-01-01T00:00:00Z") else { return };
    let Ok(mut member) = program.enroll("m-1", start) else { return };
    for step in format!("{{{steps}").lines() {
        let before = program.save_binary(&member);
        let refused = match step.strip_prefix("advance ") {
            Some(to) => Instant::parse(to).is_some_and(|to| program.advance(&mut member, to).is_err()),
            None => program.apply(&mut member, step).is_err(),
        };
        assert!(!refused || before == program.save_binary(&member), "what is refused leaves the state untouched");
        assert!(program.totals(&member).iter().all(|wallet| wallet.conserved()));
        let saved = program.save_binary(&member);
        let loaded = program.load_binary(&saved).expect("saved state is read").member;
        assert_eq!(saved, program.save_binary(&loaded));
        assert_eq!(member.next_due(), loaded.next_due(), "the next due instant is that of the state");
    }
    let (Some(middle), Some(end)) = (Instant::parse("2028-02-29T12:00:00Z"), Instant::parse("2032-01-01T00:00:00Z"))
    else {
        return;
    };
    let mut in_two = member.clone();
    let refused = program.advance(&mut member, end).is_err();
    assert!(program.totals(&member).iter().all(|wallet| wallet.conserved()));
    // Time that overflows what can be counted is refused as a whole, and as far as it does.
    if !refused && program.advance(&mut in_two, middle).is_ok() && program.advance(&mut in_two, end).is_ok() {
        assert!(program.save_binary(&member) == program.save_binary(&in_two), "time in two steps");
    }
});
