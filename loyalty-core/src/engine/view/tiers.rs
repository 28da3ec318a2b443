//! Where a member stands on each ladder: what is missing to rise and to stay, and where it leads if nothing more happens.

use std::sync::Arc;

use crate::amount;
use crate::check::model::Period;
use crate::engine::decided::Decided;
use crate::engine::error::EventError;
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::explain;
use crate::engine::member::Member;
use crate::engine::standing::Standing;
use crate::engine::value::{Stored, Value};
use crate::engine::{clock, ladders};
use crate::plan::{LadderFormPlan, LadderPlan, Plan, in_force};
use crate::wire::document::Document;
use crate::wire::json::{instant, stored};

/// The ladders of a member who has been brought to the present.
pub fn document(plan: &Arc<Plan>, member: &Member, source: &str) -> Document {
    let mut tiers = Document::object();
    for (number, (ladder, standing)) in plan.ladders.iter().zip(&member.standings).enumerate() {
        let scope = Scope::of(plan, member, member.clock);
        let Some(form) = in_force(&ladder.forms, scope.day) else { continue };
        tiers.put(&ladder.name, standing_document(&scope, source, (number as u16, ladder, form), standing));
    }
    tiers
}

type Of<'p> = (u16, &'p LadderPlan, &'p LadderFormPlan);

fn standing_document(scope: &Scope<'_>, source: &str, of: Of<'_>, standing: &Standing) -> Document {
    let (plan, (number, ladder, form)) = (scope.plan, of);
    let name = |level: u16| ladder.levels.get(usize::from(level)).map_or("", |name| &**name);
    let at = |moment: Option<i64>| Document::from(moment.map(|at| instant(plan, at)));
    let level = standing.effective();
    let mut benefits = Document::object();
    let values = form.levels.get(usize::from(level)).map(|level| level.benefits.as_slice()).unwrap_or(&[]);
    for (benefit, value) in ladder.benefits.iter().zip(values) {
        let value = scope.eval(*value, NO_ROW).unwrap_or(Value::Missing);
        benefits.put(benefit, stored(plan, &Stored::of(value)));
    }
    let set = standing.set.iter().map(|(level, end)| {
        Document::object().with("level", name(*level)).with("until", at((*end != i64::MAX).then_some(*end)))
    });
    let next = (usize::from(level) + 1 < ladder.levels.len()).then(|| {
        Document::object()
            .with("level", name(level + 1))
            .with("missing", missing(scope, source, of, level + 1).unwrap_or(Document::Null))
    });
    // The level is judged at its end, by what its windows hold then.
    let stay = standing.until.filter(|_| standing.level > 0).map(|until| {
        let then = Scope { closing: true, ..Scope::of(plan, scope.member, until) };
        Document::object()
            .with("level", name(standing.level))
            .with("until", instant(plan, until))
            .with("missing", missing(&then, source, of, standing.level).unwrap_or(Document::Null))
    });
    let meter = ladders::meter(scope, number, form).ok().flatten();
    Document::object()
        .with("level", name(level))
        .with("since", instant(plan, standing.since))
        .with("until", at(standing.ends_at()))
        .with("grace", standing.grace.is_some())
        .with("set", set.collect::<Document>())
        .with("benefits", benefits)
        .with("meter", meter.map_or(Document::Null, Document::from))
        .with("next", next)
        .with("stay", stay)
        .with("projected", projected(scope, of, standing))
}

/// What is missing for a level; empty if it is qualified for.
fn missing(scope: &Scope<'_>, source: &str, (number, _, form): Of<'_>, level: u16) -> Result<Document, EventError> {
    let Some(level) = form.levels.get(usize::from(level)) else { return Ok(Document::Null) };
    let mut missing = Vec::new();
    if let (Some(from), Some(meter)) = (level.from, ladders::meter(scope, number, form)?)
        && let Value::Number(from) = scope.eval(from, NO_ROW)?
        && meter < from
    {
        missing.push(
            Document::object()
                .with("condition", "threshold")
                .with("actual", meter)
                .with("required", from)
                .with("shortfall", amount::subtract(from, meter)?),
        );
    }
    for condition in &level.when {
        if !scope.holds(condition.node)? {
            missing.push(explain::failing(scope, source, condition)?.document(scope.plan));
        }
    }
    Ok(missing.into_iter().collect())
}

/// The level at the end of the period, if nothing more happens.
fn projected(scope: &Scope<'_>, (number, ladder, form): Of<'_>, standing: &Standing) -> Document {
    let calendar = &scope.plan.calendar;
    let rise = scope.cycles().next_rise(form.rise, scope.at);
    let end = rise.into_iter().chain(standing.ends_at()).min();
    let at = end.unwrap_or_else(|| ladders::end_of(calendar, Period::Year, scope.at));
    let mut then = scope.member.clone();
    if clock::advance(scope.plan, &mut then, at, &mut Decided::default()).is_err() {
        return Document::Null;
    }
    let level = then.standings.get(usize::from(number)).map_or(0, Standing::effective);
    let name = ladder.levels.get(usize::from(level)).map_or("", |name| &**name);
    Document::object().with("level", name).with("at", instant(scope.plan, at))
}
