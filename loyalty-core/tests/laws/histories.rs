//! The engine and the model on the histories of real shops, under two programs as shops run them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use chrono::DateTime;
use chrono_tz::Tz;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::agree::same_figures;
use crate::engine::{compile, instant};
use crate::model::event::{Event, Field, Line, Step};
use crate::model::number::{parse, scaled, whole};
use crate::model::program::*;
use crate::model::{Answer, Member};

const GBP: Currency = Currency { code: "GBP", minor: 2 };
const USD: Currency = Currency { code: "USD", minor: 2 };

#[test]
fn wholesaler_with_points() {
    agree("wholesaler", points(GBP, Tz::Europe__London), 1);
}

#[test]
fn wholesaler_with_cashback() {
    agree("wholesaler", cashback(GBP, Tz::Europe__London), 1);
}

#[test]
fn grocery_with_points() {
    agree("grocery", points(USD, Tz::America__New_York), 10);
}

#[test]
fn grocery_with_cashback() {
    agree("grocery", cashback(USD, Tz::America__New_York), 10);
}

/// Runs every `share`-th member of a shop through both.
fn agree(shop: &str, program: Program, share: usize) {
    let engine = compile(&program.to_string());
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for (member, events) in histories(shop).into_iter().step_by(share) {
        let enrolled = events[0].1.at;
        let mut state = crate::engine::Engine {
            program: engine.clone(),
            member: engine.enroll(&member, instant(enrolled)).expect("a member"),
        };
        let mut model = Member::new(&program, enrolled);
        for (json, event) in &events {
            let theirs = match engine.apply(&mut state.member, json) {
                Ok(_) => Answer::Applied,
                Err(error) => Answer::Refused(error.code().as_str()),
            };
            let ours = model.step(&Step::Apply(event.clone()));
            assert_eq!(theirs, ours, "answer (engine, model) to {json}");
            *answers.entry(format!("{ours:?}")).or_default() += 1;
        }
        let years_later = model.clock + 800 * 86_400_000_000;
        for at in [model.clock, years_later] {
            model.step(&Step::Advance(at));
            engine.advance(&mut state.member, instant(at)).expect("time passes");
            let after = format!("the last event of member {member} of {shop}");
            if let Err(difference) = same_figures(&state, &model, &after) {
                panic!("{difference}");
            }
        }
    }
    assert!(answers["Applied"] > 500, "{answers:?}");
}

/// The events of each member, as sent and as the model takes them.
fn histories(shop: &str) -> BTreeMap<String, Vec<(String, Event)>> {
    let path = format!("{}/../examples/{shop}/events.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
    let file = File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut members: BTreeMap<String, Vec<(String, Event)>> = BTreeMap::new();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let line = line.expect("a line");
        let json: Value = serde_json::from_str(&line).expect("an event");
        let text = |name: &str| json[name].as_str().expect("a text");
        let at = DateTime::parse_from_rfc3339(text("at")).expect("an instant").timestamp_micros();
        let mut event = Event::new(text("type"), text("id"), at);
        // What the model reads; a refund's own total says nothing about what it undoes.
        if event.kind == "order" {
            event = event.with("total", Field::Number(parse(text("total"))));
        }
        if let Some(order) = json["order"].as_str() {
            event = event.with("order", Field::Text(order.to_owned()));
        }
        if let Some(lines) = json["lines"].as_array() {
            event = event.with("lines", Field::Lines(lines.iter().map(taken_line).collect()));
        }
        members.entry(text("member").to_owned()).or_default().push((line, event));
    }
    members
}

fn taken_line(json: &Value) -> Line {
    let mut line = Line::new();
    for name in ["id", "sku", "category", "kind"] {
        if let Some(text) = json[name].as_str() {
            line.insert(name.to_owned(), Field::Text(text.to_owned()));
        }
    }
    line.insert("quantity".to_owned(), Field::Number(parse(&json["quantity"].to_string())));
    line.insert("amount".to_owned(), Field::Number(parse(json["amount"].as_str().expect("an amount"))));
    line
}

const OWN_EVENTS: &str = "event campaign_sent {\n  campaign text\n}\nevent coupon_redeemed {\n  campaign text\n}\n";

fn shop(currency: Currency, zone: Tz) -> Program {
    Program {
        declarations: OWN_EVENTS,
        currency,
        zone,
        week: crate::model::program::Begins { week: chrono::Weekday::Mon, year: 1 },
        history_days: 1200,
        returns_days: 400,
        returns: Returns::Keep,
        wallets: vec![],
        measures: vec![],
        rules: vec![],
        groups: vec![],
        ladders: vec![],
        segments: vec![],
        lengths: vec![],
    }
}

fn field(name: &str) -> Expr {
    Expr::Field(name.to_owned())
}

fn at_least(left: Expr, right: Expr) -> Expr {
    Expr::Compare(Comparison::GreaterOrEqual, Box::new(left), Box::new(right))
}

fn days(count: u32) -> Length {
    Length { count, unit: TimeUnit::Day }
}

fn measure(name: &str, event: &str, function: Function, value: Option<Expr>, window: Window) -> Measure {
    Measure {
        name: name.to_owned(),
        event: event.to_owned(),
        flow: None,
        function,
        value,
        filter: None,
        window,
        returns: Returns::Revoke,
        later: vec![],
    }
}

fn earn(amount: Earn) -> Vec<Effect> {
    vec![Effect::Earn { wallet: 0, amount, vest: None, expire: None }]
}

