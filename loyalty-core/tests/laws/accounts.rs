//! What becomes of an account on any program: merged with another, and paused.

use loyalty_core::{Instant, Totals};
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{Engine, compile, instant};
use crate::generate::{Case, MEMBER, case};
use crate::members::{CLUB, added};
use crate::model::event::Step;
use crate::settings;

const DAY: i64 = 86_400_000_000;

/// An event under an id of the other account, as the host's other numbering has it.
fn of_the_other(json: &str) -> String {
    let mut event: Value = serde_json::from_str(json).expect("an event");
    for key in ["id", "order"] {
        if let Some(id) = event[key].as_str() {
            event[key] = format!("b-{id}").into();
        }
    }
    event["member"] = "n".into();
    event.to_string()
}

proptest! {
    #![proptest_config(settings(48))]

    /// A merge on any program and any two histories: sums add up, both histories are known, and time goes on as it would.
    #[test]
    fn merged_histories(one in case(10), other in case(10)) {
        let other = Case { program: one.program.clone(), ..other };
        let mut first = Engine::new(&one);
        for step in &one.steps {
            let _ = first.step(step);
        }
        let mut second = first.program.enroll("n", instant(other.enrolled)).expect("a member");
        let mut known = Vec::new();
        for step in &other.steps {
            match step {
                Step::Apply(event) => {
                    let json = of_the_other(&event.to_json(MEMBER));
                    if first.program.apply(&mut second, &json).is_ok() {
                        known.push(json);
                    }
                }
                Step::Advance(at) => {
                    first.program.advance(&mut second, instant(*at)).expect("time passes");
                }
            }
        }
        let program = first.program.clone();
        let at = first.member.clock().max(second.clock());
        let (mut into, mut from) = (first.member.clone(), second.clone());
        program.merge(&mut into, &mut from, at).expect("one account");
        for member in [&mut first.member, &mut second] {
            program.advance(member, at).expect("time passes");
        }
        let parts = program.totals(&first.member).into_iter().zip(program.totals(&second));
        for ((one, other), found) in parts.zip(program.totals(&into)) {
            let expected = added(&one, &other);
            prop_assert!(found.conserved());
            prop_assert_eq!(expected.available - expected.debt, found.available - found.debt);
            prop_assert_eq!((expected.issued, expected.pending, expected.spent), (found.issued, found.pending, found.spent));
            prop_assert_eq!((expected.expired, expected.clawed_back, expected.written_off), (found.expired, found.clawed_back, found.written_off));
        }
        prop_assert!(program.totals(&from).iter().all(|totals| totals.issued.is_zero() && totals.available.is_zero()));
        for json in &known {
            match program.apply(&mut into, json) {
                Ok(outcome) => prop_assert!(outcome.replayed(), "{json}"),
                // What both no longer remember cannot be told from something new, and is refused.
                Err(error) => prop_assert_eq!(error.code().as_str(), "too_late"),
            }
        }
        let json = program.save(&into);
        prop_assert_eq!(program.save(&program.load(&json).expect("a saved member").member), json);
        let (mut stepwise, mut at_once) = (into.clone(), into);
        for days in [1, 40, 400] {
            program.advance(&mut stepwise, instant(at.as_micros() + days * DAY)).expect("time passes");
        }
        program.advance(&mut at_once, instant(at.as_micros() + 400 * DAY)).expect("time passes");
        prop_assert_eq!(program.save(&stepwise), program.save(&at_once));
    }

    /// A pause anywhere in any history: what is due is due exactly then, in however many steps time passes; nothing is
    /// earned or spent by rules meanwhile, and frozen points outlive it.
    #[test]
    fn a_pause_in_any_history(case in case(12), cut in 0_usize..12, freeze in any::<bool>(), days in 1_i64..200) {
        let mut engine = Engine::new(&case);
        let cut = cut.min(case.steps.len());
        for step in &case.steps[..cut] {
            let _ = engine.step(step);
        }
        let pause = |engine: &mut Engine, kind: &str, at: Instant| {
            let json = format!(r#"{{"type":"{kind}","id":"{kind}-1","at":"{at}","freeze_expiry":{freeze}}}"#);
            engine.program.apply(&mut engine.member, json).expect("an account that is there")
        };
        let began = engine.member.clock();
        pause(&mut engine, "pause", began);
        let before = engine.program.totals(&engine.member);
        let (mut stepwise, end) = (engine.clone(), instant(began.as_micros() + days * DAY));
        engine.program.advance(&mut engine.member, end).expect("time passes");
        while let Some(due) = stepwise.member.next_due().filter(|due| *due <= end) {
            let nothing = stepwise.program.advance(&mut stepwise.member, instant(due.as_micros() - 1)).expect("time passes");
            prop_assert!(nothing.decisions().is_empty());
            let something = stepwise.program.advance(&mut stepwise.member, due).expect("time passes");
            prop_assert!(!something.decisions().is_empty());
        }
        stepwise.program.advance(&mut stepwise.member, end).expect("time passes");
        prop_assert_eq!(engine.save(), stepwise.save());
        for (before, after) in before.iter().zip(engine.program.totals(&engine.member)) {
            prop_assert!(after.conserved());
            prop_assert_eq!((before.issued, before.spent), (after.issued, after.spent));
            // Only what waited for an event that did not come is gone.
            prop_assert!(!freeze || after.available + after.debt >= before.available);
        }
        pause(&mut engine, "resume", end);
        let json = engine.save();
        prop_assert_eq!(engine.program.load(&json).expect("a saved member").member.next_due(), engine.member.next_due());
        for step in &case.steps[cut..] {
            let _ = engine.step(step);
            prop_assert!(engine.program.totals(&engine.member).iter().all(Totals::conserved));
        }
        let (mut at_once, far) = (engine.clone(), instant(engine.member.clock().as_micros() + 900 * DAY));
        for _ in 0..20 {
            let Some(due) = engine.member.next_due() else { break };
            prop_assert!(!engine.program.advance(&mut engine.member, due).expect("time passes").decisions().is_empty());
        }
        let far = far.max(engine.member.clock());
        for engine in [&mut engine, &mut at_once] {
            engine.program.advance(&mut engine.member, far).expect("time passes");
        }
        prop_assert_eq!(engine.save(), at_once.save());
    }
}

/// A state that somebody has written by hand is refused, and never worked with.
#[test]
fn a_pause_beyond_the_calendar_is_no_state() {
    let program = compile(CLUB);
    let member = program.enroll("ana", instant(0)).unwrap();
    let saved = program.save(&member);
    let paused = saved.replace(r#""pauses":[]"#, r#""pauses":[["1970-01-01T00:00:00Z","2199-12-31T00:00:00Z",true]]"#);
    assert_ne!(saved, paused);
    program.load(&paused).unwrap();
    for instant in ["1969-12-31T23:59:59Z", "2300-01-01T00:00:00Z", "no instant"] {
        program.load(&paused.replace("2199-12-31T00:00:00Z", instant)).unwrap_err();
    }
}
