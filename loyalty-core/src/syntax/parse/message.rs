//! The texts of messages, read out of the quotes of a program by a grammar of their own.

use super::build::{Build, Children as _, composed, offset};
use super::grammar::Rule as Outer;
use super::pair::{self, Pair};
use super::texts::Rule;
use super::{literal, nesting};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::message::{
    Argument, Branch, Format, Key, Label, LabelTexts, MenuRow, MessageText, Part, TemplateArgument, Translation,
};
use crate::syntax::tree::{Effect, Expr, Name, Span};

/// The most bytes of one text: far more than any message may have.
const BYTES_MAX: usize = 32 << 10;

/// The most braces within each other.
const BRACES_MAX: usize = 16;

impl Build {
    pub(super) fn label_of(&self, pair: &Pair<'_, Outer>) -> Option<Label> {
        self.label(&pair.child(Outer::label)?)
    }

    pub(super) fn label(&self, pair: &Pair<'_, Outer>) -> Option<Label> {
        let texts = match pair.child(Outer::text) {
            Some(text) => LabelTexts::One(self.message_text(&text)),
            None => {
                let translations = pair.all(Outer::translation).map(|each| self.translation(&each));
                LabelTexts::Each(translations.collect::<Option<_>>()?)
            }
        };
        Some(Label { texts, span: self.span(pair) })
    }

    pub(super) fn translation(&self, pair: &Pair<'_, Outer>) -> Option<Translation> {
        Some(Translation { language: self.name_of(pair)?, text: self.message_text(&pair.child(Outer::text)?) })
    }

    pub(super) fn menu_row(&self, pair: &Pair<'_, Outer>) -> Option<MenuRow> {
        let mut labels = pair.all(Outer::label).map(|label| self.label(&label));
        Some(MenuRow {
            label: labels.next()??,
            description: match labels.next() {
                Some(description) => Some(description?),
                None => None,
            },
            effect: self.tapped(pair)?,
            span: self.span(pair),
        })
    }

    pub(super) fn argument(&self, pair: &Pair<'_, Outer>) -> Option<TemplateArgument> {
        let name = pair.child(Outer::word).map(|word| Name { text: composed(word.as_str()), span: self.span(&word) });
        Some(TemplateArgument { name, value: self.expr_of(pair)? })
    }

    /// What tapping a button or a row does.
    pub(super) fn tapped(&self, pair: &Pair<'_, Outer>) -> Option<Effect> {
        let effect = pair.children().find(|child| {
            matches!(
                child.as_rule(),
                Outer::say
                    | Outer::issue
                    | Outer::redeem
                    | Outer::draw
                    | Outer::ask
                    | Outer::opt_into
                    | Outer::consent
                    | Outer::withdraw
            )
        });
        self.effect(&effect?)
    }

    /// The text of a message; an empty one if it cannot be read, which is then complained of.
    fn message_text(&self, pair: &Pair<'_, Outer>) -> MessageText {
        let inner = pair.as_str().get(1..).and_then(|rest| rest.strip_suffix('"')).unwrap_or("");
        let base = offset(pair.start()).saturating_add(1);
        let part = self.part(base);
        let read = read(&part, inner).unwrap_or_else(|complaint| {
            part.complain(complaint);
            MessageText::default()
        });
        self.take_complaints(part);
        MessageText { span: self.span(pair), ..read }
    }
}

fn read(build: &Build, text: &str) -> Result<MessageText, Diagnostic> {
    let broken = |at: usize, message: &str| {
        let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |next| at + next.len_utf8());
        Diagnostic::new(Code::BadMessageText, Span::new(offset(at), offset(end)), message)
    };
    if text.len() > BYTES_MAX {
        return Err(broken(0, "the text of a message is far too long").help("a message has at most 4096 characters"));
    }
    if let Some(at) = too_deep(text) {
        return Err(broken(at, &format!("the text nests deeper than {BRACES_MAX} braces")));
    }
    let Some(reading) = pair::read(Rule::text, text) else {
        let at = pair::stopped(Rule::text, text).map_or(0, |stopped| stopped.at);
        return Err(stopped(text, at, broken));
    };
    let parts = reading.all().find(|pair| pair.is(Rule::parts));
    Reader { build }.parts(parts.ok_or_else(|| broken(0, "the text cannot be read"))?)
}

/// What is wrong where reading stops.
fn stopped(text: &str, at: usize, broken: impl Fn(usize, &str) -> Diagnostic) -> Diagnostic {
    let opened = open_before(text, at);
    // What is open there and never closed is more likely the slip than what comes next.
    let never_closed = open_before(text, text.len()).filter(|open| opened == Some(*open));
    if let Some(open) = never_closed {
        return broken(open, "this `{` is never closed")
            .help("close it with `}`; a brace that is to be read as such is written `'{'`");
    }
    match (text.get(at..).and_then(|rest| rest.chars().next()), opened) {
        (Some('}'), None) => {
            broken(at, "nothing is open that this `}` could close").help("a brace that is to be read as such is written `'}'`")
        }
        (Some('}'), Some(_)) => broken(at, "something is missing before this `}`")
            .help("name a value in the braces, as in `{beans.balance}`; a plural or select has branches, as in `other {# beans}`"),
        _ => broken(at, "this cannot be read in the text of a message").help(
            "write `{value}`, `{value, plural, one {# bean} other {# beans}}`, `{value, select, gold {…} other {…}}` or `{value, date, long}`",
        ),
    }
}

