//! Reports: the figures are those of sets and sums over the whole history, and parts of it come to the same.

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Decimal, Member, Outcome, Program, Report, ReportOptions};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

const DAY: i64 = 86_400_000_000;
/// 2026-03-01 in Berlin.
const START: i64 = 1_772_319_600_000_000;

fn shop() -> Program {
    compile(
        r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points { expire 40 days after earning  clawback may overdraw }
measure spend = sum(order.subtotal) over last 60 days
tiers status by spend { bronze from 0 EUR  silver from 50 EUR  gold from 120 EUR  keep while qualified  fall to earned level }
experiment trial { a 50%  b 30%  holdout 20% }
rule base on order { earn 2 points per 1 EUR of order.subtotal }
rule trial_a on visit when trial == a { earn 3 points }
rule spend_all on redeem when points >= 20 points { spend 20 points }
"#,
    )
    .with_secret(b"the secret of the laws")
    .expect("a secret")
}

#[derive(Debug, Clone)]
enum Act {
    Order(u8),
    Visit,
    Redeem,
    Return(u8),
    Wait,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1_u8..90).prop_map(Act::Order),
        2 => Just(Act::Visit),
        2 => Just(Act::Redeem),
        1 => any::<u8>().prop_map(Act::Return),
        1 => Just(Act::Wait),
    ]
}

/// What a member does, each act so many days after the one before; some days are late news of earlier ones.
type Life = Vec<(i8, Act)>;

/// What a history should come to: who did something and who bought in each month, and how often.
#[derive(Default)]
struct Told {
    active: BTreeMap<String, BTreeSet<String>>,
    bought: BTreeMap<String, BTreeMap<String, u32>>,
    /// The arm of each member, as the last outcome tells it.
    arms: BTreeMap<String, String>,
}

