//! Rules that refuse an event: asked before anything comes of it, so that an event that is refused has never been.

use super::earning::Evaluation;
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::EventData;
use super::messages::{self, render};
use super::rules::{self, Candidates, Firings, Told};
use crate::amount::Overflow;
use crate::plan::{EffectKindPlan, EventPlan, Plan, RulePlan};

/// A rule that refuses, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub rule: u32,
    /// In the member's language; nothing where a value that it tells is missing.
    pub text: Option<Box<str>>,
}

/// Refuses an event that any of the firing rules refuses, in the words of the first of them.
pub fn expect_none(scope: &Scope<'_>, firings: &Firings<'_>) -> Result<(), EventError> {
    let Some(Refused { rule, text }) = of(scope, firings)?.into_iter().next() else { return Ok(()) };
    let name = scope.plan.rules.get(rule as usize).map_or("", |rule| &*rule.name);
    Err(EventError::new(Refusal::RefusedByRule).by_rule(name, text))
}

/// The rules that would refuse an event, in the order of the file.
pub fn judge(scope: &Scope<'_>, event_plan: &EventPlan, event: &EventData) -> Result<Vec<Refused>, Overflow> {
    if !event_plan.rules.refuse {
        return Ok(Vec::new());
    }
    let refusing = |rule: &u32| scope.plan.rules.get(*rule as usize).is_some_and(refuses);
    let candidates = rules::candidates(&event_plan.index, event).iter().filter(refusing).collect();
    let mut firings = Firings::new();
    rules::fire(scope, &Candidates::Many(candidates), &mut Evaluation::default(), (Told::All, &mut firings))?;
    of(scope, &firings)
}

/// The number of the rule of that name that refuses events.
pub fn named(plan: &Plan, name: &str) -> Option<u32> {
    plan.rules.iter().position(|rule| *rule.name == *name && refuses(rule)).map(|rule| rule as u32)
}

fn of(scope: &Scope<'_>, firings: &Firings<'_>) -> Result<Vec<Refused>, Overflow> {
    let mut found = Vec::new();
    for firing in firings {
        for effect in &firing.form.effects {
            if let EffectKindPlan::Refuse(words) = &effect.kind {
                let language = messages::language(scope.plan, scope.member, &words.languages);
                let text = render::words(scope, words, language)?.map(String::into_boxed_str);
                found.push(Refused { rule: firing.rule, text });
            }
        }
    }
    Ok(found)
}

fn refuses(rule: &RulePlan) -> bool {
    let effects = rule.forms.iter().flat_map(|form| &form.value.effects);
    effects.into_iter().any(|effect| matches!(effect.kind, EffectKindPlan::Refuse(_)))
}
