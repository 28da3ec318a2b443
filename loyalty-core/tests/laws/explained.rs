//! Law 11: contributions add up to the decision, every step of an explanation leads to the next, and whatever is said to
//! have kept a rule silent really failed, as the model sees it.

use std::collections::BTreeMap;

use loyalty_core::Decimal;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::Engine;
use crate::generate::{Case, MEMBER, case};
use crate::model::event::Step;
use crate::model::{Answer, Member};
use crate::settings;

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn explanations_add_up(case in case(16)) {
        let mut engine = Engine::new(&case);
        let mut model = Member::new(&case.program, case.enrolled);
        for (number, step) in case.steps.iter().enumerate() {
            let told = explained(&engine, step);
            let outcome = engine.step(step);
            let answer = model.step(step);
            prop_assert_eq!(told.is_ok(), outcome.is_ok(), "explained and applied, step {}", number);
            let (Ok(told), Ok(outcome)) = (told, outcome) else { continue };
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            same_decisions(&told, &outcome)?;
            for decision in told["decisions"].as_array().expect("decisions") {
                adds_up(decision, &told)?;
            }
            if let (Step::Apply(event), Answer::Applied) = (step, answer)
                && let Some(failing) = model.failing()
            {
                silent_rules(&case, &event.kind, &told, failing)?;
            }
        }
    }
}

pub fn explained(engine: &Engine, step: &Step) -> Result<Value, String> {
    let told = match step {
        Step::Apply(event) => engine.program.explain(&engine.member, event.to_json(MEMBER)),
        Step::Advance(at) => engine.program.explain_advance(&engine.member, crate::engine::instant(*at)),
    };
    let told = told.map_err(|error| error.to_json())?;
    assert!(!told.to_text(false).is_empty() && told.to_html().ends_with("</div>"));
    Ok(serde_json::from_str(&told.to_json()).expect("JSON"))
}

pub fn decimal(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {value}"))
}

pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The decisions are those of the outcome, whatever is said of them besides.
fn same_decisions(told: &Value, outcome: &Value) -> Result<(), TestCaseError> {
    let (told, decided) = (list(told, "decisions"), list(outcome, "decisions"));
    prop_assert_eq!(told.len(), decided.len());
    for (told, decided) in told.iter().zip(decided) {
        for (key, value) in decided.as_object().expect("an object").iter().filter(|(key, _)| *key != "because") {
            prop_assert_eq!(&told[key], value, "{} of {}", key, told);
        }
        for (told, decided) in list(told, "because").iter().zip(list(decided, "because")) {
            for (key, value) in decided.as_object().expect("an object") {
                prop_assert_eq!(&told[key], value, "{} of {}", key, told);
            }
        }
    }
    Ok(())
}

fn adds_up(decision: &Value, told: &Value) -> Result<(), TestCaseError> {
    match decision["kind"].as_str() {
        Some("earned") => {
            let parts = list(decision, "because");
            let sum: Decimal = parts.iter().map(|part| decimal(&part["amount"])).sum();
            prop_assert_eq!(sum, decimal(&decision["amount"]), "{}", decision);
            if told.get("replayed").is_none() {
                parts.iter().try_for_each(part_adds_up)?;
                rounding_adds_up(parts)?;
            }
        }
        Some("clawed_back") => {
            let taken = list(&told["returned"], "taken").iter().find(|taken| taken["wallet"] == decision["wallet"]);
            if told.get("replayed").is_none() {
                let taken = taken.expect("why it is taken");
                let amount = |key: &str| decimal(&taken[key]);
                prop_assert_eq!(
                    amount("granted") - amount("kept") - amount("taken_before"),
                    amount("due"),
                    "{}",
                    taken
                );
                prop_assert_eq!(amount("due"), decimal(&decision["amount"]), "{}", taken);
                let least = Decimal::ZERO.max(decimal(&taken["rounding"]["result"]));
                prop_assert_eq!(amount("kept"), least.min(amount("granted")), "{}", taken);
            }
        }
        Some("debt_settled") => {
            let amount = |key: &str| decimal(&decision[key]);
            prop_assert_eq!(amount("debt_before") - amount("amount"), amount("debt_after"));
        }
        _ => {}
    }
    Ok(())
}

/// What never ends is shown to twelve decimals.
pub fn close(one: Decimal, other: Decimal) -> bool {
    (one - other).abs() < Decimal::new(1, 9)
}