fn fixed(points: i64) -> Earn {
    Earn::Fixed(Expr::Points(0, whole(points)))
}

/// Points that vest after a fortnight and last a year; debts are settled by the next points.
fn points(currency: Currency, zone: Tz) -> Program {
    let year = Length { count: 12, unit: TimeUnit::Month };
    let rate = |points, per, full, of| Earn::Rate { points: Expr::Number(whole(points)), per: whole(per), full, of };
    Program {
        wallets: vec![Wallet {
            vest: Vest::After(days(14)),
            expire: vec![(Expire::AfterEarning(year), None)],
            clawback: Clawback::MayOverdraw,
            ..Wallet::plain("points")
        }],
        measures: vec![
            measure("orders", "order", Function::Count, None, Window::AllTime),
            measure("spend", "order", Function::Sum, Some(field("subtotal")), Window::Rolling(year)),
            measure("month", "order", Function::Sum, Some(field("total")), Window::This(Period::Month)),
            measure("biggest", "order", Function::Max, Some(field("subtotal")), Window::AllTime),
            measure("weeks", "order", Function::Streak(Period::Week), None, Window::AllTime),
            measure("usual", "order", Function::Average, Some(field("subtotal")), Window::Previous(Period::Quarter)),
        ],
        rules: vec![
            Rule::plain("base", "order", earn(rate(1, 1, false, field("subtotal")))),
            Rule {
                when: vec![at_least(field("subtotal"), Expr::Money(whole(100)))],
                returns: Some(Returns::Revoke),
                ..Rule::plain(
                    "big",
                    "order",
                    vec![Effect::Multiply { rules: vec![0], wallet: None, by: Expr::Number(scaled(15, 1)) }],
                )
            },
            Rule {
                when: vec![at_least(Expr::Measure(1), Expr::Money(whole(500)))],
                ..Rule::plain(
                    "loyal",
                    "order",
                    vec![Effect::Multiply { rules: vec![0], wallet: None, by: Expr::Percent(scaled(125, 2)) }],
                )
            },
            Rule {
                when: vec![Expr::Compare(
                    Comparison::Equal,
                    Box::new(Expr::Measure(0)),
                    Box::new(Expr::Number(whole(1))),
                )],
                limits: vec![Limit { count: 1, by_level: None, per: None, in_total: false }],
                ..Rule::plain("first", "order", earn(fixed(100)))
            },
            Rule {
                caps: vec![Cap::of(whole(50), Some(Per::Period(Period::Month)))],
                ..Rule::plain("units", "order", earn(rate(1, 10, true, Expr::SumLines("quantity".to_owned(), None))))
            },
            Rule {
                limits: vec![Limit { count: 2, by_level: None, per: Some(Per::Period(Period::Week)), in_total: false }],
                ..Rule::plain(
                    "coupon",
                    "coupon_redeemed",
                    vec![Effect::Spend { wallet: 0, amount: Expr::Points(0, whole(20)), up_to: true }],
                )
            },
        ],
        ..shop(currency, zone)
    }
}

/// Money back line by line, gone after some months without an order; at most so much a day and at a time.
fn cashback(currency: Currency, zone: Tz) -> Program {
    let half_year = Length { count: 6, unit: TimeUnit::Month };
    let without = Activity::Events(vec!["order".to_owned()]);
    let groceries = Expr::Line("category".to_owned());
    let groceries = Expr::Compare(Comparison::Equal, Box::new(groceries), Box::new(Expr::Text("GROCERY".to_owned())));
    let of_lines = |filter: Option<Expr>, points| Earn::Rate {
        points: Expr::Number(points),
        per: whole(1),
        full: false,
        of: Expr::SumLines("amount".to_owned(), filter.map(Box::new)),
    };
    Program {
        wallets: vec![Wallet {
            money: true,
            decimals: 2,
            round: RoundMode::HalfUp,
            scope: RoundScope::Line,
            multipliers: Multipliers::Compound,
            expire: vec![(Expire::Inactivity { length: half_year, without }, None)],
            hold_at_most: Some(whole(40)),
            caps: vec![Cap::of(whole(5), Some(Per::Period(Period::Day)))],
            ..Wallet::plain("cash")
        }],
        measures: vec![
            measure("turnover", "order", Function::Sum, Some(field("subtotal")), Window::AllTime),
            measure("recent", "order", Function::Count, None, Window::Rolling(days(30))),
            measure("campaigns", "campaign_sent", Function::Count, None, Window::This(Period::Year)),
            measure("last_order", "order", Function::Last, None, Window::AllTime),
        ],
        rules: vec![
            Rule::plain("base", "order", earn(of_lines(None, scaled(1, 2)))),
            Rule::plain("groceries", "order", earn(of_lines(Some(groceries), scaled(15, 3)))),
            Rule {
                when: vec![at_least(Expr::Measure(1), Expr::Number(whole(3)))],
                ..Rule::plain(
                    "often",
                    "order",
                    vec![Effect::Multiply { rules: vec![0, 1], wallet: None, by: Expr::Number(scaled(13, 1)) }],
                )
            },
            Rule {
                when: vec![at_least(Expr::Balance(0), Expr::Points(0, whole(2)))],
                ..Rule::plain(
                    "pay",
                    "coupon_redeemed",
                    vec![Effect::Spend { wallet: 0, amount: Expr::Points(0, whole(2)), up_to: false }],
                )
            },
        ],
        ..shop(currency, zone)
    }
}
