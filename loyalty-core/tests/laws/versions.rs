//! Another version of the program, between any two events: what the one before has granted comes back by what was granted, and what the
//! next one says holds from then on.

use std::collections::BTreeMap;

use loyalty_core::{Decimal, Loaded, Totals};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::agree::{restored_together, same_figures};
use crate::engine::{Engine, compile};
use crate::generate::{Rolls, case, timed_case};
use crate::model::Member;
use crate::model::event::{Event, Field, Step};
use crate::model::number::{scaled, whole};
use crate::model::program::*;
use crate::settings;

fn rolls() -> impl Strategy<Value = Vec<u32>> {
    vec(0_u32..1000, 24)
}

/// The program with other numbers and other policies, and nothing that is not there any more.
fn other_numbers(mut program: Program, mut rolls: Rolls) -> Program {
    let rolls = &mut rolls;
    for wallet in &mut program.wallets {
        let (spend, clawback) = (
            rolls.pick(&[SpendOrder::SoonestExpiring, SpendOrder::Oldest]),
            rolls.pick(&[Clawback::WithinBalance, Clawback::MayOverdraw, Clawback::OnlyPending]),
        );
        let (round, vest) = (
            rolls.pick(&[RoundMode::Down, RoundMode::Up, RoundMode::HalfEven]),
            rolls.pick(&[Vest::AtOnce, Vest::After(crate::generate::LENGTHS[0])]),
        );
        let what = rolls.below(5);
        let most = rolls.pick(&[whole(50), whole(500)]);
        change(wallet, what, (spend, clawback, round, &vest, &most));
        for (_, form) in &mut wallet.later {
            change(form, what, (spend, clawback, round, &vest, &most));
        }
    }
    for rule in &mut program.rules {
        let (doubles, count) = (rolls.one_in(2), rolls.pick(&[1, 2, 5]));
        numbers(rule, doubles, count);
        rule.later.iter_mut().for_each(|(_, form)| numbers(form, doubles, count));
    }
    if rolls.one_in(3) {
        let amount = Earn::Fixed(Expr::Points(0, whole(3)));
        let earn = Effect::Earn { wallet: 0, amount, vest: None, expire: None };
        program.rules.push(Rule::plain("joined_in", "order", vec![earn]));
    }
    program
}

type Policies<'p> = (SpendOrder, Clawback, RoundMode, &'p Vest, &'p crate::model::number::Exact);

fn change(form: &mut Wallet, what: usize, (spend, clawback, round, vest, most): Policies<'_>) {
    match what {
        0 => form.spend = spend,
        1 => form.clawback = clawback,
        2 => form.round = round,
        3 => form.vest = vest.clone(),
        _ => form.hold_at_most = Some(most.clone()),
    }
}

/// Other points of rates and of what nothing caps, and other limits.
fn numbers(rule: &mut Rule, doubles: bool, count: u32) {
    let uncapped = rule.caps.is_empty();
    for effect in &mut rule.effects {
        let Effect::Earn { amount, .. } = effect else { continue };
        match amount {
            Earn::Rate { points: Expr::Number(points), .. } if doubles => *points = &*points * whole(2),
            Earn::Fixed(Expr::Points(_, points)) if doubles && uncapped => *points = &*points * whole(2),
            _ => {}
        }
    }
    rule.limits.iter_mut().filter(|limit| limit.by_level.is_none()).for_each(|limit| limit.count = count);
}

/// The program with rules and a wallet that are gone, or are called or ask something else.
fn something_else(mut program: Program, mut rolls: Rolls) -> Program {
    let rolls = &mut rolls;
    program = other_numbers(program, Rolls::new((0..24).map(|_| rolls.below(1000) as u32).collect()));
    if rolls.one_in(3) && program.wallets.len() > 1 {
        program.wallets[1].name = "moons".to_owned();
    }
    for number in 0..program.rules.len() {
        let rule = &mut program.rules[number];
        if rolls.one_in(4) {
            rule.name.push_str("_now");
        }
        match rolls.below(6) {
            0 => asks_else(rule),
            1 => rule.returns = Some(Returns::Revoke),
            2 => rule.returns = Some(Returns::Keep),
            3 => {
                rule.caps.clear();
                rule.later.iter_mut().for_each(|(_, form)| form.caps.clear());
            }
            _ => {}
        }
    }
    if rolls.one_in(3) {
        program.groups.clear();
    }
    // The last rule is named by none before it but by groups.
    if rolls.one_in(2) && program.groups.is_empty() && program.rules.len() > 1 {
        program.rules.pop();
    }
    if rolls.one_in(4) {
        program.returns = if program.returns == Returns::Keep { Returns::Revoke } else { Returns::Keep };
    }
    program
}

