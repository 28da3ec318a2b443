//! The engine and the model, step by step: the same answers, totals, lots and measures.

mod lots;
mod membership;
mod pauses;
mod tenders;

use std::collections::{BTreeMap, VecDeque};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

pub use membership::member_case;
pub use tenders::paid_case;

use crate::engine::Engine;
use crate::generate::{Case, LENGTHS, Rolls, any_case, case, money, timed_case};
use crate::model::calendar::Micros;
use crate::model::event::{Event, Field, Step};
use crate::model::number::{Exact, parse, print, scaled, whole, zero};
use crate::model::program::*;
use crate::model::{Answer, Happened, Lots, Member};
use crate::settings;

/// Runs a case through both; tells the first step after which they differ.
pub fn compare(case: &Case) -> Result<(), TestCaseError> {
    let mut engine = Engine::new(case);
    let mut model = Member::new(&case.program, case.enrolled);
    let mut begun = false;
    // With how many signals it has come of.
    let mut steps: VecDeque<(Step, usize)> = case.steps.iter().map(|step| (step.clone(), 0)).collect();
    let mut number = 0;
    while let Some((step, signals)) = steps.pop_front() {
        let step = &step;
        let known = model.happened.len();
        let (result, ours) = (engine.step(step), model.step(step));
        prop_assert_eq!(Engine::answered(&result), ours.clone(), "answer (engine, model) to step {}", number);
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
        // The host sends what it is told to send, two times in a row at most.
        let told = model.happened[known..].iter().filter(|_| ours == Answer::Applied && signals < 2);
        let sent = told.filter_map(Happened::signal).enumerate().map(|(place, (name, at))| {
            let event = Event::new(name, &format!("sent-{number}-{place}"), at);
            (Step::Apply(event), signals + 1)
        });
        for step in sent.collect::<Vec<_>>().into_iter().rev() {
            steps.push_front(step);
        }
        number += 1;
    }
    Ok(())
}

