//! What an expression of a grammar may begin with: whoever reads looks at one byte before trying it.

use std::collections::BTreeMap;

use pest_meta::ast::RuleType;
use pest_meta::optimizer::{OptimizedExpr, OptimizedRule};

/// The bytes of ASCII that an expression may begin with. It may always begin with what is beyond ASCII.
#[derive(Clone, Copy)]
pub struct Starts {
    pub bytes: u128,
    /// Whether it may also take nothing, so that it may stand before anything.
    pub nothing: bool,
}

const NOTHING: Starts = Starts { bytes: 0, nothing: true };

fn some(holds: impl Fn(char) -> bool) -> Starts {
    let bytes = (0..128_u8).filter(|byte| holds(char::from(*byte))).fold(0, |bytes, byte| bytes | 1 << byte);
    Starts { bytes, nothing: false }
}

pub struct Grammar<'g> {
    rules: BTreeMap<&'g str, &'g OptimizedRule>,
}

impl<'g> Grammar<'g> {
    pub fn new(rules: &'g [OptimizedRule]) -> Self {
        Self { rules: rules.iter().map(|rule| (rule.name.as_str(), rule)).collect() }
    }

    pub fn is_space(rule: &OptimizedRule) -> bool {
        rule.name == "WHITESPACE"
    }

    /// Whether nothing may stand between the parts of a sequence in the rule.
    pub fn is_atomic(rule: &OptimizedRule) -> bool {
        Self::is_space(rule) || matches!(rule.ty, RuleType::Atomic | RuleType::CompoundAtomic)
    }

    pub fn rule(&self, rule: &OptimizedRule) -> Starts {
        self.of(&rule.expr, Self::is_atomic(rule))
    }

    pub fn of(&self, expression: &OptimizedExpr, atomic: bool) -> Starts {
        match expression {
            OptimizedExpr::Str(text) => text.chars().next().map_or(NOTHING, |first| some(|next| next == first)),
            OptimizedExpr::Range(first, last) => match (first.chars().next(), last.chars().next()) {
                (Some(first), Some(last)) => some(|next| (first..=last).contains(&next)),
                _ => NOTHING,
            },
            OptimizedExpr::Ident(name) => match (self.rules.get(name.as_str()), name.as_str()) {
                (Some(rule), _) => self.rule(rule),
                (None, "ANY") => some(|_| true),
                (None, "ASCII_DIGIT") => some(|next| next.is_ascii_digit()),
                (None, "ASCII_HEX_DIGIT") => some(|next| next.is_ascii_hexdigit()),
                (None, "XID_START") => some(|next| next.is_ascii_alphabetic()),
                (None, "XID_CONTINUE") => some(|next| next.is_ascii_alphanumeric() || next == '_'),
                // The start and the end of a text are no bytes of it.
                _ => NOTHING,
            },
            OptimizedExpr::Seq(first, rest) => {
                let first = self.of(first, atomic);
                if !first.nothing {
                    return first;
                }
                let space = self.rules.get("WHITESPACE").filter(|_| !atomic);
                let space = space.map_or(0, |space| self.rule(space).bytes);
                let rest = self.of(rest, atomic);
                Starts { bytes: first.bytes | space | rest.bytes, nothing: rest.nothing }
            }
            OptimizedExpr::Choice(first, rest) => {
                let (first, rest) = (self.of(first, atomic), self.of(rest, atomic));
                Starts { bytes: first.bytes | rest.bytes, nothing: first.nothing || rest.nothing }
            }
            OptimizedExpr::Opt(of) | OptimizedExpr::Rep(of) => Starts { nothing: true, ..self.of(of, atomic) },
            // Looking ahead takes nothing, whatever is seen.
            _ => NOTHING,
        }
    }
}
