//! What a host holds of a member on any program: all of it is exported, and nothing of it is left of one that is erased.

use std::collections::BTreeSet;

use loyalty_core::{Decimal, Totals};
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{Engine, instant};
use crate::generate::{MEMBER, case};
use crate::model::event::Step;
use crate::settings;

const DAY: i64 = 86_400_000_000;

proptest! {
    #![proptest_config(settings(48))]

    /// All that a member's state holds is in the export: every text and number, and of the events that are packed in the
    /// state every id, and every text and number that the host sent and the state has kept.
    #[test]
    fn an_export_is_complete(case in case(16)) {
        let mut engine = Engine::new(&case);
        let mut sent = Vec::new();
        for step in &case.steps {
            if engine.step(step).is_ok()
                && let Step::Apply(event) = step
            {
                sent.push((event.id.clone(), event.to_json(MEMBER)));
            }
        }
        // As it is held: what is saved draws together what is older than the history.
        let member = engine.program.load(&engine.save()).expect("a state").member;
        let export: Value = serde_json::from_str(&engine.program.export(&member)).expect("JSON");
        let mut exported = BTreeSet::new();
        leaves(&export, &mut exported);
        let mut state: Value = serde_json::from_str(&engine.save()).expect("JSON");
        let records = state["events"]["records"].as_str().expect("packed events").to_owned();
        let state = state.as_object_mut().expect("an object");
        let packed = state.remove("events").expect("events");
        // The names of what the state is made of, its form, its program and the money of that are no data of the member.
        ["format", "program", "currency", "counted_of"].iter().for_each(|key| drop(state.remove(*key)));
        for (list, key) in [("wallets", "holds"), ("counters", "by")] {
            let parts = state[list].as_array_mut().expect("a list");
            parts.iter_mut().for_each(|part| drop(part.as_object_mut().expect("an object").remove(key)));
        }
        let mut held = BTreeSet::new();
        state.values_mut().for_each(without_references);
        state.values().for_each(|value| values(value, &mut held));
        held.extend(packed["rules"].as_array().into_iter().flatten().filter_map(|rule| rule.as_str().map(str::to_owned)));
        let missing: Vec<_> = held.difference(&exported).collect();
        prop_assert!(missing.is_empty(), "not exported: {missing:?}\n{export}\n{}", engine.save());
        let digits: Vec<u8> = records.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
        let records: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        // A text is written behind its length.
        let kept = |text: &str| {
            let written: Vec<u8> = [text.len() as u8].into_iter().chain(text.bytes()).collect();
            records.windows(written.len()).any(|bytes| bytes == written)
        };
        for (id, json) in sent {
            prop_assert!(!kept(&id) || exported.contains(&id), "{id}");
            let mut said = BTreeSet::new();
            values(&serde_json::from_str(&json).expect("JSON"), &mut said);
            for text in said.iter().filter(|text| text.len() > 2 && kept(text)) {
                prop_assert!(exported.contains(text), "{text} of {json}");
            }
        }
    }

    /// What is left of an erased member: the sums, and no text or number of what the host sent but those of the books.
    #[test]
    fn an_erased_member_is_nobody(case in case(16)) {
        let (mut engine, mut sent) = (Engine::new(&case), Vec::new());
        for step in &case.steps {
            if engine.step(step).is_ok()
                && let Step::Apply(event) = step
            {
                sent.push(event.to_json(MEMBER));
            }
        }
        let before = engine.program.totals(&engine.member);
        let at = engine.member.clock();
        engine.program.erase(&mut engine.member, "nobody", at).expect("an erased member");
        prop_assert_eq!(before, engine.program.totals(&engine.member));
        let state: Value = serde_json::from_str(&engine.save()).expect("JSON");
        for empty in ["attributes", "tags", "counters", "marks", "returned"] {
            prop_assert_eq!(&state[empty], &Value::Array(Vec::new()), "{}", empty);
        }
        prop_assert_eq!(&state["events"]["records"], "00");
        prop_assert_eq!(&state["member"], "nobody");
        let mut left = BTreeSet::new();
        leaves(&state, &mut left);
        for json in sent {
            let event: Value = serde_json::from_str(&json).expect("JSON");
            prop_assert!(!left.contains(event["id"].as_str().expect("an id")));
        }
        let far = instant(at.as_micros() + 4_000 * DAY);
        engine.program.advance(&mut engine.member, far).expect("time passes");
        prop_assert!(engine.program.totals(&engine.member).iter().all(Totals::conserved));
    }
}

/// Every text and number of a value, with its place; instants as microseconds, however they are written.
fn leaves(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            found.insert(key.clone());
            leaves(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::String(text) => {
            let at = chrono::DateTime::parse_from_rfc3339(text).ok();
            let number = text.parse::<Decimal>().ok();
            found.insert(match (at, number) {
                (Some(at), _) => at.timestamp_micros().to_string(),
                (None, Some(number)) => number.normalize().to_string(),
                (None, None) => text.clone(),
            });
        }
        Value::Number(number) => {
            found.insert(number.to_string());
        }
        Value::Bool(_) | Value::Null => {}
    }
}

/// Every text and number of a value, without the names of keys.
fn values(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.values().for_each(|value| values(value, found)),
        Value::Array(items) => items.iter().for_each(|item| values(item, found)),
        other => leaves(other, found),
    }
}

/// Takes out what the state says by pointing at another place of itself: the event that a lot or a return comes from. A day
/// is one, however it is counted.
fn without_references(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|key, value| !(["source", "order"].contains(&key.as_str()) && value.is_object()));
            if let Some(day) = entries.get_mut("date").filter(|day| day.is_i64()) {
                let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
                let date = epoch + chrono::TimeDelta::days(day.as_i64().expect("a number"));
                *day = Value::String(date.to_string());
            }
            entries.values_mut().for_each(without_references);
        }
        Value::Array(items) => items.iter_mut().for_each(without_references),
        _ => {}
    }
}
