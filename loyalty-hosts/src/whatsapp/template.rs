//! Approved templates: the only messages that may be sent outside of the 24 hours.

use loyalty_core::{Decimal, Document, Refusal};

use super::limits;
use crate::build::Build;
use crate::json::{Object, Result, Value, refuse};

/// The object `template` of a payload.
pub fn template(message: &Object<'_>, template: &Object<'_>) -> Result<Document> {
    let name = limits::need(template, "name", limits::TEMPLATE_NAME)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(plain) {
        let expected = "a name of a-z, 0-9 and `_`";
        return Err(refuse(Refusal::WrongType, &template.path_of("name"), expected, &format!("`{name}`")));
    }
    let language = match template.text("language")? {
        Some(language) => language,
        None => message.need("language", "a language code such as `ar` or `pt_BR`")?.text()?,
    };
    let mut components = Vec::new();
    if let Some(header) = template.object("header")? {
        components.push(component("header", vec![media(&header)?]));
    }
    if let Some(value) = template.get("parameters") {
        let parameters = parameters(&value)?;
        if !parameters.is_empty() {
            components.push(component("body", parameters));
        }
    }
    if let Some(ends) = template.instant("offer_ends")? {
        // Milliseconds, where every other time of the protocol is in seconds.
        let ends = Build::new().put("expiration_time_ms", ends.at.as_micros() / 1_000).done();
        let offer = Build::new().put("type", "limited_time_offer").put("limited_time_offer", ends).done();
        components.push(component("limited_time_offer", vec![offer]));
    }
    let buttons = message.objects("buttons")?;
    if !buttons.is_empty() {
        limits::count(&message.path_of("buttons"), &buttons, limits::TEMPLATE_BUTTONS)?;
    }
    let mut next = 0;
    for button in &buttons {
        let index = place(button, next)?;
        components.extend(filled(index, button)?);
        next = index + 1;
    }
    let language = Build::new().put("code", language).done();
    Ok(Build::new().put("name", name).put("language", language).some("components", components).done())
}

fn component(kind: &str, parameters: Vec<Document>) -> Document {
    Build::new().put("type", kind).put("parameters", parameters).done()
}

/// The number of a button among those of the template: the next one, or the one that it names because buttons before it are left
/// out.
fn place(button: &Object<'_>, next: usize) -> Result<usize> {
    let Some(given) = button.number("index")? else { return Ok(next) };
    let index = usize::try_from(given).ok().filter(|index| (next..limits::TEMPLATE_BUTTONS).contains(index));
    index.filter(|index| Decimal::from(*index) == given).ok_or_else(|| {
        let expected = format!("a whole number from {next} to {}", limits::TEMPLATE_BUTTONS - 1);
        refuse(Refusal::WrongType, &button.path_of("index"), &expected, &given.to_string())
    })
}

/// A list of positional parameters, or an object of named ones. A template has one kind or the other.
fn parameters(value: &Value<'_>) -> Result<Vec<Document>> {
    if value.is_list() {
        return value.list()?.iter().map(|item| positional(item).map(Build::done)).collect();
    }
    let named = value.object()?;
    let mut parameters = Vec::new();
    for name in named.keys() {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(plain) {
            let expected = "names of a-z, 0-9 and `_`";
            return Err(refuse(Refusal::WrongType, named.path(), expected, &format!("`{name}`")));
        }
        let value = named.need(name, "a text")?;
        // The protocol describes no other kind of them.
        parameters.push(text(&words(&value)?).put("parameter_name", name).done());
    }
    Ok(parameters)
}

/// A text; or an amount of money or a day, with the text for a messenger that does not write it in its own way.
fn positional(value: &Value<'_>) -> Result<Build> {
    let words = words(value)?;
    if !value.is_object() {
        return Ok(text(&words));
    }
    let object = value.object()?;
    if let Some(amount) = object.number("amount")? {
        let code = object.need("currency", "a currency such as `SAR`")?.text()?;
        if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
            let expected = "a currency such as `SAR`";
            return Err(refuse(Refusal::WrongType, &object.path_of("currency"), expected, &format!("`{code}`")));
        }
        // Thousandths, whole and above zero; other amounts are told in words.
        let thousandths = amount.checked_mul(Decimal::ONE_THOUSAND).map(|amount| amount.normalize());
        let whole = thousandths.filter(|amount| *amount > Decimal::ZERO && amount.scale() == 0);
        let whole = whole.and_then(|amount| u64::try_from(amount).ok());
        return Ok(match whole {
            Some(amount) => {
                let currency = Build::new().put("fallback_value", words).put("code", code).put("amount_1000", amount);
                Build::new().put("type", "currency").put("currency", currency.done())
            }
            None => text(&words),
        });
    }
    if object.get("date").is_some() || object.get("at").is_some() {
        let day = Build::new().put("fallback_value", words).done();
        return Ok(Build::new().put("type", "date_time").put("date_time", day));
    }
    Ok(text(&words))
}

fn text(words: &str) -> Build {
    Build::new().put("type", "text").put("text", words)
}

/// The words of a parameter, which may stand beside its value.
fn words(value: &Value<'_>) -> Result<String> {
    if value.is_object() {
        return limits::parameter(&value.object()?.need("text", "the value in words")?);
    }
    limits::parameter(value)
}

/// What stands over the text: a parameter of its own, or a picture, a film or a document by its link.
fn media(header: &Object<'_>) -> Result<Document> {
    if let Some(value) = header.get("text") {
        return Ok(Build::new().put("type", "text").put("text", limits::parameter(&value)?).done());
    }
    for kind in ["image", "video", "document"] {
        if header.get(kind).is_some() {
            let link = Build::new().put("link", limits::link(header, kind)?).done();
            return Ok(Build::new().put("type", kind).put(kind, link).done());
        }
    }
    Err(refuse(Refusal::MissingField, header.path(), "`text`, `image`, `video` or `document`", "none of them"))
}

/// A button of the template, if there is something to fill in: what comes back with a tap, the end of a link, a code to
/// copy. A link that the template holds whole needs nothing.
fn filled(index: usize, button: &Object<'_>) -> Result<Option<Document>> {
    let parameter = |kind: &str, key: &str, value: String| Build::new().put("type", kind).put(key, value).done();
    let (kind, parameter) = if button.get("payload").is_some() {
        let payload = limits::need(button, "payload", limits::BUTTON_ID)?;
        ("quick_reply", parameter("payload", "payload", payload))
    } else if button.get("copy_code").is_some() {
        ("copy_code", parameter("coupon_code", "coupon_code", limits::code(button, "copy_code")?))
    } else if button.get("url_end").is_some() {
        ("url", parameter("text", "text", limits::need(button, "url_end", limits::LINK)?))
    } else if button.get("url").is_some() {
        return Ok(None);
    } else {
        let expected = "`payload`, `copy_code`, `url` or `url_end`";
        return Err(refuse(Refusal::MissingField, button.path(), expected, "none of them"));
    };
    let filled = Build::new().put("type", "button").put("sub_type", kind).put("index", index.to_string());
    Ok(Some(filled.put("parameters", vec![parameter]).done()))
}
