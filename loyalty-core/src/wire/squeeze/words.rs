//! Texts as words: a word of programs by its number in a fixed list, one that was told before by its place, others spelled;
//! numbers as numbers.

use std::collections::BTreeMap;

use super::coder::{Bit, Coder};
use super::numbers::{Number, Small};
use crate::wire::codec::Malformed;

/// Words that names in programs are made of. Saved state holds their places: never changed, sorted.
#[rustfmt::skip]
const COMMON: [&str; 128] = [
    "account", "all", "amount", "app", "at", "average", "back", "badge", "balance", "base", "basket", "best",
    "birthday", "bonus", "branch", "brand", "buy", "by", "campaign", "cap", "card", "cash", "cashback", "category",
    "challenge", "channel", "check", "city", "club", "code", "coffee", "count", "country", "coupon", "currency",
    "customer", "daily", "date", "day", "days", "delivery", "discount", "distinct", "double", "email", "end", "event",
    "ever", "extra", "extras", "first", "food", "for", "free", "friend", "friends", "from", "gift", "gold", "goods",
    "group", "id", "in", "instant", "item", "items", "kind", "last", "level", "limit", "line", "lines", "location",
    "loyal", "max", "measure", "member", "min", "money", "month", "months", "name", "of", "on", "order", "orders",
    "over", "paid", "partner", "payment", "per", "phone", "points", "price", "product", "quantity", "quarter",
    "recent", "redeem", "referral", "refund", "reward", "rule", "season", "shipping", "silver", "sku", "spend",
    "stars", "status", "store", "streak", "subtotal", "sum", "thanks", "tier", "total", "type", "unit", "visit",
    "visits", "wallet", "week", "weekend", "weeks", "welcome", "year", "years",
];
const COMMON_BITS: u32 = 7;

/// What stands behind a word.
const END: usize = 0;
/// Nothing: letters follow digits, or digits letters.
const NOTHING: usize = 6;
const OTHER: usize = 7;
const BETWEEN: [u8; 5] = *b" _-.:";

/// How a word is told.
const EMPTY: usize = 0;
const IN_LIST: usize = 1;
const EARLIER: usize = 2;
/// Letters that begin small, or large.
const SMALL: usize = 3;
const LARGE: usize = 4;
const DECIMAL: usize = 5;
/// With zeros before it.
const PADDED: usize = 6;
const BYTES: usize = 7;

/// Frequent letters first: the first twelve take four bits, the others six. Behind them stands the change between small and
/// large letters.
const LETTERS: [u8; 26] = *b"etaoinsrlucdmhgpbyfvwkxzqj";
const FREQUENT: usize = 12;
const CHANGE: usize = LETTERS.len();

/// Longer words are not remembered, and longer numbers are spelled.
const WORD_MAX: usize = 32;
const DIGITS_MAX: usize = 18;

/// The words that were told, for all columns of texts together.
#[derive(Default)]
pub struct Words {
    earlier: Vec<String>,
    /// Only a writer looks words up.
    places: BTreeMap<String, usize>,
    place: Number,
    length: Number,
    bytes: ByteModel,
}

/// What is learnt of single bytes.
pub struct ByteModel([Bit; 256]);

impl Default for ByteModel {
    fn default() -> Self {
        Self([Bit::default(); 256])
    }
}

impl ByteModel {
    pub fn code(&mut self, coder: &mut dyn Coder, byte: u8) -> Result<u8, Malformed> {
        coder.tree(&mut self.0, 8, usize::from(byte)).map(|byte| byte as u8)
    }
}

/// What is learnt of how the texts of a column look.
#[derive(Default, Clone)]
pub struct Look {
    /// Of the first word and the others.
    kinds: [Small; 2],
    behind: [Small; 2],
    decimals: Number,
    widths: Number,
}

/// A word of a text with what stands behind it.
#[derive(Clone, Default, PartialEq)]
pub struct Word {
    pub text: String,
    /// A byte between words; nothing where the next begins at once.
    pub behind: Option<u8>,
}

