//! The syntax stage from outside: reading, messages, layout, and that no text makes it panic.

#![cfg(test)]
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "expected messages are files, and small stacks are threads; the purity is that of the core"
)]

mod engagement;
mod errors;
mod expressions;
mod forms;
mod layout;
mod limits;
mod random;
mod tiers;
mod triggers;

use loyalty_core::syntax::tree::{ClauseKind, Expr, ExprKind, File, ItemKind};

/// The tree of a text without errors, without places.
fn read(text: &str) -> File {
    let (_, diagnostics) = loyalty_core::syntax::parse(text);
    let told = loyalty_core::diagnostic::render::render(&diagnostics, text, "test.loyalty", false);
    assert!(diagnostics.is_empty(), "{told}\n{text}");
    loyalty_core::syntax::parse::parse_without_places(text).expect("a text without errors")
}

/// The only declaration of a text.
fn item(text: &str) -> ItemKind {
    let mut items = read(text).items;
    assert_eq!(items.len(), 1, "{text}");
    items.remove(0).kind
}

/// The only clause of a declaration that is written around it.
fn clause(declaration: &str, text: &str) -> ClauseKind {
    let whole = format!("{declaration} {{\n{text}\n}}");
    let clauses = match item(&whole) {
        ItemKind::Program { clauses, .. }
        | ItemKind::Wallet { clauses, .. }
        | ItemKind::Tiers { clauses, .. }
        | ItemKind::Rule { clauses, .. }
        | ItemKind::Group { clauses, .. } => clauses,
        ItemKind::Engagement(engagement) => engagement_clauses(engagement),
        other => panic!("no clauses in {other:?}"),
    };
    let [only] = clauses.try_into().expect("one clause");
    only.kind
}

fn engagement_clauses(
    engagement: loyalty_core::syntax::engagement::Engagement,
) -> Vec<loyalty_core::syntax::tree::Clause> {
    use loyalty_core::syntax::engagement::Engagement;
    match engagement {
        Engagement::Challenge { clauses, .. }
        | Engagement::Badge { clauses, .. }
        | Engagement::Wheel { clauses, .. }
        | Engagement::Quiz { clauses, .. }
        | Engagement::Survey { clauses, .. }
        | Engagement::Leaderboard { clauses, .. }
        | Engagement::Coupon { clauses, .. }
        | Engagement::Reward { clauses, .. }
        | Engagement::Message { clauses, .. }
        | Engagement::Policy { clauses, .. }
        | Engagement::Experiment { clauses, .. } => clauses,
    }
}

/// An expression, read where a segment holds it.
fn expr(text: &str) -> Expr {
    match item(&format!("segment s = {text}")) {
        ItemKind::Segment { condition, .. } => condition,
        other => panic!("no segment: {other:?}"),
    }
}

/// An expression with a pair of parentheses around every operation.
fn shape(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Percent(number) => format!("{number}%"),
        ExprKind::Quantity { number, unit } => format!("{number}{}", unit.text),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Date(date) => date.to_string(),
        ExprKind::Instant(instant) => instant.to_rfc3339(),
        ExprKind::Time(time) => time.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Field { of, name } => format!("{}.{}", shape(of), name.text),
        ExprKind::List(values) => format!("[{}]", list(values)),
        ExprKind::Record(fields) => {
            let fields = fields.iter().map(|field| format!("{}={}", field.name.text, shape(&field.value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(" "))
        }
        ExprKind::Aggregate(aggregate) => {
            let filter = aggregate.filter.as_ref().map(|filter| format!(" where {}", shape(filter)));
            format!("({:?} {}{})", aggregate.function, shape(&aggregate.of), filter.unwrap_or_default())
        }
        ExprKind::Call { function, arguments } => format!("{}({})", function.text, list(arguments)),
        ExprKind::Apart { unit, from, to } => format!("({unit:?} between {} {})", shape(from), shape(to)),
        ExprKind::Since { unit, instant } => format!("({unit:?} since {})", shape(instant)),
        ExprKind::PercentOf { percent, of } => format!("({} of {})", shape(percent), shape(of)),
        ExprKind::Not(of) => format!("(not {})", shape(of)),
        ExprKind::Negate(of) => format!("(- {})", shape(of)),
        ExprKind::Binary { operator, left, right } => format!("({operator:?} {} {})", shape(left), shape(right)),
        ExprKind::IsMissing { value, negated } => {
            format!("({} {})", if *negated { "present" } else { "missing" }, shape(value))
        }
        ExprKind::Match { subject, arms, otherwise } => {
            let arms = arms.iter().map(|arm| format!("{}: {}", arm.patterns.len(), shape(&arm.value)));
            let otherwise = otherwise.as_ref().map(|value| format!(", else {}", shape(value)));
            let arms = arms.collect::<Vec<_>>().join(", ");
            format!("(match {} {{{arms}{}}})", shape(subject), otherwise.unwrap_or_default())
        }
    }
}
