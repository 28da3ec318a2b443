//! The laws of the formatter, over the example program and over texts that are laid out badly.

use loyalty_core::syntax::format;
use loyalty_core::syntax::parse::parse_without_places;

const BEAN_CLUB: &str = include_str!("../../../docs/examples/bean_club.loyalty");

/// Lays a text out and checks the laws.
#[track_caller]
fn lawful(text: &str) -> String {
    let laid_out = format(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    assert_eq!(format(&laid_out).as_ref(), Ok(&laid_out), "laying out twice");
    let before = parse_without_places(text);
    assert!(before.is_some());
    assert_eq!(parse_without_places(&laid_out), before, "the meaning changed\n{laid_out}");
    assert_eq!(comments(&laid_out), comments(text), "comments\n{laid_out}");
    laid_out
}

/// The comments of a text that has no `//` within quotes.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find("//").and_then(|at| line.get(at..))).map(str::trim_end).collect()
}

#[track_caller]
fn becomes(text: &str, expected: &str) {
    assert_eq!(lawful(text), expected);
    assert_eq!(lawful(expected), expected);
}

#[test]
fn the_example_program() {
    let laid_out = lawful(BEAN_CLUB);
    assert!(laid_out.contains("\nmeasure orders   = count(order)\nmeasure cups     = count(order where"));
    assert!(
        laid_out
            .contains("\n  silver from 500 MYR   { rate 1.25 }\n  gold   from 2_000 MYR { rate 1.5  lounge true }\n")
    );
    assert!(
        laid_out.contains("\n  when  order.at.weekday in [saturday, sunday]\n  valid 2026-11-01 .. 2026-12-31\n{\n")
    );
    assert_eq!(lawful(&BEAN_CLUB.replace('\n', "\r\n")), laid_out);
    assert_eq!(format(&BEAN_CLUB.replace('\n', "\r")).as_ref(), Ok(&laid_out), "lines may end with CR alone");
    let squeezed: Vec<String> = BEAN_CLUB.lines().map(|line| format!("   {}", line.trim())).collect();
    assert_eq!(lawful(&squeezed.join("\n")), laid_out, "indentation is decided here");
}

#[test]
fn spaces() {
    becomes("segment  a=b+c*-d . e- - f\n", "segment a = b + c * -d.e - -f\n");
    becomes(
        "segment a = ( b or c )and sum( order . lines.x   where y==[ 1,2 ,3 ] )>-1",
        "segment a = (b or c) and sum(order.lines.x where y == [1, 2, 3]) > -1\n",
    );
    becomes("event e{a text?  b [line]?shared,c int=1}", "event e { a text?  b [line]? shared, c int = 1 }\n");
    becomes("rule a on order{ }", "rule a on order {}\n");
    becomes("measure m = sum (order.x)", "measure m = sum(order.x)\n");
    becomes("segment a = b in(c) and max(1,2) == (d)", "segment a = b in (c) and max(1, 2) == (d)\n");
    becomes(
        "rule r on order{earn 1 pts expire  1 day after earning vest after 1 day}",
        "rule r on order { earn 1 pts expire 1 day after earning vest after 1 day }\n",
    );
    becomes("message m utility{template \"a\"(b.c,d)}", "message m utility { template \"a\" (b.c, d) }\n");
}

#[test]
fn lines() {
    becomes("\n\n\nsegment a = b\n\n\n\nsegment c = d\n\n\n", "segment a = b\n\nsegment c = d\n");
    becomes("rule a on order {\n\n earn 1 beans\n\n}\n", "rule a on order {\n  earn 1 beans\n}\n");
    becomes("", "");
    becomes("// only\n", "// only\n");
    becomes(
        "rule a on order\nwhen b\nor c\nlimit 1 per member {\nearn match d {\nx 1\nyy 22\nelse 3\n}\n}",
        "rule a on order\n  when b\n    or c\n  limit 1 per member {\n  earn match d {\n    x    1\n    yy   22\n    else 3\n  }\n}\n",
    );
    becomes(
        "test \"t\" {\non order {\nid \"1\"\nlines [\n{ sku \"a\" amount 1 MYR },\n{ sku \"bcd\" }\n]\n}\n}",
        "test \"t\" {\n  on order {\n    id \"1\"\n    lines [\n      { sku \"a\"  amount 1 MYR },\n      { sku \"bcd\" }\n    ]\n  }\n}\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    becomes("//a\nwallet w { // b\n// c\nround down // d\n}", "//a\nwallet w {  // b\n  // c\n  round down  // d\n}\n");
    becomes(
        "rule a on order // x\n// y\nwhen b // z\n// w\n{ // v\nearn 1 beans\n// u\n}\n// t\n",
        "rule a on order  // x\n  // y\n  when b  // z\n// w\n{  // v\n  earn 1 beans\n  // u\n}\n// t\n",
    );
    becomes(
        "/// One.\n///Two.\nevent e {\n/// Three.\na text // four\n/// Five.\nlonger text? // six\n}",
        "/// One.\n///Two.\nevent e {\n  /// Three.\n  a      text   // four\n  /// Five.\n  longer text?  // six\n}\n",
    );
}

#[test]
fn columns() {
    becomes(
        "wallet w {\nround down\nvest after 14 days\n\nexpire never\n}",
        "wallet w {\n  round down\n  vest  after 14 days\n\n  expire never\n}\n",
    );
    becomes(
        "rule a on order { earn 1 beans }\nrule bcd on signup when x { say hi }\nsegment e = f\n",
        "rule a   on order         { earn 1 beans }\nrule bcd on signup when x { say hi }\nsegment e = f\n",
    );
    becomes(
        "measure نقاط = count(order)\nmeasure ab = count(order)\n",
        "measure نقاط = count(order)\nmeasure ab   = count(order)\n",
    );
}
