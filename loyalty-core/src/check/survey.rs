//! What an editor asks of a program that may be wrong: the types of its measures, and which words belong where.

use std::collections::BTreeMap;

use super::clauses::Holder;
use super::model::Type;
use super::{Checker, PRELUDE, currency, effects, functions, leaderboard, names, path, question, wheel};
use crate::sorting::{Arrange as _, gathered};
use crate::syntax::tree;

/// The type of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    /// As the language calls it: `money in `EUR``.
    pub(crate) described: String,
    /// Whether it is an instant or a date, which have parts.
    pub(crate) moment: bool,
}

/// The standard records and events, as a tree.
pub(crate) fn prelude() -> tree::File {
    crate::syntax::parse(PRELUDE).0
}

/// The measures that are sound, whatever else is wrong with the program.
pub(crate) fn measures(file: &tree::File) -> BTreeMap<String, Measured> {
    let prelude = prelude();
    let mut checker = Checker::default();
    let declared = checker.declare(&prelude, file);
    checker.settings(&declared);
    checker.wallet_heads(&declared);
    checker.fields(&declared);
    checker.ladder_heads(&declared);
    checker.measures(&declared);
    let named = declared.measures.iter().zip(&checker.measures);
    let sound = named.filter_map(|((name, ..), measure)| Some((name.text.clone(), &measure.as_ref()?.ty)));
    gathered(sound.map(|(name, ty)| {
        let moment = matches!(ty, Type::Instant | Type::Date);
        (name, Measured { described: checker.describe(ty), moment })
    }))
}

/// The first words of the clauses that a declaration may hold; `None` if that is not settled by a list.
pub(crate) fn clauses_of(declaration: &str) -> Option<Vec<&'static str>> {
    let holds = match declaration {
        "quiz" => Some(question::QUIZ_HOLDS),
        "survey" => Some(question::SURVEY_HOLDS),
        "wheel" => Some(wheel::HOLDS),
        "leaderboard" => Some(leaderboard::HOLDS),
        _ => None,
    };
    if let Some(holds) = holds {
        let words = quoted(holds).filter_map(|words| words.split(' ').next());
        let mut words: Vec<&str> = words.filter(|word| ![declaration, "issued"].contains(word)).collect();
        words.arrange();
        words.dedup();
        return Some(words);
    }
    let holder =
        [Holder::Program, Holder::Wallet, Holder::Rule, Holder::Group, Holder::Tiers, Holder::Coupon, Holder::Reward];
    let holder = holder.into_iter().find(|holder| holder.word() == declaration)?;
    let words = holder.kinds().iter().filter_map(|kind| kind.word().split(' ').next());
    let mut words: Vec<&str> = words.collect();
    if words.contains(&"earn") {
        words.extend(quoted(effects::BUILT_EFFECTS).filter_map(|effect| effect.split(' ').next()));
    }
    words.arrange();
    words.dedup();
    Some(words)
}

/// The declarations that this version runs.
pub(crate) fn declarations() -> Vec<&'static str> {
    quoted(names::BUILT_DECLARATIONS).collect()
}

/// The types that a field may have, beside lists and records.
pub(crate) fn types() -> &'static [&'static str] {
    &names::TYPES
}

/// The functions of expressions.
pub(crate) fn functions() -> &'static [&'static str] {
    &functions::FUNCTIONS
}

/// The parts of an instant.
pub(crate) fn parts() -> &'static [&'static str] {
    &path::PARTS
}

/// The codes of currencies.
pub(crate) fn currencies() -> impl Iterator<Item = &'static str> {
    currency::codes()
}

/// The policies in force, if nothing is wrong with the program: (declaration, clause).
pub(crate) fn policies(file: &tree::File) -> Vec<(String, String)> {
    super::check(file).0.map_or_else(Vec::new, |checked| super::policies::list(&checked))
}

/// What stands between backticks.
fn quoted(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('`').skip(1).step_by(2)
}
