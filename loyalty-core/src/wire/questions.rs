//! What is decided of quizzes and surveys, as documents.

use super::document::Document;
use super::json::instant;
use crate::engine::questions::decision::Told;
use crate::plan::Plan;

/// Adds what a decision says to its document.
pub fn put(plan: &Plan, told: &Told, object: &mut Document) {
    let (kind, name) = told.question();
    object.put(kind.word(), name);
    match told {
        Told::Asked { message, until, .. } => {
            object.put("message", &**message);
            object.put("until", until.map(|at| instant(plan, at)));
        }
        Told::NotAsked { why, .. } => object.put("reason", why.name()),
        Told::Answered { choice, score, right, .. } => {
            match score {
                Some(score) => object.put("score", u64::from(*score)),
                None => object.put("choice", &**choice),
            }
            if let Some(right) = right {
                object.put("right", *right);
            }
        }
        Told::NotAnswered { why, .. } => object.put("reason", why.name()),
    }
}
