//! The engine and the model, step by step: the same answers, totals, lots and measures.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::engine::Engine;
use crate::generate::{Case, case, timed_case};
use crate::model::calendar::Micros;
use crate::model::event::{Event, Step};
use crate::model::number::{Exact, parse, print, scaled, whole, zero};
use crate::model::program::{Comparison, Earn, Effect, Expr, Returns, Rule};
use crate::model::{Lots, Member};
use crate::settings;

/// Runs a case through both; tells the first step after which they differ.
pub fn compare(case: &Case) -> Result<(), TestCaseError> {
    let mut engine = Engine::new(case);
    let mut model = Member::new(&case.program, case.enrolled);
    let mut begun = false;
    for (number, step) in case.steps.iter().enumerate() {
        let known = model.happened.len();
        let (result, ours) = (engine.step(step), model.step(step));
        prop_assert_eq!(Engine::answered(&result), ours, "answer (engine, model) to step {}", number);
        if let Ok(outcome) =
            result.as_ref().map_err(|_| ()).and_then(|one| if one.replayed() { Err(()) } else { Ok(one) })
        {
            let told: Vec<String> = model.happened[known..].iter().map(|one| one.told(&case.program)).collect();
            let theirs = restored_together(Engine::decided(outcome));
            prop_assert_eq!(theirs, restored_together(told), "decisions (engine, model) of step {}", number);
        }
        // What joining itself brings about happens with the first event that is taken; the engine's view foresees it.
        // An event of before is none that could.
        begun |= result.is_ok() && !matches!(step, Step::Apply(event) if event.at < case.enrolled);
        if begun {
            same_figures(&engine, &model, &format!("step {number}"))?;
        }
    }
    Ok(())
}

/// Lots that never run out may be one lot once they are old, so that what is given back of them is told once or for each.
fn restored_together(told: Vec<String>) -> Vec<String> {
    let mut together: Vec<String> = Vec::new();
    for one in told {
        let restored = |told: &str| {
            let (what, amount) = told.rsplit_once(' ')?;
            what.contains(" restored ").then(|| (what.to_owned(), parse(amount)))
        };
        match (together.last().and_then(|last| restored(last)), restored(&one)) {
            (Some((before, sum)), Some((what, more))) if before == what => {
                together.pop();
                together.push(format!("{what} {}", print(&(&sum + &more))));
            }
            _ => together.push(one),
        }
    }
    together
}

pub fn same_figures(engine: &Engine, model: &Member<'_>, after: &str) -> Result<(), TestCaseError> {
    let (theirs, ours) = (engine.figures(), model.figures());
    for (name, amount) in &ours.totals {
        prop_assert_eq!(&theirs.totals[name], amount, "{} (engine, model) after {}", name, after);
    }
    let horizon = model.horizon();
    prop_assert_eq!(
        drawn_together(theirs.lots, horizon),
        drawn_together(ours.lots, horizon),
        "lots (engine, model) after {}",
        after
    );
    prop_assert_eq!(theirs.levels, ours.levels, "levels (engine, model) after {}", after);
    prop_assert_eq!(theirs.measures, ours.measures, "measures (engine, model) after {}", after);
    prop_assert_eq!(theirs.attributes, ours.attributes, "attributes (engine, model) after {}", after);
    prop_assert_eq!(theirs.tags, ours.tags, "tags (engine, model) after {}", after);
    Ok(())
}

/// What never runs out and was earned before `horizon` may be one lot.
fn drawn_together(lots: Lots, horizon: Micros) -> Lots {
    let mut drawn: BTreeMap<_, Exact> = BTreeMap::new();
    for ((wallet, earned_at, vests_at, ends_at), amount) in lots {
        let settled = vests_at.is_none() && ends_at.is_none() && earned_at < horizon;
        let key = (wallet, if settled { Micros::MIN } else { earned_at }, vests_at, ends_at);
        *drawn.entry(key).or_insert_with(zero) += &parse(&amount);
    }
    drawn.into_iter().map(|(key, amount)| (key, print(&amount))).collect()
}

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn engine_and_model_agree(case in case(20)) {
        compare(&case)?;
    }

    #[test]
    fn they_agree_on_ladders_and_clocks(case in timed_case(12)) {
        compare(&case)?;
    }
}

proptest! {
    #![proptest_config(settings(32))]

    /// Where rules are judged anew on what is kept, and what multiplies them with them.
    #[test]
    fn they_agree_where_returns_revoke(case in case(12).prop_map(with_a_threshold)) {
        compare(&case)?;
    }
}

const DAY: i64 = 86_400_000_000;

fn at(step: &Step) -> i64 {
    match step {
        Step::Apply(event) => event.at,
        Step::Advance(at) => *at,
    }
}

proptest! {
    #![proptest_config(settings(10))]

    /// What is forgotten meanwhile is not missed, neither by what time brings nor by events after it.
    #[test]
    fn they_agree_after_long_silences(case in timed_case(4), again in timed_case(3), days in 200_i64..500) {
        let mut engine = Engine::new(&case);
        let mut model = Member::new(&case.program, case.enrolled);
        // As above: what joining brings about happens with the first event that is taken.
        let mut begun = false;
        let mut both = |step: &Step| {
            let known = model.happened.len();
            let (result, ours) = (engine.step(step), model.step(step));
            prop_assert_eq!(Engine::answered(&result), ours, "answer (engine, model) to {:?}", step);
            begun |= result.is_ok();
            if let Some(outcome) = result.ok().filter(|outcome| !outcome.replayed()) {
                let told: Vec<String> = model.happened[known..].iter().map(|one| one.told(&case.program)).collect();
                prop_assert_eq!(Engine::decided(&outcome), told, "decisions (engine, model) of {:?}", step);
            }
            if begun { same_figures(&engine, &model, &format!("{step:?}")) } else { Ok(()) }
        };
        case.steps.iter().try_for_each(&mut both)?;
        let last = case.steps.iter().map(at).max().unwrap_or(case.enrolled) + days * DAY;
        both(&Step::Advance(last))?;
        // The orders of another history, each as long after the silence as it comes after its own beginning.
        for (number, step) in again.steps.iter().enumerate() {
            if let Step::Apply(event) = step && event.kind == "order" {
                let order = Event { id: format!("late{number}"), at: last + event.at - again.enrolled, ..event.clone() };
                both(&Step::Apply(order))?;
            }
        }
        both(&Step::Advance(last + days * DAY))?;
    }
}

/// The case with a rule that a partial return undoes, and another that multiplies it.
fn with_a_threshold(mut case: Case) -> Case {
    let program = &mut case.program;
    program.returns = Returns::Revoke;
    program.rules.iter_mut().for_each(|rule| rule.returns = None);
    let goods = || Expr::Field("subtotal".to_owned());
    let enough = Expr::Money(scaled(2_000, program.currency.minor));
    let enough = Expr::Compare(Comparison::GreaterOrEqual, Box::new(goods()), Box::new(enough));
    let points = if program.wallets[0].money { whole(1) } else { scaled(15, 1) };
    let rate = Earn::Rate { points: Expr::Number(points), per: whole(1), full: false, of: goods() };
    let earn = Effect::Earn { wallet: 0, amount: rate, vest: None, expire: None };
    let twice = Effect::Multiply { rules: vec![program.rules.len()], wallet: None, by: Expr::Number(whole(2)) };
    program.rules.push(Rule { when: vec![enough], ..Rule::plain("base", "order", vec![earn]) });
    program.rules.push(Rule::plain("more", "order", vec![twice]));
    case
}
