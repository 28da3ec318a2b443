//! Expressions get the shape that a reader expects.

use loyalty_core::syntax::tree::{ExprKind, Pattern};

use crate::{expr, shape};

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shape(&expr(text)), expected, "{text}");
}

#[test]
fn operators_bind_in_their_order() {
    check("a or b and c", "(Or a (And b c))");
    check("not a and b", "(And (not a) b)");
    check("not a == b", "(not (Equal a b))");
    check("a and not b == c", "(And a (not (Equal b c)))");
    check("not not a", "(not (not a))");
    check("a == b + c", "(Equal a (Add b c))");
    check("a + b * c - d / e", "(Subtract (Add a (Multiply b c)) (Divide d e))");
    check("a - b - c", "(Subtract (Subtract a b) c)");
    check("a ?? b + c", "(Otherwise a (Add b c))");
    check("a > b ?? c", "(Greater a (Otherwise b c))");
    check("-a * b", "(Multiply (- a) b)");
    check("- -a.b", "(- (- a.b))");
    check("a - -b", "(Subtract a (- b))");
    check("(a + b) * c", "(Multiply (Add a b) c)");
    check("a.b.c.d", "a.b.c.d");
}

#[test]
fn comparisons() {
    check("a < b", "(Less a b)");
    check("a <= b", "(LessOrEqual a b)");
    check("a >= b", "(GreaterOrEqual a b)");
    check("a != b", "(NotEqual a b)");
    check("a in [b, c]", "(In a [b c])");
    check("a not in [b, c,]", "(NotIn a [b c])");
    check("a + b is missing", "(missing (Add a b))");
    check("not a.b is present", "(not (present a.b))");
    check("kind is missing or kind == \"goods\"", "(Or (missing kind) (Equal kind \"goods\"))");
    check("(a == b) == c", "(Equal (Equal a b) c)");
}

#[test]
fn literals() {
    check("1_000.50", "1000.50");
    check("0.125", "0.125");
    check("20%", "20%");
    check("5 MYR", "5MYR");
    check("30 days", "30days");
    check("5 نقطة", "5نقطة");
    check("true and false", "(And true false)");
    check("2026-11-21", "2026-11-21");
    check("21:00", "21:00:00");
    check("2026-11-21T10:00+08:00", "2026-11-21T10:00:00+08:00");
    check("2026-11-21T10:00:30.5Z", "2026-11-21T10:00:30.500+00:00");
    check("2026 - 11 - 21", "(Subtract (Subtract 2026 11) 21)");
    check(r#""a \"b\" \\ \n \u{1F600} نعم""#, "\"a \\\"b\\\" \\\\ \\n 😀 نعم\"");
    check("[]", "[]");
    check("5\nMYR".split('\n').next().unwrap_or(""), "5");
}

#[test]
fn names_may_be_words_of_clauses() {
    check("spend >= 5 MYR and earn > 2", "(And (GreaterOrEqual spend 5MYR) (Greater earn 2))");
    check("order.when.limit.in", "order.when.limit.in");
    check("incoming or notes or orders", "(Or (Or incoming notes) orders)");
    check("count + last", "(Add count last)");
    check("حالة == ذهبي", "(Equal حالة ذهبي)");
}

#[test]
fn aggregates_and_calls() {
    check(
        "sum(order.lines.amount where category == \"coffee\")",
        "(Sum order.lines.amount where (Equal category \"coffee\"))",
    );
    check("count(order)", "(Count order)");
    check("count distinct(order.branch) > 2", "(Greater (CountDistinct order.branch) 2)");
    check("min(order.total)", "(Min order.total)");
    check("min(order.total, 5)", "min(order.total 5)");
    check("max(1, 2)", "max(1 2)");
    check("floor(a / 2)", "floor((Divide a 2))");
    check("now()", "now()");
    check("days since last(order) > 60", "(Greater (Day since (Last order)) 60)");
    check("months since member.birthday.start + 1", "(Add (Month since member.birthday.start) 1)");
    check("first(order.at) == average(order.total)", "(Equal (First order.at) (Average order.total))");
    check("member.consents marketing and a", "(And consents(member marketing) a)");
}

#[test]
fn percentages() {
    check("20% of order.subtotal", "(20% of order.subtotal)");
    check("20% of order.subtotal + 1 MYR", "(Add (20% of order.subtotal) 1MYR)");
    check("(a + 1%) of b.c", "((Add a 1%) of b.c)");
    check("10% of 50% of a", "(10% of (50% of a))");
}

#[test]
fn tables() {
    check("match order.payment { card 2, else 1 }", "(match order.payment {1: 2, else 1})");
    check("match a { [x, \"y\"] 1\n z 2 MYR\n else 0 }", "(match a {2: 1, 1: 2MYR, else 0})");
    check("match a { 10 MYR .. 50 MYR 1%\n 50 MYR .. 2%\n .. 10 MYR 0% }", "(match a {1: 1%, 1: 2%, 1: 0%})");
    check("match a { 20 .. 3\n 30 .. 4 }", "(match a {1: 3, 1: 4})");
    check("match a { 5 b.c, -1 d }", "(match a {1: b.c, 1: d})");
    check(
        "match a { x match b { y 1, else 2 }, else 3 } * 2",
        "(Multiply (match a {1: (match b {1: 1, else 2}), else 3}) 2)",
    );
    check("match a { }", "(match a {})");
}

#[test]
fn patterns_keep_their_kind() {
    let ExprKind::Match { arms, .. } = expr("match a { [gold, \"x\", 5 MYR, true] 1, 1 .. 2 2, 3 .. 3 }").kind else {
        panic!("no table");
    };
    let [first, second, third] = arms.as_slice() else { panic!("three arms") };
    assert!(matches!(
        first.patterns.as_slice(),
        [Pattern::Word(_), Pattern::Value(_), Pattern::Value(_), Pattern::Value(_)]
    ));
    assert!(matches!(second.patterns.as_slice(), [Pattern::Range { from: Some(_), to: Some(_), .. }]));
    assert!(matches!(third.patterns.as_slice(), [Pattern::Range { from: Some(_), to: None, .. }]));
}

/// The words about a field follow the default of the one before: they are no division.
#[test]
fn a_default_ends_where_the_words_about_the_next_field_begin() {
    let text = "event visit {\n  guests number = 1\n  /// Of them.\n  children number = 2 / 2 // a half\n}\n";
    let (file, found) = loyalty_core::syntax::parse(text);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(file.items.len(), 1);
}