fn asks_else(rule: &mut Rule) {
    if rule.event != "order" {
        return;
    }
    rule.when = vec![Expr::IsPresent(Box::new(Expr::Field("payment".to_owned())))];
    for effect in &mut rule.effects {
        if let Effect::Earn { amount: Earn::Rate { of, .. }, .. } = effect
            && matches!(of, Expr::Field(_))
        {
            *of = Expr::Times(Box::new(Expr::SumLines("amount".to_owned(), None)), scaled(5, 1));
        }
    }
}

/// The member under the next version, the same from either form of what was saved.
fn migrated(engine: &Engine, next: &Program) -> Result<(Engine, Loaded), TestCaseError> {
    let program = compile(&next.to_string());
    let failed = |error: loyalty_core::StateError| TestCaseError::fail(format!("{error}\n{next}"));
    let loaded = program.load(&engine.save()).map_err(failed)?;
    let of_bytes = program.load_binary(&engine.program.save_binary(&engine.member)).map_err(failed)?;
    prop_assert_eq!(&loaded.report, &of_bytes.report, "the report of JSON and of bytes");
    prop_assert_eq!(program.save(&loaded.member), program.save(&of_bytes.member), "{}", next);
    let again = program.load(&program.save(&loaded.member)).map_err(failed)?;
    prop_assert!(again.report.is_empty(), "loaded again: {:?}", again.report);
    prop_assert_eq!(program.save(&again.member), program.save(&loaded.member), "{}", next);
    Ok((Engine { program, member: loaded.member.clone() }, loaded))
}

proptest! {
    #![proptest_config(settings(64))]

    /// Where only numbers and policies are others, nothing is lost and nothing is reported, and the engine and the model go on alike.
    #[test]
    fn they_agree_over_versions(case in prop_oneof![case(14), timed_case(10)], cut in 0_usize..14, changes in rolls()) {
        let next = other_numbers(case.program.clone(), Rolls::new(changes));
        let mut engine = Engine::new(&case);
        let mut model = Member::new(&case.program, case.enrolled);
        let mut begun = false;
        for (number, step) in case.steps.iter().enumerate() {
            if number == cut {
                let (loaded, of) = migrated(&engine, &next)?;
                prop_assert!(of.report.dropped().is_empty(), "{:?}\n{}", of.report, next);
                let (back, _) = migrated(&loaded, &case.program)?;
                let state = |engine: &Engine| {
                    let mut state: Value = serde_json::from_str(&engine.save()).expect("a state is JSON");
                    state["program"].take();
                    state
                };
                prop_assert_eq!(state(&back), state(&engine), "there and back\n{}", next);
                engine = loaded;
                model.program = &next;
            }
            let known = model.happened.len();
            let (result, ours) = (engine.step(step), model.step(step));
            prop_assert_eq!(Engine::answered(&result), ours, "answer (engine, model) to step {}\n{}", number, next);
            if let Some(outcome) = result.as_ref().ok().filter(|outcome| !outcome.replayed()) {
                let told: Vec<String> = model.happened[known..].iter().map(|one| one.told(model.program)).collect();
                let (theirs, told) = (restored_together(Engine::decided(outcome)), restored_together(told));
                prop_assert_eq!(theirs, told, "decisions (engine, model) of step {}\n{}", number, next);
            }
            begun |= result.is_ok() && !matches!(step, Step::Apply(event) if event.at < case.enrolled);
            if begun {
                same_figures(&engine, &model, &format!("step {number}\n{next}"))?;
            }
        }
    }
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {value}"))
}

/// What an outcome has brought, by wallet, in decisions of a kind.
fn moved(outcome: &Value, kind: &str) -> BTreeMap<String, Decimal> {
    let mut moved = BTreeMap::new();
    for decision in outcome["decisions"].as_array().into_iter().flatten().filter(|decision| decision["kind"] == kind) {
        let wallet = decision["wallet"].as_str().expect("a wallet").to_owned();
        *moved.entry(wallet).or_insert(Decimal::ZERO) += decimal(&decision["amount"]);
    }
    moved
}

