//! Columns of texts, of ids and of bytes that other parts have written.

use std::collections::BTreeMap;

use super::coder::Coder;
use super::numbers::{Flag, Number, Small};
use super::words::{ByteModel, Look, Word, Words, behind, decimal, joined, split};
use crate::wire::codec::Malformed;

const SPELLED: u64 = 0;
const SAME: u64 = 1;

/// Texts of which few are different: each is spelled once, and then told by its place.
#[derive(Default)]
pub struct Texts {
    known: Vec<String>,
    /// Only a writer looks texts up.
    places: BTreeMap<String, usize>,
    last: usize,
    place: Number,
    look: Look,
}

/// A text that takes much room is told as so many things.
fn room(text: &str) -> usize {
    1 + text.len() / 64
}

impl Texts {
    pub fn code(&mut self, words: &mut Words, coder: &mut dyn Coder, text: &mut String) -> Result<(), Malformed> {
        let known = if coder.reads() { None } else { self.places.get(text.as_str()).copied() };
        let place = match known {
            None => SPELLED,
            Some(place) if place == self.last => SAME,
            Some(place) => place as u64 + 2,
        };
        match self.place.code(coder, place)? {
            SPELLED => {
                words.text(coder, &mut self.look, text)?;
                self.last = self.known.len();
                if !coder.reads() {
                    self.places.insert(text.clone(), self.last);
                }
                self.known.push(text.clone());
            }
            place => {
                self.last = if place == SAME { self.last } else { place as usize - 2 };
                let known = self.known.get(self.last).ok_or(Malformed)?;
                if coder.reads() {
                    text.clone_from(known);
                }
            }
        }
        coder.things(room(text))
    }
}

const AS_BEFORE: usize = 0;
const STEP: usize = 1;
/// The number is as many digits long as before, with zeros in front.
const PADDED_STEP: usize = 2;
const ANEW: usize = 3;

/// Ids of events, told from the one before word by word: most have the same words and numbers that count up.
#[derive(Default)]
pub struct Ids {
    before: Vec<Word>,
    places: Vec<Place>,
    look: Look,
}

#[derive(Default, Clone)]
struct Place {
    how: Small,
    steps: Number,
    behind_as_before: Flag,
}

/// Behind so many words all are alike.
const PLACES_MAX: usize = 16;

impl Ids {
    pub fn code(&mut self, words: &mut Words, coder: &mut dyn Coder, id: &mut String) -> Result<(), Malformed> {
        let mut given = if coder.reads() { Vec::new() } else { split(id) };
        let mut at = 0;
        loop {
            if coder.reads() {
                given.push(Word::default());
            }
            let last = at + 1 >= given.len();
            let word = given.get_mut(at).ok_or(Malformed)?;
            let place = at.min(PLACES_MAX);
            if place >= self.places.len() {
                self.places.push(Place::default());
            }
            let model = self.places.get_mut(place).ok_or(Malformed)?;
            let before = self.before.get(at);
            let how = if coder.reads() { ANEW } else { how(&word.text, before) };
            match (model.how.code(coder, how)?, before) {
                (AS_BEFORE, Some(before)) => word.text.clone_from(&before.text),
                (step @ (STEP | PADDED_STEP), Some(before)) => {
                    let from = decimal(&before.text).ok_or(Malformed)? as i64;
                    let to = decimal(&word.text).unwrap_or_default() as i64;
                    let to = from.wrapping_add(model.steps.signed(coder, to.wrapping_sub(from))?) as u64;
                    if coder.reads() {
                        word.text = stepped(to, step, before);
                    }
                }
                (ANEW, _) => words.word(coder, &mut self.look, at, &mut word.text)?,
                _ => return Err(Malformed),
            }
            at += 1;
            // Whether the word is the last is told too.
            let end_before = at >= self.before.len();
            let same = before.is_some_and(|before| before.behind == word.behind && end_before == last);
            let more = match before {
                Some(before) if model.behind_as_before.code(coder, same)? => {
                    word.behind = before.behind;
                    !end_before
                }
                _ => behind(coder, &mut self.look, at, last, &mut word.behind)?,
            };
            coder.things(1)?;
            if !more {
                break;
            }
        }
        if coder.reads() {
            *id = joined(&given);
        }
        self.before = given;
        coder.things(room(id))
    }
}

fn stepped(to: u64, how: usize, before: &Word) -> String {
    match how {
        PADDED_STEP => format!("{to:0width$}", width = before.text.len()),
        _ => to.to_string(),
    }
}

fn how(word: &str, before: Option<&Word>) -> usize {
    let Some(before) = before else { return ANEW };
    if before.text == word {
        return AS_BEFORE;
    }
    let (Some(_), Some(to)) = (decimal(&before.text), decimal(word)) else { return ANEW };
    [STEP, PADDED_STEP].into_iter().find(|how| stepped(to, *how, before) == word).unwrap_or(ANEW)
}

/// Bytes in a form that other parts know, told from those before at the same place.
#[derive(Default)]
pub struct Bytes {
    before: Vec<u8>,
    length: Number,
    /// By place, and whether the byte in front was as before.
    same: Vec<[Flag; 2]>,
    bytes: ByteModel,
}

impl Bytes {
    pub fn code(&mut self, coder: &mut dyn Coder, bytes: &mut Vec<u8>) -> Result<(), Malformed> {
        let length = self.length.code(coder, bytes.len() as u64)?;
        let mut was_same = true;
        for at in 0..length as usize {
            coder.things(1)?;
            let given = bytes.get(at).copied().unwrap_or_default();
            let before = self.before.get(at).copied();
            let place = at.min(PLACES_MAX);
            if place >= self.same.len() {
                self.same.push(<[Flag; 2]>::default());
            }
            let flags = self.same.get_mut(place).ok_or(Malformed)?;
            let flag = flags.get_mut(usize::from(was_same)).ok_or(Malformed)?;
            was_same = before.is_some() && flag.code(coder, before == Some(given))?;
            let byte = match before {
                Some(before) if was_same => before,
                _ => self.bytes.code(coder, given)?,
            };
            if coder.reads() {
                bytes.push(byte);
            }
        }
        self.before.clone_from(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::coder::{Decoder, Encoder};
    use super::*;

    proptest! {
        #[test]
        fn texts_and_ids_come_back(
            texts in proptest::collection::vec("[a-b]{0,2}-?(0|1|99|7000){0,6}|[0-9]{0,25}|[A-Za-z_ ]{0,12}|.{0,5}|order-[0-9]{3}", 0..40),
        ) {
            let mut writer = Encoder::default();
            let (mut words, mut column, mut ids) = (Words::default(), Texts::default(), Ids::default());
            for text in &texts {
                column.code(&mut words, &mut writer, &mut text.clone()).unwrap();
                ids.code(&mut words, &mut writer, &mut text.clone()).unwrap();
            }
            let bytes = writer.finish();
            let mut reader = Decoder::new(&bytes);
            let (mut words, mut column, mut ids) = (Words::default(), Texts::default(), Ids::default());
            for text in &texts {
                let (mut one, mut other) = (String::new(), String::new());
                column.code(&mut words, &mut reader, &mut one).unwrap();
                ids.code(&mut words, &mut reader, &mut other).unwrap();
                prop_assert_eq!(text, &one);
                prop_assert_eq!(text, &other);
            }
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}
