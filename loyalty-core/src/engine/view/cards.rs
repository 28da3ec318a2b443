//! The cards of wheels that a member may draw.

use super::super::member::Member;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// The cards, in the order in which they were issued; nothing for a member without any.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    if member.cards.is_empty() {
        return None;
    }
    let cards = member.cards.iter().map(|card| {
        Document::object()
            .with("wheel", plan.wheels.get(usize::from(card.wheel)).map_or("", |wheel| &wheel.name))
            .with("issued_at", instant(plan, card.issued_at))
            .with("expires_at", instant(plan, card.until))
    });
    Some(cards.collect())
}
