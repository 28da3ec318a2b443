//! Whole histories in one call.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use loyalty_core::{Counters, Document, HistoryEvent, Outcome, ReplayOptions, host};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMapping, PyMemoryView, PyString, PyTuple};

use crate::arguments::{Text, mistyped, whole};
use crate::arrow::Batches;
use crate::columns::Column;
use crate::error;
use crate::input::{Place, dict_of, interrupt};
use crate::member::Member;
use crate::program::Program;
use crate::record::Record;
use crate::table::Table;
use crate::tables::{self, Told};
use crate::threads::Spawned;

/// What a history came to.
#[pyclass(frozen, module = "loyalty")]
pub struct Replay {
    core: loyalty_core::Replay,
    program: Py<Program>,
    decisions: Option<Table>,
    summary: PyOnceLock<Py<Record>>,
}

impl Replay {
    /// Plays lines of JSON, or the rows of a table, Python let go for the whole of it.
    pub fn play(
        program: &Bound<'_, Program>,
        lines: &Bound<'_, PyAny>,
        (options, counters): (ReplayOptions, Counters),
        decisions: bool,
        states: Option<&Bound<'_, PyAny>>,
        threads: &Spawned,
    ) -> PyResult<Self> {
        let py = program.py();
        let own = &program.get().core;
        let members = states.map_or_else(|| Ok(Vec::new()), |states| members(own, states))?;
        let mut told = decisions.then(Told::default);
        let mut each = |outcome: &Outcome| {
            if let Some(told) = &mut told {
                told.add(outcome);
            }
        };
        let core = if let Some(batches) = Batches::of(lines)? {
            let columns = batches.columns()?;
            let events = columns.iter().flat_map(Column::cells);
            heeding(py, |stop| {
                own.resume(members, options, &mut each).counting(counters).on(threads).stop_when(stop).inputs(events)
            })?
        } else if let Ok(bytes) = lines.cast::<PyBytes>() {
            let bytes = bytes.as_bytes();
            heeding(py, |stop| {
                own.resume(members, options, &mut each).counting(counters).on(threads).stop_when(stop).lines(bytes)
            })?
        } else if let Ok(text) = lines.cast::<PyString>() {
            let bytes = whole(text)?.as_bytes();
            heeding(py, |stop| {
                own.resume(members, options, &mut each).counting(counters).on(threads).stop_when(stop).lines(bytes)
            })?
        } else {
            one_by_one(program.get(), lines, |events| {
                own.resume(members, options, &mut each).counting(counters).events(events)
            })?
        };
        let decisions = told.map(Told::finish).transpose()?;
        Ok(Self { core, program: program.clone().unbind(), decisions, summary: PyOnceLock::new() })
    }
}

/// So long nobody looks whether a Ctrl-C has come: that takes waiting for Python, which other threads may have.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Does work without Python that a signal stops, such as the one of Ctrl-C: what its handler raises is what comes out.
fn heeding<T: Send>(py: Python<'_>, work: impl FnOnce(&dyn Fn() -> bool) -> T + Send) -> PyResult<T> {
    let raised = OnceLock::new();
    let done = py.detach(|| {
        let looked = Cell::new(Instant::now());
        let stop = || {
            if looked.get().elapsed() < BETWEEN_LOOKS {
                return false;
            }
            looked.set(Instant::now());
            Python::attach(|py| py.check_signals()).is_err_and(|error| raised.set(error).is_ok())
        };
        work(&stop)
    });
    raised.into_inner().map_or(Ok(done), Err)
}

/// So many objects of Python are played before whoever waits for Python is looked for: less than a millisecond.
const AT_ONCE: u64 = 16;

/// A function of Python that does nothing. Where one begins, Python lets those have it who have waited for long enough, and
/// hears of a Ctrl-C. Letting Python go for a moment does neither: who waits is woken too late, and begins to wait anew.
fn pause(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.eval(c"lambda: None", None, None)
}

/// Dicts and texts of JSON as they come, such as the lines of a file, so that a history need not fit into memory.
fn one_by_one<'py>(
    program: &Program,
    events: &Bound<'py, PyAny>,
    play: impl FnOnce(&mut dyn Iterator<Item = HistoryEvent<'static, Place<'_, 'py>>>) -> loyalty_core::Replay,
) -> PyResult<loyalty_core::Replay> {
    // Bytes that are no `bytes` would come one number after the other.
    let is_buffer = events.cast::<PyByteArray>().is_ok() || events.cast::<PyMemoryView>().is_ok();
    if is_buffer || events.cast::<PyMapping>().is_ok() || events.try_iter().is_err() {
        let expected = "JSON lines as str or bytes, a table of Arrow, or events one after the other";
        return Err(mistyped("lines", expected, events));
    }
    let pause = pause(events.py())?;
    let mut failed = None;
    let mut events = (1_u64..).zip(events.try_iter()?).map_while(|(number, event)| {
        let paused = if number.is_multiple_of(AT_ONCE) { pause.call0().map(drop) } else { Ok(()) };
        match paused.and(event) {
            Ok(value) => Some(one(program, value)),
            Err(error) => {
                failed = Some(error);
                None
            }
        }
    });
    let core = play(&mut events);
    failed.or_else(interrupt).map_or(Ok(core), Err)
}

