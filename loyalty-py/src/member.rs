//! Members.

use std::sync::{Mutex, MutexGuard, PoisonError};

use loyalty_core::Document;
use pyo3::Borrowed;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use crate::convert::{Reduced, datetime, document, exact};
use crate::error;
use crate::program::Program;
use crate::record::Record;

/// The state of one member. It goes with the program that enrolled or loaded it.
#[pyclass(frozen, module = "loyalty")]
pub struct Member {
    /// Held only while Python is let go, so that nobody who waits for it keeps the others from finishing.
    state: Mutex<loyalty_core::Member>,
    program: Py<Program>,
    migration: Option<Document>,
}

/// A member that a method is given; what is none is told by its name.
pub struct Argument<'py>(Bound<'py, Member>);

impl Argument<'_> {
    pub fn get(&self) -> &Member {
        self.0.get()
    }
}

impl<'py> FromPyObject<'_, 'py> for Argument<'py> {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(member) = given.cast::<Member>() {
            return Ok(Self(member.to_owned()));
        }
        let name = given.get_type().fully_qualified_name()?;
        Err(PyTypeError::new_err(format!("a member is a Member, as `enroll` and `load` give one, not {name}")))
    }
}

impl Member {
    pub fn new(state: loyalty_core::Member, program: Py<Program>, migration: Option<Document>) -> Self {
        Self { state: Mutex::new(state), program, migration }
    }

    /// The state, to itself.
    pub fn lock(&self) -> MutexGuard<'_, loyalty_core::Member> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copy(&self, py: Python<'_>) -> Self {
        Self::new(self.lock().clone(), self.program.clone_ref(py), self.migration.clone())
    }
}

#[pymethods]
impl Member {
    /// The member's id.
    #[getter]
    fn id(&self) -> String {
        self.lock().id().to_owned()
    }

    /// Grows with everything that happens to the member.
    #[getter]
    fn revision(&self) -> u64 {
        self.lock().revision()
    }

    /// The latest instant that the member has been brought to, in UTC.
    #[getter]
    fn clock<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.lock().clock(), 0)
    }

    /// When the member joined, in UTC.
    #[getter]
    fn enrolled_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.lock().enrolled_at(), 0)
    }

    /// The next instant at which something will happen by time alone, in UTC; None for never.
    #[getter]
    fn next_due<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let due = self.lock().next_due();
        due.map(|due| datetime(py, due, 0)).transpose()
    }

    /// The program that the member goes with.
    #[getter]
    fn program(&self, py: Python<'_>) -> Py<Program> {
        self.program.clone_ref(py)
    }

    /// What a changed program could not take over of the saved state (`dropped`) and what it has besides (`added`);
    /// None for a member that was enrolled.
    #[getter]
    fn migration(&self) -> Option<Record> {
        self.migration.clone().map(Record::of)
    }

    /// The state as JSON, for the host to keep.
    fn save(&self, py: Python<'_>) -> String {
        let program = self.program.get();
        py.detach(|| program.core.save(&self.lock()))
    }

    /// The state as bytes, smaller and faster.
    fn save_binary<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let program = self.program.get();
        let bytes = py.detach(|| program.core.save_binary(&self.lock()));
        PyBytes::new(py, &bytes)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let Ok(other) = other.cast::<Self>() else { return false };
        let (own, program) = (self.lock().clone(), self.program.get());
        let other = other.get().lock().clone();
        loyalty_core::host::same_state(&program.core, &own, &other)
    }

    fn __repr__(&self) -> String {
        let state = self.lock();
        let due = state.next_due().map_or_else(|| "None".to_owned(), |due| due.to_string());
        format!("Member(id={:?}, revision={}, next_due={due})", state.id(), state.revision())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let own = slf.get();
        let (program, clock) = (own.program.get(), own.lock().clock());
        Ok(crate::html::table(program.core.view(&own.lock(), clock).document()))
    }

    fn __copy__(&self, py: Python<'_>) -> Self {
        self.copy(py)
    }

    fn __deepcopy__(&self, py: Python<'_>, _memo: &Bound<'_, PyAny>) -> Self {
        self.copy(py)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Reduced<'py, (Py<Program>, Bound<'py, PyBytes>, Bound<'py, PyAny>)> {
        let restore = py.get_type::<Self>().getattr("_restore")?;
        let migration = exact(py, self.migration.as_ref().unwrap_or(&Document::Null))?;
        Ok((restore, (self.program.clone_ref(py), self.save_binary(py), migration)))
    }

    /// What pickle calls.
    #[classmethod]
    #[pyo3(signature = (program, state, migration=None))]
    fn _restore(
        _class: &Bound<'_, PyType>,
        program: Py<Program>,
        state: &[u8],
        migration: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let loaded = program.get().core.load_binary(state).map_err(|refused| error::state(&refused))?;
        let migration = migration.map(document).transpose()?;
        Ok(Self::new(loaded.member, program, migration))
    }
}
