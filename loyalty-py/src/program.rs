//! Programs: what they are compiled from and what they do to members.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use loyalty_core::host::{self, members};
use loyalty_core::{Event, EventError, ReplayOptions};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

use crate::accounts::{self, Migration};
use crate::arguments::{Count, Secret, Text, bytes, counted, digits, mistyped, named, texts, whole};
use crate::broadcast::BroadcastEstimate;
use crate::convert::{Reduced, instant, some_instant};
use crate::error;
use crate::input::{Place, dict_of};
use crate::leaderboard::Leaderboard;
use crate::member::{Argument, Member};
use crate::outcome::{Explanation, Outcome, Quote, View};
use crate::record::Record;
use crate::replay::Replay;
use crate::report::Report;
use crate::threads::Spawned;

/// A compiled program: immutable, to be used for any number of members and by any number of threads.
#[pyclass(frozen, module = "loyalty")]
pub struct Program {
    pub core: loyalty_core::Program,
    /// The names that it reads of events, as keys of dicts.
    pub(crate) keys: Vec<Py<PyString>>,
}

/// An event as a host has it.
enum Given<'a, 'py> {
    Json(Cow<'a, [u8]>),
    Dict(Bound<'py, PyAny>),
}

thread_local! {
    /// The buffers of the event at hand, used again by the next one. Whoever reads an event takes them out, for the
    /// code of a host's own class may come back to the engine while its object is read.
    static BUFFERS: RefCell<Event> = RefCell::default();
}

fn given<'a, 'py>(event: &'a Bound<'py, PyAny>, argument: &str) -> PyResult<Given<'a, 'py>> {
    if event.cast::<PyDict>().is_ok() {
        return Ok(Given::Dict(event.clone()));
    }
    if let Ok(bytes) = event.cast::<PyBytes>() {
        return Ok(Given::Json(bytes.as_bytes().into()));
    }
    if let Ok(text) = event.cast::<PyString>() {
        // As any other value that is no event.
        let half = |_| error::event(event.py(), &EventError::unreadable("a text with half a character"));
        return Ok(Given::Json(text.to_str().map_err(half)?.as_bytes().into()));
    }
    // The event for another member that a decision holds ready.
    if let Ok(record) = event.cast::<Record>() {
        return Ok(Given::Json(record.get().document().to_string().into_bytes().into()));
    }
    if let Ok(mapping) = event.cast::<PyMapping>() {
        return Ok(Given::Dict(dict_of(mapping)?));
    }
    // What JSON has besides objects came from outside, and is refused as its text would be.
    if let Some(found) = no_object(event)? {
        return Err(error::event(event.py(), &EventError::unreadable(&found)));
    }
    Err(mistyped(argument, "a dict or another mapping, or JSON as str or bytes", event))
}

/// In words, a value that JSON has and that is no object.
fn no_object(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    Ok(if value.is_none() {
        Some("null".to_owned())
    } else if let Ok(truth) = value.cast::<PyBool>() {
        Some(truth.is_true().to_string())
    } else if value.cast::<PyInt>().is_ok() || value.cast::<PyFloat>().is_ok() {
        Some("a number".to_owned())
    } else {
        value.cast::<PyList>().is_ok().then(|| "a list".to_owned())
    })
}

impl Program {
    fn new(py: Python<'_>, text: &str, name: &str, secret: Option<&[u8]>) -> PyResult<Self> {
        let compiled = py.detach(|| loyalty_core::Program::compile(text));
        let core = compiled.map_err(|diagnostics| error::rules(py, &diagnostics, name))?;
        let core = match secret {
            Some(secret) => core.with_secret(secret).map_err(|short| PyValueError::new_err(short.to_string()))?,
            None => core,
        };
        let keys = core.keys().map(|key| PyString::intern(py, key).unbind()).collect();
        Ok(Self { core, keys })
    }

    /// Reads an event and hands it to the engine, Python let go as far as its objects are not needed.
    fn on_event<T: Send>(
        &self,
        (event, argument): (&Bound<'_, PyAny>, &str),
        happen: impl Send + FnOnce(&Event) -> Result<T, EventError>,
    ) -> PyResult<T> {
        let py = event.py();
        let mut buffers = BUFFERS.take();
        let happened = match given(event, argument)? {
            Given::Json(json) => py.detach(|| {
                self.core.decode_into(&json, &mut buffers)?;
                happen(&buffers)
            }),
            Given::Dict(value) => {
                let read = self.core.decode_from(&mut Place::new(value, &self.keys), &mut buffers);
                read.and_then(|()| py.detach(|| happen(&buffers)))
            }
        };
        BUFFERS.set(buffers);
        happened.map_err(|refused| error::event(py, &refused))
    }
}

#[pymethods]
impl Program {
    /// Compile the text of a program; raise RulesError with all that is wrong with it. `name` stands for the text where
    /// places are shown; `secret`, at least 16 bytes, chooses draws and arms: without it, events that need chance are refused.
    #[staticmethod]
    #[pyo3(
        signature = (text, *, name=Text::of("program"), secret=None),
        text_signature = "(text, *, name='program', secret=None)"
    )]
    fn compile(py: Python<'_>, text: Text<'_>, name: Text<'_>, secret: Option<Secret<'_>>) -> PyResult<Self> {
        Self::new(py, &text, &name, secret.map(|secret| secret.0))
    }

    /// Compile the program of a file, with the host's secret if it has one.
    #[staticmethod]
    #[pyo3(signature = (path, *, secret=None))]
    fn from_file(py: Python<'_>, path: PathBuf, secret: Option<Secret<'_>>) -> PyResult<Self> {
        let bytes = py.detach(|| std::fs::read(&path)).map_err(|error| unread(error, &path))?;
        let text = String::from_utf8(bytes).map_err(|broken| no_text(&broken, &path))?;
        Self::new(py, &text, &path.to_string_lossy(), secret.map(|secret| secret.0))
    }

    /// Programs are compiled; this says so.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn refused(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Err(PyTypeError::new_err("a Program is made by Program.compile(text) or Program.from_file(path)"))
    }

