//! The laws on whatever the language has: the programs of the corpus, in which each clause stands, with the events of their cases
//! told otherwise. Some come late, twice, or are called off, the account rests, and long times pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use loyalty_core::{Member, Program, Totals};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::engine::instant;
use crate::settings;

const HOUR: i64 = 3_600_000_000;
/// Later, time could not pass any more.
const LAST: i64 = 120 * 365 * 24 * HOUR;

/// A program of the corpus, and what happens to the first member of its case.
#[derive(Debug)]
pub struct Feature {
    name: String,
    pub text: String,
    secret: Option<String>,
    events: Vec<Value>,
}

pub static FEATURES: LazyLock<Vec<Feature>> = LazyLock::new(|| {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut paths = vec![];
    for folder in ["good", "members", "quotes", "leaderboards"] {
        below(&corpus.join(folder), &mut paths);
    }
    paths.sort();
    let features: Vec<Feature> = paths.iter().flat_map(|path| Feature::all_of(&corpus, path)).collect();
    assert!(features.len() > 900, "{} programs", features.len());
    features
});

fn below(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            below(&entry, paths);
        } else if entry.extension().is_some_and(|extension| extension == "case") {
            paths.push(entry);
        }
    }
}

impl Feature {
    /// The programs of a case, each with the events of its first member that a host could send; a cart that is quoted is bought.
    fn all_of(corpus: &Path, path: &Path) -> Vec<Feature> {
        let text = fs::read_to_string(path).expect("a case");
        let (head, rest) = text.split_once("=== program\n").expect("a program");
        let (programs, steps) = rest.split_once("=== steps\n").expect("steps");
        let steps = steps.split_once("=== outcomes").expect("outcomes").0;
        let mut carts = 0;
        let sound = |line: &str| {
            let mut event: Value = serde_json::from_str(line.trim_start_matches("quote ")).ok()?;
            if line.starts_with("quote ") {
                carts += 1;
                event["type"] = json!("order");
                event["id"] = json!(format!("cart-{carts}"));
            }
            let told = ["id", "at", "type"].iter().all(|key| event[*key].is_string());
            (told && at(&event).is_some_and(|at| (0..LAST).contains(&at))).then_some(event)
        };
        let told = steps.lines().filter(|line| line.starts_with('{') || line.starts_with("quote {"));
        let mut events: Vec<Value> = told.filter_map(sound).collect();
        let member = events.first().map(|event| event["member"].clone());
        events.retain(|event| Some(&event["member"]) == member.as_ref());
        let name = path.strip_prefix(corpus).expect("a case of the corpus").display().to_string();
        let secret = head.lines().find_map(|line| line.strip_prefix("secret: ")).map(str::to_owned);
        let feature = |text: &str| Feature {
            name: name.clone(),
            text: text.to_owned(),
            secret: secret.clone(),
            events: events.clone(),
        };
        programs.split("=== program\n").map(feature).collect()
    }

    /// Nothing where the case is of a program that does not compile.
    fn program(&self) -> Option<Program> {
        let program = Program::compile(&self.text).ok()?;
        Some(match &self.secret {
            Some(secret) => program.with_secret(secret.as_bytes()).expect("a secret"),
            None => program,
        })
    }
}

fn at(event: &Value) -> Option<i64> {
    Some(chrono::DateTime::parse_from_rfc3339(event["at"].as_str()?).ok()?.timestamp_micros())
}

/// What is done to an event of a case.
#[derive(Debug, Clone, Copy)]
enum Twist {
    LeftOut,
    /// Told so many events later.
    Late(usize),
    /// So many hours pass before it, and before all that come after it.
    After(i64),
    /// The same happens again, under another id.
    Again(i64),
    /// It is called off.
    CalledOff(i64),
    /// A part of it comes back, by money.
    InPart(i64, u32),
    /// The account rests from so many hours before it on, for so many hours.
    Rests(i64, i64, bool),
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        1 => Just(Twist::LeftOut),
        2 => (1_usize..4).prop_map(Twist::Late),
        2 => (1_i64..2000).prop_map(Twist::After),
        2 => (0_i64..800).prop_map(Twist::Again),
        3 => (0_i64..400).prop_map(Twist::CalledOff),
        2 => (0_i64..400, 1_u32..30).prop_map(|(after, money)| Twist::InPart(after, money)),
        2 => (0_i64..48, 1_i64..800, any::<bool>()).prop_map(|(before, hours, frozen)| Twist::Rests(before, hours, frozen)),
    ]
}

