//! What the items of an event's list come to: their sum, how many there are, the greatest, the last.

use core::cmp::Ordering;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::worked::distinct;
use super::{DIVISION_DIGITS, NO_ROW, Scope};
use crate::amount::{self, Overflow};
use crate::check::model::AggregateFunction;
use crate::engine::event::Slot;
use crate::engine::value::Value;
use crate::plan::node::NodeId;

impl<'a> Scope<'a> {
    /// What a fold within another one comes to, if the other one has worked it out.
    pub(super) fn folded(&self, id: NodeId) -> Option<Value<'a>> {
        self.folded.iter().find(|(known, _)| *known == id).map(|(_, value)| *value)
    }

    /// What the items of a list come to.
    pub(super) fn fold(
        &self,
        id: NodeId,
        function: AggregateFunction,
        list: u16,
        (value, filter): (Option<NodeId>, Option<NodeId>),
    ) -> Result<Value<'a>, Overflow> {
        let Some(event) = self.event else { return Ok(Value::Missing) };
        let list = event.list(list);
        if !list.present {
            return Ok(Value::Missing);
        }
        // A fold within this one has items of its own at hand, and none of this one's: worked out for each of them, a few such folds
        // in each other would take as many steps as no event can wait for.
        let within = self.plan.folds_within.get(&id).map_or(&[][..], |within| within.of(&self.plan.operands));
        let folded = within.iter().map(|id| Ok((*id, self.eval(*id, NO_ROW)?)));
        let folded = folded.collect::<Result<SmallVec<[_; 4]>, Overflow>>()?;
        let inner = Scope { folded: &folded, ..*self };
        let (mut sum, mut count) = (Decimal::ZERO, 0_u32);
        let (mut best, mut best_row) = (Value::Missing, None);
        let mut values = Vec::new();
        for row in event.rows_of(list) {
            if let Some(filter) = filter
                && !inner.eval(filter, row)?.is_true()
            {
                continue;
            }
            let Some(value) = value else {
                count += 1;
                continue;
            };
            let value = inner.eval(value, row)?;
            if value.is_missing() {
                continue;
            }
            count += 1;
            match function {
                AggregateFunction::Sum | AggregateFunction::Average => {
                    if let Value::Number(number) = value {
                        sum = amount::add(sum, number)?;
                    }
                }
                AggregateFunction::Min if best.is_missing() || value.order(best) == Some(Ordering::Less) => {
                    (best, best_row) = (value, Some(row));
                }
                AggregateFunction::Max if best.is_missing() || value.order(best) == Some(Ordering::Greater) => {
                    (best, best_row) = (value, Some(row));
                }
                AggregateFunction::First if best.is_missing() => (best, best_row) = (value, Some(row)),
                AggregateFunction::Last => best_row = Some(row),
                AggregateFunction::CountDistinct => values.push(value),
                _ => {}
            }
        }
        Ok(match function {
            AggregateFunction::Sum => Value::Number(sum),
            AggregateFunction::Count => Value::Number(Decimal::from(count)),
            AggregateFunction::CountDistinct => Value::Number(Decimal::from(distinct(values))),
            AggregateFunction::Average if count == 0 => Value::Missing,
            AggregateFunction::Average => Value::Number(amount::divide(sum, Decimal::from(count), DIVISION_DIGITS)?),
            _ => match value.zip(best_row) {
                Some((value, row)) => self.eval(value, row)?,
                None => Value::Missing,
            },
        })
    }

    /// The sum of one field over a list, or over its items with one text in one field; nothing if the list is missing.
    #[inline]
    pub(super) fn plain_sum(
        &self,
        list: u16,
        value: u16,
        only: Option<(u16, u32)>,
    ) -> Result<Option<Decimal>, Overflow> {
        let Some(event) = self.event else { return Ok(None) };
        let list = event.list(list);
        if !list.present {
            return Ok(None);
        }
        let (start, width) = (list.start as usize, (list.width as usize).max(1));
        let mut rest = event.rows.get(start..start + (list.count * list.width) as usize).unwrap_or(&[]);
        // Chunks of a width that is not known beforehand are counted by a division.
        let rows = core::iter::from_fn(move || {
            let (row, after) = rest.split_at_checked(width)?;
            rest = after;
            Some(row)
        });
        let numbers = rows.filter_map(|row| {
            if let Some((slot, wanted)) = only
                && !matches!(row.get(usize::from(slot)), Some(Slot::Text { symbol, .. }) if *symbol == wanted)
            {
                return None;
            }
            match row.get(usize::from(value)) {
                Some(Slot::Number(number)) => Some(*number),
                _ => None,
            }
        });
        amount::sum(numbers).map(Some)
    }
}
