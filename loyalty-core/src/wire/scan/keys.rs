//! Keys of objects that are like the one before: passed by comparing their bytes, without reading them.

use super::Json;

/// What was read before on the way to a value, from the one before it or the opening brace on: comma, key, colon, and white
/// space. Its first bytes, which of them are its own, where the rest of it stands, and the number of the wanted field.
#[derive(Clone, Copy)]
pub(super) struct Known {
    head: u128,
    mask: u128,
    length: u32,
    rest: (u32, u32),
    number: Option<u16>,
}

/// Bytes that are compared at once.
const HEAD: usize = 16;

/// Keys of one object that are remembered for the next.
const PATTERN_MAX: usize = 64;

impl Json<'_> {
    /// Passes on to the value of the next entry, if its key and all around it are the same, to the byte, as those of the same
    /// place in the object before; the number of its wanted field.
    #[inline]
    pub(super) fn known(&mut self, count: usize) -> Option<Option<usize>> {
        let known = self.pattern.get(count)?;
        let (head, rest) = self.bytes.get(self.at..)?.split_first_chunk::<HEAD>()?;
        if (u128::from_le_bytes(*head) ^ known.head) & known.mask != 0 {
            return None;
        }
        if known.length as usize > HEAD {
            let (start, end) = known.rest;
            let same = self.bytes.get(start as usize..end as usize)?;
            if !rest.starts_with(same) {
                return None;
            }
        }
        self.at += known.length as usize;
        Some(known.number.map(usize::from))
    }

    /// Remembers what was read from `start` to here as what leads to that entry of an object. What stands in the last bytes of
    /// a text is left out: nothing of that length follows.
    pub(super) fn remember(&mut self, count: usize, start: usize, number: Option<usize>) {
        self.pattern.truncate(count);
        let head = self.bytes.get(start..).and_then(|rest| rest.first_chunk::<HEAD>());
        if let Some(head) = head
            && self.pattern.len() == count
            && count < PATTERN_MAX
        {
            let length = self.at - start;
            self.pattern.push(Known {
                head: u128::from_le_bytes(*head),
                mask: u128::MAX >> (8 * HEAD.saturating_sub(length)),
                length: length as u32,
                rest: ((start + HEAD) as u32, self.at as u32),
                number: number.map(|number| number as u16),
            });
        }
    }
}

/// Which wanted fields an object has had.
#[derive(Default)]
pub(super) struct Seen {
    few: u64,
    /// Those from the 64th on, in words of the same size.
    more: Vec<u64>,
}

impl Seen {
    /// Notes a field; whether it was there before.
    #[inline]
    pub(super) fn again(&mut self, number: usize) -> bool {
        let bit = 1 << (number % 64);
        let word = match (number / 64).checked_sub(1) {
            None => &mut self.few,
            Some(place) => {
                if self.more.len() <= place {
                    self.more.resize(place + 1, 0);
                }
                let Some(word) = self.more.get_mut(place) else { return false };
                word
            }
        };
        let again = *word & bit != 0;
        *word |= bit;
        again
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn a_field_is_seen_again_wherever_its_number_lies() {
        let mut seen = Seen::default();
        for number in [0, 63, 64, 65, 200, 128, 1] {
            assert!(!seen.again(number), "{number}");
            assert!(seen.again(number), "{number}");
        }
        assert!(!seen.again(129) && !seen.again(127));
    }
}
