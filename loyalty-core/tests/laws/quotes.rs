//! Coupons: what the index finds is what a plain look at each of them finds, and money adds up.

use std::fmt::Write as _;

use loyalty_core::{Counters, Decimal, Instant, Member, Program};
use proptest::prelude::*;

const CATEGORIES: [&str; 4] = ["tea", "coffee", "cake", "mug"];
const BRANCHES: [&str; 3] = ["north", "south", "west"];

/// The conditions of one coupon.
#[derive(Debug, Clone)]
struct Terms {
    branches: Vec<usize>,
    category: Option<usize>,
    least: Option<(u32, bool)>,
    most: Option<(u32, bool)>,
    days: Option<(u32, u32)>,
    give: usize,
    stack: bool,
}

#[derive(Debug, Clone)]
struct Line {
    category: usize,
    cents: u32,
    quantity: u32,
}

fn terms() -> impl Strategy<Value = Terms> {
    (
        prop::collection::vec(0..BRANCHES.len(), 0..3),
        prop::option::of(0..CATEGORIES.len()),
        prop::option::of((0_u32..60, any::<bool>())),
        prop::option::of((20_u32..90, any::<bool>())),
        prop::option::of((1_u32..30, 1_u32..30)),
        0_usize..9,
        any::<bool>(),
    )
        .prop_map(|(branches, category, least, most, days, give, stack)| {
            let days = days.map(|(one, two)| (one.min(two), one.max(two)));
            Terms { branches, category, least, most, days, give, stack }
        })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0..CATEGORIES.len(), 0_u32..2_000, 1_u32..5);
    prop::collection::vec(line.prop_map(|(category, cents, quantity)| Line { category, cents, quantity }), 1..6)
}

fn program(terms: &[Terms], kind: &str) -> Program {
    let mut text = String::from("program \"Shop\" { currency EUR  timezone \"Europe/Berlin\" }\n");
    for (number, terms) in terms.iter().enumerate() {
        let lines = match terms.category {
            Some(category) => format!("order.lines where category == \"{}\"", CATEGORIES[category]),
            None => "order.lines".to_owned(),
        };
        let give = match terms.give {
            0 => format!("15% off {lines}"),
            1 => format!("3.33 EUR off {lines}"),
            2 => format!("0.50 EUR off each unit of {lines}"),
            3 => format!("cheapest 1 free of 2 from {lines}"),
            4 => format!("price 4.99 EUR of {lines}"),
            5 => format!("steps [from 10 EUR 1 EUR off, from 30 EUR 20% off] of {lines}"),
            6 => "12% off order".to_owned(),
            7 => "5 EUR off order".to_owned(),
            _ => "50% off shipping".to_owned(),
        };
        let _ = write!(text, "coupon C{number} {kind} {{ give {give}");
        let mut whens = Vec::new();
        if !terms.branches.is_empty() {
            let names: Vec<String> = terms.branches.iter().map(|branch| format!("\"{}\"", BRANCHES[*branch])).collect();
            whens.push(format!("order.branch in [{}]", names.join(", ")));
        }
        if let Some((least, strict)) = terms.least {
            whens.push(format!("order.subtotal {} {least} EUR", if strict { ">" } else { ">=" }));
        }
        if let Some((most, strict)) = terms.most {
            whens.push(format!("order.subtotal {} {most} EUR", if strict { "<" } else { "<=" }));
        }
        if !whens.is_empty() {
            let _ = write!(text, " when {}", whens.join(" and "));
        }
        if let Some((from, to)) = terms.days {
            let _ = write!(text, " valid 2026-11-{from:02} .. 2026-11-{to:02}");
        }
        let _ = writeln!(text, " stack with {} }}", if terms.stack { "any" } else { "none" });
    }
    Program::compile(&text).unwrap_or_else(|errors| panic!("{}", errors.render("generated", false)))
}

fn cart(lines: &[Line], branch: Option<usize>, day: u32, codes: &[String]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let (category, quantity) = (CATEGORIES[line.category], line.quantity);
            format!(
                "{{\"category\":\"{category}\",\"unit_price\":\"{}\",\"quantity\":{quantity}}}",
                Decimal::new(line.cents.into(), 2)
            )
        })
        .collect();
    let branch = branch.map_or(String::new(), |branch| format!("\"branch\":\"{}\",", BRANCHES[branch]));
    let codes: Vec<String> = codes.iter().map(|code| format!("\"{code}\"")).collect();
    format!(
        "{{\"at\":\"2026-11-{day:02}T12:00:00+01:00\",{branch}\"shipping\":\"4.90\",\"coupons\":[{}],\"lines\":[{}]}}",
        codes.join(","),
        lines.join(",")
    )
}

/// A plain look at one coupon, in cents.
fn holds(terms: &Terms, lines: &[Line], branch: Option<usize>, day: u32) -> bool {
    let subtotal: u32 = lines.iter().map(|line| line.cents * line.quantity).sum();
    let bound = |cents: u32, strict: bool, above: bool| match (strict, above) {
        (true, true) => subtotal > cents,
        (false, true) => subtotal >= cents,
        (true, false) => subtotal < cents,
        (false, false) => subtotal <= cents,
    };
    (terms.branches.is_empty() || branch.is_some_and(|branch| terms.branches.contains(&branch)))
        && terms.least.is_none_or(|(least, strict)| bound(least * 100, strict, true))
        && terms.most.is_none_or(|(most, strict)| bound(most * 100, strict, false))
        && terms.days.is_none_or(|(from, to)| (from..=to).contains(&day))
}

fn member(program: &Program) -> Member {
    program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap()
}

