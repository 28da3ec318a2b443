//! The one layout of a program text.
//!
//! It works on the tokens, not on the tree, so that every comment survives: line breaks stay where the author put
//! them, at most one blank line in a row; the rest is decided here. Lines of a kind that stand together are aligned.

mod align;
mod spacing;

use self::align::Row;
use super::lexer::{Token, TokenKind, line_breaks, tokens};
use super::parse::{self, Starts};
use crate::diagnostic::Diagnostic;

/// Lays a program text out. The result says the same, and laying it out again changes nothing.
///
/// # Errors
///
/// What is wrong with the text, if it cannot be read.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, diagnostics) = parse::parse(text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let starts = parse::starts(text);
    let mut lines = lines(text);
    place(&mut lines, &starts);
    let mut rows: Vec<Row> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let next = lines.iter().skip(at.saturating_add(1)).find(|line| !line.is_comment());
        rows.push(row(text, line, next, &starts));
    }
    Ok(align::print(&mut rows))
}

/// The tokens of one line, and where the line stands.
struct Line<'t> {
    tokens: Vec<Token<'t>>,
    blank_before: bool,
    indent: usize,
    /// The bracket that the line stands in; 0 outside of all.
    scope: usize,
    /// Whether every bracket that opens here closes here.
    balanced: bool,
    /// Whether the line starts a declaration, a clause, a field …
    starts: bool,
}

impl Line<'_> {
    fn is_comment(&self) -> bool {
        self.tokens.first().is_some_and(Token::is_comment)
    }

    fn opens_with(&self, signs: &[&str]) -> bool {
        self.tokens.first().is_some_and(|token| token.kind == TokenKind::Sign && signs.contains(&token.text))
    }
}

const OPENING: &[&str] = &["{", "(", "["];
const CLOSING: &[&str] = &["}", ")", "]"];

/// Cuts the tokens into the author's lines.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut end = 0;
    for token in tokens(text) {
        let breaks = text.get(end..token.start).map_or(0, line_breaks);
        end = token.end();
        match lines.last_mut() {
            Some(line) if breaks == 0 => line.tokens.push(token),
            _ => lines.push(Line {
                blank_before: breaks > 1 && !lines.is_empty(),
                tokens: vec![token],
                indent: 0,
                scope: 0,
                balanced: true,
                starts: false,
            }),
        }
    }
    lines
}

