//! Badges: who has which and since when is what the slow evaluator says, and the decisions tell all of it.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::challenges::{ENROLLED, happen, steps};
use crate::engine::{compile, instant};
use crate::model::badges::{Award, Badge, Figure, Given};
use crate::settings;

fn ascending(figure: Figure) -> impl Strategy<Value = Vec<i64>> {
    let unit = match figure {
        Figure::Spend => 6_000,
        Figure::OrdersThisMonth => 1,
        Figure::DaysSinceTheLast => 3,
    };
    vec(1_i64..4, 1..=3).prop_map(move |steps| {
        let sums = steps.into_iter().scan(0, |sum, step| {
            *sum += step * unit;
            Some(*sum)
        });
        sums.collect()
    })
}

fn award() -> impl Strategy<Value = Award> {
    (0_i64..8_000, prop::option::of(1_usize..=3), any::<bool>()).prop_map(|(from, level, revoke)| Award {
        from,
        level,
        revoke,
    })
}

fn badge() -> impl Strategy<Value = Badge> {
    let figure = prop_oneof![Just(Figure::Spend), Just(Figure::OrdersThisMonth), Just(Figure::DaysSinceTheLast)];
    let condition = figure
        .prop_flat_map(|figure| (Just(figure), ascending(figure)))
        .prop_map(|(figure, asked)| Given::Condition(figure, asked));
    let rules = (1_usize..=3, vec(award(), 1..3)).prop_map(|(levels, mut rules)| {
        rules.iter_mut().for_each(|rule| rule.level = rule.level.map(|level| level.min(levels)));
        Given::Rules { levels, rules }
    });
    (any::<bool>(), prop_oneof![condition, rules]).prop_map(|(revoke, mut given)| {
        // A lower level that another order gives is not looked for.
        if let (true, Given::Rules { levels, rules }) = (revoke, &mut given) {
            *levels = 1;
            rules.iter_mut().for_each(|rule| rule.level = None);
        }
        Badge { revoke, given }
    })
}

/// The place of a level among those of its badge, from 1 on; a badge without levels has one.
fn place(level: &Value) -> usize {
    match level.as_str() {
        Some("two") => 2,
        Some("three") => 3,
        _ => 1,
    }
}

proptest! {
    #![proptest_config(settings(96))]

    #[test]
    fn they_are_held_as_the_slow_evaluator_says(badges in vec(badge(), 1..4), steps in steps()) {
        let names = ["a", "b", "c"];
        let mut text = "program \"Shop\" { currency EUR  timezone \"UTC\" }\nwallet pts {}\n".to_owned();
        text += "measure spend = sum(order.subtotal)\nmeasure month = count(order) this month\nmeasure latest = last(order)\n";
        badges.iter().zip(names).for_each(|(badge, name)| text += &badge.program(name));
        let program = compile(&text);
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        let expected: Vec<_> = badges.iter().map(|badge| badge.stand(ENROLLED, &steps)).collect();
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            let outcome = happen(&program, &mut member, number, step);
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            let had = told.clone();
            for decision in outcome["decisions"].as_array().expect("decisions") {
                let badge = || decision["badge"].as_str().expect("a badge").to_owned();
                match decision["kind"].as_str() {
                    Some("badge_awarded") => {
                        // From the level of before the event, where several rules on it give one.
                        let before = told.insert(badge(), place(&decision["level"]));
                        let from = decision.get("from").map(place);
                        prop_assert!(from == before || from == had.get(&badge()).copied(), "{}\n{}", decision, text);
                    }
                    Some("badge_revoked") => {
                        let before = told.remove(&badge());
                        prop_assert_eq!(Some(place(&decision["level"])), before, "{}\n{}", decision, text);
                        told.extend(decision.get("to").map(|to| (badge(), place(to))));
                    }
                    _ => {}
                }
            }
            let view = program.view(&member, member.clock()).to_json();
            let view: Value = serde_json::from_str(&view).expect("a view is JSON");
            for ((badge, name), expected) in badges.iter().zip(names).zip(&expected) {
                let shown = &view["badges"][name];
                let level = if shown.is_object() { place(&shown["level"]) } else { 0 };
                prop_assert_eq!(level, expected[number].level, "{} after {:?}\n{}\n{:#?}", name, step, text, &steps[..=number]);
                prop_assert_eq!(level, told.get(name).copied().unwrap_or(0), "{} as it is told after {:?}", name, step);
                if let (true, Given::Rules { .. }) = (level > 0, &badge.given) {
                    let since = chrono::DateTime::parse_from_rfc3339(shown["since"].as_str().expect("an instant"));
                    let since = since.expect("an instant").timestamp_micros();
                    prop_assert_eq!(since, expected[number].since, "{} after {:?}\n{}\n{:#?}", name, step, text, &steps[..=number]);
                }
            }
        }
        let view = program.view(&member, member.clock()).to_json();
        let member = program.load(&program.save(&member)).expect("a saved member").member;
        prop_assert_eq!(program.view(&member, member.clock()).to_json(), view);
    }
}
