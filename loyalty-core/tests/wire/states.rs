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
        refused(&[6, 0, 0, 0, 0]),
        "saved in form 6, and this library reads forms 3 to 5: read it with the library that wrote it"
    );
}

/// A shop whose wallet `credit` has those clauses.
fn with_credit(clauses: &str) -> Program {
    let rules = format!(
        "program \"Shop\" {{ currency EUR }} wallet credit {{ {clauses} }} wallet points {{}} \
         rule base on order {{ earn 1 points per 1 EUR of order.subtotal }} rule gift on visit {{ earn 2 points }}"
    );
    Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

#[test]
fn an_amount_is_never_taken_for_one_of_another_unit() {
    let now = Instant::parse("2026-01-05T10:00:00Z").unwrap();
    let adjusted = |program: &Program, amount: &str| {
        let mut member = program.enroll("m-1", now).unwrap();
        let event = format!(
            r#"{{"type":"adjust","id":"a-1","at":"2026-01-05T10:00:00Z","wallet":"credit","points":"{amount}"}}"#
        );
        program.apply(&mut member, &event).unwrap();
        member
    };
    let cases = [
        ("decimals 2", "100.55", "holds EUR", Some(("EUR with 2 decimals", "points with 2 decimals"))),
        ("", "100", "holds EUR", Some(("EUR with 2 decimals", "points with 0 decimals"))),
        ("holds EUR", "100.55", "holds JPY", Some(("JPY with 0 decimals", "EUR with 2 decimals"))),
        ("holds EUR", "100.55", "", Some(("points with 0 decimals", "EUR with 2 decimals"))),
        ("decimals 2", "100", "decimals 1", Some(("points with 1 decimals", "points with 2 decimals"))),
        ("decimals 1", "100.5", "decimals 2", None),
        ("", "100", "decimals 2", None),
        ("holds EUR", "100.55", "holds EUR tender", None),
    ];
    for (then, amount, since, refused) in cases {
        let (old, new) = (with_credit(then), with_credit(since));
        let member = adjusted(&old, amount);
        let as_bytes = new.load_binary(&old.save_binary(&member));
        let as_json = new.load(&old.save(&member));
        let Some((is, was)) = refused else {
            for loaded in [as_bytes, as_json] {
                let loaded = loaded.unwrap();
                assert!(loaded.report.is_empty());
                assert_eq!(new.totals(&loaded.member)[0].available, amount.parse().unwrap());
            }
            continue;
        };
        let message = format!(
            "wallet `credit` holds {is} in this program, and {was} in the saved member: the amounts would mean something else; \
             keep wallet `credit` as it was and give the new one another name (a rule can `convert` from one to the other)"
        );
        assert_eq!(as_bytes.unwrap_err().to_string(), message);
        assert_eq!(as_json.unwrap_err().to_string(), message);
        let migrated = new.migrate(&old, &member, now).unwrap_err();
        assert_eq!((migrated.code().as_str(), migrated.help()), ("other_program", Some(&*message)));
        // What nothing was ever in may count what it will, and what has another name is told to be lost.
        let untouched = old.enroll("m-2", now).unwrap();
        assert!(new.load_binary(&old.save_binary(&untouched)).unwrap().report.is_empty());
        let renamed = format!(
            "program \"Shop\" {{ currency EUR }} wallet money {{ {since} }} wallet points {{}} \
             rule base on order {{ earn 1 points per 1 EUR of order.subtotal }}"
        );
        let renamed = Program::compile(&renamed).unwrap();
        let loaded = renamed.load(&old.save(&member)).unwrap();
        assert_eq!(loaded.report.dropped(), [format!("wallet `credit` with {amount} available")]);
    }
}

#[test]
fn what_is_lost_of_what_was_granted_is_told_once() {
    let compile = |rules: &str| {
        let rules = format!("program \"Shop\" {{ currency EUR }} {rules}");
        Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let old = compile(
        "event arrived { order text } \
         wallet points { vest on arrived within 30 days } wallet stars { expire after 3 months without order } wallet miles {} \
         rule base on order { earn 1 points per 1 EUR of order.subtotal  earn 9 stars  earn 9 miles } \
         rule tea on order { earn 1 miles per 1 EUR of sum(order.lines.amount where category == \"tea\") } \
         reward mug { cost 5 miles  hold for 1 hour  give { tag \"mug\" } }",
    );
    let new = compile(
        "wallet points { vest after 14 days } wallet stars {} wallet miles {} \
         rule base on order { earn 2 points per 1 EUR of order.subtotal  earn 9 stars  earn 9 miles } \
         rule tea on order { earn 1 miles per 1 EUR of sum(order.lines.amount where category == \"coffee\") }",
    );
    let mut member = old.enroll("m-1", Instant::parse("2026-01-05T10:00:00Z").unwrap()).unwrap();
    for event in [
        r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":10,"lines":[{"id":"1","category":"tea","amount":10}]}"#,
        r#"{"type":"hold","id":"h-1","at":"2026-01-05T11:00:00Z","reward":"mug"}"#,
    ] {
        old.apply(&mut member, event).unwrap();
    }
    let loaded = new.load(&old.save(&member)).unwrap();
    assert_eq!(
        loaded.report.dropped(),
        [
            "what rule `tea` went by: a part of an order that comes back takes its share of the points",
            "event `arrived`, for which points of wallet `points` wait",
            "the expiry `3 Month without order`: points of wallet `stars` do not run out any more",
            "reward mug, for which a price is held: it can be captured, and gives nothing",
        ]
    );
    // The hold still lapses, though nothing else of the program happens by time.
    assert!(loaded.member.next_due().is_some());
    for again in [new.load(&new.save(&loaded.member)), new.load_binary(&new.save_binary(&loaded.member))] {
        let again = again.unwrap();
        assert!(again.report.is_empty(), "{:?}", again.report);
        assert_eq!(new.save(&again.member), new.save(&loaded.member));
    }
}
