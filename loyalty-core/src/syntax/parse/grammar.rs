//! The grammar of the language: `grammar.pest`, as a table that the build script writes.

use super::machine::{Definition, Form, Kind, Node, Table};
use super::pair::Rules;

include!(concat!(env!("OUT_DIR"), "/grammar.rs"));

impl Rules for Rule {
    const TABLE: &'static Table = &TABLE;
    const RULES: &'static [Self] = RULES;
    const END: Self = Self::EOI;

    fn number(self) -> u16 {
        self as u16
    }
}