/// Lives one life, and adds each outcome to a report as it comes.
fn live(program: &Program, id: &str, life: &Life, (report, as_json): (&mut Report, bool), told: &mut Told) -> Member {
    let mut member = program.enroll(id, instant(START)).expect("a member");
    let (mut day, mut orders) = (0_i64, Vec::new());
    report.know(&member).expect("a member");
    for (number, (days, act)) in life.iter().enumerate() {
        day = (day + i64::from(*days)).max(0);
        let at = instant(START + day * DAY + 3_600_000_000 + number as i64);
        let event = |kind: &str, more: &str| format!(r#"{{"type":"{kind}","id":"{kind}{number}","at":"{at}"{more}}}"#);
        let given = match act {
            Act::Order(euros) => program.apply(&mut member, event("order", &format!(r#","subtotal":{euros}"#))),
            Act::Visit => program.apply(&mut member, event("visit", "")),
            Act::Redeem => program.apply(&mut member, event("redeem", "")),
            Act::Return(order) => {
                let Some(order) = orders.get(usize::from(*order) % orders.len().max(1)) else { continue };
                program.apply(&mut member, event("refund", &format!(r#","order":"order{order}""#)))
            }
            Act::Wait => program.advance(&mut member, at),
        };
        let Ok(outcome) = given else { continue };
        if let Some((_, arm)) = outcome.arms().next() {
            told.arms.insert(id.to_owned(), arm.to_owned());
        }
        let month = program_month(at.as_micros());
        if matches!(act, Act::Order(_) | Act::Visit | Act::Redeem) {
            told.active.entry(month.clone()).or_default().insert(id.to_owned());
        }
        if let Act::Order(_) = act {
            orders.push(number);
            *told.bought.entry(month).or_default().entry(id.to_owned()).or_default() += 1;
        }
        let mut add = |outcome: &Outcome| match as_json {
            true => report.add_json(&outcome.to_json(), &member),
            false => report.add(outcome, &member),
        };
        assert!(add(&outcome).expect("an outcome") || outcome.event().is_none());
        assert!(!add(&outcome).expect("the same"), "an outcome counts once");
    }
    member
}

/// The month in Berlin.
fn program_month(micros: i64) -> String {
    let utc = chrono::DateTime::from_timestamp_micros(micros).expect("an instant");
    utc.with_timezone(&chrono_tz::Tz::Europe__Berlin).format("%Y-%m").to_string()
}

fn begin(program: &Program) -> Report {
    program.report(&ReportOptions::default()).expect("a report")
}

fn figure(row: &Value, wallet: &str, key: &str) -> Decimal {
    row["wallets"][wallet][key].as_str().expect("a figure").parse().expect("a number")
}

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn a_report_is_that_of_the_whole_history_and_of_its_parts(
        lives in vec((vec((-3_i8..25, act()), 0..14), 0_usize..3), 1..7)
    ) {
        let program = shop();
        let (mut whole, mut told, mut members) = (begin(&program), Told::default(), Vec::new());
        let mut parts = [begin(&program), begin(&program), begin(&program)];
        for (number, (life, part)) in lives.iter().enumerate() {
            let id = format!("m{number}");
            members.push(live(&program, &id, life, (&mut whole, false), &mut told));
            live(&program, &id, life, (&mut parts[*part], true), &mut Told::default());
        }
        let document = whole.finish().expect("a report").to_string();
        for order in [[0, 1, 2], [2, 0, 1]] {
            let mut merged = parts[order[0]].clone();
            merged.merge(&parts[order[1]]).expect("a part");
            merged.merge(&parts[order[2]]).expect("a part");
            prop_assert_eq!(merged.finish().expect("a report").to_string(), document.as_str());
        }
        let report: Value = serde_json::from_str(&document).expect("JSON");
        let groups = report["groups"].as_array().expect("groups");
        let Some(all) = groups.first() else { return Ok(()) };
        let rows = all["rows"].as_array().expect("rows");

        // Amounts: those of the wallets.
        let total = |of: fn(&loyalty_core::Totals) -> Decimal| -> Decimal {
            members.iter().flat_map(|member| program.totals(member)).map(|totals| of(&totals)).sum()
        };
        let sum = |key: &str| -> Decimal { rows.iter().map(|row| figure(row, "points", key)).sum() };
        prop_assert_eq!(sum("issued"), total(|totals| totals.issued));
        prop_assert_eq!(sum("redeemed"), total(|totals| totals.spent));
        prop_assert_eq!(sum("expired"), total(|totals| totals.expired));
        let outstanding = total(|totals| totals.available + totals.pending + totals.held - totals.debt);
        prop_assert_eq!(figure(rows.last().expect("a row"), "points", "outstanding"), outstanding);

        let empty = BTreeSet::new();
        let mut before = &empty;
        for row in rows {
            let month = row["first_day"].as_str().and_then(|day| day.get(..7)).expect("a day");
            // People: those of sets.
            let active = told.active.get(month).unwrap_or(&empty);
            let bought = told.bought.get(month);
            let count = |key: &str| row[key].as_u64().expect("a count") as usize;
            prop_assert_eq!(count("members"), lives.len());
            prop_assert_eq!(count("active"), active.len());
            prop_assert_eq!(count("active_before"), before.len());
            prop_assert_eq!(count("retained"), active.intersection(before).count());
            prop_assert_eq!(count("purchasers"), bought.map_or(0, BTreeMap::len));
            prop_assert_eq!(
                count("repeat_purchasers"),
                bought.map_or(0, |bought| bought.values().filter(|orders| **orders > 1).count())
            );
            before = active;
        }
        // Each row goes on from the one before.
        let mut outstanding = Decimal::ZERO;
        for row in rows {
            let of = |key: &str| figure(row, "points", key);
            outstanding += of("issued") - of("redeemed") - of("expired") + of("other");
            prop_assert_eq!(of("outstanding"), outstanding);
        }
        // The arms: those of the outcomes, with all that their members have.
        for group in groups.iter().filter(|group| group["by"] == "arm") {
            let inside = |member: &&Member| told.arms.get(member.id()).is_some_and(|arm| group["arm"] == arm.as_str());
            let last = group["rows"].as_array().and_then(|rows| rows.last()).expect("a row");
            prop_assert_eq!(last["members"].as_u64(), Some(members.iter().filter(inside).count() as u64));
            let totals = members.iter().filter(inside).flat_map(|member| program.totals(member));
            let outstanding: Decimal = totals.map(|totals| totals.available + totals.pending + totals.held - totals.debt).sum();
            prop_assert_eq!(figure(last, "points", "outstanding"), outstanding);
        }
        let arms: BTreeSet<&str> = groups.iter().filter_map(|group| group["arm"].as_str()).collect();
        prop_assert_eq!(arms, told.arms.values().map(String::as_str).collect());
        // The levels share all members out, with all that they have.
        for (number, row) in rows.iter().enumerate() {
            let levels = groups.iter().filter(|group| group["by"] == "tier").map(|group| &group["rows"][number]);
            let levels: Vec<&Value> = levels.collect();
            for key in ["members", "active", "purchasers", "repeat_purchasers", "retained"] {
                let sum: u64 = levels.iter().map(|row| row[key].as_u64().expect("a count")).sum();
                prop_assert_eq!(Some(sum), row[key].as_u64(), "{}", key);
            }
            for key in ["issued", "redeemed", "expired", "outstanding"] {
                let sum: Decimal = levels.iter().map(|row| figure(row, "points", key)).sum();
                prop_assert_eq!(sum, figure(row, "points", key), "{}", key);
            }
        }
    }
}

/// Two accounts become one member, and one that was erased still is one, with all that is outstanding.
#[test]
fn what_becomes_of_accounts_moves_no_point() {
    let program = shop();
    let mut report = begin(&program);
    let order = |id: &str| format!(r#"{{"type":"order","id":"{id}","at":"{}","subtotal":50}}"#, instant(START + DAY));
    let mut members: Vec<Member> = ["ana", "ben", "cy"]
        .iter()
        .map(|id| {
            let mut member = program.enroll(id, instant(START)).expect("a member");
            let outcome = program.apply(&mut member, order(&format!("o-{id}"))).expect("an order");
            report.add(&outcome, &member).expect("an outcome");
            member
        })
        .collect();
    let last = |report: &Report| -> (Value, Decimal) {
        let report: Value = serde_json::from_str(&report.finish().expect("a report").to_string()).expect("JSON");
        let row = report["groups"][0]["rows"].as_array().and_then(|rows| rows.last()).cloned().expect("a row");
        (row["members"].clone(), figure(&row, "points", "outstanding"))
    };
    assert_eq!(last(&report), (3.into(), 300.into()));
    let [ana, ben, cy] = members.as_mut_slice() else { panic!("three members") };
    let (one, other) = program.merge(ana, ben, instant(START + 2 * DAY)).expect("one account");
    report.add(&one, ana).expect("an outcome");
    report.add(&other, ben).expect("an outcome");
    assert_eq!(last(&report), (2.into(), 300.into()));
    let erased = program.erase(cy, "gone-1", instant(START + 3 * DAY)).expect("sums");
    report.add(&erased, cy).expect("an outcome");
    assert_eq!(last(&report), (2.into(), 300.into()));
    // Its points run out, though nobody has it any more.
    let outcome = program.advance(cy, instant(START + 60 * DAY)).expect("time");
    report.add(&outcome, cy).expect("an outcome");
    assert_eq!(last(&report), (2.into(), 200.into()));
}

/// Whoever is there already when a report begins brings along what is outstanding.
#[test]
fn a_report_that_begins_late_begins_with_what_is_there() {
    let program = shop();
    let mut member = program.enroll("ana", instant(START)).expect("a member");
    let order = |id: &str, day: i64| {
        format!(r#"{{"type":"order","id":"{id}","at":"{}","subtotal":10}}"#, instant(START + day * DAY))
    };
    program.apply(&mut member, order("o-1", 1)).expect("an order");
    let mut report = begin(&program);
    let outcome = program.apply(&mut member, order("o-2", 2)).expect("an order");
    report.add(&outcome, &member).expect("an outcome");
    let report: Value = serde_json::from_str(&report.finish().expect("a report").to_string()).expect("JSON");
    let row = &report["groups"][0]["rows"][0];
    assert_eq!((figure(row, "points", "issued"), figure(row, "points", "outstanding")), (20.into(), 40.into()));
    assert_eq!(figure(row, "points", "other"), 20.into());
}
