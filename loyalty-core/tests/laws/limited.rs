//! Law 11 of what limits leave: what rules contribute, less what each cap and each greatest balance takes of it, is what arrives.

use loyalty_core::Decimal;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::Engine;
use crate::explained::{close, decimal, explained, list};
use crate::generate::{Case, timed_case};
use crate::model::event::Step;
use crate::model::number::whole;
use crate::model::program::*;
use crate::settings;

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn what_limits_leave_arrives(case in timed_case(12), rolls in rolls()) {
        let case = with_limits(case, rolls);
        let mut engine = Engine::new(&case);
        for step in &case.steps {
            let told = explained(&engine, step);
            let outcome = engine.step(step);
            prop_assert_eq!(told.is_ok(), outcome.is_ok());
            let (Ok(told), Ok(outcome)) = (told, outcome) else { continue };
            if outcome.replayed() {
                continue;
            }
            let decisions = list(&told, "decisions");
            for (place, decision) in decisions.iter().enumerate() {
                match decision["kind"].as_str() {
                    Some("earned") => earned(decision)?,
                    Some("spent") => spent(decision, &decisions[place + 1..])?,
                    _ => {}
                }
            }
        }
    }
}

/// The most that a wallet holds and that a month brings, what rules may spend, and for how much they convert.
#[derive(Debug, Clone)]
struct Limits {
    holds: i64,
    cap: i64,
    by_rule: (i64, bool),
    spends: (i64, i64, bool),
    converts: (i64, i64, bool),
}

fn rolls() -> impl Strategy<Value = Limits> {
    let spends = (1_i64..60, 1_i64..40, any::<bool>());
    let converts = (1_i64..20, 1_i64..9, any::<bool>());
    (5_i64..200, 5_i64..100, (1_i64..60, any::<bool>()), spends, converts)
        .prop_map(|(holds, cap, by_rule, spends, converts)| Limits { holds, cap, by_rule, spends, converts })
}

/// The case with a wallet into which others are converted, and with rules that run into their limits.
fn with_limits(mut case: Case, limits: Limits) -> Case {
    let program = &mut case.program;
    let month = Some(Per::Period(Period::Month));
    let coins = program.wallets.len();
    program.wallets.push(Wallet {
        hold_at_most: Some(whole(limits.holds)),
        caps: vec![Cap::of(whole(limits.cap), month)],
        ..Wallet::plain("coins")
    });
    let gems = program.wallets.len();
    program.wallets.push(Wallet { decimals: 1, ..Wallet::plain("gems") });
    let points = |wallet: usize, count: i64| Expr::Points(wallet, whole(count));
    let per = whole(if program.currency.minor == 0 { 100 } else { 1 });
    let (most, reject) = limits.by_rule;
    let rate =
        |per| Earn::Rate { points: Expr::Number(whole(1)), per, full: false, of: Expr::Field("subtotal".to_owned()) };
    let earn = |wallet, amount| Effect::Earn { wallet, amount, vest: None, expire: None };
    let capped = |name: &str, wallet, cap, effects| Rule {
        caps: vec![Cap::of(whole(cap), month)],
        cap_wallet: wallet,
        cap_reject: reject,
        ..Rule::plain(name, "order", effects)
    };
    program.rules.push(Rule::plain("mints", "order", vec![earn(gems, rate(per.clone()))]));
    program.rules.push(capped("pays", coins, most, vec![earn(coins, rate(&per * whole(3)))]));
    let (wanted, cap, up_to) = limits.spends;
    let spend = Effect::Spend { wallet: gems, amount: points(gems, wanted), up_to: true };
    program.rules.push(Rule { cap_reject: up_to && reject, ..capped("spends", gems, cap, vec![spend]) });
    let (takes, gives, each) = limits.converts;
    let convert = Effect::Convert { from: gems, takes: whole(takes), to: coins, gives: whole(gives), each };
    program.rules.push(Rule::plain("turns", "order", vec![convert]));
    // Most orders are worth something.
    for step in &mut case.steps {
        if let Step::Apply(event) = step
            && event.kind == "visit"
        {
            event.kind = "order".to_owned();
            event.fields.clear();
            let worth = crate::model::event::Field::Number(whole(60));
            event.fields.insert("subtotal".to_owned(), worth);
        }
    }
    case
}

