//! Saved members: what an earlier library wrote is read, and what is damaged is refused.

use loyalty_core::{Event, Instant, Member, Program};

/// The rules, events and bytes of a member that the library wrote when form 3 was the newest.
const RULES: &str = include_str!("form_3/program.loyalty");
const EVENTS: &str = include_str!("form_3/events.jsonl");
const STATE: &str = include_str!("form_3/state.hex");

fn program() -> Program {
    Program::compile(RULES).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

/// The member after the same events.
fn played(program: &Program) -> Member {
    let mut event = Event::default();
    let mut member = None;
    for line in EVENTS.lines() {
        program.decode_into(line.as_bytes(), &mut event).unwrap();
        let (_, at) = line.split_once("\"at\":\"").unwrap();
        let at = Instant::parse(at.split('"').next().unwrap()).unwrap();
        let member = member.get_or_insert_with(|| program.enroll(event.member().unwrap(), at).unwrap());
        program.apply_event(member, &event).unwrap();
    }
    member.unwrap()
}

#[test]
fn bytes_of_form_3_are_read() {
    let digits: Vec<u8> = STATE.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let bytes: Vec<u8> = digits.chunks(2).map(byte).collect();
    assert_eq!(bytes[0], 3);
    let program = program();
    let mut loaded = program.load_binary(&bytes).unwrap();
    assert!(loaded.report.is_empty(), "{:?}", loaded.report);
    // Nothing tells it from a member who has lived under this library.
    let played = played(&program);
    assert_eq!(program.save_binary(&loaded.member), program.save_binary(&played));
    for line in EVENTS.lines() {
        assert!(program.apply(&mut loaded.member, line).unwrap().replayed(), "{line}");
    }
    let changed = EVENTS.lines().next().unwrap().replace("\"quantity\":1", "\"quantity\":2");
    let refused = program.apply(&mut loaded.member, &changed).unwrap_err();
    assert!(refused.to_string().contains("with another payload than before"), "{refused}");
}

#[test]
fn what_is_saved_comes_back() {
    let program = program();
    let member = played(&program);
    let bytes = program.save_binary(&member);
    let loaded = program.load_binary(&bytes).unwrap().member;
    assert_eq!(bytes, program.save_binary(&loaded));
    assert_eq!(program.save(&member), program.save(&loaded));
    assert!(bytes.len() < 400, "{} bytes", bytes.len());
}

#[test]
fn damaged_bytes_are_refused() {
    let program = program();
    let bytes = program.save_binary(&played(&program));
    let refused = |bytes: &[u8]| program.load_binary(bytes).unwrap_err().to_string();
    for at in 1..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert_eq!(refused(&damaged), "not a saved member: its bytes are damaged");
        assert_eq!(refused(&bytes[..at]), "not a saved member: its bytes are damaged");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(refused(&longer), "not a saved member: its bytes are damaged");
    assert_eq!(
        refused(&[5, 0, 0, 0, 0]),
        "saved in form 5, and this library reads forms 3 and 4: read it with the library that wrote it"
    );
}
