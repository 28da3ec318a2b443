//! Whole histories in one call.

use loyalty_core::{Document, ReplayOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::arrow::Batches;
use crate::columns::Column;
use crate::convert::instant;
use crate::error;
use crate::input::Place;
use crate::member::Member;
use crate::program::Program;
use crate::record::Record;

/// What a history came to.
#[pyclass(frozen, module = "loyalty")]
pub struct Replay {
    core: loyalty_core::Replay,
    program: Py<Program>,
}

impl Replay {
    /// Plays lines of JSON, or the rows of a table, Python let go for the whole of it.
    pub fn play(
        program: &Bound<'_, Program>,
        lines: &Bound<'_, PyAny>,
        until: Option<&Bound<'_, PyAny>>,
        outcomes: bool,
    ) -> PyResult<Self> {
        let py = program.py();
        let options = ReplayOptions { outcomes, until: until.map(instant).transpose()? };
        let core = &program.get().core;
        if let Some(batches) = Batches::of(lines)? {
            let columns = batches.columns()?;
            let core = py.detach(|| core.replay_inputs(columns.iter().flat_map(Column::cells), options));
            return Ok(Self { core, program: program.clone().unbind() });
        }
        let lines = match lines.cast::<PyBytes>() {
            Ok(bytes) => bytes.as_bytes(),
            Err(_) => match lines.cast::<PyString>() {
                Ok(text) => text.to_str()?.as_bytes(),
                Err(_) => return Self::each(program, lines, options),
            },
        };
        let core = py.detach(|| core.replay(lines, options));
        Ok(Self { core, program: program.clone().unbind() })
    }

    /// Plays dicts one by one as they come, so that a history need not fit into memory.
    fn each(program: &Bound<'_, Program>, events: &Bound<'_, PyAny>, options: ReplayOptions) -> PyResult<Self> {
        if events.cast::<PyDict>().is_ok() || events.try_iter().is_err() {
            let name = events.get_type().fully_qualified_name()?;
            let expected = "a history is JSON lines as str or bytes, a table of Arrow, or dicts one after the other";
            return Err(PyTypeError::new_err(format!("{expected}, not {name}")));
        }
        let own = program.get();
        let mut failed = None;
        let events = events.try_iter()?.map_while(|event| match event {
            Ok(value) => Some(Place { value, keys: &own.keys }),
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        let core = own.core.replay_inputs(events, options);
        match failed {
            Some(error) => Err(error),
            None => Ok(Self { core, program: program.clone().unbind() }),
        }
    }
}

#[pymethods]
impl Replay {
    /// The program, the numbers of events, and the sums of each wallet over all members.
    #[getter]
    fn summary(&self, py: Python<'_>) -> PyResult<Record> {
        self.core.to_document().map(Record::of).map_err(|refused| error::event(py, &refused))
    }

    /// The members after the history, in the order of their ids.
    fn members(&self, py: Python<'_>) -> Vec<Member> {
        let member = |member: &loyalty_core::Member| Member::new(member.clone(), self.program.clone_ref(py), None);
        self.core.members().map(member).collect()
    }

    /// One of the members; None if the history has no such member.
    fn member(&self, py: Python<'_>, id: &str) -> Option<Member> {
        let member = self.core.member(id)?.clone();
        Some(Member::new(member, self.program.clone_ref(py), None))
    }

    /// The events that were refused: `line`, `event` and `error`, which has the attributes of an EventError.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let refused = self.core.refused().iter().map(|refused| {
            let event = refused.event.clone().map_or(Document::Null, Document::Text);
            Record::of(Document::Object(vec![
                ("line".into(), Document::Number(refused.line.into())),
                ("event".into(), event),
                ("error".into(), refused.error.to_document()),
            ]))
        });
        PyTuple::new(py, refused.collect::<Vec<_>>())
    }

    /// The outcomes as JSON, in the order of the events; none unless they were asked for.
    #[getter]
    fn outcomes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.outcomes())
    }

    fn __repr__(&self) -> String {
        let (members, refused) = (self.core.members().count(), self.core.refused().len());
        format!("Replay(members={members}, refused={refused})")
    }
}
