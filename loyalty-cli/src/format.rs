//! `loyalty fmt`: the one form of a program.

use std::fs;
use std::io;
use std::path::Path;

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
                failed.iter().for_each(terminal::complain);
                failed = Some(failure);
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
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".formatted");
    let beside = path.with_file_name(name);
    fs::write(&beside, text)?;
    let moved =
        fs::set_permissions(&beside, fs::metadata(&path)?.permissions()).and_then(|()| fs::rename(&beside, &path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved
}
