//! What shops and messengers send, as events, and messages as they take them.

use std::borrow::Cow;

use loyalty_core::Document;
use loyalty_hosts::host;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict as _, PyBool, PyBytes, PyDate, PyDateTime, PyMapping, PyString};

use crate::arguments::{Text, whole};
use crate::convert::{decimal_class, micros_of, plain};
use crate::error;
use crate::input::{dict_of, extent};
use crate::record::Record;

/// A body as it came: the bytes over which the signature was checked, or their text.
fn body<'a>(given: &'a Bound<'_, PyAny>, what: &str) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().into());
    }
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(whole(text)?.as_bytes().into());
    }
    let name = given.get_type().fully_qualified_name()?;
    let besides = if what == "a message" { "a dict or another mapping, or " } else { "" };
    Err(PyTypeError::new_err(format!("{what} is {besides}JSON as str or bytes, not {name}")))
}

/// What a host chooses, as the JSON that the translations read.
fn options(named: &[(&str, Option<Text<'_>>)]) -> String {
    let given =
        named.iter().filter_map(|(name, value)| Some(((*name).to_owned().into(), Document::from(value.as_deref()?))));
    Document::Object(given.collect()).to_string()
}

fn ask<'py>(py: Python<'py>, function: &str, topic: &str, options: &str, body: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let answer = host::answer(function, topic, options.as_bytes(), body);
    plain(py, &answer.map_err(|refused| error::event(py, &refused))?)
}

/// Shopify's webhooks.
#[pyclass(frozen, module = "loyalty")]
#[expect(non_camel_case_types, reason = "what it stands for in Python is a module")]
pub struct shopify;

#[pymethods]
impl shopify {
    /// What comes of a webhook; the topic is what the header `X-Shopify-Topic` says.
    #[staticmethod]
    #[pyo3(signature = (topic, body, *, source = None, earn = None, money = None))]
    fn events<'py>(
        topic: Text<'_>,
        body: &Bound<'py, PyAny>,
        source: Option<Text<'_>>,
        earn: Option<Text<'_>>,
        money: Option<Text<'_>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        of_platform("shopify.events", &topic, body, [source, earn, money])
    }
}

/// WooCommerce's webhooks, and refunds of its REST API.
#[pyclass(frozen, module = "loyalty")]
#[expect(non_camel_case_types, reason = "what it stands for in Python is a module")]
pub struct woocommerce;

#[pymethods]
impl woocommerce {
    /// What comes of a webhook; the topic is what the header `X-WC-Webhook-Topic` says, or `refund` for one of the REST API.
    #[staticmethod]
    #[pyo3(signature = (topic, body, *, source = None, earn = None, money = None))]
    fn events<'py>(
        topic: Text<'_>,
        body: &Bound<'py, PyAny>,
        source: Option<Text<'_>>,
        earn: Option<Text<'_>>,
        money: Option<Text<'_>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        of_platform("woocommerce.events", &topic, body, [source, earn, money])
    }
}

/// Resources of Magento's REST API.
#[pyclass(frozen, module = "loyalty")]
#[expect(non_camel_case_types, reason = "what it stands for in Python is a module")]
pub struct magento;

#[pymethods]
impl magento {
    /// What comes of a resource of the REST API: `order`, `credit_memo` or `customer`.
    #[staticmethod]
    #[pyo3(signature = (resource, body, *, source = None, earn = None, money = None))]
    fn events<'py>(
        resource: Text<'_>,
        body: &Bound<'py, PyAny>,
        source: Option<Text<'_>>,
        earn: Option<Text<'_>>,
        money: Option<Text<'_>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        of_platform("magento.events", &resource, body, [source, earn, money])
    }
}

fn of_platform<'py>(
    function: &str,
    topic: &str,
    given: &Bound<'py, PyAny>,
    [source, earn, money]: [Option<Text<'_>>; 3],
) -> PyResult<Bound<'py, PyAny>> {
    let options = options(&[("source", source), ("earn", earn), ("money", money)]);
    ask(given.py(), function, topic, &options, &body(given, "a body")?)
}

/// The JSON of a mapping that may have in it what decisions have: Decimals, instants and Records, as they are written in JSON.
fn written<'py>(mapping: &Bound<'py, PyMapping>) -> PyResult<Bound<'py, PyAny>> {
    let py = mapping.py();
    let message = dict_of(mapping)?;
    extent::expect(message.cast()?).map_err(|refused| error::event(py, &refused))?;
    let options = [
        ("default", wrap_pyfunction!(in_json, py)?.into_any()),
        ("allow_nan", PyBool::new(py, false).to_owned().into_any()),
    ];
    py.import("json")?.call_method(intern!(py, "dumps"), (message,), Some(&options.into_py_dict(py)?))
}

/// What `json.dumps` asks for where a value is none of JSON's.
#[pyfunction]
fn in_json<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if let Ok(record) = value.cast::<Record>() {
        return plain(py, record.get().document());
    }
    if value.is_instance(decimal_class(py)?)? {
        return decimal_class(py)?.call_method1(intern!(py, "__format__"), (value, "f"));
    }
    // A datetime is a date, too. Without an offset it is no instant.
    let is_instant = value.cast::<PyDateTime>().is_ok();
    if (is_instant && micros_of(value)?.is_some()) || (!is_instant && value.cast::<PyDate>().is_ok()) {
        return value.call_method0(intern!(py, "isoformat"));
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        return dict_of(mapping);
    }
    let found = if is_instant {
        "a datetime without an offset".to_owned()
    } else {
        format!("a {}", value.get_type().fully_qualified_name()?)
    };
    let takes = "a Decimal, a date, an aware datetime or a Record";
    Err(PyTypeError::new_err(format!(
        "a message holds what JSON has, or {takes}, and no {}",
        found.trim_start_matches("a ")
    )))
}

/// The WhatsApp Cloud API: its webhooks, and the messages that it takes.
#[pyclass(frozen, module = "loyalty")]
#[expect(non_camel_case_types, reason = "what it stands for in Python is a module")]
pub struct whatsapp;

#[pymethods]
impl whatsapp {
    /// What comes of a webhook's body: messages, statuses, preferences and changes of identity.
    #[staticmethod]
    #[pyo3(signature = (body, *, source = None))]
    fn events<'py>(body: &Bound<'py, PyAny>, source: Option<Text<'_>>) -> PyResult<Bound<'py, PyAny>> {
        let options = options(&[("source", source)]);
        ask(body.py(), "whatsapp.events", "", &options, &self::body(body, "a body")?)
    }

    /// The body of `POST /PHONE-NUMBER-ID/messages` for a message, within the limits of the protocol.
    #[staticmethod]
    #[pyo3(signature = (message, *, phone = None, bsuid = None, window = None, reply_to = None, callback = None))]
    fn payload<'py>(
        message: &Bound<'py, PyAny>,
        phone: Option<Text<'_>>,
        bsuid: Option<Text<'_>>,
        window: Option<Text<'_>>,
        reply_to: Option<Text<'_>>,
        callback: Option<Text<'_>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = message.py();
        let send = options(&[
            ("phone", phone),
            ("bsuid", bsuid),
            ("window", window),
            ("reply_to", reply_to),
            ("callback", callback),
        ]);
        let written = if let Ok(record) = message.cast::<Record>() {
            // A decision as it stands.
            &PyString::new(py, &record.get().document().to_string()).into_any()
        } else if let Ok(mapping) = message.cast::<PyMapping>() {
            &written(mapping)?
        } else {
            message
        };
        ask(py, "whatsapp.payload", "", &send, &body(written, "a message")?)
    }
}
