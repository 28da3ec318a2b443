//! Named values of the engine as an object with attributes: what outcomes, decisions, views and the rest have in common.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use loyalty_core::{Document, Key};
use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PySet, PyString, PyType};

use crate::convert::{Reduced, document, exact, plain, value};
use crate::html;
use crate::outcome::Outcome;

/// Named values, by attribute or by key, and a Mapping; immutable. Amounts are Decimals, instants aware datetimes, lists
/// tuples, and objects are Records again. A name that a method has, such as that of a wallet called `items`, is reached by
/// its key alone: `wallets["items"]`.
#[pyclass(frozen, subclass, module = "loyalty")]
pub struct Record(pub Arc<Values>);

/// The values of a record. An outcome is written out when somebody asks for more than its most common values.
pub struct Values {
    pub source: Source,
    document: OnceLock<Document>,
}

/// What values are taken from.
pub enum Source {
    Document,
    Outcome(loyalty_core::Outcome),
    /// The decision of that number.
    Decision {
        of: Arc<Values>,
        number: usize,
    },
}

impl Values {
    pub fn document(&self) -> &Document {
        self.document.get_or_init(|| match &self.source {
            Source::Document => Document::Null,
            Source::Outcome(outcome) => outcome.to_document(),
            Source::Decision { of, number } => {
                let decisions = of.document().get("decisions");
                decisions.and_then(|list| list.item(*number)).cloned().unwrap_or(Document::Null)
            }
        })
    }

    /// The value under a key; None where there is none.
    pub fn value<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        value(py, self.document().get(key).unwrap_or(&Document::Null))
    }
}

impl Record {
    pub fn of(document: Document) -> Self {
        Self(Arc::new(Values { source: Source::Document, document: document.into() }))
    }

    pub fn later(source: Source) -> Self {
        Self(Arc::new(Values { source, document: OnceLock::new() }))
    }

    pub fn document(&self) -> &Document {
        self.0.document()
    }

    fn entries(&self) -> &[(Key, Document)] {
        if let Document::Object(entries) = self.document() { entries } else { &[] }
    }

    /// A value by its key, the same object as by its attribute: the decisions of an outcome are Decisions.
    fn entry<'py>(slf: &Bound<'py, Self>, key: &str, entry: &Document) -> PyResult<Bound<'py, PyAny>> {
        match slf.cast::<Outcome>() {
            Ok(outcome) if key == "decisions" => Ok(Outcome::decisions(outcome.borrow())?.into_any()),
            _ => value(slf.py(), entry),
        }
    }

    /// The keys as those of a dict of nothing.
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        self.entries().iter().try_for_each(|(key, _)| dict.set_item(&**key, py.None()))?;
        Ok(dict)
    }

    /// All of it as a dict, of which every view has its own: nobody changes it.
    fn dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(slf.py());
        for (key, entry) in slf.get().entries() {
            dict.set_item(&**key, Self::entry(slf, key, entry)?)?;
        }
        Ok(dict)
    }

    /// What it has, for who asks for something else.
    fn has(slf: &Bound<'_, Self>) -> PyResult<String> {
        let keys: Vec<_> = slf.get().entries().iter().map(|(key, _)| &**key).collect();
        Ok(format!("this {} has {}", slf.get_type().name()?, keys.join(", ")))
    }
}

#[pymethods]
impl Record {
    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let own = slf.get();
        // Nothing is called by what has half a character.
        if let Some(found) = name.to_str().ok().and_then(|name| own.document().get(name)) {
            return value(slf.py(), found);
        }
        let keys: Vec<_> = own.entries().iter().map(|(key, _)| &**key).collect();
        let (class, name) = (slf.get_type().name()?, name.to_string_lossy());
        Err(PyAttributeError::new_err(format!("this {class} has no `{name}`; it has {}", keys.join(", "))))
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let name = key.extract::<&str>().ok();
        if let Some(name) = name
            && let Some(found) = slf.get().document().get(name)
        {
            return Self::entry(slf, name, found);
        }
        // The error names the key, as that of every mapping does; what there is stands in a note.
        let error = PyKeyError::new_err(key.clone().unbind());
        error.value(slf.py()).call_method1("add_note", (Self::has(slf)?,))?;
        Err(error)
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> bool {
        key.extract::<&str>().is_ok_and(|key| self.document().get(key).is_some())
    }

    fn __len__(&self) -> usize {
        self.entries().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.names(py)?.try_iter()
    }

    /// The keys, in order, as those of a dict.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.names(py)?.call_method0(intern!(py, "keys"))
    }

    /// The values, in the order of the keys, as those of a dict.
    fn values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::dict(slf)?.call_method0(intern!(slf.py(), "values"))
    }

    /// Keys with their values, in order, as those of a dict.
    fn items<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::dict(slf)?.call_method0(intern!(slf.py(), "items"))
    }

    /// The value under a key, or the default.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyString>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match key.to_str().ok().and_then(|key| Some((key, slf.get().document().get(key)?))) {
            Some((key, found)) => Self::entry(slf, key, found),
            None => Ok(default.unwrap_or_else(|| slf.py().None().into_bound(slf.py()))),
        }
    }

    /// The values as `json.loads` would give them: amounts and instants as str, ready to be written anywhere.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(plain(py, self.document())?.cast_into()?)
    }

    /// The values as JSON, the same bytes as in every other host.
    fn to_json(&self) -> String {
        self.document().to_string()
    }

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> bool {
        // Whatever they are called: a decision is the same under its attribute as under its key.
        other.cast::<Self>().is_ok_and(|other| slf.get().document() == other.get().document())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.document().to_string().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("{}({})", slf.get_type().name()?, shown_entries(slf.get().entries())))
    }

    /// A table for notebooks.
    fn _repr_html_(&self) -> String {
        html::table(self.document())
    }

    fn __dir__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        // Some keys are attributes of the class, too.
        let names = PySet::new(slf.py(), slf.get_type().call_method1("mro", ())?.get_item(0)?.dir()?)?;
        names.call_method1("update", (slf.get().names(slf.py())?,))?;
        Ok(names.into_any())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py, (Bound<'py, PyAny>,)> {
        let restore = slf.get_type().getattr("_restore")?;
        Ok((restore, (exact(slf.py(), slf.get().document())?,)))
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(_class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self::of(document(values)?))
    }
}

fn shown_entries(entries: &[(Key, Document)]) -> String {
    let entries: Vec<_> = entries.iter().map(|(key, entry)| format!("{key}={}", shown(entry))).collect();
    entries.join(", ")
}

/// A value as Python would show it, or shorter.
fn shown(document: &Document) -> String {
    match document {
        Document::Null => "None".to_owned(),
        Document::Bool(true) => "True".to_owned(),
        Document::Bool(false) => "False".to_owned(),
        Document::Amount(_) => format!("Decimal({})", document.to_string().replace('"', "'")),
        Document::Instant { .. } => document.to_string().trim_matches('"').to_owned(),
        Document::Number(_) | Document::Text(_) => document.to_string(),
        Document::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Document::Object(entries) => format!("({})", shown_entries(entries)),
    }
}
