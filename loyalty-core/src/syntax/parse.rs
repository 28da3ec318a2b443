//! Reading a program text: pairs of the grammar become the tree, and what cannot be read becomes diagnostics.
//!
//! The grammar is a table that a machine follows. The limits are checked before it runs, for it recurses.

#[cfg(test)]
mod against_pest;
mod attempts;
mod build;
mod clause;
mod declaration;
mod effect;
mod elsewhere;
mod engagement;
mod expected;
mod expression;
mod failure;
mod give;
mod grammar;
mod habits;
mod ladder;
mod literal;
mod machine;
mod message;
mod nesting;
mod pair;
mod pieces;
pub(crate) mod probe;
mod referral;
pub(crate) mod roles;
mod slips;
mod spoken;
mod terms;
mod texts;
mod tries;
mod trigger;
mod unwritable;
pub(crate) mod words;
mod worth;

use std::collections::BTreeSet;

use self::build::{Build, place};
use self::grammar::Rule;
use super::tree::{File, Name, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;

/// The most bytes of a program text: 32 MiB.
pub const TEXT_BYTES_MAX: usize = 32 << 20;

/// Reads a whole program text: what of it can be read, and what is wrong with the rest.
///
/// A broken declaration is left out of the tree and does not hide the ones after it.
#[must_use]
pub fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    read(text, Build::new(true))
}

/// The tree without places: two texts that say the same have equal trees. `None` if the text has errors.
#[must_use]
pub fn parse_without_places(text: &str) -> Option<File> {
    let (file, diagnostics) = read(text, Build::new(false));
    diagnostics.is_empty().then_some(file)
}

fn read(text: &str, build: Build) -> (File, Vec<Diagnostic>) {
    if let Some(limit) = over_limit(text) {
        return (File::default(), vec![limit]);
    }
    let reading = pair::read(Rule::file, text);
    // The grammar takes any text: what it cannot read is a `bad_item`.
    let Some(file) = reading.as_ref().and_then(|reading| reading.pairs().next()) else {
        return (File::default(), vec![failure::describe(text, 0..text.len(), None)]);
    };
    let mut items = Vec::new();
    let mut failures = Vec::new();
    let mut previous = None;
    for pair in file.into_inner() {
        let start = pair.start();
        match pair.as_rule() {
            Rule::item => match build.item(&pair) {
                Some(item) => items.push(item),
                None => failures.push(Diagnostic::new(Code::Syntax, place(&pair), "this declaration cannot be read")),
            },
            Rule::bad_item => {
                let mut previous = previous;
                for piece in pieces::of(text, start..pair.end()) {
                    failures.push(failure::describe(text, piece.clone(), previous));
                    previous = Some(piece.start);
                }
            }
            _ => {}
        }
        previous = Some(start);
    }
    failures.extend(build.into_complaints());
    if !failures.is_empty() {
        unwritable::tell(text, &items, &mut failures);
    }
    failures.arrange_by_key(|failure| failure.span().start);
    (File { items }, failures)
}

/// What is wrong with a wallet that no amount could name: some words start or continue a clause after a number.
pub(crate) fn no_unit(name: &Name) -> Option<Diagnostic> {
    pair::read(Rule::unit_stop, &name.text)?;
    let message = format!("no wallet can be called `{}`, for after a number the word goes on with a clause", name.text);
    let told = Diagnostic::new(Code::Reserved, name.span, message);
    Some(told.help("choose another name, such as one of several words: `bonus_points`"))
}

fn over_limit(text: &str) -> Option<Diagnostic> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the text has {} bytes, more than {TEXT_BYTES_MAX}", text.len());
        return Some(Diagnostic::new(Code::TooLong, Span::default(), message));
    }
    nesting::check(text)
}

/// Where things start in a text, for the formatter.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// Declarations.
    pub(super) items: BTreeSet<usize>,
    /// Clauses, fields, steps, arms.
    pub(super) clauses: BTreeSet<usize>,
    /// Those of the clauses that stand in the head of a rule.
    pub(super) heads: BTreeSet<usize>,
}

/// Where things start in a text that can be read.
pub(super) fn starts(text: &str) -> Starts {
    let mut starts = Starts::default();
    let Some(reading) = pair::read(Rule::file, text) else { return starts };
    for pair in reading.all() {
        let start = pair.start();
        match pair.as_rule() {
            Rule::item => {
                let declaration = pair.into_inner().find(|child| child.as_rule() != Rule::doc);
                starts.items.extend(declaration.map(|declaration| declaration.start()));
            }
            Rule::head_clause => {
                starts.heads.insert(start);
                starts.clauses.insert(start);
            }
            Rule::field_decl => {
                let word = pair.into_inner().find(|child| child.as_rule() == Rule::word);
                starts.clauses.extend(word.map(|word| word.start()));
            }
            Rule::clause
            | Rule::engagement_clause
            | Rule::dated_engagement
            | Rule::menu_row
            | Rule::tiers_clause
            | Rule::referral_clause
            | Rule::dated_fields
            | Rule::field_value
            | Rule::test_step
            | Rule::match_arm
            | Rule::otherwise_arm => {
                starts.clauses.insert(start);
            }
            _ => {}
        }
    }
    starts
}
