//! Outcomes for JavaScript, in a form of which objects are made faster than `JSON.parse` makes them: it finds out the keys of
//! every object anew, and that is most of its work. `lib/flat.js` of `loyalty-node` reads it.
//!
//! Marks come first, one for each value in the order in which they end, then a NUL, then the texts that they ask for, each with
//! a NUL behind it. `t` is a text, `n` a number by its digits, `y`, `f` and `z` are true, false and nothing. What stands between
//! `[` and `]` is a list. `o` is an object: its keys are one text with commas, and as many values before it are its own; `s` is one
//! with the keys of the object before it, as the parts of `because` nearly all are.

use core::ops::Range;

use rust_decimal::Decimal;

use super::sink::{Moment, Object, Sink};
use super::writer::{write_moment, write_number};

const NUL: char = '\0';
/// The same behind the marks.
const END: u8 = 0;

/// An object in this form; nothing if it holds what has no place in it, such as a text with a NUL.
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
    /// Letters. Characters would be taken apart into bytes one by one.
    marks: Vec<u8>,
    texts: String,
    /// The keys of the objects that have not ended.
    keys: String,
    /// Where those of each begin.
    open: Vec<usize>,
    /// Where among the texts the keys of the object are that ended last.
    last: Range<usize>,
    fits: bool,
}

impl Flat {
    /// A text that is written by somebody else, who knows that it has no NUL.
    fn written(&mut self, mark: u8, write: impl FnOnce(&mut String)) {
        self.marks.push(mark);
        write(&mut self.texts);
        self.texts.push(NUL);
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
        self.fits &= !text.contains(NUL);
        self.written(b't', |texts| texts.push_str(text));
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
        if !keys.is_empty() && self.texts.get(self.last.clone()) == Some(keys) {
            self.marks.push(b's');
        } else {
            self.last = self.texts.len()..self.texts.len() + keys.len();
            self.marks.push(b'o');
            self.texts.push_str(keys);
            self.texts.push(NUL);
        }
        self.keys.truncate(begin);
    }

    fn key(&mut self, key: &'static str) {
        self.begin_key();
        self.keys.push_str(key);
    }

    // What has no name, or one that objects of JavaScript have already, is left to `JSON.parse`.
    fn name(&mut self, name: &str) {
        self.fits &= !(name.is_empty() || name.contains([',', NUL]) || name == "__proto__");
        self.begin_key();
        self.keys.push_str(name);
    }
}
