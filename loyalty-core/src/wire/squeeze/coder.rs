//! The coder itself: binary choices in fractions of a bit, by narrowing a range (as the LZMA format does).

use crate::wire::codec::Malformed;

/// The range is widened by a byte whenever it is narrower than this.
const NARROW: u32 = 1 << 24;
/// Probabilities are in 4 096ths.
const PROBABILITY_BITS: u32 = 12;
/// The lowest bits of a [`Bit`] count what it has seen.
const SEEN_BITS: u32 = 4;
const SEEN_MAX: u16 = (1 << SEEN_BITS) - 1;
/// How many bits of no expectation are told at once.
const PLAIN_BITS: u32 = 16;
/// What a writer may leave away at the end, with what a reader looks ahead.
const BEYOND_MAX: u32 = 16;
const ZEROS_LEFT_AWAY: usize = 4;

/// By how much the next choice corrects a probability after so many: 65 536 / (n + 1.6).
const CORRECTION: [i32; 16] = [
    40_960, 25_206, 18_204, 14_246, 11_702, 9_929, 8_623, 7_620, 6_826, 6_182, 5_649, 5_201, 4_818, 4_488, 4_200, 3_947,
];

/// What has been learnt of one choice: how likely a one is.
#[derive(Clone, Copy)]
pub struct Bit(u16);

impl Default for Bit {
    fn default() -> Self {
        Self(1 << (PROBABILITY_BITS - 1 + SEEN_BITS))
    }
}

impl Bit {
    /// How likely a one is, never nothing and never certain.
    #[inline]
    fn one(self) -> u32 {
        u32::from(self.0 >> SEEN_BITS).clamp(24, 4_072)
    }

    #[inline]
    fn learn(&mut self, one: bool) {
        let seen = self.0 & SEEN_MAX;
        let probability = i32::from(self.0 >> SEEN_BITS);
        let aim = if one { (1 << PROBABILITY_BITS) - 1 } else { 0 };
        let correction = CORRECTION.get(usize::from(seen)).copied().unwrap_or_default();
        let probability = probability + (((aim - probability) * correction) >> 16);
        self.0 = (probability as u16) << SEEN_BITS | (seen + 1).min(SEEN_MAX);
    }
}

/// One direction: writing, where what is given comes back, or reading, where what is given does not matter.
pub trait Coder {
    fn reads(&self) -> bool;

    /// A choice between two, by what was learnt of it.
    fn bit(&mut self, learnt: &mut Bit, one: bool) -> Result<bool, Malformed>;

    /// Bits of which nothing can be expected; at most 64.
    fn plain(&mut self, bits: u32, value: u64) -> Result<u64, Malformed>;

    /// To be called for all that takes room in memory, about 64 bytes a thing: a reader stops where few bytes tell of too many.
    fn things(&mut self, count: usize) -> Result<(), Malformed>;

