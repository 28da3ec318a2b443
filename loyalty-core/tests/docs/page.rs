//! A page of the documentation: its fenced blocks, and the tables between its marks.

use std::fs;
use std::path::PathBuf;

/// A fenced block of a page.
pub struct Block {
    /// The page and the line of the fence, for messages.
    pub place: String,
    /// The words after the fence.
    pub tag: String,
    pub text: String,
}

/// A place in the repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

pub fn read(page: &str) -> String {
    fs::read_to_string(repository(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Every Markdown page with programs in it, `docs/errors.md` left out, whose programs the tests of the checker run.
pub fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(repository(folder)).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        pages.extend(
            names.filter(|name| name.ends_with(".md") && name != "errors.md").map(|name| format!("{folder}/{name}")),
        );
    }
    pages.sort();
    pages
}

/// The fenced blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let text = read(page);
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(block), None) => block.text.extend([line, "\n"]),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (None, Some(tag)) => {
                open =
                    Some(Block { place: format!("{page}:{}", number + 1), tag: tag.to_owned(), text: String::new() });
            }
            (None, None) => {}
            (Some(block), Some(_)) => panic!("{}: the block holds a fence", block.place),
        }
    }
    assert!(open.is_none(), "{page}: a fence stays open");
    blocks
}

/// Compares what stands between `<!-- name -->` and `<!-- end -->` with the text that the code gives; `BLESS=1` writes it.
#[track_caller]
pub fn holds(page: &str, name: &str, expected: &str) {
    let text = read(page);
    let mark = format!("<!-- {name} -->\n");
    let (before, rest) = text.split_once(&mark).unwrap_or_else(|| panic!("{page} has no {mark}"));
    let (found, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("{page}: {mark} has no end"));
    if found.trim() == expected.trim() {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let text = format!("{before}{mark}\n{}\n\n<!-- end -->{after}", expected.trim());
        fs::write(repository(page), text).expect("a writable page");
        return;
    }
    panic!("{page}: between {mark}there should be\n\n{expected}\n(BLESS=1 writes it)");
}
