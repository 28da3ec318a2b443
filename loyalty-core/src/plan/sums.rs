//! Sums over the lines of an event that several rules go by: one walk over the lines adds all of them up.

use std::collections::BTreeMap;

use super::plain::{PlainEarning, PlainRule};
use super::{EventLayout, FieldKind, Plan};

/// More than these are added up one by one, as each is asked for: few of them would be.
pub const SUMS_MOST: usize = 8;

/// Sums of the items of one list that have one text each in one field.
#[derive(Debug)]
pub struct SumsPlan {
    pub list: u16,
    /// The field that tells the items apart.
    pub slot: u16,
    /// No two of them are of the same text.
    pub sums: Vec<SumPlan>,
}

#[derive(Debug)]
pub struct SumPlan {
    /// The text that the items have.
    pub symbol: u32,
    /// The field that is added up, and the digits that its amounts have after the point, nearly all of them.
    pub value: u16,
    pub scale: u8,
}

/// Finds the sums that plain rules on an event share, and tells them which of these they go by.
pub fn share(plan: &mut Plan, event: u16, layout: &EventLayout) -> Option<SumsPlan> {
    let mut by_field: BTreeMap<(u16, u16), Vec<(u32, u16)>> = BTreeMap::new();
    let own = |plan: &Plan, rule: usize| plan.rules.get(rule).is_some_and(|rule| rule.on(event));
    for (place, sum) in (0..plan.plain.len()).filter(|rule| own(plan, *rule)).filter_map(|rule| sum_of(plan, rule)) {
        by_field.entry(place).or_default().push(sum);
    }
    let (&(list, slot), asked) =
        by_field.iter().max_by_key(|(_, sums)| sums.len()).filter(|(_, sums)| sums.len() > 1)?;
    let mut found = SumsPlan { list, slot, sums: Vec::new() };
    for &(symbol, value) in asked {
        let field = layout.lists.get(usize::from(list)).and_then(|list| list.fields.get(usize::from(value)));
        let Some(FieldKind::Number { scale, .. }) = field.map(|field| field.kind) else { continue };
        if !found.sums.iter().any(|known| known.symbol == symbol) {
            found.sums.push(SumPlan { symbol, value, scale });
        }
        if found.sums.len() > SUMS_MOST {
            return None;
        }
    }
    for rule in 0..plan.plain.len() {
        let sum = sum_of(plan, rule).filter(|(place, _)| *place == (list, slot) && own(plan, rule));
        let Some((_, (symbol, value))) = sum else { continue };
        let place = found.sums.iter().position(|known| (known.symbol, known.value) == (symbol, value));
        if let Some(Some(PlainRule { earns: PlainEarning::Rate { shared, .. }, .. })) = plan.plain.get_mut(rule) {
            *shared = place.map(|place| place as u8);
        }
    }
    Some(found)
}

fn sum_of(plan: &Plan, rule: usize) -> Option<((u16, u16), (u32, u16))> {
    plan.plain.get(rule)?.as_ref()?.sum(plan)
}
