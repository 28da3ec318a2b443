//! How deep a text nests, found by one scan of its tokens before the machine and the tree recurse.
//!
//! Brackets nest, and so do operators: `a + b + c` is a tree of two levels, `not not a` too, `a.b.c` as well. Only `and` and
//! `or` make a tree that is much less deep than their chain is long. The scan follows the precedence of operators
//! loosely; what it finds is the depth of the tree or a little more.

use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::lexer::{Token, TokenKind, tokens};
use crate::syntax::tree::Span;

use super::build::offset;

/// The most levels of a text.
pub(super) const LEVELS_MAX: usize = 64;

/// The most bytes of a word: names go into messages, are compared with others and stand in every saved member.
const WORD_BYTES_MAX: usize = 256;

/// A text with more operators in one chain is deep because of it.
const CHAIN_MAX: usize = LEVELS_MAX / 2;

const OR: usize = 0;
const AND: usize = 1;

/// How many groups of operators bind differently; see [`tightness`].
const GROUPS: usize = 9;

/// Finds the place where the text nests deeper than the limit, or a word that is longer than any name may be.
pub(super) fn check(text: &str) -> Option<Diagnostic> {
    let mut level = Level::default();
    let mut outer: Vec<Level> = Vec::new();
    let mut before = None;
    for token in tokens(text).filter(|token| !token.is_comment()) {
        if token.text.len() > WORD_BYTES_MAX && matches!(token.kind, TokenKind::Word | TokenKind::Number) {
            return Some(too_long(&token));
        }
        match token.text {
            "(" | "[" | "{" => {
                if token.text == "[" {
                    level.follow(before, &token);
                }
                outer.push(std::mem::take(&mut level));
            }
            ")" | "]" | "}" => level.close(&mut outer),
            _ => level.follow(before, &token),
        }
        let grows = token.kind == TokenKind::Sign || tightness(&token).is_some();
        if outer.len() > LEVELS_MAX || (grows && level.height() > LEVELS_MAX) {
            return Some(level.too_deep(&token));
        }
        before = Some(token);
    }
    // Brackets that are never closed: their levels still stand on each other.
    while !outer.is_empty() {
        level.close(&mut outer);
    }
    before.filter(|_| level.height() > LEVELS_MAX).map(|token| level.too_deep(&token))
}

/// What is open within one pair of brackets.
#[derive(Default)]
struct Level {
    /// The height of what is finished.
    finished: usize,
    /// Of the running expression, loosest first: how many operators, and the highest of their operands.
    groups: [(usize, usize); GROUPS],
    /// The height of the running operand.
    operand: usize,
    /// Whether operators that follow on each other make it as high as it is.
    chained: bool,
}

impl Level {
    fn follow(&mut self, before: Option<Token<'_>>, token: &Token<'_>) {
        if token.text == "." {
            self.operand = self.operand.saturating_add(1);
        } else if token.text == "," || before.is_some_and(|before| starts_anew(&before, token)) {
            self.finished = self.finished.max(self.height());
            self.groups = Default::default();
            self.operand = 0;
        }
        let after_dot = before.is_some_and(|before| before.text == ".");
        if let Some(group) = tightness(token).filter(|_| !after_dot) {
            let inner = self.fold(group.saturating_add(1));
            for tighter in self.groups.iter_mut().skip(group.saturating_add(1)) {
                *tighter = (0, 0);
            }
            self.operand = 0;
            if let Some((operators, highest)) = self.groups.get_mut(group) {
                *operators = operators.saturating_add(1);
                self.chained |= levels(group, *operators) > CHAIN_MAX;
                *highest = inner.max(*highest);
            }
        }
    }

    /// Leaves the level for the one around it, if there is one.
    fn close(&mut self, outer: &mut Vec<Self>) {
        if let Some(around) = outer.pop() {
            let inner = std::mem::replace(self, around);
            self.operand = self.operand.max(inner.height().saturating_add(1));
            self.chained |= inner.chained;
        }
    }

    /// The height of the running expression, of the groups from `loosest` on.
    fn fold(&self, loosest: usize) -> usize {
        let groups = self.groups.iter().enumerate().skip(loosest).rev();
        groups.fold(self.operand, |inner, (group, (operators, highest))| {
            inner.max(*highest).saturating_add(levels(group, *operators))
        })
    }

    fn too_deep(&self, token: &Token<'_>) -> Diagnostic {
        let span = Span::new(offset(token.start), offset(token.end()));
        if self.chained {
            return Diagnostic::new(Code::TooDeep, span, format!("more than {LEVELS_MAX} operators follow on each other"))
                .help("add up in parts that have their own names, or a list by `sum(order.lines.amount)`; only `and` and `or` may go on");
        }
        Diagnostic::new(Code::TooDeep, span, format!("the text nests deeper than {LEVELS_MAX} levels"))
            .help("give parts of it their own names: a measure, a segment, a field with a default")
    }

    fn height(&self) -> usize {
        self.finished.max(self.fold(0))
    }
}

fn too_long(token: &Token<'_>) -> Diagnostic {
    let (what, help) = match token.kind {
        TokenKind::Number => ("number", "a number has at most 28 digits"),
        _ => ("name", "a text stands in quotes; a name is short"),
    };
    let span = Span::new(offset(token.start), offset(token.end()));
    let message = format!("a {what} of {} bytes, where {WORD_BYTES_MAX} are the most", token.text.len());
    Diagnostic::new(Code::TooLong, span, message).help(help)
}

/// Whether an operand ends before the token and another starts with it.
fn starts_anew(before: &Token<'_>, token: &Token<'_>) -> bool {
    let operand = |token: &Token<'_>| match token.kind {
        TokenKind::Word => tightness(token).is_none(),
        TokenKind::Number | TokenKind::Text { .. } => true,
        _ => false,
    };
    let unit = before.kind == TokenKind::Number && token.kind == TokenKind::Word;
    let distinct = before.text == "count" && token.text == "distinct";
    let ends = operand(before) || matches!(before.text, ")" | "]" | "}");
    ends && (operand(token) || token.text == "[") && !unit && !distinct
}

/// How deep so many operators of a group lie within each other: those of `or` and of `and` are joined in pairs.
fn levels(group: usize, operators: usize) -> usize {
    match group {
        OR | AND => operators.checked_ilog2().map_or(0, |log| log.saturating_add(1) as usize),
        _ => operators,
    }
}

/// The group of an operator, loosest first.
fn tightness(token: &Token<'_>) -> Option<usize> {
    Some(match token.text {
        "or" | "||" => OR,
        "and" | "&&" => AND,
        "not" => 2,
        "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "is" => 3,
        "??" => 4,
        "+" | "-" => 5,
        "*" | "/" => 6,
        "!" => 7,
        "of" | "since" | "match" => 8,
        _ => return None,
    })
}
