//! What shops and messengers send, as events, and messages as they take them.

use std::borrow::Cow;

use loyalty_core::Document;
use loyalty_hosts::host;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMapping, PyString};

use crate::arguments::{Text, whole};
use crate::convert::plain;
use crate::error;
use crate::input::dict_of;
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
            &py.import("json")?.call_method1(intern!(py, "dumps"), (dict_of(mapping)?,))?
        } else {
            message
        };
        ask(py, "whatsapp.payload", "", &send, &body(written, "a message")?)
    }
}
