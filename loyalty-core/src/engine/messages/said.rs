//! A message as it was said, and one that was not: as decisions, and in the bytes in which they are remembered.

use rust_decimal::Decimal;

use crate::check::model::Category;
use crate::engine::contact::{Consent, ConsentState};
use crate::wire::codec::{Malformed, Reader, Writer};

/// A message, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Tells it from every other message to the member, so that a host sends it once.
    pub id: Box<str>,
    pub message: Box<str>,
    pub category: Category,
    pub language: Box<str>,
    pub form: Form,
    pub template: Option<Box<str>>,
    pub because: Because,
    pub text: Box<str>,
    pub header: Option<Box<str>>,
    pub footer: Option<Box<str>>,
    pub parameters: Vec<SaidParameter>,
    pub controls: Vec<SaidControl>,
}

/// Why it is said: a keyword and a name, as in `rule told`.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    pub keyword: Box<str>,
    pub name: Box<str>,
}

/// In which form it is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Template,
}

impl Form {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Template => "template",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SaidParameter {
    pub name: Option<Box<str>>,
    /// As the member's language writes it.
    pub text: Box<str>,
    /// The value itself, where a messenger may write it in its own way.
    pub typed: Option<Typed>,
}

/// A value that is more than its words.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    Money {
        amount: Decimal,
        currency: [u8; 3],
    },
    /// The number of a day.
    Date(i32),
    Instant(i64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum SaidControl {
    Button {
        text: Box<str>,
        payload: Box<str>,
    },
    Link {
        text: Box<str>,
        url: Box<str>,
    },
    CopyCode {
        text: Box<str>,
        code: Box<str>,
    },
    Menu {
        text: Box<str>,
        rows: Vec<SaidRow>,
    },
    /// The place of a button whose condition does not hold: in a template the others keep their numbers.
    Gap,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SaidRow {
    pub text: Box<str>,
    pub description: Option<Box<str>>,
    pub payload: Box<str>,
}

/// A message that was to be said and is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppressed {
    pub message: Box<str>,
    pub category: Category,
    pub because: Because,
    pub reason: Unsaid,
}

/// Why a message is not said.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsaid {
    /// It has been said for the same event, at the same instant or in the same campaign.
    AlreadySaid,
    /// A value of its text is not known.
    MissingValue { value: Box<str> },
    /// More characters than the protocol takes.
    TooLong { most: u32 },
    /// It has no text.
    NoText,
    /// The member has not agreed to its category.
    NoConsent,
    /// The member does not agree any more.
    Withdrawn,
    /// The policy's condition for its category does not hold.
    NotAllowed,
    /// The member has not written for long, and it has no template.
    OutsideWindow,
    /// So many have been said already.
    AtMost { count: u32 },
    /// So many have been said to all members.
    AtMostInTotal { count: u32 },
    /// Quiet hours, in which it is never said.
    Quiet,
    /// Quiet hours, after which it will be.
    Held { until: i64 },
    /// The messenger asks to wait.
    BackedOff { until: i64 },
    /// Messages do not arrive.
    Unreachable,
    /// The member is not in the segment that it is for.
    OutsideSegment { segment: Box<str> },
    /// The account rested at the time.
    Paused,
    /// The member joined later.
    BeforeEnrolment,
    /// What it is about has happened while it waited.
    Overtaken,
}

impl Unsaid {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AlreadySaid => "already_said",
            Self::MissingValue { .. } => "missing_value",
            Self::TooLong { .. } => "too_long",
            Self::NoText => "no_text",
            Self::NoConsent => "no_consent",
            Self::Withdrawn => "withdrawn",
            Self::NotAllowed => "not_allowed",
            Self::OutsideWindow => "outside_window",
            Self::AtMost { .. } => "at_most",
            Self::AtMostInTotal { .. } => "at_most_in_total",
            Self::Quiet => "quiet",
            Self::Held { .. } => "held",
            Self::BackedOff { .. } => "backed_off",
            Self::Unreachable => "unreachable",
            Self::OutsideSegment { .. } => "outside_segment",
            Self::Paused => "paused",
            Self::BeforeEnrolment => "before_enrolment",
            Self::Overtaken => "overtaken",
        }
    }
}

fn category(reader: &mut Reader<'_>) -> Result<Category, Malformed> {
    Category::ALL.get(usize::from(reader.byte()?)).copied().ok_or(Malformed)
}

