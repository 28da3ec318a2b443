//! No declaration takes a clause without a word and without an effect: each clause is put into each declaration, and
//! either an error says what is wrong, or the checked program is another one.

use crate::{codes, compile, told};

/// What every program here declares beside the declaration under test.
const HEAD: &str = "program \"Shop\" { currency EUR  languages [en]  @program@ }
wallet points {}
wallet shields {}
wallet cash { holds EUR }
measure cups = count(order) this month
measure spend = sum(order.subtotal) this month
badge regular
coupon FIVE issued { give 5 EUR off order }
coupon OTHER { give 1 EUR off order }
reward latte { cost 50 points  give { tag \"l\" } }
message hello utility { en \"Hello\" }
challenge first { count order  goal 3 }
rule fill on signup { earn 1 points  earn 1 shields  earn 1 EUR to cash  issue FIVE  award regular  say hello }
";

/// A declaration of each kind, with `@` where the clause goes.
const HOLDERS: &[(&str, &str)] = &[
    ("wallet", "wallet stars { @ }"),
    ("rule", "rule tested on order { earn 2 points @ }"),
    ("group", "group tested [fill] { cap 500 points per year @ }"),
    ("tiers", "tiers tested by spend { base {} gold from 500 EUR {} @ }"),
    ("coupon", "coupon TESTED { give 3 EUR off order @ }"),
    ("coupon of units", "coupon TESTED { give cheapest 1 free of 3 from order.lines @ }"),
    ("coupon of effects", "coupon TESTED { give { earn 7 points } @ }"),
    ("coupon without give", "coupon TESTED { @ }"),
    ("issued coupon", "coupon TESTED issued { give 3 EUR off order @ }"),
    ("policy coupons", "policy coupons { @ }"),
    ("policy messages", "policy messages { consent utility @ }"),
    ("challenge", "challenge tested { count order  goal 5  @ }"),
    ("challenge of a streak", "challenge tested { streak order by week  goal 5  @ }"),
    ("challenge that repeats", "challenge tested { sum order.subtotal  goal 50 EUR  repeat  within each month  @ }"),
    ("badge", "badge tested { when cups > 3  @ }"),
    ("badge of levels", "badge tested { level low when cups > 3  @ }"),
    ("wheel", "wheel tested { weight 50 { earn 3 points } weight 50 { } @ }"),
    ("issued wheel", "wheel tested issued { weight 50 { earn 3 points } weight 50 { } valid 5 days @ }"),
    ("quiz", "quiz tested { ask \"What?\"  choice A \"a\"  choice B \"b\"  answer A  right { earn 5 points }  @ }"),
    ("survey", "survey tested { ask \"How?\"  scale 1 .. 5  done { earn 5 points }  @ }"),
    ("leaderboard", "leaderboard tested by cups { top 3 { earn 5 points } @ }"),
    ("reward", "reward tested { cost 40 points  give { tag \"t\" }  @ }"),
    ("reward without give", "reward tested { cost 40 points  @ }"),
    ("reward by rate", "reward tested { cost 100 points per 1 EUR  @ }"),
    ("message", "message tested reply { en \"Hi\"  @ }"),
    ("experiment", "experiment tested { a 50%  b 50%  @ }"),
    ("referral", "referral tested by signup.referrer { qualify order  advocate { earn 5 points }  @ }"),
    ("block of effects", "reward tested { cost 40 points  give { tag \"t\"  @ } }"),
    ("goal", "challenge tested { count order  goal 5 { tag \"t\"  @ } }"),
];

/// Clauses, none of which says what holds without it. `terms at joining` is not among them: it speaks of `from` blocks.
const CLAUSES: &[&str] = &[
    "version 9",
    "timezone \"Asia/Tokyo\"",
    "week saturday",
    "year march",
    "history 500 days",
    "returns within 30 days",
    "returns revoke",
    "future at most 3 hours",
    "holds EUR",
    "tender \"t\"",
    "decimals 2",
    "round up per line",
    "multipliers best",
    "vest after 3 days",
    "expire end of year",
    "spend oldest first",
    "clawback may overdraw",
    "restore fresh",
    "hold at most 100 points",
    "when cups > 1",
    "valid 2026-11-01 .. 2026-11-30",
    "valid on [saturday]",
    "limit 2 per member per week",
    "cap 100 points per day",
    "earn 3 points",
    "multiply fill by 2",
    "spend 5 points",
    "transfer 5 points to order.branch",
    "accept points",
    "tag \"x\"",
    "untag \"x\"",
    "signal seen to member.id",
    "award regular",
    "issue FIVE",
    "redeem latte",
    "draw tested",
    "ask tested",
    "opt in",
    "opt in once",
    "opt in first",
    "say hello",
    "consent marketing",
    "consent marketing double",
    "withdraw marketing",
    "convert each 10 points to 1 EUR into cash",
    "forfeit 3 points",
    "raise tested to gold",
    "refuse \"no\"",
    "give 4 EUR off order",
    "give { earn 3 points }",
    "give free shipping",
    "give 1 \"MUG\" free",
    "give 1 free from order.lines for every 2 from order.lines",
    "give bundle [1 from order.lines, 2 from order.lines] price 7 EUR",
    "give steps [from 50 EUR 5 EUR off] of order",
    "give cheapest 1 free of 2 from order.lines",
    "give 4 EUR off every full 50 EUR of order",
    "give price 9 EUR of all of order.lines",
    "give 5 EUR off first unit and 2 EUR off each further unit of order.lines",
    "up to 5 EUR",
    "up to 100 points",
    "valid 30 days",
    "valid to end of month",
    "budget 500 EUR",
    "budget 500 points",
    "stack with any",
    "stack with [OTHER]",
    "priority 5",
    "group seasonal best",
    "usage kept",
    "cost 3 points",
    "cost 100 points per 1 EUR",
    "steps of 100 points",
    "at least 200 points",
    "all or nothing",
    "same order counts",
    "hold for 30 minutes",
    "carry",
    "count visit",
    "sum order.total",
    "streak visit by day",
    "max order.total",
    "steps [signup, order]",
    "within each month",
    "within 30 days of signup",
    "within 2026-11-01 .. 2026-12-31",
    "within 3 days",
    "within this month",
    "goal 7",
    "goal 7 { earn 9 points }",
    "reward { earn 9 points }",
    "repeat",
    "repeat up to 3",
    "tolerance 2 days",
    "after first",
    "freeze 1 shields",
    "migrate",
    "at most 3 times",
    "at most 5 units",
    "groups partial",
    "groups whole for merchant",
    "spread over free units",
    "split by quantity",
    "basis initial",
    "judge after item discounts",
    "stop order",
    "floor 80% of unit_price",
    "choose by priority",
    "codes all",
    "codes \"BDAY\" length 16",
    "weight 5 { tag \"w\" }",
    "without stock renormalise",
    "level silver when cups >= 6",
    "choice C \"c\"",
    "list \"Choose\"",
    "answer B",
    "right { tag \"r\" }",
    "wrong { tag \"r\" }",
    "scale 1 .. 9",
    "done { tag \"d\" }",
    "otherwise { tag \"o\" }",
    "template \"t\"",
    "broadcast",
    "button \"B\" redeem latte",
    "link \"L\" \"https://example.com/\"",
    "copy \"C\" \"code\"",
    "list \"M\" { row \"R\" say hello }",
    "header \"H\"",
    "footer \"F\"",
    "quiet 21:00 .. 09:00",
    "window 24 hours",
    "marketing at most 2 per week",
    "marketing when cups > 3",
    "ties dense",
    "top 5 { tag \"t\" }",
    "salt \"s\"",
    "en \"text\"",
    "c 50%",
    "benefit bonus = 2",
    "platinum from 900 EUR {}",
    "rise at end of month",
    "keep 12 months",
    "grace 1 month",
    "fall one level",
    "retain when cups > 3",
    "seen after",
    "returns keep to end of year",
    "settle after 14 days",
    "friend { tag \"f\" }",
    "advocate { tag \"a\" }",
    "reach 5 { tag \"n\" }",
    "qualify visit",
    "languages [ar]",
    "currency USD",
];

/// What the checked program is, without the places of its parts.
fn meaning(program: &loyalty_core::check::model::Checked) -> String {
    let text = format!("{program:?}");
    let mut parts = text.split("Span {");
    let first = parts.next().into_iter();
    first.chain(parts.filter_map(|part| Some(part.split_once('}')?.1))).collect()
}

#[test]
fn every_clause_of_every_declaration_is_an_error_or_does_something() {
    let mut silent = Vec::new();
    for (holder, frame) in HOLDERS {
        let program = |clause: &str| format!("{}{}\n", HEAD.replace("@program@", ""), frame.replace('@', clause));
        let (bare, said) = compile(&program(""));
        let (bare, said) = (bare.as_ref().map(meaning), codes(&said));
        for clause in CLAUSES {
            let text = program(clause);
            let (checked, diagnostics) = compile(&text);
            let Some(checked) = checked else { continue };
            if codes(&diagnostics) == said && bare.as_ref() == Some(&meaning(&checked)) {
                silent.push(format!("{holder}: `{clause}`\n{}", told(&text, &diagnostics)));
            }
        }
    }
    assert!(silent.is_empty(), "taken without a word and without an effect:\n{}", silent.join("\n"));
}
