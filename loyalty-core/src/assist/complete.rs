//! What may be written at a place: words that the grammar takes there, and names that are declared and fit.

use std::collections::BTreeSet;

use super::describe::{self, describe};
use super::known::{Known, POINTS, slice, starts_line};
use super::place::{Place, token_at};
use super::symbol::Symbol;
use crate::check::survey;
use crate::sorting::{Arrange as _, gathered};
use crate::source::Span;
use crate::syntax::lexer::TokenKind;
use crate::syntax::parse::probe::Probe;
use crate::syntax::parse::words::WORDS;

/// What may be written at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    span: Span,
    items: Vec<Completion>,
}

impl Completions {
    /// What a chosen one replaces, in bytes: the word that is being written, or nothing.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The possible continuations, the likeliest first.
    #[must_use]
    pub fn items(&self) -> &[Completion] {
        &self.items
    }
}

/// One possible continuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    label: String,
    kind: &'static str,
    detail: String,
    docs: String,
}

impl Completion {
    /// What is written.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// `word` for words of the language, else the kind of the symbol, see [`Symbol::kind`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What it is in few words, such as its type; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What it means, or what its declaration says of it; may be empty.
    #[must_use]
    pub fn docs(&self) -> &str {
        &self.docs
    }

    fn word(label: &str, docs: Option<&str>) -> Self {
        Self { label: label.to_owned(), kind: "word", detail: String::new(), docs: docs.unwrap_or("").to_owned() }
    }

    fn of(symbol: &Symbol) -> Self {
        let Symbol { kind, name, detail, docs, .. } = symbol;
        Self { label: name.clone(), kind, detail: detail.clone(), docs: docs.clone() }
    }
}

pub(super) fn complete(text: &str, offset: usize) -> Completions {
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let here = Span::new(offset as u32, offset as u32);
    let nothing = Completions { span: here, items: Vec::new() };
    let typed = match token_at(text, offset).filter(|token| token.start < offset) {
        None => "",
        Some(token) => match token.kind {
            TokenKind::Word => text.get(token.start..offset).unwrap_or(""),
            TokenKind::Sign => "",
            TokenKind::Text { closed: true } if token.end() == offset => "",
            TokenKind::Number | TokenKind::Text { .. } | TokenKind::Comment | TokenKind::Doc => return nothing,
        },
    };
    let start = offset.saturating_sub(typed.len());
    let known = Known::read(text);
    let place = Place::before_word(text, &known, start);
    let mut items = if place.after_dot() {
        place.members(&known, &place.path()).iter().map(Completion::of).collect()
    } else {
        at_word(text, &known, &place, typed)
    };
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    Completions { span: Span::new(start as u32, offset as u32), items }
}

/// What may stand where no dot comes before.
fn at_word(text: &str, known: &Known, place: &Place<'_>, typed: &str) -> Vec<Completion> {
    if place.keyword().is_none() {
        return declarations();
    }
    if place.word(0) == "set" {
        // A sign must follow the word, which the grammar does not tell of.
        return vec![Completion::of(&Symbol::new("member", "member", ""))];
    }
    let on_line = Probe::new(place.beginning);
    let patched = patched(place);
    let probe = on_line.or_else(|| Probe::new(patched.as_deref()?));
    let mut items = Vec::new();
    match &probe {
        Some(probe) => {
            if probe.takes_name() {
                items.extend(names(known, place, probe).iter().map(Completion::of));
            }
            items.extend(words_at(place, probe, typed));
            if place.word(0) == "without" {
                // To the grammar they are names like any other.
                items.extend(["earning", "activity"].map(|word| Completion::word(word, None)));
            }
        }
        None => items.extend(place.roots(known).iter().map(Completion::of)),
    }
    if starts_line(text, place.start) {
        items.extend(declarations());
    }
    items
}

fn declarations() -> Vec<Completion> {
    survey::declarations().into_iter().map(|word| Completion::word(word, describe::declaration(word))).collect()
}

