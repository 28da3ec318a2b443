//! What operators and functions make of values at hand.

use core::cmp::Ordering;

use rust_decimal::Decimal;

use super::DIVISION_DIGITS;
use crate::amount::{self, Overflow};
use crate::check::model::{Arithmetic, Comparison};
use crate::engine::value::Value;
use crate::plan::{Node, NodeId, Plan};
use crate::sorting::Arrange as _;
use crate::time::date_of;

/// The number of different values; missing ones are not among them.
pub(super) fn distinct(mut values: Vec<Value<'_>>) -> u32 {
    let order = |left: &Value<'_>, right: &Value<'_>| left.order(*right).unwrap_or(Ordering::Equal);
    values.arrange_by(order);
    values.dedup_by(|left, right| order(left, right) == Ordering::Equal);
    values.len() as u32
}

pub(super) fn calculate<'a>(operator: Arithmetic, left: Decimal, right: Decimal) -> Result<Value<'a>, Overflow> {
    Ok(match operator {
        Arithmetic::Add => Value::Number(amount::add(left, right)?),
        Arithmetic::Subtract => Value::Number(amount::subtract(left, right)?),
        Arithmetic::Multiply => Value::Number(amount::multiply(left, right)?),
        // Nothing can be said of a share of nothing.
        Arithmetic::Divide if right.is_zero() => Value::Missing,
        Arithmetic::Divide => Value::Number(amount::divide(left, right, DIVISION_DIGITS)?),
    })
}

/// A measure and the constant that it is held against, as most conditions on measures are.
#[inline]
pub(super) fn measured(plan: &Plan, left: NodeId, right: NodeId) -> Option<(u16, Decimal)> {
    match (plan.nodes.get(left as usize)?, plan.nodes.get(right as usize)?) {
        (Node::Measure(measure), Node::Number(right)) => Some((*measure, *right)),
        _ => None,
    }
}

/// Whole months from one day to another: 31 January to 28 February is one, as a month later is that day.
pub(super) fn whole_months(from: i32, to: i32) -> i64 {
    use chrono::Datelike as _;
    if to < from {
        return -whole_months(to, from);
    }
    let (start, end) = (date_of(from), date_of(to));
    let months =
        (i64::from(end.year()) - i64::from(start.year())) * 12 + i64::from(end.month0()) - i64::from(start.month0());
    let reached = start.checked_add_months(chrono::Months::new(months.max(0) as u32)).is_some_and(|day| day <= end);
    if reached { months } else { months - 1 }
}

/// Whether a comparison holds for how two values stand to each other.
#[inline]
pub(super) fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    }
}
