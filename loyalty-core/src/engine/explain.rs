//! Why an event earns what it earns, and why the other rules stay silent.
//!
//! The same code that applies an event is run on the state before it; what it came to is taken apart, and every rule on
//! the event that came to nothing is asked for all its failing conditions, not only the first.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::eval::{NO_ROW, Scope};
use super::event::EventData;
use super::measures;
use super::member::Member;
use super::outcome::{Because, Kind, Outcome};
use super::rules;
use super::tally::Changes;
use super::value::{Stored, Value};
use super::{doors, error::EventError};
use crate::amount::{self, text};
use crate::check::model::Comparison;
use crate::plan::node::Node;
use crate::plan::{Condition, Plan, RuleFormPlan, in_force};
use crate::wire::document::Document;
use crate::wire::json::{because_document, instant, rule_name, stored, wallet_name};

/// The answer to "why": what an event would bring, part by part, and what is missing for the rest.
#[derive(Debug, Clone)]
pub struct Explanation {
    outcome: Outcome,
    silent: Vec<SilentRule>,
    source: Arc<str>,
}

/// A rule on the event that came to nothing.
#[derive(Debug, Clone)]
struct SilentRule {
    rule: u32,
    line: u32,
    reasons: Vec<Reason>,
}

/// One thing that keeps a rule from firing.
#[derive(Debug, Clone)]
pub struct Reason {
    /// The condition as the program has it, or what else stood in the way.
    condition: String,
    actual: Option<Stored>,
    required: Option<Stored>,
    shortfall: Option<Decimal>,
}

pub fn explain(
    plan: &Arc<Plan>,
    member: &Member,
    event: &EventData,
    source: &Arc<str>,
) -> Result<Explanation, EventError> {
    let mut after = member.clone();
    let outcome = doors::apply(plan, &mut after, event, None)?;
    // Conditions are asked on the state that the event met: everything due by then has happened.
    let mut before = member.clone();
    super::clock::advance(plan, &mut before, event.at, &mut Vec::new())?;
    let day = plan.calendar.day_at(event.at);
    let scope = Scope { event: Some(event), ..Scope::of(plan, &before, event.at) };
    let measures_of = plan.events.get(usize::from(event.event)).map(|event| event.measures.as_slice()).unwrap_or(&[]);
    let mut deltas = measures::Deltas::new();
    if !outcome.replayed {
        measures::deltas(&scope, measures_of, &mut deltas)?;
    }
    let scope = Scope { deltas: &deltas, ..scope };
    let spoke = |rule: u32| {
        outcome.decisions.iter().any(|decision| match &decision.kind {
            Kind::Earned { because, .. } => {
                because.iter().any(|part| matches!(part, Because::Rule { rule: own, .. } if *own == rule))
            }
            Kind::Spent { rule: own, .. } => *own == Some(rule),
            Kind::Claim { rule: own, .. } => *own == rule,
            _ => false,
        })
    };
    let mut silent = Vec::new();
    for (number, rule) in plan.rules.iter().enumerate().filter(|(_, rule)| rule.on(event.event)) {
        let number = number as u32;
        if spoke(number) {
            continue;
        }
        let reasons = match in_force(&rule.forms, day) {
            None => vec![Reason::plain("not yet in force")],
            Some(form) => reasons(&scope, source, number, form)?,
        };
        // A rule that holds and says nothing here tags, sets or signals: it is among the decisions.
        let acts = in_force(&rule.forms, day).is_some_and(|form| {
            form.effects.iter().any(|effect| {
                use crate::plan::EffectKindPlan as Effect;
                matches!(effect.kind, Effect::Tag(_) | Effect::Untag(_) | Effect::Set { .. } | Effect::Signal { .. })
            })
        });
        if !reasons.is_empty() {
            silent.push(SilentRule { rule: number, line: rule.line, reasons });
        } else if !acts {
            let reason = Reason::plain("its amount comes to nothing");
            silent.push(SilentRule { rule: number, line: rule.line, reasons: vec![reason] });
        }
    }
    Ok(Explanation { outcome, silent, source: Arc::clone(source) })
}

