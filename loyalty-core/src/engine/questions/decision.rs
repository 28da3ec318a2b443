//! What is decided of questions, and how it is kept.

use crate::check::model::QuestionKind;
use crate::wire::codec::{Malformed, Reader, Writer};

/// A question is asked or not, answered or not. It is named with the word that declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is said by that message, and may be answered before that instant.
    Asked {
        kind: QuestionKind,
        name: Box<str>,
        message: Box<str>,
        until: Option<i64>,
    },
    NotAsked {
        kind: QuestionKind,
        name: Box<str>,
        why: NotAsked,
    },
    /// By a choice, or by a number on a scale; the other one is empty.
    Answered {
        kind: QuestionKind,
        name: Box<str>,
        choice: Box<str>,
        score: Option<u32>,
        right: Option<bool>,
    },
    /// A member has written or tapped what is no answer.
    NotAnswered {
        kind: QuestionKind,
        name: Box<str>,
        why: Unanswered,
    },
}

/// Why a question is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    Limit,
    NotValid,
}

/// Why what a member says is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It is none of the answers.
    Unknown,
    NotAsked,
    AlreadyAnswered,
    /// Its time is over.
    Closed,
}

impl NotAsked {
    pub const ALL: [Self; 2] = [Self::Limit, Self::NotValid];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::NotValid => "not_valid",
        }
    }
}

impl Unanswered {
    pub const ALL: [Self; 4] = [Self::Unknown, Self::NotAsked, Self::AlreadyAnswered, Self::Closed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_answer",
            Self::NotAsked => "not_asked",
            Self::AlreadyAnswered => "already_answered",
            Self::Closed => "question_closed",
        }
    }
}

impl Told {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::NotAsked { .. } => "not_asked",
            Self::Answered { .. } => "answered",
            Self::NotAnswered { .. } => "not_answered",
        }
    }

    /// The question: the word that declares it, and its name.
    pub fn question(&self) -> (QuestionKind, &str) {
        match self {
            Self::Asked { kind, name, .. }
            | Self::NotAsked { kind, name, .. }
            | Self::Answered { kind, name, .. }
            | Self::NotAnswered { kind, name, .. } => (*kind, name),
        }
    }

    pub fn write(&self, writer: &mut Writer<'_>, event_at: i64) {
        let (kind, name) = self.question();
        writer.byte(u8::from(kind == QuestionKind::Survey));
        writer.text(name);
        match self {
            Self::Asked { message, until, .. } => {
                writer.byte(0);
                writer.text(message);
                writer.option(*until, |writer, at| writer.instant(at, event_at));
            }
            Self::NotAsked { why, .. } => {
                writer.byte(1);
                writer.byte(NotAsked::ALL.iter().position(|known| known == why).unwrap_or(0) as u8);
            }
            Self::Answered { choice, score, right, .. } => {
                writer.byte(2);
                writer.text(choice);
                writer.option(*score, |writer, score| writer.number(u64::from(score)));
                writer.option(*right, |writer, right| writer.byte(u8::from(right)));
            }
            Self::NotAnswered { why, .. } => {
                writer.byte(3);
                writer.byte(Unanswered::ALL.iter().position(|known| known == why).unwrap_or(0) as u8);
            }
        }
    }

    pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Self, Malformed> {
        let kind = if reader.byte()? == 0 { QuestionKind::Quiz } else { QuestionKind::Survey };
        let name = reader.text()?.into();
        Ok(match reader.byte()? {
            0 => Self::Asked {
                kind,
                name,
                message: reader.text()?.into(),
                until: reader.option(|reader| reader.instant(event_at))?,
            },
            1 => {
                let why = *NotAsked::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?;
                Self::NotAsked { kind, name, why }
            }
            2 => Self::Answered {
                kind,
                name,
                choice: reader.text()?.into(),
                score: reader.option(|reader| u32::try_from(reader.number()?).map_err(|_| Malformed))?,
                right: reader.option(|reader| Ok(reader.byte()? != 0))?,
            },
            3 => {
                let why = *Unanswered::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?;
                Self::NotAnswered { kind, name, why }
            }
            _ => return Err(Malformed),
        })
    }
}
