//! Warnings of words that mean something else than they seem to: `and` beside `or` without parentheses, and `default` in a table.

use super::Checker;
use super::model::{Expr, ExprKind, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree;

/// What the last line of a table is called elsewhere.
const OTHERS: [&str; 5] = ["default", "other", "others", "otherwise", "rest"];

impl Checker<'_> {
    /// `a or b and c` is `a or (b and c)`.
    pub(super) fn lint_either(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        let whens = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.when);
        let coupons = self.coupons.iter().flat_map(|coupon| &coupon.versions).flat_map(|form| &form.value.when);
        let rewards = self.rewards.iter().flatten().flat_map(|reward| &reward.versions);
        let segments = self.segments.iter().flat_map(|segment| &segment.versions).map(|form| &form.value);
        for when in whens.chain(coupons).chain(rewards.flat_map(|form| &form.value.when)).chain(segments) {
            when.walk(&mut |part| {
                let ExprKind::Or(sides) = &part.kind else { return };
                // `a and b or c and d` is read as it is written.
                if !sides.iter().all(|side| matches!(side.kind, ExprKind::And(_))) {
                    found.extend(sides.iter().find(|side| is_bare(side)).map(|side| side.span));
                }
            });
        }
        for span in found {
            self.report(
                Diagnostic::new(Code::BareAnd, span, "`and` binds more tightly than the `or` beside it")
                    .at("this holds together")
                    .help("put in parentheses what belongs together: `(a or b) and c`, or `a or (b and c)`"),
            );
        }
    }

    /// A word for all others, which is a text as any other.
    pub(super) fn lint_others(&mut self, arms: &[tree::MatchArm]) {
        for pattern in arms.iter().flat_map(|arm| &arm.patterns) {
            let tree::Pattern::Word(name) = pattern else { continue };
            if OTHERS.contains(&name.text.as_str()) {
                self.report(
                    Diagnostic::new(
                        Code::OthersWord,
                        name.span,
                        format!("`{}` is a text here, and takes no other value", name.text),
                    )
                    .help(format!(
                        "all others are `else`; if the text is meant, put it in quotes: `\"{}\"`",
                        name.text
                    )),
                );
            }
        }
    }
}

/// Several conditions that `and` joins, without parentheses around them.
fn is_bare(side: &Expr) -> bool {
    let ExprKind::And(parts) = &side.kind else { return false };
    parts.first().is_some_and(|first| first.span.start == side.span.start)
}
