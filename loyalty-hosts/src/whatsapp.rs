//! The WhatsApp Cloud API: its webhooks, and the messages that it takes.

mod account;
mod inbound;
mod limits;
mod outbound;
mod statuses;
mod template;

use loyalty_core::{Document, EventError, Refusal};

use crate::json::{self, Object, Result, refuse};
use crate::options::Options;
use crate::translation::{Keys, Parked, Reason, Translation};

pub use outbound::{Send, Window, payload};

/// What comes of a webhook's body: any number of messages, statuses, preferences and changes of identity.
///
/// One of them that cannot be read is parked as [`Unreadable`](Reason::Unreadable) and does not hold up the others: Meta
/// would send the whole batch again for days.
///
/// # Errors
///
/// A body that is no webhook of the Cloud API, with the path of what is wrong with it.
///
/// ```
/// use loyalty_hosts::{Options, whatsapp};
///
/// let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
///     "metadata":{"phone_number_id":"106540352242922"},
///     "messages":[{"from":"966501234567","id":"wamid.A","timestamp":"1795226400","type":"text","text":{"body":"نقاط"}}]
/// }}]}]}"#;
/// let translation = whatsapp::events(body.as_bytes(), &Options::default()).unwrap();
/// let message = &translation.events()[0];
/// assert_eq!(message.key("phone"), Some("+966501234567"));
/// assert!(message.json_for("m-1").contains(r#""text":"نقاط""#));
/// ```
pub fn events(body: &[u8], options: &Options) -> core::result::Result<Translation, EventError> {
    let source = options.source("whatsapp")?;
    let body = json::body(body)?;
    let object = body.need("object", "`whatsapp_business_account`")?.text()?;
    if object != "whatsapp_business_account" {
        return Err(refuse(Refusal::WrongType, "object", "`whatsapp_business_account`", &format!("`{object}`")));
    }
    let mut translation = Translation::default();
    for entry in body.need("entry", "a list")?.list()? {
        for change in entry.object()?.need("changes", "a list")?.list()? {
            let change = change.object()?;
            let field = change.need("field", "the name of the field that has changed")?.text()?;
            let value = change.need("value", "an object")?.object()?;
            of_field(&source, &field, &change, &value, &mut translation)?;
        }
    }
    Ok(translation)
}

fn of_field(
    source: &str,
    field: &str,
    change: &Object<'_>,
    value: &Object<'_>,
    translation: &mut Translation,
) -> Result<()> {
    match field {
        "messages" => {
            let people = People::of(value)?;
            each(value, "messages", translation, |message, translation| {
                inbound::message(source, value, message, &people, translation)
            })?;
            each(value, "statuses", translation, |status, translation| {
                statuses::status(source, status, &people, translation)
            })?;
            each(value, "errors", translation, |error, translation| {
                translation.notice(account::failure(error)?);
                Ok(())
            })
        }
        "user_preferences" => {
            let people = People::of(value)?;
            each(value, "user_preferences", translation, |preference, translation| {
                account::preference(source, preference, &people, translation)
            })
        }
        "user_id_update" => each(value, "user_id_update", translation, |update, translation| {
            account::identity(source, update, translation)
        }),
        "template_category_update"
        | "message_template_status_update"
        | "message_template_quality_update"
        | "business_capability_update"
        | "phone_number_quality_update" => {
            translation.notice(account::notice(field, value)?);
            Ok(())
        }
        _ => {
            translation.park(Parked::new(Reason::NotNeeded, &change.path_of("field")));
            Ok(())
        }
    }
}

/// Reads each object of a list; what cannot be read is parked by itself, and nothing of it is kept.
fn each(
    value: &Object<'_>,
    key: &str,
    translation: &mut Translation,
    read: impl Fn(&Object<'_>, &mut Translation) -> Result<()>,
) -> Result<()> {
    for item in value.list(key)? {
        let before = translation.clone();
        if let Err(error) = item.object().and_then(|object| read(&object, translation)) {
            *translation = before;
            translation.park(Parked::unreadable(item.path(), error));
        }
    }
    Ok(())
}

/// The `contacts` of a webhook: who is who, by phone and by id.
struct People(Vec<Person>);

#[derive(Clone, Default)]
struct Person {
    phone: Option<String>,
    bsuid: Option<String>,
    parent: Option<String>,
}

impl People {
    fn of(value: &Object<'_>) -> Result<Self> {
        let mut people = Vec::new();
        for contact in value.objects("contacts")? {
            people.push(Person {
                phone: contact.id("wa_id")?,
                bsuid: contact.text("user_id")?,
                parent: contact.text("parent_user_id")?,
            });
        }
        Ok(Self(people))
    }

    /// The keys of somebody: what the item itself says, and what the contact with the same phone or id adds. An item that
    /// says nothing is of the one contact, if there is only one.
    fn keys(&self, phone: Option<String>, bsuid: Option<String>) -> Keys {
        let same =
            |person: &&Person| phone.is_some() && person.phone == phone || bsuid.is_some() && person.bsuid == bsuid;
        let only = match self.0.as_slice() {
            [only] if phone.is_none() && bsuid.is_none() => Some(only),
            _ => None,
        };
        let person = self.0.iter().find(same).or(only).cloned().unwrap_or_default();
        let bsuid = bsuid.or(person.bsuid);
        Keys::default().and("bsuid", bsuid).and("parent_bsuid", person.parent).phone(plus(phone.or(person.phone)))
    }
}

/// A phone number as everybody else writes it: WhatsApp leaves the plus out.
fn plus(phone: Option<String>) -> Option<String> {
    phone.map(|phone| if phone.starts_with('+') { phone } else { format!("+{phone}") })
}

/// A notice of a kind, with the fields of an object that are plain values.
fn told(kind: &str, value: &Object<'_>, fields: &[(&str, &str)]) -> Result<Document> {
    let mut notice = crate::build::Build::new().put("kind", kind);
    for (key, name) in fields {
        notice = notice.maybe(name, value.id_or_text(key)?);
    }
    Ok(notice.done())
}
