//! Outcomes for JavaScript, in a form of which objects are made faster than `JSON.parse` makes them: it finds out the keys of
//! every object anew, and that is most of its work. `lib/flat.js` of `loyalty-node` reads it.
//!
//! Marks come first, one for each value in the order of the document, then a NUL, then the texts that they ask for, with a NUL
//! between them. `t` is a text, `n` a number by its digits, `y`, `f` and `z` are true, false and nothing. `[` is a list; the
//! character behind it says how many items follow. `o` is an object, its keys one text with commas, and its values follow; `s` is
//! one with the keys of the object that began before it, as the parts of `because` nearly all are.

use super::document::{Document, Key, write_number};
use crate::time::{SECOND, write_rfc3339};

const NUL: char = '\0';
/// The characters that count items begin here, and end before halves of characters.
const NO_ITEMS: u32 = 0x20;
const HALVES: u32 = 0xD800;

/// A document in this form; nothing if it holds what has no place in it, such as a text with a NUL.
pub fn write(document: &Document) -> Option<String> {
    let mut flat = Flat { marks: String::with_capacity(256), texts: String::with_capacity(256), last: None };
    flat.value(document)?;
    flat.marks.push_str(&flat.texts);
    Some(flat.marks)
}

struct Flat<'d> {
    marks: String,
    /// Each with a NUL before it.
    texts: String,
    /// The object that began last.
    last: Option<&'d [(Key, Document)]>,
}

impl<'d> Flat<'d> {
    fn value(&mut self, document: &'d Document) -> Option<()> {
        match document {
            Document::Null => self.marks.push('z'),
            Document::Bool(true) => self.marks.push('y'),
            Document::Bool(false) => self.marks.push('f'),
            Document::Number(number) => {
                write_number(self.text('n'), *number);
            }
            Document::Amount(amount) => {
                crate::amount::write(self.text('t'), *amount);
            }
            Document::Instant { at, offset } => {
                write_rfc3339(self.text('t'), at.as_micros(), i64::from(*offset) * SECOND);
            }
            Document::Text(text) => {
                if text.contains(NUL) {
                    return None;
                }
                self.text('t').push_str(text);
            }
            Document::List(items) => {
                let count = u32::try_from(items.len()).ok()?.checked_add(NO_ITEMS).filter(|count| *count < HALVES)?;
                self.marks.push('[');
                self.marks.push(char::from_u32(count)?);
                items.iter().try_for_each(|item| self.value(item))?;
            }
            Document::Object(entries) => {
                self.keys(entries)?;
                entries.iter().try_for_each(|(_, value)| self.value(value))?;
            }
        }
        Some(())
    }

    /// Begins a text behind the others.
    fn text(&mut self, mark: char) -> &mut String {
        self.marks.push(mark);
        self.texts.push(NUL);
        &mut self.texts
    }

    fn keys(&mut self, entries: &'d [(Key, Document)]) -> Option<()> {
        let same = |last: &[(Key, Document)]| last.iter().map(|(key, _)| key).eq(entries.iter().map(|(key, _)| key));
        if self.last.is_some_and(same) {
            self.marks.push('s');
            return Some(());
        }
        self.last = Some(entries);
        let keys = self.text('o');
        for (number, (key, _)) in entries.iter().enumerate() {
            // What has no key, or one that objects of JavaScript have already, is left to `JSON.parse`.
            if key.is_empty() || key.contains([',', NUL]) || key == "__proto__" {
                return None;
            }
            if number > 0 {
                keys.push(',');
            }
            keys.push_str(key);
        }
        Some(())
    }
}
