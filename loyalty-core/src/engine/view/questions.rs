//! What a member was asked, and what they answered.

use super::super::member::Member;
use super::super::questions::words;
use crate::check::model::QuestionKind;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// The quizzes or the surveys that the member was asked, by name, in the order in which they were; nothing if there are none.
pub fn document(plan: &Plan, member: &Member, kind: QuestionKind) -> Option<Document> {
    let known = member.asked.iter().filter_map(|asked| {
        let question = plan.questions.declared.get(usize::from(asked.question))?;
        (question.kind == kind).then_some((asked, question))
    });
    let mut known = known.peekable();
    known.peek()?;
    let mut document = Document::object();
    for (asked, question) in known {
        let open = asked.open && asked.until.is_none_or(|until| member.clock < until);
        let mut one = Document::object()
            .with("asked_at", instant(plan, asked.at))
            .with("until", asked.until.map(|until| instant(plan, until)))
            .with("open", open);
        if let Some(answer) = asked.answer {
            let (choice, score) = words(question, answer.value);
            match score {
                Some(score) => one.put("score", u64::from(score)),
                None => one.put("choice", choice.unwrap_or_default()),
            }
            one.put("answered_at", instant(plan, answer.at));
        }
        document.put(&question.name, one);
    }
    Some(document)
}
