//! JSON text as an input: each byte is looked at once, strictly, and what nobody wants is passed over on the way.
//!
//! What counts is the grammar of RFC 8259. Beyond it, a text has at most so many bytes, levels and keys, and no key
//! twice where it matters which one is meant.

mod containers;
mod keys;
mod text;
mod tree;
mod unseen;

use std::borrow::Cow;

use keys::Known;
use smallvec::SmallVec;
pub use text::is_plain;
use text::{Quoted, plain_bytes, plain_words};
pub use tree::Tree;

use crate::engine::error::{EventError, Refusal};
use crate::plan::layout::{EVENT_BYTES_MAX, EVENT_FIELDS_MAX, EVENT_LEVELS_MAX};
use crate::plan::print::Print;
use crate::wire::input::{Fields, Input, Refused, Scalar, Shape};

/// A place in a JSON text.
pub struct Json<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the outermost object begins.
    outermost: usize,
    /// Lists and objects around the place, without the outermost.
    level: u32,
    /// The keys of the object before this one: the items of a list nearly always have the same.
    pattern: SmallVec<[Known; 16]>,
    /// The address of the wanted fields that the pattern was found with; it is only compared.
    pattern_of: usize,
}

/// What is wrong with a text, and at which byte.
#[derive(Debug, Clone, Copy)]
struct Slip {
    at: usize,
    what: Wrong,
}

/// The key of an entry.
enum Key<'a> {
    /// It names the wanted field of that number.
    Wanted(usize),
    Other(Cow<'a, str>),
}

#[derive(Debug, Clone, Copy)]
enum Wrong {
    Byte,
    Depth,
    Keys,
}

