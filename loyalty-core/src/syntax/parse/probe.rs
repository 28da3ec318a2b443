//! How far the beginning of a declaration can be read, and what may come next: the grammar is asked, not copied.

use super::expected::name_of;
use super::grammar::Rule;
use super::{over_limit, pair};

/// The beginning of a declaration, to be tried with words after it.
pub(crate) struct Probe<'t> {
    beginning: &'t str,
    next: Stop,
    /// What comes after a name that means nothing; `None` if no name may stand there.
    after_name: Option<Stop>,
}

/// Where reading stops at the end of a text, and the rules that could have gone on from there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop(Vec<Rule>);

/// A name that no program has.
const ANY_NAME: &str = "zzqzzq";

impl<'t> Probe<'t> {
    /// Reads the beginning; `None` if it is broken before its end, or over the limits that protect the parser.
    pub(crate) fn new(beginning: &'t str) -> Option<Self> {
        if over_limit(beginning).is_some() {
            return None;
        }
        let next = stop(format!("{beginning} "))?;
        let mut probe = Self { beginning, next, after_name: None };
        probe.after_name = probe.after(ANY_NAME);
        Some(probe)
    }

    /// Whether a name may come next.
    pub(crate) fn takes_name(&self) -> bool {
        self.after_name.is_some()
    }

    /// Whether the text may come next.
    pub(crate) fn takes(&self, text: &str) -> bool {
        self.after(text).is_some()
    }

    /// Whether the words may come next as words of the language, and not merely as a name.
    pub(crate) fn takes_words(&self, words: &str) -> bool {
        self.after(words).is_some_and(|after| Some(after) != self.after_name)
    }

    /// The same of several words, of which each must be meant as one.
    pub(crate) fn takes_phrase(&self, phrase: &str) -> bool {
        match phrase.split_once(' ') {
            None => self.takes_words(phrase),
            Some((first, rest)) if self.takes_words(first) => {
                let behind = format!("{}{first} ", self.beginning);
                Probe::new(&behind).is_some_and(|probe| probe.takes_phrase(rest))
            }
            // A function of two words is one word to the grammar.
            Some(_) => self.takes_words(phrase) && !self.takes_name(),
        }
    }

    /// Whether a clause may come next.
    pub(crate) fn takes_clause(&self) -> bool {
        self.expects(|rule| name_of(rule) == "a clause")
    }

    /// Whether the declaration of a field may come next.
    pub(crate) fn takes_field(&self) -> bool {
        self.expects(|rule| rule == Rule::field_decl)
    }

    /// Whether the type of a field may come next.
    pub(crate) fn takes_type(&self) -> bool {
        self.expects(|rule| rule == Rule::type_ref)
    }

    /// Whether the name of a field, with its value, may come next.
    pub(crate) fn takes_field_name(&self) -> bool {
        self.expects(|rule| matches!(rule, Rule::field_value | Rule::word))
    }

    fn expects(&self, wanted: impl Fn(Rule) -> bool) -> bool {
        self.next.0.iter().any(|rule| wanted(*rule))
    }

    fn after(&self, words: &str) -> Option<Stop> {
        stop(format!("{}{words} ", self.beginning))
    }
}

/// Stands behind a text that is to be read as far as it goes: no rule takes it.
const STRANGE: char = '\u{1}';

/// What could go on at the end of a text; `None` if the text cannot be read so far.
fn stop(mut text: String) -> Option<Stop> {
    let end = text.trim_end().len();
    text.push(STRANGE);
    let stopped = pair::stopped(Rule::lone_item, &text)?;
    (stopped.at >= end).then_some(Stop(stopped.expected))
}