/// A text in words. The last of them has nothing behind it; there is always one, if only an empty one.
pub fn split(text: &str) -> Vec<Word> {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => 2,
        _ => 0,
    };
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let length = rest.bytes().take_while(|byte| class(*byte) != 0).count();
        let (run, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let first = run.bytes().next().map_or(0, class);
        let alike = run.bytes().take_while(|byte| class(*byte) == first).count();
        let last = run.bytes().next_back().map_or(0, class);
        // Letters before digits or digits before letters are two words; what is mixed more is one.
        if alike < run.len() && run.bytes().skip(alike).all(|byte| class(byte) == last) {
            let (one, other) = run.split_at_checked(alike).unwrap_or((run, ""));
            words.push(Word { text: one.to_owned(), behind: None });
            words.push(Word { text: other.to_owned(), behind: None });
        } else {
            words.push(Word { text: run.to_owned(), behind: None });
        }
        let mut chars = after.chars();
        let Some(between) = chars.next() else { return words };
        if let Some(word) = words.last_mut() {
            word.behind = Some(between as u8);
        }
        rest = chars.as_str();
    }
}

/// The text again.
pub fn joined(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        text.push_str(&word.text);
        text.extend(word.behind.map(char::from));
    }
    text
}

/// The number that digits stand for, if they are no more than fit.
pub fn decimal(word: &str) -> Option<u64> {
    let fits = (1..=DIGITS_MAX).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    if fits { word.parse().ok() } else { None }
}

impl Words {
    /// A text, word by word.
    pub fn text(&mut self, coder: &mut dyn Coder, look: &mut Look, text: &mut String) -> Result<(), Malformed> {
        let mut words = if coder.reads() { Vec::new() } else { split(text) };
        let mut at = 0;
        loop {
            if coder.reads() {
                words.push(Word::default());
            }
            let last = at + 1 >= words.len();
            let word = words.get_mut(at).ok_or(Malformed)?;
            self.word(coder, look, at, &mut word.text)?;
            at += 1;
            if !behind(coder, look, at, last, &mut word.behind)? {
                break;
            }
        }
        if coder.reads() {
            *text = joined(&words);
        }
        Ok(())
    }

    /// A word at that place of its text.
    pub fn word(
        &mut self,
        coder: &mut dyn Coder,
        look: &mut Look,
        at: usize,
        word: &mut String,
    ) -> Result<(), Malformed> {
        let kind = if coder.reads() { 0 } else { self.kind_of(word) };
        let kinds = look.kinds.get_mut(at.min(1)).ok_or(Malformed)?;
        match kinds.code(coder, kind)? {
            EMPTY => word.clear(),
            IN_LIST => {
                let place = COMMON.binary_search(&word.as_str()).unwrap_or_default();
                let place = coder.plain(COMMON_BITS, place as u64)?;
                (*COMMON.get(place as usize).ok_or(Malformed)?).clone_into(word);
            }
            EARLIER => {
                let place = self.places.get(word.as_str()).copied().unwrap_or_default();
                let back = self.place.code(coder, (self.earlier.len() as u64).wrapping_sub(1 + place as u64))?;
                let place = (self.earlier.len() as u64).checked_sub(back).and_then(|place| place.checked_sub(1));
                self.earlier.get(place.ok_or(Malformed)? as usize).ok_or(Malformed)?.clone_into(word);
            }
            DECIMAL => {
                let number = look.decimals.code(coder, decimal(word).unwrap_or_default())?;
                if coder.reads() {
                    *word = number.to_string();
                }
            }
            PADDED => {
                let width: u8 = look.widths.narrow(coder, word.len() as u64)?;
                let number = look.decimals.code(coder, decimal(word).unwrap_or_default())?;
                if usize::from(width) > DIGITS_MAX {
                    return Err(Malformed);
                }
                if coder.reads() {
                    *word = format!("{number:0width$}", width = usize::from(width));
                }
            }
            BYTES => {
                let mut bytes = if coder.reads() { Vec::new() } else { word.as_bytes().to_vec() };
                for at in 0..self.length.code(coder, bytes.len() as u64)? {
                    coder.things(1)?;
                    let byte = self.bytes.code(coder, bytes.get(at as usize).copied().unwrap_or_default())?;
                    if coder.reads() {
                        bytes.push(byte);
                    }
                }
                *word = String::from_utf8(bytes).map_err(|_| Malformed)?;
                self.remember(coder, word);
            }
            letters => {
                self.letters(coder, letters == LARGE, word)?;
                self.remember(coder, word);
            }
        }
        coder.things(1)
    }

