//! What follows a grammar that is a table: the build script writes it, as pest reads and simplifies the grammar.
//!
//! A text is read as the parser would read it that pest itself makes, with the same pairs, and where it cannot be read, the same
//! place and the same rules that were expected there; a test holds the two against each other. That parser is code, a seventh of
//! what browsers load. A table is small, and knows of everything what it may begin with, so that little is tried in vain.

use super::attempts::{Attempts, Before};
use super::pair::Token;

/// A grammar.
pub(super) struct Table {
    /// Its rules, by their numbers.
    pub(super) definitions: &'static [Definition],
    pub(super) nodes: &'static [Node],
    /// Parts of sequences and choices: how many there are, and each.
    pub(super) lists: &'static [u16],
    pub(super) texts: &'static [&'static str],
    /// The bytes of ASCII that something may begin with.
    pub(super) starts: &'static [[u64; 2]],
    /// What may stand between the parts of a sequence.
    pub(super) space: Option<u16>,
}

pub(super) struct Definition {
    pub(super) kind: Kind,
    pub(super) body: u16,
}

/// What marks a rule: nothing, `_`, `@`, `$`, `!`; `Space` is what may stand between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Silent,
    Atomic,
    Compound,
    NonAtomic,
    Space,
}

#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) form: Form,
    /// The number of the bytes that it may begin with; 0 if it may stand before anything.
    pub(super) starts: u8,
}

#[derive(Clone, Copy)]
pub(super) enum Form {
    Text(u16),
    /// A character of ASCII between two, which are meant too.
    Range(u8, u8),
    HexDigit,
    NameStart,
    NamePart,
    Any,
    Start,
    End,
    Rule(u16),
    Ahead(u16),
    NotAhead(u16),
    /// Parts with space between them, and without.
    Sequence(u16),
    Chain(u16),
    Choice(u16),
    Optional(u16),
    /// Any number of times, with space between and without.
    SpacedRepeat(u16),
    Repeat(u16),
    /// Everything up to a text.
    Until(u16),
}

/// Whether space may stand between the parts of a sequence, and whether rules make pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Spaced,
    /// No space, but pairs.
    Compound,
    /// Neither.
    Atomic,
}

/// Whether the machine only looks ahead, and whether it hopes to find something there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looking {
    No,
    For,
    Against,
}

pub(super) struct Machine<'t> {
    table: &'static Table,
    text: &'t str,
    at: usize,
    within: Within,
    looking: Looking,
    tokens: Vec<Token>,
    /// Rules that failed, if anybody asks.
    attempts: Option<Attempts>,
}

/// Reads a text by a rule: the pairs of it, the outer before the inner.
pub(super) fn read(table: &'static Table, rule: u16, text: &str) -> Option<Vec<Token>> {
    let mut machine = Machine::new(table, text, None);
    machine.rule(rule).then_some(machine.tokens)
}

/// The furthest place that is reached in a text that cannot be read, and the rules that failed there.
pub(super) fn failed(table: &'static Table, rule: u16, text: &str) -> Option<(usize, Vec<u16>)> {
    let mut machine = Machine::new(table, text, Some(Attempts::default()));
    if machine.rule(rule) { None } else { machine.attempts.map(Attempts::told) }
}

impl<'t> Machine<'t> {
    fn new(table: &'static Table, text: &'t str, attempts: Option<Attempts>) -> Self {
        Self { table, text, at: 0, within: Within::Spaced, looking: Looking::No, tokens: Vec::new(), attempts }
    }

    fn rule(&mut self, number: u16) -> bool {
        let Some(Definition { kind, body }) = self.table.definitions.get(usize::from(number)) else { return false };
        let outer = self.within;
        let inner = match kind {
            Kind::Normal | Kind::Silent => outer,
            Kind::Atomic | Kind::Space => Within::Atomic,
            Kind::Compound => Within::Compound,
            Kind::NonAtomic => Within::Spaced,
        };
        // An atomic rule itself stands in what is around it; a compound one in what it makes.
        let own = if *kind == Kind::Atomic { outer } else { inner };
        if matches!(kind, Kind::Silent | Kind::Space) || own == Within::Atomic {
            self.within = inner;
            let read = self.step(*body);
            self.within = outer;
            return read;
        }
        let (start, index) = (self.at, self.tokens.len());
        let before = self.attempts.as_ref().map(|attempts| attempts.before(start));
        let pairs = self.looking == Looking::No;
        if pairs {
            self.tokens.push(Token::starting(number, start));
        }
        self.within = inner;
        let read = self.step(*body);
        self.within = outer;
        if let Some(before) = before
            && read == (self.looking == Looking::Against)
        {
            self.note(number, &before);
        }
        if pairs && read {
            let next = self.tokens.len();
            if let Some(token) = self.tokens.get_mut(index) {
                token.end(self.at, next);
            }
        } else if pairs {
            self.tokens.truncate(index);
        }
        read
    }

    #[cold]
    fn note(&mut self, rule: u16, before: &Before) {
        if let Some(attempts) = &mut self.attempts {
            attempts.note(rule, self.looking == Looking::Against, before);
        }
    }

