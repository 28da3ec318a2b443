//! A text is read if and only if it is JSON: what another strict parser takes and refuses is taken and refused.

use loyalty_core::{Refusal, event_head};
use proptest::prelude::*;
use serde_json::value::RawValue;

use crate::{member, program};

const ORDER: &str = r#"{"type":"order","id":"o-1","at":"2026-02-01T10:00:00Z","subtotal":"37.5","coupons":["RUSH",-1.5e+3,true,null,{}],
 "else":{"deep":[[],{"a":{"b":[1,{"c":"\u00e9\n\ud83d\ude00"}]}}]},"lines":[{"amount":12.50,"quantity":1e0,"category":"\u0063offee"},
 {"amount":"1.5" ,"quantity":2, "nobody_reads_this_key":"nor this text of more than a word","category":"قهوة"},{"amount":"2.5" ,"quantity":3, "nobody_reads_this_key":[],"category":"tea"},
 {"amount":"3.5" ,"quantity":4, "nobody_reads_this_key":"\"","category":"tea"}]}"#;

/// Whether a parser that is known to be strict takes the text as one object.
fn is_object(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes)
        .ok()
        .and_then(|text| serde_json::from_str::<&RawValue>(text).ok())
        .is_some_and(|raw| raw.get().starts_with('{'))
}

/// Whether we do. What is wrong with the event itself does not count, nor what the other parser does not look at.
fn is_read(bytes: &[u8]) -> Option<bool> {
    let program = program();
    let (code, found) = match program.apply(&mut member(program), bytes) {
        Ok(_) => return Some(true),
        Err(error) => (error.code().as_str(), error.found().unwrap_or_default().to_owned()),
    };
    let ours = found.ends_with("twice") || found.starts_with("more than");
    if ours { None } else { Some(code != "invalid_json") }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_changed_byte(at in any::<prop::sample::Index>(), byte in prop_oneof![any::<u8>(), proptest::sample::select(&b"\"\\{}[]:,0123456789-+.eEunt \n\x1f"[..])], what in 0..3_u8) {
        let mut bytes = ORDER.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match what {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.drain(at..(at + 1 + usize::from(byte) % 4).min(ORDER.len()))),
        }
        if let Some(read) = is_read(&bytes) {
            prop_assert_eq!(read, is_object(&bytes), "{}", String::from_utf8_lossy(&bytes));
            // The envelope alone is read as strictly.
            if read {
                prop_assert!(event_head(&bytes).map_or_else(|error| error.code() != Refusal::InvalidJson, |_| true));
            }
        }
    }
}

