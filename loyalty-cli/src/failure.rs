//! How a command ends: with a verdict, or with a failure that says what is wrong and how to mend it.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use loyalty_core::Diagnostics;
use serde_json::{Map, Value, json};

use crate::terminal;

/// What a command that could do its work found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is well: exit code 0.
    Yes,
    /// The work is done and the answer is no: exit code 1.
    No,
}

impl Verdict {
    /// `Yes` where `well` holds.
    pub(crate) fn of(well: bool) -> Self {
        if well { Self::Yes } else { Self::No }
    }

    /// `No` if either is.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::of(self == Self::Yes && other == Self::Yes)
    }

    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Yes => 0,
            Self::No => 1,
        })
    }
}

/// A command could not do its work, or found that there is nothing to do it on.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    help: Option<String>,
    /// What is wrong with a program, as `check --json` tells it, and what else machines are told.
    diagnostics: Option<Box<Value>>,
}

impl Failure {
    /// The command could not do its work: exit code 2.
    pub(crate) fn trouble(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), help: None, diagnostics: None }
    }

    /// The command was told to use something that is wrong in itself, such as a program with errors: exit code 1.
    pub(crate) fn no(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into(), help: None, diagnostics: None }
    }

    /// A file could not be `verb`ed.
    pub(crate) fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::trouble(format!("cannot {verb} `{}`: {}", path.display(), plain(error)));
        match error.kind() {
            io::ErrorKind::NotFound if verb == "read" => {
                failure.help("check the name; `-` stands for the standard input")
            }
            io::ErrorKind::NotFound => failure.help("check the name: its folder has to be there"),
            io::ErrorKind::PermissionDenied => failure.help("check who may use the file"),
            io::ErrorKind::StorageFull => failure.help("make room on the disk and run the same command again"),
            _ => failure,
        }
    }

    /// Says how to mend it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what is wrong with the program.
    pub(crate) fn diagnostics(mut self, file: &str, diagnostics: &Diagnostics) -> Self {
        let told: Value = serde_json::from_str(&diagnostics.to_json()).unwrap_or_default();
        self.diagnostics = Some(Box::new(json!({ "file": file, "diagnostics": told })));
        self
    }

    /// Goes on with the gravest of several failures, and says the other at once.
    pub(crate) fn gravest(so_far: &mut Option<Self>, failure: Self) {
        let said = match so_far.take() {
            Some(before) if before.code > failure.code => {
                *so_far = Some(before);
                Some(failure)
            }
            before => {
                *so_far = Some(failure);
                before
            }
        };
        said.iter().for_each(terminal::complain);
    }

    /// Says what else machines are told beside it.
    pub(crate) fn beside(mut self, told: Map<String, Value>) -> Self {
        let mut all = match self.diagnostics.take().map(|told| *told) {
            Some(Value::Object(all)) => all,
            _ => Map::new(),
        };
        all.extend(told);
        self.diagnostics = Some(Box::new(Value::Object(all)));
        self
    }

    /// What machines read in place of an answer.
    pub(crate) fn json(&self) -> Value {
        let mut told = json!({ "ok": false, "error": self.message, "help": self.help });
        if let (Some(told), Some(Value::Object(program))) = (told.as_object_mut(), self.diagnostics.as_deref()) {
            told.extend(program.clone());
        }
        told
    }

    pub(crate) fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// The words of an I/O error without the operating system's number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