/// Lots that never run out may be one lot once they are old, so that what is given back of them is told once or for each.
pub fn restored_together(told: Vec<String>) -> Vec<String> {
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

proptest! {
    #![proptest_config(settings(32))]

    /// Where most orders take the place of the one before, and rules follow on rules.
    #[test]
    fn they_agree_on_what_follows_on_edits(case in timed_case(8), edits in vec(any::<bool>(), 8), rates in rates()) {
        compare(&edited(with_followers(case, rates), &edits))?;
    }
}

proptest! {
    #![proptest_config(settings(48))]

    /// Where orders make the levels by which they would be judged once they are told again.
    #[test]
    fn they_agree_on_levels_of_edited_orders(case in timed_case(8), edits in vec(any::<bool>(), 8), ladder in ladder()) {
        compare(&edited(with_a_level(case, ladder), &edits))?;
    }
}

proptest! {
    #![proptest_config(settings(48))]

    /// Where deliveries and activity that came in time are told after points have run out for want of them.
    #[test]
    fn they_agree_on_what_is_told_late(case in any_case(12), wants in wants(), moved in vec(any::<Index>(), 1..4)) {
        compare(&told_late(wanting(case, wants), &moved))?;
    }
}

proptest! {
    #![proptest_config(settings(48))]

    /// Where levels have ended, or were reached, after events that are told then.
    #[test]
    fn they_agree_on_levels_that_late_events_meet(case in timed_case(12), ladder in ladder(), moved in vec(any::<Index>(), 1..5)) {
        compare(&told_late(with_a_level(case, ladder), &moved))?;
    }
}

/// What the points of a wallet wait for, and for want of what they run out.
fn wants() -> impl Strategy<Value = (Option<Length>, Length, Activity)> {
    let days = || prop_oneof![Just(LENGTHS[0]), Just(LENGTHS[1]), Just(LENGTHS[3])];
    let orders = Activity::Events(vec!["order".to_owned()]);
    let without = prop_oneof![Just(orders), Just(Activity::Earning), Just(Activity::Any)];
    (prop::option::of(days()), days(), without)
}

fn wanting(mut case: Case, (waits, length, without): (Option<Length>, Length, Activity)) -> Case {
    let wallet = &mut case.program.wallets[0];
    let on = |within| Vest::On { event: "delivered".to_owned(), within };
    wallet.vest = waits.map_or(Vest::AtOnce, on);
    wallet.expire = vec![(Expire::Inactivity { length, without }, None)];
    wallet.later.clear();
    case
}

/// The case with some of its steps at its end, as they are.
fn told_late(mut case: Case, moved: &[Index]) -> Case {
    for step in moved {
        let step = case.steps.remove(step.index(case.steps.len()));
        case.steps.push(step);
    }
    case
}

/// How a ladder keeps its levels, what a return does to them, and whether rules see them after the event.
fn ladder() -> impl Strategy<Value = (Keep, LadderReturns, bool)> {
    let keep = prop_oneof![Just(Keep::WhileQualified), Just(Keep::For(LENGTHS[0])), Just(Keep::For(LENGTHS[5]))];
    let returns = prop_oneof![Just(LadderReturns::Keep), Just(LadderReturns::Revoke)];
    (keep, returns, prop::bool::weighted(0.2))
}

/// The case with levels that one order or two reach, and rules that go by them.
fn with_a_level(mut case: Case, (keep, returns, seen_after): (Keep, LadderReturns, bool)) -> Case {
    let program = &mut case.program;
    let unit = money(&mut Rolls::new(vec![]), program.currency);
    let level = |name, times: i64| Level {
        name,
        from: (times > 0).then(|| Expr::Money(&unit * whole(times))),
        when: vec![],
        rate: whole(1 + times),
    };
    let (rise, fall) = (Rise::AtOnce, Fall::ToEarnedLevel);
    let levels = vec![level("low", 0), level("middle", 1), level("high", 3)];
    let form = LadderForm { levels, rise, keep, grace: None, fall, retain: None, seen_after, carry: None, returns };
    let number = program.ladders.len();
    let forms = vec![(None, form)];
    program.ladders.push(Ladder { name: "rank".to_owned(), by: Some(Expr::Measure(0)), forms });
    let wallet = program.wallets.len();
    program.wallets.push(Wallet::plain("ones"));
    let earn = |amount| vec![Effect::Earn { wallet, amount, vest: None, expire: None }];
    let gives = program.rules.len();
    let per = whole(if program.currency.minor == 0 { 100 } else { 1 });
    let goods = Earn::Rate { points: Expr::Number(whole(1)), per, full: false, of: Expr::Field("subtotal".to_owned()) };
    program.rules.push(Rule::plain("gives", "order", earn(goods)));
    let more = Effect::Multiply { rules: vec![gives], wallet: None, by: Expr::Benefit(number) };
    program.rules.push(Rule::plain("more", "order", vec![more]));
    let fixed = Earn::Fixed(Expr::Points(wallet, whole(7)));
    let when = vec![Expr::AtLeast(number, 2)];
    program.rules.push(Rule { when, ..Rule::plain("high", "order", earn(fixed)) });
    case
}

/// What three rules that follow earn, and whether by the amount.
fn rates() -> impl Strategy<Value = Vec<(i64, bool, bool)>> {
    vec((1_i64..4, prop::bool::weighted(0.7), any::<bool>()), 3)
}

/// The case with orders that take the place of the one before.
fn edited(mut case: Case, edits: &[bool]) -> Case {
    let mut last: Option<String> = None;
    for (step, edits) in case.steps.iter_mut().zip(edits) {
        let Step::Apply(order) = step else { continue };
        if order.kind != "order" {
            continue;
        }
        if let Some(last) = last.filter(|_| *edits) {
            order.fields.insert("replaces".to_owned(), Field::Text(last));
        }
        last = Some(order.id.clone());
    }
    case
}

/// The case with points of an order on which others follow, on which others follow.
fn with_followers(mut case: Case, rates: Vec<(i64, bool, bool)>) -> Case {
    let program = &mut case.program;
    let first = program.wallets.len();
    program.wallets.extend(["ones", "twos", "threes"].map(Wallet::plain));
    let per = whole(if program.currency.minor == 0 { 100 } else { 1 });
    let goods = Earn::Rate { points: Expr::Number(whole(1)), per, full: false, of: Expr::Field("subtotal".to_owned()) };
    let earns = |wallet: usize, amount| vec![Effect::Earn { wallet, amount, vest: None, expire: None }];
    program.rules.push(Rule::plain("gives", "order", earns(first, goods)));
    // Two on the first wallet, and one on what these give.
    for (number, (count, by_amount, both)) in rates.into_iter().enumerate() {
        let (on, wallet) = if number < 2 { (first, first + 1) } else { (first + 1, first + 2) };
        let amount = match by_amount {
            true => Earn::Rate {
                points: Expr::Number(whole(1)),
                per: whole(count),
                full: false,
                of: Expr::Field("amount".to_owned()),
            },
            false => Earn::Fixed(Expr::Points(wallet, whole(count))),
        };
        let mut effects = earns(wallet, amount);
        if both {
            // What goes by no amount, beside it.
            effects.extend(earns(wallet, Earn::Fixed(Expr::Points(wallet, whole(2)))));
        }
        let trigger = Some(Trigger::Moved([Flow::Earned, Flow::Vested, Flow::Earned][number], on));
        program.rules.push(Rule { trigger, ..Rule::plain(&format!("follows{number}"), "", effects) });
    }
    case
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
