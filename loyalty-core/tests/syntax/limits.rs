//! Texts beyond the limits are refused before anything recurses over them.

use loyalty_core::diagnostic::Code;
use loyalty_core::syntax::parse;

#[track_caller]
fn refused(text: &str, code: Code) {
    let (file, diagnostics) = parse(text);
    assert!(file.items.is_empty());
    let [only] = diagnostics.as_slice() else { panic!("one diagnostic, not {}", diagnostics.len()) };
    assert_eq!(only.code(), code);
}

fn segment(expr: &str) -> String {
    format!("segment s = {expr}\n")
}

#[test]
fn long_texts() {
    for piece in ["(", "-", "not ", "a.", "[", "{", "\"", "é", "match ", "days since ", "1 + "] {
        refused(&piece.repeat(40_000_000 / piece.len()), Code::TooLong);
    }
}

#[test]
fn deep_texts() {
    let many = 4_000_000;
    for piece in ["(", "-", "not ", "a.", "[", "{", "match ", "days since ", "1 + ", "20% of ", "!", "f("] {
        refused(&segment(&piece.repeat(many / piece.len())), Code::TooDeep);
    }
    refused(&segment(&"count distinct(a) + ".repeat(100)), Code::TooDeep);
    refused(&segment(&"match a { b 1 } + ".repeat(100)), Code::TooDeep);
    refused(&segment(&"5 MYR + ".repeat(100)), Code::TooDeep);
    refused(&segment(&format!("a{}", " is missing".repeat(100))), Code::TooDeep);
}

#[test]
fn as_deep_as_the_limit_allows() {
    let nested = |levels: usize| segment(&format!("{}a{}", "(".repeat(levels), ")".repeat(levels)));
    assert_eq!(parse(&nested(64)).1, []);
    refused(&nested(65), Code::TooDeep);
    let chain = |operators: usize| segment(&format!("a{}", " + a".repeat(operators)));
    assert_eq!(parse(&chain(64)).1, []);
    refused(&chain(65), Code::TooDeep);
}

#[test]
fn a_chain_of_alternatives_is_as_long_as_its_author_likes() {
    for (times, operator) in [(60, " or "), (64, " or "), (10_000, " or "), (10_000, " and ")] {
        let comparisons = vec!["order.branch == \"x\""; times].join(operator);
        assert_eq!(parse(&segment(&comparisons)).1, [], "{times}{operator}");
    }
    let sums = vec!["a"; 70].join(" + ");
    let (_, told) = parse(&segment(&sums));
    assert_eq!(told[0].message(), "more than 64 operators follow on each other");
}

#[test]
fn long_flat_texts_are_not_deep() {
    let clauses = "tag \"x\" earn 1 + 2 beans\n".repeat(10_000);
    assert_eq!(parse(&format!("rule r on order {{ {clauses} }}")).1, []);
    let list = vec!["a.b + 1"; 10_000].join(", ");
    assert_eq!(parse(&segment(&format!("x in [{list}]"))).1, []);
}

/// A stack of a browser's size is enough for the deepest text, read and dropped.
#[test]
fn a_small_stack_is_enough() {
    let deep =
        |times: usize, open: &str, close: &str| segment(&format!("{}a{}", open.repeat(times), close.repeat(times)));
    let brackets = [deep(63, "(", ")"), deep(63, "f(", ")"), deep(63, "[", "]")];
    let tables = [deep(31, "not (", ")"), deep(31, "match x { a ", " }"), deep(20, "(a and (", "))")];
    let texts = [brackets, tables].concat();
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let read = small.spawn(move || texts.iter().map(|text| parse(text).0.items.len()).sum::<usize>());
    let items = read.expect("a thread").join().expect("no overflow");
    assert_eq!(items, 6);
}