    /// The program's title.
    #[getter]
    fn title(&self) -> &str {
        self.core.title()
    }

    /// The program's own version number.
    #[getter]
    fn version(&self) -> u32 {
        self.core.version()
    }

    /// The text that it was compiled from.
    #[getter]
    fn text(&self) -> &str {
        self.core.text()
    }

    /// What is legal and surely not meant.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        error::list(py, self.core.warnings())
    }

    /// The policies in force, the defaults among them, as the clauses that would say so: (declaration, clause).
    fn policies(&self) -> Vec<(String, String)> {
        self.core.policies()
    }

    /// A new member, joining at that instant.
    fn enroll(slf: &Bound<'_, Self>, id: Text<'_>, at: &Bound<'_, PyAny>) -> PyResult<Member> {
        let enrolled = slf.get().core.enroll(&id, instant(at, "at")?);
        let enrolled = enrolled.map_err(|refused| error::event(slf.py(), &refused))?;
        Ok(Member::new(enrolled, slf.clone().unbind(), None))
    }

    /// The member whose state this or another version of the program has saved: JSON as str or bytes, or the bytes of
    /// `save_binary`. Bytes may be a bytearray or a memoryview, as drivers of databases give them.
    fn load(slf: &Bound<'_, Self>, state: &Bound<'_, PyAny>) -> PyResult<Member> {
        let (py, core) = (slf.py(), &slf.get().core);
        let loaded = if let Some(bytes) = bytes(state)? {
            py.detach(|| host::loaded_of(core, &bytes))
        } else if let Ok(text) = state.cast::<PyString>() {
            let text = whole(text)?;
            py.detach(|| core.load(text))
        } else {
            return Err(mistyped("state", "a str or bytes as they were saved", state));
        };
        let loaded = loaded.map_err(|refused| error::state(&refused))?;
        Ok(Member::new(loaded.member, slf.clone().unbind(), Some(loaded.report.to_document())))
    }

    /// An event happens to a member: a dict, or JSON as str or bytes. With `now`, an event from the future is refused; with
    /// `counters`, nothing goes beyond a limit over all members.
    #[pyo3(signature = (member, event, *, now=None, counters=None))]
    fn apply(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        event: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Outcome>> {
        let now = some_instant(now, "now")?;
        let counters = counters.map(counted).transpose()?;
        let member = member.get();
        let outcome = self.on_event((event, "event"), |event| match (counters, now) {
            (Some(counters), now) => self.core.apply_event_with(&mut member.lock(), event, now, counters),
            (None, Some(now)) => self.core.apply_event_at(&mut member.lock(), event, now),
            (None, None) => self.core.apply_event(&mut member.lock(), event),
        })?;
        Outcome::of(py, outcome)
    }

    /// Time passes until that instant; with `counters`, nothing goes beyond a limit over all members.
    #[pyo3(signature = (member, to, *, counters=None))]
    fn advance(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        to: &Bound<'_, PyAny>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Outcome>> {
        let (to, counters) = (instant(to, "to")?, counters.map(counted).transpose()?.unwrap_or_default());
        let member = member.get();
        let advanced = py.detach(|| self.core.advance_with(&mut member.lock(), to, counters));
        Outcome::of(py, advanced.map_err(|refused| error::event(py, &refused))?)
    }

    /// What a cart would get: the coupons that apply, line by line, and why not the others; changes nothing. The cart is an
    /// order that has not happened yet, with neither type nor id: a dict, or JSON as str or bytes. `counters` says where the
    /// counters over all members stand. Without `others`, only the named codes say why they do not apply. The texts are in
    /// `language`: `en` or `ar`.
    #[pyo3(
        signature = (member, cart, *, codes=None, counters=None, others=true, language=Text::of("en")),
        text_signature = "($self, member, cart, *, codes=None, counters=None, others=True, language='en')"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are Python's, by name")]
    fn quote(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        cart: &Bound<'_, PyAny>,
        codes: Option<&Bound<'_, PyAny>>,
        counters: Option<&Bound<'_, PyAny>>,
        others: bool,
        language: Text<'_>,
    ) -> PyResult<Py<Quote>> {
        let counters = counters.map(counted).transpose()?.unwrap_or_default();
        let member = member.get();
        let codes = texts(codes, "codes")?;
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let cart = match given(cart, "cart")? {
            Given::Json(json) => py.detach(|| self.core.decode_cart(&json)),
            Given::Dict(value) => self.core.decode_cart_from(&mut Place::new(value, &self.keys)),
        };
        let quoted = cart.and_then(|cart| {
            py.detach(|| host::quote(&self.core, &member.lock(), &cart, &codes, &counters, others, &language))
        });
        Quote::of(py, &quoted.map_err(|refused| error::event(py, &refused))?, &language)
    }

    /// Whom a `broadcast` event would reach if it happened to each of many members: an estimate to which they are added. The
    /// event is the one that will be applied to them, without `id` and `member`: a dict, or JSON as str or bytes. `counters`
    /// says where the counters over all members stand.
    #[pyo3(signature = (broadcast, *, counters=None))]
    fn broadcast_estimate(
        &self,
        py: Python<'_>,
        broadcast: &Bound<'_, PyAny>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<BroadcastEstimate> {
        let counters = counters.map(counted).transpose()?.unwrap_or_default();
        let estimate = match given(broadcast, "broadcast")? {
            Given::Json(json) => self.core.broadcast_estimate(&*json, counters),
            Given::Dict(value) => self.core.broadcast_estimate_from(&mut Place::new(value, &self.keys), counters),
        };
        estimate.map(BroadcastEstimate::new).map_err(|refused| error::event(py, &refused))
    }

    /// The standings of a leaderboard at an instant, to which every member is added; with `closed`, those of the last round
    /// that is over by then, with the event of each member who wins something. `top` says how many places are kept, `around`
    /// a member whose place and `neighbours` are told too.
    #[pyo3(
        signature = (name, at, *, closed=false, top=None, around=None, neighbours=Count(2)),
        text_signature = "($self, name, at, *, closed=False, top=None, around=None, neighbours=2)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are Python's, by name")]
    fn leaderboard(
        &self,
        py: Python<'_>,
        name: Text<'_>,
        at: &Bound<'_, PyAny>,
        closed: bool,
        top: Option<Count>,
        around: Option<Argument<'_>>,
        neighbours: Count,
    ) -> PyResult<Leaderboard> {
        let at = instant(at, "at")?;
        let around = around.map(|member| member.get().lock().clone());
        let around = around.as_ref().map(|member| (member, neighbours.0));
        let board = host::leaderboard(&self.core, &name, at, closed, top.map(|top| top.0), around);
        board.map(Leaderboard::new).map_err(|refused| error::event(py, &refused))
    }

    /// How the program does, to be made of outcomes: a row for each `period` (day, week, month, quarter, half-year, year).
    /// `active` names the events by which a member counts as active, `values` what a point of a wallet is worth in money.
    #[pyo3(
        signature = (*, period=Text::of("month"), active=None, values=None),
        text_signature = "($self, *, period='month', active=None, values=None)"
    )]
    fn report(
        &self,
        py: Python<'_>,
        period: Text<'_>,
        active: Option<&Bound<'_, PyAny>>,
        values: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Report> {
        let told = values.map_or_else(|| Ok(Vec::new()), |values| named(values, "values"))?;
        let report = host::report(&self.core, Some(period.to_owned()), texts(active, "active")?, told);
        report.map(Report::new).map_err(|refused| error::event(py, &refused))
    }

    /// What a member has at that instant, or at its own clock if that is later; changes nothing.
    #[pyo3(signature = (member, at=None))]
    fn view(&self, py: Python<'_>, member: Argument<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Py<View>> {
        let at = some_instant(at, "at")?;
        let member = member.get();
        let view = py.detach(|| host::view(&self.core, &member.lock(), at));
        View::of(py, &view.map_err(|refused| error::event(py, &refused))?)
    }

    /// Why an event would earn what it would; changes nothing. `counters` says where the counters over all members stand.
    #[pyo3(signature = (member, event, *, counters=None))]
    fn explain(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        event: &Bound<'_, PyAny>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Explanation>> {
        let (member, counters) = (member.get(), counters.map(counted).transpose()?);
        let explained = self.on_event((event, "event"), |event| match &counters {
            Some(counters) => self.core.explain_event_with(&member.lock(), event, counters),
            None => self.core.explain_event(&member.lock(), event),
        })?;
        Explanation::of(py, &explained)
    }

    /// Why time alone would bring what it would until that instant; changes nothing. `counters` says where the counters over
    /// all members stand.
    #[pyo3(signature = (member, to, *, counters=None))]
    fn explain_advance(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        to: &Bound<'_, PyAny>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Explanation>> {
        let (to, member, counters) = (instant(to, "to")?, member.get(), counters.map(counted).transpose()?);
        let explained = py.detach(|| match &counters {
            Some(counters) => self.core.explain_advance_with(&member.lock(), to, counters),
            None => self.core.explain_advance(&member.lock(), to),
        });
        Explanation::of(py, &explained.map_err(|refused| error::event(py, &refused))?)
    }

    /// Why the wheels that an event turned came out so: for each draw what was hashed, the number, the slices, and whether
    /// all of it agrees when it is worked out again.
    fn audit(&self, py: Python<'_>, member: Argument<'_>, event: Text<'_>) -> PyResult<Record> {
        let member = member.get();
        let audited = py.detach(|| self.core.audit(&member.lock(), &event));
        audited.map(Record::of).map_err(|refused| error::event(py, &refused))
    }

    /// Merge the account `absorbed` into the account `into`: all that it has goes over, and it takes no more events. The
    /// outcomes of both; either both change or neither.
    fn merge(
        &self,
        py: Python<'_>,
        into: PyRef<'_, Member>,
        absorbed: PyRef<'_, Member>,
        at: &Bound<'_, PyAny>,
    ) -> PyResult<(Py<Outcome>, Py<Outcome>)> {
        let at = instant(at, "at")?;
        let outcomes = accounts::together(py, &[into, absorbed], |members| members::merge(&self.core, members, at))?;
        let mut outcomes = outcomes.into_iter();
        outcomes.next().zip(outcomes.next()).ok_or_else(|| PyTypeError::new_err("a merge has two outcomes"))
    }

    /// Erase the person and keep the sums: what is left has the pseudonym for its id and takes no more events.
    fn erase(
        &self,
        py: Python<'_>,
        member: Argument<'_>,
        pseudonym: Text<'_>,
        at: &Bound<'_, PyAny>,
    ) -> PyResult<Py<Outcome>> {
        let (at, member) = (instant(at, "at")?, member.get());
        let erased = py.detach(|| self.core.erase(&mut member.lock(), &pseudonym, at));
        Outcome::of(py, erased.map_err(|refused| error::event(py, &refused))?)
    }

    /// All that is held about a member, for the person: named, in plain values.
    fn export(&self, py: Python<'_>, member: Argument<'_>) -> PyResult<Record> {
        let member = member.get();
        let exported = py.detach(|| host::export(&self.core, &member.lock()));
        exported.map(Record::of).map_err(|refused| error::event(py, &refused))
    }

    /// Members of one household pay together, each in proportion to what it has; either all of them or none. The outcomes
    /// in the order of the members. The same `id` again repeats them.
    #[pyo3(signature = (members, *, id, wallet, points, at))]
    fn pool_spend(
        &self,
        py: Python<'_>,
        members: Vec<PyRef<'_, Member>>,
        id: Text<'_>,
        wallet: Text<'_>,
        points: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
    ) -> PyResult<Vec<Py<Outcome>>> {
        let (points, at) = (digits(points, "points")?, instant(at, "at")?);
        accounts::together(py, &members, |members| {
            members::pool_spend(&self.core, members, (&id, &wallet, &points), at)
        })
    }

    /// Members get back of what they paid together under the id `payment`; without `points`, all that is left of it.
    #[pyo3(signature = (members, *, id, payment, at, points=None))]
    fn pool_give_back(
        &self,
        py: Python<'_>,
        members: Vec<PyRef<'_, Member>>,
        id: Text<'_>,
        payment: Text<'_>,
        at: &Bound<'_, PyAny>,
        points: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Py<Outcome>>> {
        let (points, at) = (points.map(|points| digits(points, "points")).transpose()?, instant(at, "at")?);
        accounts::together(py, &members, |members| {
            members::pool_give_back(&self.core, members, (&id, &payment, points.as_deref()), at)
        })
    }

    /// The `sent_back` event for the sender of a `received` event that cannot be delivered: all its points go back.
    fn send_back(&self, received: &Bound<'_, PyAny>) -> PyResult<Record> {
        let back = self.on_event((received, "received"), |event| self.core.send_back_event(event))?;
        Ok(Record::of(back))
    }

    /// What becomes of a member of `old`, another version of this program, at an instant; changes nothing. Go on with its
    /// `member` to go through with it.
    fn migrate(
        slf: &Bound<'_, Self>,
        old: &Bound<'_, Self>,
        member: Argument<'_>,
        at: &Bound<'_, PyAny>,
    ) -> PyResult<Py<Migration>> {
        Migration::of(slf, old.get(), member.get(), instant(at, "at")?)
    }

    /// Run the `test` declarations of the program: `title`, `line`, `passed` and `failures`, each with `line` and `message`.
    fn run_tests(&self, py: Python<'_>) -> Vec<Record> {
        let tests = py.detach(|| self.core.run_tests());
        tests.iter().map(|test| Record::of(test.to_document())).collect()
    }

    /// Play a whole history: lines of JSON, a table of Arrow (whatever has `__arrow_c_stream__`), each row an event, or
    /// events one after the other, from a list, a file of lines, or as a generator yields them. Each member is enrolled by
    /// the first event that is taken, unless `states` has it: a table with a column `state`, such as `Replay.state_table`
    /// gave for the part of the history before. With `until`, time then passes for all; with `outcomes`, the outcomes are
    /// kept; with `decisions`, the decisions, for `Replay.decision_table`. `counters` says where the counters over all members
    /// stand before it, zero if not said; nothing goes beyond a limit over all members, and `Replay.counters` says where they
    /// stand then. What a member sends to another one, as a transfer does, arrives at once: give `states` of whoever is sent
    /// something, for who is not known is enrolled by it. Lines in one text, and tables, are played on all cores, or on so many
    /// `threads`, unless members bear on each other in these ways; it comes to the same. Objects of Python are read one after
    /// the other.
    #[pyo3(signature = (lines, *, until=None, outcomes=false, decisions=false, states=None, threads=None, counters=None))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's, by name")]
    fn replay(
        slf: &Bound<'_, Self>,
        lines: &Bound<'_, PyAny>,
        until: Option<&Bound<'_, PyAny>>,
        outcomes: bool,
        decisions: bool,
        states: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        counters: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Replay> {
        let options = ReplayOptions { outcomes, until: some_instant(until, "until")? };
        let counters = counters.map(counted).transpose()?.unwrap_or_default();
        Replay::play(slf, lines, (options, counters), decisions, states, &Spawned::of(threads)?)
    }

    /// What of the program bears on several members at once, such as `rule early`, or None: for whoever divides them.
    fn _across_members(&self) -> Option<String> {
        self.core.across_members()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().core == self.core)
    }

    fn __hash__(&self) -> u64 {
        self.core.fingerprint()
    }

    fn __repr__(&self) -> String {
        format!("Program({:?}, version={})", self.core.title(), self.core.version())
    }

    fn __copy__(slf: &Bound<'_, Self>) -> Py<Self> {
        slf.clone().unbind()
    }

    fn __deepcopy__(slf: &Bound<'_, Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf.clone().unbind()
    }

    /// Without the secret it would be another program, and with it the secret would lie wherever the pickle does.
    fn __reduce__<'py>(&self, py: Python<'py>) -> Reduced<'py, (&str,)> {
        if self.core.has_secret() {
            let advice =
                "keep members by `save_binary`, and give the secret to `Program.compile` where they are loaded";
            return Err(PyTypeError::new_err(format!(
                "a program with a secret is not pickled, nor are its members; {advice}"
            )));
        }
        Ok((py.get_type::<Self>().getattr("compile")?, (self.core.text(),)))
    }
}

