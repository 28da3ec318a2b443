//! Running the tests that a program holds.

#[cfg(test)]
mod refusals;
pub(crate) mod scenario;

use rust_decimal::Decimal;

use crate::amount;
use crate::check::model::{Literal, WalletFigure};
use crate::engine::doors::staff::{Given, give};
use crate::engine::error::EventError;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::explain::failing;
use crate::engine::member::Member;
use crate::engine::outcome::{Kind, Outcome};
use crate::engine::value::Stored;
use crate::engine::{ladders, schedule, segments};
use crate::plan::{FieldKind, Plan, TestPlan, TestStepPlan};
use crate::program::Program;
use crate::time::{DAY, day_written, rfc3339, time_written};
use crate::wire::decode;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// How one `test` of a program went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    title: String,
    line: u32,
    failures: Vec<TestFailure>,
}

/// One expectation that did not hold, or an event that was refused unexpectedly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    line: u32,
    message: String,
}

impl TestResult {
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

    /// Whether everything held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// What did not hold, in order.
    #[must_use]
    pub fn failures(&self) -> &[TestFailure] {
        &self.failures
    }

    /// The result as a document: `title`, `line`, `passed`, and `failures` with `line` and `message` each.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let failures = self.failures.iter();
        let failures =
            failures.map(|failure| Document::object().with("line", failure.line).with("message", &*failure.message));
        Document::object()
            .with("title", &*self.title)
            .with("line", self.line)
            .with("passed", self.passed())
            .with("failures", failures.collect::<Document>())
    }
}

impl TestFailure {
    /// The line of the program on which the expectation stands.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// What was expected and what came.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The local day on which a test begins that says nothing of time.
const DEFAULT_DAY: &str = "2026-01-01";

/// The secret with which the tests of a program choose chance, whatever secret the host has, so that they come out the
/// same everywhere.
pub const TEST_SECRET: &[u8] = b"the secret of every test";

pub fn run(program: &Program) -> Vec<TestResult> {
    let program = &program.with_test_secret();
    program.plan().tests.iter().map(|test| Run::new(program, test).all(test)).collect()
}

/// The member joins before anything happens, at the beginning of the first day.
fn start(plan: &Plan, test: &TestPlan) -> i64 {
    let events = test.steps.iter().filter_map(|step| match step {
        TestStepPlan::On { fields, .. } => scenario::written_at(fields),
        _ => None,
    });
    let default = plan.calendar.start_of(day_written(DEFAULT_DAY).unwrap_or(0));
    // Where time passes after an event that names no instant, or after what is given, neither is at the end of that time.
    let mut given = false;
    let first = test.steps.iter().find_map(|step| match step {
        TestStepPlan::On { fields, .. } => Some(scenario::written_at(fields)),
        TestStepPlan::Advance { to, .. } => Some((!given).then_some(*to)),
        TestStepPlan::Given { .. } | TestStepPlan::GivenMember(_) | TestStepPlan::GivenLevel { .. } => {
            given = true;
            None
        }
        TestStepPlan::Expect { .. } | TestStepPlan::ExpectRefused { .. } => None,
    });
    let passes = test.steps.iter().filter_map(|step| match step {
        TestStepPlan::Advance { to, .. } => Some(if first == Some(None) { default.min(*to) } else { *to }),
        _ => None,
    });
    plan.calendar.start_of(plan.calendar.day_at(events.chain(passes).min().unwrap_or(default)))
}

struct Run<'p> {
    program: &'p Program,
    plan: &'p Plan,
    member: Member,
    /// The instant of an event that names none.
    at: i64,
    events: usize,
    last: Option<Result<Outcome, EventError>>,
    event: EventData,
    /// A refusal that nothing has expected yet.
    unexpected: Option<(u32, String)>,
    failures: Vec<TestFailure>,
}

impl<'p> Run<'p> {
    fn new(program: &'p Program, test: &TestPlan) -> Self {
        let plan = program.plan();
        let start = start(plan, test);
        Self {
            program,
            plan,
            member: Member::new(plan, "member", start),
            at: start.saturating_add(DAY / 2),
            events: 0,
            last: None,
            event: EventData::default(),
            unexpected: None,
            failures: Vec::new(),
        }
    }

    fn all(mut self, test: &TestPlan) -> TestResult {
        for step in &test.steps {
            if !matches!(step, TestStepPlan::ExpectRefused { .. }) {
                self.surface();
            }
            self.step(step);
        }
        self.surface();
        TestResult { title: test.title.to_string(), line: test.line, failures: self.failures }
    }

    /// A refusal that the next step did not expect is a failure.
    fn surface(&mut self) {
        if let Some((line, message)) = self.unexpected.take() {
            self.failures.push(TestFailure { line, message });
        }
    }

    fn fail(&mut self, line: u32, message: String) {
        self.failures.push(TestFailure { line, message });
    }