/// Finds out how deep each line stands, and in which bracket.
fn place(lines: &mut [Line<'_>], starts: &Starts) {
    // The open brackets: their number, their sign, and the indentation of the line where they open.
    let mut open: Vec<(usize, &str, usize)> = Vec::new();
    let mut brackets = 0usize;
    let mut after_opening = false;
    // How far the declaration or clause is indented that a line may go on with.
    let mut started = 0usize;
    for line in lines.iter_mut() {
        let first = line.tokens.first().map_or(0, |token| token.start);
        let item = starts.items.contains(&first);
        line.starts = item || starts.clauses.contains(&first);
        line.scope = open.last().map_or(0, |(number, ..)| *number);
        let goes_on = !line.starts && !line.is_comment() && !line.opens_with(&["{"]);
        line.indent = match open.last() {
            Some((.., indent)) if line.opens_with(CLOSING) => *indent,
            Some((_, "{", _)) | None if goes_on => started.saturating_add(1),
            Some((.., indent)) => indent.saturating_add(1),
            None => usize::from(line.starts && !item),
        };
        if line.starts {
            started = line.indent;
        }
        line.blank_before &= !after_opening && !line.opens_with(CLOSING);
        let depth = open.len();
        for token in line.tokens.iter().filter(|token| token.kind == TokenKind::Sign) {
            if OPENING.contains(&token.text) {
                brackets = brackets.saturating_add(1);
                // The body of a declaration stands under its first line, however far its head is indented.
                let indent = if open.is_empty() && token.text == "{" { 0 } else { line.indent };
                open.push((brackets, token.text, indent));
            } else if CLOSING.contains(&token.text) {
                open.pop();
                line.balanced &= open.len() >= depth;
            }
        }
        line.balanced &= open.len() == depth;
        after_opening = line
            .tokens
            .iter()
            .rfind(|token| !token.is_comment())
            .is_some_and(|token| token.kind == TokenKind::Sign && OPENING.contains(&token.text));
    }
    // A comment stands as what it speaks of: the next line of its bracket.
    let mut below: Option<(usize, usize)> = None;
    for line in lines.iter_mut().rev() {
        match below {
            Some((scope, indent)) if line.is_comment() && scope == line.scope && indent > 0 => line.indent = indent,
            _ => {}
        }
        if !line.is_comment() {
            below = (!line.opens_with(CLOSING)).then_some((line.scope, line.indent));
        }
    }
}

/// The words and signs of a line in the columns that alignment knows.
fn row(text: &str, line: &Line<'_>, next: Option<&Line<'_>>, starts: &Starts) -> Row {
    let mut row = Row { blank_before: line.blank_before, indent: line.indent, scope: line.scope, ..Row::default() };
    if line.is_comment() {
        row.code = line.tokens.first().map_or("", |token| token.text).trim_end().to_owned();
        row.transparent = true;
        return row;
    }
    let item = line.tokens.first().is_some_and(|token| starts.items.contains(&token.start));
    // The body of a rule on its own line ends the last clause of the head, and goes on with the declaration.
    let ends = |next: &Line<'_>| next.starts || next.opens_with(CLOSING) || (!item && next.opens_with(&["{"]));
    let continued = next.is_some_and(|next| next.scope == line.scope && !ends(next));
    let named = line.tokens.first().is_some_and(|token| token.kind == TokenKind::Word);
    if line.starts && line.balanced && !continued && named {
        row.run =
            Some(if item { line.tokens.first().map_or("", |token| token.text).to_owned() } else { String::new() });
    }
    let mut depth = 0usize;
    for (at, token) in line.tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| line.tokens.get(before));
        if token.is_comment() {
            row.comment = token.text.trim_end().to_owned();
            continue;
        }
        let Some(before) = before else {
            row.code.push_str(token.text);
            continue;
        };
        let inner = starts.clauses.contains(&token.start) && !starts.heads.contains(&token.start);
        let inner = inner && !matches!(before.text, "," | "{");
        let gap = if inner { "  " } else { spacing::between(text, before, token) };
        if row.run.is_some() {
            if at == head_length(line, item) {
                row.body = Some(row.code.len());
            }
            if token.text == "{" && depth == 0 && row.block.is_none() {
                row.block = Some(row.code.len());
            }
            if inner {
                row.inner.push((token.text.to_owned(), row.code.len()));
            }
        }
        row.code.push_str(gap);
        row.code.push_str(token.text);
        if token.kind == TokenKind::Sign {
            depth = match token.text {
                sign if OPENING.contains(&sign) => depth.saturating_add(1),
                sign if CLOSING.contains(&sign) => depth.saturating_sub(1),
                _ => depth,
            };
        }
    }
    row
}

/// How many tokens the first column holds: the word of a clause, the word and the name of a declaration.
fn head_length(line: &Line<'_>, item: bool) -> usize {
    let word = |at: usize| line.tokens.get(at).map(|token: &Token<'_>| token.text);
    if item {
        return 2;
    }
    let phrase = PHRASES.iter().find(|phrase| phrase.iter().enumerate().all(|(at, known)| word(at) == Some(known)));
    phrase.map_or(1, |phrase| phrase.len())
}

/// Clauses that several words introduce.
const PHRASES: [&[&str]; 6] = [
    &["up", "to"],
    &["steps", "of"],
    &["at", "least"],
    &["all", "or", "nothing"],
    &["same", "order", "counts"],
    &["hold", "for"],
];
