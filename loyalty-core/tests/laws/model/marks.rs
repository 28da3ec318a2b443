//! Attributes and tags: all that was ever told of them is kept, and of what was told the latest by its instant stands.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::calendar::Micros;
use super::event::{Field, Line};
use super::ledger::Member;
use super::number::{print, whole};
use super::reactions::Happened;

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A tag is given, or taken.
    Tag(&'static str, bool),
    Attribute(&'static str, Option<Field>),
    /// The host is told to send an event of that name.
    Signal(&'static str),
}

/// Attributes, with what they are as long as nobody tells of them.
pub const ATTRIBUTES: [(&str, Option<i64>); 4] =
    [("birthday", None), ("contract", None), ("card", None), ("factor", Some(1))];
pub const TAGS: [&str; 2] = ["vip", "new"];

impl Mark {
    fn is_of_the_same(&self, other: &Mark) -> bool {
        match (self, other) {
            (Mark::Tag(tag, _), Mark::Tag(other, _)) => tag == other,
            (Mark::Attribute(name, _), Mark::Attribute(other, _)) => name == other,
            _ => false,
        }
    }

    /// The fact in the form in which those of the engine are compared with it.
    pub fn told(&self) -> String {
        match self {
            Mark::Signal(name) => format!("signal {name}"),
            Mark::Tag(tag, true) => format!("tagged {tag}"),
            Mark::Tag(tag, false) => format!("untagged {tag}"),
            Mark::Attribute(name, value) => {
                format!("attribute_set {name} {}", value.as_ref().map_or("null".to_owned(), shown))
            }
        }
    }
}

fn shown(value: &Field) -> String {
    match value {
        Field::Number(number) => print(number),
        Field::Text(text) => text.clone(),
        Field::Lines(_) | Field::Flag(_) => panic!("no attribute is a list or a flag"),
    }
}

impl Member<'_> {
    /// Something is told; what was told as of later stands.
    pub fn mark(&mut self, mark: Mark, at: Micros) {
        let later = self.marks.iter().any(|(known, told)| known.is_of_the_same(&mark) && *told > at);
        // A tag that is there anyway is given once more.
        let is_so_anyway = matches!(mark, Mark::Tag(..)) && self.latest(&mark) == Some(&mark);
        if later && !is_so_anyway {
            return;
        }
        self.marks.push((mark.clone(), at));
        self.happened.push(Happened::Marked { mark, at });
    }

    /// What stands: the latest by its instant, and of one instant what was told last.
    fn latest(&self, of: &Mark) -> Option<&Mark> {
        let of_it = self.marks.iter().filter(|(known, _)| known.is_of_the_same(of));
        of_it.max_by_key(|(_, at)| *at).map(|(mark, _)| mark)
    }

    pub fn attributes(&self) -> Line {
        let mut line = Line::new();
        for (name, otherwise) in ATTRIBUTES {
            let told = match self.latest(&Mark::Attribute(name, None)) {
                Some(Mark::Attribute(_, value)) => value.clone(),
                _ => otherwise.map(|number| Field::Number(whole(number))),
            };
            line.extend(told.map(|value| (name.to_owned(), value)));
        }
        line
    }

    pub fn tags(&self) -> BTreeSet<&'static str> {
        TAGS.into_iter().filter(|tag| self.latest(&Mark::Tag(tag, true)) == Some(&Mark::Tag(tag, true))).collect()
    }

    pub fn birthday(&self) -> Option<NaiveDate> {
        super::event::text(&self.attributes(), "birthday").map(|day| day.parse().expect("a day"))
    }

    /// Those that somebody has told of.
    pub fn shown_attributes(&self) -> BTreeMap<String, String> {
        let told = ATTRIBUTES.into_iter().filter_map(|(name, _)| self.latest(&Mark::Attribute(name, None)));
        let shown = told.filter_map(|mark| match mark {
            Mark::Attribute(name, Some(value)) => Some(((*name).to_owned(), shown(value))),
            _ => None,
        });
        shown.collect()
    }
}
