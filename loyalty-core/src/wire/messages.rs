//! Messages as hosts are given them: what to send, or why nothing is.

use super::document::Document;
use super::json::instant;
use crate::engine::contact::{Consent, Contact};
use crate::engine::messages::said::{Because, Said, SaidControl, SaidParameter, Suppressed, Typed, Unsaid};
use crate::plan::Plan;
use crate::time::date_of;

/// Puts what there is to say of a message into its decision.
pub fn said(plan: &Plan, object: &mut Document, said: &Said) {
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
        object.put("template", Document::object().with("name", &**template).with("parameters", parameters(plan, said)));
    }
    let mut buttons: Vec<Document> = Vec::new();
    for (place, control) in said.controls.iter().enumerate() {
        let Some(mut button) = button(control) else { continue };
        // A template numbers its buttons, also those that are not there.
        if said.template.is_some() && place != buttons.len() {
            button.put("index", place as u64);
        }
        buttons.push(button);
    }
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

/// Puts what the member says of a category of messages, with its proof.
pub fn consent(plan: &Plan, object: &mut Document, consent: &Consent) {
    object.put("category", &*consent.category);
    object.put("state", consent.state.name());
    object.put("since", instant(plan, consent.at));
    object.put("how", &*consent.how);
    if let Some(words) = &consent.words {
        object.put("words", &**words);
    }
}

/// What is known of how a member may be reached; nothing if there is nothing.
pub fn contact(plan: &Plan, contact: &Contact) -> Option<Document> {
    if *contact == Contact::default() {
        return None;
    }
    let mut object = Document::object();
    let consents = contact.consents.iter().map(|known| {
        let mut one = Document::object();
        consent(plan, &mut one, known);
        one
    });
    object.put("consents", consents.collect::<Document>());
    let moments = [
        ("wrote_at", contact.wrote_at),
        ("held_back_until", contact.backoff),
        ("marketing_held_back_until", contact.marketing_backoff),
    ];
    for (key, at) in moments {
        if let Some(at) = at {
            object.put(key, instant(plan, at));
        }
    }
    if contact.unreachable {
        object.put("unreachable", true);
    }
    if !contact.held.is_empty() {
        let waiting = contact.held.iter().map(|held| {
            Document::object().with("message", &*held.said.message).with("until", instant(plan, held.until))
        });
        object.put("waiting", waiting.collect::<Document>());
    }
    if !contact.campaigns.is_empty() {
        let campaigns = contact.campaigns.iter().map(|heard| {
            let one = Document::object().with("campaign", &*heard.campaign).with("message", &*heard.message);
            one.with("since", instant(plan, heard.at))
        });
        object.put("campaigns", campaigns.collect::<Document>());
    }
    Some(object)
}

/// What fills the places of a template: in their order, or by their names.
fn parameters(plan: &Plan, said: &Said) -> Document {
    if said.parameters.iter().all(|parameter| parameter.name.is_none()) {
        return said.parameters.iter().map(|one| parameter(plan, one)).collect();
    }
    let mut named = Document::object();
    for one in &said.parameters {
        named.put(one.name.as_deref().unwrap_or("").to_owned(), parameter(plan, one));
    }
    named
}

/// A text; for what is more than its words, the value beside it.
fn parameter(plan: &Plan, parameter: &SaidParameter) -> Document {
    let text = &*parameter.text;
    let with_text = || Document::object().with("text", text);
    match &parameter.typed {
        None => text.into(),
        Some(Typed::Money { amount, currency }) => {
            with_text().with("amount", *amount).with("currency", core::str::from_utf8(currency).unwrap_or(""))
        }
        Some(Typed::Date(day)) => with_text().with("date", date_of(*day).to_string()),
        Some(Typed::Instant(at)) => with_text().with("at", instant(plan, *at)),
    }
}

fn button(control: &SaidControl) -> Option<Document> {
    let (title, key, value) = match control {
        SaidControl::Button { text, payload } => (text, "payload", payload),
        SaidControl::Link { text, url } => (text, "url", url),
        SaidControl::CopyCode { text, code } => (text, "copy_code", code),
        SaidControl::Menu { .. } | SaidControl::Gap => return None,
    };
    Some(Document::object().with("title", &**title).with(key, &**value))
}

/// Puts what there is to say of a message that is not sent.
pub fn suppressed(plan: &Plan, object: &mut Document, suppressed: &Suppressed) {
    object.put("message", &*suppressed.message);
    object.put("category", suppressed.category.name());
    object.put("reason", suppressed.reason.name());
    match &suppressed.reason {
        Unsaid::MissingValue { value } => object.put("value", &**value),
        Unsaid::TooLong { most } => object.put("at_most", u64::from(*most)),
        Unsaid::AtMost { count } | Unsaid::AtMostInTotal { count } => object.put("at_most", u64::from(*count)),
        Unsaid::Held { until } | Unsaid::BackedOff { until } => object.put("until", instant(plan, *until)),
        Unsaid::OutsideSegment { segment } => object.put("segment", &**segment),
        Unsaid::AlreadySaid
        | Unsaid::Paused
        | Unsaid::BeforeEnrolment
        | Unsaid::Overtaken
        | Unsaid::NoText
        | Unsaid::NoConsent
        | Unsaid::Withdrawn
        | Unsaid::NotAllowed
        | Unsaid::OutsideWindow
        | Unsaid::Quiet
        | Unsaid::Unreachable => {}
    }
    object.put("because", because(&suppressed.because));
}

fn because(because: &Because) -> Document {
    core::iter::once(Document::object().with(&because.keyword, &*because.name)).collect()
}