fn category_byte(category: Category) -> u8 {
    Category::ALL.iter().position(|known| *known == category).unwrap_or(0) as u8
}

fn boxed(reader: &mut Reader<'_>) -> Result<Box<str>, Malformed> {
    reader.text().map(Into::into)
}

fn typed(reader: &mut Reader<'_>) -> Result<Option<Typed>, Malformed> {
    Ok(Some(match reader.byte()? {
        0 => return Ok(None),
        1 => Typed::Money { amount: reader.decimal()?, currency: [reader.byte()?, reader.byte()?, reader.byte()?] },
        2 => Typed::Date(i32::try_from(reader.signed()?).map_err(|_| Malformed)?),
        3 => Typed::Instant(reader.signed()?),
        _ => return Err(Malformed),
    }))
}

fn many<T>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let count = reader.count()?;
    let mut list = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        list.push(read(reader)?);
    }
    Ok(list)
}

impl Said {
    pub fn write(&self, writer: &mut Writer<'_>) {
        [&self.id, &self.message, &self.language, &self.because.keyword, &self.because.name, &self.text]
            .into_iter()
            .for_each(|text| writer.text(text));
        writer.byte(category_byte(self.category));
        writer.byte(u8::from(self.form == Form::Template));
        for text in [&self.template, &self.header, &self.footer] {
            writer.option(text.as_deref(), |writer, text| writer.text(text));
        }
        writer.number(self.parameters.len() as u64);
        for parameter in &self.parameters {
            writer.option(parameter.name.as_deref(), |writer, name| writer.text(name));
            writer.text(&parameter.text);
            match &parameter.typed {
                None => writer.byte(0),
                Some(Typed::Money { amount, currency }) => {
                    writer.byte(1);
                    writer.decimal(*amount);
                    currency.iter().for_each(|letter| writer.byte(*letter));
                }
                Some(Typed::Date(day)) => {
                    writer.byte(2);
                    writer.signed(i64::from(*day));
                }
                Some(Typed::Instant(at)) => {
                    writer.byte(3);
                    writer.signed(*at);
                }
            }
        }
        writer.number(self.controls.len() as u64);
        for control in &self.controls {
            let (tag, first, second) = match control {
                SaidControl::Button { text, payload } => (0, text, Some(payload)),
                SaidControl::Link { text, url } => (1, text, Some(url)),
                SaidControl::CopyCode { text, code } => (2, text, Some(code)),
                SaidControl::Menu { text, .. } => (3, text, None),
                SaidControl::Gap => {
                    writer.byte(4);
                    continue;
                }
            };
            writer.byte(tag);
            writer.text(first);
            second.into_iter().for_each(|second| writer.text(second));
            if let SaidControl::Menu { rows, .. } = control {
                writer.number(rows.len() as u64);
                for row in rows {
                    writer.text(&row.text);
                    writer.option(row.description.as_deref(), |writer, text| writer.text(text));
                    writer.text(&row.payload);
                }
            }
        }
    }

    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (id, message, language) = (boxed(reader)?, boxed(reader)?, boxed(reader)?);
        let because = Because { keyword: boxed(reader)?, name: boxed(reader)? };
        let text = boxed(reader)?;
        let category = category(reader)?;
        let form = if reader.byte()? != 0 { Form::Template } else { Form::Text };
        let (template, header, footer) = (reader.option(boxed)?, reader.option(boxed)?, reader.option(boxed)?);
        let parameters = many(reader, |reader| {
            let (name, text) = (reader.option(boxed)?, boxed(reader)?);
            Ok(SaidParameter { name, text, typed: typed(reader)? })
        })?;
        let controls = many(reader, |reader| {
            let tag = reader.byte()?;
            if tag == 4 {
                return Ok(SaidControl::Gap);
            }
            let text = boxed(reader)?;
            Ok(match tag {
                0 => SaidControl::Button { text, payload: boxed(reader)? },
                1 => SaidControl::Link { text, url: boxed(reader)? },
                2 => SaidControl::CopyCode { text, code: boxed(reader)? },
                3 => SaidControl::Menu {
                    text,
                    rows: many(reader, |reader| {
                        Ok(SaidRow {
                            text: boxed(reader)?,
                            description: reader.option(boxed)?,
                            payload: boxed(reader)?,
                        })
                    })?,
                },
                _ => return Err(Malformed),
            })
        })?;
        Ok(Self {
            id,
            message,
            category,
            language,
            form,
            template,
            because,
            text,
            header,
            footer,
            parameters,
            controls,
        })
    }
}

