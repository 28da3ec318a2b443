//! Minted codes: a slip, a code of somebody else and one that nobody made are told apart.

use std::sync::LazyLock;

use loyalty_core::codes::{ALPHABET, normalise};
use loyalty_core::{Counters, Instant, Member, Program};
use proptest::prelude::*;

static SHOP: LazyLock<Program> = LazyLock::new(|| shop(b"a secret of the tests"));
static ELSEWHERE: LazyLock<Program> = LazyLock::new(|| shop(b"another secret of the tests"));

fn shop(secret: &[u8]) -> Program {
    let text = "program \"Shop\" { currency EUR  timezone \"UTC\" }\n\
        coupon GIFT issued { codes \"BDAY\" length 16  give 10% off order  valid 30 days }\n\
        rule hello on signup { issue GIFT }";
    let program = Program::compile(text).unwrap_or_else(|errors| panic!("{}", errors.render("shop", false)));
    program.with_secret(secret).unwrap()
}

fn issued(program: &Program, id: &str) -> (Member, String) {
    let mut member = program.enroll(id, Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let event = format!(r#"{{"type":"signup","id":"s-1","member":"{id}","at":"2026-01-01T10:00:00Z"}}"#);
    let outcome = program.apply(&mut member, &event).unwrap().to_json();
    let outcome: serde_json::Value = serde_json::from_str(&outcome).unwrap();
    (member, outcome["decisions"][0]["code"].as_str().unwrap().to_owned())
}

fn reason(program: &Program, member: &Member, code: &str) -> String {
    let cart = r#"{"at":"2026-01-02T10:00:00Z","lines":[{"unit_price":"10.00","quantity":1}]}"#;
    let quote = program.quote(member, cart, &[code], &Counters::default()).unwrap();
    let told: serde_json::Value = serde_json::from_str(&quote.to_json()).unwrap();
    if quote.applied().next().is_some() {
        return "applied".to_owned();
    }
    told["not_applied"][0]["reasons"][0]["reason"].as_str().unwrap().to_owned()
}

proptest! {
    #[test]
    fn a_code_is_told_from_a_slip_from_that_of_another_and_from_one_that_nobody_made(
        id in "[a-zé🎂]{1,8}",
        place in 0_usize..16,
        by in 1_usize..31,
    ) {
        let program = &*SHOP;
        let (member, code) = issued(program, &id);
        prop_assert_eq!(reason(program, &member, &code.to_lowercase()), "applied");
        let (other, others) = issued(program, "somebody else");
        prop_assert_ne!(&others, &code);
        prop_assert_eq!(reason(program, &other, &code), "code_of_another_member");
        let mut slip: Vec<char> = normalise(&code).chars().collect();
        let known = ALPHABET.chars().position(|letter| letter == slip[4 + place]).unwrap();
        slip[4 + place] = ALPHABET.chars().nth((known + by) % 31).unwrap();
        let slip: String = slip.into_iter().collect();
        prop_assert_eq!(reason(program, &member, &slip), "mistyped_code");
        // The same characters under another secret were not made with this one.
        let (stranger, _) = issued(&ELSEWHERE, "somebody else");
        prop_assert_eq!(reason(&ELSEWHERE, &stranger, &code), "unknown_code");
    }
}
