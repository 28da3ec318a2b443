//! What is too old to be remembered: a member that has stayed in memory goes by it no more than one that was saved and loaded.

use loyalty_core::{EventError, Instant, Member, Outcome, Program, host};

fn compile(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// The member as it is, and as it comes back from either form of its saved state.
fn ways(program: &Program, member: &Member) -> [Member; 3] {
    let text = program.load(&program.save(member)).unwrap().member;
    let bytes = program.load_binary(&program.save_binary(member)).unwrap().member;
    [member.clone(), text, bytes]
}

fn told(result: Result<Outcome, EventError>) -> String {
    result.map_or_else(|error| error.to_string(), |outcome| outcome.to_json())
}

const SHOP: &str = r#"program "Shop" { currency EUR }
wallet points {}
rule base on order { earn 1 points per 1 EUR of order.subtotal }"#;

fn order(id: &str, at: &str, subtotal: u32) -> String {
    format!(r#"{{"type":"order","id":"{id}","at":"{at}","subtotal":"{subtotal}"}}"#)
}

/// An order, one 16 months later, and another under the id of the first, which nobody remembers by then.
fn again(program: &Program) -> (Member, String) {
    let mut member = program.enroll("m-1", at("2026-01-01T00:00:00Z")).unwrap();
    let second = order("sale", "2027-05-04T15:06:37Z", 100);
    for event in [order("sale", "2026-01-02T00:00:00Z", 10), order("other", "2027-05-04T04:21:45Z", 1), second.clone()]
    {
        assert!(!program.apply(&mut member, event).unwrap().replayed());
    }
    (member, second)
}

#[test]
fn an_id_that_comes_back_is_that_of_the_newest_event() {
    let program = compile(SHOP);
    let (member, second) = again(&program);
    for mut member in ways(&program, &member) {
        // 10, 1 and 100.
        assert_eq!(program.totals(&member)[0].available, 111.into());
        assert!(program.apply(&mut member, &second).unwrap().replayed());
        let other = program.apply(&mut member, order("sale", "2027-05-04T15:06:37Z", 99)).unwrap_err();
        assert_eq!(other.code().as_str(), "conflict");
        let refund = r#"{"type":"refund","id":"r-1","at":"2027-05-06T00:00:00Z","order":"sale"}"#;
        program.apply(&mut member, refund).unwrap();
        assert_eq!(program.totals(&member)[0].available, 11.into());
    }
}

#[test]
fn accounts_that_become_one_keep_the_newest_event_of_an_id() {
    let program = compile(SHOP);
    let mut into = program.enroll("m-1", at("2026-01-01T00:00:00Z")).unwrap();
    let mut from = program.enroll("m-2", at("2026-01-01T00:00:00Z")).unwrap();
    program.apply(&mut into, order("sale", "2026-01-02T00:00:00Z", 10)).unwrap();
    program.apply(&mut into, order("other", "2027-05-04T04:21:45Z", 1)).unwrap();
    let second = order("sale", "2027-05-04T15:06:37Z", 100);
    program.apply(&mut from, &second).unwrap();
    for mut into in ways(&program, &into) {
        program.merge(&mut into, &mut from.clone(), at("2027-05-06T00:00:00Z")).unwrap();
        assert!(program.apply(&mut into, &second).unwrap().replayed());
        assert_eq!(program.totals(&into)[0].available, 111.into());
    }
}

#[test]
fn a_coupon_of_long_ago_is_not_held_any_more() {
    let program = compile(
        r#"program "Shop" { currency EUR }
        wallet points {}
        rule base on order { earn 1 points per 1 EUR of order.subtotal }
        coupon HI issued { valid 30 days  give 10% off order }
        rule first on signup { issue HI }"#,
    );
    let mut member = program.enroll("m-1", at("2026-01-01T00:00:00Z")).unwrap();
    program.apply(&mut member, r#"{"type":"signup","id":"s-1","at":"2026-01-02T00:00:00Z"}"#).unwrap();
    for (number, day) in ["2026-06-01", "2027-03-01", "2027-06-01", "2027-09-01"].iter().enumerate() {
        program.apply(&mut member, order(&format!("o-{number}"), &format!("{day}T00:00:00Z"), 10)).unwrap();
    }
    let late = r#"{"type":"order","id":"late","at":"2027-10-01T00:00:00Z","subtotal":"10","coupons":["HI"],
        "lines":[{"id":"1","amount":"10"}]}"#;
    let cart = r#"{"at":"2027-09-01T00:00:00Z","lines":[{"id":"1","amount":"10"}]}"#;
    let all = ways(&program, &member).map(|mut member| {
        let quote = program.quote(&member, cart, &["HI"], &Default::default()).unwrap().to_json();
        let outcome = told(program.apply(&mut member, late));
        assert!(outcome.contains(r#""reasons":[{"reason":"not_held"}]"#), "{outcome}");
        (quote, outcome, program.save(&member), program.save_binary(&member))
    });
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
}

#[test]
fn members_are_the_same_whatever_they_no_longer_need() {
    let program = compile(SHOP);
    let (member, _) = again(&program);
    for other in ways(&program, &member) {
        assert!(host::same_state(&program, &member, &other));
    }
    let mut later = member.clone();
    program.apply(&mut later, order("more", "2027-05-05T00:00:00Z", 1)).unwrap();
    assert!(!host::same_state(&program, &member, &later));
    let other = compile(&SHOP.replace("Shop", "Another shop"));
    assert!(!host::same_state(&other, &member, &member));
}
