//! Texts of messages made: values in the words of a language, plurals and selects chosen.

use rust_decimal::{Decimal, RoundingStrategy};

use super::said::{SaidControl, SaidParameter, SaidRow, Typed, Unsaid};
use crate::amount::Overflow;
use crate::check::model::{Choice, Control, Label, Message, Saying, Shown, Text, TextPart, Words};
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::value::Value;
use crate::locale::{Kind, Length, Locale};
use crate::plan::messages::ValuePlan;
use crate::time::date_of;

/// The most characters that the protocol takes, in UTF-16 units: of a text alone, and of one with anything beside it.
const TEXT_MAX: usize = 4_096;
const BODY_MAX: usize = 1_024;
const URL_MAX: usize = 2_000;
const CODE_MAX: usize = 15;

/// A message in words.
pub struct Rendered {
    pub text: Box<str>,
    pub header: Option<Box<str>>,
    pub footer: Option<Box<str>>,
    pub parameters: Vec<SaidParameter>,
    pub controls: Vec<SaidControl>,
}

/// Why a text could not be made: something overflows, or a value is missing.
enum Failure {
    Overflow(Overflow),
    Unsaid(Unsaid),
}

impl From<Overflow> for Failure {
    fn from(overflow: Overflow) -> Self {
        Self::Overflow(overflow)
    }
}

/// The words of a message, or why there are none.
pub fn render(
    scope: &Scope<'_>,
    saying: &Saying<ValuePlan>,
    message: &Message,
    language: usize,
) -> Result<Result<Rendered, Unsaid>, Overflow> {
    let Some((_, locale)) = message.languages.get(language) else { return Ok(Err(Unsaid::NoText)) };
    match (Renderer { scope, locale: *locale, language }).message(saying, message) {
        Ok(rendered) => Ok(Ok(rendered)),
        Err(Failure::Unsaid(reason)) => Ok(Err(reason)),
        Err(Failure::Overflow(overflow)) => Err(overflow),
    }
}

/// A text in one of its languages; nothing where a value in it is missing.
pub fn words(scope: &Scope<'_>, words: &Words<ValuePlan>, language: usize) -> Result<Option<String>, Overflow> {
    let Some((_, locale)) = words.languages.get(language) else { return Ok(None) };
    match (Renderer { scope, locale: *locale, language }).of_language(&words.texts) {
        Ok(text) => Ok(Some(text)),
        Err(Failure::Unsaid(_)) => Ok(None),
        Err(Failure::Overflow(overflow)) => Err(overflow),
    }
}

struct Renderer<'s, 'a> {
    scope: &'s Scope<'a>,
    locale: Locale,
    /// The place of the language among those of the message.
    language: usize,
}

