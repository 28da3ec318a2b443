//! What is said of words, place by place.

use loyalty_core::assist::{self, Hover};

use crate::shop;

fn hover(rest: &str) -> Option<Hover> {
    let (text, at) = shop(rest);
    let found = assist::hover(&text, at);
    if let Some(hover) = &found {
        let word = &text[hover.span().start as usize..hover.span().end as usize];
        assert!(!word.is_empty() && !word.contains(' '), "{word}");
    }
    found
}

/// Kind, detail, docs and line.
fn told(rest: &str) -> (&'static str, String, String, Option<u32>) {
    let hover = hover(rest).unwrap_or_else(|| panic!("nothing said in {rest}"));
    (hover.kind(), hover.detail().to_owned(), hover.docs().to_owned(), hover.line())
}

#[track_caller]
fn says(rest: &str, kind: &str, detail: &str, docs: &str, line: Option<u32>) {
    assert_eq!(told(rest), (kind, detail.to_owned(), docs.to_owned(), line), "{rest}");
}

#[test]
fn names_say_their_type_and_where_they_stand() {
    says("rule x on order when ye‸ar > 5 EUR { earn 1 نقاط }", "measure", "money in `EUR`", "", Some(11));
    says(
        "rule x on order when member.le‸vel == \"a\" { earn 1 نقاط }",
        "field",
        "text?",
        "What the till shows.",
        Some(5),
    );
    says("rule x on order when reg‸ular { earn 1 نقاط }", "segment", "a condition", "", Some(13));
    says("rule x on order { multiply ba‸se by 2 }", "rule", "on order", "", Some(14));
    says("rule x on order { earn 1 نق‸اط }", "wallet", "holds points", "The one balance.", Some(9));
}

#[test]
fn what_the_language_brings_along_has_no_line() {
    says(
        "rule x on order when order.sub‸total > 5 EUR { earn 1 نقاط }",
        "field",
        "money shared, with a default",
        "",
        None,
    );
    says(
        "rule x on ord‸er { earn 1 نقاط }",
        "event",
        "",
        "A purchase. `subtotal` is the goods after every discount.",
        None,
    );
    says(
        "rule x on order { earn 1 نقاط per 1 EUR of sum(order.lines.amount where ro‸ast == \"d\") }",
        "field",
        "text?",
        "",
        Some(7),
    );
    says(
        "rule x on order { earn 1 نقاط * نقاط.pend‸ing / 1 نقاط }",
        "figure",
        "",
        "what has been earned and has not vested",
        None,
    );
    says(
        "rule x on order when order.at.week‸day == monday { earn 1 نقاط }",
        "part",
        "",
        "the weekday in the program's zone",
        None,
    );
    says(
        "rule x on order when order.subtotal > 5 E‸UR { earn 1 نقاط }",
        "currency",
        "",
        "the program's currency",
        None,
    );
}

#[test]
fn words_mean_what_they_mean_in_their_declaration() {
    let (kind, _, docs, _) = told("wallet b { spe‸nd oldest first }");
    assert_eq!((kind, docs.starts_with("which lots go first")), ("word", true), "{docs}");
    let (kind, _, docs, _) = told("rule x on order { spe‸nd 5 نقاط }");
    assert_eq!((kind, docs.starts_with("takes available points")), ("word", true), "{docs}");
    assert!(hover("rule x on order when 5 ‸> 3 { earn 1 نقاط }").is_none());
    assert!(hover("// spe‸nd").is_none());
}

#[test]
fn a_word_of_the_language_may_be_a_name() {
    says("wallet ro‸und {}", "wallet", "holds points", "", Some(15));
    says("wallet round {}\nrule x on order { earn 1 ro‸und }", "wallet", "holds points", "", Some(15));
}

#[test]
fn the_title_is_the_declaration() {
    let hover = hover("rule x on order when ye‸ar > 5 EUR { earn 1 نقاط }").expect("a measure");
    assert_eq!(hover.title(), "measure year = sum(order.subtotal) over last 12 months");
}

#[test]
fn a_wallet_lists_its_policies_while_the_program_is_right() {
    let right = hover("wallet star‸s { round up }").expect("a wallet");
    assert!(right.policies().contains(&"round up per order".to_owned()), "{:?}", right.policies());
    assert!(right.policies().contains(&"clawback within balance".to_owned()));
    let wrong = hover("wallet star‸s { round up }\nrule x on order { earn 1 nothing }").expect("a wallet");
    assert!(wrong.policies().is_empty());
}

#[test]
fn a_declaration_that_is_being_written_still_knows_the_others() {
    says("rule x on order when order.subtotal > ye‸ar and", "measure", "money in `EUR`", "", Some(11));
    says("wallet half { round sideways }\nrule x on order { earn 1 ha‸lf", "wallet", "", "", Some(15));
}

#[test]
fn ladders_levels_and_benefits() {
    let ladder = "/// Three steps.\ntiers status by year {\n  benefit rate = 1.0\n  bronze {}\n  silver from 100 EUR { rate 1.25 }\n}\n";
    let says = |rest: &str, kind: &str, detail: &str, docs: &str, line: Option<u32>| {
        says(&format!("{ladder}{rest}"), kind, detail, docs, line);
    };
    says("rule x on order when sta‸tus >= silver { earn 1 نقاط }", "tiers", "bronze, silver", "Three steps.", Some(16));
    says("rule x on order when status >= sil‸ver { earn 1 نقاط }", "level", "", "", Some(19));
    says("rule x on order { multiply base by status.ra‸te }", "benefit", "", "", Some(17));
    says("rule x on order { raise sta‸tus to silver }", "tiers", "bronze, silver", "Three steps.", Some(16));
    says("rule x on order { raise status to sil‸ver }", "level", "", "", Some(19));
    says("rule x on earned نقاط when earned.amo‸unt > 5 نقاط { tag \"x\" }", "field", "", "how much", None);
}
