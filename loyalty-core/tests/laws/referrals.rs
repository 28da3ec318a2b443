//! Referrals: both sides end alike, in whatever order the events between them come, and however often.

use std::collections::BTreeMap;

use loyalty_core::{Member, Program, event_head};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

const FRIENDS: [&str; 3] = ["ben", "cem", "dua"];
const DAY: i64 = 86_400_000_000;
/// 2026-03-01 in Berlin.
const START: i64 = 1_772_319_600_000_000;

fn shop(returns: &str) -> Program {
    compile(&format!(
        r#"
program "Shop" {{ currency EUR  timezone "Europe/Berlin" }}
wallet points {{ clawback may overdraw }}
measure told = count(referral)
referral friends by signup.referrer {{
  qualify  order where total >= 20 EUR
  settle   after 14 days
  returns  {returns}
  friend   {{ earn 200 points }}
  advocate {{ earn 500 points }}
}}
"#
    ))
}

/// What one friend does on a day.
#[derive(Debug, Clone)]
enum Act {
    Order(u8),
    /// A share of an earlier order, in money; all of it where it is more than there is.
    Return {
        order: u8,
        euros: Option<u8>,
    },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (5_u8..60).prop_map(Act::Order),
        3 => (any::<u8>(), prop::option::of(1_u8..40)).prop_map(|(order, euros)| Act::Return { order, euros }),
    ]
}

/// The events of the friends' own lives, played on their states in order; and what these hold ready for the advocate.
fn live(program: &Program, lives: &[Vec<(u8, Act)>]) -> (BTreeMap<String, Member>, Vec<String>) {
    let (mut members, mut ready) = (BTreeMap::new(), Vec::new());
    for (name, acts) in FRIENDS.iter().zip(lives) {
        let mut member = program.enroll(name, instant(START)).expect("a member");
        let mut apply = |json: String| {
            if let Ok(outcome) = program.apply(&mut member, json) {
                ready.extend(outcome.outgoing());
            }
        };
        apply(format!(
            r#"{{"type":"signup","id":"s","at":"{}","referrer":"ana","identities":["{name}"]}}"#,
            instant(START)
        ));
        let (mut at, mut orders) = (START, Vec::new());
        for (number, (days, act)) in acts.iter().enumerate() {
            at += i64::from(*days) * DAY + 3_600_000_000;
            let at = instant(at);
            match act {
                Act::Order(euros) => {
                    orders.push(number);
                    apply(format!(r#"{{"type":"order","id":"o{number}","at":"{at}","subtotal":{euros}}}"#));
                }
                Act::Return { order, euros } => {
                    let Some(order) = orders.get(usize::from(*order) % orders.len().max(1)) else { continue };
                    let amount = euros.map_or(String::new(), |euros| format!(r#","amount":{euros}"#));
                    apply(format!(r#"{{"type":"refund","id":"r{number}","at":"{at}","order":"o{order}"{amount}}}"#));
                }
            }
        }
        members.insert((*name).to_owned(), member);
    }
    (members, ready)
}

/// What the advocate has when all is over.
fn end(program: &Program, events: &[String]) -> Value {
    let mut ana = program.enroll("ana", instant(START)).expect("a member");
    for json in events {
        program.apply(&mut ana, json).expect("an event that a friend's state holds ready");
    }
    program.advance(&mut ana, instant(START + 150 * DAY)).expect("time passes");
    assert!(program.totals(&ana).iter().all(loyalty_core::Totals::conserved));
    let view: Value = serde_json::from_str(&program.view(&ana, ana.clock()).to_json()).expect("JSON");
    let points = &view["wallets"]["points"];
    serde_json::json!({
        "available": points["available"], "pending": points["pending"], "debt": points["debt"],
        "friends": view["referrals"], "told": view["measures"]["told"],
    })
}

proptest! {
    #![proptest_config(settings(96))]

    /// Whatever the host does on the way from the friends to their advocate, the end is that of delivering in order, once.
    #[test]
    fn any_order_of_delivery(
        revoke in any::<bool>(),
        lives in vec(vec((0_u8..12, act()), 0..7), 1..=3),
        order in vec(any::<u16>(), 40),
        twice in vec(any::<bool>(), 40),
    ) {
        let program = shop(if revoke { "revoke" } else { "keep" });
        let (friends, ready) = live(&program, &lives);
        let mut in_order = ready.clone();
        in_order.sort_by_key(|json| event_head(json.as_bytes()).expect("an event").at);
        let expected = end(&program, &in_order);

        let mut events: Vec<(u16, String)> = Vec::new();
        for (number, json) in ready.into_iter().enumerate() {
            let key = |at: usize| order[at % order.len()];
            if twice[number % twice.len()] {
                events.push((key(number + 20), json.clone()));
            }
            events.push((key(number), json));
        }
        events.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<String> = events.into_iter().map(|(_, json)| json).collect();
        prop_assert_eq!(&end(&program, &shuffled), &expected, "{:#?}", shuffled);

        // Whoever counts in its own state counts with its advocate, and nobody else.
        let counting = friends.values().filter(|member| {
            let view: Value = serde_json::from_str(&program.view(member, member.clock()).to_json()).expect("JSON");
            view["referrals"]["friends"]["brought"]["stage"] == "counts"
        });
        prop_assert_eq!(expected["friends"]["friends"]["friends"].as_u64(), Some(counting.count() as u64));
    }
}