    fn step(&mut self, node: u16) -> bool {
        let Some(Node { form, starts }) = self.table.nodes.get(usize::from(node)).copied() else { return false };
        if starts != 0 && self.may_pass_over() && !self.may_start(starts) {
            return false;
        }
        match form {
            Form::Text(text) => {
                let text = self.text_of(text);
                let there = self.rest().starts_with(text.as_bytes());
                if there {
                    self.at += text.len();
                }
                there
            }
            Form::Range(first, last) => self.byte(|byte| (first..=last).contains(&byte)),
            Form::HexDigit => self.byte(|byte| byte.is_ascii_hexdigit()),
            Form::NameStart => self.character(|next| next.is_ascii_alphabetic(), pest::unicode::XID_START),
            Form::NamePart => {
                self.character(|next| next.is_ascii_alphanumeric() || next == b'_', pest::unicode::XID_CONTINUE)
            }
            Form::Any => self.character(|_| true, |_| true),
            Form::Start => self.at == 0,
            Form::End => self.at == self.text.len(),
            Form::Rule(rule) => self.rule(rule),
            Form::Ahead(node) => self.ahead(node, true),
            Form::NotAhead(node) => !self.ahead(node, false),
            Form::Sequence(list) => self.in_turn(list, true),
            Form::Chain(list) => self.in_turn(list, false),
            Form::Choice(list) => self.list(list).iter().any(|part| self.step(*part)),
            Form::Optional(node) => {
                self.step(node);
                true
            }
            Form::Repeat(node) => {
                while self.step(node) {}
                true
            }
            Form::SpacedRepeat(node) => {
                let mut read = self.step(node);
                while read {
                    let (at, tokens) = (self.at, self.tokens.len());
                    self.space();
                    read = self.step(node) || self.back(at, tokens);
                }
                true
            }
            Form::Until(text) => {
                let text = self.text_of(text);
                let rest = self.text.get(self.at..).unwrap_or("");
                self.at += rest.find(text).unwrap_or(rest.len());
                true
            }
        }
    }

    fn in_turn(&mut self, list: u16, spaced: bool) -> bool {
        let (at, tokens) = (self.at, self.tokens.len());
        for (number, part) in self.list(list).iter().enumerate() {
            if spaced && number > 0 {
                self.space();
            }
            if !self.step(*part) {
                return self.back(at, tokens);
            }
        }
        true
    }

    fn space(&mut self) {
        if let Some(space) = self.table.space
            && self.within == Within::Spaced
        {
            while self.rule(space) {}
        }
    }

    /// Whether something stands ahead; nothing is taken.
    fn ahead(&mut self, node: u16, hoped: bool) -> bool {
        let (at, looking) = (self.at, self.looking);
        self.looking = match (looking, hoped) {
            (Looking::No | Looking::For, true) | (Looking::Against, false) => Looking::For,
            (Looking::No | Looking::For, false) | (Looking::Against, true) => Looking::Against,
        };
        let there = self.step(node);
        (self.at, self.looking) = (at, looking);
        there
    }

    /// Takes back what was read since. It is `false`, as what failed.
    fn back(&mut self, at: usize, tokens: usize) -> bool {
        self.at = at;
        self.tokens.truncate(tokens);
        false
    }

    /// Whether what cannot begin here may be passed over: nobody would be told that it failed.
    fn may_pass_over(&self) -> bool {
        self.within == Within::Atomic || self.attempts.as_ref().is_none_or(|attempts| attempts.beyond(self.at))
    }

    fn may_start(&self, starts: u8) -> bool {
        let Some(byte) = self.rest().first() else { return false };
        let half = self.table.starts.get(usize::from(starts)).and_then(|starts| starts.get(usize::from(byte >> 6)));
        half.is_none_or(|half| half >> (byte & 63) & 1 == 1)
    }

    fn byte(&mut self, fits: impl Fn(u8) -> bool) -> bool {
        let there = self.rest().first().is_some_and(|byte| fits(*byte));
        self.at += usize::from(there);
        there
    }

    /// Takes a character that fits, be it of ASCII or beyond.
    fn character(&mut self, ascii: impl Fn(u8) -> bool, beyond: impl Fn(char) -> bool) -> bool {
        match self.rest().first() {
            Some(byte) if byte.is_ascii() => {
                let there = ascii(*byte);
                self.at += usize::from(there);
                there
            }
            _ => {
                let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
                let taken = next.filter(|next| beyond(*next)).map_or(0, char::len_utf8);
                self.at += taken;
                taken > 0
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn text_of(&self, text: u16) -> &'static str {
        self.table.texts.get(usize::from(text)).copied().unwrap_or_default()
    }

    fn list(&self, list: u16) -> &'static [u16] {
        let rest = self.table.lists.get(usize::from(list)..).unwrap_or_default();
        rest.split_first().and_then(|(count, rest)| rest.get(..usize::from(*count))).unwrap_or_default()
    }
}
