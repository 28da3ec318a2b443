//! Quizzes and surveys: what is asked, which answers there are, and until when.

use std::sync::Arc;

use super::messages::MessageIndex;
use super::{Length, Limit, Valid};
use crate::source::Span;

pub type QuestionIndex = usize;

/// A quiz or a survey.
#[derive(Debug, Clone)]
pub struct Question {
    pub name: String,
    pub kind: QuestionKind,
    /// The question in words, which is said as a message is.
    pub message: MessageIndex,
    pub answers: Answers,
    /// How often it is asked.
    pub limits: Vec<Limit>,
    /// When it is asked and answered.
    pub valid: Vec<Valid>,
    /// How long after it was asked it may be answered.
    pub within: Option<Length>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuestionKind {
    /// One answer is right.
    Quiz,
    Survey,
}

impl QuestionKind {
    /// The word that declares it, and the field that names it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Survey => "survey",
        }
    }
}

#[derive(Debug, Clone)]
pub enum Answers {
    /// `right`: the place of the right one, in a quiz.
    Choices { choices: Vec<AnswerChoice>, right: Option<usize> },
    /// Whole numbers, both ends among them.
    Scale { from: u32, to: u32 },
}

#[derive(Debug, Clone)]
pub struct AnswerChoice {
    pub name: String,
    /// What members may write for it, in the form in which texts are compared.
    pub words: Vec<Arc<str>>,
}

/// What rules and conditions read of a quiz or a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionFigure {
    /// Whether it was ever asked.
    Asked,
    /// Whether it was ever answered.
    Answered,
    /// Whether the last answer was the right one.
    Right,
    /// The name of the choice that was the last answer.
    Answer,
    /// The number that was the last answer.
    Score,
}

/// What comes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    Right,
    Wrong,
    /// Any answer.
    Done,
    /// Something that is no answer.
    Otherwise,
}
