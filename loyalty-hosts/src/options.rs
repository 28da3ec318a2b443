//! What a host chooses about its translations.

use crate::json::{self, Result, refuse};
use loyalty_core::{Refusal, host};

/// When an order becomes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Earn {
    /// As soon as it is paid in full; until then it is parked.
    #[default]
    Paid,
    /// As soon as it is placed; a cancellation undoes it.
    Placed,
}

/// In which currency amounts are read, where a platform tells them in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Money {
    /// The shop's own, which is the same for all of its orders.
    #[default]
    Shop,
    /// The one that the buyer saw.
    Presentment,
}

/// What a host chooses about its translations.
///
/// ```
/// use loyalty_hosts::{Earn, Options};
///
/// let options = Options::from_json(br#"{"source":"shop-berlin","earn":"placed"}"#).unwrap();
/// assert_eq!(options, Options { source: Some("shop-berlin".to_owned()), earn: Earn::Placed, ..Options::default() });
/// assert!(Options::from_json(br#"{"erna":"placed"}"#).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// What ids begin with, and what the platform's own key of a member is called: the name of the platform, if it is not
    /// said. Two shops whose ids could meet need two names.
    pub source: Option<String>,
    /// When an order becomes an event.
    pub earn: Earn,
    /// In which currency amounts are read.
    pub money: Money,
}

/// The longest name of a source.
const SOURCE_BYTES_MAX: usize = 32;

impl Options {
    /// Reads `{"source":…,"earn":"paid"|"placed","money":"shop"|"presentment"}`; each may be missing, nothing else may be
    /// there.
    ///
    /// # Errors
    ///
    /// What is no such object, with the option that is wrong.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let object = json::body(json)?;
        let known = ["source", "earn", "money"];
        if let Some(unknown) = object.keys().find(|key| !known.contains(key)) {
            return Err(refuse(Refusal::WrongType, unknown, "`source`, `earn` or `money`", &format!("`{unknown}`")));
        }
        // An empty text is said, and not left out: a name that was never set would let the ids of two shops meet.
        let said = |key: &str| object.get(key).map(|value| value.text()).transpose();
        let choice = |key: &str, first: &str, second: &str| match said(key)?.as_deref() {
            None => Ok(false),
            Some(text) if text == first => Ok(false),
            Some(text) if text == second => Ok(true),
            Some(text) => Err(refuse(Refusal::WrongType, key, &format!("`{first}` or `{second}`"), text)),
        };
        let options = Self {
            source: said("source")?,
            earn: if choice("earn", "paid", "placed")? { Earn::Placed } else { Earn::Paid },
            money: if choice("money", "shop", "presentment")? { Money::Presentment } else { Money::Shop },
        };
        options.source("").map(|_| options.clone())
    }

    /// The name of the source, or the platform's.
    pub(crate) fn source(&self, platform: &'static str) -> Result<String> {
        let Some(source) = &self.source else { return Ok(platform.to_owned()) };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if source.is_empty() || source.len() > SOURCE_BYTES_MAX || !source.bytes().all(plain) {
            let expected = format!("at most {SOURCE_BYTES_MAX} of the characters a-z, A-Z, 0-9, `-`, `_` and `.`");
            return Err(host::refusal("wrong_type", Some("source"), &expected, source, None));
        }
        Ok(source.clone())
    }
}
