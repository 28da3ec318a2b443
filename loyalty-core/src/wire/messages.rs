//! Messages as hosts are given them: what to send, or why nothing is.

use super::document::Document;
use super::json::{instant, moment};
use super::sink::{Object, Sink, Tell};
use crate::engine::contact::{Consent, Contact};
use crate::engine::messages::said::{Because, Said, SaidControl, SaidParameter, Suppressed, Typed, Unsaid};
use crate::plan::Plan;
use crate::time::date_of;

/// Puts what there is to say of a message into its decision.
pub fn said(plan: &Plan, object: &mut Object<'_>, said: &Said) {
    object.put("id", &*said.id);
    object.put("message", &*said.message);
    object.put("category", said.category.name());
    object.put("language", &*said.language);
    object.put("send", said.form.name());
    object.put("text", &*said.text);
    object.put_some("header", said.header.as_deref());
    object.put_some("footer", said.footer.as_deref());
    if let Some(template) = &said.template {
        object.put_object("template", |object| {
            object.put("name", &**template);
            parameters(plan, said, object);
        });
    }
    let buttons = || said.controls.iter().enumerate().filter_map(|(place, control)| Some((place, button(control)?)));
    if buttons().next().is_some() {
        object.put_objects("buttons", buttons().enumerate(), |object, (number, (place, (title, key, value)))| {
            object.put("title", title);
            object.put(key, value);
            // A template numbers its buttons, also those that are not there.
            if said.template.is_some() && place != number {
                object.put("index", place);
            }
        });
    }
    for control in &said.controls {
        let SaidControl::Menu { text, rows } = control else { continue };
        object.put_object("list", |object| {
            object.put("button", &**text);
            object.put_objects("sections", [rows], |section, rows| {
                section.put_objects("rows", rows, |object, row| {
                    object.put("id", &*row.payload);
                    object.put("title", &*row.text);
                    object.put_some("description", row.description.as_deref());
                });
            });
        });
    }
    because(&said.because, object);
}

/// Puts what the member says of a category of messages, with its proof.
pub fn consent(plan: &Plan, object: &mut Object<'_>, consent: &Consent) {
    object.put("category", &*consent.category);
    object.put("state", consent.state.name());
    object.put("since", moment(plan, consent.at));
    object.put("how", &*consent.how);
    object.put_some("words", consent.words.as_deref());
}

/// What is known of how a member may be reached; nothing if there is nothing.
pub fn contact(plan: &Plan, contact: &Contact) -> Option<Document> {
    if *contact == Contact::default() {
        return None;
    }
    let mut object = Document::object();
    let consents = contact.consents.iter().map(|known| Document::told(|object| consent(plan, object, known)));
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
fn parameters(plan: &Plan, said: &Said, object: &mut Object<'_>) {
    let parameters = said.parameters.iter().map(|parameter| Parameter { plan, parameter });
    if said.parameters.iter().all(|parameter| parameter.name.is_none()) {
        object.put_list("parameters", parameters);
        return;
    }
    object.put_object("parameters", |named| {
        parameters.for_each(|one| named.put_named(one.parameter.name.as_deref().unwrap_or(""), one));
    });
}

/// A text; for what is more than its words, the value beside it.
struct Parameter<'a> {
    plan: &'a Plan,
    parameter: &'a SaidParameter,
}

impl Tell for Parameter<'_> {
    fn tell(&self, sink: &mut dyn Sink) {
        let text = &*self.parameter.text;
        let Some(typed) = &self.parameter.typed else { return sink.text(text) };
        Object::tell(sink, |object| {
            object.put("text", text);
            match typed {
                Typed::Money { amount, currency } => {
                    object.put("amount", *amount);
                    object.put("currency", core::str::from_utf8(currency).unwrap_or(""));
                }
                Typed::Date(day) => object.put("date", date_of(*day).to_string()),
                Typed::Instant(at) => object.put("at", moment(self.plan, *at)),
            }
        });
    }
}

/// The title of a button, and what it does.
fn button(control: &SaidControl) -> Option<(&str, &'static str, &str)> {
    match control {
        SaidControl::Button { text, payload } => Some((text, "payload", payload)),
        SaidControl::Link { text, url } => Some((text, "url", url)),
        SaidControl::CopyCode { text, code } => Some((text, "copy_code", code)),
        SaidControl::Menu { .. } | SaidControl::Gap => None,
    }
}

/// Puts what there is to say of a message that is not sent.
pub fn suppressed(plan: &Plan, object: &mut Object<'_>, suppressed: &Suppressed) {
    object.put("message", &*suppressed.message);
    object.put("category", suppressed.category.name());
    object.put("reason", suppressed.reason.name());
    match &suppressed.reason {
        Unsaid::MissingValue { value } => object.put("value", &**value),
        Unsaid::TooLong { most } => object.put("at_most", u64::from(*most)),
        Unsaid::AtMost { count } | Unsaid::AtMostInTotal { count } => object.put("at_most", u64::from(*count)),
        Unsaid::Held { until } | Unsaid::BackedOff { until } => object.put("until", moment(plan, *until)),
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
    because(&suppressed.because, object);
}

fn because(because: &Because, object: &mut Object<'_>) {
    object.put_objects("because", [because], |object, because| object.put_named(&because.keyword, &because.name));
}
