//! Messages of members: words, taps on buttons and lists, and the system's word that somebody has another number.

use loyalty_core::{Document, Refusal};

use super::{People, account};
use crate::build::{self, Build};
use crate::json::{Object, Result, refuse};
use crate::translation::{HostEvent, Translation};

/// The longest text of an event, in bytes. A text of 4 096 characters may have more.
const TEXT_BYTES_MAX: usize = 4_096;

pub fn message(
    source: &str,
    value: &Object<'_>,
    message: &Object<'_>,
    people: &People,
    translation: &mut Translation,
) -> Result<()> {
    let wamid = message.need_id("id")?;
    let at = message.need("timestamp", "seconds since 1970")?.seconds()?;
    let kind = message.need("type", "the type of the message")?.text()?;
    let (from, bsuid) = (message.id("from")?, message.text("from_user_id")?);
    if kind == "system" {
        let system = message.need("system", "an object")?.object()?;
        return account::system(source, &wamid, at, &system, people.keys(from, bsuid.clone()), bsuid, translation);
    }
    let Said { text, payload } = said(&kind, message)?;
    let metadata = value.object("metadata")?;
    let context = message.object("context")?;
    let referral = message.object("referral")?;
    let ad = referral.map_or(Ok(None), |referral| referral.any(&["ctwa_clid", "source_id"]))?;
    let keys = people.keys(from, bsuid);
    let event = Build::event("message", build::id(source, "message", &[&wamid]), at)
        .put("kind", kind.as_str())
        .maybe("text", text.map(cut))
        .maybe("payload", payload)
        .maybe("reply_to", context.map_or(Ok(None), |context| context.id("id"))?)
        .maybe("number", metadata.map_or(Ok(None), |metadata| metadata.id("phone_number_id"))?)
        .maybe("ad", ad);
    translation.push_or_park(HostEvent::new(event).with_keys(&keys), &message.path_of("from"));
    account::shared_number(source, &wamid, at, message, &keys, translation)
}

/// What a message says: words that people see, and the payload that comes back with a tap.
struct Said {
    text: Option<String>,
    payload: Option<String>,
}

fn said(kind: &str, message: &Object<'_>) -> Result<Said> {
    // Contacts are a list, and say nothing.
    let own = if kind == "contacts" { None } else { message.object(kind)? };
    let Some(own) = own else { return Ok(Said { text: None, payload: None }) };
    match kind {
        "text" => Ok(Said { text: Some(own.need("body", "a text")?.text()?), payload: None }),
        // A quick reply of a template.
        "button" => Ok(Said { text: verbatim(&own, "text")?, payload: verbatim(&own, "payload")? }),
        "interactive" => interactive(&own),
        // Pictures and the like say what is written under them.
        _ => Ok(Said { text: verbatim(&own, "caption")?, payload: None }),
    }
}

fn interactive(own: &Object<'_>) -> Result<Said> {
    let kind = own.need("type", "`button_reply`, `list_reply` or `nfm_reply`")?.text()?;
    let reply = own.object(&kind)?;
    let Some(reply) = reply else { return Ok(Said { text: None, payload: None }) };
    match kind.as_str() {
        // What a form was filled in with, as the text that it comes as.
        "nfm_reply" => {
            let payload = verbatim(&reply, "response_json")?;
            if let Some(long) = payload.as_ref().filter(|payload| payload.len() > TEXT_BYTES_MAX) {
                let expected = format!("at most {TEXT_BYTES_MAX} bytes");
                let found = format!("{} bytes", long.len());
                return Err(refuse(Refusal::TextTooLong, &reply.path_of("response_json"), &expected, &found));
            }
            Ok(Said { text: verbatim(&reply, "body")?, payload })
        }
        _ => Ok(Said { text: verbatim(&reply, "title")?, payload: verbatim(&reply, "id")? }),
    }
}

/// A text as it stands, blanks and all.
fn verbatim(object: &Object<'_>, key: &str) -> Result<Option<String>> {
    object.get(key).map(|value| value.text()).transpose()
}

/// The beginning of a text, as much as an event takes: what is that long is no word of command.
fn cut(text: String) -> Document {
    if text.len() <= TEXT_BYTES_MAX {
        return text.into();
    }
    let mut bytes = 0;
    let fits = |letter: &char| {
        bytes += letter.len_utf8();
        bytes <= TEXT_BYTES_MAX
    };
    text.chars().take_while(fits).collect::<String>().into()
}
