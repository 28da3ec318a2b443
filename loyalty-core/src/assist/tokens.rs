//! The classes of words and signs, for colours.

use crate::source::Span;
use crate::syntax::lexer::{self, TokenKind};
use crate::syntax::parse::roles::{Role, roles};
use crate::syntax::parse::words::WORDS;

/// A piece of the text with its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    span: Span,
    class: Class,
}

impl Token {
    /// Its place, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// What it is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }
}

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What a piece of a text is to the eye.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Class { $($(#[doc = $doc])* $name,)* }

        impl Class {
            /// Every class.
            pub const ALL: &'static [Class] = &[$(Class::$name,)*];

            /// The stable name, such as `keyword`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Class::$name => $text,)* }
            }
        }
    };
}

classes! {
    /// A word of the language.
    Keyword = "keyword",
    /// `sum`, `count distinct`, `floor` …
    Function = "function",
    /// A name where it is declared.
    Declared = "declared",
    /// A name that is declared elsewhere.
    Name = "name",
    /// A field of a member, event or record.
    Field = "field",
    /// The type of a field.
    Type = "type",
    /// A wallet, a currency or a length of time after a number.
    Unit = "unit",
    /// A number or a percent.
    Number = "number",
    /// A day, a time of day or an instant.
    Moment = "moment",
    /// A text in quotes.
    Text = "text",
    /// An operator, a bracket or another sign.
    Sign = "sign",
    /// `// …`
    Comment = "comment",
    /// `/// …`
    Doc = "doc",
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let read = roles(text);
    let mut read = read.iter().peekable();
    let mut before = "";
    let mut found = Vec::new();
    for token in lexer::tokens(text) {
        while read.next_if(|(span, _)| span.end as usize <= token.start).is_some() {}
        let role = read.peek().filter(|(span, _)| span.start as usize <= token.start).map(|(_, role)| *role);
        let class = match (token.kind, role) {
            (TokenKind::Comment, _) => Class::Comment,
            (TokenKind::Doc, _) => Class::Doc,
            (TokenKind::Text { .. }, _) => Class::Text,
            (TokenKind::Number, _) if token.text.contains([':', '-']) => Class::Moment,
            (TokenKind::Number, _) => Class::Number,
            (TokenKind::Sign, _) => Class::Sign,
            (TokenKind::Word, Some(role)) => of_role(role),
            // What cannot be read yet keeps its colours as well as the word alone tells them.
            (TokenKind::Word, None) if before == "." => Class::Field,
            (TokenKind::Word, None) if WORDS.binary_search(&token.text).is_ok() => Class::Keyword,
            (TokenKind::Word, None) => Class::Name,
        };
        before = token.text;
        found.push(Token { span: Span::new(token.start as u32, token.end() as u32), class });
    }
    found
}

fn of_role(role: Role) -> Class {
    match role {
        Role::Word => Class::Keyword,
        Role::Function => Class::Function,
        Role::Declared => Class::Declared,
        Role::DeclaredField | Role::Field => Class::Field,
        Role::Type => Class::Type,
        Role::Name => Class::Name,
        Role::Unit => Class::Unit,
    }
}
