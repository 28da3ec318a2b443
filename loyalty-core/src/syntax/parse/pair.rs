//! What the grammar has read: pairs of a rule and the text that it took, within each other.

use std::fmt;

use super::machine::{self, Table};

/// The rules of a grammar.
pub(super) trait Rules: Copy + PartialEq + 'static {
    const TABLE: &'static Table;
    /// By their numbers in the table.
    const RULES: &'static [Self];
    /// The end of a text, which is the first of all.
    const END: Self;

    fn number(self) -> u16;
}

/// A pair, before all that it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    rule: u16,
    start: u32,
    end: u32,
    /// The first token behind all that it holds.
    next: u32,
}

impl Token {
    pub(super) fn starting(rule: u16, start: usize) -> Self {
        Self { rule, start: narrow(start), end: 0, next: 0 }
    }

    pub(super) fn end(&mut self, end: usize, next: usize) {
        (self.end, self.next) = (narrow(end), narrow(next));
    }
}

/// Texts are shorter than four gigabytes by their limit, and what they hold is less.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A text that was read.
pub(super) struct Reading<'t, R> {
    text: &'t str,
    tokens: Vec<Token>,
    rules: std::marker::PhantomData<R>,
}

/// Where a text could not be read on, and the rules that could have gone on there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stopped<R> {
    pub(super) at: usize,
    pub(super) expected: Vec<R>,
}

/// Reads a text by a rule of its grammar.
pub(super) fn read<R: Rules>(rule: R, text: &str) -> Option<Reading<'_, R>> {
    let tokens = machine::read(R::TABLE, rule.number(), text)?;
    Some(Reading { text, tokens, rules: std::marker::PhantomData })
}

/// Where reading stops; `None` if it does not.
pub(super) fn stopped<R: Rules>(rule: R, text: &str) -> Option<Stopped<R>> {
    let (at, expected) = machine::failed(R::TABLE, rule.number(), text)?;
    Some(Stopped { at, expected: expected.into_iter().map(rule_of).collect() })
}

fn rule_of<R: Rules>(number: u16) -> R {
    R::RULES.get(usize::from(number)).copied().unwrap_or(R::END)
}

impl<R> Reading<'_, R> {
    /// The outermost pairs.
    pub(super) fn pairs(&self) -> Pairs<'_, R> {
        Pairs { text: self.text, tokens: &self.tokens, at: 0, end: self.tokens.len(), rules: std::marker::PhantomData }
    }

    /// All pairs, the outer before the inner.
    pub(super) fn all(&self) -> impl Iterator<Item = Pair<'_, R>> {
        let tokens = &self.tokens;
        let pair = |(at, token): (usize, &Token)| Pair {
            text: self.text,
            tokens,
            at,
            token: *token,
            rules: std::marker::PhantomData,
        };
        tokens.iter().enumerate().map(pair)
    }
}

/// A rule and the text that it took.
pub(super) struct Pair<'t, R> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    token: Token,
    rules: std::marker::PhantomData<R>,
}

impl<R> Clone for Pair<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Pair<'_, R> {}

impl<R: Rules> Pair<'_, R> {
    pub(super) fn as_rule(&self) -> R {
        rule_of(self.token.rule)
    }

    pub(super) fn is(&self, rule: R) -> bool {
        self.token.rule == rule.number()
    }
}

impl<'t, R> Pair<'t, R> {
    pub(super) fn as_str(&self) -> &'t str {
        self.text.get(self.start()..self.end()).unwrap_or("")
    }

    /// Where it starts in the text.
    pub(super) fn start(&self) -> usize {
        wide(self.token.start)
    }

    pub(super) fn end(&self) -> usize {
        wide(self.token.end)
    }

    /// The whole text.
    pub(super) fn get_input(&self) -> &'t str {
        self.text
    }

    /// The pairs directly within it.
    pub(super) fn into_inner(self) -> Pairs<'t, R> {
        let Self { text, tokens, at, token, rules } = self;
        Pairs { text, tokens, at: at + 1, end: wide(token.next), rules }
    }
}

impl<R: Rules + fmt::Debug> fmt::Debug for Pair<'_, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}..{}", self.as_rule(), self.start(), self.end())
    }
}

/// Pairs beside each other.
pub(super) struct Pairs<'t, R> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    end: usize,
    rules: std::marker::PhantomData<R>,
}

impl<R> Clone for Pairs<'_, R> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'t, R> Iterator for Pairs<'t, R> {
    type Item = Pair<'t, R>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let (at, token) = (self.at, *self.tokens.get(self.at)?);
        self.at = wide(token.next);
        Some(Pair { text: self.text, tokens: self.tokens, at, token, rules: self.rules })
    }
}
