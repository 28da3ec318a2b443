//! Help for who writes a program: colours, explanations of words, completions and an outline, of any text, however broken.
//!
//! Every function takes a text and, where it asks about a place, an offset in bytes; an offset within a character means the
//! place before it. Nothing here needs a program that compiles: what can be read is used, and a declaration that is being
//! written knows the others. What may stand at a place is asked of the grammar, what a name means of the checker's model, so
//! that an editor never offers what the compiler refuses for its form. Language servers and pages with an editor are
//! thin over this module.
//!
//! ```
//! use loyalty_core::assist;
//!
//! let text = "wallet points {}\nrule base on order { earn 1 points per 1 EUR of order.sub }";
//! let at = text.find(".sub").unwrap() + 4;
//! let offered = assist::complete(text, at);
//! assert_eq!(offered.items()[0].label(), "subtotal");
//! assert_eq!(offered.span().start as usize, at - 3);
//!
//! let word = assist::hover(text, text.find("points per").unwrap()).unwrap();
//! assert_eq!((word.kind(), word.line()), ("wallet", Some(1)));
//! ```

mod complete;
mod describe;
mod hover;
mod known;
mod place;
mod symbol;
mod tokens;

pub use complete::{Completion, Completions};
pub use hover::Hover;
pub use symbol::Symbol;
pub use tokens::{Class, Token};

/// The pieces of a text that an editor colours, in the order of their places.
///
/// ```
/// use loyalty_core::assist::{self, Class};
///
/// let classes: Vec<Class> = assist::tokens("wallet round {}").iter().map(|token| token.class()).collect();
/// assert_eq!(classes, [Class::Keyword, Class::Declared, Class::Sign, Class::Sign]);
/// ```
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    tokens::tokens(text)
}

/// What the word at that place is: its type, what its declaration says of it, and where that stands. `None` where there is
/// nothing to say.
#[must_use]
pub fn hover(text: &str, offset: usize) -> Option<Hover> {
    hover::hover(text, offset)
}

/// What may be written at that place in continuation of the word before it, the likeliest first.
#[must_use]
pub fn complete(text: &str, offset: usize) -> Completions {
    complete::complete(text, offset)
}

/// What the text declares, in its order; fields stand within their member, event or record.
///
/// ```
/// let outline = loyalty_core::assist::outline("member { level text? }\n/// The one balance.\nwallet points {}");
/// let names: Vec<&str> = outline.iter().map(|symbol| symbol.name()).collect();
/// assert_eq!(names, ["member", "points"]);
/// assert_eq!(outline[0].fields()[0].detail(), "text?");
/// assert_eq!(outline[1].docs(), "The one balance.");
/// ```
#[must_use]
pub fn outline(text: &str) -> Vec<Symbol> {
    known::Known::read(text).own().cloned().collect()
}

/// The events that a program knows, the standard ones with what the text adds to them, each with its fields; those that a
/// rule or a measure of the text listens to come first.
#[must_use]
pub fn events(text: &str) -> Vec<Symbol> {
    known::Known::read(text).events()
}

/// What lists of events are made of: the standard records, with what the text adds to them, and its own.
#[must_use]
pub fn records(text: &str) -> Vec<Symbol> {
    known::Known::read(text).all("record").cloned().collect()
}

/// Every word of the language, in alphabetical order: read out of the grammar, so that there is no other list to keep.
#[must_use]
pub fn words() -> Vec<&'static str> {
    crate::syntax::parse::words::WORDS.to_vec()
}