#[derive(Debug, Clone)]
struct Told {
    feature: Index,
    twists: Vec<(Index, Twist)>,
    /// Where in the time between two events the host lets time pass, in percent of it.
    passes: Vec<Vec<i64>>,
}

fn told() -> impl Strategy<Value = Told> {
    let passes = vec(vec(0_i64..=100, 0..3), 8);
    (any::<Index>(), vec((any::<Index>(), twist()), 0..6), passes).prop_map(|(feature, twists, passes)| Told {
        feature,
        twists,
        passes,
    })
}

impl Told {
    fn feature(&self) -> &'static Feature {
        self.feature.get(&FEATURES)
    }

    /// The events of the case as they are told here, each with its instant, and when the member joined.
    fn events(&self) -> (i64, Vec<(i64, Value)>) {
        let mut events: Vec<(i64, Value)> =
            self.feature().events.iter().map(|event| (at(event).expect("an instant"), event.clone())).collect();
        let joined = events[0].0;
        let new = |kind: &str, id: String, more: Value| {
            let mut event = json!({ "type": kind, "id": id });
            event.as_object_mut().expect("an event").extend(more.as_object().cloned().unwrap_or_default());
            event
        };
        for (number, (place, twist)) in self.twists.iter().enumerate() {
            if events.is_empty() {
                break;
            }
            let place = place.index(events.len());
            let (when, event) = events[place].clone();
            match *twist {
                Twist::LeftOut => drop(events.remove(place)),
                Twist::Late(by) => {
                    let event = events.remove(place);
                    events.insert((place + by).min(events.len()), event);
                }
                Twist::After(hours) => events[place..].iter_mut().for_each(|(at, _)| *at += hours * HOUR),
                Twist::Again(hours) => {
                    let mut again = event.clone();
                    again["id"] = json!(format!("{}-{number}", event["id"].as_str().unwrap_or_default()));
                    insert(&mut events, when + hours * HOUR, again);
                }
                Twist::CalledOff(hours) => {
                    let event = new("cancel", format!("off-{number}"), json!({ "order": event["id"] }));
                    insert(&mut events, when + hours * HOUR, event);
                }
                Twist::InPart(hours, money) => {
                    let more = json!({ "order": event["id"], "amount": money.to_string() });
                    insert(&mut events, when + hours * HOUR, new("refund", format!("part-{number}"), more));
                }
                Twist::Rests(before, hours, frozen) => {
                    let from = (when - before * HOUR).max(joined);
                    let pause = new("pause", format!("rest-{number}"), json!({ "freeze_expiry": frozen }));
                    insert(&mut events, from, pause);
                    insert(&mut events, from + hours * HOUR, new("resume", format!("wake-{number}"), json!({})));
                }
            }
        }
        for (at, event) in &mut events {
            event["at"] = json!(instant(*at).to_string());
            // The host's own instants would be out of date.
            event.as_object_mut().expect("an event").remove("revision");
        }
        (joined, events)
    }
}

/// Puts an event where its time is; those that are told late lie where they are.
fn insert(events: &mut Vec<(i64, Value)>, at: i64, event: Value) {
    let place = events.iter().rposition(|(other, _)| *other <= at).map_or(0, |place| place + 1);
    events.insert(place, (at, event));
}

/// The decisions of an outcome, each with its instant.
fn decided(outcome: &str) -> Vec<Value> {
    let outcome: Value = serde_json::from_str(outcome).expect("an outcome is JSON");
    let decisions = outcome["decisions"].as_array().into_iter().flatten();
    let mut decided: Vec<Value> = decisions.cloned().collect();
    for decision in decided.iter_mut().filter(|decision| decision.get("at").is_none()) {
        decision["at"] = outcome["at"].clone();
    }
    decided
}

/// The member as it comes back from what was saved, in either form; both are the same to the byte.
fn saved_and_loaded(program: &Program, member: &Member) -> Result<Member, TestCaseError> {
    let (json, bytes) = (program.save(member), program.save_binary(member));
    let of_json = program.load(&json).map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?;
    let of_bytes = program.load_binary(&bytes).map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?;
    for loaded in [&of_json, &of_bytes] {
        prop_assert!(loaded.report.is_empty(), "{:?}", loaded.report);
        prop_assert_eq!(&program.save(&loaded.member), &json);
        prop_assert_eq!(&program.save_binary(&loaded.member), &bytes);
        prop_assert_eq!(loaded.member.next_due(), member.next_due());
    }
    Ok(of_bytes.member)
}

