//! Reading a program from its file.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use loyalty_core::Program;

use crate::arguments::Rules;
use crate::failure::Failure;
use crate::terminal;

/// The name under which `path` is spoken of.
pub(crate) fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The text of a program file; `-` is the standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| Failure::file("read", path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count();
        Failure::no(format!("`{}` is not UTF-8 text: see line {}", name(path), line.saturating_add(1)))
            .help("save the program as UTF-8")
    })
}

/// The compiled program of a command that uses one, with the host's secret if there is one.
pub(crate) fn load(rules: &Rules) -> Result<Program, Failure> {
    let program = compiled(&rules.file)?;
    match &rules.secret_file {
        Some(path) => with_secret(program, path),
        None => Ok(program),
    }
}

/// The compiled program of a file; its diagnostics go to the standard error.
pub(crate) fn compiled(path: &Path) -> Result<Program, Failure> {
    let text = read(path)?;
    let name = name(path);
    match Program::compile(&text) {
        Ok(program) => {
            terminal::note(&program.warnings().render(&name, terminal::colour_error()));
            Ok(program)
        }
        Err(diagnostics) => {
            terminal::note(&diagnostics.render(&name, terminal::colour_error()));
            Err(Failure::no(format!("`{name}` has errors"))
                .help("mend them, then run the command again")
                .diagnostics(&name, &diagnostics))
        }
    }
}

/// The program with a secret, which is all bytes of the file.
fn with_secret(program: Program, path: &Path) -> Result<Program, Failure> {
    let secret = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    program.with_secret(&secret).map_err(|error| Failure::no(format!("`{}`: {error}", name(path))))
}
