//! A message that the rules decided on, as the Cloud API takes it.

use loyalty_core::{Document, EventError, Refusal};

use super::{limits, template};
use crate::build::Build;
use crate::json::{self, Object, Result, refuse, refuse_with_help};

/// Whether the member has written within the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Yes: any message may be sent.
    Open,
    /// No: approved templates only.
    Closed,
}

/// To whom a message goes, and how.
///
/// ```
/// use loyalty_hosts::whatsapp::{Send, Window};
///
/// let send = Send::from_json(br#"{"phone":"+966501234567","window":"open","callback":"outbox-17"}"#).unwrap();
/// assert_eq!((send.phone.as_deref(), send.window), (Some("+966501234567"), Some(Window::Open)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Send {
    /// The member's phone number, with or without its plus. If it is known, the message goes there.
    pub phone: Option<String>,
    /// The id by which the business knows the member: for members who have hidden their number.
    pub bsuid: Option<String>,
    /// Whether the member has written within the last 24 hours, if the host knows; otherwise the message's own `send` says
    /// it, and a message that does not say it either goes out as a template.
    pub window: Option<Window>,
    /// The id of the message that this one answers.
    pub reply_to: Option<String>,
    /// What comes back with every status of the message, such as the id of the row in the outbox; otherwise the message's own
    /// `id`.
    pub callback: Option<String>,
}

impl Send {
    /// Reads `{"phone":…,"bsuid":…,"window":"open"|"closed","reply_to":…,"callback":…}`; each may be missing, nothing else
    /// may be there.
    ///
    /// # Errors
    ///
    /// What is no such object, with the field that is wrong.
    pub fn from_json(json: &[u8]) -> core::result::Result<Self, EventError> {
        let object = json::body(json)?;
        let known = ["phone", "bsuid", "window", "reply_to", "callback"];
        if let Some(unknown) = object.keys().find(|key| !known.contains(key)) {
            let expected = "`phone`, `bsuid`, `window`, `reply_to` or `callback`";
            return Err(refuse(Refusal::WrongType, unknown, expected, &format!("`{unknown}`")));
        }
        let window = match object.text("window")?.as_deref() {
            Some("open") => Some(Window::Open),
            Some("closed") => Some(Window::Closed),
            None => None,
            Some(other) => return Err(refuse(Refusal::WrongType, "window", "`open` or `closed`", other)),
        };
        Ok(Self {
            phone: object.text("phone")?,
            bsuid: object.text("bsuid")?,
            window,
            reply_to: object.text("reply_to")?,
            callback: object.text("callback")?,
        })
    }
}

/// The body of `POST /PHONE-NUMBER-ID/messages` for a decision `message` of an outcome, as it stands, or for any JSON of its
/// shape; all but `category` may be missing, and what is not told here is passed over:
///
/// ```json
/// {"id": "o-1/beans_earned", "category": "utility", "language": "ar", "send": "template",
///  "template": {"name": "beans_earned", "parameters": ["Sara", "5"],
///               "header": {"image": "https://…"}, "offer_ends": "2026-12-01T00:00:00Z"},
///  "text": "…", "header": "…", "footer": "…",
///  "buttons": [{"title": "Redeem", "payload": "redeem free_latte"}],
///  "list": {"button": "Rewards", "sections": [{"title": "Drinks",
///           "rows": [{"id": "latte", "title": "Latte", "description": "50 beans"}]}]}}
/// ```
///
/// `parameters` are a list, or an object of names. A button has a `title` and one of `payload` (comes back with a tap),
/// `url` (a link), `url_end` (the end of a template's link), `copy_code` (templates only). Within the window the text is sent
/// if there is one that can be, outside of it the template. A text without buttons has no header and no footer in the
/// protocol: they are written above and below it.
///
/// # Errors
///
/// A message that the protocol would refuse, with its place and the limit; one for nobody; one that may not be sent now.
///
/// ```
/// use loyalty_hosts::whatsapp::{Send, Window, payload};
///
/// let message = r#"{"category":"reply","text":"You have 120 beans."}"#;
/// let open = Send { phone: Some("+966501234567".to_owned()), window: Some(Window::Open), ..Send::default() };
/// let sent = payload(message.as_bytes(), &open).unwrap();
/// assert_eq!(
///     sent.to_string(),
///     r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"966501234567","type":"text","text":{"body":"You have 120 beans."}}"#
/// );
/// let error = payload(message.as_bytes(), &Send { window: Some(Window::Closed), ..open }).unwrap_err();
/// assert_eq!((error.code().as_str(), error.field()), ("missing_field", Some("template")));
/// ```
pub fn payload(message: &[u8], send: &Send) -> core::result::Result<Document, EventError> {
    let message = json::body(message)?;
    let category = message.need("category", "`utility`, `marketing`, `authentication` or `reply`")?.text()?;
    if !matches!(category.as_str(), "utility" | "marketing" | "authentication" | "reply") {
        let expected = "`utility`, `marketing`, `authentication` or `reply`";
        return Err(refuse(Refusal::WrongType, "category", expected, &format!("`{category}`")));
    }
    let envelope = envelope(send, &message, &category)?;
    let window = match send.window {
        Some(window) => window,
        None => window_of(&message)?,
    };
    let (kind, body) = match (window, free(&message)?) {
        (Window::Open, Some(free)) => free,
        _ => match message.object("template")? {
            Some(template) => ("template", template::template(&message, &template)?),
            None => {
                let (expected, help) = match window {
                    Window::Open => ("a `text`, or a `template` for a code to copy", "give the message one of them"),
                    Window::Closed => (
                        "an approved template",
                        "outside of the 24 hours since the member wrote nothing else may be sent",
                    ),
                };
                return Err(refuse_with_help(Refusal::MissingField, "template", expected, "nothing", help));
            }
        },
    };
    Ok(envelope.put("type", kind).put(kind, body).done())
}

