//! The badges that a member has.

use super::super::badges::level_name;
use super::super::member::Member;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// The badges held, by name; nothing for a member without any.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    let mut held = plan.badges.iter().zip(&member.badges).filter(|(_, held)| held.level > 0).peekable();
    held.peek()?;
    let mut document = Document::object();
    for (badge, held) in held {
        let mut one = Document::object();
        let level = held.level.checked_sub(1).and_then(|place| badge.levels.get(usize::from(place)));
        if let Some(title) = level.and_then(|level| level.title.as_ref()).or(badge.title.as_ref()) {
            one.put("title", &**title);
        }
        let name = level_name(badge, held.level);
        if !name.is_empty() {
            one.put("level", &*name);
        }
        document.put(&badge.name, one.with("since", instant(plan, held.since)));
    }
    Some(document)
}
