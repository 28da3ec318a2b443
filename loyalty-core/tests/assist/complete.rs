//! What is offered, place by place.

use loyalty_core::assist;

use crate::shop;

/// The offered labels behind the shop's program, and the text that one of them replaces.
fn offered(rest: &str) -> (Vec<String>, String) {
    let (text, at) = shop(rest);
    let offered = assist::complete(&text, at);
    let span = offered.span();
    assert_eq!(span.end as usize, at, "{rest}");
    let labels = offered.items().iter().map(|item| item.label().to_owned()).collect();
    (labels, text[span.start as usize..span.end as usize].to_owned())
}

#[track_caller]
fn is(rest: &str, expected: &[&str]) {
    let (labels, _) = offered(rest);
    assert_eq!(labels, expected, "{rest}");
}

#[track_caller]
fn has(rest: &str, expected: &[&str], not: &[&str]) {
    let (labels, _) = offered(rest);
    for label in expected {
        assert!(labels.iter().any(|offered| offered == label), "`{label}` is not among {labels:?}");
    }
    for label in not {
        assert!(!labels.iter().any(|offered| offered == label), "`{label}` is among {labels:?}");
    }
}

#[test]
fn declarations_between_declarations() {
    has("w‸", &["wallet", "rule", "test", "quiz"], &["round", "ask"]);
    let (_, replaced) = offered("wal‸");
    assert_eq!(replaced, "wal");
}

#[test]
fn clauses_are_those_of_the_declaration() {
    has("wallet b { ‸ }", &["round", "vest", "hold at most", "clawback"], &["when", "earn", "currency"]);
    has("rule x on order { ‸ }", &["earn", "when", "limit", "tag", "ask"], &["round", "timezone"]);
    has("rule x on order ‸", &["when", "valid", "limit", "cap"], &["earn", "round"]);
    has("program \"X\" { ‸", &["currency", "timezone"], &["round"]);
}

#[test]
fn what_a_coupon_earns_goes_by_the_order() {
    has("coupon TEN { give { multiply ‸ } }", &["base"], &["year"]);
    has("coupon TEN { give { earn 1 نقاط per 1 EUR of ‸ } }", &["order"], &["visit"]);
    has("coupon TEN { give { earn 1 نقاط per 1 EUR of order.‸ } }", &["subtotal"], &["order"]);
    has(
        "coupon TEN { give { earn 1 نقاط per 1 EUR of sum(order.lines.amount where ‸ } }",
        &["category", "roast"],
        &["text"],
    );
    has("coupon TEN { when ‸ }", &["order", "year"], &["visit"]);
}

#[test]
fn questions_and_wheels() {
    has(
        "quiz q { ‸ }",
        &["ask", "choice", "answer", "right", "wrong", "within", "limit"],
        &["weight", "scale", "earn"],
    );
    has("survey s { ‸ }", &["ask", "scale", "choice", "done", "otherwise"], &["right", "weight"]);
    has("wheel w issued { ‸ }", &["weight", "valid", "limit"], &["choice", "earn"]);
    has("leaderboard l by cups { ‸ }", &["when", "ties", "top"], &["weight", "earn", "limit"]);
    has("quiz q { choice cocoa \"Cocoa\"  choice pine \"Pine\"  answer ‸ }", &["cocoa", "pine"], &["order"]);
    let declared = "quiz blend { ask \"?\"  choice A \"Yes\"  choice B \"No\"  answer A }\n\
        survey taste { ask \"?\"  scale 1 .. 5 }\nwheel spin issued { valid 7 days  weight 1 { } }\n";
    has(&format!("{declared}rule x on order {{ ask ‸ }}"), &["blend", "taste"], &["spin"]);
    has(&format!("{declared}rule x on order {{ draw ‸ }}"), &["spin"], &["blend"]);
    has(&format!("{declared}segment s = blend.‸"), &["answered", "right", "answer"], &["score"]);
    has(&format!("{declared}segment s = taste.‸"), &["answered", "score"], &["right", "answer"]);
    has(&format!("{declared}segment s = spin.‸"), &["cards"], &[]);
}

#[test]
fn choices_of_a_policy() {
    is("wallet b { clawback ‸ }", &["within balance", "may overdraw", "only pending"]);
    is("wallet b { multipliers ‸", &["add", "best", "compound"]);
    has("wallet b { round ‸", &["half up", "half even", "down", "up", "per line"], &["per member", "per"]);
    has("wallet b { expire after 1 year without ‸", &["order", "visit", "earning", "activity"], &["year"]);
}

#[test]
fn fields_of_what_stands_before_the_dot() {
    has("rule x on order when order.‸", &["subtotal", "branch", "at", "lines"], &["stars", "order"]);
    has("rule x on order when member.‸", &["level", "tags", "id"], &["subtotal"]);
    has("rule x on order when نقاط.‸", &["balance", "pending", "debt"], &["earned"]);
    has("test \"x\" { on order { subtotal 5 EUR }  expect نقاط.‸", &["balance", "earned", "clawed_back"], &[]);
    has("rule x on order when order.at.‸", &["weekday", "hour", "date"], &["subtotal"]);
    has("rule x on order when latest.‸", &["weekday"], &[]);
    has("rule x on order { earn 1 نقاط per 1 EUR of sum(order.lines.‸", &["amount", "roast", "sku"], &["subtotal"]);
}

