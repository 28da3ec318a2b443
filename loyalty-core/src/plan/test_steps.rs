//! The tests that a program holds.

use super::Condition;
use crate::check::model::Literal;
use rust_decimal::Decimal;

/// A `test` of the program, ready to run.
#[derive(Debug)]
pub struct TestPlan {
    pub title: Box<str>,
    pub line: u32,
    pub steps: Vec<TestStepPlan>,
}

#[derive(Debug)]
pub enum TestStepPlan {
    GivenMember(Vec<(usize, Literal)>),
    GivenLevel { ladder: u16, level: u16 },
    Given { wallet: u16, amount: Decimal },
    On { event: u16, fields: Vec<(String, Literal)>, line: u32 },
    Advance { to: i64, line: u32 },
    Expect { condition: Condition, line: u32 },
    ExpectRefused { code: Option<String>, by: Option<String>, line: u32 },
}
