//! Any bytes as saved state, in both forms: loaded and usable, or refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loyalty_core::{Instant, Program};

/// A program with wallets alone, and one with ladders, watched segments and rules by the calendar.
static PROGRAMS: LazyLock<[Program; 2]> = LazyLock::new(|| {
    let texts = [include_str!("../../examples/wholesaler/wholesaler.loyalty"), include_str!("../seeds/timed.loyalty")];
    texts.map(|text| Program::compile(text).expect("it compiles"))
});

fuzz_target!(|bytes: &[u8]| PROGRAMS.iter().for_each(|program| load(program, bytes)));

fn load(program: &Program, bytes: &[u8]) {
    let loaded = match core::str::from_utf8(bytes) {
        Ok(text) if text.starts_with('{') => program.load(text),
        _ => program.load_binary(bytes),
    };
    let Ok(loaded) = loaded else { return };
    let mut member = loaded.member;
    let saved = program.save_binary(&member);
    let again = program.load_binary(&saved).expect("what was loaded can be saved and loaded again").member;
    assert_eq!(again.next_due(), member.next_due(), "the next due instant is that of the state");
    if let Some(end) = Instant::parse("2030-01-01T00:00:00Z") {
        let _ = program.advance(&mut member, end);
    }
    let order = r#"{"type":"order","id":"o-1","member":"m-1","at":"2030-01-02T00:00:00Z","subtotal":"40.00"}"#;
    let _ = program.apply(&mut member, order);
    let _ = program.view(&member, member.clock()).to_json();
}
