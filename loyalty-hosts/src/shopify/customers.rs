//! Customers: what is known of them, and what they agreed to.
//!
//! A customer is no member: Shopify makes one of every buyer. So nothing here says `signup`.

use loyalty_core::Refusal;

use super::Origin;
use crate::build::{self, Build};
use crate::json::{Object, Result, refuse};
use crate::translation::{HostEvent, Keys, Parked, Reason, Translation};

/// A kind of consent: its field, and what it is called in events.
pub struct Consent {
    field: &'static str,
    category: &'static str,
}

pub const EMAIL: Consent = Consent { field: "email_marketing_consent", category: "email_marketing" };
pub const SMS: Consent = Consent { field: "sms_marketing_consent", category: "sms_marketing" };

pub fn translate(origin: Origin<'_>, customer: &Object<'_>) -> Result<Translation> {
    let number = customer.need_id("id")?;
    let at = match customer.instant("updated_at")? {
        Some(at) => at,
        None => customer.need("created_at", "the instant of this state")?.instant()?,
    };
    let address = customer.object("default_address")?;
    let country = address.as_ref().map_or(Ok(None), |address| address.text("country_code"))?;
    let city = address.as_ref().map_or(Ok(None), |address| address.text("city"))?;
    let event = Build::event("profile", build::id(origin.source, "profile", &[&number, &at.at.to_string()]), at)
        .maybe("email", customer.text("email")?)
        .maybe("phone", customer.text("phone")?)
        .maybe("first_name", customer.text("first_name")?)
        .maybe("last_name", customer.text("last_name")?)
        .maybe("country", country)
        .maybe("city", city);
    let keys = keys(origin, customer, &number)?;
    let mut translation = Translation::default();
    let name = format!("{}:profile:{number}", origin.source);
    translation.push(HostEvent::new(event).with_keys(&keys).latest_of(name, at));
    // Versions before 2025-01 tell consents along with the customer.
    for kind in [&EMAIL, &SMS] {
        if let Some(consent) = customer.object(kind.field)?
            && consent.get("consent_updated_at").is_some()
            && let Ok(event) = decided(origin, &number, &consent, kind, &keys)?
        {
            translation.push(event);
        }
    }
    Ok(translation)
}

/// A consent that comes by itself.
pub fn consent(origin: Origin<'_>, body: &Object<'_>, kind: &Consent) -> Result<Translation> {
    let number = match body.id("customer_id")? {
        Some(number) => number,
        None => body.need_id("id")?,
    };
    let consent = body.need(kind.field, "an object")?.object()?;
    let keys = keys(origin, body, &number)?;
    let mut translation = Translation::default();
    match decided(origin, &number, &consent, kind, &keys)? {
        Ok(event) => translation.push(event),
        Err(parked) => translation.park(parked),
    }
    Ok(translation)
}

fn decided(
    origin: Origin<'_>,
    number: &str,
    consent: &Object<'_>,
    kind: &Consent,
    keys: &Keys,
) -> Result<core::result::Result<HostEvent, Parked>> {
    let state = consent.need("state", "the state of the consent")?.text()?;
    let given = match state.to_lowercase().as_str() {
        "subscribed" => true,
        "unsubscribed" | "redacted" => false,
        "pending" | "not_subscribed" | "invalid" => {
            return Ok(Err(Parked::new(Reason::Undecided, &consent.path_of("state"))));
        }
        _ => {
            let expected = "`subscribed`, `unsubscribed`, `pending`, `not_subscribed`, `redacted` or `invalid`";
            return Err(refuse(Refusal::WrongType, &consent.path_of("state"), expected, &format!("`{state}`")));
        }
    };
    let at = consent.need("consent_updated_at", "the instant of the decision")?.instant()?;
    let id = build::id(origin.source, "consent", &[kind.category, number, &at.at.to_string()]);
    let event = Build::event("consent", id, at)
        .put("category", kind.category)
        .put("given", given)
        .maybe("how", consent.text("opt_in_level")?);
    Ok(Ok(HostEvent::new(event).with_keys(keys)))
}

fn keys(origin: Origin<'_>, body: &Object<'_>, number: &str) -> Result<Keys> {
    let address = body.text("email")?.or(body.text("email_address")?);
    Ok(Keys::own(origin.source, Some(number.to_owned())).email(address).phone(body.text("phone")?))
}