/// The last brace before a place that is open there.
fn open_before(text: &str, at: usize) -> Option<usize> {
    let mut open = Vec::new();
    for (place, character) in text.char_indices().take_while(|(place, _)| *place < at) {
        match character {
            '{' => open.push(place),
            '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// Where braces or brackets are nested too deeply; quoted ones count, too, which does no harm.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > BRACES_MAX {
            return Some(at);
        }
    }
    None
}

struct Reader<'b> {
    build: &'b Build,
}

/// Where a pair of the inner grammar stands in the text.
fn place(pair: &Pair<'_, Rule>) -> Span {
    Span::new(offset(pair.start()), offset(pair.end()))
}

impl Reader<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        self.build.placed(place(pair))
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: composed(pair.as_str()), span: self.span(pair) }
    }

    fn parts(&self, pair: Pair<'_, Rule>) -> Result<MessageText, Diagnostic> {
        let span = self.span(&pair);
        let parts = pair.into_inner().map(|part| {
            Ok(match part.as_rule() {
                Rule::literal => Part::Literal(self.literal(&part)),
                Rule::number_sign => Part::NumberSign,
                _ => Part::Argument(Box::new(self.argument(part)?)),
            })
        });
        Ok(MessageText { parts: parts.collect::<Result<_, _>>()?, span })
    }

    /// Text as it is meant: quotes of MessageFormat and escapes of the language replaced.
    fn literal(&self, pair: &Pair<'_, Rule>) -> String {
        let written = pair.as_str();
        let mut plain = String::with_capacity(written.len());
        let mut rest = written.chars().peekable();
        let mut quoted = false;
        while let Some(next) = rest.next() {
            match (next, rest.peek()) {
                ('\'', Some('\'')) => {
                    rest.next();
                    plain.push('\'');
                }
                ('\'', _) if quoted => quoted = false,
                ('\'', Some('{' | '}' | '#')) => quoted = true,
                _ => plain.push(next),
            }
        }
        literal::unescaped(self.build, &plain, place(pair).start)
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Result<Argument, Diagnostic> {
        let span = self.span(&pair);
        let (mut value, mut format) = (None, Format::Plain);
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::value => value = Some(self.value(&child)?),
                _ => format = self.format(child)?,
            }
        }
        let missing = || Diagnostic::new(Code::BadMessageText, span, "the braces name no value");
        Ok(Argument { value: value.ok_or_else(missing)?, format, span })
    }

    fn value(&self, pair: &Pair<'_, Rule>) -> Result<Expr, Diagnostic> {
        let (start, text) = (offset(pair.start()), with_plain_quotes(pair.as_str()));
        let text = text.as_str();
        let wrong = || {
            Diagnostic::new(Code::BadMessageText, place(pair), "this is no value that can be told")
                .help("name what is told, as in `{beans.balance}`, `{member.name}` or `{expiring.amount}`")
        };
        if let Some(deep) = nesting::check(text) {
            return Err(deep.moved(start));
        }
        let read = pair::read(Outer::lone_expr, text).ok_or_else(wrong)?;
        let expr = read.pairs().next().and_then(|lone| lone.child(Outer::expr)).ok_or_else(wrong)?;
        let inner = self.build.part(start);
        let expr = inner.expr(expr);
        self.build.take_complaints(inner);
        expr.ok_or_else(wrong)
    }

    fn format(&self, pair: Pair<'_, Rule>) -> Result<Format, Diagnostic> {
        let Some(form) = pair.into_inner().next() else { return Ok(Format::Plain) };
        Ok(match form.as_rule() {
            Rule::plural => {
                let (mut ordinal, mut offset, mut branches) = (false, 0, Vec::new());
                for child in form.into_inner() {
                    match child.as_rule() {
                        Rule::plural_word => ordinal = child.as_str() == "selectordinal",
                        Rule::offset => offset = integer(&child),
                        _ => branches.push(self.branch(child)?),
                    }
                }
                Format::Plural { ordinal, offset, branches }
            }
            Rule::select => {
                Format::Select(form.into_inner().map(|branch| self.branch(branch)).collect::<Result<_, _>>()?)
            }
            _ => {
                let mut keys = form.into_inner().map(|key| self.name(&key));
                let kind = keys.next().unwrap_or_else(|| Name { text: String::new(), span: Span::default() });
                Format::Style { kind, style: keys.next() }
            }
        })
    }

    fn branch(&self, pair: Pair<'_, Rule>) -> Result<Branch, Diagnostic> {
        let span = self.span(&pair);
        let (mut key, mut text) = (Key::Exactly(0), MessageText::default());
        for child in pair.into_inner() {
            match child.as_rule() {
                Rule::exactly => key = Key::Exactly(integer(&child)),
                Rule::key => key = Key::Word(self.name(&child)),
                _ => {
                    if let Some(parts) = child.into_inner().next() {
                        text = self.parts(parts)?;
                    }
                }
            }
        }
        Ok(Branch { key, text, span })
    }
}

/// Texts within an argument are written with escaped quotes, for it stands in a text itself. A blank beside each quote keeps
/// all places as they are.
fn with_plain_quotes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (number, part) in text.split("\\\"").enumerate() {
        match number {
            0 => {}
            number if number % 2 == 1 => plain.push_str(" \""),
            _ => plain.push_str("\" "),
        }
        plain.push_str(part);
    }
    plain
}

/// The whole number within; the grammar bounds its digits.
fn integer(pair: &Pair<'_, Rule>) -> u32 {
    let digits = pair.into_inner().next();
    digits.and_then(|digits| digits.as_str().parse().ok()).unwrap_or(0)
}
