//! An explanation as a piece of HTML.
//!
//! One element with its style inside, for notebooks and admin pages. Colours are those around it, so that it reads on
//! light and dark; the few of its own stand out on both. What is written from right to left keeps its direction word by
//! word, and the conditions around it theirs.

use super::page::{Page, Piece, Row, Words};

/// Silent rules are folded away where there are more than this.
const UNFOLDED_MAX: usize = 6;

const STYLE: &str = "<style>\
.loyalty-why{font:14px/1.5 system-ui,sans-serif;color:inherit;max-width:52rem;overflow-wrap:anywhere}\
.loyalty-why h4{font-size:1.05em;font-weight:600;margin:0 0 .6em}\
.loyalty-why .card{border:1px solid rgba(128,128,128,.35);border-radius:8px;padding:.55em .9em;margin:0 0 .6em}\
.loyalty-why .head{display:block}\
.loyalty-why ul{list-style:none;margin:.25em 0 0;padding:0}\
.loyalty-why ul ul{padding-inline-start:1em;margin:0}\
.loyalty-why li{margin:0;padding:.08em 0}\
.loyalty-why li.sum{display:grid;grid-template-columns:6.5em minmax(0,1fr);column-gap:.9em}\
.loyalty-why .amount{text-align:right;font-variant-numeric:tabular-nums;font-weight:600;color:#2b9a5c;white-space:nowrap}\
.loyalty-why .minus{color:#d8503f}\
.loyalty-why ul ul,.loyalty-why .sum ul{font-size:.94em;opacity:.86}\
.loyalty-why ul ul ul ul{opacity:1;font-size:1em}\
.loyalty-why code{font:.92em/1.4 ui-monospace,monospace;background:rgba(128,128,128,.16);color:inherit;\
border-radius:4px;padding:.05em .35em}\
.loyalty-why small{opacity:.62;font-size:.9em}\
.loyalty-why summary{cursor:pointer;font-weight:600}\
</style>";

pub fn draw(page: &Page) -> String {
    let mut html = String::from("<div class=\"loyalty-why\" dir=\"ltr\">");
    html.push_str(STYLE);
    html.push_str("<h4>");
    words(&page.title, &mut html);
    html.push_str("</h4>");
    for row in &page.decided {
        html.push_str("<div class=\"card\"><span class=\"head\">");
        words(&row.words, &mut html);
        html.push_str("</span>");
        rows(&row.rows, &mut html);
        html.push_str("</div>");
    }
    if !page.silent.is_empty() {
        let open = if page.silent.len() <= UNFOLDED_MAX { " open" } else { "" };
        let (count, plural) = (page.silent.len(), if page.silent.len() == 1 { "" } else { "s" });
        html.push_str(&format!("<details class=\"card\"{open}><summary>{count} silent rule{plural}</summary>"));
        rows(&page.silent, &mut html);
        html.push_str("</details>");
    }
    html.push_str("</div>");
    html
}

fn rows(list: &[Row], html: &mut String) {
    if list.is_empty() {
        return;
    }
    html.push_str("<ul>");
    for row in list {
        match &row.amount {
            Some(amount) => {
                let minus = if amount.starts_with('-') { " minus" } else { "" };
                html.push_str(&format!("<li class=\"sum\"><span class=\"amount{minus}\">"));
                escape(amount, html);
                html.push_str("</span><div>");
            }
            None => html.push_str("<li>"),
        }
        words(&row.words, html);
        rows(&row.rows, html);
        html.push_str(if row.amount.is_some() { "</div></li>" } else { "</li>" });
    }
    html.push_str("</ul>");
}

fn words(words: &Words, html: &mut String) {
    for piece in &words.0 {
        let (start, text, end) = match piece {
            Piece::Words(text) => ("", text, ""),
            Piece::Code(text) => ("<code>", text, "</code>"),
            Piece::Strong(text) => ("<strong>", text, "</strong>"),
            Piece::Faint(text) => ("<small>", text, "</small>"),
        };
        html.push_str(start);
        escape(text, html);
        html.push_str(end);
    }
}

/// Escapes what has a meaning in text and in attributes, and isolates what is written from right to left, so that the
/// signs around it stay where they are.
fn escape(text: &str, html: &mut String) {
    let mut characters = text.chars().peekable();
    let mut isolated = false;
    // Blanks belong to a stretch only if it goes on behind them.
    let mut blanks = String::new();
    while let Some(character) = characters.next() {
        if isolated && character == ' ' && characters.peek().is_some_and(|next| right_to_left(*next) || *next == ' ') {
            blanks.push(' ');
            continue;
        }
        let here = right_to_left(character) || (isolated && is_mark(character));
        if isolated && !here {
            html.push_str("</bdi>");
        }
        html.push_str(&core::mem::take(&mut blanks));
        if here && !isolated {
            html.push_str("<bdi>");
        }
        isolated = here;
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            control if control.is_control() => html.push(' '),
            other => html.push(other),
        }
    }
    if isolated {
        html.push_str("</bdi>");
    }
}

/// Letters of the scripts that run from right to left.
fn right_to_left(character: char) -> bool {
    matches!(u32::from(character), 0x590..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
}

/// What may stand within a name.
fn is_mark(character: char) -> bool {
    character == '_' || character == '\u{200C}' || character == '\u{200D}'
}
