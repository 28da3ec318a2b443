//! The limits of the protocol, each refused with its place and its number.
//!
//! How Meta counts an emoji is written nowhere, and clients disagree. UTF-16 units are the most that anybody counts, so a
//! text within the limit by them is within it by all.

use loyalty_core::Refusal;

use crate::json::{Object, Result, Value, refuse, refuse_with_help};

pub const TEXT: usize = 4_096;
pub const BODY: usize = 1_024;
pub const HEADER: usize = 60;
pub const FOOTER: usize = 60;
pub const TITLE: usize = 20;
pub const BUTTONS: usize = 3;
pub const BUTTON_ID: usize = 256;
pub const LIST_BUTTON: usize = 20;
pub const SECTIONS: usize = 10;
pub const SECTION_TITLE: usize = 24;
pub const ROWS: usize = 10;
pub const ROW_ID: usize = 200;
pub const ROW_TITLE: usize = 24;
pub const ROW_DESCRIPTION: usize = 72;
pub const TEMPLATE_NAME: usize = 512;
pub const TEMPLATE_BUTTONS: usize = 10;
/// The lower of the two figures that Meta's pages give.
pub const COPY_CODE: usize = 15;
pub const CALLBACK: usize = 512;
pub const LINK: usize = 2_000;

/// A text that says something and is short enough.
pub fn text(object: &Object<'_>, key: &str, most: usize) -> Result<Option<String>> {
    let Some(value) = object.get(key) else { return Ok(None) };
    let text = value.text()?;
    if text.trim().is_empty() {
        return Err(refuse(Refusal::MissingField, value.path(), "a text that says something", "a blank one"));
    }
    within(value.path(), &text, most)?;
    Ok(Some(text))
}

/// The same for one that has to be there.
pub fn need(object: &Object<'_>, key: &str, most: usize) -> Result<String> {
    object.need(key, &format!("a text of at most {most} characters"))?;
    text(object, key, most).map(Option::unwrap_or_default)
}

pub fn within(path: &str, text: &str, most: usize) -> Result<()> {
    let units = text.encode_utf16().count();
    if units <= most {
        return Ok(());
    }
    let (expected, found) = (format!("at most {most} characters"), format!("{units} characters"));
    let help = "an emoji counts as two characters or more";
    Err(refuse_with_help(Refusal::TextTooLong, path, &expected, &found, help))
}

/// A list of at least one item and not too many.
pub fn count<T>(path: &str, items: &[T], most: usize) -> Result<()> {
    if items.is_empty() {
        return Err(refuse(Refusal::MissingField, path, "at least one item", "none"));
    }
    if items.len() > most {
        let found = format!("{} items", items.len());
        return Err(refuse(Refusal::TooManyItems, path, &format!("at most {most} items"), &found));
    }
    Ok(())
}

/// Refuses a text that was there before.
pub fn once(path: &str, seen: &mut Vec<String>, text: &str) -> Result<()> {
    if seen.iter().any(|other| other == text) {
        return Err(refuse(Refusal::WrongType, path, "each one once", &format!("`{text}` twice")));
    }
    seen.push(text.to_owned());
    Ok(())
}

/// What fills in a template's text: Meta refuses line breaks, tabs and runs of blanks there.
pub fn parameter(value: &Value<'_>) -> Result<String> {
    let text = if value.is_text() { value.text()? } else { value.number()?.to_string() };
    if text.trim().is_empty() {
        return Err(refuse(Refusal::MissingField, value.path(), "a text that says something", "a blank one"));
    }
    within(value.path(), &text, BODY)?;
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        let expected = "a text without line breaks, tabs and more than four blanks in a row";
        return Err(refuse(Refusal::WrongType, value.path(), expected, &format!("`{text}`")));
    }
    Ok(text)
}

/// A link that people can open.
pub fn link(object: &Object<'_>, key: &str) -> Result<String> {
    let link = need(object, key, LINK)?;
    if !link.starts_with("https://") && !link.starts_with("http://") || link.contains(char::is_whitespace) {
        let expected = "a link that begins with `https://` or `http://`";
        return Err(refuse(Refusal::WrongType, &object.path_of(key), expected, &format!("`{link}`")));
    }
    Ok(link)
}

/// Letters and digits, for codes that the app copies.
pub fn code(object: &Object<'_>, key: &str) -> Result<String> {
    let code = need(object, key, COPY_CODE)?;
    if !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let expected = "letters A to Z and digits only";
        return Err(refuse(Refusal::WrongType, &object.path_of(key), expected, &format!("`{code}`")));
    }
    Ok(code)
}