/// The rounding step says what it rounds: the parts of the rules, after those of the lots before.
fn rounding_adds_up(parts: &[Value]) -> Result<(), TestCaseError> {
    let Some(rounding) = parts.iter().find(|part| part["step"] == "rounding") else { return Ok(()) };
    let [step] = list(rounding, "steps") else { return Err(TestCaseError::fail(format!("{rounding}"))) };
    let before = step.get("before").map_or(Decimal::ZERO, decimal);
    let rules: Decimal =
        parts.iter().filter(|part| part.get("rule").is_some()).map(|part| decimal(&part["amount"])).sum();
    let result = decimal(&step["result"]) - before;
    prop_assert!(close(rules + decimal(&rounding["amount"]), result), "{:?}", parts);
    Ok(())
}

/// A rule's part comes of its effects, less what caps cut, rounded as the step says.
fn part_adds_up(part: &Value) -> Result<(), TestCaseError> {
    let steps = list(part, "steps");
    if part.get("rule").is_none() {
        return Ok(());
    }
    prop_assert!(!steps.is_empty(), "nothing is told of {}", part);
    let mut sum = Decimal::ZERO;
    let mut rounded = None;
    for step in steps {
        let amount = |key: &str| decimal(&step[key]);
        match step["step"].as_str().expect("a step") {
            "earn" | "multiply" => sum += amount("amount"),
            "cap" => sum -= amount("asked") - amount("left"),
            "lot" => sum = amount("amount"),
            "rounding" => {
                prop_assert!(close(amount("exact"), sum), "{}", part);
                rounded = Some(amount("result"));
            }
            "effect" => return Ok(()),
            other => panic!("{other}"),
        }
    }
    let told = rounded.unwrap_or(sum);
    prop_assert!(close(told, decimal(&part["amount"])), "{} is not {}", told, part);
    Ok(())
}

/// Every rule on the event speaks or is silent, and a silent one for exactly the reasons that the model sees.
fn silent_rules(
    case: &Case,
    event: &str,
    told: &Value,
    failing: &[crate::model::Failing],
) -> Result<(), TestCaseError> {
    let silent: BTreeMap<&str, &Value> =
        list(told, "silent").iter().map(|silent| (silent["rule"].as_str().expect("a rule"), silent)).collect();
    let speaks = |rule: &str| {
        list(told, "decisions").iter().any(|decision| {
            decision["rule"] == rule || list(decision, "because").iter().any(|part| part["rule"] == rule)
        })
    };
    for rule in case.program.rules.iter().filter(|rule| rule.event == event) {
        prop_assert_ne!(silent.contains_key(rule.name.as_str()), speaks(&rule.name), "{}", rule.name);
    }
    for fails in failing {
        let name = case.program.rules[fails.rule].name.as_str();
        let failed = fails.conditions + fails.valid + usize::from(fails.limited) > 0;
        let Some(silent) = silent.get(name) else {
            prop_assert!(!failed, "{} speaks, and {:?}", name, fails);
            continue;
        };
        let reasons = list(silent, "reasons");
        prop_assert!(!reasons.is_empty(), "{} is silent for no reason", name);
        let of_kind = |kind: &str| reasons.iter().filter(|reason| reason["kind"] == kind).count();
        prop_assert_eq!(of_kind("condition"), fails.conditions, "conditions of {}", silent);
        prop_assert_eq!(of_kind("valid"), fails.valid, "validity of {}", silent);
        prop_assert_eq!(of_kind("limit") > 0, fails.limited, "limits of {}", silent);
        reasons.iter().try_for_each(really_fails)?;
    }
    Ok(())
}

/// The numbers of a reason say themselves that something is missing.
fn really_fails(reason: &Value) -> Result<(), TestCaseError> {
    if let Some(short) = reason.get("shortfall") {
        prop_assert!(decimal(short) > Decimal::ZERO, "{}", reason);
        prop_assert_eq!(decimal(&reason["actual"]) + decimal(short), decimal(&reason["required"]), "{}", reason);
    }
    if let Some(over) = reason.get("excess") {
        prop_assert!(decimal(over) > Decimal::ZERO, "{}", reason);
        prop_assert_eq!(decimal(&reason["actual"]) - decimal(over), decimal(&reason["required"]), "{}", reason);
    }
    if reason["kind"] == "limit" {
        prop_assert!(reason["used"].as_i64() >= reason["of"].as_i64(), "{}", reason);
    }
    let compared = reason["kind"] == "condition" && reason.get("parts").is_none();
    let says = |key: &str| reason.get(key).is_some();
    prop_assert!(!compared || says("actual") || says("missing") || says("note"), "{}", reason);
    list(reason, "parts").iter().try_for_each(really_fails)
}
