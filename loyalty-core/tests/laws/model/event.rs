//! Events as plain data: what the generators make, and what is printed as JSON.

use std::collections::BTreeMap;

use chrono::FixedOffset;

use super::calendar::{Micros, utc};
use super::number::{Exact, print};

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: String,
    pub id: String,
    pub at: Micros,
    /// The offset in which `at` is written, in minutes; it means nothing.
    pub offset: i32,
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Number(Exact),
    Text(String),
    Lines(Vec<Line>),
    Flag(bool),
}

pub type Line = BTreeMap<String, Field>;

#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Apply(Event),
    Advance(Micros),
}

impl Event {
    pub fn new(kind: &str, id: &str, at: Micros) -> Event {
        Event { kind: kind.to_owned(), id: id.to_owned(), at, offset: 0, fields: BTreeMap::new() }
    }

    pub fn with(mut self, name: &str, field: Field) -> Event {
        self.fields.insert(name.to_owned(), field);
        self
    }

    pub fn number(&self, name: &str) -> Option<Exact> {
        number(&self.fields, name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.fields, name)
    }

    pub fn lines(&self) -> Option<&[Line]> {
        self.list("lines")
    }

    pub fn list(&self, name: &str) -> Option<&[Line]> {
        match self.fields.get(name) {
            Some(Field::Lines(lines)) => Some(lines),
            _ => None,
        }
    }

    pub fn to_json(&self, member: &str) -> String {
        let offset = FixedOffset::east_opt(self.offset * 60).expect("an offset");
        let at = utc(self.at).with_timezone(&offset).to_rfc3339();
        let head = format!(r#"{{"type":"{}","id":"{}","member":"{member}","at":"{at}""#, self.kind, self.id);
        let fields: String = self.fields.iter().map(|(name, field)| format!(r#","{name}":{}"#, json(field))).collect();
        format!("{head}{fields}}}")
    }
}

pub fn number(fields: &Line, name: &str) -> Option<Exact> {
    match fields.get(name) {
        Some(Field::Number(number)) => Some(number.clone()),
        _ => None,
    }
}

pub fn text<'f>(fields: &'f Line, name: &str) -> Option<&'f str> {
    match fields.get(name) {
        Some(Field::Text(text)) => Some(text),
        _ => None,
    }
}

fn json(field: &Field) -> String {
    match field {
        Field::Number(number) => format!("\"{}\"", print(number)),
        Field::Text(text) => format!("\"{text}\""),
        Field::Flag(flag) => flag.to_string(),
        Field::Lines(lines) => {
            let lines: Vec<String> = lines
                .iter()
                .map(|line| {
                    let fields: Vec<String> =
                        line.iter().map(|(name, field)| format!(r#""{name}":{}"#, json(field))).collect();
                    format!("{{{}}}", fields.join(","))
                })
                .collect();
            format!("[{}]", lines.join(","))
        }
    }
}