/// What the rules took the window for when they decided on the message.
fn window_of(message: &Object<'_>) -> Result<Window> {
    match message.text("send")?.as_deref() {
        Some("text") => Ok(Window::Open),
        Some("template") | None => Ok(Window::Closed),
        Some(other) => Err(refuse(Refusal::WrongType, "send", "`text` or `template`", &format!("`{other}`"))),
    }
}

/// To whom, and what comes back.
fn envelope(send: &Send, message: &Object<'_>, category: &str) -> Result<Build> {
    let envelope = Build::new().put("messaging_product", "whatsapp").put("recipient_type", "individual");
    let envelope = match (&send.phone, &send.bsuid) {
        (Some(phone), _) => {
            let digits = phone.strip_prefix('+').unwrap_or(phone);
            if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let expected = "a phone number with its country: 7 to 15 digits";
                return Err(refuse(Refusal::WrongType, "phone", expected, &format!("`{phone}`")));
            }
            envelope.put("to", digits)
        }
        (None, Some(_)) if category == "authentication" => {
            return Err(refuse(Refusal::MissingField, "phone", "a phone number: codes are not sent to ids", "nothing"));
        }
        (None, Some(bsuid)) => envelope.put("recipient", bsuid.as_str()),
        (None, None) => return Err(refuse(Refusal::MissingField, "phone", "`phone` or `bsuid`", "neither")),
    };
    let callback = match &send.callback {
        Some(callback) => Some(callback.clone()),
        None => message.text("id")?,
    };
    if let Some(callback) = &callback {
        limits::within("callback", callback, limits::CALLBACK)?;
    }
    let context = send.reply_to.as_ref().map(|id| Build::new().put("message_id", id.as_str()).done());
    Ok(envelope.maybe("context", context).maybe("biz_opaque_callback_data", callback))
}

