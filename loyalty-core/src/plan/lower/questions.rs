//! Quizzes and surveys become plans.

use std::collections::BTreeSet;

use super::Lower;
use crate::check::model::{Answers, ExprKind};
use crate::plan::counters::counter;
use crate::plan::questions::{AnswersPlan, ChoicePlan, QuestionPlan};
use crate::sorting::gathered;

impl Lower<'_> {
    pub(super) fn questions(&mut self) {
        for question in &self.checked.questions {
            let answers = match &question.answers {
                Answers::Scale { from, to } => AnswersPlan::Scale { from: *from, to: *to },
                Answers::Choices { choices, right } => AnswersPlan::Choices {
                    choices: choices
                        .iter()
                        .map(|choice| ChoicePlan {
                            name: choice.name.as_str().into(),
                            symbol: self.plan.symbols.intern(&choice.name),
                            words: choice.words.iter().map(|word| (&**word).into()).collect(),
                        })
                        .collect(),
                    right: right.map(|right| right as u16),
                },
            };
            let counter = counter(question.kind.word(), &question.name);
            let limits = self.limits(&counter, &question.limits);
            self.plan.questions.declared.push(QuestionPlan {
                name: question.name.as_str().into(),
                kind: question.kind,
                message: question.message,
                counter,
                answers,
                limits,
                valid: question.valid.clone(),
                within: question.within,
            });
        }
        if self.checked.questions.is_empty() {
            return;
        }
        let whens = self.checked.rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.when);
        let words = whens.filter_map(|when| match &when.kind {
            ExprKind::Matches { words, negated: false, .. } => Some(words),
            _ => None,
        });
        let commands: BTreeSet<&str> = gathered(words.flat_map(|words| words.iter().map(|word| &**word)));
        self.plan.questions.commands = commands.into_iter().map(Into::into).collect();
        let answer = self.checked.events.iter().position(|event| event.standard && event.name == "answer");
        self.plan.questions.event = answer.map(|event| event as u16);
    }
}