/// The order with one value for a field that is read and for one that is not: as a value or as an error.
fn with(value: &str) -> [String; 2] {
    ["branch", "unread"].map(|field| {
        let json =
            format!(r#"{{"type":"order","id":"o-1","at":"2026-02-01T10:00:00Z","subtotal":1,"{field}":{value}}}"#);
        let program = program();
        match program.apply(&mut member(program), &json) {
            Ok(_) => "taken".to_owned(),
            Err(error) => error.to_string(),
        }
    })
}

#[test]
fn numbers_are_those_of_the_grammar() {
    for right in ["0", "-0", "10", "1e5", "1E+5"] {
        assert_eq!(with(right), ["taken", "taken"], "{right}");
    }
    // A fraction is a number, and no text.
    for right in ["0.10", "1.0e-5"] {
        let [read, unread] = with(right);
        assert!(read.starts_with("wrong_type"), "{right}: {read}");
        assert_eq!(unread, "taken", "{right}");
    }
    for wrong in ["01", "-", "+1", ".5", "5.", "1e", "1e+", "0x1", "--1", "1.2.3", "Infinity", "NaN", "１"] {
        assert!(with(wrong).iter().all(|told| told.starts_with("invalid_json")), "{wrong}: {:?}", with(wrong));
    }
}

#[test]
fn texts_are_those_of_the_grammar() {
    for right in [
        r#""""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\ud83d\ude00""#,
        r#""\u0000""#,
        "\"\u{7f}قهوة☕\"",
        r#""12345678\n12345678""#,
    ] {
        assert_eq!(with(right), ["taken", "taken"], "{right}");
    }
    for wrong in
        [r#""\x""#, r#""\u12""#, r#""\u12g4""#, "\"a\nb\"", "\"12345678\u{1}\"", "\"\t\"", "\"", r#""\"#, "'a'"]
    {
        assert!(with(wrong).iter().all(|told| told.starts_with("invalid_json")), "{wrong}: {:?}", with(wrong));
    }
    // Half a character is legal JSON and no text: nobody minds it where nobody reads it.
    for half in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\ud83dx""#] {
        let wrong = "wrong_type: `branch`: expected a text, found a text with half a character";
        assert_eq!(with(half), [wrong, "taken"], "{half}");
    }
}

#[test]
fn a_key_is_read_whatever_its_escapes_and_only_once() {
    let program = program();
    let apply = |json: &str| match program.apply(&mut member(program), json) {
        Ok(outcome) => outcome.event().unwrap_or_default().to_owned(),
        Err(error) => error.to_string(),
    };
    let rest = r#""type":"order","at":"2026-02-01T10:00:00Z","subtotal":1"#;
    assert_eq!(apply(&format!(r#"{{"\u0069d":"o-1",{rest}}}"#)), "o-1");
    let twice = |key: &str| format!("invalid_json: expected one JSON object, found the key `{key}` twice");
    assert_eq!(apply(&format!(r#"{{"\u0069d":"o-1","id":"o-2",{rest}}}"#)), twice("id"));
    assert_eq!(apply(&format!(r#"{{"id":"o-1",{rest},"type":"order"}}"#)), twice("type"));
    assert_eq!(apply(&format!(r#"{{"id":"o-1",{rest},"else":1,"e\u006cse":2}}"#)), twice("else"));
    assert_eq!(apply(&format!(r#"{{"id":"o-1",{rest},"lines":[{{"amount":1,"amount":2}}]}}"#)), twice("amount"));
    assert!(apply(&format!(r#"{{"id":"o-1",{rest},"\ud83d":1}}"#)).starts_with("invalid_json"));
}

#[test]
fn nesting_and_keys_have_limits() {
    let deep = |levels: usize| with(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    assert_eq!(deep(127)[1], "taken");
    assert!(deep(128).iter().all(|told| told.ends_with("found more than 127 levels")), "{:?}", deep(128));
    assert!(deep(1_000_000)[1].ends_with("found more than 127 levels"));
    assert!(deep(128)[0].contains("too_deep: expected at most 127 levels of nested values"), "{:?}", deep(128));
    let keys = |count: usize| {
        let keys: String = (0..count).map(|key| format!(r#","k{key}":1"#)).collect();
        with(&format!("1{keys}"))[1].clone()
    };
    assert_eq!(keys(995), "taken");
    assert!(
        keys(996).ends_with("too_many_fields: expected at most 1000 fields, found more than 1000 fields"),
        "{}",
        keys(996)
    );
}

#[test]
fn keys_that_repeat_from_line_to_line_are_read_as_any_others() {
    let program = program();
    let issued = |lines: &str| {
        let json = format!(
            r#"{{"type":"order","id":"o-1","at":"2026-02-01T10:00:00Z","subtotal":0,"gift":true,"lines":[{lines}]}}"#
        );
        let mut member = member(program);
        match program.apply(&mut member, &json) {
            Ok(_) => program.totals(&member)[0].issued.to_string(),
            Err(error) => error.to_string(),
        }
    };
    let same = r#"{"amount":0,"category":"coffee","quantity":1}, {"amount":0,"category":"coffee","quantity":10}"#;
    assert_eq!(issued(same), "11");
    // Fewer, more, others, in another order, with other spaces or escapes, unread ones between.
    assert_eq!(
        issued(&format!(r#"{same},{{"amount":0,"category":"coffee"}},{{"amount":0,"category":"tea","quantity":100}}"#)),
        "12"
    );
    assert_eq!(
        issued(&format!(r#"{same},{{"amount":0,"quantity":100,"category":"coffee"}},{{"amount":0,"quantity":1000}}"#)),
        "111"
    );
    assert_eq!(issued(&format!(r#"{same},{{"amount":0,"category" : "coffee" , "quantity" : 100}}"#)), "111");
    assert_eq!(issued(&format!(r#"{same},{{"amount":0,"c\u0061tegory":"coffee","quantity":100}}"#)), "111");
    assert_eq!(
        issued(&format!(r#"{same},{{"amount":0,"category":"coffee","more":{{"quantity":7}},"quantity":100}}"#)),
        "111"
    );
    assert_eq!(issued(&format!(r#"{same},{{"amount":0,"category_":"coffee","quantity":100}},{same}"#)), "22");
    let twice = r#"{"amount":0,"category":"coffee","quantity":100,"category":"coffee"}"#;
    assert!(issued(&format!("{same},{twice}")).ends_with("found the key `category` twice"));
    assert!(
        issued(&format!(r#"{same},{{"amount":0,"category":"coffee","category":"tea"}}"#))
            .ends_with("the key `category` twice")
    );
    assert!(issued(&format!(r#"{same},{{"amount":0,"category":"coffee","quantity":}}"#)).starts_with("invalid_json"));
    assert!(issued(&format!(r#"{same},{{"amount":0,"category":"coffee","quantity"}}"#)).starts_with("invalid_json"));
}

#[test]
fn a_member_that_is_none_is_no_guest() {
    let program = program();
    for member in ["true", "1.5", "[]", "{}", "\"\"", &format!("\"{}\"", "m".repeat(300))] {
        let event = format!(r#"{{"type":"visit","id":"v-1","at":"2026-02-01T10:00:00Z","member":{member}}}"#);
        let refused = program.apply(&mut self::member(program), &event).unwrap_err();
        assert_eq!(event_head(event.as_bytes()), Err(refused));
    }
    for (guest, id) in [("null", None), ("7", Some("7")), ("\"m-1\"", Some("m-1"))] {
        let head = event_head(format!(r#"{{"id":1.5,"at":"today","member":{guest}}}"#).as_bytes()).unwrap();
        assert_eq!((head.id, head.kind, head.at, head.member.as_deref()), (None, None, None, id));
    }
}