    /// Says that what comes belongs to a part of that name, for who asks how much room each takes.
    #[inline]
    fn part(&mut self, _name: &'static str) {}

    /// One of `2^depth` values, by what was learnt of each of its bits.
    #[inline]
    fn tree(&mut self, nodes: &mut [Bit], depth: u32, value: usize) -> Result<usize, Malformed> {
        let mut node = 1;
        for place in (0..depth).rev() {
            let one = self.bit(nodes.get_mut(node).ok_or(Malformed)?, value >> place & 1 == 1)?;
            node = node << 1 | usize::from(one);
        }
        Ok(node - (1 << depth))
    }
}

/// Writes.
pub struct Encoder {
    low: u64,
    range: u32,
    /// The last byte that a carry may still change; nothing before the first.
    open: Option<u8>,
    /// Bytes of all ones behind it, which a carry would run through.
    ones: usize,
    bytes: Vec<u8>,
    things: u64,
    meter: Option<Meter>,
}

/// How many bits each part has taken.
#[derive(Default)]
struct Meter {
    /// The last is that which is being written.
    parts: Vec<(&'static str, u64)>,
    now: usize,
    told: u64,
}

/// How many things any bytes may tell of, and how many more with each of them.
const THINGS_ALWAYS: u64 = 1 << 16;
const THINGS_A_BYTE: u64 = 16;

impl Default for Encoder {
    fn default() -> Self {
        Self { low: 0, range: u32::MAX, open: None, ones: 0, bytes: Vec::new(), things: 0, meter: None }
    }
}

impl Encoder {
    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        let next = (self.low >> 24) as u8;
        if carry == 0 && next == u8::MAX && self.open.is_some() {
            self.ones += 1;
        } else {
            if let Some(open) = self.open {
                self.bytes.push(open.wrapping_add(carry));
                let between = u8::MAX.wrapping_add(carry);
                self.bytes.extend(core::iter::repeat_n(between, core::mem::take(&mut self.ones)));
            }
            self.open = Some(next);
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    #[inline]
    fn widen(&mut self) {
        while self.range < NARROW {
            self.range <<= 8;
            self.shift();
        }
    }

    /// A writer that notes how much room each part takes.
    pub fn measuring() -> Self {
        Self { meter: Some(Meter::default()), ..Self::default() }
    }

    /// The parts, with the bits that each has taken.
    pub fn measured(mut self) -> Vec<(&'static str, u64)> {
        self.part("");
        self.meter.map(|meter| meter.parts).unwrap_or_default()
    }

    /// The bytes: as many as a reader believes for what they tell, with zeros behind where fewer would do.
    pub fn finish(mut self) -> Vec<u8> {
        // Of all numbers within the range, the one with the most zeros at its end.
        let (low, end) = (self.low, self.low + u64::from(self.range));
        let round = |bits: u32| (low + ((1 << bits) - 1)) >> bits << bits;
        self.low = (0..=32).rev().map(round).find(|number| *number < end).unwrap_or(low);
        for _ in 0..5 {
            self.shift();
        }
        for _ in 0..ZEROS_LEFT_AWAY {
            if self.bytes.last() == Some(&0) {
                self.bytes.pop();
            }
        }
        let believed = self.things.saturating_sub(THINGS_ALWAYS).div_ceil(THINGS_A_BYTE) as usize;
        self.bytes.resize(believed.max(self.bytes.len()), 0);
        self.bytes
    }
}

impl Coder for Encoder {
    fn reads(&self) -> bool {
        false
    }

    #[inline]
    fn bit(&mut self, learnt: &mut Bit, one: bool) -> Result<bool, Malformed> {
        let bound = (self.range >> PROBABILITY_BITS) * learnt.one();
        if one {
            self.range = bound;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
        }
        learnt.learn(one);
        self.widen();
        Ok(one)
    }

    #[inline]
    fn plain(&mut self, bits: u32, value: u64) -> Result<u64, Malformed> {
        let mut left = bits;
        while left > 0 {
            let now = left.min(PLAIN_BITS);
            left -= now;
            self.range >>= now;
            self.low += u64::from(self.range) * (value >> left & ((1 << now) - 1));
            self.widen();
        }
        Ok(value)
    }

    #[inline]
    fn things(&mut self, count: usize) -> Result<(), Malformed> {
        self.things += count as u64;
        Ok(())
    }

    #[inline]
    fn part(&mut self, name: &'static str) {
        let Some(meter) = &mut self.meter else { return };
        let bytes = self.bytes.len() + self.ones + usize::from(self.open.is_some());
        let told = 8 * bytes as u64 + u64::from(self.range.leading_zeros());
        if let Some((_, bits)) = meter.parts.get_mut(meter.now) {
            *bits += told - meter.told;
        }
        meter.told = told;
        meter.now = meter.parts.iter().position(|(known, _)| *known == name).unwrap_or(meter.parts.len());
        if meter.now == meter.parts.len() && !name.is_empty() {
            meter.parts.push((name, 0));
        }
    }
}

/// Reads.
pub struct Decoder<'a> {
    rest: &'a [u8],
    range: u32,
    code: u32,
    beyond: u32,
    things: u64,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let things = THINGS_ALWAYS + THINGS_A_BYTE * bytes.len() as u64;
        let mut new = Self { rest: bytes, range: u32::MAX, code: 0, beyond: 0, things };
        (0..4).for_each(|_| new.shift());
        new
    }

