//! The message about a declaration that cannot be read: what was expected, where, and what stands there.

use std::ops::Range;

use super::build::offset;
use super::expected::name_of;
use super::grammar::Rule;
use super::pair::{self, Stopped};
use super::slips;
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;
use crate::syntax::lexer::{Token, TokenKind, tokens};
use crate::syntax::tree::Span;

/// The most things that a message says were expected.
const EXPECTED_MAX: usize = 5;
/// The most characters of the text that a message quotes.
const QUOTED_MAX: usize = 24;

/// What may stand almost anywhere.
const WEAK: &[&str] =
    &["a `///` comment", "`,`", "an operator", "`is`", "`and`", "`or`", "`not`", "`in`", "`of`", "`where`"];

/// What is a value among others.
const VALUES: &[&str] = &[
    "a name",
    "a number",
    "a percentage",
    "a text in quotes",
    "a unit of time",
    "an aggregate such as `sum(order.subtotal)`",
    "`(`",
    "`[`",
];

/// A place where the grammar could go no further.
pub(super) struct Failure<'t> {
    /// What stands there; nothing at the end of the text.
    pub(super) found: Option<Token<'t>>,
    /// What stands after it.
    pub(super) next: Option<Token<'t>>,
    /// What stands before it in the declaration.
    pub(super) before: Option<Token<'t>>,
    /// What stands before that.
    pub(super) earlier: Option<Token<'t>>,
    /// The brackets that are open there, outermost first.
    pub(super) open: Vec<Token<'t>>,
    /// The first word of the declaration.
    pub(super) keyword: Option<&'t str>,
    /// What could have stood there, by the names of people.
    pub(super) expected: Vec<String>,
    /// Whether one of those is a clause.
    pub(super) in_clauses: bool,
    /// The clause or effect that is under way there, as far as the brackets around it tell.
    pub(super) clause: Option<&'t str>,
    /// Whether what stands there begins a line.
    pub(super) starts_line: bool,
    /// The letter that directly follows what stands there.
    pub(super) glued: Option<char>,
    /// Whether a dot directly follows what stands there, so that it is the beginning of a path.
    pub(super) dotted: bool,
    /// Whether a `>` directly follows it.
    pub(super) pointed: bool,
}

/// Says what is wrong with the `broken` part of the text, which follows the declaration that starts at `previous`.
pub(super) fn describe(text: &str, broken: Range<usize>, previous: Option<usize>) -> Diagnostic {
    let starts_line = text.get(..broken.start).is_none_or(|before| before.is_empty() || before.ends_with(['\n', '\r']));
    // What does not start a line is most often the rest of the declaration before it, which then says more.
    let joined = previous.filter(|_| !starts_line).and_then(|start| fail(text, start..broken.end));
    let failed = joined.filter(|(at, _)| *at >= broken.start);
    let declared = failed.as_ref().and(previous).unwrap_or(broken.start);
    let (at, rules) = failed.or_else(|| fail(text, broken.clone())).unwrap_or((broken.start, Vec::new()));
    let failure = look(text, declared, at, &rules);
    let place = match &failure.found {
        Some(token) => Span::new(offset(token.start), offset(token.end())),
        None => Span::new(offset(text.len()), offset(text.len())),
    };
    let told = slips::explain(failure, place);
    match names_a_file(text) {
        true => told.help("this is the name of a file, and what is compiled is the text in it"),
        false => told,
    }
}

/// Whether the whole text is the name of a file of rules, as a host may have given it in the text's place.
fn names_a_file(text: &str) -> bool {
    let name = text.trim();
    name.ends_with(".loyalty") && !name.contains(['\n', '{'])
}

/// Parses a declaration alone: the furthest place that was reached, and the rules that failed there.
fn fail(text: &str, range: Range<usize>) -> Option<(usize, Vec<Rule>)> {
    let Stopped { at, expected } = pair::stopped(Rule::lone_item, text.get(range.clone())?)?;
    Some((range.start.saturating_add(at), expected))
}

