//! Any bytes as saved state, in both forms: loaded and usable, or refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loyalty_core::{Instant, Program};

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    Program::compile(include_str!("../../examples/wholesaler/wholesaler.loyalty")).expect("it compiles")
});

fuzz_target!(|bytes: &[u8]| {
    let loaded = match core::str::from_utf8(bytes) {
        Ok(text) if text.starts_with('{') => PROGRAM.load(text),
        _ => PROGRAM.load_binary(bytes),
    };
    let Ok(loaded) = loaded else { return };
    let mut member = loaded.member;
    let saved = PROGRAM.save_binary(&member);
    assert!(PROGRAM.load_binary(&saved).is_ok(), "what was loaded can be saved and loaded again");
    if let Some(end) = Instant::parse("2030-01-01T00:00:00Z") {
        let _ = PROGRAM.advance(&mut member, end);
    }
    let _ = PROGRAM.view(&member, member.clock()).to_json();
});
