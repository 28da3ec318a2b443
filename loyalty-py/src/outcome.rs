//! What the engine answers: outcomes and their decisions, views, explanations.

use loyalty_core::Document;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

use crate::convert::{Reduced, decimal, document, exact};
use crate::record::{Record, Source};

/// What an event or the passing of time brought about.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Outcome(PyOnceLock<Py<PyTuple>>);

/// One typed fact of an outcome. Besides the attributes that all decisions have, each kind has its own.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Decision;

/// What a member has at an instant.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct View;

/// What a cart would get, and why not more.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Quote;

/// Why an event would earn what it would, and what is missing for the rest.
#[pyclass(frozen, extends = Record, module = "loyalty")]
pub struct Explanation {
    text: String,
    html: String,
    /// What the event, or time, would bring about.
    #[pyo3(get)]
    outcome: Py<Outcome>,
}

impl Outcome {
    pub fn of(py: Python<'_>, outcome: loyalty_core::Outcome) -> PyResult<Py<Self>> {
        Self::from(py, Record::later(Source::Outcome(outcome)))
    }

    fn from(py: Python<'_>, record: Record) -> PyResult<Py<Self>> {
        Py::new(py, PyClassInitializer::from(record).add_subclass(Self(PyOnceLock::new())))
    }
}

#[pymethods]
impl Outcome {
    /// The event's id; None for the passing of time.
    #[getter]
    fn event<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "event")
    }

    /// The member's id.
    #[getter]
    fn member<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "member")
    }

    /// The event's own instant, or the one advanced to.
    #[getter]
    fn at<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "at")
    }

    /// The revision of the member's state after it.
    #[getter]
    fn revision<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let values = &slf.as_super().0;
        match &values.source {
            Source::Outcome(outcome) => Ok(outcome.revision().into_pyobject(slf.py())?.into_any()),
            _ => values.value(slf.py(), "revision"),
        }
    }

    /// Whether the event was known: these are the decisions recorded then, and nothing has changed.
    #[getter]
    fn replayed(slf: PyRef<'_, Self>) -> bool {
        let values = &slf.as_super().0;
        match &values.source {
            Source::Outcome(outcome) => outcome.replayed(),
            _ => values.document().get("replayed").is_some(),
        }
    }

    /// The member's arm in each experiment that has been noted, by name; None without any.
    #[getter]
    fn arms<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "arms")
    }

    /// What was decided, in order.
    #[getter]
    pub fn decisions<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, values) = (slf.py(), &slf.as_super().0);
        let tuple = slf.0.get_or_try_init(py, || {
            let count = match &values.source {
                Source::Outcome(outcome) => outcome.decisions().len(),
                _ => values.value(py, "decisions")?.len()?,
            };
            let decision = |number| {
                let record = Record::later(Source::Decision { of: values.clone(), number });
                Bound::new(py, PyClassInitializer::from(record).add_subclass(Decision))
            };
            let list: Vec<_> = (0..count).map(decision).collect::<PyResult<_>>()?;
            Ok::<_, PyErr>(PyTuple::new(py, list)?.unbind())
        })?;
        Ok(tuple.bind(py).clone())
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        Self::from(class.py(), Record::of(document(values)?))
    }
}

#[pymethods]
impl Decision {
    /// The stable name of its kind, such as `earned`.
    #[getter]
    fn kind<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let values = &slf.as_super().0;
        match &values.source {
            Source::Decision { of, number } => match &of.source {
                Source::Outcome(outcome) => {
                    let kind = outcome.decisions().get(*number).map(loyalty_core::Decision::kind);
                    Ok(kind.into_pyobject(slf.py())?.into_any())
                }
                _ => values.value(slf.py(), "kind"),
            },
            _ => values.value(slf.py(), "kind"),
        }
    }

    /// The number of points (or money) that it moves; None for decisions that move none.
    #[getter]
    fn amount<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let values = &slf.as_super().0;
        if let Source::Decision { of, number } = &values.source
            && let Source::Outcome(outcome) = &of.source
        {
            let amount = outcome.decisions().get(*number).and_then(loyalty_core::Decision::amount);
            return amount.map_or_else(|| Ok(slf.py().None().into_bound(slf.py())), |amount| decimal(slf.py(), amount));
        }
        values.value(slf.py(), "amount")
    }

    /// The wallet that it changes; None for decisions that change none.
    #[getter]
    fn wallet<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "wallet")
    }

    /// The instant from which it holds, where that is not the outcome's own.
    #[getter]
    fn at<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let values = &slf.as_super().0;
        match (values.document().get("at"), &values.source) {
            (None, Source::Decision { of, .. }) => of.value(slf.py(), "at"),
            _ => values.value(slf.py(), "at"),
        }
    }

    /// Its own values, and the instant of the outcome that it was taken from.
    fn __reduce__<'py>(slf: PyRef<'py, Self>) -> Reduced<'py, (Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (py, values) = (slf.py(), &slf.as_super().0);
        let at = match &values.source {
            Source::Decision { of, .. } => of.document().get("at"),
            Source::Document | Source::Outcome(_) => None,
        };
        let restore = py.get_type::<Self>().getattr("_restore")?;
        Ok((restore, (exact(py, values.document())?, exact(py, at.unwrap_or(&Document::Null))?)))
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>, at: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        let decisions = Document::List(vec![document(values)?]);
        let of = Document::Object(vec![("at".into(), document(at)?), ("decisions".into(), decisions)]);
        let record = Record::later(Source::Decision { of: Record::of(of).0, number: 0 });
        Py::new(class.py(), PyClassInitializer::from(record).add_subclass(Self))
    }
}

