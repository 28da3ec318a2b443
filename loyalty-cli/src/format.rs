//! `loyalty fmt`: the one form of a program.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::arguments::Fmt;
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::terminal;

/// Formats every file, also after one that is wrong.
pub(crate) fn format(arguments: &Fmt) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Yes;
    let mut failed = None;
    for path in &arguments.files {
        match format_file(path, arguments.check) {
            Ok(well) => verdict = verdict.and(well),
            Err(failure) => {
                Failure::gravest(&mut failed, failure);
            }
        }
    }
    failed.map_or(Ok(verdict), Err)
}

fn format_file(path: &Path, check: bool) -> Result<Verdict, Failure> {
    let text = program::read(path)?;
    let name = program::name(path);
    let formatted = match loyalty_core::format(&text) {
        Ok(formatted) => formatted,
        Err(errors) => {
            terminal::note(&errors.render(&name, terminal::colour_error()));
            return Ok(Verdict::No);
        }
    };
    if check {
        if formatted != text {
            terminal::print(&format!("{name}\n"))?;
        }
        return Ok(Verdict::of(formatted == text));
    }
    if path.as_os_str() == "-" {
        terminal::print(&formatted)?;
    } else if formatted != text {
        replace(path, &formatted).map_err(|error| Failure::file("write", path, &error))?;
    }
    Ok(Verdict::Yes)
}

/// Puts `text` into the file through a second file beside it, so that a crash leaves the old text or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let (beside, mut file) = create_beside(&path)?;
    // Before there is text in it: what only its author may read stays so.
    let moved = fs::metadata(&path)
        .and_then(|about| fs::set_permissions(&beside, about.permissions()))
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_data())
        .and_then(|()| fs::rename(&beside, &path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved
}

/// A new file in the folder of `path`, under a name that nothing had: what is there is somebody's own.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number: u32 = 0;
    loop {
        let beside = path.with_file_name(format!(".loyalty-fmt-{}-{number}", process::id()));
        match File::create_new(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => {
                number = number.saturating_add(1);
            }
            Err(error) => return Err(error),
        }
    }
}