    fn kind_of(&self, word: &str) -> usize {
        let bytes = word.as_bytes();
        match bytes.first() {
            None => EMPTY,
            Some(b'0') if bytes.len() > 1 && decimal(word).is_some() => PADDED,
            Some(_) if decimal(word).is_some() => DECIMAL,
            Some(_) if COMMON.binary_search(&word).is_ok() => IN_LIST,
            Some(_) if self.places.contains_key(word) => EARLIER,
            Some(first) if bytes.iter().all(u8::is_ascii_alphabetic) => {
                if first.is_ascii_lowercase() {
                    SMALL
                } else {
                    LARGE
                }
            }
            Some(_) => BYTES,
        }
    }

    fn letters(&mut self, coder: &mut dyn Coder, mut large: bool, word: &mut String) -> Result<(), Malformed> {
        let given = if coder.reads() { String::new() } else { core::mem::take(word) };
        let mut given = given.bytes();
        for _ in 0..self.length.code(coder, given.len() as u64)? {
            let mut letter = given.next().unwrap_or(b'e');
            if letter.is_ascii_uppercase() != large && !coder.reads() {
                one_letter(coder, CHANGE)?;
                large = !large;
            }
            letter.make_ascii_lowercase();
            let place = LETTERS.iter().position(|known| *known == letter).unwrap_or_default();
            let mut place = one_letter(coder, place)?;
            if place == CHANGE {
                large = !large;
                place = one_letter(coder, CHANGE)?;
            }
            let letter = char::from(*LETTERS.get(place).ok_or(Malformed)?);
            word.push(if large { letter.to_ascii_uppercase() } else { letter });
        }
        Ok(())
    }

    fn remember(&mut self, coder: &dyn Coder, word: &str) {
        if !(2..=WORD_MAX).contains(&word.len()) {
            return;
        }
        if !coder.reads() {
            self.places.insert(word.to_owned(), self.earlier.len());
        }
        self.earlier.push(word.to_owned());
    }
}

fn one_letter(coder: &mut dyn Coder, place: usize) -> Result<usize, Malformed> {
    let frequent = place < FREQUENT;
    let (four, two) =
        if frequent { (place, 0) } else { (FREQUENT + ((place - FREQUENT) >> 2), (place - FREQUENT) & 3) };
    let four = coder.plain(4, four as u64)? as usize;
    if four < FREQUENT {
        return Ok(four);
    }
    Ok(FREQUENT + ((four - FREQUENT) << 2 | coder.plain(2, two as u64)? as usize))
}

/// What stands behind the word before that place; false if it is the last.
pub fn behind(
    coder: &mut dyn Coder,
    look: &mut Look,
    at: usize,
    last: bool,
    behind: &mut Option<u8>,
) -> Result<bool, Malformed> {
    let symbol = match *behind {
        None if last => END,
        None => NOTHING,
        Some(byte) => BETWEEN.iter().position(|known| *known == byte).map_or(OTHER, |at| at + 1),
    };
    let model = look.behind.get_mut(usize::from(at > 1)).ok_or(Malformed)?;
    let symbol = model.code(coder, symbol)?;
    *behind = match symbol {
        END | NOTHING => None,
        OTHER => Some(coder.plain(7, u64::from(behind.unwrap_or_default()))? as u8),
        known => Some(*BETWEEN.get(known - 1).ok_or(Malformed)?),
    };
    Ok(symbol != END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|word| split(word).len() == 1 || word.contains('_')));
    }
}