impl View {
    pub fn of(py: Python<'_>, view: &loyalty_core::View) -> PyResult<Py<Self>> {
        Py::new(py, PyClassInitializer::from(Record::of(view.document().clone())).add_subclass(Self))
    }
}

#[pymethods]
impl View {
    /// The member's id.
    #[getter]
    fn member<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "member")
    }

    /// The instant that it shows.
    #[getter]
    fn at<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "at")
    }

    /// The revision of the member's state.
    #[getter]
    fn revision<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "revision")
    }

    /// Balances and sums by the name of the wallet.
    #[getter]
    fn wallets<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "wallets")
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        let record = Record::of(document(values)?);
        Py::new(class.py(), PyClassInitializer::from(record).add_subclass(Self))
    }
}

impl Quote {
    pub fn of(py: Python<'_>, quote: &loyalty_core::Quote, language: &str) -> PyResult<Py<Self>> {
        Py::new(py, PyClassInitializer::from(Record::of(quote.to_document_in(language))).add_subclass(Self))
    }
}

#[pymethods]
impl Quote {
    /// The member's id.
    #[getter]
    fn member<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "member")
    }

    /// The instant that the cart is judged at.
    #[getter]
    fn at<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "at")
    }

    /// What the goods and the shipping cost with the coupons that apply.
    #[getter]
    fn total<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "total")
    }

    /// What the coupons take off the goods.
    #[getter]
    fn discount<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "discount")
    }

    /// What each line costs, in the order of the cart.
    #[getter]
    fn lines<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "lines")
    }

    /// The coupons that apply, in the order in which they do.
    #[getter]
    fn applied<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "applied")
    }

    /// The coupons and codes that do not, each with all its reasons.
    #[getter]
    fn not_applied<'py>(slf: PyRef<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().0.value(slf.py(), "not_applied")
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(class: &Bound<'_, PyType>, values: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        let record = Record::of(document(values)?);
        Py::new(class.py(), PyClassInitializer::from(record).add_subclass(Self))
    }
}

impl Explanation {
    pub fn of(py: Python<'_>, explanation: &loyalty_core::Explanation) -> PyResult<Py<Self>> {
        let outcome = Outcome::of(py, explanation.outcome().clone())?;
        let own = Self { text: explanation.to_text(false), html: explanation.to_html(), outcome };
        Py::new(py, PyClassInitializer::from(Record::of(explanation.to_document())).add_subclass(own))
    }
}

#[pymethods]
impl Explanation {
    /// The explanation for people, without colours.
    fn to_text(&self) -> &str {
        &self.text
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    /// The explanation as a piece of HTML.
    fn to_html(&self) -> &str {
        &self.html
    }

    /// The explanation for notebooks.
    fn _repr_html_(&self) -> &str {
        &self.html
    }

    fn __reduce__<'py>(slf: PyRef<'py, Self>) -> Reduced<'py, (Bound<'py, PyAny>, String, String, Py<Outcome>)> {
        let py = slf.py();
        let restore = py.get_type::<Self>().getattr("_restore")?;
        let values = exact(py, slf.as_super().document())?;
        Ok((restore, (values, slf.text.clone(), slf.html.clone(), slf.outcome.clone_ref(py))))
    }

    /// What pickle calls.
    #[classmethod]
    fn _restore(
        class: &Bound<'_, PyType>,
        values: &Bound<'_, PyAny>,
        text: String,
        html: String,
        outcome: Py<Outcome>,
    ) -> PyResult<Py<Self>> {
        let record = Record::of(document(values)?);
        Py::new(class.py(), PyClassInitializer::from(record).add_subclass(Self { text, html, outcome }))
    }
}
