//! No text makes the reader panic, and every text that it takes can be laid out.

use loyalty_core::diagnostic::render::render;
use loyalty_core::syntax::parse::parse_without_places;
use loyalty_core::syntax::{format, parse};
use proptest::prelude::*;

/// Words, signs and literals of the language, and what is near them.
const PIECES: &[&str] = &[
    "program",
    "member",
    "event",
    "record",
    "wallet",
    "measure",
    "segment",
    "rule",
    "group",
    "test",
    "coupon",
    "tiers",
    "message",
    "on",
    "order",
    "when",
    "valid",
    "limit",
    "cap",
    "per",
    "of",
    "full",
    "earn",
    "multiply",
    "by",
    "spend",
    "say",
    "from",
    "to",
    "vest",
    "expire",
    "after",
    "returns",
    "keep",
    "sum",
    "count",
    "distinct",
    "where",
    "match",
    "else",
    "and",
    "or",
    "not",
    "in",
    "is",
    "missing",
    "days",
    "since",
    "last",
    "first",
    "min",
    "this",
    "month",
    "over",
    "a",
    "beans",
    "MYR",
    "نقطة",
    "1",
    "2.5",
    "20%",
    "1_000",
    "2026-11-21",
    "2026-02-31",
    "21:00",
    "99:99",
    "2026-11-21T10:00+08:00",
    "\"text\"",
    "\"a\\n\\u{41}\"",
    "\"open",
    "\\",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "..",
    "=",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "??",
    "?",
    "&&",
    ";",
    ":",
    "“",
    "😀",
    "\u{FEFF}",
    "\t",
    "\n",
    "\n",
    "\r\n",
    "// c\n",
    "/// d\n",
    "//// e\n",
    "expect",
    "refused",
    "given",
    "x",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    let gap = prop::sample::select(&["", " ", " ", " ", "  ", "\n"][..]);
    prop::collection::vec((piece, gap), 0..80).prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

/// Reads, draws and lays out; checks the laws where the text can be read.
fn survive(text: &str) -> Result<(), TestCaseError> {
    let (_, diagnostics) = parse(text);
    let told = render(&diagnostics, text, "soup", false);
    prop_assert_eq!(told.is_empty(), diagnostics.is_empty());
    for label in diagnostics.iter().flat_map(|diagnostic| diagnostic.labels()) {
        let span = label.span();
        prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} in {:?}", span, text);
    }
    match format(text) {
        Err(errors) => prop_assert_eq!(errors, diagnostics),
        Ok(laid_out) => {
            prop_assert!(diagnostics.is_empty());
            prop_assert_eq!(parse_without_places(&laid_out), parse_without_places(text), "{}", laid_out);
            let again = format(&laid_out);
            prop_assert_eq!(again.as_ref(), Ok(&laid_out));
            prop_assert_eq!(laid_out.matches("//").count(), text.matches("//").count());
        }
    }
    Ok(())
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(&["a", "spend", "order", "نقاط", "long_name", "count", "status"][..]).prop_map(str::to_owned)
}

/// An expression that can be read, as its tokens.
fn expression() -> impl Strategy<Value = Vec<String>> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let leaf = prop_oneof![
        name().prop_map(|name| vec![name]),
        (name(), name()).prop_map(|(a, b)| vec![a, ".".into(), b]),
        prop::sample::select(
            &[
                "1",
                "2.50",
                "20%",
                "5 MYR",
                "true",
                "2026-11-21",
                "21:00",
                "\"نعم // no\"",
                "20% of a . b",
                "min ( 1 , a )",
                "sum ( order . lines . amount where a > 1 )",
                "count|distinct ( order . branch )",
                "days since last ( order )"
            ][..]
        )
        .prop_map(|text| if text.starts_with('"') {
            vec![text.to_owned()]
        } else {
            text.split(' ').map(str::to_owned).collect()
        }),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let operator = prop::sample::select(&["and", "or", "+", "-", "*", "/", "??"][..]);
        let wrap = |inner: Vec<String>| [vec!["(".to_owned()], inner, vec![")".to_owned()]].concat();
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, sign, b)| [a, vec![sign.to_owned()], b].concat()),
            (inner.clone(), prop::sample::select(&["==", "<", "in", "not in"][..]), inner.clone())
                .prop_map(move |(a, sign, b)| { wrap([wrap(a), words(sign), wrap(b)].concat()) }),
            inner.clone().prop_map(|a| [vec!["not".to_owned()], a].concat()),
            inner.clone().prop_map(move |a| [vec!["-".to_owned()], wrap(a)].concat()),
            inner.clone().prop_map(move |a| wrap([wrap(a), vec!["is".to_owned(), "missing".to_owned()]].concat())),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| {
                let items = items.into_iter().map(|item| [item, vec![",".to_owned()]].concat());
                [vec!["[".to_owned()], items.flatten().collect(), vec!["]".to_owned()]].concat()
            }),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| {
                let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
                [words("match a { gold"), a, words(", else"), b, vec!["}".to_owned()]].concat()
            }),
        ]
    })
}

/// A program that can be read, as its tokens: quantities, and what must stay on one line, are single tokens.
fn program() -> impl Strategy<Value = Vec<String>> {
    let declaration = (name(), expression(), 0..6).prop_map(|(name, expr, kind)| {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let name = vec![name];
        match kind {
            0 => [words("segment"), name, words("="), expr].concat(),
            1 => {
                [words("rule"), name, words("on order when"), expr, words("limit 1 per member { earn 5|beans say hi }")]
                    .concat()
            }
            2 => [words("rule"), name, words("on order { multiply [ a , b ] by"), expr, words("tag \"x\" }")].concat(),
            3 => [words("event"), name, words("{ at text ? when [ line ] ? shared limit number ="), expr, words("}")]
                .concat(),
            4 => {
                [words("wallet"), name, words("{ round half up per line expire never when"), expr, words("}")].concat()
            }
            _ => [words("measure"), name, words("= sum ( order . x where"), expr, words(") this month")].concat(),
        }
    });
    // A number and a word on one line are a quantity: every declaration starts a line.
    let line = declaration.prop_map(|tokens| [vec!["\n".to_owned()], tokens].concat());
    prop::collection::vec(line, 1..4).prop_map(|declarations| declarations.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".{0,200}") {
        survive(&text)?;
    }

    #[test]
    fn any_tokens(text in soup()) {
        survive(&text)?;
    }

    #[test]
    fn any_tokens_within_a_rule(text in soup()) {
        survive(&format!("rule r on order {{ earn {text} }}\nsegment s = a\n"))?;
    }

    #[test]
    fn valid_programs_in_any_layout(tokens in program(), gaps in prop::collection::vec(0..12usize, 40)) {
        let mut text = String::new();
        for (token, gap) in tokens.iter().zip(gaps.iter().cycle()) {
            text.push_str(&token.replace('|', " "));
            // A value of a table stays on the line of its pattern, a quantity on one line.
            let bound = token == "gold" || token.ends_with(|last: char| last.is_ascii_digit());
            text.push_str(match gap {
                0 if !bound => "\n",
                1 if !bound => "\n\n\n",
                2 if !bound => " // why\n",
                3 if !bound => "\n    // there\n  ",
                4 => "    ",
                _ => " ",
            });
        }
        prop_assert_eq!(parse(&text).1, vec![], "{}", text);
        survive(&text)?;
    }
}
