//! A JSON text as a tree, for what is read once and as a whole; events are read without one.

use std::borrow::Cow;

use super::{EVENT_FIELDS_MAX, EVENT_LEVELS_MAX, Json, Slip, Wrong};

/// A value of JSON. No object has a key twice.
pub enum Tree<'a> {
    Null,
    Bool(bool),
    /// Its digits, as they were written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// Reads a text; an error says what was found instead.
    pub fn read(text: &'a str) -> Result<Self, String> {
        let mut json = Json::at_start(text);
        let tree = json.tree(0);
        let end = json.after_space();
        tree.and_then(|tree| if end.is_none() { Ok(tree) } else { json.slip() }).map_err(|slip| json.words(slip))
    }

    /// What an object has under a key; nothing for other values.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Tree::Object(entries) = self else { return None };
        entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        if let Tree::Text(text) = self { Some(text) } else { None }
    }

    /// A whole number.
    pub fn number(&self) -> Option<i128> {
        if let Tree::Number(digits) = self { digits.parse().ok() } else { None }
    }
}

impl<'a> Json<'a> {
    fn tree(&mut self, depth: u32) -> Result<Tree<'a>, Slip> {
        let at = self.at;
        Ok(match self.after_space() {
            Some(b'{' | b'[') if depth == EVENT_LEVELS_MAX => return Err(Slip { at, what: Wrong::Depth }),
            Some(b'{') => {
                let mut entries: Vec<(Cow<'a, str>, Tree<'a>)> = Vec::new();
                let mut more = self.open(b'}');
                while more {
                    let key = self.key()?;
                    if entries.iter().any(|(known, _)| *known == key) {
                        return self.slip();
                    }
                    if entries.len() == EVENT_FIELDS_MAX {
                        return Err(Slip { at, what: Wrong::Keys });
                    }
                    entries.push((key, self.tree(depth + 1)?));
                    more = self.more(b'}')?;
                }
                Tree::Object(entries)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                let mut more = self.open(b']');
                while more {
                    items.push(self.tree(depth + 1)?);
                    more = self.more(b']')?;
                }
                Tree::List(items)
            }
            Some(b'"') => Tree::Text(self.quoted()?.text().ok_or(Slip { at, what: Wrong::Byte })?),
            Some(b't') => self.word("true").map(|()| Tree::Bool(true))?,
            Some(b'f') => self.word("false").map(|()| Tree::Bool(false))?,
            Some(b'n') => self.word("null").map(|()| Tree::Null)?,
            _ => Tree::Number(self.number()?),
        })
    }
}
