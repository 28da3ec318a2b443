//! Classes of words and the outline, with exact places behind letters of any width; and that no place makes anything panic.

use loyalty_core::assist::{self, Class};

use crate::SHOP;

/// Each piece with its class, one a line.
fn drawn(text: &str) -> String {
    let tokens = assist::tokens(text);
    tokens
        .iter()
        .filter(|token| token.class() != Class::Sign)
        .map(|token| {
            format!("{} {}\n", token.class().as_str(), &text[token.span().start as usize..token.span().end as usize])
        })
        .collect()
}

#[test]
fn a_word_is_what_the_grammar_took_it_for() {
    let text = "/// 🎁\nwallet قهوة { hold at most 5 قهوة } // ☕\nrule last on order when 20% of last.balance > 1 قهوة { earn sum(order.lines.amount) / 2.5 }";
    assert_eq!(
        drawn(text),
        "doc /// 🎁\nkeyword wallet\ndeclared قهوة\nkeyword hold\nkeyword at\nkeyword most\nnumber 5\nunit قهوة\n\
         comment // ☕\nkeyword rule\ndeclared last\nkeyword on\nname order\nkeyword when\nnumber 20%\nkeyword of\n\
         name last\nfield balance\nnumber 1\nunit قهوة\nkeyword earn\nfunction sum\nname order\nfield lines\nfield amount\n\
         number 2.5\n"
    );
}

#[test]
fn what_cannot_be_read_keeps_its_colours() {
    let text = "event stay { nights int }\nrule x on order when order.when == 2026-01-01 and { earn";
    assert_eq!(
        drawn(text),
        "keyword event\ndeclared stay\nfield nights\ntype int\nkeyword rule\nname x\nkeyword on\nkeyword order\n\
         keyword when\nkeyword order\nfield when\nmoment 2026-01-01\nkeyword and\nkeyword earn\n"
    );
}

#[test]
fn the_outline_is_that_of_the_text() {
    let outline = assist::outline(SHOP);
    let told: Vec<String> = outline
        .iter()
        .map(|symbol| {
            let span = symbol.name_span().expect("a place");
            format!("{} {} @{}", symbol.kind(), symbol.detail(), &SHOP[span.start as usize..span.end as usize])
        })
        .collect();
    assert_eq!(
        told,
        [
            "program  @\"Café نقاط 🎁\"",
            "member  @member",
            "record  @line",
            "wallet holds points @نقاط",
            "wallet holds EUR @cash",
            "measure money in `EUR` @year",
            "measure an instant @latest",
            "segment a condition @regular",
            "rule on order @base",
        ]
    );
}

#[test]
fn events_come_with_all_their_fields_and_the_used_ones_first() {
    let events = assist::events("event order { country text }\nevent stay { nights int }\nrule x on stay { earn 5 p }");
    let names: Vec<&str> = events.iter().map(|event| event.name()).collect();
    assert_eq!(names.first(), Some(&"stay"));
    let order = events.iter().find(|event| event.name() == "order").expect("an order");
    let fields: Vec<&str> = order.fields().iter().map(|field| field.name()).collect();
    assert!(fields.contains(&"subtotal") && fields.contains(&"country"), "{fields:?}");
}

#[test]
fn no_place_makes_anything_panic() {
    let texts = [
        "",
        "🎁",
        "نقاط.",
        "rule",
        "rule x on",
        "((((",
        "}}}",
        "\"",
        "test \"x\" { on order { lines [{",
        "measure m = sum(",
        "a.b.c.",
        "\u{feff}wallet x {}",
    ];
    let cut = SHOP.len() / 2;
    let cut = (0..cut).rev().find(|at| SHOP.is_char_boundary(*at)).expect("a boundary");
    for text in texts.into_iter().chain([&SHOP[..cut]]) {
        // Of the long one every third byte, letters of two bytes and more among them.
        for offset in (0..text.len() + 3).step_by(if text.len() > 99 { 3 } else { 1 }) {
            let _ = assist::hover(text, offset);
            let offered = assist::complete(text, offset).span();
            assert!(text.get(offered.start as usize..offered.end as usize).is_some(), "{text} {offset}");
        }
        let _ = (assist::tokens(text), assist::outline(text), assist::events(text));
    }
    // A program as it is while it is typed.
    for (cut, _) in SHOP.char_indices().step_by(11) {
        let text = &SHOP[..cut];
        let (_, _) = (assist::hover(text, cut), assist::complete(text, cut));
    }
    // A text that is too deep for the parser is not handed to it.
    let deep = format!("rule x on order when {}", "(".repeat(100_000));
    let names: Vec<_> =
        assist::complete(&deep, deep.len()).items().iter().map(|item| item.label().to_owned()).collect();
    assert_eq!(names, ["order", "member"]);
}
