//! Texts of JSON: where they end, and what they say.

use std::borrow::Cow;

/// A text between its quotes, not yet freed of its escapes.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub(super) inside: &'a str,
    pub(super) escaped: bool,
}

impl<'a> Quoted<'a> {
    /// The text without its escapes; nothing, if it holds half a character.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        if self.escaped { unescape(self.inside).map(Cow::Owned) } else { Some(Cow::Borrowed(self.inside)) }
    }
}

/// A text without its escapes, whose form has been checked.
#[cold]
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = after.chars();
        out.push(match characters.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = hex(&mut characters)?;
                let code = if (0xD800..0xDC00).contains(&unit) {
                    let low = characters.as_str().strip_prefix("\\u")?;
                    characters = low.chars();
                    let low = hex(&mut characters)?;
                    if !(0xDC00..0xE000).contains(&low) {
                        return None;
                    }
                    0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                } else {
                    unit
                };
                char::from_u32(code)?
            }
            itself => itself,
        });
        rest = characters.as_str();
    }
    out.push_str(rest);
    Some(out)
}

fn hex(characters: &mut core::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |sum, _| Some(sum * 16 + characters.next()?.to_digit(16)?))
}

/// How many bytes of a text come before its next quote, backslash or control character. Most texts are short.
#[cfg_attr(target_family = "wasm", inline(always))]
#[cfg_attr(not(target_family = "wasm"), inline)]
pub(super) fn plain_bytes(text: &[u8]) -> usize {
    match text.first_chunk().map(|word| marks(u64::from_le_bytes(*word))) {
        Some(marks) if marks != 0 => (marks.trailing_zeros() / 8) as usize,
        _ => many_plain_bytes(text),
    }
}

/// The same of sixteen bytes, together with the bytes that come before, with zeros behind them; nothing where none of the
/// sixteen ends the text.
#[inline]
pub(super) fn plain_words(bytes: &[u8; 16]) -> Option<(usize, u64, u64)> {
    let bytes = u128::from_le_bytes(*bytes);
    let (first, second) = (bytes as u64, (bytes >> 64) as u64);
    /// The bits of the bytes before the first mark.
    const fn before(marks: u64) -> u64 {
        ((marks & marks.wrapping_neg()) >> 7) - 1
    }
    let place = |marks: u64| (marks.trailing_zeros() / 8) as usize;
    match (marks(first), marks(second)) {
        (0, 0) => None,
        (0, marks) => Some((8 + place(marks), first, second & before(marks))),
        (marks, _) => Some((place(marks), first & before(marks), 0)),
    }
}

/// The same, eight bytes at a time. Apart from the above, which stays so small that it is taken in where it is called.
#[inline(never)]
fn many_plain_bytes(text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks();
    for (number, word) in words.iter().enumerate() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return number * 8 + (marks.trailing_zeros() / 8) as usize;
        }
    }
    let plain = tail.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\');
    text.len() - tail.len() + plain.count()
}

/// Whether a text has no quote, backslash or control character.
pub fn is_plain(text: &[u8]) -> bool {
    // The last bytes are looked at together with some of those before them, and of a short text some twice.
    let (words, last) = match (text.last_chunk(), text.first_chunk(), text.last_chunk()) {
        (Some(last), ..) => (text.as_chunks().0, u64::from_le_bytes(*last)),
        (_, Some(first), Some(last)) => {
            (&[][..], u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32)
        }
        _ => return many_plain_bytes(text) == text.len(),
    };
    marks(last) == 0 && words.iter().all(|word| marks(u64::from_le_bytes(*word)) == 0)
}

/// The high bit of each byte that is a quote, a backslash or a control character; exact up to the first of them, which is the
/// one that counts.
#[cfg_attr(target_family = "wasm", inline(always))]
#[cfg_attr(not(target_family = "wasm"), inline)]
fn marks(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    // With their second bit turned, a quote comes next to the control characters, and all else stays above.
    let quote_or_control = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    (backslash | quote_or_control) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_plain, many_plain_bytes, plain_bytes, plain_words};

    proptest! {
        #[test]
        fn a_text_ends_where_its_bytes_say(bytes in proptest::collection::vec(prop_oneof![8 => any::<u8>(), 1 => proptest::sample::select(&b"\"\\\x1f\x20\x21\x23\x5d\x7f\x80\xff"[..])], 0..40)) {
            let ends = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
            let end = bytes.iter().position(ends).unwrap_or(bytes.len());
            prop_assert_eq!((plain_bytes(&bytes), many_plain_bytes(&bytes)), (end, end));
            prop_assert_eq!(is_plain(&bytes), end == bytes.len());
            if let Some(chunk) = bytes.first_chunk() {
                let mut plain = [0; 16];
                plain.iter_mut().zip(&bytes[..end]).for_each(|(to, from)| *to = *from);
                let words = u128::from_le_bytes(plain);
                let expected = (end < 16).then_some((end, words as u64, (words >> 64) as u64));
                prop_assert_eq!(plain_words(chunk), expected);
            }
        }
    }
}
