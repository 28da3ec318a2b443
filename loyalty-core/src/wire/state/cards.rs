//! The cards of wheels that a member has not drawn, by name.

use super::saved::saved;
use super::values::Moment;
use super::{MigrationReport, StateError};
use crate::engine::member::Member;
use crate::engine::wheels::Card;
use crate::plan::Plan;
use crate::time::Instant;

#[derive(Default)]
pub struct SavedCard {
    wheel: String,
    issued_at: Moment,
    until: Moment,
}

saved! { SavedCard { wheel, issued_at, until } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedCard> {
    let saved = member.cards.iter().filter_map(|card| {
        let wheel = plan.wheels.get(usize::from(card.wheel))?.name.to_string();
        Some(SavedCard { wheel, issued_at: Moment(card.issued_at), until: Moment(card.until) })
    });
    saved.collect()
}

/// Takes over the cards of wheels that the program still has.
pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &[SavedCard],
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    for card in saved {
        for moment in [&card.issued_at, &card.until] {
            Instant::reckoned(moment.0)
                .ok_or_else(|| StateError::new("not a saved member: what it says of a card is damaged"))?;
        }
        match plan.wheels.iter().position(|wheel| *wheel.name == *card.wheel) {
            Some(wheel) => {
                member.cards.push(Card { wheel: wheel as u16, issued_at: card.issued_at.0, until: card.until.0 });
            }
            None => report.dropped.push(format!("a card of the wheel `{}`", card.wheel)),
        }
    }
    Ok(())
}
