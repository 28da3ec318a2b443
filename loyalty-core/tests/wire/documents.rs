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