proptest! {
    #![proptest_config(settings(200))]

    /// Laws 2, 3, 4, 6, 9 and 10 on every feature: it makes no difference whether the member is saved and loaded between two events, and
    /// whether the host lets time pass there.
    #[test]
    fn they_hold_for_every_feature(told in told()) {
        let feature = told.feature();
        let Some(program) = feature.program().filter(|_| !feature.events.is_empty()) else { return Ok(()) };
        let (joined, events) = told.events();
        let member = program.enroll("m-1", instant(joined)).expect("a member");
        let (mut plain, mut passed) = (member.clone(), member);
        let (mut of_plain, mut of_passed) = (vec![], vec![]);
        for (number, (at, event)) in events.iter().enumerate() {
            let mut event = event.clone();
            event.as_object_mut().expect("an event").remove("member");
            let json = event.to_string();
            // Whatever is told after a pass of time is not earlier than that.
            let earliest = events[number..].iter().map(|(at, _)| *at).min().unwrap_or(*at);
            for percent in &told.passes[number % told.passes.len()] {
                let clock = passed.clock().as_micros();
                let to = clock + (earliest - clock).max(0) / 100 * percent;
                if to <= clock {
                    continue;
                }
                let due = passed.next_due();
                let outcome = program.advance(&mut passed, instant(to)).expect("time passes");
                let nothing = due.is_none_or(|due| to < due.as_micros());
                prop_assert!(!nothing || outcome.decisions().is_empty(), "{}: before it is due: {}", feature.name, outcome.to_json());
                of_passed.extend(decided(&outcome.to_json()));
                passed = saved_and_loaded(&program, &passed)?;
            }
            let before = (program.save(&plain), program.save_binary(&plain));
            let preview = program.apply(&mut plain.clone(), json.as_str());
            let given = program.apply(&mut plain, json.as_str());
            let other = program.apply(&mut passed, json.as_str());
            let text = |given: &Result<loyalty_core::Outcome, loyalty_core::EventError>| match given {
                Ok(outcome) => outcome.to_json(),
                Err(error) => error.to_json(),
            };
            prop_assert_eq!(text(&preview), text(&given), "{}: preview of {}", feature.name, json);
            match (&given, &other) {
                (Ok(given), Ok(other)) => {
                    if !given.replayed() {
                        of_plain.extend(decided(&given.to_json()));
                        of_passed.extend(decided(&other.to_json()));
                    }
                    let after = program.save(&plain);
                    let again = program.apply(&mut plain, json.as_str()).expect("a replay");
                    prop_assert!(again.replayed(), "{}: {}", feature.name, json);
                    prop_assert_eq!(program.save(&plain), after, "{}: the replay of {}", feature.name, json);
                }
                (Err(given), Err(other)) => {
                    prop_assert_eq!(given.code(), other.code(), "{}: {}", feature.name, json);
                    prop_assert_eq!((program.save(&plain), program.save_binary(&plain)), before, "{}: refused {}", feature.name, json);
                }
                _ => prop_assert_eq!(text(&given), text(&other), "{}: {}", feature.name, json),
            }
            passed = saved_and_loaded(&program, &passed)?;
            for member in [&plain, &passed] {
                prop_assert!(program.totals(member).iter().all(Totals::conserved), "{}: after {}", feature.name, json);
            }
        }
        let end = plain.clock().max(passed.clock()).as_micros() + 40 * 24 * HOUR;
        let foreseen = program.view(&plain, instant(end)).to_json();
        for (member, of) in [(&mut plain, &mut of_plain), (&mut passed, &mut of_passed)] {
            let outcome = program.advance(member, instant(end)).expect("time passes");
            of.extend(decided(&outcome.to_json()));
        }
        prop_assert_eq!(&of_plain, &of_passed, "{}: what is decided", feature.name);
        let views = [&plain, &passed].map(|member| program.view(member, instant(end)).to_json());
        prop_assert_eq!(&views[0], &views[1], "{}: the views", feature.name);
        prop_assert_eq!(&views[0], &foreseen, "{}: what is foreseen", feature.name);
    }
}
