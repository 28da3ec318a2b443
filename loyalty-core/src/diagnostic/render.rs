//! Drawing diagnostics as text.
//!
//! Columns are counted in code points, of the text as it is drawn: a tab is drawn as spaces, other control
//! characters as one space. A terminal that draws some characters wide or from right to left shifts the marks.

use std::fmt::Write;

use super::{Diagnostic, Label, Severity};
use crate::sorting::Arrange as _;
use crate::source::LineIndex;

/// The most diagnostics that are drawn.
const DRAWN_MAX: usize = 50;
/// The most characters of a line that are drawn.
const LINE_CHARACTERS_MAX: usize = 140;
/// How many characters before the mark stay when a line is cut.
const BEFORE_MARK: usize = 60;
const TAB: &str = "    ";

/// Draws diagnostics about `text`, with colours of a terminal or without.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], text: &str, file_name: &str, colour: bool) -> String {
    let page = Page { text, index: LineIndex::new(text), file_name, paint: Paint { colour } };
    let mut drawn = String::new();
    for (number, diagnostic) in diagnostics.iter().take(DRAWN_MAX).enumerate() {
        if number > 0 {
            drawn.push('\n');
        }
        page.draw(diagnostic, &mut drawn);
    }
    if diagnostics.len() > 1 {
        drawn.push('\n');
        drawn.push_str(&count(diagnostics));
        drawn.push('\n');
    }
    drawn
}

/// `3 errors, 1 warning`
fn count(diagnostics: &[Diagnostic]) -> String {
    let number = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count();
    let counts = [(number(Severity::Error), "error"), (number(Severity::Warning), "warning")];
    let told = counts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| {
        let plural = if *number == 1 { "" } else { "s" };
        format!("{number} {word}{plural}")
    });
    let mut line = told.collect::<Vec<_>>().join(", ");
    if diagnostics.len() > DRAWN_MAX {
        line.push_str(&format!("; the first {DRAWN_MAX} are shown"));
    }
    line
}

/// What a diagnostic is drawn on.
struct Page<'t> {
    text: &'t str,
    index: LineIndex,
    file_name: &'t str,
    paint: Paint,
}

/// A mark under a line.
struct Mark<'d> {
    line: u32,
    /// The first byte, and the one after the last, within the line.
    from: usize,
    to: usize,
    sign: char,
    text: &'d str,
}

impl Page<'_> {
    fn draw(&self, diagnostic: &Diagnostic, drawn: &mut String) {
        let tint = match diagnostic.severity() {
            Severity::Error => Tint::Error,
            Severity::Warning => Tint::Warning,
        };
        let word = if tint == Tint::Error { "error" } else { "warning" };
        let head = self.paint.with(tint, &format!("{word}[{}]", diagnostic.code()));
        let place = self.index.place(self.text, diagnostic.span().start);
        let mut marks: Vec<Mark<'_>> = diagnostic.labels().iter().map(|label| self.mark(label, '-')).collect();
        if let Some(main) = marks.first_mut() {
            main.sign = '^';
        }
        // The main mark comes first among those of its line.
        marks.arrange_by_key(|mark| mark.line);
        let last = marks.iter().map(|mark| mark.line).max().unwrap_or(place.line);
        let gutter = last.to_string().len();
        let margin = " ".repeat(gutter.saturating_add(1));
        let bar = self.paint.with(Tint::Frame, "|");

        // Writing to a `String` cannot fail.
        let _ = writeln!(drawn, "{head}: {}", self.paint.with(Tint::Message, diagnostic.message()));
        let arrow = self.paint.with(Tint::Frame, "-->");
        let _ = writeln!(drawn, "{margin}{arrow} {}:{}:{}", self.file_name, place.line, place.column);
        let mut before: Option<u32> = None;
        for mark in &marks {
            let source = Drawn::new(self.line(mark.line), mark.from, mark.to);
            if before != Some(mark.line) {
                if before.is_some_and(|before| before.saturating_add(1) < mark.line) {
                    let _ = writeln!(drawn, "{margin}{}", self.paint.with(Tint::Frame, "…"));
                }
                let number = self.paint.with(Tint::Frame, &format!("{:>gutter$}", mark.line));
                let _ = writeln!(drawn, "{}", format!(" {number} {bar} {}", source.line).trim_end());
            }
            before = Some(mark.line);
            let signs = mark.sign.to_string().repeat(source.marked);
            let told = format!("{signs} {}", mark.text);
            let told = self.paint.with(if mark.sign == '^' { tint } else { Tint::Frame }, told.trim_end());
            let _ = writeln!(drawn, "{margin} {bar} {}{told}", " ".repeat(source.before));
        }
        let helps = [did_you_mean(diagnostic.nearest()), diagnostic.help_text().map(str::to_owned)];
        for help in helps.into_iter().flatten() {
            let sign = self.paint.with(Tint::Frame, "=");
            let _ = writeln!(drawn, "{margin}{sign} help: {help}");
        }
    }

    fn mark<'d>(&self, label: &'d Label, sign: char) -> Mark<'d> {
        let line = self.index.place(self.text, label.span().start).line;
        let start = self.line_start(line);
        let from = (label.span().start as usize).saturating_sub(start);
        let to = (label.span().end as usize).saturating_sub(start);
        Mark { line, from, to, sign, text: label.text() }
    }

    /// The first byte of a line.
    fn line_start(&self, line: u32) -> usize {
        self.index.line_start(line) as usize
    }

    /// A line without its break.
    fn line(&self, line: u32) -> &str {
        let rest = self.text.get(self.line_start(line)..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        line.strip_suffix('\r').unwrap_or(line)
    }
}

