//! Programs and members.

use loyalty_core::Instant;
use pyo3::prelude::*;

use crate::error;

/// A compiled program: immutable, to be used for any number of members.
#[pyclass(frozen, module = "loyalty")]
pub struct Program(loyalty_core::Program);

/// The state of one member. Only the program that enrolled or loaded a member can use it.
#[pyclass(module = "loyalty")]
pub struct Member(loyalty_core::Member);

#[pymethods]
impl Program {
    /// Compile the text of a program; raise RulesError with all that is wrong with it.
    #[staticmethod]
    fn compile(py: Python<'_>, text: &str) -> PyResult<Self> {
        py.detach(|| loyalty_core::Program::compile(text))
            .map(Self)
            .map_err(|diagnostics| error::rules(py, &diagnostics))
    }

    /// The program's title.
    #[getter]
    fn title(&self) -> &str {
        self.0.title()
    }

    /// The program's own version number.
    #[getter]
    fn version(&self) -> u32 {
        self.0.version()
    }

    /// A new member, joining at that instant (RFC 3339).
    fn enroll(&self, py: Python<'_>, id: &str, at: &str) -> PyResult<Member> {
        let enrolled = self.0.enroll(id, instant(py, at)?);
        enrolled.map(Member).map_err(|refused| error::event(py, &refused))
    }

    /// An event happens to a member: JSON in, the outcome's JSON out. With `now`, an event from the future is refused.
    #[pyo3(signature = (member, event, now=None))]
    fn apply(&self, py: Python<'_>, member: &mut Member, event: &str, now: Option<&str>) -> PyResult<String> {
        let applied = match now {
            Some(now) => self.0.apply_at(&mut member.0, event, instant(py, now)?),
            None => self.0.apply(&mut member.0, event),
        };
        applied.map(|outcome| outcome.to_json()).map_err(|refused| error::event(py, &refused))
    }

    /// Time passes until that instant: the outcome's JSON.
    fn advance(&self, py: Python<'_>, member: &mut Member, at: &str) -> PyResult<String> {
        let advanced = self.0.advance(&mut member.0, instant(py, at)?);
        advanced.map(|outcome| outcome.to_json()).map_err(|refused| error::event(py, &refused))
    }

    /// What a member has at that instant, or at its own clock if that is later, as JSON; changes nothing.
    fn view(&self, py: Python<'_>, member: &Member, at: &str) -> PyResult<String> {
        Ok(self.0.view(&member.0, instant(py, at)?).to_json())
    }

    /// Why an event would earn what it would, as JSON; changes nothing.
    fn explain(&self, py: Python<'_>, member: &Member, event: &str) -> PyResult<String> {
        let explained = self.0.explain(&member.0, event);
        explained.map(|explanation| explanation.to_json()).map_err(|refused| error::event(py, &refused))
    }

    /// The member's state as JSON.
    fn save(&self, member: &Member) -> String {
        self.0.save(&member.0)
    }

    /// The member whose state this or another version of the program has saved.
    fn load(&self, state: &str) -> PyResult<Member> {
        self.0.load(state).map(|loaded| Member(loaded.member)).map_err(|error| error::state(&error))
    }
}

#[pymethods]
impl Member {
    /// The member's id.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    /// Grows with everything that happens to the member.
    #[getter]
    fn revision(&self) -> u64 {
        self.0.revision()
    }

    /// The next instant at which something will happen by time alone, in UTC; None for never.
    #[getter]
    fn next_due(&self) -> Option<String> {
        self.0.next_due().map(|due| due.to_string())
    }
}

fn instant(py: Python<'_>, text: &str) -> PyResult<Instant> {
    text.parse().map_err(|refused| error::event(py, &refused))
}
