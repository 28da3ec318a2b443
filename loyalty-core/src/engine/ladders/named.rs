//! Ladders and levels by the names that staff say.

use crate::engine::error::{EventError, Refusal};
use crate::plan::{LadderPlan, Plan};

/// The ladder of a name, which may be left out where there is but one.
pub fn named<'p>(plan: &'p Plan, name: Option<&str>) -> Result<(u16, &'p LadderPlan), EventError> {
    let number = match name {
        Some(name) => plan.ladders.iter().position(|ladder| *ladder.name == *name),
        None if plan.ladders.len() == 1 => Some(0),
        None => None,
    };
    let found = number.and_then(|number| Some((number as u16, plan.ladders.get(number)?)));
    found.ok_or_else(|| {
        let names = plan.ladders.iter().map(|ladder| &*ladder.name);
        EventError::new(Refusal::UnknownLevel).in_field("ladder").expecting(either(names))
    })
}

/// The number of a level, the lowest 0.
pub fn level_named(ladder: &LadderPlan, wanted: &str) -> Result<u16, EventError> {
    let number = ladder.levels.iter().position(|level| **level == *wanted);
    number.map(|number| number as u16).ok_or_else(|| {
        EventError::new(Refusal::UnknownLevel)
            .in_field("level")
            .expecting(either(ladder.levels.iter().map(|level| &**level)))
            .but_found(format!("`{wanted}`"))
    })
}

fn either<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "a program with `tiers`".to_owned() } else { names.join(" or ") }
}
