//! Short texts as whole numbers, for tables in which names and literals are looked up.

/// The length of a text and its first sixteen bytes, with zeros behind a shorter one, whose bytes are all of it.
/// Two such are compared without a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    length: usize,
    first: u64,
    second: u64,
}

/// Bytes that a print holds.
pub const HELD: usize = 16;

impl Print {
    /// What the bytes of a text come to; one of up to sixteen bytes is told from all others by it.
    #[inline]
    pub const fn of(text: &[u8]) -> Self {
        let length = text.len();
        // Where the first bytes and the last ones overlap they are the same.
        let (first, second) = match (text.first_chunk(), text.first_chunk(), text.last_chunk()) {
            (Some(all), ..) => {
                let all = u128::from_le_bytes(*all);
                (all as u64, (all >> 64) as u64)
            }
            (_, Some(first), Some(last)) if length > 8 => {
                (u64::from_le_bytes(*first), u64::from_le_bytes(*last) >> (8 * (16 - length)))
            }
            (_, Some(first), _) => (u64::from_le_bytes(*first), 0),
            _ => (short(text), 0),
        };
        Self { length, first, second }
    }

    /// The print of a text whose bytes are at hand already, with zeros behind them.
    #[inline]
    pub const fn of_words(length: usize, first: u64, second: u64) -> Self {
        Self { length, first, second }
    }

    /// How many bytes the text has.
    #[inline]
    pub const fn length(self) -> usize {
        self.length
    }

    /// Where the text is looked for first.
    #[inline]
    pub const fn place(self) -> usize {
        let mixed = (self.first ^ self.second.rotate_left(23) ^ self.length as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 40) as usize
    }

    /// Whether all of the text is in it.
    #[inline]
    pub const fn is_whole(self) -> bool {
        self.length <= HELD
    }
}

/// The bytes of a text of less than eight.
#[inline]
const fn short(text: &[u8]) -> u64 {
    match (text.first_chunk(), text.last_chunk(), text) {
        (Some(first), Some(last), _) => {
            u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << (8 * (text.len() - 4))
        }
        (_, _, [one, two, three]) => u32::from_le_bytes([*one, *two, *three, 0]) as u64,
        (_, _, [one, two]) => u16::from_le_bytes([*one, *two]) as u64,
        (_, _, [one]) => *one as u64,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Print};

    #[test]
    fn a_print_holds_the_first_bytes() {
        let text: Vec<u8> = (1..=20).collect();
        for length in 0..=20 {
            let mut padded = [0; HELD];
            padded.iter_mut().zip(&text[..length]).for_each(|(to, from)| *to = *from);
            let words = u128::from_le_bytes(padded);
            let expected = Print::of_words(length, words as u64, (words >> 64) as u64);
            assert_eq!(Print::of(&text[..length]), expected, "{length}");
        }
    }
}