/// The head of the declaration and the line at hand: where something before the line is broken, the line may be sound.
fn patched(place: &Place<'_>) -> Option<String> {
    let head = place.beginning.find('{').filter(|_| place.depth() > 0)? + 1;
    let line = place.beginning.rfind('\n')?;
    Some(format!("{}{}", place.beginning.get(..head)?, place.beginning.get(line.max(head)..)?))
}

/// The words of the language that the grammar takes here and the checker, too.
fn words_at(place: &Place<'_>, probe: &Probe<'_>, typed: &str) -> Vec<Completion> {
    let keyword = place.keyword().unwrap_or("");
    let first = typed.chars().next();
    let fits = |word: &&str| first.is_none_or(|first| word.starts_with(first));
    let allowed = if probe.takes_clause() { survey::clauses_of(keyword) } else { None };
    let built = survey::declarations().into_iter().filter_map(survey::clauses_of).flatten();
    let all_clauses: BTreeSet<&str> = gathered(built.chain(EFFECTS));
    // An `earn` may say a life of its own, and an `expire` its condition.
    let said = |clause: &str| {
        place.before.iter().rev().take_while(|token| token.text != "{").any(|token| token.text == clause)
    };
    let continued = |word: &str| match word {
        "vest" | "expire" => said("earn"),
        "when" => said("expire"),
        _ => false,
    };
    let belongs = |phrase: &str| {
        let word = first_word(phrase);
        let clause = all_clauses.contains(word) && !continued(word);
        !clause || allowed.as_ref().is_none_or(|allowed| allowed.contains(&word))
    };
    let phrases = describe::PHRASES.into_iter().filter(fits).filter(|phrase| belongs(phrase));
    let phrases: Vec<&str> = phrases.filter(|phrase| probe.takes_phrase(phrase)).collect();
    let covered = |word: &&str| phrases.iter().any(|phrase| first_word(phrase) == *word);
    let single = WORDS.iter().copied().filter(fits).filter(|word| !covered(word));
    let single: Vec<&str> = single.filter(|word| belongs(word) && probe.takes_words(word)).collect();
    let functions = survey::functions().iter().copied().filter(fits).filter(|_| takes_value(probe));
    let functions = functions.filter(|function| !single.contains(function) && probe.takes(function));
    let functions: Vec<&str> = functions.collect();
    let mut items: Vec<Completion> = phrases
        .iter()
        .chain(&single)
        .chain(&functions)
        .map(|word| {
            let last = word.split(' ').next_back().unwrap_or(word);
            Completion::word(word, describe(keyword, first_word(word)).or_else(|| describe(keyword, last)))
        })
        .collect();
    // Clauses that are explained stand before connecting words.
    items.arrange_by_key(|item| item.docs.is_empty());
    items
}

fn first_word(phrase: &str) -> &str {
    phrase.split(' ').next().unwrap_or(phrase)
}

/// Effects that the grammar reads, those among them that the checker refuses.
const EFFECTS: [&str; 9] = ["award", "issue", "redeem", "draw", "ask", "say", "consent", "withdraw", "convert"];

/// Whether any expression may stand here, and not a name alone.
fn takes_value(probe: &Probe<'_>) -> bool {
    probe.takes_name() && probe.takes("1") && probe.takes("true")
}