    fn step(&mut self, step: &TestStepPlan) {
        match step {
            TestStepPlan::GivenMember(fields) => {
                for (field, literal) in fields {
                    let kind = self.plan.member.get(*field).map(|slot| slot.kind);
                    if let (Some(kind), Some(attribute)) = (kind, self.member.attributes.get_mut(*field)) {
                        *attribute = stored(kind, literal);
                    }
                }
                self.stand();
            }
            TestStepPlan::GivenLevel { ladder, level } => {
                let at = self.member.clock;
                ladders::set_level(self.plan, &mut self.member, *ladder, *level, i64::MAX, at, &mut Vec::new());
                self.stand();
            }
            TestStepPlan::Given { wallet, amount } => {
                let given = Given { wallet: *wallet, points: *amount, expires: None };
                let at = self.member.clock;
                // An opening balance is a literal of the program, far from overflowing.
                let _ = give(self.plan, &mut self.member, given, (0, at), &mut Vec::new());
                self.stand();
            }
            TestStepPlan::On { event, fields, line } => self.on(*event, fields, *line),
            TestStepPlan::Advance { to, line } => {
                if *to < self.member.clock {
                    let told = |at: i64| rfc3339(at, self.plan.calendar.offset_at(at));
                    let (now, to) = (told(self.member.clock), told(*to));
                    self.fail(*line, format!("time does not go back: it is {now} by then, and this says {to}"));
                    return;
                }
                self.at = self.at.max(*to);
                self.last = Some(self.program.advance(&mut self.member, crate::Instant(*to)));
            }
            TestStepPlan::Expect { condition, line } => {
                let figures = |wallet: u16, figure: WalletFigure| self.figure(wallet, figure);
                let at = self.member.clock;
                let scope =
                    Scope { event: Some(&self.event), last: Some(&figures), ..Scope::of(self.plan, &self.member, at) };
                if scope.holds(condition.node).unwrap_or(false) {
                    return;
                }
                let words =
                    failing(&scope, self.program.text(), condition).map(|reason| reason.words_with_parts(self.plan));
                let message = words.unwrap_or_else(|error| error.to_string());
                self.fail(*line, message);
            }
            TestStepPlan::ExpectRefused { code, by, line } => {
                self.unexpected = None;
                let found = match &self.last {
                    Some(Err(error))
                        if code.as_deref().is_none_or(|code| code == error.code().as_str())
                            && by.as_deref().is_none_or(|by| Some(by) == error.rule()) =>
                    {
                        return;
                    }
                    Some(Err(error)) => format!("refused with {error}"),
                    Some(Ok(_)) => "the event was not refused".to_owned(),
                    None => "no event came before".to_owned(),
                };
                self.fail(*line, found);
            }
        }
    }

    /// What is given beforehand decides over levels and segments, and sets off no rules.
    fn stand(&mut self) {
        let at = self.member.clock;
        // Nothing here can overflow: what is given is a literal of the program.
        let _ = ladders::settle(self.plan, &mut self.member, at, ladders::Occasion::Time, &mut Vec::new());
        let _ = segments::settle(self.plan, &mut self.member, at, &mut Vec::new());
        self.member.next_due = schedule::next_due(self.plan, &self.member);
    }

    fn on(&mut self, event: u16, fields: &[(String, Literal)], line: u32) {
        self.events += 1;
        let name = self.plan.events.get(usize::from(event)).map_or("", |event| &event.layout.name);
        let json = scenario::event_json(name, self.events, instant(self.plan, self.at), fields);
        let mut decoded = EventData::default();
        let result = match decode::decode(self.plan, self.program.reading(), json.as_bytes(), &mut decoded) {
            Ok(()) => {
                self.at = decoded.at;
                let result = crate::engine::doors::apply(self.program.plan(), &mut self.member, &decoded, None);
                self.event = decoded;
                result
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            self.unexpected = Some((line, format!("refused with {error}")));
        }
        self.last = Some(result);
    }

    /// What the last event did to a wallet.
    fn figure(&self, wallet: u16, figure: WalletFigure) -> Decimal {
        let Some(Ok(outcome)) = &self.last else { return Decimal::ZERO };
        let of_figure = outcome.decisions.iter().filter_map(|decision| match (&decision.kind, figure) {
            (Kind::Earned { wallet: own, amount, .. }, WalletFigure::Earned)
            | (Kind::Spent { wallet: own, amount, .. }, WalletFigure::Spent)
            | (
                Kind::Expired { wallet: own, amount, .. } | Kind::Forfeited { wallet: own, amount, .. },
                WalletFigure::Expired,
            )
            | (Kind::ClawedBack { wallet: own, amount, .. }, WalletFigure::ClawedBack)
                if *own == wallet =>
            {
                Some(*amount)
            }
            _ => None,
        });
        of_figure.into_iter().try_fold(Decimal::ZERO, amount::add).unwrap_or_default()
    }
}

fn document(literal: &Literal) -> Document {
    match literal {
        Literal::Number(number) => (*number).into(),
        Literal::Text(text) | Literal::Moment(text) => text.as_str().into(),
        Literal::Bool(value) => (*value).into(),
        Literal::List(items) => items.iter().map(document).collect(),
        Literal::Record(fields) => {
            fields.iter().fold(Document::object(), |record, (name, value)| record.with(name.clone(), document(value)))
        }
    }
}

/// A member's attribute from a literal, which the checker has found to be of its type.
fn stored(kind: FieldKind, literal: &Literal) -> Stored {
    match (kind, literal) {
        (_, Literal::Number(number)) => Stored::Number(*number),
        (_, Literal::Bool(value)) => Stored::Bool(*value),
        (FieldKind::Date, Literal::Moment(text)) => day_written(text).map_or(Stored::Missing, Stored::Date),
        (FieldKind::Time, Literal::Moment(text)) => time_written(text).map_or(Stored::Missing, Stored::Time),
        (FieldKind::Instant, Literal::Moment(text)) => {
            crate::Instant::parse(text).map_or(Stored::Missing, |at| Stored::Instant(at.0))
        }
        (_, Literal::Text(text) | Literal::Moment(text)) => Stored::Text(text.as_str().into()),
        (_, Literal::List(_) | Literal::Record(_)) => Stored::Missing,
    }
}
