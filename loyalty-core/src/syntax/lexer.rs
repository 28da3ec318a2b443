//! The words and signs of a text, comments too: what the nesting check, the messages and the formatter look at.
//!
//! It cuts a text as the grammar does, but never fails: what the grammar does not know is one strange sign.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// What starts with a digit: a number, a percentage, a day, a time, an instant.
    Number,
    /// A text between quotes; `false` where the line ends before the text does.
    Text { closed: bool },
    /// Any other sign.
    Sign,
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
}

/// A piece of the text with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'t str,
    /// The first byte.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// The byte after the last one.
    pub(crate) fn end(&self) -> usize {
        self.start.saturating_add(self.text.len())
    }

    /// Whether it is a comment of either kind.
    pub(crate) fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::Comment | TokenKind::Doc)
    }
}

/// Cuts a text into tokens.
pub(crate) fn tokens(text: &str) -> Tokens<'_> {
    let at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    Tokens { text, at }
}

/// The tokens of a text, in order.
#[derive(Debug, Clone)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// What some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The signs of two characters.
const PAIRS: [&str; 8] = ["==", "!=", "<=", ">=", "..", "??", "&&", "||"];

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start_matches(is_space);
        let start = self.at.saturating_add(rest.len().saturating_sub(trimmed.len()));
        let first = trimmed.chars().next()?;
        let (kind, length) = if trimmed.starts_with("//") {
            let doc = trimmed.starts_with("///") && !trimmed.starts_with("////");
            (if doc { TokenKind::Doc } else { TokenKind::Comment }, trimmed.find(is_line_end).unwrap_or(trimmed.len()))
        } else if first == '"' {
            let (closed, length) = text_length(trimmed);
            (TokenKind::Text { closed }, length)
        } else if first.is_ascii_digit() {
            (TokenKind::Number, number_length(trimmed))
        } else if is_word_start(first) {
            (TokenKind::Word, word_length(trimmed))
        } else if let Some(pair) = PAIRS.iter().find(|pair| trimmed.starts_with(**pair)) {
            (TokenKind::Sign, pair.len())
        } else {
            (TokenKind::Sign, first.len_utf8())
        };
        let text = trimmed.get(..length)?;
        self.at = start.saturating_add(length);
        Some(Token { kind, text, start })
    }
}

/// What may stand between tokens.
pub(crate) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\t' | '\r')
}

/// What ends a comment: whatever an editor shows as the end of a line.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// How many lines end in what stands between two tokens: with LF, with CR LF, or with CR alone.
pub(crate) fn line_breaks(between: &str) -> usize {
    let lone = between.split('\r').skip(1).filter(|after| !after.starts_with('\n')).count();
    between.matches('\n').count().saturating_add(lone)
}

fn is_word_start(character: char) -> bool {
    character.is_ascii_alphabetic() || (!character.is_ascii() && pest::unicode::XID_START(character))
}

fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || (!character.is_ascii() && pest::unicode::XID_CONTINUE(character))
}

fn word_length(text: &str) -> usize {
    text.find(|character| !is_word_part(character)).unwrap_or(text.len())
}

/// Whether a text closes on its line, and its length with the quotes.
fn text_length(text: &str) -> (bool, usize) {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' | '\r' => return (false, at),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (true, at.saturating_add(1)),
            _ => {}
        }
    }
    (false, text.len())
}

fn number_length(text: &str) -> usize {
    const DATE: &str = "0000-00-00";
    const TIME: &str = "00:00";
    if has_shape(text, DATE) {
        let date = DATE.len();
        return match text.get(date..) {
            Some(rest) if rest.starts_with('T') && has_shape(rest.get(1..).unwrap_or(""), TIME) => {
                let time = rest.get(1..).unwrap_or("");
                let clock = clock_length(time);
                let zone = zone_length(time.get(clock..).unwrap_or(""));
                date.saturating_add(1).saturating_add(clock).saturating_add(zone)
            }
            _ => date,
        };
    }
    if has_shape(text, TIME) {
        return clock_length(text);
    }
    let digits = digits_length(text);
    let after = text.get(digits..).unwrap_or("");
    let fraction = after.strip_prefix('.').map_or(0, digits_length);
    let number = if fraction > 0 { digits.saturating_add(1).saturating_add(fraction) } else { digits };
    let percent = usize::from(text.get(number..).is_some_and(|rest| rest.starts_with('%')));
    number.saturating_add(percent)
}

/// `10:00`, `10:00:30`, `10:00:30.5`
fn clock_length(text: &str) -> usize {
    if !has_shape(text, "00:00:00") {
        return 5;
    }
    match text.get(8..).and_then(|rest| rest.strip_prefix('.')).map(digits_length) {
        Some(digits) if digits > 0 => digits.saturating_add(9),
        _ => 8,
    }
}

/// `Z`, `+08:00`
fn zone_length(text: &str) -> usize {
    if text.starts_with('Z') {
        1
    } else if text.strip_prefix(['+', '-']).is_some_and(|rest| has_shape(rest, "00:00")) {
        6
    } else {
        0
    }
}

fn digits_length(text: &str) -> usize {
    let is_digit = |character: char| character.is_ascii_digit() || character == '_';
    match text.bytes().next() {
        Some(first) if first.is_ascii_digit() => text.find(|character| !is_digit(character)).unwrap_or(text.len()),
        _ => 0,
    }
}

/// Whether the text starts with that shape, where `0` stands for any digit.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(
            |(byte, wanted)| {
                if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted }
            },
        )
}