impl Suppressed {
    pub fn write(&self, writer: &mut Writer<'_>) {
        [&self.message, &self.because.keyword, &self.because.name].into_iter().for_each(|text| writer.text(text));
        writer.byte(category_byte(self.category));
        match &self.reason {
            Unsaid::AlreadySaid => writer.byte(0),
            Unsaid::MissingValue { value } => {
                writer.byte(1);
                writer.text(value);
            }
            Unsaid::TooLong { most } => {
                writer.byte(2);
                writer.number(u64::from(*most));
            }
            Unsaid::NoText => writer.byte(3),
            Unsaid::NoConsent => writer.byte(4),
            Unsaid::Withdrawn => writer.byte(5),
            Unsaid::NotAllowed => writer.byte(6),
            Unsaid::OutsideWindow => writer.byte(7),
            Unsaid::Quiet => writer.byte(8),
            Unsaid::Unreachable => writer.byte(9),
            Unsaid::AtMost { count } => {
                writer.byte(10);
                writer.number(u64::from(*count));
            }
            Unsaid::AtMostInTotal { count } => {
                writer.byte(11);
                writer.number(u64::from(*count));
            }
            Unsaid::Held { until } => {
                writer.byte(12);
                writer.signed(*until);
            }
            Unsaid::BackedOff { until } => {
                writer.byte(13);
                writer.signed(*until);
            }
            Unsaid::OutsideSegment { segment } => {
                writer.byte(14);
                writer.text(segment);
            }
            Unsaid::Paused => writer.byte(15),
            Unsaid::BeforeEnrolment => writer.byte(16),
            Unsaid::Overtaken => writer.byte(17),
        }
    }

    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let message = boxed(reader)?;
        let because = Because { keyword: boxed(reader)?, name: boxed(reader)? };
        let category = category(reader)?;
        let reason = match reader.byte()? {
            0 => Unsaid::AlreadySaid,
            1 => Unsaid::MissingValue { value: boxed(reader)? },
            2 => Unsaid::TooLong { most: u32::try_from(reader.number()?).map_err(|_| Malformed)? },
            3 => Unsaid::NoText,
            4 => Unsaid::NoConsent,
            5 => Unsaid::Withdrawn,
            6 => Unsaid::NotAllowed,
            7 => Unsaid::OutsideWindow,
            8 => Unsaid::Quiet,
            9 => Unsaid::Unreachable,
            10 => Unsaid::AtMost { count: u32::try_from(reader.number()?).map_err(|_| Malformed)? },
            11 => Unsaid::AtMostInTotal { count: u32::try_from(reader.number()?).map_err(|_| Malformed)? },
            12 => Unsaid::Held { until: reader.signed()? },
            13 => Unsaid::BackedOff { until: reader.signed()? },
            14 => Unsaid::OutsideSegment { segment: boxed(reader)? },
            15 => Unsaid::Paused,
            16 => Unsaid::BeforeEnrolment,
            17 => Unsaid::Overtaken,
            _ => return Err(Malformed),
        };
        Ok(Self { message, category, because, reason })
    }
}

/// What the member says of a category, in bytes.
pub fn write_consent(writer: &mut Writer<'_>, consent: &Consent) {
    writer.text(&consent.category);
    writer.byte(ConsentState::ALL.iter().position(|known| *known == consent.state).unwrap_or(0) as u8);
    writer.signed(consent.at);
    writer.text(&consent.how);
    writer.option(consent.words.as_deref(), |writer, words| writer.text(words));
}

pub fn read_consent(reader: &mut Reader<'_>) -> Result<Consent, Malformed> {
    Ok(Consent {
        category: boxed(reader)?,
        state: ConsentState::ALL.get(usize::from(reader.byte()?)).copied().ok_or(Malformed)?,
        at: reader.signed()?,
        how: boxed(reader)?,
        words: reader.option(boxed)?,
    })
}

pub fn write_held_back(writer: &mut Writer<'_>, category: Option<Category>, until: Option<i64>, error: i64) {
    writer.option(category, |writer, category| writer.byte(category_byte(category)));
    writer.option(until, |writer, until| writer.signed(until));
    writer.signed(error);
}

pub fn read_held_back(reader: &mut Reader<'_>) -> Result<(Option<Category>, Option<i64>, i64), Malformed> {
    Ok((reader.option(category)?, reader.option(Reader::signed)?, reader.signed()?))
}