impl<'a> Json<'a> {
    /// The place before the one object of a text.
    ///
    /// # Errors
    ///
    /// Too many bytes, no UTF-8, no object.
    pub fn new(bytes: &'a [u8]) -> Result<Self, EventError> {
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(EventError::new(Refusal::EventTooLarge)
                .expecting(format!("at most {EVENT_BYTES_MAX} bytes"))
                .but_found(format!("{} bytes", bytes.len())));
        }
        // Editors and spreadsheets put the mark in front of what they write.
        let bytes = bytes.strip_prefix(unseen::BYTE_ORDER_MARK).unwrap_or(bytes);
        let text = core::str::from_utf8(bytes).map_err(|_| invalid("bytes that are no UTF-8 text"))?;
        let mut json = Self::at_start(text);
        if json.after_space() != Some(b'{') {
            return Err(invalid(&unseen::first(text)));
        }
        json.outermost = json.at;
        Ok(json)
    }

    fn at_start(text: &'a str) -> Self {
        let pattern = SmallVec::new();
        Self { text, bytes: text.as_bytes(), at: 0, outermost: 0, level: 0, pattern, pattern_of: 0 }
    }

    #[cfg_attr(target_family = "wasm", inline(always))]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next byte that is no white space, not yet passed.
    #[cfg_attr(target_family = "wasm", inline(always))]
    #[cfg_attr(not(target_family = "wasm"), inline)]
    fn after_space(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn slip<T>(&self) -> Result<T, Slip> {
        Err(Slip { at: self.at, what: Wrong::Byte })
    }

    /// Passes one byte, which has to be this one.
    fn pass(&mut self, byte: u8) -> Result<(), Slip> {
        if self.after_space() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            self.slip()
        }
    }

    /// Passes a text.
    #[inline]
    fn quoted(&mut self) -> Result<Quoted<'a>, Slip> {
        match self.plain_text() {
            Some(inside) => Ok(Quoted { inside, escaped: false }),
            None => self.any_text(),
        }
    }

    /// Passes a text that has no escapes, as nearly all have none; stays before any other.
    #[cfg_attr(target_family = "wasm", inline(always))]
    #[cfg_attr(not(target_family = "wasm"), inline)]
    fn plain_text(&mut self) -> Option<&'a str> {
        let [b'"', inside @ ..] = self.bytes.get(self.at..)? else { return None };
        let length = plain_bytes(inside);
        if inside.get(length) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Passes any text.
    #[cold]
    fn any_text(&mut self) -> Result<Quoted<'a>, Slip> {
        self.pass(b'"')?;
        let start = self.at;
        loop {
            self.at += plain_bytes(self.bytes.get(self.at..).unwrap_or(&[]));
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return self.slip(),
            }
        }
        let inside = self.text.get(start..self.at).unwrap_or("");
        self.at += 1;
        Ok(Quoted { inside, escaped: true })
    }

    /// Passes what follows a backslash.
    fn escape(&mut self) -> Result<(), Slip> {
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.byte().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return self.slip();
                    }
                    self.at += 1;
                }
            }
            _ => return self.slip(),
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Slip> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        if count == 0 { self.slip() } else { Ok(()) }
    }

    fn number(&mut self) -> Result<&'a str, Slip> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }

    fn word(&mut self, word: &str) -> Result<(), Slip> {
        for byte in word.bytes() {
            if self.byte() != Some(byte) {
                return self.slip();
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Passes one value, whatever it is.
    fn pass_value(&mut self) -> Result<(), Slip> {
        match self.after_space() {
            Some(b'"') => self.quoted().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => self.pass_any(),
        }
    }

    /// The same, without recursion.
    fn pass_any(&mut self) -> Result<(), Slip> {
        // One bit a level: whether it is an object.
        let (mut levels, mut depth) = (0_u128, self.level);
        loop {
            match self.after_space() {
                Some(b'"') => drop(self.quoted()?),
                Some(b'-' | b'0'..=b'9') => drop(self.number()?),
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'n') => self.word("null")?,
                Some(open @ (b'{' | b'[')) => {
                    if depth >= EVENT_LEVELS_MAX {
                        return Err(Slip { at: self.at, what: Wrong::Depth });
                    }
                    self.at += 1;
                    levels = levels << 1 | u128::from(open == b'{');
                    depth += 1;
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.after_space() != Some(close) {
                        if open == b'{' {
                            self.quoted()?;
                            self.pass(b':')?;
                        }
                        continue;
                    }
                }
                _ => return self.slip(),
            }
            loop {
                if depth == self.level {
                    return Ok(());
                }
                let object = levels & 1 == 1;
                match self.after_space() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.after_space();
                            self.quoted()?;
                            self.pass(b':')?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.at += 1,
                    Some(b']') if !object => self.at += 1,
                    _ => return self.slip(),
                }
                levels >>= 1;
                depth -= 1;
            }
        }
    }

    /// A single value that is no plain text.
    #[inline(never)]
    fn other_scalar(&mut self) -> Result<Scalar<'a>, EventError> {
        let read = match self.after_space() {
            Some(b'"') => self.quoted().map(|quoted| quoted.text().map_or(Scalar::HALF, Scalar::Text)),
            Some(b'-' | b'0'..=b'9') => self.number().map(|digits| Scalar::Number(Cow::Borrowed(digits))),
            Some(b't') => self.word("true").map(|()| Scalar::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Scalar::Bool(false)),
            Some(b'n') => self.word("null").map(|()| Scalar::Null),
            Some(b'{') => self.pass_value().map(|()| Scalar::OBJECT),
            Some(b'[') => self.pass_value().map(|()| Scalar::LIST),
            _ => self.slip(),
        };
        read.map_err(|slip| self.told(slip))
    }

    /// A key of up to fifteen bytes as nearly all are: without escapes, and with its colon right behind it. Goes to its value;
    /// stays before any other.
    #[inline]
    fn short_key(&mut self) -> Option<Print> {
        self.after_space();
        let (quote, rest) = self.bytes.get(self.at..)?.split_first()?;
        let (length, first, second) = plain_words(rest.first_chunk()?)?;
        if *quote != b'"' || !rest.get(length..)?.starts_with(b"\":") {
            return None;
        }
        self.at += length + 3;
        self.after_space();
        Some(Print::of_words(length, first, second))
    }

    /// The key of an entry, and which of the wanted fields it names. Goes to its value.
    #[inline]
    fn field(&mut self, wanted: &Fields) -> Result<Key<'a>, Slip> {
        self.after_space();
        let start = self.at + 1;
        if let Some(print) = self.short_key() {
            return Ok(match wanted.find_print(print, || &[]) {
                Some(number) => Key::Wanted(number),
                None => Key::Other(Cow::Borrowed(self.text.get(start..start + print.length()).unwrap_or(""))),
            });
        }
        let key = self.key()?;
        Ok(wanted.find(key.as_bytes()).map_or(Key::Other(key), Key::Wanted))
    }

    /// A key with its colon, and the white space around them.
    #[inline]
    fn key(&mut self) -> Result<Cow<'a, str>, Slip> {
        self.after_space();
        let start = self.at;
        match self.plain_text() {
            Some(key) if self.byte() == Some(b':') => {
                self.at += 1;
                self.after_space();
                Ok(Cow::Borrowed(key))
            }
            _ => {
                self.at = start;
                self.any_key()
            }
        }
    }

    /// One with escapes, or with white space before its colon.
    #[cold]
    fn any_key(&mut self) -> Result<Cow<'a, str>, Slip> {
        let at = self.at;
        let quoted = self.quoted()?;
        self.pass(b':')?;
        self.after_space();
        quoted.text().ok_or(Slip { at, what: Wrong::Byte })
    }

    /// Whether another entry follows, after one that was read.
    fn more(&mut self, close: u8) -> Result<bool, Slip> {
        match self.after_space() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.slip(),
        }
    }

    /// Whether the object or list that opens here has entries.
    fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        let has = self.after_space() != Some(close);
        if !has {
            self.at += 1;
        }
        has
    }

    #[cold]
    fn told(&self, slip: Slip) -> EventError {
        match slip.what {
            Wrong::Byte => invalid(&self.words(slip)),
            Wrong::Depth => EventError::too_deep(),
            Wrong::Keys => EventError::too_many_fields(),
        }
    }

    /// The words for what is wrong.
    fn words(&self, slip: Slip) -> String {
        match slip.what {
            Wrong::Depth => format!("more than {EVENT_LEVELS_MAX} levels"),
            Wrong::Keys => format!("more than {EVENT_FIELDS_MAX} fields"),
            Wrong::Byte if slip.at >= self.bytes.len() => "a text that ends too early".to_owned(),
            Wrong::Byte => {
                let before = self.text.get(..slip.at).unwrap_or("");
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
                let there = self.text.get(slip.at..).and_then(unseen::named);
                let there = there.map(|name| format!(": {name}")).unwrap_or_default();
                format!("a slip in line {line}, column {column}{there}")
            }
        }
    }
}

