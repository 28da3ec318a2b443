//! The tests of a program as histories that a host could send: to be played, looked at and explained step by step.

use super::document;
use crate::check::model::Literal;
use crate::plan::{TestPlan, TestStepPlan};
use crate::program::Program;
use crate::time::{DAY, Instant};
use crate::wire::document::Document;
use crate::wire::json::instant;

/// The history that a `test` of a program tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    title: String,
    line: u32,
    enrolled: Instant,
    until: Instant,
    events: Vec<String>,
}

impl Scenario {
    /// The test's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The line of the program on which it stands.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// When the member joins.
    #[must_use]
    pub fn enrolled(&self) -> Instant {
        self.enrolled
    }

    /// As far as the test lets time pass.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.until
    }

    /// The events as JSON, in their order. What the member has before is told by the standard events `profile`,
    /// `assign_level` and `adjust`; expectations are left out.
    #[must_use]
    pub fn events(&self) -> &[String] {
        &self.events
    }
}

pub(crate) fn scenarios(program: &Program) -> Vec<Scenario> {
    program.plan().tests.iter().map(|test| scenario(program, test)).collect()
}

fn scenario(program: &Program, test: &TestPlan) -> Scenario {
    let plan = program.plan();
    let start = super::start(plan, test);
    // As in a run of the test: an event without an instant is when the one before was, the first at noon.
    let mut at = start.saturating_add(DAY / 2);
    let mut until = at;
    let mut clock = start;
    let mut events = Vec::new();
    let mut count = 0;
    for (number, step) in test.steps.iter().enumerate() {
        let told = |kind: &str| {
            let id = format!("given-{}", number.saturating_add(1));
            Document::object().with("type", kind).with("id", id).with("at", instant(plan, clock))
        };
        match step {
            TestStepPlan::GivenMember(fields) => {
                let named = fields.iter().filter_map(|(field, value)| Some((plan.member.get(*field)?, value)));
                let profile =
                    named.fold(told("profile"), |json, (field, value)| json.with(&field.name, document(value)));
                events.push(profile.to_string());
            }
            TestStepPlan::GivenLevel { ladder, level } => {
                let ladder = plan.ladders.get(usize::from(*ladder));
                let level = ladder.and_then(|ladder| ladder.levels.get(usize::from(*level)));
                let (ladder, level) = (ladder.map_or("", |ladder| &*ladder.name), level.map_or("", |level| &**level));
                events.push(told("assign_level").with("ladder", ladder).with("level", level).to_string());
            }
            TestStepPlan::Given { wallet, amount } => {
                let wallet = plan.wallets.get(usize::from(*wallet)).map_or("", |wallet| &*wallet.name);
                events.push(told("adjust").with("wallet", wallet).with("points", *amount).to_string());
            }
            TestStepPlan::On { event, fields, .. } => {
                count += 1;
                at = written_at(fields).unwrap_or(at);
                let name = plan.events.get(usize::from(*event)).map_or("", |event| &*event.layout.name);
                events.push(event_json(name, count, instant(plan, at), fields));
                clock = clock.max(at);
            }
            TestStepPlan::Advance { to, .. } => {
                at = at.max(*to);
                clock = clock.max(*to);
            }
            TestStepPlan::Expect { .. } | TestStepPlan::ExpectRefused { .. } => {}
        }
        until = until.max(at);
    }
    Scenario { title: test.title.to_string(), line: test.line, enrolled: Instant(start), until: Instant(until), events }
}

/// The instant that a test's event names.
pub(super) fn written_at(fields: &[(String, Literal)]) -> Option<i64> {
    fields.iter().find_map(|(name, value)| match value {
        Literal::Moment(text) if name == "at" => Instant::parse(text).map(|at| at.0),
        _ => None,
    })
}

/// The JSON that a host would send.
pub(super) fn event_json(name: &str, number: usize, at: Document, fields: &[(String, Literal)]) -> String {
    let has = |name: &str| fields.iter().any(|(field, _)| field == name);
    let mut json = Document::object().with("type", name);
    if !has("id") {
        json.put("id", format!("event-{number}"));
    }
    if !has("at") {
        json.put("at", at);
    }
    fields.iter().fold(json, |json, (field, literal)| json.with(field.clone(), document(literal))).to_string()
}