/// A line as it is drawn, and where the mark under it goes.
struct Drawn {
    line: String,
    /// How many characters are drawn before the mark.
    before: usize,
    /// How many characters are marked.
    marked: usize,
}

impl Drawn {
    /// Draws a line; the mark is from byte `from` to before byte `to`, or to the end of the line.
    fn new(line: &str, from: usize, to: usize) -> Self {
        let before = visible(line.get(..from.min(line.len())).unwrap_or(""));
        let marked = visible(line.get(from.min(line.len())..to.min(line.len())).unwrap_or(""));
        let after = visible(line.get(to.min(line.len())..).unwrap_or(""));
        let (mut shown, mut column, mut width) = (String::new(), before.chars().count(), marked.chars().count());
        let total = column.saturating_add(width).saturating_add(after.chars().count());
        let characters = before.chars().chain(marked.chars()).chain(after.chars());
        if total <= LINE_CHARACTERS_MAX {
            shown.extend(characters);
        } else {
            // A line of a whole program would be no help: only what is around the mark is drawn.
            let skipped = column.saturating_sub(BEFORE_MARK);
            if skipped > 0 {
                shown.push('…');
                column = column.saturating_sub(skipped).saturating_add(1);
            }
            shown.extend(characters.skip(skipped).take(LINE_CHARACTERS_MAX));
            if total > skipped.saturating_add(LINE_CHARACTERS_MAX) {
                shown.push('…');
            }
            width = width.min(LINE_CHARACTERS_MAX.saturating_sub(column).saturating_add(1));
        }
        Self { line: shown.trim_end().to_owned(), before: column, marked: width.max(1) }
    }
}

/// A piece of a line with its control characters drawn as spaces.
fn visible(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => drawn.push_str(TAB),
            control if control.is_control() => drawn.push(' '),
            other => drawn.push(other),
        }
    }
    drawn
}

/// ``did you mean `gold`?``
fn did_you_mean(candidates: &[String]) -> Option<String> {
    let quoted: Vec<String> = candidates.iter().map(|candidate| format!("`{candidate}`")).collect();
    let (last, first) = quoted.split_last()?;
    Some(if first.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", first.join(", "))
    })
}

/// The colours of a terminal, or none.
struct Paint {
    colour: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tint {
    Error,
    Warning,
    Message,
    Frame,
}

impl Paint {
    fn with(&self, tint: Tint, text: &str) -> String {
        let code = match tint {
            _ if !self.colour => return text.to_owned(),
            Tint::Error => "1;31",
            Tint::Warning => "1;33",
            Tint::Message => "1",
            Tint::Frame => "1;34",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