fn invalid(found: &str) -> EventError {
    EventError::unreadable(found)
}

impl Input for Json<'_> {
    fn shape(&mut self) -> Result<Shape, EventError> {
        Ok(match self.after_space() {
            Some(b'n') => Shape::Null,
            Some(b'{') => Shape::Object,
            Some(b'[') => Shape::List,
            _ => Shape::Scalar,
        })
    }

    #[inline]
    fn scalar(&mut self) -> Result<Scalar<'_>, EventError> {
        match self.plain_text() {
            Some(text) => Ok(Scalar::Text(Cow::Borrowed(text))),
            None => self.other_scalar(),
        }
    }

    #[inline]
    fn text(&mut self) -> Option<&str> {
        self.plain_text()
    }

    #[inline]
    fn digits(&mut self) -> Option<&str> {
        let start = self.at;
        if !self.byte().is_some_and(|byte| byte == b'-' || byte.is_ascii_digit()) {
            return None;
        }
        self.number().map_err(|_| self.at = start).ok()
    }

    fn peek<T>(
        &mut self,
        wanted: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError> {
        let start = self.at;
        let found = self.seek(wanted, number).map_err(|slip| self.told(slip))?;
        let taken = found.then(|| take(self));
        self.at = start;
        Ok(taken)
    }

    fn fields(
        &mut self,
        wanted: &Fields,
        take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        let outermost = self.at == self.outermost;
        self.level += u32::from(!outermost);
        let read = self.object(wanted, outermost, take);
        self.level -= u32::from(!outermost);
        read
    }

    fn items(&mut self, take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError> {
        self.level += 1;
        let read = self.list(take);
        self.level -= 1;
        read
    }
}
