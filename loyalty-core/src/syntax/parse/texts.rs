//! The grammar of the texts of messages: `message.pest`, as a table that the build script writes.

use super::machine::{Definition, Form, Kind, Node, Table};
use super::pair::Rules;

include!(concat!(env!("OUT_DIR"), "/message.rs"));

impl Rules for Rule {
    const TABLE: &'static Table = &TABLE;
    const RULES: &'static [Self] = RULES;
    const END: Self = Self::EOI;

    fn number(self) -> u16 {
        self as u16
    }
}