impl<'a> Renderer<'_, 'a> {
    fn message(&self, saying: &Saying<ValuePlan>, message: &Message) -> Result<Rendered, Failure> {
        let text = self.of_language(&saying.texts)?;
        let parameters = saying.parameters.iter().map(|parameter| {
            let value = self.value(&parameter.value)?;
            let text = self.shown(value, parameter.shown);
            let typed = match (value, parameter.shown) {
                (Value::Number(amount), Shown::Money(currency)) => {
                    Some(Typed::Money { amount: amount.normalize(), currency: currency.code })
                }
                (Value::Date(day), _) => Some(Typed::Date(day)),
                (Value::Instant(at), Shown::Date(_) | Shown::Instant(_)) => Some(Typed::Instant(at)),
                _ => None,
            };
            Ok(SaidParameter { name: parameter.name.as_deref().map(Into::into), text: text.into(), typed })
        });
        let parameters = parameters.collect::<Result<_, Failure>>()?;
        let mut controls = Vec::with_capacity(saying.controls.len());
        for control in &saying.controls {
            controls.push(self.control(control)?);
        }
        let alone = controls.iter().all(|control| *control == SaidControl::Gap)
            && saying.header.is_none()
            && saying.footer.is_none()
            && message.template.is_none();
        let most = if alone { TEXT_MAX } else { BODY_MAX };
        if text.encode_utf16().count() > most {
            return Err(Failure::Unsaid(Unsaid::TooLong { most: most as u32 }));
        }
        Ok(Rendered {
            text: text.into(),
            header: saying.header.as_ref().map(|label| self.label(label)),
            footer: saying.footer.as_ref().map(|label| self.label(label)),
            parameters,
            controls,
        })
    }

    fn label(&self, label: &Label) -> Box<str> {
        label.get(self.language).map_or("", |label| label).into()
    }

    fn control(&self, control: &Control<ValuePlan>) -> Result<SaidControl, Failure> {
        Ok(match control {
            Control::Button { label, payload, when } => {
                if let Some(when) = when
                    && !self.scope.holds(when.node)?
                {
                    return Ok(SaidControl::Gap);
                }
                SaidControl::Button { text: self.label(label), payload: payload.as_str().into() }
            }
            Control::Link { label, url } => {
                let url = self.of_language(url)?;
                if url.encode_utf16().count() > URL_MAX {
                    return Err(Failure::Unsaid(Unsaid::TooLong { most: URL_MAX as u32 }));
                }
                SaidControl::Link { text: self.label(label), url: url.into() }
            }
            Control::CopyCode { label, code } => {
                let code = match self.value(code)? {
                    Value::Text(code, _) => code,
                    _ => "",
                };
                if code.chars().count() > CODE_MAX {
                    return Err(Failure::Unsaid(Unsaid::TooLong { most: CODE_MAX as u32 }));
                }
                SaidControl::CopyCode { text: self.label(label), code: code.into() }
            }
            Control::Menu { label, rows } => SaidControl::Menu {
                text: self.label(label),
                rows: rows
                    .iter()
                    .map(|row| SaidRow {
                        text: self.label(&row.label),
                        description: row.description.as_ref().map(|description| self.label(description)),
                        payload: row.payload.as_str().into(),
                    })
                    .collect(),
            },
        })
    }

    fn of_language(&self, texts: &[Text<ValuePlan>]) -> Result<String, Failure> {
        let mut written = String::new();
        if let Some(text) = texts.get(self.language) {
            self.text(text, None, &mut written)?;
        }
        Ok(written)
    }

    /// A text; `number` is that of the plural around it.
    fn text(&self, text: &Text<ValuePlan>, number: Option<Decimal>, written: &mut String) -> Result<(), Failure> {
        for part in text {
            match part {
                TextPart::Literal(literal) => written.push_str(literal),
                TextPart::NumberSign => {
                    written.push_str(&self.locale.number(number.unwrap_or_default().normalize()));
                }
                TextPart::Value { value, shown } => written.push_str(&self.shown(self.value(value)?, *shown)),
                TextPart::Plural { value, ordinal, offset, exactly, branches } => {
                    let Value::Number(counted) = self.value(value)? else { continue };
                    let counted = counted.normalize();
                    let rest = counted.checked_sub(Decimal::from(*offset)).ok_or(Overflow)?;
                    let kind = if *ordinal { Kind::Ordinal } else { Kind::Cardinal };
                    let exact = exactly.iter().find(|(number, _)| Decimal::from(*number) == counted);
                    let category = self.locale.category(kind, rest);
                    let of = |wanted| branches.iter().find(|(known, _)| *known == wanted).map(|(_, text)| text);
                    let chosen = exact.map(|(_, text)| text).or_else(|| of(category));
                    if let Some(text) = chosen.or_else(|| of(crate::locale::Category::Other)) {
                        self.text(text, Some(rest), written)?;
                    }
                }
                TextPart::Select { value, branches, other } => {
                    let value = self.value(value)?;
                    let chosen = branches.iter().find(|(choice, _)| chooses(choice, value)).map(|(_, text)| text);
                    self.text(chosen.unwrap_or(other), number, written)?;
                }
            }
        }
        Ok(())
    }

    /// A value that there is.
    fn value(&self, value: &ValuePlan) -> Result<Value<'a>, Failure> {
        match self.scope.eval(value.node, NO_ROW)? {
            Value::Missing => Err(Failure::Unsaid(Unsaid::MissingValue { value: value.written.clone() })),
            value => Ok(value),
        }
    }

    fn shown(&self, value: Value<'_>, shown: Shown) -> String {
        let calendar = &self.scope.plan.calendar;
        match (value, shown) {
            (Value::Number(number), Shown::Integer) => {
                self.locale.number(number.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven))
            }
            (Value::Number(number), Shown::Percent) => self.locale.percent(number),
            (Value::Number(number), Shown::Money(currency)) => {
                self.locale.money(number, core::str::from_utf8(&currency.code).unwrap_or(""), currency.minor)
            }
            (Value::Number(number), _) => self.locale.number(number.normalize()),
            (Value::Text(text, _), _) => text.to_owned(),
            (Value::Date(day), Shown::Date(length) | Shown::Instant(length)) => self.locale.date(date_of(day), length),
            (Value::Date(day), _) => self.locale.date(date_of(day), Length::Medium),
            (Value::Instant(at), Shown::Date(length)) => self.locale.date(date_of(calendar.day_at(at)), length),
            (Value::Instant(at), Shown::Time) => self.locale.time(calendar.time_at(at)),
            (Value::Instant(at), shown) => {
                let length = if let Shown::Instant(length) = shown { length } else { Length::Medium };
                self.locale.date_and_time(date_of(calendar.day_at(at)), calendar.time_at(at), length)
            }
            (Value::Time(micros), _) => self.locale.time(micros),
            (Value::Weekday(day), _) => self.locale.weekday(day).to_owned(),
            (Value::Level(ladder, level), _) => {
                let ladder = self.scope.plan.ladders.get(usize::from(ladder));
                ladder.and_then(|ladder| ladder.levels.get(usize::from(level))).map_or("", |level| level).to_owned()
            }
            (Value::Bool(_) | Value::Missing, _) => String::new(),
        }
    }
}

fn chooses(choice: &Choice, value: Value<'_>) -> bool {
    match (choice, value) {
        (Choice::Text(wanted), Value::Text(text, _)) => **wanted == *text,
        (Choice::Bool(wanted), Value::Bool(found)) => *wanted == found,
        (Choice::Level(wanted), Value::Level(_, level)) => *wanted == usize::from(level),
        (Choice::Weekday(wanted), Value::Weekday(day)) => *wanted == day,
        _ => false,
    }
}
