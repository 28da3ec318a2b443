//! Characters that nobody sees, by their names: a message that shows them shows nothing.

/// What editors and spreadsheets put in front of a text in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a text is that begins with no object.
pub fn first(text: &str) -> String {
    let text = text.trim_matches([' ', '\n', '\t', '\r']);
    named(text).unwrap_or_else(|| if text.is_empty() { "an empty text".to_owned() } else { text.to_owned() })
}

/// The name of the character that a text begins with, if it is one that nobody sees and that JSON allows nowhere.
pub fn named(text: &str) -> Option<String> {
    let first = text.chars().next().filter(|first| is_unseen(*first))?;
    let name = if first == '\u{feff}' { "a byte order mark" } else { "an invisible character" };
    Some(format!("{name} (U+{:04X})", u32::from(first)))
}

fn is_unseen(letter: char) -> bool {
    let blank = letter.is_whitespace() || letter.is_control();
    let mark = matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    (blank && !letter.is_ascii()) || mark
}
