//! A quote of a cart with five lines against 10 to 100 000 automatic coupons, ten of them eligible: which ones those are by
//! the index, by a plain scan and by the crate `a-tree`, and the quote as a whole.
//!
//! `cargo run --release -p benches --example quotes`

#![expect(clippy::expect_used, clippy::panic, reason = "without what it measures there is no figure")]
#![expect(clippy::indexing_slicing, reason = "places are remainders by the length of the list")]
#![expect(clippy::float_arithmetic, reason = "figures are printed in microseconds")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use a_tree::{ATree, AttributeDefinition};
use loyalty_core::{Counters, Instant, Program};

const CATEGORIES: [&str; 12] =
    ["coffee", "pastry", "retail", "tea", "juice", "bread", "salad", "soup", "wrap", "cake", "fruit", "snack"];
const BRANCHES: [&str; 8] = ["KLCC", "Bangsar", "Penang", "Ipoh", "Melaka", "Johor", "Kuching", "Kuantan"];

/// One coupon's conditions, for all three ways of judging them.
struct Terms {
    branch: Option<&'static str>,
    category: &'static str,
    least: u32,
    most: Option<u32>,
    /// Days of November 2026.
    from: u32,
    to: u32,
    /// What it gives: of all kinds, among the eligible ten at any size.
    kind: usize,
}

/// Conditions that ten coupons satisfy, spread over the file.
fn terms(coupons: usize) -> Vec<Terms> {
    let step = (coupons / 10).max(1);
    (0..coupons)
        .map(|number| {
            if number % step == step / 2 && number / step < 10 {
                let hit = number / step;
                return Terms {
                    branch: hit.is_multiple_of(2).then_some("KLCC"),
                    category: CATEGORIES[hit % 3],
                    least: 20 + 5 * hit as u32,
                    most: hit.is_multiple_of(3).then_some(500),
                    from: 1,
                    to: 30,
                    kind: hit,
                };
            }
            // One of the conditions fails, in turn; the others are as likely to hold as not.
            let pick = number * 7 + number / 13;
            let mut terms = Terms {
                branch: (!pick.is_multiple_of(3)).then_some(BRANCHES[pick % BRANCHES.len()]),
                category: CATEGORIES[pick / 3 % CATEGORIES.len()],
                least: (pick % 90) as u32,
                most: pick.is_multiple_of(4).then_some(200 + (pick % 300) as u32),
                from: 1 + (pick % 15) as u32,
                to: 21 + (pick % 9) as u32,
                kind: number,
            };
            match number % 4 {
                0 => terms.branch = Some(BRANCHES[1 + pick % (BRANCHES.len() - 1)]),
                1 => terms.category = CATEGORIES[3 + pick % (CATEGORIES.len() - 3)],
                2 => terms.least = 150 + (pick % 900) as u32,
                _ => (terms.from, terms.to) = (22, 30),
            }
            terms
        })
        .collect()
}

fn program(terms: &[Terms]) -> String {
    let mut text = String::from("program \"Bench\" { currency MYR  timezone \"Asia/Kuala_Lumpur\" }\n");
    for (number, terms) in terms.iter().enumerate() {
        let give = match terms.kind % 5 {
            0 => format!("5% off order.lines where category == \"{}\"", terms.category),
            1 => format!("2 MYR off order.lines where category == \"{}\"", terms.category),
            2 => format!("cheapest 1 free of 3 from order.lines where category == \"{}\"", terms.category),
            3 => format!("price 6 MYR of order.lines where category == \"{}\"", terms.category),
            _ => format!("1 MYR off each unit of order.lines where category == \"{}\"", terms.category),
        };
        let stack = if terms.kind % 7 == 0 { "none" } else { "any" };
        let _ = write!(text, "coupon C{number} automatic {{ give {give} when order.subtotal >= {} MYR", terms.least);
        if let Some(branch) = terms.branch {
            let _ = write!(text, " and order.branch == \"{branch}\"");
        }
        if let Some(most) = terms.most {
            let _ = write!(text, " and order.subtotal < {most} MYR");
        }
        let _ = writeln!(text, " valid 2026-11-{:02} .. 2026-11-{:02} stack with {stack} }}", terms.from, terms.to);
    }
    text
}

const CART: &str = r#"{"at":"2026-11-20T10:00:00+08:00","currency":"MYR","shipping":"6.00","branch":"KLCC","lines":[{"id":"1","sku":"LATTE","category":"coffee","quantity":2,"unit_price":"9.50"},{"id":"2","sku":"MOCHA","category":"coffee","quantity":1,"unit_price":"12.40"},{"id":"3","sku":"BAGEL","category":"pastry","quantity":3,"unit_price":"7.30"},{"id":"4","sku":"BEANS","category":"retail","quantity":1,"unit_price":"38.00"},{"id":"5","sku":"WATER","category":"drinks","quantity":2,"unit_price":"5.00"}]}"#;

