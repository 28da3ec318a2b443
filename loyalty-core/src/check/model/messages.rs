//! Messages with their texts typed: what is said, in which languages, with which buttons.
//!
//! What a message says is written over the form of its values, `E`: expressions here, and nodes in the plan.

use std::sync::Arc;

use chrono::NaiveTime;

use super::{Currency, EventIndex, Expr, Length, LevelIndex, Per, Period, SegmentIndex};
use crate::locale::{self, Locale};
use crate::source::Span;

pub type MessageIndex = usize;
pub type SayingIndex = usize;

/// A message as it is declared.
#[derive(Debug, Clone)]
pub struct Message {
    pub name: String,
    pub category: Category,
    /// The name of its template with the provider.
    pub template: Option<String>,
    /// It may be said to many.
    pub broadcast: Option<Broadcast>,
    /// Its languages, in the order of the program; the first is the last resort.
    pub languages: Vec<(String, Locale)>,
    pub span: Span,
}

/// A message that a host may say to many.
#[derive(Debug, Clone, Copy)]
pub struct Broadcast {
    /// As the event `broadcast` says it.
    pub saying: SayingIndex,
    /// Only to the members of this segment.
    pub audience: Option<SegmentIndex>,
}

/// What a message is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// About something that the member did or asked for.
    Utility,
    /// Everything that promotes.
    Marketing,
    /// An answer to what the member has just written.
    Reply,
}

impl Category {
    pub const ALL: [Self; 3] = [Self::Utility, Self::Marketing, Self::Reply];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Utility => "utility",
            Self::Marketing => "marketing",
            Self::Reply => "reply",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// A message as rules of one kind of trigger say it: its values are read from what set them off.
#[derive(Debug, Clone)]
pub struct Saying<E = Expr> {
    pub message: MessageIndex,
    /// The event whose fields its values read.
    pub event: Option<EventIndex>,
    /// One for each language of the message.
    pub texts: Vec<Text<E>>,
    pub parameters: Vec<Parameter<E>>,
    pub header: Option<Label>,
    pub footer: Option<Label>,
    pub controls: Vec<Control<E>>,
}

/// What may be said to whom, when and how often.
#[derive(Debug, Clone, Default)]
pub struct MessagePolicy {
    /// Categories that a member must have agreed to.
    pub consent: Vec<ConsentNeed>,
    pub at_most: Vec<AtMost>,
    /// Over all members, in a period or for ever.
    pub totals: Vec<(Category, u32, Option<Period>)>,
    pub quiet: Option<Quiet>,
    /// How long after the member has written anything may be said; after that templates only.
    pub window: Option<Length>,
    /// Categories that are said only where a condition holds.
    pub allowed: Vec<(Category, Expr)>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy)]
pub struct ConsentNeed {
    pub category: Category,
    /// It is to be said twice.
    pub double: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct AtMost {
    pub category: Category,
    pub count: u32,
    pub per: Per,
}

/// Hours in which nothing is said, half-open; they may cross midnight.
#[derive(Debug, Clone)]
pub struct Quiet {
    pub from: NaiveTime,
    pub to: NaiveTime,
    /// What falls into them is never said, instead of later.
    pub dropped: bool,
    pub categories: Vec<Category>,
}

/// A text, one part after the other.
pub type Text<E = Expr> = Vec<TextPart<E>>;

/// A short text, one for each language of the message.
pub type Label = Vec<Arc<str>>;

#[derive(Debug, Clone)]
pub enum TextPart<E = Expr> {
    Literal(Arc<str>),
    /// The number of the plural around it, as the language writes it.
    NumberSign,
    Value {
        value: E,
        shown: Shown,
    },
    Plural {
        value: E,
        ordinal: bool,
        offset: u32,
        exactly: Vec<(u32, Text<E>)>,
        branches: Vec<(locale::Category, Text<E>)>,
    },
    Select {
        value: E,
        branches: Vec<(Choice, Text<E>)>,
        other: Text<E>,
    },
}

/// A text in each of some languages, the first of them for who has none of the others.
#[derive(Debug, Clone)]
pub struct Words<E = Expr> {
    pub languages: Vec<(String, Locale)>,
    /// As many as languages.
    pub texts: Vec<Text<E>>,
}

impl<E> Words<E> {
    /// The same with its values in another form.
    pub fn map<F>(&self, form: &mut impl FnMut(&E) -> F) -> Words<F> {
        let texts = self.texts.iter().map(|text| map_text(text, form)).collect();
        Words { languages: self.languages.clone(), texts }
    }

