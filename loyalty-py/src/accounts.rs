//! What concerns several members, or an account as a whole: merging, paying together, and going on with a changed program.

use loyalty_core::host::members::{self, Together};
use loyalty_core::{EventError, Instant};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert::{Reduced, document, exact};
use crate::error;
use crate::member::Member;
use crate::outcome::Outcome;
use crate::program::Program;
use crate::record::Record;

/// What becomes of a member under another version of the program: `report` (what was dropped and added), `moves` (levels
/// that are others) and `outcome` (what the new version decides at once).
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Migration {
    /// The member under the new version.
    #[pyo3(get)]
    member: Py<Member>,
    /// What the new version decides at once: levels reached or lost, and what rules make of it.
    #[pyo3(get)]
    outcome: Py<Outcome>,
}

impl Migration {
    pub fn of(program: &Bound<'_, Program>, from: &Program, member: &Member, at: Instant) -> PyResult<Py<Self>> {
        let (py, core) = (program.py(), &program.get().core);
        let migrated = py.detach(|| core.migrate(&from.core, &member.lock(), at));
        let migration = migrated.map_err(|refused| error::event(py, &refused))?;
        let record = Record::of(members::migrated(&migration));
        let outcome = Outcome::of(py, migration.outcome().clone())?;
        let report = migration.report().to_document();
        let member = Member::new(migration.into_member(), program.clone().unbind(), Some(report));
        Py::new(py, PyClassInitializer::from(record).add_subclass(Self { member: Py::new(py, member)?, outcome }))
    }
}

#[pymethods]
impl Migration {
    /// What the new version does not have any more (`dropped`) and what it begins empty (`added`).
    #[getter]
    fn report<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "report")
    }

    /// The levels that are others: `ladder`, `from`, `to` and `because`.
    #[getter]
    fn moves<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "moves")
    }

    fn __reduce__<'py>(slf: PyRef<'py, Self>) -> Reduced<'py, (Bound<'py, PyAny>, Py<Member>, Py<Outcome>)> {
        let py = slf.py();
        let restore = py.get_type::<Self>().getattr("_restore")?;
        let values = exact(py, slf.as_super().document())?;
        Ok((restore, (values, slf.member.clone_ref(py), slf.outcome.clone_ref(py))))
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(
        class: &Bound<'_, PyType>,
        values: &Bound<'_, PyAny>,
        member: Py<Member>,
        outcome: Py<Outcome>,
    ) -> PyResult<Py<Self>> {
        let record = Record::of(document(values)?);
        Py::new(class.py(), PyClassInitializer::from(record).add_subclass(Self { member, outcome }))
    }
}

/// Does something with several members at once: all of them change or none. Nobody else changes one of them meanwhile.
pub fn together(
    py: Python<'_>,
    members: &[PyRef<'_, Member>],
    act: impl Send + FnOnce(Vec<loyalty_core::Member>) -> Result<Together, EventError>,
) -> PyResult<Vec<Py<Outcome>>> {
    let members: Vec<&Member> = members.iter().map(|member| &**member).collect();
    let done = py.detach(|| {
        // Two calls over the same members wait for them in one order, and so never for each other.
        let mut order: Vec<usize> = (0..members.len()).collect();
        let place = |number: &usize| members.get(*number).map(|member| std::ptr::from_ref(*member));
        order.sort_by_key(place);
        // One that comes twice is locked once; the core says what is wrong with that.
        order.dedup_by_key(|number| place(number));
        let mut held: Vec<_> =
            order.iter().filter_map(|number| members.get(*number)).map(|member| (*member, member.lock())).collect();
        let state = |of: &&Member| {
            held.iter().find(|(member, _)| std::ptr::eq(*member, *of)).map(|(_, state)| (**state).clone())
        };
        let given: Vec<_> = members.iter().filter_map(state).collect();
        let together = act(given)?;
        for (of, after) in members.iter().zip(together.members) {
            if let Some((_, state)) = held.iter_mut().find(|(member, _)| std::ptr::eq(*member, *of)) {
                **state = after;
            }
        }
        Ok(together.outcomes)
    });
    let outcomes = done.map_err(|refused: EventError| error::event(py, &refused))?;
    outcomes.into_iter().map(|outcome| Outcome::of(py, outcome)).collect()
}
