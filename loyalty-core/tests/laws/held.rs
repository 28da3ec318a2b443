//! Coupons in a member's hand, with minted codes and those of the host: which may still be used, by which code or name, is what the slow
//! evaluator says.

use loyalty_core::{Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::challenges::ENROLLED;
use crate::engine::{compile, instant};
use crate::model::challenges::DAY;
use crate::model::held::{Hand, Kind, Named};
use crate::settings;

const HOUR: i64 = DAY / 24;
const NAMES: [&str; 2] = ["GIFT", "TILL"];

#[derive(Debug, Clone)]
enum Act {
    Issue(usize),
    Order {
        code: bool,
        which: Index,
        late: i64,
    },
    /// A code in which two characters have changed places, one of another member, and one that nobody has seen.
    Mistyped(Index),
    OfAnother,
    Unknown,
    Cancel(Index),
    Later(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let late = prop_oneof![3 => Just(0), 1 => 1_i64..200];
    prop_oneof![
        4 => (0_usize..2).prop_map(Act::Issue),
        6 => (any::<bool>(), any::<Index>(), late).prop_map(|(code, which, late)| Act::Order { code, which, late }),
        1 => any::<Index>().prop_map(Act::Mistyped),
        1 => Just(Act::OfAnother),
        1 => Just(Act::Unknown),
        3 => any::<Index>().prop_map(Act::Cancel),
        3 => (0_i64..100).prop_map(Act::Later),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    (0_i64..12, 1_i64..50, any::<bool>()).prop_map(|(days, points, kept)| Kind { days: days + 1, points, kept })
}

fn shop(kinds: &[Kind]) -> Program {
    let clauses = kinds.iter().zip(NAMES).map(|(kind, name)| {
        let codes = if name == "GIFT" { "codes \"GIFT\" length 16  " } else { "" };
        let usage = if kind.kept { "kept" } else { "given back" };
        let days = if kind.days == 1 { "day" } else { "days" };
        format!(
            "coupon {name} issued {{ {codes}valid {} {days}  usage {usage}  give {{ earn {} pts }} }}\n",
            kind.days, kind.points
        )
    });
    let text = format!(
        "program \"Shop\" {{ currency EUR  timezone \"UTC\" }}\nwallet pts {{}}\nevent voucher {{ code text }}\n{}\
         rule minted  on visit   {{ issue GIFT }}\nrule printed on voucher {{ issue TILL code voucher.code }}\n",
        clauses.collect::<String>()
    );
    compile(&text).with_secret(b"the secret of the laws").expect("a secret")
}

fn view(program: &Program, member: &Member) -> Value {
    serde_json::from_str(&program.view(member, member.clock()).to_json()).expect("a view is JSON")
}

fn codes(view: &Value) -> Vec<String> {
    let coupons = view["coupons"].as_array().into_iter().flatten();
    coupons.map(|coupon| coupon["code"].as_str().expect("a code").to_owned()).collect()
}

/// Applies an event; the reasons for which a coupon was refused, if one was.
fn happen(program: &Program, member: &mut Member, event: &str) -> Option<Vec<String>> {
    let outcome = program.apply(member, event).unwrap_or_else(|error| panic!("{event}: {error}"));
    let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("JSON");
    let mut decisions = outcome["decisions"].as_array().expect("decisions").iter();
    let refused = decisions.find(|decision| decision["kind"] == "coupon_refused")?;
    let reasons = refused["reasons"].as_array().expect("reasons").iter();
    Some(reasons.map(|reason| reason["reason"].as_str().unwrap_or_default().to_owned()).collect())
}

proptest! {
    #![proptest_config(settings(96))]

    #[test]
    fn what_is_held_is_what_the_slow_evaluator_says(kinds in vec(kind(), 2), acts in vec(act(), 1..40)) {
        let program = shop(&kinds);
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        let mut other = program.enroll("m-2", instant(ENROLLED)).expect("a member");
        let visit = format!(r#"{{"type":"visit","id":"v","at":"{}"}}"#, instant(ENROLLED));
        program.apply(&mut other, visit.as_str()).expect("a visit");
        let of_another = codes(&view(&program, &other)).remove(0);
        let mut hand = Hand { clock: ENROLLED, ..Hand::default() };
        let mut orders: Vec<usize> = vec![];
        let mut clock = ENROLLED;
        for (number, act) in acts.iter().enumerate() {
            clock += HOUR;
            let held = codes(&view(&program, &member));
            let order = |at: i64, code: &str| {
                let at = instant(at);
                format!(r#"{{"type":"order","id":"o-{number}","at":"{at}","subtotal":"10.00","coupons":["{code}"]}}"#)
            };
            let refused = |reason: &str| Some(vec![reason.to_owned()]);
            match act {
                Act::Issue(kind) => {
                    let (name, code) = [("visit", String::new()), ("voucher", format!(r#","code":"TILL-{number}""#))][*kind].clone();
                    let event = format!(r#"{{"type":"{name}","id":"i-{number}","at":"{}"{code}}}"#, instant(clock));
                    happen(&program, &mut member, &event);
                    hand.issue(*kind, &kinds, clock);
                }
                Act::Order { code, which, late } => {
                    let named = match code {
                        true if held.is_empty() => continue,
                        true => Named::Code(which.index(held.len())),
                        false => Named::Name(which.index(2)),
                    };
                    let mut at = (clock - late * HOUR).max(ENROLLED);
                    if let Named::Code(place) = named {
                        at = at.max(hand.issued[place].at);
                    }
                    let said = match named {
                        Named::Code(place) => held[place].as_str(),
                        Named::Name(kind) => NAMES[kind],
                    };
                    let found = happen(&program, &mut member, &order(at, said));
                    match hand.order(number, named, &kinds, at) {
                        Ok(_) => {
                            prop_assert_eq!(found, None, "{} at {}: {:#?}", said, at, hand);
                            orders.push(number);
                        }
                        Err("") => prop_assert!(found.is_some(), "{} at {}: {:#?}", said, at, hand),
                        Err(reason) => prop_assert_eq!(found, refused(reason), "{} at {}: {:#?}", said, at, hand),
                    }
                }
                Act::Mistyped(which) => {
                    let minted: Vec<&String> = held.iter().filter(|code| code.starts_with("GIFT")).collect();
                    let Some(code) = minted.get(which.index(minted.len().max(1))) else { continue };
                    let mut slip: Vec<char> = code.chars().collect();
                    let last = slip.len() - 1;
                    slip.swap(last, last - 1);
                    if slip[last] != slip[last - 1] {
                        let slip: String = slip.into_iter().collect();
                        prop_assert_eq!(happen(&program, &mut member, &order(clock, &slip)), refused("mistyped_code"));
                        hand.clock = clock;
                    }
                }
                Act::OfAnother => {
                    let found = happen(&program, &mut member, &order(clock, &of_another));
                    prop_assert_eq!(found, refused("code_of_another_member"));
                    hand.clock = clock;
                }
                Act::Unknown => {
                    let found = happen(&program, &mut member, &order(clock, "TILL-X"));
                    prop_assert_eq!(found, refused("unknown_code"));
                    hand.clock = clock;
                }
                Act::Cancel(which) => {
                    if orders.is_empty() {
                        continue;
                    }
                    let order = orders.swap_remove(which.index(orders.len()));
                    let at = instant(clock);
                    let event = format!(r#"{{"type":"cancel","id":"c-{number}","at":"{at}","order":"o-{order}"}}"#);
                    happen(&program, &mut member, &event);
                    hand.cancel(order, &kinds, clock);
                }
                Act::Later(hours) => {
                    clock += hours * HOUR;
                    program.advance(&mut member, instant(clock)).expect("time passes");
                    hand.clock = clock;
                }
            }
            let view = view(&program, &member);
            let shown = view["coupons"].as_array().into_iter().flatten();
            let shown: Vec<(&str, &str)> =
                shown.map(|coupon| (coupon["coupon"].as_str().expect("a coupon"), coupon["state"].as_str().expect("a state"))).collect();
            let expected: Vec<(&str, &str)> =
                (0..hand.issued.len()).map(|place| (NAMES[hand.issued[place].kind], hand.state(place))).collect();
            prop_assert_eq!(shown, expected, "after {:?}: {:#?}", act, hand);
            prop_assert_eq!(&view["wallets"]["pts"]["available"], &hand.points.to_string(), "after {:?}", act);
        }
        let loaded = program.load(&program.save(&member)).expect("a saved member").member;
        prop_assert_eq!(view(&program, &loaded), view(&program, &member));
    }
}
