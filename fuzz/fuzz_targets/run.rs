//! A program and events, divided by blank lines: whatever compiles runs, and its points add up after every event.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loyalty_core::{Instant, Program};

fuzz_target!(|text: &str| {
    let (program, events) = text.split_once("\n\n{").unwrap_or((text, ""));
    let Ok(program) = Program::compile(program) else { return };
    let _ = program.run_tests();
    let Some(start) = Instant::parse("2026-01-01T00:00:00Z") else { return };
    let Ok(mut member) = program.enroll("m-1", start) else { return };
    for event in format!("{{{events}").lines() {
        let before = program.save_binary(&member);
        let refused = program.apply(&mut member, event).is_err();
        assert!(!refused || before == program.save_binary(&member), "a refused event leaves the state untouched");
        assert!(program.totals(&member).iter().all(|wallet| wallet.conserved()));
        let saved = program.save_binary(&member);
        let loaded = program.load_binary(&saved).expect("saved state is read").member;
        assert_eq!(saved, program.save_binary(&loaded));
    }
    if let Some(end) = Instant::parse("2036-01-01T00:00:00Z") {
        let _ = program.advance(&mut member, end);
        assert!(program.totals(&member).iter().all(|wallet| wallet.conserved()));
    }
});
