//! The sums over the lines of an event that its rules share, added up when the first of them is asked for.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::eval::Scope;
use super::event::Slot;
use crate::amount::Growing;
use crate::plan::sums::SUMS_MOST;

/// Those of one event, while its rules are judged.
#[derive(Default)]
pub struct Sums {
    known: bool,
    sums: SmallVec<[Growing; SUMS_MOST]>,
}

impl Sums {
    /// The sum at a place among those that the plan tells; nothing where it has to be added up by itself, as its amounts have more
    /// digits than usual or the event has no such list.
    #[inline]
    pub fn of(&mut self, scope: &Scope<'_>, place: u8) -> Option<Decimal> {
        if !self.known {
            self.known = true;
            self.add_up(scope);
        }
        self.sums.get(usize::from(place))?.decimal()
    }

    #[inline(never)]
    fn add_up(&mut self, scope: &Scope<'_>) {
        let Some(event) = scope.event else { return };
        let plan = scope.plan.events.get(usize::from(event.event)).and_then(|event| event.sums.as_ref());
        let Some(plan) = plan else { return };
        let list = event.list(plan.list);
        if !list.present {
            return;
        }
        self.sums.extend(plan.sums.iter().map(|sum| Growing::with_scale(sum.scale)));
        let width = (list.width as usize).max(1);
        let mut rows = event.rows.get(list.start as usize..).unwrap_or(&[]);
        for _ in 0..list.count {
            let Some((row, rest)) = rows.split_at_checked(width) else { break };
            rows = rest;
            let Some(Slot::Text { symbol, .. }) = row.get(usize::from(plan.slot)) else { continue };
            // No two of them are of the same text.
            let found = plan.sums.iter().zip(&mut self.sums).find(|(sum, _)| sum.symbol == *symbol);
            if let Some((sum, so_far)) = found
                && let Some(Slot::Number(number)) = row.get(usize::from(sum.value))
            {
                so_far.add(*number);
            }
        }
    }
}