/// The message as it may be sent within the window, if it has a text and nothing that only templates can do. What is wrong
/// with the text is told whatever the window, so that a rule is not found out on a quiet day.
fn free(message: &Object<'_>) -> Result<Option<(&'static str, Document)>> {
    if message.get("text").is_none() {
        return Ok(None);
    }
    let buttons = message.objects("buttons")?;
    if buttons.iter().any(|button| button.get("copy_code").is_some() || button.get("url_end").is_some()) {
        return Ok(None);
    }
    if let Some(list) = message.object("list")? {
        if !buttons.is_empty() {
            return Err(refuse(Refusal::TooManyItems, "list", "a list or buttons, not both", "both"));
        }
        return interactive(message, "list", self::list(&list)?).map(Some);
    }
    let links = buttons.iter().filter(|button| button.get("url").is_some()).count();
    match (buttons.as_slice(), links) {
        ([], _) => {
            let header = limits::text(message, "header", limits::HEADER)?;
            let footer = limits::text(message, "footer", limits::FOOTER)?;
            let text = limits::need(message, "text", limits::TEXT)?;
            let parts: Vec<_> = [header, Some(text), footer].into_iter().flatten().collect();
            let text = parts.join("\n\n");
            limits::within("text", &text, limits::TEXT)?;
            let preview = (text.contains("https://") || text.contains("http://")).then_some(true);
            Ok(Some(("text", Build::new().maybe("preview_url", preview).put("body", text).done())))
        }
        ([button], 1) => {
            let parameters = Build::new()
                .put("display_text", limits::need(button, "title", limits::TITLE)?)
                .put("url", limits::link(button, "url")?);
            let action = Build::new().put("name", "cta_url").put("parameters", parameters.done()).done();
            interactive(message, "cta_url", action).map(Some)
        }
        (_, 0) => interactive(message, "button", replies(&buttons)?).map(Some),
        _ => Err(refuse(Refusal::TooManyItems, "buttons", "one link, or up to three replies", "links among others")),
    }
}

fn interactive(message: &Object<'_>, kind: &str, action: Document) -> Result<(&'static str, Document)> {
    let body = Build::new().put("text", limits::need(message, "text", limits::BODY)?).done();
    let header = limits::text(message, "header", limits::HEADER)?;
    let header = header.map(|text| Build::new().put("type", "text").put("text", text).done());
    let footer = limits::text(message, "footer", limits::FOOTER)?.map(|text| Build::new().put("text", text).done());
    let interactive = Build::new().put("type", kind).maybe("header", header).put("body", body);
    Ok(("interactive", interactive.maybe("footer", footer).put("action", action).done()))
}

fn replies(buttons: &[Object<'_>]) -> Result<Document> {
    limits::count("buttons", buttons, limits::BUTTONS)?;
    let (mut ids, mut titles) = (Vec::new(), Vec::new());
    let mut replies = Vec::new();
    for button in buttons {
        let title = limits::need(button, "title", limits::TITLE)?;
        let id = limits::need(button, "payload", limits::BUTTON_ID)?;
        if id.trim() != id {
            let expected = "a text that neither begins nor ends with a blank";
            return Err(refuse(Refusal::WrongType, &button.path_of("payload"), expected, &format!("`{id}`")));
        }
        limits::once(&button.path_of("title"), &mut titles, &title)?;
        limits::once(&button.path_of("payload"), &mut ids, &id)?;
        let reply = Build::new().put("id", id).put("title", title).done();
        replies.push(Build::new().put("type", "reply").put("reply", reply).done());
    }
    Ok(Build::new().put("buttons", replies).done())
}

fn list(list: &Object<'_>) -> Result<Document> {
    let button = limits::need(list, "button", limits::LIST_BUTTON)?;
    let given = list.objects("sections")?;
    limits::count(&list.path_of("sections"), &given, limits::SECTIONS)?;
    let (mut sections, mut ids, mut all) = (Vec::new(), Vec::new(), 0);
    for section in &given {
        let title = if given.len() > 1 {
            Some(limits::need(section, "title", limits::SECTION_TITLE)?)
        } else {
            limits::text(section, "title", limits::SECTION_TITLE)?
        };
        let given = section.objects("rows")?;
        limits::count(&section.path_of("rows"), &given, limits::ROWS)?;
        all += given.len();
        let mut rows = Vec::new();
        for row in &given {
            let id = limits::need(row, "id", limits::ROW_ID)?;
            limits::once(&row.path_of("id"), &mut ids, &id)?;
            let row = Build::new()
                .put("id", id)
                .put("title", limits::need(row, "title", limits::ROW_TITLE)?)
                .maybe("description", limits::text(row, "description", limits::ROW_DESCRIPTION)?);
            rows.push(row.done());
        }
        sections.push(Build::new().maybe("title", title).put("rows", rows).done());
    }
    if all > limits::ROWS {
        let expected = format!("at most {} rows over all sections", limits::ROWS);
        return Err(refuse(Refusal::TooManyItems, &list.path_of("sections"), &expected, &format!("{all} rows")));
    }
    Ok(Build::new().put("button", button).put("sections", sections).done())
}