impl Reason {
    /// The reason as hosts get it.
    pub fn document(&self, plan: &Plan) -> Document {
        let mut document = Document::object().with("condition", self.condition.as_str());
        if let Some(actual) = &self.actual {
            document.put("actual", stored(plan, actual));
        }
        if let Some(required) = &self.required {
            document.put("required", stored(plan, required));
        }
        if let Some(shortfall) = self.shortfall {
            document.put("shortfall", shortfall);
        }
        document
    }

    fn plain(condition: &str) -> Self {
        Self { condition: condition.to_owned(), actual: None, required: None, shortfall: None }
    }
}

/// Everything that keeps a rule from firing.
fn reasons(scope: &Scope<'_>, source: &str, rule: u32, form: &RuleFormPlan) -> Result<Vec<Reason>, EventError> {
    let mut reasons = Vec::new();
    for condition in &form.when {
        if !scope.holds(condition.node)? {
            reasons.push(failing(scope, source, condition)?);
        }
    }
    if !form.valid.iter().all(|valid| rules::is_valid(scope, valid)) {
        reasons.push(Reason::plain("not valid at this time"));
    }
    let groups = scope.plan.rules.get(rule as usize).map(|rule| rule.groups.as_slice()).unwrap_or(&[]);
    let groups = groups.iter().filter_map(|group| scope.plan.groups.get(usize::from(*group)));
    let groups = groups.filter_map(|group| in_force(&group.forms, scope.day)).flat_map(|group| &group.limits);
    for limit in form.limits.iter().chain(groups) {
        if rules::left(scope, limit, &Changes::new()) <= 0 {
            reasons.push(Reason::plain(&format!("the limit of {} (line {}) is used up", limit.count, limit.line)));
        }
    }
    Ok(reasons)
}

/// A condition that does not hold, with what it found and what it asked for.
pub fn failing(scope: &Scope<'_>, source: &str, condition: &Condition) -> Result<Reason, EventError> {
    let said = source.get(condition.start as usize..condition.end as usize).unwrap_or("");
    let mut reason = Reason::plain(&said.split_whitespace().collect::<Vec<_>>().join(" "));
    let (comparison, left, right) = match scope.plan.nodes.get(condition.node as usize) {
        Some(Node::Compare(comparison, left, right)) => {
            (*comparison, scope.eval(*left, NO_ROW)?, scope.eval(*right, NO_ROW)?)
        }
        Some(Node::SlotAgainst(comparison, slot, right)) => {
            let left = scope.event.map_or(Value::Missing, |event| event.slot(*slot));
            (*comparison, left, Value::Number(*right))
        }
        Some(Node::SlotIs(slot, symbol)) => {
            let left = scope.event.map_or(Value::Missing, |event| event.slot(*slot));
            (Comparison::Equal, left, Value::Text(scope.plan.symbols.text(*symbol), *symbol))
        }
        Some(Node::SlotIn { slot, .. }) => {
            reason.actual = scope.event.map(|event| Stored::of(event.slot(*slot)));
            return Ok(reason);
        }
        Some(Node::InConstants { value, .. }) => {
            reason.actual = Some(Stored::of(scope.eval(*value, NO_ROW)?));
            return Ok(reason);
        }
        _ => return Ok(reason),
    };
    if let (Value::Number(left), Value::Number(right)) = (left, right)
        && matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual)
    {
        reason.shortfall = Some(amount::subtract(right, left)?);
    }
    reason.actual = Some(Stored::of(left));
    reason.required = Some(Stored::of(right));
    Ok(reason)
}

