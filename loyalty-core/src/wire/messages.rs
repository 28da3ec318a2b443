//! Messages as hosts are given them: what to send, or why nothing is.

use super::document::Document;
use crate::engine::messages::said::{Because, Said, SaidControl, Suppressed, Unsaid};

/// Puts what there is to say of a message into its decision.
pub fn said(object: &mut Document, said: &Said) {
    object.put("id", &*said.id);
    object.put("message", &*said.message);
    object.put("category", said.category.name());
    object.put("language", &*said.language);
    object.put("send", said.form.name());
    object.put("text", &*said.text);
    for (key, text) in [("header", &said.header), ("footer", &said.footer)] {
        if let Some(text) = text {
            object.put(key, &**text);
        }
    }
    if let Some(template) = &said.template {
        object.put("template", Document::object().with("name", &**template).with("parameters", parameters(said)));
    }
    let buttons: Vec<Document> = said.controls.iter().filter_map(button).collect();
    if !buttons.is_empty() {
        object.put("buttons", buttons.into_iter().collect::<Document>());
    }
    for control in &said.controls {
        let SaidControl::Menu { text, rows } = control else { continue };
        let rows = rows.iter().map(|row| {
            let one = Document::object().with("id", &*row.payload).with("title", &*row.text);
            match &row.description {
                Some(description) => one.with("description", &**description),
                None => one,
            }
        });
        let section = Document::object().with("rows", rows.collect::<Document>());
        let sections = core::iter::once(section).collect::<Document>();
        object.put("list", Document::object().with("button", &**text).with("sections", sections));
    }
    object.put("because", because(&said.because));
}

/// What fills the places of a template: in their order, or by their names.
fn parameters(said: &Said) -> Document {
    if said.parameters.iter().all(|parameter| parameter.name.is_none()) {
        return said.parameters.iter().map(|parameter| &*parameter.text).collect();
    }
    let mut named = Document::object();
    for parameter in &said.parameters {
        named.put(parameter.name.as_deref().unwrap_or(""), &*parameter.text);
    }
    named
}

fn button(control: &SaidControl) -> Option<Document> {
    let (title, key, value) = match control {
        SaidControl::Button { text, payload } => (text, "payload", payload),
        SaidControl::Link { text, url } => (text, "url", url),
        SaidControl::CopyCode { text, code } => (text, "copy_code", code),
        SaidControl::Menu { .. } => return None,
    };
    Some(Document::object().with("title", &**title).with(key, &**value))
}

/// Puts what there is to say of a message that is not sent.
pub fn suppressed(object: &mut Document, suppressed: &Suppressed) {
    object.put("message", &*suppressed.message);
    object.put("category", suppressed.category.name());
    object.put("reason", suppressed.reason.name());
    match &suppressed.reason {
        Unsaid::MissingValue { value } => object.put("value", &**value),
        Unsaid::TooLong { most } => object.put("at_most", u64::from(*most)),
        Unsaid::AlreadySaid | Unsaid::NoText => {}
    }
    object.put("because", because(&suppressed.because));
}

fn because(because: &Because) -> Document {
    core::iter::once(Document::object().with(&because.keyword, &*because.name)).collect()
}
