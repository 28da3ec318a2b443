//! Challenges as a view shows them.

use rust_decimal::Decimal;

use super::super::eval::Scope;
use super::super::member::Member;
use super::figures;
use super::{steps, streaks, windows};
use crate::plan::{Plan, ProgressPlan};
use crate::wire::document::Document;
use crate::wire::json::instant;

/// Every challenge at the member's clock; nothing for a program without any.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    if plan.challenges.is_empty() {
        return None;
    }
    let scope = Scope::of(plan, member, member.clock);
    let mut all = Document::object();
    for (number, challenge) in plan.challenges.iter().enumerate() {
        all.put(&challenge.name, one(&scope, number));
    }
    Some(all)
}

fn one(scope: &Scope<'_>, number: usize) -> Document {
    let (plan, member) = (scope.plan, scope.member);
    let standing = figures::standing(scope, number).ok().flatten();
    let mut document = Document::object();
    if plan.challenges.get(number).is_some_and(|challenge| challenge.opt_in.is_some()) {
        document.put("opted_in", standing.is_some());
    }
    let current = standing.as_ref().map_or(Decimal::ZERO, |standing| standing.current);
    document.put("current", current);
    document.put("goal", standing.as_ref().and_then(figures::Standing::goal));
    document.put("remaining", standing.as_ref().and_then(|standing| standing.remaining().ok().flatten()));
    document.put("percent", standing.as_ref().and_then(|standing| standing.percent().ok().flatten()));
    document.put("completed", standing.as_ref().is_some_and(|standing| standing.window.completed()));
    let (Some(challenge), Some(state)) = (plan.challenges.get(number), member.challenges.get(number)) else {
        return document;
    };
    document.put("times", u64::from(state.times));
    let deadline = standing.as_ref().and_then(|standing| standing.deadline);
    document.put("deadline", deadline.map(|at| instant(plan, at)));
    if challenge.goals.len() > 1 {
        let met = standing.as_ref().map_or(0, |standing| usize::from(standing.window.met));
        let goals = standing.iter().flat_map(|standing| &standing.window.goals).enumerate().map(|(place, goal)| {
            let mut document = Document::object();
            if let Some(Some(name)) = challenge.goals.get(place) {
                document.put("name", &**name);
            }
            document.with("goal", *goal).with("met", place < met)
        });
        document.put("goals", goals.collect::<Document>());
    }
    match &challenge.progress {
        ProgressPlan::Streak(..) => {
            let now = streaks::run(scope, number).map_or(0, |run| run.length);
            document.put("best", u64::from(state.best.max(now)));
        }
        ProgressPlan::Steps { steps, in_order } => {
            let frame = windows::frame(plan, member, number, scope.at);
            let done = frame.map(|frame| steps::done(scope, steps, *in_order, frame.from, frame.to));
            let steps = steps.iter().enumerate().map(|(place, measure)| {
                let event = plan.measures.get(usize::from(*measure)).and_then(|measure| measure.event);
                let event = event.and_then(|event| plan.events.get(usize::from(event)));
                let at = done.as_ref().and_then(|done| done.get(place).copied().flatten());
                Document::object()
                    .with("event", event.map_or("", |event| &*event.layout.name))
                    .with("done_at", at.map(|at| instant(plan, at)))
            });
            document.put("steps", steps.collect::<Document>());
        }
        ProgressPlan::Measure(_) => {}
    }
    document
}