/// The declared names that fit.
fn names(known: &Known, place: &Place<'_>, probe: &Probe<'_>) -> Vec<Symbol> {
    let keyword = place.keyword().unwrap_or("");
    let of = |kind: &str| known.all(kind).cloned().collect::<Vec<_>>();
    let last = place.back(0);
    let mut names = Vec::new();
    if last.is_some_and(|token| token.kind == TokenKind::Number && !token.text.contains([':', '-', '%'])) {
        names.extend(of("wallet").into_iter().filter(|wallet| wallet.detail == POINTS));
        names.extend(known.currency.as_deref().map(currency));
        if place.braced(known).is_none() {
            return names;
        }
    }
    if let Some(ladder) = place.declared(known).filter(|_| keyword == "tiers" && probe.takes_field_name()) {
        names.extend(ladder.fields.iter().filter(|field| field.kind == "benefit").cloned());
        return names;
    }
    if let Some(owner) = place.braced(known)
        && probe.takes_field_name()
    {
        let given: Vec<&str> = place.given().collect();
        let envelope = [Symbol::new("field", "at", "instant"), Symbol::new("field", "id", "text")];
        let envelope = envelope.into_iter().filter(|_| owner.kind == "event");
        let fields = owner.fields.iter().cloned().chain(envelope);
        // A member may also be given levels, by the names of their ladders.
        let ladders = of("tiers").into_iter().filter(|_| owner.kind == "member");
        names.extend(fields.chain(ladders).filter(|field| !given.contains(&field.name.as_str())));
        return names;
    }
    let in_list_of_rules = place.bracket().0 == "[" && (place.bracket().1 == "multiply" || keyword == "group");
    match place.word(0) {
        "on" if place.depth() == 0 => {
            let subjects = ["tiers", "member"].into_iter().flat_map(of);
            return known.events().into_iter().chain(subjects).collect();
        }
        "on" | "without" => return known.events(),
        "raise" => return of("tiers"),
        "ask" if probe.takes_name() => return ["quiz", "survey"].into_iter().flat_map(of).collect(),
        "draw" => return of("wheel"),
        "say" => return of("message"),
        "award" => return of("badge"),
        "redeem" => return of("reward"),
        "issue" => return ["coupon", "wheel"].into_iter().flat_map(of).collect(),
        "in" if place.word(1) == "opt" => return of("challenge"),
        "answer" if keyword == "quiz" => {
            // The quiz is being written, so that it cannot be read yet.
            let named = place.before.windows(2).filter(|pair| pair.first().is_some_and(|word| word.text == "choice"));
            return named.filter_map(|pair| pair.get(1)).map(|name| Symbol::new("choice", name.text, "")).collect();
        }
        "to" if place.word(2) == "raise" => return levels(known, place.word(1)),
        "reaches" => return levels(known, place.word(1)),
        ladder if place.braced(known).is_some() && known.find("tiers", ladder).is_some() => {
            return levels(known, ladder);
        }
        _ if place.word(1) == "on" && place.depth() == 0 && known.find("event", place.word(0)).is_none() => {
            return of("wallet");
        }
        "currency" | "holds" => return survey::currencies().map(currency).collect(),
        "multiply" => return of("rule"),
        "to" if !takes_value(probe) => return of("wallet"),
        "from" if !takes_value(probe) => return of("wallet"),
        "event" if place.before.len() == 1 => return of("event"),
        "record" if place.before.len() == 1 => return of("record"),
        "by" if place.word(1) == "refused" => return of("rule"),
        "refused" => {
            return crate::Refusal::ALL.iter().map(|code| Symbol::new("refusal", code.as_str(), "")).collect();
        }
        _ if in_list_of_rules => return of("rule"),
        _ if probe.takes_type() => {
            let types = survey::types().iter().map(|name| Symbol::new("type", name, ""));
            return types.chain(of("record")).collect();
        }
        _ => {}
    }
    let value = takes_value(probe) || place.fold().is_some();
    if probe.takes_field() || place.before.len() == 1 || !value {
        return Vec::new();
    }
    place.roots(known).into_iter().filter(|root| probe.takes(&root.name)).collect()
}

fn levels(known: &Known, ladder: &str) -> Vec<Symbol> {
    let ladder = known.find("tiers", ladder);
    ladder.into_iter().flat_map(|ladder| &ladder.fields).filter(|field| field.kind == "level").cloned().collect()
}

fn currency(code: &str) -> Symbol {
    Symbol::new("currency", code, "money")
}

/// The first line of a declaration, for who only sees its name.
pub(super) fn first_line(text: &str, symbol: &Symbol) -> Option<String> {
    let (whole, _) = symbol.place?;
    let line = slice(text, whole);
    let short: String = line.chars().take(SIGNATURE_MAX).collect();
    Some(if short.len() < line.len() { format!("{short}…") } else { line })
}

/// The most characters of a declaration that are quoted.
const SIGNATURE_MAX: usize = 160;