/// Of an amount that was asked for a cap leaves what it has room for, or nothing of what does not fit.
fn left(step: &Value) -> Result<Decimal, TestCaseError> {
    let amount = |key: &str| decimal(&step[key]);
    let (room, asked, left) = (amount("room"), amount("asked"), amount("left"));
    prop_assert!(room >= Decimal::ZERO && asked > left && left >= Decimal::ZERO, "{}", step);
    prop_assert!(left <= room, "{}", step);
    Ok(left)
}

/// The greatest balance leaves what is missing to it.
fn room(step: &Value) -> Result<Decimal, TestCaseError> {
    let amount = |key: &str| decimal(&step[key]);
    prop_assert_eq!(amount("room"), (amount("most") - amount("held")).max(Decimal::ZERO), "{}", step);
    prop_assert!(amount("asked") > amount("room"), "{}", step);
    Ok(amount("room"))
}

fn earned(decision: &Value) -> Result<(), TestCaseError> {
    let mut sum = Decimal::ZERO;
    for part in list(decision, "because") {
        let mut own: Option<Decimal> = None;
        for step in list(part, "steps") {
            match step["step"].as_str() {
                Some("earn" | "multiply") => *own.get_or_insert(Decimal::ZERO) += decimal(&step["amount"]),
                Some("cap") if part.get("rule").is_some() => {
                    let asked = decimal(&step["asked"]);
                    prop_assert!(own.is_none_or(|own| close(own, asked)), "{} of {}", step, part);
                    own = Some(left(step)?);
                }
                Some("cap") => cut_of_wallet(step, sum, sum + decimal(&part["amount"]), left(step)?)?,
                Some("hold_at_most") => cut_of_wallet(step, sum, sum + decimal(&part["amount"]), room(step)?)?,
                _ => {}
            }
        }
        sum += decimal(&part["amount"]);
    }
    prop_assert_eq!(sum, decimal(&decision["amount"]), "{}", decision);
    Ok(())
}

/// What a limit of the wallet leaves of the sum so far. Of several lots it is told with all of them that it was asked for, and those that
/// come first have it.
fn cut_of_wallet(step: &Value, sum: Decimal, after: Decimal, left: Decimal) -> Result<(), TestCaseError> {
    let asked = decimal(&step["asked"]);
    prop_assert!(asked >= sum && after < sum, "{} of {} to {}", step, sum, after);
    prop_assert!(after <= left && (asked > sum || after == left), "{} of {} to {}", step, sum, after);
    Ok(())
}

/// What is spent is what the last limit left; what is converted, the last whole times of what it had room for.
fn spent(decision: &Value, then: &[Value]) -> Result<(), TestCaseError> {
    let limits = list(decision, "limits");
    let converts = decision["effect"]["said"].as_str().is_some_and(|said| said.starts_with("convert"));
    let arrived = match converts {
        false => decimal(&decision["amount"]),
        true => {
            let of_rule = |one: &&Value| {
                one["kind"] == "earned" && list(one, "because").iter().all(|part| part["rule"] == decision["rule"])
            };
            match then.iter().take(1).find(of_rule) {
                Some(earned) => decimal(&earned["amount"]),
                None => return Err(TestCaseError::fail(format!("nothing arrives of {decision}: {then:?}"))),
            }
        }
    };
    let mut before: Option<Decimal> = None;
    for limit in limits {
        // Of a conversion each limit is told with all that it is asked for.
        let asked = decimal(&limit["asked"]);
        prop_assert!(before.is_none_or(|before| before == asked || (converts && before < asked)), "{}", decision);
        before = Some(match limit["step"].as_str() {
            Some("cap") => left(limit)?,
            Some("hold_at_most") => room(limit)?,
            other => panic!("{other:?}"),
        });
    }
    if let Some(left) = before {
        prop_assert!(arrived <= left, "{} of {}", arrived, decision);
        prop_assert!(converts || arrived == left, "{} of {}", arrived, decision);
    }
    Ok(())
}
