//! The names of the counters over all members.

use chrono::NaiveDate;

use crate::check::model::Category;

/// The name of the counter of a declaration: its keyword and its own name.
pub fn counter(keyword: &str, name: &str) -> Box<str> {
    format!("{keyword} {name}").into()
}

/// The name of the counter of all messages of a category, or of those of a period, which is called by its first day.
pub fn of_messages(category: Category, first: Option<NaiveDate>) -> Box<str> {
    match first {
        None => counter("messages", category.name()),
        Some(first) => counter("messages", &format!("{} {first}", category.name())),
    }
}
