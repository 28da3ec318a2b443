//! An explanation as text for a terminal.

use super::page::{Page, Piece, Row, Words};

/// The signs that switch colours on and off; empty where there are none.
#[derive(Clone, Copy)]
struct Colours {
    strong: &'static str,
    code: &'static str,
    faint: &'static str,
    plus: &'static str,
    minus: &'static str,
    end: &'static str,
}

const PLAIN: Colours = Colours { strong: "", code: "", faint: "", plus: "", minus: "", end: "" };
const COLOURED: Colours = Colours {
    strong: "\x1b[1m",
    code: "\x1b[36m",
    faint: "\x1b[2m",
    plus: "\x1b[32m",
    minus: "\x1b[31m",
    end: "\x1b[0m",
};

/// Columns that the amounts of one list have at the least; the longest of the list sets them.
const AMOUNT_WIDTH: usize = 10;

pub fn draw(page: &Page, colour: bool) -> String {
    let colours = if colour { COLOURED } else { PLAIN };
    let mut text = pieces(&page.title, colours) + "\n";
    for row in &page.decided {
        text.push('\n');
        draw_rows(core::slice::from_ref(row), 2, colours, &mut text);
    }
    if !page.silent.is_empty() {
        text.push_str(&format!("\n{}silent rules{}\n", colours.strong, colours.end));
        draw_rows(&page.silent, 2, colours, &mut text);
    }
    text
}

/// Words in one line, without colours.
pub fn line(words: &Words) -> String {
    pieces(words, PLAIN)
}

fn draw_rows(rows: &[Row], indent: usize, colours: Colours, text: &mut String) {
    let widths = rows.iter().filter_map(|row| row.amount.as_ref()).map(|amount| amount.chars().count());
    let width = widths.max().unwrap_or(0).max(AMOUNT_WIDTH);
    for row in rows {
        text.push_str(&" ".repeat(indent));
        let mut below = indent + 2;
        if let Some(amount) = &row.amount {
            let sign = if amount.starts_with('-') { colours.minus } else { colours.plus };
            let blanks = width.saturating_sub(amount.chars().count());
            text.push_str(&format!("{}{sign}{amount}{}  ", " ".repeat(blanks), colours.end));
            below = indent + width + 4;
        }
        text.push_str(&pieces(&row.words, colours));
        text.push('\n');
        draw_rows(&row.rows, below, colours, text);
    }
}

fn pieces(words: &Words, colours: Colours) -> String {
    let pieces = words.0.iter().map(|piece| {
        let (start, text) = match piece {
            Piece::Words(text) => return clean(text),
            Piece::Code(text) => (colours.code, text),
            Piece::Strong(text) => (colours.strong, text),
            Piece::Faint(text) => (colours.faint, text),
        };
        format!("{start}{}{}", clean(text), colours.end)
    });
    pieces.collect()
}

/// Text of events may hold signs that a terminal obeys; they are shown as blanks.
fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
