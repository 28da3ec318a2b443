//! What is said of the word at a place.

use super::complete::first_line;
use super::describe::describe;
use super::known::Known;
use super::place::{Place, token_at};
use super::symbol::Symbol;
use super::tokens::{Class, tokens};
use crate::check::survey;
use crate::source::{LineIndex, Span};
use crate::syntax::lexer::TokenKind;

/// What a word is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    span: Span,
    kind: &'static str,
    title: String,
    detail: String,
    docs: String,
    declared: Option<Span>,
    line: Option<u32>,
    policies: Vec<String>,
}

impl Hover {
    /// The word, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// `word` for words of the language, else the kind of the symbol, see [`Symbol::kind`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The declaration as it stands in the text, on one line and cut short; or the word itself.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it is in few words, such as its type; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What it means, or what the `///` lines before its declaration say; may be empty.
    #[must_use]
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// The name in its declaration, in bytes; nothing for what the language brings along.
    #[must_use]
    pub fn declared(&self) -> Option<Span> {
        self.declared
    }

    /// The line of that, from 1.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// The clauses in force for a program's head or a wallet, defaults among them; none while the program has errors.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.policies
    }
}

pub(super) fn hover(text: &str, offset: usize) -> Option<Hover> {
    let token = token_at(text, offset).filter(|token| token.kind == TokenKind::Word)?;
    let span = Span::new(token.start as u32, token.end() as u32);
    let class = tokens(text).into_iter().find(|token| token.span() == span)?.class();
    let known = Known::read(text);
    let place = Place::before_word(text, &known, token.start);
    let symbol = match class {
        // In what cannot be read yet, a name may look like a word of the language.
        Class::Keyword if known.whole => None,
        Class::Keyword => {
            place.resolve(&known, token.text).filter(|_| describe(place.keyword().unwrap_or(""), token.text).is_none())
        }
        Class::Function => None,
        Class::Unit => known.find("wallet", token.text).cloned(),
        Class::Type => known.find("record", token.text).cloned(),
        Class::Declared => known.own().find(|symbol| symbol.name_span() == Some(span)).cloned(),
        _ => place.resolve(&known, token.text),
    };
    match symbol {
        Some(symbol) => Some(of_symbol(text, &known, span, &symbol)),
        None => of_word(&known, &place, span, token.text, class),
    }
}

fn of_symbol(text: &str, known: &Known, span: Span, symbol: &Symbol) -> Hover {
    let declared = symbol.name_span();
    let title = first_line(text, symbol).unwrap_or_else(|| match symbol.kind {
        "field" | "figure" | "part" => symbol.name.clone(),
        kind => format!("{kind} {}", symbol.name),
    });
    let place = format!("wallet {}", symbol.name);
    let policies = match symbol.kind {
        "wallet" if known.whole => survey::policies(&known.file),
        _ => Vec::new(),
    };
    let own = policies.into_iter().filter(|(owner, _)| *owner == place).map(|(_, clause)| clause);
    Hover {
        span,
        kind: symbol.kind,
        title,
        detail: symbol.detail.clone(),
        docs: symbol.docs.clone(),
        declared,
        line: declared.map(|declared| LineIndex::new(text).place(text, declared.start).line),
        policies: own.collect(),
    }
}

/// A word of the language, or a currency.
fn of_word(known: &Known, place: &Place<'_>, span: Span, word: &str, class: Class) -> Option<Hover> {
    let declaration = place.keyword().unwrap_or(word);
    let (kind, docs) = match class {
        _ if survey::currencies().any(|code| code == word) => {
            let own = known.currency.as_deref() == Some(word);
            ("currency", if own { "the program's currency" } else { "a currency" })
        }
        Class::Type if survey::types().contains(&word) => ("type", ""),
        Class::Keyword | Class::Function => ("word", describe(declaration, word)?),
        _ => return None,
    };
    let policies = match (word, place.keyword()) {
        ("program", None) if known.whole => survey::policies(&known.file),
        _ => Vec::new(),
    };
    let own = policies.into_iter().filter(|(owner, _)| owner == "program").map(|(_, clause)| clause);
    Some(Hover {
        span,
        kind,
        title: word.to_owned(),
        detail: String::new(),
        docs: docs.to_owned(),
        declared: None,
        line: None,
        policies: own.collect(),
    })
}