fn one<'k, 'py>(program: &'k Program, value: Bound<'py, PyAny>) -> HistoryEvent<'static, Place<'k, 'py>> {
    let json = if let Ok(bytes) = value.cast::<PyBytes>() {
        Some(bytes.as_bytes().to_vec())
    } else if let Ok(record) = value.cast::<Record>() {
        Some(record.get().document().to_string().into_bytes())
    } else {
        // What is no text, having half a character, is refused as any other value that is no event.
        value.cast::<PyString>().ok().and_then(|text| text.to_str().ok()).map(|text| text.as_bytes().to_vec())
    };
    match json {
        Some(json) => HistoryEvent::Json(json.into()),
        None => {
            // Of one that cannot be read, the engine finds out why.
            let read = value.cast::<PyMapping>().ok().filter(|_| value.cast::<PyDict>().is_err()).map(dict_of);
            let value = read.and_then(Result::ok).unwrap_or(value);
            HistoryEvent::Object(Place::new(value, &program.keys))
        }
    }
}

/// The members whose states a table holds.
fn members(program: &loyalty_core::Program, states: &Bound<'_, PyAny>) -> PyResult<Vec<loyalty_core::Member>> {
    let Some(batches) = Batches::of(states)? else {
        return Err(mistyped("states", "a table of Arrow with a column `state`", states));
    };
    let columns = batches.columns()?;
    let loaded = states.py().detach(|| {
        let columns: Option<Vec<_>> = columns.iter().map(|column| column.bytes_of("state")).collect();
        // A row without a state is of a member who has none yet, as a join gives it.
        let rows = columns.map(|columns| (1..).zip(columns.into_iter().flatten()));
        let states = rows.map(|rows| rows.filter_map(|(row, state)| Some((row, state?))));
        states.map(|states| host::members_of(program, states)).transpose()
    });
    match loaded {
        Ok(members) => members.ok_or_else(|| PyValueError::new_err("states are a column `state` of bytes")),
        Err(refused) => Err(error::state(&refused)),
    }
}

#[pymethods]
impl Replay {
    /// The program, the numbers of events, the refused ones by their reasons, the sums of each wallet over all members, and their
    /// challenges, badges and leaderboards, as the command line tells them. It is worked out when it is asked for first.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Record>> {
        let summary = self.summary.get_or_try_init(py, || {
            let document = py.detach(|| self.core.to_document());
            Py::new(py, Record::of(document.map_err(|refused| error::event(py, &refused))?))
        })?;
        Ok(summary.bind(py).clone())
    }

    /// Where the counters over all members stand after it, by name: those that were given, and those that have moved.
    #[getter]
    fn counters(&self) -> Record {
        Record::of(host::counters_document(self.core.counters()))
    }

    /// The members after the history, in the order of their ids.
    fn members(&self, py: Python<'_>) -> Vec<Member> {
        let member = |member: &loyalty_core::Member| Member::new(member.clone(), self.program.clone_ref(py), None);
        self.core.members().map(member).collect()
    }

    /// One of the members; None if the history has no such member.
    fn member(&self, py: Python<'_>, id: Text<'_>) -> Option<Member> {
        let member = self.core.member(&id)?.clone();
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
                ("error".into(), error::attributes_of(&refused.error)),
            ]))
        });
        PyTuple::new(py, refused.collect::<Vec<_>>())
    }

    /// The outcomes as JSON, in the order of the events; none unless they were asked for.
    #[getter]
    fn outcomes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.outcomes())
    }

    /// A row for each decision, in the order of the events, those of an event that was known left out. `number` counts
    /// those of an outcome from 0; `details` is JSON with what has no column, None if there is nothing. Raise ValueError
    /// unless they were asked for.
    fn decision_table(&self) -> PyResult<Table> {
        let missing = || PyValueError::new_err("decisions were not kept: `replay(…, decisions=True)` keeps them");
        self.decisions.clone().ok_or_else(missing)
    }

    /// A row for each wallet of each member, with the sums that the summary has of all.
    fn balance_table(&self, py: Python<'_>) -> PyResult<Table> {
        let program = &self.program.get().core;
        Ok(py.detach(|| tables::balances(program, &self.core))?)
    }

    /// A row for each member with its state as bytes, to go on from with `replay(…, states=…)`.
    fn state_table(&self, py: Python<'_>) -> PyResult<Table> {
        let program = &self.program.get().core;
        Ok(py.detach(|| tables::states(program, &self.core))?)
    }

    /// A row for each event that was refused, with a column for each attribute of its EventError.
    fn refused_table(&self, py: Python<'_>) -> PyResult<Table> {
        Ok(py.detach(|| tables::refusals(self.core.refused()))?)
    }

    fn __repr__(&self) -> String {
        let (members, refused) = (self.core.members().count(), self.core.refused().len());
        format!("Replay(members={members}, refused={refused})")
    }
}
