//! Short texts as a few whole numbers, for tables in which names and literals are looked up.

/// The length of a text and its first and last bytes, up to eight of each: for texts of up to sixteen bytes, all of them.
/// Two such are compared without a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    length: usize,
    first: u64,
    last: u64,
}

impl Print {
    /// What the bytes of a text come to; one of up to sixteen bytes is told from all others by it.
    #[inline]
    pub const fn of(name: &[u8]) -> Self {
        let length = name.len();
        let (first, last) = match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (name.first_chunk(), name.last_chunk(), name) {
                (Some(first), Some(last), _) => (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64),
                (_, _, [one, two, three]) => (*one as u64 | (*two as u64) << 8, *three as u64),
                (_, _, [one, two]) => (*one as u64, *two as u64),
                (_, _, [one]) => (*one as u64, 0),
                _ => (0, 0),
            },
        };
        Self { length, first, last }
    }

    /// Where the text is looked for first.
    #[inline]
    pub const fn place(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(23) ^ self.length as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 40) as usize
    }

    /// Whether all of the text is in it.
    #[inline]
    pub const fn is_whole(self) -> bool {
        self.length <= 16
    }
}
