//! Reading events: JSON Lines, plain or gzipped, of any length, one bounded line at a time.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::failure::Failure;
use crate::program;

/// The longest line that is read; an event may be no longer, so what is beyond is passed over without being kept.
pub(crate) const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file of events, open for reading from its start to its end.
pub(crate) struct Events {
    name: String,
    place: String,
    size: Option<u64>,
    read: Arc<AtomicU64>,
    input: Box<dyn BufRead>,
    line: Vec<u8>,
    number: u64,
}

/// One line that is not empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The event, or `None` where it is longer than [`LINE_BYTES_MAX`].
    pub(crate) event: Option<&'a [u8]>,
}

impl Events {
    /// Opens `path`; `-` is the standard input. That it is gzipped is seen from its first bytes, not from its name.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let fail = |error: &io::Error| Failure::file("read", path, error);
        let (source, size): (Box<dyn Read>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(|error| fail(&error))?;
            let about = file.metadata().map_err(|error| fail(&error))?;
            (Box::new(file), about.is_file().then_some(about.len()))
        };
        let read = Arc::new(AtomicU64::new(0));
        let mut source = Counted { source, read: Arc::clone(&read) };
        let mut start = Vec::new();
        source.by_ref().take(2).read_to_end(&mut start).map_err(|error| fail(&error))?;
        let zipped = start == GZIP_MAGIC;
        let source = BufReader::with_capacity(1 << 16, Cursor::new(start).chain(source));
        let input: Box<dyn BufRead> = if zipped {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(source)))
        } else {
            Box::new(source)
        };
        let place = fs::canonicalize(path).map_or_else(|_| program::name(path), |path| path.display().to_string());
        Ok(Self { name: program::name(path), place, size, read, input, line: Vec::new(), number: 0 })
    }

    /// The name under which places in the file are given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The same for one file by whichever way it is named.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The size of the file as it lies on the disk, if it is one.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size
    }

    /// How much of the file has been read, as it lies on the disk.
    pub(crate) fn position(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The next line that is not empty.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line<'_>>, Failure> {
        let whole = loop {
            let whole = self.fill_line().map_err(|error| self.broken(&error))?;
            let Some(whole) = whole else { return Ok(None) };
            self.number = self.number.saturating_add(1);
            if !whole || !self.line.trim_ascii().is_empty() {
                break whole;
            }
        };
        let line = self.line.trim_ascii();
        let line = if self.number == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        Ok(Some(Line { number: self.number, event: whole.then_some(line) }))
    }

    /// Reads up to the end of the line, and says whether it was kept whole; `None` at the end of the file.
    fn fill_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let mut begun = false;
        let mut whole = true;
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                return Ok(begun.then_some(whole));
            }
            begun = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            whole = whole && self.line.len().saturating_add(part.len()) <= LINE_BYTES_MAX;
            if whole {
                self.line.extend_from_slice(part);
            } else {
                self.line = Vec::new();
            }
            let used = part.len().saturating_add(usize::from(end.is_some()));
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(whole));
            }
        }
    }

    fn broken(&self, error: &io::Error) -> Failure {
        let line = self.number.saturating_add(1);
        Failure::trouble(format!("cannot read `{}` at line {line}: {error}", self.name))
            .help("the file seems to be damaged or cut off; mend it and run the same command again")
    }
}

/// Counts what is read.
struct Counted {
    source: Box<dyn Read>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
