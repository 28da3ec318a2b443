//! Reading a platform's JSON: only what is asked for, digit by digit, and each refusal with the path that leads to it.
//!
//! Values stay text until somebody wants them. So a number is its digits, whatever another crate of the build makes of
//! numbers, and what no translation asks for is only checked to be JSON.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeMap;

use loyalty_core::{Decimal, Document, EventError, Instant, Refusal, host};
use rust_decimal::RoundingStrategy;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The most bytes that a body may have. WhatsApp sends up to 3 MB at once, and an event has the same limit.
pub const BODY_BYTES_MAX: usize = 4 << 20;

pub type Result<T> = core::result::Result<T, EventError>;

/// Why a payload cannot be translated: the path in it, what was expected, and what came.
pub fn refuse(code: Refusal, path: &str, expected: &str, found: &str) -> EventError {
    host::refusal(code.as_str(), named(path), expected, found, None)
}

/// The body itself has no path.
fn named(path: &str) -> Option<&str> {
    Some(path).filter(|path| !path.is_empty())
}

/// The same with advice.
pub fn refuse_with_help(code: Refusal, path: &str, expected: &str, found: &str, help: &str) -> EventError {
    host::refusal(code.as_str(), named(path), expected, found, Some(help))
}

/// One value with the way to it.
pub struct Value<'a> {
    text: &'a str,
    path: String,
}

/// An object with the way to it.
pub struct Object<'a> {
    entries: BTreeMap<Cow<'a, str>, &'a str>,
    path: String,
}

/// An instant with the offset that it was told with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: Instant,
    pub offset: i32,
}

impl Moment {
    pub fn new(at: Instant) -> Self {
        Self { at, offset: 0 }
    }
}

impl From<Moment> for Document {
    fn from(moment: Moment) -> Self {
        Document::Instant { at: moment.at, offset: moment.offset }
    }
}

/// The object that a body is.
pub fn body(bytes: &[u8]) -> Result<Object<'_>> {
    let unreadable = |found: &str| host::refusal("invalid_json", None, "one JSON object", found, None);
    if bytes.len() > BODY_BYTES_MAX {
        let (expected, found) = (format!("at most {BODY_BYTES_MAX} bytes"), format!("{} bytes", bytes.len()));
        return Err(host::refusal("event_too_large", None, &expected, &found, None));
    }
    let text = core::str::from_utf8(bytes).map_err(|_| unreadable("bytes that are no UTF-8 text"))?;
    // Some servers put a mark of the byte order before their JSON.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root = serde_json::from_str::<&RawValue>(text).map_err(|error| unreadable(&error.to_string()))?;
    Value { text: root.get(), path: String::new() }.object()
}

impl<'a> Value<'a> {
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn is_text(&self) -> bool {
        self.text.starts_with('"')
    }

    pub fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    pub fn is_list(&self) -> bool {
        self.text.starts_with('[')
    }

    fn wrong(&self, expected: &str) -> EventError {
        refuse(Refusal::WrongType, &self.path, expected, self.text)
    }