/// What a reward lacks is told in Arabic, too, by the same kinds.
#[test]
fn what_rewards_lack_is_told_in_each_language() {
    let text = "program \"Shop\" { currency EUR  timezone \"UTC\" }\n\
        wallet pts {}\n\
        reward mug { cost 250 pts  limit 1 per member  when order.subtotal >= 100 EUR  give { tag \"mug\" } }\n\
        reward money_off { cost 100 pts per 1 EUR  at least 500 pts  up to 50% of order.subtotal }";
    let program = Program::compile(text).unwrap_or_else(|errors| panic!("{}", errors.render("shop", false)));
    let cart = r#"{"at":"2026-11-21T10:00:00Z","rewards":[{"reward":"money_off","points":300}],
        "lines":[{"unit_price":"10.00","quantity":1}]}"#;
    let quote = program.quote(&member(&program), cart, &[], &Counters::default()).unwrap();
    let told = |language: &str| -> serde_json::Value {
        serde_json::from_str(&quote.to_document_in(language).to_string()).unwrap()
    };
    let (english, arabic) = (told("en"), told("ar-EG"));
    let texts = |document: &serde_json::Value| -> Vec<(String, String)> {
        let lists = [&document["rewards"]["mug"]["missing"], &document["taken"][0]["missing"]];
        let lacks = lists.into_iter().flat_map(|list| list.as_array().unwrap());
        let pair = |lack: &serde_json::Value| {
            (lack["kind"].as_str().unwrap().to_owned(), lack["text"].as_str().unwrap().to_owned())
        };
        lacks.map(pair).collect()
    };
    let (english, arabic) = (texts(&english), texts(&arabic));
    let kinds = |texts: &[(String, String)]| texts.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&english), ["condition", "balance", "amount", "balance"]);
    assert_eq!(kinds(&english), kinds(&arabic));
    assert_eq!(english[1].1, "250 pts, and 250 pts are missing");
    assert_eq!(arabic[0].1, "لا يتحقق الشرط: order.subtotal >= 100 EUR");
    assert_eq!(arabic[1].1, "تحتاج 250 pts، وينقصك 250 pts");
    assert!(arabic.iter().all(|(_, text)| text.chars().any(|letter| ('\u{620}'..='\u{64a}').contains(&letter))));
}

proptest! {
    #[test]
    fn the_index_finds_what_a_look_at_each_coupon_finds(
        terms in prop::collection::vec(terms(), 5..40),
        lines in lines(),
        branch in prop::option::of(0..BRANCHES.len()),
        day in 1_u32..30,
    ) {
        let program = program(&terms, "automatic");
        let cart = program.decode_cart(cart(&lines, branch, day, &[]).as_bytes()).unwrap();
        let found = program.eligible(&member(&program), &cart, &Counters::default()).unwrap();
        // Of those that lower lines of a category none of which is there, the index need not speak.
        let reaches = |terms: &Terms| terms.give > 5 || terms.category.is_none_or(|category| {
            lines.iter().any(|line| line.category == category)
        });
        let wanted: Vec<String> = terms
            .iter()
            .enumerate()
            .filter(|(_, terms)| holds(terms, &lines, branch, day) && reaches(terms))
            .map(|(number, _)| format!("C{number}"))
            .collect();
        let found: Vec<&str> = found
            .into_iter()
            .filter(|name| reaches(&terms[name.trim_start_matches('C').parse::<usize>().unwrap()]))
            .collect();
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn a_quote_adds_up_and_the_order_of_codes_makes_no_difference(
        terms in prop::collection::vec(terms(), 1..9),
        lines in lines(),
        branch in prop::option::of(0..BRANCHES.len()),
        day in 1_u32..30,
        turn in 0_usize..9,
    ) {
        let program = program(&terms, "");
        let mut codes: Vec<String> = (0..terms.len()).map(|number| format!("C{number}")).collect();
        let member = member(&program);
        let before = program.save(&member);
        let quote = program.quote(&member, cart(&lines, branch, day, &codes), &[], &Counters::default()).unwrap();
        prop_assert_eq!(&before, &program.save(&member));
        let subtotal: Decimal = lines.iter().map(|line| Decimal::new(line.cents.into(), 2) * Decimal::from(line.quantity)).sum();
        let shipping = Decimal::new(490, 2);
        let off: Decimal = quote.applied().map(|(_, off)| off).sum();
        prop_assert_eq!(off, quote.discount() + quote.shipping_discount());
        prop_assert_eq!(quote.total(), subtotal + shipping - off);
        prop_assert_eq!(quote.nets().sum::<Decimal>(), subtotal - quote.discount());
        prop_assert!(quote.nets().all(|net| net >= Decimal::ZERO));
        prop_assert!(quote.is_complete());
        // Each applies or says why not, once.
        let document: serde_json::Value = serde_json::from_str(&quote.to_json()).unwrap();
        let told = document["applied"].as_array().unwrap().len() + document["not_applied"].as_array().unwrap().len();
        prop_assert_eq!(told, terms.len());
        prop_assert!(document["not_applied"].as_array().unwrap().iter().all(|one| one["reasons"][0]["text"].is_string()));
        codes.rotate_left(turn.min(terms.len()));
        let turned = program.quote(&member, cart(&lines, branch, day, &codes), &[], &Counters::default()).unwrap();
        prop_assert_eq!(quote.applied().collect::<Vec<_>>(), turned.applied().collect::<Vec<_>>());
        prop_assert_eq!(quote.nets().collect::<Vec<_>>(), turned.nets().collect::<Vec<_>>());
        // A further code never takes anything away.
        let fewer = &codes[1..];
        let less = program.quote(&member, cart(&lines, branch, day, fewer), &[], &Counters::default()).unwrap();
        prop_assert!(less.total() >= quote.total());
    }
}
