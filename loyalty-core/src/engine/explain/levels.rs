//! Why a level changes: what the ladder goes by, what the level asks for, and what there is.

use super::Story;
use super::silent::{self, Reason};
use super::trace::{Figure, Shown, Tracer};
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::ladders;
use crate::engine::member::Member;
use crate::engine::outcome::{Kind, Outcome, TierBecause};
use crate::engine::value::{Stored, Value};
use crate::plan::{LevelPlan, Plan, Unit};

/// A level that was reached or lost.
#[derive(Debug, Clone)]
pub struct Level {
    pub name: Box<str>,
    pub line: Option<u32>,
    /// What the ladder goes by.
    pub meter: Option<Figure>,
    /// From where on the level is reached.
    pub from: Option<(Shown, Unit)>,
    /// Its conditions: those that fail, where it was lost, else those that hold.
    pub conditions: Vec<Reason>,
}

/// Tells the changes at the instant to which a member was brought; of earlier ones the state is gone.
pub fn tell(
    plan: &Plan,
    after: &Member,
    source: &str,
    outcome: &Outcome,
    stories: &mut [Story],
) -> Result<(), EventError> {
    for (decision, story) in outcome.decisions.iter().zip(stories) {
        let Kind::TierChanged { ladder, from, to, because, .. } = &decision.kind else { continue };
        let lost = match because {
            TierBecause::Reached => false,
            TierBecause::Lost => true,
            _ => continue,
        };
        if decision.at != outcome.at || outcome.replayed {
            continue;
        }
        let scope = Scope::of(plan, after, decision.at);
        let Some(number) = plan.ladders.iter().position(|known| known.name == *ladder) else { continue };
        let name = if lost { from } else { to };
        let place = plan.ladders.get(number).and_then(|ladder| ladder.levels.iter().position(|level| level == name));
        let form = ladders::form(plan, number as u16, scope.day);
        let (Some(form), Some(place)) = (form, place) else { continue };
        let Some(level) = form.levels.get(place) else { continue };
        let tracer = Tracer::new(scope, source);
        let meter = match (form.by, ladders::meter(&scope, number as u16, form)?) {
            (Some(by), Some(meter)) => {
                Some(Figure { value: Shown::Value(Stored::Number(meter)), ..tracer.figure(by)? })
            }
            _ => None,
        };
        story.level = Some(told(&tracer, name, level, meter, lost)?);
    }
    Ok(())
}

fn told(
    tracer: &Tracer<'_>,
    name: &str,
    level: &LevelPlan,
    meter: Option<Figure>,
    lost: bool,
) -> Result<Level, EventError> {
    let from = match level.from {
        Some(from) => Some((tracer.eval(from)?, tracer.unit(from))),
        None => None,
    };
    let mut conditions = Vec::new();
    for condition in &level.when {
        if tracer.scope.holds(condition.node)? != lost {
            let tell = if lost { silent::failing } else { silent::holding };
            conditions.push(tell(tracer, condition.node)?);
        }
    }
    // What is carried on, or judged at the end of a period that is over, is no longer there to be shown.
    let agrees = match (&meter, &from) {
        (Some(Figure { value: Shown::Value(Stored::Number(meter)), .. }), Some((Value::Number(from), _))) => {
            (meter < from) == lost || (lost && !conditions.is_empty())
        }
        _ => true,
    };
    let (meter, from) = if agrees { (meter, from) } else { (None, None) };
    Ok(Level {
        name: name.into(),
        line: level.from.map(|from| tracer.quote(from).line).filter(|line| *line > 0),
        meter,
        from: from.filter(|(from, _)| *from != Value::Missing).map(|(from, unit)| (Shown::of(from), unit)),
        conditions,
    })
}