    /// The object that it has to be.
    pub fn object(&self) -> Result<Object<'a>> {
        if !self.text.starts_with('{') {
            return Err(self.wrong("an object"));
        }
        let entries = serde_json::from_str::<Entries<'a>>(self.text).map_err(|error| {
            refuse(Refusal::InvalidJson, &self.path, "an object with each key once", &error.to_string())
        })?;
        Ok(Object { entries: entries.0, path: self.path.clone() })
    }

    /// The list that it has to be.
    pub fn list(&self) -> Result<Vec<Value<'a>>> {
        if !self.text.starts_with('[') {
            return Err(self.wrong("a list"));
        }
        let items = serde_json::from_str::<Vec<&'a RawValue>>(self.text).map_err(|_| self.wrong("a list"))?;
        let items = items.into_iter().enumerate();
        Ok(items.map(|(at, raw)| Value { text: raw.get(), path: format!("{}[{at}]", self.path) }).collect())
    }

    /// The text that it has to be.
    pub fn text(&self) -> Result<String> {
        if !self.text.starts_with('"') {
            return Err(self.wrong("a text"));
        }
        serde_json::from_str::<String>(self.text).map_err(|_| self.wrong("a text of whole characters"))
    }

    /// An id: a text, or the digits of a whole number, however many.
    pub fn id(&self) -> Result<String> {
        let id = if self.text.starts_with('"') { self.text()? } else { self.text.to_owned() };
        let whole = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        if self.text.starts_with('"') && !id.trim().is_empty() || whole {
            return Ok(id.trim().to_owned());
        }
        Err(self.wrong("an id: a text or a whole number"))
    }

    /// An exact number, written as a number or as a text.
    pub fn number(&self) -> Result<Decimal> {
        let digits = if self.text.starts_with('"') { Cow::Owned(self.text()?) } else { Cow::Borrowed(self.text) };
        decimal(digits.trim()).ok_or_else(|| self.wrong("a number of at most 18 digits and 8 decimals"))
    }

    /// A number that was printed from a binary float, to so many decimals: half away from zero, which is the nearest
    /// number of that many decimals wherever the float was meant to be one.
    pub fn float(&self, decimals: u32) -> Result<Decimal> {
        let digits = if self.text.starts_with('"') { Cow::Owned(self.text()?) } else { Cow::Borrowed(self.text) };
        let number = plain(digits.trim()).ok_or_else(|| self.wrong("a number of at most 18 digits"))?;
        Ok(number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize())
    }

    fn bool(&self) -> Result<bool> {
        match self.text {
            "true" | "1" | "\"1\"" => Ok(true),
            "false" | "0" | "\"0\"" => Ok(false),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// An instant as RFC 3339 text.
    pub fn instant(&self) -> Result<Moment> {
        let text = self.text()?;
        self.moment(&text, &text)
    }

    /// An instant of a platform that means UTC and does not say so: `2026-11-21T10:00:00` or with a space.
    pub fn utc(&self) -> Result<Moment> {
        let text = self.text()?;
        let zoned = match text.as_bytes() {
            [.., b'Z'] => text.clone(),
            bytes if bytes.len() == 19 => format!("{}Z", text.replacen(' ', "T", 1)),
            _ => text.clone(),
        };
        self.moment(&zoned, &text)
    }

    /// An instant as whole seconds since 1970, as a number or a text.
    pub fn seconds(&self) -> Result<Moment> {
        let digits = self.id()?;
        let micros = digits.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000_000));
        let at = micros.and_then(Instant::from_micros);
        let wrong =
            || refuse(Refusal::BadInstant, &self.path, "seconds since 1970, in the years 1970 to 2199", self.text);
        at.map(Moment::new).ok_or_else(wrong)
    }

    fn moment(&self, text: &str, told: &str) -> Result<Moment> {
        let wrong = || refuse(Refusal::BadInstant, &self.path, "an instant such as 2026-11-21T10:00:00Z", told);
        let at = Instant::parse(text).ok_or_else(wrong)?;
        Ok(Moment { at, offset: offset_of(text) })
    }
}

/// Seconds east of UTC that the end of an RFC 3339 text says.
fn offset_of(text: &str) -> i32 {
    let bytes = text.as_bytes();
    let Some([sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]) = bytes.len().checked_sub(6).and_then(|at| bytes.get(at..))
    else {
        return 0;
    };
    let digit = |byte: &u8| i32::from(byte.wrapping_sub(b'0') % 10);
    let seconds = (digit(h1) * 10 + digit(h2)) * 3_600 + (digit(m1) * 10 + digit(m2)) * 60;
    if *sign == b'-' { -seconds } else { seconds }
}

/// A decimal of JSON's grammar, within what the core holds exactly; nothing for any other text.
fn decimal(text: &str) -> Option<Decimal> {
    plain(text).filter(|number| number.scale() <= 8)
}

/// A decimal of JSON's grammar with as many decimals as a decimal can hold.
fn plain(text: &str) -> Option<Decimal> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let signless = |part: &str| digits(part.strip_prefix(['+', '-']).unwrap_or(part));
    if text.len() > 64 || !digits(whole) || !fraction.is_none_or(digits) || !exponent.is_none_or(signless) {
        return None;
    }
    let number = match exponent {
        Some(_) => Decimal::from_scientific(text).ok()?,
        None => Decimal::from_str_exact(text).ok()?,
    };
    let number = number.normalize();
    (number.abs() < Decimal::from(10_u64.pow(18))).then_some(number)
}

