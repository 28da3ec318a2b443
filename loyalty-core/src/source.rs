//! Places in a program text.

/// A stretch of the program text, in UTF-8 bytes: from `start` to just before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The span from `start` to just before `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same stretch of a part that begins at that byte of the text.
    pub(crate) fn moved(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people count: lines and columns from 1, columns in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in code points.
    pub column: u32,
}

/// The line starts of one text, to turn offsets into places.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1));
        Self { starts }
    }

    /// The first byte of a line, counted from 1.
    #[must_use]
    pub fn line_start(&self, line: u32) -> u32 {
        let before = (line as usize).saturating_sub(1);
        self.starts.get(before).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// The line, from 1, that holds the byte `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset).max(1) as u32
    }

    /// The place of the byte `offset` of `text`, which must be the text that the index was made from.
    #[must_use]
    pub fn place(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.line_start(line) as usize;
        let end = (offset as usize).min(text.len());
        let column = text.get(start..end).map_or(0, |before| before.chars().count());
        LineColumn { line, column: column as u32 + 1 }
    }
}

/// What a host counts when it counts along a text: each language has its own idea of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Bytes of UTF-8, as in Rust.
    Bytes,
    /// Code points, as in Python.
    CodePoints,
    /// Code units of UTF-16, as in JavaScript.
    Utf16,
}

/// Turns byte offsets of one text into another unit's.
#[derive(Debug, Clone)]
pub struct Offsets<'t> {
    text: &'t str,
    units: Units,
    /// For each line, its first byte and the units before it, so that an offset costs the length of a line and not that of
    /// the text.
    lines: Vec<(u32, u32)>,
}

impl<'t> Offsets<'t> {
    /// Counts along `text` in `units`.
    #[must_use]
    pub fn new(text: &'t str, units: Units) -> Self {
        let mut lines = vec![(0, 0)];
        if units != Units::Bytes {
            let (mut bytes, mut before) = (0_u32, 0_u32);
            for line in text.split_inclusive('\n') {
                bytes = bytes.saturating_add(line.len() as u32);
                before = before.saturating_add(units.count(line));
                lines.push((bytes, before));
            }
        }
        Self { text, units, lines }
    }

    /// The offset of the byte `offset`; what lies beyond the text is its end.
    #[must_use]
    pub fn of(&self, offset: u32) -> u32 {
        if self.units == Units::Bytes {
            return offset;
        }
        let after = self.lines.partition_point(|(start, _)| *start <= offset);
        let (start, before) = self.lines.get(after.saturating_sub(1)).copied().unwrap_or_default();
        let end = (offset as usize).min(self.text.len());
        let within = self.text.get(start as usize..end).map_or(0, |part| self.units.count(part));
        before.saturating_add(within)
    }
}

impl Units {
    fn count(self, text: &str) -> u32 {
        match self {
            Units::Bytes => text.len() as u32,
            Units::CodePoints => text.chars().count() as u32,
            Units::Utf16 => text.chars().map(|character| character.len_utf16() as u32).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Offsets, Units};

    /// Each character of a text with its offsets: in bytes, in code points, in UTF-16.
    #[test]
    fn offsets_are_counted_in_the_units_of_the_host() {
        let text = "نقاط\n🎁 x\r\nü";
        for (at, (byte, _)) in text.char_indices().enumerate() {
            let before = text.get(..byte).unwrap_or_default();
            let of = |units| Offsets::new(text, units).of(byte as u32) as usize;
            assert_eq!(of(Units::Bytes), byte);
            assert_eq!(of(Units::CodePoints), at);
            assert_eq!(of(Units::Utf16), before.encode_utf16().count());
        }
        let end = |units| Offsets::new(text, units).of(text.len() as u32);
        assert_eq!((end(Units::CodePoints), end(Units::Utf16)), (11, 12));
    }
}
