//! What members decide in the app and who they are there; and what Meta tells the business about itself.

use loyalty_core::{Document, Refusal};

use super::{People, plus, told};
use crate::build::{self, Build};
use crate::json::{Moment, Object, Result, refuse};
use crate::translation::{HostEvent, Keys, Translation};

/// The switch in the app: `marketing_messages` is what programs call `marketing`.
pub fn preference(source: &str, preference: &Object<'_>, people: &People, translation: &mut Translation) -> Result<()> {
    let at = preference.need("timestamp", "seconds since 1970")?.seconds()?;
    let category = preference.need("category", "a category of messages")?.text()?;
    let value = preference.need("value", "`stop`, `resume` or `signup`")?.text()?;
    let given = match value.as_str() {
        "stop" => false,
        "resume" | "signup" => true,
        _ => {
            let expected = "`stop`, `resume` or `signup`";
            return Err(refuse(Refusal::WrongType, &preference.path_of("value"), expected, &format!("`{value}`")));
        }
    };
    let category = category.strip_suffix("_messages").unwrap_or(&category);
    let (phone, bsuid) = (preference.id("wa_id")?, preference.text("user_id")?);
    let keys = people.keys(phone, bsuid);
    let whom = keys.first().unwrap_or_default().to_owned();
    let id = build::id(source, "consent", &[&whom, category, &value, &at.at.to_string()]);
    let event = Build::event("consent", id, at)
        .put("category", category)
        .put("given", given)
        .put("how", value)
        .maybe("words", preference.text("detail")?);
    translation.push_or_park(HostEvent::new(event).with_keys(&keys), &preference.path_of("wa_id"));
    Ok(())
}

/// A system message: another number, another id, or both at once.
pub fn system(
    source: &str,
    wamid: &str,
    at: Moment,
    system: &Object<'_>,
    keys: Keys,
    bsuid: Option<String>,
    translation: &mut Translation,
) -> Result<()> {
    let kind = system.need("type", "the type of the system message")?.text()?;
    let number = system.first(&["wa_id", "new_wa_id"]).map(|number| number.id()).transpose()?;
    let user_id = system.text("user_id")?;
    let previous_id = system.text("previous_user_id")?.or(bsuid);
    let changes_number = matches!(kind.as_str(), "user_changed_number" | "customer_changed_number");
    let changes_id = changes_number || kind == "user_changed_user_id";
    let keys = keys.and("bsuid", previous_id.clone());
    // Told by the new number only, where nothing else is told.
    let keys = if changes_number { keys } else { keys.phone(plus(number.clone())) };
    let before = keys.get("phone").map(str::to_owned);
    let number = plus(number).filter(|number| changes_number && before.as_ref() != Some(number));
    let changed = [("phone", before, number), ("bsuid", previous_id, user_id.filter(|_| changes_id))];
    let mut any = false;
    for (name, previous, current) in changed {
        let Some(current) = current.filter(|current| previous.as_ref() != Some(current)) else { continue };
        any = true;
        let event = changed_to(source, name, wamid, at, previous, current);
        translation.push_or_park(HostEvent::new(event).with_keys(&keys), system.path());
    }
    if !any {
        let expected = "another `wa_id` or another `user_id`";
        return Err(refuse(Refusal::MissingField, system.path(), expected, &format!("`{kind}`")));
    }
    Ok(())
}

/// An update of the id by which a business knows somebody, told by itself.
pub fn identity(source: &str, update: &Object<'_>, translation: &mut Translation) -> Result<()> {
    let at = update.need("timestamp", "seconds since 1970")?.seconds()?;
    let change = update.need("user_id", "an object with `previous` and `current`")?.object()?;
    let (previous, current) = (change.text("previous")?, change.need("current", "an id")?.text()?);
    let keys = Keys::default().and("bsuid", previous.clone()).phone(plus(update.id("wa_id")?));
    let event = changed_to(source, "bsuid", &current, at, previous, current.clone());
    translation.push_or_park(HostEvent::new(event).with_keys(&keys), update.path());
    Ok(())
}

/// Somebody who was asked for their number has given it.
pub fn shared_number(
    source: &str,
    wamid: &str,
    at: Moment,
    message: &Object<'_>,
    keys: &Keys,
    translation: &mut Translation,
) -> Result<()> {
    if !message.text("origin")?.is_some_and(|origin| origin.starts_with("contact_request")) {
        return Ok(());
    }
    for contact in message.objects("contacts")? {
        for phone in contact.objects("phones")? {
            let number = match phone.id("wa_id")? {
                Some(number) => Some(number),
                None => phone.text("phone")?,
            };
            let Some(number) = Keys::default().phone(plus(number)).get("phone").map(str::to_owned) else { continue };
            if keys.get("phone") != Some(&*number) {
                let event = changed_to(source, "phone", wamid, at, None, number);
                translation.push_or_park(HostEvent::new(event).with_keys(keys), message.path());
            }
            return Ok(());
        }
    }
    Ok(())
}

fn changed_to(source: &str, kind: &str, name: &str, at: Moment, previous: Option<String>, current: String) -> Build {
    Build::event("identity_changed", build::id(source, "identity", &[kind, name]), at)
        .put("kind", kind)
        .maybe("previous", previous)
        .put("current", current)
}

/// What Meta tells the business about itself.
pub fn notice(field: &str, value: &Object<'_>) -> Result<Document> {
    let fields: &[(&str, &str)] = match field {
        "template_category_update" => &[
            ("message_template_name", "template"),
            ("message_template_language", "language"),
            ("previous_category", "previous"),
            ("new_category", "current"),
            ("correct_category", "correct"),
        ],
        "message_template_status_update" => &[
            ("message_template_name", "template"),
            ("message_template_language", "language"),
            ("event", "status"),
            ("reason", "reason"),
        ],
        "message_template_quality_update" => &[
            ("message_template_name", "template"),
            ("message_template_language", "language"),
            ("previous_quality_score", "previous"),
            ("new_quality_score", "current"),
        ],
        "phone_number_quality_update" => {
            &[("display_phone_number", "number"), ("event", "status"), ("current_limit", "limit")]
        }
        // Minus one is no limit.
        _ => &[
            ("max_daily_conversations_per_business", "limit"),
            ("max_daily_conversation_per_phone", "limit_per_number"),
            ("max_phone_numbers_per_business", "numbers"),
        ],
    };
    told(field, value, fields)
}

/// An error that is told of no message of ours.
pub fn failure(error: &Object<'_>) -> Result<Document> {
    told("error", error, &[("code", "code"), ("title", "title"), ("message", "message")])
}