    fn shift(&mut self) {
        let next = match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => {
                self.beyond += 1;
                0
            }
        };
        self.code = self.code << 8 | u32::from(next);
    }

    #[inline]
    fn widen(&mut self) -> Result<(), Malformed> {
        while self.range < NARROW {
            if self.beyond > BEYOND_MAX {
                return Err(Malformed);
            }
            self.range <<= 8;
            self.shift();
        }
        Ok(())
    }

    /// Whether nothing that tells anything is left.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(Malformed) }
    }
}

impl Coder for Decoder<'_> {
    fn reads(&self) -> bool {
        true
    }

    #[inline]
    fn bit(&mut self, learnt: &mut Bit, _: bool) -> Result<bool, Malformed> {
        let bound = (self.range >> PROBABILITY_BITS) * learnt.one();
        let one = self.code < bound;
        if one {
            self.range = bound;
        } else {
            self.code -= bound;
            self.range -= bound;
        }
        learnt.learn(one);
        self.widen()?;
        Ok(one)
    }

    #[inline]
    fn plain(&mut self, bits: u32, _: u64) -> Result<u64, Malformed> {
        let (mut left, mut value) = (bits, 0);
        while left > 0 {
            let now = left.min(PLAIN_BITS);
            left -= now;
            self.range >>= now;
            let part = self.code / self.range;
            if part >> now != 0 {
                return Err(Malformed);
            }
            self.code -= part * self.range;
            value = value << now | u64::from(part);
            self.widen()?;
        }
        Ok(value)
    }

    #[inline]
    fn things(&mut self, count: usize) -> Result<(), Malformed> {
        self.things = self.things.checked_sub(count as u64).ok_or(Malformed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn choices_come_back(choices in proptest::collection::vec((0_usize..4, any::<bool>(), 0_u32..=64, any::<u64>()), 0..400)) {
            let mut writer = Encoder::default();
            let mut learnt = [Bit::default(); 4];
            let cut = |bits: u32, value: u64| if bits == 0 { 0 } else { value >> (64 - bits) };
            for (place, one, bits, value) in &choices {
                // The first is nearly always one, so that it becomes as good as certain.
                writer.bit(&mut learnt[*place], *one || *place == 0).unwrap();
                writer.plain(*bits, cut(*bits, *value)).unwrap();
            }
            let bytes = writer.finish();
            let mut reader = Decoder::new(&bytes);
            let mut learnt = [Bit::default(); 4];
            for (place, one, bits, value) in &choices {
                prop_assert_eq!(reader.bit(&mut learnt[*place], false), Ok(*one || *place == 0));
                prop_assert_eq!(reader.plain(*bits, 0), Ok(cut(*bits, *value)));
            }
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn what_never_changes_takes_next_to_nothing() {
        let mut writer = Encoder::default();
        let mut learnt = Bit::default();
        for _ in 0..1_000 {
            writer.bit(&mut learnt, true).unwrap();
        }
        assert!(writer.finish().len() < 4);
    }

    #[test]
    fn as_many_bytes_are_written_as_a_reader_believes() {
        for things in [1 << 16, (1 << 16) + 1, 1 << 17] {
            let mut writer = Encoder::default();
            writer.things(things).unwrap();
            let bytes = writer.finish();
            assert_eq!(bytes.len(), (things - (1 << 16)).div_ceil(16));
            let mut reader = Decoder::new(&bytes);
            reader.things(things).unwrap();
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn few_bytes_do_not_tell_of_endlessly_much() {
        let mut reader = Decoder::new(&[]);
        let mut learnt = Bit::default();
        let told = (0..1_000_000).take_while(|_| reader.bit(&mut learnt, false).is_ok()).count();
        assert!(told < 100_000, "{told}");
        let mut reader = Decoder::new(&[]);
        assert_eq!((0..1_000_000).take_while(|_| reader.things(1).is_ok()).count(), 1 << 16);
    }
}