/// The lots of a wallet: when each was earned and vests, and how much it is.
fn lots(engine: &Engine) -> BTreeMap<String, Vec<Value>> {
    let view = engine.program.view(&engine.member, engine.member.clock()).to_json();
    let view: Value = serde_json::from_str(&view).expect("a view is JSON");
    let wallets = view["wallets"].as_object().expect("wallets").iter();
    let lot = |lot: &Value| serde_json::json!([lot["earned_at"], lot["vests_at"], lot["amount"]]);
    wallets
        .map(|(name, shown)| (name.clone(), shown["lots"].as_array().expect("lots").iter().map(lot).collect()))
        .collect()
}

proptest! {
    #![proptest_config(settings(64))]

    /// Law 5 over versions: whatever the next one says, what there is stays, a balance that is lost is reported, no return takes more than
    /// was granted, and all of it is gone once the whole order is back.
    #[test]
    fn what_was_granted_comes_back(case in case(14), cut in 1_usize..14, changes in rolls()) {
        let next = something_else(case.program.clone(), Rolls::new(changes));
        let mut engine = Engine::new(&case);
        let mut granted: Vec<(String, BTreeMap<String, Decimal>)> = vec![];
        for (number, step) in case.steps.iter().enumerate() {
            if number == cut {
                let (loaded, of) = migrated(&engine, &next)?;
                let before: BTreeMap<String, Totals> =
                    engine.program.totals(&engine.member).into_iter().map(|totals| (totals.wallet.clone(), totals)).collect();
                let after = loaded.program.totals(&loaded.member);
                let (had, has) = (lots(&engine), lots(&loaded));
                for totals in &after {
                    if let Some(before) = before.get(&totals.wallet) {
                        prop_assert_eq!(totals, before, "{}", next);
                        prop_assert_eq!(&has[&totals.wallet], &had[&totals.wallet], "{}", next);
                    }
                }
                let lost = before.values().filter(|before| after.iter().all(|after| after.wallet != before.wallet));
                let lost: Vec<(String, Decimal)> = lost
                    .map(|lost| (lost.wallet.clone(), lost.available + lost.pending + lost.held))
                    .filter(|(_, amount)| !amount.is_zero())
                    .collect();
                prop_assert_eq!(of.report.lost_balances(), lost, "{}", next);
                engine = loaded;
                let still = |wallet: &String| next.wallets.iter().any(|own| own.name == *wallet);
                granted.iter_mut().for_each(|(_, granted)| granted.retain(|wallet, _| still(wallet)));
            }
            let Ok(outcome) = engine.step(step) else { continue };
            prop_assert!(engine.program.totals(&engine.member).iter().all(Totals::conserved), "after step {}\n{}", number, next);
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            let Step::Apply(event) = step else { continue };
            if outcome["replayed"] == Value::Bool(true) {
                continue;
            }
            if event.kind == "order" {
                granted.push((event.id.clone(), moved(&outcome, "earned")));
            } else if matches!(event.kind.as_str(), "refund" | "cancel")
                && let Some((_, left)) = granted.iter_mut().find(|(id, _)| Some(id.as_str()) == event.text("order"))
            {
                take_back(left, &moved(&outcome, "clawed_back"), event)?;
            }
        }
        for (number, (id, mut left)) in granted.into_iter().enumerate() {
            let at = engine.member.clock().as_micros();
            let cancel = Event::new("cancel", &format!("last{number}"), at).with("order", Field::Text(id.clone()));
            let Ok(outcome) = engine.step(&Step::Apply(cancel.clone())) else { continue };
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            take_back(&mut left, &moved(&outcome, "clawed_back"), &cancel)?;
            prop_assert!(left.values().all(Decimal::is_zero), "what was left of {}: {:?}\n{}", id, left, next);
            prop_assert!(engine.program.totals(&engine.member).iter().all(Totals::conserved), "{}", next);
        }
    }
}

fn take_back(
    left: &mut BTreeMap<String, Decimal>,
    clawed: &BTreeMap<String, Decimal>,
    event: &Event,
) -> Result<(), TestCaseError> {
    for (wallet, clawed) in clawed {
        let left = left.entry(wallet.clone()).or_insert(Decimal::ZERO);
        *left -= clawed;
        prop_assert!(*left >= Decimal::ZERO, "{:?} took back more than was granted in {}", event, wallet);
    }
    Ok(())
}