#[test]
fn names_that_can_be_read_there() {
    has(
        "rule x on order when ‸",
        &["order", "member", "نقاط", "year", "regular", "not", "sum", "match"],
        &["visit", "base"],
    );
    has("rule x on order when count(‸", &["visit", "order", "signup"], &["year"]);
    has("rule x on order { earn 1 نقاط * sum(order.lines.quantity where ‸", &["roast", "category"], &["subtotal"]);
    is("rule x on order when year.‸", &["before"]);
    is("segment s = year.‸", &[]);
    has("measure m = ‸", &["sum", "count distinct", "streak"], &["year"]);
    has("measure m = sum(order.total where ‸", &["branch", "subtotal"], &["roast", "year"]);
}

#[test]
fn names_by_what_stands_before() {
    has("rule x on ‸", &["order", "visit", "refund"], &["نقاط", "base"]);
    is("rule x on order { multiply ‸", &["base", "x"]);
    is("group g [‸", &["base"]);
    is("rule x on order { earn 5% of order.subtotal to ‸", &["نقاط", "cash"]);
    has("rule x on order { earn 5 ‸", &["نقاط", "EUR", "per full", "to"], &["order", "per line", "round"]);
    has("program \"X\" { currency ‸", &["EUR", "KWD"], &["نقاط"]);
    has("event order { size ‸", &["text", "money", "line"], &["نقاط"]);
    has("test \"x\" { on order {}  expect refused ‸", &["missing_field", "unknown_order"], &[]);
}

#[test]
fn fields_of_a_tests_event_that_are_not_given_yet() {
    has("test \"x\" { on order { subtotal 5 EUR ‸ } }", &["branch", "at", "lines"], &["subtotal", "on", "balance"]);
    has("test \"x\" { on order { lines [{ roast \"dark\" ‸ }] } }", &["category", "quantity"], &["roast", "branch"]);
    is("test \"x\" { given member { ‸ } }", &["level"]);
}

#[test]
fn what_is_broken_elsewhere_does_not_matter() {
    has("wallet broken { round sideways }\nrule x on order when order.‸", &["subtotal"], &[]);
    has("rule x on order {\n  earn of nonsense\n  multiply ‸\n}", &["base"], &["نقاط"]);
    has("wallet stars { round sideways }\nrule x on order { earn 1 points to ‸", &["stars", "cash"], &[]);
}

#[test]
fn nothing_in_texts_comments_and_numbers() {
    for rest in [
        "// wal‸",
        "/// wal‸",
        "rule x on order when order.branch == \"Mit‸te\"",
        "rule x on order { earn 5‸ }",
        "test \"‸",
    ] {
        is(rest, &[]);
    }
}

#[test]
fn what_is_offered_says_what_it_is() {
    let (text, at) = shop("rule x on order { earn 1 نقاط ‸");
    let offered = assist::complete(&text, at);
    let per = offered.items().iter().find(|item| item.label() == "per full").expect("per");
    assert_eq!((per.kind(), per.docs()), ("word", "a rate: so many points for each so much"));
    let (text, at) = shop("rule x on order when ‸");
    let offered = assist::complete(&text, at);
    let year = offered.items().iter().find(|item| item.label() == "year").expect("the measure");
    assert_eq!((year.kind(), year.detail()), ("measure", "money in `EUR`"));
}

const LADDER: &str =
    "tiers status by year {\n  benefit rate = 1.0\n  bronze {}\n  silver from 100 EUR { rate 1.25 }\n}\n";

/// The same behind a ladder.
#[track_caller]
fn climbs(rest: &str, expected: &[&str], not: &[&str]) {
    has(&format!("{LADDER}{rest}"), expected, not);
}

#[test]
fn ladders_their_levels_and_what_moves_them() {
    has("tiers t by year { ‸ }", &["benefit", "rise", "keep", "fall"], &["round", "earn", "when"]);
    has("tiers t by year { fall ‸", &["one", "never", "to"], &["down"]);
    climbs("rule x on order when status.‸", &["rate", "since", "until"], &["bronze", "balance"]);
    climbs("rule x on order when status >= ‸", &["silver", "bronze"], &[]);
    climbs("rule x on status ‸", &["rises", "falls", "reaches"], &["vest"]);
    climbs("rule x on status reaches ‸", &["bronze", "silver"], &["status"]);
    climbs("rule x on order { raise ‸", &["status"], &["base"]);
    climbs("rule x on order { raise status to ‸", &["silver"], &["cash"]);
    climbs("tiers other by year { benefit size = 1  low { ‸", &[], &["rate"]);
    climbs("test \"x\" { given member { ‸ } }", &["level", "status"], &["cash"]);
    climbs("test \"x\" { given member { status ‸ } }", &["bronze", "silver"], &["level"]);
    has("rule x on earned ‸", &["نقاط", "cash"], &["order"]);
    has("rule x on earned نقاط when earned.‸", &["amount", "at"], &["subtotal"]);
    has("rule x on ‸", &["earned", "member", "order"], &[]);
    has("rule x ‸", &["on", "every"], &["when"]);
}
