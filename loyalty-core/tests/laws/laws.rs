//! The laws, each as a property of the public API on generated programs and histories.

use loyalty_core::{Decimal, Instant};
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{Engine, instant};
use crate::generate::{Case, MEMBER, any_case, case, timed_case};
use crate::model::event::{Event, Field, Step};
use crate::settings;

/// The outcome or the refusal of a step, as the host gets it.
fn told(engine: &mut Engine, step: &Step) -> String {
    match engine.step(step) {
        Ok(outcome) => outcome.to_json(),
        Err(error) => error.to_json(),
    }
}

fn run(case: &Case) -> (Engine, Vec<String>) {
    let mut engine = Engine::new(case);
    let told = case.steps.iter().map(|step| told(&mut engine, step)).collect();
    (engine, told)
}

/// Where the member stands on ladders, with all that the state knows of it.
fn tiers(engine: &Engine) -> Value {
    let mut saved: Value = serde_json::from_str(&engine.save()).expect("a state is JSON");
    saved["tiers"].take()
}

const DAY: i64 = 86_400_000_000;

fn decimal(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {value}"))
}

proptest! {
    #![proptest_config(settings(24))]

    /// Law 1: the same program, state and event give the same bytes.
    #[test]
    fn purity(case in any_case(20)) {
        let ((one, told_one), (other, told_other)) = (run(&case), run(&case));
        prop_assert_eq!(told_one, told_other);
        prop_assert_eq!(one.save(), other.save());
        prop_assert_eq!(one.program.save_binary(&one.member), other.program.save_binary(&other.member));
    }

    /// Law 2: a state that was saved and loaded goes on as if it had not been.
    #[test]
    fn fold(case in any_case(20), cut in 0_usize..20) {
        let (whole, told_whole) = run(&case);
        let mut engine = Engine::new(&case);
        for (number, step) in case.steps.iter().enumerate() {
            if number == cut {
                let json = engine.save();
                let loaded = engine.program.load(&json).expect("a saved member");
                prop_assert!(loaded.report.is_empty());
                prop_assert_eq!(engine.program.save(&loaded.member), json, "JSON state after step {}", number);
                prop_assert_eq!(loaded.member.next_due(), engine.member.next_due(), "next due after step {}", number);
                let bytes = engine.program.save_binary(&loaded.member);
                prop_assert_eq!(&bytes, &engine.program.save_binary(&engine.member), "binary state after step {}", number);
                let due = engine.member.next_due();
                engine.member = engine.program.load_binary(&bytes).expect("a saved member").member;
                prop_assert_eq!(engine.member.next_due(), due, "next due of the bytes after step {}", number);
            }
            prop_assert_eq!(&told(&mut engine, step), &told_whole[number], "step {}", number);
        }
        prop_assert_eq!(engine.save(), whole.save());
    }

    /// Law 3: the books of every wallet balance after every step, and its lots add up to its figures.
    #[test]
    fn conservation(case in any_case(20)) {
        let mut engine = Engine::new(&case);
        for (number, step) in case.steps.iter().enumerate() {
            let _ = engine.step(step);
            for totals in engine.program.totals(&engine.member) {
                let right = totals.available + totals.pending + totals.held + totals.spent + totals.expired
                    + totals.transferred_out + totals.clawed_back - totals.debt - totals.written_off;
                prop_assert_eq!(totals.issued + totals.transferred_in, right, "{} after step {}", totals.wallet, number);
                let figures = [totals.available, totals.pending, totals.spent, totals.expired, totals.debt];
                prop_assert!(figures.iter().all(|figure| *figure >= Decimal::ZERO), "{:?} after step {}", totals, number);
            }
            let view = engine.program.view(&engine.member, engine.member.clock()).to_json();
            let view: Value = serde_json::from_str(&view).expect("a view is JSON");
            for (name, wallet) in view["wallets"].as_object().expect("wallets") {
                let lots: Decimal = wallet["lots"].as_array().expect("lots").iter().map(|lot| decimal(&lot["amount"])).sum();
                prop_assert_eq!(lots, decimal(&wallet["available"]) + decimal(&wallet["pending"]), "lots of {}", name);
            }
        }
    }

    /// Law 3, the entries: the decisions of all outcomes add up to the totals.
    #[test]
    fn decisions_are_the_ledger(case in any_case(20)) {
        let (engine, told) = run(&case);
        for totals in engine.program.totals(&engine.member) {
            let (mut issued, mut spent, mut expired, mut clawed, mut debt) = Default::default();
            let outcomes = told.iter().map(|told| serde_json::from_str::<Value>(told).expect("an outcome is JSON"));
            for outcome in outcomes.filter(|outcome| outcome["replayed"] != Value::Bool(true)) {
                for decision in outcome["decisions"].as_array().into_iter().flatten() {
                    if decision["wallet"] != Value::String(totals.wallet.clone()) {
                        continue;
                    }
                    let amount = || decimal(&decision["amount"]);
                    match decision["kind"].as_str().expect("a kind") {
                        "earned" => issued += amount(),
                        "spent" => spent += amount(),
                        "restored" => spent -= amount(),
                        "expired" | "forfeited" => expired += amount(),
                        "clawed_back" => {
                            clawed += amount();
                            debt += decision.get("debt").map_or(Decimal::ZERO, decimal);
                        }
                        "debt_settled" => debt -= amount(),
                        _ => {}
                    }
                }
            }
            let figures: [Decimal; 5] = [issued, spent, expired, clawed, debt];
            let expected = [totals.issued, totals.spent, totals.expired, totals.clawed_back, totals.debt];
            prop_assert_eq!(figures, expected, "issued, spent, expired, clawed back, debt of {}", totals.wallet);
        }
    }

    /// Law 4: the same event again repeats its decisions and changes nothing; a changed one is a conflict.
    #[test]
    fn idempotency(case in any_case(14)) {
        let mut engine = Engine::new(&case);
        let mut sent: Vec<(Event, Value)> = vec![];
        for step in &case.steps {
            let told = told(&mut engine, step);
            let Step::Apply(event) = step else { continue };
            let outcome: Value = serde_json::from_str(&told).expect("JSON");
            if outcome.get("decisions").is_some() && outcome["replayed"] != Value::Bool(true) {
                sent.push((event.clone(), outcome["decisions"].clone()));
            }
            let horizon = engine.member.clock().as_micros() - i64::from(case.program.history_days) * DAY;
            for (event, decisions) in sent.iter().filter(|(event, _)| event.at >= horizon) {
                let before = engine.save();
                let again = engine.step(&Step::Apply(event.clone())).expect("a replay");
                prop_assert!(again.replayed());
                let again: Value = serde_json::from_str(&again.to_json()).expect("JSON");
                prop_assert_eq!(&again["decisions"], decisions, "the replay of {}", event.id);
                let later = Event { at: event.at + 1, ..event.clone() };
                let refusal = engine.step(&Step::Apply(later)).expect_err("another payload");
                prop_assert_eq!(refusal.code().as_str(), "conflict");
                prop_assert_eq!(engine.save(), before);
            }
        }
    }

    /// Law 5: never more comes back than was granted, and after a whole return nothing of the grant is left.
    #[test]
    fn returns_undo_what_was_granted(case in case(14)) {
        let mut engine = Engine::new(&case);
        let mut granted: Vec<(String, Decimal)> = vec![];
        for step in &case.steps {
            let Step::Apply(event) = step else { continue };
            if !matches!(event.kind.as_str(), "order" | "refund" | "cancel") {
                continue;
            }
            let Ok(outcome) = engine.step(step) else { continue };
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            if outcome["replayed"] == Value::Bool(true) {
                continue;
            }
            let sum = |kind: &str| -> Decimal {
                let decisions = outcome["decisions"].as_array().expect("decisions").iter();
                decisions.filter(|decision| decision["kind"] == kind).map(|decision| decimal(&decision["amount"])).sum()
            };
            if event.kind == "order" {
                granted.push((event.id.clone(), sum("earned")));
            } else if let Some((_, left)) = granted.iter_mut().find(|(id, _)| Some(id.as_str()) == event.text("order")) {
                *left -= sum("clawed_back");
                prop_assert!(*left >= Decimal::ZERO, "{:?} took back more than was granted", event);
            }
        }
        for (number, (id, left)) in granted.into_iter().enumerate() {
            let at = engine.member.clock().as_micros();
            let cancel = Event::new("cancel", &format!("last{number}"), at).with("order", Field::Text(id.clone()));
            let Ok(outcome) = engine.step(&Step::Apply(cancel)) else { continue };
            let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
            let decisions = outcome["decisions"].as_array().expect("decisions").iter();
            let clawed: Decimal =
                decisions.filter(|decision| decision["kind"] == "clawed_back").map(|one| decimal(&one["amount"])).sum();
            prop_assert_eq!(clawed, left, "what was left of {}", id);
        }
    }

    /// Law 5: the units of an order come back in any order, one at a time or together, and leave the same.
    #[test]
    fn parts_returned_in_any_order_add_up(case in case(6), swap in any::<bool>()) {
        let order = case.steps.iter().find_map(|step| match step {
            Step::Apply(event) if event.kind == "order" && event.lines().is_some_and(|lines| lines.len() > 1) => Some(event),
            _ => None,
        });
        let Some(order) = order else { return Ok(()) };
        // Lines that have one id are one to a refund; here each is returned by itself.
        let mut own_ids = order.lines().expect("lines").to_vec();
        for (number, line) in own_ids.iter_mut().enumerate() {
            line.insert("id".to_owned(), Field::Text(number.to_string()));
        }
        let order = &order.clone().with("lines", Field::Lines(own_ids));
        let part = |id: &str, line: usize| {
            let line = [("id".to_owned(), Field::Text(line.to_string()))].into_iter().collect();
            Event::new("refund", id, order.at)
                .with("order", Field::Text(order.id.clone()))
                .with("lines", Field::Lines(vec![line]))
        };
        let mut lines: Vec<usize> = (0..order.lines().expect("lines").len()).collect();
        if swap {
            lines.reverse();
        }
        let mut whole = Engine::new(&Case { enrolled: case.enrolled.min(order.at), ..case.clone() });
        if whole.step(&Step::Apply(order.clone())).is_err() {
            return Ok(());
        }
        let mut parts = whole.clone();
        for (number, line) in lines.into_iter().enumerate() {
            let returned = parts.step(&Step::Apply(part(&format!("p{number}"), line)));
            // Once all of the money is back, lines that cost nothing are back with it.
            let nothing_left = returned.as_ref().is_err_and(|error| error.code().as_str() == "already_returned");
            prop_assert!(returned.is_ok() || nothing_left);
        }
        let all = Event::new("cancel", "all", order.at).with("order", Field::Text(order.id.clone()));
        whole.step(&Step::Apply(all)).expect("a cancellation");
        let amounts = |engine: &Engine| -> Vec<_> {
            let totals = engine.program.totals(&engine.member).into_iter();
            totals.map(|totals| (totals.available, totals.pending, totals.spent, totals.clawed_back, totals.debt)).collect()
        };
        let refunds_earn = case.program.rules.iter().any(|rule| rule.event == "refund");
        if !refunds_earn {
            prop_assert_eq!(amounts(&parts), amounts(&whole));
            prop_assert_eq!(parts.figures().measures, whole.figures().measures);
        }
    }

    /// Law 6: it does not matter in how many steps time passes: the same bytes, and the same decisions in their order.
    #[test]
    fn time_in_any_steps(case in any_case(12), days in prop::collection::vec(0_i64..200, 1..4)) {
        let (mut stepwise, _) = run(&case);
        let mut at_once = stepwise.clone();
        let mut at = stepwise.member.clock().as_micros();
        let mut decided = vec![];
        for days in days {
            at += days * DAY + 1;
            decided.extend(Engine::decided(&stepwise.step(&Step::Advance(at)).expect("time passes")));
        }
        let together = at_once.step(&Step::Advance(at)).expect("time passes");
        prop_assert_eq!(decided, Engine::decided(&together));
        prop_assert_eq!(stepwise.save(), at_once.save());
    }

    /// Law 6: nothing happens before the next due instant, and something at it. A level given beside the rules that is
    /// no higher than the one in force changes the state and decides nothing yet.
    #[test]
    fn next_due_is_exact(case in any_case(12)) {
        let (mut engine, _) = run(&case);
        for _ in 0..30 {
            let Some(due) = engine.member.next_due() else { break };
            prop_assert!(due >= engine.member.clock(), "{:?} lies behind the clock", due);
            let before = Instant::from_micros(due.as_micros() - 1).expect("an instant");
            let nothing = engine.program.advance(&mut engine.member, before).expect("time passes");
            prop_assert!(nothing.decisions().is_empty(), "before the due instant: {}", nothing.to_json());
            prop_assert_eq!(engine.member.next_due(), Some(due));
            let tiers = tiers(&engine);
            let something = engine.program.advance(&mut engine.member, due).expect("time passes");
            let changed = !something.decisions().is_empty() || tiers != self::tiers(&engine);
            prop_assert!(changed, "nothing at the due instant {:?}", due);
        }
        let last = Instant::from_micros(engine.member.clock().as_micros() + 3_600_000_000).expect("an instant");
        if engine.member.next_due().is_none() {
            let nothing = engine.program.advance(&mut engine.member, last).expect("time passes");
            prop_assert!(nothing.decisions().is_empty());
        }
    }

    /// Law 6: a view of a later instant shows what will be there.
    #[test]
    fn a_view_foresees(case in any_case(12), days in 0_i64..400) {
        let (mut engine, _) = run(&case);
        let at = instant(engine.member.clock().as_micros() + days * DAY);
        let foreseen = engine.program.view(&engine.member, at).to_json();
        engine.program.advance(&mut engine.member, at).expect("time passes");
        prop_assert_eq!(foreseen, engine.program.view(&engine.member, at).to_json());
    }

    /// Law 13: laid out by the formatter, a program is the same program, and laid out it stays.
    #[test]
    fn formatted(case in any_case(8)) {
        let text = case.program.to_string();
        let laid_out = loyalty_core::format(&text).expect("a program without slips");
        prop_assert_eq!(loyalty_core::format(&laid_out).expect("no slips"), laid_out.clone());
        let (plain, told_plain) = run(&case);
        let mut engine = Engine::new(&case);
        engine.program = crate::engine::compile(&laid_out);
        engine.member = engine.program.enroll(MEMBER, instant(case.enrolled)).expect("a member");
        let told_laid_out: Vec<String> = case.steps.iter().map(|step| told(&mut engine, step)).collect();
        prop_assert_eq!(told_plain, told_laid_out);
        // The state names the text that it was written by.
        let state = |engine: &Engine| {
            let mut state: Value = serde_json::from_str(&engine.save()).expect("a state is JSON");
            state["program"].take();
            state
        };
        prop_assert_eq!(state(&plain), state(&engine));
    }

    /// Law 9: an event that is refused leaves no trace.
    #[test]
    fn atomicity(case in any_case(20)) {
        let mut engine = Engine::new(&case);
        for step in &case.steps {
            let (before, bytes) = (engine.save(), engine.program.save_binary(&engine.member));
            if engine.step(step).is_err() {
                prop_assert_eq!(engine.save(), before);
                prop_assert_eq!(engine.program.save_binary(&engine.member), bytes);
            }
        }
    }

    /// Law 10: a preview on the same state tells what the commit then does, and changes nothing.
    #[test]
    fn preview_equals_commit(case in any_case(12)) {
        let mut engine = Engine::new(&case);
        for step in &case.steps {
            let preview = told(&mut engine.clone(), step);
            prop_assert_eq!(preview, told(&mut engine, step));
        }
    }

    /// Members are islands: however their events are interleaved, each ends as it would alone.
    #[test]
    fn members_do_not_touch(one in any_case(10), other in any_case(10), turns in prop::collection::vec(any::<bool>(), 20)) {
        let other = Case { program: one.program.clone(), ..other };
        let (alone, _) = run(&one);
        let (alone_too, _) = run(&other);
        let (mut first, mut second) = (Engine::new(&one), Engine::new(&other));
        second.program = first.program.clone();
        let (mut steps, mut others) = (one.steps.iter(), other.steps.iter());
        for turn in turns.into_iter().chain([true; 10]).chain([false; 10]) {
            let (engine, step) = if turn { (&mut first, steps.next()) } else { (&mut second, others.next()) };
            if let Some(step) = step {
                let _ = engine.step(step);
            }
        }
        prop_assert_eq!(first.save(), alone.save());
        prop_assert_eq!(second.save(), alone_too.save());
    }
}