/// Why a file was not read, as `open` says it: with the file's name.
fn unread(error: std::io::Error, path: &Path) -> PyErr {
    match error.raw_os_error() {
        // Python finds the class and the words that go with the number.
        Some(number) => PyOSError::new_err((number, words(&error), path.as_os_str().to_owned())),
        None => PyValueError::new_err(format!("{}: {error}", path.display())),
    }
}

/// A program is UTF-8; tells the place of the first byte that is not, as Python counts.
fn no_text(broken: &FromUtf8Error, path: &Path) -> PyErr {
    let at = broken.utf8_error().valid_up_to();
    let before = broken.as_bytes().get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
    PyValueError::new_err(format!("{}: not UTF-8 at byte {at}, line {line}, byte {column} of it", path.display()))
}

/// What the system says, without the number that Rust puts behind it.
fn words(error: &std::io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or_default().to_owned()
}

/// What an event says of itself, whatever its type: `id`, `member`, `type` and `at`, each None where it is missing. The
/// host's first step, for it says whose state the event needs: `member` is None for a guest alone, and EventError is raised
/// for one that is no id.
#[pyfunction]
pub fn event_head(py: Python<'_>, event: &Bound<'_, PyAny>) -> PyResult<Record> {
    let head = match given(event, "event")? {
        Given::Json(json) => loyalty_core::event_head(&json),
        Given::Dict(value) => {
            let keys: Vec<_> = loyalty_core::ENVELOPE.iter().map(|key| PyString::intern(py, key).unbind()).collect();
            loyalty_core::event_head_from(&mut Place::new(value, &keys))
        }
    };
    head.map(|head| Record::of(head.to_document())).map_err(|refused| error::event(py, &refused))
}

/// The program text laid out as everybody's is; raise RulesError for what cannot be read.
#[pyfunction]
pub fn format(py: Python<'_>, text: Text<'_>) -> PyResult<String> {
    py.detach(|| loyalty_core::format(&text)).map_err(|diagnostics| error::rules(py, &diagnostics, "program"))
}
