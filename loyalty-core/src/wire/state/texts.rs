//! Texts that come again and again are spelled once; later they are told by their place among those before.
//!
//! Neither side keeps a table in the bytes: the reader meets the texts in the order in which the writer did.

use std::collections::BTreeMap;

use crate::wire::codec::{Malformed, Reader, Writer};

/// The texts that a writer has met. Zero stands for none of them, one for a text that is spelled.
#[derive(Default)]
pub struct Written {
    places: BTreeMap<Box<str>, u64>,
    /// For the heads of ids: the number after the last one.
    tails: Vec<u64>,
}

/// The texts that a reader has met.
#[derive(Default)]
pub struct Read<'a> {
    texts: Vec<&'a str>,
    tails: Vec<u64>,
}

const SPELLED: u64 = 1;

impl Written {
    pub fn text(&mut self, writer: &mut Writer<'_>, text: &str) {
        self.place(writer, text);
    }

    fn place(&mut self, writer: &mut Writer<'_>, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            writer.number(*place + SPELLED + 1);
            return *place as usize;
        }
        writer.number(SPELLED);
        writer.text(text);
        let place = self.tails.len();
        self.places.insert(text.into(), place as u64);
        self.tails.push(0);
        place
    }

    /// An id: most of them count up from one to the next behind a head that stays the same.
    pub fn id(&mut self, writer: &mut Writer<'_>, id: &str) {
        let (head, tail) = split(id);
        let place = self.place(writer, head);
        let Some(last) = self.tails.get_mut(place) else { return };
        // No head ends in a digit above zero, so that a number of zero stands for none.
        writer.signed((tail as i64).wrapping_sub(*last as i64));
        *last = tail;
    }
}

impl<'a> Read<'a> {
    /// A text by the number that was read for it; nothing for zero.
    pub fn text(&mut self, reader: &mut Reader<'a>, number: u64) -> Result<Option<&'a str>, Malformed> {
        self.place(reader, number).map(|place| place.and_then(|place| self.texts.get(place)).copied())
    }

    fn place(&mut self, reader: &mut Reader<'a>, number: u64) -> Result<Option<usize>, Malformed> {
        if number == 0 {
            return Ok(None);
        }
        if number == SPELLED {
            self.texts.push(reader.text()?);
            self.tails.push(0);
            return Ok(Some(self.texts.len() - 1));
        }
        let place = usize::try_from(number - SPELLED - 1).map_err(|_| Malformed)?;
        if place < self.texts.len() { Ok(Some(place)) } else { Err(Malformed) }
    }

    pub fn id(&mut self, reader: &mut Reader<'a>) -> Result<String, Malformed> {
        let number = reader.number()?;
        let place = self.place(reader, number)?.ok_or(Malformed)?;
        let step = reader.signed()?;
        let (Some(head), Some(last)) = (self.texts.get(place), self.tails.get_mut(place)) else {
            return Err(Malformed);
        };
        *last = (*last as i64).wrapping_add(step) as u64;
        Ok(match *last {
            0 => (*head).to_owned(),
            tail => format!("{head}{tail}"),
        })
    }
}

/// An id without the number that it ends in, and that number; zero if it ends in none.
fn split(id: &str) -> (&str, u64) {
    const DIGITS_MAX: usize = 18;
    let digits = id.bytes().rev().take(DIGITS_MAX).take_while(u8::is_ascii_digit).count();
    let zeros = id.bytes().skip(id.len() - digits).take_while(|digit| *digit == b'0').count();
    let at = id.len() - digits + zeros;
    let (head, tail) = id.split_at_checked(at).unwrap_or((id, ""));
    (head, tail.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_come_back(ids in proptest::collection::vec("[a-b]{0,2}-?(0|1|99|7000){0,6}|[0-9]{0,25}|.{0,5}", 0..40)) {
            let mut bytes = Vec::new();
            let mut written = Written::default();
            ids.iter().for_each(|id| written.id(&mut Writer(&mut bytes), id));
            let (mut reader, mut read) = (Reader(&bytes), Read::default());
            for id in &ids {
                prop_assert_eq!(&read.id(&mut reader).unwrap(), id);
            }
            prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn ids_that_count_up_take_two_bytes() {
        let mut bytes = Vec::new();
        let mut written = Written::default();
        ["order-1000", "order-1010", "order-0900"].iter().for_each(|id| written.id(&mut Writer(&mut bytes), id));
        assert_eq!(bytes, b"\x01\x06order-\xd0\x0f\x02\x14\x01\x07order-0\x88\x0e");
    }
}
