//! What people see: colour where it is wanted, a progress bar on a terminal, and one way to print.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;

/// Whether text for people may be coloured: only on a terminal, and not where `NO_COLOR` asks for none.
pub(crate) fn colour(terminal: bool) -> bool {
    terminal
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}

/// Whether the standard output may be coloured.
pub(crate) fn colour_out() -> bool {
    colour(io::stdout().is_terminal())
}

/// Whether the standard error may be coloured.
pub(crate) fn colour_error() -> bool {
    colour(io::stderr().is_terminal())
}

/// Writes `text` to the standard output as it is. A reader that has gone away (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::trouble(format!("cannot write to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes `text` to the standard error, where notes and diagnostics go; nothing can be done if that fails.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a failure to the standard error.
pub(crate) fn complain(failure: &Failure) {
    let (red, plain) = if colour_error() { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let help = failure.help_text().map_or_else(String::new, |help| format!("  = help: {help}\n"));
    note(&format!("{red}error{plain}: {failure}\n{help}"));
}

/// A progress bar on the standard error, which shows only on a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over `bytes`, or a spinner where the size is unknown.
    pub(crate) fn over(bytes: Option<u64>) -> Self {
        let shape = match bytes {
            Some(_) => "{elapsed_precise} {bar:30} {percent:>3}%  {msg}",
            None => "{elapsed_precise} {spinner} {msg}",
        };
        let style = ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr()).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// Reports what is done: `bytes` of the file, in words `done`.
    pub(crate) fn done(&self, bytes: u64, done: String) {
        self.bar.set_position(bytes);
        self.bar.set_message(done);
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
