//! The file of decisions: one outcome a line, each exactly once, also over crashes.
//!
//! With a store, outcomes are first committed to its outbox, then appended here, then marked as delivered by the next
//! commit. What stands in the file beyond the marked length after a run that died is cut off and written again from the
//! outbox, to the same bytes. After a run that came to its end it is not this store's, and is left alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::store::{Left, Store, Written};

/// How much is gathered before it is written.
const CHUNK_BYTES: usize = 1 << 16;

/// The standard output has the summary, and `-` would be a file of that name.
fn named(path: &Path) -> Result<(), Failure> {
    if path.as_os_str() != "-" {
        return Ok(());
    }
    Err(Failure::trouble("`--out -` names no file, and the standard output has the summary")
        .help("name a file; one that is called `-` is `./-`"))
}

/// Refuses to write over a file that the same command reads, by whichever name; nothing is open for writing yet.
pub(crate) fn apart(option: &str, out: &Path, read: &[(&str, &Path)]) -> Result<(), Failure> {
    match read.iter().find(|(_, file)| one_file(file, out)) {
        Some((whose, _)) => Err(Failure::trouble(format!("`{}` is the file of the {whose}", out.display()))
            .help(format!("name another file for {option}: this one would be written over"))),
        None => Ok(()),
    }
}

/// Whether what is read is the file that is written. A name may lead to it through links, and a hard link is another name for it.
fn one_file(read: &Path, written: &Path) -> bool {
    let standard = read.as_os_str() == "-";
    let by_name = !standard && absolute(read).is_ok_and(|read| absolute(written).is_ok_and(|written| written == read));
    by_name || identity(read).is_some_and(|read| identity(written) == Some(read))
}

/// Device and inode of a file, by which it is known under all its names; `-` is what the standard input is led from.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;
    let about = match path.as_os_str() == "-" {
        true => File::from(io::stdin().as_fd().try_clone_to_owned().ok()?).metadata(),
        false => fs::metadata(path),
    };
    about.ok().filter(fs::Metadata::is_file).map(|about| (about.dev(), about.ino()))
}

/// Elsewhere the standard library tells no such number, and the name has to do.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// An open file of decisions.
pub(crate) struct Decisions {
    path: PathBuf,
    /// The absolute name, by which a store knows the file.
    name: String,
    file: File,
    bytes: u64,
    /// Whether a store counts on what is written here.
    durable: bool,
}

impl Decisions {
    /// A file that is written anew.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        named(path)?;
        let file = File::create(path).map_err(|error| Failure::file("write", path, &error))?;
        Ok(Self { path: path.to_owned(), name: String::new(), file, bytes: 0, durable: false })
    }

    /// A file that is continued where `store` has come to, with all that the store has not yet delivered.
    pub(crate) fn resume(path: &Path, store: &Store) -> Result<Self, Failure> {
        named(path)?;
        let fail = |error: io::Error| Failure::file("write", path, &error);
        let name = absolute(path).map_err(fail)?.to_string_lossy().into_owned();
        let there = match fs::metadata(path) {
            Ok(about) if about.is_file() => Some(about.len()),
            Ok(_) => {
                return Err(Failure::trouble(format!("`{}` is not a file", path.display()))
                    .help("with --store, --out names a file that can be continued after a crash"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(fail(error)),
        };
        let bytes = match (store.output(&name)?, there) {
            (Some(Left { bytes, unfinished }), Some(there)) if there == bytes || (there > bytes && unfinished) => bytes,
            (Some(Left { bytes, .. }), Some(there)) => {
                return Err(Failure::trouble(format!(
                    "`{}` has {there} bytes, and this store has written {bytes} to it",
                    path.display()
                ))
                .help(
                    "bring back the file as it was, or move this one away: then a new one takes the further decisions",
                ));
            }
            (None, Some(there)) if there > 0 => {
                return Err(Failure::trouble(format!(
                    "`{}` holds something that is not from this store",
                    path.display()
                ))
                .help("name another file for --out, or move this one away"));
            }
            // New, empty, or moved away since.
            _ => 0,
        };
        store.begin_output(Written { path: &name, bytes })?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
        file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes))).map_err(fail)?;
        if there.is_none() {
            sync_folder(path).map_err(fail)?;
        }
        let mut decisions = Self { path: path.to_owned(), name, file, bytes, durable: true };
        decisions.take_over(store)?;
        Ok(decisions)
    }

    /// Delivers what a run that died has left in the outbox.
    fn take_over(&mut self, store: &Store) -> Result<(), Failure> {
        let mut chunk = String::new();
        store.each_undelivered(|outcome| {
            chunk.push_str(outcome);
            chunk.push('\n');
            if chunk.len() >= CHUNK_BYTES {
                self.write(&chunk)?;
                chunk.clear();
            }
            Ok(())
        })?;
        self.write(&chunk)?;
        self.sync()?;
        store.mark(self.written())
    }

    /// Appends outcomes. With a store, they are on the disk when this returns.
    pub(crate) fn append(&mut self, outcomes: &[String]) -> Result<(), Failure> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut chunk = outcomes.join("\n");
        chunk.push('\n');
        self.write(&chunk)?;
        self.sync()
    }

    /// How far the file has come.
    pub(crate) fn written(&self) -> Written<'_> {
        Written { path: &self.name, bytes: self.bytes }
    }

    fn write(&mut self, chunk: &str) -> Result<(), Failure> {
        self.file.write_all(chunk.as_bytes()).map_err(|error| Failure::file("write", &self.path, &error))?;
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        Ok(())
    }

    fn sync(&self) -> Result<(), Failure> {
        if !self.durable {
            return Ok(());
        }
        self.file.sync_data().map_err(|error| Failure::file("write", &self.path, &error))
    }
}

/// The absolute name of a file that need not be there.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    if let Ok(path) = fs::canonicalize(path) {
        return Ok(path);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    Ok(fs::canonicalize(folder)?.join(name))
}

/// Makes the name of a new file survive a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let name = absolute(path)?;
        File::open(name.parent().unwrap_or(Path::new("/")))?.sync_all()?;
    }
    Ok(())
}
