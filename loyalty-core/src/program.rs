//! The public face: compile a program, apply events to members, let time pass, look and ask why.

mod broadcasts;
mod events;
mod happening;
mod looking;
mod members;
mod offers;
mod saved;

use std::sync::Arc;

use crate::chance::{Secret, SecretTooShort};
use crate::check::check;
use crate::diagnostic::Diagnostics;
#[cfg(doc)]
use crate::engine::error::Refusal;
use crate::plan::{Plan, lower};
use crate::syntax;
use crate::wire::decode::Reading;
pub use events::Event;

/// A compiled program: immutable, cheap to clone, shared between threads.
///
/// ```
/// use loyalty_core::{Instant, Program};
///
/// let program = Program::compile(r#"
/// program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
/// wallet points { expire 12 months after earning }
/// rule base on order { earn 1 points per 1 EUR of order.subtotal }
/// "#).map_err(|diagnostics| diagnostics.render("shop.loyalty", false)).unwrap();
///
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// let outcome = program.apply(&mut member, r#"{"type":"order","id":"o-1","member":"m-1",
///     "at":"2026-11-21T10:00:00+01:00","currency":"EUR","subtotal":"37.50"}"#).unwrap();
/// assert_eq!(outcome.decisions()[0].amount(), Some("37".parse().unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    plan: Arc<Plan>,
    reading: Arc<Reading>,
    checked: Arc<crate::check::model::Checked>,
    text: Arc<str>,
    warnings: Arc<Diagnostics>,
}

/// Two are equal if they have the same text and the same secret, or none.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.plan.secret == other.plan.secret
    }
}

impl Eq for Program {}

impl Program {
    /// Parses, checks and plans a program.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, in the order of its places, warnings included.
    pub fn compile(text: &str) -> Result<Self, Diagnostics> {
        let (file, mut found) = syntax::parse(text);
        let broken = |found: &[crate::diagnostic::Diagnostic]| {
            found.iter().any(|diagnostic| diagnostic.severity() == crate::diagnostic::Severity::Error)
        };
        let checked = if broken(&found) {
            // What could be read is still checked, so that one slip does not hide the others; but what the text fails
            // to declare because of it is not worth a word.
            None
        } else {
            let (checked, diagnostics) = check(&file);
            found.extend(diagnostics);
            checked
        };
        let diagnostics = Diagnostics::new(text, found);
        let Some(checked) = checked else { return Err(diagnostics) };
        let plan = Arc::new(lower::lower(&checked, text));
        let reading = Arc::new(Reading::new(&plan));
        Ok(Self { plan, reading, checked: Arc::new(checked), text: text.into(), warnings: Arc::new(diagnostics) })
    }

    /// The program with the host's secret, without which nothing is drawn and no arm of an experiment is known: events
    /// that need chance are refused with [`Refusal::NoSecret`]. Members are the same with every secret and without one;
    /// but another secret draws other numbers, so keep it for as long as the program runs.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 16 bytes. Take 32 random ones.
    ///
    /// ```
    /// # use loyalty_core::Program;
    /// let program = Program::compile("program \"Shop\" {}").unwrap();
    /// let program = program.with_secret(b"32 random bytes from a safe place").unwrap();
    /// # let _ = program;
    /// ```
    pub fn with_secret(mut self, secret: &[u8]) -> Result<Self, SecretTooShort> {
        let secret = Secret::new(secret)?;
        if Arc::get_mut(&mut self.plan).is_none() {
            // Others hold this plan; it is laid out once more, the same.
            self.plan = Arc::new(lower::lower(&self.checked, &self.text));
        }
        if let Some(plan) = Arc::get_mut(&mut self.plan) {
            plan.secret = Some(secret);
        }
        Ok(self)
    }

    /// The same program as its own tests run it.
    pub(crate) fn with_test_secret(&self) -> Self {
        let chance = !self.plan.experiments.is_empty() || !self.plan.wheels.is_empty();
        if !chance && self.plan.coupon_names.minted.is_empty() {
            return self.clone();
        }
        self.clone().with_secret(crate::testing::TEST_SECRET).unwrap_or_else(|_| self.clone())
    }

    /// Whether the program has a secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.plan.secret.is_some()
    }

    /// Whether members have challenges or badges, which a view shows.
    #[must_use]
    pub fn has_challenges_or_badges(&self) -> bool {
        !self.plan.challenges.is_empty() || !self.plan.badges.is_empty()
    }

    /// What is legal and surely not meant.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The program's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.checked.settings.title
    }

    /// The program's own version number.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.checked.settings.version
    }

    /// The text that it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    pub(crate) fn checked(&self) -> &crate::check::model::Checked {
        &self.checked
    }

    /// Runs the `test` declarations of the program, in their order.
    #[must_use]
    pub fn run_tests(&self) -> Vec<crate::TestResult> {
        crate::testing::run(self)
    }

    /// The `test` declarations as histories to be played event by event, in their order; see [`crate::Scenario`].
    #[must_use]
    pub fn scenarios(&self) -> Vec<crate::Scenario> {
        crate::testing::scenario::scenarios(self)
    }

    /// The policies in force, the defaults among them, as the clauses that would say so: (declaration, clause).
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        crate::check::policies::list(self.checked())
    }

    /// The first declaration by which what happens to one member bears on others, such as `rule early` with a limit in total or
    /// `rule send` with a transfer. Nothing: whose events are whose may be played apart, in any order of the members.
    ///
    /// ```
    /// # use loyalty_core::Program;
    /// let across = |text| Program::compile(text).unwrap().across_members();
    /// assert_eq!(across("program \"Shop\" {}\nwallet points {}\nrule early on order limit 5 per member { earn 1 points }"), None);
    /// let early = across("program \"Shop\" {}\nwallet points {}\nrule early on order limit 5 in total { earn 1 points }");
    /// assert_eq!(early.as_deref(), Some("rule early"));
    /// ```
    #[must_use]
    pub fn across_members(&self) -> Option<String> {
        self.plan.across().map(String::from)
    }

    /// A number that differs between programs whose members' states differ in form.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.plan.fingerprint
    }
}

/// The program text laid out as everybody's is: the same tree, every comment kept. Formatting twice changes nothing.
///
/// # Errors
///
/// What keeps the text from being read.
///
/// ```
/// let text = loyalty_core::format("wallet   points{round half up}").unwrap();
/// assert_eq!(loyalty_core::format(&text).unwrap(), text);
/// ```
pub fn format(text: &str) -> Result<String, Diagnostics> {
    syntax::format(text).map_err(|found| Diagnostics::new(text, found))
}