proptest! {
    #![proptest_config(settings(12))]

    /// Law 6: ten years in one step are ten years day by day.
    #[test]
    fn ten_years_day_by_day(case in timed_case(8)) {
        let (mut daily, _) = run(&case);
        let mut at_once = daily.clone();
        let start = daily.member.clock().as_micros();
        let mut decided = vec![];
        for day in 1..=3653 {
            decided.extend(Engine::decided(&daily.step(&Step::Advance(start + day * DAY)).expect("time passes")));
        }
        let together = at_once.step(&Step::Advance(start + 3653 * DAY)).expect("time passes");
        prop_assert_eq!(decided, Engine::decided(&together));
        prop_assert_eq!(daily.program.save_binary(&daily.member), at_once.program.save_binary(&at_once.member));
    }
}

/// Lots that are drawn together in time, and whose parts run out before that or after.
#[test]
fn points_that_are_forfeited_month_by_month() {
    let program = crate::engine::compile(
        r#"program "Shop" { currency EUR  timezone "UTC"  history 40 days  returns within 20 days }
        wallet pts { vest on 30 june }
        rule base on order { earn 1 pts per 1 EUR of order.subtotal }
        rule less every month on day 1 { forfeit 10% of pts.balance from pts }"#,
    );
    let instant = |text: &str| loyalty_core::Instant::parse(text).expect("an instant");
    let mut daily = program.enroll("m-1", instant("2026-01-05T10:00:00Z")).expect("a member");
    for order in ["o-1", "o-2"] {
        let event = format!(r#"{{"type":"order","id":"{order}","at":"2026-01-05T11:00:00Z","subtotal":10}}"#);
        program.apply(&mut daily, event).expect("an order");
    }
    let (mut at_once, start) = (daily.clone(), daily.clock().as_micros());
    for day in 1..=1500 {
        let to = loyalty_core::Instant::from_micros(start + day * DAY).expect("an instant");
        program.advance(&mut daily, to).expect("time passes");
    }
    program.advance(&mut at_once, daily.clock()).expect("time passes");
    assert!(program.totals(&daily)[0].expired > 10.into());
    assert_eq!(program.save(&daily), program.save(&at_once));
}