impl<'a> Object<'a> {
    /// Where it stands; nothing for the body itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of one of its fields.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A field that is there and not null.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let text = self.entries.get(key).copied().filter(|text| *text != "null")?;
        Some(Value { text, path: self.path_of(key) })
    }

    /// A field that has to be there.
    pub fn need(&self, key: &str, expected: &str) -> Result<Value<'a>> {
        let missing = || {
            let found = if self.entries.contains_key(key) { "null" } else { "nothing" };
            refuse(Refusal::MissingField, &self.path_of(key), expected, found)
        };
        self.get(key).ok_or_else(missing)
    }

    pub fn object(&self, key: &str) -> Result<Option<Object<'a>>> {
        self.get(key).map(|value| value.object()).transpose()
    }

    /// The items of a list; none, if there is no list.
    pub fn list(&self, key: &str) -> Result<Vec<Value<'a>>> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |value| value.list())
    }

    /// The objects of a list; none, if there is no list.
    pub fn objects(&self, key: &str) -> Result<Vec<Object<'a>>> {
        self.list(key)?.iter().map(Value::object).collect()
    }

    /// A text that says something: neither missing, nor null, nor blank.
    pub fn text(&self, key: &str) -> Result<Option<String>> {
        let text = self.get(key).map(|value| value.text()).transpose()?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// An id; blank and missing ones are none.
    pub fn id(&self, key: &str) -> Result<Option<String>> {
        match self.get(key) {
            Some(value) if value.text == "\"\"" => Ok(None),
            Some(value) => value.id().map(Some),
            None => Ok(None),
        }
    }

    /// A plain value as text: a text, or the digits of a number.
    pub fn id_or_text(&self, key: &str) -> Result<Option<String>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        if value.text.starts_with(['{', '[']) {
            return Err(value.wrong("a text or a number"));
        }
        let text = if value.text.starts_with('"') { value.text()? } else { value.text.to_owned() };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    pub fn need_id(&self, key: &str) -> Result<String> {
        self.need(key, "an id: a text or a whole number")?.id()
    }

    pub fn number(&self, key: &str) -> Result<Option<Decimal>> {
        self.get(key).filter(|value| value.text != "\"\"").map(|value| value.number()).transpose()
    }

    pub fn bool(&self, key: &str) -> Result<Option<bool>> {
        self.get(key).map(|value| value.bool()).transpose()
    }

    pub fn instant(&self, key: &str) -> Result<Option<Moment>> {
        self.get(key).filter(|value| value.text != "\"\"").map(|value| value.instant()).transpose()
    }

    pub fn utc(&self, key: &str) -> Result<Option<Moment>> {
        self.get(key).filter(|value| value.text != "\"\"").map(|value| value.utc()).transpose()
    }

    /// The first of several texts or ids that says something.
    pub fn any(&self, keys: &[&str]) -> Result<Option<String>> {
        for key in keys {
            let told = self.id_or_text(key)?;
            if told.is_some() {
                return Ok(told);
            }
        }
        Ok(None)
    }

    /// The first of several fields that is there.
    pub fn first(&self, keys: &[&str]) -> Option<Value<'a>> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The names of its fields, for refusals of what nobody asked for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(|key| &**key)
    }
}

/// The entries of an object, each key once.
struct Entries<'a>(BTreeMap<Cow<'a, str>, &'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = BTreeMap<Cow<'de, str>, &'de str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> core::result::Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, raw)) = map.next_entry::<String, &'de RawValue>()? {
                    if entries.contains_key(key.as_str()) {
                        return Err(A::Error::custom(format!("`{key}` twice")));
                    }
                    entries.insert(Cow::Owned(key), raw.get());
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Each).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(json: &str) -> Option<String> {
        let text = format!("{{\"n\":{json}}}");
        body(text.as_bytes()).unwrap().number("n").ok().flatten().map(|number| number.to_string())
    }

    #[test]
    fn numbers_are_their_digits() {
        assert_eq!(number("195.66").as_deref(), Some("195.66"));
        assert_eq!(number("\"600.0\"").as_deref(), Some("600"));
        assert_eq!(number("1.5e2").as_deref(), Some("150"));
        assert_eq!(number("0.1").as_deref(), Some("0.1"));
        for wrong in ["\"1_000\"", "\"1,00\"", "\"\\u0661\"", "true", "\"+5\"", "\".5\"", "1e40", "\"0x10\""] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn refusals_say_where() {
        let text = br#"{"a":[{"b":{"c":"x"}}]}"#;
        let root = body(text).unwrap();
        let b = root.objects("a").unwrap()[0].object("b").unwrap().unwrap();
        let error = b.number("c").unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.field(), error.found()),
            ("wrong_type", Some("a[0].b.c"), Some("\"x\""))
        );
        let error = b.need_id("d").unwrap_err();
        assert_eq!((error.code().as_str(), error.field()), ("missing_field", Some("a[0].b.d")));
    }

    #[test]
    fn a_key_twice_is_refused() {
        assert!(body(br#"{"id":1,"id":2}"#).is_err());
    }

    #[test]
    fn offsets_are_kept() {
        let root = body(br#"{"at":"2025-04-02T11:31:26-05:00","utc":"2017-08-21 22:22:19"}"#).unwrap();
        let at = root.instant("at").unwrap().unwrap();
        assert_eq!((at.at.to_string().as_str(), at.offset), ("2025-04-02T16:31:26Z", -18_000));
        let utc = root.utc("utc").unwrap().unwrap();
        assert_eq!(utc.at.to_string(), "2017-08-21T22:22:19Z");
    }
}
