//! What hosts are given: documents that write themselves as the JSON that is promised, and offsets in the host's units.

use loyalty_core::{Document, Program, Units};

use crate::{member, program};

#[test]
fn an_outcome_tells_amounts_and_instants_from_texts() {
    let program = program();
    let mut member = member(program);
    let order = r#"{"type":"order","id":"o-1","at":"2026-02-01T10:00:00+02:00","subtotal":"37.50"}"#;
    let outcome = program.apply(&mut member, order).unwrap();
    let document = outcome.to_document();
    assert_eq!(document.to_string(), outcome.to_json());
    assert!(matches!(document.get("at"), Some(Document::Instant { offset: 0, .. })), "{document:?}");
    let decision = document.get("decisions").and_then(|list| list.item(0)).unwrap();
    assert_eq!(decision.get("amount"), Some(&Document::Amount("37".parse().unwrap())));
    assert_eq!(decision.get("expires_at"), Some(&Document::Null));
    assert_eq!((decision.get("nothing"), decision.item(0)), (None, None));
}

#[test]
fn offsets_are_counted_as_the_host_counts() {
    // Two bytes or four each, one or two units of UTF-16, one code point.
    let text = "/// قهوة ☕ 🎁\nprogram \"متجر\" {}\nwallet points {}\nrule r on signup { earn 1 coins }\n";
    let found = Program::compile(text).unwrap_err();
    let at = |units| {
        let document = found.to_document(units);
        let label = document.item(0).and_then(|first| first.get("labels")).and_then(|labels| labels.item(0)).cloned();
        let place = |key: &str| match label.as_ref().and_then(|label| label.get(key)) {
            Some(Document::Number(number)) => usize::try_from(*number).unwrap(),
            other => panic!("{other:?}"),
        };
        (place("start"), place("end"), place("line"), place("column"))
    };
    let (before, _) = text.split_once("coins").unwrap();
    let start = before.len();
    assert_eq!(at(Units::Bytes), (start, start + 5, 4, 27));
    let points = before.chars().count();
    assert_eq!(at(Units::CodePoints), (points, points + 5, 4, 27));
    let units = before.encode_utf16().count();
    assert_eq!(at(Units::Utf16), (units, units + 5, 4, 27));
    assert!(points < units && units < start);
}

#[test]
fn an_export_tells_what_is_set_aside_and_what_may_be_made_up_for() {
    let text = r#"program "Shop" { currency EUR }
wallet pts {}
rule base on order { earn 1 pts per 1 EUR of order.subtotal  issue SPRING }
reward mug { cost 40 pts  hold for 30 minutes  give { tag "mug" } }
coupon SPRING issued { give 10% off order }
challenge three { count order  goal 3  reward { earn 5 pts } }
"#;
    let program = Program::compile(text).unwrap_or_else(|found| panic!("{}", found.render("shop.loyalty", false)));
    let mut member = member(&program);
    for event in [
        r#"{"type":"order","id":"o-1","at":"2026-02-01T10:00:00Z","subtotal":"100"}"#,
        r#"{"type":"hold","id":"h-1","at":"2026-02-01T11:00:00Z","reward":"mug"}"#,
        r#"{"type":"cancel","id":"c-1","at":"2026-02-01T11:10:00Z","order":"o-1"}"#,
    ] {
        program.apply(&mut member, event).unwrap();
    }
    let export = program.export_document(&member);
    let json = |document: Option<&Document>| document.map(ToString::to_string).unwrap_or_default();
    let pts = export.get("wallets").and_then(|wallets| wallets.get("pts"));
    assert_eq!(json(pts.and_then(|pts| pts.get("held"))), r#""40""#);
    let hold = export.get("holds").and_then(|holds| holds.item(0));
    assert_eq!(
        json(hold),
        r#"{"event":"h-1","reward":"mug","quantity":1,"at":"2026-02-01T11:00:00Z","until":"2026-02-01T11:30:00Z","from":[{"wallet":"pts","lot":1,"amount":"40"}]}"#
    );
    assert_eq!(
        json(export.get("write_offs").and_then(|known| known.item(0))),
        r#"{"entry":4,"wallet":"pts","at":"2026-02-01T11:10:00Z","amount":"40"}"#
    );
    let coupon = export.get("coupons").and_then(|coupons| coupons.item(0));
    assert_eq!(json(coupon.and_then(|one| one.get("coupon"))), r#""SPRING""#);
    assert_eq!(json(export.get("challenges").and_then(|all| all.get("three")?.get("goal"))), r#""3""#);
}
