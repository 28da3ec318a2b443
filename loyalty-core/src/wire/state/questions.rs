//! The quizzes and surveys that a member was asked, by name.

use super::saved::{Opaque, saved};
use super::values::Moment;
use super::{MigrationReport, StateError};
use crate::engine::member::Member;
use crate::engine::messages::said::Said;
use crate::engine::questions::{Answer, Asked, words};
use crate::plan::Plan;
use crate::plan::questions::{AnswersPlan, QuestionPlan};
use crate::time::Instant;
use crate::wire::codec::{Reader, Writer};

#[derive(Default)]
pub struct SavedQuestion {
    question: String,
    at: Moment,
    until: Option<Moment>,
    open: bool,
    /// The message that asks it: for the engine alone.
    said: Option<Opaque>,
    /// The name of a choice, or a number; and when it was answered.
    answer: Option<(String, Moment)>,
}

saved! { SavedQuestion { question, at, until, open, said, answer } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedQuestion> {
    let known = |asked: &Asked| plan.questions.declared.get(usize::from(asked.question));
    let saved = member.asked.iter().filter_map(|asked| Some((asked, known(asked)?)));
    let saved = saved.map(|(asked, question)| SavedQuestion {
        question: question.name.to_string(),
        at: Moment(asked.at),
        until: asked.until.map(Moment),
        open: asked.open,
        said: asked.said.as_ref().map(|said| {
            let mut bytes = Vec::new();
            said.write(&mut Writer(&mut bytes));
            Opaque(bytes)
        }),
        answer: asked.answer.map(|answer| {
            let (choice, score) = words(question, answer.value);
            let text = score.map_or_else(|| choice.unwrap_or_default().to_owned(), |score| score.to_string());
            (text, Moment(answer.at))
        }),
    });
    saved.collect()
}

/// Takes over the questions that the program still has. An answer that is none any more is forgotten, and said so.
pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &[SavedQuestion],
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    let damaged = || StateError::new("not a saved member: what it says of a quiz or a survey is damaged");
    for one in saved {
        let moments = [Some(&one.at), one.until.as_ref(), one.answer.as_ref().map(|(_, at)| at)];
        for moment in moments.into_iter().flatten() {
            Instant::reckoned(moment.0).ok_or_else(damaged)?;
        }
        let Some((number, question)) = plan.questions.named(&one.question) else {
            report.dropped.push(format!("the quiz or survey `{}`", one.question));
            continue;
        };
        if member.asked.iter().any(|asked| asked.question == number) {
            return Err(damaged());
        }
        let said = one.said.as_ref().map(|said| Said::read(&mut Reader(&said.0)).map_err(|_| damaged()));
        let said = said.transpose()?;
        let mut answer = None;
        if let Some((text, at)) = &one.answer {
            answer = value(question, text).map(|value| Answer { at: at.0, value });
            if answer.is_none() {
                report.dropped.push(format!("the answer `{text}` to `{}`", one.question));
            }
        }
        let until = one.until.map(|until| until.0);
        member.asked.push(Asked { question: number, at: one.at.0, until, open: one.open, said, answer });
    }
    Ok(())
}

fn value(question: &QuestionPlan, text: &str) -> Option<u32> {
    match &question.answers {
        AnswersPlan::Choices { choices, .. } => {
            choices.iter().position(|choice| &*choice.name == text).map(|place| place as u32)
        }
        AnswersPlan::Scale { from, to } => text.parse().ok().filter(|number| (from..=to).contains(&number)),
    }
}