impl Explanation {
    /// What the event would bring.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The explanation as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let plan = &self.outcome.plan;
        let mut earned = Vec::new();
        for decision in &self.outcome.decisions {
            let Kind::Earned { wallet, amount, because, .. } = &decision.kind else { continue };
            let parts = because.iter().map(|part| {
                let mut document = because_document(plan, part);
                if let Because::Rule { rule, .. } = part {
                    document.put("line", self.line(*rule));
                }
                document
            });
            earned.push(
                Document::object()
                    .with("wallet", wallet_name(plan, *wallet))
                    .with("amount", *amount)
                    .with("because", parts.collect::<Document>()),
            );
        }
        let silent = self.silent.iter().map(|silent| {
            let reasons = silent.reasons.iter().map(|reason| reason.document(plan));
            Document::object()
                .with("rule", rule_name(plan, silent.rule))
                .with("line", silent.line)
                .with("reasons", reasons.collect::<Document>())
        });
        Document::object()
            .with("event", self.outcome.event.as_deref())
            .with("at", instant(plan, self.outcome.at))
            .with("earned", earned)
            .with("silent", silent.collect::<Document>())
    }

    fn line(&self, rule: u32) -> u32 {
        self.outcome.plan.rules.get(rule as usize).map_or(0, |rule| rule.line)
    }

    /// The explanation as text for people; `colour` uses terminal colours.
    #[must_use]
    pub fn to_text(&self, colour: bool) -> String {
        let plan = &self.outcome.plan;
        let (bold, dim, end) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let mut lines = Vec::new();
        let event = self.outcome.event.as_deref().unwrap_or("");
        lines.push(format!("{bold}{event}{end} at {}", instant(plan, self.outcome.at).plain()));
        let mut nothing = true;
        for decision in &self.outcome.decisions {
            match &decision.kind {
                Kind::Earned { wallet, amount, because, .. } => {
                    nothing = false;
                    lines.push(format!("  {bold}+{} {}{end}", text(*amount), wallet_name(plan, *wallet)));
                    for part in because {
                        lines.push(self.part(part, dim, end));
                    }
                }
                kind => {
                    if let Some(amount) = decision.amount() {
                        nothing = false;
                        let wallet = decision.wallet().map_or("", |wallet| wallet_name(plan, wallet));
                        let name = kind.name().replace('_', " ");
                        lines.push(format!("  {bold}{name} {} {wallet}{end}", text(amount)));
                    }
                }
            }
        }
        if nothing {
            lines.push("  nothing earned".to_owned());
        }
        for silent in &self.silent {
            lines.push(format!("  {dim}{} (line {}) did not fire:{end}", rule_name(plan, silent.rule), silent.line));
            for reason in &silent.reasons {
                lines.push(format!("      {}", reason.words(plan)));
            }
        }
        debug_assert!(!self.source.is_empty());
        lines.join("\n") + "\n"
    }

    fn part(&self, part: &Because, dim: &str, end: &str) -> String {
        let plan = &self.outcome.plan;
        let (name, amount, place) = match part {
            Because::Rule { rule, amount } => {
                (rule_name(plan, *rule), amount, format!(" {dim}(line {}){end}", self.line(*rule)))
            }
            Because::Rounding { amount } => ("rounding", amount, String::new()),
            Because::Cap { amount } => ("the wallet's cap", amount, String::new()),
            Because::HoldAtMost { amount } => ("the wallet's greatest balance", amount, String::new()),
            Because::Adjustment { amount } => ("adjustment", amount, String::new()),
        };
        let sign = if amount.is_sign_negative() { "" } else { "+" };
        format!("      {:>12} {name}{place}", format!("{sign}{}", text(*amount)))
    }
}

impl Reason {
    /// The reason in words: the condition, what it found, what is missing.
    pub fn words(&self, plan: &Plan) -> String {
        let plain = |value: &Stored| stored(plan, value).plain();
        let mut words = self.condition.clone();
        match &self.actual {
            Some(Stored::Missing) => words.push_str(": missing"),
            Some(actual) => words.push_str(&format!(": is {}", plain(actual))),
            None => {}
        }
        if let Some(shortfall) = self.shortfall {
            words.push_str(&format!(", {} short", text(shortfall)));
        }
        words
    }
}
