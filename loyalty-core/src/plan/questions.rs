//! Quizzes and surveys: what may be answered, how often they are asked, and until when.

use super::LimitPlan;
use crate::check::model::{Length, QuestionKind, Valid};

/// All that a program asks.
#[derive(Debug, Default)]
pub struct Questions {
    pub declared: Vec<QuestionPlan>,
    /// The texts that rules answer to, sorted: they come before answers.
    pub commands: Vec<Box<str>>,
    /// The event `answer`, which every answer is.
    pub event: Option<u16>,
}

#[derive(Debug)]
pub struct QuestionPlan {
    pub name: Box<str>,
    pub kind: QuestionKind,
    /// The message that asks it.
    pub message: usize,
    /// The counter of a limit in total.
    pub counter: Box<str>,
    pub answers: AnswersPlan,
    pub limits: Vec<LimitPlan>,
    pub valid: Vec<Valid>,
    pub within: Option<Length>,
}

#[derive(Debug)]
pub enum AnswersPlan {
    Choices { choices: Vec<ChoicePlan>, right: Option<u16> },
    Scale { from: u32, to: u32 },
}

#[derive(Debug)]
pub struct ChoicePlan {
    pub name: Box<str>,
    pub symbol: u32,
    /// What members may write for it.
    pub words: Vec<Box<str>>,
}

impl Questions {
    /// The question of that name.
    pub fn named(&self, name: &str) -> Option<(u16, &QuestionPlan)> {
        let number = self.declared.iter().position(|question| &*question.name == name)?;
        Some((number as u16, self.declared.get(number)?))
    }

    /// The question that a message asks.
    pub fn asked_by(&self, message: usize) -> Option<u16> {
        self.declared.iter().position(|question| question.message == message).map(|number| number as u16)
    }
}