    /// The values in it.
    pub fn values(&self) -> Vec<&E> {
        let mut found = Vec::new();
        self.texts.iter().for_each(|text| values_in(text, &mut found));
        found
    }
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Number,
    /// Rounded half even to a whole number.
    Integer,
    Percent,
    Money(Currency),
    Text,
    Date(locale::Length),
    Time,
    /// The day and the time of an instant.
    Instant(locale::Length),
    Weekday,
    Level,
}

/// What a branch of a select is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Text(Arc<str>),
    Bool(bool),
    Level(LevelIndex),
    /// Monday 0.
    Weekday(u8),
}

/// What fills a place of a template.
#[derive(Debug, Clone)]
pub struct Parameter<E = Expr> {
    pub name: Option<String>,
    pub value: E,
    pub shown: Shown,
}

/// What a member can do with a message besides reading it.
#[derive(Debug, Clone)]
pub enum Control<E = Expr> {
    Button { label: Label, payload: String, when: Option<E> },
    Link { label: Label, url: Vec<Text<E>> },
    CopyCode { label: Label, code: E },
    Menu { label: Label, rows: Vec<Row> },
}

#[derive(Debug, Clone)]
pub struct Row {
    pub label: Label,
    pub description: Option<Label>,
    pub payload: String,
}

impl<E> Saying<E> {
    /// The same with its values in another form.
    pub fn map<F>(&self, form: &mut impl FnMut(&E) -> F) -> Saying<F> {
        Saying {
            message: self.message,
            event: self.event,
            texts: self.texts.iter().map(|text| map_text(text, form)).collect(),
            parameters: self
                .parameters
                .iter()
                .map(|parameter| Parameter {
                    name: parameter.name.clone(),
                    value: form(&parameter.value),
                    shown: parameter.shown,
                })
                .collect(),
            header: self.header.clone(),
            footer: self.footer.clone(),
            controls: self.controls.iter().map(|control| control.map(form)).collect(),
        }
    }
}

impl<E> Control<E> {
    fn map<F>(&self, form: &mut impl FnMut(&E) -> F) -> Control<F> {
        match self {
            Control::Button { label, payload, when } => {
                Control::Button { label: label.clone(), payload: payload.clone(), when: when.as_ref().map(form) }
            }
            Control::Link { label, url } => {
                Control::Link { label: label.clone(), url: url.iter().map(|text| map_text(text, form)).collect() }
            }
            Control::CopyCode { label, code } => Control::CopyCode { label: label.clone(), code: form(code) },
            Control::Menu { label, rows } => Control::Menu { label: label.clone(), rows: rows.clone() },
        }
    }
}

fn values_in<'t, E>(text: &'t Text<E>, found: &mut Vec<&'t E>) {
    for part in text {
        match part {
            TextPart::Literal(_) | TextPart::NumberSign => {}
            TextPart::Value { value, .. } => found.push(value),
            TextPart::Plural { value, exactly, branches, .. } => {
                found.push(value);
                exactly.iter().for_each(|(_, text)| values_in(text, found));
                branches.iter().for_each(|(_, text)| values_in(text, found));
            }
            TextPart::Select { value, branches, other } => {
                found.push(value);
                branches.iter().for_each(|(_, text)| values_in(text, found));
                values_in(other, found);
            }
        }
    }
}

/// Texts nest as deeply as the parser lets them.
fn map_text<E, F>(text: &Text<E>, form: &mut impl FnMut(&E) -> F) -> Text<F> {
    let mut parts = Vec::with_capacity(text.len());
    for part in text {
        parts.push(match part {
            TextPart::Literal(literal) => TextPart::Literal(Arc::clone(literal)),
            TextPart::NumberSign => TextPart::NumberSign,
            TextPart::Value { value, shown } => TextPart::Value { value: form(value), shown: *shown },
            TextPart::Plural { value, ordinal, offset, exactly, branches } => TextPart::Plural {
                value: form(value),
                ordinal: *ordinal,
                offset: *offset,
                exactly: exactly.iter().map(|(number, text)| (*number, map_text(text, form))).collect(),
                branches: branches.iter().map(|(category, text)| (*category, map_text(text, form))).collect(),
            },
            TextPart::Select { value, branches, other } => TextPart::Select {
                value: form(value),
                branches: branches.iter().map(|(choice, text)| (choice.clone(), map_text(text, form))).collect(),
                other: map_text(other, form),
            },
        });
    }
    parts
}