/// The cart as the hand-written scan and the crate see it: cents, texts, a day.
struct Plain {
    subtotal: u32,
    branch: &'static str,
    categories: Vec<&'static str>,
    day: u32,
}

fn scan(terms: &[Terms], cart: &Plain) -> usize {
    let holds = |terms: &&Terms| {
        cart.subtotal >= terms.least * 100
            && terms.most.is_none_or(|most| cart.subtotal < most * 100)
            && terms.branch.is_none_or(|branch| branch == cart.branch)
            && (terms.from..=terms.to).contains(&cart.day)
            && cart.categories.contains(&terms.category)
    };
    terms.iter().filter(holds).count()
}

fn tree(terms: &[Terms]) -> ATree<u64> {
    let definitions = [
        AttributeDefinition::integer("subtotal"),
        AttributeDefinition::string("branch"),
        AttributeDefinition::string_list("categories"),
        AttributeDefinition::integer("day"),
    ];
    let mut tree = ATree::new(&definitions).expect("definitions");
    for (number, terms) in (0_u64..).zip(terms) {
        let mut text = format!(
            "subtotal >= {} and day >= {} and day <= {} and categories one of (\"{}\")",
            terms.least * 100,
            terms.from,
            terms.to,
            terms.category
        );
        if let Some(branch) = terms.branch {
            let _ = write!(text, " and branch = \"{branch}\"");
        }
        if let Some(most) = terms.most {
            let _ = write!(text, " and subtotal < {}", most * 100);
        }
        tree.insert(&number, &text).expect("an expression");
    }
    tree
}

/// The median of several runs, of as many calls as take a while.
fn measure(mut call: impl FnMut()) -> f64 {
    let clock = Clock::now();
    call();
    let one = clock.elapsed().max(Duration::from_nanos(50));
    let calls = (20_000_000 / one.as_nanos()).clamp(3, 200_000) as u32;
    let mut runs: Vec<f64> = (0..7)
        .map(|_| {
            let clock = Clock::now();
            (0..calls).for_each(|_| call());
            clock.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[3]
}

fn main() {
    println!("a cart of five lines, ten coupons eligible; medians in microseconds");
    println!(
        "{:>8} {:>10} {:>12} {:>10} {:>10} {:>12} {:>10}",
        "coupons", "compile s", "eligibility", "scan", "a-tree", "quote", "applied"
    );
    let only: Option<usize> = std::env::args().nth(1).and_then(|only| only.parse().ok());
    for coupons in [10, 100, 1_000, 10_000, 100_000] {
        if only.is_some_and(|only| only != coupons) {
            continue;
        }
        let terms = terms(coupons);
        let clock = Clock::now();
        let program = match Program::compile(&program(&terms)) {
            Ok(program) => program,
            Err(errors) => panic!("{}", errors.render("bench", false).chars().take(2_000).collect::<String>()),
        };
        let compiled = clock.elapsed().as_secs_f64();
        let member =
            program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
        let cart = program.decode_cart(CART.as_bytes()).expect("a cart");
        let counters = Counters::default();
        let plain = Plain {
            subtotal: 10_130,
            branch: "KLCC",
            categories: vec!["coffee", "pastry", "retail", "drinks"],
            day: 20,
        };
        let tree = tree(&terms);
        let mut event = tree.make_event();
        event.with_integer("subtotal", 10_130).expect("an attribute");
        event.with_string("branch", "KLCC").expect("an attribute");
        event.with_string_list("categories", &["coffee", "pastry", "retail", "drinks"]).expect("an attribute");
        event.with_integer("day", 20).expect("an attribute");
        let event = event.build().expect("an event");

        let found = program.eligible(&member, &cart, &counters).expect("coupons").len();
        assert_eq!((found, scan(&terms, &plain)), (10, 10));
        assert_eq!(tree.search(&event).expect("a search").matches().len(), 10);
        let eligibility = measure(|| {
            black_box(program.eligible(&member, black_box(&cart), &counters).expect("coupons").len());
        });
        let scanned = measure(|| {
            black_box(scan(black_box(&terms), black_box(&plain)));
        });
        let searched = measure(|| {
            black_box(tree.search(black_box(&event)).expect("a search").matches().len());
        });
        let quote = program.quote_cart(&member, &cart, &[], &counters).expect("a quote");
        assert!(quote.is_complete());
        let whole = measure(|| {
            black_box(program.quote_cart(&member, black_box(&cart), &[], &counters).expect("a quote"));
        });
        println!(
            "{coupons:>8} {compiled:>10.2} {eligibility:>12.2} {scanned:>10.2} {searched:>10.2} {whole:>12.2} {:>10}",
            quote.applied().count()
        );
    }
}
