//! The texts of messages: ICU MessageFormat, whose arguments are expressions of the language.

use super::tree::{Effect, Expr, Name, Span};

/// A text with arguments in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MessageText {
    pub parts: Vec<Part>,
    pub span: Span,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Literal(String),
    /// `#`: the number of the plural around it.
    NumberSign,
    /// `{earned.amount}`
    Argument(Box<Argument>),
}

/// `{earned.amount, plural, one {# bean} other {# beans}}`
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub value: Expr,
    pub format: Format,
    pub span: Span,
}

/// How the value of an argument becomes text.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    Plain,
    /// `date, long`, `number, integer`
    Style {
        kind: Name,
        style: Option<Name>,
    },
    Plural {
        /// First, second, third instead of one, two, three.
        ordinal: bool,
        offset: u32,
        branches: Vec<Branch>,
    },
    Select(Vec<Branch>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub key: Key,
    pub text: MessageText,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// `=0`
    Exactly(u32),
    /// `few`, `other`, or a value of a select.
    Word(Name),
}

/// The text of one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    pub language: Name,
    pub text: MessageText,
}

/// A short text beside the message: of a button, a row, a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub texts: LabelTexts,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LabelTexts {
    /// The same in all languages.
    One(MessageText),
    Each(Vec<Translation>),
}

/// A choice of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuRow {
    pub label: Label,
    pub description: Option<Label>,
    pub effect: Effect,
    pub span: Span,
}

/// What fills a place of a template: by its turn, or by its name, `points = earned.amount`.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateArgument {
    pub name: Option<Name>,
    pub value: Expr,
}
