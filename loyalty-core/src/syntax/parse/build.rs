//! What every part of the tree builder uses: children by rule, names, places, complaints.

use std::cell::RefCell;

use icu_normalizer::ComposingNormalizer;

use super::grammar::Rule;
use super::pair::{Pair, Pairs};
use crate::diagnostic::Diagnostic;
use crate::syntax::lexer;
use crate::syntax::tree::{Name, Span};

/// Looks at the children of a pair without using it up.
pub(super) trait Children<'t> {
    /// All children, fixed words too.
    fn children(&self) -> Pairs<'t, Rule>;

    /// The first child of that rule.
    fn child(&self, rule: Rule) -> Option<Pair<'t, Rule>> {
        self.children().find(|child| child.is(rule))
    }

    /// Every child of that rule.
    fn all(&self, rule: Rule) -> impl Iterator<Item = Pair<'t, Rule>> {
        self.children().filter(move |child| child.is(rule))
    }

    /// Whether there is a child of that rule.
    fn has(&self, rule: Rule) -> bool {
        self.child(rule).is_some()
    }
}

impl<'t> Children<'t> for Pair<'t, Rule> {
    fn children(&self) -> Pairs<'t, Rule> {
        self.into_inner()
    }
}

/// Makes the tree of pairs.
///
/// Its functions return `None` only where a pair lacks a child that the grammar promises.
pub(super) struct Build {
    /// Whether nodes carry their places; without, two programs that say the same are equal.
    places: bool,
    /// Where the part that is read begins in the text.
    base: u32,
    /// What is wrong with literals: the grammar takes their form, the builder their value.
    complaints: RefCell<Vec<Diagnostic>>,
}

impl Build {
    pub(super) fn new(places: bool) -> Self {
        Self { places, base: 0, complaints: RefCell::new(Vec::new()) }
    }

    /// For a part of the text that is read by itself and begins at that byte.
    pub(super) fn part(&self, base: u32) -> Self {
        Self { places: self.places, base: self.base.saturating_add(base), complaints: RefCell::new(Vec::new()) }
    }

    /// Takes over what is wrong with a part.
    pub(super) fn take_complaints(&self, part: Self) {
        let by = part.base.saturating_sub(self.base);
        part.into_complaints().into_iter().for_each(|complaint| self.complain(complaint.moved(by)));
    }

    pub(super) fn into_complaints(self) -> Vec<Diagnostic> {
        self.complaints.into_inner()
    }

    pub(super) fn complain(&self, diagnostic: Diagnostic) {
        self.complaints.borrow_mut().push(diagnostic);
    }

    /// The place of a node in the tree.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        self.placed(place(pair))
    }

    /// A place within the part that is read, as one of the text.
    pub(super) fn placed(&self, span: Span) -> Span {
        if self.places { span.moved(self.base) } else { Span::default() }
    }

    /// A name, a word or a unit.
    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: composed(pair.as_str()), span: self.span(pair) }
    }

    /// The first name among the children.
    pub(super) fn name_of(&self, pair: &Pair<'_, Rule>) -> Option<Name> {
        Some(self.name(&pair.child(Rule::name)?))
    }

    /// Every name among the children.
    pub(super) fn names_of(&self, pair: &Pair<'_, Rule>) -> Vec<Name> {
        pair.all(Rule::name).map(|name| self.name(&name)).collect()
    }

    /// A text as a name: titles and zones.
    pub(super) fn text_name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: self.text(pair), span: self.span(pair) }
    }
}

/// A name as it is compared: letters with their marks are one character, however an editor has written them.
pub(super) fn composed(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { ComposingNormalizer::new_nfc().normalize(name).into_owned() }
}

/// The place of a pair in the text, whatever the tree keeps.
pub(super) fn place(pair: &Pair<'_, Rule>) -> Span {
    Span::new(offset(pair.start()), offset(end(pair)))
}

/// Where a pair ends. Where something optional was tried and is not there, it takes in the space before it.
fn end(pair: &Pair<'_, Rule>) -> usize {
    let whole = pair.end();
    let taken_in = pair.as_str().ends_with(lexer::is_space) || whole == pair.get_input().len();
    if !taken_in {
        return whole;
    }
    pair.children().last().map_or(whole, |last| end(&last))
}

/// An offset of a text, which is never longer than the limit.
pub(super) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