/// Looks around the place `at` of the declaration that starts at `declared`.
fn look<'t>(text: &'t str, declared: usize, at: usize, rules: &[Rule]) -> Failure<'t> {
    let mut open = Vec::new();
    let mut clauses = vec![None];
    let (mut earlier, mut before, mut keyword, mut found): (_, Option<Token<'_>>, _, _) = (None, None, None, None);
    for token in tokens(text.get(declared..).unwrap_or("")) {
        let token = Token { start: token.start.saturating_add(declared), ..token };
        if token.end() > at && token.kind != TokenKind::Comment {
            found = Some(token);
            break;
        }
        match token.text {
            "(" | "[" | "{" => {
                open.push(token);
                clauses.push(None);
            }
            ")" | "]" | "}" => {
                open.pop();
                clauses.pop();
            }
            word if slips::starts_clause(word, before.map(|before| before.text)) => {
                if let Some(clause) = clauses.last_mut() {
                    *clause = Some(word);
                }
            }
            _ => {}
        }
        if token.kind == TokenKind::Word && keyword.is_none() {
            keyword = Some(token.text);
        }
        if !token.is_comment() {
            earlier = before.replace(token);
        }
    }
    let rest = found.and_then(|found: Token<'_>| text.get(found.end()..));
    let next = rest.and_then(|rest| tokens(rest).next());
    let sign = rest.and_then(|rest| rest.chars().next());
    let glued = sign.filter(|next| next.is_alphabetic());
    let (dotted, pointed) = (sign == Some('.'), sign == Some('>'));
    let gap = before.zip(found).and_then(|(before, found)| text.get(before.end()..found.start));
    let starts_line = gap.is_some_and(|gap| gap.contains(['\n', '\r']));
    let clause = clauses.pop().flatten();
    let in_clauses = rules.iter().any(|failed| name_of(*failed) == "a clause");
    let expected = expected(rules, keyword);
    Failure {
        found,
        next,
        before,
        earlier,
        open,
        keyword,
        expected,
        in_clauses,
        clause,
        starts_line,
        glued,
        dotted,
        pointed,
    }
}

/// The names of what was expected, without repetition, most telling first.
fn expected(rules: &[Rule], keyword: Option<&str>) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in rules.iter().map(|failed| name_of(*failed)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.contains(&"a value") {
        names.retain(|name| !VALUES.contains(name));
    }
    // An expression may go on almost anywhere, and a comma or a comment may stand almost anywhere: they only say
    // something where nothing else does. Where a clause may start, the ways to go on with the one before say little.
    let clauses = names.contains(&"a clause");
    let telling = |name: &&str| match clauses {
        true => matches!(*name, "a clause" | "`{`" | "`}`"),
        false => !WEAK.contains(name),
    };
    if names.iter().any(telling) {
        names.retain(telling);
    }
    names.arrange_by_key(|name| (matches!(*name, "`}`" | "the next declaration"), name.starts_with('`')));
    let named = names.into_iter().map(|name| match (name, keyword) {
        ("a clause", Some("tiers")) => "a clause of a ladder".to_owned(),
        ("a clause", Some(keyword)) => format!("a clause of a {keyword}"),
        _ => name.to_owned(),
    });
    named.collect()
}

impl Failure<'_> {
    /// `expected a clause of a wallet or `}`, found `goal``
    pub(super) fn message(&self) -> String {
        let found = match &self.found {
            Some(token) => format!("`{}`", quote(token.text)),
            None => "the end of the text".to_owned(),
        };
        match self.expected.as_slice() {
            [] => format!("{found} cannot stand here"),
            [only] => format!("expected {only}, found {found}"),
            [first @ .., last] if self.expected.len() <= EXPECTED_MAX => {
                format!("expected {} or {last}, found {found}", first.join(", "))
            }
            many => {
                let shown = many.get(..EXPECTED_MAX).unwrap_or(many);
                format!("expected {} …, found {found}", shown.join(", "))
            }
        }
    }

    /// The plain diagnostic, for the slips to add to.
    pub(super) fn diagnostic(&self, place: Span) -> Diagnostic {
        Diagnostic::new(Code::Syntax, place, self.message())
    }
}

/// The start of a token, on one line.
fn quote(text: &str) -> String {
    let mut characters = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut quoted: String = characters.by_ref().take(QUOTED_MAX).collect();
    if characters.next().is_some() {
        quoted.push('…');
    }
    quoted
}
