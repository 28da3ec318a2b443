//! What is decided of quizzes and surveys, as documents.

use super::json::moment;
use super::sink::Object;
use crate::engine::questions::decision::Told;
use crate::plan::Plan;

/// Adds what a decision says to its document.
pub fn put(plan: &Plan, told: &Told, object: &mut Object<'_>) {
    let (kind, name) = told.question();
    object.put(kind.word(), name);
    match told {
        Told::Asked { message, until, .. } => {
            object.put("message", &**message);
            object.put("until", until.map(|at| moment(plan, at)));
        }
        Told::NotAsked { why, .. } => object.put("reason", why.name()),
        Told::Answered { choice, score, right, .. } => {
            match score {
                Some(score) => object.put("score", u64::from(*score)),
                None => object.put("choice", &**choice),
            }
            object.put_some("right", *right);
        }
        Told::NotAnswered { why, .. } => object.put("reason", why.name()),
    }
}
