//! Outcomes for JavaScript, in a form of which objects are made faster than `JSON.parse` makes them: it finds out the keys of
//! every object anew, and that is most of its work. `lib/flat.js` of `loyalty-node` reads it.
//!
//! Marks come first, one for each value in the order in which they end, then a NUL, then the texts that they ask for, end to end.
//! `t` is a text, `n` a number by its digits, `y`, `f` and `z` are true, false and nothing. What stands between `[` and `]` is a list.
//! `o` is an object: its keys are one text with commas, and as many values before it are its own; `s` is one with the keys of
//! the `o` before it. An object with one of the [`KNOWN`] lists of keys is the digit of its place among them and no text.
//!
//! Behind a mark with a text stands how long that is, as JavaScript counts: nobody has to look for its end.

use core::ops::Range;

use rust_decimal::Decimal;

use super::sink::{Moment, Object, Sink};
use super::writer::{write_moment, write_number};

/// Behind the marks.
const END: u8 = 0;
/// No length of its own: five characters follow, each with six bits of it.
const LONG: u8 = 127;

/// The keys of what nearly every outcome consists of, for which the reader has a way each, in the same order.
const KNOWN: [&str; 8] = [
    "event,member,at,revision,decisions",
    "member,at,revision,decisions",
    "kind,entry,wallet,amount,pending,expires_at,because",
    "kind,entry,wallet,amount,pending,vests_at,expires_at,because",
    "kind,entry,wallet,amount,lot,expires_at",
    "kind,at,entry,wallet,amount,lot,expires_at",
    "rule,amount",
    "step,amount",
];

/// An object in this form; nothing if it holds what has no place in it, such as an empty name.
pub fn write(entries: impl FnOnce(&mut Object<'_>)) -> Option<String> {
    let text = || String::with_capacity(256);
    let marks = Vec::with_capacity(256);
    let mut flat = Flat { marks, texts: text(), keys: text(), open: Vec::new(), last: 0..0, fits: true };
    Object::tell(&mut flat, entries);
    flat.marks.push(END);
    let mut told = String::from_utf8(flat.marks).ok().filter(|_| flat.fits)?;
    told.push_str(&flat.texts);
    Some(told)
}

struct Flat {
    /// Letters and lengths. Characters would be taken apart into bytes one by one.
    marks: Vec<u8>,
    texts: String,
    /// The keys of the objects that have not ended.
    keys: String,
    /// Where those of each begin.
    open: Vec<usize>,
    /// Where among the texts the keys of the last `o` are.
    last: Range<usize>,
    fits: bool,
}

impl Flat {
    /// A mark with a text that is told already, of so many units of UTF-16.
    fn mark(&mut self, mark: u8, length: usize) {
        self.marks.push(mark);
        // A NUL would end the marks.
        match u8::try_from(length + 1) {
            Ok(short) if short < LONG => self.marks.push(short),
            _ => {
                self.fits &= length < 1 << 30;
                let bits = |at: u32| (length >> at & 63) as u8 + 1;
                self.marks.extend([LONG, bits(24), bits(18), bits(12), bits(6), bits(0)]);
            }
        }
    }

    /// A text that is written by somebody else, in ASCII.
    fn written(&mut self, mark: u8, write: impl FnOnce(&mut String)) {
        let begin = self.texts.len();
        write(&mut self.texts);
        self.mark(mark, self.texts.len() - begin);
    }

    fn begin_key(&mut self) {
        if self.open.last().is_some_and(|begin| self.keys.len() > *begin) {
            self.keys.push(',');
        }
    }
}

impl Sink for Flat {
    fn null(&mut self) {
        self.marks.push(b'z');
    }

    fn bool(&mut self, value: bool) {
        self.marks.push(if value { b'y' } else { b'f' });
    }

    fn number(&mut self, number: i128) {
        self.written(b'n', |text| write_number(text, number));
    }

    fn amount(&mut self, amount: Decimal) {
        self.written(b't', |text| crate::amount::write(text, amount));
    }

    fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.mark(b't', units(text));
    }

    fn instant(&mut self, moment: Moment) {
        self.written(b't', |text| write_moment(text, moment));
    }

    fn begin_list(&mut self) {
        self.marks.push(b'[');
    }

    fn end_list(&mut self) {
        self.marks.push(b']');
    }

    fn begin_object(&mut self) {
        self.open.push(self.keys.len());
    }

    fn end_object(&mut self) {
        let begin = self.open.pop().unwrap_or(0);
        let keys = self.keys.get(begin..).unwrap_or("");
        if let Some((digit, _)) = (b'0'..).zip(KNOWN).find(|(_, known)| *known == keys) {
            self.marks.push(digit);
        } else if !keys.is_empty() && self.texts.get(self.last.clone()) == Some(keys) {
            self.marks.push(b's');
        } else {
            let from = self.texts.len();
            self.texts.push_str(keys);
            self.last = from..self.texts.len();
            self.mark(b'o', units(keys));
        }
        self.keys.truncate(begin);
    }

    fn key(&mut self, key: &'static str) {
        self.begin_key();
        self.keys.push_str(key);
    }

    // What has no name, or one that objects of JavaScript have already, is left to `JSON.parse`.
    fn name(&mut self, name: &str) {
        self.fits &= !(name.is_empty() || name.contains(',') || name == "__proto__");
        self.begin_key();
        self.keys.push_str(name);
    }
}

/// How long a text is, as JavaScript counts.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths are those of UTF-16, and from 126 on take six characters.
    #[test]
    fn a_text_is_told_with_its_length() {
        let told = |text: &str| write(|object| object.put("a", text));
        assert_eq!(told("\0é😀").as_deref(), Some("t\u{5}o\u{2}\0\0é😀a"));
        let short = "x".repeat(125);
        assert_eq!(told(&short), Some(format!("t\u{7e}o\u{2}\0{short}a")));
        let long = "x".repeat(126);
        assert_eq!(told(&long), Some(format!("t\u{7f}\u{1}\u{1}\u{1}\u{2}\u{3f}o\u{2}\0{long}a")));
    }

    /// Keys are told once, and known ones not at all; what has no place in the form is not told in it.
    #[test]
    fn an_object_is_told_by_its_keys() {
        let pair = |object: &mut Object<'_>, second: &'static str| {
            object.put("rule", "r");
            object.put(second, true);
        };
        let told = write(|object| object.put_objects("list", ["amount", "other", "other"], pair));
        assert_eq!(told.as_deref(), Some("[t\u{2}y6t\u{2}yo\u{b}t\u{2}ys]o\u{5}\0rrrule,otherrlist"));
        for name in ["", "__proto__", "a,b"] {
            assert_eq!(write(|object| object.put_named(name, true)), None, "{name}");
        }
    }
}
