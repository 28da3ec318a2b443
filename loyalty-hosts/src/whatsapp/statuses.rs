//! What has become of messages that were sent.

use super::People;
use crate::build::{self, Build};
use crate::json::{Object, Result};
use crate::translation::{HostEvent, Translation};

/// One status. A status comes more than once and in any order; each is one event of the message and the status.
pub fn status(source: &str, status: &Object<'_>, people: &People, translation: &mut Translation) -> Result<()> {
    let wamid = status.need_id("id")?;
    let name = status.need("status", "`sent`, `delivered`, `read`, `played` or `failed`")?.text()?;
    let at = status.need("timestamp", "seconds since 1970")?.seconds()?;
    let (phone, bsuid) = (status.id("recipient_id")?, status.text("recipient_user_id")?);
    // A failed one names no contacts, and often nobody: the message is the key by which the host finds whom it sent it to.
    let keys = people.keys(phone, bsuid).and("message", Some(wamid.clone()));
    let errors = status.objects("errors")?;
    let error = errors.first();
    let details = error.map_or(Ok(None), |error| error.object("error_data"))?;
    let details = details.map_or(Ok(None), |details| details.text("details"))?;
    let reason = match details {
        Some(details) => Some(details),
        None => error.map_or(Ok(None), |error| error.any(&["message", "title"]))?,
    };
    let pricing = status.object("pricing")?;
    let of_pricing = |key: &str| pricing.as_ref().map_or(Ok(None), |pricing| pricing.text(key));
    let event = Build::event("message_status", build::id(source, "status", &[&wamid, &name]), at)
        .put("message", wamid)
        .put("status", name)
        .maybe("error", error.map_or(Ok(None), |error| error.id("code"))?)
        .maybe("reason", reason)
        .maybe("callback", status.text("biz_opaque_callback_data")?)
        .maybe("category", of_pricing("category")?)
        .maybe("pricing", of_pricing("type")?);
    translation.push(HostEvent::new(event).with_keys(&keys));
    Ok(())
}
