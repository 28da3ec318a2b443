//! Broadcasts: the estimate is what saying it really comes to, it changes nothing, and parts of it add up.

use std::collections::BTreeMap;

use loyalty_core::{BroadcastEstimate, Counters, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

const HOUR: i64 = 3_600_000_000;
/// 2026-03-01 in Berlin.
const START: i64 = 1_772_319_600_000_000;
/// The hours in which members do what they do; the broadcast is later.
const LIFE: i64 = 40 * 24;

fn shop() -> Program {
    compile(
        r#"
program "Shop" { currency EUR  timezone "Europe/Berlin"  history 20 days  returns within 20 days }
member { timezone text? }
segment lapsed = days since last(order) > 14
segment buyers = count(order) >= 1
policy messages {
  consent   marketing
  marketing at most 1 per 3 days
  marketing at most 3 in total per day
  marketing at most 5 in total
  utility   when not lapsed
  quiet     21:00 .. 09:00
  window    24 hours
}
rule yes  on message matching ["yes"]  { consent marketing }
rule stop on message matching ["stop"] { withdraw marketing }
rule gift on broadcast when broadcast.campaign == "gift" { tag "gift" }
message offer marketing { broadcast            template "offer"  en "An offer." }
message back  marketing { broadcast to lapsed                    en "Come back, {member.timezone}." }
message hours utility   { broadcast            template "hours"  en "We open at eight." }
"#,
    )
}

#[derive(Debug, Clone)]
enum Act {
    Writes(&'static str),
    Orders,
    Failure(u32),
    Rests(bool),
    Lives(&'static str),
    Hears(usize),
}

/// Message, campaign, segment.
const BROADCASTS: [(&str, &str, Option<&str>); 6] = [
    ("offer", "spring", None),
    ("offer", "gift", Some("buyers")),
    ("back", "spring", None),
    ("back", "back", Some("buyers")),
    ("hours", "hours", None),
    ("hours", "hours", Some("lapsed")),
];

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => prop::sample::select(vec!["yes", "yes", "stop", "hello"]).prop_map(Act::Writes),
        3 => Just(Act::Orders),
        1 => prop::sample::select(vec![131_047, 131_049, 131_050, 131_056, 131_026]).prop_map(Act::Failure),
        1 => any::<bool>().prop_map(Act::Rests),
        1 => prop::sample::select(vec!["Asia/Riyadh", "America/New_York"]).prop_map(Act::Lives),
        2 => (0..BROADCASTS.len()).prop_map(Act::Hears),
    ]
}

fn broadcast(number: usize, id: &str, at: i64) -> String {
    let (message, campaign, segment) = BROADCASTS[number];
    let segment = segment.map_or(String::new(), |segment| format!(r#","segment":"{segment}""#));
    let at = instant(at);
    format!(r#"{{"type":"broadcast","id":"{id}","at":"{at}","message":"{message}","campaign":"{campaign}"{segment}}}"#)
}

/// A member after what it did, at the instant of the broadcast.
fn live(program: &Program, name: &str, acts: &[(u8, Act)], at: i64) -> Member {
    let mut member = program.enroll(name, instant(START)).expect("a member");
    let mut hour = 0;
    for (number, (hours, act)) in acts.iter().enumerate() {
        hour += i64::from(*hours);
        if hour > LIFE {
            break;
        }
        let when = START + hour * HOUR;
        let (id, stamp) = (format!("e{number}"), instant(when));
        let event = |kind: &str, rest: &str| format!(r#"{{"type":"{kind}","id":"{id}","at":"{stamp}"{rest}}}"#);
        let json = match act {
            Act::Writes(text) => event("message", &format!(r#","text":"{text}""#)),
            Act::Orders => event("order", r#","subtotal":10"#),
            Act::Failure(error) => {
                event("message_status", &format!(r#","message":"w","status":"failed","error":{error}"#))
            }
            Act::Rests(true) => event("pause", ""),
            Act::Rests(false) => event("resume", ""),
            Act::Lives(zone) => event("profile", &format!(r#","timezone":"{zone}""#)),
            Act::Hears(number) => broadcast(*number, &id, when),
        };
        // Pausing twice and the like is refused, and changes nothing.
        let _ = program.apply(&mut member, json);
    }
    program.advance(&mut member, instant(at)).expect("time passes");
    member
}

/// What came of it for one member: `now`, `later`, or why not.
fn word(outcome: &loyalty_core::Outcome, campaign: &str) -> String {
    let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("an outcome");
    let decisions = outcome["decisions"].as_array().expect("decisions");
    let found = decisions.iter().rev().find(|decision| decision["because"][0]["broadcast"] == campaign);
    let found = found.expect("a broadcast says what came of it");
    match (found["kind"].as_str(), found["reason"].as_str()) {
        (Some("message"), _) => "now".to_owned(),
        (_, Some("held")) => "later".to_owned(),
        (_, reason) => reason.unwrap_or("").to_owned(),
    }
}

fn told(estimate: &BroadcastEstimate) -> BTreeMap<String, u64> {
    let mut told: BTreeMap<String, u64> =
        estimate.suppressed().into_iter().map(|(reason, members)| (reason.to_owned(), members)).collect();
    told.insert("now".to_owned(), estimate.now());
    told.insert("later".to_owned(), estimate.later());
    told.extend(estimate.refused().iter().map(|(code, members)| (format!("refused {code}"), *members)));
    told.retain(|_, members| *members > 0);
    told
}

proptest! {
    #![proptest_config(settings(192))]

    #[test]
    fn an_estimate_is_what_saying_it_comes_to(
        lives in vec(vec((1_u8..120, act()), 0..12), 0..12),
        number in 0..BROADCASTS.len(),
        hour in 0_i64..48,
        cut in any::<prop::sample::Index>(),
        gone in any::<prop::sample::Index>(),
        spent in 0_u32..4,
    ) {
        let (program, at) = (shop(), START + (LIFE + hour) * HOUR);
        let names = (0..lives.len()).map(|member| format!("m-{member}"));
        let mut members: Vec<Member> =
            names.zip(&lives).map(|(name, acts)| live(&program, &name, acts, at)).collect();
        if members.len() > 3 {
            let member = gone.get(&members).clone();
            let place = members.iter().position(|known| known.id() == member.id()).expect("one of them");
            program.erase(&mut members[place], "gone", instant(at)).expect("erased");
        }
        let mut counters = Counters::default();
        counters.set("messages marketing", spent.into());
        let event = broadcast(number, "b", at);
        let estimate = || program.broadcast_estimate(&event, counters.clone()).expect("a broadcast");

        let before: Vec<String> = members.iter().map(|member| program.save(member)).collect();
        let mut whole = estimate();
        members.iter().for_each(|member| whole.add(member));
        let after: Vec<String> = members.iter().map(|member| program.save(member)).collect();
        prop_assert_eq!(before, after);

        // In parts, the later part first, and put together.
        let (left, right) = members.split_at(if members.is_empty() { 0 } else { cut.index(members.len()) });
        let (mut one, mut other) = (estimate(), estimate());
        right.iter().rev().for_each(|member| one.add(member));
        left.iter().for_each(|member| other.add(member));
        one.merge(&other).expect("the same broadcast");
        prop_assert_eq!(one.to_json(), whole.to_json());

        let mut said: BTreeMap<String, u64> = BTreeMap::new();
        let mut stand = counters.clone();
        let event = program.decode(event.as_bytes()).expect("an event");
        for member in &mut members {
            let word = match program.apply_event_with(member, &event, None, stand.clone()) {
                Ok(outcome) => {
                    outcome.decisions().iter().filter_map(|decision| decision.claim()).for_each(|claim| {
                        stand.commit(&claim);
                    });
                    word(&outcome, BROADCASTS[number].1)
                }
                Err(error) => format!("refused {}", error.code()),
            };
            *said.entry(word).or_default() += 1;
        }
        prop_assert_eq!(told(&whole), said);

        // Whoever has heard it, or is about to, does not hear it again.
        let mut again = estimate();
        members.iter().for_each(|member| again.add(member));
        let reached = whole.now() + whole.later();
        prop_assert!(again.suppressed().get("already_said").copied().unwrap_or(0) >= reached);
        prop_assert_eq!(again.members(), members.len() as u64);
    }
}
